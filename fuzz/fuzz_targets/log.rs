//! A log and a file of decisions. An odd last byte: a log of a run, changed, with its checksum put right.
#![no_main]

#[path = "../../tests/promises/mod.rs"]
mod promises;

use libfuzzer_sys::fuzz_target;
use unecho::markup::Syntax;

fuzz_target!(|data: &[u8]| {
    match data.split_last() {
        Some((last, program)) if last % 2 == 1 => {
            let (program, changes) = program.split_at(program.len() / 2);
            promises::changed_log(&promises::texts::text(program, Syntax::Plain), changes);
        }
        _ => {
            promises::log(data, "");
            promises::log(&promises::resealed(data), "");
            promises::decisions(data);
        }
    }
});
