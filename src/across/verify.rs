//! Proposed pairs judged on their words, by the measure and the guards that hold within an article.

use std::sync::atomic::Ordering;

use rayon::prelude::*;

use crate::article::Deduplicator;
use crate::paragraph::{Finding, ParagraphId, Role, Span, Verdict};
use crate::pass::{Pass, Strangers};
use crate::role::{Place, Shape};
use crate::similarity::candidates::{Candidate, Candidates};
use crate::similarity::vocabulary::Vocabulary;
use crate::suspects::{Glossary, Sequences, Suspects, has_full_stops};
use crate::verdict::finding::judged;
use crate::verdict::judge::Judgement;

use super::boilerplate::may_go;
use super::pairs::Pair;
use super::record::Record;
use super::survey::Batch;

/// So many pairs are read at once: of a family of paragraphs that are like each other all are like its first ones.
const CHUNK: usize = 128;

/// What came of a pair.
#[derive(Debug)]
pub(super) struct Compared {
    /// The two.
    pub(super) pair: Pair,
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

    /// Compares pairs of them, which are called by their places here; and how many were too long. Only with `both` it is
    /// asked whether the first of a pair may go, too.
    fn compare(
        &self,
        dedup: &Deduplicator,
        language: &str,
        pairs: impl Iterator<Item = [u32; 2]>,
        both: bool,
    ) -> (Vec<Compared>, usize) {
        let Self { text, spans, places } = self;
        let pairs = pairs.map(|[first, second]| Candidate { first, second, shared: 1 }).collect();
        let candidates = Candidates { pairs, ..Candidates::default() };
        let lexicon = dedup.lexicon(language);
        let mut vocabulary = Vocabulary::new(text);
        let sequences = Sequences::read(spans, &candidates, &mut vocabulary);
        let glossary = Glossary::of(&vocabulary, lexicon);
        let suspects = Suspects::placed(spans, |index| places[index], &sequences, &glossary, None);
        let pass = Pass {
            options: dedup.options(),
            sequences: &sequences,
            suspects: &suspects,
            glossary: &glossary,
            earlier: None,
            strangers: Some(Strangers { both, may_go }),
            all: true,
        };
        let (pairs, too_long) = pass.judge(&candidates.pairs);
        let compared = pairs.iter().filter_map(|pair| {
            let finding = |[paragraph, twin]: [u32; 2], judgement: &Judgement| {
                let both = [ParagraphId(paragraph), ParagraphId(twin)];
                (judgement.verdict != Verdict::Keep).then(|| judged(both, &suspects, judgement, judgement.verdict))
            };
            let forth = finding([pair.first, pair.second], &pair.forth).filter(|_| both);
            let back = finding([pair.second, pair.first], &pair.back);
            let pair = Pair { second: pair.second, first: pair.first };
            (forth.is_some() || back.is_some()).then_some(Compared { pair, forth, back })
        });
        (compared.collect(), too_long)
    }
}

/// Compares pairs, each in the language of its second paragraph; gives those of which one may go, in order. Only with
/// `both` that may be the first.
pub(super) fn compare(dedup: &Deduplicator, batch: &Batch, mut pairs: Vec<Pair>, both: bool) -> Vec<Compared> {
    pairs.sort_unstable();
    let mut families: Vec<&[Pair]> = pairs.chunk_by(|x, y| x.second == y.second).collect();
    let language = |family: &[Pair]| batch.language(family[0].second);
    families.sort_by_cached_key(|family| (language(family), family[0].first, family[0].second));
    let mut chunks: Vec<Vec<Pair>> = Vec::new();
    for family in families {
        match chunks.last_mut() {
            Some(chunk) if chunk.len() < CHUNK && language(chunk) == language(family) => chunk.extend(family),
            _ => chunks.push(family.to_vec()),
        }
    }
    let compared = chunks.into_par_iter().map(|pairs| compare_chunk(dedup, batch, &pairs, both));
    let mut compared = compared.collect::<Vec<_>>().into_iter().flatten().collect::<Vec<Compared>>();
    compared.sort_unstable_by_key(|compared| compared.pair);
    compared
}

/// As [`compare`], of few pairs in one language.
fn compare_chunk(dedup: &Deduplicator, batch: &Batch, pairs: &[Pair], both: bool) -> Vec<Compared> {
    let mut all: Vec<u32> = pairs.iter().flat_map(|pair| [pair.first, pair.second]).collect();
    all.sort_unstable();
    all.dedup();
    let mut texts = Texts::default();
    all.iter().for_each(|paragraph| batch.with(*paragraph, |record| texts.add(record)));
    let place = |paragraph: u32| all.partition_point(|other| *other < paragraph) as u32;
    let places = pairs.iter().map(|pair| [place(pair.first), place(pair.second)]);
    let (mut compared, too_long) = texts.compare(dedup, batch.language(pairs[0].second), places, both);
    batch.too_long.fetch_add(too_long, Ordering::Relaxed);
    for Compared { pair, .. } in &mut compared {
        *pair = Pair { first: all[pair.first as usize], second: all[pair.second as usize] };
    }
    compared
}

/// As [`compare`], of two paragraphs and in the second one's language.
pub(super) fn compare_records(dedup: &Deduplicator, both: [Record<'_>; 2], language: &str) -> Option<Compared> {
    let mut texts = Texts::default();
    both.into_iter().for_each(|record| texts.add(record));
    texts.compare(dedup, language, [[0, 1]].into_iter(), true).0.pop()
}

/// May `paragraph` go for `twin`?
pub(super) fn says(dedup: &Deduplicator, batch: &Batch, twin: u32, paragraph: u32) -> Option<Finding> {
    compare_chunk(dedup, batch, &[Pair { first: twin, second: paragraph }], false).pop()?.back
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
    let suspects = Suspects::placed(spans, |index| places[index], &sequences, &glossary, None);
    suspects.get(0).map(|suspect| suspect.shape.clone())
}

/// What a paragraph is, where it may go from one article because another has it.
pub(super) fn role_if_may_go(dedup: &Deduplicator, batch: &Batch, paragraph: u32) -> Option<Role> {
    shape(dedup, batch, paragraph).filter(may_go).map(|shape| shape.role)
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
