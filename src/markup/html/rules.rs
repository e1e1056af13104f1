//! Which paragraphs of a page may go at all, told by their text and their element.

use crate::paragraph::{Hint, Role};

/// A caption goes only if it has this many words: a shorter one names what its picture shows.
const LEAST_CAPTION_WORDS: usize = 8;

/// A paragraph without a telling role goes only if it has this many words.
const LEAST_BODY_WORDS: usize = 12;

/// ... or this many, if it does not end as a sentence ends: shorter ones are labels.
const LEAST_UNENDED_WORDS: usize = 20;

/// A quote goes only if it has this many words.
const LEAST_QUOTE_WORDS: usize = 6;

/// An item of a list goes only if it has this many words: shorter ones repeat by the form of the page.
const LEAST_ITEM_WORDS: usize = 16;

/// A heading or a line in bold of so many words that ends with a full stop is text: a standfirst.
const LEAST_STANDFIRST_WORDS: usize = 16;

/// ... and of so many words, if it ends a sentence inside, too.
const LEAST_SENTENCES_WORDS: usize = 8;

/// A linked heading of fewer words names a section, not a page.
const LEAST_PAGE_TITLE_WORDS: usize = 4;

/// Marks what stays whatever is said elsewhere: notes, labels, headings in bold, short lines. `bold` is true if all
/// of the text is.
pub(super) fn judge(text: &str, words: usize, bold: bool, hint: &mut Hint) {
    let told = matches!(hint.role, Some(Role::Caption | Role::Headline | Role::Quote | Role::PullQuote));
    let least = if has_sentences(text) { LEAST_SENTENCES_WORDS } else { LEAST_STANDFIRST_WORDS };
    let standfirst = words >= least && ends_sentence(text) && !text.ends_with(['?', '!']);
    if standfirst && hint.role == Some(Role::Subheading) {
        *hint = Hint::default();
    } else if !told && bold && !hint.fixed && !standfirst {
        *hint = Hint { role: Some(Role::Subheading), fixed: true };
    }
    let least = match hint.role {
        Some(Role::Quote | Role::PullQuote) => LEAST_QUOTE_WORDS,
        Some(Role::ListItem) => LEAST_ITEM_WORDS,
        // A line with a copyright sign says whose picture it is.
        Some(Role::Caption) if text.contains('©') && !ends_sentence(text) => LEAST_BODY_WORDS,
        Some(Role::Caption | Role::Headline) => LEAST_CAPTION_WORDS,
        _ => LEAST_BODY_WORDS,
    };
    let least = if told || ends_sentence(without_bracket(text)) { least } else { least.max(LEAST_UNENDED_WORDS) };
    // Nor does a name that a credit follows say more for it.
    let bracket = text.len() - without_bracket(text).len();
    let words = match hint.role {
        Some(Role::Caption) if bracket > 0 => without_bracket(text).split(' ').count(),
        _ => words,
    };
    let enough = words >= least || text.chars().filter(|c| is_solo(*c)).count() >= 2 * least;
    // A note belongs to what stands above it.
    hint.fixed |= !enough || text.starts_with(['*', '†', '‡']);
}

/// True if a heading that is a link names a page.
pub(super) fn is_title_like(text: &str, words: usize) -> bool {
    words >= LEAST_PAGE_TITLE_WORDS || text.chars().filter(|c| is_solo(*c)).count() >= 2 * LEAST_PAGE_TITLE_WORDS
}

/// A text without what stands in brackets at its end: "(Photo: Reuters)".
fn without_bracket(text: &str) -> &str {
    text.strip_suffix(')').and_then(|rest| rest.rfind('(')).map_or(text, |at| text[..at].trim_end())
}

/// True for letters of scripts written without spaces.
fn is_solo(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// True if a text ends as a sentence ends, closing quotes and brackets aside.
fn ends_sentence(text: &str) -> bool {
    let closing = ['"', '”', '“', '’', '\'', '»', '«', ')', ']', '」', '』', ' '];
    text.trim_end_matches(closing).ends_with(['.', '!', '?', '…', '。', '！', '？', '؟', '۔', '।', '॥', '။', '៕'])
        || text.chars().any(|c| matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'))
}

/// True if a sentence ends inside a text; an abbreviation or a number ends none.
fn has_sentences(text: &str) -> bool {
    let last_word = |at: usize| text[..at].chars().rev().take_while(|c| c.is_alphabetic()).count();
    text.match_indices(". ").any(|(at, _)| last_word(at) > 3)
}

/// A text as it is compared with a title.
pub(super) fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
