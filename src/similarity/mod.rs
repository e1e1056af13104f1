//! Which paragraphs are alike, and how: candidates by shingles, then the alignment of each pair on its words.

pub mod candidates;
