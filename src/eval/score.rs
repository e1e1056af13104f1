//! Counting right, wrong and missed, and how sure the figures are.

use serde::Serialize;

use super::Judged;

/// Precision, recall and their harmonic mean, each 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Prf {
    /// Share of the removals that are right.
    pub precision: f64,
    /// Share of the labelled deletions that were found.
    pub recall: f64,
    /// Harmonic mean of both.
    pub f1: f64,
}

impl Prf {
    /// From counts; nothing to find and nothing removed is perfect.
    #[must_use]
    pub fn of(right: usize, wrong: usize, missed: usize) -> Self {
        let share = |part: usize, rest: usize, empty: f64| {
            if part + rest > 0 { part as f64 / (part + rest) as f64 } else { empty }
        };
        let precision = share(right, wrong, if missed == 0 { 1.0 } else { 0.0 });
        let recall = share(right, missed, 1.0);
        let sum = precision + recall;
        Self { precision, recall, f1: if sum > 0.0 { 2.0 * precision * recall / sum } else { 0.0 } }
    }
}

/// A 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// Lower bound.
    pub low: f64,
    /// Upper bound.
    pub high: f64,
}

/// How the intervals are found: articles drawn with replacement (Efron 1979).
#[derive(Clone, Copy, Debug)]
pub struct Bootstrap {
    /// How often.
    pub rounds: usize,
    /// Seed of the draws.
    pub seed: u64,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self { rounds: 1000, seed: 1 }
    }
}

/// Counts and figures over all articles.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Score {
    /// Removals that are right.
    pub right: usize,
    /// Removals that are wrong.
    pub wrong: usize,
    /// Labelled deletions that were not found.
    pub missed: usize,
    /// Precision, recall, F1.
    pub figures: Prf,
    /// Interval of the precision.
    pub precision: Interval,
    /// Interval of the recall.
    pub recall: Interval,
    /// Interval of F1.
    pub f1: Interval,
    /// Articles with a wrong removal.
    pub articles_with_wrong: usize,
}

/// What is right, wrong and missed in one article.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    pub(super) right: Vec<usize>,
    pub(super) wrong: Vec<usize>,
    pub(super) missed: Vec<usize>,
}

/// Compares one article's removals with its labels.
pub(super) fn counts(judged: &Judged, swap: bool) -> Counts {
    let labels = &judged.article;
    let mut counts = Counts::default();
    let mut wrong: Vec<usize> =
        judged.removed.iter().filter(|i| !labels.ambiguous.contains(i) && !labels.drop.contains(i)).copied().collect();
    for &index in &labels.drop {
        if judged.removed.contains(&index) && !labels.ambiguous.contains(&index) {
            counts.right.push(index);
            continue;
        }
        let twin = labels.twin.get(&index).copied().flatten();
        let swapped = wrong.iter().position(|i| Some(*i) == twin);
        match swapped.filter(|_| swap && labels.swap_ok.contains(&index)) {
            Some(at) => {
                wrong.remove(at);
                counts.right.push(index);
            }
            None => counts.missed.push(index),
        }
    }
    counts.wrong = wrong;
    counts
}

/// The score over all articles.
pub(super) fn score(all: &[Counts], bootstrap: Bootstrap) -> Score {
    let rows: Vec<[usize; 3]> = all.iter().map(|c| [c.right.len(), c.wrong.len(), c.missed.len()]).collect();
    let total = |rows: &mut dyn Iterator<Item = [usize; 3]>| {
        rows.fold([0; 3], |sum, row| [sum[0] + row[0], sum[1] + row[1], sum[2] + row[2]])
    };
    let [right, wrong, missed] = total(&mut rows.iter().copied());
    let mut random = SplitMix(bootstrap.seed);
    let draws: Vec<Prf> = (0..bootstrap.rounds)
        .map(|_| {
            let mut drawn = (0..rows.len()).map(|_| rows[(random.next() % rows.len() as u64) as usize]);
            let [right, wrong, missed] = total(&mut drawn);
            Prf::of(right, wrong, missed)
        })
        .collect();
    let figures = Prf::of(right, wrong, missed);
    let interval = |pick: fn(&Prf) -> f64| {
        let mut values: Vec<f64> = draws.iter().map(pick).collect();
        values.sort_by(f64::total_cmp);
        let at = |share: f64| values.get(((values.len() as f64 * share) as usize).min(values.len().saturating_sub(1)));
        let point = pick(&figures);
        Interval { low: at(0.025).copied().unwrap_or(point), high: at(0.975).copied().unwrap_or(point) }
    };
    Score {
        right,
        wrong,
        missed,
        figures,
        precision: interval(|p| p.precision),
        recall: interval(|p| p.recall),
        f1: interval(|p| p.f1),
        articles_with_wrong: rows.iter().filter(|row| row[1] > 0).count(),
    }
}

/// A small seeded generator (Steele, Lea and Flood 2014).
struct SplitMix(u64);

impl SplitMix {
    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
