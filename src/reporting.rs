//! The report written as a run goes: one page, or several and one that leads to them.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::batch::{Tally, Watch};
use crate::card::Card;
use crate::io::files::{FileError, SafeFile};
use crate::report::{Figures, Report, index};

/// Passes on what a run tells, and writes its cards to a report.
pub(crate) struct Reporting<'w> {
    inner: &'w mut dyn Watch,
    path: Option<PathBuf>,
    report: Report,
    /// The pages that are full.
    pages: Vec<(String, Figures)>,
    failed: Option<FileError>,
}

impl<'w> Reporting<'w> {
    /// `path` is where the report goes, if one is wanted.
    pub(crate) fn new(inner: &'w mut dyn Watch, path: Option<&Path>) -> Self {
        let path = path.map(Path::to_owned);
        Self { inner, path, report: Report::default(), pages: Vec::new(), failed: None }
    }

    /// The page `NAME-N.html` beside `NAME.html`.
    fn part(&mut self, path: &Path) -> Result<(), FileError> {
        let report = std::mem::take(&mut self.report);
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let name = format!("{stem}-{}.html", self.pages.len() + 1);
        write(&path.with_file_name(&name), &report.page())?;
        self.pages.push((name, report.figures()));
        Ok(())
    }

    /// Writes what is left. To be called once the run is done.
    pub(crate) fn finish(mut self) -> Result<(), FileError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let Some(path) = self.path.take() else { return Ok(()) };
        if self.pages.is_empty() {
            return write(&path, &self.report.page());
        }
        self.part(&path)?;
        write(&path, &index(&self.pages))
    }
}

fn write(path: &Path, page: &str) -> Result<(), FileError> {
    let mut file = SafeFile::create(path)?;
    file.write_all(page.as_bytes()).map_err(|error| FileError::at(path, error))?;
    file.commit(None)
}

impl Watch for Reporting<'_> {
    fn problem(&mut self, what: &str) {
        self.inner.problem(what);
    }

    fn progress(&mut self, done: &Tally, read: u64) {
        self.inner.progress(done, read);
    }

    fn goes(&mut self, name: &str, removed: u64) {
        self.inner.goes(name, removed);
    }

    fn card(&mut self, card: &Card) {
        let Some(path) = self.path.clone().filter(|_| self.failed.is_none()) else { return };
        if self.report.is_full() {
            self.failed = self.part(&path).err();
        }
        self.report.push(card);
    }
}
