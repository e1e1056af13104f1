//! The suspect paragraphs of one document: those that a candidate pair or a copy names. Only for them are words
//! looked up and, where anybody asks, roles worked out.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use crate::facts::attribution::attribution;
use crate::facts::{Side, Term, WordKind, weight};
use crate::lexicon::{Class, Lexicon, Looked};
use crate::paragraph::{Hint, Role, Span};
use crate::role::title::furniture;
use crate::role::trimming::{Trimming, Words};
use crate::role::{Place, Shape, is_prose, shape, solo_per_word, unit_of};
use crate::shingle::Prints;
use crate::similarity::candidates::{Candidate, Candidates};
use crate::similarity::vocabulary::{Sequence, Vocabulary, WordId};
use crate::words::{is_negative, is_uppercase};

/// More suspects than this are looked at by several threads.
const MANY: usize = 256;

/// The headline stands in the first paragraphs (0-based), if it is there at all.
const TOP: u32 = 8;

/// Dates, sections and buttons above a headline have at most this many characters.
const LABEL_CHARS: usize = 40;

/// The words of the suspects as ids.
#[derive(Debug, Default)]
pub struct Sequences {
    /// For each paragraph, its place in `list`.
    slots: Vec<Option<u32>>,
    /// Paragraph and words.
    list: Vec<(u32, Arc<Sequence>)>,
}

/// What was found out when more paragraphs stood in the document.
#[derive(Clone, Copy)]
pub struct Earlier<'a, 'v> {
    /// The words of the suspects.
    pub sequences: &'a Sequences,
    /// The suspects.
    pub suspects: &'a Suspects<'v>,
    /// For each paragraph that is left, its number then (0-based, ascending).
    pub kept: &'a [usize],
}

impl Sequences {
    /// Reads the paragraphs that `candidates` names.
    #[must_use]
    pub fn read(paragraphs: &[Span], candidates: &Candidates, vocabulary: &mut Vocabulary<'_>) -> Self {
        let read =
            |index: u32, _: Option<(u32, &Sequence)>| Some(Arc::new(vocabulary.read(paragraphs[index as usize])));
        Self::named(paragraphs.len(), candidates, read).unwrap_or_default()
    }

    /// As [`Sequences::read`], of a document whose words were found before.
    #[must_use]
    pub fn of(paragraphs: &[Span], prints: &Prints, candidates: &Candidates, vocabulary: &mut Vocabulary<'_>) -> Self {
        let text = vocabulary.text();
        let read = |index: u32, copied: Option<(u32, &Sequence)>| {
            let at = index as usize;
            let same = |other: u32| paragraphs[at].of(text) == paragraphs[other as usize].of(text);
            if let Some((other, words)) = copied.filter(|copied| same(copied.0)) {
                let (from, to) = (paragraphs[other as usize].start, paragraphs[at].start);
                return Some(Arc::new(words.moved(from, to)));
            }
            let known = prints.places(at).map(|places| vocabulary.take(prints.words(at), places));
            Some(Arc::new(known.unwrap_or_else(|| vocabulary.read(paragraphs[at]))))
        };
        Self::named(paragraphs.len(), candidates, read).unwrap_or_default()
    }

    /// As [`Sequences::read`], of paragraphs that were read before; `None` if one was not.
    #[must_use]
    pub fn left(earlier: &Earlier<'_, '_>, candidates: &Candidates) -> Option<Self> {
        let known = |index: u32, _: Option<(u32, &Sequence)>| earlier.sequences.shared(earlier.number(index)).cloned();
        Self::named(earlier.kept.len(), candidates, known)
    }

    /// The `words` of the paragraphs that `candidates` names. They may be told from those of a paragraph that has the same
    /// and was asked for before.
    fn named(
        paragraphs: usize,
        candidates: &Candidates,
        mut words: impl FnMut(u32, Option<(u32, &Sequence)>) -> Option<Arc<Sequence>>,
    ) -> Option<Self> {
        let mut sequences = Self { slots: vec![None; paragraphs], list: Vec::new() };
        let pairs = candidates.pairs.iter().flat_map(|pair| [(pair.first, None), (pair.second, None)]);
        let copies = candidates.copies.iter().flat_map(|&(copy, first)| [(copy, Some(first)), (first, Some(copy))]);
        for (index, copied) in pairs.chain(copies) {
            if sequences.slots[index as usize].is_none() {
                let copied = copied.and_then(|other| Some((other, sequences.get(other)?)));
                let words = words(index, copied)?;
                sequences.slots[index as usize] = Some(sequences.list.len() as u32);
                sequences.list.push((index, words));
            }
        }
        Some(sequences)
    }

