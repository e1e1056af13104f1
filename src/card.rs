//! A finding with everything that a person needs to judge it: what the report shows and the review asks about.
//!
//! The texts of a card are safe to show: see [`crate::terminal::visible`].

use serde::Serialize;

use crate::decisions::{Decisions, Identity, identify};
use crate::marks::{Mark, Piece, marks, replaced};
use crate::paragraph::{Choice, Finding, Findings, Guard, Kind, ParagraphId, Role, Span, Verdict};
use crate::terminal::{excerpt, visible};

/// Characters of a neighbour shown.
const NEIGHBOUR: usize = 240;

/// Characters of a paragraph shown; whoever decides has seen enough by then.
const MOST_SHOWN: usize = 12_000;

/// Characters of each side's words in a line of evidence.
const MOST_EVIDENCE: usize = 120;

/// Most replacements named in a line.
const MOST_REPLACED: usize = 3;

/// A finding to be looked at.
#[derive(Clone, Debug, Serialize)]
pub struct Card {
    /// What it is known by.
    pub identity: Identity,
    /// The document's name in decisions; none for a record without a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
    /// The document's name for people.
    pub name: String,
    /// The paragraph, 0-based.
    pub paragraph: ParagraphId,
    /// Its twin, 0-based.
    pub twin: ParagraphId,
    /// The other paragraphs that stay for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<ParagraphId>,
    /// How many paragraphs the document has.
    pub of: usize,
    /// What sort of echo.
    pub kind: Kind,
    /// What the engine thinks.
    pub verdict: Verdict,
    /// What the paragraph is.
    pub role: Role,
    /// What the twin is.
    pub twin_role: Role,
    /// See [`Finding::coverage`].
    pub coverage: f64,
    /// See [`Finding::jaccard`].
    pub jaccard: f64,
    /// See [`Finding::margin`].
    pub margin: f64,
    /// What speaks against removal.
    pub guards: Vec<Guard>,
    /// One plain sentence.
    pub reason: String,
    /// What stands in place of what: "12 → 21"; empty if nothing does.
    pub instead: String,
    /// The paragraph with what only its twin says.
    pub pieces: Vec<Piece>,
    /// The twin.
    pub twin_text: String,
    /// Beginnings of the paragraphs before and behind the paragraph.
    pub around: [String; 2],
    /// Beginnings of the paragraphs before and behind the twin.
    pub twin_around: [String; 2],
    /// Where the twin stands, if in another document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<Place>,
    /// What was decided already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choice: Option<Choice>,
}

/// Where a twin in another document stands.
#[derive(Clone, Debug, Serialize)]
pub struct Place {
    /// The document's name for people.
    pub doc: String,
    /// How many documents have the paragraph.
    pub articles: usize,
}

/// A document whose findings become cards.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// Its name for people.
    pub name: &'a str,
    /// Its name in decisions, if it has one.
    pub doc: Option<&'a str>,
    /// Its bytes; the findings' paragraphs are spans of them.
    pub source: &'a str,
    /// What a person reads of it; the source, in plain text.
    pub text: &'a str,
    /// The paragraphs as spans of `text`.
    pub paragraphs: &'a [Span],
}

