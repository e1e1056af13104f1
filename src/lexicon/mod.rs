//! What words are, per language, as data: function words, saying verbs, negations, number words, months, synonyms.
//!
//! One plain file a language (`en.txt`), sections in brackets, an entry a line; `word = value` where the section has
//! values; a trailing `*` stands for any ending. An entry may be a phrase. [`Lexicon::named`] gives the file of the
//! language that an article is written in; a language without a file is judged by the language-neutral rules.

mod language;
mod numbers;
mod parse;

use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

use compact_str::CompactString;

/// The words are known beforehand: no need for a keyed hash.
pub(super) type HashMap<K, V> = std::collections::HashMap<K, V, foldhash::fast::FixedState>;

pub use language::{Language, code, detect, sample};
pub use parse::LexiconError;

use numbers::Numbers;

/// Folded words joined by single spaces. Most are short enough to stand in the table itself, so that asking for one
/// touches no other memory.
type Key = CompactString;

/// What a word can be; a word can be several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
pub enum Class {
    /// Article, preposition, pronoun, conjunction, auxiliary, connecting adverb.
    Function = 1,
    /// Verb or phrase of attribution: said, according to.
    Saying = 1 << 1,
    /// Not, no, never.
    Negation = 1 << 2,
    /// Pictured, left, file photo.
    Picture = 1 << 3,
    /// Photo, courtesy; agency names.
    Credit = 1 << 4,
    /// Mr, president.
    Title = 1 << 5,
    /// Name of a month.
    Month = 1 << 6,
    /// Name of a day of the week.
    Weekday = 1 << 7,
    /// Cardinal or ordinal number word.
    Number = 1 << 8,
    /// Unit of measure, currency.
    Unit = 1 << 9,
    /// Ordinal number word; also a [`Class::Number`].
    Ordinal = 1 << 10,
    /// Changes the claim of what it stands before: former, one of, minus.
    Qualifier = 1 << 11,
    /// Heads a notice of what was wrong in the article: correction, editor's note.
    Correction = 1 << 12,
    /// Says something of all there is, or of nothing else: only, every, nobody but.
    Exclusive = 1 << 13,
    /// Heads what is sung again: chorus, refrain.
    Refrain = 1 << 14,
}

/// Everything known about one word or phrase.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entry {
    classes: u16,
    /// Month or weekday number, value of a number word.
    value: Option<f64>,
    /// The unit's common name.
    unit: Option<Arc<str>>,
    /// Synonym groups it belongs to.
    groups: Numbers,
    /// Pairs of opposites it belongs to; the sign tells the side.
    opposites: Numbers,
}

impl Entry {
    /// True if the word is a `class`.
    #[must_use]
    pub const fn is(&self, class: Class) -> bool {
        self.classes & class as u16 != 0
    }

    /// The number that a month, weekday or number word stands for.
    #[must_use]
    pub const fn value(&self) -> Option<f64> {
        self.value
    }

    /// True if both may stand for each other.
    #[must_use]
    pub fn synonym_of(&self, other: &Self) -> bool {
        let shared = |group| other.groups.as_slice().contains(group);
        self.groups.as_slice().iter().any(shared) || (self.unit.is_some() && self.unit == other.unit)
    }

    /// True if one turns round what the other says.
    #[must_use]
    pub fn opposite_of(&self, other: &Self) -> bool {
        self.opposites.as_slice().iter().any(|pair| other.opposites.as_slice().contains(&-pair))
    }

    /// Its classes, and [`RELATED`] if it has synonyms or opposites.
    fn marks(&self) -> u16 {
        let numbers = [&self.groups, &self.opposites];
        let related = self.unit.is_some() || numbers.iter().any(|numbers| !numbers.as_slice().is_empty());
        self.classes | if related { RELATED } else { 0 }
    }

