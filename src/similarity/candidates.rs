//! Candidates: pairs of paragraphs that could be near-duplicates. Never too few, maybe too many.
//!
//! Two sweeps over a bitmap that never forgets (a bit per shingle hash; collisions only add) tell which paragraphs
//! hold shingles that stand elsewhere, too. Only where a paragraph's share of such shingles is high enough does an
//! exact index follow: the repeated shingles sorted, each run of equal ones a list of paragraphs that share it.
//! Most articles end after the first sweep.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::shingle::Prints;

/// Bits of the bitmap for each shingle; at 16 to 32, a chance hit is rare.
const BITS_PER_SHINGLE: usize = 16;

/// Most candidates compared for one paragraph.
pub const MOST_CANDIDATES: usize = 16;

/// An article has at most this many pairs, and [`PAIRS_EACH`] for each paragraph, or each paragraph has only its
/// closest: families in which everything is like everything would have as many pairs as members times members. Of
/// 8,136 real articles none comes near.
const FREE_PAIRS: usize = 256;

/// See [`FREE_PAIRS`].
const PAIRS_EACH: usize = 2;

/// How many pairs an article of so many paragraphs may have.
const fn free_pairs(paragraphs: usize) -> usize {
    FREE_PAIRS + PAIRS_EACH * paragraphs
}

/// A shingle shared by more paragraphs than this joins each of them to the first [`FEW`] only.
const MANY: usize = 64;

/// An odd number to mix hashes with.
const MIX: u64 = 0x9e37_79b9_7f4a_7c15;

/// See [`MANY`].
const FEW: usize = 8;

/// Paragraphs of different words and one hash are no accident beyond this many, and copies are not looked for among
/// the others: text made for it would have as many comparisons as paragraphs times paragraphs.
const VARIANTS: usize = 4;

/// What a shingle that [`MANY`] share counts for as evidence that two of them are alike: a phrase of the house, a form
/// that is filled in. Half of a line of four words is such a phrase, and each line would be like all others.
const COMMON: f64 = 0.5;

/// Two paragraphs (0-based indices, `first < second`) that share shingles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// The earlier paragraph.
    pub first: u32,
    /// The later paragraph.
    pub second: u32,
    /// How many distinct shingles both have.
    pub shared: u32,
}

/// What the search gives, and what it left out.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Candidates {
    /// Paragraphs with the same words as an earlier one: the copy, and the first of its kind, which alone is paired.
    pub copies: Vec<(u32, u32)>,
    /// Ordered by `second`, then `first`.
    pub pairs: Vec<Candidate>,
    /// Paragraphs that had more than [`MOST_CANDIDATES`], or more than one where the article had too many, or whose
    /// hash too many have with other words.
    pub capped_paragraphs: usize,
    /// Shingles shared by too many paragraphs to pair them all.
    pub capped_shingles: usize,
}

impl Candidates {
    /// The first paragraph with the words of `index`, if that is an earlier one.
    #[must_use]
    pub fn original(&self, index: u32) -> Option<u32> {
        self.copies.binary_search_by_key(&index, |copy| copy.0).ok().map(|at| self.copies[at].1)
    }

    /// True if a bound was hit.
    #[must_use]
    pub const fn capped(&self) -> bool {
        self.capped_paragraphs + self.capped_shingles > 0
    }

