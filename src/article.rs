//! One document in, its findings out.

use std::cell::RefCell;

use rayon::prelude::*;

use crate::facts::{Side, WordKind};
use crate::lexicon::Lexicon;
use crate::markup::plain;
use crate::options::{Keep, Options, OptionsError};
use crate::paragraph::{Capped, Finding, Findings, Guard, Kind, ParagraphId, Role, Span, Verdict};
use crate::role::trimming::Words;
use crate::role::{Place, Shape, ends_sentence, shape};
use crate::shingle::Prints;
use crate::similarity::align::{Match, align, most_coverage};
use crate::similarity::candidates::{Candidate, Candidates, Search};
use crate::similarity::vocabulary::{Sequence, Vocabulary};
use crate::verdict::judge::{Judgement, judge};
use crate::verdict::reason::{new_words, reason};
use crate::verdict::resolve::{Edge, resolve};
use crate::words::{hash_of, is_solo, words};

/// Least share of the smaller paragraph's shingles that a candidate pair must have in common.
const CANDIDATE_SHARE: f64 = 0.35;

/// Where each character counts as a word, this many times as many make a shingle.
const SOLO_FACTOR: usize = 2;

/// Letters looked at to know the script.
const SAMPLE_CHARS: usize = 48;

/// Pairs whose words overlap less are not aligned: a little below the least coverage that any verdict asks for.
const LEAST_BOUND: f64 = 0.4;

/// Lines of a refrain or a table have fewer words than this.
const LONG_WORDS: usize = 9;

/// Texts longer than this, in bytes, are hashed by several threads.
const HUGE: usize = 1 << 20;

/// Most share of an article's words that may go where they are not word-for-word equal to their twin.
const MOST_REMOVED: f64 = 0.4;

/// Most new words that a finding names.
const MOST_NEW_WORDS: usize = 12;

/// Finds the echoes of one document after another. Cheap to share: it is `Sync` and holds no state between documents.
#[derive(Clone, Debug)]
pub struct Deduplicator {
    options: Options,
}

thread_local! {
    /// Word counts, all zero between uses.
    static COUNTS: RefCell<Vec<u32>> = RefCell::default();
    /// Buffers of this thread, emptied for each document.
    static BUFFERS: RefCell<(Prints, Search)> = RefCell::default();
}

impl Deduplicator {
    /// A deduplicator with these options.
    ///
    /// # Errors
    /// If an option is out of its range.
    pub fn new(options: Options) -> Result<Self, OptionsError> {
        options.check()?;
        Ok(Self { options })
    }

    /// The options in force.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The paragraphs of `text` and what was found about them. The same text gives the same findings on any number
    /// of threads.
    #[must_use]
    pub fn find(&self, text: &str) -> Findings {
        let paragraphs = plain::paragraphs(text, self.options.paragraphs);
        // Taken out while in use: another document may be looked at by this thread while this one waits for others.
        let (mut prints, mut search) = BUFFERS.take();
        let ngram = if without_spaces(text) { self.options.ngram * SOLO_FACTOR } else { self.options.ngram };
        if text.len() > HUGE {
            prints.fill_parallel(text, &paragraphs, ngram);
        } else {
            prints.fill(text, &paragraphs, ngram);
        }
        let same = |i: usize, j: usize| same_words(paragraphs[i].of(text), paragraphs[j].of(text));
        let candidates = search.candidates(&prints, CANDIDATE_SHARE, same);
        let findings = if candidates.pairs.is_empty() && candidates.copies.is_empty() {
            Findings { paragraphs, ..Findings::default() }
        } else {
            Article::new(text, paragraphs, &prints, &candidates, &self.options).findings()
        };
        BUFFERS.set((prints, search));
        findings
    }
}

/// True if the text's script is written without spaces, so that each character counts as a word; told by a sample.
fn without_spaces(text: &str) -> bool {
    let sample = || text.chars().filter(|c| c.is_alphabetic()).take(SAMPLE_CHARS);
    // Few texts begin with anything but ASCII; for those no table is asked.
    let solo = sample().filter(|c| is_solo(*c)).count();
    solo * 2 > sample().count()
}

/// True if two paragraphs have the same words; told by the words, not by hashes.
fn same_words(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let (left, right) = (words(a), words(b));
    left.len() == right.len()
        && left.iter().zip(&right).all(|(l, r)| crate::words::fold(l.span.of(a)) == crate::words::fold(r.span.of(b)))
}

