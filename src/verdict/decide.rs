//! One decision a paragraph, from all judged pairs of a document: who goes, who stays, what is told about the rest.

use std::cmp::{Ordering, Reverse};
use std::collections::{HashMap, HashSet};

use crate::facts::Harmless;
use crate::options::{Keep, Options};
use crate::paragraph::{Finding, Findings, Guard, Kind, ParagraphId, Role, Span, Verdict};
use crate::role::Shape;
use crate::role::trimming::Trimming;
use crate::shingle::Prints;
use crate::similarity::candidates::Candidates;
use crate::suspects::Suspects;
use crate::threads::map_all;

use super::finding::{copied, judged};
use super::judge::{Judgement, Pair};
use super::parts::Parts;
use super::rarity::Rarity;
use super::resolve::{Edge, inherit, resolve};
use super::structure::Structure;

/// Most share of an article's words that may go where they are not word-for-word equal to their twin.
pub const MOST_REMOVED: f64 = 0.4;

/// One of two that say the same is the fuller if it says this much more, as a weight of words.
const FULLER: f64 = 0.5;

/// A paragraph that says so many others is made of them.
const MANY_HELD: usize = 3;

/// Everything a decision rests on.
pub struct Case<'a, 'v> {
    /// The document's paragraphs.
    pub paragraphs: &'a [Span],
    /// Their words and shingles.
    pub prints: &'a Prints,
    /// Copies and candidate pairs.
    pub candidates: &'a Candidates,
    /// Roles and words of those concerned.
    pub suspects: &'a Suspects<'v>,
    /// The judged pairs.
    pub pairs: &'a [Pair],
    /// What the user wants.
    pub options: &'a Options,
    /// How rare words are.
    pub rarity: Rarity<'a, 'v>,
    /// What belongs to the form.
    pub structure: &'a Structure<'a, 'v>,
    /// True if only what goes is asked for.
    pub removals_only: bool,
}

impl Case<'_, '_> {
    /// The findings of the document.
    #[must_use]
    pub fn decide(&self) -> Findings {
        let copies = self.copies();
        let mut chosen = resolve(self.paragraphs.len(), self.edges(&copies));
        for (stays, members) in copies.values() {
            let may_go = |member: &u32| member != stays && !self.suspects.fixed(*member);
            inherit(&mut chosen, *stays, members.iter().copied().filter(may_go));
        }
        let by_paragraph = PairsOf::paragraphs(self.paragraphs.len(), self.pairs);
        let parts = self.parts(&by_paragraph, &chosen);
        let in_parts = |index: u32| parts.binary_search_by_key(&index, |part| part.paragraph).ok().map(|at| &parts[at]);
        let findings = (0u32..).zip(&chosen).filter_map(|(index, edge)| match (edge, in_parts(index)) {
            (Some(edge), _) => Some(self.removal(index, edge)),
            (None, Some(parts)) => Some(self.removal_in_parts(parts)),
            (None, None) if self.removals_only => None,
            (None, None) => self.kept(index, by_paragraph.of(index), &chosen),
        });
        let mut result =
            Findings { paragraphs: self.paragraphs.to_vec(), findings: findings.collect(), ..Findings::default() };
        self.withdraw(&mut result);
        result
    }

    /// For the first of each group of copies: the member that stays for all of them, and the members that may go.
    fn copies(&self) -> HashMap<u32, (u32, Vec<u32>)> {
        let mut groups: HashMap<u32, (u32, Vec<u32>)> = HashMap::new();
        for &(copy, first) in &self.candidates.copies {
            if self.structure.on_purpose(copy, first) {
                continue;
            }
            let (champion, members) = groups.entry(first).or_insert_with(|| (first, vec![first]));
            members.push(copy);
            let better = self.options.keep == Keep::Auto && self.worth_of_copy(copy) > self.worth_of_copy(*champion);
            // What stays anyway stays for all.
            let (new, old) = (self.suspects.fixed(copy), self.suspects.fixed(*champion));
            if new && !old || better && new == old {
                *champion = copy;
            }
        }
        groups
    }

