//! Reading a lexicon file.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::{Class, Entry, Key, Known, Lexicon};
use crate::words::{append_folded, fold, is_folded_letter, scan, trimmed};

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

/// True for words of small letters and Latin digits, joined by single spaces: folded as they stand.
fn is_folded(text: &str) -> bool {
    if text.is_ascii() {
        // Most are words of Latin letters.
        let mut before = b' ';
        let folded = text.bytes().all(|byte| {
            let parts = byte == b' ' && before != b' ';
            before = byte;
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || parts
        });
        return folded && before != b' ';
    }
    let mut before = ' ';
    text.chars().all(|c| {
        let parts = c == ' ' && before != ' ';
        before = c;
        parts || is_folded_letter(c) || c.is_ascii_digit()
    }) && before != ' '
}

/// Where the first such ASCII character stands: texts are too short for a search of many bytes at once.
fn find(text: &str, sign: u8) -> Option<usize> {
    text.bytes().position(|byte| byte == sign)
}

/// The text before and behind the first such ASCII character.
fn parted(text: &str, sign: u8) -> Option<(&str, &str)> {
    find(text, sign).map(|at| (&text[..at], &text[at + 1..]))
}

/// Reads a file into a lexicon.
struct Reader<'l> {
    lexicon: &'l mut Lexicon,
    /// Where words are folded.
    folded: String,
}

impl Lexicon {
    /// Adds the entries of a lexicon file's text.
    ///
    /// # Errors
    /// Names the first line that is no entry of its section, or stands under an unknown section.
    pub fn add(&mut self, file: &str) -> Result<(), LexiconError> {
        Reader { lexicon: self, folded: String::new() }.read(file)
    }
}

