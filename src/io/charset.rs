//! What bytes mean as text: which encoding a file is in, its text, and the way back to the very bytes.
//!
//! A file is read in an encoding only if writing the text in it gives the same bytes again. All encodings but UTF-16
//! are of one state, so what is cut out of the text is cut out of the bytes, and every other byte stays.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

use crate::markup::Syntax;

/// How far into a page its own word on its encoding is looked for, in bytes.
const DECLARED_WITHIN: usize = 4096;

/// Bytes of the smallest archive.
const BLOCK: usize = 512;

/// In damaged UTF-8, the byte `b` that means nothing is read as this plus `b`: private characters, which no text has.
const BAD_BYTE: u32 = 0x10_ff00;

/// The encoding of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8, with a byte order mark or without.
    #[default]
    Utf8,
    /// UTF-8 with some bytes that mean nothing.
    DamagedUtf8,
    /// UTF-16, the low byte first.
    Utf16Le,
    /// UTF-16, the high byte first.
    Utf16Be,
    /// One of the web's older encodings.
    Legacy(&'static Encoding),
}

/// Bytes that are no text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CharsetError {
    /// Not a text at all.
    #[error("binary data, no text; left as it is")]
    Binary,
    /// An encoding that is not read.
    #[error("UTF-32 is not read; left as it is")]
    Utf32,
    /// It would not come back byte for byte.
    #[error("not in {0}: it would not come back byte for byte; left as it is (--encoding names another)")]
    Inexact(&'static str),
    /// No such encoding.
    #[error("no encoding is called {0:?}; examples are utf-8, utf-16le, windows-1252, shift_jis, gbk, euc-kr, big5")]
    Unknown(String),
}

impl Charset {
    /// By one of the names that the web knows, such as `latin1`, or that [`Charset::name`] gives.
    ///
    /// # Errors
    /// If there is no such encoding.
    pub fn of_label(label: &str) -> Result<Self, CharsetError> {
        if label == Self::DamagedUtf8.name() {
            return Ok(Self::DamagedUtf8);
        }
        match Encoding::for_label_no_replacement(label.as_bytes()) {
            Some(encoding) if encoding == UTF_8 => Ok(Self::Utf8),
            Some(encoding) if encoding == UTF_16LE => Ok(Self::Utf16Le),
            Some(encoding) if encoding == UTF_16BE => Ok(Self::Utf16Be),
            Some(encoding) if encoding.is_single_byte() || encoding.is_ascii_compatible() => Ok(Self::Legacy(encoding)),
            _ => Err(CharsetError::Unknown(label.to_owned())),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::DamagedUtf8 => "UTF-8 (damaged)",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
            Self::Legacy(encoding) => encoding.name(),
        }
    }

    /// Its name, if it is not UTF-8.
    #[must_use]
    pub fn odd_name(self) -> Option<&'static str> {
        (self != Self::Utf8).then(|| self.name())
    }

    /// The text that `bytes` are in this encoding, if writing it gives `bytes` again. A byte order mark is a part of it.
    #[must_use]
    pub fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        let text = match self {
            Self::Utf8 => return std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Self::DamagedUtf8 => bad_bytes_marked(bytes),
            Self::Utf16Le => utf16(bytes, u16::from_le_bytes)?,
            Self::Utf16Be => utf16(bytes, u16::from_be_bytes)?,
            Self::Legacy(encoding) => encoding.decode_without_bom_handling_and_without_replacement(bytes)?.into_owned(),
        };
        (self.encode(&text)? == bytes).then_some(Cow::Owned(text))
    }

    /// The bytes of a text in this encoding, if it can say all of it.
    #[must_use]
    pub fn encode(self, text: &str) -> Option<Cow<'_, [u8]>> {
        Some(match self {
            Self::Utf8 => Cow::Borrowed(text.as_bytes()),
            Self::DamagedUtf8 => Cow::Owned(bad_bytes_restored(text)),
            Self::Utf16Le => Cow::Owned(text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
            Self::Utf16Be => Cow::Owned(text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
            Self::Legacy(encoding) => {
                let (bytes, _, unmappable) = encoding.encode(text);
                return (!unmappable).then_some(bytes);
            }
        })
    }

    /// The unified diff of a document as bytes that fit those of its file, where that has lines of bytes: behind the
    /// two lines with its name it is in the file's encoding.
    #[must_use]
    pub fn encode_diff(self, diff: Vec<u8>) -> Vec<u8> {
        if self == Self::Utf8 || !self.has_byte_lines() {
            return diff;
        }
        let body = memchr::memchr_iter(b'\n', &diff).nth(1).map_or(diff.len(), |at| at + 1);
        match std::str::from_utf8(&diff[body..]).ok().and_then(|text| self.encode(text)) {
            Some(encoded) => [&diff[..body], &encoded].concat(),
            None => diff,
        }
    }

    /// True if a line feed is one byte, and no part of any other character.
    #[must_use]
    const fn has_byte_lines(self) -> bool {
        !matches!(self, Self::Utf16Le | Self::Utf16Be)
    }
}

