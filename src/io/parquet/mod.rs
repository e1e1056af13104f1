//! Parquet: a table whose text column is read in batches of rows and written anew; every other column chunk is copied
//! as it is, undecoded, with its statistics, page index and bloom filter. Schema and key-value metadata stay.

mod rows;
mod write;

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use parquet::basic::{ConvertedType, LogicalType, Repetition, Type as Physical};
use parquet::column::reader::{ColumnReader, get_column_reader};
use parquet::errors::{ParquetError, Result as Parsed};
use parquet::file::metadata::{ColumnChunkMetaData, PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::serialized_reader::SerializedPageReader;
use parquet::schema::types::{ColumnDescriptor, SchemaDescriptor, Type};

pub use self::rows::{Batch, Cursor, Rows, source_items};
pub use self::write::TableWriter;
use super::jsonl::Fields;
use super::source::{Bytes, Source};

/// A table to be read.
pub struct Table {
    bytes: Arc<Positioned>,
    source: Source,
    meta: ParquetMetaData,
    text: Text,
    id: Option<usize>,
    site: Option<usize>,
}

/// The text column: which, and how its levels are read.
#[derive(Clone, Copy, Debug)]
struct Text {
    column: usize,
    shape: Shape,
}

/// How the levels of a text column are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Shape {
    /// The definition level of a string that is there.
    full: i16,
    /// For a list of strings, the definition level of one without items.
    empty: Option<i16>,
}

impl Table {
    /// Opens the table of an input: in its file, or put aside where that cannot be read back and forth.
    ///
    /// # Errors
    /// If it is no Parquet file, is damaged, or has no such text column.
    pub fn open(source: Source, mut from: Bytes, fields: &Fields) -> io::Result<Self> {
        let file = match source.plain_file()? {
            Some(file) => file,
            None => {
                let mut aside = tempfile::tempfile()?;
                io::copy(&mut from, &mut aside)?;
                aside
            }
        };
        let len = file.metadata()?.len();
        let bytes = Arc::new(Positioned { file: Arc::new(file), len });
        guarded(|| {
            let reader = ParquetMetaDataReader::new().with_page_index_policy(PageIndexPolicy::Optional);
            let meta = reader.parse_and_finish(&*bytes).map_err(told)?;
            let schema = meta.file_metadata().schema_descr();
            let text = text_column(schema, &fields.text)?;
            let beside = |name: &str, ids: bool| beside(schema, name, ids);
            let (id, site) = (beside(&fields.id, true), beside(&fields.site, false));
            let table = Self { bytes, source, meta, text, id, site };
            table.check()?;
            Ok(table)
        })
    }

    /// Rows in all.
    #[must_use]
    pub fn num_rows(&self) -> usize {
        usize::try_from(self.meta.file_metadata().num_rows()).unwrap_or(0)
    }

    /// The input it was opened from.
    #[must_use]
    pub const fn source(&self) -> &Source {
        &self.source
    }

    fn schema(&self) -> &SchemaDescriptor {
        self.meta.file_metadata().schema_descr()
    }

    /// What the footer says of the chunks must lie inside the file.
    fn check(&self) -> io::Result<()> {
        for (number, group) in self.meta.row_groups().iter().enumerate() {
            let whole = group.num_columns() == self.schema().num_columns() && group.num_rows() >= 0;
            let inside = (0..group.num_columns()).all(|column| {
                let chunk = self.chunk(number, column);
                let start = chunk.dictionary_page_offset().unwrap_or_else(|| chunk.data_page_offset());
                let end = start.checked_add(chunk.compressed_size());
                start >= 0
                    && chunk.compressed_size() >= 0
                    && chunk.file_path().is_none()
                    && end.is_some_and(|end| end as u64 <= self.bytes.len)
            });
            if !whole || !inside {
                return Err(damaged(&format!("row group {number} does not fit into the file")));
            }
        }
        Ok(())
    }

    /// What is known of a column chunk. Some writers say 0 where there is no dictionary.
    fn chunk(&self, group: usize, column: usize) -> ColumnChunkMetaData {
        let chunk = self.meta.row_group(group).column(column).clone();
        let none = chunk.dictionary_page_offset().is_some_and(|at| at <= 0 || at > chunk.data_page_offset());
        if !none {
            return chunk;
        }
        chunk.clone().into_builder().set_dictionary_page_offset(None).build().unwrap_or(chunk)
    }

    fn column(&self, group: usize, column: usize) -> io::Result<ColumnReader> {
        let rows = usize::try_from(self.meta.row_group(group).num_rows()).map_err(io::Error::other)?;
        let pages = SerializedPageReader::new(self.bytes.clone(), &self.chunk(group, column), rows, None);
        Ok(get_column_reader(self.schema().column(column), Box::new(pages.map_err(told)?)))
    }
}

