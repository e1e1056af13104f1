//! Decisions carried out on the findings of one document. Whatever was decided, every removal keeps a twin that stays.

use std::cell::OnceCell;
use std::collections::HashSet;

use super::identity::{TextHash, identify};
use super::{Decisions, Scope};
use crate::paragraph::{Choice, Decided, Finding, Findings, MOST_NEW_WORDS, ParagraphId, Verdict};
use crate::words::{fold, words};

/// What becomes of removals that nobody has decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Undecided {
    /// They go.
    #[default]
    Accept,
    /// They stay.
    Restore,
}

/// Decisions, and what becomes of the rest.
#[derive(Clone, Debug)]
pub struct Ruling {
    /// What was decided.
    pub decisions: Decisions,
    /// What becomes of the rest.
    pub undecided: Undecided,
}

impl Ruling {
    /// Stands for the decisions and for what becomes of the rest.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mode = if self.undecided == Undecided::Accept { "accept" } else { "restore" };
        format!("{} {mode}", self.decisions.fingerprint())
    }

    /// Carries the decisions out on what was found in `text`, the document `doc` (nothing for one without a name).
    /// `fixed` tells of a paragraph (0-based) whether its form forbids that it goes.
    pub fn apply(&self, doc: Option<&str>, text: &str, findings: &mut Findings, fixed: &dyn Fn(usize) -> bool) {
        let identities = identify(text, findings);
        let there: OnceCell<HashSet<TextHash>> = OnceCell::new();
        let is_there = |wanted: &TextHash| there.get_or_init(|| texts(text, findings)).contains(wanted);
        let found = identities.iter().map(|identity| {
            let restored = || Some((Choice::Restore, self.decisions.restored(identity, doc, is_there)?));
            self.decisions.find(identity, doc).or_else(restored)
        });
        let found: Vec<Option<(Choice, u32)>> = found.collect();
        let mut decided = Decided::default();
        let twins = findings.findings.iter().map(|finding| finding.twin).collect();
        let mut bench = Bench { text, findings, twins, decided: &mut decided };
        bench.restore(&found, self.undecided);
        for (at, choice) in found.iter().enumerate() {
            if let Some((Choice::Swap, line)) = *choice {
                let done = bench.swap(at, fixed);
                bench.note(at, Choice::Swap, line, done);
            }
        }
        for (at, choice) in found.iter().enumerate() {
            if let Some((Choice::Accept, line)) = *choice {
                let done = bench.accept(at, fixed);
                bench.note(at, Choice::Accept, line, done);
            }
        }
        bench.tidy();
        self.rest(doc, text, findings, &mut decided);
        decided.choices.sort_unstable_by_key(|choice| choice.0);
        decided.choices.dedup_by_key(|choice| choice.0);
        findings.decided = Some(decided);
    }

    /// Carries the decisions out on the paragraphs that go because of other documents. To swap is not to be had there: the
    /// twin stands in a text that is written by itself.
    pub fn apply_across(&self, doc: Option<&str>, text: &str, findings: &mut Findings) {
        let identities = identify(text, findings);
        let mut decided = findings.decided.take().unwrap_or_default();
        for (finding, identity) in findings.findings.iter_mut().zip(identities) {
            let chosen = decided.choices.binary_search_by_key(&finding.paragraph, |choice| choice.0).is_ok();
            if finding.elsewhere.is_none() || chosen {
                continue;
            }
            let found = self.decisions.find(&identity, doc);
            if let Some((Choice::Restore | Choice::Accept, line)) = found {
                decided.applied += 1;
                decided.lines.push(line);
                decided.stale.retain(|stale| *stale != line);
            }
            match found {
                Some((Choice::Restore, _)) => finding.verdict = Verdict::Keep,
                Some((Choice::Accept, _)) => finding.verdict = Verdict::Remove,
                Some((Choice::Swap, line)) => decided.conflicting.push(line),
                _ if finding.verdict == Verdict::Remove => {
                    decided.new += 1;
                    if self.undecided == Undecided::Restore {
                        finding.verdict = Verdict::Keep;
                    }
                }
                _ => {}
            }
        }
        findings.decided = Some(decided);
    }

    /// Sorts the decisions that met no finding: those whose texts are still there are moot, the others stale.
    fn rest(&self, doc: Option<&str>, text: &str, findings: &Findings, decided: &mut Decided) {
        let met: HashSet<u32> = decided.lines.iter().chain(&decided.conflicting).copied().collect();
        let mut rest = self.decisions.of_doc(doc).filter(|entry| !met.contains(&entry.line)).peekable();
        if rest.peek().is_none() {
            return;
        }
        let there = texts(text, findings);
        for entry in rest {
            let [paragraph, twin] = &entry.texts;
            if there.contains(paragraph) && (entry.scope == Scope::Text || there.contains(twin)) {
                decided.moot.push(entry.line);
            } else if entry.doc.is_some() {
                decided.stale.push(entry.line);
            }
        }
        decided.moot.sort_unstable();
        decided.stale.sort_unstable();
    }
}

