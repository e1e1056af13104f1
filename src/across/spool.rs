//! Bytes written once and read at any place: the end is in memory, the rest in a temporary file.

use std::fs::File;
use std::io;
use std::sync::Mutex;

use super::scratch;

/// Records one behind the other, none parted between memory and file.
#[derive(Debug)]
pub(super) struct Spool {
    /// What is not in the file yet.
    tail: Vec<u8>,
    /// Most bytes of it.
    most: usize,
    file: Option<File>,
    /// Bytes in the file.
    written: u64,
    /// The first thing that went wrong when it was read.
    failed: Mutex<Option<io::Error>>,
}

impl Spool {
    /// Empty; up to `memory` bytes stay in memory.
    pub(super) fn new(memory: usize) -> Self {
        Self { tail: Vec::new(), most: memory, file: None, written: 0, failed: Mutex::default() }
    }

    /// Its bytes: where the next record will be.
    pub(super) fn len(&self) -> u64 {
        self.written + self.tail.len() as u64
    }

    /// Appends a record that `write` puts at the end of what it is given; where it is.
    pub(super) fn append(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> io::Result<u64> {
        if self.tail.len() >= self.most {
            scratch::append(&mut self.file, &self.tail)?;
            self.written += self.tail.len() as u64;
            self.tail.clear();
        }
        let at = self.len();
        write(&mut self.tail);
        Ok(at)
    }

    /// What stands in `range`, which begins with a record; if that cannot be read, nothing: see [`Spool::check`].
    /// `scratch` may be needed to hold it.
    pub(super) fn read<'a>(&'a self, range: std::ops::Range<u64>, scratch: &'a mut Vec<u8>) -> &'a [u8] {
        if let Some(from) = range.start.checked_sub(self.written) {
            return self.tail.get(from as usize..(range.end - self.written) as usize).unwrap_or_default();
        }
        // What is in memory by now is another record.
        scratch.resize((range.end.min(self.written) - range.start) as usize, 0);
        if let Err(error) = scratch::read(self.file.as_ref(), range.start, scratch) {
            scratch.clear();
            if let Ok(mut failed) = self.failed.lock() {
                failed.get_or_insert(error);
            }
        }
        scratch
    }

    /// Fails if anything could not be read: nothing that was made of it may be used.
    pub(super) fn check(&self) -> io::Result<()> {
        let mut failed = self.failed.lock().map_err(|_| io::Error::other("a thread died"))?;
        // The next one to ask is told so, too.
        match failed.take() {
            Some(error) => {
                *failed = Some(io::Error::new(error.kind(), error.to_string()));
                Err(error)
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_from_memory_and_from_disk() {
        for memory in [1, 50, 1 << 20] {
            let mut spool = Spool::new(memory);
            let record = |n: usize| vec![n as u8; n % 17];
            let at: Vec<u64> = (0..300).map(|n| spool.append(|to| to.extend(record(n))).expect("written")).collect();
            assert_eq!(spool.file.is_some(), memory < 1000);
            let ends = at[1..].iter().copied().chain([spool.len()]);
            for (n, (at, end)) in at.iter().zip(ends).enumerate() {
                assert_eq!(spool.read(*at..end, &mut Vec::new()), record(n));
            }
            spool.check().expect("all was read");
        }
    }
}
