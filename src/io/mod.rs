//! The edge: where records come from and go to.

pub mod files;
pub mod jsonl;
