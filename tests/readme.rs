//! Every command of the README does what the README shows.
//!
//! A `sh` block must run; in a `console` block each line after `$` must print exactly the lines that follow it.

mod common;

use std::fs;
use std::path::Path;

use common::Desk;

/// Stands for cargo: `cargo run … -- ARGS` runs the binary under test; what builds, installs or tests is done. So is
/// `sh tests/all.sh`, which runs this test.
const CARGO: &str = "#!/bin/bash\nif [ \"$1\" = run ]; then\n  while [ \"$1\" != -- ]; do shift; done\n  shift\n  exec unecho \"$@\"\nfi\ncase \"$1\" in build|test|install|bench|add) ;; *) echo \"cargo $1?\" >&2; exit 9;; esac\n";

fn blocks<'r>(readme: &'r str, fence: &str) -> Vec<&'r str> {
    let mut blocks = Vec::new();
    let mut rest = readme;
    while let Some(start) = rest.find(&format!("```{fence}\n")) {
        let body = &rest[start + fence.len() + 4..];
        let end = body.find("```").expect("a closed block");
        blocks.push(&body[..end]);
        rest = &body[end + 3..];
    }
    blocks
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("listed").map(|entry| entry.expect("an entry")) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}

#[test]
fn every_command_does_what_is_shown() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).expect("README.md");
    let desk = Desk::new();
    copy(&root.join("corpus"), &desk.path("corpus"));
    desk.write("bin/cargo", CARGO);
    desk.shell("chmod +x bin/cargo").ok();
    desk.write("tests/all.sh", "exit 0\n");
    let path = "export PATH=\"$PWD/bin:$PATH\" GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@b.example GIT_COMMITTER_NAME=A \
                GIT_COMMITTER_EMAIL=a@b.example\n";
    let commands = blocks(&readme, "sh");
    assert!(commands.len() >= 4, "the README shows {} blocks of commands", commands.len());
    for block in commands {
        let ran = desk.shell(&format!("{path}set -e\n{block}"));
        assert_eq!(ran.code, Some(0), "{block}\n{}", ran.err);
    }
    let shown = blocks(&readme, "console");
    assert!(!shown.is_empty(), "the README shows no output");
    for block in shown {
        let mut parts = block.split("$ ").filter(|part| !part.is_empty());
        for part in &mut parts {
            let (command, expected) = part.split_once('\n').expect("a command and its output");
            let ran = desk.shell(&format!("{path}{command}"));
            assert_eq!(String::from_utf8_lossy(&ran.out), expected, "{command}\n{}", ran.err);
        }
    }
}

#[test]
fn no_registry_host_is_written_anywhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in ["README.md", "Cargo.toml", "CHANGELOG.md", ".ci/run", "corpus/README.md"] {
        let text = fs::read_to_string(root.join(file)).expect(file);
        let hosts = [["crates", "io"], ["pypi", "org"], ["npmjs", "com"], ["debian", "org"]];
        assert!(!hosts.iter().any(|host| text.contains(&host.join("."))), "{file} names a registry's host");
    }
}
