//! What is done goes to where it should, in order.

use std::io::Write;

use super::worker::Done;
use super::{BatchError, Destination};
use crate::io::files::{FileError, SafeFile};

/// Writes what is done, in order.
pub(super) struct Sink {
    pub(super) destination: Destination,
    /// The file being written, and whether anything in it changed.
    pub(super) open: Option<(SafeFile, bool)>,
}

impl Sink {
    pub(super) fn write(&mut self, done: &Done) -> Result<(), BatchError> {
        let path = match &mut self.destination {
            Destination::Nowhere => return Ok(()),
            Destination::Writer(to) => return Ok(to.write_all(&done.out)?),
            Destination::File(path) => path.clone(),
            Destination::Folder(folder) => folder.join(&done.input.name),
            Destination::InPlace => done.input.path.clone().unwrap_or_default(),
        };
        if done.failed {
            self.open = None;
            return Ok(());
        }
        let (mut file, changed) = match self.open.take() {
            Some(open) => open,
            None => (SafeFile::create(&path)?, false),
        };
        file.write_all(&done.out).map_err(|error| FileError::at(&path, error))?;
        let changed = changed || done.changed;
        let in_place = matches!(self.destination, Destination::InPlace);
        if !done.last {
            self.open = Some((file, changed));
        } else if changed || !in_place {
            file.commit(done.input.path.as_deref())?;
        }
        Ok(())
    }
}
