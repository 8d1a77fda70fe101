"""Parquet to articles, in the memory of a few rows. The room of pyarrow among the inputs."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from extractor.article import Article
from extractor.errors import ReadError
from extractor.reading.options import ReadOptions
from extractor.reading.rows import article_of_row

_BATCH = 64
"""Rows in memory at once; one may be megabytes long."""
_BUFFER = 1 << 20


def articles_of_parquet(stream: BinaryIO, source: str, options: ReadOptions) -> Iterator[Article | ReadError]:
    """Yield the article of each row, an error in place of each bad one; rows count from 1.

    Only the columns of the five fields are read. Raises ReadError for what is no Parquet file, and where
    there is no column for the text.
    """
    try:
        file = pq.ParquetFile(stream, buffer_size=_BUFFER, pre_buffer=False)
        columns = _columns(file.schema_arrow.names, source, options)
        number = 0
        for batch in file.iter_batches(_BATCH, columns=columns, use_threads=False):
            named = {name: _readable(batch.column(name)) for name in columns}
            for index in range(batch.num_rows):
                number += 1
                yield _attempt(named, index, f"{source}: row {number}", options)
    except (pa.ArrowException, OSError) as error:
        raise ReadError(
            f"{source}: is no Parquet file that can be read: {type(error).__name__}",
            source=source,
            hint="check how the file was written",
        ) from error


def _columns(names: list[str], source: str, options: ReadOptions) -> list[str]:
    if options.text_field in names:
        return [name for name in dict.fromkeys(names) if name in options.fields]
    present = ", ".join(name[:40] for name in names[:20]) or "none"
    raise ReadError(
        f"{source}: there is no column {options.text_field!r}",
        source=source,
        hint=f"columns present: {present}; name the one that holds the article with --text-field",
    )


def _readable(column: Any) -> Any:
    """Return a column whose values Python has types for: it knows no nanoseconds."""
    if pa.types.is_timestamp(column.type):
        return column.cast(pa.timestamp("us", tz=column.type.tz), safe=False)
    return column


def _attempt(named: dict[str, Any], index: int, place: str, options: ReadOptions) -> Article | ReadError:
    try:
        row = {name: _value(column[index].as_py()) for name, column in named.items()}
        return article_of_row(row, place, options)
    except ReadError as error:
        return error
    except (ValueError, OverflowError) as error:  # text that is no UTF-8, a date beyond all calendars
        return ReadError(
            f"{place}: cannot be read: {type(error).__name__}", source=place, hint="mend the row"
        )


def _value(value: Any) -> Any:
    """Return the value as a row of JSON would have it."""
    return value.isoformat() if isinstance(value, date | datetime) else value
