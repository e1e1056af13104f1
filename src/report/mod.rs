//! The report: one page that needs nothing but a browser, with every finding and the means to overrule it.
//!
//! A page is fixed text of this version, into which go an island of JSON, escaped so that nothing in it can end it, and
//! a list for browsers without scripts. Its policy forbids everything but its own script and style, known by hash, and
//! that script makes text nodes only.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt;
use std::fmt::Write as _;

use data_encoding::BASE64;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::card::Card;
use crate::decisions::TextHash;
use crate::paragraph::Verdict;
use crate::terminal::acts;

const PAGE: &str = include_str!("report.html");
const INDEX: &str = include_str!("index.html");
const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

/// Most cards on a page; more go into several pages.
pub const MOST_CARDS: usize = 10_000;

/// Documents that the figures name.
const MOST_FILES: usize = 12;

/// A card, and how many findings of the same two texts it stands for.
#[derive(Serialize)]
struct Counted {
    #[serde(flatten)]
    card: Card,
    count: u64,
}

/// How many findings of each sort a page holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Findings by verdict: keep, review, remove.
    pub found: [u64; 3],
    /// Cards that are shown for them.
    pub cards: usize,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [kept, review, removed] = self.found;
        let s = if removed == 1 { "" } else { "s" };
        write!(f, "{removed} removal{s}, {review} to review, {kept} look-alikes kept")?;
        let all = kept + review + removed;
        if all > self.cards as u64 {
            write!(f, "; equal pairs are one card ({} for {all})", self.cards)?;
        }
        Ok(())
    }
}

/// Cards on their way to a page.
#[derive(Default)]
pub struct Report {
    cards: Vec<Counted>,
    /// Where the card of two texts is.
    known: HashMap<(TextHash, TextHash), usize>,
    /// Removals by document.
    files: HashMap<String, u64>,
    figures: Figures,
}

impl Report {
    /// Adds a finding. Equal pairs become one card: what is decided of it is meant for all.
    pub fn push(&mut self, card: &Card) {
        self.figures.found[card.verdict as usize] += 1;
        if card.verdict == Verdict::Remove {
            *self.files.entry(card.name.clone()).or_default() += 1;
        }
        let key = (card.identity.paragraph.clone(), card.identity.twin.clone());
        match self.known.get(&key).map(|at| &mut self.cards[*at]) {
            // What was decided of the one and not of the other is not one question.
            Some(known) if known.card.choice == card.choice && known.card.verdict == card.verdict => known.count += 1,
            _ => {
                self.known.insert(key, self.cards.len());
                self.cards.push(Counted { card: card.clone(), count: 1 });
                self.figures.cards += 1;
            }
        }
    }

    /// True if the page should hold no more.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.cards.len() >= MOST_CARDS
    }

    /// What the page holds.
    #[must_use]
    pub const fn figures(&self) -> Figures {
        self.figures
    }

    /// The page.
    #[must_use]
    pub fn page(&self) -> String {
        let ids: String = self.cards.iter().map(|counted| counted.card.identity.id.as_str()).collect();
        let mut files: Vec<(&str, u64)> = self.files.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        files.sort_unstable_by_key(|(name, count)| (Reverse(*count), *name));
        files.truncate(MOST_FILES);
        let data = Data { id: TextHash::of(&ids), files, cards: &self.cards };
        let data = serde_json::to_string(&data).unwrap_or_default();
        let (figures, list) = (self.figures.to_string(), self.list());
        let csp = policy(Some(SCRIPT));
        fill(
            PAGE,
            &[
                ("csp", &csp),
                ("style", STYLE),
                ("summary", &figures),
                ("list", &list),
                ("data", &island(&data)),
                ("script", SCRIPT),
            ],
        )
    }

    /// The findings for a browser without scripts.
    fn list(&self) -> String {
        let mut list = String::new();
        for Counted { card, count } in &self.cards {
            let times = if *count > 1 { format!(" (×{count})") } else { String::new() };
            let _ = writeln!(
                list,
                "<li><p><b>{} {}{times}</b></p><p>{}</p><p>{}: {}</p></li>",
                escaped(&card.name),
                escaped(&card.headline()),
                escaped(&card.text()),
                escaped(&card.twins()),
                escaped(&card.twin_text)
            );
        }
        list
    }
}

