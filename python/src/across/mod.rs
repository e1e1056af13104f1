//! The steps of a comparison across articles, each from rows to rows: what is joined with what is in the package's
//! `_across.py`, on whatever engine holds the tables.

pub(crate) mod cells;
mod rows;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow_array::RecordBatch;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use rayon::prelude::*;
use unecho::across::steps::BOUNDS;
use unecho::across::store::FOLD;
use unecho::markup::Syntax;
use unecho::options::{Across, Mode};

use self::cells::{Input, Output, schema};
use self::rows::{Context, PARAGRAPHS, STEPS, Step};
use crate::engine::{Error, choice, fault, on_threads, syntax};
use crate::options;
use crate::table::{self, CleanedTable, Cleaner};

const MODES: &[(&str, Mode)] = &[("boilerplate", Mode::Boilerplate), ("repeats", Mode::Repeats)];

/// Rows worked out by one thread at a time.
const CHUNK: usize = 256;

/// The steps of a comparison across articles. The module is where it is to be found: workers are told of it by name.
#[pyclass(frozen, module = "unecho._unecho")]
pub(crate) struct Steps {
    engine: Arc<unecho::Deduplicator>,
    threads: usize,
    syntax: Syntax,
}

#[pymethods]
impl Steps {
    #[new]
    #[pyo3(signature = (mode, min_articles = 3, one_site = false, templates = false, markup = "text", **given))]
    fn new(
        mode: &str,
        min_articles: usize,
        one_site: bool,
        templates: bool,
        markup: &str,
        given: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let (mut options, threads) = options::read(given)?;
        options.across = Some(Across { mode: choice("mode", mode, MODES)?, min_articles, one_site, templates });
        let engine = unecho::Deduplicator::new(options).map_err(|error| Error::new_err(error.to_string()))?;
        Ok(Self { engine: Arc::new(engine), threads, syntax: syntax(markup)? })
    }

    /// The rows that a step makes of those of a table.
    fn run(&self, py: Python<'_>, step: &str, table: &Bound<'_, PyAny>) -> PyResult<CleanedTable> {
        let step = STEPS.iter().find(|known| known.name == step);
        let step = step.ok_or_else(|| Error::new_err("no such step"))?;
        let mut batches = Vec::new();
        for batch in table::source(table)? {
            let batch = batch.map_err(|error| Error::new_err(error.to_string()))?;
            batches.extend(py.detach(|| on_threads(self.threads, || self.rows(step, &batch)))?);
        }
        Ok(CleanedTable { schema: schema(step.columns), batches })
    }

    /// Cleans the column of a table, as Deduplicator.clean_table does, and takes out what the findings in the column
    /// `findings`, lists of strings, say on top of that.
    #[pyo3(signature = (table, column, findings, into = None))]
    fn apply(
        &self,
        py: Python<'_>,
        table: &Bound<'_, PyAny>,
        column: &str,
        findings: &str,
        into: Option<&str>,
    ) -> PyResult<CleanedTable> {
        let mut source = table::source(table)?;
        let cleaner =
            Cleaner::new(Arc::clone(&self.engine), self.threads, self.syntax, &source.schema(), column, into)?;
        CleanedTable::new(py, &cleaner.with_findings(findings)?, &mut *source)
    }

    /// The columns of the rows that a step makes: an empty table.
    fn columns(&self, step: &str) -> PyResult<CleanedTable> {
        let step = STEPS.iter().find(|known| known.name == step);
        let step = step.ok_or_else(|| Error::new_err("no such step"))?;
        Ok(CleanedTable { schema: schema(step.columns), batches: Vec::new() })
    }

    /// All that bears on the results, as a string.
    fn terms(&self) -> PyResult<String> {
        let options =
            serde_json::to_string(self.engine.options()).map_err(|error| Error::new_err(error.to_string()))?;
        Ok(format!("{} {FOLD} {:?} {options}", env!("CARGO_PKG_VERSION"), self.syntax))
    }

    /// The numbers that bound a comparison, by their names.
    #[staticmethod]
    fn bounds(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
        let dict = PyDict::new(py);
        dict.set_item("many", BOUNDS.many)?;
        dict.set_item("few", BOUNDS.few)?;
        dict.set_item("candidates", BOUNDS.candidates)?;
        dict.set_item("answered", BOUNDS.answered)?;
        dict.set_item("tries", BOUNDS.tries)?;
        dict.set_item("paragraphs", PARAGRAPHS)?;
        Ok(dict)
    }
}

impl Steps {
    fn rows(&self, step: &Step, batch: &RecordBatch) -> Vec<RecordBatch> {
        let context = Context { dedup: &self.engine, syntax: self.syntax };
        let input = Input(batch);
        let starts: Vec<usize> = (0..batch.num_rows()).step_by(CHUNK).collect();
        let chunk = |start: &usize| {
            let mut out = Output::new(step.columns);
            for row in *start..batch.num_rows().min(start + CHUNK) {
                let done = catch_unwind(AssertUnwindSafe(|| (step.row)(&context, &input, row, &mut out)));
                if let Err(error) = done.unwrap_or_else(|panic| Err(fault(&*panic))) {
                    out.error(&error);
                }
            }
            out.finish()
        };
        starts.par_iter().map(chunk).collect()
    }
}
