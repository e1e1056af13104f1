//! The alignment of two paragraphs, word by word.
//!
//! First the longest common subsequence, then words that moved, then words that are nearly the same by edit distance.

use std::cell::RefCell;

use super::gaps::Gaps;
use super::like::like;
use super::places::Places;
use super::subsequence::Table;
use super::vocabulary::{Sequence, Vocabulary, WordId};

/// Most 64-bit words of bit rows kept for one pair; longer pairs are not aligned.
const MOST_CELLS: usize = 1 << 20;

/// How a word found its like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// No like.
    None,
    /// The same word, in the same order; index (0-based) of the word there.
    Same(u32),
    /// The same word, elsewhere.
    Moved(u32),
    /// Nearly the same: misspelt, inflected, joined or parted.
    Like(u32),
}

impl Match {
    /// The index of the like.
    #[must_use]
    pub const fn index(self) -> Option<u32> {
        match self {
            Self::None => None,
            Self::Same(at) | Self::Moved(at) | Self::Like(at) => Some(at),
        }
    }
}

/// Which word of each paragraph is which word of the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alignment {
    /// For each word of the first paragraph, its like in the second.
    pub first: Vec<Match>,
    /// For each word of the second paragraph, its like in the first.
    pub second: Vec<Match>,
}

/// Two paragraphs' bags of words against each other. Reusable.
#[derive(Debug, Default)]
pub struct Overlap {
    counts: Vec<u32>,
    /// The words that only the first paragraph has, and where (0-based).
    pub first: Vec<(WordId, u32)>,
    /// The words that only the second paragraph has, and where.
    pub second: Vec<(WordId, u32)>,
}

impl Overlap {
    /// How often the word stands in a paragraph that stands there most often. To be asked of one that was compared.
    pub(super) fn most_uses(&mut self, x: &Sequence) -> usize {
        let mut most = 0;
        for &id in &x.ids {
            self.counts[id as usize] += 1;
            most = most.max(self.counts[id as usize]);
        }
        x.ids.iter().for_each(|id| self.counts[*id as usize] = 0);
        most as usize
    }
}

/// How many words both paragraphs have, in any order: the most that an alignment can link as the same. Cheap; spares
/// most alignments. `bags` gets what only one of them has.
#[must_use]
pub fn overlap(x: &Sequence, y: &Sequence, bags: &mut Overlap, vocabulary: &Vocabulary<'_>) -> usize {
    let Overlap { counts, first, second } = bags;
    counts.resize(vocabulary.len().max(counts.len()), 0);
    first.clear();
    second.clear();
    for &id in &x.ids {
        counts[id as usize] += 1;
    }
    for (at, &id) in (0u32..).zip(&y.ids) {
        match counts[id as usize].checked_sub(1) {
            Some(left) => counts[id as usize] = left,
            None => second.push((id, at)),
        }
    }
    // What is left over of a word are its last places; all counts end at zero.
    for (at, &id) in x.ids.iter().enumerate().rev() {
        if counts[id as usize] > 0 {
            counts[id as usize] -= 1;
            first.push((id, at as u32));
        }
    }
    y.ids.len() - second.len()
}

/// Aligns two paragraphs; `None` if they are too long for it.
#[must_use]
pub fn align(x: &Sequence, y: &Sequence, vocabulary: &Vocabulary<'_>) -> Option<Alignment> {
    let shared = overlap(x, y, &mut Overlap::default(), vocabulary);
    align_sharing(x, y, shared, vocabulary, &mut Gaps::default())
}

/// As [`align`], where it is known how many words both have: their [`overlap`]. `gaps` become those of the alignment.
#[must_use]
pub(crate) fn align_sharing(
    x: &Sequence,
    y: &Sequence,
    shared: usize,
    vocabulary: &Vocabulary<'_>,
    gaps: &mut Gaps,
) -> Option<Alignment> {
    let (nx, ny) = (x.ids.len(), y.ids.len());
    let mut alignment = Alignment { first: vec![Match::None; nx], second: vec![Match::None; ny] };
    let shorter = nx.min(ny);
    // Of an excerpt every word is shared; and once all shared words are linked, none has moved.
    let excerpt = shared == shorter && excerpt(&x.ids, &y.ids, &mut alignment);
    let mut linked = shorter;
    if !excerpt {
        linked = in_order(&x.ids, &y.ids, vocabulary.len(), &mut alignment)?;
        slide(&x.ids, &y.ids, &mut alignment);
        if linked < shared {
            linked += moved(&x.ids, &y.ids, vocabulary.len(), &mut alignment);
        }
    }
    gaps.fill(&alignment);
    if linked < shorter && like(x, y, vocabulary, &mut alignment, gaps) {
        gaps.fill(&alignment);
    }
    Some(alignment)
}

impl Alignment {
    pub(super) fn link(&mut self, i: usize, j: usize, how: fn(u32) -> Match) {
        self.first[i] = how(j as u32);
        self.second[j] = how(i as u32);
    }