    fn merge(&mut self, other: Self) {
        self.classes |= other.classes;
        self.value = self.value.or(other.value);
        self.unit = self.unit.take().or(other.unit);
        other.groups.as_slice().iter().for_each(|group| self.groups.push(*group));
        other.opposites.as_slice().iter().for_each(|pair| self.opposites.push(*pair));
    }
}

/// Beside the classes in [`Known::begins`]: an entry with synonyms or opposites.
const RELATED: u16 = 1 << 15;

/// A word or phrase, or the first two words of one.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    /// Its place in the list of entries, from 1; 0 if it only stands in phrases.
    entry: u32,
    /// The most words of a longer phrase that begins with it; 0 if none does.
    longest: u16,
    /// True if it is the second word of a phrase.
    second: bool,
    /// The most words of furniture that begins with it; 0 if none does.
    furniture: u16,
    /// All that is known of the entries that begin with this word, itself included: classes and [`RELATED`].
    begins: u16,
    /// The classes of its own entry.
    classes: u16,
}

/// What is known of one word.
#[derive(Clone, Copy, Debug, Default)]
pub struct Looked<'l> {
    entry: Option<&'l Entry>,
    /// The classes of that entry, told without touching it.
    classes: u16,
    /// The most words of a phrase that begins with it; 0 if none does.
    longest: u16,
    /// True if it is the second word of a phrase.
    second: bool,
    /// See [`Known::furniture`].
    furniture: u16,
    /// See [`Known::begins`].
    begins: u16,
}

impl<'l> Looked<'l> {
    /// What is known of the word alone, if anything.
    #[must_use]
    pub const fn entry(self) -> Option<&'l Entry> {
        self.entry
    }

    /// True if the word alone is a `class`.
    #[must_use]
    pub const fn is(self, class: Class) -> bool {
        self.classes & class as u16 != 0
    }

    /// See [`Entry::value`].
    #[must_use]
    pub fn value(self) -> Option<f64> {
        self.entry.and_then(Entry::value)
    }

    /// False if neither the word nor any phrase that begins with it is a `class`: told without looking for phrases.
    #[must_use]
    pub const fn may_begin(self, class: Class) -> bool {
        self.begins & class as u16 != 0
    }

    /// False if neither the word nor any phrase that begins with it has a synonym or an opposite.
    #[must_use]
    pub const fn may_relate(self) -> bool {
        self.begins & RELATED != 0
    }
}

