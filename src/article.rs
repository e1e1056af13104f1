//! One document in, its findings out: the steps in their order.

mod settle;

use std::cell::RefCell;
use std::sync::Arc;

use crate::lexicon::{Language, Lexicon, OwnLexicons, detect};
use crate::markup::marked::Marked;
use crate::markup::plain;
use crate::options::{Options, OptionsError};
use crate::paragraph::{Findings, Hint, Role, Span};
use crate::shingle::Prints;
use crate::similarity::candidates::{Candidates, Search};
use crate::similarity::file_names::add_file_names;
use crate::verdict::judge::Pair;
use crate::words::{Word, fold, is_alphabetic, is_negative, is_solo, number_sign, words};

use settle::{Document, Judged, Memory};

/// Least share of the smaller paragraph's shingles that a candidate pair must have in common.
const CANDIDATE_SHARE: f64 = 0.35;

/// The same where each character counts as a word: any two texts have most characters in common.
const UNSPACED_SHARE: f64 = 0.5;

/// Where each character counts as a word, this many times as many make a shingle.
const SOLO_FACTOR: usize = 2;

/// Letters looked at to know the script.
const SAMPLE_CHARS: usize = 48;

/// Texts longer than this, in bytes, are hashed by several threads.
const HUGE: usize = 1 << 20;

/// Finds the echoes of one document after another. Cheap to share: it is `Sync` and holds no state between documents.
#[derive(Clone, Debug)]
pub struct Deduplicator {
    options: Options,
    /// Words of the user's own, if there are any.
    lexicons: Option<Arc<OwnLexicons>>,
}

/// Every stage's result for one document.
#[derive(Debug)]
pub struct Trace {
    /// Paragraphs and findings.
    pub findings: Findings,
    /// Words and shingles.
    pub prints: Prints,
    /// Copies and candidate pairs.
    pub candidates: Candidates,
    /// The pairs that were judged.
    pub pairs: Vec<Pair>,
    roles: Vec<Option<Role>>,
}

impl Trace {
    /// What a paragraph (0-based) is, where the engine looked: at suspects only.
    #[must_use]
    pub fn role(&self, paragraph: usize) -> Option<Role> {
        self.roles.get(paragraph).copied().flatten()
    }
}

thread_local! {
    /// Buffers of this thread, emptied for each document.
    static BUFFERS: RefCell<(Prints, Memory)> = RefCell::default();
}

impl Deduplicator {
    /// A deduplicator with these options.
    ///
    /// # Errors
    /// If an option is out of its range.
    pub fn new(options: Options) -> Result<Self, OptionsError> {
        options.check()?;
        let own = |file: &str| OwnLexicons::new(file).map_err(|error| OptionsError(format!("lexicon: {error}")));
        let lexicons = (!options.lexicon.is_empty()).then(|| own(&options.lexicon)).transpose()?.map(Arc::new);
        Ok(Self { options, lexicons })
    }

    /// The options in force.
    #[must_use]
    pub const fn options(&self) -> &Options {
        &self.options
    }

    /// The paragraphs of `text` and what was found about them. The same text gives the same findings on any number
    /// of threads.
    #[must_use]
    pub fn find(&self, text: &str) -> Findings {
        self.look(text, plain::paragraphs(text, self.options.paragraphs), &[], |findings, _| findings)
    }

    /// As [`Deduplicator::find`], for a marked-up document. The paragraphs of the findings are spans of its source.
    #[must_use]
    pub fn find_marked(&self, marked: &Marked<'_>) -> Findings {
        let findings = self.look(&marked.text, marked.paragraphs.clone(), &marked.hints, |findings, _| findings);
        Findings { paragraphs: marked.sources.clone(), ..findings }
    }

    /// As [`Deduplicator::find`], or as [`Deduplicator::find_marked`] of `marked`, for whoever wants the document's
    /// words and shingles, too.
    #[cfg(feature = "io")]
    pub(crate) fn find_printed<T>(
        &self,
        text: &str,
        marked: Option<&Marked<'_>>,
        take: impl FnOnce(Findings, &Prints) -> T,
    ) -> T {
        match marked {
            None => self.look(text, plain::paragraphs(text, self.options.paragraphs), &[], take),
            Some(marked) => {
                let take = |findings, prints: &Prints| {
                    take(Findings { paragraphs: marked.sources.clone(), ..findings }, prints)
                };
                self.look(&marked.text, marked.paragraphs.clone(), &marked.hints, take)
            }
        }
    }

