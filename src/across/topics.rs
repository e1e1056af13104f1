//! Whether the articles that share a paragraph are about different things. What three reports of one event share, or
//! three versions of one article, belongs to them; what articles of different matters share is furniture.

use std::collections::HashMap;
use std::sync::Mutex;

use crate::article::Deduplicator;
use crate::facts::WordKind;
use crate::lexicon::Lexicon;
use crate::words::{fold, words};

use super::groups::Groups;
use super::survey::Batch;

/// Words that stand for an article.
const SKETCH: usize = 96;

/// Fewer words of its own tell nothing of what an article is about.
const LEAST_SKETCH: usize = 8;

/// Two articles that share a larger part of the shorter one's words are about one thing.
const MOST_SHARED: f64 = 0.25;

/// Articles looked at, for each that is wanted.
pub(super) const TRIES: usize = 16;

/// What the articles of a batch are about.
pub(super) struct Topics<'a> {
    dedup: &'a Deduplicator,
    batch: &'a Batch,
    groups: &'a Groups,
    known: Mutex<HashMap<u32, std::sync::Arc<[u64]>>>,
}

impl<'a> Topics<'a> {
    pub(super) fn new(dedup: &'a Deduplicator, batch: &'a Batch, groups: &'a Groups) -> Self {
        Self { dedup, batch, groups, known: Mutex::default() }
    }

    /// True if `wanted` of the documents (ascending) are about different things, each from each.
    pub(super) fn differ(&self, docs: &[u32], wanted: usize) -> bool {
        let tries = docs.len().min(wanted * TRIES);
        differ((0..tries).map(|at| self.sketch(docs[at * docs.len() / tries])), wanted)
    }

    fn sketch(&self, doc: u32) -> std::sync::Arc<[u64]> {
        let known = self.known.lock().ok().and_then(|known| known.get(&doc).cloned());
        known.unwrap_or_else(|| {
            let sketch: std::sync::Arc<[u64]> = self.read(doc).into();
            if let Ok(mut known) = self.known.lock() {
                known.insert(doc, sketch.clone());
            }
            sketch
        })
    }

    /// The sample of the paragraphs that no other document has.
    fn read(&self, doc: u32) -> Vec<u64> {
        let own = self.batch.of_doc(doc).filter(|paragraph| !self.groups.repeated(*paragraph));
        let texts = own.map(|paragraph| self.batch.with(paragraph, |record| record.text.to_owned()));
        sketch(self.dedup, self.batch.docs[doc as usize].language, texts)
    }
}

/// True if `wanted` of the samples are of different things, each from each.
pub(super) fn differ<S: AsRef<[u64]>>(sketches: impl Iterator<Item = S>, wanted: usize) -> bool {
    let mut apart: Vec<S> = Vec::new();
    for sketch in sketches {
        let words = sketch.as_ref();
        if words.len() >= LEAST_SKETCH && apart.iter().all(|other| shared(words, other.as_ref()) <= MOST_SHARED) {
            apart.push(sketch);
            if apart.len() >= wanted {
                return true;
            }
        }
    }
    false
}

/// A sample of the words that say something in the paragraphs of a document: those with the smallest hashes, so that two
/// samples of the same words are the same (bottom-k, Broder 1997).
pub(super) fn sketch(dedup: &Deduplicator, language: &str, texts: impl Iterator<Item = String>) -> Vec<u64> {
    let lexicon = dedup.lexicon(language);
    let mut all: HashMap<u64, String> = HashMap::new();
    for text in texts {
        for word in words(&text) {
            all.entry(word.hash).or_insert_with(|| word.span.of(&text).to_owned());
        }
    }
    let mut sketch: Vec<(u64, String)> = all.into_iter().collect();
    sketch.sort_unstable();
    sketch.into_iter().filter(|(_, word)| tells(word, lexicon)).map(|(hash, _)| hash).take(SKETCH).collect()
}

fn tells(word: &str, lexicon: &Lexicon) -> bool {
    let folded = fold(word);
    matches!(WordKind::of(&folded, lexicon.look(&folded))[0], WordKind::Content | WordKind::Name)
}

/// Share of the smaller sample that the other has, as far as both reach.
fn shared(a: &[u64], b: &[u64]) -> f64 {
    let reach = |list: &[u64]| if list.len() < SKETCH { u64::MAX } else { list[list.len() - 1] };
    let reach = reach(a).min(reach(b));
    let within = |list: &[u64]| list.iter().take_while(|hash| **hash <= reach).count();
    let common = a.iter().filter(|hash| **hash <= reach && b.binary_search(hash).is_ok()).count();
    common as f64 / within(a).min(within(b)).max(1) as f64
}
