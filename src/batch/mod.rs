//! Records in, cleaned records out: any number of them in bounded memory, in their order, on all threads.
//!
//! The inputs are read in pieces (a file, or a megabyte of whole JSONL lines or of rows); a window of pieces is worked on in
//! parallel, then written in order, so that the output is the same for any number of threads.
//!
//! The log is the journal of a run: where one was stopped or killed, [`Resume`] takes from it what was judged already.

mod decided;
mod judge;
mod pieces;
mod resume;
#[cfg(feature = "parquet")]
mod rows;
mod sink;
mod survey;
#[cfg(feature = "parquet")]
mod tables;
mod worker;

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

pub use self::decided::Counts;
use self::decided::Met;
use self::pieces::Windows;
pub use self::resume::Resume;
use self::sink::Sink;
pub use self::survey::{Indexed, index};
use self::worker::{Done, Worker, shown};
use crate::across::Plan;
use crate::across::store::StoreError;
use crate::article::Deduplicator;
use crate::card::Card;
use crate::decisions::Ruling;
use crate::diff::Hunks;
use crate::io::charset::Charset;
use crate::io::codec::Codec;
use crate::io::files::{FileError, Format, Input};
use crate::io::jsonl::Fields;
use crate::io::safe::Output;
use crate::log::{Entry, LogWriter, MAX_RECORD, Reading, Terms, write_line};
use crate::paragraph::{Capped, Kind};

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
    InPlace {
        /// What is put behind the name of the old file, if it is to stay.
        backup: Option<String>,
    },
}

impl Destination {
    /// How what goes here is packed; `None`: as its input.
    fn codec(&self) -> Option<Codec> {
        match self {
            Self::Nowhere | Self::Writer(_) => Some(Codec::Plain),
            Self::File(path) => Some(Codec::of_name(path)),
            Self::Folder(_) | Self::InPlace { .. } => None,
        }
    }
}

/// Everything about a run but the engine's options.
pub struct Job {
    /// What to read, in order.
    pub inputs: Vec<Input>,
    /// How records are found; `None`: by the file name.
    pub format: Option<Format>,
    /// The fields of JSONL records, or the columns of tables.
    pub fields: Fields,
    /// Most bytes of a document; longer ones are passed through, or left alone.
    pub max_record: usize,
    /// The encoding of files; `None`: the one that they show.
    pub charset: Option<Charset>,
    /// Where cleaned text goes.
    pub destination: Destination,
    /// Where the diff goes.
    pub diff: Option<Output>,
    /// Where the log goes.
    pub log: Option<Output>,
    /// What people want to see.
    pub show: Show,
    /// Stop at the first record or file that cannot be done.
    pub fail_fast: bool,
    /// An unfinished run to go on from.
    pub resume: Option<Resume>,
    /// What people decided.
    pub ruling: Option<Arc<Ruling>>,
    /// Bytes that comparing article with article may use; see [`crate::across::Survey::new`].
    pub memory: u64,
    /// An index of documents that came before, to compare with.
    pub index: Option<PathBuf>,
    /// Set from outside to stop the run after the pieces in work.
    pub stop: Arc<AtomicBool>,
    /// Set by the run when no document is in work any more: what is left is to put the outputs in their places.
    pub ending: Arc<AtomicBool>,
}

impl Job {
    /// How documents are found, as the log tells it.
    #[must_use]
    pub fn reading(&self) -> Reading {
        reading(&self.fields, self.max_record)
    }

    /// A job that reads `inputs`, writes cleaned text to `destination`, and nothing else.
    #[must_use]
    pub fn new(inputs: Vec<Input>, destination: Destination) -> Self {
        Self {
            inputs,
            format: None,
            fields: Fields::default(),
            destination,
            diff: None,
            log: None,
            show: Show::default(),
            fail_fast: false,
            resume: None,
            ruling: None,
            max_record: MAX_RECORD,
            charset: None,
            memory: 2 << 30,
            index: None,
            stop: Arc::default(),
            ending: Arc::default(),
        }
    }
}

/// How documents are found, as the log tells it.
#[must_use]
pub fn reading(fields: &Fields, max_record: usize) -> Reading {
    Reading { text_field: fields.text.clone(), id_field: fields.id.clone(), max_record }
}

/// What people want to see of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Show {
    /// Every finding, as a card. Then nothing is taken over from an unfinished run.
    pub cards: bool,
    /// How the diff is parted.
    pub hunks: Hunks,
    /// Lines that say why, before each file's part of the diff.
    pub evidence: bool,
    /// Take out nothing whose margin is less.
    pub least_margin: Option<f64>,
}

/// Who looks on while a run goes.
pub trait Watch {
    /// Something is wrong with a record or a file.
    fn problem(&mut self, what: &str);

