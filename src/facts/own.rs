//! Whether a paragraph says something of its own: all there is to know of one that says far too much else to go.

use std::cell::OnceCell;

use super::{Differences, FreeNumbers, Rivals, Side, WordKind, unlike, untrimmed, word};
use crate::similarity::gaps::Gaps;

/// Of [`super::differences`] as much as tells whether `x` says something of its own, and more than a [`LITTLE`]: what there is to
/// know of a paragraph that says far too much else to go.
#[must_use]
pub(crate) fn own_matter(x: &Side<'_>, y: &Side<'_>, gaps: &Gaps) -> Differences {
    let mut found = Differences { total_weight: x.weight, ..Differences::default() };
    if let Some((word, weight)) = surely_new(x, gaps) {
        found.new_words.push(word);
        found.new_weight = weight;
        return found;
    }
    let numbers = FreeNumbers { y, free: gaps.free_there(), known: OnceCell::new() };
    for (xs, ys) in gaps.iter() {
        let (own, there) = untrimmed(x, y, xs, ys, &mut found);
        let rivals = Rivals::of(y, &there);
        for &i in unlike(x, y, own, &there, &mut found).iter() {
            word(x, i, &rivals, &numbers, &mut found);
        }
    }
    found
}

/// A word (0-based) of `x` that says something, and the weight of some of those that have nothing in their place, once it is
/// more than a [`LITTLE`]: told at a glance. Numbers do not count, as they may be written otherwise elsewhere.
fn surely_new(x: &Side<'_>, gaps: &Gaps) -> Option<(usize, f64)> {
    let mut solid = None;
    let mut weight = 0.0;
    for (xs, _) in gaps.iter().filter(|(_, ys)| ys.is_empty()) {
        for &i in xs {
            let kind = x.kinds[i];
            let passed = x.shape.trimmings[i].is_some() || x.attributes(i);
            if passed || matches!(kind, WordKind::Number(_) | WordKind::Date(_)) {
                continue;
            }
            weight += kind.weight();
            if kind.is_solid() {
                solid = Some(i);
            }
            if let Some(word) = solid.filter(|_| weight > LITTLE * x.weight) {
                return Some((word, weight));
            }
        }
    }
    None
}

/// Share of what a paragraph says that is little to say beside another one.
pub(crate) const LITTLE: f64 = 0.3;
