"""JSON and JSON Lines to articles, row by row; a bad row is an error of its own."""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from extractor.article import Article
from extractor.errors import ReadError
from extractor.reading.options import ReadOptions

_SURROGATE = re.compile("[\ud800-\udfff]")

_SURROGATE = re.compile("[\ud800-\udfff]")


def article_of_text(text: str, source: str, options: ReadOptions) -> Article:
    """Return the article whose text is all of `text`; raise ReadError if there is no word in it."""
    return Article(
        id=text_id(check_text(text, source)),
        text=text,
        source=source,
        language=options.language,
        supplied_date=options.date,
    )


def articles_of_json(text: str, source: str, options: ReadOptions) -> Iterator[Article | ReadError]:
    """Yield the article of a JSON object, or those of an array of objects."""
    value = _load(text, source)
    rows = value if isinstance(value, list) else [value]
    if not rows:
        raise ReadError(f"{source}: is an empty list", source=source, hint="nothing to read")
    places = (f"{source}: row {number}" for number in range(1, len(rows) + 1))
    return (_attempt(row, place, options) for row, place in zip(rows, places, strict=True))


def articles_of_lines(
    lines: Iterable[str | ReadError], source: str, options: ReadOptions
) -> Iterator[Article | ReadError]:
    """Yield the article of each line that is not blank; errors among the lines pass through."""
    for number, line in enumerate(lines, 1):
        if isinstance(line, ReadError):
            yield line
        elif line.strip():
            yield _attempt_line(line, f"{source}: line {number}", options)


def without_doubles(attempts: Iterable[Article | ReadError]) -> Iterator[Article | ReadError]:
    """Refuse an id that was there before: two results under one id would overwrite each other."""
    seen: dict[str, str] = {}
    for attempt in attempts:
        if isinstance(attempt, Article) and attempt.id in seen:
            yield ReadError(
                f"{attempt.source}: id {attempt.id!r} was already used by {seen[attempt.id]}",
                source=attempt.source,
                hint="give each row an id of its own; a row without id takes that of its text",
            )
            continue
        if isinstance(attempt, Article):
            seen[attempt.id] = attempt.source
        yield attempt


def text_id(text: str) -> str:
    """Return the id of an article that has none: 16 hex digits of the SHA-256 of its text."""
    return sha256(text.encode()).hexdigest()[:16]


def check_text(text: str, source: str) -> str:
    """Return `text` if it can be an article's; raise ReadError for lone surrogates, NUL, or no word."""
    problem = None
    if _SURROGATE.search(text):
        problem = "holds half of a character (a lone surrogate)"
    elif "\0" in text:
        problem = "holds NUL characters, so it is not text"
    elif not any(char.isalnum() for char in text):
        problem = "is empty: no text is left to read"
    if problem:
        raise ReadError(f"{source}: {problem}", source=source, hint="check the source of this article")
    return text


def _attempt_line(line: str, place: str, options: ReadOptions) -> Article | ReadError:
    try:
        return article_of_row(_load(line, place), place, options)
    except ReadError as error:
        return error


def _attempt(row: Any, place: str, options: ReadOptions) -> Article | ReadError:
    try:
        return article_of_row(row, place, options)
    except ReadError as error:
        return error


def _load(text: str, place: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object)
    except RecursionError as error:
        raise ReadError(f"{place}: JSON nested too deep", source=place, hint="flatten the row") from error
    except json.JSONDecodeError as error:
        where = (
            f"line {error.lineno}, column {error.colno}" if "\n" in text.strip() else f"column {error.colno}"
        )
        raise ReadError(
            f"{place}: not valid JSON at {where}: {error.msg}",
            source=place,
            hint="one JSON object per line is JSON Lines (--input-format jsonl); one object or array is json",
        ) from error
    except ValueError as error:  # a key twice, or a number of thousands of digits
        raise ReadError(f"{place}: {error}", source=place, hint="mend the row") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        keys = [key for key, _ in pairs]
        double = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {double[:40]!r} stands twice in one object")
    return row


def article_of_row(row: Any, place: str, options: ReadOptions) -> Article:
    """Return the article of a row, by name of field; raise ReadError for what is none."""
    if not isinstance(row, dict):
        raise ReadError(
            f"{place}: a row must be a JSON object, this is a {type(row).__name__}",
            source=place,
            hint=f'for example {{"{options.text_field}": "..."}}',
        )
    text = check_text(_text(row, place, options), place)
    return Article(
        id=_id(row, place, options) or text_id(text),
        text=text,
        source=place,
        title=_string(row, options.title_field, place),
        language=options.language or _string(row, options.language_field, place),
        published=_date(row, place, options),
        supplied_date=options.date,
    )


def _text(row: dict[str, Any], place: str, options: ReadOptions) -> str:
    text = row.get(options.text_field)
    if isinstance(text, str):
        if len(text) > options.max_bytes:
            raise ReadError(
                f"{place}: is larger than {options.max_bytes} bytes", source=place, hint="split it"
            )
        return text.removeprefix("\ufeff")
    fields = ", ".join(sorted(str(key)[:40] for key in row)[:20]) or "none"
    problem = "is not a string" if options.text_field in row else "is missing"
    raise ReadError(
        f"{place}: the field {options.text_field!r} {problem}",
        source=place,
        hint=f"fields present: {fields}; name the one that holds the article with --text-field",
    )


def _id(row: dict[str, Any], place: str, options: ReadOptions) -> str | None:
    value = row.get(options.id_field)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ReadError(
            f"{place}: the id must be a string or a whole number", source=place, hint="--id-field"
        )
    return str(value)


def _string(row: dict[str, Any], field: str, place: str) -> str | None:
    value = row.get(field)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise ReadError(f"{place}: the field {field!r} is not a string", source=place, hint="mend the row")
    return value


def _date(row: dict[str, Any], place: str, options: ReadOptions) -> date | None:
    written = _string(row, options.date_field, place)
    if written is None:
        return None
    parsed = parse_date(written)
    if parsed is None:
        raise ReadError(
            f"{place}: the field {options.date_field!r} is not a date: {written[:40]!r}",
            source=place,
            hint="write it as 2025-11-12, or name another field with --date-field",
        )
    return parsed


def parse_date(written: str) -> date | None:
    """Return the day of an ISO 8601 date or date with time, as written there (no change of time zone)."""
    for parse in (date.fromisoformat, lambda text: datetime.fromisoformat(text).date()):
        try:
            return parse(written.strip())
        except ValueError:
            continue
    return None
