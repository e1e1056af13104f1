//! Repetition that belongs to the form: a heading over its own section, a row of another record, a refrain. Word for
//! word the same, and no echo.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use crate::options::Options;
use crate::paragraph::{Role, Verdict};
use crate::role::Shape;
use crate::shingle::Prints;
use crate::similarity::candidates::Candidates;
use crate::suspects::Suspects;
use crate::threads::map_all;

use super::around::Around;
use super::judge::{Judgement, NEAR_EQUAL, Pair};

/// Lines of a refrain or a table have fewer words than this.
const LONG_WORDS: usize = 9;

/// A line of fewer words that ends without a full stop may be a heading or a cell.
pub const LINE_WORDS: usize = 16;

/// Copies of a line no further apart than this are one thing printed twice: a caption, a headline of a related story.
const NEAR: u32 = 3;

/// A paragraph with at least this Jaccard index to its like is a copy that came to stand elsewhere.
const NEAR_COPY: f64 = 0.8;

/// Lines (0-based) up to this one stand at the top: headlines and standfirsts, given again further down.
const TOP: u32 = 2;

/// Whole sentences of this many words are running text.
const PROSE_WORDS: usize = 20;

/// As [`PROSE_WORDS`], where sentences end without a sign and any line could be one.
const STOPLESS_PROSE_WORDS: usize = 40;

/// A page of forms has at least so many rows, lines of programs and lead-ins that come back.
const FEW_FORMS: usize = 4;

/// Of so many paragraphs of a page of forms, at least one comes back so.
const FORM_SHARE: usize = 20;

/// A copied run of at least three lines and so many words is a block that was printed twice.
const BLOCK_WORDS: usize = 30;

/// Lines (0-based) up to this one are headlines and standfirsts, dates and buttons between them.
const OPENING: u32 = 8;

/// Fewest items of a list.
const FEWEST_ITEMS: u32 = 3;

/// Neighbours looked at to see whether a copy is part of a copied run.
const RUN: u32 = 3;

/// A shorter line without a full stop is no caption unless it tells of a picture.
const LEAST_CAPTION: usize = 6;

/// A paragraph, and its like that says nearly the same.
#[derive(Clone, Copy)]
struct Beside<'a> {
    /// The paragraph (0-based), and its like.
    x: u32,
    y: u32,
    jaccard: f64,
    own: &'a Shape,
    other: &'a Shape,
    /// The earlier of the two, and how far the later stands behind it.
    earlier: u32,
    apart: u32,
    /// Characters counted as one word.
    unit: usize,
    /// The first and the last of the paragraphs around the later one that come again around the earlier.
    run: (u32, u32),
    /// True if the paragraph may be a row, and if it or one of the run may.
    row: bool,
    rows: bool,
}

/// One document, looked at for its form.
pub struct Structure<'a, 'v> {
    prints: &'a Prints,
    suspects: &'a Suspects<'v>,
    around: Around<'a, 'v>,
    /// For the first of each group of copies, the others in their order.
    copies: HashMap<u32, Vec<u32>>,
    /// Fewest words of a paragraph that is judged.
    min_words: usize,
    candidates: &'a Candidates,
    /// See [`Structure::forms`]; known where it was asked for.
    forms: OnceLock<bool>,
}

impl<'a, 'v> Structure<'a, 'v> {
    /// Of one document.
    #[must_use]
    pub fn of(
        prints: &'a Prints,
        candidates: &'a Candidates,
        suspects: &'a Suspects<'v>,
        around: Around<'a, 'v>,
        options: &Options,
    ) -> Self {
        let mut copies = HashMap::<u32, Vec<u32>>::new();
        for (copy, first) in &candidates.copies {
            copies.entry(*first).or_default().push(*copy);
        }
        let forms = OnceLock::new();
        Self { prints, suspects, around, copies, min_words: options.min_words, candidates, forms }
    }

