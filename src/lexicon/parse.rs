//! Reading a lexicon file.

use std::fmt;
use std::sync::Arc;

use super::{Class, Entry, Known, Lexicon};
use crate::words::{append_folded, fold, scan};

/// A line of a lexicon file that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LexiconError {
    /// 1-based.
    line: usize,
    what: String,
}

impl fmt::Display for LexiconError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

impl std::error::Error for LexiconError {}

/// What the lines of a section are.
#[derive(Clone, Copy, PartialEq)]
enum Section {
    /// An entry a line.
    Plain(Class),
    /// `entry = number`, of these classes.
    Valued(u16),
    /// `entry = name of the unit`.
    Unit,
    Boilerplate,
    /// `entry, entry, entry`.
    Synonym,
    /// `entry = entry`.
    Opposite,
}

impl Section {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "function" => Self::Plain(Class::Function),
            "saying" => Self::Plain(Class::Saying),
            "negation" => Self::Plain(Class::Negation),
            "picture" => Self::Plain(Class::Picture),
            "credit" => Self::Plain(Class::Credit),
            "title" => Self::Plain(Class::Title),
            "correction" => Self::Plain(Class::Correction),
            "qualifier" => Self::Plain(Class::Qualifier),
            "exclusive" => Self::Plain(Class::Exclusive),
            "refrain" => Self::Plain(Class::Refrain),
            "month" => Self::Valued(Class::Month as u16),
            "weekday" => Self::Valued(Class::Weekday as u16),
            "number" => Self::Valued(Class::Number as u16),
            "ordinal" => Self::Valued(Class::Number as u16 | Class::Ordinal as u16),
            "unit" => Self::Unit,
            "boilerplate" => Self::Boilerplate,
            "synonym" => Self::Synonym,
            "opposite" => Self::Opposite,
            _ => return None,
        })
    }
}

/// An entry as written: its folded words joined by spaces, and whether any ending may follow.
struct Pattern {
    key: String,
    open: bool,
}

impl Pattern {
    fn read(text: &str) -> Self {
        let open = text.ends_with('*');
        let body = text.trim_end_matches('*');
        let mut key = String::with_capacity(body.len());
        scan(body, |_, start, end| {
            if !key.is_empty() {
                key.push(' ');
            }
            append_folded(&body[start..end], &mut key);
        });
        // Symbols such as % and $ are no words; they are known as they stand.
        Self { key: if key.is_empty() { body.trim().to_owned() } else { key }, open }
    }
}

impl Lexicon {
    /// Adds the entries of a lexicon file's text.
    ///
    /// # Errors
    /// Names the first line that is no entry of its section, or stands under an unknown section.
    pub fn add(&mut self, file: &str) -> Result<(), LexiconError> {
        let mut section = None;
        // About an entry a line.
        let lines = memchr::memchr_iter(b'\n', file.as_bytes()).count();
        self.known.reserve(lines);
        self.entries.reserve(lines);
        for (index, line) in file.lines().enumerate() {
            let line = line.trim();
            let fail = |what: String| LexiconError { line: index + 1, what };
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                section = Some(Section::named(name).ok_or_else(|| fail(format!("unknown section [{name}]")))?);
                continue;
            }
            let section = section.ok_or_else(|| fail("entry before the first [section]".into()))?;
            self.add_line(section, line).map_err(fail)?;
        }
        Ok(())
    }

    fn add_line(&mut self, section: Section, line: &str) -> Result<(), String> {
        let sides =
            || line.split_once('=').map(|(l, r)| (l.trim(), r.trim())).ok_or_else(|| format!("no = in {line:?}"));
        match section {
            Section::Plain(class) => self.insert(line, &Entry { classes: class as u16, ..Entry::default() }),
            Section::Valued(classes) => {
                let (word, value) = sides()?;
                let value = value.parse().map_err(|_| format!("{value:?} is no number"))?;
                self.insert(word, &Entry { classes, value: Some(value), ..Entry::default() });
            }
            Section::Unit => {
                let (word, unit) = sides()?;
                let entry =
                    Entry { classes: Class::Unit as u16, unit: Some(Arc::from(fold(unit))), ..Entry::default() };
                self.insert(word, &entry);
                self.insert(unit, &entry);
            }
            Section::Boilerplate => {
                let pattern = Pattern::read(line);
                let first = pattern.key.split(' ').next().unwrap_or_default();
                self.known.entry(first.into()).or_default().furniture = true;
                self.longest_boilerplate = self.longest_boilerplate.max(pattern.key.split(' ').count());
                self.boilerplate.insert(pattern.key.into(), pattern.open);
            }
            Section::Synonym => {
                self.relations += 1;
                let group = self.relations as u32;
                for word in line.split(',') {
                    self.insert(word.trim(), &Entry { groups: vec![group], ..Entry::default() });
                }
            }
            Section::Opposite => {
                let (left, right) = sides()?;
                self.relations += 1;
                let pair = self.relations;
                self.insert(left, &Entry { opposites: vec![pair], ..Entry::default() });
                self.insert(right, &Entry { opposites: vec![-pair], ..Entry::default() });
            }
        }
        Ok(())
    }

    /// Notes something of a word. Most words of phrases are known already.
    fn note(&mut self, word: &str, what: impl FnOnce(&mut Known)) {
        match self.known.get_mut(word) {
            Some(known) => what(known),
            None => what(self.known.entry(word.into()).or_default()),
        }
    }

    fn insert(&mut self, text: &str, entry: &Entry) {
        let pattern = Pattern::read(text);
        if pattern.key.is_empty() {
            return;
        }
        if let Some((first, rest)) = pattern.key.split_once(' ') {
            let longest = 2 + rest.matches(' ').count() as u16;
            self.note(first, |known| {
                known.longest = known.longest.max(longest);
                known.begins |= entry.marks();
            });
            let second = rest.split(' ').next().unwrap_or(rest);
            self.note(second, |known| known.second = true);
        }
        if pattern.open {
            self.prefixes.entry(pattern.key.into()).or_default().merge(entry);
            return;
        }
        let known = self.known.entry(pattern.key.into()).or_default();
        known.begins |= entry.marks();
        if known.entry == 0 {
            self.entries.push(entry.clone());
            known.entry = self.entries.len() as u32;
        } else {
            self.entries[known.entry as usize - 1].merge(entry);
        }
    }
}
