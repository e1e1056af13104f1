"""Across articles: the command line, DuckDB and Sail take the same paragraphs from the same articles."""

import json
import logging
import pickle
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow.parquet
import pytest

import unecho
import unecho.duckdb
import unecho.spark

ROOT = Path(__file__).parents[2]
LABELLED = [json.loads(line)["paragraphs"] for line in (ROOT / "corpus" / "labelled.jsonl").read_bytes().splitlines()]
BOX = "Sign up for our weekly newsletter and never miss a story from the islands and the coast."
NEAR = "Sign up for our weekly newsletter, and never miss a story from the islands or the coast"
TIMES = "Our newsroom in Oldmoor is open from 9 until 17 on all days but Sundays, call us on {}."


def planted():
    """Articles of two sites with copies of each other's paragraphs, whole and changed, and with boxes of their site."""
    rows = []
    for number, paragraphs in enumerate(LABELLED[:240]):
        paragraphs = list(paragraphs)
        if number % 3 == 0:
            paragraphs.append(BOX if number % 2 else NEAR)
        if number % 3 == 1:
            # More than are asked about one shingle.
            paragraphs.insert(1, TIMES.format(1000 + number))
        if number % 4 == 1:
            other = max(LABELLED[(number * 7 + 3) % 240], key=len)
            words = other.split()
            changed = " ".join(words[: len(words) * 2 // 3]) if number % 8 == 1 else other
            paragraphs.append(changed)
        site = "https://www.oldmoor.example" if number % 7 else "https://news.brenn.example:80"
        rows.append({"id": 3 * number, "url": f"{site}/{number}", "text": "\n\n".join(paragraphs) + "\n"})
    return rows


@pytest.fixture(scope="module")
def articles(tmp_path_factory):
    path = tmp_path_factory.mktemp("across") / "articles.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in planted()))
    return path


CASES = [
    ("boilerplate", {}),
    ("boilerplate", {"one_site": True, "templates": True, "min_articles": 2}),
    ("repeats", {}),
    ("repeats", {"templates": True, "caution": "eager"}),
]
IDS = ["boilerplate", "boilerplate of templates", "repeats", "eager repeats of templates"]


def by_command(articles, folder, mode, options):
    """What the command line makes of the articles: texts and findings by id."""
    command = [Path(sys.executable).parent / "unecho", "clean", "--quiet", articles, "--across", mode]
    for name, value in options.items():
        command.append(f"--{name.replace('_', '-')}={str(value).lower()}")
    out, log = folder / "out.jsonl", folder / "log.jsonl"
    subprocess.run([*command, "-o", out, "--log", log], check=True, capture_output=True)
    texts = {row["id"]: row["text"] for row in map(json.loads, out.read_bytes().splitlines())}
    findings = {id: [] for id in texts}
    for entry in map(json.loads, log.read_bytes().splitlines()):
        if entry["type"] == "finding" and entry["verdict"] != "keep":
            elsewhere = entry.get("elsewhere", {}).get("doc")
            told = [entry[name] for name in ("paragraph", "twin", "kind", "verdict", "role", "coverage", "reason")]
            findings[int(entry["doc"])].append((*told, elsewhere))
    return {id: (text, findings[id]) for id, text in texts.items()}


def told(rows):
    """The same of a table."""
    assert all(row["text_error"] is None for row in rows)

    def logged(finding):
        # As the log rounds it.
        return tuple((finding | {"coverage": round(finding["coverage"], 4)}).values())

    return {row["id"]: (row["text"], [logged(finding) for finding in row["text_findings"]]) for row in rows}


def by_duckdb(articles, work, mode, **options):
    path = getattr(unecho.duckdb, mode)(f"read_json('{articles}')", work=work, site="url", **options)
    return told(duckdb.read_parquet(str(path)).order("id").to_arrow_table().to_pylist())


def by_spark(spark, work, mode, rows=None, **options):
    rows = [(row["id"], row["url"], row["text"]) for row in planted()] if rows is None else rows
    frame = spark.createDataFrame(rows, "id int, url string, text string").repartition(3)
    cleaned = getattr(unecho.spark, mode)(frame, work=str(work), site="url", **options)
    return [row.asDict(recursive=True) for row in cleaned.collect()]


@pytest.mark.parametrize(("mode", "options"), CASES, ids=IDS)
def test_all_engines_find_the_same(spark, articles, tmp_path, mode, options):
    expected = by_command(articles, tmp_path, mode, options)
    elsewhere = [finding for _, findings in expected.values() for finding in findings if finding[-1] is not None]
    assert len(elsewhere) > 20
    assert by_duckdb(articles, tmp_path / "duckdb", mode, **options) == expected
    assert told(by_spark(spark, tmp_path / "sail", mode, **options)) == expected


def written(work):
    """When each finished table was written."""
    tables = (path for path in work.glob("unecho-*/**/*.parquet") if path.is_file())
    return {path.relative_to(work): path.stat().st_mtime_ns for path in tables}


def test_what_is_done_is_not_done_again(spark, articles, tmp_path):
    def by_sail():
        return told(by_spark(spark, tmp_path / "sail", "boilerplate"))

    for work, run in [
        (tmp_path / "duckdb", lambda: by_duckdb(articles, tmp_path / "duckdb", "boilerplate")),
        (tmp_path / "sail", by_sail),
    ]:
        expected, before = run(), written(work)
        assert len(before) > 10
        assert run() == expected and written(work) == before
        # Stopped while it wrote the table "sketches": what is there of it is not taken for the whole.
        folder = next(work.glob("unecho-*"))
        undone = ["sketches", "different", "furniture", "lone", "findings"]
        for path in folder.glob("done/*.parquet"):
            if pyarrow.parquet.read_table(path)["step"].to_pylist()[0] in undone:
                path.unlink()
        for name in [*undone, "cleaned"]:
            (folder / f"{name}.parquet").unlink(missing_ok=True)
        (folder / "sketches.unfinished").write_bytes(b"PAR1")
        assert run() == expected
        after = written(work)
        assert all(after[path] == time for path, time in before.items() if "shingles" in str(path))
        assert after != before
    before = set((tmp_path / "duckdb").iterdir())
    by_duckdb(articles, tmp_path / "duckdb", "boilerplate", min_articles=4)
    assert len(set((tmp_path / "duckdb").iterdir()) - before) == 1


def test_a_bad_article_costs_its_row_alone(spark, tmp_path):
    rows = [(number, None, f"{LABELLED[number][0]}\n\n{BOX}\n") for number in range(5)] + [(7, None, None)]
    cleaned = {row["id"]: row for row in by_spark(spark, tmp_path, "repeats", rows)}
    assert cleaned[7]["text_error"] == "the text is no string, but null"
    assert [BOX in cleaned[number]["text"] for number in range(5)] == [True, False, False, False, False]
    for rows, wrong in [
        ([(1, None, BOX), (1, None, "")], "two articles have the id 1"),
        ([(-1, None, BOX)], "the id is -1; it must be 0 to 8796093022207"),
        ([(None, None, BOX)], '"id" is null'),
    ]:
        with pytest.raises(unecho.Error, match=wrong):
            by_spark(spark, tmp_path, "repeats", rows)
    nothing = unecho.duckdb.repeats("(select 1 as id, 'a' as text, null as url)", work=tmp_path / "d", site="url", name="url")
    assert duckdb.read_parquet(str(nothing)).fetchall()[0][:2] == (1, "a")
    with pytest.raises(unecho.Error, match='no column "day"; name the column that holds the site with site='):
        unecho.duckdb.boilerplate("(select 1 as id, 'a' as text)", work=tmp_path, site="day")
    with pytest.raises(TypeError, match=r'no option "min_article" \[possible options: .*, min_articles, one_site, templates\]'):
        unecho.duckdb.boilerplate("(select 1 as id, 'a' as text)", work=tmp_path, min_article=2)
    with pytest.raises(unecho.Error, match="min-articles is 1; it must be 2 or more"):
        unecho.duckdb.boilerplate("(select 1 as id, 'a' as text)", work=tmp_path, min_articles=1)


def test_what_is_capped_is_told_and_only_copies_go(articles, tmp_path, monkeypatch, caplog):
    caplog.set_level(logging.WARNING, "unecho")
    whole = by_duckdb(articles, tmp_path / "whole", "repeats")
    assert [record.message for record in caplog.records] == [
        "8 shingles are held by more than 64 paragraphs; the first 8 answer for them"
    ]
    monkeypatch.setattr(unecho._across, "MOST_MEMBERS", 1)
    small = by_duckdb(articles, tmp_path / "small", "repeats")
    assert caplog.records[-1].message.endswith("of them only copies go")

    def copies_and_all(cleaned):
        reasons = [finding[-2] for _, found in cleaned.values() for finding in found if finding[-1] is not None]
        return sum("word for word" in reason for reason in reasons), len(reasons)

    (copies, of_small), (_, of_whole) = copies_and_all(small), copies_and_all(whole)
    assert 0 < copies <= of_small < of_whole


def test_workers_are_told_of_the_engine_by_its_name():
    assert pickle.loads(pickle.dumps(unecho._unecho.Steps)) is unecho._unecho.Steps


def test_the_steps_one_by_one(spark, tmp_path):
    rows = [(row["id"], row["url"], row["text"]) for row in planted()]
    frame = spark.createDataFrame(rows, "id int, url string, text string")
    prints = unecho.spark.fingerprints(frame, site="url")
    assert prints.columns == ["paragraph", "article", "number", "key", "passage", "error"]
    first = prints.where("article = 3 and number = 0").collect()[0]
    assert json.loads(first.passage)["text"] == planted()[1]["text"].split("\n\n")[0]
    judged = unecho.spark.verify(unecho.spark.near_duplicates(frame, work=str(tmp_path), site="url")).collect()
    gone = [json.loads(row.forth) for row in judged if row.forth_goes]
    assert gone and all(finding["verdict"] == "remove" for finding in gone)
