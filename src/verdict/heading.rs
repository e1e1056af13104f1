//! Lines that are headings by themselves: of what stands under them, or of something else.

use crate::facts::{Side, WordKind};
use crate::paragraph::Role;
use crate::similarity::align::Alignment;

use super::judge::Over;
use super::structure::LINE_WORDS;

/// A title has at least so many words that say something; fewer may be a name.
const LEAST_TITLE_WORDS: usize = 3;

/// True if `x` is a line over its own text `y`, a heading: it says in short what the text says, and stays.
pub(super) fn heads(x: &Side<'_>, y: &Side<'_>, over: Over) -> bool {
    let (x, y) = (x.shape, y.shape);
    let line = (!x.full_stop || x.question || x.call) && !x.cut_off && x.solid_size() < LINE_WORDS;
    let quote = matches!(x.role, Role::Quote | Role::PullQuote);
    // The label of a quote is who said it.
    let picture = if quote { x.shows_picture() } else { x.tells_of_picture() };
    let told = x.role == Role::HeadlineFragment || picture;
    let near = over == Over::Directly || over == Over::Closely && !quote;
    near && line && !told && y.full_stop && y.solid_words() >= 2 * x.solid_words()
}

/// True if `x` is a line in quotation marks over a text `y` that takes its words up as its own, a heading: "All cats are
/// grey" over what the writer has to say of it. A pull quote was lifted from a quote, or from where somebody speaks.
pub(super) fn heads_unquoted(x: &Side<'_>, y: &Side<'_>, over: Over, alignment: &Alignment) -> bool {
    let quoted = |j: u32| y.shape.quoted.get(j as usize).copied().unwrap_or_default();
    x.shape.role == Role::PullQuote
        && over == Over::Directly
        && x.shape.solid_size() < LINE_WORDS
        && y.shape.role == Role::Body
        && y.shape.full_stop
        && !alignment.first.iter().filter_map(|found| found.index()).any(quoted)
}

/// True if `x` is set like a title, each word that says something in capitals, and `y` is running text: a heading, a
/// book, a field of a record. A caption is set like a sentence.
pub(super) fn titled(x: &Side<'_>, y: &Side<'_>) -> bool {
    let line = matches!(x.shape.role, Role::Caption | Role::Subheading | Role::KeyPoint) && !x.shape.full_stop;
    if !line || x.shape.shows_picture() || !y.shape.full_stop {
        return false;
    }
    let told = |i: &usize| x.kinds[*i].is_solid() && x.shape.trimmings[*i].is_none();
    // A capital tells nothing where a sentence may begin.
    let small = |i: usize| x.kinds[i] == WordKind::Content && i > 0 && !x.shape.breaks.contains(&i);
    let words = (0..x.folded.len()).filter(told);
    words.clone().count() >= LEAST_TITLE_WORDS && !words.into_iter().any(small)
}
