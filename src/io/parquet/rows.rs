//! The rows of a table's text column: read in batches, and made anew with items or text taken out or put back.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, ByteArrayType, DataType};

use super::{Shape, Table, damaged, guarded, told};
use crate::cut::Cut;
use crate::markup::marked::BEHIND;
use crate::paragraph::Span;

/// Most rows of a batch, however short they are.
const MOST_ROWS: usize = 1 << 14;

/// Most rows read at a time.
const STEP: usize = 256;

/// Rows in order, as they stand in one row group.
#[derive(Debug, Default)]
pub struct Batch {
    /// The rows.
    pub rows: Rows,
    /// Where their text is.
    pub bytes: Vec<u8>,
}

/// The text column of some rows, and what the columns beside it tell.
#[derive(Debug, Default)]
pub struct Rows {
    /// Number of the first row in the table, 1-based.
    pub first: usize,
    /// True if these are the last rows of their row group.
    pub ends: bool,
    /// Of the table.
    pub(super) group: usize,
    pub(super) shape: Shape,
    pub(super) rows: Vec<Row>,
    pub(super) entries: Vec<Entry>,
}

#[derive(Debug)]
pub(super) struct Row {
    id: Option<String>,
    site: Option<String>,
    /// Of the batch's bytes; none if the row has no text.
    text: Option<Span>,
    pub(super) entries: Range<usize>,
}

/// A level of the text column, with the bytes of its value if it is full.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) level: i16,
    pub(super) value: Span,
}

impl Rows {
    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True if there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// True if each row has a list of strings, not a string.
    #[must_use]
    pub const fn is_list(&self) -> bool {
        self.shape.empty.is_some()
    }

    /// The id of a row, if it has one.
    #[must_use]
    pub fn id(&self, row: usize) -> Option<&str> {
        self.rows[row].id.as_deref()
    }

    /// The site of a row, if it has one.
    #[must_use]
    pub fn site(&self, row: usize) -> Option<&str> {
        self.rows[row].site.as_deref()
    }

    /// The document of a row, as bytes of the batch: the text, or the items of the list with a blank line behind
    /// each. None if it is null.
    #[must_use]
    pub fn text(&self, row: usize) -> Option<Span> {
        self.rows[row].text
    }

    /// The items of a list as bytes of the row's document; none if the column holds strings.
    #[must_use]
    pub fn items(&self, row: usize) -> Option<Vec<Span>> {
        self.shape.empty?;
        let Row { text, entries, .. } = &self.rows[row];
        let start = text.map_or(0, |text| text.start);
        let items = self.entries[entries.clone()].iter().filter(|entry| self.is_item(entry));
        Some(items.map(|entry| Span::new(entry.value.start - start, entry.value.end - start)).collect())
    }

    fn is_item(&self, entry: &Entry) -> bool {
        self.shape.empty.is_some_and(|empty| entry.level > empty)
    }

    /// The same rows, to be filled anew.
    #[must_use]
    pub fn emptied(&self) -> Self {
        let entries = Vec::with_capacity(self.entries.len());
        Self { first: self.first, ends: self.ends, group: self.group, shape: self.shape, rows: Vec::new(), entries }
    }

    fn push(&mut self, entries: impl IntoIterator<Item = Entry>) {
        let start = self.entries.len();
        self.entries.extend(entries);
        self.rows.push(Row { id: None, site: None, text: None, entries: start..self.entries.len() });
    }

    /// Appends a row of `from` as it is.
    pub fn keep(&mut self, from: &Self, row: usize) {
        self.push(from.entries[from.rows[row].entries.clone()].iter().copied());
    }

    /// Appends a row of `from` with the text `text`, which goes behind `bytes`.
    pub fn replace(&mut self, from: &Self, text: &str, bytes: &mut Vec<u8>) {
        let value = append(bytes, text);
        self.push([Entry { level: from.shape.full, value }]);
    }

