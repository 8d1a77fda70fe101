"""Extractions as one CSV table of all records; lists and several pieces of evidence are joined by "; ".

Warnings are in the tables of a batch only.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from extractor.records import Extraction
from extractor.writing.cells import cell, writer_of
from extractor.writing.options import WriteOptions
from extractor.writing.star.flattening import Content, row_of
from extractor.writing.star.tables import Table, record_tables

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
    return "; ".join(cell(item, escape=escape) for item in items)
