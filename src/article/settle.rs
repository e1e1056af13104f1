//! From a document's candidates to its findings: alignment, roles, facts, verdicts; and the second look at what stays.

use crate::lexicon::sample;
use crate::paragraph::{Capped, Findings, Hint, Role, Span};
use crate::pass::Pass;
use crate::shingle::Prints;
use crate::similarity::candidates::{Candidates, Search};
use crate::similarity::file_names::add_file_names;
use crate::similarity::vocabulary::Vocabulary;
use crate::suspects::{Earlier, Glossary, Sequences, Suspects};
use crate::verdict::around::Around;
use crate::verdict::decide::Case;
use crate::verdict::judge::Pair;
use crate::verdict::rarity::Rarity;
use crate::verdict::structure::Structure;

use super::{Deduplicator, without_spaces};

/// Of a document with more pairs of which some were left out nothing is taken over: its memory is needed for what a look
/// from nothing finds.
const MOST_TAKEN_OVER: usize = 1 << 16;

/// Memory that is kept between documents.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) search: Search,
    /// For what stays of a document.
    rest: Prints,
}

/// A document that was searched.
#[derive(Clone, Copy)]
pub(super) struct Document<'a> {
    pub(super) text: &'a str,
    pub(super) paragraphs: &'a [Span],
    /// Empty, or one for each paragraph.
    pub(super) hints: &'a [Hint],
    pub(super) prints: &'a Prints,
    pub(super) candidates: &'a Candidates,
    /// True for what is left of a document: only what goes is asked for.
    pub(super) again: bool,
}

/// What comes of a document's candidates.
pub(super) struct Judged {
    pub(super) findings: Findings,
    /// The pairs of the first look, if they are to be traced.
    pub(super) pairs: Vec<Pair>,
    /// The roles of the first look, if they are to be traced.
    pub(super) roles: Vec<Option<Role>>,
}

/// One look at a document, and what a later one may take from it.
struct Look<'v> {
    sequences: Sequences,
    suspects: Suspects<'v>,
    /// Judged by their own words.
    pairs: Vec<Pair>,
    /// The same with what stands around them, where that changes anything.
    guarded: Option<Vec<Pair>>,
}

/// What is known of a document that was looked at.
#[derive(Clone, Copy)]
struct Known<'k, 'v> {
    glossary: &'v Glossary<'v>,
    /// See [`crate::lexicon::Language::sure`].
    sure: usize,
    /// The first look, if there is memory for it.
    look: Option<&'k Look<'v>>,
}

/// What stays of a document.
struct Rest {
    /// Its paragraphs' numbers in the document (0-based, ascending).
    kept: Vec<usize>,
    spans: Vec<Span>,
    hints: Vec<Hint>,
    prints: Prints,
    /// True if it is of the document's language, and as much of it written without spaces.
    alike: bool,
    /// Its candidates, where they are known to be those of the document that are left.
    candidates: Option<Candidates>,
}

impl Deduplicator {
    /// Judges the candidates, and what stays until nothing more goes. The pairs are given if they are to be `traced`.
    pub(super) fn judge(&self, document: &Document<'_>, memory: &mut Memory, traced: bool) -> Judged {
        let mut vocabulary = Vocabulary::new(document.text);
        let sequences = Sequences::of(document.paragraphs, document.prints, document.candidates, &mut vocabulary);
        let (lexicon, sure) = self.lexicon_of(document.prints);
        let glossary = Glossary::of(&vocabulary, lexicon);
        let (findings, look) = self.look_at(document, sequences, &glossary, None, traced);
        let role = |index| look.suspects.get(index).map(|suspect| suspect.shape.role);
        let asked = if traced { document.paragraphs.len() as u32 } else { 0 };
        let roles = (0..asked).map(role).collect();
        if document.candidates.capped() && look.pairs.len() > MOST_TAKEN_OVER {
            // Nothing will be taken over: what is known makes room for what a look from nothing finds.
            let Look { sequences, suspects, pairs, guarded } = look;
            let mut pairs = guarded.unwrap_or(pairs);
            drop((sequences, suspects));
            if !traced {
                pairs = Vec::new();
            }
            let known = Known { glossary: &glossary, sure, look: None };
            let findings = self.settle(document, findings, known, memory);
            return Judged { findings, pairs, roles };
        }
        let known = Known { glossary: &glossary, sure, look: Some(&look) };
        let findings = self.settle(document, findings, known, memory);
        Judged { findings, pairs: look.guarded.unwrap_or(look.pairs), roles }
    }

