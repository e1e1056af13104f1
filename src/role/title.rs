//! A page's title around its headline: "Site - Section - Headline", "Headline | Site".

use std::ops::Range;

use super::trimming::Words;
use super::unit_of;
use crate::words::is_numeric;

/// Most words of the name of a site or a section.
const MOST_NAME_WORDS: usize = 4;

/// Fewest words of a headline.
const LEAST_HEADLINE_WORDS: usize = 3;

/// Stands for a sign that a page's way through encodings lost.
const LOST: char = char::REPLACEMENT_CHARACTER;

/// The words of a title that are names of its site and sections, if the rest of it is the headline: its last or its
/// first `headline` words. Where words are written without spaces `chars_per_word` characters count as one: the names may
/// be of another script than the headline.
#[must_use]
pub fn furniture(words: &Words<'_>, headline: usize, at_end: bool, chars_per_word: usize) -> Option<Range<usize>> {
    let n = words.folded.len();
    let rest = n.checked_sub(headline).filter(|rest| *rest > 0)?;
    let (names, told) = if at_end { (0..rest, rest..n) } else { (headline..n, 0..headline) };
    let unit = |at: Range<usize>| unit_of(words.folded[at].iter().copied(), chars_per_word);
    if headline < LEAST_HEADLINE_WORDS * unit(told) {
        return None;
    }
    let chars_per_word = unit(names.clone());
    let parted = if at_end { 1..names.end + 1 } else { names.start..n };
    let steps: Vec<usize> = parted.filter(|i| parts(words.before(*i), chars_per_word)).collect();
    let edge = if at_end { names.end } else { names.start };
    let first = if at_end { 0 } else { names.start };
    let ends = steps.iter().copied().filter(|step| *step > first).chain((!at_end).then_some(n));
    let starts = std::iter::once(first).chain(steps.iter().copied().filter(|step| *step > first));
    let short = starts.zip(ends).all(|(start, end)| end - start <= MOST_NAME_WORDS * chars_per_word);
    // A date or a number may be told nowhere else.
    let facts = words.folded[names.clone()].iter().any(|word| word.contains(is_numeric));
    (steps.contains(&edge) && short && !facts).then_some(names)
}

/// True if what stands between two words parts the steps of a title. A hyphen without spaces joins words, except where
/// words are written without spaces.
fn parts(gap: &str, chars_per_word: usize) -> bool {
    let bare = gap.trim_start_matches(['"', '”', '’', ')', '\u{200b}']);
    let mark = bare.trim_start();
    let spaced = mark.len() < bare.len() && mark.chars().nth(1).is_some_and(char::is_whitespace);
    mark.starts_with(['|', '»', '›', '·', '•', '–', '—'])
        || mark.starts_with(['/', LOST]) && spaced
        || mark.starts_with('-') && (spaced || chars_per_word > 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paragraph::Span;
    use crate::similarity::vocabulary::Sequence;

    fn names(text: &str, headline: usize, at_end: bool) -> Option<Range<usize>> {
        let spans: Vec<Span> = text
            .split_inclusive(|c: char| !c.is_alphanumeric())
            .scan(0, |at, piece| {
                let start = *at;
                *at += piece.len();
                Some(Span::new(start, start + piece.trim_end_matches(|c: char| !c.is_alphanumeric()).len()))
            })
            .filter(|span| !span.is_empty())
            .collect();
        let folded: Vec<&str> = spans.iter().map(|span| span.of(text)).collect();
        let sequence = Sequence { spans: spans.clone(), ..Sequence::default() };
        let words = Words::new(text, Span::new(0, text.len()), &sequence, &folded, &[], &[], 0);
        furniture(&words, headline, at_end, 1)
    }

    #[test]
    fn names_are_short_and_set_off() {
        assert_eq!(names("The Courier - News - Ferry runs again", 3, true), Some(0..3));
        assert_eq!(names("Ferry runs again | The Courier", 3, false), Some(3..5));
        assert_eq!(names("Home / News / Ferry runs again", 3, true), Some(0..2));
        assert_eq!(names("Ferry runs again | 3 May", 3, false), None);
        assert_eq!(names("Co-op ferry runs again", 3, true), None);
        assert_eq!(names("Ex-minister for the ferry", 4, true), None);
        assert_eq!(names("Ferry runs again - with twice as many boats as before", 3, false), None);
    }
}
