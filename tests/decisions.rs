//! What people decide holds: it is carried out exactly, never leaves a removal without a twin, and comes back the same
//! from run to run.

mod common;

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use common::{ARTICLE, CLEANED, Desk};
use proptest::prelude::*;
use serde_json::Value;
use unecho::decisions::{Decisions, Line, Ruling, Scope, Undecided, identify};
use unecho::paragraph::{Choice, Findings, Verdict};
use unecho::{Deduplicator, Options, cut};

fn dedup() -> Deduplicator {
    Deduplicator::new(Options::default()).expect("sound options")
}

/// The lines that decide `verdict` of each finding of `text` that `wanted` names by its place.
fn lines(doc: Option<&str>, text: &str, verdict: Choice, scope: Scope, wanted: impl Fn(usize) -> bool) -> String {
    let findings = dedup().find(text);
    let identities = identify(text, &findings);
    let line = |(at, identity): (usize, &_)| {
        let paragraph = findings.findings[at].paragraph;
        Line::new(identity, doc, findings.paragraphs[paragraph.index()].of(text), verdict, scope).written()
    };
    identities.iter().enumerate().filter(|(at, _)| wanted(*at)).map(line).collect()
}

fn desk(verdict: Choice, scope: Scope) -> Desk {
    let desk = Desk::new();
    desk.write("a.txt", ARTICLE).write("d.jsonl", lines(Some("a.txt"), ARTICLE, verdict, scope, |_| true));
    desk
}

/// The article with its first teller of the trial gone instead of the second.
fn swapped() -> String {
    let paragraphs: Vec<&str> = ARTICLE.split("\n\n").collect();
    [paragraphs[0], paragraphs[2], paragraphs[3]].join("\n\n")
}

#[test]
fn each_verdict_does_what_it_says() {
    for (verdict, expected, counted) in [
        (Choice::Accept, CLEANED.to_owned(), "1 applied, 0 new"),
        (Choice::Restore, ARTICLE.to_owned(), "1 applied, 0 new"),
        (Choice::Swap, swapped(), "1 applied, 0 new"),
        (Choice::Unsure, CLEANED.to_owned(), "0 applied, 1 new"),
        (Choice::Open, CLEANED.to_owned(), "0 applied, 1 new"),
    ] {
        let desk = desk(verdict, Scope::This);
        let ran = desk.run("clean a.txt --decisions d.jsonl --log l -o b.txt").ok().says(counted);
        assert_eq!(desk.text("b.txt"), expected, "{verdict}: {}", ran.err);
        desk.run("verify a.txt b.txt --log l").ok();
        assert_eq!(desk.run("restore b.txt --log l").ok().text(), ARTICLE);
        let diff = desk.run("diff a.txt --decisions d.jsonl");
        assert_eq!(diff.code, Some(i32::from(verdict != Choice::Restore)));
        desk.shell("git apply a.diff 2>/dev/null; unecho diff a.txt --decisions d.jsonl | patch -s -p1").ok();
        assert_eq!(desk.text("a.txt"), expected);
    }
}

#[test]
fn the_log_tells_who_decided() {
    let desk = desk(Choice::Swap, Scope::Pair);
    desk.run("clean a.txt --decisions d.jsonl --log l -o b.txt --stats s").ok();
    let lines: Vec<Value> = desk.text("l").lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!((&lines[2]["paragraph"], &lines[2]["twin"]), (&Value::from(1), &Value::from(3)));
    assert_eq!(lines[2]["decision"], "swap");
    assert_eq!(lines[1]["decisions"]["applied"], 1);
    let stats: Value = serde_json::from_str(&desk.text("s")).expect("JSON");
    assert_eq!(stats["decisions"]["applied"], 1);
}

#[test]
fn what_nobody_decided_goes_stays_or_fails() {
    let desk = desk(Choice::Unsure, Scope::This);
    assert_eq!(desk.run("clean a.txt --decisions d.jsonl --undecided accept").ok().text(), CLEANED);
    assert_eq!(desk.run("clean a.txt --decisions d.jsonl --undecided restore").ok().text(), ARTICLE);
    let ran = desk.run("clean a.txt --decisions d.jsonl --undecided fail").exits(1).says("nobody has decided 1");
    assert_eq!(ran.text(), ARTICLE);
    desk.run("clean a.txt --undecided fail").exits(2).says("--decisions");
    desk.write("d.jsonl", lines(Some("a.txt"), ARTICLE, Choice::Accept, Scope::This, |_| true));
    assert_eq!(desk.run("clean a.txt --decisions d.jsonl --undecided fail").ok().text(), CLEANED);
}

