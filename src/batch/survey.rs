//! The first of two passes, where a batch is compared article with article: every document is read, nothing is written.

use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::Job;
use super::pieces::{Piece, What, Windows};
use super::resume::{Resume, read_file};
use crate::across::{Key, Plan, Sheet, Survey};
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
) -> io::Result<Option<Plan>> {
    let in_place = matches!(job.destination, super::Destination::InPlace { .. });
    let reader = Reader {
        dedup,
        fields: &job.fields,
        resume: job.resume.as_ref(),
        ruling: job.ruling.as_deref(),
        in_place,
        most: job.max_record,
        charset: job.charset,
    };
    let mut survey = Survey::new(across.clone(), dedup.options(), job.memory);
    let mut windows = Windows::of(job.inputs.clone(), job.format, job.max_record, again(stdin)?)?;
    while !windows.ended {
        let sheets: Vec<Vec<(Key, Sheet)>> =
            windows.next(&job.stop).into_par_iter().map(|piece| reader.sheets(&piece)).collect();
        for (key, sheet) in sheets.iter().flatten() {
            survey.add(*key, sheet)?;
        }
        if stopped(&job.stop) {
            return Ok(None);
        }
    }
    survey.plan(dedup).map(Some)
}

fn stopped(stop: &AtomicBool) -> bool {
    stop.load(Ordering::Relaxed)
}

struct Reader<'a> {
    dedup: &'a Deduplicator,
    fields: &'a Fields,
    resume: Option<&'a Resume>,
    ruling: Option<&'a Ruling>,
    in_place: bool,
    /// Most bytes of a document.
    most: usize,
    /// The encoding of files; `None`: the one that they show.
    charset: Option<Charset>,
}

impl Reader<'_> {
    fn sheets(&self, piece: &Piece) -> Vec<(Key, Sheet)> {
        let Piece { input, number, what, bytes, first_line, .. } = piece;
        let key = |line: usize| Key { input: *number, line: line as u32 };
        if let What::Nothing(_) | What::TooLong(_) = what {
            return Vec::new();
        }
        if let What::Document(syntax) = what {
            let before = self.resume.filter(|_| self.in_place);
            let read = read_file(before, self.charset, &input.name, bytes, *syntax).ok();
            let sheet = read.map(|(text, charset)| {
                let about = About { id: &input.name, syntax: *syntax, encoding: charset.odd_name() };
                let known = self.source(about, &text);
                let text = known.as_deref().unwrap_or(&text);
                let site = folder(&input.name);
                let marked = markup::read(text, *syntax);
                let fixed = |index: usize| {
                    marked.as_ref().and_then(|marked| marked.hints.get(index)).is_some_and(|hint| hint.fixed)
                };
                let mut found =
                    marked.as_ref().map_or_else(|| self.dedup.find(text), |marked| self.dedup.find_marked(marked));
                self.rule(input.path.is_some().then_some(&*input.name), text, &mut found, &fixed);
                Sheet::read(self.dedup, &input.name, site, text, marked.as_ref(), &found)
            });
            return sheet.map(|sheet| (key(1), sheet)).into_iter().collect();
        }
        let bytes = if *first_line == 1 { jsonl::after_mark(bytes).1 } else { bytes };
        let lines = bytes.split(|b| *b == b'\n').enumerate();
        let sheets = lines.filter_map(|(index, line)| {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let record = jsonl::record(line, self.fields).ok().filter(|_| line.len() <= self.most)?;
            let number = first_line + index;
            let id = record.id.as_deref().map_or_else(|| number.to_string(), str::to_owned);
            let site = record.site.as_deref().map_or_else(|| folder(&input.name), host);
            let known = self.source(About { id: &id, ..About::default() }, &record.text);
            let text = known.as_deref().unwrap_or(&record.text);
            let mut found = self.dedup.find(text);
            self.rule(record.id.as_deref(), text, &mut found, &|_| false);
            Some((key(number), Sheet::read(self.dedup, &id, site, text, None, &found)))
        });
        sheets.collect()
    }

    /// What people decided is carried out first, as in the second pass.
    fn rule(&self, doc: Option<&str>, text: &str, found: &mut Findings, fixed: &dyn Fn(usize) -> bool) {
        if let Some(ruling) = self.ruling {
            ruling.apply(doc, text, found, fixed);
        }
    }

    /// The source of a document that an unfinished run has replaced already.
    fn source(&self, about: About<'_>, text: &str) -> Option<String> {
        let known = self.resume.filter(|_| self.in_place)?.find(about, text, true)?;
        known.replaced.then_some(known.source)
    }
}

/// The folder that a file stands in: the site, where nothing else tells it.
fn folder(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The host of an address; anything else as it is.
fn host(site: &str) -> &str {
    let Some((_, rest)) = site.split_once("://") else { return site };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).map_or(host, |h| h.0);
    host.strip_prefix("www.").unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_the_site() {
        for (address, site) in [
            ("https://www.oldmoor.example/a/b?c=d://e", "oldmoor.example"),
            ("http://user@oldmoor.example:8080", "oldmoor.example"),
            ("Oldmoor Gazette", "Oldmoor Gazette"),
            ("", ""),
        ] {
            assert_eq!(host(address), site);
        }
        assert_eq!((folder("news/june/a.txt"), folder("a.txt")), ("news/june", ""));
    }
}
