//! The diff is one that `patch` and `git apply` take, forward and back, whatever the text and the file's name.

mod common;

use common::{ARTICLE, Desk};

fn has(desk: &Desk, tool: &str) -> bool {
    desk.shell(&format!("command -v {tool}")).code == Some(0)
}

/// A paragraph that makes the repeated ones few.
const LONG: &str = "The council of the mainland town has promised to pay for a second boat within three years, if the \
    county agrees to deepen the northern channel, which has silted up since the bridge at Harrow Sands was built.";

/// Texts that diff and patch tools have stumbled over.
fn odd_texts() -> Vec<(&'static str, String)> {
    let crlf = ARTICLE.replace('\n', "\r\n");
    let (first, rest) = ARTICLE.split_once("\n\n").expect("paragraphs");
    let say = "Captain Ines Falk said on Friday that the new engine had passed every trial.";
    vec![
        ("plain.txt", ARTICLE.to_owned()),
        ("crlf.txt", crlf.clone()),
        ("mixed.txt", format!("{first}\r\n\r\n{rest}")),
        ("no newline at the end.txt", ARTICLE.trim_end().to_owned()),
        ("no-newline-crlf.txt", crlf.trim_end().to_owned()),
        ("many newlines.txt", format!("\n\n{ARTICLE}\n\n\n\n")),
        ("lines.txt", ARTICLE.replace("\n\n", "\n")),
        ("bom.txt", format!("\u{feff}{ARTICLE}")),
        ("dup first.txt", format!("{say}\n\n{say}\n\n{LONG}\n\n{rest}")),
        (
            "--- a header.txt",
            format!(
                "--- a/x\n+++ b/x\n@@ -1 +1 @@\n\n{say}\n\n\\ No newline at end of file\n\n{say}\n\n1d\n\nIndex: x\n\ndiff --git a/x b/x\n"
            ),
        ),
        ("ends with.txt", format!("{first}\n\n{LONG}\n\n{say}\n\n--- {say}\n\n{say}")),
        ("cr inside.txt", format!("one\rline {first}\n\n{say}\n\n{say}\rmore\n\n{say}\n\n{rest}\n\n{LONG}")),
        ("controls.txt", format!("\u{1b}[2J{first}\n\n\u{c}{say}\n\n{say}\u{2028}\n\n{say}\u{85}\n\n{rest}\n\n{LONG}")),
        ("empty.txt", String::new()),
        ("日本 \"quoted\".txt", ARTICLE.to_owned()),
        ("tab\tname.txt", ARTICLE.to_owned()),
        ("back\\slash.txt", ARTICLE.to_owned()),
    ]
}

#[test]
fn patch_and_git_take_the_diff_forward_and_back() {
    let desk = Desk::new();
    for (name, text) in odd_texts() {
        desk.write(format!("in/{name}"), text);
    }
    desk.run("clean in -o out --log l.jsonl --diff d.diff").ok();
    desk.run("verify in out --log l.jsonl").ok();
    let mut tried = 0;
    for (tool, forward, back) in [
        ("patch", "patch -p1 --binary -F0 -s < ../d.diff", "patch -p1 --binary -F0 -s -R < ../d.diff"),
        ("git", "git apply -p1 ../d.diff", "git apply -p1 -R ../d.diff"),
    ] {
        if !has(&desk, tool) {
            continue;
        }
        tried += 1;
        let same = |what: &str, with: &str| {
            let ran = desk.shell(&format!("diff -r {what} {with}"));
            assert_eq!(ran.code, Some(0), "{tool}: {}", String::from_utf8_lossy(&ran.out));
        };
        desk.shell(&format!("rm -rf work && cp -r in work && cd work && {forward}")).ok();
        same("work", "out");
        desk.shell(&format!("cd work && {back}")).ok();
        same("work", "in");
    }
    assert!(tried > 0, "neither patch nor git is here to try");
}

#[test]
fn something_of_every_odd_text_goes() {
    let desk = Desk::new();
    for (name, text) in odd_texts().into_iter().filter(|(_, text)| !text.is_empty()) {
        desk.write("a.txt", &text);
        let ran = desk.run("diff a.txt");
        assert_eq!(ran.code, Some(1), "{name}: {}", ran.err);
        assert!(ran.text().lines().all(|line| !line.starts_with('+') || line.starts_with("+++ b/")), "{name}");
    }
}
