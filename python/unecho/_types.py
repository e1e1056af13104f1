"""The names that options and findings are made of."""

import os
from typing import Literal, TypedDict

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
