//! Lines that are headings by themselves: of what stands under them, or of something else.

use crate::facts::{Side, WordKind};
use crate::paragraph::Role;

use super::judge::Over;
use super::structure::LINE_WORDS;

/// A title has at least so many words that say something; fewer may be a name.
const LEAST_TITLE_WORDS: usize = 3;

/// True if `x` is a line over its own text `y`, a heading: it says in short what the text says, and stays.
pub(super) fn heads(x: &Side<'_>, y: &Side<'_>, over: Over) -> bool {
    let (x, y) = (x.shape, y.shape);
    let line = (!x.full_stop || x.question || x.call) && !x.cut_off && x.solid_size() < LINE_WORDS;
    let told = x.role == Role::HeadlineFragment || x.tells_of_picture();
    let quote = matches!(x.role, Role::Quote | Role::PullQuote);
    let near = over == Over::Directly || over == Over::Closely && !quote;
    near && line && !told && y.full_stop && y.solid_words() >= 2 * x.solid_words()
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
