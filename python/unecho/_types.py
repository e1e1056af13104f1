"""The names that options and findings are made of."""

import os
from typing import Literal, Protocol, TypedDict

Markup = Literal["text", "markdown", "html"]
Paragraphs = Literal["auto", "blank-line", "line"]
Keep = Literal["auto", "first", "longest"]
Caution = Literal["cautious", "normal", "eager"]
Verdict = Literal["keep", "review", "remove"]
Kind = Literal["exact", "caption", "quote", "pull-quote", "headline", "restated", "boilerplate"]
Role = Literal[
    "headline",
    "subheading",
    "body",
    "caption",
    "quote",
    "pull-quote",
    "key-point",
    "signature",
    "boilerplate",
    "headline-fragment",
    "list-item",
    "verse",
    "code",
    "separator",
]
Guard = Literal[
    "number",
    "date",
    "name",
    "negation",
    "order",
    "opposite",
    "content",
    "adds",
    "too-short",
    "structure",
]


class Options(TypedDict, total=False):
    """The keyword arguments of Deduplicator, which says what they mean."""

    paragraphs: Paragraphs
    ngram: int
    threshold: float
    min_words: int
    keep: Keep
    caution: Caution
    force: bool
    lexicon: str | os.PathLike[str]
    threads: int


class ArrowStream(Protocol):
    """Anything with the Arrow PyCapsule interface of a stream: tables of pyarrow, polars, pandas, DuckDB, ..."""

    def __arrow_c_stream__(self, requested_schema: object | None = None, /) -> object:
        """A capsule with an Arrow stream."""


class ArrowBatch(Protocol):
    """Anything with the Arrow PyCapsule interface of a record batch."""

    def __arrow_c_array__(self, requested_schema: object | None = None, /) -> tuple[object, object]:
        """Capsules with an Arrow schema and an Arrow array."""


ArrowTable = ArrowStream | ArrowBatch