/// True if most paragraphs of some length end as sentences end.
fn full_stops(text: &str, paragraphs: &[Span]) -> bool {
    let long = || paragraphs.iter().map(|p| p.of(text)).filter(|p| p.len() > 80);
    let ending = long().filter(|p| ends_sentence(p)).count();
    ending * 2 >= long().count()
}

/// Everything known about one document with suspects.
struct Article<'a> {
    text: &'a str,
    /// True if paragraphs mostly end in a full stop.
    stops: bool,
    paragraphs: Vec<Span>,
    prints: &'a Prints,
    candidates: &'a Candidates,
    options: &'a Options,
    lexicon: &'static Lexicon,
    /// For each paragraph, its place in `suspects`.
    slots: Vec<Option<u32>>,
    suspects: Vec<Sequence>,
}

/// What was found out about a suspect paragraph.
struct Suspect<'v> {
    folded: Vec<&'v str>,
    kinds: Vec<WordKind>,
    shape: Shape,
}

impl Suspect<'_> {
    fn side(&self) -> Side<'_> {
        Side { folded: &self.folded, kinds: &self.kinds, shape: &self.shape }
    }
}

/// A judged pair: both directions.
struct Pair {
    first: u32,
    second: u32,
    /// May the first go?
    forth: Judgement,
    /// May the second go?
    back: Judgement,
    /// Words that differ in spelling only: word of the first, word of the second.
    spellings: Vec<(u32, u32)>,
}

/// What comes of a candidate pair.
enum Outcome {
    /// Too few words in common for any alignment to matter.
    Unlike,
    TooLong,
    Judged(Box<Pair>),
}

impl<'a> Article<'a> {
    fn new(
        text: &'a str,
        paragraphs: Vec<Span>,
        prints: &'a Prints,
        candidates: &'a Candidates,
        options: &'a Options,
    ) -> Self {
        let slots = vec![None; paragraphs.len()];
        let lexicon = Lexicon::of(prints.all_words());
        let stops = full_stops(text, &paragraphs);
        Self { text, stops, paragraphs, prints, candidates, options, lexicon, slots, suspects: Vec::new() }
    }

    fn findings(mut self) -> Findings {
        let mut vocabulary = Vocabulary::new(self.text);
        self.read_suspects(&mut vocabulary);
        let suspects: Vec<Suspect<'_>> = self
            .slots
            .iter()
            .enumerate()
            .filter_map(|(index, slot)| slot.map(|slot| (slot, index)))
            .collect::<std::collections::BTreeMap<u32, usize>>()
            .into_iter()
            .map(|(slot, index)| self.suspect(index, &self.suspects[slot as usize], &vocabulary))
            .collect();
        let (pairs, too_long) = self.judge_pairs(&vocabulary, &suspects);
        let mut findings = self.decide(&pairs, &suspects);
        findings.capped = Capped {
            candidates: self.candidates.capped_paragraphs,
            postings: self.candidates.capped_shingles,
            alignments: too_long,
        };
        findings
    }

    fn read_suspects(&mut self, vocabulary: &mut Vocabulary<'_>) {
        let pairs = self.candidates.pairs.iter().flat_map(|pair| [pair.first, pair.second]);
        let copies = self.candidates.copies.iter().flat_map(|copy| [copy.0, copy.1]);
        for index in pairs.chain(copies) {
            let slot = &mut self.slots[index as usize];
            if slot.is_none() {
                *slot = Some(self.suspects.len() as u32);
                self.suspects.push(vocabulary.read(self.paragraphs[index as usize]));
            }
        }
    }

    fn suspect<'v>(&self, index: usize, sequence: &Sequence, vocabulary: &'v Vocabulary<'_>) -> Suspect<'v> {
        let span = self.paragraphs[index];
        let folded: Vec<&str> = sequence.ids.iter().map(|id| vocabulary.folded(*id)).collect();
        let spans: Vec<(usize, usize)> =
            sequence.spans.iter().map(|s| (s.start - span.start, s.end - span.start)).collect();
        let text = span.of(self.text);
        let words = Words { text, spans: &spans, folded: &folded };
        let shape = shape(&words, Place { index, of: self.paragraphs.len(), stops: self.stops }, self.lexicon);
        let kinds = folded
            .iter()
            .enumerate()
            .map(|(i, word)| WordKind::of(word, capital(text, &spans, i), self.lexicon))
            .collect();
        Suspect { folded, kinds, shape }
    }