    /// True for a page of records, lists or listings: so much comes back in it on purpose that a likeness tells little.
    fn forms(&self) -> bool {
        let enough = FEW_FORMS.max(self.prints.len().div_ceil(FORM_SHARE));
        let copies = &self.candidates.copies;
        let mut of_forms = copies.iter().filter(|(copy, first)| self.of_forms(*copy, *first));
        *self.forms.get_or_init(|| copies.len() >= enough && of_forms.nth(enough - 1).is_some())
    }

    /// True if `copy` repeats `first`, the first of its words, on purpose: a short line that is no furniture and no
    /// part of a copied run.
    #[must_use]
    pub fn on_purpose(&self, copy: u32, first: u32) -> bool {
        let words = self.words(first);
        let Some(shape) = self.suspects.get(first).map(|suspect| &suspect.shape) else { return false };
        let apart = copy - first;
        if matches!(shape.role, Role::Signature | Role::Separator | Role::Code)
            || self.around.note(copy)
            || apart > 1 && self.leads_in_other(copy, first)
        {
            return true;
        }
        if shape.role == Role::Boilerplate {
            return self.around.code(copy, copy) && (self.around.code_before(copy) || self.around.code_behind(copy));
        }
        let unit = shape.chars_per_word;
        let run = self.around.run(copy, first);
        let around: Vec<u32> = (run.0..=run.1).filter(|at| *at != copy && at.abs_diff(copy) <= RUN).collect();
        if self.around.sung() && (!shape.full_stop || self.around.leads_in(copy))
            || self.around.numbered(copy) && self.in_contents(first)
        {
            return true;
        }
        if apart > 1 && self.of_a_record(copy, first, run, around.len() < 2) {
            return true;
        }
        let sentences = (run.0..=run.1).filter(|at| !self.row(*at)).count();
        let list = run.1 - run.0 + 1 >= FEWEST_ITEMS && run.1 - run.0 < apart && sentences == 0;
        if list && !shape.shows_picture() && self.around.led_otherwise(run.0, apart) {
            return true;
        }
        if words >= LEAST_CAPTION * unit && shape.tells_of_picture() {
            return false;
        }
        if apart > 1 && around.len() < 2 && self.row(copy) && self.around.shares_label(copy) {
            return true;
        }
        let item = shape.marked && apart > NEAR && first > OPENING && around.is_empty();
        if item && self.around.listed(copy, LINE_WORDS * unit) {
            return true;
        }
        // On a page of forms only a text printed twice is an echo, not a row, nor a sentence among rows.
        if apart > 1 && first > TOP && sentences < 2 && self.forms() {
            return true;
        }
        let uses = self.copies.get(&first).map_or(0, Vec::len);
        let long = around.iter().any(|at| self.words(*at) >= LONG_WORDS * unit && self.around.same(*at, *at - apart));
        // A line that comes back many times on end is no block of lines.
        let block =
            run.1 - run.0 < apart && (run.0..=run.1).map(|at| self.words(at)).sum::<usize>() >= BLOCK_WORDS * unit;
        let two = !around.is_empty() && long && words >= LONG_WORDS * unit && uses == 1;
        if around.len() >= 2 && (long || block) || two {
            return false;
        }
        // A heading, a cell, a step of another list: far from its like, and nothing around it comes back. Without full
        // stops in its script, any short paragraph may be one.
        let open = !shape.full_stop || shape.marked || shape.question || unit > 2;
        let far = (apart > NEAR || apart > 1 && shape.marked) && first > TOP;
        if open && words < LINE_WORDS * unit && (far || self.in_contents(first)) {
            return true;
        }
        let short = words < self.min_words.max(4) * unit;
        let often = uses >= 2 || around.len() >= 2;
        short || often && words < LONG_WORDS * unit || far && uses >= 2 && around.len() < 2 && words < LINE_WORDS * unit
    }

