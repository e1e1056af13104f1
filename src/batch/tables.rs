//! Tables written: row group by row group into a file or a stream.

use std::io::{self, Write};
use std::path::PathBuf;

use super::rows::TablePart;
use super::sink::Sink;
use super::worker::Done;
use super::{BatchError, Destination};
use crate::io::codec::Packer;
use crate::io::files::{FileError, SafeFile};
use crate::io::parquet::TableWriter;

/// Where a table is written to.
pub(super) enum To {
    File(SafeFile),
    Stream(Box<dyn Write + Send>),
}

impl Write for To {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.write(bytes),
            Self::Stream(to) => to.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::File(file) => file.flush(),
            Self::Stream(to) => to.flush(),
        }
    }
}

/// A table being written.
pub(super) struct OpenTable {
    writer: TableWriter<Packer<To>>,
    /// True if anything in it differs from its source.
    changed: bool,
}

impl OpenTable {
    fn finish(self) -> io::Result<To> {
        self.writer.finish()?.finish()
    }
}

impl Sink {
    /// Writes a part of a table.
    pub(super) fn write_rows(&mut self, done: &Done, part: &TablePart) -> Result<(), BatchError> {
        let path = self.path(done);
        let fail = |error| match &path {
            Some(path) => FileError::at(path, error).into(),
            None => BatchError::Write(error),
        };
        let TablePart { part, codec } = part;
        let mut open = match self.table.take() {
            Some(open) => open,
            None => {
                let to = match &mut self.destination {
                    Destination::Writer(to) => To::Stream(std::mem::replace(to, Box::new(io::sink()))),
                    _ => To::File(SafeFile::create(&path.clone().unwrap_or_default())?),
                };
                let to = Packer::new(to, *codec);
                OpenTable { writer: TableWriter::begin(to, part.table.clone()).map_err(fail)?, changed: false }
            }
        };
        open.changed |= done.changed;
        open.writer.add(&part.rows, &done.out, done.changed).map_err(fail)?;
        if !done.last {
            self.table = Some(open);
            return Ok(());
        }
        // Most of the columns were copied only now.
        part.table.source().unchanged(done.input.path.as_deref()).map_err(fail)?;
        let changed = open.changed;
        match (open.finish().map_err(fail)?, &path) {
            (To::File(file), Some(path)) => self.place(file, done, path, changed)?,
            (To::Stream(to), _) => self.destination = Destination::Writer(to),
            (To::File(_), None) => {}
        }
        Ok(())
    }

    /// Ends the table being written with the row groups that are whole, if it is the only output.
    pub(super) fn leave_table(&mut self) -> Result<Option<PathBuf>, BatchError> {
        let single = matches!(self.destination, Destination::File(_) | Destination::Writer(_));
        let Some(open) = self.table.take().filter(|_| single) else { return Ok(None) };
        match open.finish()? {
            To::File(file) => Ok(Some(file.leave()?)),
            To::Stream(mut to) => {
                to.flush()?;
                Ok(None)
            }
        }
    }
}
