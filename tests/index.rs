//! The index of past articles: what it does for a batch, what it refuses, and that no kill leaves it half used.

mod common;

use std::process::Stdio;
use std::time::Duration;

use common::Desk;
use serde_json::{Value, json};

/// Lines of articles about different things, each with a paragraph of its own number and one that comes back.
fn articles(numbers: std::ops::Range<usize>) -> String {
    let line = |n: usize| {
        // Words of letters: what has digits in it counts as a number.
        let word = |at: usize| {
            let mut number = (n * 11 + at) * 7 + 1000;
            let mut word = String::from("q");
            while number > 0 {
                word.push(char::from(b'a' + (number % 26) as u8));
                number /= 26;
            }
            word
        };
        let own = (0..11).map(word).collect::<Vec<_>>().join(" ") + " said on the day that it would end.";
        let shared = "Sign up for our weekly newsletter and never miss a story from the islands and the coast.";
        json!({"id": format!("n{n}"), "url": "https://oldmoor.example/", "text": format!("{own}\n\n{shared}")})
            .to_string()
    };
    numbers.map(|n| line(n) + "\n").collect()
}

fn count(out: &str) -> usize {
    out.matches("weekly newsletter").count()
}

#[test]
fn a_batch_is_compared_with_what_came_before() {
    let desk = Desk::new();
    desk.write("past.jsonl", articles(0..2)).write("today.jsonl", articles(2..4)).write("more.jsonl", articles(4..9));
    desk.run("index build idx past.jsonl").ok().says("2 articles read, 2 new");
    assert_eq!(count(desk.run("clean today.jsonl --across repeats").ok().text()), 1);
    let ran = desk.run("clean today.jsonl --across repeats --index idx --log log -o out.jsonl").ok();
    assert_eq!(count(&desk.text("out.jsonl")), 0, "{}", ran.err);
    assert!(
        desk.text("log").contains(r#""doc":"n0","span":[91,179],"articles":4,"indexed":true"#),
        "{}",
        desk.text("log")
    );
    desk.run("verify today.jsonl out.jsonl --log log").ok();
    assert_eq!(count(desk.run("clean today.jsonl --across boilerplate").ok().text()), 2, "two articles are too few");
    assert_eq!(count(desk.run("clean today.jsonl --across boilerplate --index idx").ok().text()), 0);
    // An article is no repeat of its own older version.
    assert_eq!(desk.run("clean past.jsonl --across repeats --index idx").ok().text().lines().count(), 2);
    assert_eq!(count(desk.run("clean past.jsonl --across repeats --index idx").ok().text()), 1);
    desk.run("index add idx more.jsonl past.jsonl").ok().says("7 articles read, 5 new");
    let contents: Value = serde_json::from_str(desk.run("index inspect idx").ok().text()).expect("JSON");
    assert_eq!(
        (&contents["docs"], &contents["paragraphs"], &contents["finished"]),
        (&json!(7), &json!(14), &json!(true))
    );
}

#[test]
fn what_does_not_fit_is_refused() {
    let desk = Desk::new();
    desk.write("past.jsonl", articles(0..2)).write("bad.jsonl", "{\"text\": 1}\n").write("no/index.redb", "torn");
    desk.run("clean past.jsonl --across repeats --index idx").exits(2).says("no index");
    desk.run("index add idx past.jsonl").exits(2).says("no index");
    desk.run("index inspect no").exits(2).says("no");
    desk.run("index build idx past.jsonl bad.jsonl").exits(2).says("line 1");
    desk.run("index build idx past.jsonl").exits(2).says("already");
    desk.run("clean past.jsonl --across repeats --index idx --ngram 4").exits(2).says("other options");
    desk.run("clean past.jsonl --across repeats --index idx --templates").exits(2).says("other options");
    desk.run("clean past.jsonl --across boilerplate --index idx --min-articles 5 --one-site").ok();
}

/// Builds killed at many moments: each is gone on with or begun anew, and gives what an unbroken one gives.
#[test]
fn a_killed_build_is_never_used_and_is_gone_on_with() {
    let desk = Desk::new();
    desk.write("past.jsonl", articles(0..4000)).write("today.jsonl", articles(4000..4003));
    desk.run("index build whole past.jsonl").ok();
    let expected = desk.run("clean today.jsonl --across repeats --index whole --log whole.log").ok().out;
    let inspected = |index: &str| -> Value {
        let mut contents: Value =
            serde_json::from_str(desk.run(&format!("index inspect {index}")).ok().text()).expect("JSON");
        contents["bytes"] = Value::Null;
        contents
    };
    let kills: u64 = std::env::var("UNECHO_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(12);
    let mut unfinished = 0;
    for kill in 0..kills {
        let index = format!("k{kill}");
        let mut child =
            desk.command(&format!("index build {index} past.jsonl")).stderr(Stdio::null()).spawn().expect("runs");
        std::thread::sleep(Duration::from_micros(kill * 7919 % 120_000));
        child.kill().expect("killed");
        child.wait().expect("ended");
        let used = desk.run(&format!("clean today.jsonl --across repeats --index {index}"));
        if used.code == Some(0) {
            assert_eq!(used.out, expected, "a finished index is a whole one");
        } else {
            unfinished += 1;
            assert!(used.out.is_empty(), "nothing is said from half an index");
            desk.run(&format!("index build {index} past.jsonl")).ok();
            let ran = desk.run(&format!("clean today.jsonl --across repeats --index {index} --log {index}.log")).ok();
            assert_eq!(ran.out, expected);
            assert_eq!(desk.text(format!("{index}.log")), desk.text("whole.log"));
        }
        assert_eq!(inspected(&index), inspected("whole"));
    }
    assert!(unfinished > 0, "no kill came in time");
}
