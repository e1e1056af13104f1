//! One column of text cleaned: the same type comes out, and beside it what was found.

use std::sync::Arc;

use arrow_array::array::{
    Array, ArrayRef, BinaryArray, BinaryViewArray, GenericBinaryArray, GenericStringArray, Int32Array,
    LargeBinaryArray, ListArray, OffsetSizeTrait, StringArray, StructArray,
};
use arrow_array::builder::{BinaryViewBuilder, GenericBinaryBuilder, StringBuilder};
use arrow_array::cast::AsArray;
use arrow_array::{ArrayAccessor, Float64Array};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{DataType, Field, Fields};
use pyo3::prelude::*;
use rayon::prelude::*;
use unecho::Finding;
use unecho::cut::cleaned;
use unecho::paragraph::Verdict;

use crate::across::cells::strings;
use crate::engine::{Error, on_threads, try_look};
use crate::table::Cleaner;

/// Rows looked at before anybody is asked whether to go on.
const WINDOW: usize = 4096;

/// True if a column of this type is taken for text.
pub(crate) const fn is_text(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::Utf8
            | DataType::LargeUtf8
            | DataType::Utf8View
            | DataType::Binary
            | DataType::LargeBinary
            | DataType::BinaryView
    )
}

/// How a column is cleaned.
#[derive(Clone, Copy)]
struct Task<'a> {
    cleaner: &'a Cleaner,
    /// For each row, findings to be added.
    findings: Option<&'a ArrayRef>,
}

impl Task<'_> {
    /// The findings to be added in a row, in order.
    fn new_findings(&self, row: usize) -> Result<Vec<Finding>, String> {
        let Some(findings) = self.findings.filter(|findings| !findings.is_null(row)) else { return Ok(Vec::new()) };
        let findings = strings(findings, row)?;
        let read = |json: &String| serde_json::from_str(json).map_err(|error| format!("no finding: {error}"));
        let mut findings: Vec<Finding> = findings.iter().map(read).collect::<Result<_, _>>()?;
        findings.sort_by_key(|finding| finding.paragraph);
        Ok(findings)
    }
}

/// The cleaned column, of the same type, and what was found in each row.
pub(crate) fn clean(
    cleaner: &Cleaner,
    column: &ArrayRef,
    findings: Option<&ArrayRef>,
    watch: &mut dyn FnMut() -> PyResult<()>,
) -> PyResult<(ArrayRef, Tally)> {
    let cleaner = Task { cleaner, findings };
    // A string column is read as bytes: whoever made it may not have looked whether it is UTF-8.
    let mut tally = Tally::default();
    let cleaned: ArrayRef = match column.data_type() {
        DataType::Utf8 => {
            let bytes = BinaryArray::from(column.as_string::<i32>().clone());
            string(bytes_of(cleaner, &bytes, true, &mut tally, watch)?)?
        }
        DataType::LargeUtf8 => {
            let bytes = LargeBinaryArray::from(column.as_string::<i64>().clone());
            string(bytes_of(cleaner, &bytes, true, &mut tally, watch)?)?
        }
        DataType::Utf8View => {
            let views = views_of(cleaner, &column.as_string_view().clone().to_binary_view(), true, &mut tally, watch)?;
            Arc::new(views.to_string_view().map_err(|error| Error::new_err(error.to_string()))?)
        }
        DataType::LargeBinary => Arc::new(bytes_of(cleaner, column.as_binary::<i64>(), false, &mut tally, watch)?),
        DataType::BinaryView => Arc::new(views_of(cleaner, column.as_binary_view(), false, &mut tally, watch)?),
        _ => Arc::new(bytes_of(cleaner, column.as_binary::<i32>(), false, &mut tally, watch)?),
    };
    // Where nothing changed, the column itself.
    Ok((if tally.changed { cleaned } else { Arc::clone(column) }, tally))
}

fn string<O: OffsetSizeTrait>(bytes: GenericBinaryArray<O>) -> PyResult<ArrayRef> {
    let strings = GenericStringArray::<O>::try_from_binary(bytes);
    Ok(Arc::new(strings.map_err(|error| Error::new_err(error.to_string()))?))
}

fn bytes_of<O: OffsetSizeTrait>(
    cleaner: Task<'_>,
    column: &GenericBinaryArray<O>,
    strings: bool,
    tally: &mut Tally,
    watch: &mut dyn FnMut() -> PyResult<()>,
) -> PyResult<GenericBinaryArray<O>> {
    // What comes out is never longer than what goes in.
    let bytes = column.value_offsets().last().zip(column.value_offsets().first());
    let bytes = bytes.map_or(0, |(last, first)| (*last - *first).as_usize());
    let mut out = GenericBinaryBuilder::<O>::with_capacity(column.len(), bytes);
    each(cleaner, column, strings, tally, watch, &mut |text| out.append_option(text))?;
    Ok(out.finish())
}

fn views_of(
    cleaner: Task<'_>,
    column: &BinaryViewArray,
    strings: bool,
    tally: &mut Tally,
    watch: &mut dyn FnMut() -> PyResult<()>,
) -> PyResult<BinaryViewArray> {
    let mut out = BinaryViewBuilder::with_capacity(column.len());
    each(cleaner, column, strings, tally, watch, &mut |text| out.append_option(text))?;
    Ok(out.finish())
}

/// What became of one row.
enum Row {
    /// It stays as it is.
    Same(Vec<Finding>),
    /// This is left of it.
    Cut(String, Vec<Finding>, i32),
    /// It could not be cleaned, and stays, if it may.
    Bad(String, bool),
}

