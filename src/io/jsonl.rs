//! One JSONL record: the text field found in the raw bytes, and taken out of them.
//!
//! Nothing is parsed and written again: other fields, their order, spacing and number forms pass through as they are,
//! and so do the escapes of the text that stays.

use std::borrow::Cow;

use crate::cut::Cut;
use crate::paragraph::Span;

/// Which fields of a record are meant; a dot leads into an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields {
    /// The field that holds the article.
    pub text: String,
    /// The field that names it.
    pub id: String,
    /// The field that tells its site: an address, of which the host counts, or a name.
    pub site: String,
}

impl Default for Fields {
    fn default() -> Self {
        Self { text: "text".into(), id: "id".into(), site: "url".into() }
    }
}

/// A record's text and name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record<'l> {
    /// The article; borrowed where the field has no escapes.
    pub text: Cow<'l, str>,
    /// The bytes of the line between the quotes of the text field.
    pub raw: Span,
    /// The id field as text, where there is one.
    pub id: Option<Cow<'l, str>>,
    /// The site field as text, where there is one.
    pub site: Option<Cow<'l, str>>,
}

/// A line that holds no article.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Not UTF-8.
    #[error("not valid UTF-8 at byte {0} of the line (JSON is UTF-8)")]
    Utf8(usize),
    /// Not a JSON object.
    #[error("not a JSON object: {}", at_byte(.0))]
    Json(serde_json::Error),
    /// The line is JSON, but no object.
    #[error("not a JSON object")]
    NoObject,
    /// No text field.
    #[error("no field {0:?}; name the field that holds the text with --text-field")]
    Missing(String),
    /// The text field is no string.
    #[error("the field {0:?} is no string")]
    NoString(String),
}

/// The error with its place in bytes of the line (1-based); the line is known to whoever tells it.
fn at_byte(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    match text.strip_suffix(&place) {
        Some(what) => format!("{what} at byte {}", error.column().max(1)),
        None => text,
    }
}

/// Finds the text of one line (without its line end).
///
/// # Errors
/// If the line is no JSON object with a string in the text field.
pub fn record<'l>(line: &'l [u8], fields: &Fields) -> Result<Record<'l>, RecordError> {
    let line = std::str::from_utf8(line).map_err(|error| RecordError::Utf8(error.valid_up_to()))?;
    let Some(found) = Scanner { line, at: 0 }.fields(fields) else {
        return Err(explain(line));
    };
    let Some(token) = found.text else { return Err(RecordError::Missing(fields.text.clone())) };
    let raw = line.get(token.start + 1..token.end - 1).filter(|_| line.as_bytes()[token.start] == b'"');
    let Some(raw) = raw else { return Err(RecordError::NoString(fields.text.clone())) };
    let Some(text) = unescape(raw) else { return Err(explain(line)) };
    let value = |token: Span| match token.of(line).strip_prefix('"') {
        Some(rest) => unescape(&rest[..rest.len() - 1]),
        None => Some(Cow::Borrowed(token.of(line))),
    };
    let (id, site) = (found.id.and_then(value), found.site.and_then(value));
    Ok(Record { text, raw: Span::new(token.start + 1, token.end - 1), id, site })
}

/// A file's byte order mark, and what follows it.
#[must_use]
pub fn after_mark(bytes: &[u8]) -> (&[u8], &[u8]) {
    bytes.split_at(if bytes.starts_with("\u{feff}".as_bytes()) { 3 } else { 0 })
}

/// The lines of a file, each with its line end.
pub fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let len = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        let (line, behind) = rest.split_at(len);
        rest = behind;
        (!line.is_empty()).then_some(line)
    })
}