thread_local! {
    /// Where a phrase is put together to be looked up.
    static PHRASE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// The words of one article's languages.
#[derive(Clone, Debug, Default)]
pub struct Lexicon {
    known: HashMap<Key, Known>,
    /// Apart, so that asking for a word that is not known touches little memory.
    entries: Vec<Entry>,
    /// Entries that stand for any word beginning so.
    prefixes: HashMap<Key, Entry>,
    /// Furniture: whole paragraphs, and beginnings of paragraphs.
    boilerplate: HashMap<Key, bool>,
    /// Synonym groups and pairs of opposites read so far; their numbers.
    relations: i32,
}

impl Lexicon {
    /// This lexicon and what the user adds to it.
    ///
    /// # Errors
    /// If a line of `file` is no entry.
    pub fn with(&self, file: &str) -> Result<Self, LexiconError> {
        let mut lexicon = self.clone();
        lexicon.add(file)?;
        Ok(lexicon)
    }

    /// The lexicon of a language by its code (`en`); an unknown code gives the language-neutral one.
    #[must_use]
    pub fn named(code: &str) -> &'static Self {
        static CACHE: [OnceLock<Lexicon>; language::FILES.len() + 1] =
            [const { OnceLock::new() }; language::FILES.len() + 1];
        let index = language::FILES.iter().position(|(name, _)| *name == code);
        CACHE[index.unwrap_or(language::FILES.len())].get_or_init(|| {
            let mut lexicon = Self::default();
            // A file that does not parse is caught by a test; here it would only mean fewer words known.
            let _ = lexicon.add(language::NEUTRAL);
            if let Some(index) = index {
                let _ = lexicon.add(language::FILES[index].1);
            }
            lexicon
        })
    }

    /// What is known of a word or phrase: folded words joined by single spaces.
    #[must_use]
    pub fn get(&self, phrase: &str) -> Option<&Entry> {
        self.known.get(phrase).and_then(|known| self.entry(*known)).or_else(|| self.by_prefix(phrase))
    }

    fn entry(&self, known: Known) -> Option<&Entry> {
        self.entries.get((known.entry as usize).wrapping_sub(1))
    }

    fn by_prefix(&self, word: &str) -> Option<&Entry> {
        if self.prefixes.is_empty() || word.contains(' ') {
            return None;
        }
        let ends = word.char_indices().map(|(at, _)| at).chain([word.len()]);
        ends.filter(|end| *end > 0).filter_map(|end| self.prefixes.get(&word[..end])).next_back()
    }

    /// True if the folded word is a `class`.
    #[must_use]
    pub fn is(&self, word: &str, class: Class) -> bool {
        self.get(word).is_some_and(|entry| entry.is(class))
    }

    /// Looks a folded word up.
    #[must_use]
    pub fn look(&self, word: &str) -> Looked<'_> {
        let known = self.known.get(word).copied().unwrap_or_default();
        let Known { longest, second, furniture, begins, classes, .. } = known;
        if let Some(entry) = self.entry(known) {
            return Looked { entry: Some(entry), classes, longest, second, furniture, begins };
        }
        let entry = self.by_prefix(word);
        let (classes, marks) = entry.map_or((0, 0), |entry| (entry.classes, entry.marks()));
        Looked { entry, classes, longest, second, furniture, begins: begins | marks }
    }

    /// The longest phrase at the start of `words` that is known, and its length in words.
    #[must_use]
    pub fn phrase<'l>(&'l self, words: &[&str]) -> Option<(&'l Entry, usize)> {
        self.phrase_of(words, |at| self.look(words[at]))
    }

    /// As [`Lexicon::phrase`], where the words were looked up before: `look` tells what is known of one (0-based).
    #[must_use]
    pub fn phrase_of<'l>(&'l self, words: &[&str], look: impl Fn(usize) -> Looked<'l>) -> Option<(&'l Entry, usize)> {
        let first = (!words.is_empty()).then(|| look(0))?;
        let most = words.len().min(usize::from(first.longest));
        let longer = if most > 1 && look(1).second { self.longer_phrase(&words[..most]) } else { None };
        longer.or_else(|| first.entry.map(|entry| (entry, 1)))
    }

    /// The longest phrase of two words or more at the start of `words`.
    fn longer_phrase(&self, words: &[&str]) -> Option<(&Entry, usize)> {
        PHRASE.with_borrow_mut(|phrase| self.longer_phrase_in(phrase, words))
    }

    fn longer_phrase_in(&self, phrase: &mut String, words: &[&str]) -> Option<(&Entry, usize)> {
        phrase.clear();
        phrase.push_str(words[0]);
        phrase.push(' ');
        phrase.push_str(words[1]);
        let pair = self.known.get(phrase.as_str())?;
        let most = words.len().min(usize::from(pair.longest));
        for word in words.get(2..most).unwrap_or_default() {
            phrase.push(' ');
            phrase.push_str(word);
        }
        let longest = (3..=most).rev().find_map(|len| {
            let found = self.known.get(phrase.as_str()).and_then(|known| self.entry(*known));
            phrase.truncate(phrase.len() - words[len - 1].len() - 1);
            found.map(|entry| (entry, len))
        });
        longest.or_else(|| self.entry(*pair).map(|entry| (entry, 2)))
    }

    /// True if a paragraph of these folded words is page furniture.
    #[must_use]
    pub fn is_boilerplate(&self, words: &[&str]) -> bool {
        words.first().is_some_and(|first| self.begins_boilerplate(words, self.look(first)))
    }

    /// As [`Lexicon::is_boilerplate`], where the `first` word was looked up before.
    #[must_use]
    pub fn begins_boilerplate(&self, words: &[&str], first: Looked<'_>) -> bool {
        let longest = usize::from(first.furniture);
        let begins = |phrase: &mut String| {
            phrase.clear();
            (1..).zip(words.iter().take(longest)).any(|(count, word)| {
                if count > 1 {
                    phrase.push(' ');
                }
                phrase.push_str(word);
                self.boilerplate.get(phrase.as_str()).is_some_and(|open| *open || count == words.len())
            })
        };
        longest > 0 && PHRASE.with_borrow_mut(begins)
    }
}