    /// Appends a row of `from`, a list, without the items that the cuts begin at.
    pub fn cut(&mut self, from: &Self, row: usize, cuts: &[Cut]) {
        let Row { text, entries, .. } = &from.rows[row];
        let start = text.map_or(0, |text| text.start);
        let gone =
            |entry: &&Entry| from.is_item(entry) && cuts.iter().any(|cut| cut.span.start + start == entry.value.start);
        let before = self.entries.len();
        self.push(from.entries[entries.clone()].iter().filter(|entry| !gone(entry)).copied());
        if self.entries.len() == before {
            self.rows.pop();
            self.push([Entry { level: from.shape.empty.unwrap_or_default(), value: Span::new(start, start) }]);
        }
    }

    /// Appends a row of `from`, a list, with `cuts` of its source, in order, put back as items; their text goes
    /// behind `bytes`.
    pub fn put_back<'c>(
        &mut self,
        from: &Self,
        row: usize,
        cuts: impl IntoIterator<Item = (Span, &'c str)>,
        bytes: &mut Vec<u8>,
    ) {
        let Row { entries, .. } = &from.rows[row];
        let mut kept = from.entries[entries.clone()].iter().filter(|entry| from.is_item(entry));
        let mut at = 0;
        let mut all = Vec::new();
        for (cut, text) in cuts {
            while at < cut.start {
                let Some(entry) = kept.next() else { break };
                at += entry.value.len() + BEHIND.len();
                all.push(*entry);
            }
            let value = append(bytes, text.strip_suffix(BEHIND).unwrap_or(text));
            all.push(Entry { level: from.shape.full, value });
            at += cut.len();
        }
        all.extend(kept);
        self.push(all);
    }
}

/// The items of a list's source, whose document without `cuts`, in order, has the items `kept`.
#[must_use]
pub fn source_items(kept: &[Span], cuts: &[Cut]) -> Vec<Span> {
    let mut items = Vec::with_capacity(kept.len() + cuts.len());
    let (mut kept, mut at) = (kept.iter(), 0);
    let mut item = |len: usize| {
        items.push(Span::new(at, at + len));
        at += len + BEHIND.len();
        at
    };
    let mut end = 0;
    for cut in cuts {
        while end < cut.span.start {
            let Some(span) = kept.next() else { break };
            end = item(span.len());
        }
        end = item(cut.span.len().saturating_sub(BEHIND.len()));
    }
    for span in kept {
        item(span.len());
    }
    items
}

fn append(bytes: &mut Vec<u8>, text: &str) -> Span {
    let start = bytes.len();
    bytes.extend_from_slice(text.as_bytes());
    Span::new(start, bytes.len())
}

/// Reads the rows of a table in batches.
pub struct Cursor {
    table: Arc<Table>,
    /// The row group being read.
    group: usize,
    columns: Option<Columns>,
    /// Rows of the table that were read.
    done: usize,
}

struct Columns {
    text: ColumnReaderImpl<ByteArrayType>,
    id: Option<ColumnReader>,
    site: Option<ColumnReader>,
    /// Rows of the group that are still to be read.
    left: usize,
}

impl Cursor {
    /// At the first row of `table`.
    #[must_use]
    pub const fn new(table: Arc<Table>) -> Self {
        Self { table, group: 0, columns: None, done: 0 }
    }

    /// The table.
    #[must_use]
    pub const fn table(&self) -> &Arc<Table> {
        &self.table
    }

    /// Packed bytes of the row group that the last batch was of.
    #[must_use]
    pub fn group_size(&self) -> u64 {
        let group = self.group.checked_sub(1).and_then(|group| self.table.meta.row_groups().get(group));
        group.map_or(0, |group| u64::try_from(group.compressed_size()).unwrap_or(0))
    }

    /// True behind the last row.
    #[must_use]
    pub fn ended(&self) -> bool {
        self.group >= self.table.meta.num_row_groups()
    }

