"""Tables cleaned by the command line, as pyarrow and DuckDB read them: everything but the text is equal, and the text
is what clean gives; restored, all of it is equal."""

import datetime
import decimal
import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import unecho

ROOT = Path(__file__).parents[2]
ARTICLES = [path.read_bytes().decode() for path in sorted((ROOT / "corpus").glob("*/**/*.txt"))][:60]
COUNT = len(ARTICLES)
DAY = datetime.datetime(2026, 5, 4, 8, 30, tzinfo=datetime.timezone.utc)


def every(step, make):
    """make(n) for each article, but null for each step-th."""
    return [None if n % step == 0 else make(n) for n in range(COUNT)]


def beside():
    """The columns beside the text: nested, decimal, timestamp, dictionary, null and others."""
    nested = pa.struct([("a", pa.int32()), ("b", pa.list_(pa.struct([("c", pa.string())])))])
    return {
        "id": [f"n{n}" for n in range(COUNT)],
        "nested": pa.array(every(7, lambda n: {"a": n, "b": [{"c": "x" * n}, None][: n % 3]}), nested),
        "price": pa.array(every(3, lambda n: decimal.Decimal(n) / 8 - 2), pa.decimal128(30, 4)),
        "at": pa.array(every(5, lambda n: DAY + datetime.timedelta(microseconds=n)), pa.timestamp("us", "UTC")),
        "fine": pa.array(range(COUNT), pa.timestamp("ns")),
        "site": pa.array(every(4, lambda n: "ab"[n % 2])).dictionary_encode(),
        "nothing": pa.nulls(COUNT),
        "pairs": pa.array([[("k", n)] for n in range(COUNT)], pa.map_(pa.string(), pa.int64())),
        "vector": pa.array([[n / 7] * 4 for n in range(COUNT)], pa.list_(pa.float32(), 4)),
        "half": pa.array([n / 7 for n in range(COUNT)]).cast(pa.float16()),
        "bytes": pa.array([bytes([n % 256]) for n in range(COUNT)]),
    }


TEXTS = [None if n % 9 == 5 else "" if n % 9 == 6 else article for n, article in enumerate(ARTICLES)]
LISTS = [text if text is None else text.rstrip("\n").split("\n\n") for text in TEXTS]
KINDS = {
    "string": (TEXTS, pa.string()),
    "large": (TEXTS, pa.large_string()),
    "dictionary": (TEXTS, pa.dictionary(pa.int32(), pa.string())),
    "list": (LISTS, pa.list_(pa.string())),
    "large list": (LISTS, pa.large_list(pa.large_string())),
}
LAYOUTS = {
    "snappy": {},
    "zstd": {"row_group_size": 7, "write_page_index": True},
    "gzip": {"use_dictionary": False, "data_page_version": "2.0", "data_page_size": 500},
    "none": {"use_dictionary": False, "column_encoding": "PLAIN", "write_statistics": False},
    "lz4": {"store_schema": False},
}
# Each layout with strings, each kind of text in many row groups.
PAIRS = [(kind, layout) for kind in KINDS for layout in LAYOUTS if kind == "string" or layout == "zstd"]


def command(*arguments):
    bin_ = Path(sys.executable).parent / "unecho"
    ran = subprocess.run([bin_, *map(str, arguments)], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def by_duckdb(path, columns="*"):
    return duckdb.connect().sql(f"select {columns} from read_parquet('{path}')").to_arrow_table()


@pytest.fixture(scope="module")
def expected():
    return [text if text is None else unecho.clean(text) for text in TEXTS]


def decoded(table):
    """By value: a dictionary may hold more than is used of it."""
    text = table["text"]
    is_dictionary = pa.types.is_dictionary(text.type)
    return table.set_column(table.schema.get_field_index("text"), "text", text.cast(pa.string())) if is_dictionary else table


@pytest.mark.parametrize(("kind", "layout"), PAIRS)
def test_tables_read_back_equal(kind, layout, tmp_path, expected):
    texts, type_ = KINDS[kind]
    source, cleaned, restored, log = (tmp_path / name for name in ["a.parquet", "b.parquet", "c.parquet", "log"])
    given = pa.table({**beside(), "text": pa.array(texts, type_)}).replace_schema_metadata({"about": "a test"})
    pq.write_table(given, source, compression=layout, **LAYOUTS[layout])
    command("clean", source, "-o", cleaned, "--log", log)
    command("verify", source, cleaned, "--log", log)
    command("restore", cleaned, "--log", log, "-o", restored)

    before, after = pq.read_table(source), pq.read_table(cleaned)
    assert after.schema.equals(before.schema, check_metadata=True)
    assert after.drop(["text"]).equals(before.drop(["text"]))
    assert decoded(pq.read_table(restored)).equals(decoded(before), check_metadata=True)
    rest = "* exclude (text, half)"
    assert by_duckdb(cleaned, rest).equals(by_duckdb(source, rest))
    assert by_duckdb(restored, "* exclude (half)").equals(by_duckdb(source, "* exclude (half)"))

    got = after["text"].to_pylist()
    assert by_duckdb(cleaned, "text")["text"].to_pylist() == got
    if "list" in kind:
        entries = [json.loads(line) for line in log.read_text().splitlines()]
        gone = sum("cut" in entry for entry in entries)
        assert gone > 5 and sum(map(len, filter(None, texts))) - sum(map(len, filter(None, got))) == gone
        assert [text is None for text in got] == [text is None for text in texts]
    else:
        assert got == expected


def test_a_table_as_duckdb_writes_it(tmp_path, expected):
    source, cleaned, log = (tmp_path / name for name in ["a.parquet", "b.parquet", "log"])
    numbers = pa.table({"id": range(COUNT), "text": TEXTS, "site": ["ab"[n % 2] for n in range(COUNT)]})
    connection = duckdb.connect()
    connection.register("numbers", numbers)
    connection.execute(f"copy (select *, {{'a': id}} as s from numbers) to '{source}' (format parquet)")
    command("clean", source, "-o", cleaned, "--log", log)
    command("verify", source, cleaned, "--log", log)
    after = by_duckdb(cleaned)
    assert after.drop(["text"]).equals(by_duckdb(source).drop(["text"]))
    assert after["text"].to_pylist() == expected
