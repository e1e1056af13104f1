//! Everything that is needed again of a document, written one after the other: its name, then its paragraphs.

use crate::paragraph::{Role, Span};

use super::sheet::Entry;

/// Bytes written once and read at any place.
#[derive(Debug, Default)]
pub(super) struct Spool {
    bytes: Vec<u8>,
}

/// Fields of a paragraph in front of its text: number, span, length of the text, flags.
const HEAD: usize = 4 + 8 + 8 + 4 + 2;

impl Spool {
    fn append(&mut self, bytes: &[u8]) -> u64 {
        let at = self.bytes.len() as u64;
        self.bytes.extend_from_slice(bytes);
        at
    }

    fn read(&self, at: u64, len: usize) -> Vec<u8> {
        self.bytes[at as usize..at as usize + len].to_vec()
    }

    /// Appends a name; where it is.
    pub(super) fn push_name(&mut self, name: &str) -> u64 {
        let at = self.append(&(name.len() as u32).to_le_bytes());
        self.append(name.as_bytes());
        at
    }

    /// The name at `at`.
    pub(super) fn name(&self, at: u64) -> String {
        let len = number(&self.read(at, 4)) as usize;
        String::from_utf8_lossy(&self.read(at + 4, len)).into_owned()
    }

    /// Appends a paragraph; where it is.
    pub(super) fn push(&mut self, entry: &Entry) -> u64 {
        let mut head = Vec::with_capacity(HEAD + entry.text.len());
        head.extend_from_slice(&entry.number.to_le_bytes());
        head.extend_from_slice(&(entry.span.start as u64).to_le_bytes());
        head.extend_from_slice(&(entry.span.end as u64).to_le_bytes());
        head.extend_from_slice(&(entry.text.len() as u32).to_le_bytes());
        head.push(entry.told.map_or(u8::MAX, |role| role as u8));
        head.push(u8::from(entry.marked) | u8::from(entry.pinned) << 1);
        head.extend_from_slice(entry.text.as_bytes());
        self.append(&head)
    }

    /// The paragraph at `at`, without its fingerprints.
    pub(super) fn entry(&self, at: u64) -> Entry {
        let head = self.read(at, HEAD);
        let len = number(&head[20..24]) as usize;
        Entry {
            number: number(&head[..4]),
            span: Span::new(long(&head[4..12]), long(&head[12..20])),
            text: String::from_utf8_lossy(&self.read(at + HEAD as u64, len)).into_owned(),
            told: Role::ALL.get(usize::from(head[24])).copied(),
            marked: head[25] & 1 == 1,
            pinned: head[25] & 2 == 2,
            ..Entry::default()
        }
    }
}

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u32::from(*byte))
}

fn long(bytes: &[u8]) -> usize {
    bytes.iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte))
}
