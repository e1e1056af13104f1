//! One plain sentence for a finding.

use crate::facts::{Differences, Harmless, Side};
use crate::paragraph::{Guard, ParagraphId, Verdict};

use super::judge::Judgement;

/// Says why, in a sentence; numbers and class names, and at most a few words of the article.
#[must_use]
pub fn reason(judgement: &Judgement, twin: ParagraphId, new_words: &[String]) -> String {
    if judgement.equal && judgement.guards.is_empty() {
        return format!("says word for word what {twin} says");
    }
    match judgement.verdict {
        Verdict::Remove => format!("says nothing that {twin} does not{}", aside(&judgement.differences)),
        Verdict::Review if new_words.is_empty() => format!("tells again what {twin} tells, in its own way"),
        Verdict::Review => format!("close to {twin}, but adds {}", quote(new_words)),
        Verdict::Keep => format!("like {twin}, but {}", against(&judgement.guards, new_words)),
    }
}

fn aside(differences: &Differences) -> String {
    let mut names: Vec<&str> = Vec::new();
    for (what, _) in &differences.harmless {
        if *what != Harmless::Order && !names.contains(&what.name()) {
            names.push(what.name());
        }
    }
    if names.is_empty() { String::new() } else { format!(": {} aside", names.join(", ")) }
}

fn quote(words: &[String]) -> String {
    let mut shown = String::new();
    for word in words.iter().take(4) {
        shown.push_str(if shown.is_empty() { "'" } else { ", '" });
        shown.push_str(word);
        shown.push('\'');
    }
    shown
}

fn against(guards: &[Guard], new_words: &[String]) -> String {
    let phrase = |guard: &Guard| match guard {
        Guard::Number => "a number differs",
        Guard::Date => "a date differs",
        Guard::Name => "a name differs",
        Guard::Negation => "one of them denies it",
        Guard::Order => "who does what to whom differs",
        Guard::Opposite => "it says the opposite",
        Guard::Content => "other words stand in place",
        Guard::Adds => "it adds something",
        Guard::TooShort => "it is too short to be judged",
        Guard::Structure => "its repetition is part of the form",
    };
    let mut said: Vec<&str> = guards.iter().map(phrase).collect();
    said.dedup();
    let mut told = if said.is_empty() { "not all of it is said there".into() } else { said.join(", ") };
    if !new_words.is_empty() {
        told.push_str(": ");
        told.push_str(&quote(new_words));
    }
    told
}

/// The words of `x` that are new, folded, at most `most`. Where each character counts as a word, neighbours are told as
/// one.
#[must_use]
pub fn new_words(x: &Side<'_>, differences: &Differences, most: usize) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    let mut before = None;
    for &i in &differences.new_words {
        let run = x.shape.unspaced() && before.is_some_and(|before| before + 1 == i);
        match told.last_mut().filter(|_| run) {
            Some(last) => last.push_str(x.folded[i]),
            None => told.push(x.folded[i].to_owned()),
        }
        before = Some(i);
    }
    told.truncate(most);
    told
}
