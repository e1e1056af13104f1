//! What the differences of an aligned pair mean: which are harmless, which are facts, and what is new.
//!
//! Seen from the first paragraph: may it go, because the second says all of it? A number, date, name, negation or
//! opposite that stands where the second has another one is a fact: a guard. What has no counterpart is new.

pub(crate) mod attribution;
mod description;
mod guards;
mod number;
mod order;
mod own;
mod qualifier;
mod scope;
mod side;

use std::borrow::Cow;
use std::cell::OnceCell;

use crate::lexicon::{Class, Entry};
use crate::paragraph::{Guard, Role};
use crate::role::trimming::Trimming;
use crate::similarity::align::{Alignment, Match};
use crate::similarity::gaps::Gaps;
use crate::similarity::like::scans_alike;

pub use guards::Guards;
pub(crate) use own::{LITTLE, own_matter};
pub use side::{Side, Term, WordKind, weight};

/// A harmless class of difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Harmless {
    /// Label, picture reference, credit, counter, file name.
    Trimmed(Trimming),
    /// Who said it.
    Attribution,
    /// Function words.
    LightWords,
    /// Misspelling, inflection, scanning noise, joined words.
    Spelling,
    /// Another word for the same.
    Synonym,
    /// The same words in another order.
    Order,
}

impl Harmless {
    /// The words people read.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Trimmed(trimming) => trimming.name(),
            Self::Attribution => "attribution",
            Self::LightWords => "function words",
            Self::Spelling => "spelling",
            Self::Synonym => "synonyms",
            Self::Order => "word order",
        }
    }
}

/// What the first paragraph has that the second has not.
#[derive(Clone, Debug, Default)]
pub struct Differences {
    /// Facts that differ.
    pub guards: Guards,
    /// Words with no counterpart that say something: their indices.
    pub new_words: Vec<usize>,
    /// Weight of what is new.
    pub new_weight: f64,
    /// Weight of all that the first paragraph says, trimmings and attribution aside.
    pub total_weight: f64,
    /// What was passed over, and by how many words.
    pub harmless: Vec<(Harmless, usize)>,
    /// Names of an attribution that the second paragraph has not: it says less of who speaks.
    pub named: usize,
    /// Function words that the second paragraph has not; with others in their place they count half: "this" for "that",
    /// but also "him" for "it".
    pub left_out: f64,
    /// Content words that stand where the second paragraph has other content words.
    pub replaced: usize,
}

impl Differences {
    fn guard(&mut self, guard: Guard) {
        self.guards.add(guard);
    }

    fn pass(&mut self, what: Harmless, words: usize) {
        match self.harmless.iter_mut().find(|(known, _)| *known == what) {
            Some((_, count)) => *count += words,
            None => self.harmless.push((what, words)),
        }
    }

    /// Share of what the first paragraph says that is new, 0 to 1.
    #[must_use]
    pub fn loss(&self) -> f64 {
        if self.total_weight > 0.0 { (self.new_weight / self.total_weight).min(1.0) } else { 0.0 }
    }
}

/// Compares what `x` says with what `y` says; `alignment` and its `gaps` are seen from `x`.
#[must_use]
pub(crate) fn differences(x: &Side<'_>, y: &Side<'_>, alignment: &Alignment, gaps: &Gaps) -> Differences {
    let new_words = Vec::with_capacity(gaps.free_here().len());
    let mut found = Differences { total_weight: x.weight, new_words, ..Differences::default() };
    if attribution::other_speaker(x, y, alignment) {
        found.guard(Guard::Name);
    }
    let numbers = FreeNumbers { y, free: gaps.free_there(), known: OnceCell::new() };
    for (xs, ys) in gaps.iter() {
        gap(x, y, (xs, ys), alignment, &numbers, &mut found);
    }
    if gaps.only_same() {
        x.numbers.iter().for_each(|i| signed(x, y, *i, alignment, &mut found));
    } else {
        similar_words(x, y, alignment, &mut found);
    }
    if corrects(x) != corrects(y) {
        found.guard(Guard::Structure);
    }
    if gaps.only_same() {
        return found;
    }
    if order::differs(x, alignment) {
        found.guard(Guard::Order);
    }
    if order::displaced(x, y, alignment) {
        found.guard(Guard::Content);
    }
    found
}

/// True for a notice of what was wrong: it is no part of the story, and what it repeats stays.
fn corrects(side: &Side<'_>) -> bool {
    let labelled = side.shape.trimmings.first() == Some(&Some(Trimming::Label));
    labelled
        && side.looked(0).may_begin(Class::Correction)
        && side.phrase(0..side.folded.len()).is_some_and(|(entry, _)| entry.is(Class::Correction))
}

