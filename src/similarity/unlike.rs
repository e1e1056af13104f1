//! Told before two paragraphs are aligned: that no word which only one of them has is like a word which only the other
//! has, so that an alignment links the words they share and no others.

use super::align::{MOST_TRIES, Overlap};
use super::like::{MOST_IN_GAP, no_slip, similarity};
use super::vocabulary::{Letters, Sequence, Vocabulary, WordId};
use crate::words::{is_alphabetic, is_numeric};

/// True if an alignment of `x` with `y` links as many words as both have, `shared`, and no word that stands in one of them
/// only; `bags` holds those. False where it may be otherwise, or where to know would take long.
#[must_use]
pub fn links_shared_only(
    (x, y): (&Sequence, &Sequence),
    shared: usize,
    bags: &mut Overlap,
    vocabulary: &Vocabulary<'_>,
) -> bool {
    // Of a word that stands very often in both, not every place is tried.
    if bags.first.len().max(bags.second.len()) > MOST_IN_GAP
        || shared > MOST_TRIES && bags.most_uses(x) > MOST_TRIES
        || bags.first.iter().chain(&bags.second).any(|(id, _)| vocabulary.may_be_glued(*id))
    {
        return false;
    }
    bags.first.sort_unstable_by_key(|(_, at)| *at);
    // Of a word that the other has less often it is not known which is left over, and what stands beside it.
    let placed = |only: &[(WordId, u32)], other: &Sequence| only.iter().all(|(id, _)| !other.ids.contains(id));
    let placed = placed(&bags.first, y) && placed(&bags.second, x);
    none_alike(&bags.first, &bags.second, placed, vocabulary)
}

/// True if no word of one list could be linked to a word of the other. `placed` tells that they are in their order, and
/// no other word may stand among them.
fn none_alike(here: &[(WordId, u32)], there: &[(WordId, u32)], placed: bool, vocabulary: &Vocabulary<'_>) -> bool {
    let mut letters = [Letters::default(); MOST_IN_GAP];
    for (slot, (id, _)) in letters.iter_mut().zip(there) {
        *slot = vocabulary.letters(*id);
    }
    (0..here.len()).all(|i| {
        let a = here[i].0;
        let own = vocabulary.letters(a);
        (0..there.len()).all(|j| {
            let (b, other) = (there[j].0, letters[j]);
            let plain = own.plain && other.plain;
            // Most words begin otherwise, and are neither alike nor parts of each other.
            if plain && no_slip(own, other) {
                return true;
            }
            let (a, b) = (vocabulary.folded(a), vocabulary.folded(b));
            if plain && own.start != other.start {
                return similarity(a, b, own, other) == 0.0;
            }
            let parts = || !plain || !placed || run_alike(&here[i..], &there[j..], vocabulary);
            similarity(a, b, own, other) == 0.0 && !(may_be_joined(a, b) && parts())
        })
    })
}

/// True if words that begin with these two may be the same letters parted otherwise: one begins as the other does.
fn may_be_joined(a: &str, b: &str) -> bool {
    let letters = |c: &char| is_alphabetic(*c) || is_numeric(*c);
    let begin_alike = |kept: fn(&char) -> bool| a.chars().filter(kept).zip(b.chars().filter(kept)).all(|(a, b)| a == b);
    begin_alike(letters) || a.is_ascii() != b.is_ascii() && begin_alike(char::is_ascii_alphanumeric)
}

/// True if the first words of both lists are the same letters, up to an end of a word in both; or up to one that is not
/// plain.
fn run_alike(here: &[(WordId, u32)], there: &[(WordId, u32)], vocabulary: &Vocabulary<'_>) -> bool {
    let mut words = (here.iter(), there.iter());
    let (mut a, mut b) = ("", "");
    loop {
        for (rest, words) in [(&mut a, &mut words.0), (&mut b, &mut words.1)] {
            if rest.is_empty() {
                let Some((id, _)) = words.next() else { return false };
                if !vocabulary.letters(*id).plain {
                    return true;
                }
                *rest = vocabulary.folded(*id);
            }
        }
        let common = a.len().min(b.len());
        if a.as_bytes()[..common] != b.as_bytes()[..common] {
            return false;
        }
        (a, b) = (&a[common..], &b[common..]);
        if a.is_empty() && b.is_empty() {
            return true;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::align::{Match, align, overlap};
    use super::*;
    use crate::paragraph::Span;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn what_is_told_beforehand_an_alignment_shows(
            line in "((a|b|one|two|three|threes|on|board|onboard|galleryOne|nöse|n|noise|19|l9|_x|x_y) ){0,9}",
            more in "((a|b|one|two|tree|threes|onboards|boa|rd|gallery|ise|nose|n-se|91|19th|x|y) ){0,9}",
        ) {
            let text = format!("{line}\n{more}");
            let mut vocabulary = Vocabulary::new(&text);
            let x = vocabulary.read(Span::new(0, line.len()));
            let y = vocabulary.read(Span::new(line.len() + 1, text.len()));
            let mut bags = Overlap::default();
            let shared = overlap(&x, &y, &mut bags, &vocabulary);
            if links_shared_only((&x, &y), shared, &mut bags, &vocabulary) {
                let alignment = align(&x, &y, &vocabulary).expect("short");
                for (links, only) in [(&alignment.first, &bags.first), (&alignment.second, &bags.second)] {
                    prop_assert_eq!(links.iter().filter(|link| **link != Match::None).count(), shared);
                    prop_assert!(!links.iter().any(|link| matches!(link, Match::Like(_))));
                    let own = if std::ptr::eq(links, &alignment.first) { &x } else { &y };
                    let free = links.iter().zip(&own.ids).filter(|(link, _)| **link == Match::None);
                    let mut free: Vec<WordId> = free.map(|(_, id)| *id).collect();
                    let mut only: Vec<WordId> = only.iter().map(|(id, _)| *id).collect();
                    free.sort_unstable();
                    only.sort_unstable();
                    prop_assert_eq!(free, only);
                }
            }
        }
    }

    #[test]
    fn a_word_that_stands_too_often_to_be_tried_everywhere_is_not_vouched_for() {
        let text = "a ".repeat(70);
        let mut vocabulary = Vocabulary::new(&text);
        let (x, y) = (vocabulary.read(Span::new(0, 70)), vocabulary.read(Span::new(70, 140)));
        let mut bags = Overlap::default();
        let shared = overlap(&x, &y, &mut bags, &vocabulary);
        assert!(!links_shared_only((&x, &y), shared, &mut bags, &vocabulary));
        assert!(links_shared_only((&x, &y), 3, &mut bags, &vocabulary));
    }
}
