//! The steps of a comparison one by one, for engines that hold the batch themselves: tables that are joined on a cluster,
//! or out of core. What is joined with what, and how the steps follow on each other, is in the Python package; what a
//! step means is here, the same as in [`Survey::plan`].

use std::collections::BTreeMap;

use crate::article::{Deduplicator, candidate_share};
use crate::markup::marked::Marked;
use crate::options::{Across, Mode};
use crate::paragraph::{Finding, Findings, Kind, Role};

use super::boilerplate::may_go;
use super::pairs;
use super::plan::{add, told};
use super::record::Record;
use super::removals::{Proof, exact};
use super::repeats::settle;
use super::sheet::{Entry, Sheet, folded, shingles, smallest};
use super::survey::{Key, Survey, apart};
use super::topics;
use super::verify::{compare_records, shape_of};

/// What bounds a comparison, so that it is the same everywhere.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// A shingle held by more paragraphs than this is answered by the first `few` only.
    pub many: usize,
    /// See `many`.
    pub few: usize,
    /// Most candidates compared for one paragraph.
    pub candidates: usize,
    /// Least share of what a paragraph asks for that a candidate answers.
    pub answered: f64,
    /// Articles whose topics are looked at, for each that is wanted.
    pub tries: usize,
}

/// The bounds in force.
pub const BOUNDS: Bounds = Bounds {
    many: pairs::MANY,
    few: pairs::FEW,
    candidates: pairs::MOST_CANDIDATES,
    answered: pairs::LEAST_ANSWERED,
    tries: topics::TRIES,
};

/// A paragraph and what counts of its document.
#[derive(Clone, Debug, Default)]
pub struct Passage {
    /// The paragraph; its fingerprints are not needed.
    pub entry: Entry,
    /// Code of the language.
    pub language: String,
    /// Words in a shingle.
    pub ngram: usize,
}

/// Keeps the hashes of a site's paragraphs from those of other sites, where these never meet: xor.
#[must_use]
pub fn site_mask(across: &Across, sheet: &Sheet) -> u64 {
    apart(across, &sheet.site)
}

/// The distinct shingles of a paragraph, sorted.
#[must_use]
pub fn shingles_of(passage: &Passage, site_mask: u64) -> Vec<u64> {
    let mut shingles = shingles(&passage.entry.text, passage.ngram);
    if site_mask != 0 {
        shingles.iter_mut().for_each(|hash| *hash ^= site_mask);
        shingles.sort_unstable();
    }
    shingles
}

/// What a paragraph asks for, of its shingles.
#[must_use]
pub fn asked(passage: &Passage, site_mask: u64) -> Vec<u64> {
    let asked = smallest(&shingles(&passage.entry.text, passage.ngram));
    asked.into_iter().map(|hash| hash ^ site_mask).collect()
}

/// True if two paragraphs with the same key have the same words.
#[must_use]
pub fn same_words(dedup: &Deduplicator, x: &str, y: &str) -> bool {
    let masks = dedup.options().across.as_ref().is_some_and(|across| across.templates);
    x == y || folded(x, masks) == folded(y, masks)
}

/// What came of a proposed pair.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    /// May the first go for the second?
    pub forth: Option<Finding>,
    /// May the second go for the first?
    pub back: Option<Finding>,
}

/// Compares a proposed pair, if it shares as much as a pair must within an article; `x` comes before `y`.
#[must_use]
pub fn verify(dedup: &Deduplicator, x: &Passage, y: &Passage) -> Compared {
    let share = candidate_share(y.ngram > dedup.options().ngram);
    if pairs::share_enough(&shingles_of(x, 0), &shingles_of(y, 0), share) {
        compare(dedup, x, y)
    } else {
        Compared::default()
    }
}

/// Compares two paragraphs, with the words of the second one's language.
#[must_use]
pub fn compare(dedup: &Deduplicator, x: &Passage, y: &Passage) -> Compared {
    let compared = compare_records(dedup, [&x.entry, &y.entry].map(Record::of), &y.language);
    compared.map(|compared| Compared { forth: compared.forth, back: compared.back }).unwrap_or_default()
}

