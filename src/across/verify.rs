//! Proposed pairs judged on their words, by the measure and the guards that hold within an article.

use std::sync::atomic::Ordering;

use crate::article::Deduplicator;
use crate::paragraph::{Finding, ParagraphId, Role, Span, Verdict};
use crate::pass::Pass;
use crate::role::{Place, Shape};
use crate::similarity::candidates::{Candidate, Candidates};
use crate::similarity::vocabulary::Vocabulary;
use crate::suspects::{Glossary, Sequences, Suspects, has_full_stops};
use crate::verdict::finding::judged;
use crate::verdict::judge::Judgement;

use super::record::Record;
use super::survey::Batch;

/// What came of a pair.
#[derive(Debug)]
pub(super) struct Compared {
    /// The first of the two.
    pub(super) first: u32,
    /// May the first go for the second?
    pub(super) forth: Option<Finding>,
    /// May the second go for the first?
    pub(super) back: Option<Finding>,
}

/// Texts of the batch put one behind the other, to be read as one.
#[derive(Default)]
struct Texts {
    text: String,
    spans: Vec<Span>,
    places: Vec<Place>,
}

impl Texts {
    fn add(&mut self, record: Record<'_>) {
        let start = self.text.len();
        self.text.push_str(record.text);
        self.spans.push(Span::new(start, self.text.len()));
        self.text.push_str("\n\n");
        self.places.push(place(&record));
    }

    /// Compares the last one with each of the others, which are called by their places here; and how many were too long.
    fn compare_last(&self, dedup: &Deduplicator, language: &str) -> (Vec<Compared>, usize) {
        let Self { text, spans, places } = self;
        let last = (spans.len() - 1) as u32;
        let pairs: Vec<Candidate> = (0..last).map(|first| Candidate { first, second: last, shared: 1 }).collect();
        let candidates = Candidates { pairs, ..Candidates::default() };
        let lexicon = dedup.lexicon(language);
        let mut vocabulary = Vocabulary::new(text);
        let sequences = Sequences::read(spans, &candidates, &mut vocabulary);
        let glossary = Glossary::of(&vocabulary, lexicon);
        let suspects = Suspects::placed(text, spans, |index| places[index], &sequences, &glossary, None);
        let pass = Pass {
            options: dedup.options(),
            sequences: &sequences,
            suspects: &suspects,
            glossary: &glossary,
            earlier: None,
            strangers: true,
        };
        let (pairs, too_long) = pass.judge(&candidates.pairs);
        let compared = pairs.iter().filter_map(|pair| {
            let finding = |[paragraph, twin]: [u32; 2], judgement: &Judgement| {
                let both = [ParagraphId(paragraph), ParagraphId(twin)];
                (judgement.verdict != Verdict::Keep).then(|| judged(both, &suspects, judgement, judgement.verdict))
            };
            let forth = finding([pair.first, pair.second], &pair.forth);
            let back = finding([pair.second, pair.first], &pair.back);
            (forth.is_some() || back.is_some()).then_some(Compared { first: pair.first, forth, back })
        });
        (compared.collect(), too_long)
    }
}

/// Compares `second` with each of `firsts`. Findings of verdict keep are not told, nor are pairs without another.
pub(super) fn compare(dedup: &Deduplicator, batch: &Batch, firsts: &[u32], second: u32) -> Vec<Compared> {
    let mut texts = Texts::default();
    firsts.iter().chain([&second]).for_each(|paragraph| batch.with(*paragraph, |record| texts.add(record)));
    let (mut compared, too_long) = texts.compare_last(dedup, batch.language(second));
    batch.too_long.fetch_add(too_long, Ordering::Relaxed);
    compared.iter_mut().for_each(|compared| compared.first = firsts[compared.first as usize]);
    compared
}

/// As [`compare`], of two paragraphs and in the second one's language.
pub(super) fn compare_records(dedup: &Deduplicator, both: [Record<'_>; 2], language: &str) -> Option<Compared> {
    let mut texts = Texts::default();
    both.into_iter().for_each(|record| texts.add(record));
    texts.compare_last(dedup, language).0.pop()
}

/// May `paragraph` go for `twin`?
pub(super) fn says(dedup: &Deduplicator, batch: &Batch, twin: u32, paragraph: u32) -> Option<Finding> {
    compare(dedup, batch, &[twin], paragraph).pop()?.back
}

/// What can be seen of one paragraph of the batch by itself.
pub(super) fn shape(dedup: &Deduplicator, batch: &Batch, paragraph: u32) -> Option<Shape> {
    batch.with(paragraph, |record| shape_of(dedup, record, batch.language(paragraph)))
}

/// As [`shape`], of a paragraph in this language.
pub(super) fn shape_of(dedup: &Deduplicator, record: Record<'_>, language: &str) -> Option<Shape> {
    let mut texts = Texts::default();
    texts.add(record);
    let Texts { text, spans, places } = &texts;
    let candidates = Candidates { copies: vec![(0, 0)], ..Candidates::default() };
    let mut vocabulary = Vocabulary::new(text);
    let sequences = Sequences::read(spans, &candidates, &mut vocabulary);
    let lexicon = dedup.lexicon(language);
    let glossary = Glossary::of(&vocabulary, lexicon);
    let suspects = Suspects::placed(text, spans, |index| places[index], &sequences, &glossary, None);
    suspects.get(0).map(|suspect| suspect.shape.clone())
}

/// What a paragraph is, where it may go from one article because another has it.
pub(super) fn may_go(dedup: &Deduplicator, batch: &Batch, paragraph: u32) -> Option<Role> {
    shape(dedup, batch, paragraph).filter(super::boilerplate::may_go).map(|shape| shape.role)
}

fn place(record: &Record<'_>) -> Place {
    Place {
        first: record.number == 0,
        opening: false,
        stops: has_full_stops(record.text),
        told: record.told,
        fixed: false,
        marked: record.marked,
    }
}
