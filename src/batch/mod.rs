//! Records in, cleaned records out: any number of them in bounded memory, in their order, on all threads.
//!
//! The inputs are read in pieces (a file, or a megabyte of whole JSONL lines); a window of pieces is worked on in
//! parallel, then written in order, so that the output is the same for any number of threads.

mod pieces;
mod sink;
mod worker;

use std::io::{self, Write};
use std::path::PathBuf;

use rayon::prelude::*;

use self::pieces::Pieces;
use self::sink::Sink;
use self::worker::{Done, Worker};
use crate::article::Deduplicator;
use crate::io::files::{FileError, Format, Input};
use crate::io::jsonl::Fields;
use crate::log::LogWriter;

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
