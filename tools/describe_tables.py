"""Writes docs/tables.md, the description of the tables of `extractor batch`, from what writes the tables.

Usage: python tools/describe_tables.py [FILE]
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from extractor.writing.star import Column, Table, schema

TARGET = Path(__file__).resolve().parent.parent / "docs/tables.md"
HEAD = """# The tables

Written by `tools/describe_tables.py` from `extractor/writing/star/tables.yaml`; do not edit it here.

`extractor batch … -o FILE` writes these tables as one file (`.duckdb`, `.sqlite`) or, with `-f parquet` or
`-f csv`, as a folder with one file a table. They are the same in every form, and hold every field of the
JSON. Rows join by `article_id`; a record's own `id` is unique within its article, so a join takes both.
The table `codebook` holds this description itself.

A *list* is a list in Parquet and DuckDB, JSON in SQLite and CSV; `list_items` has every item as a row.
A *decimal* has 38 digits, 9 of them after the point, in Parquet and DuckDB; SQLite has the nearest number.
*digits* are all digits of such a number, as text. Dates in text columns are
[EDTF](https://www.loc.gov/standards/datetime/): `2031`, `2031-06`, `2031-06-03`.
"""


def described() -> str:
    """Return the whole description, as Markdown."""
    return "\n".join([HEAD, *(line for table in schema() for line in _section(table))])


def _section(table: Table) -> Iterator[str]:
    yield from (f"## {table.name}", "", table.meaning.strip(), "")
    yield from ("| column | type | what it holds |", "|---|---|---|")
    yield from map(_row, table.columns)
    yield ""


def _row(column: Column) -> str:
    meaning = column.meaning.replace("|", "\\|")
    return f"| `{column.name}` | {column.type} | {meaning} |"


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    target.parent.mkdir(exist_ok=True)
    target.write_text(described(), encoding="utf-8")
