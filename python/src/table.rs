//! Tables: anything that speaks the Arrow PyCapsule interface goes in, and what comes out speaks it, too.

use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::{ArrayRef, RecordBatch, RecordBatchIterator, RecordBatchReader, StructArray};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use pyo3_arrow::ffi::{ArrayIterator, to_schema_pycapsule, to_stream_pycapsule};
use pyo3_arrow::input::AnyRecordBatch;
use unecho::markup::Syntax;

use crate::column::{self, Tally};
use crate::engine::Error;
use crate::options::type_name;

/// Cleans one column of record batches.
pub(crate) struct Cleaner {
    pub(crate) engine: Arc<unecho::Deduplicator>,
    pub(crate) threads: usize,
    pub(crate) syntax: Syntax,
    /// The column of the text, 0-based.
    at: usize,
    /// The column of findings to be added, if there is one; it does not come back.
    findings: Option<usize>,
    /// True if the cleaned text takes its place.
    replace: bool,
    schema: SchemaRef,
}

impl Cleaner {
    /// A cleaner of the column `column` of tables of `schema`; the cleaned text is called `into`, or replaces it.
    pub(crate) fn new(
        engine: Arc<unecho::Deduplicator>,
        threads: usize,
        syntax: Syntax,
        schema: &Schema,
        column: &str,
        into: Option<&str>,
    ) -> PyResult<Self> {
        let Ok(at) = schema.index_of(column) else {
            let what = format!("no column {column:?}; name the column that holds the text with column=");
            return Err(Error::new_err(what));
        };
        let field = schema.field(at);
        if !column::is_text(field.data_type()) {
            return Err(Error::new_err(format!("the column {column:?} is no string, but {}", field.data_type())));
        }
        let mut fields: Vec<Arc<Field>> = schema.fields().iter().cloned().collect();
        let name = into.unwrap_or(column);
        let cleaned = Field::new(name, field.data_type().clone(), true);
        let replace = name == column;
        if replace {
            fields[at] = Arc::new(cleaned.with_metadata(field.metadata().clone()));
        } else {
            fields.push(Arc::new(cleaned));
        }
        fields.push(Arc::new(Field::new(format!("{name}_removed"), DataType::Int32, false)));
        fields.push(Arc::new(Field::new(format!("{name}_findings"), Tally::findings_type(), false)));
        fields.push(Arc::new(Field::new(format!("{name}_error"), DataType::Utf8, true)));
        let new = if replace { schema.fields().len() } else { schema.fields().len() - 1 };
        for (index, field) in fields.iter().enumerate().skip(new) {
            if fields[..index].iter().any(|other| other.name() == field.name()) {
                return Err(Error::new_err(format!("the table has a column {:?} already", field.name())));
            }
        }
        let schema = Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()));
        Ok(Self { engine, threads, syntax, at, findings: None, replace, schema })
    }

    /// Adds the findings of the column `name`, lists of strings; it does not come back.
    pub(crate) fn with_findings(self, name: &str) -> PyResult<Self> {
        let at = self.schema.index_of(name).map_err(|error| Error::new_err(error.to_string()))?;
        let fields = self.schema.fields().iter().enumerate().filter(|(index, _)| *index != at);
        let fields: Vec<Arc<Field>> = fields.map(|(_, field)| Arc::clone(field)).collect();
        let schema = Arc::new(Schema::new_with_metadata(fields, self.schema.metadata().clone()));
        Ok(Self { findings: Some(at), schema, ..self })
    }

    /// Cleans a batch. `watch` is asked now and then whether to go on.
    fn batch(&self, batch: &RecordBatch, watch: &mut dyn FnMut() -> PyResult<()>) -> PyResult<RecordBatch> {
        let findings = self.findings.map(|at| batch.column(at));
        let (cleaned, tally) = column::clean(self, batch.column(self.at), findings, watch)?;
        let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
        if self.replace {
            columns[self.at] = cleaned;
        } else {
            columns.push(cleaned);
        }
        columns.extend(tally.columns());
        if let Some(at) = self.findings {
            columns.remove(at);
        }
        RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(|error| Error::new_err(error.to_string()))
    }
}

/// A reader of record batches that cleans what it reads.
struct CleaningReader {
    source: Box<dyn RecordBatchReader + Send>,
    cleaner: Cleaner,
}

impl Iterator for CleaningReader {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let clean = |batch| {
            self.cleaner.batch(&batch, &mut || Ok(())).map_err(|error| ArrowError::ExternalError(Box::new(error)))
        };
        self.source.next().map(|batch| batch.and_then(clean))
    }
}

impl RecordBatchReader for CleaningReader {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.cleaner.schema)
    }
}

