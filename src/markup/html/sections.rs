//! Parts of a page that are alike by the form of the page: what they repeat, they repeat on purpose.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::rules::plain;
use crate::paragraph::Hint;

/// So many articles under linked headings are a list of articles.
const LISTED: usize = 3;

/// The headings of a page and the paragraphs under them, and the articles that it lists.
pub(super) struct Sections {
    /// For each paragraph, the heading before it: its number among `names`.
    headed: Vec<u32>,
    /// The headings' texts, hashed; the first stands for having none.
    names: Vec<u64>,
    /// Paragraphs of the articles whose heading is a link.
    listed: Vec<(usize, usize)>,
}

impl Sections {
    pub(super) fn new() -> Self {
        Self { headed: Vec::new(), names: vec![0], listed: Vec::new() }
    }

    /// A heading comes. Numbers aside: "Day 1" and "Day 2" are one form. A title that is repeated over a part of the
    /// page makes no form of the page.
    pub(super) fn heading(&mut self, text: &str, is_title: bool) {
        let mut name = plain(text);
        name.retain(|c| !c.is_numeric());
        self.names.push(xxh3_64_with_seed(name.as_bytes(), u64::from(is_title)));
    }

    /// A paragraph comes.
    pub(super) fn paragraph(&mut self) {
        self.headed.push(self.names.len() as u32 - 1);
    }

    /// An article whose heading is a link holds the paragraphs from `first` to before `end`.
    pub(super) fn listed(&mut self, first: usize, end: usize) {
        self.listed.push((first, end));
    }

    /// Marks what stays: what stands under headings that come back, "Pros" or "Day 2", and what is listed.
    pub(super) fn fix(&self, hints: &mut [Hint]) {
        let mut uses: HashMap<u64, u32> = HashMap::new();
        for name in &self.names[1..] {
            *uses.entry(*name).or_default() += 1;
        }
        for (hint, heading) in hints.iter_mut().zip(&self.headed) {
            hint.fixed |= uses.get(&self.names[*heading as usize]).is_some_and(|count| *count > 1);
        }
        if self.listed.len() >= LISTED {
            for (first, end) in &self.listed {
                hints[*first..*end].iter_mut().for_each(|hint| hint.fixed = true);
            }
        }
    }
}
