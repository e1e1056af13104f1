//! The inputs read piece by piece: a file, or a megabyte of whole JSONL lines. A thread of its own reads, so that a
//! pipe that has nothing to say does not keep a run from being stopped.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use crate::io::files::{FileError, Format, Input};
use crate::io::safe::Stamp;

/// Bytes of JSONL lines that make a piece.
const PIECE: usize = 1 << 20;

/// Most pieces in a window, for each thread.
const PIECES_PER_THREAD: usize = 32;

/// A part of an input that is worked on by itself.
pub(super) struct Piece {
    pub(super) input: Input,
    pub(super) format: Format,
    pub(super) bytes: Vec<u8>,
    /// Number of the first line, 1-based.
    pub(super) first_line: usize,
    /// True for the last piece of its input.
    pub(super) last: bool,
    /// Set instead of bytes if the input could not be read.
    pub(super) error: Option<FileError>,
    /// What the file was when it was opened.
    pub(super) stamp: Option<Stamp>,
}

/// The pieces as the reading thread hands them out.
pub(super) struct Windows {
    from: Receiver<Piece>,
    /// True once every input is read.
    pub(super) ended: bool,
}

impl Windows {
    /// Starts to read. The thread ends with the inputs, or when nobody takes its pieces any more.
    pub(super) fn of(inputs: Vec<Input>, format: Option<Format>) -> io::Result<Self> {
        let (to, from) = sync_channel(1);
        let mut pieces = Pieces { inputs: inputs.into(), format, open: None };
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
    format: Option<Format>,
    /// The JSONL input being read.
    open: Option<Open>,
}

struct Open {
    input: Input,
    reader: BufReader<Source>,
    /// Number of the next line, 1-based.
    line: usize,
}

impl Pieces {
    fn next(&mut self) -> Option<Piece> {
        if self.open.is_none() {
            let input = self.inputs.pop_front()?;
            let guessed = || input.path.as_deref().map_or(Ok(Format::Text), Format::readable);
            let (format, unread) = match self.format.map_or_else(guessed, Ok) {
                Ok(format) => (format, None),
                Err(error) => (Format::Text, Some(error)),
            };
            let piece =
                |input, bytes, error, stamp| Piece { input, format, bytes, first_line: 1, last: true, error, stamp };
            if unread.is_some() {
                return Some(piece(input, Vec::new(), unread, None));
            }
            let mut source = match Source::open(&input) {
                Ok(source) => source,
                Err(error) => return Some(piece(input.clone(), Vec::new(), Some(failure(&input, error)), None)),
            };
            if format != Format::Jsonl {
                let mut bytes = Vec::new();
                let read = source.read_to_end(&mut bytes).and_then(|_| source.unchanged(&input));
                let error = read.err().map(|error| failure(&input, error));
                return Some(piece(input, bytes, error, source.stamp));
            }
            self.open = Some(Open { input, reader: BufReader::with_capacity(1 << 16, source), line: 1 });
        }
        self.lines()
    }

    /// A piece of whole lines of the open JSONL input.
    fn lines(&mut self) -> Option<Piece> {
        let Open { input, reader, line } = self.open.as_mut()?;
        let mut bytes = Vec::with_capacity(PIECE + (1 << 16));
        let mut read = reader.by_ref().take(PIECE as u64).read_to_end(&mut bytes);
        if read.is_ok() && bytes.last().is_some_and(|b| *b != b'\n') {
            read = reader.read_until(b'\n', &mut bytes);
        }
        let mut read = read.map(|_| ());
        let last = read.is_err() || reader.fill_buf().map_or(true, <[u8]>::is_empty);
        if last && read.is_ok() {
            read = reader.get_ref().unchanged(input);
        }
        let error = read.err().map(|cause| failure(input, cause));
        let first_line = *line;
        *line += memchr::memchr_iter(b'\n', &bytes).count();
        let stamp = reader.get_ref().stamp;
        let piece = Piece { input: input.clone(), format: Format::Jsonl, bytes, first_line, last, error, stamp };
        if last {
            self.open = None;
        }
        Some(piece)
    }
}

/// An open input.
struct Source {
    file: Option<File>,
    /// What the file was when it was opened.
    stamp: Option<Stamp>,
}

impl Source {
    fn open(input: &Input) -> io::Result<Self> {
        let Some(path) = &input.path else { return Ok(Self { file: None, stamp: None }) };
        // A file that has given way to a pipe since it was listed would block when it is opened.
        if !std::fs::metadata(path)?.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        let file = File::open(path)?;
        let stamp = Some(Stamp::of(&file)?);
        Ok(Self { file: Some(file), stamp })
    }

    /// Fails if the file was written to, or replaced, while it was read.
    fn unchanged(&self, input: &Input) -> io::Result<()> {
        let (Some(file), Some(path)) = (&self.file, &input.path) else { return Ok(()) };
        let now = Some(Stamp::of(file)?);
        let there = std::fs::metadata(path).map(|meta| Stamp::new(&meta)).ok();
        if now != self.stamp || there != self.stamp {
            return Err(io::Error::other("changed while it was read; nothing is written for it"));
        }
        Ok(())
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.file {
            Some(file) => file.read(buffer),
            None => io::stdin().read(buffer),
        }
    }
}

fn failure(input: &Input, error: io::Error) -> FileError {
    FileError::at(input.path.as_deref().unwrap_or(Path::new("standard input")), error)
}
