"""The text of an answer to where each of its parts stands in it; what the parts mean is not known here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

Path = tuple[str | int, ...]
"""Keys and positions that lead to a part: ("meetings", 0, "attendees", 1, "name")."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)
_STRUCTURE = frozenset('{}[]:," \t\r\n')


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part stands: characters from `start` to `end`, end exclusive.

    `opening` is where the marks begin that lead to it, behind the last word or number before.
    """

    opening: int
    start: int
    end: int


def places(text: str) -> dict[Path, Place]:
    """Return the place of each object, list and scalar of an answer, by its path; the text is valid JSON."""
    return dict(_Walk(text).value(()))


class _Walk:
    """Goes through the tokens of a JSON text once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _TOKEN.finditer(text)
        self._next = next(self._tokens, None)

    def value(self, path: Path) -> Iterator[tuple[Path, Place]]:
        """Yield the place of a value, and before that those of its parts."""
        start, mark = self._taken()
        if mark == "{":
            while self._mark() != "}":
                _, key = self._taken()
                self._taken()
                yield from self.value((*path, _unquoted(key)))
                self._over_comma()
            self._taken()
        elif mark == "[":
            number = 0
            while self._mark() != "]":
                yield from self.value((*path, number))
                self._over_comma()
                number += 1
            self._taken()
        yield path, Place(self._opening(start), start, self._end)

    def _mark(self) -> str:
        if self._next is None:
            raise ValueError("the JSON ends too early")
        return self._next[0]

    def _taken(self) -> tuple[int, str]:
        mark = self._mark()
        assert self._next is not None
        start, self._end = self._next.span()
        self._next = next(self._tokens, None)
        return start, mark

    def _over_comma(self) -> None:
        if self._mark() == ",":
            self._taken()

    def _opening(self, start: int) -> int:
        while start > 0 and self._text[start - 1] in _STRUCTURE:
            start -= 1
        return start


def _unquoted(key: str) -> str:
    return key[1:-1]
