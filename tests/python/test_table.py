"""clean_table: each row as clean cleans it, for every kind of table; a bad value costs its row alone."""

import datetime
from pathlib import Path

import duckdb
import pandas
import polars
import pyarrow as pa
import pytest

import unecho

ROOT = Path(__file__).parents[2]
ARTICLES = [path.read_bytes().decode() for path in sorted((ROOT / "corpus").glob("*/**/*.txt"))]
ECHO = "The ferry sails from the old quay at noon.\n\nThe ferry sails from the old quay at noon.\n"
ONCE = "The ferry sails from the old quay at noon.\n"
NO_STRING = "the text is no string, but null"


def table(type_=pa.string(), articles=ARTICLES):
    numbers = pa.array(range(len(articles)))
    return pa.table({"id": numbers, "text": pa.array(articles, type=type_), "day": [datetime.date(2026, 1, 1)] * len(articles)})


@pytest.fixture(scope="module")
def expected():
    return [unecho.clean(article) for article in ARTICLES]


@pytest.mark.parametrize(
    "type_", [pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary(), pa.binary_view()], ids=str
)
def test_each_type_of_column_comes_back_as_it_is(type_, expected):
    given = table(type_)
    cleaned = pa.table(unecho.clean_table(given))
    assert cleaned.schema.field("text").type == type_ and cleaned.schema.metadata == given.schema.metadata
    assert cleaned["text"].cast(pa.string()).to_pylist() == expected
    assert cleaned.select(["id", "day"]) == given.select(["id", "day"])
    assert sum(cleaned["text_removed"].to_pylist()) > 20
    assert cleaned["text_error"].null_count == len(ARTICLES)
    cleaned.validate(full=True)


def test_findings_are_those_of_find():
    cleaned = unecho.clean_table(table(), caution="eager").to_pyarrow().to_pylist()
    for row, article in zip(cleaned, ARTICLES, strict=True):
        found = unecho.find(article, caution="eager")
        assert row["text_removed"] == found.removed
        for struct, echo in zip(row["text_findings"], (echo for echo in found if echo.verdict != "keep"), strict=True):
            assert struct.pop("elsewhere") is None
            assert struct == {name: getattr(echo, name) for name in struct}


def test_every_library_hands_its_tables_over_and_takes_them_back(expected):
    given = table()
    frames = {
        "pyarrow": given,
        "reader": given.to_reader(max_chunksize=7),
        "batch": given.to_batches()[0],
        "slices": pa.concat_tables([given.slice(0, 5), given.slice(5, 11), given.slice(16)]),
        "polars": polars.DataFrame(given),
        "pandas": given.to_pandas(),
        "duckdb": duckdb.sql("from given"),
        "ours": unecho.clean_table(given),
    }
    for name, frame in frames.items():
        cleaned = unecho.clean_table(frame, into="clean")
        assert len(cleaned) == cleaned.num_rows == len(ARTICLES)
        assert cleaned.to_pyarrow()["clean"].to_pylist() == expected, name
        assert cleaned.to_polars()["clean"].to_list() == expected, name
        assert cleaned.to_pandas()["clean"].to_list() == expected, name
        assert [row[0] for row in duckdb.sql("select clean from cleaned").fetchall()] == expected, name


def test_batches_are_cleaned_as_they_are_asked_for(expected):
    asked = []

    def batches():
        for batch in table().to_batches(max_chunksize=8):
            asked.append(batch)
            yield batch

    source = pa.RecordBatchReader.from_batches(table().schema, batches())
    cleaned = unecho.Deduplicator().clean_batches(source)
    assert cleaned.column_names[-1] == "text_error" and not asked
    reader = pa.RecordBatchReader.from_stream(cleaned)
    first = reader.read_next_batch()
    assert first["text"].to_pylist() == expected[:8] and len(asked) == 1
    assert reader.read_all()["text"].to_pylist() == expected[8:]
    with pytest.raises(unecho.Error, match="these batches were read already"):
        pa.table(cleaned)


def invalid_strings():
    """A string array that is not UTF-8 in its second row, as a careless producer makes it."""
    good = pa.array([ECHO.encode(), b"caf\xe9 " * 9, None, ECHO.encode()], type=pa.binary())
    return pa.Array.from_buffers(pa.string(), 4, good.buffers())


def test_a_bad_value_costs_its_row_alone():
    for column, left in [(invalid_strings(), None), (invalid_strings().view(pa.binary()), b"caf\xe9 " * 9)]:
        cleaned = pa.table(unecho.clean_table(pa.table({"text": column})))
        rows = cleaned.to_pylist()
        assert [row["text_error"] for row in rows] == [None, "not valid UTF-8 at byte 3", NO_STRING, None]
        once = ONCE if left is None else ONCE.encode()
        assert [row["text"] for row in rows] == [once, left, None, once]
        assert [row["text_removed"] for row in rows] == [1, 0, 0, 1]
        cleaned.validate(full=True)


def test_what_does_not_change_is_not_copied():
    given = pa.table({"text": [ONCE] * 10})
    cleaned = pa.table(unecho.clean_table(given))
    address = [chunk.buffers()[2].address for chunk in given["text"].chunks]
    assert [chunk.buffers()[2].address for chunk in cleaned["text"].chunks] == address


def test_empty_tables():
    for given in (table(articles=[]), pa.table({"text": pa.array([], pa.string_view())})):
        assert len(unecho.clean_table(given)) == 0
        assert pa.table(unecho.clean_table(given)).column_names[: given.num_columns] == given.column_names


@pytest.mark.parametrize(
    ("given", "column", "more", "error", "words"),
    [
        (table(), "body", {}, unecho.Error, 'no column "body"; name the column that holds the text with column='),
        (table(), "id", {}, unecho.Error, 'the column "id" is no string, but Int64'),
        (table(), "text", {"into": "id"}, unecho.Error, 'the table has a column "id" already'),
        (unecho.clean_table(table()), "text", {}, unecho.Error, 'the table has a column "text_removed" already'),
        (table(), "text", {"markup": "rtf"}, unecho.Error, "invalid value 'rtf' for 'markup'"),
        (table(), "text", {"ngram": 9}, unecho.Error, "ngram is 9; it must be 1 to 8"),
        ([ECHO], "text", {}, TypeError, "list is no table"),
    ],
)
def test_what_is_wrong_with_a_table_is_named(given, column, more, error, words):
    with pytest.raises(error) as raised:
        unecho.clean_table(given, column, **more)
    assert words in str(raised.value)
