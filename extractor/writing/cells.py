"""Values as the cells of a CSV file (RFC 4180: comma, CRLF, quotes doubled)."""

import csv
from datetime import date
from decimal import Decimal
from json import dumps
from typing import TYPE_CHECKING, TextIO

from extractor.writing.cleaning import for_csv

if TYPE_CHECKING:
    from _csv import Writer

    from extractor.writing.star.flattening import Value


def writer_of(file: TextIO) -> "Writer":
    """Return a writer of RFC 4180; the file must not translate line ends."""
    return csv.writer(file, lineterminator="\r\n")


def cell(value: "Value", *, escape: bool = True) -> str:
    """Return a cell: null is empty, a number has all its digits, a list is a JSON array.

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
    return cell(json_list(value), escape=escape) if isinstance(value, list) else str(value)


def json_list(items: list[str]) -> str:
    """Return the items as a JSON array, letters as they are."""
    return dumps(items, ensure_ascii=False)
