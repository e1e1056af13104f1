"""Cleaning on a cluster: by the DataFrame API and ``mapInArrow`` only, so that the same plan runs on Apache Spark and on
Sail. The workers need this package and pyarrow.

Each task uses one thread: it is the engine of the cluster that spreads the work.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pyarrow
from pyspark.sql import DataFrame
from pyspark.sql.types import (
    ArrayType,
    DataType,
    DoubleType,
    IntegerType,
    StringType,
    StructField,
    StructType,
)

from unecho._types import Markup, Options
from unecho._unecho import Deduplicator, Error

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
    settings: dict[str, Any] = {**Deduplicator(**options).options, "threads": 1}

    def each(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        dedup = Deduplicator(**settings)
        for batch in batches:
            cleaned = dedup.clean_table(batch, column, into=into, markup=markup)
            yield from pyarrow.table(cleaned).to_batches()

    return df.mapInArrow(each, StructType(fields))
