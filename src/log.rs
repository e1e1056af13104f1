//! The log: one JSON object a line, in the order of the documents; the same for any number of threads, with no clock
//! and no host in it. Cleaned text and log together give the source back.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{Xxh3Default, xxh3_64};

use crate::cut::Cut;
use crate::markup::Syntax;
use crate::options::Options;
use crate::paragraph::{Capped, Choice, Decided, Finding, Findings, ParagraphId, Span, Verdict};

/// Version of the log's form; raised when a reader would misunderstand.
pub const SCHEMA: u32 = 1;

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Entry {
    /// The first line.
    Run {
        /// Version of unecho.
        version: String,
        /// [`SCHEMA`].
        schema: u32,
        /// Every option in force.
        options: Options,
        /// Stands for the decisions in force, if there are any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decisions: Option<String>,
        /// How the documents were found, where that was not the usual way.
        #[serde(default, skip_serializing_if = "Reading::is_usual")]
        reading: Reading,
    },
    /// One document.
    Doc(Doc),
    /// One finding of the document before it.
    Finding(Box<FindingEntry>),
    /// A document that could not be read or written.
    Error {
        /// Its id.
        doc: String,
        /// What went wrong and where.
        message: String,
    },
    /// The last line; a log without it is unfinished.
    End {
        /// Documents done.
        docs: u64,
        /// Paragraphs removed.
        removed: u64,
        /// XXH3 of every byte before this line, in hex.
        checksum: String,
        /// True if the run was stopped before all documents were done.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        interrupted: bool,
        /// Bounds that were hit in comparing article with article.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        capped: Option<Capped>,
    },
}

/// How the documents of a run were found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reading {
    /// The JSONL field that holds the article.
    pub text_field: String,
    /// The JSONL field that names it.
    pub id_field: String,
    /// Most bytes of a document.
    pub max_record: usize,
}

impl Default for Reading {
    fn default() -> Self {
        Self { text_field: "text".into(), id_field: "id".into(), max_record: MAX_RECORD }
    }
}

impl Reading {
    fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// Most bytes of a document, where nothing else is said.
pub const MAX_RECORD: usize = 256 << 20;

/// The line of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doc {
    /// The id field, the path inside the input folder, or the line number (1-based).
    pub doc: String,
    /// How many paragraphs it has.
    pub paragraphs: usize,
    /// How many go.
    pub removed: usize,
    /// How many are put to review.
    pub review: usize,
    /// The fate of each as a run-length string.
    pub fates: String,
    /// Bytes of source and cleaned text.
    pub bytes: [usize; 2],
    /// XXH3 of source and cleaned text, in hex.
    pub xxh3: [String; 2],
    /// How it is marked up, if it is: html, markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub markup: Option<String>,
    /// The encoding of its file, if that is not UTF-8; everything in the log is about the text that it stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// Bounds that were hit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capped: Option<Capped>,
    /// Share of the words, in percent, that removal would have taken, where it was withdrawn for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<u8>,
    /// What came of people's decisions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decisions: Option<Box<Decided>>,
}

/// The line of a finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FindingEntry {
    /// Its document.
    pub doc: String,
    /// What was found.
    #[serde(flatten)]
    pub finding: Finding,
    /// What a person decided of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Choice>,
    /// The paragraph's bytes in the source.
    pub span: Span,
    /// The twin's bytes in the source, its own if it stands in another document.
    pub twin_span: Span,
    /// The bytes taken out, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut: Option<Span>,
    /// What stood there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The same as the JSONL record escaped it, where that is not the plain way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
}

/// The hash of a text as the log writes it.
#[must_use]
pub fn hash(bytes: &[u8]) -> String {
    format!("{:016x}", xxh3_64(bytes))
}

/// What is known of a document beside its text.
#[derive(Clone, Copy, Debug, Default)]
pub struct About<'d> {
    /// The id field, the path inside the input folder, or the line number.
    pub id: &'d str,
    /// How it is marked up.
    pub syntax: Syntax,
    /// The encoding of its file, if that is not UTF-8.
    pub encoding: Option<&'d str>,
}