    /// The candidates of some of `paragraphs` paragraphs, `kept` (0-based, ascending), as a search among them alone gives.
    /// `None` where a bound was hit, or would be: with fewer paragraphs there is room for other pairs.
    #[must_use]
    pub fn left(&self, kept: &[usize], paragraphs: usize) -> Option<Self> {
        if self.capped() {
            return None;
        }
        let mut left = Self::default();
        // For the first of each group of copies, the first that is kept.
        let mut firsts: Vec<Option<u32>> = vec![None; paragraphs];
        for (now, &then) in (0u32..).zip(kept) {
            let first = &mut firsts[self.original(then as u32).unwrap_or(then as u32) as usize];
            match *first {
                Some(first) => left.copies.push((now, first)),
                None => *first = Some(now),
            }
        }
        // Pairs that share no shingle were not found by the search.
        for pair in self.pairs.iter().filter(|pair| pair.shared > 0) {
            if let (Some(a), Some(b)) = (firsts[pair.first as usize], firsts[pair.second as usize]) {
                left.pairs.push(Candidate { first: a.min(b), second: a.max(b), shared: pair.shared });
            }
        }
        left.pairs.sort_unstable_by_key(|pair| (pair.second, pair.first));
        let lists = left.pairs.chunk_by(|a, b| a.second == b.second);
        let full = lists.map(<[_]>::len).any(|len| len > MOST_CANDIDATES);
        (!full && left.pairs.len() <= free_pairs(kept.len())).then_some(left)
    }

    /// Leaves each paragraph the earlier one with which it shares most; of those that share nearly as much, the first:
    /// where all are alike, all are compared with the one that stays, and none with one that goes for another.
    fn keep_closest(&mut self) {
        let closest = |list: &[Candidate]| {
            let most = list.iter().map(|candidate| candidate.shared).max().unwrap_or(0);
            list.iter().copied().find(|candidate| f64::from(candidate.shared) >= NEARLY * f64::from(most))
        };
        let lists = self.pairs.chunk_by(|a, b| a.second == b.second);
        self.capped_paragraphs = lists.clone().filter(|list| list.len() > 1).count();
        self.pairs = lists.filter_map(closest).collect();
    }
}

/// Two candidates are as close if one shares this part of what the other shares: a slip spoils as many shingles as a
/// shingle has words.
const NEARLY: f64 = 0.85;

/// Memory of the search, kept between documents.
#[derive(Debug, Default)]
pub struct Search {
    once: Vec<u64>,
    twice: Vec<u64>,
    repeated: Vec<(u64, u32)>,
    /// For each paragraph: how many of its shingles are repeated, and how many it has. In [`Search::pair`] distinct ones
    /// count.
    sizes: Vec<(u32, u32)>,
    /// The repeated shingles before they are sorted, and where each bucket of them begins.
    unsorted: Vec<(u64, u32)>,
    buckets: Vec<u32>,
    /// Paragraph and run.
    hits: Vec<(u32, u32)>,
    unordered: Vec<(u32, u32)>,
    places: Vec<u32>,
    runs: Vec<Run>,
    counts: Vec<Shared>,
    found: Vec<Candidate>,
}

/// The paragraphs that share a shingle: where they stand in [`Search::repeated`].
#[derive(Clone, Copy, Debug)]
struct Run {
    start: u32,
    /// The first [`FEW`] end here, where there are [`MANY`].
    end: u32,
    /// How many there are.
    len: u32,
    many: bool,
    /// How many shingles exactly these paragraphs share: in families, most of them.
    shingles: u32,
}

/// How many shingles a paragraph shares with the one at hand.
#[derive(Clone, Copy, Debug, Default)]
struct Shared {
    all: u32,
    /// Those of them that [`MANY`] share.
    common: u32,
}

impl Search {
    /// Pairs of which the smaller shares at least `share` (0 to 1) of its distinct shingles with the other.
    ///
    /// `same(i, j)` tells whether two paragraphs whose words have equal hashes have equal words.
    pub fn candidates(&mut self, prints: &Prints, share: f64, same: impl Fn(usize, usize) -> bool) -> Candidates {
        let mut result = Candidates::default();
        if !self.mark(prints) {
            return result;
        }
        self.collect_repeated(prints);
        if !self.any_suspect(share) {
            return result;
        }
        let crowded = self.collapse(prints, same, &mut result.copies);
        result.capped_shingles = self.index(prints.len());
        self.pair(share, &mut result);
        if result.pairs.len() > free_pairs(prints.len()) {
            result.keep_closest();
        }
        result.capped_paragraphs = result.capped_paragraphs.max(crowded);
        result
    }

