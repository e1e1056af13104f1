//! The review on a terminal: what each key does, that no decision is ever lost, that what was decided is what comes out.
#![cfg(unix)]

mod common;

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use common::{ARTICLE, CLEANED, Desk};
use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use serde_json::Value;

/// How long a busy machine may take for an answer.
const PATIENCE: Duration = Duration::from_secs(120);

/// A review under way, and what it has written.
struct Terminal {
    child: Child,
    keys: File,
    from: Receiver<Vec<u8>>,
    /// Bytes, for what is read may end within a character.
    seen: Vec<u8>,
}

impl Terminal {
    fn start(desk: &Desk, line: &str) -> Self {
        let main = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a pseudo-terminal");
        grantpt(&main).expect("granted");
        unlockpt(&main).expect("unlocked");
        let name = ptsname(&main, Vec::new()).expect("named");
        let side = || -> OwnedFd { open(&name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).expect("opened") };
        let child = desk
            .command(line)
            .env("COLUMNS", "90")
            .env("TERM", "xterm")
            .env("NO_COLOR", "1")
            .stdin(Stdio::from(side()))
            .stdout(Stdio::from(side()))
            .stderr(Stdio::from(side()))
            .spawn()
            .expect("runs");
        let keys = File::from(main);
        let mut screen = keys.try_clone().expect("cloned");
        let (to, from) = channel();
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(len @ 1..) = screen.read(&mut bytes) {
                if to.send(bytes[..len].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { child, keys, from, seen: Vec::new() }
    }

    /// Waits until the screen says `what` since it was last waited for.
    #[track_caller]
    fn until(&mut self, what: &str) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            let said = String::from_utf8_lossy(&self.seen).into_owned();
            if said.contains(what) {
                self.seen.clear();
                return said;
            }
            match self.from.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.seen.extend(bytes),
                Err(_) => panic!("{what:?} is not said in: {said}"),
            }
        }
    }

    /// Presses a key and waits for the next question.
    #[track_caller]
    fn press(&mut self, key: char) -> String {
        write!(self.keys, "{key}").expect("typed");
        self.until("q > ")
    }

    fn quit(mut self) -> String {
        write!(self.keys, "q").expect("typed");
        let said = self.until("Carry them out");
        assert!(self.child.wait().expect("ends").success());
        said
    }
}

fn other(n: usize) -> String {
    ARTICLE.replace("Oldmoor", &format!("Moor {n}")).replace("Ines Falk", &format!("Ines Falk of boat {n}"))
}

fn several(count: usize) -> Desk {
    let desk = Desk::new();
    for n in 0..count {
        desk.write(format!("in/{n:02}.txt"), other(n));
    }
    desk
}

fn verdicts(desk: &Desk) -> Vec<String> {
    let verdict =
        |line: &str| serde_json::from_str::<Value>(line).expect("JSON")["verdict"].as_str().expect("one").to_owned();
    desk.text("d.jsonl").lines().map(verdict).collect()
}

/// What stays of an article when its first teller goes instead of the second.
fn swapped(article: &str) -> String {
    let paragraphs: Vec<&str> = article.split("\n\n").collect();
    [paragraphs[0], paragraphs[2], paragraphs[3]].join("\n\n")
}

