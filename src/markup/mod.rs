//! Where paragraphs are: one file a format, each giving ordered, disjoint byte spans of the source.

pub mod plain;
