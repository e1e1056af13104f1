//! The words of the suspect paragraphs as small integers: equal ids are equal words, verified on their folded text.
//!
//! After this step nobody compares strings to know whether two words are the same.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use foldhash::fast::RandomState;

use crate::paragraph::Span;
use crate::similarity::like::start_look;
use crate::words::{append_folded, fold_into, glued_head, is_numeric, scan};

/// A number for a distinct folded word of one document.
pub type WordId = u32;

/// One paragraph's words.
#[derive(Clone, Debug, Default)]
pub struct Sequence {
    /// Which words.
    pub ids: Vec<WordId>,
    /// Where they stand in the source.
    pub spans: Vec<Span>,
}

impl Sequence {
    /// The words of a paragraph with the same text that begins at byte `to`, where this one begins at `from`.
    #[must_use]
    pub fn moved(&self, from: usize, to: usize) -> Self {
        let spans = self.spans.iter().map(|span| Span::new(span.start - from + to, span.end - from + to)).collect();
        Self { ids: self.ids.clone(), spans }
    }
}

/// The distinct words met so far in one document.
#[derive(Debug)]
pub struct Vocabulary<'t> {
    text: &'t str,
    /// The first id with a hash; others with the same hash follow by `Known::next`.
    ids: HashMap<u64, WordId, RandomState>,
    known: Vec<Known>,
    /// Those that [`CHAIN`] others of the same hash came before, by their folded text: no accident, and no chain to walk.
    crowd: HashMap<String, WordId, RandomState>,
    /// The folded text of every word, one behind the other.
    folded: String,
    /// Where a word is folded to be compared.
    scratch: String,
}

#[derive(Debug)]
struct Known {
    /// Where the word stood first.
    span: Span,
    /// Bytes of `Vocabulary::folded`.
    folded: Span,
    letters: Letters,
    /// See [`Vocabulary::may_be_glued`].
    glued: bool,
    /// Another word of the same hash.
    next: Option<WordId>,
}

/// What tells a folded word apart at a glance from most others.
#[derive(Clone, Copy, Debug, Default)]
pub struct Letters {
    /// How many characters it has.
    pub count: u32,
    /// The set of them, by their low bits.
    pub set: u64,
    /// The first of them, one for all that a scanner confuses with it.
    pub start: char,
    /// True if one of them is numeric.
    pub numeric: bool,
    /// True if all of them are ASCII letters and digits.
    pub plain: bool,
}

impl Letters {
    /// Of a folded word.
    #[must_use]
    pub fn of(folded: &str) -> Self {
        let start = folded.chars().next().map(start_look).unwrap_or_default();
        let (mut set, mut numeric) = (0, false);
        for byte in folded.bytes() {
            if !byte.is_ascii_alphanumeric() {
                return Self::of_any(folded, start);
            }
            set |= 1 << (byte % 64);
            numeric |= byte.is_ascii_digit();
        }
        Self { count: folded.len() as u32, set, start, numeric, plain: true }
    }

    /// Of a folded word that is not plain.
    fn of_any(folded: &str, start: char) -> Self {
        let add = |letters: Self, c: char| Self {
            count: letters.count + 1,
            set: letters.set | 1 << (c as u32 % 64),
            numeric: letters.numeric | is_numeric(c),
            ..letters
        };
        folded.chars().fold(Self { start, ..Self::default() }, add)
    }
}

/// Words of one hash that are told apart one after the other.
const CHAIN: usize = 4;

/// About as many bytes of a text make a distinct word among the suspects'.
const BYTES_PER_DISTINCT: usize = 32;

/// There is room for at most so many distinct words beforehand.
const MOST_AHEAD: usize = 4096;

/// About as many bytes of text make a word.
const BYTES_PER_WORD: usize = 6;

impl<'t> Vocabulary<'t> {
    /// An empty vocabulary for `text`.
    #[must_use]
    pub fn new(text: &'t str) -> Self {
        let likely = (text.len() / BYTES_PER_DISTINCT).min(MOST_AHEAD);
        let ids = HashMap::with_capacity_and_hasher(likely, RandomState::default());
        let (crowd, folded, scratch) = (HashMap::default(), String::new(), String::new());
        Self { text, ids, known: Vec::with_capacity(likely), crowd, folded, scratch }
    }

    /// The words of a paragraph.
    pub fn read(&mut self, paragraph: Span) -> Sequence {
        let likely = paragraph.len() / BYTES_PER_WORD + 1;
        let mut sequence = Sequence { ids: Vec::with_capacity(likely), spans: Vec::with_capacity(likely) };
        let text = self.text;
        scan(paragraph.of(text), |hash, start, end| {
            let span = Span::new(paragraph.start + start, paragraph.start + end);
            sequence.ids.push(self.id(hash, span));
            sequence.spans.push(span);
        });
        sequence
    }

