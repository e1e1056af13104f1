//! Which language an article is written in, by its function words; and the files there are.
//!
//! Counting function words is enough to tell apart languages that we hold words of, costs a few lookups, and needs
//! no model. What is not recognised is judged by the language-neutral rules.

use std::sync::OnceLock;

use super::HashMap;
use crate::words::{fold, hash_of};

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

/// Least share of words that must be function words of a language, though other languages may have them, too.
const LEAST_SHARE: f64 = 0.15;

/// Most words of an article that are looked at.
const SAMPLE: usize = 400;

/// The code of the language whose function words are most frequent among `words` (their hashes), or `""`.
pub fn detect(words: &[u64]) -> &'static str {
    let words = &words[..words.len().min(SAMPLE)];
    let index = index();
    let mut votes = [0.0f64; FILES.len()];
    let mut hits = [0usize; FILES.len()];
    let mut total = 0usize;
    for word in words {
        total += 1;
        let mut languages = index.get(word).copied().unwrap_or(0);
        // A word of many languages tells little.
        let weight = 1.0 / f64::from(languages.count_ones());
        while languages != 0 {
            let language = languages.trailing_zeros() as usize;
            votes[language] += weight;
            hits[language] += 1;
            languages &= languages - 1;
        }
    }
    let (best, _) = votes.iter().enumerate().fold((0, 0.0), |best, (i, v)| if *v > best.1 { (i, *v) } else { best });
    if total > 0 && hits[best] as f64 >= LEAST_SHARE * total as f64 { FILES[best].0 } else { "" }
}

/// The single words of a file's section of function words, as written. The rest of the file is not looked at: most
/// languages are never met.
fn function_words(file: &str) -> impl Iterator<Item = &str> {
    let section = file.split("\n[").find_map(|part| part.trim_start_matches('[').strip_prefix("function]"));
    let words = section.unwrap_or_default().lines().map(str::trim);
    words.filter(|line| !line.is_empty() && !line.starts_with('#') && !line.contains([' ', '*']))
}

/// For each function word, the languages that have it, a bit each.
fn index() -> &'static HashMap<u64, u32> {
    static INDEX: OnceLock<HashMap<u64, u32>> = OnceLock::new();
    const { assert!(FILES.len() <= 32) };
    INDEX.get_or_init(|| {
        let mut index: HashMap<u64, u32> = HashMap::default();
        for (number, (_, file)) in FILES.iter().enumerate() {
            for word in function_words(file) {
                *index.entry(hash_of(&fold(word))).or_default() |= 1 << number;
            }
        }
        index
    })
}
