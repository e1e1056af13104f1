//! What a reader makes of a source: the text that is compared, and where each of its paragraphs stands in the source.

use std::borrow::Cow;

use super::plain;
use crate::paragraph::{Hint, Span};

/// What stands behind each item of a list in the text that its items make, so that they are paragraphs.
pub const BEHIND: &str = "\n\n";

/// A document as its markup's reader sees it. The engine works on `text`; what is cut are bytes of the source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marked<'s> {
    /// What is compared: the paragraphs' text without inline markup, with entities decoded.
    pub text: Cow<'s, str>,
    /// The paragraphs: ordered, disjoint byte spans of `text`.
    pub paragraphs: Vec<Span>,
    /// For each paragraph, what its markup tells.
    pub hints: Vec<Hint>,
    /// For each paragraph, its bytes in the source, inline markup included: ordered, disjoint.
    pub sources: Vec<Span>,
    /// For each paragraph, the bytes of the source that go with it alone: ordered, disjoint.
    pub cuts: Vec<Span>,
    /// What goes as a whole once all the paragraphs in it go.
    pub wrappers: Vec<Wrapper>,
    /// The document's own address, where it tells that.
    pub address: Option<String>,
}

/// An element, list or quote that holds nothing but the paragraphs `first..end`. Two wrappers are disjoint, or one
/// holds the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wrapper {
    /// The first paragraph in it, 0-based.
    pub first: usize,
    /// The paragraph after the last.
    pub end: usize,
    /// The bytes of the source that go: at least the cuts of its paragraphs.
    pub span: Span,
}

impl<'s> Marked<'s> {
    /// A list whose items are the paragraphs: they stand one behind the other in `source`, with [`BEHIND`] behind each,
    /// which goes with it. Blank ones are no paragraphs.
    #[must_use]
    pub fn of_items(source: &'s str, items: &[Span]) -> Self {
        let there = items.iter().copied().filter(|item| !plain::is_blank(item.of(source)));
        let paragraphs: Vec<Span> = there.collect();
        let cuts = paragraphs.iter().map(|item| Span::new(item.start, item.end + BEHIND.len())).collect();
        Self { text: source.into(), sources: paragraphs.clone(), paragraphs, cuts, ..Self::default() }
    }
}

impl Marked<'_> {
    /// The bytes of the source that go with each of the paragraphs `removed` (0-based, ascending): ordered, disjoint.
    ///
    /// The bytes of a wrapper that goes are shared out among its paragraphs without a gap.
    #[must_use]
    pub fn cuts(&self, removed: &[usize]) -> Vec<Span> {
        let mut cuts: Vec<Span> = removed.iter().map(|index| self.cuts[*index]).collect();
        let whole = |w: &&Wrapper| {
            let from = removed.partition_point(|index| *index < w.first);
            let to = removed.partition_point(|index| *index < w.end);
            w.first < w.end && to - from == w.end - w.first
        };
        let mut wrappers: Vec<&Wrapper> = self.wrappers.iter().filter(whole).collect();
        // Outermost first; what is inside of one that goes adds nothing.
        wrappers.sort_by_key(|w| (w.first, std::cmp::Reverse(w.end), w.span.start));
        let mut done = 0;
        for wrapper in wrappers {
            if wrapper.first < done {
                continue;
            }
            done = wrapper.end;
            let from = removed.partition_point(|index| *index < wrapper.first);
            let mut at = wrapper.span.start;
            for offset in 0..wrapper.end - wrapper.first {
                let last = offset + 1 == wrapper.end - wrapper.first;
                let end = if last { wrapper.span.end } else { cuts[from + offset].end };
                cuts[from + offset] = Span::new(at, end);
                at = end;
            }
        }
        cuts
    }
}

/// The bytes `start..end` of `source` with the line they stand alone on: its indentation and its line end. If
/// anything else stands on the line, the bytes as they are.
#[must_use]
pub fn with_line(source: &str, span: Span) -> Span {
    let bytes = source.as_bytes();
    let blank = |b: &&u8| matches!(b, b' ' | b'\t');
    let before = bytes[..span.start].iter().rev().take_while(blank).count();
    let after = bytes[span.end..].iter().take_while(blank).count();
    let (start, end) = (span.start - before, span.end + after);
    let begins = start == 0 || bytes[start - 1] == b'\n';
    let rest = &bytes[end..];
    match rest {
        _ if !begins => span,
        [b'\n', ..] => Span::new(start, end + 1),
        [b'\r', b'\n', ..] => Span::new(start, end + 2),
        [] => Span::new(start, end),
        _ => span,
    }
}
