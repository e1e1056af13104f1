//! The similarity pass: from candidate pairs to judged pairs, over all threads where an article has many.
//!
//! Rows of a template that differ in their numbers are told by comparing bags of words (4 % of the pairs in 8,136
//! real articles); of all such pairs of a paragraph only the closest, which may be shown to people, is aligned and
//! judged.

mod under;

use std::cell::RefCell;
use std::sync::Arc;

use crate::facts::WordKind;
use crate::options::Options;
use crate::paragraph::Verdict;
use crate::role::Shape;
use crate::similarity::align::{Match, Overlap, align_sharing, overlap};
use crate::similarity::candidates::Candidate;
use crate::similarity::gaps::Gaps;
use crate::similarity::like::scans_alike;
use crate::similarity::vocabulary::WordId;
use crate::suspects::{Earlier, Glossary, Sequences, Suspect, Suspects};
use crate::threads::map_all;
use crate::verdict::judge::{NEAR_EQUAL, Pair, Told, judge, may_cover, stands_over};
use crate::verdict::parts::said_sentences;

/// Pairs whose words overlap less are not aligned: a little below the least coverage that any verdict asks for.
const LEAST_BOUND: f64 = 0.4;

/// Most words that differ in spelling only that are noted for a pair.
const MOST_SPELLINGS: usize = 12;

/// Most words of a gap that are compared as a scanner reads them.
const MOST_SCANNED: usize = 3;

thread_local! {
    /// How often each word stands in the one paragraph and not in the other; empty between uses.
    static OVERLAP: RefCell<Overlap> = RefCell::default();
    /// The gaps of the alignment at hand.
    static GAPS: RefCell<Gaps> = RefCell::default();
}

/// One document's pass.
pub(crate) struct Pass<'a, 'v> {
    /// What the user wants.
    pub(crate) options: &'a Options,
    /// The suspects' words.
    pub(crate) sequences: &'a Sequences,
    /// The suspects.
    pub(crate) suspects: &'a Suspects<'v>,
    /// The document's words.
    pub(crate) glossary: &'v Glossary<'v>,
    /// What was known when more paragraphs stood in the document, and the pairs of then, ordered by their second
    /// paragraph, then the first.
    pub(crate) earlier: Option<(&'a Earlier<'a, 'v>, &'a [Pair])>,
    /// For paragraphs of different documents, what is asked of them.
    pub(crate) strangers: Option<Strangers>,
    /// True if every pair is to be judged, not only those that may come to something.
    pub(crate) all: bool,
}

/// What is asked of paragraphs of different documents: not about those that stay; and where they stand tells nothing.
#[derive(Clone, Copy)]
pub(crate) struct Strangers {
    /// True if the first of a pair may go for the second, too.
    pub(crate) both: bool,
    /// Whether a paragraph of such a shape may go.
    pub(crate) may_go: fn(&Shape) -> bool,
}

/// What is known of a candidate before it is aligned.
#[derive(Clone, Copy, PartialEq)]
enum Glance {
    /// Too few words in common for any alignment to matter.
    Unlike,
    /// To be aligned, with so many words in common; or judged earlier.
    Like(usize),
    /// Near-equal, with other numbers in each: a look-alike, with so many words in common and this share of them.
    OtherNumbers(usize, f64),
    /// With so many words in common too few for a finding; and the sentences of each that the other does not say.
    FallsShort(usize, [u64; 2]),
}

/// What comes of an alignment.
enum Outcome {
    Unlike,
    TooLong,
    Judged(Pair),
}

impl Pass<'_, '_> {
    /// Judges the candidates; gives the pairs in their order, and how many were too long to be aligned.
    #[must_use]
    pub(crate) fn judge(&self, candidates: &[Candidate]) -> (Vec<Pair>, usize) {
        let partners = self.partners(candidates);
        let glances = map_all(candidates, |candidate| self.glance(candidate, &partners));
        let (mut pairs, mut too_long) = self.pairs(&self.wanted(candidates, &glances));
        let needed = self.needed(candidates, &glances, &pairs);
        if !needed.is_empty() {
            let (more, longer) = self.pairs(&needed);
            pairs.extend(more);
            pairs.sort_by_key(|pair| (pair.second, pair.first));
            too_long += longer;
        }
        (pairs, too_long)
    }

