//! gzip and Zstandard: told by the first bytes of what is read and by the name of what is written.
//!
//! Writing makes whole members (gzip) or frames (Zstandard), one behind the other, so that pieces can be packed on all
//! threads, and an unfinished file is readable as far as it goes. The same bytes give the same bytes: no clock in them.

use std::io::{self, BufRead, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;

/// Data may unpack to this many bytes whatever they are packed in; from there on [`MOST_TIMES`] holds.
const FREE: u64 = 64 << 20;

/// Data that unpack to more than this many times their size are a bomb: text does not.
const MOST_TIMES: u64 = 1000;

/// How the bytes of a file are packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Codec {
    /// Not at all.
    #[default]
    Plain,
    /// gzip, any number of members.
    Gzip,
    /// Zstandard, any number of frames.
    Zstd,
}

impl Codec {
    /// What a file name's ending tells.
    #[must_use]
    pub fn of_name(path: &Path) -> Self {
        match path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase).as_deref() {
            Some("gz" | "gzip") => Self::Gzip,
            Some("zst" | "zstd") => Self::Zstd,
            _ => Self::Plain,
        }
    }

    /// What the first bytes of a file tell.
    #[must_use]
    pub const fn of_magic(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Self::Gzip,
            // A frame, or one of those that are skipped, which parallel compressors put first.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            _ => Self::Plain,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Gzip => "gzip",
            Self::Zstd => "Zstandard",
        }
    }

    /// The bytes packed as one member or frame.
    ///
    /// # Errors
    /// If memory is short.
    pub fn pack(self, bytes: Vec<u8>) -> io::Result<Vec<u8>> {
        match self {
            Self::Plain => Ok(bytes),
            Self::Gzip => {
                let mut packer = GzEncoder::new(Vec::with_capacity(bytes.len() / 3), Compression::default());
                packer.write_all(&bytes)?;
                packer.finish()
            }
            Self::Zstd => {
                let mut packer = zstd::Encoder::new(Vec::with_capacity(bytes.len() / 3), 3)?;
                packer.include_checksum(true)?;
                packer.set_pledged_src_size(Some(bytes.len() as u64))?;
                packer.write_all(&bytes)?;
                packer.finish()
            }
        }
    }

    /// Unpacks what `from` gives; `taken` counts the bytes it gives.
    ///
    /// # Errors
    /// If memory is short.
    pub(super) fn unpack(
        self,
        from: impl BufRead + Send + 'static,
        taken: Arc<AtomicU64>,
    ) -> io::Result<Box<dyn Read + Send>> {
        let from: Box<dyn Read + Send> = match self {
            Self::Plain => return Ok(Box::new(from)),
            Self::Gzip => Box::new(MultiGzDecoder::new(from)),
            Self::Zstd => Box::new(zstd::Decoder::with_buffer(from)?),
        };
        Ok(Box::new(Unpacker { from, codec: self, taken, given: 0 }))
    }

    /// Says that this is about packed data; what the system says of the file itself stays as it is.
    fn explain(self, error: io::Error) -> io::Error {
        let name = self.name();
        match error.kind() {
            _ if error.raw_os_error().is_some() => error,
            io::ErrorKind::UnexpectedEof => io::Error::other(format!("the {name} data end too early")),
            _ => io::Error::other(format!("damaged {name} data: {error}")),
        }
    }
}

/// Unpacks within limits.
struct Unpacker {
    from: Box<dyn Read + Send>,
    codec: Codec,
    taken: Arc<AtomicU64>,
    given: u64,
}

impl Read for Unpacker {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match self.from.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => return Err(self.codec.explain(error)),
            Ok(read) => read,
        };
        self.given += read as u64;
        if self.given > FREE && self.given / MOST_TIMES > self.taken.load(Ordering::Relaxed) {
            let what = format!("{} data of more than {MOST_TIMES} times their size: a bomb?", self.codec.name());
            return Err(io::Error::other(what + " Unpack them first, if they are to be trusted"));
        }
        Ok(read)
    }
}

/// Packs what is written to it in members or frames of about a megabyte, or of what there is when it is flushed.
pub struct Packer<W> {
    to: W,
    codec: Codec,
    held: Vec<u8>,
    empty: bool,
}

impl<W: Write> Packer<W> {
    /// A packer to `to`.
    pub const fn new(to: W, codec: Codec) -> Self {
        Self { to, codec, held: Vec::new(), empty: true }
    }

    /// The writer.
    pub const fn get_ref(&self) -> &W {
        &self.to
    }

    /// Packs what is held, and gives the writer.
    ///
    /// # Errors
    /// If writing fails.
    pub fn out(&mut self) -> io::Result<&mut W> {
        if !self.held.is_empty() {
            let packed = self.codec.pack(std::mem::take(&mut self.held))?;
            self.to.write_all(&packed)?;
            self.empty = false;
        }
        Ok(&mut self.to)
    }

    /// Packs the last, and gives the writer back. Nothing at all is packed, too: no bytes are no packed file.
    ///
    /// # Errors
    /// If writing fails.
    pub fn finish(mut self) -> io::Result<W> {
        self.out()?;
        if self.empty {
            self.to.write_all(&self.codec.pack(Vec::new())?)?;
        }
        Ok(self.to)
    }
}

impl<W: Write> Write for Packer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        if self.held.len() > 1 << 20 {
            self.out()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out()?.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Cursor};

    use super::*;

    fn unpacked(codec: Codec, bytes: Vec<u8>) -> io::Result<Vec<u8>> {
        let taken = Arc::new(AtomicU64::new(bytes.len() as u64));
        let mut out = Vec::new();
        codec.unpack(BufReader::new(Cursor::new(bytes)), taken)?.read_to_end(&mut out)?;
        Ok(out)
    }

    #[test]
    fn members_one_behind_the_other_are_one_text() {
        for codec in [Codec::Gzip, Codec::Zstd] {
            let mut packer = Packer::new(Vec::new(), codec);
            for part in ["The quay ", "", "is open."] {
                packer.write_all(part.as_bytes()).unwrap();
                packer.flush().unwrap();
            }
            let packed = packer.finish().unwrap();
            assert_eq!(Codec::of_magic(&packed), codec);
            assert_eq!(unpacked(codec, packed.clone()).unwrap(), b"The quay is open.");
            let torn = unpacked(codec, packed[..packed.len() - 3].to_vec()).unwrap_err().to_string();
            assert!(torn.contains("too early"), "{torn}");
            let garbage = unpacked(codec, [&packed[..], b"garbage behind it"].concat()).unwrap_err().to_string();
            assert!(garbage.contains("damaged"), "{garbage}");
            assert_eq!(unpacked(codec, Packer::new(Vec::new(), codec).finish().unwrap()).unwrap(), b"");
        }
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        for codec in [Codec::Gzip, Codec::Zstd] {
            let bomb = codec.pack(vec![0; 80 << 20]).unwrap();
            assert!(unpacked(codec, bomb).unwrap_err().to_string().contains("bomb"));
        }
    }
}
