//! A proposed pair judged on its words, by the measure and the guards that hold within an article.

use crate::article::Deduplicator;
use crate::paragraph::{Finding, ParagraphId, Span, Verdict};
use crate::pass::Pass;
use crate::role::{Place, Shape};
use crate::similarity::candidates::{Candidate, Candidates};
use crate::similarity::vocabulary::Vocabulary;
use crate::suspects::{Glossary, Sequences, Suspects, has_full_stops};
use crate::verdict::finding::judged;
use crate::verdict::judge::Judgement;

use super::sheet::Entry;
use super::survey::Batch;

/// What came of a pair.
#[derive(Debug)]
pub(super) struct Compared {
    /// May the first go for the second? Paragraph and twin are 0 and 1.
    pub(super) forth: Option<Finding>,
    /// May the second go for the first? Paragraph and twin are 1 and 0.
    pub(super) back: Option<Finding>,
}

/// Compares two paragraphs of the batch. Findings of verdict keep are not told.
pub(super) fn compare(dedup: &Deduplicator, batch: &Batch, first: u32, second: u32) -> Compared {
    compare_entries(dedup, [&batch.entry(first), &batch.entry(second)], batch.language(second))
}

/// As [`compare`], with the words of a language.
pub(super) fn compare_entries(dedup: &Deduplicator, [x, y]: [&Entry; 2], language: &str) -> Compared {
    let none = Compared { forth: None, back: None };
    let text = format!("{}\n\n{}", x.text, y.text);
    let spans = [Span::new(0, x.text.len()), Span::new(x.text.len() + 2, text.len())];
    let candidates = Candidates { pairs: vec![Candidate { first: 0, second: 1, shared: 1 }], ..Candidates::default() };
    let lexicon = dedup.lexicon(language);
    let mut vocabulary = Vocabulary::new(&text);
    let sequences = Sequences::read(&spans, &candidates, &mut vocabulary);
    let place = |index: usize| place(if index == 0 { x } else { y });
    let glossary = Glossary::of(&vocabulary, lexicon);
    let suspects = Suspects::placed(&text, &spans, place, &sequences, &glossary, None);
    let pass = Pass {
        options: dedup.options(),
        sequences: &sequences,
        suspects: &suspects,
        glossary: &glossary,
        earlier: None,
    };
    let (pairs, _) = pass.judge(&candidates.pairs);
    let Some(pair) = pairs.first() else { return none };
    let finding = |paragraph: u32, judgement: &Judgement| {
        let both = [ParagraphId(paragraph), ParagraphId(1 - paragraph)];
        (judgement.verdict != Verdict::Keep).then(|| judged(both, &suspects, judgement, judgement.verdict))
    };
    Compared { forth: finding(0, &pair.forth), back: finding(1, &pair.back) }
}

/// What can be seen of one paragraph of the batch by itself.
pub(super) fn shape(dedup: &Deduplicator, batch: &Batch, paragraph: u32) -> Option<Shape> {
    shape_of(dedup, &batch.entry(paragraph), batch.language(paragraph))
}

/// As [`shape`], with the words of a language.
pub(super) fn shape_of(dedup: &Deduplicator, entry: &Entry, language: &str) -> Option<Shape> {
    let spans = [Span::new(0, entry.text.len())];
    let candidates = Candidates { copies: vec![(0, 0)], ..Candidates::default() };
    let mut vocabulary = Vocabulary::new(&entry.text);
    let sequences = Sequences::read(&spans, &candidates, &mut vocabulary);
    let lexicon = dedup.lexicon(language);
    let glossary = Glossary::of(&vocabulary, lexicon);
    let suspects = Suspects::placed(&entry.text, &spans, |_| place(entry), &sequences, &glossary, None);
    suspects.get(0).map(|suspect| suspect.shape.clone())
}

fn place(entry: &Entry) -> Place {
    Place {
        first: entry.number == 0,
        opening: false,
        stops: has_full_stops(&entry.text),
        told: entry.told,
        fixed: false,
        marked: entry.marked,
    }
}
