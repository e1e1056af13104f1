# The docstrings are those of the compiled module, for editors, which read no others; a test compares them.
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, final

from typing_extensions import Unpack

from unecho._types import ArrowTable, Guard, Kind, Markup, Options, Role, Verdict

__all__ = [
    "CleanMany",
    "Cleaned",
    "CleanedBatches",
    "CleanedTable",
    "Deduplicator",
    "Error",
    "Finding",
    "Findings",
    "Paragraph",
    "Steps",
    "__version__",
    "clean",
    "clean_table",
    "command",
    "find",
]

__version__: str

class Error(ValueError):
    """An option out of its range, or a text that cannot be read; in the words of the command line."""

def clean(text: str, markup: Markup = "text", **options: Unpack[Options]) -> str:
    """The text of an article without its echoes.

    markup is "text", "markdown" or "html"; the options are those of Deduplicator. Where nothing goes, the very
    string that was given comes back.

    >>> import unecho
    >>> unecho.clean("Divers cleared the quay on Monday.\\n\\nDivers cleared the quay on Monday.\\n")
    'Divers cleared the quay on Monday.\\n'
    """

def find(text: str, markup: Markup = "text", **options: Unpack[Options]) -> Findings:
    """The paragraphs of an article and what was found about them.

    markup is "text", "markdown" or "html"; the options are those of Deduplicator.

    >>> import unecho
    >>> found = unecho.find("Divers cleared the quay on Monday.\\n\\nDivers cleared the quay on Monday.\\n")
    >>> for echo in found:
    ...     print(echo.paragraph, echo.twin, echo.kind, echo.verdict, echo.reason)
    1 0 exact remove says word for word what ¶1 says
    """

def clean_table(
    table: ArrowTable,
    column: str = "text",
    *,
    into: str | None = None,
    markup: Markup = "text",
    **options: Unpack[Options],
) -> CleanedTable:
    """Cleans the column of a table: of anything with the Arrow PyCapsule interface, such as tables of pyarrow, polars,
    pandas and DuckDB.

    All columns come back, the cleaned text in the place of its source, or as the column into, and behind its name
    _removed, _findings and _error, of which Deduplicator.clean_table tells. The options are those of Deduplicator.

    >>> import pyarrow, unecho
    >>> table = pyarrow.table({"text": ["The ferry sails at noon.\\n\\nThe ferry sails at noon.\\n"]})
    >>> unecho.clean_table(table).to_pyarrow().to_pylist()[0]["text"]
    'The ferry sails at noon.\\n'
    """

def command(arguments: Sequence[str]) -> int:
    """Runs the command line, its own name first in arguments; the exit code. Once a process: it listens for signals."""

