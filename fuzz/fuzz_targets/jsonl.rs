//! A line of JSONL. An odd last byte: the bytes before it are a program for its text, and for how that is escaped.
#![no_main]

#[path = "../../tests/promises/mod.rs"]
mod promises;

use libfuzzer_sys::fuzz_target;
use unecho::markup::Syntax;

fuzz_target!(|data: &[u8]| {
    let dedup = promises::dedup(true);
    match data.split_last() {
        Some((last, program)) if last % 2 == 1 => {
            let text = promises::texts::text(program, Syntax::Plain);
            let text = promises::texts::json_string(&text, program);
            let line = format!("{{\"n\": 1.50, \"text\" :{text}, \"text2\":[]}}");
            promises::record(line.as_bytes(), &dedup);
        }
        _ => promises::record(data, &dedup),
    }
});
