//! Which of two spellings is the slip: the rarer word of the article; of two that are as rare, the one with the rarer
//! letters. Counted once a document, and only where two spellings are compared.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::OnceLock;

use foldhash::fast::RandomState;

use crate::lexicon::Lexicon;
use crate::paragraph::Span;
use crate::shingle::Prints;
use crate::suspects::Suspects;
use crate::words::hash_of;

use super::judge::Pair;

/// Most words that are looked at to know which letters are rare.
const LETTER_SAMPLE: usize = 2000;

/// Bits of a hash by which most words are told from those that are compared.
const SPELT_BITS: u32 = 14;

/// Bits of a letter: 21 hold any.
const LETTER_BITS: usize = 21;

/// Runs of so many letters are counted. The longer tell more, but in a short article most of them stand once.
const RUN_LENGTHS: [usize; 3] = [3, 2, 1];

/// One to three neighbouring letters; a space stands for the end of the word.
type Letters = u64;

/// How often words and letters stand in one document.
pub struct Rarity<'a, 'v> {
    text: &'a str,
    paragraphs: &'a [Span],
    prints: &'a Prints,
    suspects: &'a Suspects<'v>,
    lexicon: &'a Lexicon,
    pairs: &'a [Pair],
    words: OnceLock<HashMap<u64, usize, RandomState>>,
    letters: OnceLock<HashMap<Letters, usize, RandomState>>,
}

impl<'a, 'v> Rarity<'a, 'v> {
    /// Of a document; nothing is counted yet. Only the spellings in which its `pairs` differ can be compared.
    #[must_use]
    pub fn of(
        text: &'a str,
        paragraphs: &'a [Span],
        prints: &'a Prints,
        suspects: &'a Suspects<'v>,
        lexicon: &'a Lexicon,
        pairs: &'a [Pair],
    ) -> Self {
        let (words, letters) = (OnceLock::new(), OnceLock::new());
        Self { text, paragraphs, prints, suspects, lexicon, pairs, words, letters }
    }

    /// Compares two folded words by how much speaks for each: less for the rarer.
    #[must_use]
    pub fn compare(&self, one: &str, other: &str) -> Ordering {
        self.uses(one).cmp(&self.uses(other)).then_with(|| {
            let by_letters =
                |length: &usize| Some(self.rarest(one, other, *length)?.cmp(&self.rarest(other, one, *length)?));
            RUN_LENGTHS.iter().filter_map(by_letters).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        })
    }

    fn uses(&self, word: &str) -> usize {
        let words = self.words.get_or_init(|| {
            let folded = |index, i: u32| self.suspects.get(index).map(|suspect| suspect.folded[i as usize]);
            let spelt = self.pairs.iter().flat_map(|pair| {
                pair.spellings.iter().flat_map(|&(i, j)| [folded(pair.first, i), folded(pair.second, j)])
            });
            // A table of all words would not stay in the cache.
            let mut counts: HashMap<u64, usize, RandomState> = spelt.flatten().map(|word| (hash_of(word), 0)).collect();
            // Most words are none of these; a bit each tells.
            let mut bits = vec![0u64; 1 << SPELT_BITS >> 6];
            let bit = |hash: u64| ((hash >> (64 - SPELT_BITS + 6)) as usize, 1u64 << (hash >> (64 - SPELT_BITS) & 63));
            for (at, mask) in counts.keys().map(|hash| bit(*hash)) {
                bits[at] |= mask;
            }
            for hash in self.prints.all_words() {
                let (at, mask) = bit(*hash);
                if bits[at] & mask != 0
                    && let Some(count) = counts.get_mut(hash)
                {
                    *count += 1;
                }
            }
            counts
        });
        words.get(&hash_of(word)).copied().unwrap_or(0) + usize::from(self.lexicon.get(word).is_some())
    }

    /// How often the rarest `length` letters stand in the document that `own` has and `other` has not: a scanner makes
    /// runs of letters that the language has not ("rowcd"). `None` where a letter is merely lost or doubled.
    fn rarest(&self, own: &str, other: &str, length: usize) -> Option<usize> {
        let letters = self.letters.get_or_init(|| {
            let mut counts = HashMap::default();
            // Where paragraphs are like each other, few words are most of them.
            let mut words: HashMap<&str, usize, RandomState> = HashMap::default();
            let parts = |span: &Span| span.of(self.text).split(|c: char| !c.is_alphanumeric());
            let all = self.paragraphs.iter().flat_map(parts).filter(|word| !word.is_empty());
            all.take(LETTER_SAMPLE).for_each(|word| *words.entry(word).or_insert(0) += 1);
            for (word, uses) in words {
                for_each_run(word, |run| *counts.entry(run).or_insert(0) += uses);
            }
            counts
        });
        let there: Vec<Letters> = runs(other, length).collect();
        let only = runs(own, length).filter(|run| !there.contains(run));
        only.map(|run| letters.get(&run).copied().unwrap_or(0)).min()
    }
}

/// The runs of `length` (at most 3) neighbouring letters of a word; "country's" has those of "countrys".
fn runs(word: &str, length: usize) -> impl Iterator<Item = Letters> + '_ {
    let letters =
        [' '].into_iter().chain(word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase)).chain([' ']);
    let runs = letters.scan(0, move |run, letter| {
        *run = (*run << LETTER_BITS | u64::from(letter)) & ((1 << (LETTER_BITS * length)) - 1);
        Some(*run)
    });
    runs.skip(length - 1)
}

/// The [`runs`] of each of [`RUN_LENGTHS`], in one pass over the word.
fn for_each_run(word: &str, mut take: impl FnMut(Letters)) {
    let (mut last, mut count) = (0, 0);
    let mut add = |letter: char| {
        last = last << LETTER_BITS | u64::from(letter);
        count += 1;
        for length in RUN_LENGTHS.into_iter().filter(|length| *length <= count) {
            take(last & ((1 << (LETTER_BITS * length)) - 1));
        }
    };
    add(' ');
    for c in word.chars().filter(|c| c.is_alphanumeric()) {
        if c.is_ascii() { add(c.to_ascii_lowercase()) } else { c.to_lowercase().for_each(&mut add) }
    }
    add(' ');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn one_pass_gives_the_runs_of_each_length(word in "[aB'Éİ-]{0,6}") {
            let mut once = Vec::new();
            for_each_run(&word, |run| once.push(run));
            let mut each: Vec<Letters> = RUN_LENGTHS.into_iter().flat_map(|length| runs(&word, length)).collect();
            once.sort_unstable();
            each.sort_unstable();
            prop_assert_eq!(once, each);
        }
    }
}