/// The batches of anything that has any.
pub(crate) fn source(table: &Bound<'_, PyAny>) -> PyResult<Box<dyn RecordBatchReader + Send>> {
    if !table.hasattr("__arrow_c_stream__")? && !table.hasattr("__arrow_c_array__")? {
        let what = "is no table: it has neither __arrow_c_stream__ nor __arrow_c_array__";
        return Err(PyTypeError::new_err(format!("{} {what}", type_name(table))));
    }
    table.extract::<AnyRecordBatch>()?.into_reader()
}

fn stream<'py>(
    py: Python<'py>,
    reader: Box<dyn RecordBatchReader + Send>,
    requested: Option<Bound<'py, PyCapsule>>,
) -> PyResult<Bound<'py, PyCapsule>> {
    let field = Field::new_struct("", reader.schema().fields().clone(), false);
    let field = field.with_metadata(reader.schema().metadata().clone());
    let arrays = reader.map(|batch| Ok(Arc::new(StructArray::from(batch?)) as ArrayRef));
    Ok(to_stream_pycapsule(py, Box::new(ArrayIterator::new(arrays, field.into())), requested)?)
}

/// A cleaned table. It has the Arrow PyCapsule interface, so that pyarrow.table(...), polars.DataFrame(...), DuckDB and
/// others take it as it is.
#[pyclass(frozen, module = "unecho")]
pub(crate) struct CleanedTable {
    pub(crate) schema: SchemaRef,
    pub(crate) batches: Vec<RecordBatch>,
}

impl CleanedTable {
    pub(crate) fn new(py: Python<'_>, cleaner: &Cleaner, source: &mut dyn RecordBatchReader) -> PyResult<Self> {
        let mut batches = Vec::new();
        for batch in source {
            let batch = batch.map_err(|error| Error::new_err(error.to_string()))?;
            // Ctrl-C is seen by whoever holds the interpreter's lock.
            let mut watch = || Python::attach(|py| py.check_signals());
            batches.push(py.detach(|| cleaner.batch(&batch, &mut watch))?);
        }
        Ok(Self { schema: Arc::clone(&cleaner.schema), batches })
    }
}

#[pymethods]
impl CleanedTable {
    /// How many rows it has.
    #[getter]
    fn num_rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// The names of its columns.
    #[getter]
    fn column_names(&self) -> Vec<&str> {
        self.schema.fields().iter().map(|field| field.name().as_str()).collect()
    }

    /// As a pyarrow.Table.
    fn to_pyarrow<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("pyarrow")?.call_method1("table", (slf,))
    }

    /// As a polars.DataFrame.
    fn to_polars<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("polars")?.call_method1("DataFrame", (slf,))
    }

    /// As a pandas.DataFrame, by pyarrow.
    fn to_pandas<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        Self::to_pyarrow(slf)?.call_method0("to_pandas")
    }

    fn __len__(&self) -> usize {
        self.num_rows()
    }

    fn __repr__(&self) -> String {
        format!("<unecho.CleanedTable: {} rows of {}>", self.num_rows(), self.column_names().join(", "))
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        Ok(to_schema_pycapsule(py, self.schema.as_ref())?)
    }

    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let batches = self.batches.clone().into_iter().map(Ok);
        let reader = RecordBatchIterator::new(batches, Arc::clone(&self.schema));
        stream(py, Box::new(reader), requested_schema)
    }
}

/// The batches of a table, each cleaned when it is asked for; can be read once, by whoever takes Arrow streams.
#[pyclass(frozen, module = "unecho")]
pub(crate) struct CleanedBatches {
    schema: SchemaRef,
    reader: Mutex<Option<CleaningReader>>,
}

impl CleanedBatches {
    pub(crate) fn new(cleaner: Cleaner, source: Box<dyn RecordBatchReader + Send>) -> Self {
        let schema = Arc::clone(&cleaner.schema);
        Self { schema, reader: Mutex::new(Some(CleaningReader { source, cleaner })) }
    }
}

#[pymethods]
impl CleanedBatches {
    /// The names of its columns.
    #[getter]
    fn column_names(&self) -> Vec<&str> {
        self.schema.fields().iter().map(|field| field.name().as_str()).collect()
    }

    fn __repr__(&self) -> String {
        format!("<unecho.CleanedBatches: {}>", self.column_names().join(", "))
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        Ok(to_schema_pycapsule(py, self.schema.as_ref())?)
    }

    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner).take();
        let reader = reader.ok_or_else(|| Error::new_err("these batches were read already"))?;
        stream(py, Box::new(reader), requested_schema)
    }
}