/// The text of a file and its encoding: by its byte order mark, by what `syntax` lets it say of itself, by its bytes.
///
/// # Errors
/// If it is no text, or would not come back byte for byte.
pub fn read(bytes: &[u8], syntax: Syntax) -> Result<(Cow<'_, str>, Charset), CharsetError> {
    let exactly = |charset: Charset| Some((charset.decode(bytes)?, charset));
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => return Err(CharsetError::Utf32),
        [0xff, 0xfe, ..] => return exactly(Charset::Utf16Le).ok_or(CharsetError::Inexact("UTF-16LE")),
        [0xfe, 0xff, ..] => return exactly(Charset::Utf16Be).ok_or(CharsetError::Inexact("UTF-16BE")),
        _ => {}
    }
    if memchr::memchr(0, bytes).is_some() {
        if let Some(charset) = unmarked_utf16(bytes) {
            return exactly(charset).ok_or(CharsetError::Binary);
        }
        if is_archive(bytes) {
            return Err(CharsetError::Binary);
        }
    }
    if let Some(found) = exactly(Charset::Utf8) {
        return Ok(found);
    }
    if is_binary(bytes) {
        return Err(CharsetError::Binary);
    }
    // Text in another encoding is hardly ever valid UTF-8 for long.
    if is_mostly_utf8(bytes) {
        return exactly(Charset::DamagedUtf8).ok_or(CharsetError::Inexact("UTF-8"));
    }
    if let Some(found) = declared(bytes, syntax).and_then(exactly) {
        return Ok(found);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guessed = detector.guess(None, Utf8Detection::Deny);
    let found = exactly(Charset::Legacy(guessed));
    let found = found.or_else(|| (guessed == GBK).then(|| exactly(Charset::Legacy(GB18030))).flatten());
    found.ok_or(CharsetError::Inexact(guessed.name()))
}

/// As [`read`], but in the encoding that is said.
///
/// # Errors
/// If the bytes are not in it.
pub fn read_as(bytes: &[u8], charset: Charset) -> Result<(Cow<'_, str>, Charset), CharsetError> {
    let text = charset.decode(bytes).ok_or_else(|| CharsetError::Inexact(charset.name()))?;
    Ok((text, charset))
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let units = bytes.chunks_exact(2);
    if !units.remainder().is_empty() {
        return None;
    }
    char::decode_utf16(units.map(|pair| unit([pair[0], pair[1]]))).collect::<Result<_, _>>().ok()
}

/// UTF-16 without a byte order mark: its line feeds and blanks have a NUL, and read so, nearly every character is one
/// that texts are written in.
fn unmarked_utf16(bytes: &[u8]) -> Option<Charset> {
    let share = |charset: Charset| {
        let text = charset.decode(bytes)?;
        let all = text.chars().count();
        let written = text.chars().filter(|c| is_written(*c)).count();
        (text.contains(['\n', ' ']) && written * 100 >= all * 97).then_some((written * 1000 / all, charset))
    };
    let both = [Charset::Utf16Le, Charset::Utf16Be].into_iter().filter_map(share);
    both.max_by_key(|(share, _)| *share).map(|(_, charset)| charset)
}

