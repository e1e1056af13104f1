//! The inputs read piece by piece: a file, or a megabyte of whole JSONL lines or rows of a table. A thread of its own reads, so that a
//! pipe that has nothing to say does not keep a run from being stopped.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, Cursor, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use super::Job;
#[cfg(feature = "parquet")]
use super::rows::{self, TableRows};
use crate::io::codec::Codec;
use crate::io::files::{FileError, Format, Input, is_table};
use crate::io::jsonl;
#[cfg(feature = "parquet")]
use crate::io::jsonl::Fields;
use crate::io::safe::Stamp;
use crate::io::source::{Bytes, Source};
use crate::markup::Syntax;

/// Bytes of JSONL lines or of rows' texts that make a piece.
pub(super) const PIECE: usize = 1 << 20;

/// Most pieces in a window, for each thread.
const PIECES_PER_THREAD: usize = 32;

/// A part of an input that is worked on by itself.
pub(super) struct Piece {
    pub(super) input: Input,
    /// The number of the input, 0-based.
    pub(super) number: u32,
    pub(super) what: What,
    pub(super) bytes: Vec<u8>,
    /// Number of the first line, 1-based.
    pub(super) first_line: usize,
    /// True for the last piece of its input.
    pub(super) last: bool,
    /// What the file was when it was opened.
    pub(super) stamp: Option<Stamp>,
    /// How the input is packed.
    pub(super) codec: Codec,
    /// Bytes of the input that were read for this piece, still packed.
    pub(super) read: u64,
}

/// What the bytes of a piece are.
pub(super) enum What {
    /// A document.
    Document(Syntax),
    /// Whole JSONL lines, each a document.
    Lines,
    /// Rows of a table, each a document; the bytes are their texts.
    #[cfg(feature = "parquet")]
    Rows(TableRows),
    /// A part of a line that is longer than a record may be; `true`: the first part.
    TooLong(bool),
    /// None: the input could not be read.
    Nothing(FileError),
}

/// The pieces as the reading thread hands them out.
pub(super) struct Windows {
    from: Receiver<Piece>,
    /// True once every input is read.
    pub(super) ended: bool,
}

impl Windows {
    /// Starts to read. The thread ends with the inputs, or when nobody takes its pieces any more.
    /// Standard input is read from `stdin`, if that was put aside.
    pub(super) fn of(job: &Job, stdin: Option<File>) -> io::Result<Self> {
        let (to, from) = sync_channel(1);
        let mut pieces = Pieces {
            inputs: job.inputs.clone().into(),
            number: 0,
            format: job.format,
            most: job.max_record,
            stdin,
            #[cfg(feature = "parquet")]
            fields: job.fields.clone(),
            open: None,
        };
        thread::Builder::new().name("reader".into()).spawn(move || {
            while let Some(piece) = pieces.next() {
                if to.send(piece).is_err() {
                    break;
                }
            }
        })?;
        Ok(Self { from, ended: false })
    }

    /// The next pieces, together about a piece's bytes for each thread; none at the end, or once `stop` is set.
    pub(super) fn next(&mut self, stop: &AtomicBool) -> Vec<Piece> {
        let threads = rayon::current_num_threads();
        let mut window = Vec::new();
        let mut bytes = 0;
        while bytes < PIECE * threads && window.len() < PIECES_PER_THREAD * threads && !stop.load(Ordering::Relaxed) {
            match self.from.recv_timeout(Duration::from_millis(100)) {
                Ok(piece) => {
                    bytes += piece.bytes.len();
                    window.push(piece);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    self.ended = true;
                    break;
                }
            }
        }
        window
    }
}

/// Reads the inputs piece by piece.
struct Pieces {
    inputs: VecDeque<Input>,
    /// How many were begun.
    number: u32,
    format: Option<Format>,
    /// Most bytes of a document.
    most: usize,
    /// What standard input held, where it was put aside.
    stdin: Option<File>,
    /// The fields of tables' rows.
    #[cfg(feature = "parquet")]
    fields: Fields,
    /// The input being read.
    open: Option<Reading>,
}

/// An input that is read in several pieces.
enum Reading {
    Lines(Open),
    #[cfg(feature = "parquet")]
    Rows(Box<rows::Open>),
}

struct Open {
    input: Input,
    /// 0-based.
    number: u32,
    source: Source,
    from: Bytes,
    /// Number of the next line, 1-based.
    line: usize,
    /// Bytes of the input taken so far, still packed.
    taken: u64,
    /// The line being read is too long; what was read of it when that turned out.
    too_long: Option<Vec<u8>>,
}

impl Open {
    fn piece(&mut self, what: What, bytes: Vec<u8>, last: bool) -> Piece {
        let taken = self.source.taken();
        let read = taken - self.taken;
        self.taken = taken;
        let first_line = self.line;
        self.line += memchr::memchr_iter(b'\n', &bytes).count();
        let (input, number) = (self.input.clone(), self.number);
        let Source { stamp, codec, .. } = self.source;
        Piece { input, number, what, bytes, first_line, last, stamp, codec, read }
    }

    /// The next piece, with whether it is the last.
    fn next(&mut self, most: usize) -> Piece {
        let mut bytes = Vec::new();
        let (what, read) = match self.too_long.take() {
            Some(part) => {
                let first = !part.is_empty();
                bytes = part;
                let read = if first { Ok(()) } else { self.rest_of_line(PIECE, &mut bytes) };
                if !bytes.ends_with(b"\n") && !bytes.is_empty() {
                    self.too_long = Some(Vec::new());
                }
                (What::TooLong(first), read)
            }
            None => (What::Lines, self.lines(most, &mut bytes)),
        };
        let waiting = self.too_long.as_ref().is_some_and(|part| !part.is_empty());
        let last = !waiting && (read.is_err() || self.from.fill_buf().is_ok_and(<[u8]>::is_empty));
        let read = if last { read.and_then(|()| self.source.unchanged(self.input.path.as_deref())) } else { read };
        match read {
            Ok(()) => self.piece(what, bytes, last),
            Err(error) => {
                let error = failure(&self.input, error);
                self.piece(What::Nothing(error), Vec::new(), true)
            }
        }
    }

