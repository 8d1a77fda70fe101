"""Extractions as one CSV table of all records, and how any value is written in a CSV cell.

RFC 4180: comma, CRLF, quotes doubled. In the one table lists and several pieces of evidence are joined by
"; ". Warnings are in the tables of a batch only.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from json import dumps
from typing import TYPE_CHECKING, Any, TextIO

from extractor.records import Extraction
from extractor.writing.cleaning import for_csv
from extractor.writing.options import WriteOptions
from extractor.writing.star.flattening import Content, Value, row_of
from extractor.writing.star.tables import Table, record_tables

if TYPE_CHECKING:
    from _csv import Writer

_EVIDENCE = {
    "evidence": "quote",
    "evidence_start": "start",
    "evidence_end": "end",
    "evidence_match": "match",
}
_FIRST = ("record_type", "article_id", "source")


def write_csv(pairs: Sequence[tuple[Extraction, str]], options: WriteOptions) -> str:
    """Return one table: `record_type`, the article, the union of all fields, then the evidence."""
    fields = (name for table in record_tables() for name in _fields(table))
    columns = tuple(dict.fromkeys((*_FIRST, *fields, *_EVIDENCE)))
    lines = io.StringIO(newline="")
    writer = writer_of(lines)
    writer.writerow(columns)
    for extraction, _text in pairs:
        for row in _rows(extraction.model_dump(mode="json")):
            writer.writerow([_joined(row.get(name), escape=options.csv_escape) for name in columns])
    return lines.getvalue()


def writer_of(file: TextIO) -> "Writer":
    """Return a writer of RFC 4180; the file must not translate line ends."""
    return csv.writer(file, lineterminator="\r\n")


def cell(value: Value, listed: Callable[[list[str]], str], *, escape: bool = True) -> str:
    """Return a cell: null is empty, a number has all its digits; text and what `listed` gives are escaped.

    With `escape`, no cell is a formula to a spreadsheet; a negative number stays one.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return for_csv(value) if escape else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    return cell(listed(value), listed, escape=escape) if isinstance(value, list) else str(value)


def json_list(items: list[str]) -> str:
    """Return the items as a JSON array, letters as they are."""
    return dumps(items, ensure_ascii=False)


def _rows(extraction: Content) -> Iterator[Mapping[str, Any]]:
    for table in record_tables():
        for record in extraction[table.name]:
            place = {"record_type": table.record_type, "source": extraction["article"]["source"]}
            values = row_of(table.name, {"article_id": extraction["article"]["id"], **record})
            shown = {name: [one[part] for one in record["evidence"]] for name, part in _EVIDENCE.items()}
            yield {**place, **dict(zip(table.names, values, strict=True)), **shown}


def _fields(table: Table) -> tuple[str, ...]:
    """Return the columns that are fields of the record, not made from one."""
    return tuple(column.name for column in table.columns if column.of == column.name)


def _joined(value: Any, *, escape: bool) -> str:
    items = value if isinstance(value, list) else [value]
    return "; ".join(cell(item, json_list, escape=escape) for item in items)
