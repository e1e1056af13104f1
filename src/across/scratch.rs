//! A temporary file without a name: gone with the process, however that ends.

use std::fs::File;
use std::io::{self, Write};

/// Writes behind what stands in the file; makes it first, if there is none.
pub(super) fn append(file: &mut Option<File>, bytes: &[u8]) -> io::Result<()> {
    match file {
        Some(file) => file.write_all(bytes),
        None => file.insert(tempfile::tempfile()?).write_all(bytes),
    }
}

/// Fills `bytes` with what stands at byte `at`.
pub(super) fn read(file: Option<&File>, at: u64, bytes: &mut [u8]) -> io::Result<()> {
    let Some(file) = file else { return Err(io::ErrorKind::UnexpectedEof.into()) };
    read_at(file, at, bytes)
}

#[cfg(unix)]
fn read_at(file: &File, at: u64, bytes: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

#[cfg(windows)]
fn read_at(file: &File, mut at: u64, mut bytes: &mut [u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, bytes, at)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes = &mut bytes[read..];
        at += read as u64;
    }
    Ok(())
}

/// The number that up to 8 bytes stand for, the lowest first.
pub(super) fn long(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}
