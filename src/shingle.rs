//! Shingles: n neighbouring words of a paragraph as one hash.
//!
//! Word hashes are rolled into a polynomial over the last n words (Rabin and Karp) and finished by XXH3, so that each
//! shingle costs the same for any n and its bits are evenly spread. The rolled value depends on where words begin and
//! end: "ab c" and "a bc" differ.

use xxhash_rust::xxh3::xxh3_64;

use crate::paragraph::Span;
use crate::words::scan;

/// Base of the polynomial: odd, so that multiplying by it loses nothing.
const BASE: u64 = 0x9fb2_1c65_1e98_df25;

/// The word hashes and shingles of a document's paragraphs, in order. Reusable: filling it again keeps its memory.
#[derive(Debug, Default)]
pub struct Prints {
    words: Vec<u64>,
    shingles: Vec<u64>,
    /// For each paragraph, where its words and its shingles end.
    ends: Vec<(usize, usize)>,
    /// For each word, its first byte in the text and the byte after its last; empty for a text of [`MOST_PLACED`] bytes.
    places: Vec<(u32, u32)>,
}

/// Places of words are kept for texts shorter than this, in bytes: almost all. In a longer one the few paragraphs that
/// are looked at closely are read again, rather than as much memory again taken for all.
const MOST_PLACED: usize = 1 << 20;

impl Prints {
    /// Reads the paragraphs of `text`; shingles are of `ngram` words (1 to 8). A paragraph of fewer words is one
    /// shingle of all its words.
    pub fn fill(&mut self, text: &str, paragraphs: &[Span], ngram: usize) {
        self.clear();
        if text.len() < MOST_PLACED {
            self.extend(text, paragraphs, ngram, |places, start, end| places.push((start as u32, end as u32)));
        } else {
            self.extend(text, paragraphs, ngram, |_, _, _| {});
        }
    }

    fn extend(
        &mut self,
        text: &str,
        paragraphs: &[Span],
        ngram: usize,
        note: impl Fn(&mut Vec<(u32, u32)>, usize, usize),
    ) {
        let leaving = (1..ngram).fold(BASE, |power, _| power.wrapping_mul(BASE));
        for paragraph in paragraphs {
            let (words, shingles) = (&mut self.words, &mut self.shingles);
            let first = words.len();
            let mut rolled = 0u64;
            let places = &mut self.places;
            scan(paragraph.of(text), |hash, start, end| {
                note(places, paragraph.start + start, paragraph.start + end);
                rolled = rolled.wrapping_mul(BASE).wrapping_add(hash);
                let count = words.len() - first;
                if count >= ngram {
                    rolled = rolled.wrapping_sub(words[words.len() - ngram].wrapping_mul(leaving));
                }
                words.push(hash);
                if count + 1 >= ngram {
                    shingles.push(finish(rolled));
                }
            });
            let count = words.len() - first;
            if count > 0 && count < ngram {
                shingles.push(finish(rolled));
            }
            self.ends.push((words.len(), shingles.len()));
        }
    }

    /// As [`Prints::fill`], for one huge text: its paragraphs are shared out over the threads at hand. The result
    /// is the same.
    pub fn fill_parallel(&mut self, text: &str, paragraphs: &[Span], ngram: usize) {
        use rayon::prelude::*;
        let part = paragraphs.len().div_ceil(rayon::current_num_threads() * 4).max(1);
        let parts: Vec<Self> = paragraphs
            .par_chunks(part)
            .map(|chunk| {
                let mut prints = Self::default();
                prints.extend(text, chunk, ngram, |_, _, _| {});
                prints
            })
            .collect();
        self.clear();
        for part in parts {
            let (words, shingles) = (self.words.len(), self.shingles.len());
            self.words.extend_from_slice(&part.words);
            self.shingles.extend_from_slice(&part.shingles);
            self.ends.extend(part.ends.iter().map(|(w, s)| (w + words, s + shingles)));
        }
    }

    /// Takes over the prints of some of `all` paragraphs (0-based, ascending), as if only they had been read.
    pub fn fill_only(&mut self, all: &Self, paragraphs: &[usize]) {
        self.clear();
        let placed = all.places.len() == all.words.len();
        for run in paragraphs.chunk_by(|one, next| one + 1 == *next) {
            let (first, last) = (run[0], run[run.len() - 1]);
            let (words, shingles) = all.start(first);
            let (words_end, shingles_end) = all.ends[last];
            let moved = |(w, s): &(usize, usize)| (w - words + self.words.len(), s - shingles + self.shingles.len());
            self.ends.extend(all.ends[first..=last].iter().map(moved));
            self.words.extend_from_slice(&all.words[words..words_end]);
            self.shingles.extend_from_slice(&all.shingles[shingles..shingles_end]);
            if placed {
                self.places.extend_from_slice(&all.places[words..words_end]);
            }
        }
    }

    fn clear(&mut self) {
        self.words.clear();
        self.shingles.clear();
        self.ends.clear();
        self.places.clear();
    }

