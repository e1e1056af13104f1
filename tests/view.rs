//! What a person sees of a diff: wrapped, marked, in order, and harmless whatever the article holds.

mod common;

use common::{ARTICLE, Desk};

/// What scraped text has been made to do to those who read it.
pub(crate) fn hostile() -> Vec<String> {
    serde_json::from_str(include_str!("hostile.json")).expect("a list of strings")
}

fn article(payload: &str) -> String {
    let said = format!(
        "Captain Ines Falk said on Friday that the new engine had passed every trial, and that tickets were on sale at \
         the harbour office {payload} for the whole of the summer. About 800 people live on the island, she said, and \
         most of them work on the mainland during the week, where rents are high and boats are few."
    );
    format!(
        "The ferry to Oldmoor Island will run again from Monday.\n\n{said}\n\nAbout 800 people live on the island.\n\n{said}\n"
    )
}

/// True for what a terminal obeys or hides.
fn acts(c: char) -> bool {
    c.is_control() && c != '\n'
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
            | '\u{1d173}'..='\u{1d17a}')
}

#[test]
fn nothing_scraped_acts_on_the_terminal() {
    let desk = Desk::new();
    for (n, payload) in hostile().iter().enumerate() {
        desk.write(format!("in/{n}.txt"), article(payload));
        for line in ["diff a.txt --text", "explain a.txt"] {
            desk.write("a.txt", article(payload));
            let ran = desk.run(line);
            let acting: Vec<char> = ran.text().chars().filter(|c| acts(*c)).collect();
            assert!(acting.is_empty(), "{line}: {payload:?} leaves {acting:?}");
            assert!(!ran.err.chars().any(acts));
            assert!(ran.text().contains("Captain Ines Falk"), "{}", ran.text());
        }
    }
    desk.run("clean in -o out --diff d --log l").ok().says("removed");
    assert_eq!(hostile().len(), 20);
    for (tool, back) in [("patch -p1 --binary -F0 -s", "-R"), ("git apply -p1", "-R")] {
        desk.shell(&format!("rm -rf work && cp -r in work && cd work && {tool} < ../d && diff -r . ../out")).ok();
        desk.shell(&format!("cd work && {tool} {back} < ../d && diff -r . ../in")).ok();
    }
}

#[test]
fn what_differs_is_marked_beside_the_twin() {
    let desk = Desk::new();
    desk.write("a.txt", ARTICLE);
    let ran = desk.spawn(desk.command("diff a.txt --text").env("COLUMNS", "60"), b"");
    let text = ran.text();
    assert!(text.starts_with("a.txt  ¶4 of 4  restated of ¶2"), "{text}");
    assert!(
        text.contains("[-on-]") && text.contains("[-had-] {+has+}") && text.contains("twin ¶2 | Captain"),
        "{text}"
    );
    assert!(
        text.lines()
            .all(|line| line.chars().count() <= 60 || line.starts_with("a.txt") || line.starts_with("1 removed")),
        "{text}"
    );
}

#[test]
fn order_and_least_margin_are_as_asked() {
    let desk = Desk::new();
    let caption =
        "Lucky: No one was inside when the wall gave way before ten, county fire chief Marta Hollis (pictured) said";
    let body = "No one was inside when the wall gave way before ten, county fire chief Marta Hollis said on Friday.";
    desk.write("in/a.txt", format!("{ARTICLE}\n{body}\n\n{caption}\n")).write("in/0.txt", article("plainly"));
    let margins = |line: &str| -> Vec<f64> {
        let ran = desk.run(line).exits(1);
        let figure =
            |line: &str| line.split_once("margin ").and_then(|(_, rest)| rest.split_whitespace().next()?.parse().ok());
        ran.text().lines().filter_map(figure).collect()
    };
    let all = margins("diff in --sort position");
    let mut sorted = all.clone();
    sorted.sort_by(f64::total_cmp);
    assert!(all.len() == 4 && all != sorted, "{all:?}");
    assert_eq!(margins("diff in --sort margin"), sorted);
    assert_eq!(margins("diff in --sort kind").len(), 4);
    assert_eq!(margins("diff in --sort margin --min-margin 0.5"), [0.6, 1.0]);
    let patch = desk.run("diff in --min-margin 0.5").exits(1);
    assert_eq!(patch.text().matches("\n@@").count(), 2, "{}", patch.text());
    desk.run("diff in --sort margin --patch").exits(2).says("--patch");
}

#[test]
fn a_batch_tells_why_before_each_file_and_one_file_is_a_bare_patch() {
    let desk = Desk::new();
    desk.write("in/a.txt", ARTICLE).write("in/b.txt", article("plainly"));
    let ran = desk.run("diff in").exits(1);
    let lines: Vec<&str> = ran.text().lines().collect();
    assert!(
        lines[0].starts_with("# p4 restated of p2 ") && lines[0].contains("only in the removed: has"),
        "{}",
        lines[0]
    );
    assert_eq!(lines[1], "--- a/a.txt");
    assert_eq!(ran.text().matches("\n# p4").count(), 1);
    assert!(desk.run("diff in/a.txt").exits(1).text().starts_with("--- a/a.txt"));
    desk.run("clean in -o out --diff d").ok();
    assert_eq!(desk.text("d"), ran.text());
}

#[test]
fn a_pair_is_told_word_by_word_and_why_not() {
    let desk = Desk::new();
    desk.write("a.txt", format!("{ARTICLE}\n{}\n", ARTICLE.split("\n\n").nth(2).expect("one").replace("800", "900")));
    let text = desk.run("explain a.txt --pair 4 2").ok().text().to_owned();
    assert!(
        text.contains("¶4 goes: ") && text.contains("  passed over  has") && text.contains("only ¶2      -  on"),
        "{text}"
    );
    let text = desk.run("explain a.txt --why-not 5 3").ok().text().to_owned();
    assert!(text.contains("¶5 for ¶3: keep") && text.contains("guards: number"), "{text}");
    assert!(desk.run("explain a.txt --why-not 1 3").ok().text().contains("not compared: they share"));
    desk.run("explain a.txt --pair 4 9").exits(2).says("from 1 to 5");
    assert!(desk.run("explain a.txt").ok().text().contains("[number"), "{}", desk.run("explain a.txt").text());
}
