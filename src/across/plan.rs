//! What goes of each document because of the others, and how the second pass takes it up.

use std::collections::HashSet;
use std::io;

use xxhash_rust::xxh3::xxh3_64;

use crate::markup::marked::Marked;
use crate::options::Options;
use crate::paragraph::{Capped, Elsewhere, Finding, Findings, Guard, ParagraphId, Verdict};
use crate::verdict::decide::MOST_REMOVED;
use crate::words::scan;

use super::record::Record;
use super::removals::{Proof, Proofs, REMOVAL};
use super::scratch::long;
use super::sheet::{Found, folded};
use super::spool::Spool;
use super::survey::{Batch, Doc, Key};

/// What goes of every document of a batch because of the others.
#[derive(Debug)]
pub struct Plan {
    /// The removals in the order of their paragraphs, [`REMOVAL`] bytes each.
    pub(super) removals: Spool,
    pub(super) proofs: Proofs,
    pub(super) capped: Capped,
    pub(super) batch: Batch,
}

/// Why a plan does not hold for a document.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// It is not what it was in the first pass.
    #[error("changed while it was read; not compared with others")]
    Changed,
    /// What was put aside cannot be read.
    #[error("not compared with others: {0}")]
    Spool(#[from] io::Error),
}

impl Plan {
    /// How many paragraphs go or are put to review.
    #[must_use]
    pub fn len(&self) -> usize {
        self.removals.len() as usize / REMOVAL
    }

    /// True if nothing goes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What was left undone because a bound was hit.
    #[must_use]
    pub const fn capped(&self) -> Capped {
        self.capped
    }

    /// The document at `key`, if it is what it was in the first pass.
    fn doc(&self, key: Key, source: &str) -> Result<u32, PlanError> {
        let docs = &self.batch.docs;
        let indexed = self.batch.indexed as usize;
        let doc = docs[indexed..].binary_search_by_key(&key, |doc| doc.key).map_err(|_| PlanError::Changed)? + indexed;
        if docs[doc].hash == xxh3_64(source.as_bytes()) { Ok(doc as u32) } else { Err(PlanError::Changed) }
    }

    /// What the first pass found in the document at `key` by itself, but for its paragraphs; nothing, if that cannot be
    /// told any more.
    #[must_use]
    pub fn found(&self, key: Key, source: &str) -> Option<Findings> {
        let doc = self.doc(key, source).ok()?;
        let found = self.batch.read_doc(doc, |_, found| {
            if found.is_empty() {
                return Some(Findings::default());
            }
            let Found { findings, capped, withdrawn } = serde_json::from_slice(found).ok()?;
            Some(Findings { findings, capped, withdrawn, ..Findings::default() })
        });
        found.filter(|_| self.batch.spool.check().is_ok())
    }

    /// Adds to the findings of the document at `key` what goes because of other documents. `source` is its source;
    /// `marked` is how it was read, if it is marked up.
    ///
    /// # Errors
    /// If the document was not in the batch, or is not what it was, or the plan cannot be read.
    pub fn apply(
        &self,
        key: Key,
        source: &str,
        marked: Option<&Marked<'_>>,
        options: &Options,
        findings: &mut Findings,
    ) -> Result<(), PlanError> {
        let doc = self.doc(key, source)? as usize;
        let bytes = |doc: &Doc| u64::from(doc.removals) * REMOVAL as u64;
        let end = self.batch.docs.get(doc + 1).map_or(self.removals.len(), bytes);
        let mut scratch = Vec::new();
        let here = self.removals.read(bytes(&self.batch.docs[doc])..end, &mut scratch);
        let mut new = Vec::new();
        for removal in here.chunks_exact(REMOVAL) {
            new.extend(self.finding([0, 4, 8].map(|at| long(&removal[at..at + 4]) as u32))?);
        }
        self.removals.check()?;
        self.batch.spool.check()?;
        add(new, source, marked, options, findings);
        Ok(())
    }

    fn finding(&self, [paragraph, twin, proof]: [u32; 3]) -> Result<Option<Finding>, PlanError> {
        let batch = &self.batch;
        let doc = batch.doc(twin);
        let name = batch.read_doc(doc, |name, _| name.to_owned());
        let proof = self.proofs.get(proof)?;
        Ok(batch.with(paragraph, |own| batch.with(twin, |twin| told(proof, own, twin, name, doc < batch.indexed))))
    }
}