/// Appends a document's lines to `log`; `raw` tells how the source escapes the text of a cut, where that matters.
///
/// # Errors
/// Only if the values cannot be written as JSON, which plain data always can.
pub fn write_document(
    log: &mut Vec<u8>,
    about: About<'_>,
    text: &str,
    cleaned: Option<&str>,
    findings: &Findings,
    cuts: &[Cut],
    raw: &dyn Fn(Span) -> Option<String>,
) -> io::Result<()> {
    let source_hash = hash(text.as_bytes());
    let (cleaned_len, cleaned_hash) =
        cleaned.map_or_else(|| (text.len(), source_hash.clone()), |c| (c.len(), hash(c.as_bytes())));
    let doc = Doc {
        doc: about.id.to_owned(),
        paragraphs: findings.paragraphs.len(),
        removed: findings.with(Verdict::Remove).count(),
        review: findings.with(Verdict::Review).count(),
        fates: findings.fates(),
        bytes: [text.len(), cleaned_len],
        xxh3: [source_hash, cleaned_hash],
        markup: about.syntax.name().map(str::to_owned),
        encoding: about.encoding.map(str::to_owned),
        capped: findings.capped.any().then_some(findings.capped),
        withdrawn: findings.withdrawn.map(|share| (share * 100.0) as u8),
        decisions: findings.decided.clone().map(Box::new),
    };
    write_line(log, &Entry::Doc(doc))?;
    for finding in &findings.findings {
        let cut = cuts.binary_search_by_key(&finding.paragraph, |cut| cut.paragraph).ok().map(|at| cuts[at].span);
        let span = |id: ParagraphId| findings.paragraphs[id.index()];
        let mut finding = finding.clone();
        for figure in [&mut finding.coverage, &mut finding.jaccard, &mut finding.margin] {
            *figure = (*figure * 1e4).round() / 1e4;
        }
        let entry = FindingEntry {
            doc: about.id.to_owned(),
            decision: findings.choice(finding.paragraph),
            span: span(finding.paragraph),
            twin_span: finding.elsewhere.as_ref().map_or_else(|| span(finding.twin), |elsewhere| elsewhere.span),
            cut,
            text: cut.map(|cut| cut.of(text).to_owned()),
            raw: cut.and_then(raw),
            finding,
        };
        write_line(log, &Entry::Finding(Box::new(entry)))?;
    }
    Ok(())
}

/// Appends one line.
///
/// # Errors
/// As [`write_document`].
pub fn write_line(log: &mut Vec<u8>, entry: &Entry) -> io::Result<()> {
    serde_json::to_writer(&mut *log, entry)?;
    log.push(b'\n');
    Ok(())
}

/// Under what a log is written.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'t> {
    /// The engine's options.
    pub options: &'t Options,
    /// How documents are found.
    pub reading: &'t Reading,
    /// Stands for the decisions in force.
    pub decisions: Option<&'t str>,
}

/// The first line of a log written under `terms`.
///
/// # Errors
/// As [`write_document`].
pub fn run_line(terms: &Terms<'_>) -> io::Result<Vec<u8>> {
    let version = env!("CARGO_PKG_VERSION").to_owned();
    let (options, reading) = (terms.options.clone(), terms.reading.clone());
    let decisions = terms.decisions.map(str::to_owned);
    let mut line = Vec::new();
    write_line(&mut line, &Entry::Run { version, schema: SCHEMA, options, reading, decisions })?;
    Ok(line)
}

/// Writes a log, keeping the sum over its bytes.
pub struct LogWriter<W> {
    to: W,
    sum: Xxh3Default,
}

impl<W: Write> LogWriter<W> {
    /// A log to `to`, begun with the run line.
    ///
    /// # Errors
    /// If writing fails.
    pub fn begin(to: W, terms: &Terms<'_>) -> io::Result<Self> {
        let mut log = Self { to, sum: Xxh3Default::new() };
        log.append(&run_line(terms)?)?;
        Ok(log)
    }

    /// Appends whole lines.
    ///
    /// # Errors
    /// If writing fails.
    pub fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        self.sum.update(lines);
        self.to.write_all(lines)
    }

    /// Where it is written.
    pub fn get_mut(&mut self) -> &mut W {
        &mut self.to
    }

    /// Writes the end line and gives the writer back; `capped`: by comparing article with article.
    ///
    /// # Errors
    /// If writing fails.
    pub fn end(mut self, docs: u64, removed: u64, interrupted: bool, capped: Capped) -> io::Result<W> {
        let checksum = format!("{:016x}", self.sum.digest());
        let capped = capped.any().then_some(capped);
        let mut line = Vec::new();
        write_line(&mut line, &Entry::End { docs, removed, checksum, interrupted, capped })?;
        self.to.write_all(&line)?;
        Ok(self.to)
    }
}

/// A log that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// A line that is no log line.
    #[error("line {line} is no line of an unecho log: {source}")]
    Line {
        /// 1-based.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The first line is of another version's log.
    #[error("the log has schema {0}; this unecho reads schema {SCHEMA}")]
    Schema(u32),
    /// No end line: the run that wrote it did not finish.
    #[error("the log is unfinished: its end line is missing; go on with unecho clean --resume")]
    Unfinished,
    /// The bytes are not those that were written.
    #[error("the log was changed after it was written: its checksum is {found}, its end line says {said}")]
    Changed {
        /// Sum of the bytes.
        found: String,
        /// Sum in the end line.
        said: String,
    },
}

/// Reads a whole log and checks its end.
///
/// # Errors
/// See [`LogError`].
pub fn read(log: &[u8]) -> Result<Vec<Entry>, LogError> {
    let mut entries = Vec::new();
    let mut at = 0;
    for (index, line) in log.split_inclusive(|b| *b == b'\n').enumerate() {
        let entry: Entry = serde_json::from_slice(line).map_err(|source| LogError::Line { line: index + 1, source })?;
        match &entry {
            Entry::Run { schema, .. } if *schema != SCHEMA => return Err(LogError::Schema(*schema)),
            Entry::End { checksum, .. } => {
                let found = hash(&log[..at]);
                if found != *checksum {
                    return Err(LogError::Changed { found, said: checksum.clone() });
                }
                entries.push(entry);
                return Ok(entries);
            }
            _ => entries.push(entry),
        }
        at += line.len();
    }
    Err(LogError::Unfinished)
}