@final
class Deduplicator:
    """Finds the echoes of one article after another.

    Options, all by keyword:
      paragraphs: what parts paragraphs: "auto" (blank lines; where there are none, each line), "blank-line", "line"
      ngram: words in a shingle, 1 to 8 (3)
      threshold: least share of a paragraph's words that its twin must say, 0 to 1 (0.75)
      min_words: leave paragraphs of fewer words alone, unless they are known furniture (3)
      keep: which of two that say the same stays: "auto" (by role, then the fuller), "first", "longest"
      caution: "cautious" (remove only what is said almost word for word), "normal", "eager" (and what would be put to
        review)
      force: remove even where that takes more than 40 % of an article's words (False)
      lexicon: words of your own, as a string in the form of the lexicon files, or the path of such a file
      threads: 0 is one a core (0)

    It may be shared between threads, pickled, and used in forked processes.

    >>> import unecho
    >>> careful = unecho.Deduplicator(caution="cautious")
    >>> careful.clean("The ferry sails at noon.\\n\\nThe ferry sails at noon.\\n")
    'The ferry sails at noon.\\n'
    """

    def __new__(cls, **options: Unpack[Options]) -> Deduplicator: ...
    def clean(self, text: str, markup: Markup = "text") -> str:
        """The text of an article without its echoes; markup is "text", "markdown" or "html"."""

    def find(self, text: str, markup: Markup = "text") -> Findings:
        """The paragraphs of an article and what was found about them; markup is "text", "markdown" or "html"."""

    def clean_many(self, texts: Iterable[object], markup: Markup = "text") -> CleanMany:
        """Cleans any number of articles, in order, on all threads, in bounded memory; yields a Cleaned for each.

        A value that is no article costs nothing but itself: its Cleaned has the error, and no text.

        >>> import unecho
        >>> articles = ["The ferry sails at noon.\\n\\nThe ferry sails at noon.\\n", None]
        >>> for row in unecho.Deduplicator().clean_many(articles):
        ...     print(repr(row.text), row.removed, row.error)
        'The ferry sails at noon.\\n' 1 None
        None 0 the text is no string, but NoneType
        """

    def clean_table(
        self, table: ArrowTable, column: str = "text", *, into: str | None = None, markup: Markup = "text"
    ) -> CleanedTable:
        """Cleans the column of a table: of anything with the Arrow PyCapsule interface, such as tables of pyarrow, polars,
        pandas and DuckDB.

        All columns come back, the cleaned text in the place of its source, or as the column into. Added are, with the
        name of that column before them, _removed (how many paragraphs went), _findings (a list of structs: what goes
        and what is put to review; look-alikes that stay are left out) and _error: a value that is no article costs
        nothing but itself. It stays as it is where the column can hold it, else it is null.
        """

    def clean_batches(
        self, table: ArrowTable, column: str = "text", *, into: str | None = None, markup: Markup = "text"
    ) -> CleanedBatches:
        """As clean_table, a record batch at a time: each is cleaned when the reader of what comes back asks for it. For
        tables larger than memory.
        """

    @property
    def options(self) -> Options:
        """The options in force, as a dictionary."""

    def __getnewargs_ex__(self) -> tuple[tuple[()], Options]: ...

@final
class Findings:
    """What was found in one article: its paragraphs, and for each paragraph that another one says or nearly says, what
    becomes of it and why.

    len() and iteration are over the findings. Paragraphs are numbered from 0; where people read, as in a reason, they
    are shown as ¶1, ¶2, ...
    """

    @property
    def text(self) -> str:
        """The article as it was given."""

    @property
    def cleaned(self) -> str:
        """The article without its echoes."""

    @property
    def paragraphs(self) -> list[Paragraph]:
        """The paragraphs in order."""

    @property
    def findings(self) -> list[Finding]:
        """The findings in the order of their paragraphs, at most one a paragraph."""

    @property
    def removed(self) -> int:
        """How many paragraphs go."""

    @property
    def withdrawn(self) -> float | None:
        """The share of the article's words, 0 to 1, that removal would have taken, where it was withdrawn because that
        is too much; else None.
        """

    @property
    def capped(self) -> bool:
        """True if some pairs were not compared because a bound was hit."""

    @property
    def diff(self) -> str:
        """The unified diff from the text to the cleaned text, for a file called "article"."""

    def unified(self, name: str) -> str:
        """The unified diff for a file called name; `patch -p1` and `git apply` take it."""

    def to_json(self) -> str:
        """Everything as JSON, with the names that the log has; places are bytes of the UTF-8 text."""

    def __len__(self) -> int: ...
    def __getitem__(self, key: int, /) -> Finding: ...
    def __iter__(self) -> Iterator[Finding]: ...
    def _repr_html_(self) -> str: ...

@final
class Finding:
    """One paragraph that another one says or nearly says, and what becomes of it."""

    @property
    def paragraph(self) -> int:
        """The number of the paragraph, from 0."""

    @property
    def twin(self) -> int:
        """The number of the paragraph that says the same and stays."""

    @property
    def text(self) -> str:
        """The paragraph's text."""

    @property
    def twin_text(self) -> str:
        """The twin's text."""

    @property
    def kind(self) -> Kind:
        """What sort of echo: exact, caption, quote, pull-quote, headline, restated, boilerplate."""

    @property
    def verdict(self) -> Verdict:
        """What becomes of it: remove, review (it stays, and a reader is asked) or keep (a look-alike)."""

    @property
    def role(self) -> Role:
        """What the paragraph is: headline, body, caption, quote, ..."""

    @property
    def twin_role(self) -> Role:
        """What its twin is."""

    @property
    def coverage(self) -> float:
        """Share of the paragraph's words that the twin says, 0 to 1."""

    @property
    def jaccard(self) -> float:
        """Jaccard index of the two word bags, 0 to 1."""

    @property
    def margin(self) -> float:
        """How far the pair is from the line between remove and keep, -1 to 1; above 0 is on the side of removal."""

    @property
    def new_words(self) -> list[str]:
        """Words of the paragraph that the twin does not say, at most 12."""

    @property
    def guards(self) -> list[Guard]:
        """What speaks against removal: number, date, name, negation, ..."""

    @property
    def reason(self) -> str:
        """Why, in one sentence."""

    @property
    def also(self) -> list[int]:
        """The other paragraphs that stay for it, where it is said in parts."""