/// A line without its line end.
#[must_use]
pub fn line(full: &[u8]) -> &[u8] {
    let line = full.strip_suffix(b"\n").unwrap_or(full);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// True if the line, the first of its file, is a JSON object.
#[must_use]
pub fn is_object(line: &[u8]) -> bool {
    let (_, line) = after_mark(line);
    line.trim_ascii_start().starts_with(b"{") && serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok()
}

/// What is wrong with a line that the scanner gave up on, in the words of a real parser.
fn explain(line: &str) -> RecordError {
    match serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(line) {
        Err(error) => RecordError::Json(error),
        Ok(_) => RecordError::NoObject,
    }
}

/// The line with the cuts taken out of its text field: byte for byte what it was elsewhere.
#[must_use]
pub fn without(line: &[u8], raw: Span, cuts: &[Cut]) -> Vec<u8> {
    let mut out = Vec::with_capacity(line.len());
    out.extend_from_slice(&line[..raw.start]);
    let mut walker = Walker { raw: &line[raw.range()], at: 0, decoded: 0 };
    let mut from = 0;
    for cut in cuts {
        let start = walker.raw_offset(cut.span.start);
        out.extend_from_slice(&line[raw.start + from..raw.start + start]);
        from = walker.raw_offset(cut.span.end);
    }
    out.extend_from_slice(&line[raw.start + from..]);
    out
}

/// How the line escapes `cut`, bytes of its text, where that differs from [`escape_plainly`].
#[must_use]
pub fn escapes(line: &[u8], raw: Span, cut: Span) -> Option<String> {
    let token = &line[raw.range()];
    let mut walker = Walker { raw: token, at: 0, decoded: 0 };
    let start = walker.raw_offset(cut.start);
    let end = walker.raw_offset(cut.end);
    let escaped = std::str::from_utf8(&token[start..end]).ok()?;
    let text = unescape(escaped)?;
    (escape_plainly(&text) != escaped).then(|| escaped.to_owned())
}

/// A text as a JSON string without its quotes, escaped as little as may be.
#[must_use]
pub fn escape_plainly(text: &str) -> String {
    let escaped = serde_json::to_string(text).unwrap_or_default();
    escaped.get(1..escaped.len().saturating_sub(1)).unwrap_or_default().to_owned()
}

/// Where in an escaped string (without its quotes) the text that it stands for reaches byte `wanted`.
#[must_use]
pub fn raw_offset(raw: &[u8], wanted: usize) -> usize {
    Walker { raw, at: 0, decoded: 0 }.raw_offset(wanted)
}

/// Walks an escaped string, counting the bytes it stands for.
struct Walker<'r> {
    raw: &'r [u8],
    at: usize,
    decoded: usize,
}

impl Walker<'_> {
    /// The raw offset at which the decoded text reaches byte `wanted`, which lies on a char boundary.
    fn raw_offset(&mut self, wanted: usize) -> usize {
        while self.decoded < wanted {
            let rest = &self.raw[self.at..];
            let plain = memchr::memchr(b'\\', rest).unwrap_or(rest.len()).min(wanted - self.decoded);
            if plain > 0 {
                self.at += plain;
                self.decoded += plain;
                continue;
            }
            let Some((c, len)) = escape(rest) else { break };
            self.at += len;
            self.decoded += c.len_utf8();
        }
        self.at
    }
}

/// The text of a string token without its quotes; `None` if it is no JSON string.
fn unescape(raw: &str) -> Option<Cow<'_, str>> {
    // A chunk is looked at as a whole, without a jump for each byte.
    let control = |chunk: &[u8]| chunk.iter().fold(false, |found, byte| found | (*byte < 0x20));
    if raw.as_bytes().chunks(256).any(control) {
        return None;
    }
    let Some(first) = memchr::memchr(b'\\', raw.as_bytes()) else { return Some(Cow::Borrowed(raw)) };
    let mut text = String::with_capacity(raw.len());
    text.push_str(&raw[..first]);
    let mut rest = &raw[first..];
    while !rest.is_empty() {
        let (c, len) = escape(rest.as_bytes())?;
        text.push(c);
        rest = &rest[len..];
        let plain = memchr::memchr(b'\\', rest.as_bytes()).unwrap_or(rest.len());
        text.push_str(&rest[..plain]);
        rest = &rest[plain..];
    }
    Some(Cow::Owned(text))
}

/// The character that the escape at the start of `raw` stands for, and its length in bytes.
fn escape(raw: &[u8]) -> Option<(char, usize)> {
    let c = match raw.get(1)? {
        b'n' => '\n',
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b't' => '\t',
        b'r' => '\r',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'u' => return unicode_escape(raw),
        _ => return None,
    };
    Some((c, 2))
}

fn unicode_escape(raw: &[u8]) -> Option<(char, usize)> {
    let unit = |at: usize| -> Option<u32> {
        let digits = std::str::from_utf8(raw.get(at + 2..at + 6)?).ok()?;
        let plain = raw[at] == b'\\' && raw[at + 1] == b'u' && digits.bytes().all(|b| b.is_ascii_hexdigit());
        plain.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
    };
    let high = unit(0)?;
    if !(0xd800..0xdc00).contains(&high) {
        return Some((char::from_u32(high)?, 6));
    }
    let low = unit(6).filter(|low| (0xdc00..0xe000).contains(low))?;
    Some((char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00))?, 12))
}

