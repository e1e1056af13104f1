//! One piece cleaned: its records found, judged, cut, logged and diffed.

use super::judge::Document;
use super::pieces::{Piece, What};
use super::resume::{Known, Resume, read_file};
#[cfg(feature = "parquet")]
use super::rows::TablePart;
use super::{Show, Tally};
use crate::across::{Key, Plan};
use crate::article::Deduplicator;
use crate::card::Card;
use crate::cut::{Cut, cleaned};
use crate::decisions::Ruling;
use crate::io::charset::Charset;
use crate::io::codec::Codec;
use crate::io::files::Input;
use crate::io::jsonl::{self, Fields};
use crate::io::safe::Stamp;
use crate::log::{About, Entry, write_document, write_line};
use crate::markup::Syntax;
use crate::paragraph::{Decided, Findings, Span, Verdict};

/// What came of a piece.
pub(super) struct Done {
    pub(super) input: Input,
    pub(super) last: bool,
    /// Cleaned bytes.
    pub(super) out: Vec<u8>,
    /// True if they differ from what was read.
    pub(super) changed: bool,
    /// True if there is nothing to write: the input could not be read.
    pub(super) failed: bool,
    pub(super) log: Vec<u8>,
    pub(super) diff: Vec<u8>,
    pub(super) problems: Vec<String>,
    pub(super) tally: Tally,
    /// What came of decisions, a document each.
    pub(super) decided: Vec<Decided>,
    /// What people may look at.
    pub(super) cards: Vec<Card>,
    /// Bytes of the input that were read, still packed.
    pub(super) read: u64,
    /// What the file was when it was opened.
    pub(super) stamp: Option<Stamp>,
    /// What is to be written of a table; the texts are the cleaned bytes.
    #[cfg(feature = "parquet")]
    pub(super) table: Option<TablePart>,
}

/// Cleans pieces; shared by all threads.
pub(super) struct Worker<'a> {
    pub(super) dedup: &'a Deduplicator,
    pub(super) fields: &'a Fields,
    pub(super) diff: bool,
    pub(super) log: bool,
    pub(super) text: bool,
    /// What an unfinished run has done already.
    pub(super) resume: Option<&'a Resume>,
    /// What people decided.
    pub(super) ruling: Option<&'a Ruling>,
    /// Most bytes of a document.
    pub(super) most: usize,
    /// How outputs are packed; `None`: as their inputs.
    pub(super) codec: Option<Codec>,
    /// The encoding of files; `None`: the one that they show.
    pub(super) charset: Option<Charset>,
    /// What people want to see of it.
    pub(super) show: &'a Show,
    /// True if inputs are replaced: what that run did is found by the cleaned text, too.
    pub(super) in_place: bool,
    /// What goes because of other documents.
    pub(super) plan: Option<&'a Plan>,
}

