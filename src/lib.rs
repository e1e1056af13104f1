//! `unecho` removes the echoes from scraped articles: captions printed twice, quotes restated, pull quotes, headline
//! fragments, paragraphs said again. It loses nothing: every kept byte is the author's, every removal names its twin.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod article;
pub mod facts;
pub mod lexicon;
pub mod markup;
pub mod options;
pub mod paragraph;
pub mod role;
pub mod shingle;
pub mod similarity;
pub mod verdict;
pub mod words;

pub use article::Deduplicator;
pub use options::Options;
pub use paragraph::{Finding, Findings};
