//! The nouns: spans, paragraphs, roles, kinds, verdicts, guards, findings.
//!
//! Plain data only. Everything the engine decides is said in these words, and every reader (cut, diff, log,
//! report) works from them.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

/// A half-open range of bytes of the source text, on char boundaries. In JSON: `[start, end]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "[usize; 2]", into = "[usize; 2]")]
pub struct Span {
    /// First byte, 0-based.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Span {
    /// The span from byte `start` up to, not including, byte `end`.
    #[must_use]
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// Length in bytes.
    #[must_use]
    pub const fn len(self) -> usize {
        self.end - self.start
    }

    /// True if the span holds no byte.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The span as an index range.
    #[must_use]
    pub const fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// The part of `source` that the span names.
    #[must_use]
    pub fn of(self, source: &str) -> &str {
        &source[self.range()]
    }
}

impl From<[usize; 2]> for Span {
    fn from([start, end]: [usize; 2]) -> Self {
        Self { start, end }
    }
}

impl From<Span> for [usize; 2] {
    fn from(span: Span) -> Self {
        [span.start, span.end]
    }
}

/// The number of a paragraph in its document: 0-based in machine-readable output, shown 1-based as `¶n` to people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ParagraphId(pub u32);

impl ParagraphId {
    /// The id of the paragraph at `index` (0-based).
    ///
    /// # Panics
    /// If a document has 2^32 paragraphs or more; readers refuse texts that long.
    #[must_use]
    pub fn new(index: usize) -> Self {
        Self(u32::try_from(index).expect("a document has fewer than 2^32 paragraphs"))
    }

    /// The 0-based index.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for ParagraphId {
    /// As people read it: `¶` and the 1-based number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "¶{}", self.0 + 1)
    }
}

/// Defines an enum of unit variants with one kebab-case name each, for logs, diffs and people.
macro_rules! named {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$doc])* #[serde(rename = $text)] $variant,)+ }

        impl $name {
            /// Every value, in declaration order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name used in logs, diffs and on the screen.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }
    };
}

named! {
    /// What a paragraph is in its article.
    Role {
        /// The article's title.
        Headline = "headline",
        /// A heading inside the article.
        Subheading = "subheading",
        /// Running text.
        Body = "body",
        /// Text that belongs to a picture.
        Caption = "caption",
        /// Somebody's words, with or without who said them; also an embedded post.
        Quote = "quote",
        /// A sentence of the body set apart to catch the eye.
        PullQuote = "pull-quote",
        /// A bullet of the summary at the top, or a standfirst.
        KeyPoint = "key-point",
        /// A by-line, a post's signature, a speaker's name.
        Signature = "signature",
        /// Page furniture: "Advertisement", "Read more".
        Boilerplate = "boilerplate",
        /// A title cut off, an image-file name, a related link.
        HeadlineFragment = "headline-fragment",
        /// A row of a list or a table.
        ListItem = "list-item",
        /// A line of a poem or a song.
        Verse = "verse",
        /// Program text.
        Code = "code",
        /// A line without words: `* * *`.
        Separator = "separator",
    }
}

named! {
    /// What sort of echo a finding is.
    Kind {
        /// The same words as its twin.
        Exact = "exact",
        /// A caption whose words stand elsewhere.
        Caption = "caption",
        /// A quote given twice.
        Quote = "quote",
        /// A sentence lifted out of the body.
        PullQuote = "pull-quote",
        /// A headline, or a fragment of one, given again.
        Headline = "headline",
        /// A paragraph, bullet or standfirst said again in other words.
        Restated = "restated",
        /// Page furniture given again.
        Boilerplate = "boilerplate",
    }
}

named! {
    /// What is to happen to a paragraph.
    Verdict {
        /// It stays.
        Keep = "keep",
        /// It stays, and a reader is asked.
        Review = "review",
        /// It goes.
        Remove = "remove",
    }
}

named! {
    /// Why a paragraph that looks like another one stays.
    Guard {
        /// A number differs.
        Number = "number",
        /// A date, month or weekday differs.
        Date = "date",
        /// A name or a place differs.
        Name = "name",
        /// One denies what the other says.
        Negation = "negation",
        /// Who does what to whom is turned round.
        Order = "order",
        /// A word stands where its opposite stands there: before and after, more and less.
        Opposite = "opposite",
        /// A word of other meaning stands in its place.
        Content = "content",
        /// It says something that its twin does not.
        Adds = "adds",
        /// Too short to be judged.
        TooShort = "too-short",
        /// The repetition is part of the form: rows, verse, speakers, signatures, subheadings.
        Structure = "structure",
    }
}