/// The finding of a paragraph that goes for one of the document `doc`; none if it must stay.
pub(super) fn told(proof: Proof, own: Record<'_>, twin: Record<'_>, doc: String, indexed: bool) -> Option<Finding> {
    if own.pinned {
        return None;
    }
    let Proof { mut finding, exact, articles, from_all } = proof;
    let placeholder = finding.twin.to_string();
    finding.paragraph = ParagraphId(own.number);
    finding.twin = ParagraphId(twin.number);
    let place = format!("{} of {doc}", finding.twin);
    if exact {
        finding.reason = format!("says word for word what {place} says");
        if own.text != twin.text {
            tell_numbers(own.text, twin.text, &place, &mut finding);
        }
    } else {
        finding.reason = finding.reason.replacen(&placeholder, &place, 1);
    }
    finding.reason += &format!("; {articles} articles have it");
    let text = twin.text.to_owned();
    finding.elsewhere = Some(Elsewhere { doc, span: twin.span, articles, from_all, indexed, text });
    Some(finding)
}

/// Where paragraph and twin are the same but for their numbers, says so.
fn tell_numbers(own: &str, twin: &str, place: &str, finding: &mut Finding) {
    let (own, twin) = (folded(own, false), folded(twin, false));
    if own != twin {
        let same = own.iter().zip(&twin).filter(|(a, b)| a == b).count();
        let all = own.len().max(1) as f64;
        finding.coverage = same as f64 / all;
        finding.jaccard = same as f64 / (2.0 * all - same as f64);
        finding.guards = vec![Guard::Number];
        finding.reason = format!("says what {place} says, with other numbers");
    }
}

/// Adds to the findings of a document those of its paragraphs that are said in others.
pub(super) fn add(
    mut new: Vec<Finding>,
    source: &str,
    marked: Option<&Marked<'_>>,
    options: &Options,
    findings: &mut Findings,
) {
    if new.is_empty() {
        return;
    }
    let spans = marked.map_or_else(|| findings.paragraphs.clone(), |marked| marked.paragraphs.clone());
    let text = marked.map_or(source, |marked| &marked.text);
    let count = |paragraph: &str| {
        let mut words = 0usize;
        scan(paragraph, |_, _, _| words += 1);
        words
    };
    withdraw(&mut new, findings, options, |index| count(spans[index].of(text)), spans.len());
    for finding in new {
        take(findings, finding);
    }
}

/// Puts removals to review if they would take too much that is not word-for-word said elsewhere.
fn withdraw(
    new: &mut [Finding],
    findings: &mut Findings,
    options: &Options,
    words: impl Fn(usize) -> usize,
    paragraphs: usize,
) {
    let inexact =
        |finding: &&Finding| finding.verdict == Verdict::Remove && (finding.jaccard < 1.0 || finding.coverage < 1.0);
    let gone: Vec<usize> = new.iter().chain(&findings.findings).filter(inexact).map(|f| f.paragraph.index()).collect();
    if options.force || gone.len() < 2 || !new.iter().any(|finding| inexact(&finding)) {
        return;
    }
    let all: usize = (0..paragraphs).map(&words).sum();
    let share = gone.iter().map(|index| words(*index)).sum::<usize>() as f64 / all.max(1) as f64;
    if share > MOST_REMOVED {
        findings.withdrawn = Some(share);
        for finding in new.iter_mut().filter(|finding| finding.jaccard < 1.0 || finding.coverage < 1.0) {
            finding.verdict = Verdict::Review;
        }
    }
}

/// Puts one finding among those of the article itself.
fn take(findings: &mut Findings, finding: Finding) {
    let list = &mut findings.findings;
    let at = list.binary_search_by_key(&finding.paragraph, |f| f.paragraph);
    if finding.verdict != Verdict::Remove {
        // Whoever asks about it already asks enough.
        if let Err(at) = at {
            list.insert(at, finding);
        }
        return;
    }
    match at {
        Ok(at) if list[at].verdict == Verdict::Remove => return,
        Ok(at) => list[at] = finding.clone(),
        Err(at) => list.insert(at, finding.clone()),
    }
    let gone: HashSet<ParagraphId> = [finding.paragraph].into();
    let relies = |f: &Finding| f.elsewhere.is_none() && gone.contains(&f.twin);
    list.retain(|f| !relies(f) || f.verdict == Verdict::Remove);
    // What went for it goes for its twin, which says all that it said.
    for earlier in list.iter_mut().filter(|f| relies(f)) {
        earlier.twin = finding.twin;
        earlier.elsewhere.clone_from(&finding.elsewhere);
        earlier.coverage *= finding.coverage;
        earlier.jaccard *= finding.jaccard;
        let doc = finding.elsewhere.as_ref().map_or("", |elsewhere| &elsewhere.doc);
        earlier.reason = format!("says nothing that {} of {doc} does not", finding.twin);
    }
}
