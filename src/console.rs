//! What all commands share: exit codes, the way to tell people, the engine and its inputs.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::article::Deduplicator;
use crate::decisions::{Decisions, Ruling, Undecided};
use crate::io::files::{Input, Selection, find};
use crate::options::{Across, Options};
use crate::terminal::visible;
use anyhow::{Context, Result};

use crate::args::{DecisionArgs, Engine, UndecidedArg};

/// Exit code where something would go.
pub(crate) const FOUND: u8 = 1;
/// Exit code where something went wrong.
pub(crate) const TROUBLE: u8 = 2;
/// Exit code where the run was stopped, as the shell counts SIGINT.
pub(crate) const INTERRUPTED: u8 = 130;
/// Exit code where the reader of our output is gone, as the shell counts SIGPIPE.
pub(crate) const PIPE: u8 = 141;

/// A line to standard error; if that is gone, there is nobody to tell.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "unecho: {}", visible(text));
}

pub(crate) fn print(bytes: &[u8]) -> Result<u8> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()?;
    Ok(0)
}

pub(crate) fn engine(engine: &Engine) -> Result<Deduplicator> {
    engine_across(engine, None)
}

/// As [`engine`], for a batch that may be compared article with article.
pub(crate) fn engine_across(engine: &Engine, across: Option<Across>) -> Result<Deduplicator> {
    rayon::ThreadPoolBuilder::new().num_threads(engine.threads).build_global().context("cannot start threads")?;
    let mut options = Options { across, ..engine.options() };
    if let Some(path) = &engine.lexicon {
        options.lexicon = read_text(path)?;
    }
    Ok(Deduplicator::new(options)?)
}

/// What people decided, if that is to be carried out.
pub(crate) fn ruling(args: &DecisionArgs) -> Result<Option<Arc<Ruling>>> {
    if args.decisions.is_empty() {
        return Ok(None);
    }
    let mut decisions = Decisions::default();
    for path in &args.decisions {
        read_decisions(path, &mut decisions)?;
    }
    let undecided = match args.undecided {
        UndecidedArg::Accept => Undecided::Accept,
        UndecidedArg::Restore | UndecidedArg::Fail => Undecided::Restore,
    };
    Ok(Some(Arc::new(Ruling { decisions, undecided })))
}

/// Adds what the file at `path` says.
pub(crate) fn read_decisions(path: &Path, decisions: &mut Decisions) -> Result<()> {
    let bytes = fs::read(path).with_context(|| path.display().to_string())?;
    if decisions.add(&path.display().to_string(), &bytes)? {
        complain(&format!("{}: the last line is torn; passed over", path.display()));
    }
    Ok(())
}

/// A whole text; `-` is standard input.
pub(crate) fn read_text(path: &Path) -> Result<String> {
    let bytes = if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        io::stdin().read_to_end(&mut bytes).context("standard input")?;
        bytes
    } else {
        fs::read(path).with_context(|| path.display().to_string())?
    };
    String::from_utf8(bytes).with_context(|| format!("{}: not valid UTF-8", path.display()))
}

/// The inputs, and how many of the paths could not be read.
pub(crate) fn gather(paths: &[PathBuf], selection: &Selection) -> (Vec<Input>, u64) {
    let found = find(paths, selection);
    found.notes.iter().for_each(|note| complain(note));
    found.errors.iter().for_each(|error| complain(&error.to_string()));
    (found.inputs, found.errors.len() as u64)
}
