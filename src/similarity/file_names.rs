//! Image-file names that are a title with everything but plain letters struck out: "quais-s-o-as-armas-cibern-ticas.jpg"
//! for "Quais são as armas cibernéticas". Their shingles are not those of the title, so they are paired by letters.

use super::candidates::{Candidate, Candidates};
use crate::paragraph::Span;

/// Fewest words of a file name that is taken for a title.
const LEAST_WORDS: usize = 4;

/// Fewest letters that file name and title must begin with in common.
const LEAST_LETTERS: usize = 12;

/// Titles stand at the top: paragraphs looked at.
const TOP: usize = 16;

/// Most titles that one file name is paired with: where all begin alike, the letters tell nothing.
const MOST_TITLES: usize = 2;

/// Most file names of a document that are looked at.
const MOST_NAMES: usize = 64;

/// Adds the pairs of a file name and a paragraph near the top that begins with its letters. The pairs stay in order, and
/// of paragraphs with the same words the first alone is paired. `words` tells how many a paragraph (0-based) has.
pub fn add_file_names(text: &str, paragraphs: &[Span], words: impl Fn(usize) -> usize, candidates: &mut Candidates) {
    let named = |(index, span): &(usize, &Span)| words(*index) >= LEAST_WORDS && is_file_name(span.of(text));
    let mut names: Vec<usize> = paragraphs
        .iter()
        .enumerate()
        .filter(named)
        .map(|(at, _)| candidates.original(at as u32).map_or(at, |first| first as usize))
        .take(MOST_NAMES)
        .collect();
    if names.is_empty() {
        return;
    }
    names.sort_unstable();
    names.dedup();
    let letters = |span: &Span| plain_letters(span.of(text), LEAST_LETTERS);
    let titles: Vec<(usize, String)> = (0..paragraphs.len().min(TOP))
        .filter(|at| candidates.original(*at as u32).is_none())
        .map(|at| (at, letters(&paragraphs[at])))
        .collect();
    let pairs = &mut candidates.pairs;
    let known = pairs.len();
    for index in names {
        let name = letters(&paragraphs[index]);
        let alike = titles.iter().filter(|(at, title)| *at != index && *title == name);
        for (title, _) in alike.take(MOST_TITLES) {
            let (first, second) = (*title.min(&index) as u32, *title.max(&index) as u32);
            let place = |pair: &Candidate| (pair.second, pair.first);
            if name.len() == LEAST_LETTERS && pairs[..known].binary_search_by_key(&(second, first), place).is_err() {
                pairs.push(Candidate { first, second, shared: 0 });
            }
        }
    }
    if pairs.len() > known {
        pairs.sort_unstable_by_key(|pair| (pair.second, pair.first));
        pairs.dedup_by_key(|pair| (pair.second, pair.first));
    }
}

/// One token of letters, digits and hyphens: most paragraphs are told apart by their first few bytes.
fn is_file_name(text: &str) -> bool {
    !text.contains(char::is_whitespace) && text.matches(['-', '_']).count() >= 2
}

/// A word of a picture's name without what tells its format: "ticas.jpg".
pub(super) fn without_ending(word: &str) -> &str {
    [".jpg", ".jpeg", ".png", ".webp", ".gif"].iter().find_map(|ending| word.strip_suffix(ending)).unwrap_or(word)
}

/// The first `most` ASCII letters and digits, in lower case.
fn plain_letters(text: &str, most: usize) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).take(most).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::plain;
    use crate::options::Paragraphs;
    use crate::shingle::Prints;

    #[test]
    fn of_file_names_with_the_same_words_the_first_alone_is_paired() {
        let text = "The harbour wall has fallen\n\nthe-harbour-wall-ferry.jpg\n\nThe ferry sails\n\nthe-harbour-wall-ferry.jpg";
        let paragraphs = plain::paragraphs(text, Paragraphs::Auto);
        let mut prints = Prints::default();
        prints.fill(text, &paragraphs, 3);
        let mut candidates = Candidates { copies: vec![(3, 1)], ..Candidates::default() };
        add_file_names(text, &paragraphs, |at| prints.words(at).len(), &mut candidates);
        assert_eq!(candidates.pairs, [Candidate { first: 0, second: 1, shared: 0 }]);
    }
}
