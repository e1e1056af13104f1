//! The hash of a word: its folded bytes taken eight at a time, each mixed in by one wide multiplication.
//!
//! Words are short (nine of ten fit one load), so this beats a general hash called on a copied buffer. It decides
//! nothing: whatever it proposes is verified on the words themselves.

const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
const STEP: u64 = 0xd6e8_feb8_6659_fd93;

/// Multiplies to 128 bits and folds the halves together.
#[inline]
pub(super) const fn fold_multiply(a: u64, b: u64) -> u64 {
    let wide = (a as u128) * (b as u128);
    (wide as u64) ^ ((wide >> 64) as u64)
}

/// Takes the folded bytes of one word in pieces; where they are cut makes no difference.
#[derive(Clone, Copy)]
pub(super) struct WordHasher {
    state: u64,
    /// Bytes waiting to fill a chunk of eight, little-endian.
    pending: u64,
    /// How many wait, 0 to 7.
    waiting: u32,
    len: u32,
}

impl WordHasher {
    #[inline]
    pub(super) const fn new() -> Self {
        Self { state: SEED, pending: 0, waiting: 0, len: 0 }
    }

    /// Adds the `count` (0 to 8) lowest bytes of `bytes`; the others must be zero.
    #[inline]
    pub(super) const fn push(&mut self, bytes: u64, count: u32) {
        self.len = self.len.wrapping_add(count);
        self.pending |= bytes << (8 * self.waiting);
        let filled = self.waiting + count;
        if filled < 8 {
            self.waiting = filled;
            return;
        }
        self.state = fold_multiply(self.state ^ self.pending, STEP);
        let taken = 8 - self.waiting;
        self.pending = if taken < 8 { bytes >> (8 * taken) } else { 0 };
        self.waiting = filled - 8;
    }

    /// The hash of everything pushed. The empty word has one too.
    #[inline]
    pub(super) const fn finish(self) -> u64 {
        fold_multiply(self.state ^ self.pending, STEP ^ self.len as u64)
    }
}

/// The hash of a whole folded word.
pub(super) fn of_bytes(bytes: &[u8]) -> u64 {
    let mut hasher = WordHasher::new();
    for chunk in bytes.chunks(8) {
        let mut eight = [0; 8];
        eight[..chunk.len()].copy_from_slice(chunk);
        hasher.push(u64::from_le_bytes(eight), chunk.len() as u32);
    }
    hasher.finish()
}