#[test]
fn decisions_survive_changes_elsewhere_and_tell_when_they_do_not() {
    let desk = desk(Choice::Restore, Scope::This);
    let changed = ARTICLE.replace("About 800", "About 900");
    desk.write("a.txt", format!("A new line, put in front of all the others today.\n\n{changed}"));
    let ran = desk.run("clean a.txt --decisions d.jsonl").ok().says("1 applied, 0 new, 0 moot, 0 stale");
    assert_eq!(ran.text(), desk.text("a.txt"));
    // The twin is deleted: nothing is removed, and the decision is stale.
    for verdict in [Choice::Restore, Choice::Accept, Choice::Swap] {
        desk.write("d.jsonl", lines(Some("a.txt"), ARTICLE, verdict, Scope::This, |_| true));
        desk.write("a.txt", swapped());
        let ran = desk.run("clean a.txt --decisions d.jsonl").ok().says("0 applied, 0 new, 0 moot, 1 stale");
        assert_eq!(ran.text(), swapped());
    }
    // The pair is there, but no longer found.
    desk.write("a.txt", ARTICLE);
    desk.run("clean a.txt --decisions d.jsonl --threshold 1 --cautious").ok().says("1 moot, 0 stale");
    desk.write("b.txt", ARTICLE).run("clean b.txt --decisions d.jsonl").ok().says("1 for other articles");
}

#[test]
fn the_narrower_scope_and_the_later_line_win() {
    let desk = Desk::new();
    let line = |verdict, scope| lines(Some("a.txt"), ARTICLE, verdict, scope, |_| true);
    let decided = |text: &[String]| {
        desk.write("in/a.txt", ARTICLE).write("in/b.txt", ARTICLE).write("d.jsonl", text.concat());
        desk.run("clean in -o out --decisions d.jsonl").ok();
        [desk.text("out/a.txt") == CLEANED, desk.text("out/b.txt") == CLEANED]
    };
    let (accept, restore, open) = (Choice::Accept, Choice::Restore, Choice::Open);
    assert_eq!(decided(&[line(restore, Scope::This)]), [false, true]);
    assert_eq!(decided(&[line(restore, Scope::Pair)]), [false, false]);
    assert_eq!(decided(&[line(restore, Scope::Text)]), [false, false]);
    assert_eq!(decided(&[line(accept, Scope::This), line(restore, Scope::Text)]), [true, false]);
    assert_eq!(decided(&[line(accept, Scope::Pair), line(restore, Scope::Text)]), [true, true]);
    assert_eq!(decided(&[line(restore, Scope::This), line(accept, Scope::This)]), [true, true]);
    assert_eq!(decided(&[line(restore, Scope::Pair), line(open, Scope::Pair)]), [true, true]);
    desk.write("one", line(restore, Scope::Pair)).write("two", line(accept, Scope::Pair));
    assert_eq!(desk.run("clean in/a.txt --decisions one --decisions two").ok().text(), CLEANED);
    assert_eq!(desk.run("clean in/a.txt --decisions two --decisions one").ok().text(), ARTICLE);
}

#[test]
fn a_torn_last_line_is_passed_over_and_any_other_is_named() {
    let desk = desk(Choice::Restore, Scope::This);
    let whole = desk.text("d.jsonl");
    for cut in [1, 9, whole.len() - 2] {
        desk.write("t.jsonl", format!("{whole}{}", &whole[..cut]));
        let ran = desk.run("clean a.txt --decisions t.jsonl").ok().says("torn");
        assert_eq!(ran.text(), ARTICLE);
    }
    desk.write("t.jsonl", format!("{whole}{{}}\n")).run("clean a.txt --decisions t.jsonl").exits(2).says("t.jsonl:2");
    let swap = lines(None, ARTICLE, Choice::Swap, Scope::Text, |_| true);
    desk.write("t.jsonl", swap).run("clean a.txt --decisions t.jsonl").exits(2).says("its scope is this or pair");
    desk.run("clean a.txt --decisions none.jsonl").exits(2).says("none.jsonl");
}

