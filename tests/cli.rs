//! The command line as a user types it: every command, every flag, every exit code, and bad input of each sort.

mod common;

use common::{ARTICLE, CLEANED, Desk};
use serde_json::Value;

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("a.txt", ARTICLE);
    desk
}

fn jsonl(texts: &[&str]) -> String {
    let line =
        |(n, text): (usize, &&str)| format!("{{\"id\": \"n{n}\",  \"text\": {}, \"z\":1.50}}\n", Value::from(*text));
    texts.iter().enumerate().map(line).collect()
}

#[test]
fn an_article_goes_in_and_comes_out_clean() {
    let desk = desk();
    let ran = desk.run("clean a.txt").ok().says("1 article, 4 paragraphs: 1 removed");
    assert_eq!(ran.text(), CLEANED);
    assert_eq!(desk.feed("clean", ARTICLE.as_bytes()).ok().text(), CLEANED);
    assert_eq!(desk.feed("clean -", ARTICLE.as_bytes()).ok().text(), CLEANED);
    desk.run("clean a.txt -o b.txt").ok();
    assert_eq!(desk.text("b.txt"), CLEANED);
    assert_eq!(desk.text("a.txt"), ARTICLE, "inputs are never touched");
}

#[test]
fn quiet_says_nothing() {
    assert_eq!(desk().run("clean a.txt --quiet -o b.txt").ok().err, "");
}

#[test]
fn check_writes_nothing_and_tells_by_the_exit_code() {
    let desk = desk();
    assert_eq!(desk.run("clean a.txt --check").exits(1).says("a.txt: 1 paragraph would go").text(), "");
    assert_eq!(desk.run("clean a.txt --check --quiet").exits(1).err, "");
    desk.write("in/one.txt", ARTICLE).write("in/two.txt", CLEANED).write("in/x.jsonl", jsonl(&[ARTICLE, ARTICLE]));
    let ran = desk.run("clean in --check").exits(1).says("in/one.txt: 1 ").says("in/x.jsonl: 2 paragraphs would go");
    assert!(!ran.err.contains("two.txt"), "{}", ran.err);
    desk.write("clean.txt", CLEANED).run("clean clean.txt --check").ok();
}

#[test]
fn diff_goes_to_standard_output() {
    let desk = desk();
    let ran = desk.run("diff a.txt").exits(1);
    assert!(ran.text().starts_with("--- a/a.txt\n+++ b/a.txt\n@@ -"), "{}", ran.text());
    assert!(ran.text().contains("p4 restated of p2"), "{}", ran.text());
    assert_eq!(desk.write("clean.txt", CLEANED).run("diff clean.txt").ok().text(), "");
}

#[test]
fn in_place_replaces_the_file_and_nothing_else() {
    let desk = desk();
    desk.write("b.txt", CLEANED).run("clean --in-place a.txt b.txt").ok();
    assert_eq!(desk.text("a.txt"), CLEANED);
    assert_eq!(desk.text("b.txt"), CLEANED);
    let names: Vec<_> =
        std::fs::read_dir(desk.path("")).expect("listed").map(|e| e.expect("entry").file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    desk.feed("clean --in-place -", b"x").exits(2).says("standard input");
}

#[cfg(unix)]
#[test]
fn in_place_follows_no_link_and_keeps_the_mode() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let desk = desk();
    symlink(desk.path("a.txt"), desk.path("link.txt")).expect("linked");
    desk.run("clean --in-place link.txt").exits(2).says("link.txt");
    assert_eq!(desk.text("a.txt"), ARTICLE);
    std::fs::set_permissions(desk.path("a.txt"), PermissionsExt::from_mode(0o640)).expect("set");
    desk.run("clean --in-place a.txt").ok();
    let mode = std::fs::metadata(desk.path("a.txt")).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}

#[test]
fn a_folder_is_mirrored() {
    let desk = Desk::new();
    desk.write("in/one.txt", ARTICLE).write("in/deep/two.txt", CLEANED).write("in/picture.png", b"\x89PNG");
    desk.run("clean in -o out --log log.jsonl --diff d.diff").ok().says("2 articles");
    assert_eq!(desk.text("out/one.txt"), CLEANED);
    assert_eq!(desk.text("out/deep/two.txt"), CLEANED);
    assert!(!desk.has("out/picture.png"));
    desk.run("verify in out --log log.jsonl").ok();
    desk.run("restore out --log log.jsonl -o back").ok();
    assert_eq!(desk.text("back/one.txt"), ARTICLE);
    assert_eq!(desk.text("back/deep/two.txt"), CLEANED);
    desk.run("clean in").exits(2).says("-o DIR");
}