    /// The words of a suspect (0-based paragraph).
    #[must_use]
    pub fn get(&self, paragraph: u32) -> Option<&Sequence> {
        self.shared(paragraph).map(AsRef::as_ref)
    }

    fn shared(&self, paragraph: u32) -> Option<&Arc<Sequence>> {
        self.slots[paragraph as usize].map(|slot| &self.list[slot as usize].1)
    }
}

impl Earlier<'_, '_> {
    /// The number then of a paragraph (0-based).
    #[must_use]
    pub fn number(&self, paragraph: u32) -> u32 {
        self.kept[paragraph as usize] as u32
    }
}

/// The words of one document's suspects, and what each counts for in its language.
#[derive(Debug)]
pub struct Glossary<'a> {
    /// The words.
    pub vocabulary: &'a Vocabulary<'a>,
    /// The language's words.
    pub lexicon: &'a Lexicon,
    /// For each word of the vocabulary, what the lexicon knows of it.
    looked: Vec<Looked<'a>>,
    /// For each word, what it is by itself.
    terms: Vec<Term<'a>>,
}

impl<'a> Glossary<'a> {
    /// Looks every word up once.
    #[must_use]
    pub fn of(vocabulary: &'a Vocabulary<'a>, lexicon: &'a Lexicon) -> Self {
        let known = (0..vocabulary.len() as u32).map(|id| {
            let word = vocabulary.folded(id);
            let looked = lexicon.look(word);
            (looked, Term::of(word, looked, vocabulary.letters(id)))
        });
        let (looked, terms) = known.unzip();
        Self { vocabulary, lexicon, looked, terms }
    }
}

/// What was found out about one suspect.
#[derive(Clone, Debug)]
pub struct Suspect<'v> {
    /// Its words, folded.
    pub folded: Vec<&'v str>,
    /// What each word counts for.
    pub kinds: Vec<WordKind>,
    /// What it is.
    pub shape: Shape,
    /// See [`Side::attributed`].
    pub attributed: Vec<bool>,
    words: Arc<Sequence>,
    glossary: &'v Glossary<'v>,
    /// See [`Side::weight`].
    weight: f64,
    /// See [`Side::numbers`].
    numbers: Vec<usize>,
    /// How many words are characters of a script without spaces.
    unspaced: usize,
    place: Place,
    /// True if it was told as a title, or part of one, by other paragraphs.
    titled: bool,
}

impl Suspect<'_> {
    fn words<'a>(&'a self, document: &'a str, paragraph: Span) -> Words<'a> {
        let looked = &self.glossary.looked;
        Words::new(document, paragraph, &self.words, &self.folded, looked, &self.numbers, self.unspaced)
    }

    /// The suspect as one side of a pair.
    #[must_use]
    pub fn side(&self) -> Side<'_> {
        Side {
            folded: &self.folded,
            kinds: &self.kinds,
            shape: &self.shape,
            attributed: &self.attributed,
            ids: &self.words.ids,
            looked: &self.glossary.looked,
            lexicon: self.glossary.lexicon,
            weight: self.weight,
            numbers: &self.numbers,
        }
    }
}

/// All suspects of one document, each looked at when it is first asked for.
#[derive(Debug)]
pub struct Suspects<'v> {
    glossary: &'v Glossary<'v>,
    /// For each paragraph, its place in `list`.
    slots: Vec<Option<u32>>,
    list: Vec<Slot<'v>>,
}

/// A suspect, once somebody asked for it, and what it is told from.
#[derive(Debug)]
struct Slot<'v> {
    span: Span,
    words: Arc<Sequence>,
    place: Place,
    /// The slot of a paragraph that has the same text and stands as this one does: what is found out about it holds here.
    same: Option<u32>,
    found: OnceLock<Arc<Suspect<'v>>>,
    /// See [`Suspects::is_prose`].
    prose: OnceLock<bool>,
}

