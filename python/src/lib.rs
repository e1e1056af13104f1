//! `unecho` for Python: the engine's own types shown as Python objects, and nothing decided here.
//!
//! The interpreter's lock is given back while articles are looked at. Text is not copied on its way in.

mod across;
mod article;
mod column;
mod dedup;
mod engine;
mod finding;
mod html;
mod many;
mod options;
mod table;

use std::ffi::OsString;

use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::article::Findings;
use crate::dedup::Deduplicator;
use crate::table::CleanedTable;

/// The text of an article without its echoes.
///
/// markup is "text", "markdown" or "html"; the options are those of Deduplicator. Where nothing goes, the very
/// string that was given comes back.
///
/// >>> import unecho
/// >>> unecho.clean("Divers cleared the quay on Monday.\n\nDivers cleared the quay on Monday.\n")
/// 'Divers cleared the quay on Monday.\n'
#[pyfunction]
#[pyo3(signature = (text, markup = "text", **options))]
fn clean<'py>(
    py: Python<'py>,
    text: &Bound<'py, PyAny>,
    markup: &str,
    options: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    Deduplicator::new(options)?.clean(py, text, markup)
}

/// The paragraphs of an article and what was found about them.
///
/// markup is "text", "markdown" or "html"; the options are those of Deduplicator.
///
/// >>> import unecho
/// >>> found = unecho.find("Divers cleared the quay on Monday.\n\nDivers cleared the quay on Monday.\n")
/// >>> for echo in found:
/// ...     print(echo.paragraph, echo.twin, echo.kind, echo.verdict, echo.reason)
/// 1 0 exact remove says word for word what ¶1 says
#[pyfunction]
#[pyo3(signature = (text, markup = "text", **options))]
fn find(
    py: Python<'_>,
    text: &Bound<'_, PyAny>,
    markup: &str,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<Findings> {
    Deduplicator::new(options)?.find(py, text, markup)
}

/// Cleans the column of a table: of anything with the Arrow PyCapsule interface, such as tables of pyarrow, polars,
/// pandas and DuckDB.
///
/// All columns come back, the cleaned text in the place of its source, or as the column into, and behind its name
/// _removed, _findings and _error, of which Deduplicator.clean_table tells. The options are those of Deduplicator.
///
/// >>> import pyarrow, unecho
/// >>> table = pyarrow.table({"text": ["The ferry sails at noon.\n\nThe ferry sails at noon.\n"]})
/// >>> unecho.clean_table(table).to_pyarrow().to_pylist()[0]["text"]
/// 'The ferry sails at noon.\n'
#[pyfunction]
#[pyo3(signature = (table, column = "text", *, into = None, markup = "text", **options))]
fn clean_table(
    py: Python<'_>,
    table: &Bound<'_, PyAny>,
    column: &str,
    into: Option<&str>,
    markup: &str,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<CleanedTable> {
    Deduplicator::new(options)?.clean_table(py, table, column, into, markup)
}

/// Runs the command line, its own name first in arguments; the exit code. Once a process: it listens for signals.
#[pyfunction]
fn command(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| unecho::command::main(arguments))
}

#[pymodule]
mod _unecho {
    #[pymodule_export]
    use super::across::Steps;
    #[pymodule_export]
    use super::article::{Findings, Paragraph};
    #[pymodule_export]
    use super::dedup::Deduplicator;
    #[pymodule_export]
    use super::engine::Error;
    #[pymodule_export]
    use super::finding::Finding;
    #[pymodule_export]
    use super::many::{CleanMany, Cleaned};
    #[pymodule_export]
    use super::table::{CleanedBatches, CleanedTable};
    #[pymodule_export]
    use super::{clean, clean_table, command, find};

    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        super::engine::loaded();
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
