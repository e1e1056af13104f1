//! An input opened: a file or standard input, unpacked where its first bytes say that it is packed.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::codec::Codec;
use super::files::FileError;
use super::safe::Stamp;

/// What is known of an open input, beside its bytes.
pub struct Source {
    file: Option<File>,
    /// What the file was when it was opened.
    pub stamp: Option<Stamp>,
    /// How it is packed.
    pub codec: Codec,
    taken: Arc<AtomicU64>,
}

/// The bytes of an input, unpacked.
pub type Bytes = Box<dyn BufRead + Send>;

impl Source {
    /// Opens the file at `path`, or standard input.
    ///
    /// # Errors
    /// If that fails, if there is no regular file, or if it is not packed as its name says.
    pub fn open(path: Option<&Path>) -> io::Result<(Self, Bytes)> {
        Self::open_or(path, None)
    }

    /// As [`Source::open`], where `stdin` stands for standard input, if that was put aside.
    ///
    /// # Errors
    /// As [`Source::open`].
    pub fn open_or(path: Option<&Path>, stdin: Option<File>) -> io::Result<(Self, Bytes)> {
        let file = match path {
            // A file that has given way to a pipe since it was listed would block when it is opened.
            Some(path) if !std::fs::metadata(path)?.is_file() => return Err(io::Error::other("not a regular file")),
            Some(path) => Some(File::open(path)?),
            None => None,
        };
        let stamp = file.as_ref().map(Stamp::of).transpose()?;
        let from: Box<dyn Read + Send> = match (&file, stdin) {
            (Some(file), _) => Box::new(file.try_clone()?),
            (None, Some(stdin)) => Box::new(stdin),
            (None, None) => Box::new(io::stdin()),
        };
        let taken = Arc::new(AtomicU64::new(0));
        let mut from = BufReader::with_capacity(1 << 16, Counted { from, taken: taken.clone() });
        let mut head = Vec::new();
        from.by_ref().take(4).read_to_end(&mut head)?;
        let codec = Codec::of_magic(&head);
        let named = path.map_or(Codec::Plain, Codec::of_name);
        if named != Codec::Plain && codec == Codec::Plain {
            return Err(io::Error::other("is not packed, though its name says so"));
        }
        let from = Cursor::new(head).chain(from);
        let from = match codec {
            Codec::Plain => Box::new(from) as Bytes,
            _ => Box::new(BufReader::with_capacity(1 << 16, codec.unpack(from, taken.clone())?)),
        };
        Ok((Self { file, stamp, codec, taken }, from))
    }

    /// Fails if the file was written to, or replaced, while it was read.
    ///
    /// # Errors
    /// That it was.
    pub fn unchanged(&self, path: Option<&Path>) -> io::Result<()> {
        let (Some(file), Some(path)) = (&self.file, path) else { return Ok(()) };
        let now = Some(Stamp::of(file)?);
        let there = std::fs::metadata(path).map(|meta| Stamp::new(&meta)).ok();
        if now != self.stamp || there != self.stamp {
            return Err(io::Error::other("changed while it was read; nothing is written for it"));
        }
        Ok(())
    }

    /// The file, if it can be read back and forth as it is.
    ///
    /// # Errors
    /// If the system does not give it.
    pub fn plain_file(&self) -> io::Result<Option<File>> {
        self.file.as_ref().filter(|_| self.codec == Codec::Plain).map(File::try_clone).transpose()
    }

    /// Bytes of the file, still packed; none for standard input.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.stamp.map(|stamp| stamp.size())
    }

    /// Bytes read so far, still packed.
    #[must_use]
    pub fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }
}

/// The whole of a file, unpacked; `-` is standard input.
///
/// # Errors
/// If it cannot be read.
pub fn read(path: &Path) -> Result<(Vec<u8>, Codec), FileError> {
    let mut bytes = Vec::new();
    let real = (path.as_os_str() != "-").then_some(path);
    let read = Source::open(real).and_then(|(source, mut from)| {
        from.read_to_end(&mut bytes)?;
        Ok(source.codec)
    });
    read.map(|codec| (bytes, codec)).map_err(|error| FileError::at(path, error))
}

/// Counts what is read.
struct Counted {
    from: Box<dyn Read + Send>,
    taken: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.taken.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