    fn unlink(&mut self, i: usize) {
        if let Some(j) = self.first[i].index() {
            self.second[j as usize] = Match::None;
            self.first[i] = Match::None;
        }
    }

    /// Makes the second paragraph the first.
    pub const fn turn(&mut self) {
        std::mem::swap(&mut self.first, &mut self.second);
    }
}

/// Links the shorter paragraph to the place where the longer one has it as it stands, if there is one. A longest
/// common subsequence may run through other words on the way.
fn excerpt(x: &[WordId], y: &[WordId], alignment: &mut Alignment) -> bool {
    let (short, long) = if x.len() <= y.len() { (x, y) } else { (y, x) };
    if short.len() < LEAST_EXCERPT {
        return false;
    }
    let Some(at) = find(short, long) else { return false };
    for place in 0..short.len() {
        let (i, j) = if x.len() <= y.len() { (place, at + place) } else { (at + place, place) };
        alignment.link(i, j, Match::Same);
    }
    true
}

/// The first place where `long` has all of `short` in a row, in time linear in both (Knuth, Morris and Pratt 1977).
fn find(short: &[WordId], long: &[WordId]) -> Option<usize> {
    // For each beginning of `short`, the length of the longest shorter beginning that it ends with.
    let mut border = Vec::with_capacity(short.len());
    border.push(0);
    let mut len = 0;
    for word in &short[1..] {
        while len > 0 && *word != short[len] {
            len = border[len - 1];
        }
        len += usize::from(*word == short[len]);
        border.push(len);
    }
    len = 0;
    for (at, word) in long.iter().enumerate() {
        while len > 0 && *word != short[len] {
            len = border[len - 1];
        }
        len += usize::from(*word == short[len]);
        if len == short.len() {
            return Some(at + 1 - len);
        }
    }
    None
}

/// Fewest words of an excerpt.
const LEAST_EXCERPT: usize = 3;

/// Links the longest common subsequence; gives its length.
fn in_order(x: &[WordId], y: &[WordId], ids: usize, alignment: &mut Alignment) -> Option<usize> {
    let prefix = x.iter().zip(y).take_while(|(a, b)| a == b).count();
    let suffix = x[prefix..].iter().rev().zip(y[prefix..].iter().rev()).take_while(|(a, b)| a == b).count();
    for i in 0..prefix {
        alignment.link(i, i, Match::Same);
    }
    for back in 1..=suffix {
        alignment.link(x.len() - back, y.len() - back, Match::Same);
    }
    let (x, y) = (&x[prefix..x.len() - suffix], &y[prefix..y.len() - suffix]);
    if x.is_empty() || y.is_empty() {
        return Some(prefix + suffix);
    }
    if x.len().checked_mul(y.len().div_ceil(64))? > MOST_CELLS {
        return None;
    }
    let link = |i, j| alignment.link(prefix + i, prefix + j, Match::Same);
    let between = TABLE.with_borrow_mut(|table| table.link(x, y, ids, link));
    Some(prefix + suffix + between)
}

thread_local! {
    static TABLE: RefCell<Table> = RefCell::default();
    /// Where the second paragraph has each word that is free.
    static PLACES: RefCell<Places> = RefCell::default();
}

/// Moves links so that neighbours in one paragraph are neighbours in the other where the words allow it.
fn slide(x: &[WordId], y: &[WordId], alignment: &mut Alignment) {
    for i in (0..x.len().saturating_sub(1)).rev() {
        let (Match::Same(here), Match::Same(next)) = (alignment.first[i], alignment.first[i + 1]) else { continue };
        let wanted = next as usize - 1;
        if here as usize != wanted && y[wanted] == x[i] && alignment.second[wanted] == Match::None {
            alignment.unlink(i);
            alignment.link(i, wanted, Match::Same);
        }
    }
    for (i, word) in x.iter().enumerate().skip(1) {
        let (Match::Same(before), Match::Same(here)) = (alignment.first[i - 1], alignment.first[i]) else { continue };
        let wanted = before as usize + 1;
        if here as usize != wanted && y[wanted] == *word && alignment.second[wanted] == Match::None {
            let next_stays = !matches!(alignment.first.get(i + 1), Some(Match::Same(next)) if *next == here + 1);
            if next_stays {
                alignment.unlink(i);
                alignment.link(i, wanted, Match::Same);
            }
        }
    }
}

/// Most places where a moved run is tried.
pub(super) const MOST_TRIES: usize = 32;

/// Links words that stand in another order, each word once: runs first, so that no word of one is taken singly. Tells
/// how many.
fn moved(x: &[WordId], y: &[WordId], ids: usize, alignment: &mut Alignment) -> usize {
    PLACES.with_borrow_mut(|places| {
        places.fill(y, ids, |j| alignment.second[j] == Match::None);
        let linked = [2, 1].into_iter().map(|least| runs_moved(x, y, places, least, alignment)).sum();
        places.clear(y);
        linked
    })
}

