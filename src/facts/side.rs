//! One paragraph of a pair: what is known of its words.

use std::ops::Range;

use crate::lexicon::{Class, Entry, Lexicon, Looked};
use crate::role::Shape;
use crate::similarity::vocabulary::{Letters, WordId};
use crate::words::{is_alphabetic, is_numeric, is_solo, is_uppercase};

/// One paragraph of a pair, with all that is known of its words.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// For each word, its folded form.
    pub folded: &'a [&'a str],
    /// For each word, what it is.
    pub kinds: &'a [WordKind],
    /// What can be seen of the paragraph by itself.
    pub shape: &'a Shape,
    /// For each word, whether it tells who said it; empty if none does.
    pub attributed: &'a [bool],
    /// For each word, its number among the document's.
    pub ids: &'a [WordId],
    /// For each word of the document, what the lexicon knows of it.
    pub looked: &'a [Looked<'a>],
    /// Words of its language.
    pub lexicon: &'a Lexicon,
    /// Weight of all that it says, trimmings and attribution aside.
    pub weight: f64,
    /// The words (0-based) with a digit or another numeric character in them.
    pub numbers: &'a [usize],
}

impl Side<'_> {
    /// True if a word (0-based) tells who said it.
    pub(crate) fn attributes(&self, word: usize) -> bool {
        self.attributed.get(word).is_some_and(|attributed| *attributed)
    }

    /// True if any word does.
    pub(super) const fn speaks(&self) -> bool {
        !self.attributed.is_empty()
    }

    /// The longest known phrase at the start of some of its words (0-based), and its length in words.
    pub(super) fn phrase(&self, words: Range<usize>) -> Option<(&Entry, usize)> {
        let start = words.start;
        self.lexicon.phrase_of(&self.folded[words], |at| self.looked(start + at))
    }

    pub(super) fn is(&self, word: usize, class: Class) -> bool {
        self.looked(word).is(class)
    }

    pub(super) fn looked(&self, word: usize) -> Looked<'_> {
        self.looked[self.ids[word] as usize]
    }
}

/// How much words say that are neither trimmings nor `attributed`; see [`Side::attributed`].
#[must_use]
pub fn weight(kinds: &[WordKind], shape: &Shape, attributed: &[bool]) -> f64 {
    if shape.is_plain() && attributed.is_empty() {
        return kinds.iter().map(|kind| kind.weight()).sum();
    }
    let attributed = attributed.iter().copied().chain(std::iter::repeat(false));
    let words = kinds.iter().zip(&shape.trimmings).zip(attributed);
    let told = words.filter(|((_, trimming), attributed)| trimming.is_none() && !attributed);
    told.map(|((kind, _), _)| kind.weight()).sum()
}

/// What a word counts for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum WordKind {
    /// Function word, saying verb: says little by itself.
    Light,
    /// "President": may stand or not before a name.
    Title,
    /// Turns its sentence round.
    Negation,
    /// A number, by value where it is a number word.
    Number(Option<f64>),
    /// A month or weekday, with its number; weekdays count from 101.
    Date(f64),
    /// A capitalised word inside a sentence.
    Name,
    /// Anything else.
    Content,
}

impl WordKind {
    /// The kinds of a word: in small letters, and beginning with a capital where that means something. `looked` is what
    /// the lexicon has of it.
    #[must_use]
    pub fn of(folded: &str, looked: Looked<'_>) -> [Self; 2] {
        Self::told(folded, folded.contains(is_numeric), looked)
    }

    /// As [`WordKind::of`], where it is known whether any character is `numeric`.
    fn told(folded: &str, numeric: bool, looked: Looked<'_>) -> [Self; 2] {
        if numeric && folded.contains(|c: char| is_numeric(c) && !is_alphabetic(c)) {
            return [Self::Number(number_value(folded)); 2];
        }
        match looked.entry() {
            Some(_) => [false, true].map(|capital| Self::known(folded, capital, looked)),
            None => [Self::Content, Self::Name],
        }
    }

