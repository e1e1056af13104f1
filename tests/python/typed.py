"""What a user writes, checked by mypy --strict: each name has the type that it claims."""

from typing import assert_type

import unecho


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
    print(texts, found.to_json(), found.diff)


main()
