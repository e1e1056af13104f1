//! From pairs to findings: which paragraph goes, which stays, and why.
//!
//! A paragraph goes only if everything it says is said by a paragraph that stays. [`judge`] weighs one direction of
//! one pair; [`resolve`] decides for the whole article, so that every twin stays.

pub mod around;
pub mod decide;
pub mod finding;
mod heading;
pub mod judge;
pub mod parts;
pub mod rarity;
pub mod reason;
pub mod resolve;
pub mod structure;