impl<'v> Slot<'v> {
    fn is_prose(&self, glossary: &'v Glossary<'v>) -> bool {
        *self.prose.get_or_init(|| {
            let (folded, numbers, unspaced) = folded(&self.words, glossary);
            let text = glossary.vocabulary.text();
            let words = Words::new(text, self.span, &self.words, &folded, &glossary.looked, &numbers, unspaced);
            is_prose(&words, self.place, glossary.lexicon)
        })
    }
}

impl<'v> Suspects<'v> {
    /// Looks at each suspect of `text`; `hints` is empty or has one for each paragraph, and `copies` are paragraphs that
    /// have the words of an earlier one. What an `earlier` look found out about one that stands as it stood is taken from
    /// there.
    #[must_use]
    pub fn of(
        text: &str,
        paragraphs: &[Span],
        hints: &[Hint],
        copies: &[(u32, u32)],
        sequences: &Sequences,
        glossary: &'v Glossary<'v>,
        earlier: Option<&Earlier<'_, 'v>>,
    ) -> Self {
        let longer = |span: &Span| span.of(text).chars().nth(LABEL_CHARS).is_some();
        let opening = paragraphs.iter().position(longer).unwrap_or(0);
        let place = |index: usize| {
            let Hint { role, fixed } = hints.get(index).copied().unwrap_or_default();
            let stops = has_full_stops(paragraphs[index].of(text));
            let (first, opening) = (index == 0, index == opening);
            Place { first, opening, stops, told: role, fixed, marked: !hints.is_empty() }
        };
        let mut suspects = Self::placed(paragraphs, place, sequences, glossary, earlier);
        for &(copy, first) in copies {
            let (Some(at), Some(first)) = (suspects.slots[copy as usize], suspects.slots[first as usize]) else {
                continue;
            };
            let (own, other) = (&suspects.list[at as usize], &suspects.list[first as usize]);
            let same = own.place == other.place && own.span.of(text) == other.span.of(text);
            suspects.list[at as usize].same = same.then_some(first);
        }
        suspects
    }

    /// As [`Suspects::of`], where `place` tells where each paragraph (0-based) stands in a document of its own.
    #[must_use]
    pub fn placed(
        paragraphs: &[Span],
        place: impl Fn(usize) -> Place,
        sequences: &Sequences,
        glossary: &'v Glossary<'v>,
        earlier: Option<&Earlier<'_, 'v>>,
    ) -> Self {
        let slot = |(index, words): &(u32, Arc<Sequence>)| {
            let at = *index as usize;
            let place = place(at);
            let known = earlier.and_then(|earlier| earlier.suspects.seen(earlier.number(*index)));
            let same = known.filter(|known| known.place == place && !known.titled);
            let found = same.cloned().map(OnceLock::from).unwrap_or_default();
            Slot { span: paragraphs[at], words: Arc::clone(words), place, same: None, found, prose: OnceLock::new() }
        };
        let list = sequences.list.iter().map(slot).collect();
        Self { glossary, slots: sequences.slots.clone(), list }
    }

    /// Looks at some paragraphs (0-based) that are going to be asked for: if they are many, on several threads.
    pub fn look_at(&self, paragraphs: &[u32]) {
        if paragraphs.len() > MANY && rayon::current_num_threads() > 1 {
            paragraphs.par_iter().for_each(|paragraph| {
                let _ = self.get(*paragraph);
            });
        }
    }

    /// Tells the page's title from the headline in it: "Headline | The Courier" where "Headline" stands further down.
    pub fn tell_titles(&mut self, text: &str, paragraphs: &[Span], sequences: &Sequences, pairs: &[Candidate]) {
        let Some(title) = sequences.get(0) else { return };
        let found = pairs.iter().filter(|pair| pair.first == 0 && pair.second <= TOP).find_map(|pair| {
            let names = self.names_in_title(text, paragraphs, title, sequences.get(pair.second)?, pair.second)?;
            Some((pair.second, names))
        });
        let Some((headline, names)) = found else { return };
        if let Some(slot) = self.slots[headline as usize] {
            self.retell(slot, |suspect| suspect.shape.role = Role::Headline);
        }
        // Wherever the title stands, whole or cut off, its names are no part of the story.
        let own_names = &title.ids[names.clone()];
        let begin = |words: &[WordId]| words.first() == own_names.first() && words == own_names;
        let named = |sequence: &Sequence| sequence.ids.windows(names.len()).any(begin);
        let all = if names.start == 0 { &*sequences.list } else { &[] };
        for (slot, (_, sequence)) in (0u32..).zip(all).filter(|(_, (_, sequence))| named(sequence)) {
            let marks = &self.look(&self.list[slot as usize]).shape.trimmings;
            let start = marks.iter().take_while(|mark| mark.is_some()).count();
            let at = start..start + names.len();
            let titled = sequence.ids.get(at.clone()) == Some(own_names);
            if titled && sequence.ids.len() > at.end {
                self.name_site(slot, at);
            }
        }
        if let (Some(slot), true) = (self.slots[0], names.start > 0) {
            self.name_site(slot, names);
        }
    }