    /// About a piece of whole lines. A last line that turns out too long is put aside.
    fn lines(&mut self, most: usize, bytes: &mut Vec<u8>) -> io::Result<()> {
        bytes.reserve(PIECE + (1 << 16));
        self.from.by_ref().take(PIECE as u64).read_to_end(bytes)?;
        let start = memchr::memrchr(b'\n', bytes).map_or(0, |at| at + 1);
        if start < bytes.len() {
            self.rest_of_line((most + 1).saturating_sub(bytes.len() - start), bytes)?;
            if bytes.len() - start > most && !bytes.ends_with(b"\n") {
                self.too_long = Some(bytes.split_off(start));
            }
        }
        Ok(())
    }

    fn rest_of_line(&mut self, most: usize, bytes: &mut Vec<u8>) -> io::Result<()> {
        self.from.by_ref().take(most as u64).read_until(b'\n', bytes).map(|_| ())
    }
}

impl Pieces {
    fn next(&mut self) -> Option<Piece> {
        if self.open.is_none() {
            let input = self.inputs.pop_front()?;
            match self.open(input) {
                Ok(open) => self.open = Some(open),
                Err(piece) => return Some(*piece),
            }
        }
        let piece = match self.open.as_mut()? {
            Reading::Lines(open) => open.next(self.most),
            #[cfg(feature = "parquet")]
            Reading::Rows(open) => open.next(),
        };
        if piece.last {
            self.open = None;
        }
        Some(piece)
    }

    /// Opens an input: lines or rows to be read, or the whole of it as a piece.
    fn open(&mut self, input: Input) -> Result<Reading, Box<Piece>> {
        let number = self.number;
        self.number += 1;
        let nothing = |input: &Input, error| {
            let (stamp, codec, input) = (None, Codec::Plain, input.clone());
            let what = What::Nothing(error);
            let bytes = Vec::new();
            Box::new(Piece { input, number, what, bytes, first_line: 1, last: true, stamp, codec, read: 0 })
        };
        let stdin = self.stdin.take_if(|_| input.path.is_none());
        let (source, from) =
            Source::open_or(input.path.as_deref(), stdin).map_err(|error| nothing(&input, failure(&input, error)))?;
        let mut open = Open { input, number, source, from, line: 1, taken: 0, too_long: None };
        let read = match self.format.map_or_else(|| open.guess(self.most), Ok) {
            Ok(Format::Jsonl) => return Ok(Reading::Lines(open)),
            #[cfg(feature = "parquet")]
            Ok(Format::Parquet) => {
                let Open { input, number, source, from, .. } = open;
                let table = rows::Open::new(input.clone(), number, source, from, &self.fields);
                return table
                    .map(|table| Reading::Rows(Box::new(table)))
                    .map_err(|error| nothing(&input, failure(&input, error)));
            }
            Ok(format) => open.whole(self.most).map(|bytes| (format, bytes)),
            Err(error) => Err(error),
        };
        Err(Box::new(match read {
            Ok((format, bytes)) => open.piece(What::Document(format.syntax()), bytes, true),
            Err(error) => {
                let error = failure(&open.input, error);
                open.piece(What::Nothing(error), Vec::new(), true)
            }
        }))
    }
}

impl Open {
    /// The format by the name; of standard input by its first line that is not blank: JSONL if that is a JSON object,
    /// else text; a table tells itself.
    fn guess(&mut self, most: usize) -> io::Result<Format> {
        let head = self.from.fill_buf()?;
        match &self.input.path {
            Some(path) => return Format::readable(path, head).map_err(|error| error.source),
            None if is_table(head) => return Format::table().map_err(io::Error::other),
            None => {}
        }
        let mut head = Vec::new();
        let format = loop {
            let start = head.len();
            self.rest_of_line((most + 1).saturating_sub(start), &mut head)?;
            if !head[start..].iter().all(u8::is_ascii_whitespace) || head.len() == start || head.len() > most {
                break if jsonl::is_object(&head[start..]) { Format::Jsonl } else { Format::Text };
            }
        };
        let rest = std::mem::replace(&mut self.from, Box::new(io::empty()));
        self.from = Box::new(Cursor::new(head).chain(rest));
        Ok(format)
    }

    fn whole(&mut self, most: usize) -> io::Result<Vec<u8>> {
        let too_long = || Err(io::Error::other(format!("longer than --max-record ({most} bytes); left as it is")));
        let len = self.source.size().filter(|_| self.source.codec == Codec::Plain).unwrap_or(0);
        if len > most as u64 {
            return too_long();
        }
        let mut bytes = Vec::with_capacity(usize::try_from(len).map_or(0, |len| len + 1));
        self.from.by_ref().take(most as u64 + 1).read_to_end(&mut bytes)?;
        if bytes.len() > most {
            return too_long();
        }
        self.source.unchanged(self.input.path.as_deref())?;
        Ok(bytes)
    }
}

pub(super) fn failure(input: &Input, error: io::Error) -> FileError {
    FileError::at(input.path.as_deref().unwrap_or(Path::new("standard input")), error)
}
