//! Tables: every shape of text column, what is carried over, damage, and the way back.

#![cfg(feature = "parquet")]

mod common;

use std::io::Write;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use common::{ARTICLE, CLEANED, Desk};
use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, FixedLenByteArray, FixedLenByteArrayType, Int64Type};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::record::Row;
use parquet::schema::parser::parse_message_type;
use proptest::prelude::*;
use unecho::io::jsonl::Fields;
use unecho::io::parquet::{Cursor, Table, TableWriter};
use unecho::io::source::Source;

/// What a row says.
#[derive(Clone, Debug)]
enum Cell {
    Null,
    Text(String),
    List(Vec<Option<String>>),
}

/// A text column: how it is declared and called, and the definition levels of a null, of a list without items, of an
/// item that is null, and of a text.
struct Shape {
    declared: &'static str,
    name: &'static str,
    null: Option<i16>,
    empty: Option<i16>,
    no_item: Option<i16>,
    full: i16,
}

const STRINGS: &[Shape] = &[
    Shape { declared: "required binary text (STRING);", name: "text", null: None, empty: None, no_item: None, full: 0 },
    Shape {
        declared: "optional binary text (STRING);",
        name: "text",
        null: Some(0),
        empty: None,
        no_item: None,
        full: 1,
    },
    Shape { declared: "optional binary body;", name: "body", null: Some(0), empty: None, no_item: None, full: 1 },
    Shape {
        declared: "optional group text { optional binary body (STRING); optional int32 n; }",
        name: "text.body",
        null: Some(1),
        empty: None,
        no_item: None,
        full: 2,
    },
];

const LISTS: &[Shape] = &[
    Shape {
        declared: "optional group text (LIST) { repeated group list { optional binary element (STRING); } }",
        name: "text",
        null: Some(0),
        empty: Some(1),
        no_item: Some(2),
        full: 3,
    },
    Shape {
        declared: "required group text (LIST) { repeated group list { required binary element (STRING); } }",
        name: "text.list.element",
        null: None,
        empty: Some(0),
        no_item: None,
        full: 1,
    },
    Shape {
        declared: "repeated binary text (STRING);",
        name: "text",
        null: None,
        empty: Some(0),
        no_item: None,
        full: 1,
    },
];

/// How a table is written.
struct Layout {
    codec: Compression,
    dictionary: bool,
    group: usize,
    indexed: bool,
}

fn layouts() -> [Layout; 5] {
    let layout = |codec, dictionary, group, indexed| Layout { codec, dictionary, group, indexed };
    [
        layout(Compression::UNCOMPRESSED, false, 1000, false),
        layout(Compression::SNAPPY, true, 3, true),
        layout(Compression::GZIP(Default::default()), false, 1, true),
        layout(Compression::ZSTD(ZstdLevel::default()), true, 1000, false),
        layout(Compression::LZ4_RAW, true, 2, false),
    ]
}

/// A table with a row for each cell, numbered from 100, and a nested column beside it.
fn table(shape: &Shape, layout: &Layout, cells: &[Cell]) -> Vec<u8> {
    let beside = "optional group more { optional int64 at (TIMESTAMP(MICROS,true)); \
                  optional fixed_len_byte_array(9) price (DECIMAL(20,4)); }";
    let message = format!("message m {{ required int64 id; {} {beside} }}", shape.declared);
    let schema = Arc::new(parse_message_type(&message).expect("a schema"));
    let statistics = if layout.indexed { EnabledStatistics::Page } else { EnabledStatistics::None };
    let properties = WriterProperties::builder()
        .set_compression(layout.codec)
        .set_dictionary_enabled(layout.dictionary)
        .set_statistics_enabled(statistics)
        .set_bloom_filter_enabled(layout.indexed)
        .set_created_by("a test".into())
        .set_key_value_metadata(Some(vec![KeyValue::new("source".into(), "oldmoor.example".to_owned())]));
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties.build())).expect("a writer");
    for (group, cells) in cells.chunks(layout.group).enumerate() {
        let numbers: Vec<i64> = (0..cells.len()).map(|at| (100 + group * layout.group + at) as i64).collect();
        let mut to = writer.next_row_group().expect("a row group");
        while let Some(mut column) = to.next_column().expect("a column") {
            let path = column.untyped_path();
            match path.as_str() {
                "id" => drop(column.typed::<Int64Type>().write_batch(&numbers, None, None).expect("ids")),
                "more.at" => {
                    let levels: Vec<i16> = numbers.iter().map(|n| (n % 3) as i16).collect();
                    let values: Vec<i64> = numbers.iter().filter(|n| *n % 3 == 2).map(|n| n * 1_000_003).collect();
                    column.typed::<Int64Type>().write_batch(&values, Some(&levels), None).expect("times");
                }
                "more.price" => {
                    let levels: Vec<i16> = numbers.iter().map(|n| if n % 3 == 0 { 0 } else { 2 }).collect();
                    let price = |n: &i64| FixedLenByteArray::from([&[0], &n.to_be_bytes()[..]].concat());
                    let values: Vec<FixedLenByteArray> = numbers.iter().filter(|n| *n % 3 != 0).map(price).collect();
                    column.typed::<FixedLenByteArrayType>().write_batch(&values, Some(&levels), None).expect("prices");
                }
                "text.n" => {
                    let levels = vec![1; cells.len()];
                    column.typed::<parquet::data_type::Int32Type>().write_batch(&[], Some(&levels), None).expect("n");
                }
                _ => {
                    let (values, levels, repeated) = leveled(shape, cells);
                    let repeated = shape.empty.map(|_| &*repeated);
                    column.typed::<ByteArrayType>().write_batch(&values, Some(&levels), repeated).expect("texts");
                }
            }
            column.close().expect("closed");
        }
        to.close().expect("closed");
    }
    writer.into_inner().expect("written")
}

