//! Two paragraphs of an article against each other: word by word, and why the one does not go for the other.

use std::fmt::Write as _;

use crate::article::{Deduplicator, Trace};
use crate::markup::{self, Syntax};
use crate::paragraph::{ParagraphId, Verdict};
use crate::similarity::align::{Match, align};
use crate::similarity::vocabulary::Vocabulary;
use crate::terminal::{excerpt, visible};
use crate::verdict::judge::Judgement;

/// Characters of a paragraph shown.
const EXCERPT: usize = 100;

/// What became of paragraphs `one` and `other` (1-based) of `source`. With `words`, each word of the first and its like
/// in the second, too.
///
/// # Errors
/// If there are no such two paragraphs.
pub fn pair(
    source: &str,
    syntax: Syntax,
    dedup: &Deduplicator,
    [one, other]: [usize; 2],
    words: bool,
) -> Result<String, String> {
    let marked = markup::read(source, syntax);
    let text = marked.as_ref().map_or(source, |marked| &marked.text);
    let trace = marked.as_ref().map_or_else(|| dedup.trace(source), |marked| dedup.trace_marked(marked));
    let count = trace.findings.paragraphs.len();
    if one == other || !(1..=count).contains(&one) || !(1..=count).contains(&other) {
        return Err(format!("name two different paragraphs from 1 to {count}"));
    }
    let ids = [one - 1, other - 1];
    let mut out = String::new();
    for index in ids {
        let role = trace.role(index).map_or("no suspect", |role| role.name());
        let span = trace.findings.paragraphs[index];
        let _ = writeln!(out, "{} ({role}) {}", ParagraphId::new(index), excerpt(span.of(text), EXCERPT));
    }
    fate(&mut out, &trace, ids);
    let first_is_first = ids[0] < ids[1];
    let ordered = if first_is_first { ids } else { [ids[1], ids[0]] };
    let judged = trace.pairs.iter().find(|p| [p.first as usize, p.second as usize] == ordered);
    match judged {
        Some(pair) => {
            let (there, back) = if first_is_first { (&pair.forth, &pair.back) } else { (&pair.back, &pair.forth) };
            judgement(&mut out, ids[0], ids[1], there);
            judgement(&mut out, ids[1], ids[0], back);
        }
        None => unpaired(&mut out, &trace, ordered),
    }
    if words {
        each_word(&mut out, text, &trace, ids, judged.map(|p| if first_is_first { &p.forth } else { &p.back }));
    }
    Ok(out)
}

/// What was decided of each of the two.
fn fate(out: &mut String, trace: &Trace, ids: [usize; 2]) {
    for index in ids {
        let found = trace.findings.findings.iter().find(|finding| finding.paragraph.index() == index);
        let _ = match found {
            Some(f) if f.verdict == Verdict::Remove => writeln!(out, "{} goes: {}", f.paragraph, visible(&f.reason)),
            Some(f) => writeln!(out, "{} stays ({}): {}", f.paragraph, f.verdict, visible(&f.reason)),
            None => writeln!(out, "{} stays", ParagraphId::new(index)),
        };
    }
}

/// May `x` go for `y`?
fn judgement(out: &mut String, x: usize, y: usize, judged: &Judgement) {
    let guards: Vec<&str> = judged.guards.iter().map(|guard| guard.name()).collect();
    let harmless: Vec<String> =
        judged.differences.harmless.iter().map(|(what, words)| format!("{} ({words})", what.name())).collect();
    let _ = writeln!(
        out,
        "{} for {}: {}, coverage {:.2}, jaccard {:.2}, margin {:+.2}; guards: {}; passed over: {}",
        ParagraphId::new(x),
        ParagraphId::new(y),
        judged.verdict,
        judged.coverage,
        judged.jaccard,
        judged.margin,
        if guards.is_empty() { "none".into() } else { guards.join(", ") },
        if harmless.is_empty() { "nothing".into() } else { harmless.join(", ") }
    );
}

/// Why two paragraphs were not even compared.
fn unpaired(out: &mut String, trace: &Trace, [first, second]: [usize; 2]) {
    let first_copy = |index: usize| {
        let copy = trace.candidates.copies.iter().find(|(copy, _)| *copy as usize == index);
        copy.map_or(index, |(_, first)| *first as usize)
    };
    let heads = [first_copy(first), first_copy(second)];
    let _ = if heads[0] == heads[1] {
        writeln!(out, "they have the same words; no comparison is needed")
    } else if heads != [first, second] {
        let [a, b] = heads.map(ParagraphId::new);
        writeln!(out, "not compared themselves: they are copies; look at {a} and {b}")
    } else {
        let own = trace.prints.shingles(first);
        let shared = trace.prints.shingles(second).iter().filter(|hash| own.contains(hash)).count();
        let least = own.len().min(trace.prints.shingles(second).len());
        writeln!(out, "not compared: they share {shared} of {least} shingles, too few, or others are closer")
    };
}

/// Each word of the first, and what the second has for it; then what only the second has.
fn each_word(out: &mut String, text: &str, trace: &Trace, [one, other]: [usize; 2], judged: Option<&Judgement>) {
    let mut vocabulary = Vocabulary::new(text);
    let x = vocabulary.read(trace.findings.paragraphs[one]);
    let y = vocabulary.read(trace.findings.paragraphs[other]);
    let Some(alignment) = align(&x, &y, &vocabulary) else {
        let _ = writeln!(out, "too long to be aligned");
        return;
    };
    let new = |at: usize| judged.is_none_or(|judged| judged.differences.new_words.contains(&at));
    for (at, (span, like)) in x.spans.iter().zip(&alignment.first).enumerate() {
        let there = like.index().map_or("", |j| y.spans[j as usize].of(text));
        let class = match like {
            Match::Same(_) => "same",
            Match::Moved(_) => "moved",
            Match::Like(_) => "spelling",
            Match::None if new(at) => "NEW",
            Match::None => "passed over",
        };
        let _ = writeln!(out, "  {class:<12} {}  {}", visible(span.of(text)), visible(there));
    }
    for (span, like) in y.spans.iter().zip(&alignment.second) {
        if *like == Match::None {
            let _ =
                writeln!(out, "  {:<12} -  {}", format!("only {}", ParagraphId::new(other)), visible(span.of(text)));
        }
    }
}
