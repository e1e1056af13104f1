//! From verdicts to cuts: the byte ranges that leave the text, sorted and disjoint, whole lines wherever the text has
//! lines. What stays is the author's, byte for byte.

use crate::markup::marked::Marked;
use crate::paragraph::{Findings, ParagraphId, Span};

/// What goes with one removed paragraph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The paragraph.
    pub paragraph: ParagraphId,
    /// The bytes taken out: its lines, and the blank lines behind it (before it, at the end of the text).
    pub span: Span,
}

/// The cuts of all removals, in order.
#[must_use]
pub fn cuts(text: &str, findings: &Findings) -> Vec<Cut> {
    let paragraphs = &findings.paragraphs;
    let removed: Vec<usize> = findings.removals().map(|f| f.paragraph.index()).collect();
    // The last run of removed paragraphs, if it reaches the end, goes with the blank lines before it.
    let mut tail = paragraphs.len();
    for &index in removed.iter().rev() {
        if index + 1 != tail {
            break;
        }
        tail = index;
    }
    removed
        .into_iter()
        .map(|index| {
            let span = if index >= tail {
                let start = index.checked_sub(1).map_or(first_byte(text), |i| line_end(text, paragraphs[i].end));
                Span::new(start, line_end(text, paragraphs[index].end))
            } else {
                Span::new(paragraphs[index].start, paragraphs[index + 1].start)
            };
            Cut { paragraph: ParagraphId::new(index), span }
        })
        .collect()
}

/// The cuts of all removals from the source of a marked-up document, in order.
#[must_use]
pub fn marked_cuts(marked: &Marked<'_>, findings: &Findings) -> Vec<Cut> {
    let removed: Vec<usize> = findings.removals().map(|f| f.paragraph.index()).collect();
    let spans = marked.cuts(&removed);
    removed.iter().zip(spans).map(|(&index, span)| Cut { paragraph: ParagraphId::new(index), span }).collect()
}

/// The text without the cuts.
#[must_use]
pub fn cleaned(text: &str, cuts: &[Cut]) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for kept in kept(text.len(), cuts) {
        cleaned.push_str(kept.of(text));
    }
    cleaned
}

/// What stays of a text of `len` bytes: the gaps between the cuts, in order, none empty.
pub fn kept(len: usize, cuts: &[Cut]) -> impl Iterator<Item = Span> + '_ {
    let ends = cuts.iter().map(|cut| cut.span.start).chain([len]);
    let starts = [0].into_iter().chain(cuts.iter().map(|cut| cut.span.end));
    starts.zip(ends).map(|(start, end)| Span::new(start, end)).filter(|span| !span.is_empty())
}

/// A byte order mark belongs to the text, not to its first paragraph.
fn first_byte(text: &str) -> usize {
    if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }
}

/// The byte after the terminator of the line that ends at byte `end`.
fn line_end(text: &str, end: usize) -> usize {
    let rest = &text[end..];
    let terminators = ["\r\n", "\n", "\r", "\u{2028}", "\u{2029}"];
    end + terminators.iter().find(|t| rest.starts_with(**t)).map_or(0, |t| t.len())
}
