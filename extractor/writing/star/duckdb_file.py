"""The tables as one DuckDB file. The room of duckdb."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path

import duckdb

from extractor.errors import WriteError
from extractor.writing.star.amounts import DECIMALS, DIGITS, fitted
from extractor.writing.star.filling import Add
from extractor.writing.star.flattening import Row
from extractor.writing.star.tables import Table, Type, schema

_TYPES: dict[Type, str] = {
    "text": "VARCHAR",
    "boolean": "BOOLEAN",
    "integer": "BIGINT",
    "date": "DATE",
    "double": "DOUBLE",
    "decimal": f"DECIMAL({DIGITS}, {DECIMALS})",
    "digits": "VARCHAR",
    "list": "VARCHAR[]",
}
_CONFIG: dict[str, str | bool | int | float | list[str]] = {"threads": 1, "memory_limit": "512MB"}
"""Enough for rows in batches; its own limit is most of the machine's memory."""


@contextmanager
def duckdb_file(place: Path) -> Iterator[Add]:
    """Make a DuckDB file with all tables, and yield what adds rows."""
    try:
        with closing(duckdb.connect(place, config=_CONFIG)) as database:
            for table in schema():
                database.execute(_definition(table))
            appenders = {table.name: database.appender(table.name) for table in schema()}

            def add(table: Table, rows: list[Row]) -> None:
                appender = appenders[table.name]
                appender.append_rows([_stored(row) for row in rows])
                appender.flush()

            yield add
    except duckdb.Error as error:
        raise WriteError(f"DuckDB: {error}", target=str(place), hint="check the space on the disk") from error


def _definition(table: Table) -> str:
    columns = ", ".join(f"{column.name} {_TYPES[column.type]}" for column in table.columns)
    return f"CREATE TABLE {table.name} ({columns})"


def _stored(row: Row) -> tuple[object, ...]:
    return tuple(fitted(value) if isinstance(value, Decimal) else value for value in row)
