//! Image-file names that are a title with everything but plain letters struck out: "quais-s-o-as-armas-cibern-ticas.jpg"
//! for "Quais são as armas cibernéticas". Their shingles are not those of the title, so they are paired by letters.

use super::candidates::Candidate;
use crate::paragraph::Span;
use crate::shingle::Prints;

/// Fewest words of a file name that is taken for a title.
const LEAST_WORDS: usize = 4;

/// Fewest letters that file name and title must begin with in common.
const LEAST_LETTERS: usize = 12;

/// Titles stand at the top: paragraphs looked at.
const TOP: usize = 16;

/// Adds the pairs of a file name and a paragraph near the top that begins with its letters. `pairs` stays in order.
pub fn add_file_names(text: &str, paragraphs: &[Span], prints: &Prints, pairs: &mut Vec<Candidate>) {
    let known = pairs.len();
    for (index, span) in paragraphs.iter().enumerate() {
        let name = span.of(text);
        if prints.words(index).len() < LEAST_WORDS || !is_file_name(name) {
            continue;
        }
        let letters = plain_letters(name, LEAST_LETTERS);
        if letters.len() < LEAST_LETTERS {
            continue;
        }
        for (title, span) in paragraphs.iter().enumerate().take(TOP) {
            let (first, second) = (title.min(index) as u32, title.max(index) as u32);
            let is_known = |pair: &Candidate| pair.first == first && pair.second == second;
            let alike = title != index && plain_letters(span.of(text), LEAST_LETTERS) == letters;
            if alike && !pairs.iter().any(is_known) {
                pairs.push(Candidate { first, second, shared: 0 });
            }
        }
    }
    if pairs.len() > known {
        pairs.sort_unstable_by_key(|pair| (pair.second, pair.first));
    }
}

/// One token of letters, digits and hyphens: most paragraphs are told apart by their first few bytes.
fn is_file_name(text: &str) -> bool {
    !text.contains(char::is_whitespace) && text.matches(['-', '_']).count() >= 2
}

/// The first `most` ASCII letters and digits, in lower case.
fn plain_letters(text: &str, most: usize) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).take(most).map(|c| c.to_ascii_lowercase()).collect()
}
