//! Pairs that come to nothing, told before they are aligned: paragraphs that say a little less of each other than the
//! threshold asks for are as many pairs as those that say enough.
//!
//! Such a pair gives no finding. All it could do is say one sentence of a paragraph of which others say the rest;
//! whether they do is asked when those are judged.

use std::collections::HashMap;

use crate::similarity::align::Overlap;
use crate::similarity::candidates::Candidate;
use crate::similarity::unlike::links_shared_only;
use crate::similarity::vocabulary::{Sequence, WordId};
use crate::verdict::judge::Pair;
use crate::verdict::parts::{MOST_TOLD, says_sentence, unsaid_sentences};

use super::{Glance, Pass};

/// No sentence of a paragraph counts on the other one.
const NOTHING: u64 = u64::MAX;

impl Pass<'_, '_> {
    /// For each paragraph, how many candidates it is in.
    pub(super) fn partners(&self, candidates: &[Candidate]) -> Vec<u32> {
        let last = candidates.iter().map(|candidate| candidate.second as usize + 1).max().unwrap_or(0);
        let mut partners = vec![0; if self.all { 0 } else { last }];
        if !self.all {
            for paragraph in candidates.iter().flat_map(|candidate| [candidate.first, candidate.second]) {
                partners[paragraph as usize] += 1;
            }
        }
        partners
    }

    /// For each of two paragraphs the sentences, a bit each, that the other surely does not say, if it is sure that
    /// neither says enough of the other for a finding. They have `shared` words in common; `bags` holds the others.
    pub(super) fn falls_short(
        &self,
        candidate: &Candidate,
        (a, b): (&Sequence, &Sequence),
        shared: usize,
        bags: &mut Overlap,
        partners: &[u32],
    ) -> Option<[u64; 2]> {
        let short = |words: &Sequence| (shared as f64) / (words.ids.len().max(1) as f64) < self.options.threshold;
        let Candidate { first, second, .. } = *candidate;
        let falls_short = !self.all
            && short(a)
            && short(b)
            // Of a caption less is enough, and trimmings do not count.
            && self.suspects.is_prose(first)
            && self.suspects.is_prose(second)
            && links_shared_only((a, b), shared, bags, self.glossary.vocabulary);
        falls_short.then(|| {
            let unsaid = |paragraph: u32, only: &[(WordId, u32)], other| match partners[paragraph as usize] {
                0 | 1 => NOTHING,
                _ => self.surely_unsaid(paragraph, only, other),
            };
            [unsaid(first, &bags.first, b), unsaid(second, &bags.second, a)]
        })
    }

    /// The sentences of a paragraph that lack too many words to be said by `other`; `only` are the words that it has not
    /// as often.
    fn surely_unsaid(&self, paragraph: u32, only: &[(WordId, u32)], other: &Sequence) -> u64 {
        let Some(suspect) = self.suspects.get(paragraph) else { return 0 };
        let starts = &suspect.shape.sentences;
        match starts.len() {
            0 | 1 => return NOTHING,
            2..=MOST_TOLD => {}
            _ => return 0,
        }
        // Of a word that the other has less often it is not known which is left over.
        let gone: Vec<usize> =
            only.iter().filter(|(id, _)| !other.ids.contains(id)).map(|(_, at)| *at as usize).collect();
        let ends = starts.iter().skip(1).copied().chain([suspect.folded.len()]);
        let unsaid = |(at, (start, end)): (usize, (&usize, usize))| {
            let missing = gone.iter().filter(|word| (*start..end).contains(word)).count();
            u64::from(!says_sentence(end - start, missing)) << at
        };
        starts.iter().zip(ends).enumerate().map(unsaid).fold(0, |all, bit| all | bit)
    }

    /// The candidates that fall short, of a paragraph of which the others, and these, may say every sentence.
    pub(super) fn needed(
        &self,
        candidates: &[Candidate],
        glances: &[Glance],
        pairs: &[Pair],
    ) -> Vec<(Candidate, usize)> {
        let mut open: HashMap<u32, u64> = HashMap::new();
        let mut note = |paragraph: u32, unsaid: u64| {
            if unsaid != NOTHING {
                *open.entry(paragraph).or_insert(NOTHING) &= unsaid;
            }
        };
        for (candidate, glance) in candidates.iter().zip(glances) {
            if let Glance::FallsShort(_, unsaid) = glance {
                note(candidate.first, unsaid[0]);
                note(candidate.second, unsaid[1]);
            }
        }
        if open.is_empty() {
            return Vec::new();
        }
        for pair in pairs {
            for paragraph in [pair.first, pair.second] {
                if let (Some(open), Some(suspect)) = (open.get_mut(&paragraph), self.suspects.get(paragraph)) {
                    *open &= unsaid_sentences(&suspect.shape, pair, paragraph);
                }
            }
        }
        let needed = candidates.iter().zip(glances).filter_map(|(candidate, glance)| {
            let Glance::FallsShort(shared, _) = *glance else { return None };
            let counts = |paragraph: u32| open.get(&paragraph) == Some(&0);
            (counts(candidate.first) || counts(candidate.second)).then_some((*candidate, shared))
        });
        needed.collect()
    }
}
