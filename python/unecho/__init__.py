"""Removes near-duplicate paragraphs from scraped articles, losslessly, and shows why.

>>> import unecho
>>> article = '''Divers cleared the last of the rubble from the quay on Thursday night.
...
... The harbour opened again at six, and the first ferry was full.
...
... Divers cleared the last of the rubble from the quay on Thursday night.
... '''
>>> print(unecho.clean(article), end="")
Divers cleared the last of the rubble from the quay on Thursday night.
<BLANKLINE>
The harbour opened again at six, and the first ferry was full.
>>> unecho.find(article)
<unecho.Findings: 3 paragraphs, 1 removed, 0 to review, 0 kept look-alikes>
  ¶3 remove (exact): says word for word what ¶1 says
"""

from unecho._types import ArrowTable, Caution, Guard, Keep, Kind, Markup, Options, Paragraphs, Role, Verdict
from unecho._unecho import (
    Cleaned,
    CleanedBatches,
    CleanedTable,
    CleanMany,
    Deduplicator,
    Error,
    Finding,
    Findings,
    Paragraph,
    __version__,
    clean,
    clean_table,
    find,
)

__all__ = [
    "ArrowTable",
    "Caution",
    "CleanMany",
    "Cleaned",
    "CleanedBatches",
    "CleanedTable",
    "Deduplicator",
    "Error",
    "Finding",
    "Findings",
    "Guard",
    "Keep",
    "Kind",
    "Markup",
    "Options",
    "Paragraph",
    "Paragraphs",
    "Role",
    "Verdict",
    "__version__",
    "clean",
    "clean_table",
    "find",
]
