//! Pairs of a 64-bit key and a paragraph, parted by the key's first bits. What does not fit into memory goes to a
//! temporary file, part by part; each part is sorted when it is asked for.

use std::fs::File;
use std::io;

use super::scratch;

/// How many parts there are, as a power of two.
const PART_BITS: u32 = 6;

/// Parts of all postings.
pub(super) const PARTS: usize = 1 << PART_BITS;

/// Bytes of a posting in a file.
const BYTES: usize = 12;

/// A key and what stands under it.
pub(super) type Posting = (u64, u32);

/// Postings in no order, and out of it in order.
#[derive(Debug)]
pub(super) struct Postings {
    parts: Vec<Vec<Posting>>,
    /// What is left of a key behind this many bits is the number of its part.
    shift: u32,
    /// How many may be in memory.
    most: usize,
    /// How many are in memory.
    here: usize,
    len: usize,
    file: Option<File>,
    /// Bytes of the file.
    written: u64,
    /// For each part, where in the file it is, and how many postings.
    segments: Vec<Vec<(u64, usize)>>,
}

impl Postings {
    /// For keys that are hashes; up to `memory` bytes stay in memory.
    pub(super) fn of_hashes(memory: usize) -> Self {
        Self::new(64 - PART_BITS, memory)
    }

    /// For keys that are two numbers of 32 bits, the upper one below `most`.
    pub(super) fn of_pairs(most: u64, memory: usize) -> Self {
        // No part ends amid the keys of one upper number.
        Self::new((32 + 64 - most.leading_zeros()).saturating_sub(PART_BITS).max(32), memory)
    }

    fn new(shift: u32, memory: usize) -> Self {
        Self {
            parts: vec![Vec::new(); PARTS],
            shift,
            most: (memory / size_of::<Posting>()).max(PARTS),
            here: 0,
            len: 0,
            file: None,
            written: 0,
            segments: vec![Vec::new(); PARTS],
        }
    }

    /// Adds a posting.
    ///
    /// # Errors
    /// If the temporary file cannot be written.
    pub(super) fn push(&mut self, posting: Posting) -> io::Result<()> {
        if self.here == self.most {
            self.spill()?;
        }
        self.parts[(posting.0 >> self.shift) as usize].push(posting);
        self.here += 1;
        self.len += 1;
        Ok(())
    }

    /// The upper numbers that the keys of a part have, for [`Postings::of_pairs`].
    pub(super) fn uppers(&self, number: usize) -> std::ops::Range<u32> {
        let first = |number: usize| u32::try_from((number as u64) << (self.shift - 32)).unwrap_or(u32::MAX);
        first(number)..first(number + 1)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    fn spill(&mut self) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(self.here * BYTES / PARTS);
        for (part, segments) in self.parts.iter_mut().zip(&mut self.segments) {
            bytes.clear();
            for (key, paragraph) in part.iter() {
                bytes.extend_from_slice(&key.to_le_bytes());
                bytes.extend_from_slice(&paragraph.to_le_bytes());
            }
            scratch::append(&mut self.file, &bytes)?;
            segments.push((self.written, part.len()));
            self.written += bytes.len() as u64;
            part.clear();
        }
        self.here = 0;
        Ok(())
    }

    /// A part (0 to [`PARTS`]), sorted.
    ///
    /// # Errors
    /// If the temporary file cannot be read.
    pub(super) fn part(&self, number: usize) -> io::Result<Vec<Posting>> {
        let mut part = self.unsorted(number)?;
        part.sort_unstable();
        Ok(part)
    }

    /// A part as it came.
    ///
    /// # Errors
    /// If the temporary file cannot be read.
    pub(super) fn unsorted(&self, number: usize) -> io::Result<Vec<Posting>> {
        let mut part = self.parts[number].clone();
        let mut bytes = Vec::new();
        for &(at, count) in &self.segments[number] {
            bytes.resize(count * BYTES, 0);
            scratch::read(self.file.as_ref(), at, &mut bytes)?;
            part.extend(bytes.chunks_exact(BYTES).map(|posting| {
                let (key, paragraph) = posting.split_at(8);
                (scratch::long(key), scratch::long(paragraph) as u32)
            }));
        }
        Ok(part)
    }
}

/// The runs of equal keys in a sorted part.
pub(super) fn runs(part: &[Posting]) -> impl Iterator<Item = &[Posting]> {
    part.chunk_by(|a, b| a.0 == b.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_to_disk_comes_back_in_order() {
        let mut all = Vec::new();
        let (mut few, mut many) = (Postings::of_hashes(4096), Postings::of_hashes(1 << 20));
        for number in 0..5000u32 {
            let posting = (u64::from(number % 997).wrapping_mul(0x9e37_79b9_7f4a_7c15), number);
            all.push(posting);
            few.push(posting).expect("written");
            many.push(posting).expect("held");
        }
        assert!(few.file.is_some() && many.file.is_none());
        all.sort_unstable();
        for postings in [few, many] {
            let parts: Vec<Posting> = (0..PARTS).flat_map(|number| postings.part(number).expect("read")).collect();
            assert_eq!(parts, all);
        }
    }
}