/// What a paragraph is, if it may go for one in another article: it is no heading, cell, row or line of code.
#[must_use]
pub fn role_if_may_go(dedup: &Deduplicator, passage: &Passage) -> Option<Role> {
    shape_of(dedup, Record::of(&passage.entry), &passage.language).filter(may_go).map(|shape| shape.role)
}

/// The finding of a word-for-word copy, whose paragraph and twin are told later.
#[must_use]
pub fn exact_finding(dedup: &Deduplicator, role: Role) -> Finding {
    let mut finding = exact(role);
    if dedup.options().across.as_ref().is_some_and(|across| across.mode == Mode::Boilerplate) {
        finding.kind = Kind::Boilerplate;
    }
    finding
}

/// A sample of what an article is about, of the paragraphs that no other one has.
#[must_use]
pub fn sketch(dedup: &Deduplicator, language: &str, texts: impl Iterator<Item = String>) -> Vec<u64> {
    topics::sketch(dedup, language, texts)
}

/// True if `wanted` of the sketches are of different things, each from each.
#[must_use]
pub fn differ(sketches: &[Vec<u64>], wanted: usize) -> bool {
    topics::differ(sketches.iter(), wanted)
}

/// Which paragraphs go for an earlier one, or may: each stays in the first article that has it.
///
/// `passages` have the number of their article, in order, and are all that hang together; `twins` are index of the later
/// one, index of the earlier one and the finding of the later one. Gives index, index of the twin and the finding.
///
/// # Errors
/// If a temporary file cannot be written or read.
pub fn repeats(
    dedup: &Deduplicator,
    passages: &[(i64, Passage)],
    twins: Vec<(u32, u32, Finding)>,
) -> std::io::Result<Vec<(u32, u32, Finding)>> {
    let across = Across { mode: Mode::Repeats, min_articles: 2, one_site: true, templates: false };
    let mut survey = Survey::new(across, dedup.options(), u64::MAX);
    for (line, article) in (1..).zip(passages.chunk_by(|a, b| a.0 == b.0)) {
        let first = &article[0].1;
        let sheet = Sheet {
            ngram: first.ngram,
            language: first.language.clone(),
            paragraphs: article.iter().map(|(_, passage)| passage.entry.clone()).collect(),
            ..Sheet::default()
        };
        survey.add(Key { input: 0, line }, &sheet.unnamed())?;
    }
    let (batch, ..) = survey.parts();
    let mut links: BTreeMap<u32, Vec<(u32, Finding)>> = BTreeMap::new();
    for (later, earlier, finding) in twins {
        links.entry(later).or_default().push((earlier, finding));
    }
    let removals = settle(dedup, &batch, links)?;
    batch.spool.check()?;
    let mut gone = Vec::new();
    removals.each(|paragraph, twin, proof| gone.push((paragraph, twin, proof.finding)))?;
    Ok(gone)
}

/// Why a paragraph goes for one of another article.
#[derive(Clone, Debug)]
pub struct Reason {
    /// Without paragraph, twin and document.
    pub finding: Finding,
    /// True if twin and paragraph have the same words.
    pub exact: bool,
    /// How many articles have it.
    pub articles: usize,
    /// True if it goes from all of them.
    pub from_all: bool,
}

/// The finding of a paragraph that goes for `twin`, of the article called `name`; none if it must stay.
#[must_use]
pub fn finding(reason: Reason, own: &Entry, twin: &Entry, name: &str) -> Option<Finding> {
    let Reason { finding, exact, articles, from_all } = reason;
    let proof = Proof { finding, exact, articles, from_all };
    told(proof, Record::of(own), Record::of(twin), name.to_owned(), false)
}

/// Adds to the findings of an article those of its paragraphs that are said in others, in order.
pub fn apply(
    dedup: &Deduplicator,
    source: &str,
    marked: Option<&Marked<'_>>,
    new: Vec<Finding>,
    findings: &mut Findings,
) {
    add(new, source, marked, dedup.options(), findings);
}
