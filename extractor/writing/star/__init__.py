"""Many extractions as tables that join: Parquet, DuckDB, SQLite, CSV; streamed, and replaced all at once.

`schema` says what the tables are. The formats' modules, and their libraries, are imported when first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from extractor.writing.star.filling import FailureRow, write_star
    from extractor.writing.star.tables import Column, Table, schema

__all__ = ["FORMATS", "Column", "FailureRow", "Table", "schema", "write_star"]

FORMATS: tuple[str, ...] = ("parquet", "duckdb", "sqlite", "csv")
"""What `write_star` can be asked for; parquet and csv are folders of files, one a table."""

_HOMES = {
    "Column": "tables",
    "FailureRow": "filling",
    "Table": "tables",
    "schema": "tables",
    "write_star": "filling",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