#[test]
fn records_without_a_name_keep_their_decisions_when_they_change_places() {
    let desk = Desk::new();
    let record = |text: &str| format!("{{\"text\":{}}}\n", Value::from(text));
    let other = ARTICLE.replace("Oldmoor", "Newmoor").replace("Falk", "Brandt");
    desk.write("d.jsonl", lines(None, &other, Choice::Restore, Scope::This, |_| true));
    for texts in [[ARTICLE, &other], [&other, ARTICLE]] {
        desk.write("a.jsonl", texts.map(record).concat());
        let ran = desk.run("clean a.jsonl --decisions d.jsonl").ok().says("1 applied, 1 new");
        let expected = texts.map(|text| record(if text == ARTICLE { CLEANED } else { text })).concat();
        assert_eq!(ran.text(), expected);
    }
}

#[test]
fn a_resumed_run_takes_over_what_was_decided_under_the_same_decisions_only() {
    let desk = Desk::new();
    for n in 0..5 {
        desk.write(format!("in/{n}.txt"), ARTICLE);
    }
    let name = |n: usize| lines(Some(&format!("{n}.txt")), ARTICLE, Choice::ALL[n % 3], Scope::This, |_| true);
    desk.write("d.jsonl", (0..4).map(name).collect::<String>());
    desk.run("clean in -o whole --log whole.log --diff whole.diff --stats whole.json --decisions d.jsonl").ok();
    let log = desk.text("whole.log");
    let cut: String = log.lines().take(6).map(|line| format!("{line}\n")).collect();
    desk.write("l.partial", &cut);
    let line = "clean in -o out --log l --diff d --stats s --decisions d.jsonl --resume";
    desk.run(line).ok().says("known from the log").says("4 applied, 1 new, 0 moot, 0 stale, 0 conflicting");
    assert_eq!(desk.text("l"), log);
    assert_eq!(desk.text("d"), desk.text("whole.diff"));
    assert_eq!(desk.text("s"), desk.text("whole.json"));
    desk.shell("diff -r out whole").ok();
    desk.write("d.jsonl", name(0)).run(line).exits(2).says("other options or decisions");
}

/// Paragraphs that echo each other in many ways.
const STOCK: &[&str] = &[
    "The council of the mainland town has promised to pay for a second boat within three years.",
    "The council of the mainland town has promised to pay for a second boat within three years.",
    "The council of the mainland town promised to pay for a second boat within three years.",
    "The mainland town has promised to pay for a second boat within three years",
    "\"I have been doing this for 26 years and I have never seen brick move like that,\" Oyelaran said on Monday.",
    "I have been doing this for 26 years and I have never seen brick move like that",
    "\"I have been doing this for 26 years and I have never seen brick move like that,\" said Oyelaran",
    "About 800 people live on the island, and most of them work on the mainland during the week.",
    "About 900 people live on the island, and most of them work on the mainland during the week.",
    "Advertisement",
    "Buses will leave the market square at 7.40am and return at 3.15pm, the board said.",
    "Buses will leave the market square at 7.40am and return at 3.15pm, the board said on its website.",
];

fn article() -> impl Strategy<Value = String> {
    let paragraphs = prop::collection::vec(prop::sample::select(STOCK), 2..14);
    paragraphs.prop_map(|list| list.join("\n\n") + "\n")
}

fn decided(text: &str, ruling: &Ruling) -> (Findings, String) {
    let mut findings = dedup().find(text);
    ruling.apply(Some("a"), text, &mut findings, &|_| false);
    let cleaned = cut::cleaned(text, &cut::cuts(text, &findings));
    (findings, cleaned)
}

