//! What goes of each document because of the others, and how the second pass takes it up.

use std::collections::HashSet;
use std::io;

use xxhash_rust::xxh3::xxh3_64;

use crate::markup::marked::Marked;
use crate::options::Options;
use crate::paragraph::{Elsewhere, Finding, Findings, Guard, ParagraphId, Role, Verdict};
use crate::verdict::decide::MOST_REMOVED;
use crate::verdict::finding::copied;
use crate::words::scan;

use super::sheet::{Entry, folded};
use super::survey::{Batch, Key};

/// Why a group of paragraphs goes.
#[derive(Debug)]
pub(super) struct Proof {
    /// Without paragraph, twin and document.
    pub(super) finding: Finding,
    /// True if twin and paragraph have the same words.
    pub(super) exact: bool,
    /// How many documents have it.
    pub(super) articles: usize,
    /// True if it goes from all of them.
    pub(super) from_all: bool,
}

/// One paragraph that goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Removal {
    pub(super) doc: u32,
    /// Paragraph of the batch.
    pub(super) paragraph: u32,
    /// Paragraph of the batch.
    pub(super) twin: u32,
    pub(super) proof: u32,
}

impl Removal {
    pub(super) fn new(batch: &Batch, paragraph: u32, twin: u32) -> Self {
        Self { doc: batch.doc(paragraph), paragraph, twin, proof: 0 }
    }
}

/// All that goes.
#[derive(Debug, Default)]
pub(super) struct Removals {
    pub(super) list: Vec<Removal>,
    pub(super) proofs: Vec<Proof>,
}

impl Removals {
    pub(super) fn add(&mut self, proof: Proof, list: Vec<Removal>) {
        if list.is_empty() {
            return;
        }
        let number = self.proofs.len() as u32;
        self.proofs.push(proof);
        self.list.extend(list.into_iter().map(|removal| Removal { proof: number, ..removal }));
    }
}

/// The finding of a word-for-word copy, whose paragraph and twin are told later.
pub(super) fn exact(role: Role) -> Finding {
    copied([ParagraphId(0); 2], [role; 2])
}

/// What goes of every document of a batch because of the others.
#[derive(Debug)]
pub struct Plan {
    pub(super) removals: Removals,
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
        self.removals.list.len()
    }

    /// True if nothing goes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.removals.list.is_empty()
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
        let docs = &self.batch.docs;
        let indexed = self.batch.indexed as usize;
        let doc = docs[indexed..].binary_search_by_key(&key, |doc| doc.key).map_err(|_| PlanError::Changed)? + indexed;
        if docs[doc].hash != xxh3_64(source.as_bytes()) {
            return Err(PlanError::Changed);
        }
        let list = &self.removals.list;
        let from = list.partition_point(|removal| (removal.doc as usize) < doc);
        let here = list[from..].iter().take_while(|removal| removal.doc as usize == doc);
        let new: Vec<Finding> = here.filter_map(|removal| self.finding(removal)).collect();
        self.batch.spool.check()?;
        add(new, source, marked, options, findings);
        Ok(())
    }

    fn finding(&self, removal: &Removal) -> Option<Finding> {
        let batch = &self.batch;
        let (own, twin) = (batch.entry(removal.paragraph), batch.entry(removal.twin));
        let proof = &self.removals.proofs[removal.proof as usize];
        let doc = batch.name(batch.doc(removal.twin));
        told(proof, &own, &twin, doc, batch.doc(removal.twin) < batch.indexed)
    }
}

/// The finding of a paragraph that goes for one of the document `doc`; none if it must stay.
pub(super) fn told(proof: &Proof, own: &Entry, twin: &Entry, doc: String, indexed: bool) -> Option<Finding> {
    if own.pinned {
        return None;
    }
    let mut finding = proof.finding.clone();
    let placeholder = finding.twin.to_string();
    finding.paragraph = ParagraphId(own.number);
    finding.twin = ParagraphId(twin.number);
    let place = format!("{} of {doc}", finding.twin);
    if proof.exact {
        let (own, twin) = (folded(&own.text, false), folded(&twin.text, false));
        finding.reason = format!("says word for word what {place} says");
        if own != twin {
            let same = own.iter().zip(&twin).filter(|(a, b)| a == b).count();
            let all = own.len().max(1) as f64;
            finding.coverage = same as f64 / all;
            finding.jaccard = same as f64 / (2.0 * all - same as f64);
            finding.guards = vec![Guard::Number];
            finding.reason = format!("says what {place} says, with other numbers");
        }
    } else {
        finding.reason = finding.reason.replacen(&placeholder, &place, 1);
    }
    finding.reason += &format!("; {} articles have it", proof.articles);
    let (articles, from_all) = (proof.articles, proof.from_all);
    finding.elsewhere = Some(Elsewhere { doc, span: twin.span, articles, from_all, indexed });
    Some(finding)
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
