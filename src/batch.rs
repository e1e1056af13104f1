//! Records in, cleaned records out: any number of them in bounded memory, in their order, on all threads.
//!
//! The inputs are read in pieces (a file, or a megabyte of whole JSONL lines); a window of pieces is worked on in
//! parallel, then written in order, so that the output is the same for any number of threads.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::article::Deduplicator;
use crate::cut::{Cut, cleaned, cuts};
use crate::diff::unified;
use crate::io::files::{FileError, Format, Input, SafeFile};
use crate::io::jsonl::{self, Fields};
use crate::log::{Entry, LogWriter, write_document, write_line};
use crate::paragraph::{Findings, Span, Verdict};

/// Bytes of JSONL lines that make a piece.
const PIECE: usize = 1 << 20;

/// Most pieces in a window, for each thread.
const PIECES_PER_THREAD: usize = 32;

/// Where cleaned text goes.
pub enum Destination {
    /// Nowhere: only findings are wanted.
    Nowhere,
    /// Into this writer.
    Writer(Box<dyn Write + Send>),
    /// Into one file.
    File(PathBuf),
    /// Into a folder, each input under its name.
    Folder(PathBuf),
    /// Back into the inputs.
    InPlace,
}

/// Everything about a run but the engine's options.
pub struct Job {
    /// What to read, in order.
    pub inputs: Vec<Input>,
    /// How records are found; `None`: by the file name.
    pub format: Option<Format>,
    /// The fields of JSONL records.
    pub fields: Fields,
    /// Where cleaned text goes.
    pub destination: Destination,
    /// Where the diff goes.
    pub diff: Option<Box<dyn Write + Send>>,
    /// Where the log goes.
    pub log: Option<Box<dyn Write + Send>>,
}

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Articles read.
    pub docs: u64,
    /// Their paragraphs.
    pub paragraphs: u64,
    /// Paragraphs removed.
    pub removed: u64,
    /// Paragraphs put to review.
    pub review: u64,
    /// Articles whose removals were withdrawn because they would have taken too much.
    pub withdrawn: u64,
    /// Articles in which a bound was hit.
    pub capped: u64,
    /// Bytes of text read.
    pub bytes: u64,
    /// Bytes of text removed.
    pub bytes_removed: u64,
    /// Records and files that could not be done.
    pub failed: u64,
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.docs += other.docs;
        self.paragraphs += other.paragraphs;
        self.removed += other.removed;
        self.review += other.review;
        self.withdrawn += other.withdrawn;
        self.capped += other.capped;
        self.bytes += other.bytes;
        self.bytes_removed += other.bytes_removed;
        self.failed += other.failed;
    }
}

