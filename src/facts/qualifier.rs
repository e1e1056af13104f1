//! Words that change the claim of what they stand before: the second-largest town is not the largest, the former mayor
//! not the mayor. (In linguistics, non-subsective modifiers; a small closed class.)

use super::{Side, WordKind};
use crate::lexicon::Class;
use crate::paragraph::Guard;
use crate::similarity::align::Match;

/// What is guarded where a qualifier stands in one paragraph before words of both, and nothing stands in the other in
/// its place. `xs` and `ys` are the words of one gap.
pub(super) fn differs(
    (x, xs, links): (&Side<'_>, &[usize], &[Match]),
    (y, ys, links_there): (&Side<'_>, &[usize], &[Match]),
) -> Option<Guard> {
    let (here, there) = (qualifier(x, xs, links), qualifier(y, ys, links_there));
    let empty = |side: &Side<'_>, at: &[usize]| !at.iter().any(|i| side.kinds[*i].is_solid());
    match (here, there) {
        (Some(guard), None) if empty(y, ys) => Some(guard),
        (None, Some(guard)) if empty(x, xs) => Some(guard),
        _ => None,
    }
}

/// Most unmatched words together with a qualifier; more are a clause of their own.
const MOST_WORDS: usize = 4;

/// The guard of a qualifier that ends a run of unmatched words `at`.
fn qualifier(side: &Side<'_>, at: &[usize], links: &[Match]) -> Option<Guard> {
    if at.len() > MOST_WORDS {
        return None;
    }
    let run = |k: usize| at[k..].iter().zip(at[k]..).take_while(|(i, at)| **i == *at).count();
    let may = |i: usize| [Class::Qualifier, Class::Ordinal].into_iter().any(|class| side.looked(i).may_begin(class));
    at.iter().enumerate().filter(|(_, i)| may(**i)).find_map(|(k, &i)| {
        let (entry, len) = side.phrase(i..i + run(k))?;
        let before_both = links.get(i + len).is_some_and(|link| *link != Match::None);
        // "30 second" is a time.
        let counts = || i.checked_sub(1).is_some_and(|before| matches!(side.kinds[before], WordKind::Number(_)));
        match () {
            () if !before_both => None,
            () if entry.is(Class::Qualifier) => Some(Guard::Content),
            () if entry.is(Class::Ordinal) && entry.value() != Some(1.0) && !entry.is(Class::Weekday) && !counts() => {
                Some(Guard::Number)
            }
            () => None,
        }
    })
}
