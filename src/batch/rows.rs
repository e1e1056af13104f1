//! The rows of a table: read in pieces, and each piece cleaned.

use std::io;
use std::sync::Arc;

use super::judge::Document;
use super::pieces::{PIECE, Piece, What, failure};
use super::survey::{Read, Reader, folder};
use super::worker::{Done, Worker, shown};
use crate::across::{Key, Sheet, site as site_of};
use crate::cut::{Cut, cleaned};
use crate::io::codec::Codec;
use crate::io::files::Input;
use crate::io::jsonl::Fields;
use crate::io::parquet::{Cursor, Rows, Table, source_items};
use crate::io::source::{Bytes, Source};
use crate::log::About;
use crate::markup::marked::Marked;
use crate::paragraph::{Findings, Span};

/// Rows with the table that they are of.
pub(super) struct TableRows {
    pub(super) table: Arc<Table>,
    pub(super) rows: Rows,
}

/// What is to be written of a table.
pub(super) struct TablePart {
    pub(super) part: TableRows,
    /// How the output is packed.
    pub(super) codec: Codec,
}

/// A table being read.
pub(super) struct Open {
    input: Input,
    /// 0-based.
    number: u32,
    cursor: Cursor,
    /// Bytes of the input told as read.
    told: u64,
}

impl Open {
    pub(super) fn new(input: Input, number: u32, source: Source, from: Bytes, fields: &Fields) -> io::Result<Self> {
        let table = Table::open(source, from, fields)?;
        Ok(Self { input, number, cursor: Cursor::new(Arc::new(table)), told: 0 })
    }

    /// The next piece. A table without row groups is one piece without rows.
    pub(super) fn next(&mut self) -> Piece {
        let read = self.cursor.next(PIECE);
        let table = self.cursor.table().clone();
        let last = read.is_err() || self.cursor.ended();
        let unchanged = || if last { table.source().unchanged(self.input.path.as_deref()) } else { Ok(()) };
        let read = read.and_then(|batch| unchanged().map(|()| batch.unwrap_or_default()));
        let (what, bytes, first_line, ends) = match read {
            Ok(batch) => {
                let (first, ends) = (batch.rows.first, batch.rows.ends);
                (What::Rows(TableRows { table: table.clone(), rows: batch.rows }), batch.bytes, first, ends)
            }
            Err(error) => (What::Nothing(failure(&self.input, error)), Vec::new(), 1, false),
        };
        let more = if ends { self.cursor.group_size() } else { 0 };
        let whole = table.source().size().unwrap_or(0).saturating_sub(self.told);
        let read = if last { whole } else { more.min(whole) };
        self.told += read;
        let &Source { stamp, codec, .. } = table.source();
        Piece { input: self.input.clone(), number: self.number, what, bytes, first_line, last, stamp, codec, read }
    }
}

/// A row as a document.
struct Row<'r> {
    id: String,
    named: bool,
    number: usize,
    text: &'r str,
    /// Of a list.
    items: Option<Vec<Span>>,
}

impl Row<'_> {
    fn about(&self) -> About<'_> {
        About { id: &self.id, ..About::default() }
    }
}

/// The document of a row; none if it has no text, an error if that is none.
fn row<'r>(rows: &Rows, index: usize, bytes: &'r [u8], most: usize) -> Result<Option<Row<'r>>, String> {
    let number = rows.first + index;
    let Some(span) = rows.text(index) else { return Ok(None) };
    if span.len() > most {
        return Err(format!("row {number}: longer than --max-record ({most} bytes)"));
    }
    let text = std::str::from_utf8(&bytes[span.range()])
        .map_err(|error| format!("row {number}: not valid UTF-8 at byte {}", error.valid_up_to()))?;
    let id = rows.id(index);
    let (id, named) = (id.map_or_else(|| number.to_string(), str::to_owned), id.is_some());
    Ok(Some(Row { id, named, number, text, items: rows.items(index) }))
}

impl Worker<'_> {
    /// Cleans the rows of a piece; their texts are in `bytes`.
    pub(super) fn rows(&self, part: TableRows, mut bytes: Vec<u8>, key: Key, codec: Codec, done: &mut Done) {
        let TableRows { table, rows } = part;
        let mut out = rows.emptied();
        for index in 0..rows.len() {
            let (cuts, whole) = match row(&rows, index, &bytes, self.most) {
                Ok(None) => (Vec::new(), None),
                Ok(Some(row)) => {
                    let cuts = self.row(&row, key, done);
                    let whole = row.items.is_none() && !cuts.is_empty();
                    let whole = whole.then(|| cleaned(row.text, &cuts));
                    (cuts, whole)
                }
                Err(what) => {
                    let what = format!("{}: {what}; passed through as it is", shown(&done.input));
                    self.fail(done, (rows.first + index).to_string(), what);
                    (Vec::new(), None)
                }
            };
            done.changed |= self.text && !cuts.is_empty();
            match whole {
                _ if cuts.is_empty() => out.keep(&rows, index),
                Some(text) => out.replace(&rows, &text, &mut bytes),
                None => out.cut(&rows, index, &cuts),
            }
        }
        if self.text {
            done.out = bytes;
            done.table = Some(TablePart { part: TableRows { table, rows: out }, codec });
        }
    }

    /// What goes of a row.
    fn row(&self, row: &Row<'_>, key: Key, done: &mut Done) -> Vec<Cut> {
        let (about, key) = (row.about(), Key { line: row.number as u32, ..key });
        let items = row.items.as_deref();
        let document = Document { about, key, named: row.named, source: row.text, items };
        if let Some(known) = self.known(about, row.text) {
            let before = items.filter(|_| known.replaced).map(|items| source_items(items, &known.cuts));
            let items = before.as_deref().or(items);
            self.tell_known(Document { items, ..document }, &known, done);
            return if known.replaced { Vec::new() } else { known.cuts };
        }
        let (findings, cuts) = self.judge(document, done);
        self.tell(document, &findings, &cuts, &|_| None, done);
        cuts
    }
}

impl Reader<'_> {
    /// The documents of some rows, and what is wrong with the rest of them.
    pub(super) fn rows(&self, input: &Input, number: u32, rows: &Rows, bytes: &[u8]) -> Read {
        let (mut sheets, mut problems) = (Vec::new(), Vec::new());
        for index in 0..rows.len() {
            match row(rows, index, bytes, self.most) {
                Ok(None) => {}
                Ok(Some(row)) => {
                    let site = rows.site(index).map_or_else(|| folder(&input.name), site_of);
                    sheets.push((Key { input: number, line: row.number as u32 }, self.row(&row, site)));
                }
                Err(what) => problems.push(format!("{}: {what}", shown(input))),
            }
        }
        (sheets, problems)
    }

    fn row(&self, row: &Row<'_>, site: &str) -> Sheet {
        let known = self.known(row.about(), row.text);
        let text = known.as_ref().map_or(row.text, |known| &known.source);
        let items = row.items.as_deref();
        let before = known.as_ref().and_then(|known| items.map(|items| source_items(items, &known.cuts)));
        let marked = before.as_deref().or(items).map(|items| Marked::of_items(text, items));
        let rule = |found: &mut Findings| self.rule(row.named.then_some(&*row.id), text, found, &|_| false);
        let sheet = Sheet::read(self.dedup, &row.id, site, text, marked.as_ref(), rule);
        if row.named { sheet } else { sheet.unnamed() }
    }
}