    /// Judges candidates of which it is known how many words they have in common; gives the pairs in their order, and
    /// how many were too long to be aligned.
    fn pairs(&self, wanted: &[(Candidate, usize)]) -> (Vec<Pair>, usize) {
        let outcomes = map_all(wanted, |(candidate, shared)| self.pair(candidate, *shared));
        let mut pairs = Vec::with_capacity(outcomes.len());
        let mut too_long = 0;
        for outcome in outcomes {
            match outcome {
                Outcome::Judged(pair) => pairs.push(pair),
                Outcome::TooLong => too_long += 1,
                Outcome::Unlike => {}
            }
        }
        (pairs, too_long)
    }

    /// The candidates to be aligned, with how many words they have in common: those that may be near-duplicates, and for
    /// each paragraph the closest look-alike.
    fn wanted(&self, candidates: &[Candidate], glances: &[Glance]) -> Vec<(Candidate, usize)> {
        let mut closest: std::collections::HashMap<u32, (f64, usize)> = std::collections::HashMap::new();
        for (index, (candidate, glance)) in candidates.iter().zip(glances).enumerate() {
            let Glance::OtherNumbers(_, share) = *glance else { continue };
            for paragraph in [candidate.first, candidate.second] {
                let best = closest.entry(paragraph).or_insert((share, index));
                if share > best.0 {
                    *best = (share, index);
                }
            }
        }
        let told = |index: usize, candidate: &Candidate| {
            [candidate.first, candidate.second].iter().any(|p| closest.get(p).is_some_and(|best| best.1 == index))
        };
        let wanted = candidates.iter().zip(glances).enumerate().map(|(index, (candidate, glance))| match *glance {
            Glance::Unlike | Glance::FallsShort(..) => None,
            Glance::Like(shared) => Some((*candidate, shared)),
            // Look-alikes stay.
            Glance::OtherNumbers(..) if self.strangers.is_some() => None,
            Glance::OtherNumbers(shared, _) => told(index, candidate).then_some((*candidate, shared)),
        });
        wanted.flatten().collect()
    }

    fn glance(&self, candidate: &Candidate, partners: &[u32]) -> Glance {
        let (first, second) = (candidate.first, candidate.second);
        // What was judged earlier need not be looked at again.
        if self.known(candidate).is_some() {
            return Glance::Like(0);
        }
        let (Some(a), Some(b)) = (self.sequences.get(first), self.sequences.get(second)) else { return Glance::Unlike };
        OVERLAP.with_borrow_mut(|bags| {
            let shared = overlap(a, b, bags, self.glossary.vocabulary);
            let (nx, ny) = (a.ids.len(), b.ids.len());
            if (shared as f64) < LEAST_BOUND * nx.min(ny).max(1) as f64 {
                return Glance::Unlike;
            }
            let jaccard = shared as f64 / (nx + ny - shared).max(1) as f64;
            if jaccard >= NEAR_EQUAL {
                return match (self.suspects.get(first), self.suspects.get(second)) {
                    (Some(x), Some(y)) if other_numbers(x, &bags.first, y, &bags.second) => {
                        Glance::OtherNumbers(shared, jaccard)
                    }
                    _ => Glance::Like(shared),
                };
            }
            let unsaid = self.falls_short(candidate, (a, b), shared, bags, partners);
            unsaid.map_or(Glance::Like(shared), |unsaid| Glance::FallsShort(shared, unsaid))
        })
    }

    /// The pair as it was judged earlier, if all that it was judged by is as it was.
    fn known(&self, candidate: &Candidate) -> Option<&Pair> {
        let (earlier, pairs) = self.earlier?;
        let Candidate { first, second, .. } = *candidate;
        let then = (earlier.number(second), earlier.number(first));
        let at = pairs.binary_search_by_key(&then, |pair| (pair.second, pair.first)).ok()?;
        let unchanged = |paragraph| self.suspects.unchanged(paragraph, earlier);
        let as_near = stands_over(second - first) == stands_over(then.0 - then.1);
        (unchanged(first) && unchanged(second) && as_near).then(|| &pairs[at])
    }

