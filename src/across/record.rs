//! What is put aside of documents and paragraphs until the whole batch is read, and how it is written.

use crate::paragraph::{Role, Span};

use super::scratch::long;
use super::sheet::{Entry, Sheet};

/// A paragraph as it was put aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Record<'a> {
    /// Its number in the document, 0-based.
    pub(super) number: u32,
    /// Its bytes in the source.
    pub(super) span: Span,
    /// What its markup says it is.
    pub(super) told: Option<Role>,
    /// True in a marked-up document.
    pub(super) marked: bool,
    /// True if it must stay.
    pub(super) pinned: bool,
    /// What is compared.
    pub(super) text: &'a str,
}

/// Bytes in front of text and shingles: number, span, their lengths, flags.
const HEAD: usize = 4 + 8 + 8 + 4 + 4 + 2;

impl<'a> Record<'a> {
    /// Writes a paragraph.
    pub(super) fn write(entry: &Entry, to: &mut Vec<u8>) {
        to.extend_from_slice(&entry.number.to_le_bytes());
        to.extend_from_slice(&(entry.span.start as u64).to_le_bytes());
        to.extend_from_slice(&(entry.span.end as u64).to_le_bytes());
        to.extend_from_slice(&(entry.text.len() as u32).to_le_bytes());
        to.extend_from_slice(&(entry.shingles.len() as u32).to_le_bytes());
        to.push(entry.told.map_or(u8::MAX, |role| role as u8));
        to.push(u8::from(entry.marked) | u8::from(entry.pinned) << 1);
        to.extend_from_slice(entry.text.as_bytes());
        let from = to.len();
        to.resize(from + 8 * entry.shingles.len(), 0);
        let places = to[from..].as_chunks_mut::<8>().0;
        places.iter_mut().zip(&entry.shingles).for_each(|(place, hash)| *place = hash.to_le_bytes());
    }

    /// A paragraph that was not put aside, without its shingles.
    pub(super) fn of(entry: &'a Entry) -> Self {
        Self {
            number: entry.number,
            span: entry.span,
            told: entry.told,
            marked: entry.marked,
            pinned: entry.pinned,
            text: &entry.text,
        }
    }

    /// Reads one; an empty one, if it is not whole.
    pub(super) fn read(bytes: &'a [u8]) -> Self {
        Self::parse(bytes).unwrap_or(Self {
            number: 0,
            span: Span::new(0, 0),
            told: None,
            marked: false,
            pinned: false,
            text: "",
        })
    }

    fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (head, rest) = bytes.split_at_checked(HEAD)?;
        let (text, rest) = rest.split_at_checked(long(&head[20..24]) as usize)?;
        rest.get(..8 * long(&head[24..28]) as usize)?;
        Some(Self {
            number: long(&head[..4]) as u32,
            span: Span::new(long(&head[4..12]) as usize, long(&head[12..20]) as usize),
            told: Role::ALL.get(usize::from(head[28])).copied(),
            marked: head[29] & 1 == 1,
            pinned: head[29] & 2 == 2,
            text: std::str::from_utf8(text).ok()?,
        })
    }
}

/// The distinct shingles of a paragraph as it was put aside, sorted; none, if it is not whole.
pub(super) fn shingles_of(bytes: &[u8]) -> impl ExactSizeIterator<Item = u64> {
    let find = || {
        let (head, rest) = bytes.split_at_checked(HEAD)?;
        rest.get(long(&head[20..24]) as usize..)?.get(..8 * long(&head[24..28]) as usize)
    };
    find().unwrap_or_default().as_chunks::<8>().0.iter().map(|hash| u64::from_le_bytes(*hash))
}

/// Writes what is needed of a document: its name, and what was found in it by itself.
pub(super) fn write_document(sheet: &Sheet, to: &mut Vec<u8>) {
    to.extend_from_slice(&(sheet.name.len() as u32).to_le_bytes());
    to.extend_from_slice(sheet.name.as_bytes());
    to.extend_from_slice(&sheet.found);
}

/// Name and findings of a document.
pub(super) fn read_document(bytes: &[u8]) -> (&str, &[u8]) {
    let parse = || {
        let (len, rest) = bytes.split_at_checked(4)?;
        let (name, found) = rest.split_at_checked(long(len) as usize)?;
        Some((std::str::from_utf8(name).ok()?, found))
    };
    parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        for number in 0..30u32 {
            let entry = Entry {
                number,
                span: Span::new(7, 7 + number as usize),
                text: "é".repeat(number as usize),
                told: Role::ALL.get(number as usize).copied(),
                marked: number.is_multiple_of(2),
                pinned: number.is_multiple_of(3),
                shingles: (0..u64::from(number)).map(|n| n << 40).collect(),
                ..Entry::default()
            };
            let mut bytes = Vec::new();
            Record::write(&entry, &mut bytes);
            let read = Record::read(&bytes);
            assert_eq!(shingles_of(&bytes).collect::<Vec<u64>>(), entry.shingles);
            let flags = (read.told, read.marked, read.pinned);
            assert_eq!(flags, (entry.told, entry.marked, entry.pinned));
            assert_eq!((read.number, read.span, read.text), (number, entry.span, entry.text.as_str()));
            let half = &bytes[..bytes.len() - 1];
            assert_eq!((Record::read(half).text, shingles_of(half).len()), ("", 0), "a half record is none");
        }
        let sheet = Sheet { name: "ñ".to_owned(), found: b"[]".to_vec(), ..Sheet::default() };
        let mut bytes = Vec::new();
        write_document(&sheet, &mut bytes);
        assert_eq!(read_document(&bytes), ("ñ", &b"[]"[..]));
    }
}
