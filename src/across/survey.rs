//! The first pass: documents in, in their order; out comes the plan of what goes.

use std::collections::{BTreeMap, HashMap};
use std::io;

use xxhash_rust::xxh3::xxh3_64;

use crate::article::{Deduplicator, candidate_share};
use crate::lexicon::code;
use crate::options::{Across, Mode, Options};
use crate::paragraph::Span;
use crate::shingle::Prints;

use super::groups::Groups;
use super::pairs::pairs;
use super::plan::Plan;
use super::postings::Postings;
use super::sheet::{Entry, Sheet};
use super::spool::Spool;
use super::{boilerplate, repeats};

/// Where a document stands in the input: the number of the input, and its line there. Grows from document to document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// 0-based.
    pub input: u32,
    /// 1-based; 1 where the input is one document.
    pub line: u32,
}

/// A document that was read.
#[derive(Debug)]
pub(super) struct Doc {
    pub(super) key: Key,
    /// The first document that is another version of it, if there is one in an index: itself otherwise.
    article: u32,
    pub(super) hash: u64,
    pub(super) language: &'static str,
    /// Words in a shingle.
    ngram: usize,
    /// What keeps its hashes apart from those of other sites.
    apart: u64,
    /// Where its name is in the spool.
    pub(super) name: u64,
    /// Its first paragraph in the batch.
    pub(super) first: u32,
}

/// A paragraph that was read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Where it is in the spool.
    pub(super) at: u64,
    /// Its document.
    pub(super) doc: u32,
    /// How many shingles it asks for.
    pub(super) asks: u8,
}

/// All that was read.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) across: Across,
    /// Words in a shingle, where words are parted by spaces.
    ngram: usize,
    /// Bytes that may be used.
    pub(super) memory: usize,
    pub(super) docs: Vec<Doc>,
    /// How many of them are of an index.
    pub(super) indexed: u32,
    pub(super) paragraphs: Vec<Place>,
    pub(super) spool: Spool,
}

impl Batch {
    pub(super) fn entry(&self, paragraph: u32) -> Entry {
        self.spool.entry(self.paragraphs[paragraph as usize].at)
    }

    pub(super) fn doc(&self, paragraph: u32) -> u32 {
        self.paragraphs[paragraph as usize].doc
    }

    /// As [`Batch::doc`]; two versions of an article are one.
    pub(super) fn article(&self, paragraph: u32) -> u32 {
        self.docs[self.doc(paragraph) as usize].article
    }

    pub(super) fn language(&self, paragraph: u32) -> &'static str {
        self.docs[self.doc(paragraph) as usize].language
    }

    /// The distinct shingles of a paragraph, sorted; those of another site are others.
    pub(super) fn shingles(&self, paragraph: u32) -> Vec<u64> {
        let doc = &self.docs[self.doc(paragraph) as usize];
        shingles(&self.entry(paragraph).text, doc.ngram, doc.apart)
    }

    /// Least share of the smaller paragraph's shingles that a candidate has.
    pub(super) fn candidate_share(&self, paragraph: u32) -> f64 {
        candidate_share(self.docs[self.doc(paragraph) as usize].ngram > self.ngram)
    }

    /// What the log calls a document.
    pub(super) fn name(&self, doc: u32) -> String {
        self.spool.name(self.docs[doc as usize].name)
    }

    /// The paragraphs of a document.
    pub(super) fn of_doc(&self, doc: u32) -> std::ops::Range<u32> {
        let end = self.docs.get(doc as usize + 1).map_or(self.paragraphs.len() as u32, |next| next.first);
        self.docs[doc as usize].first..end
    }
}

/// Collects the documents of a batch.
#[derive(Debug)]
pub struct Survey {
    batch: Batch,
    keys: Postings,
    asked: Postings,
    /// The documents of an index by what they are known by.
    known: HashMap<u64, u32>,
}

