"""Extractions as one document: table, JSON, JSON Lines, CSV, Markdown, a page; it prints and stores nothing.

The formats' own modules are imported when first used, so that a command line can name the formats for free.
"""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from extractor.errors import ConfigError
from extractor.writing.options import WriteOptions

if TYPE_CHECKING:
    from extractor.records import Extraction
    from extractor.writing.explaining import explain
    from extractor.writing.structured import json_schema

__all__ = ["FORMATS", "WriteOptions", "explain", "json_schema", "write", "write_many"]

_ONE = {
    "table": "table:write_table",
    "json": "structured:write_json",
    "jsonl": "structured:write_jsonl",
    "csv": "delimited:write_csv",
    "md": "markdown:write_markdown",
    "html": "page:write_page",
}
_MANY = _ONE | {"json": "structured:write_json_list"}
_LATER = {
    "explain": "explaining:explain",
    "json_schema": "structured:json_schema",
}

FORMATS: tuple[str, ...] = tuple(_ONE)
"""What `write` can be asked for."""


def write(extraction: "Extraction", text: str, format: str, options: WriteOptions) -> str:  # noqa: A002 (its name)
    """Return the extraction as one whole document of a format of `FORMATS`.

    `text` is the text of the article; the page and `options.explain` need it, the other formats do not look
    at it. CSV has CRLF line ends, to be stored untranslated. Raises ConfigError for an unknown format.
    """
    return _writer(_ONE, format)([(extraction, text)], options)


def write_many(pairs: "Sequence[tuple[Extraction, str]]", format: str, options: WriteOptions) -> str:  # noqa: A002 - as above
    """Return several extractions, each with its article's text, as one document.

    JSON becomes an array, JSON Lines one line an article, CSV one table, the page one page with an index.
    """
    return _writer(_MANY, format)(pairs, options)


def _writer(homes: dict[str, str], name: str) -> Callable[..., str]:
    if name not in homes:
        known = ", ".join(FORMATS)
        raise ConfigError(f"there is no format {name!r}", hint=f"choose one of: {known}")
    return cast("Callable[..., str]", _load(homes[name]))


def _load(home: str) -> Any:
    module, _, function = home.partition(":")
    return getattr(import_module(f"{__name__}.{module}"), function)


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return _load(_LATER[name])
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
