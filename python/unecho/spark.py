"""Cleaning on a cluster: by DataFrames and ``mapInArrow`` only, so that the same plan runs on Apache Spark and on Sail.
The workers need this package and pyarrow.

Each task uses one thread: it is the engine of the cluster that spreads the work.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pyarrow
from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import (
    ArrayType,
    BooleanType,
    DataType,
    DoubleType,
    IntegerType,
    LongType,
    StringType,
    StructField,
    StructType,
)

from unecho import _across
from unecho._across import Across, Done, Mode
from unecho._types import Markup, Options
from unecho._unecho import Deduplicator, Error, Steps

if TYPE_CHECKING:
    from typing_extensions import Unpack

_FINDING = StructType(
    [
        StructField("paragraph", IntegerType(), nullable=False),
        StructField("twin", IntegerType(), nullable=False),
        StructField("kind", StringType(), nullable=False),
        StructField("verdict", StringType(), nullable=False),
        StructField("role", StringType(), nullable=False),
        StructField("coverage", DoubleType(), nullable=False),
        StructField("reason", StringType(), nullable=False),
        StructField("elsewhere", StringType()),
    ]
)


def clean(
    df: DataFrame,
    column: str = "text",
    *,
    into: str | None = None,
    markup: Markup = "text",
    **options: "Unpack[Options]",
) -> DataFrame:
    """As unecho.clean_table: all columns, the cleaned text in the place of its source or as the column ``into``, and
    ``_removed``, ``_findings`` and ``_error`` behind its name. A value that is no article costs its row alone."""
    fields = _cleaned(df, column, into)
    settings: dict[str, Any] = {**Deduplicator(**options).options, "threads": 1}

    def each(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        dedup = Deduplicator(**settings)
        for batch in batches:
            cleaned = dedup.clean_table(batch, column, into=into, markup=markup)
            yield from pyarrow.table(cleaned).to_batches()

    return df.mapInArrow(each, StructType(fields))


def _cleaned(df: DataFrame, column: str, into: str | None) -> list[StructField]:
    """The columns of a cleaned table."""
    name = into or column
    given: dict[str, DataType] = {field.name: field.dataType for field in df.schema.fields}
    if column not in given:
        raise Error(f'no column "{column}"; name the column that holds the text with column=')
    text = StructField(name, given[column])
    fields = [text if field.name == name else field for field in df.schema.fields]
    if name not in given:
        fields.append(text)
    fields.append(StructField(f"{name}_removed", IntegerType(), nullable=False))
    fields.append(StructField(f"{name}_findings", ArrayType(_FINDING, containsNull=False), nullable=False))
    fields.append(StructField(f"{name}_error", StringType()))
    return fields


def fingerprints(
    df: DataFrame,
    column: str = "text",
    *,
    id: str = "id",
    site: str | None = None,
    name: str | None = None,
    mode: Mode = "boilerplate",
    markup: Markup = "text",
    **options: "Unpack[Across]",
) -> DataFrame:
    """The paragraphs that stay within their own article, one a row: ``paragraph``, a number of its own, ``article``,
    ``number`` in the article, from 0, ``key``, equal where the words are, and ``passage``, everything else, as JSON.

    ``id`` is the column of the articles' numbers, in whose order they come; ``site`` that of their addresses or sites, and
    ``name`` that of what the findings call them, else their number. The options are those of Deduplicator, and
    ``min_articles``, ``one_site`` and ``templates``, as the command line has them."""
    settings = _settings(mode, markup, options)
    return _map(_articles(df, column, id, site, name), settings, "fingerprints")


def near_duplicates(
    df: DataFrame,
    column: str = "text",
    *,
    work: str,
    id: str = "id",
    site: str | None = None,
    name: str | None = None,
    mode: Mode = "boilerplate",
    markup: Markup = "text",
    **options: "Unpack[Across]",
) -> DataFrame:
    """The pairs of paragraphs of different articles that may say the same: ``earlier`` and ``later``, their numbers, and
    both as passages. Of the paragraphs with the same words only the first is compared. See boilerplate for ``work``."""
    settings = _settings(mode, markup, options)
    run = _Run(_articles(df, column, id, site, name), settings, work)
    _across.find_pairs(run)
    return run.query(_across.PAIRS)


def verify(
    pairs: DataFrame, *, mode: Mode = "boilerplate", markup: Markup = "text", **options: "Unpack[Across]"
) -> DataFrame:
    """What near_duplicates proposes, judged word by word: ``forth``, the finding of the earlier one as JSON if it may go
    for the later one, and ``back`` the other way round; ``forth_goes`` and ``back_goes`` tell that it is no matter of
    review. A pair that cannot be judged has an ``error``."""
    return _map(pairs, _settings(mode, markup, options), "verify")


def boilerplate(
    df: DataFrame,
    column: str = "text",
    *,
    work: str,
    id: str = "id",
    site: str | None = None,
    name: str | None = None,
    into: str | None = None,
    markup: Markup = "text",
    **options: "Unpack[Across]",
) -> DataFrame:
    """As clean, and what recurs in enough articles of one site goes from all of them: what ``--across boilerplate`` does.

    After each step its table is written to the folder ``work``, as Parquet: a run that was stopped goes on from there if
    the options and the articles are the same. The folder is on storage that all workers see, and may be deleted
    afterwards. What is capped, or went wrong, is logged ("unecho"). See fingerprints for the columns and the options."""
    return _clean_across(df, column, id, site, name, into, work, _settings("boilerplate", markup, options))


def repeats(
    df: DataFrame,
    column: str = "text",
    *,
    work: str,
    id: str = "id",
    site: str | None = None,
    name: str | None = None,
    into: str | None = None,
    markup: Markup = "text",
    **options: "Unpack[Across]",
) -> DataFrame:
    """As boilerplate, but each paragraph stays in the first article that has it: what ``--across repeats`` does."""
    return _clean_across(df, column, id, site, name, into, work, _settings("repeats", markup, options))


def _clean_across(
    df: DataFrame,
    column: str,
    id: str,
    site: str | None,
    name: str | None,
    into: str | None,
    work: str,
    settings: dict[str, Any],
) -> DataFrame:
    schema = StructType(_cleaned(df, column, into))
    run = _Run(_articles(df, column, id, site, name), settings, work)
    _across.find_all(run, settings["mode"], settings["min_articles"])
    found = run.query(_across.FINDINGS)
    key = f"_unecho_{id}"
    found = found.withColumnRenamed("article", key).withColumnRenamed("found", "_unecho_found")
    joined = df.join(found, df[id] == found[key], "left").drop(key)

    def each(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        steps = Steps(**settings)
        for batch in batches:
            yield from pyarrow.table(steps.apply(batch, column, "_unecho_found", into)).to_batches()

    return joined.mapInArrow(each, schema)


def _settings(mode: Mode, markup: Markup, options: Across) -> dict[str, Any]:
    return {**_across.settings(mode, markup, dict(options)), "threads": 1}


def _articles(df: DataFrame, column: str, id: str, site: str | None, name: str | None) -> DataFrame:
    wanted = _across.columns(df.columns, column, id, site, name)
    chosen = [F.col(given).alias(what) for what, given in wanted.items()]
    return df.select(*chosen).withColumn("id", F.col("id").cast("long"))


_TYPES: dict[str, DataType] = {
    "int64": LongType(),
    "string": StringType(),
    "bool": BooleanType(),
    "list<item: int64>": ArrayType(LongType()),
}


def _map(df: DataFrame, settings: dict[str, Any], rows: str) -> DataFrame:
    schema = pyarrow.schema(Steps(**settings).columns(rows))
    fields = [StructField(field.name, _TYPES[str(field.type)]) for field in schema]

    def each(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        steps = Steps(**settings)
        for batch in batches:
            yield from pyarrow.table(steps.run(rows, batch)).to_batches()

    return df.mapInArrow(each, StructType(fields))


_DONE = StructType(
    [
        StructField("step", StringType()),
        StructField("rows", LongType()),
        StructField("errors", LongType()),
        StructField("first_error", StringType()),
    ]
)


class _Run:
    """A comparison on a cluster; see _across.Runner."""

    def __init__(self, articles: DataFrame, settings: dict[str, Any], work: str) -> None:
        self.spark = articles.sparkSession
        self.settings = settings
        self.name = _across.name_of(settings, _identity(articles, settings))
        self.folder = f"{work.rstrip('/')}/unecho-{self.name}"
        self.views: dict[str, str] = {}
        self.show("articles", articles)
        self.done = self._done()
        if "paragraphs" not in self.done:
            _across.check_ids(self)

    def show(self, name: str, df: DataFrame) -> None:
        self.views[name] = f"unecho_{self.name}_{name}"
        df.createOrReplaceTempView(self.views[name])

    def query(self, query: str) -> DataFrame:
        return self.spark.sql(query.format_map(self.views))

    def define(self, name: str, query: str) -> None:
        self.show(name, self.query(query))

    def ask(self, query: str) -> int:
        return int(self.query(query).collect()[0][0])

    def _done(self) -> dict[str, Done]:
        """What came of the steps that are done: each adds its row to a table when its own table is written. Read once,
        for where there is no table yet, Spark logs that at length."""
        try:
            found = self.spark.read.schema(_DONE).parquet(f"{self.folder}/done").collect()
        except AnalysisException:
            return {}
        return {step: Done(*what) for step, *what in found}

    def step(self, name: str, query: str, rows: str | None = None, then: str | None = None) -> Done:
        df = self.query(query)
        if rows is not None:
            df = _map(df, self.settings, rows)
        if then is not None:
            self.show("it", df)
            df = self.query(then)
        done = self.done.get(name)
        path = f"{self.folder}/{name}"
        if done is None:
            df.write.mode("overwrite").parquet(path)
        written = self.spark.read.schema(df.schema).parquet(path)
        if done is None:
            error = "error" if rows is not None else "cast(null as string)"
            counts = written.selectExpr("count(*) as rows", f"count({error}) as errors", f"min({error}) as first_error")
            done = Done(*counts.collect()[0])
            self.spark.createDataFrame([(name, *done)], _DONE).write.mode("append").parquet(f"{self.folder}/done")
        if done.errors:
            _across.log.warning("%s: %d rows failed; the first: %s", name, done.errors, done.first_error)
        self.show(name, written.where("error is null").drop("error") if rows is not None else written)
        return done


def _identity(articles: DataFrame, settings: dict[str, Any]) -> str:
    """A hash of all articles, in any order."""

    def each(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        steps = Steps(**settings)
        yield _across.digest(steps, batches)

    parts = articles.mapInArrow(each, "rows long, hash long, error string").collect()
    return _across.total([tuple(part) for part in parts])
