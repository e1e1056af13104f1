//! One document read for the comparison with others: its paragraphs that stay, each with its fingerprints.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::article::Deduplicator;
use crate::markup::marked::Marked;
use crate::paragraph::{Capped, Findings, ParagraphId, Role, Span, Verdict};
use crate::shingle::Prints;
use crate::words::{Word, fold, words};

use super::pairs::ASKED;

/// What the first pass knows of a document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sheet {
    /// What the log calls it.
    pub name: String,
    /// Whose it is.
    pub site: String,
    /// True if its name is its own, and not only its place in a file.
    pub named: bool,
    /// XXH3 of its text: a document that changes between the passes is found out.
    pub hash: u64,
    /// Words in a shingle.
    pub ngram: usize,
    /// Code of its language.
    pub language: String,
    /// The paragraphs that are compared, in order.
    pub paragraphs: Vec<Entry>,
    /// What was found in it by itself, before people decided: JSON of a [`Found`]; empty, if that is nothing.
    #[serde(skip)]
    pub(super) found: Vec<u8>,
}

/// The part of [`Findings`] that is worked out, so that the second pass need not.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Found<F> {
    pub(super) findings: F,
    pub(super) capped: Capped,
    pub(super) withdrawn: Option<f64>,
}

/// One paragraph.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number in the document, 0-based.
    pub number: u32,
    /// Its bytes in the source.
    pub span: Span,
    /// What is compared.
    pub text: String,
    /// What its markup says it is.
    pub told: Option<Role>,
    /// True in a marked-up document.
    pub marked: bool,
    /// True if it must stay: for what the article says in parts, or because a person said so.
    pub pinned: bool,
    /// Hash of its words in order.
    pub key: u64,
    /// The shingles it asks for: the smallest.
    pub asked: Vec<u64>,
    /// Its distinct shingles, sorted.
    #[serde(skip)]
    pub shingles: Vec<u64>,
}

impl Sheet {
    /// The same, with a name that only tells its place in a file.
    #[must_use]
    pub fn unnamed(self) -> Self {
        Self { named: false, ..self }
    }

    /// What it is known by in another batch: its name on its site, or its text.
    pub(super) fn identity(&self) -> u64 {
        if self.named { xxh3_64(format!("{}\0{}", self.site, self.name).as_bytes()) } else { self.hash }
    }

    /// Reads a document: its source, how that was read if it is marked up. `rule` may change what was found in it by
    /// itself.
    #[must_use]
    pub fn read(
        dedup: &Deduplicator,
        name: &str,
        site: &str,
        source: &str,
        marked: Option<&Marked<'_>>,
        rule: impl FnOnce(&mut Findings),
    ) -> Self {
        dedup.find_printed(source, marked, |mut found, prints| {
            let own = packed(&found);
            rule(&mut found);
            let sheet = Self::of(dedup, source, marked, &found, prints);
            Self { name: name.to_owned(), site: site.to_owned(), found: own, ..sheet }
        })
    }

    fn of(dedup: &Deduplicator, source: &str, marked: Option<&Marked<'_>>, found: &Findings, prints: &Prints) -> Self {
        let (text, spans) =
            marked.map_or((source, &found.paragraphs), |marked| (marked.text.as_ref(), &marked.paragraphs));
        let mut state = vec![(false, false); spans.len()];
        for finding in found.with(Verdict::Remove) {
            state[finding.paragraph.index()].0 = true;
            if !finding.also.is_empty() {
                [finding.twin].iter().chain(&finding.also).for_each(|id| state[id.index()].1 = true);
            }
        }
        let masks = dedup.options().across.as_ref().is_some_and(|across| across.templates);
        let language = crate::lexicon::detect(prints.all_words()).code;
        let entry = |index: usize| {
            let hint = marked.and_then(|marked| marked.hints.get(index)).copied().unwrap_or_default();
            let (gone, relied_on) = state[index];
            let pinned = relied_on || found.choice(ParagraphId::new(index)).is_some();
            let text = spans[index].of(text);
            (!gone && !hint.fixed && !prints.words(index).is_empty()).then(|| {
                let shingles = distinct(prints.shingles(index));
                Entry {
                    number: index as u32,
                    span: found.paragraphs[index],
                    text: text.to_owned(),
                    told: hint.role,
                    marked: marked.is_some(),
                    pinned,
                    key: if masks { masked_key(text) } else { key(prints.words(index)) },
                    asked: smallest(&shingles),
                    shingles,
                }
            })
        };
        let paragraphs = (0..spans.len()).filter_map(entry).collect();
        Self {
            hash: xxh3_64(source.as_bytes()),
            ngram: dedup.ngram(text, spans),
            named: true,
            language: language.to_owned(),
            paragraphs,
            ..Self::default()
        }
    }

