//! What a paragraph is in its article: from itself and its place, without any other paragraph's words.

mod code;
pub mod sentences;
pub mod title;
pub mod trimming;

use std::ops::Range;

use crate::lexicon::{Class, Lexicon};
use crate::paragraph::Role;
use crate::words::{decoded, is_solo, number_sign};

pub(crate) use code::code_like;
use sentences::{clause_breaks, sentence_starts};
use trimming::{Trimming, Words, bits, trimmings};

/// What can be seen of one paragraph by itself.
#[derive(Clone, Debug)]
pub struct Shape {
    /// What it is.
    pub role: Role,
    /// For each word, the trimming it belongs to.
    pub trimmings: Vec<Option<Trimming>>,
    /// True if it ends as a sentence ends.
    pub full_stop: bool,
    /// True if it breaks off: ends in an ellipsis.
    pub cut_off: bool,
    /// For each word, whether it stands inside quotation marks; empty if none does.
    pub quoted: Vec<bool>,
    /// How many of them do.
    pub quoted_words: usize,
    blemishes: u32,
    /// How many words are no trimmings.
    solid: usize,
    /// True for an embedded post: signed with a handle.
    pub post: bool,
    /// True if it begins with a bullet, a dash or a table bar.
    pub marked: bool,
    /// How many of its words make one of a script with spaces: 1, or more where each character counts as a word.
    pub chars_per_word: usize,
    /// The first word (0-based) of each sentence.
    pub sentences: Vec<usize>,
    /// The words (0-based, ascending) that a mark parts from the word before: a comma, a bracket, a dash, a full stop.
    pub breaks: Vec<usize>,
    /// True if it is one question: short, a heading.
    pub question: bool,
    /// True if it is one call: "Do not give up!", a heading, too.
    pub call: bool,
    /// Words (0-based) that are numbers with a sign of currency, or a percent sign.
    pub signs: Vec<(usize, char)>,
}

impl Shape {
    /// How often the paragraph is damaged where another one may not be: words with digits among the letters, brackets
    /// put in, a cut tail. Says nothing by itself; of two that say the same, the sound one stays.
    #[must_use]
    pub const fn blemishes(&self) -> u32 {
        self.blemishes
    }

    /// As [`Shape::tells_of_picture`], a label not counted: "Price: ..." has one, too.
    #[must_use]
    pub fn shows_picture(&self) -> bool {
        let picture = |mark: &Trimming| matches!(mark, Trimming::Picture | Trimming::Credit | Trimming::Counter);
        !self.is_plain() && self.trimmings.iter().flatten().any(picture)
    }

    /// True if something of a picture is written there, so that it is a caption for more than want of a full stop: a
    /// label, a picture reference, a credit, a counter.
    #[must_use]
    pub fn tells_of_picture(&self) -> bool {
        let told = |trimming: &Trimming| !matches!(trimming, Trimming::FileName | Trimming::SiteName);
        !self.is_plain() && self.trimmings.iter().flatten().any(told)
    }

    /// True for running text that lost its last full stop: whole sentences, and nothing of a picture. A caption of one
    /// sentence often has none, one of several ends as the first of them does.
    #[must_use]
    pub fn lost_stop(&self) -> bool {
        let guessed = matches!(self.role, Role::Caption | Role::Quote | Role::KeyPoint);
        guessed && !self.full_stop && self.sentences.len() > 1 && !self.tells_of_picture()
    }

    /// How many words its lead-in label has.
    #[must_use]
    pub fn label_words(&self) -> usize {
        self.trimmings.iter().take_while(|trimming| **trimming == Some(Trimming::Label)).count()
    }

    /// How many words are no trimmings.
    #[must_use]
    pub const fn solid_words(&self) -> usize {
        self.solid
    }

    /// True if no word is a trimming.
    #[must_use]
    pub const fn is_plain(&self) -> bool {
        self.solid == self.trimmings.len()
    }

    /// Makes some of the words trimmings.
    pub fn trim(&mut self, words: Range<usize>, what: Trimming) {
        self.trimmings[words].fill(Some(what));
        self.solid = solid(&self.trimmings);
    }

    /// As [`Shape::solid_words`], in words of a script with spaces.
    #[must_use]
    pub const fn solid_size(&self) -> usize {
        self.solid.div_ceil(self.chars_per_word)
    }