    /// Aligns and judges one candidate whose paragraphs have `shared` words in common.
    fn pair(&self, candidate: &Candidate, shared: usize) -> Outcome {
        let (first, second) = (candidate.first, candidate.second);
        if let Some(pair) = self.known(candidate) {
            return Outcome::Judged(Pair { first, second, ..pair.clone() });
        }
        let (Some(a), Some(b)) = (self.sequences.get(first), self.sequences.get(second)) else {
            return Outcome::Unlike;
        };
        let (Some(x), Some(y)) = (self.suspects.get(first), self.suspects.get(second)) else { return Outcome::Unlike };
        let [forth, back] = self.strangers.map_or([true; 2], |asked| asked.ways(x, y));
        if !forth && !back {
            return Outcome::Unlike;
        }
        GAPS.with_borrow_mut(|gaps| {
            let Some(mut alignment) = align_sharing(a, b, shared, self.glossary.vocabulary, gaps) else {
                return Outcome::TooLong;
            };
            let (here, there) = (x.side(), y.side());
            let may_go = || {
                forth && may_cover(&here, &there, &alignment.first, gaps.free_here(), self.options)
                    || back && may_cover(&there, &here, &alignment.second, gaps.free_there(), self.options)
            };
            if self.strangers.is_some() && !may_go() {
                return Outcome::Unlike;
            }
            let distance = if self.strangers.is_some() { 1 } else { second - first };
            let (forth, back) = judge(&here, &there, distance, &mut alignment, gaps, self.options, self.all);
            // Whose spelling is the slip is asked where one of them goes.
            let goes = [&forth, &back].iter().any(|judgement| judgement.verdict == Verdict::Remove);
            let spellings = if goes { spellings(x, y, &alignment.first, gaps) } else { Vec::new() };
            let said = [
                said_sentences(&x.shape, gaps.free_here(), &forth.differences.new_words),
                said_sentences(&y.shape, gaps.free_there(), &back.differences.new_words),
            ];
            Outcome::Judged(Pair { first, second, told: Arc::new(Told { forth, back, spellings, said }) })
        })
    }
}

impl Strangers {
    /// Whether it is asked if the first may go for the second, and the other way round.
    fn ways(self, first: &Suspect<'_>, second: &Suspect<'_>) -> [bool; 2] {
        [self.both && (self.may_go)(&first.shape), (self.may_go)(&second.shape)]
    }
}

/// The words that differ in spelling only. An ending more or less is grammar, not a slip. Words too short to be taken for
/// the same are named where a scanner confuses them: "in" and "ln".
fn spellings(x: &Suspect<'_>, y: &Suspect<'_>, links: &[Match], gaps: &Gaps) -> Vec<(u32, u32)> {
    let slip = |i: usize, j: usize| !x.folded[i].starts_with(y.folded[j]) && !y.folded[j].starts_with(x.folded[i]);
    let linked = if gaps.only_same() { &[] } else { links };
    let like = (0u32..).zip(linked).filter_map(|(i, found)| match found {
        Match::Like(j) if slip(i as usize, *j as usize) => Some((i, *j)),
        _ => None,
    });
    let in_place = gaps.iter().filter(|(here, there)| here.len() == there.len() && here.len() <= MOST_SCANNED);
    let scanned = in_place
        .flat_map(|(here, there)| here.iter().zip(there))
        .filter_map(|(&i, &j)| scans_alike(x.folded[i], y.folded[j]).then_some((i as u32, j as u32)));
    like.chain(scanned).take(MOST_SPELLINGS).collect()
}

/// True if each side has a number in digits that the other has not, by word and by value. `only_x` and `only_y` are
/// the places (0-based words) of what only one of them has.
fn other_numbers(x: &Suspect<'_>, only_x: &[(WordId, u32)], y: &Suspect<'_>, only_y: &[(WordId, u32)]) -> bool {
    let numbers = |suspect: &Suspect<'_>, only: &[(WordId, u32)]| -> Vec<f64> {
        let value = |(_, at): &(WordId, u32)| match suspect.kinds[*at as usize] {
            WordKind::Number(Some(value)) if suspect.shape.trimmings[*at as usize].is_none() => Some(value),
            _ => None,
        };
        only.iter().filter_map(value).collect()
    };
    let (here, there) = (numbers(x, only_x), numbers(y, only_y));
    let new = |own: &[f64], other: &[f64]| own.iter().any(|value| !other.contains(value));
    !here.is_empty() && !there.is_empty() && new(&here, &there) && new(&there, &here)
}
