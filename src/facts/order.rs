//! Whether two paragraphs with the same words tell of the same roles: "A beat B" is not "B beat A".

use super::{Side, WordKind};
use crate::paragraph::Role;
use crate::similarity::align::{Alignment, Match};

/// True if words have changed places in a way that may turn round who does what to whom.
pub(super) fn differs(x: &Side<'_>, alignment: &Alignment) -> bool {
    if in_order(alignment) {
        return false;
    }
    let heavy = |i: usize| {
        !matches!(x.kinds[i], WordKind::Light) && x.shape.trimmings[i].is_none() && !day_beside_month(x, alignment, i)
    };
    // Blocks: runs of heavy words that keep their order and neighbourhood in the second paragraph.
    let mut places: Vec<(usize, u32)> = Vec::with_capacity(x.kinds.len());
    places.extend((0..x.kinds.len()).filter(|i| heavy(*i)).filter_map(|i| Some((i, alignment.first[i].index()?))));
    // What moved says little: all that says more is one block.
    if places.is_sorted_by(|(_, one), (_, next)| one < next) {
        return traded_places(x, alignment);
    }
    let ranks = ranks(&places, alignment.second.len());
    // For each rank, the word of `x`.
    let mut heavy_at = vec![0; ranks.len()];
    for (at, &rank) in ranks.iter().enumerate() {
        if let Some(slot) = heavy_at.get_mut(rank) {
            *slot = places[at].0;
        }
    }
    let mut blocks: Vec<(usize, usize)> = Vec::with_capacity(FEW_BLOCKS);
    for (at, &rank) in ranks.iter().enumerate() {
        match blocks.last_mut() {
            Some((start, len)) if *start + *len == rank && at > 0 => *len += 1,
            _ => blocks.push((rank, 1)),
        }
    }
    // Roles are played by names and numbers, or by single words that change places.
    let acts = |kind| matches!(kind, WordKind::Name | WordKind::Title | WordKind::Number(_) | WordKind::Date(_));
    let name = |rank: usize| heavy_at.get(rank).is_some_and(|i| acts(x.kinds[*i]));
    let unspaced = x.shape.unspaced();
    let most = if unspaced { MOST_ACTOR_CHARS } else { MOST_ACTOR_WORDS };
    let actor = |(rank, len): (usize, usize)| len <= most && (unspaced || len == 1 || (rank..rank + len).any(name));
    let exchange = blocks.windows(3).any(|w| w[0].0 > w[1].0 && w[1].0 > w[2].0 && actor(w[0]) && actor(w[2]));
    // More than a clause that moved: who does what to whom may differ.
    let scrambled = blocks.len() >= if unspaced { MOST_BLOCKS_CHARS } else { MOST_BLOCKS };
    // Two names next to each other that changed places.
    let neighbours = blocks.len() <= 4
        && blocks
            .windows(2)
            .any(|w| w[0].0 == w[1].0 + 1 && w[0].1 == 1 && w[1].1 == 1 && name(w[0].0) && name(w[1].0));
    exchange || neighbours || scrambled || traded_places(x, alignment)
}

/// For each place, how many of the others come before it in the second paragraph, which has `words` words.
fn ranks(places: &[(usize, u32)], words: usize) -> Vec<usize> {
    let mut before = vec![0; words + 1];
    for (_, at) in places {
        before[*at as usize + 1] += 1;
    }
    for at in 1..before.len() {
        before[at] += before[at - 1];
    }
    places.iter().map(|(_, at)| before[*at as usize]).collect()
}

/// True if no word moved: most pairs end here.
fn in_order(alignment: &Alignment) -> bool {
    let moved = alignment.first.iter().any(|found| matches!(found, Match::Moved(_)));
    !moved && alignment.first.iter().filter_map(|found| found.index()).is_sorted_by(|one, next| one < next)
}

/// True for the day of a date that stands beside its month in both paragraphs: "5 May", "May 5".
fn day_beside_month(x: &Side<'_>, alignment: &Alignment, i: usize) -> bool {
    let place = |k: usize| alignment.first.get(k).and_then(|link| link.index());
    let beside = |k: usize| {
        let month = matches!(x.kinds.get(k), Some(WordKind::Date(value)) if *value < 100.0);
        month && place(k).zip(place(i)).is_some_and(|(month, day)| month.abs_diff(day) == 1)
    };
    matches!(x.kinds[i], WordKind::Number(_)) && (beside(i + 1) || i > 0 && beside(i - 1))
}

/// The words of `x` that stand elsewhere in the second paragraph, and the place there where each would stand if it had
/// stayed between its neighbours.
fn homes<'a>(alignment: &'a Alignment) -> impl Iterator<Item = (usize, usize, usize)> + 'a {
    alignment.first.iter().enumerate().filter_map(|(i, link)| {
        let Match::Moved(at) = link else { return None };
        Some((i, *at as usize, home(&alignment.first, i)?))
    })
}

/// The place where word `i` would stand if it had stayed between its neighbours.
fn home(links: &[Match], i: usize) -> Option<usize> {
    match (i.checked_sub(1).map(|before| links[before]), links.get(i + 1)) {
        (Some(Match::Same(j)), _) => Some(j as usize + 1),
        (_, Some(Match::Same(j))) => (*j as usize).checked_sub(1),
        _ => None,
    }
}

/// True if two words stand in each other's place, whatever they are: "They" and "Moscow". One of them says something.
fn traded_places(x: &Side<'_>, alignment: &Alignment) -> bool {
    homes(alignment).any(|(i, at, wanted)| {
        let Some(Match::Moved(other)) = alignment.second.get(wanted) else { return false };
        let other = Some(*other as usize).filter(|other| home(&alignment.first, *other) == Some(at));
        other.is_some_and(|other| {
            let date = day_beside_month(x, alignment, i) || day_beside_month(x, alignment, other);
            other != i && !date && (x.kinds[i].is_solid() || x.kinds[other].is_solid())
        })
    })
}

/// True if a word that says something has moved, and a word that `x` has not stands between its neighbours: "a county in
/// Arizona", "a city in Yavapai County, Arizona".
pub(super) fn displaced(x: &Side<'_>, y: &Side<'_>, alignment: &Alignment) -> bool {
    let same = |i: Option<usize>, place: usize| {
        i.and_then(|i| alignment.first.get(i)).is_some_and(|link| *link == Match::Same(place as u32))
    };
    homes(alignment).any(|(i, _, home)| {
        let between = same(i.checked_sub(1), home.wrapping_sub(1)) && same(Some(i + 1), home + 1);
        let taken = alignment.second.get(home) == Some(&Match::None) && y.kinds[home].is_solid();
        // A caption tells in its own order what the text tells.
        let told = if x.shape.role == Role::Caption { x.kinds[i].is_fact() } else { x.kinds[i].is_solid() };
        between && taken && told && !x.shape.unspaced()
    })
}

/// Most texts have fewer blocks.
const FEW_BLOCKS: usize = 16;

/// As many blocks of words in another order are no longer the same sentence with a clause moved.
const MOST_BLOCKS: usize = 5;

/// The same where each character counts as a word.
const MOST_BLOCKS_CHARS: usize = 5;

/// Most heavy words of a name that changes places.
const MOST_ACTOR_WORDS: usize = 5;

/// The same where each character counts as a word.
const MOST_ACTOR_CHARS: usize = 12;