    /// True if a copy is a row of another record, a step of another list, a line of a program: `run` is the copied run
    /// it stands in, `short` tells that there is not much to it.
    fn of_a_record(&self, copy: u32, first: u32, run: (u32, u32), short: bool) -> bool {
        let Some(shape) = self.suspects.get(first).map(|suspect| &suspect.shape) else { return false };
        self.row(copy) && (short && copy - first > NEAR && self.around.numbered(copy) || self.in_code(copy))
            || (run.0..=run.1).any(|at| self.row(at)) && self.around.parallel(run, copy - first, shape.chars_per_word)
    }

    /// True if a copy tells that the page is one of forms.
    fn of_forms(&self, copy: u32, first: u32) -> bool {
        let furniture = self.suspects.role(first) == Role::Boilerplate;
        let run = self.around.run(copy, first);
        !furniture
            && copy - first > 1
            && (self.of_a_record(copy, first, run, false) || self.leads_in_other(copy, first))
    }

    /// True if a line leads in something else at each of the two places where it stands, or is the last of two that do:
    /// "Anna wrote:" and the time.
    fn leads_in_other(&self, copy: u32, first: u32) -> bool {
        let behind =
            |at: u32, like: u32| at.min(like) > 0 && self.around.leads_in(at - 1) && self.around.same(at - 1, like - 1);
        self.row(copy) && (self.around.leads_in(copy) || behind(copy, first)) && !self.around.echo(copy + 1, first + 1)
    }

    /// The pairs with a guard on each paragraph that is like another one by its form; `None` if there is none.
    #[must_use]
    pub fn guard(&self, pairs: &[Pair]) -> Option<Vec<Pair>> {
        let kept = |judgement: &Judgement, x, y| {
            judgement.verdict != Verdict::Keep && self.of_the_form(x, y, judgement.jaccard)
        };
        let of_form =
            |pair: &Pair| [kept(&pair.forth, pair.first, pair.second), kept(&pair.back, pair.second, pair.first)];
        let found: Vec<[bool; 2]> = map_all(pairs, of_form);
        if !found.iter().flatten().any(|kept| *kept) {
            return None;
        }
        let mut guarded = pairs.to_vec();
        for (pair, [forth, back]) in guarded.iter_mut().zip(found) {
            if forth || back {
                let told = Arc::make_mut(&mut pair.told);
                forth.then(|| told.forth.keep_for_form());
                back.then(|| told.back.keep_for_form());
            }
        }
        Some(guarded)
    }

    /// True if `x` says in nearly the same words what `y` says because both are of one form.
    fn of_the_form(&self, x: u32, y: u32, jaccard: f64) -> bool {
        let Some(pair) = self.beside(x, y, jaccard) else { return false };
        let role = pair.own.role;
        if role == Role::Boilerplate || role == Role::HeadlineFragment && !self.amid_code(x) {
            return false;
        }
        self.row_of_another(&pair)
            || self.heading_of_another(&pair)
            || self.text_of_another(&pair)
            || self.led_or_quoted(&pair).unwrap_or_else(|| self.line_of_another(&pair))
    }

