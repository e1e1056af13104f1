//! What an unfinished run has done already, looked up in its log.
//!
//! Nothing but the judgement is taken over, and that only for a document of the same name, markup and text, judged
//! under the same options by the same version, whose cuts yield the cleaned text that the log tells. Everything else is
//! done as if for the first time: so the result is that of an unbroken run, whatever state the outputs are in.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Mutex;

use xxhash_rust::xxh3::xxh3_64;

use crate::cut::{Cut, cleaned};
use crate::io::charset::{self, Charset, CharsetError};
use crate::io::codec::Codec;
use crate::io::files::FileError;
use crate::io::source::Source;
use crate::log::{About, Entry, Terms, hash, run_line};
use crate::markup::Syntax;
use crate::paragraph::{Decided, Findings};
use crate::restore::{Record, records, restore};

/// A log to go on from.
pub struct Resume {
    file: Mutex<File>,
    /// Sorted by key.
    index: Vec<Place>,
    /// The encodings that files were in.
    charsets: Vec<Charset>,
    /// Bytes of whole documents; of a packed log, all its bytes.
    len: u64,
}

/// Where the lines of a document stand.
struct Place {
    /// [`key`] of the document and its source, or its cleaned text.
    key: u64,
    at: u64,
    len: u32,
    /// True for the last document of a torn log: some of its lines may be missing.
    torn: bool,
}

/// A document that was judged before.
pub(super) struct Known {
    /// How many paragraphs it has.
    pub(super) paragraphs: usize,
    /// What was found; without the paragraphs' spans.
    pub(super) findings: Findings,
    /// What goes.
    pub(super) cuts: Vec<Cut>,
    /// Its lines in the log.
    pub(super) lines: Vec<u8>,
    /// The source.
    pub(super) source: String,
    /// True if the text at hand is the cleaned one already.
    pub(super) replaced: bool,
}

impl Resume {
    /// Opens the log at `path`, finished or not; `None` if it holds nothing. A torn end is left aside.
    ///
    /// # Errors
    /// If it cannot be read, or was written under other options or by another version.
    pub fn open(path: &Path, terms: &Terms<'_>) -> Result<Option<Self>, FileError> {
        let fail = |error| FileError::at(path, error);
        let (file, packed) = unpacked(path).map_err(fail)?;
        let mut reader = BufReader::with_capacity(1 << 18, file.try_clone().map_err(fail)?);
        let mut line = Vec::new();
        reader.read_until(b'\n', &mut line).map_err(fail)?;
        if line != run_line(terms).map_err(fail)? {
            if !line.ends_with(b"\n") {
                return Ok(None);
            }
            let what = "was written under other options or decisions, or by another version: it cannot be gone on from; \
                        use the same, or leave --resume out to begin again";
            return Err(FileError::plain(path, what));
        }
        let mut charsets = vec![Charset::Utf8];
        let (mut index, mut at, mut whole) = (Vec::new(), line.len() as u64, line.len() as u64);
        // The document being read: its name, its hashes and where it begins.
        let mut open: Option<(String, [String; 2], u64)> = None;
        let close = |open: &mut Option<(String, [String; 2], u64)>, end: u64, torn: bool, index: &mut Vec<Place>| {
            let Some((doc, [source, cleaned], at)) = open.take() else { return };
            let Ok(len) = u32::try_from(end - at) else { return };
            index.push(Place { key: key(&doc, &source), at, len, torn });
            if source != cleaned {
                index.push(Place { key: key(&doc, &cleaned), at, len, torn });
            }
        };
        let ended = loop {
            line.clear();
            let read = reader.read_until(b'\n', &mut line).map_err(fail)? as u64;
            let entry = line.strip_suffix(b"\n").and_then(|line| serde_json::from_slice::<Entry>(line).ok());
            match entry {
                None | Some(Entry::Run { .. }) => break false,
                Some(Entry::Finding(_)) => {}
                Some(entry) => {
                    close(&mut open, at, false, &mut index);
                    whole = at;
                    match entry {
                        Entry::Doc(doc) => {
                            let charset = doc.encoding.and_then(|name| Charset::of_label(&name).ok());
                            charsets.extend(charset.filter(|charset| !charsets.contains(charset)));
                            open = Some((doc.doc, doc.xxh3, at));
                        }
                        Entry::End { .. } => break true,
                        _ => {}
                    }
                }
            }
            at += read;
        };
        close(&mut open, at, !ended, &mut index);
        index.sort_by_key(|place| (place.key, place.torn, place.at));
        Ok(Some(Self { file: Mutex::new(file), index, charsets, len: packed.unwrap_or(whole) }))
    }

    /// Bytes of whole documents in the log; of a packed one, all its bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// True if nothing can be taken over.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// What was said of this document with this text; with `in_place`, also if that is its cleaned text.
    pub(super) fn find(&self, about: About<'_>, text: &str, in_place: bool) -> Option<Known> {
        let hash = hash(text.as_bytes());
        let key = key(about.id, &hash);
        let from = self.index.partition_point(|place| place.key < key);
        self.index[from..].iter().take_while(|place| place.key == key).find_map(|place| {
            let lines = self.lines(place).ok()?;
            known(about, text, &hash, lines, in_place, place.torn)
        })
    }

