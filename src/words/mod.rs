//! Words: found after UAX #29, folded, hashed; their spans are those of the untouched source.
//!
//! Two words are the same word if they are equal after NFKC and full case folding (Unicode standard, sections 3.11
//! and 3.13), with curly apostrophes straightened, invisible characters (soft hyphen, zero-width) dropped and HTML
//! entities that an extractor left in the text read as what they mean. Scripts written without spaces (Han, kana,
//! Thai, Lao, Khmer, Myanmar) give one word a character.
//!
//! [`scan`] does all of it in one pass without an allocation a word; [`fold`] gives the text of a word. The
//! obvious version of the folding is the judge of both in the tests.

mod entity;
mod hash;
mod scan;
mod table;

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;

pub use scan::scan;

use crate::paragraph::Span;

/// A word of a text: where it stands and the hash of its folded letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// Bytes of the source.
    pub span: Span,
    /// Hash of the folded word; equal words have equal hashes, and unlike words almost never.
    pub hash: u64,
}

/// The words of `text` in order.
#[must_use]
pub fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    scan(text, |hash, start, end| words.push(Word { span: Span::new(start, end), hash }));
    words
}

/// The folded form of one word, as [`scan`] hashes it.
#[must_use]
pub fn fold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    fold_into(word, &mut folded);
    folded
}

/// As [`fold`], into a string that is cleared first.
pub fn fold_into(word: &str, folded: &mut String) {
    folded.clear();
    append_folded(word, folded);
}

/// As [`fold`], behind what `folded` holds.
pub fn append_folded(word: &str, folded: &mut String) {
    let end = folded.len();
    if !append_simply(word, folded) {
        folded.truncate(end);
        append_slowly(word, folded);
    }
}

/// Folds a character at a time; false where that may not be the same as folding the whole.
fn append_simply(word: &str, folded: &mut String) -> bool {
    if word.is_ascii() {
        let end = folded.len();
        folded.push_str(word);
        folded[end..].make_ascii_lowercase();
        return !word.contains('&');
    }
    let mut watch = table::Watch::default();
    // Characters that fold to themselves are copied together.
    let mut copied = 0;
    for (at, c) in word.char_indices() {
        let entry = table::entry(c);
        watch.pass(entry);
        if c == '&' || watch.slow {
            return false;
        }
        if !entry.folds_to(c) {
            let (bytes, len) = entry.folded();
            folded.push_str(&word[copied..at]);
            // A prefix of whole characters: always valid.
            folded.push_str(std::str::from_utf8(&bytes.to_le_bytes()[..len as usize]).unwrap_or_default());
            copied = at + c.len_utf8();
        }
    }
    folded.push_str(&word[copied..]);
    true
}

/// The obvious version, by the libraries.
fn append_slowly(word: &str, folded: &mut String) {
    let decoded = entity::decode_all(word);
    folded.extend(decoded.nfkc().default_case_fold().nfkc().filter(|c| !table::ignorable(*c)).map(table::straighten));
}

/// As [`str::trim`], at once where there is nothing to trim, or one space.
#[must_use]
pub(crate) fn trimmed(text: &str) -> &str {
    let bytes = text.as_bytes();
    let from = usize::from(bytes.first() == Some(&b' '));
    let to = bytes.len() - usize::from(bytes.len() > from && bytes.last() == Some(&b' '));
    let text = &text[from..to];
    match text.as_bytes() {
        [b'!'..=b'~', .., b'!'..=b'~'] => text,
        _ => text.trim(),
    }
}

/// True for a letter that means the same folded, whatever stands beside it.
#[must_use]
pub fn is_folded_letter(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_lowercase();
    }
    let entry = table::entry(c);
    entry.class() == table::Class::Letter && !entry.slow() && entry.combining() == 0 && entry.folds_to(c)
}

/// The text with HTML entities read as what they mean.
#[must_use]
pub fn decoded(text: &str) -> std::borrow::Cow<'_, str> {
    entity::decode_all(text)
}