fn ruling(text: &str, picks: &[(usize, usize)], undecided: Undecided) -> Ruling {
    let mut decisions = Decisions::default();
    let scopes = [Scope::This, Scope::Pair, Scope::Text];
    let mut file = String::new();
    for (at, &(verdict, scope)) in picks.iter().enumerate() {
        let (verdict, scope) = (Choice::ALL[verdict], scopes[scope]);
        if verdict != Choice::Swap || scope != Scope::Text {
            file += &lines(Some("a"), text, verdict, scope, |known| known == at);
        }
    }
    decisions.add("d", file.as_bytes()).expect("lines");
    Ruling { decisions, undecided }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_decided_every_removal_keeps_a_twin_that_stays(
        text in article(), picks in prop::collection::vec((0usize..5, 0usize..3), 0..14), restore in any::<bool>(),
    ) {
        let undecided = if restore { Undecided::Restore } else { Undecided::Accept };
        let ruling = ruling(&text, &picks, undecided);
        let (findings, cleaned) = decided(&text, &ruling);
        let gone: HashSet<_> = findings.removals().map(|f| f.paragraph).collect();
        for finding in findings.removals() {
            prop_assert!(!gone.contains(&finding.twin), "{finding:?}");
            prop_assert!(finding.also.iter().all(|id| !gone.contains(id)));
        }
        prop_assert!(findings.findings.windows(2).all(|two| two[0].paragraph < two[1].paragraph));
        let known = findings.decided.as_ref().expect("decided");
        for (paragraph, choice) in &known.choices {
            prop_assert_eq!(gone.contains(paragraph), *choice != Choice::Restore);
        }
        // Every paragraph that stays is the author's, in its order.
        let mut rest = text.split("\n\n").map(str::trim_end);
        for paragraph in cleaned.split("\n\n").map(str::trim_end).filter(|p| !p.is_empty()) {
            prop_assert!(rest.any(|source| source == paragraph));
        }
    }

    /// What was restored everywhere is never removed, in however many runs.
    #[test]
    fn a_restored_text_stays_in_every_run(text in article(), picks in prop::collection::vec(1usize..3, 0..14)) {
        let restored: Vec<(usize, usize)> = picks.iter().map(|scope| (1, *scope)).collect();
        let ruling = ruling(&text, &restored, Undecided::Accept);
        let (findings, once) = decided(&text, &ruling);
        let (_, twice) = decided(&once, &ruling);
        for (paragraph, choice) in &findings.decided.as_ref().expect("decided").choices {
            prop_assert_eq!(*choice, Choice::Restore);
            let own = findings.paragraphs[paragraph.index()].of(&text);
            prop_assert!(twice.contains(own), "{own} is gone from {twice}");
        }
    }
}

/// Restored beside one twin, a quote does not go for another one that a later run finds closer.
#[test]
fn a_restored_text_stays_beside_whatever_twin() {
    let [quote, other] = [STOCK[4], STOCK[6]];
    let texts = [STOCK[0], STOCK[7], STOCK[0], quote, STOCK[10], STOCK[2], STOCK[9], other, quote, STOCK[5], STOCK[0]];
    let text = texts.join("\n\n") + "\n\n" + STOCK[8] + "\n";
    let picks: Vec<(usize, usize)> = [1, 1, 1, 2, 1].map(|scope| (1, scope)).to_vec();
    let ruling = ruling(&text, &picks, Undecided::Accept);
    let (_, once) = decided(&text, &ruling);
    let (_, twice) = decided(&once, &ruling);
    for cleaned in [once, twice] {
        assert_eq!(cleaned.matches(quote).count(), 2, "{cleaned}");
    }
}

/// A pair that was restored stays whole, also where it is the twin for which a later run finds a closer one.
#[test]
fn a_restored_pair_stays_from_either_side() {
    let council = STOCK[0];
    let text = [3, 6, 9, 7, 2, 5, 6, 2, 6, 0, 9, 4].map(|at| STOCK[at]).join("\n\n") + "\n";
    let ruling = ruling(&text, &[(1, 1), (1, 1)], Undecided::Accept);
    let (_, once) = decided(&text, &ruling);
    let (_, twice) = decided(&once, &ruling);
    for cleaned in [once, twice] {
        assert!(cleaned.contains(council), "{cleaned}");
    }
}

#[test]
fn a_second_run_changes_nothing_of_the_corpus() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/cases");
    let mut tried = 0;
    for entry in fs::read_dir(folder).expect("cases").map(|entry| entry.expect("a case").path()) {
        let Ok(text) = fs::read_to_string(entry.join("input.txt")) else { continue };
        let count = dedup().find(&text).findings.len();
        let picks: Vec<(usize, usize)> = (0..count).map(|at| (at % 3, at % 2)).collect();
        let ruling = ruling(&text, &picks, Undecided::Accept);
        let (findings, once) = decided(&text, &ruling);
        let (_, twice) = decided(&once, &ruling);
        assert_eq!(once, twice, "{}", entry.display());
        tried += findings.findings.iter().filter(|f| f.verdict == Verdict::Remove).count();
    }
    assert!(tried > 20, "only {tried} removals");
}
