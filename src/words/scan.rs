//! The pass: from bytes to hashed words.
//!
//! Latin letters and digits are classified, lower-cased and hashed eight at a time with plain integer arithmetic;
//! every other character goes through [`table`]. Both give the same words.

use super::hash::{WordHasher, of_bytes};
use super::table::{self, Class, Entry, Watch};
use super::{entity, fold_into};

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Calls `word(hash, start, end)` for each word of `text` in order; `start` and `end` are bytes of `text`.
pub fn scan(text: &str, mut word: impl FnMut(u64, usize, usize)) {
    let mut scanner = Scanner::new(text);
    while scanner.at < scanner.bytes.len() {
        let start = scanner.at;
        let byte = scanner.bytes[start];
        if byte.is_ascii_alphanumeric() {
            let hash = scanner.word();
            word(hash, start, scanner.at);
            continue;
        }
        if byte < 0x80 && byte != b'&' && byte != b'_' {
            scanner.at += 1;
            continue;
        }
        let (entry, len) = match scanner.ahead {
            (at, entry, len) if at == start => (entry, len),
            _ => scanner.entry(start),
        };
        match entry.class() {
            Class::Letter | Class::Numeric | Class::Connector => {
                let hash = scanner.word();
                if scanner.worded {
                    word(hash, start, scanner.at);
                }
            }
            Class::Solo => {
                let hash = scanner.solo(entry, len);
                word(hash, start, scanner.at);
            }
            _ => scanner.at += len,
        }
    }
}

struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    /// The next byte to read.
    at: usize,
    /// The page of the last character that was not ASCII.
    page: &'static [Entry; 256],
    page_number: usize,
    ascii: &'static [Entry; 256],
    /// True if the word read last holds a letter or a digit.
    worded: bool,
    /// What stands behind the last character that is a word by itself: where, what, and its length in bytes.
    ahead: (usize, Entry, usize),
}

impl<'t> Scanner<'t> {
    fn new(text: &'t str) -> Self {
        let ascii = table::page(0);
        let ahead = (usize::MAX, ascii[0], 0);
        Self { text, bytes: text.as_bytes(), at: 0, page: ascii, page_number: 0, ascii, worded: false, ahead }
    }

    /// What stands at byte `at`, which must be inside the text, and its length in bytes.
    #[inline]
    fn entry(&mut self, at: usize) -> (Entry, usize) {
        let low = |byte: u8| u32::from(byte & 0x3f);
        let rest = &self.bytes[at..];
        let (code, len) = match *rest {
            [first @ 0xc0..0xe0, b, ..] => (u32::from(first & 0x1f) << 6 | low(b), 2),
            [first @ 0xe0..0xf0, b, c, ..] => (u32::from(first & 0x0f) << 12 | low(b) << 6 | low(c), 3),
            [first @ 0xf0..=0xff, b, c, d, ..] => {
                (u32::from(first & 0x07) << 18 | low(b) << 12 | low(c) << 6 | low(d), 4)
            }
            [b'&', ..] => entity::decode(rest).map_or((u32::from(b'&'), 1), |(c, len)| (c as u32, len)),
            _ => return (self.ascii[usize::from(rest[0] & 0x7f)], 1),
        };
        let number = code as usize >> 8;
        if number != self.page_number {
            self.page = table::page(number);
            self.page_number = number;
        }
        (self.page[code as usize & 255], len)
    }

    /// Reads the word that begins at `self.at` and returns its hash.
    #[inline]
    fn word(&mut self) -> u64 {
        let start = self.at;
        let mut hasher = WordHasher::new();
        let mut watch = Watch::default();
        let mut last = Class::Other;
        self.worded = false;
        while self.at < self.bytes.len() {
            if self.bytes[self.at].is_ascii_alphanumeric() {
                last = self.latin(&mut hasher);
                watch.starter();
                self.worded = true;
                continue;
            }
            let byte = self.bytes[self.at];
            if byte == b' ' {
                break;
            }
            let (entry, len) = self.entry(self.at);
            match entry.class() {
                class @ (Class::Letter | Class::Numeric) => {
                    self.worded = true;
                    last = class;
                }
                Class::Connector => last = Class::Connector,
                Class::Extend => {}
                class @ (Class::MidLetter | Class::MidNum | Class::MidBoth)
                    if self.joins(last, class, self.at + len) => {}
                _ => break,
            }
            push(entry, &mut watch, &mut hasher);
            self.at += len;
        }
        if watch.slow { self.slow_hash(start) } else { hasher.finish() }
    }