/// The tokens of the wanted fields.
#[derive(Default)]
struct Found {
    text: Option<Span>,
    id: Option<Span>,
    site: Option<Span>,
}

/// Walks the top level of an object.
struct Scanner<'l> {
    line: &'l str,
    at: usize,
}

impl Scanner<'_> {
    /// The wanted fields; `None` if the line is no JSON object.
    fn fields(mut self, fields: &Fields) -> Option<Found> {
        let mut found = Found::default();
        let line = self.line;
        self.object(&mut |key, value| {
            for (path, place) in
                [(&fields.text, &mut found.text), (&fields.id, &mut found.id), (&fields.site, &mut found.site)]
            {
                *place = at_path(line, path, key, value).or(*place);
            }
        })?;
        self.at_end().then_some(found)
    }

    /// Walks an object, and shows each key and the token of its value.
    fn object(&mut self, show: &mut dyn FnMut(&str, Span)) -> Option<()> {
        self.expect(b'{')?;
        if self.next() == Some(b'}') {
            self.at += 1;
            return Some(());
        }
        loop {
            let key = self.string()?;
            let key = unescape(&self.line[key.start + 1..key.end - 1])?;
            self.expect(b':')?;
            let value = self.value()?;
            show(&key, value);
            match self.next()? {
                b',' => self.at += 1,
                b'}' => {
                    self.at += 1;
                    return Some(());
                }
                _ => return None,
            }
        }
    }

    /// The next byte that is no white space.
    fn next(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.line.as_bytes().get(self.at) {
            self.at += 1;
        }
        self.line.as_bytes().get(self.at).copied()
    }

    fn at_end(&mut self) -> bool {
        self.next().is_none()
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then(|| self.at += 1)
    }

    /// A string token, quotes included. Half a surrogate pair is let pass, as the grammar does.
    fn string(&mut self) -> Option<Span> {
        self.expect(b'"')?;
        let start = self.at - 1;
        let bytes = self.line.as_bytes();
        loop {
            let stop = self.at + memchr::memchr2(b'"', b'\\', &bytes[self.at..])?;
            if bytes[stop] == b'"' {
                self.at = stop + 1;
                // Not `any`: without a way out it is done many bytes at a time.
                let controls = bytes[start..stop].iter().fold(false, |found, byte| found | (*byte < 0x20));
                return (!controls).then(|| Span::new(start, self.at));
            }
            self.at = match bytes.get(stop + 1)? {
                b'n' | b'"' | b'\\' | b'/' | b't' | b'r' | b'b' | b'f' => stop + 2,
                b'u' if bytes.get(stop + 2..stop + 6)?.iter().all(u8::is_ascii_hexdigit) => stop + 6,
                _ => return None,
            };
        }
    }

    fn value(&mut self) -> Option<Span> {
        match self.next()? {
            b'"' => self.string(),
            b'{' | b'[' => self.nested(),
            _ => {
                let start = self.at;
                let rest = &self.line.as_bytes()[start..];
                let len = rest.iter().position(|b| matches!(b, b',' | b'}' | b']') || b.is_ascii_whitespace());
                self.at += len.unwrap_or(rest.len());
                self.parsed(start)
            }
        }
    }

    /// An array or an object, skipped as a whole.
    fn nested(&mut self) -> Option<Span> {
        let start = self.at;
        let mut depth = 0usize;
        loop {
            match self.line.as_bytes().get(self.at)? {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return self.parsed(start);
            }
        }
    }

    /// The token from `start` to here, if it is JSON.
    fn parsed(&self, start: usize) -> Option<Span> {
        let token = &self.line[start..self.at];
        serde_json::from_str::<serde::de::IgnoredAny>(token).ok().map(|_| Span::new(start, self.at))
    }
}

