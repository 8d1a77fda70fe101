"""Turns the text of an answer into the one JSON object it holds, checked; nothing is guessed or repaired."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple, NoReturn

from pydantic import BaseModel, ValidationError

from extractor.errors import InvalidOutputError
from extractor.llm.base import Request

MAX_CHARACTERS = 1_000_000
"""No answer within the bounds of the wire format comes near this; more is a runaway or an attack."""
MAX_OBJECTS, MAX_VALUES = 4_000, 20_000
"""Brackets and commas in an answer, ten times those of the longest: pydantic has an object for each error."""
MAX_DEPTH = 32
"""The wire format nests 5 deep; Python's own parser dies of a few thousand."""
MAX_STRETCHES = 1000
"""Bracketed stretches of prose in which one JSON value is looked for."""
MAX_PROBLEMS = 10

_THOUGHTS = re.compile(r"^.*</(think|thinking|thought|reasoning)>", re.DOTALL)
_TOKEN = re.compile(r'[\[{]|[\]}]|"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_BRACKET = re.compile(r"[\[{]")
_OPENING = frozenset("{[")


class _HostileError(ValueError):
    """JSON that Python would take and that we do not; the message names its class."""


class _Region(NamedTuple):
    start: int
    end: int
    closed: bool
    depth: int


def checked_answer(text: str, request: Request) -> str:
    """Return the JSON object in `text`, as written, that satisfies `request`.

    Code fences, thoughts in think-tags and prose around the object are left out when exactly one JSON value
    remains. The object must satisfy `request.answer_type` and the bounds that `request.answer_schema` sets on
    integers (the sentence numbers). Raises InvalidOutputError, whose `problems` are fit for a re-ask.
    """
    plain = _plain_answer(text, request)
    if plain is not None:
        return plain
    try:
        found = json_in(text)
        value = strict_json(found)
    except ValueError as error:
        problems: tuple[str, ...] = (f"(answer): {error}",)
    else:
        problems = tuple(_problems(value, request))
        if not problems:
            return found
    raise InvalidOutputError(
        f"the answer breaks the wire format at {len(problems)} place(s), first: {problems[0]}",
        raw=text[:MAX_CHARACTERS],
        problems=problems[:MAX_PROBLEMS],
        fingerprint=request.fingerprint,
    )


def _plain_answer(text: str, request: Request) -> str | None:
    """Return the text if it is, but for white space at its ends, one right answer: nearly all are.

    What is not is looked at more closely, to be cut out or to be told what is wrong with it. The depth of a
    right answer needs no count: the class that takes it nests no deeper than its own fields.
    """
    found = text.strip()
    if len(text) > MAX_CHARACTERS or found[:1] != "{" or _is_crowded(found):
        return None
    try:
        value = strict_json(found)
    except ValueError:
        return None
    return None if _problems(value, request) else found


def json_in(text: str) -> str:
    """Return the only JSON object or array in `text`; raise ValueError at none, several or half of one."""
    if len(text) > MAX_CHARACTERS:
        raise _HostileError(f"larger than {MAX_CHARACTERS} characters")
    said = text.strip().removeprefix("\ufeff").lstrip()
    if said[:1] not in _OPENING:
        said = _THOUGHTS.sub("", said, count=1).strip()
    regions = list(islice(_regions(said), MAX_STRETCHES + 1))
    if len(regions) > MAX_STRETCHES:
        raise ValueError(f"holds more than {MAX_STRETCHES} bracketed stretches")
    if any(not region.closed for region in regions):
        raise ValueError("ends inside a JSON value")
    if any(region.depth > MAX_DEPTH for region in regions):
        raise _HostileError(f"nested deeper than {MAX_DEPTH}")
    stretches = [said[region.start : region.end] for region in regions]
    if any(map(_is_crowded, stretches)):
        raise _HostileError(f"holds more than {MAX_OBJECTS} objects or {MAX_VALUES} values")
    if not stretches:
        raise ValueError("not JSON" if said else "empty")
    if len(stretches) == 1:
        return stretches[0]
    values = [stretch for stretch in stretches if _is_json(stretch)]
    if len(values) != 1:
        raise ValueError(f"holds {len(values)} JSON values, not one")
    return values[0]


def _is_crowded(text: str) -> bool:
    return text.count("{") + text.count("[") > MAX_OBJECTS or text.count(",") > MAX_VALUES


def strict_json(text: str) -> Any:
    """Parse JSON as the standard means it: no repeated key, NaN, Infinity, overflow or lone surrogate."""
    try:
        value = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_short_int,
        )
    except RecursionError:
        raise _HostileError(f"nested deeper than {MAX_DEPTH}") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} at character {error.pos}") from None
    _no_lone_surrogate(text, value)
    return value


