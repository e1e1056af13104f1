//! What people decided: verdicts on findings, kept as lines of JSON that are only ever appended to.
//!
//! A decision names two texts by their hashes, never by their place, so that it holds when the article is judged
//! again, or changes elsewhere. Of two lines about the same thing the later counts; of two decisions about the same
//! finding the one of the narrower scope.

mod apply;
mod identity;

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use self::apply::{Ruling, Undecided};
pub use self::identity::{Identity, TextHash, identify};
use crate::paragraph::Choice;
use crate::terminal::excerpt;

/// How far a decision reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// This finding in this document.
    #[default]
    This,
    /// These two texts in any document.
    Pair,
    /// The removed text in any document, whatever its twin.
    Text,
}

/// One line of a decisions file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// See [`Identity::id`].
    pub id: String,
    /// What was decided.
    pub verdict: Choice,
    /// How far it reaches.
    #[serde(default)]
    pub scope: Scope,
    /// The document it was decided in; nothing for a record without a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
    /// Hashes of the paragraph and of its twin.
    pub texts: [TextHash; 2],
    /// The paragraph's first words, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub excerpt: String,
}

/// Characters of a paragraph that a line quotes.
const EXCERPT: usize = 60;

impl Line {
    /// The decision `verdict` about a finding; `text` is the paragraph.
    #[must_use]
    pub fn new(identity: &Identity, doc: Option<&str>, text: &str, verdict: Choice, scope: Scope) -> Self {
        Self {
            id: identity.id.clone(),
            verdict,
            scope,
            doc: doc.map(str::to_owned),
            texts: [identity.paragraph.clone(), identity.twin.clone()],
            excerpt: excerpt(text, EXCERPT),
        }
    }

    /// The line as it is written, with its line feed.
    #[must_use]
    pub fn written(&self) -> String {
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }

    fn key(&self, doc: Option<&Arc<str>>) -> Key {
        match self.scope {
            Scope::This => Key::This(self.id.as_str().into(), doc.cloned()),
            Scope::Pair => Key::Pair(self.texts.clone()),
            Scope::Text => Key::Text(self.texts[0].clone()),
        }
    }
}

/// What a decision is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    This(Box<str>, Option<Arc<str>>),
    Pair([TextHash; 2]),
    Text(TextHash),
}

/// A decision in force.
#[derive(Clone, Debug)]
struct Entry {
    choice: Choice,
    doc: Option<Arc<str>>,
    texts: [TextHash; 2],
    scope: Scope,
    line: u32,
}

/// A file of decisions that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {what}")]
pub struct DecisionsError {
    /// Its name.
    pub file: String,
    /// 1-based.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

/// The decisions of any number of files.
#[derive(Clone, Debug, Default)]
pub struct Decisions {
    entries: Vec<Entry>,
    /// For each thing that was decided, the number of its entry.
    places: HashMap<Key, u32>,
    /// The entries about one paragraph beside another one, by the hash of the first; those about a pair by either.
    by_text: HashMap<TextHash, Vec<u32>>,
    /// The entries of the decisions made in a document, and of those made in none.
    by_doc: HashMap<Arc<str>, Vec<u32>>,
    nowhere: Vec<u32>,
    lines: u32,
    fingerprint: String,
}

impl Decisions {
    /// Adds the lines of a file; they win over those before. A last line without its line feed that is no whole line
    /// is one that a crash tore: it is passed over, and that is said by `true`.
    ///
    /// # Errors
    /// Names the first line that is no decision.
    pub fn add(&mut self, file: &str, bytes: &[u8]) -> Result<bool, DecisionsError> {
        let mut torn = false;
        for (index, full) in bytes.split_inclusive(|b| *b == b'\n').enumerate() {
            self.lines += 1;
            if full.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            match serde_json::from_slice::<Line>(full) {
                Ok(line) if line.scope == Scope::Text && line.verdict == Choice::Swap => {
                    let what = "swap is about two texts: its scope is this or pair".into();
                    return Err(DecisionsError { file: file.into(), line: index + 1, what });
                }
                Ok(line) => self.put(&line),
                Err(_) if !full.ends_with(b"\n") => torn = true,
                Err(error) => {
                    let what = format!("no line of decisions: {error}");
                    return Err(DecisionsError { file: file.into(), line: index + 1, what });
                }
            }
        }
        self.fingerprint = TextHash::of(&format!("{}{}", self.fingerprint, TextHash::of_bytes(bytes))).to_string();
        Ok(torn)
    }

    /// Adds one decision, which wins over those before.
    pub fn decide(&mut self, line: &Line) {
        self.lines += 1;
        self.put(line);
    }