#[test]
fn outputs_that_would_meet_are_refused_before_anything_is_written() {
    let desk = desk();
    desk.write("x/a.txt", CLEANED).write("y/a.txt", ARTICLE);
    desk.run("clean x/a.txt y/a.txt -o out").exits(2).says("both be written");
    assert!(!desk.has("out"));
    desk.run("clean a.txt -o a.txt").exits(2).says("--in-place");
    assert_eq!(desk.text("a.txt"), ARTICLE);
}

#[test]
fn jsonl_keeps_its_other_fields_byte_for_byte() {
    let desk = Desk::new();
    desk.write("a.jsonl", jsonl(&[ARTICLE, "One paragraph."]));
    let ran = desk.run("clean a.jsonl --log log.jsonl --diff d.diff -o b.jsonl").ok();
    assert!(ran.err.contains("2 articles"), "{}", ran.err);
    assert_eq!(desk.text("b.jsonl"), jsonl(&[CLEANED, "One paragraph."]));
    assert_eq!(desk.run("restore b.jsonl --log log.jsonl").ok().text(), desk.text("a.jsonl"));
    desk.run("verify a.jsonl b.jsonl --log log.jsonl").ok();
    let body = jsonl(&[ARTICLE]).replace("\"text\"", "\"body\"").replace("\"id\"", "\"url\"");
    let ran = desk.feed("clean --format jsonl --text-field body --id-field url --log l2.jsonl", body.as_bytes()).ok();
    assert!(ran.text().contains("\"body\"") && ran.text().len() < body.len());
    assert!(desk.text("l2.jsonl").contains("\"doc\":\"n0\""), "{}", desk.text("l2.jsonl"));
}

#[test]
fn jsonl_comes_back_with_every_escape_as_it_was() {
    let desk = Desk::new();
    let text = Value::from(ARTICLE).to_string().replace(", ", r"\u002c ").replace("Ines", r"I\u006ees");
    desk.write("a.jsonl", format!("{{\"text\":{text}}}\r\n"));
    desk.run("clean a.jsonl --log log.jsonl -o b.jsonl").ok().says("1 removed");
    assert_eq!(desk.run("restore b.jsonl --log log.jsonl").ok().text(), desk.text("a.jsonl"));
}

#[test]
fn the_log_tells_every_removal_with_its_twin() {
    let desk = desk();
    desk.run("clean a.txt --log log.jsonl -o b.txt").ok();
    let lines: Vec<Value> =
        desk.text("log.jsonl").lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let kinds: Vec<&str> = lines.iter().map(|line| line["type"].as_str().expect("a type")).collect();
    assert_eq!(kinds, ["run", "doc", "finding", "end"]);
    assert_eq!(lines[1]["fates"], "3k1r");
    assert_eq!((&lines[2]["paragraph"], &lines[2]["twin"]), (&Value::from(3), &Value::from(1)));
    assert_eq!(lines[2]["kind"], "restated");
    let cut = (lines[2]["cut"][0].as_u64().expect("byte"), lines[2]["cut"][1].as_u64().expect("byte"));
    assert_eq!(&ARTICLE[cut.0 as usize..cut.1 as usize], lines[2]["text"].as_str().expect("text"));
}

#[test]
fn restore_and_verify_refuse_what_does_not_belong_together() {
    let desk = desk();
    desk.run("clean a.txt --log log.jsonl -o b.txt").ok();
    assert_eq!(desk.run("restore b.txt --log log.jsonl").ok().text(), ARTICLE);
    desk.run("verify a.txt b.txt --log log.jsonl").ok();
    desk.write("c.txt", CLEANED.replace("800", "900"));
    desk.run("restore c.txt --log log.jsonl").exits(2).says("c.txt");
    desk.run("verify a.txt c.txt --log log.jsonl").exits(2);
    desk.run("verify c.txt b.txt --log log.jsonl").exits(2);
    let torn = desk.text("log.jsonl");
    desk.write("torn.jsonl", &torn[..torn.len() - 9]);
    desk.run("verify a.txt b.txt --log torn.jsonl").exits(2);
    desk.write("forged.jsonl", torn.replace("\"twin\":1", "\"twin\":0"));
    desk.run("verify a.txt b.txt --log forged.jsonl").exits(2);
    desk.write("no.jsonl", "[1]\n").run("restore b.txt --log no.jsonl").exits(2).says("line 1");
}