    /// Words of a suspect are the name of a site.
    fn name_site(&mut self, slot: u32, words: Range<usize>) {
        self.retell(slot, |suspect| {
            suspect.shape.trim(words, Trimming::SiteName);
            suspect.shape.role = Role::HeadlineFragment;
            // The names may be of another script than the headline.
            let told = suspect.folded.iter().zip(&suspect.shape.trimmings).filter(|(_, trimming)| trimming.is_none());
            let told = told.map(|(word, _)| *word);
            suspect.shape.chars_per_word = unit_of(told, solo_per_word(suspect.place.stops));
            suspect.weight = weight(&suspect.kinds, &suspect.shape, &suspect.attributed);
        });
    }

    /// Changes a suspect that is told as a title by others; what an earlier look holds of it stays as it is.
    fn retell(&mut self, slot: u32, change: impl FnOnce(&mut Suspect<'v>)) {
        let mut suspect = Arc::clone(self.look(&self.list[slot as usize]));
        let own = Arc::make_mut(&mut suspect);
        change(own);
        own.titled = true;
        let slot = &mut self.list[slot as usize];
        slot.found = OnceLock::from(suspect);
        slot.prose = OnceLock::from(false);
    }

    /// The words of the first paragraph, `title`, that are names around a whole `headline`.
    fn names_in_title(
        &self,
        text: &str,
        paragraphs: &[Span],
        title: &Sequence,
        headline: &Sequence,
        index: u32,
    ) -> Option<Range<usize>> {
        let at_end = title.ids.ends_with(&headline.ids);
        if !at_end && !title.ids.starts_with(&headline.ids) {
            return None;
        }
        let (suspect, own) = (self.get(0)?, self.get(index)?);
        // What breaks off in the title's own words breaks off there, too.
        let sound = (at_end || !own.shape.cut_off) && own.shape.role != Role::HeadlineFragment;
        if !sound {
            return None;
        }
        let words = suspect.words(text, paragraphs[0]);
        furniture(&words, headline.ids.len(), at_end, solo_per_word(suspect.place.stops))
    }

    /// A suspect by its paragraph (0-based).
    #[must_use]
    pub fn get(&self, paragraph: u32) -> Option<&Suspect<'v>> {
        self.slot(paragraph).map(|slot| self.look(slot).as_ref())
    }

    fn look<'s>(&'s self, slot: &'s Slot<'v>) -> &'s Arc<Suspect<'v>> {
        let afresh = || Arc::new(suspect(slot.span, &slot.words, slot.place, self.glossary));
        slot.found.get_or_init(|| {
            let same = slot.same.map(|same| self.look(&self.list[same as usize]));
            same.filter(|same| !same.titled).map_or_else(afresh, Arc::clone)
        })
    }

    fn slot(&self, paragraph: u32) -> Option<&Slot<'v>> {
        self.slots[paragraph as usize].map(|slot| &self.list[slot as usize])
    }

    /// A suspect that was asked for.
    fn seen(&self, paragraph: u32) -> Option<&Arc<Suspect<'v>>> {
        self.slot(paragraph)?.found.get()
    }

    /// True if it is known that a suspect (0-based paragraph) ends as a sentence ends, that no word of it is a trimming,
    /// and that nobody says what it is: told without looking at it.
    #[must_use]
    pub fn is_prose(&self, paragraph: u32) -> bool {
        self.slot(paragraph).is_some_and(|slot| slot.is_prose(self.glossary))
    }

    /// True if all that is known of a paragraph was known `earlier`.
    #[must_use]
    pub fn unchanged(&self, paragraph: u32, earlier: &Earlier<'_, '_>) -> bool {
        let then = earlier.suspects.seen(earlier.number(paragraph));
        self.seen(paragraph).zip(then).is_some_and(|(now, then)| Arc::ptr_eq(now, then))
    }

    /// True if a paragraph's markup says that it stays.
    #[must_use]
    pub fn fixed(&self, paragraph: u32) -> bool {
        self.slot(paragraph).is_some_and(|slot| slot.place.fixed)
    }

    /// What a paragraph is; body where nobody looked.
    #[must_use]
    pub fn role(&self, paragraph: u32) -> Role {
        self.get(paragraph).map_or(Role::Body, |suspect| suspect.shape.role)
    }
}

