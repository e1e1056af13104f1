//! A text file, in whatever encoding. An odd last byte: the bytes before it are a program for a text.
#![no_main]

#[path = "../../tests/promises/mod.rs"]
mod promises;

use libfuzzer_sys::fuzz_target;
use unecho::markup::Syntax;

fuzz_target!(|data: &[u8]| {
    let dedup = promises::dedup(data.len().is_multiple_of(2));
    match data.split_last() {
        Some((last, program)) if last % 2 == 1 => {
            let text = promises::texts::text(program, Syntax::Plain);
            promises::document(&text, Syntax::Plain, &dedup);
            promises::clean_stays_clean(&text, Syntax::Plain);
        }
        _ => promises::file(data, Syntax::Plain, &dedup),
    }
});
