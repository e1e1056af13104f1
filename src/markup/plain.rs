//! Paragraphs of plain text: runs of lines parted by blank lines, or single lines.
//!
//! A line ends at LF (with or without a CR before it). A text without any LF is read by its lone CRs, and one without
//! those by U+2029 and U+2028; so old files have paragraphs too, while a stray CR inside a line parts nothing.
//! A span begins at its first line's first byte and ends before its last line's terminator; a byte order mark at the
//! start of the text belongs to no paragraph.

use crate::options::Paragraphs;
use crate::paragraph::Span;

/// The paragraphs of `text` in order.
#[must_use]
pub fn paragraphs(text: &str, how: Paragraphs) -> Vec<Span> {
    let mut spans = Vec::new();
    paragraphs_into(text, how, &mut spans);
    spans
}

/// As [`paragraphs`], into a vector that is cleared first, so that a batch can reuse it.
pub fn paragraphs_into(text: &str, how: Paragraphs, spans: &mut Vec<Span>) {
    spans.clear();
    let breaker = LineBreak::of(text);
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let by_line = match how {
        Paragraphs::Line => true,
        Paragraphs::BlankLine => false,
        Paragraphs::Auto => !has_inner_blank_line(text, start, breaker),
    };
    let mut open: Option<Span> = None;
    for line in (Lines { text, at: start, breaker }) {
        if is_blank(line.of(text)) {
            spans.extend(open.take());
        } else if by_line {
            spans.push(line);
        } else {
            open = Some(Span::new(open.map_or(line.start, |span| span.start), line.end));
        }
    }
    spans.extend(open);
}

/// What ends a line of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LineBreak {
    Lf,
    Cr,
    Unicode,
}

impl LineBreak {
    fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        if memchr::memchr(b'\n', bytes).is_some() {
            Self::Lf
        } else if memchr::memchr(b'\r', bytes).is_some() {
            Self::Cr
        } else {
            Self::Unicode
        }
    }

    /// The next terminator at or after byte `from`: where it begins and its length in bytes.
    fn next(self, text: &str, from: usize) -> Option<(usize, usize)> {
        let rest = &text.as_bytes()[from..];
        match self {
            Self::Lf => memchr::memchr(b'\n', rest).map(|at| (from + at, 1)),
            Self::Cr => memchr::memchr(b'\r', rest).map(|at| (from + at, 1)),
            Self::Unicode => text[from..].find(['\u{2028}', '\u{2029}']).map(|at| (from + at, 3)),
        }
    }
}

/// The lines of a text as spans without their terminators (a CR before LF is part of the terminator).
struct Lines<'t> {
    text: &'t str,
    at: usize,
    breaker: LineBreak,
}

impl Iterator for Lines<'_> {
    type Item = Span;

    fn next(&mut self) -> Option<Span> {
        if self.at >= self.text.len() {
            return None;
        }
        let start = self.at;
        let Some((end, len)) = self.breaker.next(self.text, start) else {
            self.at = self.text.len();
            return Some(Span::new(start, self.text.len()));
        };
        self.at = end + len;
        let crlf = self.breaker == LineBreak::Lf && end > start && self.text.as_bytes()[end - 1] == b'\r';
        Some(Span::new(start, if crlf { end - 1 } else { end }))
    }
}

/// True if a blank line stands between two lines that are not blank.
fn has_inner_blank_line(text: &str, start: usize, breaker: LineBreak) -> bool {
    let mut seen_text = false;
    let mut seen_blank = false;
    for line in (Lines { text, at: start, breaker }) {
        if is_blank(line.of(text)) {
            seen_blank = seen_text;
        } else if seen_blank {
            return true;
        } else {
            seen_text = true;
        }
    }
    false
}

/// True if a line is white space only (Unicode property White_Space, which zero-width characters have not).
#[must_use]
pub fn is_blank(line: &str) -> bool {
    line.chars().all(char::is_whitespace)
}