#[test]
fn keys_decide_and_what_was_decided_comes_out() {
    let desk = several(5);
    let mut terminal = Terminal::start(&desk, "review in --decisions d.jsonl --sort position");
    let said = terminal.until("q > ");
    assert!(said.contains("0 of 5 decided") && said.contains("00.txt") && said.contains("[-had-]"), "{said}");
    assert!(said.contains("¶4 goes: says nothing that ¶2 does not"), "{said}");
    assert!(terminal.press('a').contains("01.txt"));
    assert!(terminal.press('r').contains("02.txt"));
    assert!(terminal.press('w').contains("03.txt"));
    assert!(terminal.press('u').contains("04.txt"));
    assert!(terminal.press('r').contains("decided: restore"), "the last stays on the screen");
    assert!(terminal.press('z').contains("04.txt"));
    assert!(terminal.press('k').contains("03.txt"));
    assert!(terminal.press('n').contains("04.txt"));
    assert!(terminal.press('t').contains("before | About 800"));
    assert!(terminal.press('?').contains("scope of the next decision"));
    assert!(terminal.press('x').contains("? for help"));
    assert!(terminal.quit().contains("4 of 5 decided (1 unsure)"));
    assert_eq!(verdicts(&desk), ["accept", "restore", "swap", "unsure", "restore", "open"]);
    desk.run("clean in -o out --decisions d.jsonl --log l").ok().says("3 applied, 2 new");
    desk.run("verify in out --log l").ok();
    let cleaned = |n: usize| {
        CLEANED.replace("Oldmoor", &format!("Moor {n}")).replace("Ines Falk", &format!("Ines Falk of boat {n}"))
    };
    for (n, expected) in [cleaned(0), other(1), swapped(&other(2)), cleaned(3), cleaned(4)].iter().enumerate() {
        assert_eq!(desk.text(format!("out/{n:02}.txt")), *expected);
    }
    // The next review goes on where this one ended, and a whole pair or text can be decided at once.
    let mut terminal = Terminal::start(&desk, "review in --decisions d.jsonl --sort position");
    let said = terminal.until("q > ");
    assert!(said.contains("4 of 5 decided (1 unsure), going on") && said.contains("04.txt"), "{said}");
    assert!(terminal.press('s').contains("this pair everywhere"));
    assert!(terminal.press('s').contains("this text everywhere"));
    terminal.press('r');
    terminal.quit();
    assert!(desk.text("d.jsonl").lines().last().expect("a line").contains("\"scope\":\"text\""));
}

#[test]
fn search_and_filter_find_what_is_meant() {
    let desk = several(4);
    let mut terminal = Terminal::start(&desk, "review in --decisions d.jsonl --sort position");
    terminal.until("q > ");
    write!(terminal.keys, "/").expect("typed");
    terminal.until("find: ");
    writeln!(terminal.keys, "boat 2").expect("typed");
    assert!(terminal.until("q > ").contains("02.txt"));
    write!(terminal.keys, "f").expect("typed");
    terminal.until("for all): ");
    writeln!(terminal.keys, "03").expect("typed");
    assert!(terminal.until("q > ").contains("1 shown"));
    terminal.quit();
}

#[test]
fn killed_at_any_key_nothing_decided_before_is_lost() {
    let desk = several(6);
    for kills in 0..6 {
        let mut terminal = Terminal::start(&desk, "review in --decisions d.jsonl --sort position");
        terminal.until(&format!("[{}/", kills + 1));
        write!(terminal.keys, "{}", if kills % 2 == 0 { 'a' } else { 'r' }).expect("typed");
        // The answer is on the screen only once it is on the disk.
        terminal.until(if kills % 2 == 0 { "accept\r\n" } else { "restore\r\n" });
        terminal.child.kill().expect("killed");
        terminal.child.wait().expect("ended");
        assert_eq!(verdicts(&desk).len(), kills + 1);
        // A line that the power cut in two was no decision: the next review cuts it off.
        let whole = desk.text("d.jsonl");
        if kills == 3 {
            desk.write("d.jsonl", format!("{whole}{{\"id\":\"x"));
        }
    }
    assert_eq!(verdicts(&desk), ["accept", "restore", "accept", "restore", "accept", "restore"]);
    desk.run("clean in -o out --decisions d.jsonl").ok().says("6 applied, 0 new");
}

#[test]
fn without_a_terminal_it_names_what_scripts_use() {
    let desk = several(3);
    desk.run("review in --decisions d.jsonl").exits(2).says("--accept-all");
    let list = desk.run("review in --decisions d.jsonl --list").ok();
    let rows: Vec<Vec<&str>> = list.text().lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[0][1..7], ["remove", "-", "00.txt", "¶4", "¶2", "restated"]);
    desk.run(&format!("review in --decisions d.jsonl --restore {} --swap {}", rows[0][0], rows[1][0]))
        .ok()
        .says("2 decided");
    desk.run("review in --decisions d.jsonl --accept-all").ok().says("1 decided");
    desk.run("review in --decisions d.jsonl --accept-all").ok().says("0 decided");
    assert!(desk.run("review in --decisions d.jsonl --list").ok().text().contains("\trestore\t00.txt"));
    desk.run("review in --decisions d.jsonl --restore nosuchid").exits(2).says("--list");
    desk.run("clean in -o out --decisions d.jsonl --undecided fail").ok().says("3 applied");
    assert_eq!(desk.text("out/00.txt"), other(0));
    assert_eq!(desk.text("out/01.txt"), swapped(&other(1)));
}