impl Page<'_> {
    /// The cards of all findings, in order.
    #[must_use]
    pub fn cards(&self, findings: &Findings, decisions: Option<&Decisions>) -> Vec<Card> {
        let identities = identify(self.source, findings);
        findings.findings.iter().zip(identities).map(|(f, identity)| self.card(f, identity, decisions)).collect()
    }

    fn card(&self, finding: &Finding, identity: Identity, decisions: Option<&Decisions>) -> Card {
        let span = |id: ParagraphId| self.paragraphs[id.index()];
        let own = span(finding.paragraph).of(self.text);
        let twin = match &finding.elsewhere {
            Some(elsewhere) => elsewhere.text.as_str(),
            None => span(finding.twin).of(self.text),
        };
        let mut pieces = match &finding.elsewhere {
            Some(_) => {
                let both = format!("{own}\n\n{twin}");
                marks(&both, Span::new(0, own.len()), Span::new(own.len() + 2, both.len()))
            }
            None => marks(self.text, span(finding.paragraph), span(finding.twin)),
        };
        let instead: Vec<String> =
            replaced(&pieces, MOST_REPLACED).iter().map(|(there, here)| format!("{there} → {here}")).collect();
        for piece in &mut pieces {
            piece.text = excerpt(&piece.text, MOST_SHOWN);
        }
        Card {
            doc: self.doc.map(str::to_owned),
            name: visible(self.name),
            paragraph: finding.paragraph,
            twin: finding.twin,
            also: finding.also.clone(),
            of: self.paragraphs.len(),
            kind: finding.kind,
            verdict: finding.verdict,
            role: finding.role,
            twin_role: finding.twin_role,
            coverage: rounded(finding.coverage),
            jaccard: rounded(finding.jaccard),
            margin: rounded(finding.margin),
            guards: finding.guards.clone(),
            reason: visible(&finding.reason),
            instead: visible(&instead.join(", ")),
            pieces,
            twin_text: excerpt(twin, MOST_SHOWN),
            around: self.around(finding.paragraph),
            twin_around: match &finding.elsewhere {
                Some(_) => [String::new(), String::new()],
                None => self.around(finding.twin),
            },
            elsewhere: finding.elsewhere.as_ref().map(|e| Place { doc: visible(&e.doc), articles: e.articles }),
            choice: decisions.and_then(|decisions| decisions.choice(&identity, self.doc)),
            identity,
        }
    }

    fn around(&self, id: ParagraphId) -> [String; 2] {
        let shown = |index: Option<usize>| {
            let span = index.and_then(|index| self.paragraphs.get(index));
            span.map_or(String::new(), |span| excerpt(span.of(self.text), NEIGHBOUR))
        };
        [shown(id.index().checked_sub(1)), shown(Some(id.index() + 1))]
    }
}

impl Card {
    /// The twins for people: their numbers, and the document that they stand in, if it is another.
    #[must_use]
    pub fn twins(&self) -> String {
        let twins: Vec<String> = [&self.twin].into_iter().chain(&self.also).map(ToString::to_string).collect();
        let place =
            self.elsewhere.as_ref().map(|place| format!(" in {}, one of {} articles", place.doc, place.articles));
        twins.join(", ") + &place.unwrap_or_default()
    }

    /// What is to be said of it in one line: what it is, of whom, and why.
    #[must_use]
    pub fn headline(&self) -> String {
        let what = match self.verdict {
            Verdict::Remove => "goes",
            Verdict::Review => "is put to review",
            Verdict::Keep => "is kept",
        };
        let instead = match self.verdict {
            Verdict::Keep if !self.instead.is_empty() => format!(" ({})", self.instead),
            _ => String::new(),
        };
        format!("{} {what}: {}{instead}", self.paragraph, self.reason)
    }

    /// True if a person is asked about it: it goes, or the engine was unsure.
    #[must_use]
    pub const fn asked(&self) -> bool {
        matches!(self.verdict, Verdict::Remove | Verdict::Review)
    }

    /// One line for a patch, put before its file's header: numbers, names, and what differs. No line of it is one that
    /// `patch` or `git apply` might obey.
    #[must_use]
    pub fn evidence(&self) -> String {
        let twins: Vec<String> =
            [&self.twin].into_iter().chain(&self.also).map(|id| format!("p{}", id.index() + 1)).collect();
        let part = |mark: Mark, name: &str| {
            let words: Vec<&str> = self.pieces.iter().filter(|p| p.mark == mark).map(|p| p.text.as_str()).collect();
            if words.is_empty() {
                String::new()
            } else {
                format!("; {name}: {}", excerpt(&words.join(" / "), MOST_EVIDENCE))
            }
        };
        // Where a person chose which copy stays, the finding is turned round, and its id is another.
        let id = if self.choice == Some(Choice::Swap) { "" } else { &self.identity.id };
        format!(
            "# p{} {} of {} {:.2} margin {:+.2} {id}{}{}\n",
            self.paragraph.index() + 1,
            self.kind,
            twins.join(", "),
            self.coverage,
            self.margin,
            part(Mark::Twin, "only in the kept"),
            part(Mark::Own, "only in the removed")
        )
    }

    /// The paragraph's text as it is shown.
    #[must_use]
    pub fn text(&self) -> String {
        let own = self.pieces.iter().filter(|piece| piece.mark != Mark::Twin);
        own.map(|piece| piece.text.as_str()).collect()
    }
}

fn rounded(figure: f64) -> f64 {
    (figure * 1e4).round() / 1e4
}
