"""The tables that many extractions are written to: names, columns, types, meanings, in one place."""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

import yaml

Type = Literal["text", "boolean", "integer", "date", "double", "decimal", "digits", "list"]
"""What a column holds; what each format makes of it stands with that format."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `of` is the field of the JSON that it is filled from."""

    name: str
    type: Type
    meaning: str
    of: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table: `record_type` is what its rows are records of, None for the other tables."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    record_type: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)


@cache
def schema() -> tuple[Table, ...]:
    """Return all tables in order, from the file from which every format is written (tables.yaml)."""
    text = resources.files(__package__).joinpath("tables.yaml").read_text(encoding="utf-8")
    tables = yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe loader, in C if built
    return tuple(_table(name, content) for name, content in tables.items())


@cache
def record_tables() -> tuple[Table, ...]:
    """Return the tables of records, in the order of an extraction."""
    return tuple(table for table in schema() if table.record_type is not None)


def table_of(name: str) -> Table:
    """Return the table of a name."""
    return next(table for table in schema() if table.name == name)


def _table(name: str, content: dict[str, Any]) -> Table:
    rows = [*content["columns"], *content.get("further", ())]
    columns = (_column(*row) for row in rows)
    return Table(name, content["meaning"], tuple(columns), content.get("record_type"))


def _column(name: str, type_: Type, meaning: str, more: dict[str, str] | None = None) -> Column:
    return Column(name, type_, meaning, (more or {}).get("of", name))