    /// True if each character counts as a word.
    #[must_use]
    pub const fn unspaced(&self) -> bool {
        self.chars_per_word > 1
    }

    /// Share of the words that stand in quotation marks.
    #[must_use]
    pub fn quoted_share(&self) -> f64 {
        self.quoted_words as f64 / self.trimmings.len().max(1) as f64
    }
}

/// Where a paragraph stands, as far as it tells what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// True for the first of its document.
    pub first: bool,
    /// True if nothing longer than a date or a label stands before it.
    pub opening: bool,
    /// False if its script has no full stops, so that lacking one tells nothing.
    pub stops: bool,
    /// What its markup says it is.
    pub told: Option<Role>,
    /// True if its markup says that it stays.
    pub fixed: bool,
    /// True in a marked-up document: headings and captions are told there, and need not be guessed from a missing
    /// full stop.
    pub marked: bool,
}

/// Looks at one paragraph.
#[must_use]
pub fn shape(words: &Words<'_>, place: Place, lexicon: &Lexicon) -> Shape {
    let trimmings = trimmings(words, lexicon);
    let text = decoded(words.text.trim());
    let body_end = text.trim_end_matches(['"', '”', '“', '’', '\'', '»', ')', ']', ' ', '\u{a0}']);
    let cut_off = body_end.ends_with('…') || body_end.ends_with("..");
    let full_stop = ends_sentence(&text);
    let (quoted, open) = quoted(words);
    let marked = text.starts_with(['•', '*', '|', '·', '‣', '▪', '■', '●', '◦', '–', '—', '-', '‐']);
    let post = text.len() > 40 && text.ends_with(|c: char| c.is_numeric() || c == ')') && text.contains("(@");
    let label = trimmings.iter().take_while(|t| **t == Some(Trimming::Label)).count();
    let platform = label > 0 && (0..label).all(|i| words.is(i, Class::Credit));
    let post = post || platform;
    let address = |last: &str| last.contains("://") || last.starts_with("pic.");
    let link = || text.split_whitespace().next_back().is_some_and(address);
    let full_stop = full_stop || post || !place.stops || link();
    let blemishes = blemishes(words) + u32::from(cut_off);
    let chars_per_word = chars_per_word(words, place);
    let mut shape = Shape {
        role: Role::Body,
        blemishes,
        solid: solid(&trimmings),
        trimmings,
        full_stop,
        cut_off,
        quoted_words: quoted.iter().filter(|quoted| **quoted).count(),
        quoted,
        post,
        marked,
        chars_per_word,
        sentences: sentence_starts(words),
        breaks: clause_breaks(words),
        signs: signs(words),
        question: body_end.ends_with(['?', '？', '؟']),
        call: body_end.ends_with(['!', '！']),
    };
    shape.question &= shape.sentences.len() == 1;
    shape.call &= shape.sentences.len() == 1;
    // In a text of several sentences an apostrophe opens what nothing closes.
    let unclosed = open && !shape.full_stop && shape.sentences.len() == 1;
    shape.blemishes += u32::from(unclosed);
    shape.role = role(words, &shape, place, lexicon);
    // Of two equal quotes the one in the running text has its full stop.
    let bare = shape.quoted.last() == Some(&true);
    shape.blemishes += u32::from(shape.role == Role::PullQuote && bare && !shape.full_stop);
    shape
}

/// True if a paragraph ends as a sentence ends, no word of it is a trimming, and nobody says what it is. Told without the
/// rest of its [`shape`]; such a paragraph is never a caption.
#[must_use]
pub fn is_prose(words: &Words<'_>, place: Place, lexicon: &Lexicon) -> bool {
    place.told.is_none()
        && ends_sentence(&decoded(words.text.trim()))
        && trimmings(words, lexicon).iter().all(Option::is_none)
}

fn solid(trimmings: &[Option<Trimming>]) -> usize {
    trimmings.iter().filter(|trimming| trimming.is_none()).count()
}

fn signs(words: &Words<'_>) -> Vec<(usize, char)> {
    let sign = |&i: &usize| Some((i, number_sign(words.text, words.span(i).start, words.span(i).end)?));
    words.numbers.iter().filter_map(sign).collect()
}

/// About two characters make a Chinese or Japanese word, four a Thai, Lao, Khmer or Burmese one, whose sentences end
/// without a `stop`.
#[must_use]
pub const fn solo_per_word(stops: bool) -> usize {
    if stops { 2 } else { 4 }
}

