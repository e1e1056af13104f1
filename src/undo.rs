//! Restore and verify on files, JSONL, tables and folders: each document of the log with its text.

#[cfg(feature = "parquet")]
mod tables;

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};

use crate::io::charset::Charset;
use crate::io::codec::Codec;
use crate::io::files::{FileError, Format, Found, Selection, find, is_table};
use crate::io::jsonl::{self, Fields, RecordError};
use crate::io::source::{Bytes, Source};
use crate::log::{Entry, LogError, Reading, hash, read};
use crate::paragraph::Span;
use crate::restore::{Record, RestoreError, records, restore as restore_text, verify as verify_text, verify_twins};

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
    /// Not in the encoding that the log tells.
    #[error("{doc}: not in {encoding}, as the log says it is")]
    Encoding {
        /// Document.
        doc: String,
        /// Encoding.
        encoding: &'static str,
    },
    /// Fewer or more records than the log has.
    #[error("the log has {log} documents, the text {text}")]
    Count {
        /// In the log.
        log: usize,
        /// At hand.
        text: usize,
    },
    /// Two tables of different length.
    #[error("the original has {original} rows, the cleaned table {cleaned}")]
    Rows {
        /// Rows of the original.
        original: usize,
        /// Rows of the cleaned one.
        cleaned: usize,
    },
}

/// A source given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Its path inside the folder.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// How the cleaned text was packed.
    pub codec: Codec,
}

/// The sources of what stands at `cleaned`.
///
/// # Errors
/// If text and log do not belong together.
pub fn restore(
    cleaned: &Path,
    log: &[u8],
    format: Option<Format>,
    selection: &Selection,
) -> Result<Vec<Restored>, UndoError> {
    let mut known = Known::new(read(log)?);
    let fields = known.fields();
    let mut restored = Vec::new();
    for (path, name) in files(cleaned, selection)? {
        let opened = Opened::at(&path, format)?;
        #[cfg(feature = "parquet")]
        if opened.format == Some(Format::Parquet) {
            restored.push(tables::restored(&path, name, opened, &mut known)?);
            continue;
        }
        let (bytes, codec, format) = opened.read(&path)?;
        let source = match format {
            format if format != Format::Jsonl => {
                let file = known.file(&name, &bytes)?;
                file.bytes(&restore_text(file.record, &file.text)?)?
            }
            _ => lines(&bytes, &fields, &mut known, |line, found, record| {
                let source = restore_text(record, &found.text)?;
                Ok(refill(line, found.raw, &source, record))
            })?,
        };
        restored.push(Restored { name, bytes: source, codec });
    }
    Ok(restored)
}

