//! What every character means to the scanner, in one word of 64 bits: its class, its folded bytes, and whether it
//! needs the slow path. Pages of 256 characters are made when first met, by asking the Unicode libraries.

use std::sync::OnceLock;

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::{IsNormalized, is_nfkc_quick};
use unicode_segmentation::UnicodeSegmentation;

/// The part a character plays in finding words (Word_Break property, UAX #29 table 3, as far as words need it).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Class {
    /// Parts words.
    Other,
    /// A word by itself: scripts written without spaces.
    Solo,
    /// ALetter, Hebrew_Letter.
    Letter,
    /// Numeric.
    Numeric,
    /// ExtendNumLet, such as `_`: joins, but makes no word alone.
    Connector,
    /// Extend, Format, ZWJ: belongs to what stands before it.
    Extend,
    /// MidLetter: joins two letters.
    MidLetter,
    /// MidNum: joins two digits.
    MidNum,
    /// MidNumLet, Single_Quote: joins two of either.
    MidBoth,
}

impl Class {
    const ALL: [Self; 9] = [
        Self::Other,
        Self::Solo,
        Self::Letter,
        Self::Numeric,
        Self::Connector,
        Self::Extend,
        Self::MidLetter,
        Self::MidNum,
        Self::MidBoth,
    ];
}

/// Bits 0-31: folded UTF-8, little-endian. 32-34: its length, 0 to 4. 40-43: class. 44: slow. 45: alphabetic.
/// 46: numeric. 47: upper case. 48-55: combining class.
#[derive(Clone, Copy)]
pub(super) struct Entry(u64);

impl Entry {
    #[inline]
    pub(super) const fn class(self) -> Class {
        Class::ALL[((self.0 >> 40) & 15) as usize]
    }

    /// The folded bytes and how many.
    #[inline]
    pub(super) const fn folded(self) -> (u64, u32) {
        (self.0 & 0xffff_ffff, (self.0 >> 32) as u32 & 7)
    }

    /// True if the folded bytes are those of `c`.
    #[inline]
    pub(super) const fn folds_to(self, c: char) -> bool {
        let mut own = [0; 8];
        c.encode_utf8(&mut own);
        self.folded().0 == u64::from_le_bytes(own)
    }

    /// True if the word must be folded as a whole: the character may combine with its neighbours, or folds to more
    /// than four bytes.
    #[inline]
    pub(super) const fn slow(self) -> bool {
        self.0 >> 44 & 1 == 1
    }

    /// As [`char::is_alphabetic`].
    #[inline]
    pub(super) const fn alphabetic(self) -> bool {
        self.0 >> 45 & 1 == 1
    }

    /// As [`char::is_numeric`].
    #[inline]
    pub(super) const fn numeric(self) -> bool {
        self.0 >> 46 & 1 == 1
    }

    /// As [`char::is_uppercase`].
    #[inline]
    pub(super) const fn uppercase(self) -> bool {
        self.0 >> 47 & 1 == 1
    }

    /// Canonical combining class; marks out of order need the slow path.
    #[inline]
    pub(super) const fn combining(self) -> u8 {
        (self.0 >> 48) as u8
    }

    fn of(c: char) -> Self {
        let folded: String = c.nfkc().default_case_fold().nfkc().filter(|c| !ignorable(*c)).map(straighten).collect();
        let composes = is_nfkc_quick(folded.chars()) != IsNormalized::Yes || jamo(c);
        // What is a letter and a mark, or a mark that folds to a letter: other marks that follow may have to stand before
        // that.
        let order = canonical_combining_class;
        let ends_marked = |text: &str| text.chars().nth(1).and(text.chars().last()).is_some_and(|c| order(c) > 0);
        let marked = ends_marked(&folded) || ends_marked(&c.nfkc().collect::<String>());
        let unmarked = order(c) > 0 && folded.chars().next().is_none_or(|first| order(first) == 0);
        let slow = folded.len() > 4 || composes || marked || unmarked;
        let mut bits = u64::from(class(c) as u8) << 40 | u64::from(slow) << 44;
        bits |= u64::from(c.is_alphabetic()) << 45 | u64::from(c.is_numeric()) << 46;
        bits |= u64::from(c.is_uppercase()) << 47;
        bits |= u64::from(folded.chars().next().map_or(0, canonical_combining_class)) << 48;
        if slow { Self(bits) } else { Self(bits).folding_to(&folded) }
    }