    fn look_at<'v>(
        &self,
        document: &Document<'_>,
        sequences: Sequences,
        glossary: &'v Glossary<'v>,
        earlier: Option<(&Earlier<'_, 'v>, &[Pair])>,
        traced: bool,
    ) -> (Findings, Look<'v>) {
        let Document { text, paragraphs, hints, prints, candidates, again } = *document;
        let known = earlier.map(|(earlier, _)| earlier);
        let mut suspects = Suspects::of(text, paragraphs, hints, &candidates.copies, &sequences, glossary, known);
        suspects.tell_titles(text, paragraphs, &sequences, &candidates.pairs);
        let pass = Pass {
            options: &self.options,
            sequences: &sequences,
            suspects: &suspects,
            glossary,
            earlier,
            strangers: None,
            all: traced,
        };
        let (pairs, too_long) = pass.judge(&candidates.pairs);
        suspects.look_at(&candidates.copies.iter().map(|copy| copy.0).collect::<Vec<u32>>());
        let around = Around::of(text, paragraphs, prints, candidates, &suspects, &pairs, glossary.lexicon);
        let structure = Structure::of(prints, candidates, &suspects, around, &self.options);
        let guarded = structure.guard(&pairs);
        let told = guarded.as_deref().unwrap_or(&pairs);
        let case = Case {
            paragraphs,
            prints,
            candidates,
            suspects: &suspects,
            pairs: told,
            options: &self.options,
            rarity: Rarity::of(text, paragraphs, prints, &suspects, glossary.lexicon, told),
            structure: &structure,
            removals_only: again,
        };
        let mut findings = case.decide();
        findings.capped = Capped {
            candidates: candidates.capped_paragraphs,
            postings: candidates.capped_shingles,
            alignments: too_long,
        };
        (findings, Look { sequences, suspects, pairs, guarded })
    }

    /// Looks again at what stays, until nothing more goes: cleaning the cleaned text changes nothing.
    ///
    /// What goes takes neighbours, copies and twins from what stays, so there is a second look wherever any two
    /// paragraphs that stay are candidates. What the first one found out about a pair or a paragraph is not found out
    /// again; without that look, everything is.
    fn settle(
        &self,
        document: &Document<'_>,
        mut findings: Findings,
        known: Known<'_, '_>,
        memory: &mut Memory,
    ) -> Findings {
        while findings.removals().next().is_some() {
            let Some(rest) = self.rest(document, &findings, known, &mut memory.rest) else { break };
            let search = &mut memory.search;
            let first = known.look.filter(|_| rest.alike);
            let again = first
                .and_then(|look| self.look_on(document.text, &rest, known.glossary, look, search))
                .unwrap_or_else(|| self.look_afresh(document.text, &rest, search));
            memory.rest = rest.prints;
            if again.removals().next().is_none() {
                break;
            }
            findings.absorb(again, &rest.kept);
        }
        findings
    }

    /// What stays; `None` if no two paragraphs of it are candidates. Takes the `memory` for its prints.
    fn rest(
        &self,
        document: &Document<'_>,
        findings: &Findings,
        known: Known<'_, '_>,
        memory: &mut Prints,
    ) -> Option<Rest> {
        let Document { text, paragraphs, hints, prints, .. } = *document;
        let gone: Vec<usize> = findings.removals().map(|f| f.paragraph.index()).collect();
        let kept: Vec<usize> = (0..paragraphs.len()).filter(|index| gone.binary_search(index).is_err()).collect();
        let spans: Vec<Span> = kept.iter().map(|index| paragraphs[*index]).collect();
        let same_script = without_spaces(text, &spans) == without_spaces(text, paragraphs);
        let mut candidates = same_script.then(|| document.candidates.left(&kept, paragraphs.len())).flatten();
        if let Some(left) = &mut candidates {
            add_file_names(text, &spans, |at| prints.words(kept[at]).len(), left);
            if left.pairs.is_empty() && left.copies.is_empty() {
                return None;
            }
        }
        let hints = kept.iter().filter_map(|index| hints.get(*index).copied()).collect();
        let mut own = std::mem::take(memory);
        match same_script {
            true => own.fill_only(prints, &kept),
            false => self.fill(text, &spans, &mut own),
        }
        let prints = own;
        let same_language = || {
            let (before, now) = (document.prints, &prints);
            told_gone(before, &gone) <= known.sure
                || sample(now.all_words()) == sample(before.all_words())
                || std::ptr::eq(self.lexicon_of(now).0, known.glossary.lexicon)
        };
        let alike = same_script && same_language();
        Some(Rest { kept, spans, hints, prints, alike, candidates })
    }

    /// A second look that takes from the first one what holds still. `None` if the first one left a paragraph out.
    fn look_on<'v>(
        &self,
        text: &str,
        rest: &Rest,
        glossary: &'v Glossary<'v>,
        first: &Look<'v>,
        search: &mut Search,
    ) -> Option<Findings> {
        // Where a bound was hit there is room for other pairs now; what is known of the paragraphs holds.
        let found;
        let candidates = if let Some(left) = &rest.candidates {
            left
        } else {
            found = self.candidates(text, &rest.spans, &rest.prints, search);
            &found
        };
        let earlier = Earlier { sequences: &first.sequences, suspects: &first.suspects, kept: &rest.kept };
        let sequences = Sequences::left(&earlier, candidates)?;
        let left = rest.document(text, candidates);
        Some(self.look_at(&left, sequences, glossary, Some((&earlier, &first.pairs)), false).0)
    }

    /// A second look as if the rest were all there is.
    fn look_afresh(&self, text: &str, rest: &Rest, search: &mut Search) -> Findings {
        let candidates = self.candidates(text, &rest.spans, &rest.prints, search);
        if candidates.pairs.is_empty() && candidates.copies.is_empty() {
            return Findings::default();
        }
        let mut vocabulary = Vocabulary::new(text);
        let sequences = Sequences::of(&rest.spans, &rest.prints, &candidates, &mut vocabulary);
        let glossary = Glossary::of(&vocabulary, self.lexicon_of(&rest.prints).0);
        self.look_at(&rest.document(text, &candidates), sequences, &glossary, None, false).0
    }
}

