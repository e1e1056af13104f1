//! What is done goes to where it should, in order.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

#[cfg(feature = "parquet")]
use super::tables::OpenTable;
use super::worker::Done;
use super::{BatchError, Destination};
use crate::io::files::{FileError, SafeFile};
use crate::io::safe::{Stamp, back_up};

/// Writes what is done, in order.
pub(super) struct Sink {
    pub(super) destination: Destination,
    /// The file being written, and whether anything in it changed.
    pub(super) open: Option<(SafeFile, bool)>,
    /// The table being written.
    #[cfg(feature = "parquet")]
    pub(super) table: Option<OpenTable>,
    /// True to leave outputs alone that are right already.
    pub(super) resume: bool,
    /// True while the rest of an input goes by whose output could not be written.
    lost: bool,
}

impl Sink {
    /// A sink to `destination`.
    pub(super) const fn new(destination: Destination, resume: bool) -> Self {
        Self {
            destination,
            open: None,
            #[cfg(feature = "parquet")]
            table: None,
            resume,
            lost: false,
        }
    }

    /// True for what is left of an input whose output could not be written: it alone makes no output.
    pub(super) const fn passes_by(&mut self, done: &Done) -> bool {
        let lost = self.lost;
        self.lost = lost && !done.last;
        lost
    }

    /// The file that an input is written to.
    pub(super) fn path(&self, done: &Done) -> Option<PathBuf> {
        Some(match &self.destination {
            Destination::Nowhere | Destination::Writer(_) => return None,
            Destination::File(path) => path.clone(),
            Destination::Folder(folder) => folder.join(&done.input.name),
            Destination::InPlace { .. } => done.input.path.clone().unwrap_or_default(),
        })
    }

    pub(super) fn write(&mut self, done: &Done) -> Result<(), BatchError> {
        let written = self.put(done);
        self.lost = written.is_err() && !done.last;
        written
    }

    fn put(&mut self, done: &Done) -> Result<(), BatchError> {
        #[cfg(feature = "parquet")]
        match &done.table {
            Some(part) => return self.write_rows(done, part),
            None if done.failed => self.table = None,
            None => {}
        }
        let Some(path) = self.path(done) else {
            return match &mut self.destination {
                Destination::Writer(to) => Ok(to.write_all(&done.out)?),
                _ => Ok(()),
            };
        };
        if done.failed {
            self.open = None;
            return Ok(());
        }
        let in_place = matches!(self.destination, Destination::InPlace { .. });
        let whole = self.open.is_none() && done.last;
        if whole && (in_place && !done.changed || self.resume && !in_place && is_right(&path, &done.out)) {
            return Ok(());
        }
        let (mut file, changed) = match self.open.take() {
            Some(open) => open,
            None => (SafeFile::create(&path)?, false),
        };
        file.write_all(&done.out).map_err(|error| FileError::at(&path, error))?;
        let changed = changed || done.changed;
        if !done.last {
            self.open = Some((file, changed));
            return Ok(());
        }
        self.place(file, done, &path, changed)
    }

    /// Puts a whole file in its place.
    pub(super) fn place(&self, file: SafeFile, done: &Done, path: &Path, changed: bool) -> Result<(), BatchError> {
        let Destination::InPlace { backup } = &self.destination else {
            return Ok(file.commit(done.input.path.as_deref())?);
        };
        if changed {
            if done.stamp.is_none_or(|seen| !Stamp::at(path).is_ok_and(|now| now == seen)) {
                return Err(FileError::plain(path, "changed since it was read; left as it is").into());
            }
            if let Some(suffix) = backup {
                back_up(path, suffix)?;
            }
            file.commit(Some(path))?;
        }
        Ok(())
    }

    /// Every input is done.
    pub(super) fn finish(&mut self) -> Result<(), BatchError> {
        if let Destination::Writer(to) = &mut self.destination {
            to.flush()?;
        }
        Ok(())
    }

    /// The run stops here: what is written to a single output stays usable. Gives the path it is left at.
    pub(super) fn leave(&mut self) -> Result<Option<PathBuf>, BatchError> {
        #[cfg(feature = "parquet")]
        if let Some(left) = self.leave_table()? {
            return Ok(Some(left));
        }
        self.finish()?;
        match self.open.take() {
            Some((file, _)) if matches!(self.destination, Destination::File(_)) => Ok(Some(file.leave()?)),
            _ => Ok(None),
        }
    }
}

/// True if the file at `path` holds `bytes` already.
fn is_right(path: &Path, bytes: &[u8]) -> bool {
    let same_size = fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file() && meta.len() == bytes.len() as u64);
    same_size && fs::read(path).is_ok_and(|there| there == bytes)
}