    /// An edge a pair at the most: of a group of copies only the member that stays for all has any.
    fn edges(&self, copies: &HashMap<u32, (u32, Vec<u32>)>) -> Vec<Edge> {
        let champion = |index: u32| copies.get(&index).map_or(index, |group| group.0);
        let holds_many = self.holds_many();
        let edges = map_all(self.pairs, |pair| self.edge(pair, champion, &holds_many));
        (0u32..).zip(edges).filter_map(|(evidence, edge)| Some(Edge { evidence, ..edge? })).collect()
    }

    /// Which of a pair goes for the other, if any does; `champion` is the paragraph that stays for one and its copies.
    fn edge(&self, pair: &Pair, champion: impl Fn(u32) -> u32, holds_many: &HashSet<u32>) -> Option<Edge> {
        let fixed = |index| self.suspects.fixed(champion(index));
        let may = |judgement: &Judgement, goes| judgement.verdict == Verdict::Remove && !fixed(goes);
        let may = (may(&pair.forth, pair.first), may(&pair.back, pair.second));
        let (goes, stays, judgement) = match may {
            (true, true) if self.first_stays(pair) => (pair.second, pair.first, &pair.back),
            (true, _) => (pair.first, pair.second, &pair.forth),
            (false, true) => (pair.second, pair.first, &pair.back),
            (false, false) => return None,
        };
        // What is made of other paragraphs may go in parts; that is no reason for them to go.
        let made_of = holds_many.contains(&stays) && self.sentence_in(goes, stays);
        // A heading or a row stays by its form; that is no reason for the body to go.
        let by_form = || fixed(stays) && rank(self.suspects.role(goes)) > rank(self.suspects.role(champion(stays)));
        if made_of || self.barred(pair, goes) || by_form() {
            return None;
        }
        let strength = judgement.coverage + judgement.jaccard;
        Some(Edge { goes: champion(goes), stays: champion(stays), strength, evidence: 0 })
    }

    /// True if of a pair not `goes` but the one that is to stay should have gone, and stays by its form alone: a heading,
    /// a row. That is no reason for the text itself to go.
    fn barred(&self, pair: &Pair, goes: u32) -> bool {
        let first = goes == pair.first;
        let (other, stays) = if first { (&pair.back, pair.second) } else { (&pair.forth, pair.first) };
        let role = |index| self.suspects.role(index);
        let by_form = *other.guards == [Guard::Structure] && other.coverage >= self.options.threshold;
        let above = role(goes) != Role::Boilerplate && rank(role(goes)) >= rank(role(stays));
        by_form && above && self.first_stays(pair) == first
    }

    /// Paragraphs that hold several others of running text: a summary of them, or the whole article in one paragraph.
    fn holds_many(&self) -> HashSet<u32> {
        let mut held: HashMap<u32, usize> = HashMap::new();
        for pair in self.pairs {
            for (goes, stays, judgement) in
                [(pair.first, pair.second, &pair.forth), (pair.second, pair.first, &pair.back)]
            {
                if judgement.verdict == Verdict::Remove && self.sentence_in(goes, stays) {
                    *held.entry(stays).or_default() += 1;
                }
            }
        }
        held.into_iter().filter(|(_, count)| *count >= MANY_HELD).map(|(stays, _)| stays).collect()
    }

    /// True if `x` is running text, and `y` says it as a small part of what it says.
    fn sentence_in(&self, x: u32, y: u32) -> bool {
        let words = |index: u32| self.prints.words(index as usize).len();
        let shape = self.suspects.get(x).map(|suspect| &suspect.shape);
        shape.is_some_and(|shape| shape.full_stop && !shape.marked && matches!(shape.role, Role::Body | Role::Quote))
            && 2 * words(x) < words(y)
    }

