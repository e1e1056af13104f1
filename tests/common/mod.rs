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

/// Variables of whoever runs the tests that change what commands do or show, besides those of unecho and of git.
const SETTINGS: &[&str] = &[
    "BASH_ENV",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "COLUMNS",
    "FORCE_COLOR",
    "GREP_OPTIONS",
    "GZIP",
    "LINES",
    "MAKEFLAGS",
    "MAKELEVEL",
    "NO_COLOR",
    "PAGER",
    "PATCH_GET",
    "POSIXLY_CORRECT",
    "SIMPLE_BACKUP_SUFFIX",
    "TAR_OPTIONS",
    "VERSION_CONTROL",
    "ZSTD_CLEVEL",
];

/// A scratch folder in which the command runs, whatever the settings of whoever runs the tests.
pub(crate) struct Desk {
    dir: TempDir,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().expect("a scratch folder");
        // Configuration is searched for upward: what lies above the scratch folders is not meant.
        fs::write(dir.path().join("unecho.toml"), "").expect("written");
        fs::create_dir(dir.path().join("desk")).expect("folder");
        Self { dir }
    }

    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.dir.path().join("desk").join(name)
    }

    /// Has a command run here, away from the settings of whoever runs the tests.
    pub(crate) fn settle<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        for (name, _) in std::env::vars_os() {
            let known = name.to_str().is_some_and(|name| {
                name.starts_with("UNECHO_") || name.starts_with("GIT_") || SETTINGS.contains(&name)
            });
            if known {
                command.env_remove(name);
            }
        }
        // A repository that the scratch folder stands in is none of git's business, nor are its user's settings.
        command.env("GIT_CEILING_DIRECTORIES", self.dir.path()).env("GIT_CONFIG_NOSYSTEM", "1");
        // A dumb terminal is shown no progress.
        command
            .env("TERM", "xterm")
            .env("HOME", self.dir.path())
            .env_remove("XDG_CONFIG_HOME")
            .current_dir(self.path(""))
    }

    /// `unecho` with the words of `line` as arguments.
    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_unecho"));
        self.settle(command.args(line.split_whitespace()));
        command
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
        self.spawn(&mut self.command(line), input)
    }

    /// Runs a shell line in which `unecho` is the binary.
    pub(crate) fn shell(&self, line: &str) -> Ran {
        let bin = Path::new(env!("CARGO_BIN_EXE_unecho")).parent().expect("a folder");
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
        self.spawn(self.settle(&mut Command::new("bash")).arg("-c").arg(line).env("PATH", path), b"")
    }

    pub(crate) fn spawn(&self, command: &mut Command, input: &[u8]) -> Ran {
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("runs");
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
