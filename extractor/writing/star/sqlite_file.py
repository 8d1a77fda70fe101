"""The tables as one SQLite file: dates as ISO 8601 text, lists as JSON, amounts as the nearest number."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path

from extractor.errors import WriteError
from extractor.writing.cells import json_list
from extractor.writing.star.amounts import fitted
from extractor.writing.star.filling import Add
from extractor.writing.star.flattening import Row, Value
from extractor.writing.star.tables import Table, Type, schema

_TYPES: dict[Type, str] = {
    "text": "TEXT",
    "boolean": "INTEGER",
    "integer": "INTEGER",
    "date": "TEXT",
    "double": "REAL",
    "decimal": "NUMERIC",
    "digits": "TEXT",
    "list": "TEXT",
}
_INDEXES = {
    "articles": ("article_id",),
    "evidence": ("article_id", "record_id"),
    "list_items": ("article_id", "record_id"),
    "warnings": ("article_id",),
}
"""What joins go by, beside the key of each table of records."""
_LARGEST = 2**63


@contextmanager
def sqlite_file(place: Path) -> Iterator[Add]:
    """Make an SQLite file with all tables, yield what adds rows, and index them at the end."""
    try:
        with closing(sqlite3.connect(place, isolation_level=None)) as database:
            database.execute("PRAGMA journal_mode = OFF")  # nobody sees the file before it is complete
            database.execute("PRAGMA synchronous = OFF")
            database.execute("BEGIN")
            for table in schema():
                database.execute(_definition(table))

            def add(table: Table, rows: list[Row]) -> None:
                marks = ", ".join("?" * len(table.columns))
                stored = (tuple(map(_stored, row)) for row in rows)
                database.executemany(f"INSERT INTO {table.name} VALUES ({marks})", stored)  # noqa: S608 - our name

            yield add
            for table in schema():
                _index(database, table)
            database.execute("COMMIT")
    except sqlite3.Error as error:
        raise WriteError(f"SQLite: {error}", target=str(place), hint="check the space on the disk") from error


def _definition(table: Table) -> str:
    columns = ", ".join(f"{column.name} {_TYPES[column.type]}" for column in table.columns)
    return f"CREATE TABLE {table.name} ({columns})"


def _index(database: sqlite3.Connection, table: Table) -> None:
    key = _INDEXES.get(table.name, ("article_id", "id") if table.record_type else ())
    if key:
        database.execute(f"CREATE INDEX {table.name}_by_{key[-1]} ON {table.name} ({', '.join(key)})")


def _stored(value: Value) -> str | int | float | None:
    if isinstance(value, list):
        return json_list(value)
    if isinstance(value, Decimal):
        return _number(value)
    return value.isoformat() if isinstance(value, date) else value


def _number(value: Decimal) -> int | float | None:
    """Return a whole number that SQLite can hold as it is, else the nearest floating-point number."""
    number = fitted(value)
    if number is None:
        return None
    is_whole = number == number.to_integral_value() and abs(number) < _LARGEST
    return int(number) if is_whole else float(number)