#[test]
fn options_change_the_judgement_as_they_say() {
    let desk = Desk::new();
    let long = "The old mill at Farrow Bridge burned down on Tuesday night, and nobody was hurt, the fire chief said.";
    let short = "The old mill at Farrow Bridge burned down on Tuesday night, and nobody was hurt.";
    let other = "A new mill is to be built in its place before the winter comes to the valley.";
    desk.write("a.txt", format!("{short}\n\n{other}\n\n{long}\n"));
    let kept = |flags: &str| desk.run(&format!("clean a.txt {flags}")).ok().text().to_owned();
    assert_eq!(kept(""), format!("{other}\n\n{long}\n"));
    assert_eq!(kept("--keep longest"), format!("{other}\n\n{long}\n"));
    assert_eq!(kept("--min-words 40").len(), short.len() + other.len() + long.len() + 5, "too short to judge");
    for flags in ["--ngram 5", "--ngram 1", "--threads 1", "--threads 3", "--paragraphs blank-line", "--eager"] {
        assert_eq!(kept(flags), kept(""), "{flags}");
    }
    assert!(kept("--paragraphs line").len() <= kept("").len());
    for bad in ["--ngram 0", "--ngram 99", "--threshold 2", "--threshold x", "--keep last", "--cautious --eager"] {
        desk.run(&format!("clean a.txt {bad}")).exits(2);
    }
}

#[test]
fn first_keeps_the_first() {
    let desk = Desk::new();
    let body =
        "Firefighters from four villages pumped water from the river until the morning, the mayor of Alden said.";
    let text =
        format!("{}\n\nAn inquiry begins next week in the town hall of Alden.\n\n{body}\n", body.replace(",", ""));
    desk.write("a.txt", &text);
    let ran = desk.run("clean a.txt --keep first").ok();
    assert!(text.starts_with(ran.text().trim_end()), "{}", ran.text());
}

#[test]
fn an_article_that_would_lose_too_much_is_left_as_it_is() {
    let desk = Desk::new();
    let pair = |n: u32| {
        let say = format!("Councillor Vera Holt said that plan {n} for the market square would be put to the vote.");
        format!("{say}\n\n{}\n\n", say.replace("put to the vote", "put to a vote"))
    };
    let text: String =
        ["tram", "bridge", "school", "park"].iter().zip(1..).map(|(w, n)| pair(n).replace("plan", w)).collect();
    desk.write("a.txt", &text);
    let ran = desk.run("clean a.txt").ok();
    if ran.text() == text {
        let ran = ran.says("a.txt");
        assert!(ran.err.contains("--force"), "{}", ran.err);
        assert!(desk.run("clean a.txt --force").ok().text().len() < text.len());
    } else {
        panic!("nothing was withdrawn: {}", ran.text());
    }
}

#[test]
fn explain_shows_each_stage() {
    let desk = desk();
    let whole = desk.run("explain a.txt").ok();
    for stage in ["paragraphs", "words", "shingles", "candidates", "pairs", "verdicts"] {
        let part = desk.run(&format!("explain a.txt --stage {stage}")).ok();
        assert!(part.text().contains("¶4") && part.out != whole.out, "{stage}: {}", part.text());
    }
    assert!(whole.text().contains("¶4"), "{}", whole.text());
    assert_eq!(desk.feed("explain", ARTICLE.as_bytes()).ok().text(), whole.text());
    desk.write("esc.txt", "\u{1b}[2Jhostile \u{202e}text\n");
    assert!(!desk.run("explain esc.txt").ok().text().contains(['\u{1b}', '\u{202e}']));
}

#[test]
fn eval_scores_and_shows_the_mistakes() {
    let desk = Desk::new();
    let labelled = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/labelled.jsonl");
    assert!(desk.run(&format!("eval {labelled}")).ok().text().contains("precision"));
    let json: Value = serde_json::from_str(desk.run(&format!("eval {labelled} --json")).ok().text()).expect("JSON");
    assert!(json["strict"]["figures"]["f1"].as_f64().expect("a figure") > 0.9, "{json}");
    desk.write("bad.jsonl", "{\"id\": 1}\n").run("eval bad.jsonl").exits(2).says("bad.jsonl");
    let wrong = r#"{"id":"w","lang":"en","paragraphs":["The ferry will run again from Monday, said Captain Falk.","Tea is cheap."],"drop":[1],"twin":{"1":0},"keep_hard":[],"kind":{"1":"caption"},"hard_kind":{},"swap_ok":[],"ambiguous":[]}"#;
    let ran = desk.write("w.jsonl", wrong).run("eval w.jsonl --errors 3").ok();
    assert!(ran.text().contains("Tea is cheap"), "{}", ran.text());
}

