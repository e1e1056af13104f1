//! The words of the suspect paragraphs as small integers: equal ids are equal words, verified on their folded text.
//!
//! After this step nobody compares strings to know whether two words are the same.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::paragraph::Span;
use crate::words::{append_folded, fold_into, scan};

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

/// The distinct words met so far in one document.
#[derive(Debug)]
pub struct Vocabulary<'t> {
    text: &'t str,
    /// The first id with a hash; others with the same hash follow by `Known::next`.
    ids: HashMap<u64, WordId, RandomState>,
    known: Vec<Known>,
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
    /// Another word of the same hash.
    next: Option<WordId>,
}

/// About as many bytes of text make a word.
const BYTES_PER_WORD: usize = 6;

impl<'t> Vocabulary<'t> {
    /// An empty vocabulary for `text`.
    #[must_use]
    pub fn new(text: &'t str) -> Self {
        Self { text, ids: HashMap::default(), known: Vec::new(), folded: String::new(), scratch: String::new() }
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

    /// The folded text of a word.
    #[must_use]
    pub fn folded(&self, id: WordId) -> &str {
        self.known[id as usize].folded.of(&self.folded)
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

    fn id(&mut self, hash: u64, span: Span) -> WordId {
        let mut at = self.ids.get(&hash).copied();
        let mut last = None;
        while let Some(id) = at {
            if self.same(id, span) {
                return id;
            }
            last = at;
            at = self.known[id as usize].next;
        }
        let id = self.known.len() as WordId;
        let start = self.folded.len();
        append_folded(span.of(self.text), &mut self.folded);
        self.known.push(Known { span, folded: Span::new(start, self.folded.len()), next: None });
        match last {
            Some(last) => self.known[last as usize].next = Some(id),
            None => drop(self.ids.insert(hash, id)),
        }
        id
    }

    fn same(&mut self, id: WordId, span: Span) -> bool {
        let (a, b) = (self.known[id as usize].span.of(self.text), span.of(self.text));
        if a == b || a.eq_ignore_ascii_case(b) {
            return true;
        }
        let mut folded = std::mem::take(&mut self.scratch);
        fold_into(b, &mut folded);
        let same = self.folded(id) == folded;
        self.scratch = folded;
        same
    }
}
