//! The deduplicator, as Python sees it.

use std::sync::Arc;

use arrow_schema::Schema;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyIterator, PyString, PyTuple};

use crate::article::{Article, Findings, text_of};
use crate::engine::{Error, syntax};
use crate::many::CleanMany;
use crate::options::{self, type_name};
use crate::table::{self, CleanedBatches, CleanedTable, Cleaner};

/// Finds the echoes of one article after another.
///
/// Options, all by keyword:
///   paragraphs: what parts paragraphs: "auto" (blank lines; where there are none, each line), "blank-line", "line"
///   ngram: words in a shingle, 1 to 8 (3)
///   threshold: least share of a paragraph's words that its twin must say, 0 to 1 (0.75)
///   min_words: leave paragraphs of fewer words alone, unless they are known furniture (3)
///   keep: which of two that say the same stays: "auto" (by role, then the fuller), "first", "longest"
///   caution: "cautious" (remove only what is said almost word for word), "normal", "eager" (and what would be put to
///     review)
///   force: remove even where that takes more than 40 % of an article's words (False)
///   lexicon: words of your own, as a string in the form of the lexicon files, or the path of such a file
///   threads: 0 is one a core (0)
///
/// It may be shared between threads, pickled, and used in forked processes.
///
/// >>> import unecho
/// >>> careful = unecho.Deduplicator(caution="cautious")
/// >>> careful.clean("The ferry sails at noon.\n\nThe ferry sails at noon.\n")
/// 'The ferry sails at noon.\n'
#[pyclass(frozen, module = "unecho")]
pub(crate) struct Deduplicator {
    pub(crate) engine: Arc<unecho::Deduplicator>,
    pub(crate) threads: usize,
}

#[pymethods]
impl Deduplicator {
    #[new]
    #[pyo3(signature = (**options))]
    pub(crate) fn new(options: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let (options, threads) = options::read(options)?;
        let engine = unecho::Deduplicator::new(options).map_err(|error| Error::new_err(error.to_string()))?;
        Ok(Self { engine: Arc::new(engine), threads })
    }

    /// The text of an article without its echoes; markup is "text", "markdown" or "html".
    #[pyo3(signature = (text, markup = "text"))]
    pub(crate) fn clean<'py>(
        &self,
        py: Python<'py>,
        text: &Bound<'py, PyAny>,
        markup: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        Ok(self.look(py, text, markup)?.cleaned(py))
    }

    /// The paragraphs of an article and what was found about them; markup is "text", "markdown" or "html".
    #[pyo3(signature = (text, markup = "text"))]
    pub(crate) fn find(&self, py: Python<'_>, text: &Bound<'_, PyAny>, markup: &str) -> PyResult<Findings> {
        Ok(Findings { article: Arc::new(self.look(py, text, markup)?) })
    }

    /// Cleans any number of articles, in order, on all threads, in bounded memory; yields a Cleaned for each.
    ///
    /// A value that is no article costs nothing but itself: its Cleaned has the error, and no text.
    ///
    /// >>> import unecho
    /// >>> articles = ["The ferry sails at noon.\n\nThe ferry sails at noon.\n", None]
    /// >>> for row in unecho.Deduplicator().clean_many(articles):
    /// ...     print(repr(row.text), row.removed, row.error)
    /// 'The ferry sails at noon.\n' 1 None
    /// None 0 the text is no string, but NoneType
    #[pyo3(signature = (texts, markup = "text"))]
    fn clean_many(&self, texts: &Bound<'_, PyAny>, markup: &str) -> PyResult<CleanMany> {
        // A string is an iterable, too: of letters.
        if texts.is_instance_of::<PyString>() || texts.is_instance_of::<PyBytes>() {
            let what = format!("the texts are one {}; clean takes one text", type_name(texts));
            return Err(PyTypeError::new_err(what));
        }
        let texts: Py<PyIterator> = texts.try_iter()?.unbind();
        Ok(CleanMany::new(texts, Arc::clone(&self.engine), syntax(markup)?, self.threads))
    }

    /// Cleans the column of a table: of anything with the Arrow PyCapsule interface, such as tables of pyarrow, polars,
    /// pandas and DuckDB.
    ///
    /// All columns come back, the cleaned text in the place of its source, or as the column into. Added are, with the
    /// name of that column before them, _removed (how many paragraphs went), _findings (a list of structs: what goes
    /// and what is put to review; look-alikes that stay are left out) and _error: a value that is no article costs
    /// nothing but itself. It stays as it is where the column can hold it, else it is null.
    #[pyo3(signature = (table, column = "text", *, into = None, markup = "text"))]
    pub(crate) fn clean_table(
        &self,
        py: Python<'_>,
        table: &Bound<'_, PyAny>,
        column: &str,
        into: Option<&str>,
        markup: &str,
    ) -> PyResult<CleanedTable> {
        let mut source = table::source(table)?;
        let cleaner = self.cleaner(&source.schema(), column, into, markup)?;
        CleanedTable::new(py, &cleaner, &mut *source)
    }

    /// As clean_table, a record batch at a time: each is cleaned when the reader of what comes back asks for it. For
    /// tables larger than memory.
    #[pyo3(signature = (table, column = "text", *, into = None, markup = "text"))]
    fn clean_batches(
        &self,
        table: &Bound<'_, PyAny>,
        column: &str,
        into: Option<&str>,
        markup: &str,
    ) -> PyResult<CleanedBatches> {
        let source = table::source(table)?;
        let cleaner = self.cleaner(&source.schema(), column, into, markup)?;
        Ok(CleanedBatches::new(cleaner, source))
    }

    /// The options in force, as a dictionary.
    #[getter]
    fn options<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        options::written(py, self.engine.options(), self.threads)
    }

    fn __getnewargs_ex__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyTuple>, Bound<'py, PyDict>)> {
        Ok((PyTuple::empty(py), self.options(py)?))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let default = options::written(py, &unecho::Options::default(), 0)?;
        let mut set = Vec::new();
        for (name, value) in self.options(py)? {
            if !value.eq(default.get_item(&name)?)? {
                set.push(format!("{name}={}", value.repr()?));
            }
        }
        Ok(format!("Deduplicator({})", set.join(", ")))
    }
}

impl Deduplicator {
    fn cleaner(&self, schema: &Schema, column: &str, into: Option<&str>, markup: &str) -> PyResult<Cleaner> {
        Cleaner::new(Arc::clone(&self.engine), self.threads, syntax(markup)?, schema, column, into)
    }

    fn look(&self, py: Python<'_>, text: &Bound<'_, PyAny>, markup: &str) -> PyResult<Article> {
        let syntax = syntax(markup)?;
        let text = text_of(text).map_err(|error| error.raised())?;
        Article::look(py, text, syntax, &self.engine, self.threads)
    }
}