trait Path {
    fn untyped_path(&mut self) -> String;
}

impl Path for parquet::file::writer::SerializedColumnWriter<'_> {
    fn untyped_path(&mut self) -> String {
        use parquet::column::writer::ColumnWriter;
        let descr = match self.untyped() {
            ColumnWriter::Int64ColumnWriter(column) => column.get_descriptor(),
            ColumnWriter::Int32ColumnWriter(column) => column.get_descriptor(),
            ColumnWriter::ByteArrayColumnWriter(column) => column.get_descriptor(),
            ColumnWriter::FixedLenByteArrayColumnWriter(column) => column.get_descriptor(),
            _ => unreachable!("no such column"),
        };
        descr.path().string()
    }
}

fn leveled(shape: &Shape, cells: &[Cell]) -> (Vec<ByteArray>, Vec<i16>, Vec<i16>) {
    let (mut values, mut levels, mut repeated) = (Vec::new(), Vec::new(), Vec::new());
    for cell in cells {
        repeated.push(0);
        match cell {
            Cell::Null => levels.push(shape.null.expect("nullable")),
            Cell::Text(text) => {
                levels.push(shape.full);
                values.push(ByteArray::from(text.as_str()));
            }
            Cell::List(items) => {
                repeated.extend(items.iter().skip(1).map(|_| 1));
                if items.is_empty() {
                    levels.push(shape.empty.expect("a list"));
                }
                for item in items {
                    levels.push(item.as_ref().map_or(shape.no_item.unwrap_or(shape.full), |_| shape.full));
                    values.extend(item.as_ref().map(|item| ByteArray::from(item.as_str())));
                }
            }
        }
    }
    (values, levels, repeated)
}

fn reader(bytes: &[u8]) -> SerializedFileReader<Bytes> {
    SerializedFileReader::new(Bytes::copy_from_slice(bytes)).expect("a table")
}

fn rows(bytes: &[u8]) -> Vec<Row> {
    reader(bytes).get_row_iter(None).expect("rows").map(|row| row.expect("a row")).collect()
}

/// Everything but the text is as it was, down to the bytes of each column chunk.
#[track_caller]
fn same_beside(a: &[u8], b: &[u8], text: &str) {
    let (left, right) = (reader(a), reader(b));
    let (left, right) = (left.metadata(), right.metadata());
    let (one, other) = (left.file_metadata(), right.file_metadata());
    assert_eq!(one.schema(), other.schema());
    assert_eq!(one.key_value_metadata(), other.key_value_metadata());
    assert_eq!((one.created_by(), one.version()), (other.created_by(), other.version()));
    assert_eq!(left.num_row_groups(), right.num_row_groups());
    for (left, right) in left.row_groups().iter().zip(right.row_groups()) {
        for (left, right) in left.columns().iter().zip(right.columns()) {
            assert_eq!(left.compression_codec(), right.compression_codec());
            assert_eq!(left.dictionary_page_offset().is_some(), right.dictionary_page_offset().is_some());
            assert_eq!(left.column_index_offset().is_some(), right.column_index_offset().is_some());
            assert_eq!(left.offset_index_offset().is_some(), right.offset_index_offset().is_some());
            assert_eq!(left.bloom_filter_offset().is_some(), right.bloom_filter_offset().is_some());
            if !left.column_path().string().starts_with(text) {
                assert_eq!(left.statistics(), right.statistics());
                let chunk = |bytes: &[u8], (start, len): (u64, u64)| bytes[start as usize..][..len as usize].to_vec();
                assert!(chunk(a, left.byte_range()) == chunk(b, right.byte_range()), "{:?}", left.column_path());
            }
        }
    }
}

