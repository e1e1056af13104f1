//! What goes of one document: by the engine, then by what people decided; and what people are shown of it.

use super::worker::{Done, Worker, shown};
use crate::across::Key;
use crate::card::Page;
use crate::cut::{Cut, cuts, marked_cuts};
use crate::diff::unified_in;
use crate::log::About;
use crate::markup::marked::Marked;
use crate::markup::{self, plain};
use crate::paragraph::{Choice, Findings, Span, Verdict};

/// A document to be judged.
#[derive(Clone, Copy)]
pub(super) struct Document<'a> {
    /// Its name, or its place where it has none, and how it is marked up.
    pub(super) about: About<'a>,
    /// Its place in the batch.
    pub(super) key: Key,
    /// True if it has a name.
    pub(super) named: bool,
    pub(super) source: &'a str,
    /// The items of the list that it is, if it is one: its paragraphs.
    pub(super) items: Option<&'a [Span]>,
}

impl<'a> Document<'a> {
    /// How it is read; nothing for a plain text.
    pub(super) fn marked(&self) -> Option<Marked<'a>> {
        match self.items {
            Some(items) => Some(Marked::of_items(self.source, items)),
            None => markup::read(self.source, self.about.syntax),
        }
    }
}

impl Worker<'_> {
    /// Findings and cuts of a document.
    pub(super) fn judge(&self, document: Document<'_>, done: &mut Done) -> (Findings, Vec<Cut>) {
        let Document { about: About { id, .. }, named, source, .. } = document;
        let doc = named.then_some(id);
        let marked = document.marked();
        let mut findings = self.find(document, marked.as_ref());
        if self.show.cards {
            let (text, paragraphs) = marked
                .as_ref()
                .map_or((source, findings.paragraphs.as_slice()), |marked| (&marked.text, &marked.paragraphs));
            let decisions = self.ruling.map(|ruling| &ruling.decisions);
            done.cards.extend(Page { name: id, doc, source, text, paragraphs }.cards(&findings, decisions));
        }
        let hints = marked.as_ref().map_or([].as_slice(), |marked| marked.hints.as_slice());
        if let Some(ruling) = self.ruling {
            let fixed = |index: usize| hints.get(index).is_some_and(|hint| hint.fixed);
            ruling.apply(doc, source, &mut findings, &fixed);
        }
        self.add_planned(document, marked.as_ref(), &mut findings, done);
        if let Some(least) = self.show.least_margin {
            for finding in &mut findings.findings {
                if finding.verdict == Verdict::Remove && finding.margin < least {
                    finding.verdict = Verdict::Review;
                }
            }
        }
        let cuts = marked.as_ref().map_or_else(|| cuts(source, &findings), |marked| marked_cuts(marked, &findings));
        (findings, cuts)
    }

    /// What is found in a document by itself: the first pass knows, if there was one.
    fn find(&self, document: Document<'_>, marked: Option<&Marked<'_>>) -> Findings {
        let Document { key, source, .. } = document;
        match (self.plan.and_then(|plan| plan.found(key, source)), marked) {
            (Some(found), Some(marked)) => Findings { paragraphs: marked.sources.clone(), ..found },
            (Some(found), None) => {
                Findings { paragraphs: plain::paragraphs(source, self.dedup.options().paragraphs), ..found }
            }
            (None, Some(marked)) => self.dedup.find_marked(marked),
            (None, None) => self.dedup.find(source),
        }
    }

    /// Adds what goes because of other documents, but for what a person wants to keep.
    fn add_planned(
        &self,
        document: Document<'_>,
        marked: Option<&Marked<'_>>,
        findings: &mut Findings,
        done: &mut Done,
    ) {
        let Some(plan) = self.plan else { return };
        let Document { about: About { id, .. }, key, source, .. } = document;
        if let Err(error) = plan.apply(key, source, marked, self.dedup.options(), findings) {
            let what = format!("{}: {id}: {error}", shown(&done.input));
            self.fail(done, id.to_owned(), what);
        }
        for at in 0..findings.findings.len() {
            let restored = findings.choice(findings.findings[at].paragraph) == Some(Choice::Restore);
            if restored && findings.findings[at].elsewhere.is_some() {
                findings.findings[at].verdict = Verdict::Keep;
            }
        }
        let doc = document.named.then_some(id);
        if self.show.cards {
            let (text, paragraphs) =
                marked.map_or((source, &findings.paragraphs), |marked| (marked.text.as_ref(), &marked.paragraphs));
            let across = findings.findings.iter().filter(|finding| finding.elsewhere.is_some()).cloned().collect();
            let across = Findings { findings: across, paragraphs: findings.paragraphs.clone(), ..Findings::default() };
            let decisions = self.ruling.map(|ruling| &ruling.decisions);
            done.cards.extend(Page { name: id, doc, source, text, paragraphs }.cards(&across, decisions));
        }
        if let Some(ruling) = self.ruling {
            ruling.apply_across(doc, source, findings);
        }
    }

    /// Appends the diff of one document to `diff`, and what speaks for it before.
    pub(super) fn unified(&self, document: Document<'_>, cuts: &[Cut], findings: &Findings, diff: &mut Vec<u8>) {
        if self.show.evidence && !cuts.is_empty() {
            diff.extend_from_slice(self.evidence(document, findings).as_bytes());
        }
        diff.extend_from_slice(
            unified_in(document.about.id, document.source, cuts, findings, self.show.hunks).as_bytes(),
        );
    }

    /// A line for each removal. The paragraphs are read again: a run that is gone on from does not have them.
    fn evidence(&self, document: Document<'_>, findings: &Findings) -> String {
        let Document { about: About { id, .. }, source, .. } = document;
        let marked = document.marked();
        let (text, paragraphs, sources) = match marked.as_ref() {
            Some(marked) => (&*marked.text, marked.paragraphs.clone(), marked.sources.clone()),
            None => {
                let paragraphs = plain::paragraphs(source, self.dedup.options().paragraphs);
                (source, paragraphs.clone(), paragraphs)
            }
        };
        let mut known = Findings { paragraphs: sources, ..findings.clone() };
        // A twin in another document is not at hand; the hunk's heading names it.
        known.findings.retain(|finding| finding.elsewhere.is_none());
        let mut cards = Page { name: id, doc: None, source, text, paragraphs: &paragraphs }.cards(&known, None);
        for card in &mut cards {
            card.choice = findings.choice(card.paragraph);
        }
        cards.iter().filter(|card| card.verdict == Verdict::Remove).map(|card| card.evidence()).collect()
    }
}
