//! The suspect paragraphs of one document: those that a candidate pair or a copy names. Only for them are words
//! looked up and roles worked out.

use std::ops::Range;

use rayon::prelude::*;

use crate::facts::attribution::attribution;
use crate::facts::{Side, WordKind};
use crate::lexicon::{Class, Lexicon};
use crate::paragraph::{Hint, Role, Span};
use crate::role::title::furniture;
use crate::role::trimming::{Trimming, Words};
use crate::role::{Place, Shape, shape};
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
#[derive(Debug)]
pub struct Sequences {
    /// For each paragraph, its place in `list`.
    slots: Vec<Option<u32>>,
    /// Paragraph and words.
    list: Vec<(u32, Sequence)>,
}

impl Sequences {
    /// Reads the paragraphs that `candidates` names.
    #[must_use]
    pub fn read(paragraphs: &[Span], candidates: &Candidates, vocabulary: &mut Vocabulary<'_>) -> Self {
        let mut sequences = Self { slots: vec![None; paragraphs.len()], list: Vec::new() };
        let pairs = candidates.pairs.iter().flat_map(|pair| [pair.first, pair.second]);
        let copies = candidates.copies.iter().flat_map(|copy| [copy.0, copy.1]);
        for index in pairs.chain(copies) {
            let slot = &mut sequences.slots[index as usize];
            if slot.is_none() {
                *slot = Some(sequences.list.len() as u32);
                sequences.list.push((index, vocabulary.read(paragraphs[index as usize])));
            }
        }
        sequences
    }

    /// The words of a suspect (0-based paragraph).
    #[must_use]
    pub fn get(&self, paragraph: u32) -> Option<&Sequence> {
        self.slots[paragraph as usize].map(|slot| &self.list[slot as usize].1)
    }
}

/// What was found out about one suspect.
#[derive(Debug)]
pub struct Suspect<'v> {
    /// Its words, folded.
    pub folded: Vec<&'v str>,
    /// What each word counts for.
    pub kinds: Vec<WordKind>,
    /// What it is.
    pub shape: Shape,
    /// For each word, whether it tells who said it.
    pub attributed: Vec<bool>,
    /// True if its markup says that it stays.
    pub fixed: bool,
}

impl Suspect<'_> {
    /// The suspect as one side of a pair.
    #[must_use]
    pub fn side(&self) -> Side<'_> {
        Side { folded: &self.folded, kinds: &self.kinds, shape: &self.shape, attributed: &self.attributed }
    }
}

/// All suspects of one document.
#[derive(Debug)]
pub struct Suspects<'v> {
    slots: Vec<Option<u32>>,
    list: Vec<Suspect<'v>>,
}

impl<'v> Suspects<'v> {
    /// Looks at each suspect of `text`; `hints` is empty or has one for each paragraph.
    #[must_use]
    pub fn of(
        text: &str,
        paragraphs: &[Span],
        hints: &[Hint],
        sequences: &Sequences,
        vocabulary: &'v Vocabulary<'_>,
        lexicon: &Lexicon,
    ) -> Self {
        let hint = |index: usize| hints.get(index).copied().unwrap_or_default();
        let longer = |span: &Span| span.of(text).chars().nth(LABEL_CHARS).is_some();
        let opening = paragraphs.iter().position(longer).unwrap_or(0);
        let place = |index: usize| Place {
            index,
            of: paragraphs.len(),
            opening: index == opening,
            stops: has_full_stops(paragraphs[index].of(text)),
            told: hint(index).role,
            marked: !hints.is_empty(),
        };
        let mut suspects = Self::placed(text, paragraphs, place, sequences, vocabulary, lexicon);
        for ((index, _), suspect) in sequences.list.iter().zip(&mut suspects.list) {
            suspect.fixed = hint(*index as usize).fixed;
        }
        suspects
    }

