//! Who said it: the words of a paragraph that attribute a quote, and whether two paragraphs name different speakers.

use std::ops::Range;

use super::{Side, WordKind};
use crate::lexicon::Class;
use crate::role::Shape;
use crate::role::trimming::Words;
use crate::similarity::align::{Alignment, Match};

/// Most words of a stretch with a saying verb that is taken for an attribution.
const MOST_WORDS: usize = 14;

/// The same without a saying verb.
const MOST_BARE_WORDS: usize = 4;

/// For each word of a paragraph, whether it belongs to an attribution: outside the quotation marks, in a stretch
/// with a saying verb or a short one. Empty where none does; none does where less than half of the paragraph is quoted.
pub(crate) fn attribution(words: &Words<'_>, shape: &Shape) -> Vec<bool> {
    let n = words.len();
    let Shape { quoted, breaks, .. } = shape;
    if shape.quoted_words == 0 || shape.quoted_words * 2 < n {
        return Vec::new();
    }
    let mut marks = vec![false; n];
    let mut from = 0;
    while from < n {
        if quoted[from] {
            from += 1;
            continue;
        }
        let to = (from..n).find(|&i| quoted[i]).unwrap_or(n);
        let says = (from..to).any(|i| words.is(i, Class::Saying));
        if to - from <= MOST_WORDS && (says || to - from <= MOST_BARE_WORDS) {
            let lead = reported(words, from..to, breaks);
            marks[from + lead..to].fill(true);
        }
        from = to;
    }
    if marks.contains(&true) { marks } else { Vec::new() }
}

/// How many of the words behind a quote go on with what was said before the attribution begins:
/// '"... able to compete" with countries such as China, Barrett said'.
fn reported(words: &Words<'_>, Range { start: from, end }: Range<usize>, breaks: &[usize]) -> usize {
    let clause = breaks.iter().find(|start| **start > from).filter(|start| **start < end);
    let says = |to: usize| (from..to).any(|i| words.is(i, Class::Saying));
    match clause {
        Some(&to) if from > 0 && !breaks.contains(&from) && to - from > MOST_BARE_WORDS && !says(to) => to - from,
        _ => 0,
    }
}

/// True if both attributions name somebody, and no name stands in both, or one name with another one before it: Paul
/// Smith is not David Smith.
pub(super) fn other_speaker(x: &Side<'_>, y: &Side<'_>, alignment: &Alignment) -> bool {
    if !x.speaks() || !y.speaks() {
        return false;
    }
    let here = names(x);
    if here.is_empty() {
        return false;
    }
    let there = names(y);
    let shared: Vec<(usize, usize)> =
        here.iter().filter_map(|&i| Some((i, alignment.first[i].index()? as usize))).collect();
    let before = |side: &Side<'_>, links: &[Match], i: usize| {
        i.checked_sub(1).is_some_and(|k| side.kinds[k] == WordKind::Name && links[k] == Match::None)
    };
    let namesake = |&(i, j): &(usize, usize)| before(x, &alignment.first, i) && before(y, &alignment.second, j);
    !there.is_empty() && (shared.is_empty() || shared.iter().any(namesake))
}

/// The words (0-based) of an attribution that name somebody. In scripts without capitals, any word that says something.
fn names(side: &Side<'_>) -> Vec<usize> {
    let cased = |word: &str| word.chars().any(char::is_lowercase);
    let name = |i: &usize| match side.kinds[*i] {
        WordKind::Name => true,
        WordKind::Content => !cased(side.folded[*i]),
        _ => false,
    };
    let told = |i: &usize| side.attributes(*i) && side.shape.trimmings[*i].is_none();
    (0..side.attributed.len()).filter(told).filter(name).collect()
}
