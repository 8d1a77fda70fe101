"""Lines of JSON to tables of any format: read one by one, flattened, and handed on in batches."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Any, cast

from extractor.errors import ConfigError, WriteError
from extractor.writing.cleaning import without_surrogates
from extractor.writing.star.flattening import Row, codebook, flatten, row_of
from extractor.writing.star.replacing import replacing
from extractor.writing.star.tables import Table, schema

BATCH = 10_000
"""Rows of one table that are kept before they are written: the row group of a Parquet file."""

Add = Callable[[Table, list[Row]], None]
"""Writes rows of a table."""

Opener = Callable[[Path], AbstractContextManager[Add]]
"""Makes the file or folder, with all tables, and completes it in the end."""

_HOMES = {
    "parquet": "parquet_folder",
    "duckdb": "duckdb_file",
    "sqlite": "sqlite_file",
    "csv": "csv_folder",
}
"""The module of each format, and in it the function of the same name."""
_SUFFIXES = {"parquet": ".parquet", "csv": ".csv"}
"""Of the files in a folder; the other formats are one file."""


@dataclass(frozen=True, slots=True)
class FailureRow:
    """An article without a result: where it stood among the inputs, and why there is none."""

    article_id: str | None
    source: str
    position: int
    state: str
    reason_class: str
    reason: str


def write_star(lines: Iterable[bytes], failures: Iterable[FailureRow], path: Path, format: str) -> None:  # noqa: A002 (its name)
    """Write extractions and failures as the tables of `schema`, to one file or to a folder of files.

    `lines` are extractions as JSON, one a line, blank lines skipped; `format` is one of FORMATS. Both streams
    are read once, the failures last, and never held as a whole. `path` is replaced all at once in the end:
    until then, and after an error or a kill, what stood there stands there. Raises WriteError, and
    ConfigError for an unknown format or a library that is not installed.
    """
    opened = _opener(format)
    rows = chain(_flattened(lines, path), _failed(failures), codebook())
    suffix = _SUFFIXES.get(format)
    names = {table.name + suffix for table in schema()} if suffix else None
    with replacing(path, names) as place, opened(place) as add:
        _fill(rows, add)


def _fill(rows: Iterable[tuple[str, Row]], add: Add) -> None:
    tables = {table.name: table for table in schema()}
    waiting: dict[str, list[Row]] = {name: [] for name in tables}
    for name, row in rows:
        batch = waiting[name]
        batch.append(row)
        if len(batch) == BATCH:
            add(tables[name], batch)
            waiting[name] = []
    for name, batch in waiting.items():
        if batch:
            add(tables[name], batch)


def _flattened(lines: Iterable[bytes], path: Path) -> Iterator[tuple[str, Row]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield from flatten(_load(line))
        except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError) as error:
            raise WriteError(
                f"{path}: line {number} of the extractions is none: {type(error).__name__}",
                target=str(path),
                hint="each line must be an extraction of this version, as JSON",
            ) from error


def _load(line: bytes) -> Any:
    """Return what a line holds; halves of characters, which no table can hold, as U+FFFD."""
    content = json.loads(line)
    if b"\\ud" in line or b"\\uD" in line:
        return json.loads(without_surrogates(json.dumps(content, ensure_ascii=False)))
    return content


def _failed(failures: Iterable[FailureRow]) -> Iterator[tuple[str, Row]]:
    for failure in failures:
        content = {
            name: without_surrogates(value) if isinstance(value, str) else value
            for name, value in asdict(failure).items()
        }
        yield "failures", row_of("failures", content)


def _opener(format_: str) -> Opener:
    if format_ not in _HOMES:
        raise ConfigError(f"there are no tables as {format_!r}", hint=f"choose one of: {', '.join(_HOMES)}")
    home = _HOMES[format_]
    try:
        return cast("Opener", getattr(import_module(f"{__package__}.{home}"), home))
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"{format_} needs the library {error.name}",
            hint=f"pip install 'extractor[{format_}]'",
        ) from error
