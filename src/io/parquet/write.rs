//! A table written anew: the text column from its rows, every other column chunk as it is.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, MutexGuard};

use parquet::basic::Encoding;
use parquet::bloom_filter::Sbbf;
use parquet::column::page::{CompressedPage, PageWriteSpec, PageWriter};
use parquet::column::writer::{ColumnCloseResult, ColumnWriterImpl, get_column_writer, get_typed_column_writer};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::errors::{ParquetError, Result as Parsed};
use parquet::file::metadata::{ColumnChunkMetaData, SortingColumn};
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::page_index::offset_index::OffsetIndexMetaData;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::writer::{SerializedFileWriter, SerializedPageWriter, TrackedWrite};
use tempfile::SpooledTempFile;

use super::rows::Rows;
use super::{Table, guarded, told};

/// Values encoded between two looks at the size of a page.
const STEP: usize = 64;

/// Bytes of a packed text column that are held in memory; longer ones go to a temporary file.
const HELD: usize = 8 << 20;

/// Writes a table like another one, row group by row group.
pub struct TableWriter<W: Write + Send> {
    to: SerializedFileWriter<Held<W>>,
    table: Arc<Table>,
    /// The text column of the row group being written.
    text: Option<TextColumn>,
}

struct TextColumn {
    writer: ColumnWriterImpl<'static, ByteArrayType>,
    spool: Spool,
    changed: bool,
}

impl<W: Write + Send> TableWriter<W> {
    /// Begins a table like `table`.
    ///
    /// # Errors
    /// If writing fails.
    pub fn begin(to: W, table: Arc<Table>) -> io::Result<Self> {
        let file = table.meta.file_metadata();
        let version = if file.version() < 2 { WriterVersion::PARQUET_1_0 } else { WriterVersion::PARQUET_2_0 };
        let mut properties = WriterProperties::builder()
            .set_writer_version(version)
            .set_key_value_metadata(file.key_value_metadata().cloned())
            .set_sorting_columns(sorting(&table));
        if let Some(by) = file.created_by() {
            // Most of the pages are that writer's, and readers know what its statistics are worth.
            properties = properties.set_created_by(by.to_owned());
        }
        let schema = table.schema().root_schema_ptr();
        let to = SerializedFileWriter::new(Held(Some(to)), schema, Arc::new(properties.build())).map_err(told)?;
        Ok(Self { to, table, text: None })
    }

    /// Appends rows, whose text is in `bytes`; `changed` if that is not what the table has.
    ///
    /// # Errors
    /// If writing fails, or the table cannot be read.
    pub fn add(&mut self, rows: &Rows, bytes: &[u8], changed: bool) -> io::Result<()> {
        if rows.is_empty() && !rows.ends {
            return Ok(());
        }
        guarded(|| self.append(rows, bytes, changed))
    }

    fn append(&mut self, rows: &Rows, bytes: &[u8], changed: bool) -> io::Result<()> {
        let text = match &mut self.text {
            Some(text) => text,
            none => none.insert(TextColumn::like(&self.table, rows.group)),
        };
        text.changed |= changed;
        text.add(rows, bytes).map_err(told)?;
        if rows.ends { self.end_group(rows.group) } else { Ok(()) }
    }

    fn end_group(&mut self, group: usize) -> io::Result<()> {
        let Some(TextColumn { writer, spool, changed }) = self.text.take() else { return Ok(()) };
        let column = self.table.text.column;
        let mut written = writer.close().map_err(told)?;
        written.offset_index = written.offset_index.filter(|_| offset_index(&self.table, group, column).is_some());
        let mut written = Some(written);
        let mut to = self.to.next_row_group().map_err(told)?;
        for index in 0..self.table.schema().num_columns() {
            match written.take_if(|_| changed && index == column) {
                Some(written) => to.append_column(&spool, written),
                None => to.append_column(&*self.table.bytes, copied(&self.table, group, index)?),
            }
            .map_err(told)?;
        }
        to.close().map_err(told)?;
        Ok(())
    }

    /// Writes the end of the table, and gives the writer back. Rows of a row group that is not whole are left out.
    ///
    /// # Errors
    /// If writing fails.
    pub fn finish(mut self) -> io::Result<W> {
        self.to.finish().map_err(told)?;
        self.to.inner_mut().0.take().ok_or_else(closed)
    }
}

/// A writer to be had back.
struct Held<W>(Option<W>);

impl<W: Write> Write for Held<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.as_mut().ok_or_else(closed)?.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.as_mut().map_or(Ok(()), Write::flush)
    }
}

fn closed() -> io::Error {
    io::Error::other("the table is closed")
}

