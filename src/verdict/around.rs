//! What stands around a paragraph, and around its like: whether both are rows of records of one form, lines of a
//! program, or a line that leads in what follows it.
//!
//! An echo is printed again by itself, or with all that stands around it. A record of the same form has the same lines
//! in the same places, and others between them: "Bounce: low" under one name, "Bounce: high" under the next.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use foldhash::fast::RandomState;

use crate::lexicon::{Class, Lexicon};
use crate::paragraph::{Role, Span, Verdict};
use crate::role::code_like;
use crate::shingle::Prints;
use crate::similarity::candidates::Candidates;
use crate::suspects::Suspects;
use crate::words::{append_folded, is_alphabetic, is_numeric, trimmed};

use super::judge::Pair;

/// How far beyond a copied run, in paragraphs, its surroundings are compared with those of its like.
const REACH: u32 = 3;

/// A copied run is followed this far in both directions; a longer one is a text printed twice.
const MOST_RUN: u32 = 32;

/// A line of a record has at most this many words; longer paragraphs that begin alike may do so by chance.
const ROW_WORDS: usize = 24;

/// Rows of one form begin with this many equal words.
const ROW_HEAD: usize = 2;

/// A line this near to program text is program text: not every line of a program has a sign that only code has.
const CODE_REACH: u32 = 2;

/// Most bytes of a row's label: "Screen size: 37 inches".
const LABEL_BYTES: usize = 48;

/// Most words of a label on a line of its own: "Output:", "Quill wrote:".
const LABEL_WORDS: usize = 4;

/// A label that so many paragraphs begin with is one of records.
const MANY_LABELS: u32 = 3;

/// So many words of a line that go on with the line beside it are no chance.
const LEAST_HALF: usize = 3;

/// Bytes of a paragraph that are read to know program text.
const BEGINNING_BYTES: usize = 400;

/// Most bytes of a line that is compared figure by figure.
const FIGURES_BYTES: usize = 80;

/// The paragraphs of one document, looked at by where they stand.
pub struct Around<'a, 'v> {
    text: &'a str,
    paragraphs: &'a [Span],
    prints: &'a Prints,
    suspects: &'a Suspects<'v>,
    /// For each paragraph, the first one with its words: itself, mostly.
    firsts: Vec<u32>,
    /// Pairs, the earlier first, of which one may go for the other, in order.
    echoes: Vec<(u32, u32)>,
    /// For each paragraph, whether another one has its words, or one may go for the other.
    repeated: Vec<bool>,
    lexicon: &'a Lexicon,
    /// True if a line says that it heads a refrain; looked for where it is asked for.
    sung: OnceLock<bool>,
    /// For each paragraph, whether it is program text; looked at where it is asked for.
    codes: Vec<OnceLock<bool>>,
    /// How many paragraphs begin with each short label; counted where it is asked for.
    labels: OnceLock<HashMap<Cow<'a, str>, u32, RandomState>>,
}

impl<'a, 'v> Around<'a, 'v> {
    /// Of one document.
    #[must_use]
    pub fn of(
        text: &'a str,
        paragraphs: &'a [Span],
        prints: &'a Prints,
        candidates: &Candidates,
        suspects: &'a Suspects<'v>,
        pairs: &[Pair],
        lexicon: &'a Lexicon,
    ) -> Self {
        let echo = |pair: &&Pair| [&pair.forth, &pair.back].iter().any(|side| side.verdict == Verdict::Remove);
        let mut echoes: Vec<(u32, u32)> = pairs.iter().filter(echo).map(|pair| (pair.first, pair.second)).collect();
        echoes.sort_unstable();
        let mut firsts: Vec<u32> = (0..paragraphs.len() as u32).collect();
        candidates.copies.iter().for_each(|&(copy, first)| firsts[copy as usize] = first);
        let mut repeated = vec![false; paragraphs.len()];
        for (one, other) in echoes.iter().chain(&candidates.copies) {
            repeated[*one as usize] = true;
            repeated[*other as usize] = true;
        }
        let codes = vec![OnceLock::new(); paragraphs.len()];
        let (sung, labels) = (OnceLock::new(), OnceLock::new());
        Self { text, paragraphs, prints, suspects, firsts, echoes, repeated, lexicon, sung, codes, labels }
    }