#[test]
fn help_completions_and_the_manual_are_there() {
    let desk = Desk::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(desk.run(&format!("completions {shell}")).ok().text().contains("unecho"));
    }
    assert!(desk.run("man").ok().text().contains(".TH unecho"));
    assert!(desk.run("--version").ok().text().starts_with("unecho "));
    for command in ["clean", "diff", "explain", "restore", "verify", "eval"] {
        assert!(desk.run(&format!("{command} --help")).ok().text().contains("Usage: unecho"), "{command}");
    }
    desk.run("").exits(2);
    desk.run("polish a.txt").exits(2);
}

#[test]
fn texts_with_nothing_to_compare_come_out_as_they_went_in() {
    let desk = Desk::new();
    for text in [
        "",
        "\n",
        "\n \n\t\n",
        "a",
        "One paragraph, no newline",
        "* * *\n\n* * *\n",
        "\0\n\n\0\n",
        "\u{feff}",
        "a\0b\n\na\0b c",
    ] {
        assert_eq!(desk.feed("clean --log l.jsonl", text.as_bytes()).ok().text(), text, "{text:?}");
        assert_eq!(desk.feed("restore - --log l.jsonl", text.as_bytes()).ok().text(), text, "{text:?}");
        assert_eq!(desk.feed("diff", text.as_bytes()).ok().text(), "", "{text:?}");
    }
}

#[test]
fn a_bad_file_costs_that_file_alone() {
    let desk = Desk::new();
    desk.write("in/a.txt", ARTICLE).write("in/b.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").write("in/c.txt", ARTICLE);
    let ran = desk.run("clean in -o out --log l.jsonl").exits(2).says("b.txt: binary data").says("2 articles");
    assert!(ran.err.contains("1 failed"), "{}", ran.err);
    assert_eq!(desk.text("out/c.txt"), CLEANED);
    assert!(!desk.has("out/b.txt"));
    assert!(desk.text("l.jsonl").contains("\"type\":\"error\""));
    desk.run("clean in/a.txt missing.txt -o out2").exits(2).says("missing.txt");
    assert_eq!(desk.text("out2/a.txt"), CLEANED);
    desk.run("clean missing.txt").exits(2).says("missing.txt");
}

#[test]
fn a_bad_record_costs_that_record_alone() {
    let desk = Desk::new();
    let good = jsonl(&[ARTICLE]);
    let bad = ["{\"text\": \"unclosed", "[1, 2]", "{\"id\": 7}", "{\"text\": 12}", "{\"text\": null}", "nonsense"];
    let text: String = bad.iter().map(|line| format!("{line}\n{good}")).collect();
    let ran = desk.write("a.jsonl", &text).run("clean a.jsonl -o b.jsonl --log l.jsonl").exits(2).says("6 articles");
    for line in [1, 3, 5, 7, 9, 11] {
        assert!(ran.err.contains(&format!("a.jsonl: line {line}:")), "line {line} is not named in {}", ran.err);
    }
    let expected: String = bad.iter().map(|line| format!("{line}\n{}", jsonl(&[CLEANED]))).collect();
    assert_eq!(desk.text("b.jsonl"), expected, "a record that cannot be read passes through as it is");
    desk.write("bytes.jsonl", [&b"{\"text\": \"caf\xe9\"}\n"[..], good.as_bytes()].concat());
    desk.run("clean bytes.jsonl -o c.jsonl").exits(2).says("bytes.jsonl: line 1:");
    desk.write("empty.jsonl", "").run("clean empty.jsonl").ok();
}

#[test]
fn a_line_of_two_hundred_megabytes_is_cleaned_like_any_other() {
    let desk = Desk::new();
    let mut line = String::from("{\"text\": \"");
    let filler = "word after word and no end in sight while the writer sleeps over the keys ";
    line.extend(std::iter::repeat_n(filler, 200_000_000 / filler.len()));
    line += "\"}\n";
    desk.write("a.jsonl", line + &jsonl(&[ARTICLE])).run("clean a.jsonl -o b.jsonl").ok().says("2 articles");
    let size = |name: &str| std::fs::metadata(desk.path(name)).expect("there").len();
    assert_eq!(size("a.jsonl") - size("b.jsonl"), (jsonl(&[ARTICLE]).len() - jsonl(&[CLEANED]).len()) as u64);
}

