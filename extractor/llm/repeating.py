"""An answer as it is being written, to the point from which it only repeats itself, and how it then ends.

An LLM that writes the same record over and over does not find out of that by itself: the bounds of the wire
format end it, minutes later. What it said is kept as said; that it was stopped can be seen from the answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

IN_A_ROW = 5
"""The same record so many times, letter for letter: no article calls for that."""


def ends_in_repeats(items: Sequence[object]) -> bool:
    """Tell whether a list ends with the same item so often that an LLM would have been stopped there."""
    last = items[-IN_A_ROW:]
    return len(last) == IN_A_ROW and all(item == last[0] for item in last)


@dataclass(slots=True)
class _Open:
    """An object or a list that has not ended; `key` is the one it stands under."""

    mark: str
    start: int
    key: str
    keys: set[str] = field(default_factory=set)
    last: str = ""
    times: int = 0

    def is_full_of(self, item: str) -> bool:
        self.times = self.times + 1 if item == self.last else 1
        self.last = item
        return self.times >= IN_A_ROW


class Repeats:
    """Reads along an answer that is held to a JSON Schema. `ended` is how it ends once it repeats itself."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = schema
        self._text = ""
        self._open: list[_Open] = []
        self._quote: int | None = None
        self._escaped = False
        self._word = ""
        self.ended: str | None = None

    def take(self, piece: str) -> bool:
        """Read a piece; tell whether the answer now repeats itself, and can be ended."""
        begun = len(self._text)
        self._text += piece
        for place, char in enumerate(piece, begun):
            if self.ended is None and self._step(place, char):
                closing = self._closing()
                self.ended = None if closing is None else self._text[: place + 1] + closing
        return self.ended is not None

    def _step(self, place: int, char: str) -> bool:
        """Go on by one character; tell whether a record ended that stands there again and again."""
        if self._quote is not None:
            self._in_words(place, char)
        elif char == '"':
            self._quote = place
        elif char in "{[":
            self._open.append(_Open(char, place, self._word))
        elif char == ":" and self._open:
            self._open[-1].keys.add(self._word)
        elif char in "}]" and self._open:
            done = self._open.pop()
            inside = self._open[-1] if self._open else None
            if char == "}" and inside is not None and inside.mark == "[":
                return inside.is_full_of(self._text[done.start : place + 1])
        return False

    def _in_words(self, place: int, char: str) -> None:
        if self._escaped:
            self._escaped = False
        elif char == "\\":
            self._escaped = True
        elif char == '"' and self._quote is not None:
            self._word, self._quote = self._text[self._quote + 1 : place], None

    def _closing(self) -> str | None:
        """Return what closes all that is open, lists that are still due empty; None if words are due."""
        schemas = [self._schema]
        for one in self._open[1:]:
            above = schemas[-1]
            schemas.append(above.get("items", {}) if above.get("type") == "array" else _part(above, one.key))
        marks = []
        for one, schema in zip(reversed(self._open), reversed(schemas), strict=True):
            if one.mark == "[":
                marks.append("]")
                continue
            due = [key for key in schema.get("required", ()) if key not in one.keys]
            if any(_part(schema, key).get("type") != "array" for key in due):
                return None
            marks.append("".join(f',"{key}":[]' for key in due) + "}")
        return "".join(marks)


def _part(schema: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    part: Mapping[str, Any] = schema.get("properties", {}).get(key, {})
    return part
