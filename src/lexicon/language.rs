//! Which language an article is written in, by its function words; and the files there are.
//!
//! Counting function words is enough to tell apart languages that we hold words of, costs a few lookups, and needs
//! no model. What is not recognised is judged by the language-neutral rules.

use std::sync::OnceLock;

use super::HashMap;
use crate::words::{hash_of, scan};

/// The language-neutral file: agency names, unit symbols.
pub(super) const NEUTRAL: &str = include_str!("all.txt");

macro_rules! files {
    ($($code:literal),+ $(,)?) => { [$(($code, include_str!(concat!($code, ".txt")))),+] };
}

/// Every language with a file: its code and the file's text.
pub(super) const FILES: [(&str, &str); 21] = files![
    "en", "de", "fr", "es", "pt", "it", "nl", "pl", "ru", "tr", "ar", "zh", "ja", "th", "hi", "ko", "ur", "sv", "no",
    "da", "id",
];

/// Languages that are written without spaces and without marks on the characters: each character is a word.
const UNSPACED: [&str; 2] = ["zh", "ja"];

/// The same, with marks.
const MARKED: &str = "th";

/// Least share of words that must be function words of a language, though other languages may have them, too.
const LEAST_SHARE: f64 = 0.15;

/// The least share where the language leads the second one [`CLEAR_LEAD`] times: languages with endings for function
/// words (Turkish, Korean, Hindi) have few of them.
const CLEAR_SHARE: f64 = 0.02;

/// See [`CLEAR_SHARE`].
const CLEAR_LEAD: f64 = 5.0;

/// Votes no further apart may be the same, added up in another order.
const EQUAL: f64 = 1e-6;

/// Most words of an article that are looked at.
const SAMPLE: usize = 400;

/// The words of an article that tell its language: so many of the first.
#[must_use]
pub fn sample(words: &[u64]) -> &[u64] {
    &words[..words.len().min(SAMPLE)]
}

/// The language of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Language {
    /// The code of the one whose function words are most frequent, or `""`.
    pub code: &'static str,
    /// Whichever so many words of the [`sample`] go, and at most as many others come: the language stays.
    pub sure: usize,
}

/// The language of `words` (their hashes, in order).
#[must_use]
pub fn detect(words: &[u64]) -> Language {
    let words = sample(words);
    let Index { groups, words: known } = index();
    // Counted by group first: whose words they are is asked once a group.
    let mut uses = vec![0u32; groups.len()];
    for word in words {
        if let Some(group) = known.get(word) {
            uses[*group as usize] += 1;
        }
    }
    let mut votes = [0.0f64; FILES.len()];
    let mut hits = [0u32; FILES.len()];
    for (&languages, &uses) in groups.iter().zip(&uses).filter(|(_, uses)| **uses > 0) {
        // A word of many languages tells little.
        let weight = f64::from(uses) / f64::from(languages.count_ones());
        for language in (0..FILES.len()).filter(|language| languages >> language & 1 == 1) {
            votes[language] += weight;
            hits[language] += uses;
        }
    }
    let best = (0..votes.len()).fold(0, |best, i| if votes[i] > votes[best] { i } else { best });
    let second = (0..votes.len()).filter(|i| *i != best).map(|i| votes[i]).fold(0.0, f64::max);
    let all = words.len().max(1) as f64;
    let share = f64::from(hits[best]) / all;
    let clear = share >= CLEAR_SHARE && votes[best] >= CLEAR_LEAD * second;
    let code = if share >= LEAST_SHARE || clear { FILES[best].0 } else { "" };
    // Each word is one vote at the most, for the one language or for the other.
    let spare = (f64::from(hits[best]) - LEAST_SHARE * all).min((votes[best] - second) / 2.0 - EQUAL);
    Language { code, sure: spare.max(0.0) as usize }
}

/// The single words of a file's section of function words, as written. The rest of the file is not looked at: most
/// languages are never met.
fn function_words(file: &str) -> impl Iterator<Item = &str> {
    let section = file.split("\n[").find_map(|part| part.trim_start_matches('[').strip_prefix("function]"));
    let words = section.unwrap_or_default().lines().map(str::trim);
    words.filter(|line| !line.is_empty() && !line.starts_with('#') && !line.contains([' ', '*']))
}