/// True for the characters of the scripts and the punctuation that articles are written in.
fn is_written(c: char) -> bool {
    matches!(c,
        '\t' | '\n' | '\r' | ' '..='~' | '\u{a0}'..='\u{24f}' | '\u{2b0}'..='\u{36f}' | 'Ͱ'..='ԯ' | '\u{531}'..='\u{6ff}'
        | 'ऀ'..='\u{dff}' | '\u{e00}'..='\u{fff}' | 'က'..='\u{139f}' | '\u{1780}'..='\u{17ff}' | '\u{1e00}'..='\u{1fff}'
        | '\u{2000}'..='\u{206f}' | '\u{20a0}'..='\u{214f}' | '\u{2190}'..='\u{27bf}' | '\u{3000}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{fb00}'..='\u{fdff}'
        | '\u{fe00}'..='\u{feff}' | '\u{ff00}'..='\u{ffef}' | '\u{1f000}'..='\u{1faff}' | '\u{20000}'..='\u{2ffff}')
}

/// True for what is padded with NULs, as an archive of texts is: what is cut out of it would break it, although it
/// is valid UTF-8.
fn is_archive(bytes: &[u8]) -> bool {
    bytes.len() >= BLOCK && memchr::memchr_iter(0, bytes).count() * 100 > bytes.len()
}

/// True where more than one byte in a hundred is a control character that texts do not have.
fn is_binary(bytes: &[u8]) -> bool {
    let control = |b: &&u8| matches!(b, 0..=8 | 14..=26 | 28..=31 | 127);
    bytes.iter().filter(control).count() * 100 > bytes.len()
}

/// True where characters of several bytes are four times as many as bytes that mean nothing.
fn is_mostly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += chunk.invalid().len();
    }
    good >= bad * 4
}

fn bad_bytes_marked(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().filter_map(|b| char::from_u32(BAD_BYTE + u32::from(*b))));
    }
    text
}

