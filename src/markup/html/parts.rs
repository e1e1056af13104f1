//! What is kept of an open element, and of the run of text being read.

use super::elements::Kind;
use crate::paragraph::Hint;

/// An open element.
pub(super) struct Open {
    /// Hash of its name.
    pub(super) name: u64,
    pub(super) kind: Kind,
    /// First byte of its start tag.
    pub(super) start: usize,
    /// Paragraphs before it.
    pub(super) first: usize,
    /// Nothing in it is prose.
    pub(super) skipped: bool,
    /// Something is in it that stays: a picture, a table, text that is no prose.
    pub(super) stays: bool,
    /// What text in it is.
    pub(super) hint: Hint,
    /// Paragraphs of a teaser still to come.
    pub(super) teaser: u8,
    /// It is a link with a target, or stands in one.
    pub(super) linked: bool,
    /// It is `b` or `strong`, or stands in one.
    pub(super) bold: bool,
    /// The innermost element around or at this one that parts text.
    pub(super) block: usize,
    /// Runs of text in it that are links.
    pub(super) links: usize,
    /// A link without text is in it: a picture, or a cover over the whole.
    pub(super) card: bool,
    /// It is an article that begins with a heading that is a link: one of a list.
    pub(super) listed: bool,
    /// It is a quote that begins with a link to where it is from: a reply's, which makes no sense without.
    pub(super) sourced: bool,
    /// Letters of the page before it.
    pub(super) letters: usize,
}

/// The text between two block boundaries.
#[derive(Default)]
pub(super) struct Run {
    /// Where a cut would begin: the last byte before the text at which no inline element was open.
    pub(super) start: usize,
    /// How many elements are open there.
    pub(super) depth: usize,
    /// Bytes of the builder's text.
    pub(super) text: usize,
    /// Letters and digits, how many of them are linked, how many in bold.
    pub(super) letters: usize,
    pub(super) linked: usize,
    pub(super) bold: usize,
    /// Bytes of its text that are in bold from the first on, and bytes before the first that is.
    pub(super) lead: usize,
    pub(super) before_bold: Option<usize>,
    /// True if its elements overlap, or a picture stands inside: it cannot be cut.
    pub(super) tangled: bool,
    /// A picture stands inside an element that opened with the run, before any text.
    pub(super) pictured: bool,
    /// Where the run ends if nothing follows what stands there.
    pub(super) end: Option<usize>,
    /// End of the last token with a word of it.
    pub(super) last: usize,
    /// White space is due before the next word.
    pub(super) space: bool,
    pub(super) hint: Hint,
}

impl Run {
    /// True if most of it is links.
    pub(super) fn mostly_linked(&self) -> bool {
        self.linked * 2 > self.letters
    }
}
