//! Batches as a user runs them: folders, stopped and killed runs, what is refused before anything is written.

mod common;

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use common::{ARTICLE, CLEANED, Desk};
use serde_json::Value;

/// What hangs does so for longer; a busy machine takes its time.
const PATIENCE: Duration = Duration::from_secs(120);

/// Articles that differ, every other one with an echo.
fn articles(count: usize) -> Vec<String> {
    let whole = |n: usize| if n.is_multiple_of(2) { ARTICLE } else { CLEANED };
    (0..count).map(|n| whole(n).replace("800", &format!("{n}00"))).collect()
}

fn jsonl(texts: &[String]) -> String {
    texts
        .iter()
        .enumerate()
        .map(|(n, text)| format!("{{\"id\":{n},\"text\":{}}}\n", Value::from(text.as_str())))
        .collect()
}

fn folder(desk: &Desk, name: &str, texts: &[String]) {
    for (n, text) in texts.iter().enumerate() {
        desk.write(format!("{name}/{}/{n:03}.txt", n % 3), text);
    }
}

/// Names and bytes of everything below a folder.
fn tree(root: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(root).expect("listed") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            all.extend(tree(&path));
        } else {
            all.push((path.display().to_string(), fs::read(&path).expect("read")));
        }
    }
    all.sort();
    all
}