    /// As [`Suspects::of`], where `place` tells where each paragraph (0-based) stands in a document of its own.
    #[must_use]
    pub fn placed(
        text: &str,
        paragraphs: &[Span],
        place: impl Fn(usize) -> Place + Sync,
        sequences: &Sequences,
        vocabulary: &'v Vocabulary<'_>,
        lexicon: &Lexicon,
    ) -> Self {
        let word_kinds: Vec<[WordKind; 2]> =
            (0..vocabulary.len() as u32).map(|id| WordKind::of(vocabulary.folded(id), lexicon)).collect();
        let look = |(index, sequence): &(u32, Sequence)| {
            let at = *index as usize;
            suspect(paragraphs[at], text, sequence, place(at), vocabulary, &word_kinds, lexicon)
        };
        let list = if sequences.list.len() > MANY {
            sequences.list.par_iter().map(look).collect()
        } else {
            sequences.list.iter().map(look).collect()
        };
        Self { slots: sequences.slots.clone(), list }
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
            self.list[slot as usize].shape.role = Role::Headline;
        }
        // Wherever the title stands, whole or cut off, its names are no part of the story.
        for (suspect, (_, sequence)) in self.list.iter_mut().zip(&sequences.list) {
            let marks = &mut suspect.shape.trimmings;
            let start = marks.iter().take_while(|mark| mark.is_some()).count();
            let at = start..start + names.len();
            let titled = sequence.ids.get(at.clone()) == Some(&title.ids[names.clone()]);
            if titled && names.start == 0 && sequence.ids.len() > at.end {
                marks[at].fill(Some(Trimming::SiteName));
                suspect.shape.role = Role::HeadlineFragment;
            }
        }
        if let (Some(slot), true) = (self.slots[0], names.start > 0) {
            let shape = &mut self.list[slot as usize].shape;
            shape.trimmings[names].fill(Some(Trimming::SiteName));
            shape.role = Role::HeadlineFragment;
        }
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
        let (suspect, own) = (self.get(0)?, self.get(index)?);
        let at_end = title.ids.ends_with(&headline.ids);
        let sound = own.shape.blemishes() == 0 && own.shape.role != Role::HeadlineFragment;
        if !sound || !at_end && !title.ids.starts_with(&headline.ids) {
            return None;
        }
        let spans = own_spans(title, paragraphs[0]);
        let words = Words { text: paragraphs[0].of(text), spans: &spans, folded: &suspect.folded };
        furniture(&words, headline.ids.len(), at_end, suspect.shape.chars_per_word)
    }

    /// A suspect by its paragraph (0-based).
    #[must_use]
    pub fn get(&self, paragraph: u32) -> Option<&Suspect<'v>> {
        self.slots[paragraph as usize].map(|slot| &self.list[slot as usize])
    }

    /// The suspects' words, folded, in their order.
    pub fn words(&self) -> impl Iterator<Item = &'v str> + '_ {
        self.list.iter().flat_map(|suspect| suspect.folded.iter().copied())
    }

    /// True if a paragraph's markup says that it stays.
    #[must_use]
    pub fn fixed(&self, paragraph: u32) -> bool {
        self.get(paragraph).is_some_and(|suspect| suspect.fixed)
    }

    /// What a paragraph is; body where nobody looked.
    #[must_use]
    pub fn role(&self, paragraph: u32) -> Role {
        self.get(paragraph).map_or(Role::Body, |suspect| suspect.shape.role)
    }
}

fn suspect<'v>(
    span: Span,
    text: &str,
    sequence: &Sequence,
    place: Place,
    vocabulary: &'v Vocabulary<'_>,
    word_kinds: &[[WordKind; 2]],
    lexicon: &Lexicon,
) -> Suspect<'v> {
    let folded: Vec<&str> = sequence.ids.iter().map(|id| vocabulary.folded(*id)).collect();
    let spans = own_spans(sequence, span);
    let text = span.of(text);
    let shape = shape(&Words { text, spans: &spans, folded: &folded }, place, lexicon);
    let kind = |(i, id): (usize, &WordId)| match word_kinds[*id as usize][usize::from(capital(text, &spans, i))] {
        WordKind::Number(Some(value)) if is_negative(text, spans[i].0) => WordKind::Number(Some(-value)),
        kind => kind,
    };
    let mut kinds: Vec<WordKind> = sequence.ids.iter().enumerate().map(kind).collect();
    light_phrases(&folded, &mut kinds, lexicon);
    let attributed = attribution(&folded, &shape.quoted, lexicon);
    Suspect { folded, kinds, shape, attributed, fixed: false }
}

/// The bytes of each word, counted from the paragraph's first.
fn own_spans(sequence: &Sequence, paragraph: Span) -> Vec<(usize, usize)> {
    sequence.spans.iter().map(|s| (s.start - paragraph.start, s.end - paragraph.start)).collect()
}

/// A phrase that is known as a function word is one, whatever its words are alone: "sin embargo" denies nothing.
fn light_phrases(folded: &[&str], kinds: &mut [WordKind], lexicon: &Lexicon) {
    let denies = |i: &usize| kinds[*i] == WordKind::Negation;
    let denials: Vec<usize> = (0..folded.len()).filter(denies).collect();
    for i in denials {
        let phrase = lexicon.phrase(&folded[i..]).filter(|(entry, len)| *len > 1 && entry.is(Class::Function));
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
fn capital(text: &str, spans: &[(usize, usize)], i: usize) -> bool {
    let (start, end) = spans[i];
    let upper = text[start..end].chars().next().is_some_and(is_uppercase);
    if !upper || i == 0 {
        return false;
    }
    let gap = &text[spans[i - 1].1..start];
    // Behind the comma that ends a quote the sentence goes on: '..., ' Quill said.
    let goes_on = gap.contains([',', '،', '，']) && gap.ends_with(char::is_whitespace);
    goes_on || !gap.contains(['.', '!', '?', '…', '“', '"', '„', '«', ':'])
}