    /// Where the words and the shingles of a paragraph (0-based) begin.
    fn start(&self, index: usize) -> (usize, usize) {
        if index == 0 { (0, 0) } else { self.ends[index - 1] }
    }

    /// How many paragraphs were read.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True if no paragraph was read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// How many words the document has.
    #[must_use]
    pub fn word_count(&self) -> usize {
        self.words.len()
    }

    /// The hashes of the document's words, in order.
    #[must_use]
    pub fn all_words(&self) -> &[u64] {
        &self.words
    }

    /// Every shingle of the document, paragraph after paragraph.
    #[must_use]
    pub fn all_shingles(&self) -> &[u64] {
        &self.shingles
    }

    /// The word hashes of the paragraph at `index` (0-based).
    #[must_use]
    pub fn words(&self, index: usize) -> &[u64] {
        let (start, _) = self.start(index);
        &self.words[start..self.ends[index].0]
    }

    /// Where the words of the paragraph at `index` (0-based) stand in the text: first byte, and byte after the last.
    /// `None` for a text that is too long to keep them all.
    #[must_use]
    pub fn places(&self, index: usize) -> Option<&[(u32, u32)]> {
        let (start, _) = self.start(index);
        (self.places.len() == self.words.len()).then(|| &self.places[start..self.ends[index].0])
    }

    /// The shingles of the paragraph at `index` (0-based).
    #[must_use]
    pub fn shingles(&self, index: usize) -> &[u64] {
        let (_, start) = self.start(index);
        &self.shingles[start..self.ends[index].1]
    }
}

#[inline]
fn finish(rolled: u64) -> u64 {
    xxh3_64(&rolled.to_le_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::words::words;

    fn shingles(text: &str, ngram: usize) -> Vec<u64> {
        let mut prints = Prints::default();
        prints.fill(text, &[Span::new(0, text.len())], ngram);
        prints.shingles(0).to_vec()
    }

    #[test]
    fn a_shingle_depends_on_its_own_words_only() {
        let long = shingles("zero one two three four five six", 3);
        assert_eq!(long.len(), 5);
        assert_eq!(long[2..4], shingles("two three four five", 3)[..]);
        assert_eq!(shingles("two three", 3).len(), 1);
        assert_ne!(shingles("ab c", 2), shingles("a bc", 2));
        assert!(shingles("* * *", 3).is_empty());
    }

    #[test]
    fn rolling_equals_hashing_each_window_afresh() {
        let text = "the cat sat on the mat and the cat sat on the mat again";
        let hashes: Vec<u64> = words(text).iter().map(|w| w.hash).collect();
        for ngram in 1..=8 {
            let afresh: Vec<u64> = hashes
                .windows(ngram)
                .map(|w| finish(w.iter().fold(0u64, |sum, h| sum.wrapping_mul(BASE).wrapping_add(*h))))
                .collect();
            assert_eq!(shingles(text, ngram), afresh, "n = {ngram}");
        }
    }

    #[test]
    fn places_are_where_the_words_stand() {
        let text = "one two\n***\nthree four";
        let spans = crate::markup::plain::paragraphs(text, crate::options::Paragraphs::Line);
        let mut prints = Prints::default();
        prints.fill(text, &spans, 2);
        let words = |prints: &Prints, index: usize| -> Vec<&str> {
            let places = prints.places(index).expect("a short text").iter();
            places.map(|(start, end)| &text[*start as usize..*end as usize]).collect()
        };
        assert_eq!(words(&prints, 2), ["three", "four"]);
        let mut some = Prints::default();
        some.fill_only(&prints, &[1, 2]);
        assert_eq!(words(&some, 1), ["three", "four"]);
    }

    proptest! {
        #[test]
        fn what_is_taken_over_is_what_reading_only_that_finds(
            text in "((one|two|three|four)( |\n|\n\\*\n)){0,40}", kept in prop::collection::vec(any::<bool>(), 60),
        ) {
            let all = crate::markup::plain::paragraphs(&text, crate::options::Paragraphs::Line);
            let kept: Vec<usize> = (0..all.len()).filter(|index| kept[*index]).collect();
            let some: Vec<Span> = kept.iter().map(|index| all[*index]).collect();
            let (mut prints, mut expected, mut found) = (Prints::default(), Prints::default(), Prints::default());
            prints.fill(&text, &all, 2);
            expected.fill(&text, &some, 2);
            found.fill_only(&prints, &kept);
            let parts = |prints: Prints| (prints.words, prints.shingles, prints.ends, prints.places);
            prop_assert_eq!(parts(found), parts(expected));
        }
    }

    #[test]
    fn parallel_equals_serial() {
        let text = "one two three four\nfive six\n***\nseven eight nine ten eleven\n";
        let spans: Vec<Span> = crate::markup::plain::paragraphs(text, crate::options::Paragraphs::Line);
        let (mut serial, mut parallel) = (Prints::default(), Prints::default());
        serial.fill(text, &spans, 2);
        parallel.fill_parallel(text, &spans, 2);
        assert_eq!((serial.words, serial.shingles, serial.ends), (parallel.words, parallel.shingles, parallel.ends));
    }
}
