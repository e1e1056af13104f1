//! Each paragraph stays in the first article that has it.

use std::collections::{BTreeMap, HashMap};
use std::io;

use rayon::prelude::*;

use crate::article::Deduplicator;
use crate::paragraph::{Finding, Role, Verdict};

use super::groups::Groups;
use super::pairs::{Pair, Proposals};
use super::removals::{Proof, Removals, exact};
use super::survey::Batch;
use super::verify::{Compared, compare, role_if_may_go, says};

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
    let mut case = Case { dedup, batch, groups, gone: HashMap::new(), removals: Removals::new(batch) };
    // Later paragraphs go for earlier ones, and are decided after them.
    proposals.each(|range, pairs| {
        let mut twins = twins(dedup, batch, pairs);
        let mut concerned: Vec<u32> = groups.leaders(range).chain(twins.keys().copied()).collect();
        concerned.sort_unstable();
        concerned.dedup();
        let roles: Vec<Option<Role>> = concerned.par_iter().map(|p| role_if_may_go(dedup, batch, *p)).collect();
        for (first, role) in concerned.into_iter().zip(roles) {
            if let Some(role) = role {
                case.decide(first, role, twins.remove(&first).unwrap_or_default())?;
            }
        }
        Ok(())
    })?;
    Ok(case.removals)
}

/// What goes, by the earlier paragraphs that each one may go for, where none is the copy of another.
///
/// # Errors
/// As [`decide`].
pub(super) fn settle(
    dedup: &Deduplicator,
    batch: &Batch,
    twins: BTreeMap<u32, Vec<(u32, Finding)>>,
) -> io::Result<Removals> {
    let groups = Groups::singles(batch.paragraphs.len() as u32);
    let mut case = Case { dedup, batch, groups: &groups, gone: HashMap::new(), removals: Removals::new(batch) };
    for (first, twins) in twins {
        if let Some(role) = role_if_may_go(dedup, batch, first) {
            case.decide(first, role, twins)?;
        }
    }
    Ok(case.removals)
}

/// For each paragraph the earlier ones that say, or nearly say, what it says.
fn twins(dedup: &Deduplicator, batch: &Batch, pairs: &[Pair]) -> BTreeMap<u32, Vec<(u32, Finding)>> {
    let mut twins: BTreeMap<u32, Vec<(u32, Finding)>> = BTreeMap::new();
    for Compared { pair, back, .. } in compare(dedup, batch, pairs.to_vec(), false) {
        twins.entry(pair.second).or_default().extend(back.map(|finding| (pair.first, finding)));
    }
    twins
}

struct Case<'a> {
    dedup: &'a Deduplicator,
    batch: &'a Batch,
    groups: &'a Groups,
    /// Paragraphs that go, among the first of each group, and what stays for them.
    gone: HashMap<u32, u32>,
    removals: Removals,
}

impl Case<'_> {
    /// Decides about the group of `first`, for which there are `twins`.
    fn decide(&mut self, first: u32, role: Role, twins: Vec<(u32, Finding)>) -> io::Result<()> {
        let batch = self.batch;
        let best = self.best(first, twins);
        let members: Vec<u32> = self.groups.members(first).collect();
        let goes = |stays: u32| -> Vec<(u32, u32)> {
            let goes = members.iter().filter(|member| batch.article(**member) != batch.article(stays));
            goes.map(|member| (*member, stays)).collect()
        };
        match best {
            Some((twin, finding))
                if finding.verdict == Verdict::Remove && !batch.with(first, |record| record.pinned) =>
            {
                self.gone.insert(first, twin);
                let proof = self.near(finding, &members, twin);
                self.removals.add(&proof, &goes(twin))
            }
            best => {
                let articles = self.articles(members.iter().copied());
                let proof = Proof { finding: exact(role), exact: true, articles, from_all: false };
                self.removals.add(&proof, &goes(first))?;
                match best.filter(|(_, finding)| finding.verdict == Verdict::Review) {
                    Some((twin, finding)) => {
                        let proof = self.near(finding, &members, twin);
                        self.removals.add(&proof, &[(first, twin)])
                    }
                    None => Ok(()),
                }
            }
        }
    }

    /// Of the paragraphs that `first` may go for, or what stays for them, the one that says it best.
    fn best(&self, first: u32, twins: Vec<(u32, Finding)>) -> Option<(u32, Finding)> {
        let batch = self.batch;
        let found = twins.into_iter().filter_map(|(twin, finding)| match self.gone.get(&twin) {
            None => Some((twin, finding)),
            // The twin goes itself: does what stays for it say this, too?
            Some(other) if batch.article(*other) == batch.article(first) => None,
            Some(other) => says(self.dedup, batch, *other, first).map(|finding| (*other, finding)),
        });
        let order = |finding: &Finding| (finding.verdict, finding.coverage + finding.jaccard);
        found.max_by(|(i, a), (j, b)| {
            let (a, b) = (order(a), order(b));
            a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(j.cmp(i))
        })
    }

    fn near(&self, finding: Finding, members: &[u32], twin: u32) -> Proof {
        let articles = self.articles(members.iter().copied().chain(self.groups.members(twin)));
        Proof { finding, exact: false, articles, from_all: false }
    }

    /// How many articles have one of the paragraphs.
    fn articles(&self, paragraphs: impl Iterator<Item = u32>) -> usize {
        let mut articles: Vec<u32> = paragraphs.map(|paragraph| self.batch.article(paragraph)).collect();
        articles.sort_unstable();
        articles.dedup();
        articles.len()
    }
}
