//! `unecho` removes the echoes from scraped articles: captions printed twice, quotes restated, pull quotes, headline
//! fragments, paragraphs said again. It loses nothing: every kept byte is the author's, every removal names its twin.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod article;
#[cfg(feature = "io")]
pub mod batch;
pub mod cut;
pub mod diff;
#[cfg(feature = "io")]
pub mod eval;
pub mod explain;
pub mod facts;
#[cfg(feature = "io")]
pub mod io;
pub mod lexicon;
#[cfg(feature = "io")]
pub mod log;
pub mod markup;
pub mod options;
pub mod paragraph;
#[cfg(feature = "io")]
pub mod restore;
pub mod role;
pub mod shingle;
pub mod similarity;
pub mod suspects;
pub mod terminal;
#[cfg(feature = "io")]
pub mod undo;
pub mod verdict;
pub mod words;

pub use article::Deduplicator;
pub use options::Options;
pub use paragraph::{Finding, Findings};