/// Writing failed: the run ends.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// Into a file.
    #[error(transparent)]
    File(#[from] FileError),
    /// Into a stream.
    #[error("cannot write: {0}")]
    Write(#[from] io::Error),
}

/// Runs a job. What is wrong with single records or files is told to `problem`, and the rest goes on.
///
/// # Errors
/// If an output cannot be written.
pub fn run(mut job: Job, dedup: &Deduplicator, problem: &mut dyn FnMut(&str)) -> Result<Tally, BatchError> {
    let worker = Worker {
        dedup,
        fields: &job.fields.clone(),
        diff: job.diff.is_some(),
        log: job.log.is_some(),
        text: !matches!(job.destination, Destination::Nowhere),
    };
    let mut log = match job.log.take() {
        Some(to) => Some(LogWriter::begin(to, dedup.options())?),
        None => None,
    };
    let mut pieces = Pieces::new(std::mem::take(&mut job.inputs), job.format);
    let mut sink = Sink { destination: job.destination, open: None };
    let mut tally = Tally::default();
    loop {
        let window = pieces.window();
        if window.is_empty() {
            break;
        }
        let done: Vec<Done> = window.into_par_iter().map(|piece| worker.work(piece)).collect();
        for done in done {
            done.problems.iter().for_each(|text| problem(text));
            tally.add(&done.tally);
            if let Some(log) = &mut log {
                log.append(&done.log)?;
            }
            if let Some(diff) = &mut job.diff {
                diff.write_all(&done.diff)?;
            }
            if let Err(error) = sink.write(&done) {
                // A stream that fails ends the run; a file that fails costs that file.
                match error {
                    BatchError::File(error)
                        if matches!(sink.destination, Destination::Folder(_) | Destination::InPlace) =>
                    {
                        problem(&error.to_string());
                        tally.failed += 1;
                    }
                    other => return Err(other),
                }
            }
        }
    }
    if let Some(log) = log {
        log.end(tally.docs, tally.removed)?.flush()?;
    }
    if let Some(diff) = &mut job.diff {
        diff.flush()?;
    }
    if let Destination::Writer(to) = &mut sink.destination {
        to.flush()?;
    }
    Ok(tally)
}

/// A part of an input that is worked on by itself.
struct Piece {
    input: Input,
    format: Format,
    bytes: Vec<u8>,
    /// Number of the first line, 1-based.
    first_line: usize,
    /// True for the last piece of its input.
    last: bool,
    /// Set instead of bytes if the input could not be read.
    error: Option<FileError>,
}

/// Reads the inputs piece by piece.
struct Pieces {
    inputs: VecDeque<Input>,
    format: Option<Format>,
    /// The JSONL input being read.
    open: Option<(Input, Box<dyn BufRead + Send>, usize)>,
}

impl Pieces {
    fn new(inputs: Vec<Input>, format: Option<Format>) -> Self {
        Self { inputs: inputs.into(), format, open: None }
    }

    /// The next pieces, together about a piece's bytes for each thread.
    fn window(&mut self) -> Vec<Piece> {
        let threads = rayon::current_num_threads();
        let mut window = Vec::new();
        let mut bytes = 0;
        while bytes < PIECE * threads && window.len() < PIECES_PER_THREAD * threads {
            let Some(piece) = self.next() else { break };
            bytes += piece.bytes.len();
            window.push(piece);
        }
        window
    }

    fn next(&mut self) -> Option<Piece> {
        if self.open.is_none() {
            let input = self.inputs.pop_front()?;
            let guessed = input.path.as_deref().map_or(Format::Text, Format::of);
            let format = self.format.unwrap_or(guessed);
            let piece = |input, bytes, error| Piece { input, format, bytes, first_line: 1, last: true, error };
            let reader: io::Result<Box<dyn Read + Send>> = match &input.path {
                Some(path) => File::open(path).map(|file| Box::new(file) as _),
                None => Ok(Box::new(io::stdin())),
            };
            let mut reader = match reader {
                Ok(reader) => reader,
                Err(error) => return Some(piece(input.clone(), Vec::new(), Some(failure(&input, error)))),
            };
            if format == Format::Text {
                let mut bytes = Vec::new();
                let error = reader.read_to_end(&mut bytes).err().map(|error| failure(&input, error));
                return Some(piece(input, bytes, error));
            }
            self.open = Some((input, Box::new(BufReader::with_capacity(1 << 16, reader)), 1));
        }
        self.lines()
    }

    /// A piece of whole lines of the open JSONL input.
    fn lines(&mut self) -> Option<Piece> {
        let (input, reader, line) = self.open.as_mut()?;
        let mut bytes = Vec::with_capacity(PIECE + (1 << 16));
        let mut error = None;
        let mut read = reader.by_ref().take(PIECE as u64).read_to_end(&mut bytes);
        if read.is_ok() && bytes.last().is_some_and(|b| *b != b'\n') {
            read = reader.read_until(b'\n', &mut bytes);
        }
        if let Err(cause) = read {
            error = Some(failure(input, cause));
        }
        let last = error.is_some() || reader.fill_buf().map_or(true, <[u8]>::is_empty);
        let first_line = *line;
        *line += memchr::memchr_iter(b'\n', &bytes).count();
        let piece = Piece { input: input.clone(), format: Format::Jsonl, bytes, first_line, last, error };
        if last {
            self.open = None;
        }
        Some(piece)
    }
}

fn failure(input: &Input, error: io::Error) -> FileError {
    FileError::at(input.path.as_deref().unwrap_or(Path::new("standard input")), error)
}

/// What came of a piece.
struct Done {
    input: Input,
    last: bool,
    /// Cleaned bytes.
    out: Vec<u8>,
    /// True if they differ from what was read.
    changed: bool,
    /// True if there is nothing to write: the input could not be read.
    failed: bool,
    log: Vec<u8>,
    diff: Vec<u8>,
    problems: Vec<String>,
    tally: Tally,
}

/// Cleans pieces; shared by all threads.
struct Worker<'a> {
    dedup: &'a Deduplicator,
    fields: &'a Fields,
    diff: bool,
    log: bool,
    text: bool,
}

