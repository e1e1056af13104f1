//! The binary as a user types it.

#![allow(dead_code, reason = "each test file uses its part")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// An article of four paragraphs whose last says the second again.
pub(crate) const ARTICLE: &str = "The ferry to Oldmoor Island will run again from Monday, two months after its engine failed.\n\n\
    Captain Ines Falk said on Friday that the new engine had passed every trial, and that tickets were on sale.\n\n\
    About 800 people live on the island, and most of them work on the mainland during the week.\n\n\
    Captain Ines Falk said Friday that the new engine has passed every trial, and that tickets were on sale.\n";

/// What stays of it.
pub(crate) const CLEANED: &str = "The ferry to Oldmoor Island will run again from Monday, two months after its engine failed.\n\n\
    Captain Ines Falk said on Friday that the new engine had passed every trial, and that tickets were on sale.\n\n\
    About 800 people live on the island, and most of them work on the mainland during the week.\n";

/// What a run printed, and how it ended.
pub(crate) struct Ran {
    pub(crate) out: Vec<u8>,
    pub(crate) err: String,
    pub(crate) code: Option<i32>,
}

impl Ran {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.out).expect("UTF-8")
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        self.exits(0)
    }

    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}{}", String::from_utf8_lossy(&self.out), self.err);
        self
    }

    /// The error output must say `what`.
    #[track_caller]
    pub(crate) fn says(self, what: &str) -> Self {
        assert!(self.err.contains(what), "{what:?} is not said in: {}", self.err);
        self
    }
}

/// A scratch folder in which the command runs.
pub(crate) struct Desk {
    dir: TempDir,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a scratch folder") }
    }

    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> &Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folder");
        fs::write(path, bytes).expect("written");
        self
    }

    #[track_caller]
    pub(crate) fn read(&self, name: impl AsRef<Path>) -> Vec<u8> {
        fs::read(self.path(&name)).unwrap_or_else(|error| panic!("{}: {error}", name.as_ref().display()))
    }

    #[track_caller]
    pub(crate) fn text(&self, name: impl AsRef<Path>) -> String {
        String::from_utf8(self.read(name)).expect("UTF-8")
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// Runs `unecho` with the words of `line` as arguments.
    pub(crate) fn run(&self, line: &str) -> Ran {
        self.feed(line, b"")
    }

    /// As [`Desk::run`], with standard input.
    pub(crate) fn feed(&self, line: &str, input: &[u8]) -> Ran {
        self.spawn(Command::new(env!("CARGO_BIN_EXE_unecho")).args(line.split_whitespace()), input)
    }

    /// Runs a shell line in which `unecho` is the binary.
    pub(crate) fn shell(&self, line: &str) -> Ran {
        let bin = Path::new(env!("CARGO_BIN_EXE_unecho")).parent().expect("a folder");
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
        self.spawn(Command::new("bash").arg("-c").arg(line).env("PATH", path), b"")
    }

    pub(crate) fn spawn(&self, command: &mut Command, input: &[u8]) -> Ran {
        let mut child = command
            .current_dir(self.dir.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("runs");
        let mut stdin = child.stdin.take().expect("piped");
        let output = std::thread::scope(|scope| {
            // A command that never reads its input closes the pipe: that is its right.
            scope.spawn(move || drop(stdin.write_all(input)));
            child.wait_with_output().expect("ends")
        });
        Ran {
            out: output.stdout,
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
            code: output.status.code(),
        }
    }
}