/// How many of some folded words make one of a script with spaces: `solo` if most of them are characters of a script
/// without.
#[must_use]
pub fn unit_of<'w>(folded: impl Iterator<Item = &'w str>, solo: usize) -> usize {
    let (mut count, mut unspaced) = (0, 0);
    for word in folded {
        count += 1;
        // Marks may stand on a character.
        unspaced += usize::from(word.chars().next().is_some_and(is_solo));
    }
    if unspaced * 2 > count { solo } else { 1 }
}

/// How many of its words make one of a script with spaces.
fn chars_per_word(words: &Words<'_>, place: Place) -> usize {
    if words.unspaced * 2 > words.len() { solo_per_word(place.stops) } else { 1 }
}

/// Most bytes of what may stand in brackets behind a full stop.
const MOST_BEHIND_STOP: usize = 59;

/// True if a text ends as a sentence ends, closing quotes and brackets aside.
fn ends_sentence(text: &str) -> bool {
    let closing = ['"', '”', '“', '’', '\'', '»', '«', ')', ']', '」', '』', ' ', '\u{a0}', '\r', '\n'];
    let invisible =
        |c: char| c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{feff}');
    let text = text.trim_end_matches(|c| closing.contains(&c) || invisible(c));
    let stops = ['.', '!', '?', '…', ':', '。', '！', '？', '؟', '۔', '।', '॥', '။', '៕'];
    // "(Reuters)" after the full stop ends nothing.
    let near = text.len().saturating_sub(MOST_BEHIND_STOP);
    let before = || memchr::memrchr(b'(', &text.as_bytes()[near..]).map_or(text, |at| &text[..near + at]);
    text.ends_with(stops) || before().trim_end_matches(closing).ends_with(stops)
}

/// A longer first line without a full stop is a standfirst.
const MOST_HEADLINE_WORDS: usize = 16;

/// A longer paragraph without a full stop is a body that lost it.
const MOST_CAPTION_WORDS: usize = 60;

fn role(words: &Words<'_>, shape: &Shape, place: Place, lexicon: &Lexicon) -> Role {
    let has = |what| !shape.is_plain() && shape.trimmings.contains(&Some(what));
    let n = words.folded.len();
    if n == 0 {
        return Role::Separator;
    }
    let size = n.div_ceil(shape.chars_per_word);
    if words.are_boilerplate(lexicon) && !in_program(words.text) {
        return Role::Boilerplate;
    }
    if let Some(told) = place.told {
        return told;
    }
    if signature(words) {
        return Role::Signature;
    }
    if code_like(words.text) {
        return Role::Code;
    }
    if has(Trimming::FileName) && !address(words.text) {
        return Role::HeadlineFragment;
    }
    if words.text.trim_start().starts_with('|') && words.text.trim_end().ends_with('|') {
        return Role::ListItem;
    }
    // A headline may end in "(infographic)": nothing but it stands first, and ends so soon.
    let headline = place.first && !shape.full_stop && !place.marked && size <= MOST_HEADLINE_WORDS;
    if (has(Trimming::Credit) || has(Trimming::Picture) || has(Trimming::Counter)) && !headline {
        return Role::Caption;
    }
    if shape.post {
        return Role::Quote;
    }
    if shape.quoted_share() > 0.75 {
        let says = shape.quoted.iter().enumerate().any(|(i, q)| !q && words.is(i, Class::Saying));
        return if says { Role::Quote } else { Role::PullQuote };
    }
    // Nordic, Slavic and Romance papers open speech with a dash.
    if words.text.trim_start().starts_with(['–', '—', '―']) && shape.full_stop && n >= 5 {
        return Role::Quote;
    }
    if place.opening && !place.stops && !place.marked {
        return Role::Headline;
    }
    if place.first && !shape.full_stop && !place.marked {
        return if size <= MOST_HEADLINE_WORDS { Role::Headline } else { Role::KeyPoint };
    }
    if !shape.full_stop {
        return match () {
            () if shape.marked => Role::ListItem,
            () if place.marked => Role::Body,
            () if has(Trimming::Label) && size > 8 => Role::Caption,
            () if size <= 8 => Role::Subheading,
            () if size <= MOST_CAPTION_WORDS => Role::Caption,
            () => Role::Body,
        };
    }
    if shape.quoted_words * 2 > n {
        return Role::Quote;
    }
    Role::Body
}

