//! Which paragraphs are alike, and how: candidates by shingles, then the alignment of each pair on its words.

pub mod align;
pub mod candidates;
pub mod file_names;
pub(crate) mod gaps;
pub(crate) mod like;
mod places;
mod subsequence;
pub mod unlike;
pub mod vocabulary;
