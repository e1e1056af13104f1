"""unecho.spark on Sail: the rows of the table are those of clean, and a bad value costs its row alone."""

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow
import pytest

import unecho
import unecho.spark

ROOT = Path(__file__).parents[2]
ARTICLES = [path.read_bytes().decode() for path in sorted((ROOT / "corpus").glob("*/**/*.txt"))]


def test_a_cluster_cleans_as_one_process_does(spark):
    given = [*enumerate(ARTICLES), (-1, None)]
    frame = spark.createDataFrame(given, "id long, text string").repartition(3)
    cleaned = unecho.spark.clean(frame, into="cleaned", caution="eager")
    assert cleaned.columns == ["id", "text", "cleaned", "cleaned_removed", "cleaned_findings", "cleaned_error"]
    rows = {row.id: row for row in cleaned.collect()}
    assert len(rows) == len(given)
    assert rows[-1].cleaned is None and rows[-1].cleaned_error == "the text is no string, but null"
    for number, article in enumerate(ARTICLES):
        row, found = rows[number], unecho.find(article, caution="eager")
        assert row.text == article and row.cleaned == found.cleaned and row.cleaned_error is None
        assert row.cleaned_removed == found.removed
        told = [echo for echo in found if echo.verdict != "keep"]
        assert [(struct.paragraph, struct.reason) for struct in row.cleaned_findings] == [
            (echo.paragraph, echo.reason) for echo in told
        ]


def test_what_is_wrong_is_named_before_anything_runs(spark):
    frame = spark.createDataFrame([("The ferry sails.",)], "body string")
    with pytest.raises(unecho.Error, match='no column "text"'):
        unecho.spark.clean(frame)
    with pytest.raises(unecho.Error, match="ngram is 9; it must be 1 to 8"):
        unecho.spark.clean(frame, "body", ngram=9)


def test_every_way_gives_the_same_bytes(spark, tmp_path):
    """The command line on JSONL, an iterable, Arrow, DuckDB and Sail."""
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(json.dumps({"id": n, "text": text}) + "\n" for n, text in enumerate(ARTICLES)))
    command = Path(sys.executable).parent / "unecho"
    subprocess.run([command, "clean", "--quiet", source, "-o", target], check=True, capture_output=True)
    expected = [json.loads(line)["text"] for line in target.read_bytes().splitlines()]
    assert sum(map(len, expected)) < sum(map(len, ARTICLES))
    dedup = unecho.Deduplicator()
    table_ = pyarrow.table({"id": range(len(ARTICLES)), "text": ARTICLES})
    duck = dedup.clean_table(duckdb.sql("from table_ order by id"))
    frame = spark.createDataFrame([*enumerate(ARTICLES)], "id long, text string").repartition(5)
    ways = {
        "iterable": [row.text for row in dedup.clean_many(ARTICLES)],
        "arrow": dedup.clean_table(table_).to_pyarrow()["text"].to_pylist(),
        "duckdb": [text for (text,) in duckdb.sql("select text from duck order by id").fetchall()],
        "sail": [row.text for row in unecho.spark.clean(frame).orderBy("id").collect()],
    }
    for name, texts in ways.items():
        assert texts == expected, name