fn text(text: &str) -> Cell {
    Cell::Text(text.into())
}

/// A list of the paragraphs of an article; what is null and blank stays where it is.
fn list(article: &str, odd: bool) -> Cell {
    let mut items: Vec<Option<String>> = article.trim_end().split("\n\n").map(|item| Some(item.to_owned())).collect();
    if odd {
        items.insert(1, Some(String::new()));
        items.insert(0, Some("Two lines\n\nof one item, which no blank line parts.".into()));
    }
    Cell::List(items)
}

#[test]
fn every_shape_of_text_is_cleaned_and_comes_back() {
    let desk = Desk::new();
    for (number, shape) in STRINGS.iter().chain(LISTS).enumerate() {
        let is_list = shape.empty.is_some();
        let mut cells = Vec::new();
        let mut expected = Vec::new();
        for round in 0..4 {
            let odd = round == 2;
            cells.push(if is_list { list(ARTICLE, odd) } else { text(ARTICLE) });
            expected.push(if is_list { list(CLEANED, odd) } else { text(CLEANED) });
            let mut same = vec![if is_list { Cell::List(vec![Some("Alone.".into())]) } else { text("Größe: 4 m") }];
            same.extend(shape.null.map(|_| Cell::Null));
            same.push(if is_list { Cell::List(Vec::new()) } else { text("") });
            same.extend(shape.no_item.map(|_| Cell::List(vec![None, Some("x".into()), None])));
            cells.extend(same.iter().cloned());
            expected.extend(same);
        }
        for layout in &layouts() {
            let (source, wanted) = (table(shape, layout, &cells), table(shape, layout, &expected));
            let context = format!("{} {:?}", shape.declared, layout.codec);
            desk.write("a.parquet", &source);
            let name = shape.name;
            desk.run(&format!("clean a.parquet -o b.parquet --log l --text-field {name}")).ok().says("4 removed");
            let cleaned = desk.read("b.parquet");
            assert_eq!(rows(&cleaned), rows(&wanted), "{context}");
            same_beside(&source, &cleaned, name);
            desk.run("restore b.parquet --log l -o c.parquet").ok();
            assert_eq!(rows(&desk.read("c.parquet")), rows(&source), "{context}");
            same_beside(&source, &desk.read("c.parquet"), name);
            desk.run("verify a.parquet b.parquet --log l").ok();
        }
        if number == 0 {
            // The log tells a row by its id.
            assert!(desk.text("l").contains(r#""doc":"100""#));
        }
    }
}

fn plain_table(cells: &[Cell]) -> Vec<u8> {
    table(&STRINGS[1], &layouts()[1], cells)
}

#[test]
fn a_table_comes_by_name_by_its_first_bytes_and_in_folders() {
    let desk = Desk::new();
    let (source, wanted) = (plain_table(&[text(ARTICLE), Cell::Null]), plain_table(&[text(CLEANED), Cell::Null]));
    desk.write("in/a.parquet", &source).write("in/b.PQ", &source).write("nameless", &source).write("in/c.txt", ARTICLE);
    desk.run("clean in -o out --log l").ok().says("3 articles");
    desk.run("verify in out --log l").ok();
    desk.run("restore out --log l -o back").ok();
    for name in ["a.parquet", "b.PQ"] {
        assert_eq!(rows(&desk.read(format!("out/{name}"))), rows(&wanted));
        assert_eq!(rows(&desk.read(format!("back/{name}"))), rows(&source));
    }
    for line in ["clean nameless", "clean nameless --format parquet", "clean --threads 1 in/a.parquet"] {
        assert_eq!(rows(&desk.run(line).ok().out), rows(&wanted), "{line}");
    }
    let cleaned = desk.feed("clean --log l", &source).ok().out;
    assert_eq!(rows(&cleaned), rows(&wanted));
    assert_eq!(rows(&desk.feed("restore - --log l", &cleaned).ok().out), rows(&source));
    desk.run("clean in/a.parquet --check").exits(1);
    assert!(
        desk.run("clean in/a.parquet -o x.parquet --diff -").ok().text().contains("-Captain Ines Falk said Friday")
    );
    // Replaced in place; a second run finds nothing to do, and leaves the file alone.
    desk.run("clean --in-place in/a.parquet").ok();
    let once = desk.read("in/a.parquet");
    assert_eq!(rows(&once), rows(&wanted));
    desk.run("clean --in-place in/a.parquet").ok().says("0 removed");
    assert!(desk.read("in/a.parquet") == once);
}

#[test]
fn a_run_is_gone_on_from_and_is_the_same_on_any_number_of_threads() {
    let desk = Desk::new();
    let cells: Vec<Cell> = (0..60).map(|n| text(&ARTICLE.replace("800", &n.to_string()))).collect();
    let list = |n: usize| list(&ARTICLE.replace("800", &n.to_string()), n.is_multiple_of(7));
    let lists: Vec<Cell> = (0..60).map(list).collect();
    for source in [plain_table(&cells), table(&LISTS[0], &layouts()[1], &lists)] {
        desk.write("a.parquet", &source);
        for line in ["clean a.parquet -o b.parquet --log l", "clean a.parquet -o b.parquet --log l --across repeats"] {
            desk.run(&format!("{line} --threads 1")).ok();
            let whole = (desk.read("b.parquet"), desk.read("l"));
            desk.run(&format!("{line} --threads 3")).ok();
            assert!((desk.read("b.parquet"), desk.read("l")) == whole);
            for tear in [0, 99, whole.1.len() / 2, whole.1.len() - 1] {
                std::fs::remove_file(desk.path("l")).expect("removed");
                desk.write("l.partial", &whole.1[..tear]);
                desk.run(&format!("{line} --resume")).ok();
                assert!((desk.read("b.parquet"), desk.read("l")) == whole, "differs after a tear at byte {tear}");
            }
        }
        // In place, stopped after the log was written: what is replaced already is known, and the way back is open.
        desk.run("clean a.parquet --in-place --log l").ok();
        let whole = (desk.read("a.parquet"), desk.read("l"));
        std::fs::rename(desk.path("l"), desk.path("l.partial")).expect("renamed");
        desk.run("clean a.parquet --in-place --log l --resume").ok().says("60 known from the log");
        assert!((desk.read("a.parquet"), desk.read("l")) == whole);
        desk.run("restore a.parquet --log l -o c.parquet").ok();
        assert_eq!(rows(&desk.read("c.parquet")), rows(&source));
    }
}

#[test]
fn what_cannot_be_read_is_told_and_costs_no_other() {
    let desk = Desk::new();
    let good = plain_table(&[text(ARTICLE)]);
    let end = good.len();
    let mut huge_footer = good.clone();
    huge_footer[end - 8..end - 4].copy_from_slice(&[0xff; 4]);
    let mut huge_page = good.clone();
    let text_at = reader(&good).metadata().row_group(0).column(1).byte_range().0 as usize;
    huge_page[text_at + 1..text_at + 12].copy_from_slice(&[0xff; 11]);
    let nested = "message m { repeated group text { required binary a (STRING); required binary b (STRING); } }";
    let nested = Arc::new(parse_message_type(nested).expect("a schema"));
    let several = SerializedFileWriter::new(Vec::new(), nested, Arc::default()).expect("a writer").into_inner();
    let several = several.expect("written");
    for (name, bytes, field, said) in [
        ("magic.parquet", b"PAR0 and so on, PAR0".to_vec(), "text", "damaged Parquet data"),
        ("empty.parquet", Vec::new(), "text", "damaged Parquet data"),
        ("torn.parquet", good[..end - 20].to_vec(), "text", "damaged Parquet data"),
        ("footer.parquet", huge_footer, "text", "damaged Parquet data"),
        ("page.parquet", huge_page, "text", "damaged Parquet data"),
        ("name.parquet", good.clone(), "body", "no column \"body\""),
        ("number.parquet", good.clone(), "id", "holds neither strings nor lists of strings"),
        ("several.parquet", several.clone(), "text", "holds several"),
        ("part.parquet", several, "text.a", "only whole items"),
    ] {
        desk.write(format!("in/{name}"), bytes).write("in/z.parquet", &good);
        let ran = desk.run(&format!("clean in -o out --text-field {field}")).exits(2).says(name).says(said);
        assert!(!ran.err.contains("panicked") && !desk.has(&format!("out/{name}")), "{name}: {}", ran.err);
        assert_eq!(desk.has("out/z.parquet"), field == "text", "{name}");
        std::fs::remove_dir_all(desk.path("in")).expect("removed");
        let _ = std::fs::remove_dir_all(desk.path("out"));
    }
}

#[test]
fn rows_that_are_too_long_or_no_text_pass_through() {
    let desk = Desk::new();
    let long = ARTICLE.repeat(30);
    let cells = [text(ARTICLE), text(&long), text("Latin-1: caf\u{e9}"), text(ARTICLE)];
    let wanted = [text(CLEANED), text(&long), text("Latin-1: caf\u{e9}"), text(CLEANED)];
    // No dictionary, not packed: the bytes can be found.
    let plain = |cells: &[Cell]| {
        let mut bytes = table(&STRINGS[2], &layouts()[0], cells);
        let at = bytes.windows(5).position(|bytes| bytes == "caf\u{e9}".as_bytes()).expect("there");
        bytes[at + 3..at + 5].copy_from_slice(b"\xe9!");
        bytes
    };
    desk.write("a.parquet", plain(&cells));
    let ran = desk.run("clean a.parquet -o b.parquet --log l --text-field body --max-record 2K").exits(2);
    ran.says("row 2: longer than --max-record").says("row 3: not valid UTF-8 at byte 12").says("2 articles");
    assert_eq!(rows(&desk.read("b.parquet")), rows(&plain(&wanted)));
    desk.run("verify a.parquet b.parquet --log l").ok();
    desk.run("restore b.parquet --log l -o c.parquet").ok();
    assert_eq!(rows(&desk.read("c.parquet")), rows(&plain(&cells)));
    // A table that lost a row is not what was cleaned.
    desk.write("d.parquet", plain(&wanted[..3]));
    desk.run("verify a.parquet d.parquet --log l").exits(2).says("has 4 rows, the cleaned table 3");
}

/// Reads a table and writes it again, as changed. What is wrong with it.
fn copied(bytes: &[u8]) -> std::io::Result<usize> {
    let mut file = tempfile::NamedTempFile::new()?;
    file.write_all(bytes)?;
    let (source, from) = Source::open(Some(file.path()))?;
    let table = Arc::new(Table::open(source, from, &Fields::default())?);
    let mut cursor = Cursor::new(table.clone());
    let mut writer = TableWriter::begin(Vec::new(), table)?;
    while let Some(batch) = cursor.next(1 << 10)? {
        writer.add(&batch.rows, &batch.bytes, true)?;
    }
    Ok(writer.finish()?.len())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    /// Nothing that stands in a file makes the reader panic, hang, or ask for all memory.
    #[test]
    fn damage_anywhere_is_an_error_or_none(
        which in 0..10usize,
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<bool>(), any::<u8>()), 1..4),
        torn in prop::option::weighted(0.1, any::<prop::sample::Index>()),
    ) {
        static TABLES: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
        let tables = TABLES.get_or_init(|| {
            let cells = [text(ARTICLE), Cell::Null, text(""), text(CLEANED), text(ARTICLE)];
            let lists = [list(ARTICLE, true), Cell::Null, Cell::List(Vec::new()), list(CLEANED, false)];
            let both = |layout: &Layout| [table(&STRINGS[1], layout, &cells), table(&LISTS[0], layout, &lists)];
            layouts().iter().flat_map(both).collect()
        });
        let mut bytes = tables[which].clone();
        prop_assert!(copied(&bytes).is_ok());
        let footer = bytes.len() - 8 - u32::from_le_bytes(bytes[bytes.len() - 8..][..4].try_into().unwrap()) as usize;
        for (at, in_footer, byte) in edits {
            let from = if in_footer { footer } else { 0 };
            let at = from + at.index(bytes.len() - from);
            bytes[at] = byte;
        }
        bytes.truncate(torn.map_or(bytes.len(), |at| at.index(bytes.len())));
        let _ = copied(&bytes);
    }
}