/// The column of the text by its name; a dot leads into a struct.
fn text_column(schema: &SchemaDescriptor, name: &str) -> io::Result<Text> {
    let under = |path: &str| path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    let found: Vec<usize> = (0..schema.num_columns()).filter(|at| under(&schema.column(*at).path().string())).collect();
    let refuse = |what: &str| Err(io::Error::other(format!("the column {name:?} {what}")));
    let [column] = found[..] else {
        if !found.is_empty() {
            return refuse("holds several; name one of strings with --text-field");
        }
        let there: Vec<&str> = schema.root_schema().get_fields().iter().take(20).map(|field| field.name()).collect();
        let there = there.join(", ");
        let what = format!("no column {name:?}; name the column that holds the text with --text-field (of {there})");
        return Err(io::Error::other(what));
    };
    let leaf = schema.column(column);
    if !is_string(&leaf) {
        return refuse("holds neither strings nor lists of strings");
    }
    let empty = match leaf.max_rep_level() {
        0 => None,
        1 => match list(schema.root_schema(), leaf.path().parts()) {
            Some(level) => Some(level - 1),
            None => return refuse("is a part of a list's items; only whole items can be taken out"),
        },
        _ => return refuse("holds lists in lists"),
    };
    Ok(Text { column, shape: Shape { full: leaf.max_def_level(), empty } })
}

/// Strings; plain bytes, too, as old writers mark no strings.
fn is_string(leaf: &ColumnDescriptor) -> bool {
    let told = matches!(leaf.logical_type_ref(), None | Some(LogicalType::String));
    let told = told && matches!(leaf.converted_type(), ConvertedType::NONE | ConvertedType::UTF8);
    told && leaf.physical_type() == Physical::BYTE_ARRAY
}

/// The definition level of an item of the list on this path, if its items hold nothing else.
fn list(root: &Type, path: &[String]) -> Option<i16> {
    let (mut node, mut level) = (root, 0);
    for name in path {
        node = node.get_fields().iter().find(|field| field.name() == name)?;
        match node.get_basic_info().repetition() {
            Repetition::REQUIRED => {}
            Repetition::OPTIONAL => level += 1,
            Repetition::REPEATED => return (leaves(node) == 1).then_some(level + 1),
        }
    }
    None
}

fn leaves(node: &Type) -> usize {
    if node.is_group() { node.get_fields().iter().map(|field| leaves(field)).sum() } else { 1 }
}

/// A column beside the text, one value a row: of strings or, for `ids`, whole numbers.
fn beside(schema: &SchemaDescriptor, name: &str, ids: bool) -> Option<usize> {
    (0..schema.num_columns()).find(|at| {
        let leaf = schema.column(*at);
        let whole = || {
            let number = matches!(leaf.physical_type(), Physical::INT32 | Physical::INT64);
            number && matches!(leaf.logical_type_ref(), None | Some(LogicalType::Integer(_)))
        };
        leaf.path().string() == name && leaf.max_rep_level() == 0 && (is_string(&leaf) || ids && whole())
    })
}

/// Damaged data are the library's errors, and sometimes its panics, which stand for the same.
fn guarded<T>(read: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(damaged("it cannot be read")))
}

fn damaged(what: &str) -> io::Error {
    io::Error::other(format!("damaged Parquet data: {what}"))
}

fn told(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(error) => match error.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(error) => damaged(&error.to_string()),
        },
        ParquetError::General(what) | ParquetError::EOF(what) => damaged(&what),
        ParquetError::NYI(what) => io::Error::other(format!("Parquet data of a kind that is not read: {what}")),
        other => damaged(&other.to_string()),
    }
}

/// A file read at positions: many readers, on many threads, do not move each other.
struct Positioned {
    file: Arc<File>,
    len: u64,
}

/// Reads a file on from a position.
struct Onward {
    file: Arc<File>,
    at: u64,
}

impl Read for Onward {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        #[cfg(unix)]
        let read = std::os::unix::fs::FileExt::read_at(&*self.file, buffer, self.at)?;
        #[cfg(windows)]
        let read = std::os::windows::fs::FileExt::seek_read(&*self.file, buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Length for Positioned {
    fn len(&self) -> u64 {
        self.len
    }
}

impl ChunkReader for Positioned {
    type T = BufReader<Onward>;

    fn get_read(&self, start: u64) -> Parsed<Self::T> {
        Ok(BufReader::new(Onward { file: self.file.clone(), at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Parsed<bytes::Bytes> {
        if start.checked_add(length as u64).is_none_or(|end| end > self.len) {
            return Err(ParquetError::EOF(format!("{length} bytes at {start} are not in the file")));
        }
        let mut buffer = vec![0; length];
        Onward { file: self.file.clone(), at: start }.read_exact(&mut buffer)?;
        Ok(buffer.into())
    }
}
