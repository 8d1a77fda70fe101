"""A path or standard input to bytes and their format: regular files only, and never more than allowed."""

import os
import re
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from extractor.errors import ReadError
from extractor.reading.options import ReadOptions

SUFFIXES = {
    ".txt": "text", ".text": "text", ".md": "markdown", ".markdown": "markdown",
    ".html": "html", ".htm": "html", ".xhtml": "html",
    ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl",
    ".csv": "csv", ".tsv": "tsv", ".parquet": "parquet",
}  # fmt: skip
_ROW = re.compile(rb'\s*\{[ \t]*"(?:[^"\\\n]|\\.){1,100}"[ \t]*:')
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}>\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes of a source, their format, and the encoding its transport declares."""

    data: bytes
    format: str
    charset: str | None = None


def open_file(source: str) -> BinaryIO:
    """Open a regular file; raise ReadError for anything else, without waiting for a pipe's other end."""
    try:
        descriptor = os.open(source, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        raise _cannot_open(source, error) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        os.close(descriptor)
        kind, hint = (
            ("a folder", "give its files") if is_folder else ("not a regular file", "use - to read a pipe")
        )
        raise ReadError(f"{source}: is {kind}", source=source, hint=hint)
    return os.fdopen(descriptor, "rb")


def read_whole(stream: BinaryIO, source: str, options: ReadOptions) -> bytes:
    """Return all bytes of a stream; raise ReadError beyond `options.max_bytes`."""
    data = stream.read(options.max_bytes + 1)
    if len(data) > options.max_bytes:
        raise ReadError(
            f"{source}: is larger than {options.max_bytes} bytes",
            source=source,
            hint="give single articles, or one article a row in JSON Lines, CSV or Parquet",
        )
    return data


def read_lines(stream: BinaryIO, source: str, options: ReadOptions) -> Iterator[bytes | ReadError]:
    """Yield the lines of a stream; one that is too long is skipped and yielded as an error."""
    number = 0
    while line := stream.readline(options.max_bytes + 1):
        number += 1
        if len(line) <= options.max_bytes:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(options.max_bytes)
        place = f"{source}: line {number}"
        yield ReadError(
            f"{place}: is larger than {options.max_bytes} bytes", source=place, hint="split the article"
        )


def format_of_path(source: str) -> str | None:
    """Return the format that a file name's suffix tells, None if it tells none."""
    return SUFFIXES.get(Path(source).suffix.lower())


def sniffed(data: bytes) -> str:
    """Return html for bytes that begin like a page, parquet for its mark, else text: markup is no words."""
    if data.startswith(b"PAR1"):
        return "parquet"
    return "html" if _PAGE.match(data[:1000]) else "text"


def begins_with_row(stream: BinaryIO) -> bool:
    """Tell whether a stream begins as a row of JSON Lines, without reading on: no article's text does."""
    peek = getattr(stream, "peek", None)
    return peek is not None and _ROW.match(peek(1)) is not None


def standard_input(given: BinaryIO | None) -> BinaryIO:
    """Return the stream to read for the source "-"."""
    return given if given is not None else sys.stdin.buffer


def _cannot_open(source: str, error: OSError | ValueError) -> ReadError:
    if isinstance(error, FileNotFoundError):
        return ReadError(
            f"{source}: no such file", source=source, hint="check the path; - reads standard input"
        )
    if isinstance(error, IsADirectoryError):
        return ReadError(f"{source}: is a folder", source=source, hint="give its files")
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return ReadError(
        f"{source!r}: cannot be opened: {reason}", source=source, hint="check the path and its rights"
    )