/// Cleans row after row; hands each row's text to `out`, in order.
fn each<'a, A: ArrayAccessor<Item = &'a [u8]> + Sync>(
    task: Task<'_>,
    column: A,
    strings: bool,
    tally: &mut Tally,
    watch: &mut dyn FnMut() -> PyResult<()>,
    out: &mut dyn FnMut(Option<&[u8]>),
) -> PyResult<()> {
    let rows = column.len();
    let cleaner = task.cleaner;
    let look = |row: usize| -> Row {
        if column.is_null(row) {
            return Row::Bad("the text is no string, but null".into(), false);
        }
        match std::str::from_utf8(column.value(row)) {
            Err(error) => Row::Bad(format!("not valid UTF-8 at byte {}", error.valid_up_to()), !strings),
            Ok(text) => {
                match task.new_findings(row).and_then(|new| try_look(&cleaner.engine, text, cleaner.syntax, new)) {
                    Err(fault) => Row::Bad(fault, true),
                    Ok(looked) if looked.cuts.is_empty() => Row::Same(looked.findings.findings),
                    Ok(looked) => {
                        let left = cleaned(text, &looked.cuts);
                        Row::Cut(left, looked.findings.findings, looked.cuts.len() as i32)
                    }
                }
            }
        }
    };
    for start in (0..rows).step_by(WINDOW) {
        let window = start..rows.min(start + WINDOW);
        let done: Vec<Row> = on_threads(cleaner.threads, || window.clone().into_par_iter().map(look).collect())?;
        for (row, done) in window.zip(done) {
            match &done {
                Row::Same(_) => out(Some(column.value(row))),
                Row::Cut(left, ..) => out(Some(left.as_bytes())),
                Row::Bad(_, stays) => out((*stays).then(|| column.value(row))),
            }
            tally.add(done, column.is_null(row));
        }
        watch()?;
    }
    Ok(())
}

/// What was found in the rows, as columns. Counts are signed: Spark knows no other numbers.
#[derive(Default)]
pub(crate) struct Tally {
    /// True if any row's text is another one.
    changed: bool,
    removed: Vec<i32>,
    errors: StringBuilder,
    /// How many findings each row has.
    lengths: Vec<usize>,
    paragraphs: Vec<i32>,
    twins: Vec<i32>,
    kinds: Vec<&'static str>,
    verdicts: Vec<&'static str>,
    roles: Vec<&'static str>,
    coverages: Vec<f64>,
    reasons: StringBuilder,
    elsewhere: StringBuilder,
}

impl Tally {
    fn fields() -> Fields {
        Fields::from(vec![
            Field::new("paragraph", DataType::Int32, false),
            Field::new("twin", DataType::Int32, false),
            Field::new("kind", DataType::Utf8, false),
            Field::new("verdict", DataType::Utf8, false),
            Field::new("role", DataType::Utf8, false),
            Field::new("coverage", DataType::Float64, false),
            Field::new("reason", DataType::Utf8, false),
            Field::new("elsewhere", DataType::Utf8, true),
        ])
    }

    /// The type of the column of findings.
    pub(crate) fn findings_type() -> DataType {
        DataType::new_list(DataType::Struct(Self::fields()), false)
    }

    fn add(&mut self, row: Row, null: bool) {
        let (findings, removed, error) = match row {
            Row::Same(findings) => (findings, 0, None),
            Row::Cut(_, findings, removed) => (findings, removed, None),
            Row::Bad(error, stays) => {
                self.changed |= !stays && !null;
                (Vec::new(), 0, Some(error))
            }
        };
        self.changed |= removed > 0;
        self.removed.push(removed);
        self.errors.append_option(error);
        let before = self.paragraphs.len();
        // Look-alikes that stay outnumber the rest, and are of interest to nobody who has a million articles.
        for finding in findings.iter().filter(|finding| finding.verdict != Verdict::Keep) {
            self.paragraphs.push(finding.paragraph.0 as i32);
            self.twins.push(finding.twin.0 as i32);
            self.kinds.push(finding.kind.name());
            self.verdicts.push(finding.verdict.name());
            self.roles.push(finding.role.name());
            self.coverages.push(finding.coverage);
            self.reasons.append_value(&finding.reason);
            self.elsewhere.append_option(finding.elsewhere.as_ref().map(|elsewhere| &elsewhere.doc));
        }
        self.lengths.push(self.paragraphs.len() - before);
    }

    /// The columns of counts, findings and errors.
    pub(crate) fn columns(mut self) -> [ArrayRef; 3] {
        let names = |names: Vec<&'static str>| -> ArrayRef { Arc::new(StringArray::from(names)) };
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Int32Array::from(self.paragraphs)),
            Arc::new(Int32Array::from(self.twins)),
            names(self.kinds),
            names(self.verdicts),
            names(self.roles),
            Arc::new(Float64Array::from(self.coverages)),
            Arc::new(self.reasons.finish()),
            Arc::new(self.elsewhere.finish()),
        ];
        let item = Arc::new(Field::new_list_field(DataType::Struct(Self::fields()), false));
        let findings = Arc::new(StructArray::new(Self::fields(), columns, None));
        let findings = ListArray::new(item, OffsetBuffer::from_lengths(self.lengths), findings, None);
        [Arc::new(Int32Array::from(self.removed)), Arc::new(findings), Arc::new(self.errors.finish())]
    }
}