    /// True if two paragraphs (0-based) have the same words.
    #[must_use]
    pub fn same(&self, one: u32, other: u32) -> bool {
        let first = |index: u32| self.firsts.get(index as usize);
        first(one).is_some() && first(one) == first(other)
    }

    /// True if two paragraphs say the same: in the same words, or so that one of them may go.
    #[must_use]
    pub fn echo(&self, later: u32, earlier: u32) -> bool {
        let first = |index: u32| self.firsts.get(index as usize).copied().unwrap_or(index);
        let pair = (first(earlier).min(first(later)), first(earlier).max(first(later)));
        self.same(later, earlier) || self.echoes.binary_search(&pair).is_ok()
    }

    /// The first and the last paragraph of the run around `later` whose paragraphs say the same as those that stand as
    /// far from `earlier`.
    #[must_use]
    pub fn run(&self, later: u32, earlier: u32) -> (u32, u32) {
        let apart = later - earlier;
        let steps = |step: &dyn Fn(u32) -> Option<u32>| {
            let copied = |by: &u32| step(*by).is_some_and(|at| at >= apart && self.echo(at, at - apart));
            (1..=MOST_RUN).take_while(copied).last().unwrap_or(0)
        };
        let before = steps(&|by| later.checked_sub(by).filter(|at| *at > earlier));
        let behind = steps(&|by| Some(later + by));
        (later - before, later + behind)
    }

    /// True if what stands beside the run `from..=to` and beside its like, `apart` paragraphs before, shows that both
    /// are of one form: lines that are like each other and not the same, or lines that are the same behind others that
    /// are not.
    #[must_use]
    pub fn parallel(&self, (from, to): (u32, u32), apart: u32, unit: usize) -> bool {
        let shows = |here: u32| {
            let there = here.checked_sub(apart)?;
            // One lies in the other: what stands beside the one is the other, or beside both.
            let clear = here < self.firsts.len() as u32 && (here > to || here + apart > to) && there < from;
            clear.then(|| self.same_form(here, there, unit))
        };
        // A run too long to be followed to its end tells nothing there.
        let ends = |at: u32| at >= apart && !self.echo(at, at - apart);
        let reach = |ends: bool| if ends { REACH } else { 0 };
        let before = (1..=reach(from > 0 && ends(from - 1))).map_while(|by| shows(from.checked_sub(by)?));
        let behind = (1..=reach(ends(to + 1))).map_while(|by| shows(to + by));
        before.chain(behind).any(|shown| shown)
    }

    fn same_form(&self, here: u32, there: u32, unit: usize) -> bool {
        let furniture = |index| matches!(self.suspects.role(index), Role::Boilerplate | Role::Separator);
        if furniture(here) || furniture(there) {
            return false;
        }
        self.echo(here, there) || self.alike(here, there, unit)
    }

    /// True if two paragraphs are lines of one form with something else filled in. `unit` words make one of a script
    /// with spaces.
    #[must_use]
    pub fn alike(&self, one: u32, other: u32, unit: usize) -> bool {
        let (a, b) = (self.words(one), self.words(other));
        let (shorter, longer) = (a.len().min(b.len()), a.len().max(b.len()));
        if shorter == 0 || self.same(one, other) {
            return false;
        }
        let equal = |(x, y): &(&u64, &u64)| x == y;
        let head = a.iter().zip(b).take_while(equal).count();
        let tail = a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(equal).count();
        let same_words = head >= ROW_HEAD * unit || 5 * (head + tail) >= 2 * longer;
        longer <= ROW_WORDS * unit && (same_words || self.one_label(one, other) || self.other_figures(one, other))
    }

    /// True if the words of a song stand in the document, under `Chorus:` or `[Refrain]`: what comes again there is sung
    /// again.
    #[must_use]
    pub fn sung(&self) -> bool {
        let mut folded = String::new();
        let mut heads = |line: &str| {
            folded.clear();
            append_folded(line.trim_matches(|c: char| !is_alphabetic(c)), &mut folded);
            self.lexicon.is(&folded, Class::Refrain)
        };
        let mut lines = self.paragraphs.iter().filter(|span| span.len() <= REFRAIN_BYTES);
        *self.sung.get_or_init(|| lines.any(|span| heads(span.of(self.text))))
    }