#[test]
fn globs_say_what_of_a_folder_is_taken() {
    let desk = Desk::new();
    for name in ["a.txt", "b.page", "old/c.txt", "deep/old/d.txt", "deep/e.txt", ".hidden.txt", "skip.txt"] {
        desk.write(format!("in/{name}"), ARTICLE);
    }
    desk.write("in/.gitignore", "skip.txt\n");
    let taken = |flags: &str| {
        let _ = fs::remove_dir_all(desk.path("out"));
        desk.run(&format!("clean in -o out {flags}")).ok();
        let root = desk.path("out").display().to_string();
        tree(&desk.path("out")).into_iter().map(|(name, _)| name[root.len() + 1..].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(taken(""), [".hidden.txt", "a.txt", "deep/e.txt", "deep/old/d.txt", "old/c.txt", "skip.txt"]);
    assert_eq!(taken("--include *.page --include a.*"), ["a.txt", "b.page"]);
    assert_eq!(taken("--exclude old --exclude .*"), ["a.txt", "deep/e.txt", "skip.txt"]);
    assert_eq!(taken("--include deep/** --exclude deep/old/**"), ["deep/e.txt"]);
    assert_eq!(taken("--ignore-files --exclude old"), [".hidden.txt", "a.txt", "deep/e.txt"]);
    desk.run("clean in -o out --include [").exits(2).says("in:");
}

#[test]
fn the_outputs_inside_the_inputs_are_no_inputs() {
    let desk = Desk::new();
    desk.write("in/a.txt", ARTICLE);
    for _ in 0..2 {
        desk.run("clean in -o in/out").ok().says("1 article,");
    }
    assert!(!desk.has("in/out/out"));
    assert_eq!(desk.text("in/out/a.txt"), CLEANED);
}

#[test]
fn a_file_named_twice_is_done_once() {
    let desk = Desk::new();
    desk.write("in/a.txt", ARTICLE);
    desk.run("clean in/a.txt ./in/../in/a.txt in -o out").ok().says("named twice").says("1 article,");
    assert_eq!(desk.text("out/a.txt"), CLEANED);
}

#[test]
fn collisions_are_refused_before_anything_is_written() {
    let desk = Desk::new();
    desk.write("x/a.txt", ARTICLE).write("y/A.TXT", CLEANED).write("z/caf\u{e9}.txt", ARTICLE);
    desk.write("z/cafe\u{301}.txt", ARTICLE).write("w/a.txt/b.txt", ARTICLE);
    for line in ["clean x/a.txt y/A.TXT -o out", "clean z -o out"] {
        desk.run(line).exits(2).says("both be written");
    }
    desk.run("clean x w -o out").exits(2).says("needs a folder");
    desk.run("clean x -o x").exits(2).says("--in-place");
    desk.run("clean x -o out --log x/a.txt").exits(2).says("x/a.txt");
    desk.run("clean x -o out --log same --diff same").exits(2).says("both be written");
    desk.run("clean x/a.txt -o out.txt --diff out.txt").exits(2).says("both be written");
    assert!(!desk.has("out") && !desk.has("out.txt") && !desk.has("same"));
    assert_eq!(desk.text("x/a.txt"), ARTICLE);
}

#[cfg(unix)]
#[test]
fn links_and_pipes_are_named_and_not_followed() {
    use std::os::unix::fs::symlink;
    let desk = Desk::new();
    desk.write("in/a.txt", ARTICLE).write("far/b.txt", ARTICLE).write("hard.txt", ARTICLE);
    symlink("../far/b.txt", desk.path("in/link.txt")).expect("linked");
    symlink("../far", desk.path("in/far")).expect("linked");
    desk.run("clean in -o out").ok().says("link.txt: symbolic link").says("1 article,");
    assert!(!desk.has("out/link.txt") && !desk.has("out/far"));
    // An output that is the input by another name.
    symlink("hard.txt", desk.path("soft.txt")).expect("linked");
    fs::hard_link(desk.path("hard.txt"), desk.path("hard2.txt")).expect("linked");
    for other in ["soft.txt", "hard2.txt", "./hard.txt"] {
        desk.run(&format!("clean hard.txt -o {other}")).exits(2).says("--in-place");
    }
    desk.run("clean --in-place hard2.txt").exits(2).says("hard links");
    desk.shell("mkfifo in/pipe.txt && unecho clean in -o out").exits(2).says("pipe.txt: not a regular file");
    desk.shell("unecho clean in/pipe.txt -o out2").exits(2).says("not a regular file");
}

#[cfg(unix)]
#[test]
fn in_place_keeps_a_backup_and_the_mode() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    desk.write("a.txt", ARTICLE).write("b.txt", CLEANED).write("taken.txt", ARTICLE).write("taken.txt.bak", "mine");
    fs::set_permissions(desk.path("a.txt"), PermissionsExt::from_mode(0o4750)).expect("set");
    #[cfg(target_os = "linux")]
    let attribute = {
        use rustix::fs::{XattrFlags, getxattr, setxattr};
        // Not every file system has attributes.
        let set = setxattr(desk.path("a.txt"), "user.from", b"feed 7", XattrFlags::empty());
        move |path| set.is_err() || getxattr(path, "user.from", &mut [0; 9][..]) == Ok(6)
    };
    desk.run("clean --in-place --backup .bak a.txt b.txt taken.txt").exits(2).says("taken.txt.bak");
    assert_eq!((desk.text("a.txt").as_str(), desk.text("a.txt.bak").as_str()), (CLEANED, ARTICLE));
    assert_eq!((desk.text("taken.txt").as_str(), desk.text("taken.txt.bak").as_str()), (ARTICLE, "mine"));
    assert!(!desk.has("b.txt.bak"), "what does not change needs no backup");
    #[cfg(target_os = "linux")]
    assert!(attribute(desk.path("a.txt")), "extended attributes stay");
    let mode = fs::metadata(desk.path("a.txt")).expect("there").permissions().mode();
    assert_eq!(mode & 0o7777, 0o750, "no set-user-id bit on a file of other content");
    desk.run("clean --in-place --backup a/b a.txt").exits(2).says("suffix");
    desk.run("clean --backup .bak a.txt").exits(2);
}

#[test]
fn the_summary_and_the_figures_count_by_kind() {
    let desk = Desk::new();
    desk.write("a.jsonl", jsonl(&articles(10))).run("clean a.jsonl -o b.jsonl --stats s.json").ok().says("5 restated");
    let figures: Value = serde_json::from_str(&desk.text("s.json")).expect("JSON");
    assert_eq!(
        (&figures["docs"], &figures["removed"], &figures["kinds"]["restated"]),
        (&10.into(), &5.into(), &5.into())
    );
    assert_eq!(figures["complete"], true);
    desk.run("clean a.jsonl --stats -").exits(2).says("standard output");
}

#[test]
fn fail_fast_stops_where_keep_going_goes_on() {
    let desk = Desk::new();
    folder(&desk, "in", &articles(9));
    desk.write("in/0/001.txt", b"\xff\xfe\0\0");
    desk.run("clean in -o all").exits(2).says("9 articles").says("1 failed");
    let mut outcomes = Vec::new();
    for threads in ["1", "2", "5"] {
        let out = format!("out{threads}");
        let ran = desk.run(&format!("clean in -o {out} --log {out}.log --fail-fast --threads {threads}")).exits(2);
        assert!(!desk.has(&format!("{out}.log")), "an unfinished log does not stand where a finished one would");
        let names = tree(&desk.path(&out)).len();
        outcomes.push((names, desk.text(format!("{out}.log.partial")), ran.err.replace(&out, "")));
    }
    assert!(outcomes[0].1.contains("\"interrupted\":true") && outcomes[0].0 == 1, "{}", outcomes[0].1);
    assert!(outcomes.iter().all(|outcome| *outcome == outcomes[0]), "the same for any number of threads");
}

/// A finished run of `line`, and what it wrote.
fn unbroken(desk: &Desk, line: &str, outputs: &[&str]) -> Vec<Vec<u8>> {
    desk.run(line).ok();
    outputs.iter().map(|name| desk.read(name)).collect()
}

/// Places at which a log may have been torn: in and between lines, at the start, near the end.
fn tears(log: &[u8]) -> Vec<usize> {
    let lines: Vec<usize> = log.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at + 1).collect();
    let mut tears = vec![0, 1, lines[0] - 1, log.len() - 1];
    for part in 0..4 {
        let at = lines[lines.len() * part / 4];
        tears.extend([at, at + 7, at - 1]);
    }
    tears
}

