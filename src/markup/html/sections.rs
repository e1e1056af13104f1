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
    /// Paragraphs that begin with a question in bold: its text, hashed.
    asked: Vec<(usize, u64)>,
}

impl Sections {
    pub(super) fn new() -> Self {
        Self { headed: Vec::new(), names: vec![0], listed: Vec::new(), asked: Vec::new() }
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

    /// The paragraph that came last begins with this question.
    pub(super) fn asked(&mut self, question: &str) {
        self.asked.push((self.headed.len() - 1, xxh3_64_with_seed(plain(question).as_bytes(), 0)));
    }

    /// The paragraphs from `first` on are none.
    pub(super) fn forget(&mut self, first: usize) {
        self.headed.truncate(first);
        while self.listed.pop_if(|(_, end)| *end > first).is_some() {}
        while self.asked.pop_if(|(paragraph, _)| *paragraph >= first).is_some() {}
    }

    /// Marks what stays: what stands under headings that come back, "Pros" or "Day 2", what answers a question that
    /// comes back, and what is listed.
    pub(super) fn fix(&self, hints: &mut [Hint]) {
        let headings = uses(self.names[1..].iter().copied());
        for (hint, heading) in hints.iter_mut().zip(&self.headed) {
            hint.fixed |= headings.get(&self.names[*heading as usize]).is_some_and(|count| *count > 1);
        }
        let questions = uses(self.asked.iter().map(|(_, question)| *question));
        for (paragraph, question) in &self.asked {
            hints[*paragraph].fixed |= questions[question] > 1;
        }
        if self.listed.len() >= LISTED {
            for (first, end) in &self.listed {
                hints[*first..*end].iter_mut().for_each(|hint| hint.fixed = true);
            }
        }
    }
}

/// How often each of them comes.
fn uses(names: impl Iterator<Item = u64>) -> HashMap<u64, u32> {
    let mut uses = HashMap::new();
    for name in names {
        *uses.entry(name).or_default() += 1;
    }
    uses
}
