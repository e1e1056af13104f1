//! What recurs in enough articles of one site goes from all of them.

use std::io;

use rayon::prelude::*;

use crate::article::Deduplicator;
use crate::paragraph::{Finding, Kind, Role, Verdict};
use crate::role::Shape;

use super::groups::Groups;
use super::pairs::{Pair, Proposals};
use super::postings::{PARTS, Posting, Postings};
use super::removals::{Proof, Removals, exact};
use super::survey::Batch;
use super::topics::Topics;
use super::verify::{compare, says, shape};

/// A line of fewer words may be a heading or a cell; a sentence, a turn of phrase.
const LEAST_WORDS: usize = 8;

/// Who signs, has fewer.
const SIGNATURE_WORDS: usize = 4;

/// Who says what a paragraph says, in other words: the one that may go, and the one that says it.
fn said(dedup: &Deduplicator, batch: &Batch, proposals: &Proposals<'_>) -> io::Result<Postings> {
    let mut said = Postings::of_pairs(batch.paragraphs.len() as u64, batch.memory / 16);
    proposals.each(|_, pairs| {
        let goes = |found: &Option<Finding>| found.as_ref().is_some_and(|f| f.verdict == Verdict::Remove);
        let told = compare(dedup, batch, pairs.to_vec(), true).into_iter().flat_map(|compared| {
            let Pair { second, first } = compared.pair;
            let forth = goes(&compared.forth).then_some((first, second));
            [forth, goes(&compared.back).then_some((second, first))]
        });
        told.flatten().try_for_each(|(goes, stays)| said.push((u64::from(goes) << 32 | u64::from(stays), 0)))
    })?;
    Ok(said)
}

/// What goes.
///
/// # Errors
/// If a temporary file cannot be written or read.
pub(super) fn decide(
    dedup: &Deduplicator,
    batch: &Batch,
    groups: &Groups,
    proposals: &Proposals<'_>,
) -> io::Result<Removals> {
    let said = said(dedup, batch, proposals)?;
    let topics = Topics::new(dedup, batch, groups);
    let mut removals = Removals::new(batch);
    for number in 0..PARTS {
        let part = said.part(number)?;
        let goes = |posting: &Posting| (posting.0 >> 32) as u32;
        let mut concerned: Vec<u32> = groups.leaders(said.uppers(number)).chain(part.iter().map(goes)).collect();
        concerned.sort_unstable();
        concerned.dedup();
        let found = concerned.into_par_iter().filter_map(|first| {
            let from = part.partition_point(|posting| goes(posting) < first);
            let near = part[from..].iter().take_while(|posting| goes(posting) == first);
            let near: Vec<u32> = near.map(|posting| posting.0 as u32).collect();
            Case { dedup, batch, groups, topics: &topics, near: &near }.furniture(first)
        });
        let found: Vec<(Proof, Vec<(u32, u32)>)> = found.collect();
        found.iter().try_for_each(|(proof, list)| removals.add(proof, list))?;
    }
    Ok(removals)
}

struct Case<'a> {
    dedup: &'a Deduplicator,
    batch: &'a Batch,
    groups: &'a Groups,
    topics: &'a Topics<'a>,
    /// Who says the same in other words.
    near: &'a [u32],
}

impl Case<'_> {
    /// The removals of a group, if it is furniture.
    fn furniture(&self, first: u32) -> Option<(Proof, Vec<(u32, u32)>)> {
        let batch = self.batch;
        let near = self.near;
        let holders: Vec<u32> = [first].iter().chain(near).flat_map(|group| self.groups.members(*group)).collect();
        let mut docs: Vec<u32> = holders.iter().map(|paragraph| batch.article(*paragraph)).collect();
        docs.sort_unstable();
        docs.dedup();
        let least = batch.across.min_articles;
        if docs.len() < least {
            return None;
        }
        let shape = shape(self.dedup, batch, first)?;
        if !may_go(&shape) || !self.topics.differ(&docs, least) {
            return None;
        }
        let members: Vec<u32> = self.groups.members(first).collect();
        let own_doc = batch.article(first);
        let another = members.iter().copied().find(|member| batch.article(*member) != own_doc);
        let mut finding = match another {
            Some(_) => exact(shape.role),
            // As it was found, whichever of the two comes first.
            None => says(self.dedup, batch, *near.first()?, first)?,
        };
        finding.kind = Kind::Boilerplate;
        let proof = Proof { finding, exact: another.is_some(), articles: docs.len(), from_all: true };
        let twin = |member: u32| match another {
            Some(another) => {
                if batch.article(member) == own_doc {
                    another
                } else {
                    first
                }
            }
            None => near[0],
        };
        let goes = |member: &&u32| **member == first || self.looks_like(**member, first);
        let list: Vec<(u32, u32)> = members.iter().filter(goes).map(|member| (*member, twin(*member))).collect();
        Some((proof, list))
    }

    /// True if a paragraph may be furniture as the first of its group may: with the same words it can be written
    /// otherwise, as a path or in a line of code.
    fn looks_like(&self, member: u32, first: u32) -> bool {
        let batch = self.batch;
        batch.with(member, |own| batch.with(first, |first| own.text == first.text))
            || shape(self.dedup, batch, member).is_some_and(|shape| may_go(&shape))
    }
}

/// True if a paragraph of this shape may be furniture: not a heading, a cell, a row, a line of code.
pub(super) fn may_go(shape: &Shape) -> bool {
    let words = shape.solid_size();
    match shape.role {
        Role::Boilerplate => true,
        Role::Separator | Role::Code | Role::ListItem | Role::Verse => false,
        Role::Signature => words >= SIGNATURE_WORDS,
        _ => words >= LEAST_WORDS,
    }
}
