//! The edge: where records come from and go to.

pub mod charset;
pub mod codec;
pub mod files;
pub mod jsonl;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod plan;
pub mod safe;
pub mod source;
