//! What recurs in enough articles of one site goes from all of them.

use rayon::prelude::*;

use crate::article::Deduplicator;
use crate::paragraph::{Kind, Role, Verdict};
use crate::role::Shape;

use super::groups::Groups;
use super::pairs::Pair;
use super::plan::{Proof, Removal, Removals, exact};
use super::survey::{Batch, Links};
use super::topics::Topics;
use super::verify::{compare, shape};

/// A line of fewer words may be a heading or a cell; a sentence, a turn of phrase.
const LEAST_WORDS: usize = 8;

/// Who signs, has fewer.
const SIGNATURE_WORDS: usize = 4;

/// Who says what a paragraph says, in other words: twins by paragraph, among the first of each group.
fn said(dedup: &Deduplicator, batch: &Batch, pairs: &[Pair]) -> Links<u32> {
    let judged: Vec<[Option<(u32, u32)>; 2]> = pairs
        .par_iter()
        .map(|pair| {
            let compared = compare(dedup, batch, pair.first, pair.second);
            let goes = |verdict: Option<Verdict>| verdict == Some(Verdict::Remove);
            let forth = goes(compared.forth.map(|finding| finding.verdict)).then_some((pair.first, pair.second));
            let back = goes(compared.back.map(|finding| finding.verdict)).then_some((pair.second, pair.first));
            [forth, back]
        })
        .collect();
    let mut said = Links::new();
    for (goes, stays) in judged.into_iter().flatten().flatten() {
        said.entry(goes).or_default().push(stays);
    }
    said
}

/// What goes, in no order.
pub(super) fn decide(dedup: &Deduplicator, batch: &Batch, groups: &Groups, pairs: &[Pair]) -> Removals {
    let said = said(dedup, batch, pairs);
    let mut firsts: Vec<u32> = groups.leaders().chain(said.keys().copied()).collect();
    firsts.sort_unstable();
    firsts.dedup();
    let topics = Topics::new(dedup, batch, groups);
    let case = Case { dedup, batch, groups, said: &said, topics: &topics };
    let found: Vec<(Proof, Vec<Removal>)> = firsts.into_par_iter().filter_map(|first| case.furniture(first)).collect();
    let mut removals = Removals::default();
    for (proof, list) in found {
        removals.add(proof, list);
    }
    removals
}

struct Case<'a> {
    dedup: &'a Deduplicator,
    batch: &'a Batch,
    groups: &'a Groups,
    said: &'a Links<u32>,
    topics: &'a Topics<'a>,
}

impl Case<'_> {
    /// The removals of a group, if it is furniture.
    fn furniture(&self, first: u32) -> Option<(Proof, Vec<Removal>)> {
        let batch = self.batch;
        let near = self.said.get(&first).map_or(&[][..], Vec::as_slice);
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
            None => compare(self.dedup, batch, first, *near.first()?).forth?,
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
        let list = members.iter().map(|member| Removal::new(batch, *member, twin(*member))).collect();
        Some((proof, list))
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
