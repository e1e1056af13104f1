//! The first pass: documents in, in their order; out comes the plan of what goes.

use std::collections::HashMap;
use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use xxhash_rust::xxh3::xxh3_64;

use crate::article::{Deduplicator, candidate_share};
use crate::lexicon::code;
use crate::options::{Across, Mode, Options};
use crate::paragraph::Capped;

use super::groups::Groups;
use super::pairs::Proposals;
use super::plan::Plan;
use super::postings::Postings;
use super::record::{Record, read_document, shingles_of, write_document};
use super::sheet::Sheet;
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
    ngram: u32,
    /// Its first removal in the plan.
    pub(super) removals: u32,
    /// What keeps its hashes apart from those of other sites.
    apart: u64,
    /// Where it is in the spool.
    at: u64,
    /// Its first paragraph in the batch.
    pub(super) first: u32,
}

/// A paragraph that was read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Where it is in the spool.
    at: u64,
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
    /// Pairs too long to be aligned.
    pub(super) too_long: AtomicUsize,
}

impl Batch {
    /// Hands out a paragraph as it was put aside.
    pub(super) fn with<T>(&self, paragraph: u32, take: impl FnOnce(Record<'_>) -> T) -> T {
        take(Record::read(self.spool.read(self.bytes_of(paragraph), &mut Vec::new())))
    }

    /// Puts the distinct shingles of a paragraph, sorted, into `shingles`.
    pub(super) fn read_shingles(&self, paragraph: u32, shingles: &mut Vec<u64>) {
        shingles.clear();
        shingles.extend(shingles_of(self.spool.read(self.bytes_of(paragraph), &mut Vec::new())));
    }

    /// Hands out the distinct shingles, sorted, of paragraphs that follow each other.
    pub(super) fn each(&self, paragraphs: Range<u32>, mut take: impl FnMut(u32, &[u64])) {
        let Some(last) = paragraphs.clone().next_back() else { return };
        let (mut scratch, mut shingles) = (Vec::new(), Vec::new());
        let start = self.paragraphs[paragraphs.start as usize].at;
        let bytes = self.spool.read(start..self.bytes_of(last).end, &mut scratch);
        for paragraph in paragraphs {
            let own = self.bytes_of(paragraph);
            match bytes.get((own.start - start) as usize..(own.end - start) as usize) {
                Some(record) => {
                    shingles.clear();
                    shingles.extend(shingles_of(record));
                }
                None => self.read_shingles(paragraph, &mut shingles),
            }
            take(paragraph, &shingles);
        }
    }

    /// Where a paragraph is in the spool, and maybe the document behind it.
    fn bytes_of(&self, paragraph: u32) -> Range<u64> {
        let end = self.paragraphs.get(paragraph as usize + 1).map_or(self.spool.len(), |next| next.at);
        self.paragraphs[paragraph as usize].at..end
    }

    /// The name of a document, and what was found in it by itself.
    pub(super) fn read_doc<T>(&self, doc: u32, take: impl FnOnce(&str, &[u8]) -> T) -> T {
        let paragraphs = self.of_doc(doc);
        let end = match self.docs.get(doc as usize + 1) {
            _ if !paragraphs.is_empty() => self.paragraphs[paragraphs.start as usize].at,
            Some(next) => next.at,
            None => self.spool.len(),
        };
        let mut scratch = Vec::new();
        let (name, found) = read_document(self.spool.read(self.docs[doc as usize].at..end, &mut scratch));
        take(name, found)
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

    /// What keeps the hashes of a paragraph apart from those of other sites.
    pub(super) fn apart(&self, paragraph: u32) -> u64 {
        self.docs[self.doc(paragraph) as usize].apart
    }

    /// Least share of the smaller paragraph's shingles that a candidate has.
    pub(super) fn candidate_share(&self, paragraph: u32) -> f64 {
        candidate_share(self.docs[self.doc(paragraph) as usize].ngram > self.ngram as u32)
    }

    /// The paragraphs of a document.
    pub(super) fn of_doc(&self, doc: u32) -> Range<u32> {
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
            too_long: AtomicUsize::new(0),
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
    pub fn add_indexed(&mut self, mut sheet: Sheet) -> io::Result<()> {
        sheet.print();
        let doc = self.batch.docs.len() as u32;
        self.known.entry(sheet.identity()).or_insert(doc);
        self.batch.indexed = doc + 1;
        self.add(Key::default(), &sheet)
    }

    /// Adds the next document.
    ///
    /// # Errors
    /// If a temporary file cannot be written.
    pub fn add(&mut self, key: Key, sheet: &Sheet) -> io::Result<()> {
        let batch = &mut self.batch;
        let doc = batch.docs.len() as u32;
        let first = batch.paragraphs.len() as u32;
        let at = batch.spool.append(|to| write_document(sheet, to))?;
        let apart = apart(&batch.across, &sheet.site);
        let (hash, ngram, language) = (sheet.hash, sheet.ngram as u32, code(&sheet.language));
        let article = self.known.get(&sheet.identity()).copied().unwrap_or(doc);
        batch.docs.push(Doc { key, article, hash, language, ngram, removals: 0, apart, at, first });
        for entry in &sheet.paragraphs {
            let paragraph = batch.paragraphs.len() as u32;
            let at = batch.spool.append(|to| Record::write(entry, to))?;
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
        let Self { mut batch, keys, asked, .. } = self;
        let groups = Groups::of(&batch, &keys)?;
        drop(keys);
        let proposals = Proposals::of(&batch, &groups, &asked)?;
        drop(asked);
        let removals = match batch.across.mode {
            Mode::Boilerplate => boilerplate::decide(dedup, &batch, &groups, &proposals)?,
            Mode::Repeats => repeats::decide(dedup, &batch, &groups, &proposals)?,
        };
        let capped = Capped { alignments: batch.too_long.load(Ordering::Relaxed), ..proposals.capped() };
        drop((groups, proposals));
        batch.spool.check()?;
        let (removals, proofs) = removals.in_order(&mut batch)?;
        Ok(Plan { removals, proofs, capped, batch })
    }
}

/// What keeps the hashes of a site's paragraphs from those of others, if they never meet.
pub(super) fn apart(across: &Across, site: &str) -> u64 {
    match (across.mode, across.one_site) {
        (Mode::Boilerplate, false) => xxh3_64(site.as_bytes()),
        _ => 0,
    }
}