    /// Reads a run of Latin letters and digits into `hasher`; returns the class of its last one.
    #[inline]
    fn latin(&mut self, hasher: &mut WordHasher) -> Class {
        loop {
            let (chunk, count) = match self.bytes.get(self.at..self.at + 8) {
                Some(eight) => latin_prefix(u64::from_le_bytes(eight.try_into().unwrap_or_default())),
                None => latin_tail(&self.bytes[self.at..]),
            };
            hasher.push(chunk, count);
            self.at += count as usize;
            if count < 8 {
                let digit = self.bytes[self.at - 1].is_ascii_digit();
                return if digit { Class::Numeric } else { Class::Letter };
            }
        }
    }

    /// Reads a character that is a word by itself, with the marks on it.
    fn solo(&mut self, entry: Entry, len: usize) -> u64 {
        let start = self.at;
        let mut hasher = WordHasher::new();
        let mut watch = Watch::default();
        push(entry, &mut watch, &mut hasher);
        self.at += len;
        while self.at < self.bytes.len() && self.bytes[self.at] >= 0x80 {
            let (next, len) = self.entry(self.at);
            if next.class() != Class::Extend {
                self.ahead = (self.at, next, len);
                break;
            }
            push(next, &mut watch, &mut hasher);
            self.at += len;
        }
        if watch.slow { self.slow_hash(start) } else { hasher.finish() }
    }

    /// True if a joining character of class `mid` stands between `last` and a fitting character at or after `next`
    /// (WB6, WB7, WB11, WB12).
    fn joins(&mut self, last: Class, mid: Class, mut next: usize) -> bool {
        let wanted = match (last, mid) {
            (Class::Letter, Class::MidLetter | Class::MidBoth) => Class::Letter,
            (Class::Numeric, Class::MidNum | Class::MidBoth) => Class::Numeric,
            _ => return false,
        };
        while next < self.bytes.len() {
            let (entry, len) = self.entry(next);
            if entry.class() != Class::Extend {
                return entry.class() == wanted;
            }
            next += len;
        }
        false
    }

    #[cold]
    fn slow_hash(&self, start: usize) -> u64 {
        let mut folded = String::new();
        fold_into(&self.text[start..self.at], &mut folded);
        of_bytes(folded.as_bytes())
    }
}

/// Adds a character to a word.
#[inline]
fn push(entry: Entry, watch: &mut Watch, hasher: &mut WordHasher) {
    watch.pass(entry);
    let (bytes, len) = entry.folded();
    hasher.push(bytes, len);
}

/// The lower-cased run of ASCII letters and digits at the start of eight bytes (little-endian), and its length.
#[inline]
const fn latin_prefix(eight: u64) -> (u64, u32) {
    let low = eight & !HIGH;
    let lower = low | (ONES * 0x20);
    let letter = (lower + ONES * (0x80 - b'a' as u64)) & !(lower + ONES * (0x7f - b'z' as u64));
    let digit = (low + ONES * (0x80 - b'0' as u64)) & !(low + ONES * (0x7f - b'9' as u64));
    let stop = (!(letter | digit) | eight) & HIGH;
    let count = stop.trailing_zeros() / 8;
    let mask = if count == 8 { u64::MAX } else { (1 << (8 * count)) - 1 };
    (lower & mask, count)
}

/// As [`latin_prefix`], for the last bytes of a text, fewer than eight.
fn latin_tail(bytes: &[u8]) -> (u64, u32) {
    let mut eight = [0; 8];
    let len = bytes.len().min(8);
    eight[..len].copy_from_slice(&bytes[..len]);
    latin_prefix(u64::from_le_bytes(eight))
}