#[derive(Serialize)]
struct Data<'a> {
    id: TextHash,
    /// The documents that lose most.
    files: Vec<(&'a str, u64)>,
    cards: &'a [Counted],
}

/// The page that leads to several others: the name of each and what it holds.
#[must_use]
pub fn index(pages: &[(String, Figures)]) -> String {
    let mut sum = Figures::default();
    let mut list = String::new();
    for (name, figures) in pages {
        sum.cards += figures.cards;
        sum.found.iter_mut().zip(figures.found).for_each(|(sum, more)| *sum += more);
        let link: String =
            name.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect();
        let _ = writeln!(list, "<li><a href=\"{link}\">{}</a>: {figures}</li>", escaped(name));
    }
    let summary = format!("{sum}, on {} pages.", pages.len());
    fill(INDEX, &[("csp", &policy(None)), ("style", STYLE), ("summary", &summary), ("list", &list)])
}

const fn plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

/// What a browser may do with the page: run `script` and no other, use its style, and nothing else.
fn policy(script: Option<&str>) -> String {
    let hash = |text: &str| format!("'sha256-{}'", BASE64.encode(&Sha256::digest(text)));
    let script = script.map_or("'none'".into(), hash);
    format!(
        "default-src 'none'; script-src {script}; style-src {}; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
        hash(STYLE)
    )
}

/// The template with each `{name}` in the order of `parts` replaced; what was put in is never looked at again.
fn fill(template: &str, parts: &[(&str, &str)]) -> String {
    let mut page = String::with_capacity(template.len() + parts.iter().map(|part| part.1.len()).sum::<usize>());
    let mut rest = template;
    for (name, text) in parts {
        let (before, behind) = rest.split_once(&format!("{{{name}}}")).unwrap_or((rest, ""));
        page += before;
        page += text;
        rest = behind;
    }
    page + rest
}

/// JSON in which no character can end the element it stands in, or act on whoever reads the bytes.
fn island(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    let mut units = [0; 2];
    for c in json.chars() {
        if matches!(c, '<' | '>' | '&') || acts(c) {
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(c);
        }
    }
    safe
}

fn escaped(text: &str) -> String {
    html_escape::encode_safe(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_of_the_templates_is_filled_once() {
        for (template, names) in [
            (PAGE, &["csp", "style", "summary", "list", "data", "script"][..]),
            (INDEX, &["csp", "style", "summary", "list"][..]),
        ] {
            let places: Vec<usize> =
                names.iter().map(|name| template.find(&format!("{{{name}}}")).expect(name)).collect();
            assert!(places.is_sorted(), "{places:?}");
            assert!(names.iter().all(|name| template.matches(&format!("{{{name}}}")).count() == 1));
        }
        assert!(!SCRIPT.contains("</") && !STYLE.contains("</"), "nothing of ours may end its element");
    }

    #[test]
    fn nothing_ends_the_island() {
        let hostile: Vec<String> = serde_json::from_str(include_str!("../../tests/hostile.json")).expect("strings");
        let json = serde_json::to_string(&hostile).expect("JSON");
        let safe = island(&json);
        assert!(!safe.contains(['<', '>', '&']) && !safe.chars().any(acts));
        assert_eq!(serde_json::from_str::<Vec<String>>(&safe).expect("JSON"), hostile);
    }

    #[test]
    fn no_sink_of_markup_is_used() {
        for sink in
            ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "setTimeout(\""]
        {
            assert!(!SCRIPT.contains(sink), "{sink}");
        }
    }
}