/// Takes the hashes of a function word's words. It stands in its file folded (a test makes sure of it) but for "ß":
/// what the characters of all languages mean is not worked out for the sake of one article.
fn hashes(code: &str, entry: &str, mut take: impl FnMut(u64)) {
    match () {
        () if UNSPACED.contains(&code) => entry.chars().for_each(|c| take(hash_of(c.encode_utf8(&mut [0; 4])))),
        () if code == MARKED || entry.contains('ß') => scan(entry, |hash, _, _| take(hash)),
        () => take(hash_of(entry)),
    }
}

/// There are fewer function words.
const MOST_FUNCTION_WORDS: usize = 7000;

/// Every function word of all languages.
struct Index {
    /// Each set of languages that share a word, a bit each.
    groups: Vec<u32>,
    /// For each word (its hash), the place of its languages in `groups`.
    words: HashMap<u64, u32>,
}

fn index() -> &'static Index {
    static INDEX: OnceLock<Index> = OnceLock::new();
    const { assert!(FILES.len() <= 32) };
    INDEX.get_or_init(|| {
        let mut words: HashMap<u64, u32> = HashMap::default();
        words.reserve(MOST_FUNCTION_WORDS);
        for (number, (code, file)) in FILES.iter().enumerate() {
            for entry in function_words(file) {
                hashes(code, entry, |hash| *words.entry(hash).or_default() |= 1 << number);
            }
        }
        let mut groups: Vec<u32> = words.values().copied().collect();
        groups.sort_unstable();
        groups.dedup();
        for languages in words.values_mut() {
            *languages = groups.partition_point(|known| known < languages) as u32;
        }
        Index { groups, words }
    })
}

/// The code of a language that we hold words of, as it came from [`detect`]; `""` for any other.
#[must_use]
pub fn code(name: &str) -> &'static str {
    FILES.iter().find(|(code, _)| *code == name).map_or("", |(code, _)| code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::is_solo;

    /// The hashes of a function word's words, by reading it.
    fn read(entry: &str) -> Vec<u64> {
        let parted = entry.starts_with(is_solo);
        let mut hashes = Vec::new();
        scan(entry, |hash, start, end| {
            if parted || end - start == entry.len() {
                hashes.push(hash);
            }
        });
        hashes
    }

    #[test]
    fn function_words_stand_in_their_files_as_they_are_looked_up() {
        for (code, file) in FILES {
            let words = function_words(file).filter(|entry| !read(entry).is_empty());
            let as_it_stands = |entry: &str| {
                let mut found = Vec::new();
                hashes(code, entry, |hash| found.push(hash));
                found
            };
            let other: Vec<&str> = words.filter(|entry| read(entry) != as_it_stands(entry)).collect();
            assert_eq!(other, [""; 0], "{code}");
        }
    }

    #[test]
    fn what_is_sure_holds_whichever_words_change() {
        let words = |text: &str| {
            let mut hashes = Vec::new();
            scan(text, |hash, _, _| hashes.push(hash));
            hashes
        };
        let english = words(&"The ferry runs again from Monday, and the harbour master is glad of it. ".repeat(20));
        let dutch = words(&"De veerboot vaart weer en dat is goed voor het eiland. ".repeat(60));
        let told = detect(&english);
        assert_eq!(told.code, "en");
        assert!((10..english.len()).contains(&told.sure), "{told:?}");
        // The worst that may be: its function words go, and those of another language come.
        let index = index();
        let of_english = |word: &u64| index.words.get(word).is_some_and(|group| index.groups[*group as usize] & 1 == 1);
        let mut changed = english.clone();
        let places = english.iter().enumerate().filter(|(_, word)| of_english(word)).take(told.sure);
        for ((at, _), word) in
            places.zip(dutch.iter().filter(|word| !of_english(word) && index.words.contains_key(word)))
        {
            changed[at] = *word;
        }
        assert_ne!(changed, english);
        assert_eq!(detect(&changed).code, "en");
        let rest: Vec<u64> = english.iter().copied().filter(|word| !of_english(word)).collect();
        let kept = english.len() - rest.len() - told.sure;
        let fewer: Vec<u64> = english.iter().copied().filter(of_english).take(kept).chain(rest).collect();
        assert_eq!(detect(&fewer).code, "en");
    }
}
