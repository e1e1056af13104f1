//! Words that are nearly the same: misspelt, scanned badly, inflected, joined or parted. Never numbers.

use super::align::{Alignment, Match};
use super::vocabulary::{Sequence, Vocabulary};
use crate::words::{fold, glued_head};

/// Most unmatched words of a gap that are compared with each other.
const MOST_IN_GAP: usize = 24;

/// Fewest letters of a word that may be misspelt.
const LEAST_LETTERS: usize = 4;

/// Links the words left over: inside each gap first, then anywhere.
pub(super) fn like(x: &Sequence, y: &Sequence, vocabulary: &Vocabulary<'_>, alignment: &mut Alignment) {
    for (xs, ys) in gaps(alignment) {
        if joined(x, y, &xs, &ys, vocabulary) {
            for (at, &i) in xs.iter().enumerate() {
                alignment.link(i, ys[at.min(ys.len() - 1)], Match::Like);
            }
            for &j in ys.iter().skip(xs.len()) {
                alignment.second[j] = Match::Like(xs[xs.len() - 1] as u32);
            }
            continue;
        }
        link_similar(x, y, &xs, &ys, vocabulary, alignment);
    }
    let free = |side: &[Match]| -> Vec<usize> { (0..side.len()).filter(|i| side[*i] == Match::None).collect() };
    let (xs, ys) = (free(&alignment.first), free(&alignment.second));
    link_similar(x, y, &xs, &ys, vocabulary, alignment);
}

fn link_similar(
    x: &Sequence,
    y: &Sequence,
    xs: &[usize],
    ys: &[usize],
    vocabulary: &Vocabulary<'_>,
    alignment: &mut Alignment,
) {
    if xs.len() > MOST_IN_GAP || ys.len() > MOST_IN_GAP {
        return;
    }
    // A word of one character is like no other: all words of a script without spaces.
    let long = |id| vocabulary.folded(id).chars().nth(1).is_some();
    if !ys.iter().any(|j| long(y.ids[*j])) {
        return;
    }
    for &i in xs.iter().filter(|i| long(x.ids[**i])) {
        let word = vocabulary.folded(x.ids[i]);
        let found = ys
            .iter()
            .filter(|j| alignment.second[**j] == Match::None)
            .map(|&j| {
                let there = vocabulary.folded(y.ids[j]);
                let glued = is_tail(vocabulary.raw(x.spans[i]), there) || is_tail(vocabulary.raw(y.spans[j]), word);
                (if glued { GLUED } else { similarity(word, there) }, j)
            })
            .filter(|(score, _)| *score > 0.0)
            .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        if let Some((_, j)) = found {
            alignment.link(i, j, Match::Like);
        }
    }
}

/// How alike a word is to itself run together with another one.
const GLUED: f64 = 0.95;

/// True if `raw` is another word with `word` run on behind it: "galleryForensic" for "forensic".
fn is_tail(raw: &str, word: &str) -> bool {
    raw.len() > word.len() && glued_head(raw).is_some_and(|head| fold(&raw[head.len()..]) == word)
}

/// How alike two different words are, 0 to 1; 0 if they are different words.
#[must_use]
pub(crate) fn similarity(a: &str, b: &str) -> f64 {
    if a == b {
        return 1.0;
    }
    let (la, lb) = (a.chars().count(), b.chars().count());
    let (short, long) = (la.min(lb), la.max(lb));
    if short < 2 || long - short > 4 {
        return 0.0;
    }
    let numeric = |word: &str| word.chars().any(char::is_numeric);
    if numeric(a) || numeric(b) {
        return if scanned(a, b) { 0.9 } else { 0.0 };
    }
    if short < 3 {
        return 0.0;
    }
    // Most words that are not alike differ in more letters than any slip or ending explains: told by sets of letters.
    let unlike = (letters(a) ^ letters(b)).count_ones() as usize;
    if unlike > MOST_UNLIKE_LETTERS {
        return 0.0;
    }
    if scans_alike(a, b) {
        return 0.9;
    }
    if short < LEAST_LETTERS || denies(a, b) || denies(b, a) {
        return 0.0;
    }
    let distance = strsim::osa_distance(a, b);
    // One slip in five letters; or a common stem of three fifths with an ending each (inflection).
    let slip = distance * 5 <= long;
    let stem = a.chars().zip(b.chars()).take_while(|(p, q)| p == q).count();
    let inflected = stem >= LEAST_LETTERS && stem * 5 >= long * 3 && distance <= 4;
    if slip || inflected { 1.0 - distance as f64 / long as f64 } else { 0.0 }
}