fn gap(
    x: &Side<'_>,
    y: &Side<'_>,
    (xs, ys): (&[usize], &[usize]),
    alignment: &Alignment,
    numbers: &FreeNumbers<'_>,
    found: &mut Differences,
) {
    let (solid, there) = untrimmed(x, y, xs, ys, found);
    negation(x, y, &solid, &there, alignment, found);
    if let Some(guard) = qualifier::differs((x, &solid, &alignment.first), (y, &there, &alignment.second)) {
        found.guard(guard);
    }
    if xs.is_empty() && scope::narrows(x, y, &there, &alignment.second) {
        found.guard(Guard::Content);
    }
    let rivals = Rivals::of(y, &there);
    for &i in unlike(x, y, solid, &there, found).iter() {
        word(x, i, &rivals, numbers, found);
    }
}

/// The words of a gap that say something: of `x` those that are neither trimmings nor attribution, of `y` those that are no
/// trimmings. Notes what is passed over.
fn untrimmed<'a>(
    x: &Side<'_>,
    y: &Side<'_>,
    xs: &'a [usize],
    ys: &'a [usize],
    found: &mut Differences,
) -> (Cow<'a, [usize]>, Cow<'a, [usize]>) {
    let solid =
        if x.shape.is_plain() && !x.speaks() { Cow::Borrowed(xs) } else { Cow::Owned(told(x, y, xs, ys, found)) };
    let there = if y.shape.is_plain() {
        Cow::Borrowed(ys)
    } else {
        ys.iter().copied().filter(|j| y.shape.trimmings[*j].is_none()).collect()
    };
    (solid, there)
}

/// Those of the words `solid` of a gap that nothing `there` stands for: no synonym, no name, no number in other words.
fn unlike<'a>(
    x: &Side<'_>,
    y: &Side<'_>,
    solid: Cow<'a, [usize]>,
    there: &[usize],
    found: &mut Differences,
) -> Cow<'a, [usize]> {
    if solid.is_empty() || there.is_empty() {
        return solid;
    }
    let mut solid = synonyms(x, y, solid, there, found);
    if description::names_less((x, &solid), (y, there)) {
        found.pass(Harmless::Synonym, solid.len());
        return Cow::Borrowed(&[]);
    }
    // The same numbers, written in other words.
    if number::same((x, &solid), (y, there)) {
        solid.to_mut().retain(|i| !matches!(x.kinds[*i], WordKind::Number(_)));
    }
    solid
}

/// The words of a gap that are neither trimmings nor attribution; notes what is passed over.
fn told(x: &Side<'_>, y: &Side<'_>, xs: &[usize], ys: &[usize], found: &mut Differences) -> Vec<usize> {
    let mut solid = Vec::with_capacity(xs.len());
    for &i in xs {
        match x.shape.trimmings[i] {
            Some(trimming) => found.pass(Harmless::Trimmed(trimming), 1),
            None if x.attributes(i) => {
                let rivals = ys.iter().map(|&j| y.kinds[j]);
                let fact = matches!(x.kinds[i], WordKind::Number(_) | WordKind::Date(_));
                match rivalry(x.kinds[i], rivals).filter(|_| fact) {
                    Some(guard) => found.guard(guard),
                    None => {
                        found.named += usize::from(x.kinds[i] == WordKind::Name);
                        found.pass(Harmless::Attribution, 1);
                    }
                }
            }
            None => solid.push(i),
        }
    }
    solid
}

/// A denial on one side of a gap only.
fn negation(x: &Side<'_>, y: &Side<'_>, xs: &[usize], ys: &[usize], alignment: &Alignment, found: &mut Differences) {
    let count = |side: &Side<'_>, at: &[usize]| at.iter().filter(|&&i| side.kinds[i] == WordKind::Negation).count();
    let (here, there) = (count(x, xs), count(y, ys));
    if here == there {
        return;
    }
    // What a title that breaks off does not reach, it does not deny.
    let breaks_off = x.shape.cut_off || x.shape.role == Role::HeadlineFragment;
    if breaks_off && xs.is_empty() && ys.last() == Some(&(y.folded.len() - 1)) {
        return;
    }
    // A denial that comes with much else is the second paragraph's own business, unless it stands inside matched text.
    let inside = ys.first().is_none_or(|&first| {
        let last = ys[ys.len() - 1];
        // The ends of the paragraph hold on to what is inside like any linked word.
        let linked = |j: Option<usize>| j.and_then(|j| alignment.second.get(j)).is_none_or(|m| *m != Match::None);
        ys.len() <= 4 && linked(first.checked_sub(1)) && linked(Some(last + 1))
    });
    if here > there || (inside || !xs.is_empty()) && ys.len() <= 6 {
        found.guard(Guard::Negation);
    }
}

