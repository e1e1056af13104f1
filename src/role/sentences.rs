//! Where the sentences and clauses of a paragraph begin.

use super::trimming::Words;

/// A shorter sentence is counted to the one before it: most are initials, abbreviations, exclamations.
const LEAST_WORDS: usize = 4;

/// About as many words make a sentence.
const WORDS_PER_SENTENCE: usize = 8;

/// The first word (0-based) of each sentence; at least one, the first 0.
#[must_use]
pub fn sentence_starts(words: &Words<'_>) -> Vec<usize> {
    let n = words.len();
    let mut starts = Vec::with_capacity(words.len() / WORDS_PER_SENTENCE + 1);
    starts.push(0);
    for i in words.set_off().take_while(|i| i + LEAST_WORDS <= n) {
        let last = starts[starts.len() - 1];
        if i - last >= LEAST_WORDS && ends_before(words, i) {
            starts.push(i);
        }
    }
    starts
}

const QUOTES: [char; 10] = ['"', '“', '”', '„', '«', '»', '\'', '‘', '’', '‚'];

/// Signs that part no clause from another.
const JOINING: [char; 11] = ['-', '‐', '/', '&', '+', '%', '$', '€', '£', '¥', '*'];

/// The words (0-based) that a mark parts from the word before: a new clause, an apposition, a sentence.
#[must_use]
pub fn clause_breaks(words: &Words<'_>) -> Vec<usize> {
    let joins = |c: char| c.is_whitespace() || QUOTES.contains(&c) || JOINING.contains(&c);
    let breaks = |i: &usize| {
        let gap = words.before(*i);
        // Most have a comma or a full stop: no more to ask.
        gap.starts_with([',', '.']) || gap == " - " || !gap.chars().all(joins)
    };
    let mut found = Vec::with_capacity(words.set_off().len());
    found.extend(words.set_off().filter(breaks));
    found
}

/// True if a sentence ends in what stands before word `i`, and word `i` begins one.
fn ends_before(words: &Words<'_>, i: usize) -> bool {
    let gap = words.before(i);
    if gap.starts_with(',') {
        return false;
    }
    let stopped = gap.starts_with(['.', '!', '?', '…', '。', '！', '？', '؟', '۔', '।', '"', '”', '»', ')'])
        && gap.contains(['.', '!', '?', '…', '。', '！', '？', '؟', '۔', '।']);
    let wide = gap.contains(char::is_whitespace) || gap.contains(['。', '！', '？']);
    let begins = words.raw(i).chars().next().is_some_and(|c| !c.is_lowercase());
    stopped && wide && begins
}
