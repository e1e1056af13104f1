//! The edge: where records come from and go to.

pub mod files;
pub mod jsonl;
pub mod plan;
pub mod safe;
