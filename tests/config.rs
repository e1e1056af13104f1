//! Settings as a user writes them: in `unecho.toml`, in `UNECHO_*` variables, as flags.

mod common;

use common::{ARTICLE, CLEANED, Desk};

/// The line of `unecho config` that tells of `key`, without the spaces that align it.
#[track_caller]
fn setting(shown: &str, key: &str) -> String {
    let line = shown.lines().find(|line| line.starts_with(&format!("{key} = ")));
    line.unwrap_or_else(|| panic!("{key} is not told in {shown}")).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn flags_win_over_variables_over_the_file_over_the_default() {
    let desk = Desk::new();
    desk.write("a.txt", ARTICLE).write("unecho.toml", "min-words = 50\nquiet = true\n");
    assert_eq!(desk.run("clean a.txt").ok().text(), ARTICLE, "the file holds");
    assert_eq!(desk.shell("UNECHO_MIN_WORDS=4 unecho clean a.txt").ok().text(), CLEANED, "the variable wins");
    assert_eq!(desk.shell("UNECHO_MIN_WORDS=4 unecho clean a.txt --min-words 40").ok().text(), ARTICLE);
    assert_eq!(desk.run("clean a.txt --min-words 4").ok().err, "", "the file asks for quiet");
    desk.run("clean a.txt --quiet=false").ok().says("1 article");
    assert_eq!(desk.run("clean a.txt --no-config").ok().says("1 article").text(), CLEANED);
}

#[test]
fn the_nearest_file_upward_counts_unless_another_is_named() {
    let desk = Desk::new();
    desk.write("unecho.toml", "ngram = 5\nthreads = 1\n").write("a/b/x", "").write("a/unecho.toml", "ngram = 6\n");
    desk.write("other.toml", "\u{feff}ngram = 7\n");
    let ngram = |line: &str| setting(desk.shell(line).ok().text(), "ngram");
    assert!(ngram("unecho config").starts_with("ngram = 5 # "));
    assert!(ngram("cd a/b && unecho config").starts_with("ngram = 6 # "), "one file counts, they are not mixed");
    assert_eq!(setting(desk.shell("cd a/b && unecho config").ok().text(), "threads"), "threads = 0 # default");
    assert_eq!(ngram("cd a && unecho config --config ../other.toml"), "ngram = 7 # ../other.toml:1");
    assert_eq!(ngram("UNECHO_CONFIG=other.toml unecho config"), "ngram = 7 # other.toml:1");
    assert_eq!(ngram("UNECHO_NGRAM=2 unecho config"), "ngram = 2 # UNECHO_NGRAM");
    assert_eq!(ngram("unecho config --no-config"), "ngram = 3 # default");
    desk.run("config --config missing.toml").exits(2).says("missing.toml");
}

#[test]
fn what_config_prints_is_a_configuration() {
    let desk = Desk::new();
    desk.write("unecho.toml", "exclude = [\"old/**\", 'a \"b\"']\ntext-field = \"a\\\\b\"\nforce = true\n");
    let shown = desk.run("config").ok().text().to_owned();
    desk.write("again.toml", &shown);
    let values = |text: &str| -> Vec<String> {
        text.lines().map(|line| line.split(" # ").next().unwrap_or_default().trim_end().to_owned()).collect()
    };
    let again = desk.run("config --config again.toml").ok();
    assert_eq!(values(again.text()), values(&shown));
    assert_eq!(setting(&shown, "force"), format!("force = true # {}:3", desk.path("unecho.toml").display()));
}

#[test]
fn what_is_wrong_is_told_with_file_line_and_a_suggestion() {
    let desk = Desk::new();
    for (text, line, said) in [
        ("thread = 1\n", 1, "did you mean \"threads\"?"),
        ("\n\nmin_words = 1\n", 3, "did you mean \"min-words\"?"),
        ("xyzzy = 1\n", 1, "known are"),
        ("# a\nthreshold = 7\n", 2, "0 to 1"),
        ("threshold = nan\n", 1, "0 to 1"),
        ("threads = -1\n", 1, "invalid value"),
        ("threads = 1e308\n", 1, "invalid value"),
        ("ngram = 0\n", 1, "1 to 8"),
        ("ngram = \"3\"\n", 1, "must be a number"),
        ("quiet = 1\n", 1, "true or false"),
        ("include = \"*.txt\"\n", 1, "list of strings"),
        ("include = [1]\n", 1, "list of strings"),
        ("keep = \"last\"\n", 1, "auto, first, longest"),
        ("threads = 1\nthreads = 2\n", 2, "duplicate"),
        ("threads = [\n", 1, "array"),
        ("[engine]\nngram = 3\n", 1, "unknown key"),
    ] {
        desk.write("unecho.toml", text);
        let ran = desk.run("config").exits(2).says(said);
        assert!(
            ran.err.contains(&format!("unecho.toml:{line}: ")),
            "line {line} of {text:?} is not named: {}",
            ran.err
        );
    }
    desk.write("unecho.toml", b"\xff\xfe");
    desk.run("config").exits(2).says("unecho.toml");
    desk.write("unecho.toml", "#".repeat((1 << 20) + 1));
    desk.run("config").exits(2).says("too long");
    desk.shell("UNECHO_THREADS=many unecho config --no-config").exits(2).says("UNECHO_THREADS: invalid value");
    desk.shell("UNECHO_MINWORDS=9 unecho config --no-config").exits(2).says("did you mean UNECHO_MIN_WORDS?");
    desk.shell("UNECHO_VERSION=1.2 unecho config --no-config").ok().says("UNECHO_VERSION is ignored");
}