#[test]
fn resuming_from_a_log_torn_anywhere_gives_what_an_unbroken_run_gives() {
    let desk = Desk::new();
    desk.write("a.jsonl", jsonl(&articles(40)));
    let line = "clean a.jsonl -o b.jsonl --log l --diff d";
    let outputs = ["b.jsonl", "l", "d"];
    let whole = unbroken(&desk, line, &outputs);
    let mut known = 0;
    for tear in tears(&whole[1]) {
        for name in outputs {
            fs::remove_file(desk.path(name)).expect("removed");
        }
        desk.write("l.partial", &whole[1][..tear]);
        let ran = desk.run(&format!("{line} --resume")).ok();
        known += usize::from(ran.err.contains("known from the log"));
        for (name, bytes) in outputs.iter().zip(&whole) {
            assert!(desk.read(name) == *bytes, "{name} differs after a tear at byte {tear}");
        }
        assert!(!desk.has("l.partial"));
    }
    assert!(known >= 8, "only {known} runs took anything over");
    // From a finished log, too, and with the inputs changed since.
    desk.run(&format!("{line} --resume")).ok().says("40 known from the log");
    let mut texts = articles(40);
    texts[7] = ARTICLE.replace("800", "5");
    texts.remove(20);
    desk.write("a.jsonl", jsonl(&texts)).run(&format!("{line} --resume")).ok().says("known from the log");
    let resumed: Vec<_> = outputs.iter().map(|name| desk.read(name)).collect();
    assert!(resumed == unbroken(&desk, line, &outputs));
    let ran = desk.run(&format!("{line} --resume --ngram 5")).exits(2).says("other options");
    assert!(ran.err.contains("leave --resume out"), "{}", ran.err);
    assert_eq!(desk.read("l"), resumed[1], "a refused run leaves all as it is");
}

