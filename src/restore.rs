//! The way back: the source from the cleaned text and the log, and the proof that the three belong together.

use std::collections::{HashMap, HashSet};

use crate::log::{Doc, Entry, hash};
use crate::paragraph::{ParagraphId, Span};

/// What the log says of one document: enough to undo every cut.
#[derive(Clone, Debug)]
pub struct Record {
    /// The document's line.
    pub doc: Doc,
    /// The cuts in order.
    pub cuts: Vec<Undo>,
    /// Every finding, by each of its twins in the document: paragraph, twin, whether it was removed.
    pub findings: Vec<(ParagraphId, ParagraphId, bool)>,
    /// What was removed for a twin in another document that stays there: paragraph, document, twin.
    pub relied: Vec<(ParagraphId, String, ParagraphId)>,
}

/// One cut as the log tells it.
#[derive(Clone, Debug)]
pub struct Undo {
    /// What was cut.
    pub paragraph: ParagraphId,
    /// Bytes of the source.
    pub span: Span,
    /// What stood there.
    pub text: String,
    /// How a JSONL record escaped it, where that is not the plain way.
    pub raw: Option<String>,
}

/// The documents of a log, in order.
#[must_use]
pub fn records(entries: Vec<Entry>) -> Vec<Record> {
    let mut records: Vec<Record> = Vec::new();
    for entry in entries {
        match entry {
            Entry::Doc(doc) => {
                records.push(Record { doc, cuts: Vec::new(), findings: Vec::new(), relied: Vec::new() });
            }
            Entry::Finding(entry) => {
                let Some(record) = records.last_mut() else { continue };
                let (paragraph, twin) = (entry.finding.paragraph, entry.finding.twin);
                let here = entry.finding.elsewhere.is_none().then_some(twin);
                let twins = here.into_iter().chain(entry.finding.also);
                if let Some(elsewhere) =
                    entry.finding.elsewhere.filter(|e| !e.from_all && !e.indexed && entry.cut.is_some())
                {
                    record.relied.push((paragraph, elsewhere.doc, twin));
                }
                record.findings.extend(twins.map(|twin| (paragraph, twin, entry.cut.is_some())));
                if let (Some(cut), Some(text)) = (entry.cut, entry.text) {
                    record.cuts.push(Undo { paragraph, span: cut, text, raw: entry.raw });
                }
            }
            Entry::Run { .. } | Entry::Error { .. } | Entry::End { .. } => {}
        }
    }
    records
}

/// Text and log do not belong together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// The cleaned text is not the one that the log was written for.
    #[error("{doc}: the cleaned text was changed after it was written (XXH3 {found}, the log says {said})")]
    Cleaned {
        /// Document.
        doc: String,
        /// Hash of the text at hand.
        found: String,
        /// Hash in the log.
        said: String,
    },
    /// The source is not the one that the log was written for.
    #[error("{doc}: the source is not the one that was cleaned (XXH3 {found}, the log says {said})")]
    Source {
        /// Document.
        doc: String,
        /// Hash of the text at hand.
        found: String,
        /// Hash in the log.
        said: String,
    },
    /// A cut of the log lies outside the text.
    #[error("{doc}: the log's cut of {paragraph} does not fit the text")]
    Cut {
        /// Document.
        doc: String,
        /// Paragraph.
        paragraph: ParagraphId,
    },
    /// A twin that the log names was itself removed.
    #[error("{doc}: {paragraph} was removed for {twin}, which was removed, too")]
    Twin {
        /// Document.
        doc: String,
        /// Paragraph.
        paragraph: ParagraphId,
        /// Its twin.
        twin: ParagraphId,
    },
}

/// The source of a document from its cleaned text.
///
/// # Errors
/// If the cleaned text is not the one that the log was written for.
pub fn restore(record: &Record, cleaned: &str) -> Result<String, RestoreError> {
    let doc = || record.doc.doc.clone();
    let found = hash(cleaned.as_bytes());
    if found != record.doc.xxh3[1] {
        return Err(RestoreError::Cleaned { doc: doc(), found, said: record.doc.xxh3[1].clone() });
    }
    let mut source = String::with_capacity(record.doc.bytes[0]);
    let mut rest = cleaned;
    for Undo { paragraph, span: cut, text, .. } in &record.cuts {
        let kept = cut.start.checked_sub(source.len()).and_then(|len| rest.split_at_checked(len));
        let Some((kept, after)) = kept.filter(|_| cut.len() == text.len()) else {
            return Err(RestoreError::Cut { doc: doc(), paragraph: *paragraph });
        };
        source.push_str(kept);
        source.push_str(text);
        rest = after;
    }
    source.push_str(rest);
    let found = hash(source.as_bytes());
    if found != record.doc.xxh3[0] {
        return Err(RestoreError::Source { doc: doc(), found, said: record.doc.xxh3[0].clone() });
    }
    Ok(source)
}

/// Proves that every twin in another document of the log stays. Documents that the log does not hold are not asked.
///
/// # Errors
/// Names the first twin that goes.
pub fn verify_twins(records: &[Record]) -> Result<(), RestoreError> {
    // A name may stand for several documents: the twin stays if it does in one of them.
    let mut names: HashMap<&str, Vec<&Record>> = HashMap::new();
    for record in records {
        names.entry(&record.doc.doc).or_default().push(record);
    }
    let goes = |record: &&Record, twin| record.cuts.iter().any(|cut| cut.paragraph == twin);
    for record in records {
        for (paragraph, name, twin) in &record.relied {
            let Some(others) = names.get(name.as_str()) else { continue };
            if others.iter().all(|other| goes(other, *twin)) {
                let doc = record.doc.doc.clone();
                return Err(RestoreError::Twin { doc, paragraph: *paragraph, twin: *twin });
            }
        }
    }
    Ok(())
}

/// Proves that `source`, `cleaned` and the log belong together: hashes, cuts, and that every twin stays.
///
/// # Errors
/// Names the first thing that does not hold.
pub fn verify(record: &Record, source: &str, cleaned: &str) -> Result<(), RestoreError> {
    let found = hash(source.as_bytes());
    if found != record.doc.xxh3[0] {
        let said = record.doc.xxh3[0].clone();
        return Err(RestoreError::Source { doc: record.doc.doc.clone(), found, said });
    }
    restore(record, cleaned)?;
    let removed: HashSet<ParagraphId> = record.findings.iter().filter(|f| f.2).map(|f| f.0).collect();
    for &(paragraph, twin, goes) in &record.findings {
        if goes && removed.contains(&twin) {
            return Err(RestoreError::Twin { doc: record.doc.doc.clone(), paragraph, twin });
        }
    }
    Ok(())
}