/// How many words of the sample that tells a document's language stand in paragraphs that are `gone`.
fn told_gone(prints: &Prints, gone: &[usize]) -> usize {
    let mut rest = sample(prints.all_words()).len();
    let mut count = 0;
    for paragraph in 0..prints.len() {
        let words = prints.words(paragraph).len().min(rest);
        count += if gone.binary_search(&paragraph).is_ok() { words } else { 0 };
        rest -= words;
        if rest == 0 {
            break;
        }
    }
    count
}

impl Rest {
    fn document<'a>(&'a self, text: &'a str, candidates: &'a Candidates) -> Document<'a> {
        Document { text, paragraphs: &self.spans, hints: &self.hints, prints: &self.prints, candidates, again: true }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::markup::plain;
    use crate::options::{Options, Paragraphs};

    const LINES: [&str; 17] = [
        "Harbour ferry runs again from Monday | The Courier",
        "Harbour ferry runs again from Monday",
        "The harbour ferry runs again from Monday, two months after its engine failed off the point.",
        "The harbour ferry runs again from Monday, two months after its engine failed off the point, and twice a day.",
        "The harbor ferry runs again from Monday, two months after its engines failed off the point.",
        "The harbour ferry runs again from Friday, two months after its engine failed off the point.",
        "Back: The harbour ferry runs again from Monday, two months after its engine failed (pictured)",
        "harbour-ferry-runs-again-from-monday.jpg",
        "Follow us for more",
        "Advertisement",
        "Tickets and times",
        "* * *",
        "\u{201c}We could hardly believe that she would sail again this year,\u{201d} said the harbour master, Ada Quill.",
        "\u{201c}We could hardly believe that she would sail again this year\u{201d}",
        "Die F\u{e4}hre f\u{e4}hrt ab Montag wieder, und das ist f\u{fc}r die Insel auch nicht zu fr\u{fc}h.",
        "Die F\u{e4}hre f\u{e4}hrt ab Montag wieder, und das ist f\u{fc}r die Inseln auch nicht zu fr\u{fc}h.",
        "Wer mit ihr f\u{e4}hrt, der zahlt so viel wie vor dem Schaden, und nicht mehr.",
    ];

    /// What comes of a document by two looks of which the second takes from the first, and by two from nothing; and
    /// whether candidates were left out.
    fn settled(text: &str) -> (Findings, Findings, bool) {
        let paragraphs = plain::paragraphs(text, Paragraphs::Auto);
        let dedup = Deduplicator::new(Options::default()).expect("the defaults are in range");
        let (mut prints, mut memory) = (Prints::default(), Memory::default());
        let candidates = dedup.search(text, &paragraphs, &mut prints, &mut memory.search);
        let document = Document {
            text,
            paragraphs: &paragraphs,
            hints: &[],
            prints: &prints,
            candidates: &candidates,
            again: false,
        };
        let mut vocabulary = Vocabulary::new(text);
        let sequences = Sequences::read(&paragraphs, &candidates, &mut vocabulary);
        let (lexicon, sure) = dedup.lexicon_of(&prints);
        let glossary = Glossary::of(&vocabulary, lexicon);
        let (findings, look) = dedup.look_at(&document, sequences, &glossary, None, false);
        let known = Known { glossary: &glossary, sure, look: Some(&look) };
        let fast = dedup.settle(&document, findings.clone(), known, &mut memory);
        let slow = dedup.settle(&document, findings, Known { look: None, ..known }, &mut memory);
        (fast, slow, candidates.capped())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn what_the_first_look_knows_is_what_a_fresh_look_finds(
            lines in prop::collection::vec(prop::sample::select(LINES.to_vec()), 1..24),
        ) {
            let (fast, slow, _) = settled(&lines.join("\n\n"));
            prop_assert_eq!(fast, slow);
        }

    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        #[test]
        fn where_candidates_were_left_out_the_first_look_holds_too(
            lines in prop::collection::vec(
                (prop::sample::select(LINES[2..7].to_vec()), prop::sample::select(SENTENCES.to_vec())),
                24..48,
            ),
        ) {
            let lines = lines.iter().enumerate().map(|(at, (line, sentence))| format!("{line} {sentence} {}", at % 31));
            let (fast, slow, capped) = settled(&lines.collect::<Vec<_>>().join("\n\n"));
            prop_assume!(capped);
            prop_assert_eq!(fast, slow);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn pairs_that_fall_short_come_to_nothing(
            paragraphs in prop::collection::vec(
                (prop::collection::vec(prop::sample::select(SENTENCES.to_vec()), 1..5), prop::sample::select(ENDS.to_vec())),
                2..14,
            ),
        ) {
            let text = paragraphs.iter().map(|(sentences, end)| sentences.join(" ") + end);
            let text = text.collect::<Vec<_>>().join("\n\n");
            let dedup = Deduplicator::new(Options::default()).expect("the defaults are in range");
            // A trace has every pair judged.
            prop_assert_eq!(dedup.find(&text), dedup.trace(&text).findings);
        }
    }

    const SENTENCES: [&str; 11] = [
        "The harbour ferry runs again from Monday.",
        "Her engine had failed off the northern point in a February gale.",
        "Her engine had failed off the southern point in a December gale.",
        "Two tugs brought all ninety passengers safely home.",
        "The yard at Lowmouth waited six weeks for one shaft.",
        "The yard at Lowmouth waited seven weeks for one shaft.",
        "Tickets cost as much as they did before.",
        "Nobody was hurt.",
        "Islanders had to row for bread.",
        "Quill, the harbour master, would not say who pays.",
        "The council meets on Friday",
    ];

    const ENDS: [&str; 5] = ["", "", "", " Photo: Ada Quill", " ..."];
}
