//! Words that narrow down what "only", "every" or "not" is said of. "Only the very talented win the prize for cooking"
//! is true where "only the very talented win the prize" is not: under such words, what says less says more. (In
//! linguistics, downward-entailing contexts; van Benthem 1986, MacCartney and Manning 2009.)

use super::{Side, WordKind};
use crate::lexicon::Class;
use crate::paragraph::Role;
use crate::similarity::align::Match;

/// Most words that narrow down what is before them; more are a statement of their own.
const MOST_WORDS: usize = 10;

/// True if the words `ys` of a gap, in the place of which `x` has none, narrow down what `x` says of all, of nothing else
/// or of none.
pub(super) fn narrows(x: &Side<'_>, y: &Side<'_>, ys: &[usize], links: &[Match]) -> bool {
    let (Some(&from), Some(&last)) = (ys.first(), ys.last()) else { return false };
    let run = last - from < ys.len() && ys.len() <= MOST_WORDS;
    // What a caption leaves out it leaves to the text, and what an ellipsis stands for is known to be left out.
    let behind = links.get(last + 1).and_then(|link| link.index()).map(|i| i as usize);
    let elided = behind.is_some_and(|i| x.shape.breaks.contains(&i) && !x.attributes(i));
    let whole = x.shape.full_stop && !x.shape.cut_off && x.shape.role != Role::Caption;
    run && whole && !elided && !x.shape.unspaced() && restricts(y, from, last + 1) && under_exclusive(y, from, links)
}

/// True if the words `from..to` say something, and no mark parts them from what they belong to.
fn restricts(y: &Side<'_>, from: usize, to: usize) -> bool {
    let solid = |j: usize| y.kinds[j].is_solid() && y.shape.trimmings[j].is_none() && !y.attributes(j);
    !y.shape.breaks.contains(&from) && (from..to).any(solid)
}

/// True if a word of both, in the clause before word `at`, makes what follows stronger the less is said.
fn under_exclusive(y: &Side<'_>, at: usize, links: &[Match]) -> bool {
    let clause = y.shape.breaks.iter().rev().find(|start| **start < at).copied().unwrap_or(0);
    (clause..at).any(|j| {
        let strong = y.kinds[j] == WordKind::Negation || y.is(j, Class::Exclusive);
        strong && links[j] != Match::None
    })
}
