//! The longest common subsequence of two paragraphs' words, in bit-parallel form (Crochemore et al. 2001, Hyyrö 2004: 64
//! cells a step, rows kept for the way back).

use super::vocabulary::WordId;

/// The common-subsequence table in bits, and the memory to fill it. Reusable.
///
/// Words that only one paragraph has link nothing, and have no row or column.
#[derive(Default)]
pub(super) struct Table {
    /// Each row `width` 64-bit words, one row a word of the first paragraph, behind one of ones.
    rows: Vec<u64>,
    width: usize,
    /// For each row but the first, and for each column, its place (0-based) in its paragraph.
    xs: Vec<u32>,
    ys: Vec<u32>,
    /// For each word, where its columns stand in `masks`, in 64-bit words; all [`UNKNOWN`] between uses.
    slots: Vec<u32>,
    /// For each word of both paragraphs, its columns, `width` 64-bit words.
    masks: Vec<u64>,
}

/// Most 64-bit words of rows, and of masks, that are kept between pairs.
const MOST_KEPT: usize = 1 << 14;

/// A word that the first paragraph has not.
const UNKNOWN: u32 = u32::MAX;

/// A word that the first paragraph has; whether the second has it is not known yet.
const WANTED: u32 = u32::MAX - 1;

impl Table {
    /// Calls `link` with the places (0-based) of each two words of the longest common subsequence of `x` and `y`, from
    /// the last to the first, and tells how many there are. `ids` is more than any word of the two.
    pub(super) fn link(&mut self, x: &[WordId], y: &[WordId], ids: usize, link: impl FnMut(usize, usize)) -> usize {
        self.fill(x, y, ids);
        let linked = self.links(link);
        if self.rows.len().max(self.masks.len()) > MOST_KEPT {
            (self.rows, self.masks) = (Vec::new(), Vec::new());
        }
        linked
    }

    fn fill(&mut self, x: &[WordId], y: &[WordId], ids: usize) {
        let Self { rows, width, xs, ys, slots, masks } = self;
        slots.resize(slots.len().max(ids), UNKNOWN);
        x.iter().for_each(|word| slots[*word as usize] = WANTED);
        places(y, ys, |word| slots[word as usize] == WANTED);
        *width = ys.len().div_ceil(64);
        masks.clear();
        for (column, at) in ys.iter().enumerate() {
            let slot = &mut slots[y[*at as usize] as usize];
            if *slot == WANTED {
                *slot = masks.len() as u32;
                masks.resize(masks.len() + *width, 0);
            }
            masks[*slot as usize + column / 64] |= 1 << (column % 64);
        }
        places(x, xs, |word| slots[word as usize] != WANTED);
        rows.clear();
        rows.resize((xs.len() + 1) * *width, u64::MAX);
        let mut above = rows.as_mut_slice();
        for at in &*xs {
            let slot = slots[x[*at as usize] as usize] as usize;
            let (row, below) = above.split_at_mut(*width);
            next_row(row, &masks[slot..slot + *width], &mut below[..*width]);
            above = below;
        }
        x.iter().for_each(|word| slots[*word as usize] = UNKNOWN);
    }

    /// The way back through the filled table.
    fn links(&self, mut link: impl FnMut(usize, usize)) -> usize {
        let (mut row, mut column) = (self.xs.len(), self.ys.len());
        let mut linked = 0;
        while row > 0 {
            let Some(last) = self.last_step(row, column) else { break };
            column = last + 1;
            while row > 1 && !self.bit(row - 1, last) {
                row -= 1;
            }
            row -= 1;
            column -= 1;
            linked += 1;
            link(self.xs[row] as usize, self.ys[column] as usize);
        }
        linked
    }

    /// The last column before `columns` where row `row` has no bit.
    fn last_step(&self, row: usize, columns: usize) -> Option<usize> {
        let words = &self.rows[row * self.width..(row + 1) * self.width];
        let steps = |at: usize| {
            let within = columns - at * 64;
            !words[at] & if within < 64 { (1 << within) - 1 } else { u64::MAX }
        };
        let at = (0..columns.div_ceil(64)).rev().find(|at| steps(*at) != 0)?;
        Some(at * 64 + 63 - steps(at).leading_zeros() as usize)
    }

    /// A 0 bit in row `row` at `column` means: the common subsequence of the first `row` words and the first `column + 1`
    /// of the other paragraph is longer than that with the first `column`.
    fn bit(&self, row: usize, column: usize) -> bool {
        self.rows[row * self.width + column / 64] >> (column % 64) & 1 == 1
    }
}

/// Lists the places (0-based) of the words that are `wanted`.
fn places(words: &[WordId], places: &mut Vec<u32>, wanted: impl Fn(WordId) -> bool) {
    // Every place is written, and the next one over it unless it counts: nothing to guess for the processor.
    places.resize(words.len(), 0);
    let mut count = 0;
    for (at, &word) in (0u32..).zip(words) {
        places[count] = at;
        count += usize::from(wanted(word));
    }
    places.truncate(count);
}

/// Fills the row below `row`, of a word that stands in the columns of `mask`.
fn next_row(row: &[u64], mask: &[u64], below: &mut [u64]) {
    let mut carry = false;
    for ((row, mask), below) in row.iter().zip(mask).zip(below) {
        let (sum, over) = row.overflowing_add(row & mask);
        let (sum, over_carry) = sum.overflowing_add(u64::from(carry));
        carry = over | over_carry;
        *below = sum | (row & !mask);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same, cell by cell: of several longest ones the one that takes the last word it can of `y`, then of `x`.
    fn oracle(x: &[WordId], y: &[WordId]) -> Vec<(usize, usize)> {
        let mut lengths = vec![vec![0usize; y.len() + 1]; x.len() + 1];
        for i in 0..x.len() {
            for j in 0..y.len() {
                let longest = lengths[i][j + 1].max(lengths[i + 1][j]);
                lengths[i + 1][j + 1] = if x[i] == y[j] { lengths[i][j] + 1 } else { longest };
            }
        }
        let (mut i, mut j) = (x.len(), y.len());
        let mut links = Vec::new();
        while i > 0 && j > 0 {
            match lengths[i][j] {
                same if same == lengths[i][j - 1] => j -= 1,
                same if same == lengths[i - 1][j] => i -= 1,
                _ => {
                    (i, j) = (i - 1, j - 1);
                    links.push((i, j));
                }
            }
        }
        links
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn links_are_those_that_filling_every_cell_finds(
            x in prop::collection::vec(0u32..9, 0..150), y in prop::collection::vec(3u32..12, 0..200),
        ) {
            let mut table = Table::default();
            for (x, y) in [(&x, &y), (&y, &x)] {
                let mut links = Vec::new();
                let linked = table.link(x, y, 12, |i, j| links.push((i, j)));
                prop_assert_eq!(linked, links.len());
                prop_assert_eq!(links, oracle(x, y));
            }
        }
    }
}
