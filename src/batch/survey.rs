//! The first of two passes, where a batch is compared article with article: every document is read, nothing is written.

use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::pieces::{Piece, What, Windows};
use super::resume::{Known, Resume, read_file};
use super::worker::shown;
use super::{BatchError, Destination, Job, Watch};
use crate::across::store::Store;
use crate::across::{Key, Plan, Sheet, Survey, site as site_of};
use crate::article::Deduplicator;
use crate::decisions::Ruling;
use crate::io::charset::Charset;
use crate::io::files::Input;
use crate::io::jsonl::{self, Fields};
use crate::log::About;
use crate::markup;
use crate::options::Across;
use crate::paragraph::Findings;

/// What standard input holds, put aside to be read twice; nothing where it is no input.
pub(super) fn keep_stdin(inputs: &[Input]) -> io::Result<Option<File>> {
    if inputs.iter().all(|input| input.path.is_some()) {
        return Ok(None);
    }
    let mut file = tempfile::tempfile()?;
    io::copy(&mut io::stdin(), &mut file)?;
    Ok(Some(file))
}

/// The same bytes from their beginning.
pub(super) fn again(stdin: Option<&File>) -> io::Result<Option<File>> {
    stdin
        .map(|file| {
            let mut file = file.try_clone()?;
            file.seek(SeekFrom::Start(0))?;
            Ok(file)
        })
        .transpose()
}

/// Reads the whole batch; no plan if it is stopped. What cannot be read is told by the second pass.
pub(super) fn survey(
    job: &Job,
    stdin: Option<&File>,
    dedup: &Deduplicator,
    across: &Across,
) -> Result<Option<Plan>, BatchError> {
    let reader = Reader::of(job, dedup);
    let mut survey = Survey::new(across.clone(), dedup.options(), job.memory);
    if let Some(folder) = &job.index {
        let store = Store::finished(folder, dedup.options())?;
        store.each(|sheet| survey.add_indexed(sheet))?;
    }
    let mut windows = Windows::of(job, again(stdin)?)?;
    while !windows.ended {
        let sheets: Vec<Read> = windows.next(&job.stop).into_par_iter().map(|piece| reader.sheets(&piece)).collect();
        for (key, sheet) in sheets.iter().flat_map(|read| &read.0) {
            survey.add(*key, sheet)?;
        }
        if stopped(&job.stop) {
            return Ok(None);
        }
    }
    Ok(Some(survey.plan(dedup)?))
}

/// What became of an index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Indexed {
    /// Documents read.
    pub read: u64,
    /// How many of them were new.
    pub new: u64,
    /// Inputs and records that are no documents, or could not be read.
    pub failed: u64,
    /// False if the run was stopped, or the system could not read an input: the index waits for its documents then.
    pub finished: bool,
}

/// Puts what a job reads into an index. What is no document is told and passed over.
///
/// # Errors
/// If the index cannot be written; it stays unfinished.
pub fn index(job: &Job, dedup: &Deduplicator, store: &Store, watch: &mut dyn Watch) -> Result<Indexed, BatchError> {
    let reader = Reader::of(job, dedup);
    let mut windows = Windows::of(job, None)?;
    let (mut done, mut unread) = (Indexed::default(), false);
    while !windows.ended {
        let window = windows.next(&job.stop);
        let lost = |what: &What| matches!(what, What::Nothing(error) if error.source.raw_os_error().is_some());
        unread |= window.iter().any(|piece| lost(&piece.what));
        let window: Vec<Read> = window.into_par_iter().map(|piece| reader.sheets(&piece)).collect();
        for what in window.iter().flat_map(|read| &read.1) {
            watch.problem(what);
            done.failed += 1;
        }
        let sheets: Vec<&Sheet> = window.iter().flat_map(|read| &read.0).map(|(_, sheet)| sheet).collect();
        done.read += sheets.len() as u64;
        done.new += store.add(&sheets)?;
        if stopped(&job.stop) {
            return Ok(done);
        }
    }
    if !unread {
        store.finish()?;
        done.finished = true;
    }
    Ok(done)
}

fn stopped(stop: &AtomicBool) -> bool {
    stop.load(Ordering::Relaxed)
}

/// The documents of a piece, and what is wrong with the rest of it.
pub(super) type Read = (Vec<(Key, Sheet)>, Vec<String>);

pub(super) struct Reader<'a> {
    pub(super) dedup: &'a Deduplicator,
    fields: &'a Fields,
    resume: Option<&'a Resume>,
    ruling: Option<&'a Ruling>,
    in_place: bool,
    /// Most bytes of a document.
    pub(super) most: usize,
    /// The encoding of files; `None`: the one that they show.
    charset: Option<Charset>,
}

