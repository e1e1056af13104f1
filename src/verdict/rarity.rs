//! Which of two spellings is the slip: the rarer word of the article; of two that are as rare, the one with the rarer
//! letters. Counted once a document, and only where two spellings are compared.

use std::cell::OnceCell;
use std::cmp::Ordering;
use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::lexicon::Lexicon;
use crate::shingle::Prints;
use crate::suspects::Suspects;
use crate::words::hash_of;

/// Most words that are looked at to know which letters are rare.
const LETTER_SAMPLE: usize = 2000;

/// Three neighbouring letters; a space stands for the end of the word.
type Trigram = [char; 3];

/// How often words and letters stand in one document.
pub struct Rarity<'a> {
    prints: &'a Prints,
    suspects: &'a Suspects<'a>,
    lexicon: &'a Lexicon,
    words: OnceCell<HashMap<u64, usize, RandomState>>,
    letters: OnceCell<HashMap<Trigram, usize, RandomState>>,
}

impl<'a> Rarity<'a> {
    /// Of a document; nothing is counted yet.
    #[must_use]
    pub const fn of(prints: &'a Prints, suspects: &'a Suspects<'a>, lexicon: &'a Lexicon) -> Self {
        Self { prints, suspects, lexicon, words: OnceCell::new(), letters: OnceCell::new() }
    }

    /// Compares two folded words by how much speaks for each: less for the rarer.
    #[must_use]
    pub fn compare(&self, one: &str, other: &str) -> Ordering {
        self.uses(one).cmp(&self.uses(other)).then_with(|| self.rarest(one, other).cmp(&self.rarest(other, one)))
    }

    fn uses(&self, word: &str) -> usize {
        let words = self.words.get_or_init(|| {
            let mut counts = HashMap::default();
            for hash in self.prints.all_words() {
                *counts.entry(*hash).or_insert(0) += 1;
            }
            counts
        });
        words.get(&hash_of(word)).copied().unwrap_or(0) + usize::from(self.lexicon.get(word).is_some())
    }

    /// How often the rarest three letters stand in the document that `own` has and `other` has not: a scanner makes
    /// runs of letters that the language has not ("emcrgence").
    fn rarest(&self, own: &str, other: &str) -> usize {
        let letters = self.letters.get_or_init(|| {
            let mut counts = HashMap::default();
            for run in self.suspects.words().take(LETTER_SAMPLE).flat_map(trigrams) {
                *counts.entry(run).or_insert(0) += 1;
            }
            counts
        });
        let there = trigrams(other);
        let only = trigrams(own).into_iter().filter(|run| !there.contains(run));
        only.map(|run| letters.get(&run).copied().unwrap_or(0)).min().unwrap_or(usize::MAX)
    }
}

fn trigrams(word: &str) -> Vec<Trigram> {
    let letters: Vec<char> = [' '].into_iter().chain(word.chars()).chain([' ']).collect();
    letters.windows(3).map(|w| [w[0], w[1], w[2]]).collect()
}