impl TextColumn {
    /// A column chunk packed and indexed as the one that it takes the place of.
    fn like(table: &Table, group: usize) -> Self {
        let chunk = table.chunk(group, table.text.column);
        let statistics = match () {
            () if column_index(table, group, table.text.column).is_some() => EnabledStatistics::Page,
            () if chunk.statistics().is_some() => EnabledStatistics::Chunk,
            () => EnabledStatistics::None,
        };
        let properties = WriterProperties::builder()
            .set_writer_version(WriterVersion::PARQUET_1_0)
            .set_compression(chunk.compression_codec().into())
            .set_dictionary_enabled(chunk.dictionary_page_offset().is_some())
            .set_encoding(Encoding::PLAIN)
            .set_statistics_enabled(statistics)
            .set_bloom_filter_enabled(chunk.bloom_filter_offset().is_some())
            .set_write_batch_size(STEP)
            .build();
        let spool = Spool::new();
        let pages = Box::new(Pages { to: TrackedWrite::new(spool.clone()) });
        let writer = get_column_writer(table.schema().column(table.text.column), Arc::new(properties), pages);
        Self { writer: get_typed_column_writer(writer), spool, changed: false }
    }

    fn add(&mut self, rows: &Rows, bytes: &[u8]) -> Parsed<()> {
        let all = ByteArray::from(bytes.to_vec());
        let full = rows.entries.iter().filter(|entry| entry.level == rows.shape.full);
        let values: Vec<ByteArray> = full.map(|entry| all.slice(entry.value.start, entry.value.len())).collect();
        let levels: Vec<i16> = rows.entries.iter().map(|entry| entry.level).collect();
        let mut repeated = vec![1; levels.len()];
        rows.rows.iter().for_each(|row| repeated[row.entries.start] = 0);
        self.writer.write_batch(&values, Some(&levels), rows.shape.empty.map(|_| &*repeated)).map(drop)
    }
}

/// What is known of a column chunk that is copied.
fn copied(table: &Table, group: usize, column: usize) -> io::Result<ColumnCloseResult> {
    let metadata: ColumnChunkMetaData = table.chunk(group, column);
    Ok(ColumnCloseResult {
        bytes_written: metadata.compressed_size() as u64,
        rows_written: table.meta.row_group(group).num_rows() as u64,
        bloom_filter: Sbbf::read_from_column_chunk(&metadata, &*table.bytes).map_err(told)?,
        column_index: column_index(table, group, column).cloned(),
        offset_index: offset_index(table, group, column).cloned(),
        metadata,
    })
}

fn column_index(table: &Table, group: usize, column: usize) -> Option<&ColumnIndexMetaData> {
    let index = table.meta.column_index()?.get(group)?.get(column)?;
    (!matches!(index, ColumnIndexMetaData::NONE)).then_some(index)
}

fn offset_index(table: &Table, group: usize, column: usize) -> Option<&OffsetIndexMetaData> {
    let index = table.meta.offset_index()?.get(group)?.get(column)?;
    (!index.page_locations.is_empty()).then_some(index)
}

/// The order of the rows as all row groups tell it, as far as it does not hang on the text.
fn sorting(table: &Table) -> Option<Vec<SortingColumn>> {
    let mut told = table.meta.row_groups().iter().map(|group| group.sorting_columns());
    let first = told.next()??;
    if told.any(|other| other != Some(first)) {
        return None;
    }
    let text = table.text.column as i32;
    let kept: Vec<SortingColumn> = first.iter().take_while(|column| column.column_idx != text).cloned().collect();
    (!kept.is_empty()).then_some(kept)
}

/// The packed pages of a column chunk.
#[derive(Clone)]
struct Spool(Arc<Mutex<SpooledTempFile>>);

impl Spool {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(tempfile::spooled_tempfile(HELD))))
    }

    fn file(&self) -> io::Result<MutexGuard<'_, SpooledTempFile>> {
        self.0.lock().map_err(|_| io::Error::other("the text column is lost"))
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file()?.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file()?.flush()
    }
}

impl Read for Spool {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file()?.read(buffer)
    }
}

impl Length for Spool {
    fn len(&self) -> u64 {
        self.file().and_then(|mut file| file.seek(SeekFrom::End(0))).unwrap_or(0)
    }
}

impl ChunkReader for Spool {
    type T = Self;

    fn get_read(&self, start: u64) -> Parsed<Self> {
        self.file()?.seek(SeekFrom::Start(start))?;
        Ok(self.clone())
    }

    fn get_bytes(&self, _: u64, _: usize) -> Parsed<bytes::Bytes> {
        Err(ParquetError::NYI("pages are read in one go".into()))
    }
}

/// Puts pages into a spool.
struct Pages {
    to: TrackedWrite<Spool>,
}

impl PageWriter for Pages {
    fn write_page(&mut self, page: CompressedPage) -> Parsed<PageWriteSpec> {
        SerializedPageWriter::new(&mut self.to).write_page(page)
    }

    fn close(&mut self) -> Parsed<()> {
        Ok(self.to.flush()?)
    }
}