    fn known(folded: &str, capital: bool, looked: Looked<'_>) -> Self {
        // "vitamin A", "Plan B": a letter as a name.
        if capital && folded.len() == 1 && folded != "i" {
            return Self::Name;
        }
        match () {
            () if looked.is(Class::Negation) => Self::Negation,
            () if looked.is(Class::Month) && capital_matters(folded, capital) => {
                Self::Date(looked.value().unwrap_or(0.0))
            }
            () if looked.is(Class::Weekday) => Self::Date(100.0 + looked.value().unwrap_or(0.0)),
            () if looked.is(Class::Number) && !looked.is(Class::Function) => Self::Number(looked.value()),
            () if looked.is(Class::Function) => Self::Light,
            () if looked.is(Class::Title) => Self::Title,
            () if capital => Self::Name,
            () if looked.is(Class::Saying) => Self::Light,
            () => Self::Content,
        }
    }

    /// True for words that name, count or tell something.
    #[must_use]
    pub const fn is_solid(self) -> bool {
        !matches!(self, Self::Light | Self::Title)
    }

    /// True for names, numbers and dates.
    #[must_use]
    pub const fn is_fact(self) -> bool {
        matches!(self, Self::Name | Self::Number(_) | Self::Date(_))
    }

    /// How much is lost when a word of this kind is lost.
    pub(super) const fn weight(self) -> f64 {
        match self {
            Self::Light => 0.15,
            Self::Title => 0.4,
            Self::Negation | Self::Number(_) => 2.0,
            Self::Date(_) => 1.5,
            Self::Name => 1.3,
            Self::Content => 1.0,
        }
    }
}

/// What a word is by itself.
#[derive(Clone, Copy, Debug)]
pub struct Term<'a> {
    /// Its folded form.
    pub folded: &'a str,
    /// See [`WordKind::of`].
    pub kinds: [WordKind; 2],
    /// See [`Letters::numeric`].
    pub numeric: bool,
    /// False if it cannot begin with a capital letter, or is the same with one.
    pub cased: bool,
    /// True if it is a character of a script without spaces.
    pub solo: bool,
}

impl<'a> Term<'a> {
    /// Of a folded word; `looked` is what the lexicon has of it, `letters` what it is made of.
    #[must_use]
    pub fn of(folded: &'a str, looked: Looked<'_>, letters: Letters) -> Self {
        let kinds = WordKind::told(folded, letters.numeric, looked);
        // What is folded from a capital begins with a small letter.
        let first = folded.chars().next();
        let cased = kinds[0] != kinds[1] && first.is_some_and(|c| c.is_lowercase() || is_uppercase(c));
        Self { folded, kinds, numeric: letters.numeric, cased, solo: first.is_some_and(is_solo) }
    }
}

/// "may" and "march" are months only where they are written large (or the script has no capitals).
fn capital_matters(folded: &str, capital: bool) -> bool {
    capital || !folded.is_ascii() || folded.len() > 5
}

/// The value of a number in digits, thousands separators dropped.
fn number_value(word: &str) -> Option<f64> {
    let separators = [',', '.', '\'', '’'];
    if !word.contains(separators) {
        return word.parse().ok();
    }
    let mut plain = String::new();
    let parts: Vec<&str> = word.split(separators).collect();
    let thousands = parts.len() > 1 && parts[1..].iter().all(|part| part.len() == 3);
    for (at, part) in parts.iter().enumerate() {
        if at > 0 && !thousands {
            plain.push('.');
        }
        plain.push_str(part);
    }
    plain.parse().ok()
}

#[cfg(test)]
mod tests {
    use crate::words::{fold, is_uppercase};

    #[test]
    fn what_is_folded_from_a_capital_begins_with_a_small_letter_or_stays_a_capital() {
        for capital in (char::MIN..=char::MAX).filter(|c| is_uppercase(*c)) {
            let first = fold(&capital.to_string()).chars().next();
            assert!(first.is_some_and(|c| c.is_lowercase() || is_uppercase(c)), "{capital}");
        }
    }
}
