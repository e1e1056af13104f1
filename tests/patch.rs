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

/// An article with up to seven echoes, some of them neighbours, some at an end.
fn article_with_echoes(n: usize) -> String {
    let said = |k: usize| {
        format!(
            "The {k} members of board {n} voted in the church hall of Penrick to send {k} buses to the market square."
        )
    };
    let mut paragraphs: Vec<String> = (0..8).map(said).collect();
    for echo in 0..n % 8 {
        paragraphs.insert((echo * 5 + n) % (paragraphs.len() + 1), said(echo));
    }
    let apart = ["\n\n", "\n", "\r\n\r\n"][n % 3];
    paragraphs.join(apart) + ["\n", "", "\n\n\n"][n / 3 % 3]
}

#[test]
fn three_hundred_files_go_and_come_back_whole_and_each_hunk_alone() {
    let desk = Desk::new();
    for n in 0..300 {
        desk.write(format!("in/{n:03}.txt"), article_with_echoes(n));
    }
    desk.run("clean in -o out --diff merged.diff --log l").ok();
    desk.run("clean in -o out2 --diff each.diff --hunks each").ok();
    desk.run("verify in out --log l").ok();
    for diff in ["merged", "each"] {
        for tool in ["patch -p1 --binary -F0 -s", "git apply -p1"] {
            desk.shell("rm -rf work && cp -r in work").ok();
            desk.shell(&format!("cd work && {tool} < ../{diff}.diff && diff -r . ../out")).ok();
            desk.shell(&format!("cd work && {tool} -R < ../{diff}.diff && diff -r . ../in")).ok();
        }
    }
    // Each hunk alone.
    let each = desk.text("each.diff");
    let mut hunks: Vec<(String, String)> = Vec::new();
    for line in each.split_inclusive('\n').filter(|line| !line.starts_with("# ")) {
        match line {
            line if line.starts_with("--- a/") => hunks.push((line.to_owned(), String::new())),
            line if line.starts_with("+++ b/") => hunks.last_mut().expect("a file").0 += line,
            line => {
                let (head, body) = hunks.last_mut().expect("a file");
                if line.starts_with("@@ ") && !body.is_empty() {
                    let head = head.clone();
                    hunks.push((head, line.to_owned()));
                } else {
                    *body += line;
                }
            }
        }
    }
    assert!(hunks.len() > 500, "{} hunks", hunks.len());
    let mut script = String::from("set -e\n");
    // Both tools must make the same of it, and take it back.
    for (n, (head, body)) in hunks.iter().enumerate() {
        let name = head.lines().next().expect("a line").trim_start_matches("--- a/").to_owned();
        desk.write(format!("h/{n}.diff"), format!("{head}{body}"));
        script += &format!(
            "cp ../in/{name} {name}; patch -p1 --binary -F0 -s < ../h/{n}.diff; cp {name} p; cp ../in/{name} {name}; git apply -p1 ../h/{n}.diff; cmp {name} p; git apply -R -p1 ../h/{n}.diff; cmp {name} ../in/{name}\n"
        );
    }
    desk.write("one/x", "").write("all.sh", script);
    desk.shell("cd one && bash ../all.sh").ok();
}
