//! Pairs of a 64-bit key and a paragraph, parted by the key's first bits, each part sorted when it is asked for.

use rayon::prelude::*;

/// How many parts there are, as a power of two.
const PART_BITS: u32 = 6;

/// A key and what stands under it.
pub(super) type Posting = (u64, u32);

/// Postings in no order, and out of it in order.
#[derive(Debug)]
pub(super) struct Postings {
    parts: Vec<Vec<Posting>>,
    /// What is left of a key behind this many bits is the number of its part.
    shift: u32,
}

impl Postings {
    /// For keys that are hashes.
    pub(super) fn of_hashes() -> Self {
        Self { parts: vec![Vec::new(); 1 << PART_BITS], shift: 64 - PART_BITS }
    }

    /// For keys that are two numbers of 32 bits, the upper one below `most`.
    pub(super) fn of_pairs(most: u64) -> Self {
        let bits = 32 + (64 - most.leading_zeros());
        Self { parts: vec![Vec::new(); 1 << PART_BITS], shift: bits - PART_BITS }
    }

    pub(super) fn push(&mut self, posting: Posting) {
        self.parts[(posting.0 >> self.shift) as usize].push(posting);
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.parts.iter().map(Vec::len).sum()
    }

    /// Every part in order, sorted; the postings are used up.
    pub(super) fn parts(self) -> impl Iterator<Item = Vec<Posting>> {
        self.parts.into_iter().map(|mut part| {
            part.par_sort_unstable();
            part
        })
    }
}

/// The runs of equal keys in a sorted part.
pub(super) fn runs(part: &[Posting]) -> impl Iterator<Item = &[Posting]> {
    part.chunk_by(|a, b| a.0 == b.0)
}