@final
class Paragraph:
    """A paragraph of an article: text[start:end]."""

    @property
    def index(self) -> int:
        """Its number in the article, from 0."""

    @property
    def start(self) -> int:
        """Where it begins in the article, in characters."""

    @property
    def end(self) -> int:
        """Where it ends."""

    @property
    def text(self) -> str:
        """What stands there."""

@final
class Cleaned:
    """What became of one article of many."""

    @property
    def text(self) -> str | None:
        """The article without its echoes; None if the value was no article."""

    @property
    def removed(self) -> int:
        """How many paragraphs were removed."""

    @property
    def findings(self) -> Findings | None:
        """What was found; None if the value was no article."""

    @property
    def error(self) -> str | None:
        """What is wrong with the value; None if nothing is."""

@final
class CleanMany:
    """The cleaned articles of an iterable, in order."""

    def __iter__(self) -> CleanMany: ...
    def __next__(self) -> Cleaned: ...

@final
class CleanedTable:
    """A cleaned table. It has the Arrow PyCapsule interface, so that pyarrow.table(...), polars.DataFrame(...), DuckDB and
    others take it as it is.
    """

    @property
    def num_rows(self) -> int:
        """How many rows it has."""

    @property
    def column_names(self) -> list[str]:
        """The names of its columns."""

    def to_pyarrow(self) -> Any:
        """As a pyarrow.Table."""

    def to_polars(self) -> Any:
        """As a polars.DataFrame."""

    def to_pandas(self) -> Any:
        """As a pandas.DataFrame, by pyarrow."""

    def __len__(self) -> int: ...
    def __arrow_c_schema__(self) -> object: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

@final
class CleanedBatches:
    """The batches of a table, each cleaned when it is asked for; can be read once, by whoever takes Arrow streams."""

    @property
    def column_names(self) -> list[str]:
        """The names of its columns."""

    def __arrow_c_schema__(self) -> object: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

@final
class Steps:
    """The steps of a comparison across articles. The module is where it is to be found: workers are told of it by name."""

    def __new__(
        cls,
        mode: str,
        min_articles: int = 3,
        one_site: bool = False,
        templates: bool = False,
        markup: str = "text",
        **given: Unpack[Options],
    ) -> Steps: ...
    def run(self, step: str, table: ArrowTable) -> CleanedTable:
        """The rows that a step makes of those of a table."""

    def apply(self, table: ArrowTable, column: str, findings: str, into: str | None = None) -> CleanedTable:
        """Cleans the column of a table, as Deduplicator.clean_table does, and takes out what the findings in the column
        `findings`, lists of strings, say on top of that.
        """

    def columns(self, step: str) -> CleanedTable:
        """The columns of the rows that a step makes: an empty table."""

    def terms(self) -> str:
        """All that bears on the results, as a string."""

    @staticmethod
    def bounds() -> dict[str, Any]:
        """staticmethod(function) -> method

        Convert a function to be a static method.

        A static method does not receive an implicit first argument.
        To declare a static method, use this idiom:

             class C:
                 @staticmethod
                 def f(arg1, arg2, argN):
                     ...

        It can be called either on the class (e.g. C.f()) or on an instance
        (e.g. C().f()). Both the class and the instance are ignored, and
        neither is passed implicitly as the first argument to the method.

        Static methods in Python are similar to those found in Java or C++.
        For a more advanced concept, see the classmethod builtin.
        """
