"""A path, standard input or URL to articles; it does not look for zones or sentences in them."""

from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO

from extractor.article import Article
from extractor.errors import ConfigError, ReadError
from extractor.reading import charsets, delimited, files, rows
from extractor.reading.options import FORMATS, ReadOptions

_TABLES = ("csv", "tsv", "parquet")

__all__ = ["FORMATS", "ReadOptions", "read_articles", "read_rows"]


def read_articles(source: str, options: ReadOptions, stdin: BinaryIO | None = None) -> Iterator[Article]:
    """Yield the articles of a source: a path, "-" for standard input, or an http(s) URL.

    The format is `options.format`, else that of the file's suffix or the response's content type, else what
    the content looks like. The text of an article is as read, save a byte order mark. Raises ReadError, with
    the line or row where there is one, at the first article that cannot be read, and ConfigError where an
    option is wrong or the HTML extra is missing.
    """
    for row in read_rows(source, options, stdin):
        if isinstance(row, ReadError):
            raise row
        yield row


def read_rows(
    source: str, options: ReadOptions, stdin: BinaryIO | None = None
) -> Iterator[Article | ReadError]:
    """Yield the articles of a source as `read_articles` does, and a ReadError in place of each bad row."""
    if options.format is not None and options.format not in FORMATS:
        raise ConfigError(f"unknown input format {options.format!r}", hint=f"one of: {', '.join(FORMATS)}")
    attempts = _rows(source, options, stdin)
    try:
        yield from rows.without_doubles(attempts) if options.unique_ids else attempts
    except ReadError as error:
        yield error


def _rows(source: str, options: ReadOptions, stdin: BinaryIO | None) -> Iterator[Article | ReadError]:
    if source.lower().startswith(("http://", "https://")):
        yield from _articles(_fetched(source, options), source, options)
        return
    known = options.format or (None if source == "-" else files.format_of_path(source))
    if source == "-":
        yield from _streamed(files.standard_input(stdin), source, known, options)
        return
    with files.open_file(source) as stream:
        yield from _streamed(stream, source, known, options)


def _streamed(
    stream: BinaryIO, source: str, known: str | None, options: ReadOptions
) -> Iterator[Article | ReadError]:
    if known == "jsonl" or (known is None and files.begins_with_row(stream)):
        lines = files.read_lines(stream, source, options)
        yield from rows.articles_of_lines(_decoded(lines, source, options), source, options)
        return
    if known in _TABLES:
        yield from _tabled(stream, source, known, options)
        return
    data = files.read_whole(stream, source, options)
    yield from _articles(files.Document(data, known or files.sniffed(data)), source, options)


def _tabled(stream: BinaryIO, source: str, kind: str, options: ReadOptions) -> Iterator[Article | ReadError]:
    if kind != "parquet":
        yield from delimited.articles_of_table(stream, source, kind, options)
        return
    try:
        from extractor.reading.columnar import articles_of_parquet  # noqa: PLC0415 - pyarrow, for Parquet only
    except ModuleNotFoundError as error:
        raise ConfigError("Parquet needs pyarrow", hint="pip install 'extractor[parquet]'") from error
    if not stream.seekable():  # its index stands at the end
        stream = BytesIO(files.read_whole(stream, source, options))
    yield from articles_of_parquet(stream, source, options)


def _decoded(
    lines: Iterator[bytes | ReadError], source: str, options: ReadOptions
) -> Iterator[str | ReadError]:
    """Yield lines of JSON as text: UTF-8, as its standard says, or the encoding the user names."""
    for number, line in enumerate(lines, 1):
        if isinstance(line, ReadError):
            yield line
            continue
        try:
            text = charsets.decode(line, f"{source}: line {number}", encoding=options.encoding or "utf-8")
        except ReadError as error:
            yield error
        else:
            yield text


def _articles(document: files.Document, source: str, options: ReadOptions) -> Iterator[Article | ReadError]:
    if document.format in _TABLES:
        yield from _tabled(BytesIO(document.data), source, document.format, options)
        return
    declared = document.charset
    if document.format == "html":
        declared = declared or charsets.declared_in_markup(document.data)
    text = charsets.decode(document.data, source, encoding=options.encoding, declared=declared)
    if document.format == "json":
        yield from rows.articles_of_json(text, source, options)
    elif document.format == "jsonl":
        yield from rows.articles_of_lines(text.split("\n"), source, options)
    elif document.format == "html":
        from extractor.reading.pages import article_of_page  # noqa: PLC0415 - subprocess, for HTML only

        yield article_of_page(text, source, options)
    else:
        yield rows.article_of_text(text, source, options)


def _fetched(url: str, options: ReadOptions) -> files.Document:
    from extractor.reading.web import FetchLimits, fetch  # noqa: PLC0415 - the HTTP library, for URLs only

    limits = FetchLimits(options.max_bytes, options.timeout, options.allow_private)
    fetched = fetch(url, limits)
    return files.Document(fetched.body, options.format or fetched.format, fetched.charset)
