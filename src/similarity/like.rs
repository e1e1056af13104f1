//! Words that are nearly the same: misspelt, scanned badly, inflected, joined or parted. Never numbers.

use std::cell::RefCell;

use super::align::{Alignment, Match};
use super::file_names::without_ending;
use super::gaps::Gaps;
use super::vocabulary::{Letters, Sequence, Vocabulary, WordId};
use crate::paragraph::Span;
use crate::words::{fold, glued_head, is_alphabetic, is_numeric};

/// Most unmatched words of a gap that are compared with each other.
pub(super) const MOST_IN_GAP: usize = 24;

/// Most words, of both sides, that may be the same letters parted otherwise.
const MOST_JOINED: usize = 6;

/// How many words of the two sides may be the same letters at an end of a gap.
const PARTED: [(usize, usize); 3] = [(1, 2), (2, 1), (1, 1)];

/// Fewest letters of a word that may be misspelt.
const LEAST_LETTERS: usize = 4;

/// Links the words left over: inside each gap first, then anywhere. True if there were any to link.
pub(super) fn like(
    x: &Sequence,
    y: &Sequence,
    vocabulary: &Vocabulary<'_>,
    alignment: &mut Alignment,
    gaps: &Gaps,
) -> bool {
    let both = !gaps.xs.is_empty() && !gaps.ys.is_empty();
    both && SCRATCH.with_borrow_mut(|scratch| scratch.like(gaps, x, y, vocabulary, alignment))
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// The words at hand. Reusable.
#[derive(Default)]
struct Scratch {
    /// Those of the gaps where both paragraphs have words.
    xs: Vec<Loose>,
    ys: Vec<Loose>,
    /// Those left over.
    left_xs: Vec<Loose>,
    left_ys: Vec<Loose>,
}

impl Scratch {
    /// As [`like`], where both have words left over. Words are looked at closely only where there are others to compare
    /// them with.
    fn like(
        &mut self,
        gaps: &Gaps,
        x: &Sequence,
        y: &Sequence,
        vocabulary: &Vocabulary<'_>,
        alignment: &mut Alignment,
    ) -> bool {
        let Self { xs, ys, left_xs, left_ys } = self;
        xs.clear();
        ys.clear();
        let mut linked = 0;
        for (gap, (here, there)) in (0u32..).zip(gaps.iter()) {
            if here.is_empty() || there.is_empty() {
                continue;
            }
            let (from_x, from_y) = (xs.len(), ys.len());
            xs.extend(here.iter().map(|at| Loose::of(x, *at, vocabulary)));
            ys.extend(there.iter().map(|at| Loose::of(y, *at, vocabulary)));
            let (here, there) = (&mut xs[from_x..], &mut ys[from_y..]);
            let parted = link_parted(here, there, vocabulary, alignment);
            let found = if parted > 0 { None } else { link_similar(here, there, vocabulary, alignment) };
            if found.is_some() {
                here.iter_mut().chain(there).for_each(|word| word.gap = Some(gap));
            }
            linked += parted + found.unwrap_or(0);
        }
        let left = |free: &[usize], links: &[Match]| free.iter().filter(|at| links[**at] == Match::None).count();
        if left(&gaps.xs, &alignment.first) > MOST_IN_GAP || left(&gaps.ys, &alignment.second) > MOST_IN_GAP {
            return linked > 0;
        }
        left_over(left_xs, &gaps.xs, &alignment.first, xs, |at| Loose::of(x, at, vocabulary));
        left_over(left_ys, &gaps.ys, &alignment.second, ys, |at| Loose::of(y, at, vocabulary));
        linked += link_similar(left_xs, left_ys, vocabulary, alignment).unwrap_or(0);
        linked > 0
    }
}

/// Lists the words at `free` that have no link still; some of them are `known`.
fn left_over(left: &mut Vec<Loose>, free: &[usize], links: &[Match], known: &[Loose], of: impl Fn(usize) -> Loose) {
    let mut known = known.iter().copied().peekable();
    left.clear();
    for &at in free {
        let word = known.next_if(|word| word.at == at);
        if links[at] == Match::None {
            left.push(word.unwrap_or_else(|| of(at)));
        }
    }
}

/// Links the words of a gap that are the same letters parted otherwise: all of them, or those at its ends, one after the
/// other ("gr-ndlich-berpr-ft" for "gründlich überprüft"). Tells how often.
fn link_parted(mut xs: &[Loose], mut ys: &[Loose], vocabulary: &Vocabulary<'_>, alignment: &mut Alignment) -> usize {
    if joined(xs, ys, vocabulary) {
        link_joined(xs, ys, alignment);
        return 1;
    }
    let mut linked = 0;
    while let Some((m, n)) =
        PARTED.into_iter().find(|(m, n)| xs.len() >= *m && ys.len() >= *n && joined(&xs[..*m], &ys[..*n], vocabulary))
    {
        link_joined(&xs[..m], &ys[..n], alignment);
        (xs, ys) = (&xs[m..], &ys[n..]);
        linked += 1;
    }
    while let Some((m, n)) = PARTED
        .into_iter()
        .map(|(m, n)| (xs.len().checked_sub(m), ys.len().checked_sub(n)))
        .find_map(|(m, n)| m.zip(n).filter(|(m, n)| joined(&xs[*m..], &ys[*n..], vocabulary)))
    {
        link_joined(&xs[m..], &ys[n..], alignment);
        (xs, ys) = (&xs[..m], &ys[..n]);
        linked += 1;
    }
    linked
}

fn link_joined(xs: &[Loose], ys: &[Loose], alignment: &mut Alignment) {
    for (at, word) in xs.iter().enumerate() {
        alignment.link(word.at, ys[at.min(ys.len() - 1)].at, Match::Like);
    }
    for word in ys.iter().skip(xs.len()) {
        alignment.second[word.at] = Match::Like(xs[xs.len() - 1].at as u32);
    }
}

/// A word without a like.
#[derive(Clone, Copy)]
struct Loose {
    /// Its place (0-based) in its paragraph.
    at: usize,
    /// Its gap, once it was compared with the words that stand there in the other paragraph.
    gap: Option<u32>,
    id: WordId,
    letters: Letters,
    /// What is run on behind another word in it: "Forensic" of "galleryForensic".
    tail: Option<Span>,
}

impl Loose {
    fn of(sequence: &Sequence, at: usize, vocabulary: &Vocabulary<'_>) -> Self {
        let (id, span) = (sequence.ids[at], sequence.spans[at]);
        let head = if vocabulary.may_be_glued(id) { glued_head(vocabulary.raw(span)) } else { None };
        let tail = head.map(|head| Span::new(span.start + head.len(), span.end));
        Self { at, gap: None, id, letters: vocabulary.letters(id), tail }
    }

    /// A word of one character is like no other: all words of a script without spaces.
    const fn is_long(&self) -> bool {
        self.letters.count > 1
    }

    /// True for most words that are not alike, told by their letters: neither is run together with another one, and
    /// they begin otherwise, so that only a slip would explain it.
    fn unlike(&self, other: &Self) -> bool {
        self.tail.is_none() && other.tail.is_none() && no_slip(self.letters, other.letters)
    }

    fn ends_in(&self, word: &Self, vocabulary: &Vocabulary<'_>) -> bool {
        self.tail.is_some_and(|tail| fold(vocabulary.raw(tail)) == vocabulary.folded(word.id))
    }
}

/// Links each of `xs` to the most similar of `ys`, and tells how many. `None` if they are not compared: too many, or none
/// that could be alike. Two words of a gap that were compared there and have no link still are unlike.
fn link_similar(xs: &[Loose], ys: &[Loose], vocabulary: &Vocabulary<'_>, alignment: &mut Alignment) -> Option<usize> {
    if xs.len() > MOST_IN_GAP || ys.len() > MOST_IN_GAP || !ys.iter().any(Loose::is_long) {
        return None;
    }
    let mut linked = 0;
    for word in xs.iter().filter(|word| word.is_long()) {
        let mut best = (0.0, None);
        for other in ys {
            let compared = word.gap.is_some() && word.gap == other.gap;
            if compared || word.unlike(other) || alignment.second[other.at] != Match::None {
                continue;
            }
            let glued = word.ends_in(other, vocabulary) || other.ends_in(word, vocabulary);
            let (a, b) = (vocabulary.folded(word.id), vocabulary.folded(other.id));
            let score = if glued { GLUED } else { similarity(a, b, word.letters, other.letters) };
            if score > best.0 {
                best = (score, Some(other.at));
            }
        }
        if let Some(other) = best.1 {
            alignment.link(word.at, other, Match::Like);
            linked += 1;
        }
    }
    Some(linked)
}

/// How alike a word is to itself run together with another one.
const GLUED: f64 = 0.95;

/// How alike two words are, 0 to 1; 0 if they are different words. `of_a` and `of_b` are their letters.
pub(super) fn similarity(a: &str, b: &str, of_a: Letters, of_b: Letters) -> f64 {
    if a == b {
        return 1.0;
    }
    let (short, long) = (of_a.count.min(of_b.count) as usize, of_a.count.max(of_b.count) as usize);
    if short < 2 || long - short > MOST_EDITS {
        return 0.0;
    }
    if of_a.numeric || of_b.numeric {
        return if scanned(a, b) { 0.9 } else { 0.0 };
    }
    if short < 3 {
        return 0.0;
    }
    if no_slip(of_a, of_b) {
        return 0.0;
    }
    // Most words that are not alike differ in more letters than any slip or ending explains: told by sets of letters.
    let (only_a, only_b) = ((of_a.set & !of_b.set).count_ones(), (of_b.set & !of_a.set).count_ones());
    if only_a + only_b > MOST_UNLIKE_LETTERS {
        return 0.0;
    }
    // What a scanner confuses begins with one letter.
    if of_a.start == of_b.start && scans_alike(a, b) {
        return 0.9;
    }
    // One slip in five letters; or a common stem of three fifths with an ending each (inflection).
    let head = same_start(a, b);
    let stem = a[..head].chars().count();
    let inflected = stem >= LEAST_LETTERS && stem * 5 >= long * 3;
    let most = if inflected { MOST_EDITS } else { long / LETTERS_A_SLIP };
    // An edit takes at most one letter away and brings at most one.
    let least = (only_a.max(only_b) as usize).max(long - short).max(1);
    if short < LEAST_LETTERS || least > most || denies(a, b) || denies(b, a) {
        return 0.0;
    }
    edits(&a[head..], &b[head..], most).map_or(0.0, |edits| 1.0 - edits as f64 / long as f64)
}

/// How many bytes two words begin with alike, on a char boundary.
fn same_start(a: &str, b: &str) -> usize {
    let same = a.bytes().zip(b.bytes()).take_while(|(p, q)| p == q).count();
    (0..=same).rev().find(|at| a.is_char_boundary(*at) && b.is_char_boundary(*at)).unwrap_or(0)
}

/// As [`strsim::osa_distance`], if that is at most `most`, which is at least 1. Most words that are compared so far differ in
/// a letter or two; what they begin or end with alike costs nothing.
fn edits(a: &str, b: &str, most: usize) -> Option<usize> {
    let head = same_start(a, b);
    let (a, b) = (&a[head..], &b[head..]);
    let same = a.bytes().rev().zip(b.bytes().rev()).take_while(|(p, q)| p == q).count();
    let whole = |tail: &usize| a.is_char_boundary(a.len() - tail) && b.is_char_boundary(b.len() - tail);
    let tail = (0..=same).rev().find(whole).unwrap_or(0);
    let (a, b) = (&a[..a.len() - tail], &b[..b.len() - tail]);
    let edits = match (a.chars().count(), b.chars().count()) {
        (1, 1) => 1,
        (0, count) | (count, 0) => count,
        // Two letters that changed places.
        (m, n) if most == 1 => {
            if m == 2 && n == 2 && a.chars().eq(b.chars().rev()) {
                1
            } else {
                2
            }
        }
        _ => strsim::osa_distance(a, b),
    };
    (edits <= most).then_some(edits)
}

/// True if two words begin otherwise, as neither inflections do nor what a scanner confuses, and differ in more letters
/// than slips of the pen explain: each takes at most one letter away and brings at most one.
pub(super) fn no_slip(a: Letters, b: Letters) -> bool {
    if a.start == b.start || a.numeric || b.numeric {
        return false;
    }
    let most = a.count.max(b.count) / LETTERS_A_SLIP as u32;
    a.count.abs_diff(b.count) > most || (a.set & !b.set).count_ones() > most || (b.set & !a.set).count_ones() > most
}

/// One slip in so many letters.
const LETTERS_A_SLIP: usize = 5;

/// Most edits between two inflections of a word.
const MOST_EDITS: usize = 4;

/// More letters than this that only one of two words has, and they are not alike: an edit changes at most two.
const MOST_UNLIKE_LETTERS: u32 = 2 * MOST_EDITS as u32;

/// True if a digit stands for the letter that looks like it: "f0i" for "foi". Real numbers are never words.
fn scanned(a: &str, b: &str) -> bool {
    let letters = |word: &str| word.chars().filter(|c| is_alphabetic(*c)).count();
    let digits = |word: &str| word.chars().filter(|c| is_numeric(*c)).count();
    let one_clean = (digits(a) == 0) != (digits(b) == 0);
    one_clean
        && letters(a) >= digits(a)
        && letters(b) >= digits(b)
        && (scans_alike(a, b) || {
            let (a, b) = (unscan(a), unscan(b));
            a.chars().count() >= 5 && strsim::osa_distance(&a, &b) * 5 <= a.chars().count()
        })
}

/// True if a scanner could take one word for the other.
pub(crate) fn scans_alike(a: &str, b: &str) -> bool {
    a.chars().map(look).eq(b.chars().map(look)) || unscanned(a).eq(unscanned(b))
}

/// A word with look-alikes made one: what a scanner confuses is equal.
fn unscan(word: &str) -> String {
    unscanned(word).collect()
}

/// As [`unscan`], a letter at a time. "rn" may be an m, or an r and a u; "li" an h.
fn unscanned(word: &str) -> impl Iterator<Item = char> {
    let mut letters = word.chars().peekable();
    std::iter::from_fn(move || {
        let letter = letters.next()?;
        let pair = match letter {
            'r' => Some(('n', 'm')),
            'v' => Some(('v', 'w')),
            'c' => Some(('l', 'd')),
            'l' => Some(('i', 'h')),
            _ => None,
        };
        let joined = pair.and_then(|(second, joined)| letters.next_if_eq(&second).map(|_| joined));
        Some(look(joined.unwrap_or(letter)))
    })
}

/// The letter that stands for all that look like it.
const fn look(letter: char) -> char {
    match letter {
        '0' => 'o',
        '1' | 'i' | '|' => 'l',
        '5' => 's',
        '8' | 'b' => 'h',
        '6' => 'g',
        'c' => 'e',
        'n' => 'u',
        'f' => 't',
        other => other,
    }
}

/// One letter for all that words may begin with that [`scans_alike`] takes for the same.
pub(super) const fn start_look(letter: char) -> char {
    match look(letter) {
        'm' => 'r',
        'w' => 'v',
        'd' => 'e',
        'h' => 'l',
        other => other,
    }
}

/// True if `a` is `b` with a prefix that denies it, in the Latin manner: "illegal", "unmarried".
fn denies(a: &str, b: &str) -> bool {
    ["un", "in", "im", "il", "ir", "dis", "non", "anti", "des"].iter().any(|prefix| a.strip_prefix(prefix) == Some(b))
}

/// True if the words of a gap are the same letters parted otherwise ("on board", "onboard").
fn joined(xs: &[Loose], ys: &[Loose], vocabulary: &Vocabulary<'_>) -> bool {
    if xs.is_empty() || ys.is_empty() || xs.len() + ys.len() > MOST_JOINED {
        return false;
    }
    // Told at a glance where nothing is left out of a word.
    let count = |words: &[Loose]| words.iter().map(|word| word.letters.count).sum::<u32>();
    let plain = xs.iter().chain(ys).all(|word| word.letters.plain);
    if plain && (xs[0].letters.start != ys[0].letters.start || count(xs) != count(ys)) {
        return false;
    }
    let letters = |c: &char| is_alphabetic(*c) || is_numeric(*c);
    let same = |kept: fn(&char) -> bool| chars(xs, vocabulary).filter(kept).eq(chars(ys, vocabulary).filter(kept));
    let ascii = |words: &[Loose]| words.iter().all(|word| vocabulary.folded(word.id).is_ascii());
    // A file name has a hyphen for each letter that is not ASCII: "cibern-ticas".
    let parted = xs.len() != ys.len();
    let same = parted && same(letters) || ascii(xs) != ascii(ys) && same(char::is_ascii_alphanumeric);
    same && !xs.iter().any(|word| word.letters.numeric)
}

fn chars<'a>(words: &'a [Loose], vocabulary: &'a Vocabulary<'_>) -> impl Iterator<Item = char> + 'a {
    words.iter().flat_map(|word| without_ending(vocabulary.folded(word.id)).chars())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As [`similarity`], without looking at letters first.
    fn plainly(a: &str, b: &str) -> f64 {
        let (la, lb) = (a.chars().count(), b.chars().count());
        let (short, long) = (la.min(lb), la.max(lb));
        let numeric = |word: &str| word.chars().any(char::is_numeric);
        let single = |word: &str| word.chars().map(look).collect::<String>();
        let unscan =
            |word: &str| single(&word.replace("rn", "m").replace("vv", "w").replace("cl", "d").replace("li", "h"));
        let distance = strsim::osa_distance(a, b);
        let stem = a.chars().zip(b.chars()).take_while(|(p, q)| p == q).count();
        match () {
            () if a == b => 1.0,
            () if short < 2 || long - short > 4 => 0.0,
            () if numeric(a) || numeric(b) => f64::from(u8::from(scanned(a, b))) * 0.9,
            () if short < 3 => 0.0,
            () if single(a) == single(b) || unscan(a) == unscan(b) => 0.9,
            () if short < 4 || denies(a, b) || denies(b, a) => 0.0,
            () if distance * 5 <= long || stem >= 4 && stem * 5 >= long * 3 && distance <= 4 => {
                1.0 - distance as f64 / long as f64
            }
            () => 0.0,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn what_both_begin_and_end_with_costs_no_edit(a in "[abéê]{0,8}", b in "[abéê]{0,8}", most in 1usize..6) {
            prop_assert_eq!(edits(&a, &b, most), Some(strsim::osa_distance(&a, &b)).filter(|edits| *edits <= most));
        }

        #[test]
        fn words_that_were_compared_in_their_gap_need_not_be_compared_again(
            line in "((one|two|three|threes|galleryOne|noise|nose|noises) ){0,9}",
            more in "((one|two|tree|threes|gallery|noises|nosey) ){0,9}",
        ) {
            let text = format!("{line}\n{more}");
            let mut vocabulary = Vocabulary::new(&text);
            let x = vocabulary.read(Span::new(0, line.len()));
            let y = vocabulary.read(Span::new(line.len() + 1, text.len()));
            let unlinked = Alignment { first: vec![Match::None; x.ids.len()], second: vec![Match::None; y.ids.len()] };
            let mut once = unlinked.clone();
            let mut gaps = Gaps::default();
            gaps.fill(&once);
            like(&x, &y, &vocabulary, &mut once, &gaps);
            let mut again = unlinked;
            let of = |sequence: &Sequence, at: usize| Loose::of(sequence, at, &vocabulary);
            let (mut xs, mut ys): (Vec<_>, Vec<_>) =
                ((0..x.ids.len()).map(|at| of(&x, at)).collect(), (0..y.ids.len()).map(|at| of(&y, at)).collect());
            if link_parted(&xs, &ys, &vocabulary, &mut again.clone()) == 0 {
                link_similar(&xs, &ys, &vocabulary, &mut again);
                xs.retain(|word| again.first[word.at] == Match::None);
                ys.retain(|word| again.second[word.at] == Match::None);
                link_similar(&xs, &ys, &vocabulary, &mut again);
                prop_assert_eq!(once, again);
            }
        }

        #[test]
        fn a_glance_at_the_letters_rejects_nothing_that_is_alike(
            stem in "(un|[a-e]|rn|m|cl|d|vv|w|é){0,7}", one in "[a-z01é]{0,4}", other in "[a-z01é]{0,4}", swapped in any::<bool>(),
        ) {
            let (a, b) = if swapped { (one.clone() + &stem, other + &stem) } else { (stem.clone() + &one, stem + &other) };
            prop_assert_eq!(similarity(&a, &b, Letters::of(&a), Letters::of(&b)), plainly(&a, &b), "{:?} {:?}", a, b);
        }
    }
}
