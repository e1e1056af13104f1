//! Two paragraphs read as one: which words only the one has, which only the other, by the engine's own alignment.

use serde::{Deserialize, Serialize};

use crate::paragraph::Span;
use crate::similarity::align::{Match, align};
use crate::similarity::vocabulary::Vocabulary;

/// Paragraphs of more words are not marked.
const MOST_WORDS: usize = 5_000;

/// Whose words a piece holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mark {
    /// Both say it.
    #[serde(rename = "=")]
    Both,
    /// Only the twin says it.
    #[serde(rename = "-")]
    Twin,
    /// Only the paragraph says it.
    #[serde(rename = "+")]
    Own,
}

/// A run of words of one mark, with what stands between them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// Whose they are.
    pub mark: Mark,
    /// As written in the paragraph; as in the twin, where only the twin has it.
    pub text: String,
}

/// The paragraph, piece by piece, with what only its twin says put in where it belongs. Without the twin's pieces it is
/// the paragraph, byte for byte. Letter case and typography are no difference. A pair too long to be aligned is given
/// as one piece of the twin and one of the paragraph.
#[must_use]
pub fn marks(text: &str, paragraph: Span, twin: Span) -> Vec<Piece> {
    let mut vocabulary = Vocabulary::new(text);
    let (own, other) = (vocabulary.read(paragraph), vocabulary.read(twin));
    let short = own.ids.len().max(other.ids.len()) <= MOST_WORDS;
    let Some(alignment) = short.then(|| align(&own, &other, &vocabulary)).flatten() else {
        let piece = |mark, span: Span| Piece { mark, text: span.of(text).to_owned() };
        return vec![piece(Mark::Twin, twin), piece(Mark::Own, paragraph)];
    };
    let mut weave = Weave { text, twin_words: &other.spans, second: &alignment.second, next: 0, pieces: Vec::new() };
    let mut at = paragraph.start;
    for (span, like) in own.spans.iter().zip(&alignment.first) {
        let gap = &text[at..span.start];
        at = span.end;
        match like {
            Match::Same(there) => {
                weave.twin_up_to(*there as usize);
                weave.push(Mark::Both, gap, span.of(text));
                weave.next = *there as usize + 1;
            }
            Match::Moved(_) => weave.push(Mark::Both, gap, span.of(text)),
            Match::Like(there) => {
                weave.like(*there as usize);
                weave.push(Mark::Own, gap, span.of(text));
            }
            Match::None => weave.push(Mark::Own, gap, span.of(text)),
        }
    }
    weave.twin_up_to(other.ids.len());
    weave.push(Mark::Both, &text[at..paragraph.end], "");
    weave.pieces
}

struct Weave<'a> {
    text: &'a str,
    twin_words: &'a [Span],
    second: &'a [Match],
    /// The twin's next word that is not told yet.
    next: usize,
    pieces: Vec<Piece>,
}

