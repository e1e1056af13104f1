//! Cases as data: what a careful editor removes from each article of `corpus/cases`, and the bytes that come out.
//!
//! `case.toml` is the editor's judgement, written by hand. The expected text, diff and log beside it are what the
//! engine wrote when they were last refilled with `UPDATE=1 cargo test`, and hold every byte still.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::Desk;
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    title: String,
    #[serde(default)]
    args: Vec<String>,
    remove: Vec<Removal>,
    keep: Vec<usize>,
}

#[derive(Deserialize)]
struct Removal {
    p: usize,
    twin: usize,
    kind: String,
}

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/cases");
    let mut cases: Vec<PathBuf> =
        fs::read_dir(root).expect("corpus/cases").map(|e| e.expect("readable").path()).collect();
    cases.sort();
    assert!(cases.len() >= 30, "only {} cases", cases.len());
    cases
}

/// What the engine does not yet judge as the editor does; empty is the goal.
fn judge(folder: &Path, problems: &mut Vec<String>) {
    let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
    let case: Case = toml::from_str(&fs::read_to_string(folder.join("case.toml")).expect("case.toml")).expect(&name);
    let inputs =
        ["txt", "html", "md"].into_iter().filter(|ending| folder.join("input").with_extension(ending).exists());
    let [ending] = inputs.collect::<Vec<_>>()[..] else { panic!("{name}: one of input.txt, input.html, input.md") };
    let text = format!("expected.{ending}");
    let desk = Desk::new();
    let at = |file: &str| desk.path(file);
    let run = desk
        .command("clean")
        .args(&case.args)
        .arg(folder.join("input").with_extension(ending))
        .arg("-o")
        .arg(at(&text))
        .arg("--diff")
        .arg(at("expected.diff"))
        .arg("--log")
        .arg(at("expected.jsonl"))
        .output()
        .expect("runs");
    if !run.status.success() {
        problems.push(format!("{name}: {}", String::from_utf8_lossy(&run.stderr)));
        return;
    }
    let log = fs::read_to_string(at("expected.jsonl")).expect("the log");
    let mut removed: Vec<(usize, usize, String)> = Vec::new();
    for line in log.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).expect("JSON");
        if entry["type"] == "finding" && entry["verdict"] == "remove" {
            let number = |key: &str| entry[key].as_u64().expect("a number") as usize;
            removed.push((number("paragraph"), number("twin"), entry["kind"].as_str().expect("a kind").to_owned()));
        }
    }
    let wanted: Vec<(usize, usize, String)> = case.remove.iter().map(|r| (r.p, r.twin, r.kind.clone())).collect();
    if removed != wanted {
        problems.push(format!("{name} ({}): removed {removed:?}, the editor {wanted:?}", case.title));
    }
    if let Some((lost, ..)) = removed.iter().find(|(p, ..)| case.keep.contains(p)) {
        problems.push(format!("{name}: the look-alike {lost} was dropped"));
    }
    for file in [&*text, "expected.diff", "expected.jsonl"] {
        let found = fs::read(at(file)).expect("written");
        let held = folder.join(file);
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&held, &found).expect("refilled");
        } else if fs::read(&held).ok().as_deref() != Some(&found) {
            problems.push(format!("{name}: {file} has changed; look at it, then refill with UPDATE=1 cargo test"));
        }
    }
}

#[test]
fn every_case_is_judged_as_the_editor_judged_it() {
    let mut problems = Vec::new();
    for folder in cases() {
        judge(&folder, &mut problems);
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn the_labelled_articles_score_as_well_as_they_did() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/labelled.jsonl");
    let labelled = fs::read_to_string(path).expect("corpus/labelled.jsonl");
    let dedup = unecho::Deduplicator::new(unecho::Options::default()).expect("in range");
    let bootstrap = unecho::eval::Bootstrap { rounds: 10, seed: 1 };
    let report = unecho::eval::evaluate(&labelled, &dedup, bootstrap).expect("a labelled set");
    assert_eq!(report.parted_otherwise, 0);
    let figures = report.strict.figures;
    assert!(figures.precision >= 0.98 && figures.f1 >= 0.98, "{report}\n{}", report.errors(40));
    for (language, figures) in &report.by_language {
        assert!(figures.f1 >= 0.85, "{language}: {figures:?}\n{}", report.errors(40));
    }
}

/// What a page's way through editors, encoders and scrapers does to the signs between the words.
fn retyped(paragraph: &str) -> String {
    let curly = paragraph.replace("\"", "\u{201d}").replace('\'', "\u{2019}");
    let wide = curly.replace(" - ", "\u{a0}\u{2013} ").replace("...", "\u{2026}");
    wide.replace(". ", ".  ").replace(" & ", " &amp; ")
}

/// Every second copy is set in other signs than what it repeats: the judgement is of words.
#[test]
fn signs_between_the_words_change_no_judgement() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/labelled.jsonl");
    let labelled = fs::read_to_string(path).expect("corpus/labelled.jsonl");
    let dedup = unecho::Deduplicator::new(unecho::Options::default()).expect("in range");
    let removed = |paragraphs: &[String]| -> Vec<(usize, usize)> {
        let findings = dedup.find(&paragraphs.join("\n\n"));
        let removals = findings.removals().map(|finding| (finding.paragraph.index(), finding.twin.index()));
        removals.map(|(goes, stays)| (goes.min(stays), goes.max(stays))).collect()
    };
    let (mut articles, mut other) = (0, Vec::new());
    for line in labelled.lines() {
        let article: unecho::eval::Labelled = serde_json::from_str(line).expect("a labelled article");
        let mut retyped_some = article.paragraphs.clone();
        for paragraph in retyped_some.iter_mut().skip(1).step_by(2) {
            *paragraph = retyped(paragraph);
        }
        articles += 1;
        if removed(&article.paragraphs) != removed(&retyped_some) {
            other.push(article.id);
        }
    }
    assert!(other.len() * 50 <= articles, "{} of {articles} judged otherwise: {other:?}", other.len());
}
