//! Repetition that belongs to the form: a heading over its own section, a row of another record, a refrain. Word for
//! word the same, and no echo.

use std::collections::HashMap;

use crate::paragraph::Role;

use super::decide::Case;

/// Lines of a refrain or a table have fewer words than this.
const LONG_WORDS: usize = 9;

/// A line of fewer words that ends without a full stop may be a heading or a cell.
pub const LINE_WORDS: usize = 16;

/// Copies of a line no further apart than this are one thing printed twice: a caption, a headline of a related story.
const NEAR: u32 = 3;

/// Lines (0-based) up to this one stand at the top: headlines and standfirsts, given again further down.
const TOP: u32 = 2;

/// Neighbours looked at to see whether a copy is part of a copied run.
const RUN: i64 = 3;

/// A shorter line without a full stop is no caption unless it tells of a picture.
const LEAST_CAPTION: usize = 6;

/// The copies of one document, looked at for their form.
pub struct Structure<'a> {
    case: &'a Case<'a>,
    /// For the first of each group of copies, the others in their order.
    copies: HashMap<u32, Vec<u32>>,
}

impl<'a> Structure<'a> {
    /// Of one document.
    #[must_use]
    pub fn of(case: &'a Case<'a>) -> Self {
        let mut copies = HashMap::<u32, Vec<u32>>::new();
        for (copy, first) in &case.candidates.copies {
            copies.entry(*first).or_default().push(*copy);
        }
        Self { case, copies }
    }

    /// True if `copy` repeats `first`, the first of its words, on purpose: a short line that is no furniture and no
    /// part of a copied run.
    #[must_use]
    pub fn on_purpose(&self, copy: u32, first: u32) -> bool {
        let words = self.words(first);
        let Some(shape) = self.case.suspects.get(first).map(|suspect| &suspect.shape) else { return false };
        match shape.role {
            Role::Boilerplate => return false,
            Role::Caption if words >= LEAST_CAPTION && shape.tells_of_picture() => return false,
            Role::Signature | Role::Separator | Role::Code => return true,
            _ => {}
        }
        let around = self.copied_around(copy, first);
        let uses = self.copies.get(&first).map_or(0, Vec::len);
        let long = around.iter().any(|at| self.long(*at));
        let two = !around.is_empty() && long && words >= LONG_WORDS && uses == 1;
        if around.len() >= 2 && (long || shape.marked) || two {
            return false;
        }
        // A heading, a cell, a step of another list: far from its like, and nothing around it comes back. Without full
        // stops in its script, any short paragraph may be one.
        let open = !shape.full_stop || shape.marked || shape.question || shape.chars_per_word > 2;
        let apart = copy - first > NEAR && first > TOP;
        if open && words < LINE_WORDS * shape.chars_per_word && (apart || self.in_contents(first)) {
            return true;
        }
        let short = words < self.case.options.min_words.max(4);
        let often = uses >= 2 || around.len() >= 2;
        short || often && words < LONG_WORDS
    }

    fn words(&self, index: u32) -> usize {
        self.case.prints.words(index as usize).len()
    }

    /// The neighbours of `copy` that are copied from the same distance.
    fn copied_around(&self, copy: u32, first: u32) -> Vec<u32> {
        let copied = |step: i64| {
            let (here, there) = (i64::from(copy) + step, i64::from(first) + step);
            let here = u32::try_from(here).ok()?;
            let original = self.case.candidates.original(here)?;
            (i64::from(original) == there).then_some(here)
        };
        (-RUN..=RUN).filter(|step| *step != 0).filter_map(copied).collect()
    }

    /// True if a copy is longer than a heading, a cell or a line of verse.
    fn long(&self, copy: u32) -> bool {
        self.words(copy) >= LONG_WORDS
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