    fn put(&mut self, line: &Line) {
        let known = |doc: &str| self.by_doc.get_key_value(doc).map(|(known, _)| known.clone());
        let doc = line.doc.as_deref().map(|doc| known(doc).unwrap_or_else(|| doc.into()));
        let entry = Entry { choice: line.verdict, doc, texts: line.texts.clone(), scope: line.scope, line: self.lines };
        let doc = entry.doc.clone();
        let next = self.entries.len() as u32;
        let place = *self.places.entry(line.key(doc.as_ref())).or_insert(next);
        if place == next {
            let [paragraph, twin] = &entry.texts;
            if entry.scope != Scope::Text {
                self.by_text.entry(paragraph.clone()).or_default().push(place);
            }
            if entry.scope == Scope::Pair && twin != paragraph {
                self.by_text.entry(twin.clone()).or_default().push(place);
            }
            self.entries.push(entry);
        } else {
            let old = std::mem::replace(&mut self.entries[place as usize], entry);
            if old.doc == doc {
                return;
            }
            self.made_in(old.doc).retain(|known| *known != place);
        }
        self.made_in(doc).push(place);
    }

    /// The entries of the decisions made in `doc`.
    fn made_in(&mut self, doc: Option<Arc<str>>) -> &mut Vec<u32> {
        match doc {
            Some(doc) => self.by_doc.entry(doc).or_default(),
            None => &mut self.nowhere,
        }
    }

    /// Stands for every byte that was read, so that a run under other decisions is known as another one.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// How many lines were read; the highest number of a line.
    #[must_use]
    pub const fn lines(&self) -> u32 {
        self.lines
    }

    /// What was decided about a finding of the document `doc`, if anything.
    #[must_use]
    pub fn choice(&self, identity: &Identity, doc: Option<&str>) -> Option<Choice> {
        self.find(identity, doc).map(|(choice, _)| choice)
    }

    /// The decision about a finding, seen from its side, and its line. The narrower scope wins.
    fn find(&self, identity: &Identity, doc: Option<&str>) -> Option<(Choice, u32)> {
        if self.entries.is_empty() {
            return None;
        }
        let (paragraph, twin) = (&identity.paragraph, &identity.twin);
        let in_doc = |doc: Option<&str>| Key::This(identity.id.as_str().into(), doc.map(Arc::from));
        let keys = [
            (in_doc(doc), false),
            (in_doc(None), false),
            (Key::Pair([paragraph.clone(), twin.clone()]), false),
            (Key::Pair([twin.clone(), paragraph.clone()]), true),
            (Key::Text(paragraph.clone()), false),
        ];
        keys.into_iter().find_map(|(key, turned)| {
            let entry = &self.entries[*self.places.get(&key)? as usize];
            if entry.choice == Choice::Open {
                return None;
            }
            Some((if turned { turn(entry.choice) } else { entry.choice }, entry.line))
        })
    }

    /// The line that restored this finding's paragraph beside another twin, one of the texts that are `there`: that
    /// another pair is the closer one by now does not let the paragraph go. A pair is restored from either side; but the
    /// text that was the twin may still go for a copy of itself.
    fn restored(&self, identity: &Identity, doc: Option<&str>, there: impl Fn(&TextHash) -> bool) -> Option<u32> {
        let places = self.by_text.get(&identity.paragraph)?;
        let entries = places.iter().map(|place| &self.entries[*place as usize]);
        let here = |entry: &&Entry| entry.scope == Scope::Pair || entry.doc.is_none() || entry.doc.as_deref() == doc;
        let mut restores = entries.filter(here).filter(|entry| entry.choice == Choice::Restore);
        let beside = |entry: &Entry| {
            let [paragraph, twin] = &entry.texts;
            let own = *paragraph == identity.paragraph;
            let beside = if own { twin } else { paragraph };
            (own || identity.twin != identity.paragraph) && *beside != identity.twin && there(beside)
        };
        restores.find(|entry| beside(entry)).map(|entry| entry.line)
    }

    /// The decisions in force, each with its line, its document and its scope.
    pub fn in_force(&self) -> impl Iterator<Item = (u32, Option<&str>, Choice, Scope)> {
        let open = |entry: &&Entry| entry.choice != Choice::Open;
        self.entries.iter().filter(open).map(|e| (e.line, e.doc.as_deref(), e.choice, e.scope))
    }

    /// The decisions made in `doc`, and those that may be met in any.
    fn of_doc(&self, doc: Option<&str>) -> impl Iterator<Item = &Entry> {
        let own = doc.and_then(|doc| self.by_doc.get(doc));
        let places = own.into_iter().chain([&self.nowhere]).flatten();
        places.map(|place| &self.entries[*place as usize]).filter(|entry| entry.choice != Choice::Open)
    }
}

/// The same decision about two texts, told of the other one.
const fn turn(choice: Choice) -> Choice {
    match choice {
        Choice::Accept => Choice::Swap,
        Choice::Swap => Choice::Accept,
        same => same,
    }
}