#[test]
fn a_judgement_is_taken_over_only_for_the_same_reading() {
    let desk = Desk::new();
    desk.write("in/a.txt", format!("<p>\n{ARTICLE}\n</p>\n"));
    desk.run("clean in -o out --log l").ok();
    let log = desk.read("l");
    desk.run("clean in -o out --log l --resume --format html").ok().says("removed, 0 to review\n");
    assert!(desk.read("l") != log);
    desk.run("clean in -o out --log l --resume").ok().says("removed");
    assert!(desk.read("l") == log, "read as text again");
    desk.write("a.jsonl", jsonl(&articles(2))).run("clean a.jsonl -o b.jsonl --log m").ok();
    for flags in ["--text-field body", "--id-field url", "--max-record 9M"] {
        desk.run(&format!("clean a.jsonl -o b.jsonl --log m --resume {flags}")).exits(2).says("other options");
    }
}

#[test]
fn a_forged_log_is_not_believed() {
    let desk = Desk::new();
    desk.write("a.jsonl", jsonl(&articles(4)));
    let whole = unbroken(&desk, "clean a.jsonl -o b.jsonl --log l", &["b.jsonl"]);
    let log = desk.text("l");
    let cut = log.split("\"cut\":[").nth(1).and_then(|rest| rest.split(',').next()).expect("a cut");
    for (from, to) in
        [(format!("\"cut\":[{cut},"), "\"cut\":[0,".to_owned()), ("that tickets".into(), "Xhat tickets".into())]
    {
        desk.write("l.partial", log.replace(&from, &to));
        desk.run("clean a.jsonl -o b.jsonl --log l --resume").ok();
        assert_eq!(desk.read("b.jsonl"), whole[0]);
        assert_eq!(desk.text("l"), log);
    }
}

#[test]
fn resuming_in_place_keeps_every_cut_in_the_log() {
    let desk = Desk::new();
    let texts = articles(12);
    folder(&desk, "whole", &texts);
    let source = tree(&desk.path("whole"));
    desk.run("clean whole --in-place --log l").ok();
    let (done, log) = (tree(&desk.path("whole")), desk.read("l"));
    let lines: Vec<usize> = log.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at + 1).collect();
    // The log is always ahead of the files: with `replaced` files done, at least their lines are there.
    for (replaced, tear) in [(0, 5), (0, lines[3] + 2), (3, lines[5]), (5, lines[9] + 1), (12, lines[lines.len() - 2])]
    {
        for ((name, bytes), (_, cleaned)) in source.iter().zip(&done).skip(replaced) {
            fs::write(name, if cleaned.is_empty() { cleaned } else { bytes }).expect("written");
        }
        for (name, cleaned) in done.iter().take(replaced) {
            fs::write(name, cleaned).expect("written");
        }
        fs::remove_file(desk.path("l")).expect("removed");
        desk.write("l.partial", &log[..tear]);
        desk.run("clean whole --in-place --log l --resume").ok();
        assert!(tree(&desk.path("whole")) == done, "the files differ: {replaced} replaced, log torn at {tear}");
        assert!(desk.read("l") == log, "the log differs: {replaced} replaced, log torn at {tear}");
    }
    desk.run("restore whole --log l -o back").ok();
    let back: Vec<_> = tree(&desk.path("back")).into_iter().map(|(_, bytes)| bytes).collect();
    assert_eq!(back, source.into_iter().map(|(_, bytes)| bytes).collect::<Vec<_>>());
}

/// Starts a run that reads from a pipe, and waits until it has written to `sign`.
#[cfg(unix)]
fn start(desk: &Desk, line: &str, input: &str, sign: &str) -> Child {
    let mut child =
        desk.command(line).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("runs");
    child.stdin.as_mut().expect("piped").write_all(input.as_bytes()).expect("taken");
    let begun = Instant::now();
    while fs::metadata(desk.path(sign)).map_or(0, |meta| meta.len()) < 1000 {
        assert!(begun.elapsed() < PATIENCE, "nothing is written");
        std::thread::sleep(Duration::from_millis(5));
    }
    child
}

