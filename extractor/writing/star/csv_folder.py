"""The tables as a folder of CSV files: safe to open in a spreadsheet, lists as JSON."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from extractor.writing.cells import cell, writer_of
from extractor.writing.star.filling import Add
from extractor.writing.star.flattening import Row
from extractor.writing.star.tables import Table, schema


@contextmanager
def csv_folder(place: Path) -> Iterator[Add]:
    """Make a folder with one file a table, each with its header, and yield what adds rows."""
    place.mkdir()
    with ExitStack() as files:
        writers = {}
        for table in schema():
            file = (place / f"{table.name}.csv").open("w", encoding="utf-8", newline="")
            writers[table.name] = writer_of(files.enter_context(file))
            writers[table.name].writerow(table.names)

        def add(table: Table, rows: list[Row]) -> None:
            escaped = [column.type != "digits" for column in table.columns]
            writers[table.name].writerows(
                [cell(value, escape=escape) for value, escape in zip(row, escaped, strict=True)]
                for row in rows
            )

        yield add