    fn look<T>(
        &self,
        text: &str,
        paragraphs: Vec<Span>,
        hints: &[Hint],
        take: impl FnOnce(Findings, &Prints) -> T,
    ) -> T {
        // Taken out while in use: another document may be looked at by this thread while this one waits for others.
        let (mut prints, mut memory) = BUFFERS.take();
        let candidates = self.search(text, &paragraphs, &mut prints, &mut memory.search);
        let findings = if candidates.pairs.is_empty() && candidates.copies.is_empty() {
            Findings { paragraphs, ..Findings::default() }
        } else {
            let document = Document {
                text,
                paragraphs: &paragraphs,
                hints,
                prints: &prints,
                candidates: &candidates,
                again: false,
            };
            self.judge(&document, &mut memory, false).findings
        };
        let taken = take(findings, &prints);
        BUFFERS.set((prints, memory));
        taken
    }

    /// As [`Deduplicator::find`], with every stage's result.
    #[must_use]
    pub fn trace(&self, text: &str) -> Trace {
        self.trace_of(text, &plain::paragraphs(text, self.options.paragraphs), &[])
    }

    /// As [`Deduplicator::find_marked`], with every stage's result; its paragraphs are spans of `marked.text`.
    #[must_use]
    pub fn trace_marked(&self, marked: &Marked<'_>) -> Trace {
        self.trace_of(&marked.text, &marked.paragraphs, &marked.hints)
    }

    fn trace_of(&self, text: &str, paragraphs: &[Span], hints: &[Hint]) -> Trace {
        let mut prints = Prints::default();
        let candidates = self.search(text, paragraphs, &mut prints, &mut Search::default());
        let document = Document { text, paragraphs, hints, prints: &prints, candidates: &candidates, again: false };
        let Judged { findings, pairs, roles } = self.judge(&document, &mut Memory::default(), true);
        Trace { findings, prints, candidates, pairs, roles }
    }

    /// Words, shingles, candidates.
    fn search(&self, text: &str, paragraphs: &[Span], prints: &mut Prints, search: &mut Search) -> Candidates {
        self.fill(text, paragraphs, prints);
        self.candidates(text, paragraphs, prints, search)
    }

    fn candidates(&self, text: &str, paragraphs: &[Span], prints: &Prints, search: &mut Search) -> Candidates {
        let same = |i: usize, j: usize| same_words(paragraphs[i].of(text), paragraphs[j].of(text));
        let share = candidate_share(without_spaces(text, paragraphs));
        let mut candidates = search.candidates(prints, share, same);
        add_file_names(text, paragraphs, |at| prints.words(at).len(), &mut candidates);
        candidates
    }

    /// Words in a shingle of this text.
    pub(crate) fn ngram(&self, text: &str, paragraphs: &[Span]) -> usize {
        self.options.ngram * if without_spaces(text, paragraphs) { SOLO_FACTOR } else { 1 }
    }

    fn fill(&self, text: &str, paragraphs: &[Span], prints: &mut Prints) {
        let ngram = self.ngram(text, paragraphs);
        if text.len() > HUGE {
            prints.fill_parallel(text, paragraphs, ngram);
        } else {
            prints.fill(text, paragraphs, ngram);
        }
    }

    /// The lexicon of a language, by its code.
    pub(crate) fn lexicon(&self, code: &str) -> &Lexicon {
        self.lexicons.as_ref().map_or_else(|| Lexicon::named(code), |own| own.named(code))
    }

    /// The lexicon of a document's language, and how many of the words that tell it may change: see [`Language::sure`].
    fn lexicon_of(&self, prints: &Prints) -> (&Lexicon, usize) {
        let Language { code, sure } = detect(prints.all_words());
        (self.lexicon(code), sure)
    }
}

/// Least share of the smaller paragraph's shingles that a candidate pair must have in common; `unspaced` tells of a
/// script written without spaces.
pub(crate) const fn candidate_share(unspaced: bool) -> f64 {
    if unspaced { UNSPACED_SHARE } else { CANDIDATE_SHARE }
}

/// True if the paragraphs' script is written without spaces, so that each character counts as a word; told by a sample.
fn without_spaces(text: &str, paragraphs: &[Span]) -> bool {
    let letters = paragraphs.iter().flat_map(|span| span.of(text).chars()).filter(|c| is_alphabetic(*c));
    let (mut solo, mut all) = (0, 0);
    for c in letters.take(SAMPLE_CHARS) {
        solo += usize::from(is_solo(c));
        all += 1;
    }
    solo * 2 > all
}

/// True if two paragraphs have the same words; told by the words, not by hashes.
fn same_words(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let (left, right) = (words(a), words(b));
    let same = |(l, r): (&Word, &Word)| {
        let signed =
            |text, word: &Word| (is_negative(text, word.span.start), number_sign(text, word.span.start, word.span.end));
        let (here, there) = (l.span.of(a), r.span.of(b));
        (here == there || fold(here) == fold(there)) && signed(a, l) == signed(b, r)
    };
    left.len() == right.len() && left.iter().zip(&right).all(same)
}