#[cfg(unix)]
#[test]
fn a_signal_stops_the_run_with_the_finished_part_usable() {
    let desk = Desk::new();
    let source = jsonl(&articles(4000));
    desk.write("a.jsonl", &source).run("clean a.jsonl -o whole.jsonl --log whole.log --diff whole.diff").ok();
    let line = "clean --format jsonl --threads 1 -o b.jsonl --log l --diff d";
    for signal in ["INT", "TERM"] {
        // The pipe stays open: the run would wait for more.
        let mut child = start(&desk, line, &source, "l.partial");
        let pipe = child.stdin.take();
        desk.shell(&format!("kill -{signal} {}", child.id())).ok();
        let asked = Instant::now();
        let output = child.wait_with_output().expect("ends");
        drop(pipe);
        assert!(asked.elapsed() < PATIENCE, "it hangs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(130), "{said}");
        assert!(said.contains("interrupted") && said.contains("b.jsonl.partial"), "{said}");
        assert!(!desk.has("b.jsonl") && !desk.has("l") && !desk.has("d"), "nothing looks finished");
        assert!(desk.text("l.partial").trim_end().ends_with("\"interrupted\":true}"));
        let whole = desk.text("whole.jsonl");
        let part = desk.text("b.jsonl.partial");
        assert!(!part.is_empty() && whole.starts_with(&part) && part.ends_with('\n'));
        let restored = desk.run("restore --format jsonl b.jsonl.partial --log l.partial").ok();
        assert!(source.starts_with(restored.text()) && restored.text().len() > part.len());
        desk.feed(&format!("{line} --resume"), source.as_bytes()).ok().says("known from the log");
        for (name, other) in [("b.jsonl", "whole.jsonl"), ("l", "whole.log"), ("d", "whole.diff")] {
            assert!(desk.read(name) == desk.read(other), "{name} differs from {other}");
            fs::remove_file(desk.path(name)).expect("removed");
            assert!(!desk.has(&format!("{name}.partial")));
        }
    }
}

/// An article that is not to be finished soon, here because its end is not to be seen.
#[cfg(unix)]
#[test]
fn a_signal_does_not_wait_for_a_long_article() {
    let desk = Desk::new();
    folder(&desk, "in", &articles(300));
    // What is read ahead of the article, and waits for it, is less than the folder.
    let mut child = start(&desk, "clean in - -o out --log l --threads 2", ARTICLE, "l.partial");
    let done = || fs::read_dir(desk.path("out/0")).map_or(0, Iterator::count);
    let begun = Instant::now();
    while done() <= 50 {
        assert!(begun.elapsed() < PATIENCE, "{} articles are done", done());
        std::thread::sleep(Duration::from_millis(5));
    }
    desk.shell(&format!("kill -INT {}", child.id())).ok();
    let asked = Instant::now();
    let pipe = child.stdin.take();
    let output = child.wait_with_output().expect("ends");
    drop(pipe);
    assert!(asked.elapsed() < PATIENCE, "it waits");
    assert_eq!(output.status.code(), Some(130));
    for (name, bytes) in tree(&desk.path("out")).into_iter().filter(|(name, _)| !name.contains("/.unecho-")) {
        assert!(bytes.ends_with(b"during the week.\n"), "{name} is torn");
    }
    desk.feed("clean in - -o out --log l --resume", ARTICLE.as_bytes()).ok().says("known from the log");
    assert_eq!(tree(&desk.path("out")).len(), 301);
}

#[cfg(unix)]
#[test]
fn what_a_killed_run_leaves_is_cleared_away_and_gone_on_from() {
    let desk = Desk::new();
    let source = jsonl(&articles(3000));
    desk.write("a.jsonl", &source).run("clean a.jsonl -o whole.jsonl --log whole.log").ok();
    let line = "clean --format jsonl --threads 1 -o out/b.jsonl --log out/l";
    let mut child = start(&desk, line, &source, "out/l.partial");
    child.kill().expect("killed");
    child.wait().expect("ended");
    let left = |part: &str| {
        fs::read_dir(desk.path("out"))
            .expect("listed")
            .flatten()
            .filter(|e| e.file_name().to_string_lossy().contains(part))
            .count()
    };
    assert_eq!((left("b.jsonl"), left(".tmp")), (0, 1));
    desk.write("copy.partial", desk.read("out/l.partial"));
    desk.run("verify a.jsonl whole.jsonl --log copy.partial").exits(2);
    desk.write("out/.unecho-not-ours", "x");
    desk.feed(&format!("{line} --resume"), source.as_bytes()).ok();
    assert_eq!((left(".tmp"), left(".partial"), left("not-ours")), (0, 0, 1));
    assert!(desk.read("out/b.jsonl") == desk.read("whole.jsonl") && desk.read("out/l") == desk.read("whole.log"));
}

#[cfg(unix)]
#[test]
fn a_file_that_grows_while_it_is_read_is_left_alone() {
    let desk = Desk::new();
    // Longer than what is read ahead and what a pipe holds: the run waits, the file half read, for somebody to take the
    // diff.
    desk.write("a.jsonl", jsonl(&articles(30_000)));
    let mut child = desk
        .command("clean a.jsonl -o b.jsonl --threads 1 --log l --diff -")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("runs");
    let mut diff = child.stdout.take().expect("piped");
    diff.read_exact(&mut [0; 1000]).expect("begun");
    fs::OpenOptions::new()
        .append(true)
        .open(desk.path("a.jsonl"))
        .and_then(|mut file| file.write_all(b"\n"))
        .expect("grown");
    std::io::copy(&mut diff, &mut std::io::sink()).expect("read");
    let output = child.wait_with_output().expect("ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("a.jsonl: changed while it was read"), "{said}");
    assert!(!desk.has("b.jsonl"));
}

#[cfg(unix)]
#[test]
fn progress_is_for_terminals_alone() {
    let desk = Desk::new();
    desk.write("a.jsonl", jsonl(&articles(200)));
    let plain = desk.run("clean a.jsonl -o b.jsonl").ok();
    assert_eq!(plain.err.lines().count(), 1, "{:?}", plain.err);
    if desk.shell("command -v script").code != Some(0) {
        let _ = std::io::stderr().write_all(b"skipped: no script(1) to make a terminal\n");
        return;
    }
    let at_terminal =
        |flags: &str| desk.shell(&format!("script -qec 'unecho clean a.jsonl -o b.jsonl {flags}' /dev/null")).ok();
    assert!(at_terminal("").text().contains("s left ("));
    assert_eq!(at_terminal("--quiet").text().trim(), "");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_device_is_trouble_whatever_goes_there() {
    let desk = Desk::new();
    desk.write("a.jsonl", jsonl(&articles(2000)));
    for line in
        ["-o /dev/full", "-o b.jsonl --diff /dev/full", "-o c.jsonl --log /dev/full", "-o d.jsonl --stats /dev/full"]
    {
        let ran = desk.run(&format!("clean a.jsonl {line}")).exits(2);
        assert!(ran.err.contains("No space left"), "{line}: {}", ran.err);
    }
    desk.shell("unecho clean a.jsonl > /dev/full").exits(2).says("No space left");
    let ran = desk.shell("unecho clean a.jsonl --log l -q | head -n 1 > first; echo ${PIPESTATUS[0]}").ok();
    assert_eq!((ran.text().trim(), ran.err.as_str()), ("141", ""));
    assert!(desk.has("l.partial") && !desk.has("l"), "the log of a run whose reader left is unfinished");
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_left_of_a_file_that_cannot_be_written_makes_no_output() {
    let desk = Desk::new();
    // Pieces of a megabyte, of which only the first two fit; the rest would, alone.
    let long = format!("{}\n\n{}", "a b c d e f g h ".repeat(64), ARTICLE);
    let source = jsonl(&(0..2500).map(|n| format!("{n} {long}")).collect::<Vec<_>>());
    desk.write("in/a.jsonl", &source).write("in/b.txt", ARTICLE);
    let limited = |line: &str| desk.shell(&format!("trap '' XFSZ; ulimit -f 2100; unecho clean --threads 1 {line}"));
    limited("in -o out").exits(2).says("a.jsonl").says("File too large");
    assert!(!desk.has("out/a.jsonl"));
    assert_eq!(desk.text("out/b.txt"), CLEANED);
    limited("--in-place in").exits(2).says("File too large");
    assert!(desk.text("in/a.jsonl") == source, "a file is replaced by a part of it");
}