    fn beside(&self, x: u32, y: u32, jaccard: f64) -> Option<Beside<'_>> {
        let shape = |index| self.suspects.get(index).map(|suspect| &suspect.shape);
        let (own, other) = (shape(x)?, shape(y)?);
        let (earlier, later) = (x.min(y), x.max(y));
        let run = self.around.run(later, earlier);
        let row = self.row(x);
        let rows = row || self.around.shares_label(x) || (run.0..=run.1).any(|at| self.row(at));
        let unit = own.chars_per_word;
        Some(Beside { x, y, jaccard, own, other, earlier, apart: later - earlier, unit, run, row, rows })
    }

    /// A row of another record, a line of a refrain or of a program, an item of another list, another answer.
    fn row_of_another(&self, pair: &Beside<'_>) -> bool {
        let Beside { x, y, jaccard, own, other, apart, row, rows, .. } = *pair;
        // "He said: ..." and "Quill said: ..." before the same quote are no labels of rows.
        let told = |shape: &Shape| shape.marked || shape.role == Role::Body && jaccard < NEAR_EQUAL;
        let rows_of_text = told(own) && told(other);
        let numbered = || self.numbered(x, y, jaccard) && (apart > NEAR || apart > 1 && jaccard < NEAR_EQUAL);
        let labelled = || self.around.shares_label(x) && !self.around.one_label(x, y);
        rows_of_text && self.around.labels_differ(x, y)
            || self.around.sung() && !own.full_stop
            || row && self.labelled_otherwise(x, y)
            || other.role == Role::Code
            || rows && self.in_code(x)
            || row && numbered()
            || (own.role != Role::Caption || !own.shows_picture()) && !own.post && labelled()
            || self.answers(x, y, jaccard)
            || self.of_a_list(x, y, jaccard)
    }

    /// A heading of another section, or one half of a heading.
    fn heading_of_another(&self, pair: &Beside<'_>) -> bool {
        let Beside { x, y, own, other, apart, unit, .. } = *pair;
        // A section's heading says nearly what the headline says; the headline itself comes again word for word.
        let line = matches!(own.role, Role::Caption | Role::Subheading) && !own.tells_of_picture() && !own.cut_off;
        // "Pros of sailing", "Cons of sailing" under "Pros and cons of sailing".
        let heading = own.role == Role::Subheading && other.role != Role::Headline;
        line && other.role == Role::Headline && x > TOP && apart > 1
            || (unit > 2 || !own.full_stop) && self.around.half(x, y, unit)
            || heading && self.around.one_of_two(x, y, unit)
    }

    /// The text of another record: under a label as its like is, under a heading alike, or soon said again.
    fn text_of_another(&self, pair: &Beside<'_>) -> bool {
        let Beside { x, y, own, earlier, apart, unit, row, .. } = *pair;
        let text = own.role == Role::Body && own.full_stop && apart > 1;
        // A few words are soon said again, farther off and of something else: "Riders can report an accident here."
        let few = || self.words(x) < LONG_WORDS * unit && apart > NEAR && earlier > TOP;
        let labelled = || row && apart > NEAR && self.around.among_labels(x) && self.around.among_labels(y);
        text && (few() || labelled() || unit <= 2 && self.around.under_alike(x, y, unit))
    }

    /// True for what another line leads in, false for a quote or a caption that none does; nothing for other lines.
    fn led_or_quoted(&self, pair: &Beside<'_>) -> Option<bool> {
        let Beside { x, y, jaccard, own, other, apart, unit, row, .. } = *pair;
        let quote = matches!(own.role, Role::Quote | Role::PullQuote);
        let told = apart > NEAR && (own.full_stop || quote) || own.marked && other.marked;
        // Of a caption printed twice one copy may have lost what tells of the picture.
        let picture = own.shows_picture()
            || own.role == Role::Caption && other.shows_picture() && jaccard >= NEAR_EQUAL && !own.marked;
        let quote = quote && !self.around.among_rows(x, unit) || picture;
        let line = row && !picture && (!quote || apart > NEAR && x > TOP);
        let led = self.leads_in_other(x, y) && !(apart == 1 && jaccard >= NEAR_EQUAL)
            || line && self.around.led_in(x, y, told);
        (led || quote).then_some(led)
    }

    /// A line of a page of forms, a heading or a cell far from its like, a line of a run that differs elsewhere.
    fn line_of_another(&self, pair: &Beside<'_>) -> bool {
        let Beside { x, y, own, other, earlier, apart, unit, run, row, rows, .. } = *pair;
        if apart > 1 && self.forms() || row && self.around.continues(x) {
            return true;
        }
        // Where sentences end without a sign, any line further down may be a heading or a cell.
        if own.question && apart > 1 || unit > 2 && row && earlier > OPENING {
            return true;
        }
        if apart <= NEAR || earlier <= TOP || !rows {
            return false;
        }
        let line = |shape: &Shape, index| {
            let open = !shape.full_stop || shape.marked || shape.question || self.around.leads_in(index);
            open && self.words(index) < LINE_WORDS * unit
        };
        self.around.parallel(run, apart, unit) || line(own, x) && (line(other, y) || self.around.among_rows(x, unit))
    }

    /// True if `x` is an item beside `y` in one list, or one of a list of short lines of which the others stay, and its
    /// like is running text.
    fn of_a_list(&self, x: u32, y: u32, jaccard: f64) -> bool {
        let (Some(own), Some(other)) = (self.suspects.get(x), self.suspects.get(y)) else { return false };
        let (own, other) = (&own.shape, &other.shape);
        let line = matches!(own.role, Role::Caption | Role::Subheading | Role::ListItem) && !own.tells_of_picture();
        let line = line && !own.full_stop || own.marked;
        let line = line && x > OPENING && other.full_stop;
        let listed = || self.around.listed(x, LINE_WORDS * own.chars_per_word);
        jaccard < NEAR_EQUAL && (self.around.items(x, y) || line && listed())
    }

    /// True if both begin with a lead-in label, each with its own, and are no quotes: "Mail: ...", "In person: ...".
    fn labelled_otherwise(&self, x: u32, y: u32) -> bool {
        let label = |index: u32| {
            let suspect = self.suspects.get(index)?;
            let quote = matches!(suspect.shape.role, Role::Quote | Role::PullQuote);
            let words = suspect.shape.label_words();
            (words > 0 && !quote).then(|| &suspect.folded[..words])
        };
        label(x).zip(label(y)).is_some_and(|(own, other)| own != other)
    }

    /// True if a row is numbered, or one of those that a list of contents has of numbered headings.
    fn numbered(&self, x: u32, y: u32, jaccard: f64) -> bool {
        self.around.numbered(x) || jaccard >= NEAR_EQUAL && self.around.numbered(y)
    }

    /// True if `x` answers the question before it, and its like stands under no such question: who asks wants to read
    /// the answer there. Word for word the same is a copy that came to stand there.
    fn answers(&self, x: u32, like: u32, jaccard: f64) -> bool {
        let Some(shape) = self.suspects.get(x).map(|suspect| &suspect.shape) else { return false };
        let running = shape.full_stop && matches!(shape.role, Role::Body | Role::Quote | Role::ListItem);
        x > TOP && running && jaccard < NEAR_COPY && !self.around.asks(x) && self.around.answers(x, like)
    }

    /// True if a line belongs to a program: a sentence, only if there is program text on both sides.
    fn in_code(&self, index: u32) -> bool {
        let stopped = self.suspects.get(index).is_some_and(|suspect| suspect.shape.full_stop);
        let sentence = stopped && !self.around.leads_in(index);
        let beside = || self.around.code_before(index) || self.around.code_behind(index);
        self.amid_code(index) || !sentence && beside()
    }

    /// True if a line is program text, or there is some on both sides of it.
    fn amid_code(&self, index: u32) -> bool {
        self.around.code(index, index) || self.around.code_before(index) && self.around.code_behind(index)
    }

    /// True unless a paragraph is running text: whole sentences, too long for a row, a step or a heading.
    fn row(&self, index: u32) -> bool {
        let Some(shape) = self.suspects.get(index).map(|suspect| &suspect.shape) else { return true };
        let unit = shape.chars_per_word;
        let most = if unit > 2 { STOPLESS_PROSE_WORDS } else { PROSE_WORDS };
        !shape.full_stop || shape.marked || self.around.asks(index) || self.words(index) < most * unit
    }

    fn words(&self, index: u32) -> usize {
        self.prints.words(index as usize).len()
    }

    /// True if `first` is a line of a list of contents: the lines beside it come back in the same order, each with
    /// more or less text between.
    fn in_contents(&self, first: u32) -> bool {
        let Some(own) = self.copies.get(&first) else { return false };
        let beside = [first.checked_sub(1), first.checked_add(1)].into_iter().flatten();
        beside.filter_map(|line| Some((line, self.copies.get(&line)?))).any(|(line, others)| {
            let in_order = |copy: &u32, other: &u32| (other > copy) == (line > first) && other.abs_diff(*copy) > 1;
            own.iter().any(|copy| others.iter().any(|other| in_order(copy, other)))
        })
    }
}