/// The value that `path` leads to, where `key` with its `value` is the way: the key itself, or what stands behind a
/// dot in the object there. Of a field given twice the last counts.
fn at_path(line: &str, path: &str, key: &str, value: Span) -> Option<Span> {
    let rest = path.strip_prefix(key)?;
    if rest.is_empty() {
        return Some(value);
    }
    let rest = rest.strip_prefix('.')?;
    let mut found = None;
    let mut inner = Scanner { line, at: value.start };
    inner.object(&mut |key, value| found = at_path(line, rest, key, value).or(found))?;
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::paragraph::ParagraphId;

    fn found(line: &str) -> Result<(String, Option<String>), String> {
        record(line.as_bytes(), &Fields::default())
            .map(|r| (r.text.into_owned(), r.id.map(Cow::into_owned)))
            .map_err(|e| e.to_string())
    }

    #[test]
    fn the_field_is_found_and_what_is_wrong_is_said() {
        assert_eq!(
            found(r#"{"id":7,"x":{"text":"no"},"text":"a\n\u00e9\ud83d\ude00"}"#).unwrap(),
            ("a\né😀".into(), Some("7".into()))
        );
        assert_eq!(found(r#" { "text" : "a" , "text" : "b" } "#).unwrap().0, "b");
        assert_eq!(found(r#"{"te\u0078t":"a"}"#).unwrap().0, "a");
        assert!(found(r#"{"id":1}"#).unwrap_err().contains("no field \"text\""));
        assert!(found(r#"{"text":3}"#).unwrap_err().contains("no string"));
        for bad in [
            r#"{"text":"a""#,
            r#"{"text":"a"} x"#,
            "[1]",
            r#"{"text":"\ud800"}"#,
            r#"{"text":"a",}"#,
            "",
            r#"{"a":01,"text":""}"#,
            r#"{"a":"\q","text":""}"#,
            r#"{"a":"\u12g4","text":""}"#,
            "{\"id\":\"\0\",\"text\":\"\"}",
            "{\"a\":[\"\t\"],\"text\":\"\"}",
        ] {
            assert!(found(bad).unwrap_err().contains("not a JSON object"), "{bad}");
        }
    }

    #[test]
    fn what_a_parser_has_no_value_for_passes_through() {
        for value in [r#""\ud800""#, r#"["\udfff\ud800"]"#, "1e999", &format!("{}{}", "[".repeat(200), "]".repeat(200))]
        {
            assert_eq!(found(&format!(r#"{{"a":{value},"text":"b"}}"#)).unwrap().0, "b", "{value}");
        }
    }

    #[test]
    fn a_dot_leads_into_an_object() {
        let fields = Fields { text: "a.b.c".into(), id: "a.n".into(), ..Fields::default() };
        let line = r#"{"a": {"x": {"c": "no"}, "b": {"c": "yes"}, "n": 4}, "c": "no", "a.b": 1}"#;
        let found = record(line.as_bytes(), &fields).unwrap();
        assert_eq!((&*found.text, found.id.as_deref()), ("yes", Some("4")));
        assert_eq!(&line[found.raw.range()], "yes");
        let flat = record(br#"{"a.b.c": "flat", "a": [1], "a": {"b": {}}}"#, &fields).unwrap();
        assert_eq!(flat.text, "flat");
        for bad in [r#"{"a": {"b": "c"}}"#, r#"{"a": "b"}"#, r#"{"a": {"b": [{"c": "x"}]}}"#] {
            assert!(matches!(record(bad.as_bytes(), &fields), Err(RecordError::Missing(_))), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_serde_json_and_cuts_what_it_is_told(text in "(a|é|😀|\n|\"|\\\\|\t|/){0,30}", ascii in any::<bool>(), cut in 0usize..30, len in 0usize..9) {
            let mut token = serde_json::to_string(&text).unwrap();
            if ascii {
                token = token.chars().map(|c| if c.is_ascii() { c.to_string() } else {
                    let mut units = [0; 2];
                    c.encode_utf16(&mut units).iter().map(|u| format!("\\u{u:04X}")).collect()
                }).collect();
            }
            let line = format!(r#"{{"n": 2.50,"text":{token},"z":[1, {{"text":"\""}}]}}"#);
            let found = record(line.as_bytes(), &Fields::default()).unwrap();
            prop_assert_eq!(&*found.text, &text);
            let bounds: Vec<usize> = text.char_indices().map(|(i, _)| i).chain([text.len()]).collect();
            let (start, end) = (bounds[cut.min(bounds.len() - 1)], bounds[(cut + len).min(bounds.len() - 1)]);
            let cuts = [Cut { paragraph: ParagraphId(0), span: Span::new(start, end) }];
            let out = without(line.as_bytes(), found.raw, &cuts);
            let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
            prop_assert_eq!(value["text"].as_str().unwrap(), format!("{}{}", &text[..start], &text[end..]));
            let head = br#"{"n": 2.50,"text":""#;
            prop_assert!(out.starts_with(head), "other bytes changed");
        }
    }
}