    /// True if the first of two paragraphs that say the same should stay rather than the second.
    fn first_stays(&self, pair: &Pair) -> bool {
        let shape = |index| self.suspects.get(index).map(|suspect| &suspect.shape);
        let solid = |index| shape(index).map_or(0, Shape::solid_words);
        let (a, b) = (pair.first, pair.second);
        match self.options.keep {
            Keep::First => true,
            Keep::Longest => solid(a) >= solid(b),
            Keep::Auto => {
                let (rarer_a, rarer_b) = self.rarer_spellings(pair);
                let (label_a, label_b) = (self.adds_label(a, &pair.forth), self.adds_label(b, &pair.back));
                let says = |own: &Judgement| own.differences.new_weight + own.differences.named as f64;
                let fuller = says(&pair.back) > says(&pair.forth) + FULLER;
                match self.worth(a, rarer_a + label_a).cmp(&self.worth(b, rarer_b + label_b)) {
                    Ordering::Equal => !fuller,
                    order => order == Ordering::Greater,
                }
            }
        }
    }

    /// What speaks for a paragraph to stay: its markup, its role, then that it is sound. `flaws` are those that show
    /// beside its like only.
    fn worth(&self, index: u32, flaws: usize) -> (bool, u8, Reverse<usize>) {
        let shape = self.suspects.get(index).map(|suspect| &suspect.shape);
        let blemishes = shape.map_or(0, Shape::blemishes) as usize + flaws;
        let role = self.suspects.role(index);
        let rank = match shape {
            // What the article tells of itself stands above what it shows.
            Some(shape) if shape.post => rank(Role::PullQuote),
            Some(shape) if role == Role::Quote && shape.full_stop || shape.lost_stop() => rank(Role::Body),
            _ => rank(role),
        };
        (self.suspects.fixed(index), rank, Reverse(blemishes))
    }

    /// As [`Case::worth`], of word-for-word copies: a heading stands as high as the body.
    fn worth_of_copy(&self, index: u32) -> (bool, u8, Reverse<usize>) {
        let (fixed, role, blemishes) = self.worth(index, 0);
        let top = matches!(self.suspects.role(index), Role::Headline | Role::Subheading);
        (fixed, if top { rank(Role::Body) } else { role }, blemishes)
    }

    /// 1 for a caption with a lead-in label that its like has not: "Defiant: ...". A body begins with the place.
    fn adds_label(&self, index: u32, own: &Judgement) -> usize {
        let label = |(what, _): &(Harmless, usize)| *what == Harmless::Trimmed(Trimming::Label);
        let caption = self.suspects.role(index) == Role::Caption;
        usize::from(caption && own.differences.harmless.iter().any(label))
    }

    /// Of the words that differ in spelling only, how many of each paragraph's are the rarer in this article; of two
    /// that are as rare as each other, the one with the rarer letters.
    fn rarer_spellings(&self, pair: &Pair) -> (usize, usize) {
        let word = |index, i: u32| self.suspects.get(index).map_or("", |suspect| suspect.folded[i as usize]);
        let mut rarer = (0, 0);
        for &(i, j) in &pair.spellings {
            let (one, other) = (word(pair.first, i), word(pair.second, j));
            let order = self.rarity.compare(one, other);
            rarer.0 += usize::from(order == Ordering::Less);
            rarer.1 += usize::from(order == Ordering::Greater);
        }
        rarer
    }

    fn removal(&self, index: u32, edge: &Edge) -> Finding {
        let (paragraph, twin) = (ParagraphId(index), ParagraphId(edge.stays));
        if let Some(pair) = self.pairs.get(edge.evidence as usize) {
            let forth = self.candidates.original(index).unwrap_or(index) == pair.first;
            let judgement = if forth { &pair.forth } else { &pair.back };
            return judged([paragraph, twin], self.suspects, judgement, Verdict::Remove);
        }
        copied([paragraph, twin], [self.suspects.role(index), self.suspects.role(edge.stays)])
    }

