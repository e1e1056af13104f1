//! Who is meant, without the name: "the airline" where the other paragraph has "Saudia".

use super::{Side, WordKind};

/// Most words that stand for a name.
const MOST_WORDS: usize = 3;

/// True if the words `xs` of a gap are a description ("the airline") of what the words `ys` in their place name: the
/// subject of a sentence of which `y` says the rest.
pub(super) fn names_less((x, xs): (&Side<'_>, &[usize]), (y, ys): (&Side<'_>, &[usize])) -> bool {
    let (Some(&first), Some(&last)) = (xs.first(), xs.last()) else { return false };
    let light = |i: usize| x.kinds[i] == WordKind::Light;
    let begins = |i: usize| x.shape.sentences.contains(&i);
    let run = last - first < xs.len() && xs.len() <= MOST_WORDS;
    let one_noun = x.kinds[last] == WordKind::Content && xs[..xs.len() - 1].iter().all(|i| light(*i));
    let article = xs.len() > 1 && begins(first) || xs.len() == 1 && first > 0 && light(first - 1) && begins(first - 1);
    run && one_noun && article && ys.iter().any(|j| y.kinds[*j] == WordKind::Name)
}
