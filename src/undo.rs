//! Restore and verify on files, JSONL and folders: each document of the log with its text.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::io::files::{FileError, Format, inputs};
use crate::io::jsonl::{self, Fields, RecordError};
use crate::log::{LogError, read};
use crate::paragraph::Span;
use crate::restore::{Record, RestoreError, records, restore as restore_text, verify as verify_text};

/// Why the way back is barred.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A document.
    #[error(transparent)]
    Restore(#[from] RestoreError),
    /// A JSONL line.
    #[error("line {line}: {source}")]
    Line {
        /// 1-based.
        line: usize,
        /// What is wrong with it.
        source: RecordError,
    },
    /// A document that the log does not know.
    #[error("{0}: not in the log")]
    Unknown(String),
    /// Not UTF-8.
    #[error("{0}: not valid UTF-8")]
    Utf8(String),
    /// Fewer or more records than the log has.
    #[error("the log has {log} documents, the text {text}")]
    Count {
        /// In the log.
        log: usize,
        /// At hand.
        text: usize,
    },
}

/// The sources of what stands at `cleaned`: each file's name and bytes.
///
/// # Errors
/// If text and log do not belong together.
pub fn restore(
    cleaned: &Path,
    log: &[u8],
    format: Option<Format>,
    fields: &Fields,
) -> Result<Vec<(String, Vec<u8>)>, UndoError> {
    let mut known = Known::new(records(read(log)?));
    let mut restored = Vec::new();
    for (path, name) in files(cleaned)? {
        let bytes = bytes(&path)?;
        let source = match format.unwrap_or(Format::of(&path)) {
            format if format != Format::Jsonl => {
                let record = known.by_name(&name)?;
                restore_text(&record, utf8(&bytes, &name)?)?.into_bytes()
            }
            _ => lines(&bytes, fields, &mut known, |line, found, record| {
                let source = restore_text(record, &found.text)?;
                Ok(refill(line, found.raw, &source, record))
            })?,
        };
        restored.push((name, source));
    }
    Ok(restored)
}

/// Proves that sources, cleaned texts and log belong together; gives the number of documents.
///
/// # Errors
/// Names the first thing that does not hold.
pub fn verify(
    original: &Path,
    cleaned: &Path,
    log: &[u8],
    format: Option<Format>,
    fields: &Fields,
) -> Result<usize, UndoError> {
    let mut known = Known::new(records(read(log)?));
    let mut docs = 0;
    let sources: HashMap<String, PathBuf> = files(original)?.into_iter().map(|(path, name)| (name, path)).collect();
    let cleaned = files(cleaned)?;
    let single = cleaned.len() == 1 && sources.len() == 1;
    for (path, name) in cleaned {
        let only = sources.iter().next().filter(|_| single);
        let (name, source) = match only {
            Some((name, source)) => (name.clone(), source.clone()),
            None => match sources.get(&name) {
                Some(source) => (name, source.clone()),
                None => return Err(UndoError::Unknown(name)),
            },
        };
        let (source_bytes, bytes) = (bytes(&source)?, bytes(&path)?);
        match format.unwrap_or(Format::of(&source)) {
            format if format != Format::Jsonl => {
                verify_text(&known.by_name(&name)?, utf8(&source_bytes, &name)?, utf8(&bytes, &name)?)?;
                docs += 1;
            }
            _ => {
                let mut sources = source_bytes.split(|b| *b == b'\n');
                lines(&bytes, fields, &mut known, |_, found, record| {
                    let line = loop {
                        match sources.next() {
                            Some(line) if line.iter().all(u8::is_ascii_whitespace) => {}
                            Some(line) => match jsonl::record(line, fields) {
                                Ok(source) => break source,
                                Err(_) => continue,
                            },
                            None => return Err(UndoError::Unknown(record.doc.doc.clone())),
                        }
                    };
                    verify_text(record, &line.text, &found.text)?;
                    docs += 1;
                    Ok(Vec::new())
                })?;
            }
        }
    }
    Ok(docs)
}

fn utf8<'b>(bytes: &'b [u8], name: &str) -> Result<&'b str, UndoError> {
    std::str::from_utf8(bytes).map_err(|_| UndoError::Utf8(name.to_owned()))
}

/// A file, or the files of a folder, or standard input: paths, and names as the log has them.
fn files(path: &Path) -> Result<Vec<(PathBuf, String)>, UndoError> {
    let (inputs, errors) = inputs(&[path.to_owned()]);
    match errors.into_iter().next() {
        Some(error) => Err(error.into()),
        None => Ok(inputs.into_iter().map(|input| (input.path.unwrap_or_else(|| "-".into()), input.name)).collect()),
    }
}

fn bytes(path: &Path) -> Result<Vec<u8>, UndoError> {
    let mut bytes = Vec::new();
    let read = if path.as_os_str() == "-" {
        io::stdin().read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|mut file| file.read_to_end(&mut bytes))
    };
    read.map_err(|error| FileError::at(path, error))?;
    Ok(bytes)
}

/// The log's documents, handed out by name or one after the other.
struct Known {
    records: Vec<Record>,
    next: usize,
}

impl Known {
    fn new(records: Vec<Record>) -> Self {
        Self { records, next: 0 }
    }

    fn by_name(&self, name: &str) -> Result<Record, UndoError> {
        let found = self.records.iter().find(|record| record.doc.doc == name);
        // One document and one file belong together, whatever the file is called by now.
        let only = self.records.first().filter(|_| self.records.len() == 1);
        found.or(only).cloned().ok_or_else(|| UndoError::Unknown(name.to_owned()))
    }

    fn next(&mut self) -> Option<&Record> {
        self.next += 1;
        self.records.get(self.next - 1)
    }
}

/// Every line of a JSONL text made anew; lines that hold no article pass through as they did when it was cleaned.
fn lines(
    bytes: &[u8],
    fields: &Fields,
    known: &mut Known,
    mut make: impl FnMut(&[u8], &jsonl::Record<'_>, &Record) -> Result<Vec<u8>, UndoError>,
) -> Result<Vec<u8>, UndoError> {
    let mut out = Vec::with_capacity(bytes.len());
    for full in bytes.split_inclusive(|b| *b == b'\n') {
        let line = full.strip_suffix(b"\n").unwrap_or(full);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match jsonl::record(line, fields) {
            Err(_) => out.extend_from_slice(full),
            Ok(found) => {
                let total = known.records.len();
                let Some(record) = known.next() else { return Err(UndoError::Count { log: total, text: total + 1 }) };
                out.extend_from_slice(&make(line, &found, record)?);
                out.extend_from_slice(&full[line.len()..]);
            }
        }
    }
    Ok(out)
}

/// The line with the cuts put back, each escaped as it was.
fn refill(line: &[u8], raw: Span, source: &str, record: &Record) -> Vec<u8> {
    if record.cuts.is_empty() {
        return line.to_vec();
    }
    let token = &line[raw.range()];
    let mut out = Vec::with_capacity(line.len() + source.len());
    out.extend_from_slice(&line[..raw.start]);
    let (mut taken, mut from) = (0, 0);
    for cut in &record.cuts {
        let to = jsonl::raw_offset(token, cut.span.start - taken);
        out.extend_from_slice(&token[from..to]);
        let escaped = cut.raw.clone().unwrap_or_else(|| jsonl::escape_plainly(&cut.text));
        out.extend_from_slice(escaped.as_bytes());
        from = to;
        taken += cut.span.len();
    }
    out.extend_from_slice(&token[from..]);
    out.extend_from_slice(&line[raw.end..]);
    out
}
