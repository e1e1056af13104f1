//! What a batch of articles says again and again, article after article.
//!
//! Two passes over the batch. The first reads every document into a [`Sheet`] (in parallel) and hands it to the
//! [`Survey`]: the paragraphs that stay within their own article go to the spool, their fingerprints to the postings.
//! Then
//!
//! 1. `groups` finds the paragraphs with the same words: equal hashes propose, equal words decide.
//! 2. `pairs` proposes, for one paragraph of each group, those that share sampled shingles.
//! 3. `verify` aligns each proposed pair and judges it by the measure and the guards that hold within an article.
//! 4. `boilerplate` or `repeats` decides what goes, and gives the [`Plan`].
//!
//! The second pass cleans each document as usual and takes from the plan what else goes. Nothing depends on the order
//! in which threads work: everything is decided in the order of the documents.

mod boilerplate;
mod groups;
mod pairs;
mod plan;
mod postings;
#[cfg(test)]
mod recall;
mod record;
mod removals;
mod repeats;
mod scratch;
mod sheet;
mod spool;
pub mod steps;
pub mod store;
mod survey;
mod topics;
mod verify;

pub use plan::{Plan, PlanError};
pub use sheet::{Entry, Sheet, site};
pub use survey::{Key, Survey};