impl Worker<'_> {
    fn work(&self, piece: Piece) -> Done {
        let Piece { input, format, bytes, first_line, last, error } = piece;
        let mut done = Done {
            input,
            last,
            out: Vec::new(),
            changed: false,
            failed: false,
            log: Vec::new(),
            diff: Vec::new(),
            problems: Vec::new(),
            tally: Tally::default(),
        };
        if let Some(error) = error {
            let name = done.input.name.clone();
            done.failed = true;
            self.fail(&mut done, name, error.to_string());
        } else if format == Format::Text {
            self.file(bytes, &mut done);
        } else {
            self.lines(&bytes, first_line, &mut done);
        }
        done
    }

    fn file(&self, bytes: Vec<u8>, done: &mut Done) {
        let name = done.input.name.clone();
        match std::str::from_utf8(&bytes) {
            Err(error) => {
                let what =
                    format!("{}: not valid UTF-8 at byte {}; left as it is", shown(&done.input), error.valid_up_to());
                done.failed = true;
                self.fail(done, name, what);
            }
            Ok(text) => match self.document(&name, text, done) {
                Some(cleaned) => {
                    done.changed = true;
                    done.out = cleaned.into_bytes();
                }
                None if self.text => done.out = bytes,
                None => {}
            },
        }
    }

    fn lines(&self, bytes: &[u8], first_line: usize, done: &mut Done) {
        if self.text {
            done.out.reserve(bytes.len());
        }
        for (index, full) in bytes.split_inclusive(|b| *b == b'\n').enumerate() {
            let line = full.strip_suffix(b"\n").unwrap_or(full);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.iter().all(u8::is_ascii_whitespace) {
                done.out.extend_from_slice(if self.text { full } else { b"" });
                continue;
            }
            let replaced = self.record(line, first_line + index, done);
            if self.text {
                match replaced {
                    Some(cleaned) => {
                        done.changed = true;
                        done.out.extend_from_slice(&cleaned);
                        done.out.extend_from_slice(&full[line.len()..]);
                    }
                    None => done.out.extend_from_slice(full),
                }
            }
        }
    }

    /// One JSONL record; its new line, if it changes.
    fn record(&self, line: &[u8], number: usize, done: &mut Done) -> Option<Vec<u8>> {
        match jsonl::record(line, self.fields) {
            Err(error) => {
                let what = format!("{}: line {number}: {error}; passed through as it is", shown(&done.input));
                self.fail(done, number.to_string(), what);
                None
            }
            Ok(record) => {
                let id = record.id.as_deref().map_or_else(|| number.to_string(), str::to_owned);
                let findings = self.dedup.find(&record.text);
                let cuts = cuts(&record.text, &findings);
                let raw = |cut| jsonl::escapes(line, record.raw, cut);
                self.tell(&id, &record.text, &findings, &cuts, &raw, done);
                (!cuts.is_empty() && self.text).then(|| jsonl::without(line, record.raw, &cuts))
            }
        }
    }

    /// One document; its cleaned text, if it changes.
    fn document(&self, id: &str, text: &str, done: &mut Done) -> Option<String> {
        let findings = self.dedup.find(text);
        let cuts = cuts(text, &findings);
        self.tell(id, text, &findings, &cuts, &|_| None, done)
    }

    /// Counts, logs and diffs one document; gives its cleaned text, if it changes and somebody wants it.
    fn tell(
        &self,
        id: &str,
        text: &str,
        findings: &Findings,
        cuts: &[Cut],
        raw: &dyn Fn(Span) -> Option<String>,
        done: &mut Done,
    ) -> Option<String> {
        let tally = &mut done.tally;
        tally.docs += 1;
        tally.paragraphs += findings.paragraphs.len() as u64;
        tally.removed += cuts.len() as u64;
        tally.review += findings.with(Verdict::Review).count() as u64;
        tally.withdrawn += u64::from(findings.withdrawn.is_some());
        tally.capped += u64::from(findings.capped.any());
        tally.bytes += text.len() as u64;
        tally.bytes_removed += cuts.iter().map(|cut| cut.span.len() as u64).sum::<u64>();
        if let Some(share) = findings.withdrawn {
            done.problems.push(format!(
                "{}: {id}: left as it is: {:.0} % of its words are near-duplicates; --force removes them",
                shown(&done.input),
                share * 100.0
            ));
        }
        let changed = (!cuts.is_empty()).then(|| cleaned(text, cuts));
        if self.log && write_document(&mut done.log, id, text, changed.as_deref(), findings, cuts, raw).is_err() {
            done.problems.push(format!("{}: {id}: cannot be written to the log", shown(&done.input)));
        }
        if self.diff {
            done.diff.extend_from_slice(unified(id, text, cuts, findings).as_bytes());
        }
        changed
    }

    fn fail(&self, done: &mut Done, doc: String, message: String) {
        done.tally.failed += 1;
        if self.log {
            // Plain strings always make JSON.
            let _ = write_line(&mut done.log, &Entry::Error { doc, message: message.clone() });
        }
        done.problems.push(message);
    }
}

/// An input's name for people.
fn shown(input: &Input) -> String {
    input.path.as_ref().map_or_else(|| "standard input".into(), |path| path.display().to_string())
}

/// Writes what is done, in order.
struct Sink {
    destination: Destination,
    /// The file being written, and whether anything in it changed.
    open: Option<(SafeFile, bool)>,
}

impl Sink {
    fn write(&mut self, done: &Done) -> Result<(), BatchError> {
        let path = match &mut self.destination {
            Destination::Nowhere => return Ok(()),
            Destination::Writer(to) => return Ok(to.write_all(&done.out)?),
            Destination::File(path) => path.clone(),
            Destination::Folder(folder) => folder.join(&done.input.name),
            Destination::InPlace => done.input.path.clone().unwrap_or_default(),
        };
        if done.failed {
            self.open = None;
            return Ok(());
        }
        let (mut file, changed) = match self.open.take() {
            Some(open) => open,
            None => (SafeFile::create(&path)?, false),
        };
        file.write_all(&done.out).map_err(|error| FileError::at(&path, error))?;
        let changed = changed || done.changed;
        let in_place = matches!(self.destination, Destination::InPlace);
        if !done.last {
            self.open = Some((file, changed));
        } else if changed || !in_place {
            file.commit(done.input.path.as_deref())?;
        }
        Ok(())
    }
}
