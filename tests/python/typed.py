"""What a user writes, checked by mypy --strict: each name has the type that it claims."""

from pathlib import Path
from typing import assert_type

import unecho
import unecho.duckdb


class Table:
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        raise NotImplementedError


def main() -> None:
    options: unecho.Options = {"ngram": 3, "keep": "longest"}
    found = unecho.find("A ferry sails.\n\nA ferry sails.", markup="markdown", **options)
    for echo in found:
        assert_type(echo, unecho.Finding)
        assert_type(echo.kind, unecho.Kind)
        assert_type(found.paragraphs[echo.twin].text, str)
    rows = unecho.Deduplicator(threads=1).clean_many(["A ferry sails.", None])
    texts: list[str | None] = [row.text for row in rows]
    assert_type(unecho.clean("A ferry sails."), str)
    table = unecho.clean_table(Table(), column="body", caution="eager")
    assert_type(table, unecho.CleanedTable)
    assert_type(unecho.Deduplicator().clean_batches(table), unecho.CleanedBatches)
    cleaned = unecho.duckdb.boilerplate("'articles.parquet'", work="work", min_articles=5, caution="eager")
    assert_type(cleaned, Path)
    print(texts, found.to_json(), found.diff)

