//! The file of decisions: appended to, line by line, each on the disk before anything else happens.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::console::complain;
use crate::decisions::{Decisions, Line};
use crate::io::safe::parent;
use anyhow::{Context, Result};

/// An open file of decisions.
pub(super) struct Book {
    path: PathBuf,
    file: File,
    /// What must come first: the line feed that the last line lacks.
    before: &'static str,
}

impl Book {
    /// Opens the file, or begins it, and reads what it says. What a crash tore at its end is cut off: it was no
    /// decision yet.
    pub(super) fn open(path: &Path) -> Result<(Self, Decisions)> {
        let name = || path.display().to_string();
        let new = !path.exists();
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path).with_context(name)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).with_context(name)?;
        let mut decisions = Decisions::default();
        let mut before = "";
        if decisions.add(&name(), &bytes)? {
            let whole = bytes.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
            complain(&format!("{}: the last line is torn; cut off", name()));
            file.set_len(whole as u64).with_context(name)?;
            file.seek(SeekFrom::End(0)).with_context(name)?;
        } else if bytes.last().is_some_and(|b| *b != b'\n') {
            before = "\n";
        }
        if new {
            let folder = parent(path);
            // Where a folder cannot be synced, a new name may be lost with the power, never a line of an old file.
            let _ = File::open(folder).and_then(|folder| folder.sync_all());
        }
        Ok((Self { path: path.to_owned(), file, before }, decisions))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Appends a line and brings it to the disk.
    pub(super) fn write(&mut self, line: &Line) -> Result<()> {
        let text = format!("{}{}", std::mem::take(&mut self.before), line.written());
        let wrote: io::Result<()> = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_data());
        wrote.with_context(|| self.path.display().to_string())
    }
}