impl Worker<'_> {
    pub(super) fn work(&self, piece: Piece) -> Done {
        let Piece { input, number, what, bytes, first_line, last, stamp, codec, read } = piece;
        let key = Key { input: number, line: first_line as u32 };
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
            decided: Vec::new(),
            cards: Vec::new(),
            read,
            stamp,
            #[cfg(feature = "parquet")]
            table: None,
        };
        let packed_as = self.codec.unwrap_or(codec);
        match what {
            What::Document(syntax) => self.file(bytes, key, syntax, &mut done),
            What::Lines => self.lines(&bytes, key, &mut done),
            #[cfg(feature = "parquet")]
            What::Rows(part) => {
                self.rows(part, bytes, key, packed_as, &mut done);
                return done;
            }
            What::TooLong(first) => {
                if first {
                    self.too_long(first_line, &mut done);
                }
                done.out = if self.text { bytes } else { Vec::new() };
            }
            What::Nothing(error) => {
                let name = done.input.name.clone();
                done.failed = true;
                self.fail(&mut done, name, error.to_string());
            }
        }
        if self.text && !done.failed && (!done.out.is_empty() || first_line == 1) {
            match packed_as.pack(std::mem::take(&mut done.out)) {
                Ok(packed) => done.out = packed,
                Err(error) => {
                    let (name, what) = (done.input.name.clone(), format!("{}: {error}", shown(&done.input)));
                    done.failed = true;
                    self.fail(&mut done, name, what);
                }
            }
        }
        done
    }

    fn file(&self, bytes: Vec<u8>, key: Key, syntax: Syntax, done: &mut Done) {
        let name = done.input.name.clone();
        let before = self.resume.filter(|_| self.in_place);
        let (text, charset) = match read_file(before, self.charset, &name, &bytes, syntax) {
            Ok(read) => read,
            Err(error) => {
                done.failed = true;
                let what = format!("{}: {error}", shown(&done.input));
                return self.fail(done, name, what);
            }
        };
        let about = About { id: &name, syntax, encoding: charset.odd_name() };
        let cleaned = self.document(about, key, &text, done);
        done.diff = charset.encode_diff(std::mem::take(&mut done.diff));
        // Every character of the cleaned text is one of the text, which came from bytes of this encoding.
        match cleaned.as_deref().and_then(|cleaned| charset.encode(cleaned)) {
            Some(cleaned) => {
                done.changed = true;
                done.out = cleaned.into_owned();
            }
            None if self.text => done.out = bytes,
            None => {}
        }
    }

    fn too_long(&self, number: usize, done: &mut Done) {
        let what = "longer than --max-record";
        let what =
            format!("{}: line {number}: {what} ({} bytes); passed through as it is", shown(&done.input), self.most);
        self.fail(done, number.to_string(), what);
    }

    fn lines(&self, bytes: &[u8], first: Key, done: &mut Done) {
        if self.text {
            done.out.reserve(bytes.len());
        }
        let (mark, bytes) = if first.line == 1 { jsonl::after_mark(bytes) } else { (&[][..], bytes) };
        done.out.extend_from_slice(if self.text { mark } else { b"" });
        for (index, full) in jsonl::lines(bytes).enumerate() {
            let line = jsonl::line(full);
            if line.iter().all(u8::is_ascii_whitespace) {
                done.out.extend_from_slice(if self.text { full } else { b"" });
                continue;
            }
            if line.len() > self.most {
                self.too_long(first.line as usize + index, done);
                done.out.extend_from_slice(if self.text { full } else { b"" });
                continue;
            }
            let replaced = self.record(line, Key { line: first.line + index as u32, ..first }, done);
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
    fn record(&self, line: &[u8], key: Key, done: &mut Done) -> Option<Vec<u8>> {
        let number = key.line;
        match jsonl::record(line, self.fields) {
            Err(error) => {
                let what = format!("{}: line {number}: {error}; passed through as it is", shown(&done.input));
                self.fail(done, number.to_string(), what);
                None
            }
            Ok(record) => {
                let id = record.id.as_deref().map_or_else(|| number.to_string(), str::to_owned);
                let about = About { id: &id, ..About::default() };
                let named = record.id.is_some();
                let document = Document { about, key, named, source: &record.text, items: None };
                if let Some(known) = self.known(about, &record.text) {
                    self.tell_known(document, &known, done);
                    let cut = !known.cuts.is_empty() && !known.replaced && self.text;
                    return cut.then(|| jsonl::without(line, record.raw, &known.cuts));
                }
                let (findings, cuts) = self.judge(document, done);
                let raw = |cut| jsonl::escapes(line, record.raw, cut);
                self.tell(document, &findings, &cuts, &raw, done);
                (!cuts.is_empty() && self.text).then(|| jsonl::without(line, record.raw, &cuts))
            }
        }
    }

    /// One document; its cleaned text, if it changes.
    fn document(&self, about: About<'_>, key: Key, text: &str, done: &mut Done) -> Option<String> {
        let document = Document { about, key, named: done.input.path.is_some(), source: text, items: None };
        if let Some(known) = self.known(about, text) {
            self.tell_known(document, &known, done);
            return (!known.cuts.is_empty() && !known.replaced).then(|| cleaned(text, &known.cuts));
        }
        let (findings, cuts) = self.judge(document, done);
        self.tell(document, &findings, &cuts, &|_| None, done)
    }

    /// What an unfinished run has said of a document; nothing where cards are wanted. Where documents are compared with
    /// each other, only what was replaced is taken over: the rest is judged anew.
    pub(super) fn known(&self, about: About<'_>, text: &str) -> Option<Known> {
        let known = self.resume.filter(|_| !self.show.cards)?.find(about, text, self.in_place)?;
        (self.plan.is_none() || known.replaced).then_some(known)
    }

    /// Counts a document that an unfinished run has judged, and says of it what that run said.
    pub(super) fn tell_known(&self, document: Document<'_>, known: &Known, done: &mut Done) {
        done.tally.resumed += 1;
        self.count(document.about.id, known.paragraphs, known.source.len(), &known.findings, &known.cuts, done);
        if self.log {
            done.log.extend_from_slice(&known.lines);
        }
        if self.diff {
            let document = Document { source: &known.source, ..document };
            self.unified(document, &known.cuts, &known.findings, &mut done.diff);
        }
    }

    /// Counts, logs and diffs one document; gives its cleaned text, if it changes and somebody wants it.
    pub(super) fn tell(
        &self,
        document: Document<'_>,
        findings: &Findings,
        cuts: &[Cut],
        raw: &dyn Fn(Span) -> Option<String>,
        done: &mut Done,
    ) -> Option<String> {
        let Document { about, source: text, .. } = document;
        let id = about.id;
        self.count(id, findings.paragraphs.len(), text.len(), findings, cuts, done);
        let changed = (!cuts.is_empty()).then(|| cleaned(text, cuts));
        if self.log && write_document(&mut done.log, about, text, changed.as_deref(), findings, cuts, raw).is_err() {
            done.problems.push(format!("{}: {id}: cannot be written to the log", shown(&done.input)));
        }
        if self.diff {
            self.unified(document, cuts, findings, &mut done.diff);
        }
        changed
    }

    fn count(&self, id: &str, paragraphs: usize, bytes: usize, findings: &Findings, cuts: &[Cut], done: &mut Done) {
        let tally = &mut done.tally;
        tally.docs += 1;
        tally.paragraphs += paragraphs as u64;
        tally.removed += cuts.len() as u64;
        for finding in findings.removals() {
            tally.kinds[finding.kind as usize] += 1;
            tally.across += u64::from(finding.elsewhere.is_some());
        }
        tally.review += findings.with(Verdict::Review).count() as u64;
        if let Some(decided) = &findings.decided {
            tally.decisions.applied += decided.applied;
            tally.decisions.new += decided.new;
            done.decided.push(decided.clone());
        }
        tally.withdrawn += u64::from(findings.withdrawn.is_some());
        tally.capped += u64::from(findings.capped.any());
        tally.bytes += bytes as u64;
        tally.bytes_removed += cuts.iter().map(|cut| cut.span.len() as u64).sum::<u64>();
        if let Some(share) = findings.withdrawn {
            done.problems.push(format!(
                "{}: {id}: left as it is: {:.0} % of its words are near-duplicates; --force removes them",
                shown(&done.input),
                share * 100.0
            ));
        }
    }

    pub(super) fn fail(&self, done: &mut Done, doc: String, message: String) {
        done.tally.failed += 1;
        if self.log {
            // Plain strings always make JSON.
            let _ = write_line(&mut done.log, &Entry::Error { doc, message: message.clone() });
        }
        done.problems.push(message);
    }
}

/// An input's name for people.
pub(super) fn shown(input: &Input) -> String {
    input.path.as_ref().map_or_else(|| "standard input".into(), |path| path.display().to_string())
}
