//! What is done goes to where it should, in order.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use super::worker::Done;
use super::{BatchError, Destination};
use crate::io::files::{FileError, SafeFile};
use crate::io::safe::{Stamp, back_up};

/// Writes what is done, in order.
pub(super) struct Sink {
    pub(super) destination: Destination,
    /// The file being written, and whether anything in it changed.
    pub(super) open: Option<(SafeFile, bool)>,
    /// True to leave outputs alone that are right already.
    pub(super) resume: bool,
}

impl Sink {
    pub(super) fn write(&mut self, done: &Done) -> Result<(), BatchError> {
        let path = match &mut self.destination {
            Destination::Nowhere => return Ok(()),
            Destination::Writer(to) => return Ok(to.write_all(&done.out)?),
            Destination::File(path) => path.clone(),
            Destination::Folder(folder) => folder.join(&done.input.name),
            Destination::InPlace { .. } => done.input.path.clone().unwrap_or_default(),
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
        } else if let Destination::InPlace { backup } = &self.destination {
            if changed {
                if done.stamp.is_none_or(|seen| !Stamp::at(&path).is_ok_and(|now| now == seen)) {
                    return Err(FileError::plain(&path, "changed since it was read; left as it is").into());
                }
                if let Some(suffix) = backup {
                    back_up(&path, suffix)?;
                }
                file.commit(Some(&path))?;
            }
        } else {
            file.commit(done.input.path.as_deref())?;
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
        self.finish()?;
        match self.open.take() {
            Some((file, _)) if matches!(self.destination, Destination::File(_)) => Ok(Some(file.leave()?)),
            _ => Ok(None),
        }
    }
}

/// True if the file at `path` holds `bytes` already.
fn is_right(path: &std::path::Path, bytes: &[u8]) -> bool {
    let same_size = fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file() && meta.len() == bytes.len() as u64);
    same_size && fs::read(path).is_ok_and(|there| there == bytes)
}
