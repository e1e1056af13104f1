//! Everything that is needed again of a document, written one after the other: its name, then its paragraphs. The end
//! is in memory, the rest in a temporary file.

use std::fs::File;
use std::io;
use std::sync::Mutex;

use crate::paragraph::{Role, Span};

use super::scratch::{self, long};
use super::sheet::Entry;

/// Bytes written once and read at any place.
#[derive(Debug)]
pub(super) struct Spool {
    /// What is not in the file yet; no record is parted.
    tail: Vec<u8>,
    /// Most bytes of it.
    most: usize,
    file: Option<File>,
    /// Bytes in the file.
    written: u64,
    /// The first thing that went wrong when it was read.
    failed: Mutex<Option<io::Error>>,
}

/// Fields of a paragraph in front of its text: number, span, length of the text, flags.
const HEAD: usize = 4 + 8 + 8 + 4 + 2;

impl Spool {
    /// Empty; up to `memory` bytes stay in memory.
    pub(super) fn new(memory: usize) -> Self {
        Self { tail: Vec::new(), most: memory, file: None, written: 0, failed: Mutex::default() }
    }

    fn append(&mut self, record: &[u8]) -> io::Result<u64> {
        if !self.tail.is_empty() && self.tail.len() + record.len() > self.most {
            scratch::append(&mut self.file, &self.tail)?;
            self.written += self.tail.len() as u64;
            self.tail.clear();
        }
        let at = self.written + self.tail.len() as u64;
        self.tail.extend_from_slice(record);
        Ok(at)
    }

    /// What stands at `at`; zeros, if that cannot be read: see [`Spool::check`].
    fn read(&self, at: u64, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        match at.checked_sub(self.written) {
            Some(from) => bytes.copy_from_slice(&self.tail[from as usize..from as usize + len]),
            None => {
                if let Err(error) = scratch::read(self.file.as_ref(), at, &mut bytes)
                    && let Ok(mut failed) = self.failed.lock()
                {
                    failed.get_or_insert(error);
                }
            }
        }
        bytes
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

    /// Appends a name; where it is.
    pub(super) fn push_name(&mut self, name: &str) -> io::Result<u64> {
        let mut record = (name.len() as u32).to_le_bytes().to_vec();
        record.extend_from_slice(name.as_bytes());
        self.append(&record)
    }

    /// The name at `at`.
    pub(super) fn name(&self, at: u64) -> String {
        let len = long(&self.read(at, 4)) as usize;
        String::from_utf8_lossy(&self.read(at + 4, len)).into_owned()
    }

    /// Appends a paragraph; where it is.
    pub(super) fn push(&mut self, entry: &Entry) -> io::Result<u64> {
        let mut record = Vec::with_capacity(HEAD + entry.text.len());
        record.extend_from_slice(&entry.number.to_le_bytes());
        record.extend_from_slice(&(entry.span.start as u64).to_le_bytes());
        record.extend_from_slice(&(entry.span.end as u64).to_le_bytes());
        record.extend_from_slice(&(entry.text.len() as u32).to_le_bytes());
        record.push(entry.told.map_or(u8::MAX, |role| role as u8));
        record.push(u8::from(entry.marked) | u8::from(entry.pinned) << 1);
        record.extend_from_slice(entry.text.as_bytes());
        self.append(&record)
    }

    /// The paragraph at `at`, without its fingerprints.
    pub(super) fn entry(&self, at: u64) -> Entry {
        let head = self.read(at, HEAD);
        let len = long(&head[20..24]) as usize;
        let text = self.read(at + HEAD as u64, len);
        Entry {
            number: long(&head[..4]) as u32,
            span: Span::new(long(&head[4..12]) as usize, long(&head[12..20]) as usize),
            text: String::from_utf8(text).unwrap_or_default(),
            told: Role::ALL.get(usize::from(head[24])).copied(),
            marked: head[25] & 1 == 1,
            pinned: head[25] & 2 == 2,
            ..Entry::default()
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
            let entry = |number: u32| Entry {
                number,
                span: Span::new(7, 7 + number as usize),
                text: "é".repeat(number as usize),
                told: Role::ALL.get(number as usize).copied(),
                marked: number.is_multiple_of(2),
                pinned: number.is_multiple_of(3),
                ..Entry::default()
            };
            let at: Vec<(u64, u64)> = (0..30)
                .map(|n| (spool.push_name(&format!("n{n}")).expect("kept"), spool.push(&entry(n)).expect("kept")))
                .collect();
            assert_eq!(spool.file.is_some(), memory < 1000);
            for (n, (name, paragraph)) in (0u32..).zip(at) {
                assert_eq!((spool.name(name), spool.entry(paragraph)), (format!("n{n}"), entry(n)));
            }
            spool.check().expect("all was read");
        }
    }
}