    fn removal_in_parts(&self, parts: &Parts) -> Finding {
        let twins: Vec<ParagraphId> = parts.twins.iter().map(|twin| ParagraphId(*twin)).collect();
        let (role, twin_role) = (self.suspects.role(parts.paragraph), self.suspects.role(parts.twins[0]));
        let words = |index: u32| self.prints.words(index as usize).len() as f64;
        let mut finding = Finding {
            paragraph: ParagraphId(parts.paragraph),
            twin: twins[0],
            kind: if role == Role::Caption { Kind::Caption } else { Kind::Restated },
            verdict: Verdict::Remove,
            role,
            twin_role,
            coverage: 1.0,
            jaccard: (words(parts.paragraph) / parts.twins.iter().map(|twin| words(*twin)).sum::<f64>()).min(1.0),
            margin: 0.0,
            new_words: Vec::new(),
            guards: Vec::new(),
            reason: String::new(),
            also: twins[1..].to_vec(),
            elsewhere: None,
        };
        finding.retell_parts();
        finding
    }

    /// The closest pair that did not lead to removal, if it is close enough to be told.
    fn kept(&self, index: u32, pairs: &[u32], chosen: &[Option<Edge>]) -> Option<Finding> {
        if self.suspects.fixed(index) {
            return None;
        }
        let (twin, judgement) = pairs
            .iter()
            .map(|number| &self.pairs[*number as usize])
            .map(|pair| if pair.first == index { (pair.second, &pair.forth) } else { (pair.first, &pair.back) })
            .filter(|(twin, judgement)| {
                chosen[*twin as usize].is_none()
                    && judgement.coverage >= self.options.threshold
                    && (judgement.verdict == Verdict::Review || !judgement.guards.is_empty())
            })
            .max_by(|(_, a), (_, b)| a.verdict.cmp(&b.verdict).then(a.coverage.total_cmp(&b.coverage)))?;
        Some(judged([ParagraphId(index), ParagraphId(twin)], self.suspects, judgement, judgement.verdict))
    }

    /// Takes the removals back if they would take too much that is not word-for-word said elsewhere.
    fn withdraw(&self, findings: &mut Findings) {
        let words = |finding: &Finding| self.prints.words(finding.paragraph.index()).len();
        let inexact: Vec<usize> =
            findings.removals().filter(|f| f.jaccard < 1.0 || f.coverage < 1.0).map(words).collect();
        let share = inexact.iter().sum::<usize>() as f64 / self.prints.word_count().max(1) as f64;
        // One removal alone is a pair like any other, however short the article.
        if share > MOST_REMOVED && inexact.len() > 1 && !self.options.force {
            findings.withdrawn = Some(share);
            for finding in &mut findings.findings {
                if finding.verdict == Verdict::Remove {
                    finding.verdict = Verdict::Review;
                }
            }
        }
    }
}

/// For each paragraph of a document, the pairs it is in, by their numbers.
pub struct PairsOf {
    /// For each paragraph, where its pairs begin in `numbers`; and where those of the last end.
    starts: Vec<u32>,
    numbers: Vec<u32>,
}

impl PairsOf {
    fn paragraphs(count: usize, pairs: &[Pair]) -> Self {
        let mut starts = vec![0u32; count + 1];
        let sides = |pair: &Pair| [pair.first as usize, pair.second as usize];
        pairs.iter().flat_map(sides).for_each(|paragraph| starts[paragraph] += 1);
        let mut end = 0;
        for start in &mut starts {
            end += std::mem::replace(start, end);
        }
        let mut numbers = vec![0; 2 * pairs.len()];
        let mut next = starts.clone();
        for (number, pair) in (0u32..).zip(pairs) {
            for paragraph in sides(pair) {
                numbers[next[paragraph] as usize] = number;
                next[paragraph] += 1;
            }
        }
        Self { starts, numbers }
    }

    /// The pairs of a paragraph (0-based), ascending.
    #[must_use]
    pub fn of(&self, paragraph: u32) -> &[u32] {
        let at = paragraph as usize;
        &self.numbers[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
}

/// Which role stays where two paragraphs say the same: the higher.
const fn rank(role: Role) -> u8 {
    match role {
        Role::Body => 5,
        Role::Headline => 4,
        Role::Quote => 3,
        Role::Subheading | Role::KeyPoint | Role::ListItem => 2,
        Role::HeadlineFragment => 0,
        _ => 1,
    }
}