impl Survey {
    /// An empty survey that keeps to about `memory` bytes, 20 bytes a paragraph aside; the rest goes to temporary files.
    #[must_use]
    pub fn new(across: Across, options: &Options, memory: u64) -> Self {
        let memory = usize::try_from(memory).unwrap_or(usize::MAX);
        let batch = Batch {
            across,
            ngram: options.ngram,
            memory,
            docs: Vec::new(),
            indexed: 0,
            paragraphs: Vec::new(),
            spool: Spool::new(memory / 16),
        };
        Self {
            batch,
            keys: Postings::of_hashes(memory / 16),
            asked: Postings::of_hashes(memory / 8),
            known: HashMap::new(),
        }
    }

    /// Adds a document of an index; all of them come before those of the batch.
    ///
    /// # Errors
    /// As [`Survey::add`].
    pub fn add_indexed(&mut self, sheet: &Sheet) -> io::Result<()> {
        let doc = self.batch.docs.len() as u32;
        self.known.entry(sheet.identity()).or_insert(doc);
        self.batch.indexed = doc + 1;
        self.add(Key::default(), sheet)
    }

    /// Adds the next document.
    ///
    /// # Errors
    /// If a temporary file cannot be written.
    pub fn add(&mut self, key: Key, sheet: &Sheet) -> io::Result<()> {
        let batch = &mut self.batch;
        let doc = batch.docs.len() as u32;
        let first = batch.paragraphs.len() as u32;
        let name = batch.spool.push_name(&sheet.name)?;
        let apart = apart(&batch.across, &sheet.site);
        let (hash, ngram, language) = (sheet.hash, sheet.ngram, code(&sheet.language));
        let article = self.known.get(&sheet.identity()).copied().unwrap_or(doc);
        batch.docs.push(Doc { key, article, hash, language, ngram, apart, name, first });
        for entry in &sheet.paragraphs {
            let paragraph = batch.paragraphs.len() as u32;
            let at = batch.spool.push(entry)?;
            batch.paragraphs.push(Place { at, doc, asks: entry.asked.len() as u8 });
            self.keys.push((entry.key ^ apart, paragraph))?;
            for shingle in &entry.asked {
                self.asked.push((shingle ^ apart, paragraph))?;
            }
        }
        Ok(())
    }

    /// What was collected.
    pub(super) fn parts(self) -> (Batch, Postings, Postings) {
        (self.batch, self.keys, self.asked)
    }

    /// What goes.
    ///
    /// # Errors
    /// If a temporary file cannot be written or read.
    pub fn plan(self, dedup: &Deduplicator) -> io::Result<Plan> {
        let Self { batch, keys, asked, .. } = self;
        let groups = Groups::of(&batch, &keys)?;
        drop(keys);
        let pairs = pairs(&batch, &groups, &asked)?;
        drop(asked);
        let mut removals = match batch.across.mode {
            Mode::Boilerplate => boilerplate::decide(dedup, &batch, &groups, &pairs),
            Mode::Repeats => repeats::decide(dedup, &batch, &groups, &pairs),
        };
        removals.list.sort_unstable_by_key(|removal| (removal.doc, removal.paragraph));
        batch.spool.check()?;
        Ok(Plan { removals, batch })
    }
}

/// What keeps the hashes of a site's paragraphs from those of others, if they never meet.
pub(super) fn apart(across: &Across, site: &str) -> u64 {
    match (across.mode, across.one_site) {
        (Mode::Boilerplate, false) => xxh3_64(site.as_bytes()),
        _ => 0,
    }
}

/// The distinct shingles of a text, sorted; see [`apart`].
pub(super) fn shingles(text: &str, ngram: usize, apart: u64) -> Vec<u64> {
    let mut prints = Prints::default();
    prints.fill(text, &[Span::new(0, text.len())], ngram);
    let mut shingles: Vec<u64> = prints.shingles(0).iter().map(|hash| hash ^ apart).collect();
    shingles.sort_unstable();
    shingles.dedup();
    shingles
}

/// For each paragraph of a list, others that have to do with it, in order.
pub(super) type Links<T> = BTreeMap<u32, Vec<T>>;
