//! Said elsewhere, in parts: a paragraph each of whose sentences is said by some paragraph that stays. Bullets merged
//! into one, a standfirst made of two sentences of the body.

use crate::paragraph::{Guard, Role};
use crate::role::Shape;

use super::decide::{Case, PairsOf};
use super::judge::{Judgement, Pair};
use super::resolve::Edge;

/// Share of a sentence's words that its twin must say.
const LEAST_SAID: f64 = 0.95;

/// Sentences of a paragraph that have a bit of their own: see [`unsaid_sentences`].
pub const MOST_TOLD: usize = 64;

/// A paragraph that goes for several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// 0-based.
    pub paragraph: u32,
    /// The paragraphs that say its sentences, the one that says most of its words first; all of them stay.
    pub twins: Vec<u32>,
}

impl Case<'_, '_> {
    /// The paragraphs that go in parts, of those that `chosen` leaves. Whoever is relied on stays.
    #[must_use]
    pub fn parts(&self, by_paragraph: &PairsOf, chosen: &[Option<Edge>]) -> Vec<Parts> {
        let mut relied_on: Vec<bool> = vec![false; chosen.len()];
        for edge in chosen.iter().flatten() {
            relied_on[edge.stays as usize] = true;
        }
        let mut gone = vec![false; chosen.len()];
        let mut found = Vec::new();
        for index in 0..chosen.len() as u32 {
            let numbers = by_paragraph.of(index);
            let stays = chosen[index as usize].is_some() || relied_on[index as usize] || self.suspects.fixed(index);
            if numbers.len() < 2 || stays {
                continue;
            }
            let stays = |twin: u32| chosen[twin as usize].is_none() && !gone[twin as usize];
            if let Some(parts) = self.said_in_parts(index, numbers, &stays) {
                parts.twins.iter().for_each(|twin| relied_on[*twin as usize] = true);
                gone[index as usize] = true;
                found.push(parts);
            }
        }
        found
    }

    fn said_in_parts(&self, index: u32, numbers: &[u32], stays: &dyn Fn(u32) -> bool) -> Option<Parts> {
        let shape = &self.suspects.get(index)?.shape;
        if !may_go_in_parts(shape) {
            return None;
        }
        let mut tellers: Vec<(u32, &[u32])> = Vec::new();
        for number in numbers {
            let pair = &self.pairs[*number as usize];
            let (twin, judgement, said) = sides(pair, index);
            // A heading or a row stays by its form; that is no reason for the body to go.
            if stays(twin) && !self.suspects.fixed(twin) && sound(judgement) {
                tellers.push((twin, said));
            }
        }
        // Greedy: who says most goes first.
        tellers.sort_by_key(|(twin, said)| (std::cmp::Reverse(said.len()), *twin));
        let mut open: Vec<u32> = (0..shape.sentences.len() as u32).collect();
        let mut twins = Vec::new();
        for (twin, said) in &tellers {
            let before = open.len();
            open.retain(|sentence| !said.contains(sentence));
            if open.len() < before {
                twins.push(*twin);
            }
        }
        (open.is_empty() && twins.len() > 1).then_some(Parts { paragraph: index, twins })
    }
}

/// True if a paragraph of such a shape may go where others say its sentences.
fn may_go_in_parts(shape: &Shape) -> bool {
    // Where sentences end without a sign, their ends are guesses.
    shape.sentences.len() > 1
        && shape.chars_per_word <= 2
        && matches!(shape.role, Role::Body | Role::KeyPoint | Role::Caption | Role::ListItem)
}

/// True if a paragraph may go in parts, and all but `free` (0-based words, ascending) are enough of one of its sentences.
#[must_use]
pub fn says_a_sentence(shape: &Shape, free: &[usize]) -> bool {
    enough_said(shape, free).next().is_some()
}

/// A pair seen from one of its paragraphs: the other, what is thought, the sentences that the other says.
fn sides(pair: &Pair, index: u32) -> (u32, &Judgement, &[u32]) {
    if pair.first == index {
        (pair.second, &pair.forth, &pair.said[0])
    } else {
        (pair.first, &pair.back, &pair.said[1])
    }
}

/// True unless a fact differs somewhere: which sentence it stands in is not asked.
fn sound(judgement: &Judgement) -> bool {
    let adds = |guard: &Guard| matches!(guard, Guard::Adds | Guard::Content | Guard::TooShort | Guard::Structure);
    judgement.differences.guards.is_empty() && judgement.guards.iter().all(adds)
}

/// The sentences (0-based) of a paragraph that may go in parts of which another one says enough: all words but `free`,
/// and none of the `new_words` (0-based, both).
#[must_use]
pub fn said_sentences(shape: &Shape, free: &[usize], new_words: &[usize]) -> Vec<u32> {
    let said = enough_said(shape, free);
    let new = |(start, end): (usize, usize)| new_words.iter().any(|word| (start..end).contains(word));
    said.filter(|(_, words)| !new(*words)).map(|(sentence, _)| sentence).collect()
}

/// The sentences (0-based) of a paragraph that may go in parts of which all words but `free` are enough, and their words.
fn enough_said<'a>(shape: &'a Shape, free: &'a [usize]) -> impl Iterator<Item = (u32, (usize, usize))> + 'a {
    let starts = if may_go_in_parts(shape) { shape.sentences.as_slice() } else { &[] };
    let ends = starts.iter().skip(1).copied().chain([shape.trimmings.len()]);
    let mut rest = free;
    let sentences = (0..).zip(starts.iter().copied().zip(ends));
    sentences.filter(move |(_, (start, end))| {
        let (inside, behind) = rest.split_at(rest.iter().take_while(|word| *word < end).count());
        rest = behind;
        says_sentence(end - start, inside.iter().filter(|word| shape.trimmings[**word].is_none()).count())
    })
}

/// True if so many words are enough of a sentence, with so many missing.
#[must_use]
pub fn says_sentence(words: usize, missing: usize) -> bool {
    (words - missing) as f64 >= LEAST_SAID * words as f64
}

/// The sentences of a paragraph, a bit each, that the other one of a pair does not say. None of a paragraph that has
/// more than [`MOST_TOLD`].
#[must_use]
pub fn unsaid_sentences(shape: &Shape, pair: &Pair, paragraph: u32) -> u64 {
    let count = shape.sentences.len();
    if count > MOST_TOLD {
        return 0;
    }
    let said = sides(pair, paragraph).2.iter().fold(0u64, |said, at| said | 1 << at);
    !said & (u64::MAX >> (MOST_TOLD - count))
}
