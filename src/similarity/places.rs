//! Where a paragraph has each of its words.

use super::vocabulary::WordId;

const NOWHERE: u32 = u32::MAX;

/// Lists of places (0-based), one a word. Reusable.
#[derive(Default)]
pub(super) struct Places {
    /// For each word, its first place; all [`NOWHERE`] between uses.
    first: Vec<u32>,
    /// For each place, the next of the same word.
    next: Vec<u32>,
}

impl Places {
    /// Lists the places of `words` that are `wanted`; no word is `ids` or more.
    pub(super) fn fill(&mut self, words: &[WordId], ids: usize, wanted: impl Fn(usize) -> bool) {
        self.first.resize(self.first.len().max(ids), NOWHERE);
        self.next.clear();
        self.next.resize(words.len(), NOWHERE);
        for (j, &word) in words.iter().enumerate().rev().filter(|(j, _)| wanted(*j)) {
            self.next[j] = std::mem::replace(&mut self.first[word as usize], j as u32);
        }
    }

    /// The places of a word, ascending.
    pub(super) fn of(&self, word: WordId) -> impl Iterator<Item = u32> + '_ {
        let mut at = self.first[word as usize];
        std::iter::from_fn(move || {
            let place = at;
            (place != NOWHERE).then(|| {
                at = self.next[place as usize];
                place
            })
        })
    }

    /// Forgets all places of `words`.
    pub(super) fn clear(&mut self, words: &[WordId]) {
        words.iter().for_each(|word| self.first[*word as usize] = NOWHERE);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn places_are_those_of_the_word_in_order(
            words in prop::collection::vec(0u32..6, 0..60), wanted in prop::collection::vec(any::<bool>(), 60),
        ) {
            let mut places = Places::default();
            for _ in 0..2 {
                places.fill(&words, 6, |j| wanted[j]);
                for word in 0..6 {
                    let all = (0..words.len()).filter(|j| words[*j] == word && wanted[*j]).map(|j| j as u32);
                    prop_assert!(places.of(word).eq(all));
                }
                places.clear(&words);
            }
        }
    }
}
