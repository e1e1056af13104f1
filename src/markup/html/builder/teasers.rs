//! Teasers of other pages: a heading or a line that is a link, and the lines under it.

use super::{Builder, DEEPEST};
use crate::markup::html::elements::Kind;

/// Shorter lines of a teaser are dates and names of sections.
const LEAST_TEASER_WORDS: usize = 8;

/// So many paragraphs under a linked heading are taken for the teaser of the page it links to.
pub(super) const LINES: u8 = 2;

/// At most so many lines, a date and a section, stand over the heading of an article in a list.
const LEAD_IN: usize = 2;

impl Builder<'_> {
    /// True if the text at hand, of so many words, is the teaser of a page that a heading before it links to.
    pub(super) fn in_teaser(&mut self, words: usize) -> bool {
        for open in self.open.iter_mut().rev().take(DEEPEST) {
            if open.teaser > 0 {
                open.teaser -= u8::from(words >= LEAST_TEASER_WORDS);
                return true;
            }
        }
        false
    }

    /// A linked heading: what follows it in the same element, and around elements that begin with it, is its teaser.
    pub(super) fn begins_teaser(&mut self) {
        let Some(heading) = self.open.last().map(|top| top.block) else { return };
        let before = self.marked.paragraphs.len();
        if let Some(article) = self.open.iter_mut().rev().take(DEEPEST).find(|open| open.kind == Kind::Article) {
            article.listed |= before - article.first <= LEAD_IN;
        }
        // A link may be around the heading, too.
        let mut around = self.open[..heading].iter_mut().rev().filter(|open| open.kind.parts_text()).take(2);
        let Some(mut begun) = around.next() else { return };
        if begun.first == before
            && !begun.kind.is_frame()
            && let Some(outer) = around.next()
            && outer.first == before
            && !outer.kind.is_frame()
        {
            begun = outer;
        }
        begun.teaser = LINES;
    }
}