/// Takes out words that have a synonym in the gap; notes opposites.
fn synonyms<'a>(
    x: &Side<'_>,
    y: &Side<'_>,
    xs: Cow<'a, [usize]>,
    ys: &[usize],
    found: &mut Differences,
) -> Cow<'a, [usize]> {
    if xs.is_empty() || ys.is_empty() || ys.len() > MOST_REPLACING {
        return xs;
    }
    let mut there = [None; MOST_REPLACING];
    let mut count = 0;
    for (_, _, entry) in phrases(y, ys).filter(|(_, _, entry)| entry.is_some()) {
        there[count] = entry;
        count += 1;
    }
    if count == 0 {
        return xs;
    }
    let there = there[..count].iter().flatten();
    // A list only where something may be taken out.
    let mut left: Option<Vec<usize>> = None;
    let mut skip = 0;
    for (place, (at, len, entry)) in phrases(x, &xs).enumerate() {
        if skip > 0 {
            skip -= 1;
            continue;
        }
        let Some(entry) = entry else {
            if let Some(left) = &mut left {
                left.push(at);
            }
            continue;
        };
        let left = left.get_or_insert_with(|| xs[..place].to_vec());
        if there.clone().any(|other| entry.opposite_of(other)) {
            found.guard(Guard::Opposite);
        }
        if there.clone().any(|other| entry.synonym_of(other)) {
            found.pass(Harmless::Synonym, len);
            skip = len - 1;
        } else {
            left.push(at);
        }
    }
    left.map_or(xs, Cow::Owned)
}

/// Most words of a phrase that is looked up.
const LONGEST_PHRASE: usize = 6;

/// For each word, the longest known phrase of neighbours that begins there, where one may have a synonym or an opposite.
fn phrases<'l>(side: &'l Side<'_>, at: &'l [usize]) -> impl Iterator<Item = (usize, usize, Option<&'l Entry>)> {
    (0..at.len()).map(move |k| {
        if !side.looked(at[k]).may_relate() {
            return (at[k], 1, None);
        }
        let near = &at[k..at.len().min(k + LONGEST_PHRASE)];
        let run = near.iter().enumerate().take_while(|(o, i)| **i == at[k] + o).count();
        let found = side.phrase(at[k]..at[k] + run);
        found.map_or((at[k], 1, None), |(entry, len)| (at[k], len, Some(entry)))
    })
}

/// Most words of a gap that are taken to stand in place of each other.
const MOST_REPLACING: usize = 8;

/// The numbers and dates among the words of a side that have no link. Looked for when first asked for.
struct FreeNumbers<'a> {
    y: &'a Side<'a>,
    free: &'a [usize],
    known: OnceCell<Vec<WordKind>>,
}

impl FreeNumbers<'_> {
    fn has(&self, kind: WordKind) -> bool {
        let number = |kind: &WordKind| matches!(kind, WordKind::Number(Some(_)) | WordKind::Date(_));
        let all = || self.free.iter().map(|j| self.y.kinds[*j]).filter(number).collect();
        self.known.get_or_init(all).contains(&kind)
    }
}

/// What stands in the other paragraph in place of the words of a gap.
struct Rivals<'a> {
    y: &'a Side<'a>,
    /// Its words (0-based).
    words: &'a [usize],
    /// What they count for there; nothing where they are too many to stand in place of each other.
    kinds: [WordKind; MOST_REPLACING],
    count: usize,
}

impl<'a> Rivals<'a> {
    fn of(y: &'a Side<'a>, words: &'a [usize]) -> Self {
        let mut kinds = [WordKind::Light; MOST_REPLACING];
        let count = if words.len() > MOST_REPLACING { 0 } else { words.len() };
        kinds.iter_mut().zip(&words[..count]).for_each(|(kind, j)| *kind = in_place(y, *j));
        Self { y, words, kinds, count }
    }

    fn kinds(&self) -> impl Iterator<Item = WordKind> + '_ {
        self.kinds[..self.count].iter().copied()
    }
}