impl Reader<'_> {
    fn read(&mut self, file: &str) -> Result<(), LexiconError> {
        let mut section = None;
        // About an entry a line.
        let lines = memchr::memchr_iter(b'\n', file.as_bytes()).count();
        self.lexicon.known.reserve(lines);
        self.lexicon.entries.reserve(lines);
        let ends = memchr::memchr_iter(b'\n', file.as_bytes()).chain([file.len()]);
        let mut start = 0;
        for (index, end) in ends.enumerate() {
            let line = trimmed(&file[start..end]);
            start = end + 1;
            let fail = |what: String| LexiconError { line: index + 1, what };
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                section = Some(Section::named(name).ok_or_else(|| fail(format!("unknown section [{name}]")))?);
                continue;
            }
            let section = section.ok_or_else(|| fail("entry before the first [section]".into()))?;
            self.line(section, line).map_err(fail)?;
        }
        Ok(())
    }

    fn line(&mut self, section: Section, line: &str) -> Result<(), String> {
        let sides =
            || parted(line, b'=').map(|(l, r)| (trimmed(l), trimmed(r))).ok_or_else(|| format!("no = in {line:?}"));
        match section {
            Section::Plain(class) => self.insert(line, Entry { classes: class as u16, ..Entry::default() }),
            Section::Valued(classes) => {
                let (word, value) = sides()?;
                let value = value.parse().map_err(|_| format!("{value:?} is no number"))?;
                self.insert(word, Entry { classes, value: Some(value), ..Entry::default() });
            }
            Section::Unit => {
                let (word, unit) = sides()?;
                let entry =
                    Entry { classes: Class::Unit as u16, unit: Some(Arc::from(fold(unit))), ..Entry::default() };
                self.insert(word, entry.clone());
                self.insert(unit, entry);
            }
            Section::Boilerplate => self.boilerplate(line),
            Section::Synonym => {
                let group = self.relation();
                let mut rest = Some(line);
                while let Some(words) = rest {
                    let (word, more) = parted(words, b',').map_or((words, None), |(word, more)| (word, Some(more)));
                    self.insert(trimmed(word), Entry { groups: group.into(), ..Entry::default() });
                    rest = more;
                }
            }
            Section::Opposite => {
                let (left, right) = sides()?;
                let pair = self.relation();
                self.insert(left, Entry { opposites: pair.into(), ..Entry::default() });
                self.insert(right, Entry { opposites: (-pair).into(), ..Entry::default() });
            }
        }
        Ok(())
    }

    /// The number of a new group of synonyms or pair of opposites.
    const fn relation(&mut self) -> i32 {
        self.lexicon.relations += 1;
        self.lexicon.relations
    }

    /// An entry as written: its folded words joined by spaces, and whether any ending may follow.
    fn pattern(&mut self, text: &str) -> (Key, bool) {
        let open = text.ends_with('*');
        let body = if open { text.trim_end_matches('*') } else { text };
        if is_folded(body) {
            return (Key::from(body), open);
        }
        let folded = &mut self.folded;
        folded.clear();
        scan(body, |_, start, end| {
            if !folded.is_empty() {
                folded.push(' ');
            }
            append_folded(&body[start..end], folded);
        });
        // Symbols such as % and $ are no words; they are known as they stand.
        let key = if folded.is_empty() { body.trim() } else { folded.as_str() };
        (Key::from(key), open)
    }

    fn boilerplate(&mut self, line: &str) {
        let (key, open) = self.pattern(line);
        let words = key.split(' ').count() as u16;
        let first = find(&key, b' ').unwrap_or(key.len());
        self.note(&key, 0..first, |known| known.furniture = known.furniture.max(words));
        self.lexicon.boilerplate.insert(key, open);
    }

    /// Notes something of the words of a phrase that stand at these bytes. Most are known already.
    fn note(&mut self, phrase: &Key, words: Range<usize>, what: impl FnOnce(&mut Known)) {
        what(self.lexicon.known.entry(Key::from(&phrase[words])).or_default());
    }

    fn insert(&mut self, text: &str, entry: Entry) {
        let (key, open) = self.pattern(text);
        if key.is_empty() {
            return;
        }
        let marks = entry.marks();
        if let Some(space) = find(&key, b' ') {
            let longest = 2 + key[space + 1..].bytes().filter(|byte| *byte == b' ').count() as u16;
            self.note(&key, 0..space, |known| {
                known.longest = known.longest.max(longest);
                known.begins |= marks;
            });
            let second = find(&key[space + 1..], b' ').map_or(key.len(), |len| space + 1 + len);
            self.note(&key, space + 1..second, |known| known.second = true);
            if longest > 2 {
                self.note(&key, 0..second, |known| known.longest = known.longest.max(longest));
            }
        }
        let lexicon = &mut *self.lexicon;
        if open {
            lexicon.prefixes.entry(key).or_default().merge(entry);
            return;
        }
        let known = lexicon.known.entry(key).or_default();
        known.begins |= marks;
        known.classes |= entry.classes;
        if known.entry == 0 {
            lexicon.entries.push(entry);
            known.entry = lexicon.entries.len() as u32;
        } else {
            lexicon.entries[known.entry as usize - 1].merge(entry);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::language::{FILES, NEUTRAL};
    use super::*;

    /// The obvious version of [`Reader::pattern`].
    fn slowly(text: &str) -> (String, bool) {
        let body = text.trim_end_matches('*');
        let mut words = Vec::new();
        scan(body, |_, start, end| words.push(fold(&body[start..end])));
        let key = if words.is_empty() { body.trim().to_owned() } else { words.join(" ") };
        (key, text.ends_with('*'))
    }

    #[test]
    fn every_line_is_read_as_the_obvious_version_reads_it() {
        let mut lexicon = Lexicon::default();
        let mut reader = Reader { lexicon: &mut lexicon, folded: String::new() };
        let odd =
            ["", " ", "a  b", "a ", " a", "*", "a*b*", "A b", "a\u{a0}b", "d'or", "%", "$ %", "co-op", "他出", "ﬁ"];
        let files = FILES.iter().map(|(_, file)| *file).chain([NEUTRAL]);
        let words = files.flat_map(str::lines).flat_map(|line| line.split([',', '='])).map(str::trim);
        for text in words.chain(odd) {
            let (key, open) = reader.pattern(text);
            assert_eq!((key.to_string(), open), slowly(text), "{text:?}");
        }
    }
}