named! {
    /// What a person decided about a finding.
    Choice {
        /// The paragraph goes.
        Accept = "accept",
        /// It stays.
        Restore = "restore",
        /// It stays, and its twin goes instead.
        Swap = "swap",
        /// Looked at, and left open.
        Unsure = "unsure",
        /// Taken back: as if nothing had been decided.
        Open = "open",
    }
}

/// What came of a person's decisions in one document. Lines are those of the decisions, 1-based.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// The paragraphs that go or stay by a decision, in order.
    #[serde(skip)]
    pub choices: Vec<(ParagraphId, Choice)>,
    /// How many findings were decided.
    pub applied: u64,
    /// How many removals nobody has decided.
    pub new: u64,
    /// Lines of decisions that were carried out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<u32>,
    /// Lines that another decision, or what must stay, forbids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conflicting: Vec<u32>,
    /// Lines whose paragraphs are there, but no longer found to be echoes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moot: Vec<u32>,
    /// Lines whose paragraphs are gone from this document.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stale: Vec<u32>,
}

/// What a paragraph's markup tells of it; nothing, in plain text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hint {
    /// What it is; told instead of guessed.
    pub role: Option<Role>,
    /// True if it is never removed, while others may be for its sake: headings, rows of tables, program text.
    pub fixed: bool,
}

/// Most new words that a finding names.
pub const MOST_NEW_WORDS: usize = 12;

/// One paragraph that is, or nearly is, said by another one, and what the engine thinks of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The paragraph found to be an echo.
    pub paragraph: ParagraphId,
    /// The paragraph that says the same and stays.
    pub twin: ParagraphId,
    /// What sort of echo.
    pub kind: Kind,
    /// What happens to `paragraph`.
    pub verdict: Verdict,
    /// What `paragraph` is.
    pub role: Role,
    /// What `twin` is.
    pub twin_role: Role,
    /// Share of the paragraph's words that the twin says, 0 to 1.
    pub coverage: f64,
    /// Jaccard index of the two word bags (sizes of multiset intersection and union), 0 to 1.
    pub jaccard: f64,
    /// How far the pair is from the line between remove and keep, -1 to 1; above 0 is on the side of removal.
    pub margin: f64,
    /// Words of the paragraph that the twin does not say, as written there, at most [`MOST_NEW_WORDS`].
    pub new_words: Vec<String>,
    /// What speaks against removal.
    pub guards: Vec<Guard>,
    /// One plain sentence.
    pub reason: String,
    /// The other paragraphs that stay for it, where it is said in parts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<ParagraphId>,
    /// Set if the twin stands in another document; `twin` is its number there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<Elsewhere>,
}

/// Where in a batch of documents a twin stands, and how far what it says has spread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elsewhere {
    /// The twin's document.
    pub doc: String,
    /// The twin's bytes in its source.
    pub span: Span,
    /// How many documents have the paragraph, this one and the twin's included.
    pub articles: usize,
    /// True if the paragraph goes from all of them, the twin's included.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub from_all: bool,
    /// True if the twin's document is of an index, not of this batch.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub indexed: bool,
    /// What the twin says, while the batch is at hand.
    #[serde(skip)]
    pub text: String,
}

impl Finding {
    /// Where it is said in parts, says who says them.
    pub(crate) fn retell_parts(&mut self) {
        if let Some((last, rest)) = self.also.split_last() {
            let rest: Vec<String> = [&self.twin].into_iter().chain(rest).map(ToString::to_string).collect();
            self.reason = format!("says in parts what {} and {last} say", rest.join(", "));
        }
    }

    /// The paragraph of `gone` goes, too: what relied on it relies on its twins, which say all that it said.
    fn hand_on(&mut self, gone: &Self) {
        let relied = self.twin == gone.paragraph || self.also.contains(&gone.paragraph);
        if !relied {
            return;
        }
        if self.twin == gone.paragraph {
            self.twin = gone.twin;
            self.coverage *= gone.coverage;
            self.jaccard *= gone.jaccard;
        }
        self.also.extend_from_slice(&gone.also);
        self.also.push(gone.twin);
        self.also.retain(|id| *id != gone.paragraph && *id != self.twin);
        self.also.sort_unstable();
        self.also.dedup();
        self.reason = format!("says nothing that {} does not", self.twin);
        self.retell_parts();
    }
}

