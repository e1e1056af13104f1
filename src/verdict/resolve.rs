//! From judged pairs to one decision a paragraph: every removal has a twin that stays.

/// "Paragraph `goes` may go because `stays` stays."
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edge {
    /// 0-based paragraph.
    pub goes: u32,
    /// 0-based paragraph.
    pub stays: u32,
    /// How good a twin it is; the best is named.
    pub strength: f64,
    /// Index of what is known about the pair, in the caller's list.
    pub evidence: u32,
}

/// Chooses for each paragraph the edge by which it goes, if any. A paragraph that is somebody's twin stays.
///
/// Depth first: a paragraph's possible twins are decided before it, so that in a chain of copies all point at the one
/// that stays. Where edges run in a circle the paragraph met first relies on the others.
#[must_use]
pub fn resolve(paragraphs: usize, mut edges: Vec<Edge>) -> Vec<Option<Edge>> {
    if edges.is_empty() {
        return vec![None; paragraphs];
    }
    edges.sort_by(|a, b| a.goes.cmp(&b.goes).then(b.strength.total_cmp(&a.strength)).then(a.stays.cmp(&b.stays)));
    let mut chosen: Vec<Option<Edge>> = vec![None; paragraphs];
    let mut state = vec![State::Open; paragraphs];
    let range = |p: u32| edges.partition_point(|e| e.goes < p)..edges.partition_point(|e| e.goes <= p);
    let mut stack = Vec::new();
    for root in 0..paragraphs as u32 {
        stack.push(root);
        while let Some(&p) = stack.last() {
            let at = p as usize;
            match state[at] {
                State::Open => {
                    state[at] = State::Waiting;
                    let undecided = |e: &&Edge| state[e.stays as usize] == State::Open;
                    stack.extend(edges[range(p)].iter().filter(undecided).map(|e| e.stays));
                }
                State::Waiting => {
                    stack.pop();
                    let edge = edges[range(p)].iter().find(|e| state[e.stays as usize] == State::Stays);
                    chosen[at] = edge.copied();
                    state[at] = if edge.is_some() { State::Goes } else { State::Stays };
                }
                State::Stays | State::Goes => drop(stack.pop()),
            }
        }
    }
    chosen
}

/// Lets copies go: for the one of them that stays for all or, where that goes, for what it goes for. What holds for one
/// copy holds for all: edges for each member would be as many as members times pairs, too many for memory.
pub fn inherit(chosen: &mut [Option<Edge>], stays: u32, others: impl Iterator<Item = u32>) {
    let to_it = Edge { goes: stays, stays, strength: COPY, evidence: u32::MAX };
    let edge = chosen[stays as usize].unwrap_or(to_it);
    for goes in others {
        chosen[goes as usize] = Some(Edge { goes, ..edge });
    }
}

/// How good a twin a copy is: coverage and Jaccard index, both 1.
const COPY: f64 = 2.0;

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Open,
    Waiting,
    Stays,
    Goes,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn edge(goes: u32, stays: u32) -> Edge {
        Edge { goes, stays, strength: 1.0, evidence: 0 }
    }

    #[test]
    fn in_a_chain_the_middle_goes_and_its_echo_stays_unless_it_has_another_twin() {
        let fates = |edges: &[Edge]| -> Vec<Option<u32>> {
            resolve(3, edges.to_vec()).iter().map(|e| e.map(|e| e.stays)).collect()
        };
        assert_eq!(fates(&[edge(0, 1), edge(1, 2)]), [None, Some(2), None]);
        assert_eq!(fates(&[edge(0, 1), edge(1, 2), edge(0, 2)]), [Some(2), Some(2), None]);
        assert_eq!(fates(&[edge(1, 0), edge(0, 1)]).iter().flatten().count(), 1);
    }

    proptest! {
        /// The obvious way: every member of a group has all the group's edges, and one to the member that stays. Where
        /// edges run in a circle a copy may name another twin than that way gives; it goes all the same.
        #[test]
        fn inheriting_is_having_all_edges(
            pairs in prop::collection::vec((0u32..6, 0u32..6, 1u32..20), 0..20),
            sizes in prop::collection::vec(1u32..4, 6),
            circles in any::<bool>(),
        ) {
            let starts: Vec<u32> = sizes.iter().scan(0, |at, size| { *at += size; Some(*at - size) }).collect();
            let all = sizes.iter().sum::<u32>() as usize;
            let group = |g: u32| starts[g as usize]..starts[g as usize] + sizes[g as usize];
            let edge = |goes, stays, strength| Edge { goes, stays, strength, evidence: u32::MAX };
            let (mut few, mut many) = (Vec::new(), Vec::new());
            for (from, to, strength) in pairs.into_iter().filter(|(from, to, _)| from > to || circles && from != to) {
                let (stays, strength) = (group(to).start, f64::from(strength) / 10.0);
                few.push(edge(group(from).start, stays, strength));
                many.extend(group(from).map(|goes| edge(goes, stays, strength)));
            }
            for g in 0..6 {
                many.extend(group(g).skip(1).map(|goes| edge(goes, group(g).start, COPY)));
            }
            let mut fast = resolve(all, few);
            for g in 0..6 {
                inherit(&mut fast, group(g).start, group(g).skip(1));
            }
            let slow = resolve(all, many);
            let goes = |chosen: &[Option<Edge>]| chosen.iter().map(Option::is_some).collect::<Vec<_>>();
            prop_assert_eq!(goes(&fast), goes(&slow));
            for edge in fast.iter().flatten() {
                prop_assert!(fast[edge.stays as usize].is_none());
            }
            if !circles {
                prop_assert_eq!(fast, slow);
            }
        }

        #[test]
        fn every_twin_stays(pairs in prop::collection::vec((0u32..12, 0u32..12), 0..40)) {
            let edges: Vec<Edge> = pairs.into_iter().filter(|(a, b)| a != b).map(|(a, b)| edge(a, b)).collect();
            let chosen = resolve(12, edges.clone());
            for edge in chosen.iter().flatten() {
                prop_assert!(chosen[edge.stays as usize].is_none());
            }
            // Nothing stays that could rely on a paragraph that stays.
            for edge in &edges {
                let both_stay = chosen[edge.goes as usize].is_none() && chosen[edge.stays as usize].is_none();
                let relied_on = chosen.iter().flatten().any(|e| e.stays == edge.goes);
                prop_assert!(!both_stay || relied_on || edges.iter().any(|e| e.stays == edge.goes));
            }
        }
    }
}