impl<'a> Reader<'a> {
    fn of(job: &'a Job, dedup: &'a Deduplicator) -> Self {
        Self {
            dedup,
            fields: &job.fields,
            resume: job.resume.as_ref(),
            ruling: job.ruling.as_deref(),
            in_place: matches!(job.destination, Destination::InPlace { .. }),
            most: job.max_record,
            charset: job.charset,
        }
    }

    /// The documents of a piece, and what is wrong with the rest of it.
    fn sheets(&self, piece: &Piece) -> Read {
        let Piece { input, number, what, bytes, first_line, .. } = piece;
        let key = |line: usize| Key { input: *number, line: line as u32 };
        let too_long = |line| format!("{}: line {line}: longer than --max-record", shown(input));
        match what {
            What::Nothing(error) => (Vec::new(), vec![error.to_string()]),
            What::TooLong(first) => (Vec::new(), first.then(|| too_long(*first_line)).into_iter().collect()),
            What::Document(syntax) => {
                let before = self.resume.filter(|_| self.in_place);
                match read_file(before, self.charset, &input.name, bytes, *syntax) {
                    Ok((text, charset)) => {
                        let about = About { id: &input.name, syntax: *syntax, encoding: charset.odd_name() };
                        (vec![(key(1), self.document(input, about, &text))], Vec::new())
                    }
                    Err(error) => (Vec::new(), vec![format!("{}: {error}", shown(input))]),
                }
            }
            #[cfg(feature = "parquet")]
            What::Rows(part) => self.rows(input, *number, &part.rows, bytes),
            What::Lines => {
                let bytes = if *first_line == 1 { jsonl::after_mark(bytes).1 } else { bytes };
                let (mut sheets, mut problems) = (Vec::new(), Vec::new());
                for (number, line) in (*first_line..).zip(bytes.split(|b| *b == b'\n')) {
                    let line = line.strip_suffix(b"\r").unwrap_or(line);
                    if line.iter().all(u8::is_ascii_whitespace) {
                        continue;
                    }
                    match jsonl::record(line, self.fields) {
                        _ if line.len() > self.most => problems.push(too_long(number)),
                        Ok(record) => sheets.push((key(number), self.record(input, number, &record))),
                        Err(error) => problems.push(format!("{}: line {number}: {error}", shown(input))),
                    }
                }
                (sheets, problems)
            }
        }
    }

    fn document(&self, input: &Input, about: About<'_>, text: &str) -> Sheet {
        let known = self.source(about, text);
        let text = known.as_deref().unwrap_or(text);
        let marked = markup::read(text, about.syntax);
        let fixed =
            |index: usize| marked.as_ref().and_then(|marked| marked.hints.get(index)).is_some_and(|hint| hint.fixed);
        let doc = input.path.is_some().then_some(&*input.name);
        let rule = |found: &mut Findings| self.rule(doc, text, found, &fixed);
        let address = marked.as_ref().and_then(|marked| marked.address.as_deref());
        let site = address.map_or_else(|| folder(&input.name), site_of);
        Sheet::read(self.dedup, &input.name, site, text, marked.as_ref(), rule)
    }

    fn record(&self, input: &Input, number: usize, record: &jsonl::Record<'_>) -> Sheet {
        let id = record.id.as_deref().map_or_else(|| number.to_string(), str::to_owned);
        let site = record.site.as_deref().map_or_else(|| folder(&input.name), site_of);
        let known = self.source(About { id: &id, ..About::default() }, &record.text);
        let text = known.as_deref().unwrap_or(&record.text);
        let rule = |found: &mut Findings| self.rule(record.id.as_deref(), text, found, &|_| false);
        let sheet = Sheet::read(self.dedup, &id, site, text, None, rule);
        if record.id.is_some() { sheet } else { sheet.unnamed() }
    }

    /// What people decided is carried out first, as in the second pass.
    pub(super) fn rule(&self, doc: Option<&str>, text: &str, found: &mut Findings, fixed: &dyn Fn(usize) -> bool) {
        if let Some(ruling) = self.ruling {
            ruling.apply(doc, text, found, fixed);
        }
    }

    /// The source of a document that an unfinished run has replaced already.
    fn source(&self, about: About<'_>, text: &str) -> Option<String> {
        self.known(about, text).map(|known| known.source)
    }

    /// What an unfinished run has said of a document that it has replaced already.
    pub(super) fn known(&self, about: About<'_>, text: &str) -> Option<Known> {
        let known = self.resume.filter(|_| self.in_place)?.find(about, text, true)?;
        known.replaced.then_some(known)
    }
}

/// The folder that a file stands in: the site, where nothing else tells it.
pub(super) fn folder(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_the_site_where_nothing_else_tells_it() {
        assert_eq!((folder("news/june/a.txt"), folder("a.txt")), ("news/june", ""));
    }
}