    /// With other folded bytes, at most four.
    const fn folding_to(self, folded: &str) -> Self {
        let mut eight = [0; 8];
        let (bytes, _) = eight.split_at_mut(folded.len());
        bytes.copy_from_slice(folded.as_bytes());
        Self(self.0 >> 35 << 35 | (folded.len() as u64) << 32 | u64::from_le_bytes(eight))
    }
}

/// Watches whether a word can be folded a character at a time.
#[derive(Default)]
pub(super) struct Watch {
    /// True once it cannot.
    pub(super) slow: bool,
    /// Combining class of the character before.
    combining: u8,
}

impl Watch {
    #[inline]
    pub(super) const fn pass(&mut self, entry: Entry) {
        let combining = entry.combining();
        self.slow |= entry.slow() | (combining != 0 && combining < self.combining);
        if entry.folded().1 > 0 {
            self.combining = combining;
        }
    }

    /// A character that marks may follow in any order.
    #[inline]
    pub(super) const fn starter(&mut self) {
        self.combining = 0;
    }
}

/// Conjoining Hangul letters compose without being marked as such one by one.
const fn jamo(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{a960}'..='\u{a97c}' | '\u{d7b0}'..='\u{d7fb}')
}

/// Characters that show nothing and that one copy has and the other has not.
pub(super) const fn ignorable(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Every apostrophe is the plain one.
pub(super) const fn straighten(c: char) -> char {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2bc}' | '\u{ff07}' => '\'',
        other => other,
    }
}

/// The class of `c`, found by asking the segmentation library how `c` behaves between letters and digits.
fn class(c: char) -> Class {
    // What shows nothing parts nothing: the zero-width space, which the standard lets break words, is mostly debris.
    if ignorable(c) {
        return Class::Extend;
    }
    let between = |before: &str, after: &str| {
        let mut text = [0; 8];
        let mut len = 0;
        for part in [before, c.encode_utf8(&mut [0; 4]), after] {
            text[len..len + part.len()].copy_from_slice(part.as_bytes());
            len += part.len();
        }
        std::str::from_utf8(&text[..len]).is_ok_and(|text| text.split_word_bounds().nth(1).is_none())
    };
    if between("", "a") {
        return match () {
            () if !c.is_alphanumeric() && between("", "_") => Class::Connector,
            () if between("1.", "") => Class::Numeric,
            () => Class::Letter,
        };
    }
    if between("!", "") || between("a", "") {
        return Class::Extend;
    }
    match (between("a", "a"), between("1", "1")) {
        (true, true) => Class::MidBoth,
        (true, false) => Class::MidLetter,
        (false, true) => Class::MidNum,
        (false, false) if c.is_alphanumeric() => Class::Solo,
        (false, false) => Class::Other,
    }
}

type Page = [Entry; 256];

static PAGES: [OnceLock<Box<Page>>; 0x1100] = [const { OnceLock::new() }; 0x1100];

/// The page with the characters `256 * number` and following.
#[inline]
pub(super) fn page(number: usize) -> &'static Page {
    PAGES[number].get_or_init(|| {
        let mut page = Box::new([Entry(0); 256]);
        let first = number as u32 * 256;
        let uniform =
            char::from_u32(first).filter(|_| UNIFORM.iter().any(|range| range.contains(&number))).map(Entry::of);
        for (code, entry) in (first..).zip(page.iter_mut()) {
            match (char::from_u32(code), uniform) {
                (Some(c), Some(like)) => *entry = like.folding_to(c.encode_utf8(&mut [0; 4])),
                (Some(c), None) => *entry = Entry::of(c),
                (None, _) => {}
            }
        }
        page
    })
}

/// Pages whose characters are all like their first: Han and Hangul. Asking the libraries for each would take longer
/// than a whole article.
const UNIFORM: [std::ops::Range<usize>; 3] = [0x34..0x4d, 0x4e..0x9f, 0xac..0xd7];

/// What `c` means.
#[inline]
pub(super) fn entry(c: char) -> Entry {
    page(c as usize >> 8)[c as usize & 255]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_one_sort_of_character_are_what_the_libraries_say() {
        for code in UNIFORM.into_iter().flat_map(|range| range.start as u32 * 256..range.end as u32 * 256) {
            let c = char::from_u32(code).expect("no surrogate");
            assert_eq!(entry(c).0, Entry::of(c).0, "{c:?}");
        }
    }
}
