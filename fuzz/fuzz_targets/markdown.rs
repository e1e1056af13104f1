//! A Markdown file. An odd last byte: the bytes before it are a program for a text.
#![no_main]

#[path = "../../tests/promises/mod.rs"]
mod promises;

use libfuzzer_sys::fuzz_target;
use unecho::markup::Syntax;

fuzz_target!(|data: &[u8]| promises::bytes_or_program(data, Syntax::Markdown));
