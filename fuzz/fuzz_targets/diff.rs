//! A diff of any cuts: the first half is the text, the second says where it is cut.
#![no_main]

#[path = "../../tests/promises/mod.rs"]
mod promises;

use libfuzzer_sys::fuzz_target;
use unecho::markup::Syntax;

fuzz_target!(|data: &[u8]| {
    let (text, places) = data.split_at(data.len() / 2);
    let text = match text.split_last() {
        Some((last, program)) if last % 2 == 1 => promises::texts::text(program, Syntax::Plain),
        _ => String::from_utf8_lossy(text).into_owned(),
    };
    promises::any_cuts(&text, places);
});
