"""What a user writes, checked by mypy --strict: each name has the type that it claims."""

from typing import assert_type

import unecho


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
    print(texts, found.to_json(), found.diff)