    /// The encoding in which the file of this name was judged before: that of its source, which what is left of it may
    /// not show any more.
    fn charset(&self, id: &str, bytes: &[u8]) -> Option<Charset> {
        self.charsets.iter().copied().find(|charset| {
            let key = charset.decode(bytes).map(|text| key(id, &hash(text.as_bytes())));
            key.is_some_and(|key| self.index.binary_search_by_key(&key, |place| place.key).is_ok())
        })
    }

    fn lines(&self, place: &Place) -> io::Result<Vec<u8>> {
        let mut lines = vec![0; place.len as usize];
        let mut file = self.file.lock().map_err(|_| io::Error::other("the log cannot be read"))?;
        file.seek(SeekFrom::Start(place.at))?;
        file.read_exact(&mut lines)?;
        Ok(lines)
    }
}

/// The text of a file and its encoding: the one in which it was judged before, else the one that is `said`, else the
/// one that it shows.
pub(super) fn read_file<'b>(
    before: Option<&Resume>,
    said: Option<Charset>,
    name: &str,
    bytes: &'b [u8],
    syntax: Syntax,
) -> Result<(Cow<'b, str>, Charset), CharsetError> {
    match before.and_then(|resume| resume.charset(name, bytes)).or(said) {
        Some(charset) => charset::read_as(bytes, charset),
        None => charset::read(bytes, syntax),
    }
}

/// The log at `path` as a file to seek in. A packed one is unpacked as far as it goes, with its length.
fn unpacked(path: &Path) -> io::Result<(File, Option<u64>)> {
    let (source, mut from) = Source::open(Some(path))?;
    if source.codec == Codec::Plain {
        return Ok((File::open(path)?, None));
    }
    let mut to = tempfile::tempfile()?;
    let mut buffer = vec![0; 1 << 16];
    // A torn end is no trouble: what stands before it counts.
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        to.write_all(&buffer[..read])?;
    }
    to.rewind()?;
    Ok((to, source.size()))
}

fn key(doc: &str, hash: &str) -> u64 {
    xxh3_64(format!("{hash}{doc}").as_bytes())
}

/// The document as its lines tell it, if they are its lines and hold.
fn known(about: About<'_>, text: &str, hash: &str, lines: Vec<u8>, in_place: bool, torn: bool) -> Option<Known> {
    let entries: Result<Vec<Entry>, _> =
        lines.split_inclusive(|b| *b == b'\n').map(serde_json::from_slice::<Entry>).collect();
    let entries = entries.ok()?;
    let mut findings = Findings::default();
    let mut choices = Vec::new();
    for entry in &entries {
        if let Entry::Finding(entry) = entry {
            choices.extend(entry.decision.map(|choice| (entry.finding.paragraph, choice)));
        }
    }
    findings.findings.extend(entries.iter().filter_map(|entry| match entry {
        Entry::Finding(entry) => Some(entry.finding.clone()),
        _ => None,
    }));
    let mut found = records(entries).into_iter();
    let record = found.next()?;
    let [source, cleaned_hash] = &record.doc.xxh3;
    let replaced = source != hash;
    // The log of a file is on the disk before the file is replaced: the last document of a torn log is whole if its
    // file was, and may not be if it was not.
    let usable = if replaced { in_place && cleaned_hash == hash } else { !torn };
    let read = (record.doc.markup.as_deref(), record.doc.encoding.as_deref());
    if !usable || record.doc.doc != about.id || read != (about.syntax.name(), about.encoding) {
        return None;
    }
    let source = if replaced { restore(&record, text).ok()? } else { text.to_owned() };
    let cuts = cuts(&record, &source)?;
    findings.decided = record.doc.decisions.clone().map(|decided| Decided { choices, ..*decided });
    findings.capped = record.doc.capped.unwrap_or_default();
    findings.withdrawn = record.doc.withdrawn.map(|percent| f64::from(percent) / 100.0);
    Some(Known { paragraphs: record.doc.paragraphs, findings, cuts, lines, source, replaced })
}

/// The logged cuts, if taking them out of the source gives the logged cleaned text.
fn cuts(record: &Record, source: &str) -> Option<Vec<Cut>> {
    let mut end = 0;
    for cut in &record.cuts {
        let there = source.get(cut.span.start..cut.span.end);
        if cut.span.start < end || there != Some(cut.text.as_str()) {
            return None;
        }
        end = cut.span.end;
    }
    let cuts: Vec<Cut> = record.cuts.iter().map(|cut| Cut { paragraph: cut.paragraph, span: cut.span }).collect();
    (hash(cleaned(source, &cuts).as_bytes()) == record.doc.xxh3[1]).then_some(cuts)
}