    /// Aligns and judges the candidates; also tells how many were too long.
    fn judge_pairs(&self, vocabulary: &Vocabulary<'_>, suspects: &[Suspect<'_>]) -> (Vec<Pair>, usize) {
        let one = |candidate: &Candidate| -> Outcome {
            let slot = |index: u32| self.slots[index as usize].map_or(0, |slot| slot as usize);
            let (i, j) = (slot(candidate.first), slot(candidate.second));
            let bound = COUNTS
                .with_borrow_mut(|counts| most_coverage(&self.suspects[i], &self.suspects[j], counts, vocabulary));
            if bound < LEAST_BOUND {
                return Outcome::Unlike;
            }
            let Some(alignment) = align(&self.suspects[i], &self.suspects[j], vocabulary) else {
                return Outcome::TooLong;
            };
            let (x, y) = (suspects[i].side(), suspects[j].side());
            let (forth, back) = judge(&x, &y, &alignment, self.lexicon, self.options);
            let likes = alignment.first.iter().enumerate();
            let spellings = likes.filter_map(|(i, m)| match m {
                Match::Like(j) => Some((i as u32, *j)),
                _ => None,
            });
            let spellings = spellings.take(MOST_NEW_WORDS).collect();
            Outcome::Judged(Box::new(Pair { first: candidate.first, second: candidate.second, forth, back, spellings }))
        };
        let outcomes: Vec<Outcome> = if self.candidates.pairs.len() > 256 {
            self.candidates.pairs.par_iter().map(one).collect()
        } else {
            self.candidates.pairs.iter().map(one).collect()
        };
        let mut pairs = Vec::new();
        let mut too_long = 0;
        for outcome in outcomes {
            match outcome {
                Outcome::Judged(pair) => pairs.push(*pair),
                Outcome::TooLong => too_long += 1,
                Outcome::Unlike => {}
            }
        }
        (pairs, too_long)
    }

    fn shape_of<'s>(&self, suspects: &'s [Suspect<'_>], index: u32) -> Option<&'s Shape> {
        self.slots[index as usize].map(|slot| &suspects[slot as usize].shape)
    }

    /// True if the first of two paragraphs that say the same should stay rather than the second.
    fn first_stays(&self, pair: &Pair, suspects: &[Suspect<'_>]) -> bool {
        let solid = |index| self.shape_of(suspects, index).map_or(0, Shape::solid_words);
        let rank = |index| self.shape_of(suspects, index).map_or(0, |shape| rank(shape.role));
        let (a, b) = (pair.first, pair.second);
        match self.options.keep {
            Keep::First => true,
            Keep::Longest => solid(a) >= solid(b),
            Keep::Auto => {
                let worth = |index, rarer: usize| {
                    let blemishes = self.shape_of(suspects, index).map_or(0, Shape::blemishes) as usize + rarer;
                    (rank(index), std::cmp::Reverse(blemishes))
                };
                let (rarer_a, rarer_b) = self.rarer_spellings(pair, suspects);
                let fuller = solid(b) > solid(a) + solid(a) / 10;
                match worth(a, rarer_a).cmp(&worth(b, rarer_b)) {
                    std::cmp::Ordering::Equal => !fuller,
                    order => order == std::cmp::Ordering::Greater,
                }
            }
        }
    }

    /// Of the words that differ in spelling only, how many of each paragraph's are the rarer in this article.
    fn rarer_spellings(&self, pair: &Pair, suspects: &[Suspect<'_>]) -> (usize, usize) {
        let word = |index: u32, i: u32| {
            self.slots[index as usize].map_or("", |slot| suspects[slot as usize].folded[i as usize])
        };
        let uses = |word: &str| {
            let hash = hash_of(word);
            self.prints.all_words().iter().filter(|h| **h == hash).count()
        };
        let mut rarer = (0, 0);
        for &(i, j) in &pair.spellings {
            let (a, b) = (uses(word(pair.first, i)), uses(word(pair.second, j)));
            rarer.0 += usize::from(a < b);
            rarer.1 += usize::from(b < a);
        }
        rarer
    }

    fn decide(&self, pairs: &[Pair], suspects: &[Suspect<'_>]) -> Findings {
        let mut edges = Vec::new();
        for (evidence, pair) in pairs.iter().enumerate() {
            let may = (pair.forth.verdict == Verdict::Remove, pair.back.verdict == Verdict::Remove);
            let first_stays = self.first_stays(pair, suspects);
            let (goes, stays) = match may {
                (true, true) if first_stays => (pair.second, pair.first),
                (true, _) => (pair.first, pair.second),
                (false, true) => (pair.second, pair.first),
                (false, false) => continue,
            };
            let judgement = if goes == pair.first { &pair.forth } else { &pair.back };
            let strength = judgement.coverage + judgement.jaccard;
            edges.push(Edge { goes, stays, strength, evidence: evidence as u32 });
        }
        let structural = self.structural_copies(suspects);
        for (at, &(copy, original)) in self.candidates.copies.iter().enumerate() {
            if structural[at] {
                continue;
            }
            let role = |index| self.shape_of(suspects, index).map_or(0, |shape| rank(shape.role));
            let (goes, stays) = if self.options.keep == Keep::Auto && role(copy) > role(original) {
                (original, copy)
            } else {
                (copy, original)
            };
            edges.push(Edge { goes, stays, strength: 2.0, evidence: u32::MAX });
            let inherited: Vec<Edge> =
                edges.iter().filter(|e| e.goes == original).map(|e| Edge { goes: copy, ..*e }).collect();
            edges.extend(inherited);
        }
        let chosen = resolve(self.paragraphs.len(), edges);
        let mut findings: Vec<Finding> = Vec::new();
        for (index, edge) in chosen.iter().enumerate() {
            let finding = match edge {
                Some(edge) => Some(self.removal(index as u32, edge, pairs, suspects)),
                None => self.kept(index as u32, pairs, suspects, &chosen),
            };
            findings.extend(finding);
        }
        let mut result = Findings { paragraphs: self.paragraphs.clone(), findings, ..Findings::default() };
        self.withdraw(&mut result);
        result
    }

    /// Which copies repeat on purpose: short ones that are no furniture and whose neighbours are not copied along.
    fn structural_copies(&self, suspects: &[Suspect<'_>]) -> Vec<bool> {
        let copies = &self.candidates.copies;
        let original = |copy: u32| copies.binary_search_by_key(&copy, |c| c.0).ok().map(|at| copies[at].1);
        let mut uses = std::collections::HashMap::<u32, usize>::new();
        for (_, first) in copies {
            *uses.entry(*first).or_default() += 1;
        }
        copies
            .iter()
            .map(|&(copy, first)| {
                let words = self.prints.words(copy as usize).len();
                let role = self.shape_of(suspects, first).map_or(Role::Body, |shape| shape.role);
                if role == Role::Boilerplate || (role == Role::Caption && words > 5) {
                    return false;
                }
                if role == Role::Signature || role == Role::Separator {
                    return true;
                }
                let same_step = |step: i64| {
                    let (here, there) = (i64::from(copy) + step, i64::from(first) + step);
                    u32::try_from(here).ok().and_then(original).is_some_and(|o| i64::from(o) == there)
                };
                let around = (-3..=3).filter(|step| *step != 0 && same_step(*step)).count();
                let marked = self.shape_of(suspects, first).is_some_and(|shape| shape.marked);
                let long_near = (-3..=3).any(|step| {
                    same_step(step)
                        && usize::try_from(i64::from(copy) + step)
                            .is_ok_and(|i| self.prints.words(i).len() >= LONG_WORDS)
                });
                let run = around >= 2 && (marked || long_near);
                let short = words < self.options.min_words.max(4);
                let often = (uses[&first] >= 2 || around >= 2) && words < LONG_WORDS;
                (short || often) && !run
            })
            .collect()
    }

    fn removal(&self, index: u32, edge: &Edge, pairs: &[Pair], suspects: &[Suspect<'_>]) -> Finding {
        let (paragraph, twin) = (ParagraphId(index), ParagraphId(edge.stays));
        let own = self.first_of(index);
        match pairs.get(edge.evidence as usize) {
            Some(pair) => {
                let judgement = if pair.first == own { &pair.forth } else { &pair.back };
                self.finding(paragraph, twin, judgement, Verdict::Remove, suspects)
            }
            None => {
                let role = self.shape_of(suspects, own).map_or(Role::Body, |shape| shape.role);
                Finding {
                    paragraph,
                    twin,
                    kind: copy_kind(role),
                    verdict: Verdict::Remove,
                    role,
                    twin_role: role,
                    coverage: 1.0,
                    jaccard: 1.0,
                    margin: 1.0,
                    new_words: Vec::new(),
                    guards: Vec::new(),
                    reason: format!("says word for word what {twin} says"),
                }
            }
        }
    }

    /// The paragraph that stands for `index` in the pairs: itself, or the first of its copies.
    fn first_of(&self, index: u32) -> u32 {
        let copies = &self.candidates.copies;
        copies.binary_search_by_key(&index, |c| c.0).map_or(index, |at| copies[at].1)
    }

    /// The closest pair that did not lead to removal, if it is close enough to be told.
    fn kept(&self, index: u32, pairs: &[Pair], suspects: &[Suspect<'_>], chosen: &[Option<Edge>]) -> Option<Finding> {
        let seen_from = |pair: &'_ Pair| (pair.first == index, pair.second == index);
        let best = pairs
            .iter()
            .filter_map(|pair| match seen_from(pair) {
                (true, _) => Some((pair.second, pair, true)),
                (_, true) => Some((pair.first, pair, false)),
                _ => None,
            })
            .map(|(twin, pair, forth)| (twin, if forth { &pair.forth } else { &pair.back }))
            .filter(|(twin, j)| {
                chosen[*twin as usize].is_none()
                    && j.coverage >= self.options.threshold
                    && (j.verdict == Verdict::Review || !j.guards.is_empty())
            })
            .max_by(|a, b| (a.1.verdict).cmp(&b.1.verdict).then(a.1.coverage.total_cmp(&b.1.coverage)))?;
        let (twin, judgement) = best;
        Some(self.finding(ParagraphId(index), ParagraphId(twin), judgement, judgement.verdict, suspects))
    }

    fn finding(
        &self,
        paragraph: ParagraphId,
        twin: ParagraphId,
        judgement: &Judgement,
        verdict: Verdict,
        suspects: &[Suspect<'_>],
    ) -> Finding {
        let slot = |index: u32| self.slots[self.first_of(index) as usize].map(|slot| &suspects[slot as usize]);
        let role = |index| slot(index).map_or(Role::Body, |suspect| suspect.shape.role);
        let new_words = slot(paragraph.0)
            .map(|suspect| new_words(&suspect.side(), &judgement.differences, MOST_NEW_WORDS))
            .unwrap_or_default();
        Finding {
            paragraph,
            twin,
            kind: judgement.kind,
            verdict,
            role: role(paragraph.0),
            twin_role: role(twin.0),
            coverage: judgement.coverage,
            jaccard: judgement.jaccard,
            margin: judgement.margin,
            reason: reason(judgement, twin, &new_words),
            new_words,
            guards: judgement.guards.clone(),
        }
    }

    /// Takes the removals back if they would take too much that is not word-for-word said elsewhere.
    fn withdraw(&self, findings: &mut Findings) {
        let words = |finding: &Finding| self.prints.words(finding.paragraph.index()).len();
        let inexact = findings.removals().filter(|f| f.jaccard < 1.0 || f.coverage < 1.0).map(words).sum::<usize>();
        let share = inexact as f64 / self.prints.word_count().max(1) as f64;
        if share > MOST_REMOVED && !self.options.force {
            findings.withdrawn = Some(share);
            for finding in &mut findings.findings {
                if finding.verdict == Verdict::Remove {
                    finding.verdict = Verdict::Review;
                }
            }
        }
    }
}

fn copy_kind(role: Role) -> Kind {
    match role {
        Role::Boilerplate => Kind::Boilerplate,
        Role::Headline | Role::HeadlineFragment | Role::Subheading => Kind::Headline,
        Role::Quote => Kind::Quote,
        Role::PullQuote => Kind::PullQuote,
        Role::Caption => Kind::Caption,
        _ => Kind::Exact,
    }
}

/// Which role stays where two paragraphs say the same: the higher.
const fn rank(role: Role) -> u8 {
    match role {
        Role::Body => 5,
        Role::Headline => 4,
        Role::Quote => 3,
        Role::PullQuote => 1,
        Role::Subheading | Role::KeyPoint => 2,
        Role::HeadlineFragment => 0,
        _ => 1,
    }
}

/// True if word `i` begins with a capital letter inside a sentence.
fn capital(text: &str, spans: &[(usize, usize)], i: usize) -> bool {
    let (start, end) = spans[i];
    let upper = text[start..end].chars().next().is_some_and(char::is_uppercase);
    if !upper || i == 0 {
        return false;
    }
    let gap = &text[spans[i - 1].1..start];
    !gap.contains(['.', '!', '?', '…', '“', '"', '„', '«', ':'])
}

// The guard names appear in findings only; this keeps the import honest where no guard is built here.
const _: fn(&Guard) -> &'static str = |guard| guard.name();
