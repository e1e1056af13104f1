//! Paragraphs that have the same words. Their hashes propose them, their words decide.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::ops::Range;

use foldhash::fast::RandomState;
use rayon::prelude::*;

use super::postings::{PARTS, Postings, runs};
use super::sheet::folded;
use super::survey::Batch;

/// Which paragraphs have the same words as an earlier one.
#[derive(Debug, Default)]
pub(super) struct Groups {
    /// For each paragraph the first with its words: itself, if there is no earlier one.
    pub(super) first: Vec<u32>,
    /// First and copy, sorted.
    copies: Vec<(u32, u32)>,
}

impl Groups {
    /// Groups the paragraphs whose keys are in `keys`.
    pub(super) fn of(batch: &Batch, keys: &Postings) -> io::Result<Self> {
        let mut copies: Vec<(u32, u32)> = Vec::new();
        for number in 0..PARTS {
            let part = keys.part(number)?;
            let wanted: Vec<&[(u64, u32)]> = runs(&part).filter(|run| run.len() > 1).collect();
            let found: Vec<Vec<(u32, u32)>> = wanted.into_par_iter().map(|run| grouped(batch, run)).collect();
            copies.extend(found.into_iter().flatten());
        }
        copies.sort_unstable();
        let mut first: Vec<u32> = (0..batch.paragraphs.len() as u32).collect();
        for &(leader, copy) in &copies {
            first[copy as usize] = leader;
        }
        Ok(Self { first, copies })
    }

    /// Of so many paragraphs, each with words of its own.
    pub(super) fn singles(paragraphs: u32) -> Self {
        Self { first: (0..paragraphs).collect(), copies: Vec::new() }
    }

    /// The paragraphs with the words of `first`, itself at the head, in order.
    pub(super) fn members(&self, first: u32) -> impl Iterator<Item = u32> + '_ {
        let from = self.copies.partition_point(|copy| copy.0 < first);
        let copies = self.copies[from..].iter().take_while(move |copy| copy.0 == first);
        [first].into_iter().chain(copies.map(|copy| copy.1))
    }

    /// True if other paragraphs have the words of this one.
    pub(super) fn repeated(&self, paragraph: u32) -> bool {
        let leader = self.first[paragraph as usize];
        leader != paragraph || self.copies.binary_search_by(|copy| copy.0.cmp(&leader)).is_ok()
    }

    /// The first of each group that has copies, in order, of those in `range`.
    pub(super) fn leaders(&self, range: Range<u32>) -> impl Iterator<Item = u32> + '_ {
        let at = |bound: u32| self.copies.partition_point(|copy| copy.0 < bound);
        self.copies[at(range.start)..at(range.end)].chunk_by(|a, b| a.0 == b.0).map(|group| group[0].0)
    }
}

/// The copies in a run of equal keys: each with the first that has its words.
fn grouped(batch: &Batch, run: &[(u64, u32)]) -> Vec<(u32, u32)> {
    let mut leaders = Leaders::new(batch.across.templates);
    let copy = |&(_, paragraph): &(u64, u32)| {
        let leader = batch.with(paragraph, |record| leaders.of(paragraph, record.text));
        Some((leader?, paragraph))
    };
    run.iter().filter_map(copy).collect()
}

/// The paragraphs of one key that are no copies of an earlier one. Those of different words, if a text was made so that
/// their keys are equal, are looked up as fast as copies.
#[derive(Debug)]
pub(super) struct Leaders<P> {
    /// True if numbers are all one.
    masks: bool,
    /// Copies are the same bytes more often than not.
    by_text: HashMap<String, P, RandomState>,
    by_words: HashMap<Vec<String>, P, RandomState>,
}

impl<P: Copy> Leaders<P> {
    pub(super) fn new(masks: bool) -> Self {
        Self { masks, by_text: HashMap::default(), by_words: HashMap::default() }
    }

    /// The first that has the words of this paragraph; `None` for the first itself.
    pub(super) fn of(&mut self, paragraph: P, text: &str) -> Option<P> {
        if let Some(known) = self.by_text.get(text) {
            return Some(*known);
        }
        let (first, known) = match self.by_words.entry(folded(text, self.masks)) {
            Entry::Occupied(known) => (*known.get(), Some(*known.get())),
            Entry::Vacant(place) => (*place.insert(paragraph), None),
        };
        self.by_text.insert(text.to_owned(), first);
        known
    }
}