    /// Fills the bitmaps; false if no shingle of the document stands twice.
    fn mark(&mut self, prints: &Prints) -> bool {
        let shingles = prints.all_shingles();
        let bits = (shingles.len() * BITS_PER_SHINGLE).next_power_of_two().max(1024);
        self.once.clear();
        self.once.resize(bits / 64, 0);
        self.twice.clear();
        let shift = 64 - bits.trailing_zeros();
        for &shingle in shingles {
            let at = (shingle >> shift) as usize;
            let (word, bit) = (at / 64, 1u64 << (at % 64));
            if self.once[word] & bit == 0 {
                self.once[word] |= bit;
            } else {
                if self.twice.is_empty() {
                    self.twice.resize(bits / 64, 0);
                }
                self.twice[word] |= bit;
            }
        }
        !self.twice.is_empty()
    }

    /// Lists the repeated shingles of each paragraph.
    fn collect_repeated(&mut self, prints: &Prints) {
        let shift = 64 - (self.twice.len() as u64 * 64).trailing_zeros();
        self.repeated.clear();
        self.sizes.clear();
        for paragraph in 0..prints.len() {
            let from = self.repeated.len();
            let shingles = prints.shingles(paragraph);
            for &shingle in shingles {
                let at = (shingle >> shift) as usize;
                if self.twice[at / 64] >> (at % 64) & 1 == 1 {
                    self.repeated.push((shingle, paragraph as u32));
                }
            }
            self.sizes.push(((self.repeated.len() - from) as u32, shingles.len() as u32));
        }
    }

    /// False if no paragraph has enough repeated shingles for a pair. What stands twice in one counts twice, among the
    /// repeated and among all, which makes the share larger, never smaller: nothing is forgotten.
    fn any_suspect(&self, share: f64) -> bool {
        self.sizes.iter().any(|&(repeated, all)| repeated > 0 && f64::from(repeated) >= share * f64::from(all))
    }

    /// Takes paragraphs that have the words of an earlier one out of the search; returns for how many that was not
    /// looked up to the end.
    fn collapse(
        &mut self,
        prints: &Prints,
        same: impl Fn(usize, usize) -> bool,
        copies: &mut Vec<(u32, u32)>,
    ) -> usize {
        let mut crowded = 0;
        let mut firsts: HashMap<u64, Vec<u32>> = HashMap::new();
        for (index, &(repeated, all)) in self.sizes.iter().enumerate() {
            if repeated < all || all == 0 {
                continue;
            }
            let words = prints.words(index);
            let key = words.iter().fold(words.len() as u64, |key, w| (key.rotate_left(5) ^ w).wrapping_mul(MIX));
            let known = firsts.entry(key).or_default();
            let first =
                known.iter().find(|&&first| prints.words(first as usize) == words && same(first as usize, index));
            match first {
                Some(&first) => copies.push((index as u32, first)),
                None if known.len() < VARIANTS => known.push(index as u32),
                None => crowded += 1,
            }
        }
        if !copies.is_empty() {
            let mut copied = vec![false; self.sizes.len()];
            copies.iter().for_each(|copy| copied[copy.0 as usize] = true);
            self.repeated.retain(|(_, paragraph)| !copied[*paragraph as usize]);
        }
        crowded
    }

    /// Sorts the repeated shingles into runs and notes for each paragraph the runs it follows in; returns how many runs
    /// were too long to pair in full.
    fn index(&mut self, paragraphs: usize) -> usize {
        self.sort_repeated();
        self.drop_doubles();
        self.runs.clear();
        // For each run, by a hash of its paragraphs.
        let mut lists = HashMap::default();
        self.hits.clear();
        let mut capped = 0;
        let mut start = 0;
        while start < self.repeated.len() {
            let shingle = self.repeated[start].0;
            let mut end = start + 1;
            while end < self.repeated.len() && self.repeated[end].0 == shingle {
                end += 1;
            }
            let len = end - start;
            if len > 1 {
                capped += usize::from(len > MANY);
                self.add_run(start, end, &mut lists);
            }
            start = end;
        }
        self.order_hits(paragraphs);
        self.counts.clear();
        self.counts.resize(paragraphs, Shared::default());
        capped
    }

