"""Extractions as CSV: one table of all records, or one table per record type.

RFC 4180: comma, CRLF, quotes doubled. Lists and several pieces of evidence are joined by "; ". Warnings are
in the tables of a batch only.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence

from extractor.records import Extraction, Record
from extractor.writing.cleaning import for_csv
from extractor.writing.describing import RECORD_TYPES, RecordType
from extractor.writing.options import WriteOptions

_NUMERIC = frozenset({"value", "value_max", "stated_count"})
"""Columns whose text is a number by the schema: a negative one stays a number."""
_EVIDENCE = ("evidence", "evidence_start", "evidence_end", "evidence_match")


def write_csv(pairs: Sequence[tuple[Extraction, str]], options: WriteOptions) -> str:
    """Return one table: `record_type`, the article, the union of all fields, then the evidence."""
    columns = tuple(dict.fromkeys(name for kind in RECORD_TYPES for name in _fields(kind)))
    rows = (
        {"record_type": kind.name, **_row(extraction, record, kind)}
        for extraction, _text in pairs
        for kind in RECORD_TYPES
        for record in kind.records_of(extraction)
    )
    return _table(
        ("record_type", "article_id", "source", *columns, *_EVIDENCE), rows, escape=options.csv_escape
    )


def csv_tables(extractions: Sequence[Extraction], *, escape: bool = True) -> dict[str, str]:
    """Return one CSV per record type, and `articles` and `warnings`, by name; none is without header."""
    tables = {
        kind.attribute: _table(
            ("article_id", "source", *_fields(kind), *_EVIDENCE),
            (_row(one, record, kind) for one in extractions for record in kind.records_of(one)),
            escape=escape,
        )
        for kind in RECORD_TYPES
    }
    articles = _table(_ARTICLE, (_article(one) for one in extractions), escape=escape)
    warnings = _table(_WARNING, _warnings(extractions), escape=escape)
    return {"articles": articles, **tables, "warnings": warnings}


_ARTICLE = (
    *("article_id", "source", "title", "language", "published", "reference_date", "reference_basis"),
    *("sha256", "llm", "prompt", "cached", "input_tokens", "output_tokens", "requests", "seconds", "cost"),
    "tool_version",
)
_WARNING = ("article_id", "source", "code", "detail", "record")


def _article(extraction: Extraction) -> Mapping[str, object]:
    article = extraction.article.model_dump(mode="json")
    made = extraction.provenance.model_dump(mode="json")
    return {"article_id": extraction.article.id, **article, **made, **made["usage"]}


def _warnings(extractions: Sequence[Extraction]) -> Iterator[Mapping[str, object]]:
    for extraction in extractions:
        place = {"article_id": extraction.article.id, "source": extraction.article.source}
        for warning in extraction.warnings:
            yield {**place, **warning.model_dump(mode="json")}


def _fields(kind: RecordType) -> tuple[str, ...]:
    hidden = {"evidence", "shown_by"}
    names = [name for name in kind.shape.model_fields if name not in hidden | {"attributed_to"}]
    return (*names, "attributed_to")


def _row(extraction: Extraction, record: Record, kind: RecordType) -> dict[str, object]:
    content = record.model_dump(mode="json")
    return {
        "article_id": extraction.article.id,
        "source": extraction.article.source,
        **{name: content[name] for name in _fields(kind)},
        "evidence": [one.quote for one in record.evidence],
        "evidence_start": [one.start for one in record.evidence],
        "evidence_end": [one.end for one in record.evidence],
        "evidence_match": [str(one.match) for one in record.evidence],
    }


def _table(columns: Sequence[str], rows: Iterator[Mapping[str, object]], *, escape: bool) -> str:
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(name, row.get(name), escape=escape) for name in columns])
    return lines.getvalue()


def _cell(name: str, content: object, *, escape: bool) -> str:
    if content is None:
        return ""
    if isinstance(content, bool):
        return "true" if content else "false"
    if isinstance(content, int | float) or name in _NUMERIC:
        return str(content)
    if isinstance(content, list):
        return "; ".join(_cell("", one, escape=escape) for one in content)
    return for_csv(str(content)) if escape else str(content)
