//! Where two aligned paragraphs have words without a like.

use std::ops::Range;

use super::align::{Alignment, Match};

/// The gaps of an alignment: where words of either side have no link, between links in order. Reusable.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Gaps {
    /// Every word (0-based) of the first paragraph that has no link.
    pub(super) xs: Vec<usize>,
    /// Every such word of the second.
    pub(super) ys: Vec<usize>,
    /// For each gap, where its words end in `xs` and `ys`.
    ends: Vec<(usize, usize)>,
    /// See [`Gaps::only_same`].
    others: bool,
}

impl Gaps {
    /// True if every link is of the same word in the same order.
    pub(crate) const fn only_same(&self) -> bool {
        !self.others
    }

    /// The words of each gap: of the first paragraph, of the second.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&[usize], &[usize])> {
        let starts = [(0, 0)].into_iter().chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(from, to)| (&self.xs[from.0..to.0], &self.ys[from.1..to.1]))
    }

    /// Every word (0-based) of the first paragraph that has no link, ascending.
    pub(crate) fn free_here(&self) -> &[usize] {
        &self.xs
    }

    /// Every such word of the second.
    pub(crate) fn free_there(&self) -> &[usize] {
        &self.ys
    }

    /// Makes the second paragraph the first.
    pub(crate) fn turn(&mut self) {
        std::mem::swap(&mut self.xs, &mut self.ys);
        self.ends.iter_mut().for_each(|(x, y)| std::mem::swap(x, y));
    }

    /// The gaps of another alignment.
    pub(crate) fn fill(&mut self, alignment: &Alignment) {
        self.xs.clear();
        self.ys.clear();
        self.ends.clear();
        self.others = false;
        let (mut from, mut open) = (0, 0);
        for (i, found) in alignment.first.iter().enumerate() {
            match *found {
                Match::None => self.xs.push(i),
                Match::Same(to) => {
                    // Most words stand right behind their neighbours in both paragraphs.
                    if from < to as usize || self.xs.len() > open {
                        self.free(alignment, from..to as usize);
                        open = self.xs.len();
                    }
                    from = to as usize + 1;
                }
                Match::Moved(_) | Match::Like(_) => self.others = true,
            }
        }
        self.free(alignment, from..alignment.second.len());
    }

    /// The gap ends with these words of the second paragraph, as far as they have no link.
    fn free(&mut self, alignment: &Alignment, words: Range<usize>) {
        self.ys.extend(words.filter(|j| alignment.second[*j] == Match::None));
        let end = (self.xs.len(), self.ys.len());
        if self.ends.last().copied().unwrap_or_default() != end {
            self.ends.push(end);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::align::align;
    use super::super::vocabulary::Vocabulary;
    use super::*;
    use crate::paragraph::Span;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn gaps_are_the_same_from_both_sides(
            line in "((one|two|three|threes|on|board|onboard) ){0,12}", more in "((one|two|three|tree|on|board|onboard) ){0,12}",
        ) {
            let text = format!("{line}\n{more}");
            let mut vocabulary = Vocabulary::new(&text);
            let x = vocabulary.read(Span::new(0, line.len()));
            let y = vocabulary.read(Span::new(line.len() + 1, text.len()));
            let mut alignment = align(&x, &y, &vocabulary).expect("short");
            let (mut turned, mut afresh) = (Gaps::default(), Gaps::default());
            turned.fill(&alignment);
            turned.turn();
            alignment.turn();
            afresh.fill(&alignment);
            prop_assert_eq!(afresh, turned);
        }
    }
}