    /// As [`Vocabulary::read`], where the words are known: their hashes, and where they stand in the text.
    pub fn take(&mut self, hashes: &[u64], places: &[(u32, u32)]) -> Sequence {
        let mut sequence = Sequence { ids: Vec::with_capacity(places.len()), spans: Vec::with_capacity(places.len()) };
        for (hash, (start, end)) in hashes.iter().zip(places) {
            let span = Span::new(*start as usize, *end as usize);
            sequence.ids.push(self.id(*hash, span));
            sequence.spans.push(span);
        }
        sequence
    }

    /// The folded text of a word.
    #[must_use]
    pub fn folded(&self, id: WordId) -> &str {
        self.known[id as usize].folded.of(&self.folded)
    }

    /// What a word is made of.
    #[must_use]
    pub fn letters(&self, id: WordId) -> Letters {
        self.known[id as usize].letters
    }

    /// True if the word may be run together with another one somewhere: see [`glued_head`].
    #[must_use]
    pub fn may_be_glued(&self, id: WordId) -> bool {
        self.known[id as usize].glued
    }

    /// The document.
    #[must_use]
    pub const fn text(&self) -> &'t str {
        self.text
    }

    /// A word as it stands in the text.
    #[must_use]
    pub fn raw(&self, span: Span) -> &'t str {
        span.of(self.text)
    }

    /// How many distinct words there are; ids are below.
    #[must_use]
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// True if no word was read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    #[inline]
    fn id(&mut self, hash: u64, span: Span) -> WordId {
        let first = self.ids.get(&hash).copied();
        // Nearly all are written as they were before.
        if let Some(id) = first {
            let bytes = self.text.as_bytes();
            if bytes[self.known[id as usize].span.range()] == bytes[span.range()] {
                return id;
            }
        }
        self.written_otherwise(hash, span, first)
    }

    /// The id of a word that is not written as the `first` of its hash is.
    fn written_otherwise(&mut self, hash: u64, span: Span, first: Option<WordId>) -> WordId {
        let mut at = first;
        let (mut last, mut passed) = (None, 0);
        while let Some(id) = at {
            if self.same(id, span) {
                return id;
            }
            last = at;
            passed += 1;
            at = self.known[id as usize].next;
        }
        let id = self.known.len() as WordId;
        let start = self.folded.len();
        append_folded(span.of(self.text), &mut self.folded);
        let folded = Span::new(start, self.folded.len());
        match last {
            Some(_) if passed == CHAIN => match self.crowd.entry(folded.of(&self.folded).to_owned()) {
                Entry::Occupied(known) => {
                    self.folded.truncate(start);
                    let id = *known.get();
                    self.known[id as usize].glued |= glued_head(span.of(self.text)).is_some();
                    return id;
                }
                Entry::Vacant(place) => drop(place.insert(id)),
            },
            Some(last) => self.known[last as usize].next = Some(id),
            None => drop(self.ids.insert(hash, id)),
        }
        let letters = Letters::of(folded.of(&self.folded));
        let glued = glued_head(span.of(self.text)).is_some();
        self.known.push(Known { span, folded, letters, glued, next: None });
        id
    }

    fn same(&mut self, id: WordId, span: Span) -> bool {
        let bytes = self.text.as_bytes();
        let (a, b) = (&bytes[self.known[id as usize].span.range()], &bytes[span.range()]);
        if a == b {
            return true;
        }
        let same = a.eq_ignore_ascii_case(b) || {
            let mut folded = std::mem::take(&mut self.scratch);
            fold_into(span.of(self.text), &mut folded);
            let same = self.folded(id) == folded;
            self.scratch = folded;
            same
        };
        // Where the capitals stand is all that tells words run together.
        self.known[id as usize].glued |= same && glued_head(span.of(self.text)).is_some();
        same
    }
}

#[cfg(test)]
mod tests {
    use super::Vocabulary;
    use crate::paragraph::Span;

    #[test]
    fn words_of_one_hash_are_told_apart_however_many() {
        let word = |at: usize| Span::new(at * 6, at * 6 + 5);
        let text: String = (0..60_000).map(|n| format!("{:05} ", n % 30_000)).collect();
        let mut vocabulary = Vocabulary::new(&text);
        let ids: Vec<u32> = (0..60_000).map(|at| vocabulary.id(7, word(at))).collect();
        assert_eq!(ids, (0..60_000).map(|n| n % 30_000).collect::<Vec<u32>>());
        assert_eq!((vocabulary.len(), vocabulary.folded(29_999)), (30_000, "29999"));
    }
}