    /// So much is done, and so many bytes of the inputs are read.
    fn progress(&mut self, _done: &Tally, _read: u64) {}

    /// So many paragraphs go from a part of the input that people know by `name`; the parts come in order.
    fn goes(&mut self, _name: &str, _removed: u64) {}

    /// Something was found, and [`Show::cards`] asks to see it. In the order of the documents.
    fn card(&mut self, _card: &Card) {}
}

impl<F: FnMut(&str)> Watch for F {
    fn problem(&mut self, what: &str) {
        self(what);
    }
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What it did.
    pub tally: Tally,
    /// Set if it stopped early.
    pub stopped: Option<Stopped>,
    /// Where outputs that are not complete were left.
    pub left: Vec<PathBuf>,
}

/// Why a run stopped early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// From outside.
    Asked,
    /// At the first failure, as was wanted.
    Failed,
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
    /// The removed ones by kind, in the order of [`Kind::ALL`].
    pub kinds: [u64; Kind::ALL.len()],
    /// The removed ones whose twin stands in another article.
    pub across: u64,
    /// Paragraphs put to review.
    pub review: u64,
    /// Articles whose removals were withdrawn because they would have taken too much.
    pub withdrawn: u64,
    /// Articles in which a bound was hit.
    pub capped: u64,
    /// Bounds that were hit in comparing article with article.
    pub capped_across: Capped,
    /// Bytes of text read.
    pub bytes: u64,
    /// Bytes of text removed.
    pub bytes_removed: u64,
    /// Records and files that could not be done.
    pub failed: u64,
    /// Articles whose findings were taken from the log of an unfinished run.
    pub resumed: u64,
    /// What came of people's decisions.
    pub decisions: Counts,
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.docs += other.docs;
        self.paragraphs += other.paragraphs;
        self.removed += other.removed;
        self.across += other.across;
        self.review += other.review;
        self.withdrawn += other.withdrawn;
        self.capped += other.capped;
        self.bytes += other.bytes;
        self.bytes_removed += other.bytes_removed;
        self.failed += other.failed;
        self.resumed += other.resumed;
        self.decisions.applied += other.decisions.applied;
        self.decisions.new += other.decisions.new;
        for (sum, more) in self.kinds.iter_mut().zip(other.kinds) {
            *sum += more;
        }
    }
}