    /// The next rows of a row group, about `most` bytes of text; none at the end.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn next(&mut self, most: usize) -> io::Result<Option<Batch>> {
        if self.ended() {
            return Ok(None);
        }
        guarded(|| self.read(most).map(Some))
    }

    fn read(&mut self, most: usize) -> io::Result<Batch> {
        let table = self.table.clone();
        let columns = match &mut self.columns {
            Some(columns) => columns,
            none => none.insert(Columns::of(&table, self.group)?),
        };
        let shape = table.text.shape;
        let rows = Rows { first: self.done + 1, group: self.group, shape, ..Rows::default() };
        let mut batch = Batch { rows, bytes: Vec::new() };
        while columns.left > 0 && batch.bytes.len() < most && batch.rows.len() < MOST_ROWS {
            // A value is as long as those before it, as far as one can tell: the bytes stay about as many as wanted.
            let each = batch.bytes.len() / batch.rows.len().max(1);
            let step = if batch.rows.is_empty() { 1 } else { (most / each.max(1)).clamp(1, STEP) };
            columns.read(step.min(columns.left), &mut batch).map_err(|error| {
                if error.raw_os_error().is_some() {
                    return error;
                }
                let row = self.done + batch.rows.len() + 1;
                io::Error::new(error.kind(), format!("{error} (at row {row})"))
            })?;
        }
        self.done += batch.rows.len();
        if columns.left == 0 {
            batch.rows.ends = true;
            self.columns = None;
            self.group += 1;
        }
        Ok(batch)
    }
}

impl Columns {
    fn of(table: &Table, group: usize) -> io::Result<Self> {
        let ColumnReader::ByteArrayColumnReader(text) = table.column(group, table.text.column)? else {
            return Err(damaged("the text column has changed its type"));
        };
        let column = |column: Option<usize>| column.map(|column| table.column(group, column)).transpose();
        let left = usize::try_from(table.meta.row_group(group).num_rows()).unwrap_or(0);
        Ok(Self { text, id: column(table.id)?, site: column(table.site)?, left })
    }

    /// Reads `rows` rows behind those of the batch.
    fn read(&mut self, rows: usize, batch: &mut Batch) -> io::Result<()> {
        let shape = batch.rows.shape;
        let (mut levels, mut repeated, mut values) = (Vec::new(), Vec::new(), Vec::new());
        let read = self.text.read_records(rows, Some(&mut levels), Some(&mut repeated), &mut values);
        let (read, full, count) = read.map_err(told)?;
        levels.resize(count, shape.full);
        repeated.resize(count, 0);
        if read != rows || full != values.len() {
            return Err(damaged("the text column ends before its row group"));
        }
        let ids = self.id.as_mut().map(|column| strings(column, rows)).transpose()?;
        let sites = self.site.as_mut().map(|column| strings(column, rows)).transpose()?;
        let (mut ids, mut sites) = (ids.into_iter().flatten(), sites.into_iter().flatten());
        let mut values = values.into_iter();
        let starts = (0..count).filter(|at| repeated[*at] == 0);
        let ends = starts.clone().skip(1).chain([count]);
        for (start, end) in starts.zip(ends) {
            let first = batch.rows.entries.len();
            let begin = batch.bytes.len();
            for level in &levels[start..end] {
                let at = batch.bytes.len();
                if *level == shape.full {
                    let value: ByteArray = values.next().ok_or_else(|| damaged("fewer values than levels"))?;
                    batch.bytes.extend_from_slice(value.data());
                }
                let entry = Entry { level: *level, value: Span::new(at, batch.bytes.len()) };
                if batch.rows.is_item(&entry) {
                    batch.bytes.extend_from_slice(BEHIND.as_bytes());
                }
                batch.rows.entries.push(entry);
            }
            let there = levels[start] >= shape.empty.unwrap_or(shape.full);
            let text = there.then(|| Span::new(begin, batch.bytes.len()));
            let (id, site) = (ids.next().flatten(), sites.next().flatten());
            batch.rows.rows.push(Row { id, site, text, entries: first..batch.rows.entries.len() });
        }
        self.left -= rows;
        Ok(())
    }
}

/// The next `rows` values of a column as text; none for those that are null or no text.
fn strings(column: &mut ColumnReader, rows: usize) -> io::Result<Vec<Option<String>>> {
    match column {
        ColumnReader::ByteArrayColumnReader(column) => {
            values(column, rows, |value| std::str::from_utf8(value.data()).ok().map(str::to_owned))
        }
        ColumnReader::Int32ColumnReader(column) => values(column, rows, |value| Some(value.to_string())),
        ColumnReader::Int64ColumnReader(column) => values(column, rows, |value| Some(value.to_string())),
        _ => Ok(vec![None; rows]),
    }
}