/// The first of two words that an extractor ran together, told by the one capital inside: "gallery" of
/// "galleryForensic". Both have at least three letters.
#[must_use]
pub fn glued_head(word: &str) -> Option<&str> {
    if word.len() < 6 || word.bytes().skip(1).all(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    let mut inner = word.char_indices().skip(1).filter(|(_, c)| is_uppercase(*c));
    let (at, _) = inner.next()?;
    let (head, tail) = word.split_at(at);
    let lower = |part: &str, skip: usize| part.chars().skip(skip).all(char::is_lowercase);
    let long = head.chars().count() >= 3 && tail.chars().count() >= 3;
    (inner.next().is_none() && long && lower(head, 1) && lower(tail, 1)).then_some(head)
}

/// What a minus is written with: hyphens (one keeps a line together), the minus, a dash.
const MINUS_SIGNS: [char; 5] = ['-', '\u{2010}', '\u{2011}', '−', '–'];

/// True if the number at byte `start` of `text` is written with a minus of its own: "-5", not "3-5", "A-5" or "3 -5". A
/// hyphen that opens a text is a bullet.
#[must_use]
pub fn is_negative(text: &str, start: usize) -> bool {
    if !text[start..].starts_with(is_numeric) {
        return false;
    }
    let before = text[..start].trim_end_matches(['$', '€', '£', '¥']);
    let Some(rest) = before.strip_suffix(MINUS_SIGNS) else { return false };
    match rest.chars().next_back() {
        None => before == "−",
        Some(c) if c.is_whitespace() || rest.ends_with("&nbsp;") || "([«„“‘\"'".contains(c) => {
            !rest.trim_end().ends_with(is_numeric)
        }
        Some(_) => false,
    }
}

/// The currency or percent sign that belongs to the number from byte `start` to byte `end` of `text`, if any.
#[must_use]
pub fn number_sign(text: &str, start: usize, end: usize) -> Option<char> {
    const SIGNS: [char; 17] = ['$', '€', '£', '¥', '₹', '₽', '₩', '₺', '₴', '₪', '₫', '฿', '₦', '₱', '₿', '%', '‰'];
    if !text[start..].starts_with(is_numeric) {
        return None;
    }
    let before = text[..start].trim_end_matches(MINUS_SIGNS).chars().next_back();
    let after = || text[end..].trim_start_matches([' ', '\u{a0}', '\u{202f}']).chars().next();
    let sign = |c: &char| SIGNS.contains(c);
    before.filter(sign).or_else(|| after().filter(sign))
}

/// The hash that [`scan`] gives a word whose folded form is `folded`.
#[must_use]
pub fn hash_of(folded: &str) -> u64 {
    hash::of_bytes(folded.as_bytes())
}

/// As [`char::is_alphabetic`], by a table.
#[must_use]
pub fn is_alphabetic(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphabetic() } else { table::entry(c).alphabetic() }
}

/// As [`char::is_numeric`], by a table.
#[must_use]
pub fn is_numeric(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_digit() } else { table::entry(c).numeric() }
}

/// As [`char::is_uppercase`], by a table.
#[must_use]
pub fn is_uppercase(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_uppercase() } else { table::entry(c).uppercase() }
}