/// What was left undone because a bound was hit. All 0 on ordinary text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capped {
    /// Paragraphs that had more candidates than are compared.
    pub candidates: usize,
    /// Shingles that stand in more suspects than are looked up.
    pub postings: usize,
    /// Pairs too long to be aligned in full.
    pub alignments: usize,
}

impl Capped {
    /// True if any bound was hit.
    #[must_use]
    pub const fn any(self) -> bool {
        self.candidates + self.postings + self.alignments > 0
    }
}

/// Everything the engine found in one document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    /// The document's paragraphs in order: disjoint byte spans.
    pub paragraphs: Vec<Span>,
    /// Findings in the order of their paragraphs; at most one a paragraph.
    pub findings: Vec<Finding>,
    /// Bounds that were hit.
    pub capped: Capped,
    /// Set if the removals were withdrawn (verdict review) because they would take too much of the article:
    /// the share of its words, 0 to 1.
    pub withdrawn: Option<f64>,
    /// What people decided, where they were asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<Decided>,
}

impl Findings {
    /// The findings whose paragraph goes, in order.
    pub fn removals(&self) -> impl Iterator<Item = &Finding> {
        self.with(Verdict::Remove)
    }

    /// The findings with this verdict, in order.
    pub fn with(&self, verdict: Verdict) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.verdict == verdict)
    }

    /// What a person decided of `paragraph`, if anybody was asked.
    #[must_use]
    pub fn choice(&self, paragraph: ParagraphId) -> Option<Choice> {
        let choices = &self.decided.as_ref()?.choices;
        choices.binary_search_by_key(&paragraph, |choice| choice.0).ok().map(|at| choices[at].1)
    }

    /// Adds the removals of a second look at the paragraphs `kept` (their indices here). A twin that goes now hands
    /// its echoes on to its own twin, which says all that it said.
    pub(crate) fn absorb(&mut self, again: Self, kept: &[usize]) {
        let original = |id: ParagraphId| ParagraphId::new(kept[id.index()]);
        let mut gone: Vec<Finding> = again.findings;
        gone.retain(|finding| finding.verdict == Verdict::Remove);
        for finding in &mut gone {
            finding.reason = finding.reason.replace(&finding.twin.to_string(), &original(finding.twin).to_string());
            finding.twin = original(finding.twin);
            finding.also.iter_mut().for_each(|id| *id = original(*id));
            finding.retell_parts();
            finding.paragraph = original(finding.paragraph);
        }
        let now_gone = |id: ParagraphId| gone.binary_search_by_key(&id, |finding| finding.paragraph).ok();
        self.findings.retain(|f| {
            now_gone(f.paragraph).is_none() && (f.verdict == Verdict::Remove || now_gone(f.twin).is_none())
        });
        for earlier in &mut self.findings {
            let relied_on: BTreeSet<usize> =
                [earlier.twin].iter().chain(&earlier.also).filter_map(|id| now_gone(*id)).collect();
            relied_on.into_iter().for_each(|at| earlier.hand_on(&gone[at]));
        }
        self.findings.append(&mut gone);
        self.findings.sort_by_key(|finding| finding.paragraph);
    }

    /// The fate of every paragraph as a run-length string: `k` kept, `r` removed, `v` review; `11k2r8k`.
    #[must_use]
    pub fn fates(&self) -> String {
        use fmt::Write as _;
        let mut fates = String::new();
        let mut findings = self.findings.iter().peekable();
        let mut run = (0usize, ' ');
        for index in 0..=self.paragraphs.len() {
            let verdict = findings.next_if(|f| f.paragraph.index() == index).map(|f| f.verdict);
            let letter = match verdict {
                _ if index == self.paragraphs.len() => ' ',
                Some(Verdict::Remove) => 'r',
                Some(Verdict::Review) => 'v',
                Some(Verdict::Keep) | None => 'k',
            };
            if letter == run.1 {
                run.0 += 1;
            } else {
                if run.0 > 0 {
                    let _ = write!(fates, "{}{}", run.0, run.1);
                }
                run = (1, letter);
            }
        }
        fates
    }
}
