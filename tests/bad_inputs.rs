//! Bad inputs as data, each with what must come of it: `corpus/bad/inputs.toml`. None may panic, hang or take more than
//! a bounded memory.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use common::Desk;
use rayon::prelude::*;
use serde::Deserialize;
use unecho::words::hash_of;

#[derive(Deserialize)]
struct Inputs {
    /// Where a bad input is tested that has no case here.
    elsewhere: BTreeMap<String, String>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    make: String,
    #[serde(default = "usual")]
    run: String,
    #[serde(default)]
    exit: i32,
    #[serde(default)]
    says: String,
    #[serde(default)]
    then: String,
}

fn usual() -> String {
    "unecho clean a.txt -o b.txt --log l".into()
}

const A: &str =
    "Captain Ines Falk said on Friday that the new engine had passed every trial, and that tickets were on sale.";
const B: &str = "About 800 people live on the island, and most of them work on the mainland during the week.";

/// Memory that no run may ask for more than, in kilobytes.
const MEMORY: u32 = 4_000_000;

/// What does not hold.
fn problem(case: &Case) -> Option<String> {
    let desk = Desk::new();
    let shell = |line: &str| desk.shell(&format!("A='{A}' B='{B}'\nulimit -v {MEMORY}\n{line}"));
    let made = shell(&case.make);
    if made.code != Some(0) {
        return Some(format!("cannot be made: {}", made.err));
    }
    let begun = Instant::now();
    let ran = shell(&case.run);
    if ran.code != Some(case.exit) {
        return Some(format!("exit {:?}, not {}: {}", ran.code, case.exit, ran.err));
    }
    if ran.err.contains("panicked") || !ran.err.contains(&case.says) {
        return Some(format!("{:?} is not said: {}", case.says, ran.err));
    }
    if begun.elapsed() > Duration::from_secs(120) {
        return Some(format!("took {:?}", begun.elapsed()));
    }
    if case.exit == 0 && desk.has("b.txt") && desk.has("l") {
        let back = shell("unecho restore b.txt --log l | cmp - a.txt && unecho verify a.txt b.txt --log l");
        if back.code != Some(0) {
            return Some(format!("does not come back: {}", back.err));
        }
    }
    let then = if case.then == "same" { "cmp a.txt b.txt" } else { &case.then };
    let held = shell(then);
    (held.code != Some(0)).then(|| format!("{then}: {}{}", String::from_utf8_lossy(&held.out), held.err))
}

fn inputs() -> Inputs {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/bad/inputs.toml");
    let text = fs::read_to_string(path).expect("inputs.toml");
    toml::from_str(&text).unwrap_or_else(|error| panic!("inputs.toml:{error}"))
}

#[cfg(target_os = "linux")]
#[test]
fn every_bad_input_comes_to_what_is_said() {
    let problems: Vec<String> = inputs()
        .case
        .par_iter()
        .filter_map(|case| problem(case).map(|problem| format!("{}: {problem}", case.name)))
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Case B65 is made of these.
#[test]
fn two_words_have_one_hash() {
    assert_eq!(hash_of("adnhdfmdagbecnmd"), hash_of("ncjjilbfilkobenc"));
}

#[test]
fn every_number_of_the_catalogue_is_tested() {
    let inputs = inputs();
    for number in (1..=74).map(|n| format!("B{n:02}")) {
        let here = inputs.case.iter().any(|case| case.name.split(' ').any(|word| word == number));
        let there = inputs.elsewhere.get(&number).is_some_and(|place| {
            let (path, what) = place.split_once(' ').unwrap_or((place, ""));
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
            path.is_dir() || fs::read_to_string(path).is_ok_and(|text| text.contains(what))
        });
        assert!(here || there, "{number} is tested nowhere");
    }
}