/// Writing failed: the run ends.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// Into a file.
    #[error(transparent)]
    File(#[from] FileError),
    /// Of or into an index.
    #[error(transparent)]
    Index(#[from] StoreError),
    /// Into a stream.
    #[error("cannot write: {0}")]
    Write(#[from] io::Error),
}

/// Runs a job. What is wrong with single records or files is told to `watch`, and the rest goes on.
///
/// # Errors
/// If an output cannot be written.
pub fn run(mut job: Job, dedup: &Deduplicator, watch: &mut dyn Watch) -> Result<Outcome, BatchError> {
    let in_place = matches!(job.destination, Destination::InPlace { .. });
    let reading = job.reading();
    let across = dedup.options().across.as_ref();
    let stdin = across.map_or(Ok(None), |_| survey::keep_stdin(&job.inputs))?;
    let plan = across.map_or(Ok(None), |across| survey::survey(&job, stdin.as_ref(), dedup, across))?;
    let worker = Worker {
        dedup,
        fields: &job.fields,
        diff: job.diff.is_some(),
        log: job.log.is_some(),
        text: !matches!(job.destination, Destination::Nowhere),
        resume: job.resume.as_ref(),
        ruling: job.ruling.as_deref(),
        most: job.max_record,
        codec: job.destination.codec(),
        charset: job.charset,
        show: &job.show,
        in_place,
        plan: plan.as_ref(),
    };
    let fingerprint = job.ruling.as_ref().map(|ruling| ruling.fingerprint());
    let terms = Terms { options: dedup.options(), reading: &reading, decisions: fingerprint.as_deref() };
    let log = job.log.take().map(|to| {
        let path = to.path().to_owned();
        LogWriter::begin(to, &terms).map_err(|error| FileError::at(&path, error))
    });
    let log = log.transpose()?;
    let mut windows = Windows::of(&job, survey::again(stdin.as_ref())?)?;
    let sink = Sink::new(job.destination, job.resume.is_some());
    let met = job.ruling.as_ref().map(|ruling| Met::of(&ruling.decisions));
    let capped_across = plan.as_ref().map(Plan::capped).unwrap_or_default();
    let tally = Tally { capped_across, ..Tally::default() };
    let mut out = Outputs { sink, log, diff: job.diff, in_place, met, tally };
    let (mut read, mut stopped) = (0, None);
    if across.is_some() && plan.is_none() {
        stopped = Some(Stopped::Asked);
    }
    while stopped.is_none() {
        let window = windows.next(&job.stop);
        let done: Vec<Done> = window.into_par_iter().map(|piece| worker.work(piece)).collect();
        let failures = out.tally.failed;
        out.write(&done, job.fail_fast, watch)?;
        read += done.iter().map(|done| done.read).sum::<u64>();
        watch.progress(&out.tally, read);
        if job.fail_fast && out.tally.failed > failures {
            stopped = Some(Stopped::Failed);
        } else if windows.ended {
            break;
        } else if job.stop.load(Ordering::Relaxed) {
            stopped = Some(Stopped::Asked);
        }
    }
    job.ending.store(true, Ordering::Relaxed);
    out.finish(stopped)
}

/// Everything a run writes to.
struct Outputs {
    sink: Sink,
    log: Option<LogWriter<Output>>,
    diff: Option<Output>,
    in_place: bool,
    /// What became of each decision.
    met: Option<Met>,
    tally: Tally,
}

impl Outputs {
    /// Writes a window. With `fail_fast`, nothing behind the first piece that failed.
    fn write(&mut self, window: &[Done], fail_fast: bool, watch: &mut dyn Watch) -> Result<(), BatchError> {
        let failed = window.iter().position(|done| fail_fast && done.tally.failed > 0);
        let window = &window[..failed.map_or(window.len(), |at| at + 1)];
        if self.in_place {
            // What is cut out of a file is on the disk before the file is replaced: it may be the only copy left.
            for done in window {
                self.note(&done.log)?;
                // A packed log ends a member here, not at a window's end, which hangs on the number of threads.
                self.log.as_mut().map_or(Ok(()), |log| named(log.get_mut(), Output::flush))?;
            }
            if let Some(log) = self.log.as_mut().filter(|_| window.iter().any(|done| done.changed)) {
                named(log.get_mut(), Output::sync)?;
            }
        }
        for done in window {
            if self.sink.passes_by(done) {
                continue;
            }
            done.problems.iter().for_each(|text| watch.problem(text));
            if let Some(error) = self.file(done)? {
                // The log tells of no document whose text is not there.
                let message = error.to_string();
                watch.problem(&message);
                self.tally.failed += 1;
                let mut line = Vec::new();
                write_line(&mut line, &Entry::Error { doc: done.input.name.clone(), message })?;
                self.note(&line)?;
                if fail_fast {
                    break;
                }
                continue;
            }
            self.tally.add(&done.tally);
            watch.goes(&shown(&done.input), done.tally.removed);
            done.cards.iter().for_each(|card| watch.card(card));
            if let Some(met) = &mut self.met {
                done.decided.iter().for_each(|decided| met.add(decided));
            }
            if !self.in_place {
                self.note(&done.log)?;
            }
            if let Some(diff) = &mut self.diff {
                named(diff, |diff| diff.write_all(&done.diff))?;
            }
        }
        Ok(())
    }

    fn note(&mut self, lines: &[u8]) -> Result<(), FileError> {
        let Some(log) = &mut self.log else { return Ok(()) };
        log.append(lines).map_err(|error| FileError::at(log.get_mut().path(), error))
    }

    /// Writes the text. A stream that fails ends the run; of many files, one that fails costs that file: its error.
    fn file(&mut self, done: &Done) -> Result<Option<FileError>, BatchError> {
        match self.sink.write(done) {
            Ok(()) => Ok(None),
            Err(BatchError::File(error))
                if matches!(self.sink.destination, Destination::Folder(_) | Destination::InPlace { .. }) =>
            {
                Ok(Some(error))
            }
            Err(other) => Err(other),
        }
    }

    fn finish(mut self, stopped: Option<Stopped>) -> Result<Outcome, BatchError> {
        if let Some(met) = &self.met {
            met.count(&mut self.tally.decisions);
        }
        let tally = self.tally;
        let log = self.log.map(|mut log| {
            let path = log.get_mut().path().to_owned();
            let ended = log.end(tally.docs, tally.removed, stopped.is_some(), tally.capped_across);
            ended.map_err(|error| FileError::at(&path, error))
        });
        let log = log.transpose()?;
        let mut left = Vec::new();
        if stopped.is_none() {
            self.sink.finish()?;
            self.diff.map_or(Ok(()), Output::finish)?;
            // Last: a log in its place says that all the rest is.
            log.map_or(Ok(()), Output::finish)?;
        } else {
            left.extend(self.sink.leave()?);
            for output in [self.diff, log].into_iter().flatten() {
                left.extend(output.leave()?);
            }
        }
        Ok(Outcome { tally, stopped, left })
    }
}

/// Does something with an output; an error says which.
fn named(output: &mut Output, act: impl FnOnce(&mut Output) -> io::Result<()>) -> Result<(), FileError> {
    act(output).map_err(|error| FileError::at(output.path(), error))
}
