//! All that goes, and why: collected in any order, kept in that of the paragraphs.

use std::collections::HashMap;
use std::io;

use serde::{Deserialize, Serialize};

use crate::paragraph::{Finding, ParagraphId, Role};
use crate::verdict::finding::copied;

use super::postings::{PARTS, Postings};
use super::spool::Spool;
use super::survey::Batch;

/// Why a group of paragraphs goes.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Proof {
    /// Without paragraph, twin and document.
    pub(super) finding: Finding,
    /// True if twin and paragraph have the same words.
    pub(super) exact: bool,
    /// How many documents have it.
    pub(super) articles: usize,
    /// True if it goes from all of them.
    pub(super) from_all: bool,
}

/// The finding of a word-for-word copy, whose paragraph and twin are told later.
pub(super) fn exact(role: Role) -> Finding {
    copied([ParagraphId(0); 2], [role; 2])
}

/// Bytes of a removal: paragraph, twin, proof.
pub(super) const REMOVAL: usize = 12;

/// Proofs by their numbers.
#[derive(Debug)]
pub(super) struct Proofs {
    /// JSON, one behind the other.
    spool: Spool,
    /// Where each begins.
    at: Vec<u64>,
}

impl Proofs {
    /// The proof of a number.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(super) fn get(&self, number: u32) -> io::Result<Proof> {
        let number = number as usize;
        let end = self.at.get(number + 1).copied().unwrap_or(self.spool.len());
        let mut scratch = Vec::new();
        let json = self.spool.read(self.at[number]..end, &mut scratch);
        self.spool.check()?;
        Ok(serde_json::from_slice(json)?)
    }
}

/// All that goes.
#[derive(Debug)]
pub(super) struct Removals {
    /// Paragraph and twin, and the number of the proof.
    list: Postings,
    proofs: Proofs,
    /// The proofs of copies: many are the same.
    copies: HashMap<Vec<u8>, u32>,
}

impl Removals {
    /// None, of a batch.
    pub(super) fn new(batch: &Batch) -> Self {
        Self {
            list: Postings::of_pairs(batch.paragraphs.len() as u64, batch.memory / 16),
            proofs: Proofs { spool: Spool::new(batch.memory / 16), at: Vec::new() },
            copies: HashMap::new(),
        }
    }

    /// Adds paragraphs, each with its twin, that go for the same reason.
    ///
    /// # Errors
    /// If a temporary file cannot be written.
    pub(super) fn add(&mut self, proof: &Proof, list: &[(u32, u32)]) -> io::Result<()> {
        if list.is_empty() {
            return Ok(());
        }
        let json = serde_json::to_vec(proof)?;
        let number = match self.copies.get(&json) {
            Some(number) => *number,
            None => {
                let number = self.proofs.at.len() as u32;
                self.proofs.at.push(self.proofs.spool.append(|to| to.extend_from_slice(&json))?);
                if proof.exact {
                    self.copies.insert(json, number);
                }
                number
            }
        };
        list.iter()
            .try_for_each(|(paragraph, twin)| self.list.push((u64::from(*paragraph) << 32 | u64::from(*twin), number)))
    }

    /// Hands out the removals in the order of their paragraphs: paragraph, twin, proof.
    ///
    /// # Errors
    /// If a temporary file cannot be read.
    pub(super) fn each(&self, mut take: impl FnMut(u32, u32, Proof)) -> io::Result<()> {
        for number in 0..PARTS {
            for (key, proof) in self.list.part(number)? {
                take((key >> 32) as u32, key as u32, self.proofs.get(proof)?);
            }
        }
        Ok(())
    }

    /// The removals in the order of their paragraphs, and their proofs; tells the documents where theirs begin.
    ///
    /// # Errors
    /// If a temporary file cannot be written or read.
    pub(super) fn in_order(self, batch: &mut Batch) -> io::Result<(Spool, Proofs)> {
        let mut ordered = Spool::new(batch.memory / 16);
        let (mut count, mut told) = (0u32, 0usize);
        for number in 0..PARTS {
            for (key, proof) in self.list.part(number)? {
                let (paragraph, twin) = ((key >> 32) as u32, key as u32);
                let docs = told..=batch.doc(paragraph) as usize;
                told = told.max(docs.end() + 1);
                batch.docs[docs].iter_mut().for_each(|doc| doc.removals = count);
                ordered.append(|to| {
                    [paragraph, twin, proof].iter().for_each(|number| to.extend_from_slice(&number.to_le_bytes()));
                })?;
                count += 1;
            }
        }
        batch.docs[told..].iter_mut().for_each(|doc| doc.removals = count);
        Ok((ordered, self.proofs))
    }
}