/// One unmatched word of `x` against those in its place.
fn word(x: &Side<'_>, i: usize, rivals: &Rivals<'_>, numbers: &FreeNumbers<'_>, found: &mut Differences) {
    let kind = if rivals.words.is_empty() { x.kinds[i] } else { in_place(x, i) };
    if rivals.count == 0 && matches!(kind, WordKind::Content | WordKind::Name | WordKind::Negation) {
        // Most words: with nothing in their place they are new.
        found.new_words.push(i);
        found.new_weight += kind.weight();
        return;
    }
    let rival = rivalry(kind, rivals.kinds());
    if let WordKind::Number(Some(_)) | WordKind::Date(_) = kind {
        // The same number written otherwise; elsewhere only if no other number stands in its place.
        let same = |j: &usize| rivals.y.kinds[*j] == kind;
        if rivals.words.iter().any(same) || rival.is_none() && numbers.has(kind) {
            return;
        }
    }
    if let Some(guard) = rival {
        found.guard(guard);
    }
    if matches!(kind, WordKind::Light | WordKind::Title) {
        found.pass(Harmless::LightWords, 1);
        let replaced = !rivals.words.is_empty() && rivals.words.iter().all(|j| rivals.y.kinds[*j] == WordKind::Light);
        found.left_out += if replaced { 0.5 } else { 1.0 };
    } else {
        let says = |kind| matches!(kind, WordKind::Content | WordKind::Name);
        found.replaced += usize::from(says(kind) && rivals.kinds().any(says));
        found.new_words.push(i);
    }
    found.new_weight += kind.weight();
}

/// What word `i` counts for where it stands in place of another one: with no name behind it a title is a noun, and "the
/// mayor" is not "the builder".
fn in_place(side: &Side<'_>, i: usize) -> WordKind {
    match side.kinds[i] {
        WordKind::Title if side.kinds.get(i + 1) != Some(&WordKind::Name) => WordKind::Content,
        kind => kind,
    }
}

/// The fact that differs where a word of kind `kind` stands and the other paragraph has `rivals` in its place.
fn rivalry(kind: WordKind, mut rivals: impl Iterator<Item = WordKind>) -> Option<Guard> {
    match kind {
        WordKind::Number(_) => rivals.any(|k| matches!(k, WordKind::Number(_))).then_some(Guard::Number),
        WordKind::Date(_) => {
            let other = |k| matches!(k, WordKind::Date(_) | WordKind::Name | WordKind::Number(_));
            rivals.any(other).then_some(Guard::Date)
        }
        WordKind::Name => rivals.find_map(|k| match k {
            WordKind::Name => Some(Guard::Name),
            WordKind::Date(_) => Some(Guard::Date),
            _ => None,
        }),
        _ => None,
    }
}

/// Words taken for the same by their spelling: harmless, unless they are opposites or one denies.
fn similar_words(x: &Side<'_>, y: &Side<'_>, alignment: &Alignment, found: &mut Differences) {
    let mut moved = 0;
    for (i, how) in alignment.first.iter().enumerate() {
        match *how {
            Match::Like(j) => {
                let (a, b) = (x.folded[i], y.folded[j as usize]);
                let opposite = match (x.looked(i).entry(), y.looked(j as usize).entry()) {
                    (Some(a), Some(b)) => a.opposite_of(b),
                    _ => false,
                };
                if opposite {
                    found.guard(Guard::Opposite);
                }
                if x.kinds[i] == WordKind::Name && y.kinds[j as usize] == WordKind::Name && other_name(a, b) {
                    found.guard(Guard::Name);
                }
                let denies = (x.kinds[i] == WordKind::Negation) != (y.kinds[j as usize] == WordKind::Negation);
                if denies && !scans_alike(a, b) {
                    found.guard(Guard::Negation);
                }
                found.pass(Harmless::Spelling, 1);
            }
            Match::Moved(_) | Match::Same(_) => {
                moved += usize::from(matches!(how, Match::Moved(_)));
                if matches!(x.kinds[i], WordKind::Number(_)) {
                    signed(x, y, i, alignment, found);
                }
            }
            Match::None => {}
        }
    }
    if moved > 0 {
        found.pass(Harmless::Order, moved);
    }
}

/// The same digits with another sign are another number: -5 and 5, €5 and $5. Asked of a word that both have.
fn signed(x: &Side<'_>, y: &Side<'_>, i: usize, alignment: &Alignment, found: &mut Differences) {
    let (Match::Same(j) | Match::Moved(j)) = alignment.first[i] else { return };
    let j = j as usize;
    let (WordKind::Number(Some(a)), WordKind::Number(Some(b))) = (x.kinds[i], y.kinds[j]) else { return };
    let sign = |side: &Side<'_>, word| side.shape.signs.iter().find(|(at, _)| *at == word).map(|(_, sign)| *sign);
    let rival = |(a, b)| a != b;
    if a != b || sign(x, i).zip(sign(y, j)).is_some_and(rival) {
        found.guard(Guard::Number);
    }
}

/// True if two alike names are more than a slip or an ending apart: Niger, Nigeria.
fn other_name(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let ending = long.strip_prefix(short).is_some_and(|rest| rest.chars().count() <= 2);
    // A slip hardly ever hits the first letter: Norton and Morton are two towns.
    let slip = a.chars().next() == b.chars().next() && strsim::osa_distance(a, b) <= 1 || scans_alike(a, b);
    !ending && !slip && !a.contains('\'') && !b.contains('\'')
}
