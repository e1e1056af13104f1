//! The inputs read piece by piece: a file, or a megabyte of whole JSONL lines.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use crate::io::files::{FileError, Format, Input};

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
}

/// Reads the inputs piece by piece.
pub(super) struct Pieces {
    inputs: VecDeque<Input>,
    format: Option<Format>,
    /// The JSONL input being read.
    open: Option<(Input, Box<dyn BufRead + Send>, usize)>,
}

impl Pieces {
    pub(super) fn new(inputs: Vec<Input>, format: Option<Format>) -> Self {
        Self { inputs: inputs.into(), format, open: None }
    }

    /// The next pieces, together about a piece's bytes for each thread.
    pub(super) fn window(&mut self) -> Vec<Piece> {
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