/// The words of a paragraph, folded, those (0-based) that are numeric, and how many are characters of a script without
/// spaces.
fn folded<'v>(sequence: &Sequence, glossary: &'v Glossary<'v>) -> (Vec<&'v str>, Vec<usize>, usize) {
    let mut numbers = Vec::new();
    let mut unspaced = 0;
    let folded = sequence.ids.iter().enumerate().map(|(i, id)| {
        let term = &glossary.terms[*id as usize];
        unspaced += usize::from(term.solo);
        if term.numeric {
            numbers.push(i);
        }
        term.folded
    });
    (folded.collect(), numbers, unspaced)
}

fn suspect<'v>(span: Span, sequence: &Arc<Sequence>, place: Place, glossary: &'v Glossary<'v>) -> Suspect<'v> {
    let Glossary { vocabulary, lexicon, looked, terms } = glossary;
    let (folded, numbers, unspaced) = folded(sequence, glossary);
    let words = Words::new(vocabulary.text(), span, sequence, &folded, looked, &numbers, unspaced);
    let shape = shape(&words, place, lexicon);
    let kind = |(i, id): (usize, &WordId)| {
        let term = &terms[*id as usize];
        match term.kinds[usize::from(term.cased && capital(&words, i))] {
            WordKind::Number(Some(value)) if is_negative(words.text, words.span(i).start) => {
                WordKind::Number(Some(-value))
            }
            kind => kind,
        }
    };
    let mut kinds: Vec<WordKind> = sequence.ids.iter().enumerate().map(kind).collect();
    light_phrases(&words, &mut kinds, lexicon);
    let attributed = attribution(&words, &shape);
    let weight = weight(&kinds, &shape, &attributed);
    let words = Arc::clone(sequence);
    let titled = false;
    Suspect { folded, kinds, shape, attributed, words, glossary, weight, numbers, unspaced, place, titled }
}

/// A phrase that is known as a function word is one, whatever its words are alone: "sin embargo" denies nothing.
fn light_phrases(words: &Words<'_>, kinds: &mut [WordKind], lexicon: &Lexicon) {
    let denials = kinds.iter().enumerate().filter(|(_, kind)| matches!(kind, WordKind::Negation));
    let denials: Vec<usize> = denials.map(|(i, _)| i).collect();
    for i in denials {
        let phrase = words.phrase(i, lexicon).filter(|(entry, len)| *len > 1 && entry.is(Class::Function));
        if let Some((_, len)) = phrase {
            kinds[i..i + len].fill(WordKind::Light);
        }
    }
}

/// False for scripts whose sentences end without a sign: Thai, Lao, Khmer, Myanmar.
pub(crate) fn has_full_stops(paragraph: &str) -> bool {
    let stopless = |c: char| matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}');
    // The first byte of each of them; of some others, too.
    let first = memchr::memchr2(0xe0, 0xe1, paragraph.as_bytes());
    first.is_none_or(|at| !paragraph[at..].chars().any(stopless))
}

/// True if word `i` begins with a capital letter inside a sentence.
fn capital(words: &Words<'_>, i: usize) -> bool {
    let first = words.text.as_bytes()[words.span(i).start];
    let upper = match first.is_ascii() {
        true => first.is_ascii_uppercase(),
        false => words.raw(i).chars().next().is_some_and(is_uppercase),
    };
    if !upper || i == 0 {
        return false;
    }
    let gap = words.before(i);
    // Behind the comma that ends a quote the sentence goes on: '..., ' Quill said.
    let goes_on = gap.contains([',', '،', '，']) && gap.ends_with(char::is_whitespace);
    goes_on || !gap.contains(['.', '!', '?', '…', '“', '"', '„', '«', ':'])
}