/// The hashes of a document's paragraphs.
fn texts(text: &str, findings: &Findings) -> HashSet<TextHash> {
    findings.paragraphs.iter().map(|span| TextHash::of(span.of(text))).collect()
}

/// The findings of one document while decisions are carried out on them. Findings keep their places until the end.
struct Bench<'a> {
    text: &'a str,
    findings: &'a mut Findings,
    /// The twins as they were found.
    twins: Vec<ParagraphId>,
    decided: &'a mut Decided,
}

impl Bench<'_> {
    fn goes(&self, paragraph: ParagraphId) -> bool {
        self.findings.findings.iter().any(|f| f.paragraph == paragraph && f.verdict == Verdict::Remove)
    }

    fn relied_on(&self, paragraph: ParagraphId) -> bool {
        self.findings.removals().any(|f| f.twin == paragraph || f.also.contains(&paragraph))
    }

    /// True if somebody decided what becomes of `paragraph`, and that was done.
    fn chose(&self, paragraph: ParagraphId) -> bool {
        self.decided.choices.iter().any(|choice| choice.0 == paragraph)
    }

    fn note(&mut self, at: usize, choice: Choice, line: u32, done: bool) {
        if done {
            let paragraph = self.findings.findings[at].paragraph;
            self.decided.applied += 1;
            self.decided.lines.push(line);
            self.decided.choices.push((paragraph, choice));
        } else {
            self.decided.conflicting.push(line);
        }
    }

    /// What is to stay stays first: nothing can forbid that.
    fn restore(&mut self, found: &[Option<(Choice, u32)>], undecided: Undecided) {
        for (at, choice) in found.iter().enumerate() {
            let finding = &mut self.findings.findings[at];
            match *choice {
                Some((Choice::Restore, line)) => {
                    finding.verdict = Verdict::Keep;
                    self.note(at, Choice::Restore, line, true);
                }
                Some((Choice::Accept | Choice::Swap, _)) => {}
                other => {
                    if finding.verdict == Verdict::Remove {
                        self.decided.new += 1;
                        if undecided == Undecided::Restore {
                            finding.verdict = Verdict::Keep;
                        }
                    }
                    // Looked at, and left open: the decision is known, and the finding as new as before.
                    if let Some((_, line)) = other {
                        self.decided.lines.push(line);
                    }
                }
            }
        }
    }

    /// Removes the paragraph of the finding at `at`. Its twin must stay, and nobody may rely on it.
    fn accept(&mut self, at: usize, fixed: &dyn Fn(usize) -> bool) -> bool {
        let finding = &self.findings.findings[at];
        // It may go already, for another one.
        if self.goes(finding.paragraph) {
            return true;
        }
        let twin_goes = self.goes(finding.twin) || finding.also.iter().any(|id| self.goes(*id));
        if twin_goes || fixed(finding.paragraph.index()) || self.relied_on(finding.paragraph) {
            return false;
        }
        self.findings.findings[at].verdict = Verdict::Remove;
        true
    }

    /// Keeps the paragraph of the finding at `at` and removes its twin for it. What relied on the twin relies on the
    /// paragraph where it has the words of either; else it stays.
    fn swap(&mut self, at: usize, fixed: &dyn Fn(usize) -> bool) -> bool {
        let Finding { paragraph, twin, verdict, ref also, .. } = self.findings.findings[at];
        if twin != self.twins[at] {
            // A copy of it is kept in the twin's place already.
            return true;
        }
        let gone = verdict != Verdict::Remove && self.goes(paragraph);
        if !also.is_empty() || fixed(twin.index()) || self.chose(twin) || gone || self.goes(twin) {
            return false;
        }
        let own = [self.words(paragraph), self.words(twin)];
        let (mut follow, mut stay) = (Vec::new(), Vec::new());
        for (other, finding) in self.findings.findings.iter().enumerate() {
            let relies = finding.twin == twin || finding.also.contains(&twin);
            if other == at || finding.verdict != Verdict::Remove || !relies {
                continue;
            }
            let same = finding.also.is_empty() && own.contains(&self.words(finding.paragraph));
            if same {
                follow.push(other);
            } else if self.chose(finding.paragraph) {
                return false;
            } else {
                stay.push(other);
            }
        }
        for other in follow {
            let finding = &mut self.findings.findings[other];
            finding.twin = paragraph;
            finding.reason = format!("says word for word what {paragraph} says");
        }
        for other in stay {
            self.findings.findings[other].verdict = Verdict::Keep;
        }
        self.findings.findings[at] = self.turned(at, &own);
        true
    }

    /// The finding at `at` the other way round.
    fn turned(&self, at: usize, own: &[Vec<String>; 2]) -> Finding {
        let finding = &self.findings.findings[at];
        let [paragraph, twin] = own;
        let mut left: Vec<&String> = paragraph.iter().collect();
        left.sort_unstable();
        let mut new_words = Vec::new();
        let mut common = 0;
        for word in twin {
            match left.binary_search(&word) {
                Ok(found) => {
                    left.remove(found);
                    common += 1;
                }
                Err(_) => new_words.push(word.clone()),
            }
        }
        new_words.truncate(MOST_NEW_WORDS);
        Finding {
            paragraph: finding.twin,
            twin: finding.paragraph,
            verdict: Verdict::Remove,
            role: finding.twin_role,
            twin_role: finding.role,
            coverage: f64::from(common) / twin.len().max(1) as f64,
            margin: 0.0,
            new_words,
            guards: Vec::new(),
            reason: format!("{} is kept in its place, as was decided", finding.paragraph),
            also: Vec::new(),
            ..finding.clone()
        }
    }

    fn words(&self, paragraph: ParagraphId) -> Vec<String> {
        let text = self.findings.paragraphs[paragraph.index()].of(self.text);
        words(text).iter().map(|word| fold(word.span.of(text))).collect()
    }

    /// One finding a paragraph, in order: where a twin goes now, what else was found of it is no longer told.
    fn tidy(&mut self) {
        let gone: HashSet<ParagraphId> = self.findings.removals().map(|f| f.paragraph).collect();
        let chosen: HashSet<ParagraphId> = self.decided.choices.iter().map(|choice| choice.0).collect();
        self.findings.findings.retain(|f| {
            let open = f.verdict != Verdict::Remove;
            !(open && (gone.contains(&f.paragraph) || gone.contains(&f.twin) && !chosen.contains(&f.paragraph)))
        });
        self.findings.findings.sort_by_key(|f| f.paragraph);
        self.findings.findings.dedup_by_key(|f| f.paragraph);
    }
}