fn values<T: DataType>(
    column: &mut ColumnReaderImpl<T>,
    rows: usize,
    text: impl Fn(&T::T) -> Option<String>,
) -> io::Result<Vec<Option<String>>> {
    let (mut levels, mut values) = (Vec::new(), Vec::new());
    let (read, full, _) = column.read_records(rows, Some(&mut levels), None, &mut values).map_err(told)?;
    if read != rows {
        return Err(damaged("a column ends before its row group"));
    }
    if full == rows {
        return Ok(values.iter().map(text).collect());
    }
    let highest = levels.iter().copied().max().unwrap_or(0);
    let mut values = values.iter();
    Ok(levels
        .iter()
        .map(|level| if *level == highest && full > 0 { values.next().and_then(&text) } else { None })
        .collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cut::cleaned;
    use crate::paragraph::ParagraphId;

    const SHAPE: Shape = Shape { full: 3, empty: Some(1) };

    /// A list as a row, and its document.
    fn of_list(items: &[Option<String>]) -> (Rows, Vec<u8>, String) {
        let mut bytes = b"what stands before".to_vec();
        let start = bytes.len();
        let mut rows = Rows { shape: SHAPE, ..Rows::default() };
        let mut entries = Vec::new();
        for item in items {
            let value = append(&mut bytes, item.as_deref().unwrap_or_default());
            append(&mut bytes, BEHIND);
            entries.push(Entry { level: if item.is_some() { 3 } else { 2 }, value });
        }
        if entries.is_empty() {
            entries.push(Entry { level: 1, value: Span::new(start, start) });
        }
        rows.push(entries);
        rows.rows[0].text = Some(Span::new(start, bytes.len()));
        let text = String::from_utf8_lossy(&bytes[start..]).into_owned();
        (rows, bytes, text)
    }

    fn list_of(rows: &Rows, bytes: &[u8]) -> Vec<Option<String>> {
        let full = |entry: &Entry| String::from_utf8_lossy(&bytes[entry.value.range()]).into_owned();
        let items = rows.entries.iter().filter(|entry| rows.is_item(entry));
        items.map(|entry| (entry.level == SHAPE.full).then(|| full(entry))).collect()
    }

    proptest! {
        #[test]
        fn items_go_and_come_back(
            items in prop::collection::vec((prop::option::weighted(0.8, "(a|é|\n|\n\n| ){0,4}"), any::<bool>()), 0..9),
        ) {
            let list: Vec<Option<String>> = items.iter().map(|(item, _)| item.clone()).collect();
            let (rows, bytes, text) = of_list(&list);
            let spans = rows.items(0).unwrap();
            prop_assert_eq!(spans.len(), list.len());
            let goes = |at: usize| items[at].1 && items[at].0.is_some();
            let cut = |at: usize| Span::new(spans[at].start, spans[at].end + BEHIND.len());
            let cuts: Vec<Cut> = (0..list.len())
                .filter(|at| goes(*at))
                .map(|at| Cut { paragraph: ParagraphId::new(at), span: cut(at) })
                .collect();
            let mut without = rows.emptied();
            without.cut(&rows, 0, &cuts);
            let kept: Vec<Option<String>> = (0..list.len()).filter(|at| !goes(*at)).map(|at| list[at].clone()).collect();
            prop_assert_eq!(list_of(&without, &bytes), kept.clone());

            let (cleaned_rows, mut cleaned_bytes, cleaned_text) = of_list(&kept);
            prop_assert_eq!(&cleaned_text, &cleaned(&text, &cuts));
            prop_assert_eq!(source_items(&cleaned_rows.items(0).unwrap(), &cuts), spans);
            let mut back = cleaned_rows.emptied();
            let texts = cuts.iter().map(|cut| (cut.span, cut.span.of(&text)));
            back.put_back(&cleaned_rows, 0, texts, &mut cleaned_bytes);
            prop_assert_eq!(list_of(&back, &cleaned_bytes), list);
        }
    }
}