/// The lexicons of all languages with words of the user's own, each made when first asked for.
#[derive(Debug)]
pub struct OwnLexicons {
    file: String,
    cache: [OnceLock<Lexicon>; language::FILES.len() + 1],
}

impl OwnLexicons {
    /// With the words of `file`.
    ///
    /// # Errors
    /// Names the first line that is no entry.
    pub fn new(file: &str) -> Result<Self, LexiconError> {
        Lexicon::default().add(file)?;
        Ok(Self { file: file.to_owned(), cache: [const { OnceLock::new() }; language::FILES.len() + 1] })
    }

    /// As [`Lexicon::named`].
    #[must_use]
    pub fn named(&self, code: &str) -> &Lexicon {
        let index = language::FILES.iter().position(|(name, _)| *name == code).unwrap_or(language::FILES.len());
        let known = Lexicon::named(code);
        // The file was read before: it parses.
        self.cache[index].get_or_init(|| known.with(&self.file).unwrap_or_else(|_| known.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_parses() {
        for (name, text) in language::FILES.iter().chain([&("all", language::NEUTRAL)]) {
            if let Err(error) = Lexicon::default().add(text) {
                panic!("src/lexicon/{name}.txt: {error}");
            }
        }
    }

    #[test]
    fn what_begins_with_a_word_is_known_beforehand() {
        for (name, _) in language::FILES {
            let lexicon = Lexicon::named(name);
            for (key, entry) in lexicon.known.iter().filter_map(|(key, known)| Some((key, lexicon.entry(*known)?))) {
                let first = lexicon.look(key.split(' ').next().unwrap_or_default());
                assert_eq!(first.begins & entry.marks(), entry.marks(), "{name}: {key}");
            }
        }
    }

    #[test]
    fn the_longest_phrase_is_found_as_by_asking_for_each() {
        for (name, _) in language::FILES {
            let lexicon = Lexicon::named(name);
            let keys = || lexicon.known.keys().take(3000);
            for (key, next) in keys().zip(keys().skip(1)) {
                let text = format!("{key} {next}");
                let words: Vec<&str> = text.split(' ').collect();
                let entry = |len: usize| lexicon.known.get(words[..len].join(" ").as_str()).copied();
                let longest = (2..=words.len()).rev().find_map(|len| Some((lexicon.entry(entry(len)?)?, len)));
                let expected = longest.or_else(|| Some((lexicon.get(words[0])?, 1)));
                assert_eq!(lexicon.phrase(&words), expected, "{name}: {text}");
            }
        }
    }

    #[test]
    fn words_and_phrases_are_found() {
        let english = Lexicon::named("en");
        assert!(english.is("the", Class::Function));
        assert!(english.is("said", Class::Saying));
        assert!(english.is("not", Class::Negation));
        assert_eq!(english.get("april").and_then(Entry::value), Some(4.0));
        assert!(english.get("before").is_some_and(|b| english.get("after").is_some_and(|a| a.opposite_of(b))));
        assert_eq!(english.phrase(&["such", "as", "apples"]).map(|(_, len)| len), Some(2));
        assert!(english.is_boilerplate(&["advertisement"]));
    }
}
