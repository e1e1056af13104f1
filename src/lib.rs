//! `unecho` removes the echoes from scraped articles: captions printed twice, quotes restated, pull quotes, headline
//! fragments, paragraphs said again. It loses nothing: every kept byte is the author's, every removal names its twin.
//!
//! # The journey of an article
//!
//! A [`Deduplicator`] takes one article's text and gives [`Findings`]. On the way,
//!
//! 1. [`markup`] finds the paragraphs: ordered, disjoint byte spans; nothing is copied.
//! 2. [`words`] finds, folds and hashes their words in one pass, and [`shingle`] rolls the hashes into n-grams.
//! 3. [`similarity`] proposes the pairs that share enough shingles, and aligns each pair word by word: which words of
//!    the one does the other say, and which are new?
//! 4. [`suspects`] holds what is worked out only for paragraphs in such a pair: [`role`] says what each of them is in
//!    its article, [`facts`] what a pair's differences mean, both with the words that [`lexicon`] knows.
//! 5. [`verdict`] decides what goes and for which twin: a paragraph is removed only if everything it says is said by a
//!    paragraph that stays. [`article`] looks again until nothing more goes, so that cleaning twice is cleaning once.
//! 6. [`mod@cut`] takes the lines out, and [`diff`] writes the same cuts as a unified diff.
//!
//! All of that is pure: the same input gives the same bytes, with no file, clock or environment in between. Above it,
//! with the feature `io`, stand the readers of findings: `batch` runs over any number of records, `log` writes what was
//! decided and why, `across` compares article with article, `restore` and `undo` take it back, `decisions` lets people
//! overrule it, `eval` scores it. With the feature `cli`, `command` is the command line.
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "io")]
pub mod across;
#[cfg(feature = "cli")]
mod args;
pub mod article;
#[cfg(feature = "io")]
pub mod batch;
#[cfg(feature = "io")]
pub mod card;
#[cfg(feature = "cli")]
mod clean;
#[cfg(feature = "cli")]
pub mod command;
#[cfg(feature = "cli")]
mod config;
#[cfg(feature = "cli")]
mod console;
pub mod cut;
#[cfg(feature = "io")]
pub mod decisions;
pub mod diff;
#[cfg(feature = "io")]
pub mod eval;
pub mod explain;
pub mod facts;
#[cfg(feature = "cli")]
mod index;
#[cfg(feature = "io")]
pub mod io;
pub mod lexicon;
#[cfg(feature = "io")]
pub mod log;
pub mod marks;
pub mod markup;
pub mod options;
pub mod paragraph;
mod pass;
#[cfg(feature = "cli")]
mod progress;
#[cfg(feature = "cli")]
pub mod report;
#[cfg(feature = "cli")]
mod reporting;
#[cfg(feature = "io")]
pub mod restore;
#[cfg(feature = "cli")]
mod review;
pub mod role;
pub mod shingle;
#[cfg(feature = "io")]
pub mod show;
pub mod similarity;
pub mod suspects;
pub mod terminal;
mod threads;
#[cfg(feature = "io")]
pub mod undo;
pub mod verdict;
#[cfg(feature = "cli")]
mod view;
pub mod words;

pub use article::Deduplicator;
pub use options::Options;
pub use paragraph::{Finding, Findings};

/// The README's example must compile and hold.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