#[test]
fn outputs_that_cannot_be_written_are_named() {
    let desk = desk();
    desk.run("clean a.txt -o made/on/the/way/b.txt").ok();
    assert_eq!(desk.text("made/on/the/way/b.txt"), CLEANED);
    desk.run("clean a.txt -o a.txt/b.txt").exits(2).says("a.txt/b.txt");
    desk.run("clean a.txt -o b.txt --diff a.txt/d.diff").exits(2).says("d.diff");
    desk.run("clean a.txt --log -").exits(2).says("standard output");
    desk.run("clean a.txt -o b.txt --diff - --log -").exits(2).says("standard output");
    assert!(!desk.has("b.txt"));
    if std::path::Path::new("/dev/full").exists() {
        desk.shell("unecho --help > /dev/full").exits(2);
        let ran = desk.shell("unecho clean a.txt > /dev/full").exits(2).says("No space left");
        assert_eq!(ran.err.matches("No space").count(), 1, "{}", ran.err);
        desk.run("clean a.txt -o /dev/full").exits(2);
        desk.run("clean a.txt -o b.txt --log /dev/full").exits(2);
    }
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_quiet() {
    let desk = Desk::new();
    let many: String = (0..3000).map(|n| ARTICLE.replace("800", &n.to_string()) + "\n").collect();
    desk.write("a.txt", many);
    for command in ["clean --quiet a.txt", "diff a.txt", "explain a.txt", "man", "completions bash"] {
        let ran = desk.shell(&format!("unecho {command} | true; echo ${{PIPESTATUS[0]}}")).ok();
        assert!(["0", "1", "141"].contains(&ran.text().trim()), "{command}: {}{}", ran.text(), ran.err);
        assert_eq!(ran.err, "", "{command}");
    }
    let ran = desk.shell("unecho clean --quiet a.txt | head -c 1 >/dev/null; echo ${PIPESTATUS[0]}").ok();
    assert_eq!((ran.text().trim(), ran.err.as_str()), ("141", ""));
}

/// Nothing that is meant for a stream that is closed may land in a file that is opened in its place.
#[cfg(unix)]
#[test]
fn a_stream_that_is_closed_counts_as_empty() {
    let desk = desk();
    desk.run("clean a.txt -o whole.txt --log whole.log --diff whole.diff").ok();
    for closed in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"] {
        desk.shell(&format!("unecho clean a.txt -o b.txt --log l --diff d {closed}")).ok();
        for (name, whole) in [("b.txt", "whole.txt"), ("l", "whole.log"), ("d", "whole.diff")] {
            assert_eq!(desk.text(name), desk.text(whole), "{name} after {closed}");
        }
    }
    desk.shell("unecho clean a.txt >&-").ok().says("1 removed");
    desk.shell("unecho diff a.txt >&-").exits(1);
    desk.shell("unecho clean <&-").ok().says("0 removed");
}

#[test]
fn odd_file_names_are_no_trouble() {
    let desk = Desk::new();
    for name in ["with space.txt", "-dash.txt", "quo\"te.txt", "naïve 日本.txt", "back\\slash.txt", "[x]*?.txt"] {
        desk.write(format!("in/{name}"), ARTICLE);
    }
    desk.run("clean in -o out --log l.jsonl --diff d.diff").ok().says("6 articles");
    desk.run("verify in out --log l.jsonl").ok();
    assert_eq!(desk.text("out/naïve 日本.txt"), CLEANED);
    desk.write("-a.txt", ARTICLE).run("clean -- -a.txt").ok();
}

#[test]
fn words_of_ones_own_are_known() {
    let desk = Desk::new();
    let bread = "Bread costs twice as much on the island as it does in the town across the sound.\n\n";
    desk.write("a.txt", format!("Tap for more\n\n{bread}Tap for more\n\nNobody wants to say why.\n"));
    desk.write("own.txt", "[boilerplate]\ntap for more\n");
    desk.run("clean a.txt").ok().says("0 removed");
    desk.run("clean a.txt --lexicon own.txt").ok().says("1 removed");
    desk.write("unecho.toml", "lexicon = \"own.txt\"\n").run("clean a.txt").ok().says("1 removed");
    desk.write("bad.txt", "[boilerplate]\nx\n[nonsense]\n");
    desk.run("clean a.txt --lexicon bad.txt").exits(2).says("line 3").says("nonsense");
    desk.run("clean a.txt --lexicon none.txt").exits(2).says("none.txt");
}