/// Links runs of at least `least` words, and tells how many words; `places` are those of the words of `y` that are
/// free.
fn runs_moved(x: &[WordId], y: &[WordId], places: &Places, least: usize, alignment: &mut Alignment) -> usize {
    let mut linked = 0;
    let mut i = 0;
    while i < x.len() {
        if alignment.first[i] != Match::None {
            i += 1;
            continue;
        }
        let best = places
            .of(x[i])
            .take(MOST_TRIES)
            .map(|j| (common_run(x, y, i, j as usize, alignment), j))
            .max_by_key(|&(len, j)| (len, std::cmp::Reverse(j)));
        let (len, j) = best.filter(|(len, _)| *len >= least).unwrap_or((0, 0));
        for k in 0..len {
            alignment.link(i + k, j as usize + k, Match::Moved);
        }
        linked += len;
        i += len.max(1);
    }
    linked
}

fn common_run(x: &[WordId], y: &[WordId], i: usize, j: usize, alignment: &Alignment) -> usize {
    (0..(x.len() - i).min(y.len() - j))
        .take_while(|&k| {
            x[i + k] == y[j + k] && alignment.first[i + k] == Match::None && alignment.second[j + k] == Match::None
        })
        .count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::paragraph::Span;

    fn table_lcs(x: &[WordId], y: &[WordId]) -> usize {
        let mut table = vec![vec![0usize; y.len() + 1]; x.len() + 1];
        for i in 0..x.len() {
            for j in 0..y.len() {
                table[i + 1][j + 1] = if x[i] == y[j] { table[i][j] + 1 } else { table[i][j + 1].max(table[i + 1][j]) };
            }
        }
        table[x.len()][y.len()]
    }

    /// As [`align_sharing`], without asking how many words both have.
    fn plainly(x: &Sequence, y: &Sequence, vocabulary: &Vocabulary<'_>) -> Option<Alignment> {
        let mut alignment = Alignment { first: vec![Match::None; x.ids.len()], second: vec![Match::None; y.ids.len()] };
        if !excerpt(&x.ids, &y.ids, &mut alignment) {
            in_order(&x.ids, &y.ids, vocabulary.len(), &mut alignment)?;
            slide(&x.ids, &y.ids, &mut alignment);
        }
        moved(&x.ids, &y.ids, vocabulary.len(), &mut alignment);
        let mut gaps = Gaps::default();
        gaps.fill(&alignment);
        like(x, y, vocabulary, &mut alignment, &gaps);
        Some(alignment)
    }

    proptest! {
        #[test]
        fn steps_that_are_spared_would_link_nothing(
            line in "((a|b|one|two|three|threes|on|board|onboard) ){0,40}",
            more in "((a|b|one|two|three|tree|on|board|onboard) ){0,40}",
        ) {
            let text = format!("{line}\n{more}");
            let mut vocabulary = Vocabulary::new(&text);
            let x = vocabulary.read(Span::new(0, line.len()));
            let y = vocabulary.read(Span::new(line.len() + 1, text.len()));
            prop_assert_eq!(align(&x, &y, &vocabulary), plainly(&x, &y, &vocabulary));
        }

        #[test]
        fn an_excerpt_is_found_where_comparing_every_window_finds_it(
            short in prop::collection::vec(0u32..2, 1..7), long in prop::collection::vec(0u32..2, 0..60),
        ) {
            prop_assert_eq!(find(&short, &long), long.windows(short.len()).position(|window| window == short));
        }

        #[test]
        fn in_order_links_a_longest_common_subsequence(
            x in prop::collection::vec(0u32..6, 0..90), y in prop::collection::vec(0u32..6, 0..150),
        ) {
            let mut alignment =
                Alignment { first: vec![Match::None; x.len()], second: vec![Match::None; y.len()] };
            let linked = in_order(&x, &y, 6, &mut alignment).expect("short enough");
            prop_assert_eq!(linked, table_lcs(&x, &y));
            for sliding in [false, true] {
                if sliding {
                    slide(&x, &y, &mut alignment);
                }
                let links: Vec<(usize, usize)> = alignment.first.iter().enumerate()
                    .filter_map(|(i, m)| m.index().map(|j| (i, j as usize))).collect();
                prop_assert_eq!(links.len(), table_lcs(&x, &y));
                prop_assert!(links.windows(2).all(|w| w[0].1 < w[1].1));
                prop_assert!(links.iter().all(|&(i, j)| x[i] == y[j] && alignment.second[j] == Match::Same(i as u32)));
            }
        }
    }

    #[test]
    fn moved_and_similar_words_are_linked() {
        let text = "In March 2013 she was taken into custody hoazes\nShe was takin into custody in March 2013 hoaxes";
        let mut vocabulary = Vocabulary::new(text);
        let cut = text.find('\n').expect("two lines");
        let x = vocabulary.read(Span::new(0, cut));
        let y = vocabulary.read(Span::new(cut + 1, text.len()));
        let alignment = align(&x, &y, &vocabulary).expect("short");
        assert!(alignment.first.iter().all(|m| *m != Match::None), "{alignment:?}");
        assert!(matches!(alignment.first[0], Match::Moved(5)));
        assert!(matches!(alignment.first[5], Match::Like(2)));
    }
}
