//! Rows in, rows out: columns read by name, whatever sort of string they hold, and columns written row by row.

use std::sync::Arc;

use arrow_array::array::{Array, ArrayRef};
use arrow_array::builder::{BooleanBuilder, Int64Builder, ListBuilder, StringBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::{Int16Type, Int32Type, Int64Type};
use arrow_array::{RecordBatch, StructArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Sort {
    Long,
    Text,
    Flag,
    Longs,
}

impl Sort {
    fn data_type(self) -> DataType {
        match self {
            Self::Long => DataType::Int64,
            Self::Text => DataType::Utf8,
            Self::Flag => DataType::Boolean,
            Self::Longs => DataType::new_list(DataType::Int64, true),
        }
    }
}

/// One value.
pub(super) enum Cell {
    Long(i64),
    Text(Option<String>),
    Flag(bool),
    Longs(Vec<i64>),
}

/// The rows of a batch.
pub(super) struct Input<'a>(pub(super) &'a RecordBatch);

impl Input<'_> {
    fn column(&self, name: &str) -> Result<&ArrayRef, String> {
        self.0.column_by_name(name).ok_or_else(|| format!("no column \"{name}\""))
    }

    /// A whole number.
    pub(super) fn long(&self, name: &str, row: usize) -> Result<i64, String> {
        let column = self.column(name)?;
        if column.is_null(row) || column.data_type() == &DataType::Null {
            return Err(format!("\"{name}\" is null"));
        }
        Ok(match column.data_type() {
            DataType::Int64 => column.as_primitive::<Int64Type>().value(row),
            DataType::Int32 => column.as_primitive::<Int32Type>().value(row).into(),
            DataType::Int16 => column.as_primitive::<Int16Type>().value(row).into(),
            other => return Err(format!("\"{name}\" is no whole number, but {other}")),
        })
    }

    /// True or false.
    pub(super) fn flag(&self, name: &str, row: usize) -> Result<bool, String> {
        let column = self.column(name)?;
        let flags = column.as_boolean_opt().ok_or_else(|| format!("\"{name}\" is neither true nor false"))?;
        Ok(flags.value(row))
    }

    /// The bytes of a string; none if it is null.
    pub(super) fn bytes(&self, name: &str, row: usize) -> Result<Option<&[u8]>, String> {
        bytes(self.column(name)?, row).map_err(|error| format!("\"{name}\" {error}"))
    }

    /// A string.
    pub(super) fn text(&self, name: &str, row: usize) -> Result<&str, String> {
        let bytes = self.bytes(name, row)?.ok_or_else(|| format!("\"{name}\" is null"))?;
        std::str::from_utf8(bytes).map_err(|error| format!("not valid UTF-8 at byte {}", error.valid_up_to()))
    }

    /// A string; none if it is null, or there is no such column.
    pub(super) fn text_if_any(&self, name: &str, row: usize) -> Result<Option<&str>, String> {
        let there = self.column(name).is_ok() && self.bytes(name, row)?.is_some();
        if there { self.text(name, row).map(Some) } else { Ok(None) }
    }

    /// The strings of a list.
    pub(super) fn texts(&self, name: &str, row: usize) -> Result<Vec<String>, String> {
        strings(self.column(name)?, row).map_err(|error| format!("\"{name}\" {error}"))
    }

    /// The lists of a list.
    pub(super) fn lists(&self, name: &str, row: usize) -> Result<Vec<Vec<i64>>, String> {
        let lists = items(self.column(name)?, row).map_err(|error| format!("\"{name}\" {error}"))?;
        let longs = |at: usize| -> Result<Vec<i64>, String> {
            let list = items(&lists, at)?;
            let longs = list.as_primitive_opt::<Int64Type>().ok_or("holds no whole numbers")?;
            Ok(longs.values().to_vec())
        };
        (0..lists.len()).map(longs).collect()
    }
}

/// The strings of the list in a row; none of them is null.
pub(crate) fn strings(column: &ArrayRef, row: usize) -> Result<Vec<String>, String> {
    let list = items(column, row)?;
    let string = |at: usize| {
        let bytes = bytes(&list, at)?.ok_or("holds null")?;
        String::from_utf8(bytes.to_vec()).map_err(|error| error.to_string())
    };
    (0..list.len()).map(string).collect()
}

