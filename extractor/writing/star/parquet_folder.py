"""The tables as a folder of Parquet files, a row group a batch. The room of pyarrow among the outputs."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from extractor.errors import WriteError
from extractor.writing.star.amounts import DECIMALS, DIGITS, fitted
from extractor.writing.star.filling import Add
from extractor.writing.star.flattening import Row, Value
from extractor.writing.star.tables import Table, Type, schema

_TYPES: dict[Type, Any] = {
    "text": pa.string(),
    "boolean": pa.bool_(),
    "integer": pa.int64(),
    "date": pa.date32(),
    "double": pa.float64(),
    "decimal": pa.decimal128(DIGITS, DECIMALS),
    "digits": pa.string(),
    "list": pa.list_(pa.string()),
}


@contextmanager
def parquet_folder(place: Path) -> Iterator[Add]:
    """Make a folder with one file a table, yield what adds rows, and complete the files at the end."""
    place.mkdir()
    try:
        with ExitStack() as files:
            writers = {
                table.name: files.enter_context(
                    pq.ParquetWriter(place / f"{table.name}.parquet", _schema(table), compression="zstd")
                )
                for table in schema()
            }

            def add(table: Table, rows: list[Row]) -> None:
                writers[table.name].write_batch(_batch(table, rows))

            yield add
    except pa.ArrowException as error:
        raise WriteError(
            f"Parquet: {error}", target=str(place), hint="check the space on the disk"
        ) from error


def _schema(table: Table) -> Any:
    return pa.schema([(column.name, _TYPES[column.type]) for column in table.columns])


def _batch(table: Table, rows: Sequence[Row]) -> Any:
    columns = zip(table.columns, zip(*rows, strict=True), strict=True)
    arrays = [pa.array(_stored(column.type, values), _TYPES[column.type]) for column, values in columns]
    return pa.record_batch(arrays, schema=_schema(table))


def _stored(type_: Type, values: Sequence[Value]) -> Sequence[Value]:
    if type_ != "decimal":
        return values
    return [fitted(value) if isinstance(value, Decimal) else value for value in values]