def _regions(text: str) -> Iterator[_Region]:
    """Yield the outermost bracketed stretches, in one pass; quotes count only inside brackets."""
    start = _BRACKET.search(text)
    while start:
        region = _region(text, start.start())
        yield region
        start = _BRACKET.search(text, region.end)


def _region(text: str, start: int) -> _Region:
    depth = deepest = 0
    for token in _TOKEN.finditer(text, start):
        mark = token[0][0]
        if mark in _OPENING:
            depth += 1
            deepest = max(deepest, depth)
        elif mark != '"':
            depth -= 1
            if depth == 0:
                return _Region(start, token.end(), closed=True, depth=deepest)
    return _Region(start, len(text), closed=False, depth=deepest)


def _is_json(text: str) -> bool:
    """Tell whether a stretch is meant as JSON; hostile JSON is, so that its class is named later."""
    try:
        strict_json(text)
    except _HostileError:
        return True
    except ValueError:
        return False
    return True


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise _HostileError("a key is given twice")
    return value


def _no_constant(_name: str) -> NoReturn:
    raise _HostileError("NaN or Infinity is not JSON")


def _finite(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise _HostileError("a number is out of range")
    return value


def _short_int(digits: str) -> int:
    if len(digits) > 40:
        raise _HostileError("a number is out of range")
    return int(digits)


def _no_lone_surrogate(text: str, value: object) -> None:
    """Only escapes or an already broken text can bring one in; the parsed value tells (pairs have joined)."""
    try:
        text.encode()
        if _ESCAPED_SURROGATE.search(text):
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise _HostileError("holds half of a surrogate pair") from None


def _problems(value: Any, request: Request) -> list[str]:
    try:
        answer = request.answer_type.model_validate(value)
    except ValidationError as error:
        return [
            f"{_path(found['loc'])}: {found['msg']}"
            for found in error.errors(include_url=False, include_context=False, include_input=False)
        ]
    found: list[str] = []
    _note_out_of_bounds(_as_written(answer), request.answer_schema, (), found)
    return found


def _as_written(answer: BaseModel) -> Any:
    return answer.model_dump(mode="json", by_alias=True, exclude_unset=True)


def _path(steps: tuple[int | str, ...]) -> str:
    """Return a dotted path; a key the LLM made up is clipped, it may be of any length."""
    return ".".join(str(step)[:40] for step in steps) or "(answer)"


def _note_out_of_bounds(
    value: Any, schema: Mapping[str, Any], path: tuple[int | str, ...], found: list[str]
) -> None:
    """Note the integers outside the schema's bounds: what a class for all articles cannot know."""
    if isinstance(value, dict):
        fields = schema.get("properties", {})
        for key, part in value.items():
            if not isinstance(part, str):  # most parts are words
                _note_out_of_bounds(part, fields.get(key, {}), (*path, key), found)
    elif isinstance(value, list):
        items = schema.get("items", {})
        for number, part in enumerate(value):
            if not isinstance(part, str):
                _note_out_of_bounds(part, items, (*path, number), found)
    elif isinstance(value, int) and not isinstance(value, bool):
        low, high = schema.get("minimum", value), schema.get("maximum", value)
        if not low <= value <= high:
            found.append(f"{_path(path)}: {value} is not between {low} and {high}")