    /// True if a paragraph begins with a short label that others have, too: "Pattern: ...", "Q.: ...". It is one of the
    /// records, or of the turns of a talk.
    #[must_use]
    pub fn shares_label(&self, index: u32) -> bool {
        let counts = self.labels.get_or_init(|| {
            let mut counts = HashMap::default();
            (0..self.paragraphs.len() as u32).filter_map(|at| self.short_label(at)).for_each(|label| {
                *counts.entry(label).or_insert(0) += 1;
            });
            counts
        });
        self.short_label(index).is_some_and(|label| counts.get(&label).is_some_and(|count| *count >= MANY_LABELS))
    }

    /// A label of few words, figures aside.
    fn short_label(&self, index: u32) -> Option<Cow<'a, str>> {
        let short = |label: &&str| label.contains(char::is_alphabetic) && label.split(' ').count() <= LABEL_WORDS;
        self.label(index).filter(short).map(|label| match label.contains(is_numeric) {
            true => without_figures(label).collect(),
            false => Cow::Borrowed(label),
        })
    }

    /// True if both begin with the same label, figures aside: "Price: ...", "Case 2: ...".
    #[must_use]
    pub fn one_label(&self, one: u32, other: u32) -> bool {
        let labels = self.label(one).zip(self.label(other));
        labels.is_some_and(|(one, other)| without_figures(one).eq(without_figures(other)))
    }

    /// True if both begin with a label, and each with another one: "Tern: ...", "Heron: ...".
    #[must_use]
    pub fn labels_differ(&self, one: u32, other: u32) -> bool {
        self.label(one).zip(self.label(other)).is_some_and(|(one, other)| one != other)
    }

    fn label(&self, index: u32) -> Option<&'a str> {
        let text = self.source(index);
        // Nothing behind the longest label is looked at, and nothing where neither colon begins.
        let label = beginning(text, LABEL_BYTES + '：'.len_utf8());
        memchr::memchr2(b':', "：".as_bytes()[0], label.as_bytes())
            .and_then(|_| label.find([':', '：']))
            .filter(|at| (1..=LABEL_BYTES).contains(at))
            .map(|at| &text[..at])
    }

    /// True if a paragraph begins with a short label, and one beside it with another label: an item of a list.
    #[must_use]
    pub fn among_labels(&self, index: u32) -> bool {
        let other = |at: u32| self.label(at).is_some() && !self.one_label(at, index);
        self.short_label(index).is_some() && self.beside(index).any(other)
    }

    /// True if two paragraphs stand under lines of one form with something else filled in, headings of two records.
    #[must_use]
    pub fn under_alike(&self, one: u32, other: u32, unit: usize) -> bool {
        let over = one.checked_sub(1).zip(other.checked_sub(1));
        let line = |at: u32| !self.source(at).ends_with(ENDS);
        over.is_some_and(|(a, b)| line(a) && line(b) && !self.echo(a.max(b), a.min(b)) && self.alike(a, b, unit))
    }

    /// True if a line breaks off what its like says without a break, and the line beside it, of which that is not so,
    /// goes on with it: a headline set in two lines, of which one alone would stay.
    #[must_use]
    pub fn half(&self, index: u32, like: u32, unit: usize) -> bool {
        let (own, whole) = (self.words(index), self.words(like));
        let Some(start) = whole.windows(own.len().max(1)).position(|run| run == own) else { return false };
        let (before, behind) = (&whole[..start], &whole[start + own.len()..]);
        let enough = |line: &[u64], equal: usize| equal >= LEAST_HALF * unit || equal > 0 && equal == line.len();
        let goes_on = |at: u32| {
            let line = self.words(at);
            let equal = match at > index {
                true => line.iter().zip(behind).take_while(|(a, b)| a == b).count(),
                false => line.iter().rev().zip(before.iter().rev()).take_while(|(a, b)| a == b).count(),
            };
            let open = !self.source(at.min(index)).ends_with(STOPS);
            at != like && open && enough(line, equal) && !self.echo(at.max(like), at.min(like))
        };
        self.beside(index).any(goes_on)
    }

    /// True if a copied list, which begins at `from`, and its like, `apart` paragraphs before, are led in by two lines, or
    /// the one of them alone: "All that, and:".
    #[must_use]
    pub fn led_otherwise(&self, from: u32, apart: u32) -> bool {
        let before = from.checked_sub(1).and_then(|here| Some((here, here.checked_sub(apart)?)));
        before.is_some_and(|(here, there)| (self.leads_in(here) || self.leads_in(there)) && !self.echo(here, there))
    }

    /// True if the line beside a line is of its form with something else filled in, and their like holds both.
    #[must_use]
    pub fn one_of_two(&self, index: u32, like: u32, unit: usize) -> bool {
        let other = |at: u32| at != like && self.echo(at.max(like), at.min(like)) && self.alike(at, index, unit);
        self.beside(index).any(other)
    }

    /// The paragraphs before and behind one.
    fn beside(&self, index: u32) -> impl Iterator<Item = u32> {
        let last = self.paragraphs.len() as u32 - 1;
        [index.checked_sub(1), Some(index + 1).filter(|at| *at <= last)].into_iter().flatten()
    }

    /// True if both are the same but for their figures: "74,65 €" and "98,47 €".
    fn other_figures(&self, one: u32, other: u32) -> bool {
        let (a, b) = (self.source(one), self.source(other));
        let short = a.len().max(b.len()) <= FIGURES_BYTES;
        let figures = |text: &str| text.bytes().any(|byte| byte.is_ascii_digit());
        short && figures(a) && figures(b) && without_figures(a).eq(without_figures(b))
    }

    /// True if one of the paragraphs `from..=to` is program text.
    #[must_use]
    pub fn code(&self, from: u32, to: u32) -> bool {
        let last = self.paragraphs.len() as u32 - 1;
        let code = |at: u32| *self.codes[at as usize].get_or_init(|| code_like(self.beginning(at)));
        (from..=last.min(to)).any(code)
    }

    /// True if there is program text close before a paragraph.
    #[must_use]
    pub fn code_before(&self, index: u32) -> bool {
        index > 0 && self.code(index.saturating_sub(CODE_REACH), index - 1)
    }

    /// True if there is program text close behind a paragraph.
    #[must_use]
    pub fn code_behind(&self, index: u32) -> bool {
        self.code(index + 1, index + CODE_REACH)
    }

    /// True if what stands in front of a paragraph leads it in, and something else, or nothing, its like: a label, or
    /// `any` text that ends in a colon.
    #[must_use]
    pub fn led_in(&self, index: u32, like: u32, any: bool) -> bool {
        self.only_behind(index, like, |at| self.leads_in(at) && (any || self.words(at).len() <= LABEL_WORDS))
    }

    /// True if a paragraph leads in what follows it: it ends in a colon.
    #[must_use]
    pub fn leads_in(&self, index: u32) -> bool {
        self.source(index).trim_end_matches(['*', '_', ' ', '\u{a0}']).ends_with([':', '：'])
    }

    /// True for a note that leads back to its place in the text: two of the same words are two notes.
    #[must_use]
    pub fn note(&self, index: u32) -> bool {
        self.source(index).ends_with(BACK)
    }

    /// True if a paragraph goes on with what stands before it: it begins with a small letter.
    #[must_use]
    pub fn continues(&self, index: u32) -> bool {
        self.source(index).starts_with(char::is_lowercase)
    }

    /// True if a question stands before a paragraph, and another one, or none, before its like.
    #[must_use]
    pub fn answers(&self, index: u32, like: u32) -> bool {
        self.only_behind(index, like, |at| self.asks(at))
    }

    /// True if a paragraph stands behind one that is `such`, and its like behind one that says something else, or none.
    fn only_behind(&self, index: u32, like: u32, such: impl Fn(u32) -> bool) -> bool {
        let before = index.checked_sub(1).filter(|at| *at != like && such(*at));
        before.is_some_and(|before| like.checked_sub(1).is_none_or(|there| !self.echo(before, there)))
    }

    /// True if a paragraph asks.
    #[must_use]
    pub fn asks(&self, index: u32) -> bool {
        self.source(index).ends_with(['?', '？', '؟'])
    }

    /// True if two paragraphs are items of one list: they and all between begin with a bullet or a dash.
    #[must_use]
    pub fn items(&self, one: u32, other: u32) -> bool {
        let (from, to) = (one.min(other), one.max(other));
        to - from <= MOST_RUN && (from..=to).all(|at| self.source(at).starts_with(BULLETS))
    }

    /// True if a line stands among short lines that end without a stop, and none of those beside it is said elsewhere.
    #[must_use]
    pub fn listed(&self, index: u32, most: usize) -> bool {
        let last = self.paragraphs.len() as u32 - 1;
        let line = |at: &u32| {
            let stopped = self.source(*at).ends_with(STOPS);
            self.source(*at).starts_with(BULLETS) || !stopped && (1..most).contains(&self.words(*at).len())
        };
        let before = (index.saturating_sub(REACH)..index).rev().take_while(line).count() as u32;
        let behind = (index + 1..=last.min(index + REACH)).take_while(line).count() as u32;
        let lone = |at: u32| at == index || !self.repeated(at);
        before + behind >= REACH && before.min(behind) > 0 && lone(index - 1) && lone(index + 1)
    }

    /// True if a paragraph is said elsewhere, or says what is.
    fn repeated(&self, index: u32) -> bool {
        self.repeated.get(index as usize).copied().unwrap_or_default()
    }

    /// True if a paragraph is numbered: "12. Costs", "2.1 Goals", "3) Wait".
    #[must_use]
    pub fn numbered(&self, index: u32) -> bool {
        let text = self.source(index).trim_start_matches(['#', '*', '(', ' ']);
        let digits = |text: &str| text.len() - text.trim_start_matches(char::is_numeric).len();
        let mut rest = text;
        let mut levels = 0;
        while (1..=NUMBER_BYTES).contains(&digits(rest)) {
            let behind = &rest[digits(rest)..];
            levels += 1;
            rest = behind.strip_prefix(['.', ')', '．', '、']).unwrap_or(behind);
            if rest.len() == behind.len() {
                // "2.1 Goals" is a number of two levels, "12 boats" is none.
                return levels > 1 && rest.starts_with(char::is_whitespace);
            }
        }
        levels > 0 && !rest.is_empty() && !rest.starts_with(char::is_numeric)
    }

    /// True if a line is one of several of the same form that stand together.
    #[must_use]
    pub fn among_rows(&self, index: u32, unit: usize) -> bool {
        self.beside(index).any(|at| self.alike(index, at, unit))
    }

    fn words(&self, index: u32) -> &[u64] {
        self.prints.words(index as usize)
    }

    /// The first bytes of a paragraph: enough to know a line by.
    fn beginning(&self, index: u32) -> &'a str {
        beginning(self.source(index), BEGINNING_BYTES)
    }

    fn source(&self, index: u32) -> &'a str {
        trimmed(self.paragraphs[index as usize].of(self.text))
    }
}