/// The list in a row; an empty one if it is null.
fn items(column: &ArrayRef, row: usize) -> Result<ArrayRef, String> {
    match column.data_type() {
        DataType::List(_) => Ok(column.as_list::<i32>().value(row)),
        DataType::LargeList(_) => Ok(column.as_list::<i64>().value(row)),
        other => Err(format!("is no list, but {other}")),
    }
}

fn bytes(column: &ArrayRef, row: usize) -> Result<Option<&[u8]>, String> {
    // A column of nulls alone has a type of its own.
    if column.is_null(row) || column.data_type() == &DataType::Null {
        return Ok(None);
    }
    Ok(Some(match column.data_type() {
        DataType::Utf8 => {
            &column.as_string::<i32>().value_data()[range(column.as_string::<i32>().value_offsets(), row)]
        }
        DataType::LargeUtf8 => {
            let offsets = column.as_string::<i64>().value_offsets();
            &column.as_string::<i64>().value_data()[offsets[row] as usize..offsets[row + 1] as usize]
        }
        DataType::Binary => column.as_binary::<i32>().value(row),
        DataType::LargeBinary => column.as_binary::<i64>().value(row),
        DataType::Utf8View => column.as_string_view().value(row).as_bytes(),
        DataType::BinaryView => column.as_binary_view().value(row),
        other => return Err(format!("is no string, but {other}")),
    }))
}

fn range(offsets: &[i32], row: usize) -> std::ops::Range<usize> {
    offsets[row] as usize..offsets[row + 1] as usize
}

enum Column {
    Long(Int64Builder),
    Text(StringBuilder),
    Flag(BooleanBuilder),
    Longs(ListBuilder<Int64Builder>),
}

/// Rows being written; behind the last column is what went wrong.
pub(super) struct Output {
    schema: SchemaRef,
    columns: Vec<Column>,
    errors: StringBuilder,
}

/// The columns of a step's rows.
pub(super) fn schema(columns: &[(&str, Sort)]) -> SchemaRef {
    let field = |(name, sort): &(&str, Sort)| Field::new(*name, sort.data_type(), true);
    let error = Field::new("error", DataType::Utf8, true);
    Arc::new(Schema::new(columns.iter().map(field).chain([error]).collect::<Vec<_>>()))
}

impl Output {
    pub(super) fn new(columns: &[(&str, Sort)]) -> Self {
        let column = |(_, sort): &(&str, Sort)| match sort {
            Sort::Long => Column::Long(Int64Builder::new()),
            Sort::Text => Column::Text(StringBuilder::new()),
            Sort::Flag => Column::Flag(BooleanBuilder::new()),
            Sort::Longs => Column::Longs(ListBuilder::new(Int64Builder::new())),
        };
        Self { schema: schema(columns), columns: columns.iter().map(column).collect(), errors: StringBuilder::new() }
    }

    /// One row, its cells in the order of the columns.
    pub(super) fn row<const N: usize>(&mut self, cells: [Cell; N]) {
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            match (column, cell) {
                (Column::Long(longs), Cell::Long(long)) => longs.append_value(long),
                (Column::Text(texts), Cell::Text(text)) => texts.append_option(text),
                (Column::Flag(flags), Cell::Flag(flag)) => flags.append_value(flag),
                (Column::Longs(lists), Cell::Longs(list)) => lists.append_value(list.into_iter().map(Some)),
                (column, _) => column.append_null(),
            }
        }
        self.errors.append_null();
    }

    /// A row that failed.
    pub(super) fn error(&mut self, error: &str) {
        self.columns.iter_mut().for_each(Column::append_null);
        self.errors.append_value(error);
    }

    pub(super) fn finish(mut self) -> RecordBatch {
        let mut columns: Vec<ArrayRef> = self.columns.into_iter().map(Column::finish).collect();
        columns.push(Arc::new(self.errors.finish()));
        StructArray::new(self.schema.fields().clone(), columns, None).into()
    }
}

impl Column {
    fn append_null(&mut self) {
        match self {
            Self::Long(longs) => longs.append_null(),
            Self::Text(texts) => texts.append_null(),
            Self::Flag(flags) => flags.append_null(),
            Self::Longs(lists) => lists.append_null(),
        }
    }

    fn finish(self) -> ArrayRef {
        match self {
            Self::Long(mut longs) => Arc::new(longs.finish()),
            Self::Text(mut texts) => Arc::new(texts.finish()),
            Self::Flag(mut flags) => Arc::new(flags.finish()),
            Self::Longs(mut lists) => Arc::new(lists.finish()),
        }
    }
}
