//! One article, stage by stage, for people.

mod pair;

use std::fmt::Write as _;

pub use self::pair::pair;
use crate::article::{Deduplicator, Trace};
use crate::markup::{self, Syntax};
use crate::paragraph::{ParagraphId, Verdict};
use crate::terminal::excerpt;
use crate::words::words;

/// A stage that can be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Where paragraphs are, and what they are.
    Paragraphs,
    /// Words and their folded forms.
    Words,
    /// Shingle hashes.
    Shingles,
    /// Pairs that share shingles.
    Candidates,
    /// Pairs judged in both directions.
    Pairs,
    /// What was decided.
    Verdicts,
}

/// Characters of a paragraph shown.
const EXCERPT: usize = 72;

/// What `stage` makes of `source`; without a stage, the paragraphs with their fates and the verdicts.
#[must_use]
pub fn explain(source: &str, syntax: Syntax, dedup: &Deduplicator, stage: Option<Stage>) -> String {
    let marked = markup::read(source, syntax);
    let text = marked.as_ref().map_or(source, |marked| &marked.text);
    let trace = marked.as_ref().map_or_else(|| dedup.trace(source), |marked| dedup.trace_marked(marked));
    let mut out = String::new();
    match stage {
        None => {
            paragraphs(&mut out, text, &trace);
            out.push('\n');
            verdicts(&mut out, text, &trace);
        }
        Some(Stage::Paragraphs) => paragraphs(&mut out, text, &trace),
        Some(Stage::Words) => each_word(&mut out, text, &trace),
        Some(Stage::Shingles) => shingles(&mut out, &trace),
        Some(Stage::Candidates) => candidates(&mut out, &trace),
        Some(Stage::Pairs) => pairs(&mut out, &trace),
        Some(Stage::Verdicts) => verdicts(&mut out, text, &trace),
    }
    out
}

fn paragraphs(out: &mut String, text: &str, trace: &Trace) {
    let findings = &trace.findings;
    for (index, span) in findings.paragraphs.iter().enumerate() {
        let id = ParagraphId::new(index);
        let found = findings.findings.iter().find(|f| f.paragraph == id);
        let fate = found.map_or(Verdict::Keep, |f| f.verdict);
        let role = trace.role(index).map_or("", |role| role.name());
        let twin = found.map_or(String::new(), |f| f.twin.to_string());
        let coverage = found.map_or(String::new(), |f| format!("{:.2}", f.coverage));
        let guards: Vec<&str> = found.map_or(Vec::new(), |f| f.guards.iter().map(|guard| guard.name()).collect());
        let guards = if guards.is_empty() { String::new() } else { format!("[{}] ", guards.join(", ")) };
        let words = trace.prints.words(index).len();
        let _ = writeln!(
            out,
            "{:>5}  {fate:<6} {twin:>5} {coverage:>4}  {role:<17} {words:>4} words  {guards}{}",
            id.to_string(),
            excerpt(span.of(text), EXCERPT)
        );
    }
}

fn each_word(out: &mut String, text: &str, trace: &Trace) {
    for (index, span) in trace.findings.paragraphs.iter().enumerate() {
        let part = span.of(text);
        let folded: Vec<String> = words(part).iter().map(|w| crate::words::fold(w.span.of(part))).collect();
        let _ = writeln!(out, "{:>5}  {}", ParagraphId::new(index).to_string(), excerpt(&folded.join(" · "), 4000));
    }
}

fn shingles(out: &mut String, trace: &Trace) {
    for index in 0..trace.prints.len() {
        let hashes: Vec<String> = trace.prints.shingles(index).iter().map(|s| format!("{s:016x}")).collect();
        let _ = writeln!(out, "{:>5}  {}", ParagraphId::new(index).to_string(), hashes.join(" "));
    }
}

fn candidates(out: &mut String, trace: &Trace) {
    for (copy, first) in &trace.candidates.copies {
        let _ = writeln!(out, "{} has the words of {}", ParagraphId(*copy), ParagraphId(*first));
    }
    for pair in &trace.candidates.pairs {
        let size = |index: u32| trace.prints.shingles(index as usize).len();
        let _ = writeln!(
            out,
            "{} and {} share {} shingles (of {} and {})",
            ParagraphId(pair.first),
            ParagraphId(pair.second),
            pair.shared,
            size(pair.first),
            size(pair.second)
        );
    }
    if trace.findings.capped.any() {
        let _ = writeln!(out, "bounds were hit: {:?}", trace.findings.capped);
    }
}

fn pairs(out: &mut String, trace: &Trace) {
    for pair in &trace.pairs {
        for (x, y, judgement) in [(pair.first, pair.second, &pair.forth), (pair.second, pair.first, &pair.back)] {
            let guards: Vec<&str> = judgement.guards.iter().map(|guard| guard.name()).collect();
            let _ = writeln!(
                out,
                "{:>5} for {:<5} {:<6} {:<11} coverage {:.2}  jaccard {:.2}  margin {:+.2}  {}",
                ParagraphId(x).to_string(),
                ParagraphId(y).to_string(),
                judgement.verdict,
                judgement.kind,
                judgement.coverage,
                judgement.jaccard,
                judgement.margin,
                guards.join(", ")
            );
        }
    }
}

fn verdicts(out: &mut String, text: &str, trace: &Trace) {
    let findings = &trace.findings;
    for finding in &findings.findings {
        let _ = writeln!(
            out,
            "{} {} ({}, {}): {}",
            finding.paragraph,
            finding.verdict,
            finding.kind,
            finding.role,
            excerpt(&finding.reason, 400)
        );
        let span = findings.paragraphs[finding.paragraph.index()];
        let twin = findings.paragraphs[finding.twin.index()];
        let _ = writeln!(out, "      {}", excerpt(span.of(text), 2 * EXCERPT));
        let _ = writeln!(out, "  {:>4}{}", finding.twin.to_string() + " ", excerpt(twin.of(text), 2 * EXCERPT));
    }
    if let Some(share) = findings.withdrawn {
        let _ = writeln!(out, "withdrawn: {:.0} % of the words would have gone; --force removes them", share * 100.0);
    }
}