    /// Reads the shingles of its paragraphs again, which an index does not keep.
    pub(super) fn print(&mut self) {
        for entry in &mut self.paragraphs {
            entry.shingles = shingles(&entry.text, self.ngram);
            entry.asked = smallest(&entry.shingles);
        }
    }
}

/// The site that an address is of: its host; anything else as it is.
#[must_use]
pub fn site(address: &str) -> &str {
    let Some((_, rest)) = address.split_once("://") else { return address };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).map_or(host, |h| h.0);
    host.strip_prefix("www.").unwrap_or(host)
}

/// What was found, for the second pass.
fn packed(found: &Findings) -> Vec<u8> {
    let Findings { findings, capped, withdrawn, .. } = found;
    if findings.is_empty() && !capped.any() && withdrawn.is_none() {
        return Vec::new();
    }
    // Plain values always make JSON.
    serde_json::to_vec(&Found { findings, capped: *capped, withdrawn: *withdrawn }).unwrap_or_default()
}

/// The distinct shingles of a text, sorted.
pub(super) fn shingles(text: &str, ngram: usize) -> Vec<u64> {
    let mut prints = Prints::default();
    prints.fill(text, &[Span::new(0, text.len())], ngram);
    distinct(prints.shingles(0))
}

fn distinct(shingles: &[u64]) -> Vec<u64> {
    let mut distinct = shingles.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    distinct
}

/// What a paragraph asks for.
pub(super) fn smallest(shingles: &[u64]) -> Vec<u64> {
    shingles[..shingles.len().min(ASKED)].to_vec()
}

/// The hash of a sequence of word hashes.
fn key(words: &[u64]) -> u64 {
    let mut bytes = Vec::with_capacity(8 * words.len());
    words.iter().for_each(|hash| bytes.extend_from_slice(&hash.to_le_bytes()));
    xxh3_64(&bytes)
}

/// As [`key`], with all numbers as one.
fn masked_key(text: &str) -> u64 {
    let masked = |word: &Word| if is_number(word.span.of(text)) { 0 } else { word.hash };
    key(&words(text).iter().map(masked).collect::<Vec<u64>>())
}

/// True for a word with a digit in it.
pub(super) fn is_number(word: &str) -> bool {
    word.chars().any(|c| c.is_numeric() && !c.is_alphabetic())
}

/// The words of a text, folded; with `masks`, all numbers as one.
pub(super) fn folded(text: &str, masks: bool) -> Vec<String> {
    let fold_word = |word: &str| if masks && is_number(word) { "#".to_owned() } else { fold(word) };
    words(text).iter().map(|word| fold_word(word.span.of(text))).collect()
}

#[cfg(test)]
mod tests {
    use super::site;

    #[test]
    fn the_host_is_the_site() {
        for (address, host) in [
            ("https://www.oldmoor.example/a/b?c=d://e", "oldmoor.example"),
            ("http://user@oldmoor.example:8080", "oldmoor.example"),
            ("Oldmoor Gazette", "Oldmoor Gazette"),
            ("", ""),
        ] {
            assert_eq!(site(address), host);
        }
    }
}