/// True for a line that is an address, a label aside: it tells where to go, whatever its words say. A picture's address
/// tells nothing.
fn address(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let picture = [".jpg", ".jpeg", ".png", ".webp", ".gif"];
    let link = |last: &str| last.contains("://") && !picture.iter().any(|ending| last.ends_with(ending));
    words.next_back().is_some_and(link) && words.count() <= 2
}

fn blemishes(words: &Words<'_>) -> u32 {
    let scanned = |i: &&usize| {
        let word = words.folded[**i];
        let mut inner = word.chars().skip_while(|c| c.is_numeric() && word.starts_with(['0', '1', '5', '8', '6']));
        word.bytes().any(|byte| byte.is_ascii_digit())
            && word.contains(char::is_alphabetic)
            && inner.clone().any(char::is_alphabetic)
            && (inner.any(char::is_numeric) || word.starts_with(|c: char| c.is_numeric()))
    };
    let opened = || memchr::memchr_iter(b'[', words.text.as_bytes()).count();
    let brackets = if words.may_hold(bits(b"[")) { opened() } else { 0 };
    (words.numbers.iter().filter(scanned).count() + brackets) as u32
}

/// A post's signature ("— Name (@handle) date"), or a by-line.
fn signature(words: &Words<'_>) -> bool {
    let text = words.text.trim();
    let n = words.folded.len();
    let dashed = text.starts_with(['—', '–', '-', '―']);
    (dashed && text.contains("(@") && n <= 16) || (n <= 12 && text.contains("(@") && text.contains(')'))
}

/// "/login", "\"login\": {": what a program prints or reads, no button. Told apart from [`code_like`], which takes "[More]"
/// for code.
fn in_program(text: &str) -> bool {
    let text = text.trim();
    let path = |name: &str| name.starts_with(char::is_alphanumeric) && !name.contains(char::is_whitespace);
    text.strip_prefix('/').is_some_and(path) || text.ends_with(['{', '}'])
}

/// What may be a quotation mark: the first bytes of those that are not ASCII, and of an entity.
const QUOTES: u128 = bits(b"\"'&\xc2\xe2\xe3");

/// For each word, whether quotation marks are open around it (empty if they are around none); and whether they are open at
/// the end.
fn quoted(words: &Words<'_>) -> (Vec<bool>, bool) {
    let n = words.len();
    if !words.may_hold(QUOTES) {
        return (Vec::new(), false);
    }
    let mut open: Option<char> = None;
    let mut marks = Vec::new();
    let mut from = 0;
    let mut mark = |from: usize, to: usize| {
        if from < to {
            marks.resize(from, false);
            marks.resize(to, true);
        }
    };
    for i in std::iter::once(0).chain(words.set_off()).chain((n > 0).then_some(n)) {
        let gap = words.before(i);
        if bits(gap.as_bytes()) & QUOTES == 0 {
            continue;
        }
        if open.is_some() {
            mark(from, i);
        }
        from = i;
        let gap = decoded(gap);
        for (offset, c) in gap.char_indices() {
            let before_word = i < n && offset + c.len_utf8() == gap.len();
            let after_word = offset == 0 && i > 0;
            open = next_quote(open, c, before_word, after_word);
        }
    }
    if open.is_some() {
        mark(from, n);
    }
    if !marks.is_empty() {
        marks.resize(n, false);
    }
    (marks, open.is_some())
}

/// The quotation mark that is open after `c`. The same mark opens in one language and closes in another, so what it
/// does follows from what is open, and for apostrophes from where they touch a word.
fn next_quote(open: Option<char>, c: char, before_word: bool, after_word: bool) -> Option<char> {
    match (c, open) {
        ('„' | '「' | '『' | '‚', _) => Some(c),
        ('」' | '』', _) => None,
        ('“', Some('„')) | ('”' | '»' | '"', Some(_)) | ('«', Some('»')) | ('›', Some('‹')) => None,
        ('“' | '”' | '"' | '«' | '»' | '‹', _) => Some(c),
        ('\'' | '‘' | '’', None) if before_word && !after_word => Some('\''),
        ('\'' | '’', Some('\'' | '‘')) if !before_word || after_word => None,
        _ => open,
    }
}