    /// Sorts the repeated shingles: into about as many buckets as there are of them, by their leading bits, and within
    /// each bucket. Hashes are spread evenly, so that most buckets hold one run.
    fn sort_repeated(&mut self) {
        let Self { repeated, unsorted, buckets, .. } = self;
        let bits = (repeated.len().max(2) as u64).next_power_of_two().trailing_zeros().min(MOST_BUCKET_BITS);
        let bucket = |shingle: u64| (shingle >> (64 - bits)) as usize;
        std::mem::swap(repeated, unsorted);
        repeated.clear();
        repeated.resize(unsorted.len(), (0, 0));
        scatter(unsorted, repeated, buckets, 1 << bits, |entry| bucket(entry.0));
        let mut start = 0;
        // Each bucket begins where the one before it was filled to.
        for &end in &*buckets {
            repeated[start..end as usize].sort_unstable();
            start = end as usize;
        }
    }

    /// Leaves of equal shingles of one paragraph the first, and counts distinct ones.
    fn drop_doubles(&mut self) {
        let sizes = &mut self.sizes;
        self.repeated.dedup_by(|next, first| {
            let double = next == first;
            if double {
                let (repeated, all) = &mut sizes[next.1 as usize];
                *repeated -= 1;
                *all -= 1;
            }
            double
        });
    }

    /// Adds the run of the repeated shingles from `start` to `end`: to one of the same paragraphs, if there is one.
    fn add_run(&mut self, start: usize, end: usize, lists: &mut HashMap<u64, u32, RandomState>) {
        let Self { repeated, runs, hits, .. } = self;
        let list = &repeated[start..end];
        let mix = |hash: u64, paragraph: u32| (hash.rotate_left(5) ^ u64::from(paragraph)).wrapping_mul(MIX);
        let hash = list.iter().fold(list.len() as u64, |hash, (_, paragraph)| mix(hash, *paragraph));
        let run = *lists.entry(hash).or_insert(runs.len() as u32);
        if let Some(known) = runs.get_mut(run as usize) {
            let there = &repeated[known.start as usize..(known.start + known.len) as usize];
            if there.iter().map(|entry| entry.1).eq(list.iter().map(|entry| entry.1)) {
                known.shingles += 1;
                return;
            }
        }
        let run = runs.len() as u32;
        let many = list.len() > MANY;
        let partners = if many { FEW } else { list.len() };
        hits.extend(list[1..].iter().map(|(_, paragraph)| (*paragraph, run)));
        let (start, end, len) = (start as u32, (start + partners) as u32, list.len() as u32);
        runs.push(Run { start, end, len, many, shingles: 1 });
    }

    /// Orders the hits by paragraph; the runs of each are in order, and stay so.
    fn order_hits(&mut self, paragraphs: usize) {
        let Self { hits, unordered, places, .. } = self;
        std::mem::swap(hits, unordered);
        hits.clear();
        hits.resize(unordered.len(), (0, 0));
        scatter(unordered, hits, places, paragraphs, |hit| hit.0 as usize);
    }