impl Weave<'_> {
    /// Adds a word of the paragraph and the gap before it; a gap between two words of one mark is theirs.
    fn push(&mut self, mark: Mark, gap: &str, word: &str) {
        match self.pieces.last_mut() {
            Some(last) if last.mark == mark => {
                last.text.push_str(gap);
                last.text.push_str(word);
            }
            _ if mark == Mark::Both => self.add(mark, format!("{gap}{word}")),
            Some(last) if last.mark == Mark::Both => {
                last.text.push_str(gap);
                self.add(mark, word.to_owned());
            }
            _ => {
                self.insert_gap(gap);
                self.add(mark, word.to_owned());
            }
        }
    }

    fn add(&mut self, mark: Mark, text: String) {
        if !text.is_empty() {
            self.pieces.push(Piece { mark, text });
        }
    }

    /// A gap behind what only the twin says goes before it.
    fn insert_gap(&mut self, gap: &str) {
        if gap.is_empty() {
            return;
        }
        let at = self.pieces.iter().rposition(|piece| piece.mark != Mark::Twin).map_or(0, |at| at + 1);
        match at.checked_sub(1).map(|before| &mut self.pieces[before]) {
            Some(before) => before.text.push_str(gap),
            None => self.pieces.insert(0, Piece { mark: Mark::Both, text: gap.to_owned() }),
        }
    }

    /// Tells the twin's unlike words up to `end`: before the paragraph's own words that stand in their place.
    fn twin_up_to(&mut self, end: usize) {
        let unlike: Vec<usize> = (self.next..end.max(self.next)).filter(|j| self.second[*j] == Match::None).collect();
        for run in unlike.chunk_by(|a, b| a + 1 == *b) {
            let span = Span::new(self.twin_words[run[0]].start, self.twin_words[run[run.len() - 1]].end);
            let place = self.pieces.iter().rposition(|piece| piece.mark != Mark::Own).map_or(0, |at| at + 1);
            self.pieces.insert(place, Piece { mark: Mark::Twin, text: span.of(self.text).to_owned() });
        }
        self.next = self.next.max(end);
    }

    /// The twin's word at `there` is nearly the paragraph's next one.
    fn like(&mut self, there: usize) {
        if there >= self.next {
            self.twin_up_to(there);
            self.next = there + 1;
        }
        let text = self.twin_words[there].of(self.text).to_owned();
        self.pieces.push(Piece { mark: Mark::Twin, text });
    }
}

/// What stands in place of what: "12 → 21", at most `most` of them, for the reader who has one line.
#[must_use]
pub fn replaced(pieces: &[Piece], most: usize) -> Vec<(String, String)> {
    let pairs = pieces.windows(2).filter(|two| two[0].mark == Mark::Twin && two[1].mark == Mark::Own);
    pairs.take(most).map(|two| (two[0].text.clone(), two[1].text.clone())).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(paragraph: &str, twin: &str) -> String {
        let text = format!("{paragraph}\n\n{twin}");
        let split = paragraph.len();
        let pieces = marks(&text, Span::new(0, split), Span::new(split + 2, text.len()));
        let sign = |piece: &Piece| match piece.mark {
            Mark::Both => piece.text.clone(),
            Mark::Twin => format!("[-{}-]", piece.text),
            Mark::Own => format!("{{+{}+}}", piece.text),
        };
        pieces.iter().map(sign).collect()
    }

    #[test]
    fn what_differs_is_marked_where_it_stands() {
        for (paragraph, twin, expected) in [
            (
                "ensure that this is stopped, now",
                "ensure that that is stopped now",
                "ensure that [-that-]{+this+} is stopped, now",
            ),
            ("About 900 people live.", "About 800 people live.", "About [-800-]{+900+} people live."),
            ("one two three four five", "one two four five", "one two {+three+} four five"),
            ("one two four five.", "One two three four five", "one two[-three-] four five."),
            ("a bb cc dd", "xx yy zz", "[-xx yy zz-]{+a bb cc dd+}"),
            ("He said so", "", "{+He said so+}"),
        ] {
            assert_eq!(shown(paragraph, twin), expected, "{paragraph} / {twin}");
        }
    }

    proptest! {
        #[test]
        fn without_the_twins_pieces_it_is_the_paragraph(
            paragraph in "[ab,. ]{0,12}(cat|dog|12|21|é|。| |-){0,12}", twin in "[ab,. ]{0,12}(cat|dog|12|21|é|。| ){0,12}",
        ) {
            let text = format!("{paragraph}\n\n{twin}");
            let split = paragraph.len();
            let pieces = marks(&text, Span::new(0, split), Span::new(split + 2, text.len()));
            let own: String = pieces.iter().filter(|p| p.mark != Mark::Twin).map(|p| p.text.as_str()).collect();
            prop_assert_eq!(own, paragraph);
            prop_assert!(pieces.iter().all(|piece| !piece.text.is_empty()));
        }
    }
}
