"""One extraction, as JSON has it, as rows of tables; whatever is a table is written from these rows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from extractor.writing.star.tables import Table, Type, record_tables, schema, table_of

Value = str | bool | int | float | date | Decimal | list[str] | None
Row = tuple[Value, ...]
Content = Mapping[str, Any]
"""An extraction, or a part of one, as `json.loads` returns it."""


def flatten(extraction: Content) -> Iterator[tuple[str, Row]]:
    """Yield the name of a table and a row of it, for all that an extraction holds.

    Raises KeyError, TypeError, ValueError or ArithmeticError for what is no extraction.
    """
    article = extraction["article"]["id"]
    yield "articles", row_of("articles", _article(extraction))
    for table in record_tables():
        for record in extraction[table.name]:
            yield table.name, row_of(table.name, {"article_id": article, **record})
            place = {"article_id": article, "record_type": table.record_type, "record_id": record["id"]}
            yield from _evidence(place, record)
            yield from _items(place, record, table)
    for position, warning in enumerate(extraction["warnings"], 1):
        place = {"article_id": article, "position": position}
        yield "warnings", row_of("warnings", {**place, **warning})


def codebook() -> Iterator[tuple[str, Row]]:
    """Yield the rows of the table that describes all tables."""
    for table in schema():
        for column in table.columns:
            yield "codebook", (table.name, column.name, column.type, column.meaning)


def row_of(table: str, content: Content) -> Row:
    """Return the row of a table that the content gives; a field that is missing is null."""
    fields, conversions = _plan(table)
    row = list(map(content.get, fields))
    for place, convert in conversions:
        if row[place] is not None:
            row[place] = convert(row[place])
    return tuple(row)


def _article(extraction: Content) -> Content:
    made = extraction["provenance"]
    first = made.get("escalated_from") or {}
    return {
        "schema_version": extraction["schema_version"],
        **extraction["article"],
        **made,
        **made["usage"],
        "escalated_from": first.get("llm"),
    }


def _evidence(place: Content, record: Content) -> Iterator[tuple[str, Row]]:
    yield from _words({**place, "role": "record"}, record["evidence"])
    for field, words in record["shown_by"].items():
        yield from _words({**place, "role": "field", "field": field}, words)


def _words(place: Content, words: Sequence[Content]) -> Iterator[tuple[str, Row]]:
    for position, one in enumerate(words, 1):
        yield "evidence", row_of("evidence", {**place, "position": position, **one})


def _items(place: Content, record: Content, table: Table) -> Iterator[tuple[str, Row]]:
    for field in (column.of for column in table.columns if column.type == "list"):
        for position, item in enumerate(record[field], 1):
            yield (
                "list_items",
                row_of("list_items", {**place, "field": field, "position": position, "item": item}),
            )


@cache
def _plan(table: str) -> tuple[tuple[str, ...], tuple[tuple[int, Callable[[Any], Value]], ...]]:
    """Return the fields of a table's row, and what to do to those whose JSON is not the value itself."""
    columns = table_of(table).columns
    conversions = ((place, _CONVERSIONS.get(column.type)) for place, column in enumerate(columns))
    return tuple(column.of for column in columns), tuple(
        (place, convert) for place, convert in conversions if convert is not None
    )


def _day(written: str) -> date | None:
    """Return the day, or null for what is none; the schema of an article lets any text pass there."""
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _digits(written: str) -> str:
    """Return the digits of a number, and surely of a number: they need no escape."""
    return format(Decimal(written), "f")


def _counted(number: int) -> int | None:
    """Return the number, or null for one that no file's integers hold: a count beyond all sense."""
    return number if -_LARGEST <= number < _LARGEST else None


_LARGEST = 2**63
_CONVERSIONS: Mapping[Type, Callable[[Any], Value]] = {
    "date": _day,
    "decimal": Decimal,
    "digits": _digits,
    "double": float,
    "integer": _counted,
    "list": list,
}
