//! One document read for the comparison with others: its paragraphs that stay, each with its fingerprints.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::article::Deduplicator;
use crate::markup::marked::Marked;
use crate::paragraph::{Findings, ParagraphId, Role, Span, Verdict};
use crate::words::{fold, words};

use super::pairs::asked;

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
    /// The shingles it asks for.
    pub asked: Vec<u64>,
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

    /// Reads a document: its source, how that was read if it is marked up, and what was found in it by itself.
    #[must_use]
    pub fn read(
        dedup: &Deduplicator,
        name: &str,
        site: &str,
        source: &str,
        marked: Option<&Marked<'_>>,
        found: &Findings,
    ) -> Self {
        let (text, spans) =
            marked.map_or((source, &found.paragraphs), |marked| (marked.text.as_ref(), &marked.paragraphs));
        let mut state = vec![(false, false); spans.len()];
        for finding in found.with(Verdict::Remove) {
            state[finding.paragraph.index()].0 = true;
            if !finding.also.is_empty() {
                [finding.twin].iter().chain(&finding.also).for_each(|id| state[id.index()].1 = true);
            }
        }
        let prints = dedup.prints(text, spans);
        let masks = dedup.options().across.as_ref().is_some_and(|across| across.templates);
        let language = crate::lexicon::detect(prints.all_words());
        let entry = |index: usize| {
            let hint = marked.and_then(|marked| marked.hints.get(index)).copied().unwrap_or_default();
            let (gone, relied_on) = state[index];
            let pinned = relied_on || found.choice(ParagraphId::new(index)).is_some();
            let text = spans[index].of(text);
            (!gone && !hint.fixed && !prints.words(index).is_empty()).then(|| Entry {
                number: index as u32,
                span: found.paragraphs[index],
                text: text.to_owned(),
                told: hint.role,
                marked: marked.is_some(),
                pinned,
                key: if masks { masked_key(text) } else { key(prints.words(index).iter().copied()) },
                asked: asked(prints.shingles(index)),
            })
        };
        let paragraphs = (0..spans.len()).filter_map(entry).collect();
        Self {
            name: name.to_owned(),
            site: site.to_owned(),
            hash: xxh3_64(source.as_bytes()),
            ngram: dedup.ngram(text, spans),
            named: true,
            language: language.to_owned(),
            paragraphs,
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

/// The hash of a sequence of word hashes.
fn key(words: impl Iterator<Item = u64>) -> u64 {
    let bytes: Vec<u8> = words.flat_map(u64::to_le_bytes).collect();
    xxh3_64(&bytes)
}

/// As [`key`], with all numbers as one.
fn masked_key(text: &str) -> u64 {
    key(words(text).iter().map(|word| if is_number(word.span.of(text)) { 0 } else { word.hash }))
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
