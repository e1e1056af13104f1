//! One plain sentence for a finding.

use std::fmt::{self, Write as _};

use crate::facts::{Differences, Harmless, Side};
use crate::paragraph::{Guard, ParagraphId, Verdict};

use super::judge::Judgement;

/// Bytes of a sentence: few are longer.
const SENTENCE_BYTES: usize = 96;

/// Says why, in a sentence; numbers and class names, and at most a few words of the article.
#[must_use]
pub fn reason(judgement: &Judgement, twin: ParagraphId, new_words: &[String]) -> String {
    let mut told = String::with_capacity(SENTENCE_BYTES);
    // Writing to a string cannot fail.
    let _ = tell(&mut told, judgement, twin, new_words);
    told
}

fn tell(told: &mut String, judgement: &Judgement, twin: ParagraphId, new_words: &[String]) -> fmt::Result {
    if judgement.equal && judgement.guards.is_empty() {
        return write!(told, "says word for word what {twin} says");
    }
    match judgement.verdict {
        Verdict::Remove => {
            write!(told, "says nothing that {twin} does not")?;
            aside(told, &judgement.differences);
        }
        Verdict::Review if new_words.is_empty() => write!(told, "tells again what {twin} tells, in its own way")?,
        Verdict::Review => {
            write!(told, "close to {twin}, but adds ")?;
            quote(told, new_words);
        }
        Verdict::Keep => {
            write!(told, "like {twin}, but ")?;
            against(told, &judgement.guards, new_words);
        }
    }
    Ok(())
}

/// Adds what was passed over.
fn aside(told: &mut String, differences: &Differences) {
    let start = told.len();
    for (what, _) in differences.harmless.iter().filter(|(what, _)| *what != Harmless::Order) {
        told.push_str(if told.len() == start { ": " } else { ", " });
        told.push_str(what.name());
    }
    if told.len() > start {
        told.push_str(" aside");
    }
}

/// Adds the first few words, each in quotation marks.
fn quote(told: &mut String, words: &[String]) {
    for (at, word) in words.iter().take(4).enumerate() {
        told.push_str(if at == 0 { "'" } else { ", '" });
        told.push_str(word);
        told.push('\'');
    }
}

/// Adds what speaks against removal, and the new words.
fn against(told: &mut String, guards: &[Guard], new_words: &[String]) {
    if guards.is_empty() {
        told.push_str("not all of it is said there");
    }
    for (at, guard) in guards.iter().enumerate() {
        told.push_str(if at == 0 { "" } else { ", " });
        told.push_str(phrase(*guard));
    }
    if !new_words.is_empty() {
        told.push_str(": ");
        quote(told, new_words);
    }
}

const fn phrase(guard: Guard) -> &'static str {
    match guard {
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
    }
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
