//! Each paragraph stays in the first article that has it.

use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};

use crate::article::Deduplicator;
use crate::paragraph::{Finding, Verdict};

use super::boilerplate::may_go;
use super::groups::Groups;
use super::pairs::Pair;
use super::plan::{Proof, Removal, Removals, exact};
use super::survey::{Batch, Links};
use super::verify::{compare, shape};

/// What goes, in no order.
pub(super) fn decide(dedup: &Deduplicator, batch: &Batch, groups: &Groups, pairs: &[Pair]) -> Removals {
    let judged: Vec<Option<(u32, Finding)>> = pairs
        .par_iter()
        .map(|pair| compare(dedup, batch, pair.first, pair.second).back.map(|finding| (pair.first, finding)))
        .collect();
    let mut twins: Links<(u32, Finding)> = BTreeMap::new();
    for (pair, judged) in pairs.iter().zip(judged) {
        if let Some(judged) = judged {
            twins.entry(pair.second).or_default().push(judged);
        }
    }
    settle(dedup, batch, groups, twins)
}

/// What goes, by the earlier paragraphs that each one may go for; in no order.
pub(super) fn settle(
    dedup: &Deduplicator,
    batch: &Batch,
    groups: &Groups,
    mut twins: Links<(u32, Finding)>,
) -> Removals {
    let mut concerned: Vec<u32> = groups.leaders().chain(twins.keys().copied()).collect();
    concerned.sort_unstable();
    concerned.dedup();
    let mut removals = Removals::default();
    // Paragraphs that go, among the first of each group, and what stays for them.
    let mut gone: HashMap<u32, u32> = HashMap::new();
    for first in concerned {
        let Some(shape) = shape(dedup, batch, first).filter(may_go) else { continue };
        let found = twins.remove(&first).unwrap_or_default();
        let stays = |twin: u32| gone.get(&twin).copied().unwrap_or(twin);
        let best = found.into_iter().filter_map(|(twin, finding)| match stays(twin) {
            same if same == twin => Some((twin, finding)),
            // The twin goes itself: does what stays for it say this, too?
            other if batch.article(other) == batch.article(first) => None,
            other => compare(dedup, batch, other, first).back.map(|finding| (other, finding)),
        });
        let order = |finding: &Finding| (finding.verdict, finding.coverage + finding.jaccard);
        let best = best.max_by(|(i, a), (j, b)| {
            let (a, b) = (order(a), order(b));
            a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(j.cmp(i))
        });
        let members: Vec<u32> = groups.members(first).collect();
        let articles = |others: &[u32]| {
            let mut docs: Vec<u32> = members.iter().chain(others).map(|member| batch.article(*member)).collect();
            docs.sort_unstable();
            docs.dedup();
            docs.len()
        };
        match best {
            Some((twin, finding)) if finding.verdict == Verdict::Remove && !batch.entry(first).pinned => {
                gone.insert(first, twin);
                let others: Vec<u32> = groups.members(twin).collect();
                let proof = Proof { finding, exact: false, articles: articles(&others), from_all: false };
                let goes = members.iter().filter(|member| batch.article(**member) != batch.article(twin));
                removals.add(proof, goes.map(|member| Removal::new(batch, *member, twin)).collect());
            }
            best => {
                let goes: Vec<Removal> = members
                    .iter()
                    .filter(|member| batch.article(**member) != batch.article(first))
                    .map(|member| Removal::new(batch, *member, first))
                    .collect();
                let finding = exact(shape.role);
                let proof = Proof { finding, exact: true, articles: articles(&[]), from_all: false };
                removals.add(proof, goes);
                if let Some((twin, finding)) = best.filter(|(_, finding)| finding.verdict == Verdict::Review) {
                    let others: Vec<u32> = groups.members(twin).collect();
                    let proof = Proof { finding, exact: false, articles: articles(&others), from_all: false };
                    removals.add(proof, vec![Removal::new(batch, first, twin)]);
                }
            }
        }
    }
    removals
}