/// True for characters of scripts that are written without spaces, where each character counts as a word.
#[must_use]
pub fn is_solo(c: char) -> bool {
    !c.is_ascii() && table::entry(c).class() == table::Class::Solo
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_normalization::char::is_combining_mark;
    use unicode_segmentation::UnicodeSegmentation;

    use super::*;

    /// The slow, obvious version: the library's segments, split at characters of scripts without spaces.
    fn oracle(text: &str) -> Vec<(Span, String)> {
        let mut words = Vec::new();
        // Where the standard breaks words at the zero-width space, we do not: segment as if it were the word joiner.
        let joined = text.replace('\u{200b}', "\u{2060}");
        for (start, segment) in joined.split_word_bound_indices() {
            let mut cuts: Vec<usize> = segment
                .char_indices()
                .filter(|(_, c)| is_solo(*c))
                .map(|(at, _)| at)
                .chain([0, segment.len()])
                .collect();
            cuts.sort_unstable();
            cuts.dedup();
            for pair in cuts.windows(2) {
                let part = &segment[pair[0]..pair[1]];
                if part.chars().any(|c| c.is_alphanumeric() && !is_combining_mark(c)) {
                    words.push((Span::new(start + pair[0], start + pair[1]), slowly(part)));
                }
            }
        }
        words
    }

    fn slowly(word: &str) -> String {
        let mut folded = String::new();
        append_slowly(word, &mut folded);
        folded
    }

    fn assert_like_oracle(text: &str) {
        let expected = oracle(text);
        let found = words(text);
        let spans: Vec<&str> = found.iter().map(|w| w.span.of(text)).collect();
        let expected_spans: Vec<&str> = expected.iter().map(|(span, _)| span.of(text)).collect();
        assert_eq!(spans, expected_spans, "{text:?}");
        for (word, (_, folded)) in found.iter().zip(&expected) {
            assert_eq!(word.hash, hash::of_bytes(folded.as_bytes()), "{:?} folds to {folded:?}", word.span.of(text));
        }
    }

    #[test]
    fn the_pass_finds_and_folds_like_the_library() {
        for text in [
            "",
            "The quick brown fox's 3.14, can't U.S.A. e-mail 12,000.50 a_b __ x",
            "Don’t “quote” naïve CAFÉ Straße ﬁne Ⅻ ½ №5 ǅ İstanbul ΌΣΟΣ",
            "cafe\u{301} e\u{301}\u{323}a soft\u{ad}hyphen zero\u{200b}width a\u{200d}b",
            "他出版了1934年的书。ひらがなカタカナ漢字 ภาษาไทยน้ำ ພາສາລາວ ខ្មែរ မြန်မာ",
            "हिन्दी में समाचार وكالة الأنباء مُحَمَّد 한국어 뉴스 עברית צה״ל л’Україна",
            "antidisestablishmentarianism floccinaucinihilipilification 12345678901234567890",
        ] {
            assert_like_oracle(text);
        }
    }

    #[test]
    fn a_minus_is_told_from_dashes_and_bullets() {
        let negative = |text: &str| is_negative(text, text.find('5').expect("a five"));
        for text in ["at -5 degrees", "at −5", "(-5)", "lost -$5", "−5", "um –5 Grad", "at \u{2011}5", "at&nbsp;-5"]
        {
            assert!(negative(text), "{text}");
        }
        for text in ["5", "-5 eggs", "3-5", "A-5", "3 -5", "3 – 5", "2019 –5", "+5", "a -x5"] {
            assert!(!negative(text), "{text}");
        }
    }

    #[test]
    fn the_table_knows_letters_and_numbers() {
        for c in '\0'..='\u{1ffff}' {
            let ours = (is_alphabetic(c), is_numeric(c), is_uppercase(c));
            assert_eq!(ours, (c.is_alphabetic(), c.is_numeric(), c.is_uppercase()), "{c:?}");
        }
    }

    #[test]
    fn a_number_has_the_sign_beside_it() {
        let sign = |text: &str| number_sign(text, text.find('5').expect("a five"), text.find('5').expect("a five") + 1);
        assert_eq!(
            ["€5", "-$5", "5 %", "5\u{a0}€", "5 to $6", "x5 %"].map(sign),
            [Some('€'), Some('$'), Some('%'), Some('€'), None, Some('%')]
        );
    }

    #[test]
    fn entities_are_read_as_what_they_mean() {
        let hashes = |text: &str| words(text).iter().map(|w| w.hash).collect::<Vec<_>>();
        assert_eq!(hashes("caf&eacute;&nbsp;&quot;don&#39;t&quot; R&amp;D"), hashes("café \"don't\" R&D"));
        assert_eq!(hashes("AT&T; &; &#xZ; &unknown;"), hashes("AT & T & xZ & unknown"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn ascii_like_oracle(text in "[ -~]{0,40}") {
            let text = text.replace('&', "+");
            assert_like_oracle(&text);
        }

        #[test]
        fn folding_like_the_libraries(word in "([ -~]{0,3}\\PC{0,3}\\p{M}{0,3}(&amp;|&#223;)?){0,3}") {
            prop_assert_eq!(fold(&word), slowly(&word));
        }

        #[test]
        fn mixed_like_oracle(text in "([a-zA-Z0-9]{0,12}[ '’.,:;_-]{0,2}[à-ÿА-яΑ-ωا-ي\u{64b}-\u{652}一-丏あ-おก-ฮ\u{e34}-\u{e39}\u{e48}-\u{e4b}가-갏अ-ह\u{93c}-\u{94d}\u{300}-\u{305}\u{ad}\u{200b}ﬀ-ﬄ①-⑨]{0,4}){0,6}") {
            assert_like_oracle(&text);
        }
    }
}