fn bad_bytes_restored(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        match u8::try_from(u32::from(c).wrapping_sub(BAD_BYTE)) {
            Ok(b @ 0x80..) => bytes.push(b),
            _ => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    bytes
}

/// The encoding that a page says it is in.
fn declared(bytes: &[u8], syntax: Syntax) -> Option<Charset> {
    syntax.is_html().then_some(())?;
    let head = &bytes[..bytes.len().min(DECLARED_WITHIN)];
    let head: String = head.iter().map(|b| char::from(b.to_ascii_lowercase())).collect();
    ["charset", "encoding"].iter().find_map(|word| {
        let said = head.match_indices(word).find_map(|(at, _)| {
            let rest = head[at + word.len()..].trim_start().strip_prefix('=')?.trim_start();
            let rest = rest.trim_start_matches(['"', '\'']);
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"-_:.".contains(c));
            Charset::of_label(&rest[..end.unwrap_or(rest.len())]).ok()
        })?;
        // Whoever can be read this far is not in UTF-16.
        said.has_byte_lines().then_some(said)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(bytes: &[u8]) -> Result<(String, &'static str), CharsetError> {
        read(bytes, Syntax::Plain).map(|(text, charset)| (text.into_owned(), charset.name()))
    }

    #[test]
    fn texts_of_many_languages_are_told_by_their_bytes() {
        for (label, text) in [
            ("windows-1252", "Die Fähre nach Oldmoor fährt wieder, für 800 Menschen; „schön“, sagte Frau Müller.\n"),
            ("windows-1251", "Паром на остров снова ходит с понедельника, сообщила капитан Инес Фальк.\n"),
            ("koi8-u", "Паром на острів знову ходить з понеділка, повідомила капітан Інес Фальк, її екіпаж і гості.\n"),
            (
                "iso-8859-2",
                "Prom na wyspę znów pływa od poniedziałku, powiedziała kapitan. Żeglarze są już zdrowi i cieszą się.\n",
            ),
            ("windows-1253", "Το πλοίο για το νησί θα ταξιδεύει ξανά από τη Δευτέρα, είπε η καπετάνιος.\n"),
            ("windows-1255", "המעבורת לאי תפליג שוב ביום שני, אמרה רבת החובל אינס פאלק.\n"),
            ("windows-1256", "ستبحر العبارة إلى الجزيرة مجددا يوم الاثنين، قالت القبطانة إينس فالك.\n"),
            ("windows-874", "เรือข้ามฟากไปยังเกาะจะกลับมาวิ่งอีกครั้งในวันจันทร์ กัปตันกล่าว\n"),
            ("shift_jis", "島へのフェリーは月曜日から再び運航すると、船長が金曜日に述べた。\n"),
            ("euc-jp", "島へのフェリーは月曜日から再び運航すると、船長が金曜日に述べた。\n"),
            ("gbk", "前往该岛的渡轮将从星期一起恢复运营，船长星期五表示，票已开始出售。\n"),
            ("big5", "前往該島的渡輪將從星期一起恢復營運，船長星期五表示，票已開始出售。\n"),
            ("euc-kr", "섬으로 가는 여객선이 월요일부터 다시 운항한다고 선장이 금요일에 말했다.\n"),
            ("utf-16le", "前往该岛的渡轮将从星期一起恢复运营，船长星期五表示，票已开始出售。\n"),
            ("utf-16be", "The ferry to the island will run again from Monday.\n"),
        ] {
            let charset = Charset::of_label(label).unwrap();
            let bytes = charset.encode(text).unwrap().repeat(3);
            assert_eq!(found(&bytes), Ok((text.repeat(3), charset.name())), "{label}");
        }
        let marked = |charset: Charset| charset.encode("\u{feff}Nur Text.\n").unwrap().into_owned();
        for charset in [Charset::Utf8, Charset::Utf16Le, Charset::Utf16Be] {
            assert_eq!(found(&marked(charset)), Ok(("\u{feff}Nur Text.\n".into(), charset.name())));
        }
    }

    #[test]
    fn what_a_page_says_of_itself_counts_if_it_holds() {
        let says =
            |label: &str| format!("<meta http-equiv=x content='text/html; charset={label}'><p>caf\u{e9} 5\u{a4}");
        let as_latin9 = Charset::of_label("iso-8859-15").unwrap();
        let bytes: Vec<u8> = says("ISO-8859-15").chars().map(|c| c as u8).collect();
        let html = Syntax::Html;
        assert_eq!(read(&bytes, html).unwrap().1, as_latin9);
        assert_ne!(read(&bytes, Syntax::Plain).unwrap().1, as_latin9);
        for wrong in ["utf-8", "utf-16", "nonsense", "replacement"] {
            let bytes: Vec<u8> = says(wrong).chars().map(|c| c as u8).collect();
            assert_eq!(read(&bytes, html).unwrap().1.name(), "windows-1252", "{wrong}");
        }
    }

    #[test]
    fn what_is_no_text_is_refused() {
        let elf = [&b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0\x01\0\0\0\xf5\x80"[..], &[0x90; 50]].concat();
        assert_eq!(found(&elf), Err(CharsetError::Binary));
        assert_eq!(found(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\xff"), Err(CharsetError::Binary));
        assert_eq!(found(b"\xff\xfe\0\0a\0\0\0"), Err(CharsetError::Utf32));
        assert_eq!(found(b"\xff\xfea\0b"), Err(CharsetError::Inexact("UTF-16LE")));
        assert!(matches!(Charset::of_label("utf-7"), Err(CharsetError::Unknown(_))));
        assert_eq!(found(b"a\0b\n\na\0b c").unwrap().1, "UTF-8", "a NUL here and there is no sign of UTF-16");
        let damaged = "Die Fähre fährt für \u{fffd} Fünf".as_bytes();
        let damaged = [damaged, b"\x80 \xed\xa0\x80 \xf0\x9f", "ä".repeat(40).as_bytes(), b"\xe2\x82"].concat();
        let (text, name) = found(&damaged).unwrap();
        assert_eq!(name, "UTF-8 (damaged)");
        assert!(!text.contains("\u{fffd} \u{fffd}"), "a bad byte equals no other character");
    }

    proptest! {
        #[test]
        fn every_reading_is_exact(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok((text, charset)) = read(&bytes, Syntax::Plain) {
                prop_assert_eq!(charset.encode(&text).unwrap().into_owned(), bytes);
                let again = Charset::of_label(charset.name()).unwrap();
                prop_assert_eq!(again, charset);
            }
        }
    }
}