/// More letters than this that only one of two words has, and they are not alike: four edits change at most eight.
const MOST_UNLIKE_LETTERS: usize = 8;

/// The set of a word's letters, by their low bits.
fn letters(word: &str) -> u64 {
    word.chars().fold(0, |set, c| set | 1 << (c as u32 % 64))
}

/// True if a digit stands for the letter that looks like it: "f0i" for "foi". Real numbers are never words.
fn scanned(a: &str, b: &str) -> bool {
    let letters = |word: &str| word.chars().filter(|c| c.is_alphabetic()).count();
    let digits = |word: &str| word.chars().filter(|c| c.is_numeric()).count();
    let one_clean = (digits(a) == 0) != (digits(b) == 0);
    one_clean && letters(a) >= digits(a) && letters(b) >= digits(b) && {
        let (a, b) = (unscan(a), unscan(b));
        a == b || a.chars().count() >= 5 && strsim::osa_distance(&a, &b) * 5 <= a.chars().count()
    }
}

/// True if a scanner could take one word for the other.
pub(crate) fn scans_alike(a: &str, b: &str) -> bool {
    single(a) == single(b) || unscan(a) == unscan(b)
}

/// A word with look-alikes made one: what a scanner confuses is equal. "rn" may be an m, or an r and a u.
fn unscan(word: &str) -> String {
    single(&word.replace("rn", "m").replace("vv", "w").replace("cl", "d"))
}

/// As [`unscan`], for single letters.
fn single(word: &str) -> String {
    word.chars()
        .map(|c| match c {
            '0' => 'o',
            '1' | 'i' | '|' => 'l',
            '5' => 's',
            '8' | 'b' => 'h',
            '6' => 'g',
            'c' => 'e',
            'n' => 'u',
            'f' => 't',
            other => other,
        })
        .collect()
}

/// True if `a` is `b` with a prefix that denies it, in the Latin manner: "illegal", "unmarried".
fn denies(a: &str, b: &str) -> bool {
    ["un", "in", "im", "il", "ir", "dis", "non", "anti", "des"].iter().any(|prefix| a.strip_prefix(prefix) == Some(b))
}

/// True if the words of a gap are the same letters parted otherwise ("on board", "onboard").
fn joined(x: &Sequence, y: &Sequence, xs: &[usize], ys: &[usize], vocabulary: &Vocabulary<'_>) -> bool {
    if xs.is_empty() || ys.is_empty() || xs.len() == ys.len() || xs.len() + ys.len() > 6 {
        return false;
    }
    let concat = |s: &Sequence, at: &[usize]| at.iter().map(|&i| vocabulary.folded(s.ids[i])).collect::<String>();
    let (a, b) = (concat(x, xs), concat(y, ys));
    let letters = |s: &str| s.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    // A file name has a hyphen for each letter that is not ASCII: "cibern-ticas".
    let plain = |s: &str| s.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    let stripped = |a: &str, b: &str| a.is_ascii() && !b.is_ascii() && plain(a) == plain(b);
    !a.chars().any(char::is_numeric) && (letters(&a) == letters(&b) || stripped(&a, &b) || stripped(&b, &a))
}

/// The gaps between links in order: for each, the unmatched words of both sides.
pub(crate) fn gaps(alignment: &Alignment) -> Vec<(Vec<usize>, Vec<usize>)> {
    let mut gaps = Vec::new();
    let mut j = 0;
    let mut xs = Vec::new();
    let ends = alignment.first.iter().enumerate().map(|(i, m)| (i, *m));
    for (i, found) in ends {
        match found {
            Match::None => xs.push(i),
            Match::Same(to) => {
                close(&mut gaps, &mut xs, alignment, j, to as usize);
                j = to as usize + 1;
            }
            Match::Moved(_) | Match::Like(_) => {}
        }
    }
    close(&mut gaps, &mut xs, alignment, j, alignment.second.len());
    gaps
}

fn close(gaps: &mut Vec<(Vec<usize>, Vec<usize>)>, xs: &mut Vec<usize>, alignment: &Alignment, from: usize, to: usize) {
    if xs.is_empty() && from >= to {
        return;
    }
    let ys: Vec<usize> = (from..to).filter(|j| alignment.second[*j] == Match::None).collect();
    if !xs.is_empty() || !ys.is_empty() {
        gaps.push((std::mem::take(xs), ys));
    }
}