/// Most bytes of a line that heads a refrain.
const REFRAIN_BYTES: usize = 24;

/// Signs that end a sentence or what is said.
const STOPS: [char; 13] = ['.', '!', '?', '…', ':', '。', '！', '？', '؟', '۔', '।', '"', '”'];

/// Signs of a link from a note to the text it belongs to.
const BACK: [char; 3] = ['↩', '↑', '\u{fe0e}'];

/// Signs that end a sentence.
const ENDS: [char; 10] = ['.', '!', '?', '…', '。', '！', '？', '؟', '۔', '।'];

/// Signs before an item of a list, and before a row of a table.
const BULLETS: [char; 9] = ['-', '•', '*', '·', '–', '●', '▪', '◦', '|'];

/// Most bytes of a number in front of a line: a longer one counts something.
const NUMBER_BYTES: usize = 3;

/// The first bytes of a text, at most so many, on a char boundary.
fn beginning(text: &str, most: usize) -> &str {
    let end = (0..=text.len().min(most)).rev().find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or(0)]
}

/// A text with each number as a single nought.
fn without_figures(text: &str) -> impl Iterator<Item = char> + '_ {
    let mut in_number = false;
    text.chars().filter_map(move |c| {
        let number = is_numeric(c) || in_number && matches!(c, '.' | ',');
        let first = !std::mem::replace(&mut in_number, number);
        match number {
            false => Some(c),
            true => first.then_some('0'),
        }
    })
}
