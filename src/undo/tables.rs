//! Restore and verify on tables: each row with text is a document of the log.

use std::path::Path;
use std::sync::Arc;

use super::{Known, Opened, Restored, UndoError};
use crate::io::files::FileError;
use crate::io::jsonl::Fields;
use crate::io::parquet::{Batch, Cursor, Rows, Table, TableWriter};
use crate::restore::{restore, verify as verify_text};

/// Bytes of text read at a time.
const STEP: usize = 1 << 20;

fn table(path: &Path, opened: Opened, fields: &Fields) -> Result<Arc<Table>, UndoError> {
    let Opened { source, from, .. } = opened;
    Table::open(source, from, fields).map(Arc::new).map_err(|error| FileError::at(path, error).into())
}

/// The document of a row as it was when the table was cleaned: its name and its text; none for what passed through.
fn document<'b>(rows: &Rows, row: usize, bytes: &'b [u8], most: usize) -> Option<(String, &'b str)> {
    let text = rows.text(row).filter(|text| text.len() <= most)?;
    let id = rows.id(row).map_or_else(|| (rows.first + row).to_string(), str::to_owned);
    Some((id, std::str::from_utf8(&bytes[text.range()]).ok()?))
}

/// The source of a table.
pub(super) fn restored(path: &Path, name: String, opened: Opened, known: &mut Known) -> Result<Restored, UndoError> {
    let fail = |error| FileError::at(path, error);
    let codec = opened.source.codec;
    let table = table(path, opened, &known.fields())?;
    let mut cursor = Cursor::new(table.clone());
    let mut writer = TableWriter::begin(Vec::new(), table).map_err(fail)?;
    while let Some(Batch { rows, mut bytes }) = cursor.next(STEP).map_err(fail)? {
        let mut out = rows.emptied();
        let mut changed = false;
        for row in 0..rows.len() {
            let Some((id, text)) = document(&rows, row, &bytes, known.reading.max_record) else {
                out.keep(&rows, row);
                continue;
            };
            let record = known.line(&id, text)?;
            let source = restore(record, text)?;
            changed |= !record.cuts.is_empty();
            if record.cuts.is_empty() {
                out.keep(&rows, row);
            } else if rows.is_list() {
                let cuts = record.cuts.iter().map(|cut| (cut.span, cut.text.as_str()));
                out.put_back(&rows, row, cuts, &mut bytes);
            } else {
                out.replace(&rows, &source, &mut bytes);
            }
        }
        writer.add(&out, &bytes, changed).map_err(fail)?;
    }
    Ok(Restored { name, bytes: writer.finish().map_err(fail)?, codec })
}

/// Proves that two tables and the log belong together; the number of documents.
pub(super) fn verify(
    original: (&Path, Opened),
    cleaned: (&Path, Opened),
    known: &mut Known,
) -> Result<usize, UndoError> {
    let fields = known.fields();
    let most = known.reading.max_record;
    let paths = [original.0, cleaned.0];
    let tables = [table(original.0, original.1, &fields)?, table(cleaned.0, cleaned.1, &fields)?];
    let [original, cleaned] = [tables[0].num_rows(), tables[1].num_rows()];
    if original != cleaned {
        return Err(UndoError::Rows { original, cleaned });
    }
    let [mut sources, mut texts] =
        tables.map(|table| Documents { cursor: Cursor::new(table), batch: Batch::default(), row: 0 });
    let mut docs = 0;
    while let Some((id, text)) = texts.next(paths[1], most)? {
        let record = known.line(&id, &text)?;
        let Some((_, source)) = sources.next(paths[0], most)? else { return Err(UndoError::Unknown(id)) };
        verify_text(record, &source, &text)?;
        docs += 1;
    }
    Ok(docs)
}

/// The documents of a table one after the other.
struct Documents {
    cursor: Cursor,
    batch: Batch,
    row: usize,
}

impl Documents {
    fn next(&mut self, path: &Path, most: usize) -> Result<Option<(String, String)>, FileError> {
        loop {
            if self.row == self.batch.rows.len() {
                let next = self.cursor.next(STEP).map_err(|error| FileError::at(path, error))?;
                let Some(batch) = next else { return Ok(None) };
                (self.batch, self.row) = (batch, 0);
                continue;
            }
            self.row += 1;
            if let Some((id, text)) = document(&self.batch.rows, self.row - 1, &self.batch.bytes, most) {
                return Ok(Some((id, text.to_owned())));
            }
        }
    }
}