/// Proves that sources, cleaned texts and log belong together, all of them or those of `selection`; gives the number of documents.
///
/// # Errors
/// Names the first thing that does not hold.
pub fn verify(
    original: &Path,
    cleaned: &Path,
    log: &[u8],
    format: Option<Format>,
    selection: &Selection,
) -> Result<usize, UndoError> {
    let mut known = Known::new(read(log)?);
    let fields = known.fields();
    verify_twins(&known.records)?;
    let mut docs = 0;
    let sources: HashMap<String, PathBuf> =
        files(original, selection)?.into_iter().map(|(path, name)| (name, path)).collect();
    let cleaned = files(cleaned, selection)?;
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
        let (original, cleaned) = (Opened::at(&source, format)?, Opened::at(&path, format)?);
        #[cfg(feature = "parquet")]
        if original.format == Some(Format::Parquet) {
            docs += tables::verify((&source, original), (&path, cleaned), &mut known)?;
            continue;
        }
        let ((source_bytes, _, format), (bytes, ..)) = (original.read(&source)?, cleaned.read(&path)?);
        match format {
            format if format != Format::Jsonl => {
                let file = known.file(&name, &bytes)?;
                verify_text(file.record, &file.other(&source_bytes)?, &file.text)?;
                docs += 1;
            }
            _ => {
                let most = known.reading.max_record;
                let mut sources = jsonl::after_mark(&source_bytes).1.split(|b| *b == b'\n');
                lines(&bytes, &fields, &mut known, |_, found, record| {
                    let line = loop {
                        match sources.next() {
                            Some(line) if line.iter().all(u8::is_ascii_whitespace) => {}
                            Some(line) if line.len() > most => {}
                            Some(line) => match jsonl::record(line, &fields) {
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
    let log = known.records.len();
    if docs != log && selection.include.is_empty() && selection.exclude.is_empty() {
        return Err(UndoError::Count { log, text: docs });
    }
    Ok(docs)
}

/// A file's cleaned text with what the log says of it.
struct Text<'t> {
    record: &'t Record,
    charset: Charset,
    text: Cow<'t, str>,
}

impl Text<'_> {
    fn inexact(&self) -> UndoError {
        UndoError::Encoding { doc: self.record.doc.doc.clone(), encoding: self.charset.name() }
    }

    /// Another text of the same document.
    fn other<'b>(&self, bytes: &'b [u8]) -> Result<Cow<'b, str>, UndoError> {
        self.charset.decode(bytes).ok_or_else(|| self.inexact())
    }

    fn bytes(&self, text: &str) -> Result<Vec<u8>, UndoError> {
        self.charset.encode(text).map(Cow::into_owned).ok_or_else(|| self.inexact())
    }
}

/// A file, or the files of a folder, or standard input: paths, and names as the log has them.
fn files(path: &Path, selection: &Selection) -> Result<Vec<(PathBuf, String)>, UndoError> {
    let Found { inputs, errors, .. } = find(&[path.to_owned()], selection);
    match errors.into_iter().next() {
        Some(error) => Err(error.into()),
        None => Ok(inputs.into_iter().map(|input| (input.path.unwrap_or_else(|| "-".into()), input.name)).collect()),
    }
}

/// An input, and its format as far as its name and first bytes tell it.
struct Opened {
    source: Source,
    from: Bytes,
    format: Option<Format>,
}

impl Opened {
    /// The file at `path`, or standard input.
    fn at(path: &Path, format: Option<Format>) -> Result<Self, FileError> {
        let fail = |error| FileError::at(path, error);
        let real = (path.as_os_str() != "-").then_some(path);
        let (source, mut from) = Source::open(real).map_err(fail)?;
        let head = from.fill_buf().map_err(fail)?;
        let format = match (format, real) {
            (Some(format), _) => Some(format),
            (None, Some(path)) => Some(Format::readable(path, head)?),
            (None, None) if is_table(head) => Some(Format::table().map_err(|what| FileError::plain(path, what))?),
            (None, None) => None,
        };
        Ok(Self { source, from, format })
    }

    /// All its bytes, how they were packed, and the format: of standard input by its first line.
    fn read(mut self, path: &Path) -> Result<(Vec<u8>, Codec, Format), FileError> {
        let mut bytes = Vec::new();
        self.from.read_to_end(&mut bytes).map_err(|error| FileError::at(path, error))?;
        let first = || bytes.split(|b| *b == b'\n').find(|line| !line.iter().all(u8::is_ascii_whitespace));
        let guess = || if first().is_some_and(jsonl::is_object) { Format::Jsonl } else { Format::Text };
        let format = self.format.unwrap_or_else(guess);
        Ok((bytes, self.source.codec, format))
    }
}

/// The log's documents, handed out by name and text, or one after the other.
struct Known {
    records: Vec<Record>,
    /// Where each name stands.
    named: HashMap<String, Vec<usize>>,
    next: usize,
    /// How the documents were found.
    reading: Reading,
}

impl Known {
    fn new(entries: Vec<Entry>) -> Self {
        let reading = match entries.first() {
            Some(Entry::Run { reading, .. }) => reading.clone(),
            _ => Reading::default(),
        };
        let records = records(entries);
        let mut named: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, record) in records.iter().enumerate() {
            named.entry(record.doc.doc.clone()).or_default().push(at);
        }
        Self { records, named, next: 0, reading }
    }

    /// The fields of the records that were read.
    fn fields(&self) -> Fields {
        let Reading { text_field, id_field, .. } = &self.reading;
        Fields { text: text_field.clone(), id: id_field.clone(), ..Fields::default() }
    }

    /// Where the documents of this name stand, the next ones first.
    fn places(&self, name: &str) -> impl Iterator<Item = usize> {
        let at = self.named.get(name).map_or(&[][..], Vec::as_slice);
        let (before, behind) = at.split_at(at.partition_point(|at| *at < self.next));
        behind.iter().chain(before).copied()
    }

    /// The document of a file; of several by its name the one that has its text.
    fn file<'t>(&'t mut self, name: &str, bytes: &'t [u8]) -> Result<Text<'t>, UndoError> {
        // One document and one file belong together, whatever the file is called by now.
        let places: Vec<usize> = if self.records.len() == 1 { vec![0] } else { self.places(name).collect() };
        let charset = |at: usize| match &self.records[at].doc.encoding {
            Some(label) => Charset::of_label(label).unwrap_or_default(),
            None => Charset::Utf8,
        };
        let has_text = |at: usize| {
            let text = charset(at).decode(bytes);
            text.is_some_and(|text| hash(text.as_bytes()) == self.records[at].doc.xxh3[1])
        };
        let same = places.iter().copied().find(|at| has_text(*at));
        let at = same.or(places.first().copied()).ok_or_else(|| UndoError::Unknown(name.to_owned()))?;
        let (charset, record) = (charset(at), &self.records[at]);
        let inexact = || UndoError::Encoding { doc: name.to_owned(), encoding: charset.name() };
        self.next = at + 1;
        Ok(Text { record, charset, text: charset.decode(bytes).ok_or_else(inexact)? })
    }

    /// The document of a line.
    fn line(&mut self, id: &str, cleaned: &str) -> Result<&Record, UndoError> {
        let hash = hash(cleaned.as_bytes());
        let same = self.places(id).find(|at| self.records[*at].doc.xxh3[1] == hash);
        let at = same.or_else(|| self.places(id).next()).unwrap_or(self.next);
        self.next = at + 1;
        let log = self.records.len();
        self.records.get(at).ok_or(UndoError::Count { log, text: log + 1 })
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
    let (mark, bytes) = jsonl::after_mark(bytes);
    out.extend_from_slice(mark);
    for (index, full) in bytes.split_inclusive(|b| *b == b'\n').enumerate() {
        let line = jsonl::line(full);
        match jsonl::record(line, fields) {
            Ok(found) if line.len() <= known.reading.max_record => {
                let id = found.id.as_deref().map_or_else(|| (index + 1).to_string(), str::to_owned);
                let record = known.line(&id, &found.text)?;
                out.extend_from_slice(&make(line, &found, record)?);
                out.extend_from_slice(&full[line.len()..]);
            }
            _ => out.extend_from_slice(full),
        }
    }
    Ok(out)
}

/// A cleaned JSONL line with the cuts put back, each escaped as it was; `raw` is where its text stands (see
/// [`Record`](jsonl::Record)), `source` the restored text.
#[must_use]
pub fn refill(line: &[u8], raw: Span, source: &str, record: &Record) -> Vec<u8> {
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