    fn pair(&mut self, share: f64, result: &mut Candidates) {
        let mut from = 0;
        while from < self.hits.len() {
            let second = self.hits[from].0;
            let mut to = from;
            self.found.clear();
            while to < self.hits.len() && self.hits[to].0 == second {
                let Run { start, end, many, shingles, .. } = self.runs[self.hits[to].1 as usize];
                for &(_, first) in &self.repeated[start as usize..end as usize] {
                    if first >= second {
                        break;
                    }
                    let shared = &mut self.counts[first as usize];
                    if shared.all == 0 {
                        self.found.push(Candidate { first, second, shared: 0 });
                    }
                    shared.all += shingles;
                    shared.common += if many { shingles } else { 0 };
                }
                to += 1;
            }
            from = to;
            let mut found = std::mem::take(&mut self.found);
            let own = self.sizes[second as usize].1;
            found.retain_mut(|candidate| {
                let shared = std::mem::take(&mut self.counts[candidate.first as usize]);
                candidate.shared = shared.all;
                let smaller = own.min(self.sizes[candidate.first as usize].1);
                let evidence = f64::from(shared.all - shared.common) + COMMON * f64::from(shared.common);
                evidence >= share * f64::from(smaller)
            });
            if found.len() > MOST_CANDIDATES {
                result.capped_paragraphs += 1;
                found.sort_unstable_by_key(|c| (std::cmp::Reverse(c.shared), c.first));
                found.truncate(MOST_CANDIDATES);
            }
            found.sort_unstable();
            result.pairs.extend_from_slice(&found);
            self.found = found;
        }
    }
}

/// At most this many bits of a shingle tell its bucket: more buckets would not stay in the cache.
const MOST_BUCKET_BITS: u32 = 14;

/// Puts the entries of `from` into `to`, of the same length, by their bucket, of which there are `count`; within a bucket
/// they keep their order. Afterwards `ends` tells where each bucket ends.
fn scatter<T: Copy>(from: &[T], to: &mut [T], ends: &mut Vec<u32>, count: usize, bucket: impl Fn(&T) -> usize) {
    ends.clear();
    ends.resize(count + 1, 0);
    for entry in from {
        ends[bucket(entry) + 1] += 1;
    }
    for at in 1..ends.len() {
        ends[at] += ends[at - 1];
    }
    for entry in from {
        let place = &mut ends[bucket(entry)];
        to[*place as usize] = *entry;
        *place += 1;
    }
    ends.truncate(count);
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;
    use crate::markup::plain;
    use crate::options::Paragraphs;

    /// All pairs, by sets.
    fn oracle(prints: &Prints, share: f64) -> Vec<Candidate> {
        let sets: Vec<HashSet<u64>> = (0..prints.len()).map(|i| prints.shingles(i).iter().copied().collect()).collect();
        let mut pairs = Vec::new();
        for second in 0..sets.len() {
            for first in 0..second {
                let shared = sets[first].intersection(&sets[second]).count();
                let smaller = sets[first].len().min(sets[second].len());
                if shared > 0 && shared as f64 >= share * smaller as f64 {
                    pairs.push(Candidate { first: first as u32, second: second as u32, shared: shared as u32 });
                }
            }
        }
        pairs
    }

    proptest! {
        #[test]
        fn finds_every_pair_that_comparing_all_finds(
            text in "((one|two|three|four|five|six) ){1,9}(\n((one|two|three|four|five|six) ){1,9}){0,12}",
            share in prop::sample::select(vec![0.1, 0.3, 0.5, 1.0]),
            ngram in 1usize..4,
        ) {
            let mut prints = Prints::default();
            prints.fill(&text, &plain::paragraphs(&text, Paragraphs::Line), ngram);
            let found = Search::default().candidates(&prints, share, |_, _| false);
            prop_assert_eq!(found.pairs, oracle(&prints, share));
        }

        #[test]
        fn what_is_left_is_what_a_search_among_the_rest_finds(
            text in "((one|two|three|four) ){1,5}(\n((one|two|three|four) ){1,5}){0,40}",
            gone in prop::collection::vec(any::<bool>(), 41),
        ) {
            let mut prints = Prints::default();
            prints.fill(&text, &plain::paragraphs(&text, Paragraphs::Line), 2);
            let search = |prints: &Prints| Search::default().candidates(prints, 0.3, |_, _| true);
            let kept: Vec<usize> = (0..prints.len()).filter(|index| !gone[*index]).collect();
            if let Some(left) = search(&prints).left(&kept, prints.len()) {
                let mut rest = Prints::default();
                rest.fill_only(&prints, &kept);
                prop_assert_eq!(left, search(&rest));
            }
        }
    }
}
