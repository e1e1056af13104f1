"""Comparing articles with each other out of core, on one machine: what ``unecho.spark`` does, by DuckDB.

For batches whose paragraphs fit on the disk and not in memory. Install ``unecho[duckdb]``.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow

from unecho import _across
from unecho._across import Across, Done, Mode
from unecho._types import Markup
from unecho._unecho import Steps

if TYPE_CHECKING:
    import os

    from typing_extensions import Unpack

_ROWS = 8192
"""Rows handed to the engine at a time."""


def boilerplate(
    source: str,
    column: str = "text",
    *,
    work: "str | os.PathLike[str]",
    id: str = "id",
    site: str | None = None,
    name: str | None = None,
    into: str | None = None,
    markup: Markup = "text",
    memory: str | None = None,
    **options: "Unpack[Across]",
) -> Path:
    """Cleans articles as clean_table does, and what recurs in enough articles of one site goes from all of them: what
    ``--across boilerplate`` does. Gives the path of a Parquet file with the articles in the order of their numbers.

    ``source`` is what stands behind FROM in a query of DuckDB: ``'articles/*.parquet'`` in quotes, ``read_json(...)``.
    ``id`` is the column of the articles' numbers, in whose order they come; ``site`` that of their addresses or sites, and
    ``name`` that of what the findings call them, else their number. The options are those of Deduplicator, and
    ``min_articles``, ``one_site`` and ``templates``, as the command line has them.

    After each step its table is written to the folder ``work``, as Parquet: a run that was stopped goes on from there if
    the options and the articles are the same. DuckDB uses ``memory`` ("8GB"), or most of what there is."""
    settings = _across.settings("boilerplate", markup, dict(options))
    return _clean_across(source, column, id, site, name, into, Path(work), memory, settings)


def repeats(
    source: str,
    column: str = "text",
    *,
    work: "str | os.PathLike[str]",
    id: str = "id",
    site: str | None = None,
    name: str | None = None,
    into: str | None = None,
    markup: Markup = "text",
    memory: str | None = None,
    **options: "Unpack[Across]",
) -> Path:
    """As boilerplate, but each paragraph stays in the first article that has it: what ``--across repeats`` does."""
    settings = _across.settings("repeats", markup, dict(options))
    return _clean_across(source, column, id, site, name, into, Path(work), memory, settings)


def _clean_across(
    source: str,
    column: str,
    id: str,
    site: str | None,
    name: str | None,
    into: str | None,
    work: Path,
    memory: str | None,
    settings: dict[str, Any],
) -> Path:
    with duckdb.connect() as connection:
        if memory is not None:
            connection.execute("set memory_limit = ?", [memory])
        there = connection.sql(f"select * from {source} limit 0").columns
        wanted = _across.columns(there, column, id, site, name)
        chosen = ", ".join(f"{_quoted(given)} as {what}" for what, given in wanted.items() if what != "id")
        run = _Run(connection, f"select cast({_quoted(id)} as bigint) as id, {chosen} from {source}", settings, work)
        mode: Mode = settings["mode"]
        _across.find_all(run, mode, settings["min_articles"])
        joined = f"""select a.*, f.found as _unecho_found from {source} a
                     left join ({_across.FINDINGS}) f on f.article = a.{_quoted(id)} order by a.{_quoted(id)}"""
        steps = run.steps
        return run.written(
            "cleaned", joined, lambda batch: steps.apply(batch, column, "_unecho_found", into).to_pyarrow()
        )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _string(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


class _Run:
    """A comparison by DuckDB; see _across.Runner."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, articles: str, settings: dict[str, Any], work: Path
    ) -> None:
        self.connection = connection
        self.steps = Steps(**settings)
        self.views: dict[str, str] = {}
        work.mkdir(parents=True, exist_ok=True)
        connection.execute("set temp_directory = ?", [str(work / "duckdb.tmp")])
        connection.execute("set preserve_insertion_order = false")
        connection.execute("set enable_progress_bar = false")
        self.define("articles", articles)
        part = _across.digest(self.steps, self.batches("select * from {articles}")).to_pylist()[0]
        self.folder = work / f"unecho-{_across.name_of(settings, _across.total([tuple(part.values())]))}"
        self.folder.mkdir(exist_ok=True)
        if not self.path("paragraphs").exists():
            _across.check_ids(self)

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.parquet"

    def batches(self, query: str) -> Iterator[pyarrow.RecordBatch]:
        # A cursor of its own: its rows are read while another query runs.
        yield from self.connection.cursor().sql(query.format_map(self.views)).to_arrow_reader(_ROWS)

    def define(self, name: str, query: str) -> None:
        self.connection.execute(f"create or replace view unecho_{name} as {query.format_map(self.views)}")
        self.views[name] = f"unecho_{name}"

    def ask(self, query: str) -> int:
        return int(self.connection.execute(query.format_map(self.views)).fetchall()[0][0])

    def written(self, name: str, query: str, rows: Any = None, then: str | None = None) -> Path:
        """The file of a table, which is there whole or not at all."""
        path = self.path(name)
        if path.exists():
            return path
        unfinished = path.with_suffix(".unfinished")
        if rows is not None:
            tables = (rows(batch) for batch in self.batches(query))
            first = next(tables, None)
            if first is None:
                first = rows(self.connection.cursor().sql(query.format_map(self.views)).limit(0).to_arrow_table())
            batches = (batch for table in _chain(first, tables) for batch in table.to_batches())
            it = pyarrow.RecordBatchReader.from_batches(first.schema, batches)
            cursor = self.connection.cursor()
            cursor.register("unecho_it", it)
            query = (then or "select * from {it}").format_map({**self.views, "it": "unecho_it"})
        else:
            cursor, query = self.connection, query.format_map(self.views)
        cursor.execute(f"copy ({query}) to {_string(unfinished)} (format parquet, compression zstd)")
        unfinished.replace(path)
        return path

    def step(self, name: str, query: str, rows: str | None = None, then: str | None = None) -> Done:
        work = None if rows is None else lambda batch: self.steps.run(rows, batch).to_pyarrow()
        path = self.written(name, query, work, then)
        table = f"read_parquet({_string(path)})"
        if rows is None:
            self.define(name, f"select * from {table}")
            return Done(self.ask(f"select count(*) from {table}"), 0, None)
        counts = f"select count(*), count(error), min(error) from {table}"
        done = Done(*self.connection.execute(counts).fetchall()[0])
        if done.errors:
            _across.log.warning("%s: %d rows failed; the first: %s", name, done.errors, done.first_error)
        self.define(name, f"select * exclude (error) from {table} where error is null")
        return done


def _chain(first: pyarrow.Table, rest: Iterator[pyarrow.Table]) -> Iterator[pyarrow.Table]:
    yield first
    yield from rest
