"""CSV and TSV to articles, row by row, in the memory of one row; a bad row is an error of its own.

The first row names the columns; rows are counted as a spreadsheet counts them, with the header as row 1. The
text is UTF-8, or UTF-16 or UTF-32 with a byte order mark, or the encoding that the user names.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, count
from typing import BinaryIO, TextIO, cast

from extractor.article import Article
from extractor.errors import ReadError
from extractor.reading.options import ReadOptions
from extractor.reading.rows import article_of_row

_MARKS = ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DELIMITERS = {"csv": ",;\t|", "tsv": "\t,;|"}
"""In order of preference; a spreadsheet's "CSV" has semicolons where the decimal mark is a comma."""
_PIECE = 1 << 16
_UNDECODED = re.compile("[\udc80-\udcff]")


def articles_of_table(
    stream: BinaryIO, source: str, kind: str, options: ReadOptions
) -> Iterator[Article | ReadError]:
    """Yield the article of each row of a `kind` of "csv" or "tsv", an error in place of each bad one.

    A row has no more than `options.max_bytes` characters, and as many cells as the header. Raises ReadError
    where there is no header, or no column for the text in it.
    """
    # The one limit of the csv module is the process's; a row is held to a limit of our own.
    csv.field_size_limit(max(csv.field_size_limit(), options.max_bytes))
    with _decoded(stream, source, options) as text:
        lines = _Lines(text, options.max_bytes)
        first = next(lines, "")
        reader = csv.reader(chain([first], lines), delimiter=_delimiter(first, kind, options), strict=True)
        header = _header(reader, source, options)
        for number in count(2):
            lines.start_row()
            try:
                attempt = _attempt(reader, header, f"{source}: row {number}", options)
            except StopIteration:
                return
            if attempt is not None:
                yield attempt


class _BadRowError(Exception):
    """A row that cannot be one of the table; says why."""


@dataclass(slots=True)
class _Lines:
    """The lines of a text, as many as one row may take; a row that is too long is skipped to its end."""

    text: TextIO
    limit: int
    left: int = 0
    is_quoted: bool = False

    def __post_init__(self) -> None:
        self.start_row()

    def start_row(self) -> None:
        self.left, self.is_quoted = self.limit, False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._read(self.left + 1)
        if not line:
            raise StopIteration
        self.left -= len(line)
        if self.left >= 0:
            return line
        while line and (self.is_quoted or not line.endswith(("\n", "\r"))):
            line = self._read(_PIECE)
        raise _BadRowError(f"is larger than {self.limit} bytes, or a quote in it is not closed")

    def _read(self, size: int) -> str:
        line = self.text.readline(size)
        self.is_quoted ^= line.count('"') % 2 == 1
        return line


@contextmanager
def _decoded(stream: BinaryIO, source: str, options: ReadOptions) -> Iterator[TextIO]:
    """Give the text of a stream, which stays open; bytes that are none become what `_row` refuses."""
    buffered = io.BufferedReader(cast("io.RawIOBase", stream))  # for its peek; any binary stream will do
    head = buffered.peek(4)
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), "utf-8-sig")
    try:
        text = io.TextIOWrapper(buffered, options.encoding or marked, errors="surrogateescape", newline="")
    except LookupError as error:
        buffered.detach()
        raise ReadError(
            f"{source}: no encoding is called {options.encoding!r}", source=source, hint="for example: cp1251"
        ) from error
    try:
        yield text
    except UnicodeError as error:
        raise _refused(source, f"is not valid {text.encoding}") from error
    finally:
        text.detach().detach()


def _delimiter(first: str, kind: str, options: ReadOptions) -> str:
    """Return the delimiter that gives a column for the text, else the one that gives the most columns."""

    def success(delimiter: str) -> tuple[bool, int]:
        names = _names(next(csv.reader([first], delimiter=delimiter), []))
        return options.text_field in names, len(names)

    return max(_DELIMITERS[kind], key=success)


def _names(cells: Sequence[str]) -> list[str]:
    return [cell.removeprefix("\ufeff").strip() for cell in cells]


def _header(reader: Iterator[list[str]], source: str, options: ReadOptions) -> list[str]:
    try:
        names = _names(next(reader, []))
    except (_BadRowError, csv.Error) as error:
        raise _refused(f"{source}: row 1", str(error)) from error
    if options.text_field not in names:
        present = ", ".join(name[:40] for name in names[:20] if name) or "none"
        raise ReadError(
            f"{source}: there is no column {options.text_field!r}",
            source=source,
            hint=f"columns present: {present}; name the one that holds the article with --text-field",
        )
    double = next((name for name in options.fields if names.count(name) > 1), None)
    if double is not None:
        raise _refused(source, f"has two columns {double!r}")
    return names


def _attempt(
    reader: Iterator[list[str]], header: Sequence[str], place: str, options: ReadOptions
) -> Article | ReadError | None:
    """Return what the next row gives, None for a blank line. Raises StopIteration at the end."""
    try:
        cells = next(reader)
        return article_of_row(_row(header, cells, options), place, options) if cells else None
    except ReadError as error:
        return error
    except (_BadRowError, csv.Error) as error:
        if len(header) == 1 and isinstance(error, csv.Error):  # what follows could be words of this row
            raise _refused(place, f"{error}; the rows after it cannot be told apart") from error
        return _refused(place, str(error))


def _row(header: Sequence[str], cells: Sequence[str], options: ReadOptions) -> dict[str, str]:
    if len(cells) < len(header) or any(cells[len(header) :]):
        raise _BadRowError(
            f"has {len(cells)} cells, the header {len(header)}; is a quote not closed or doubled?"
        )
    row = {name: cell for name, cell in zip(header, cells, strict=False) if name in options.fields}
    if any(_UNDECODED.search(cell) for cell in row.values()):
        raise _BadRowError(
            "holds bytes that are no text in the encoding of the file; name it with --encoding"
        )
    return row


def _refused(place: str, problem: str) -> ReadError:
    return ReadError(f"{place}: {problem}", source=place, hint="check how the file was written")
