"""An article's text cut into pieces where marks begin and end, so that overlapping marks can be shown.

Nothing is added to or taken from the text: the gaps and pieces, joined, are the text again.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from extractor.article import Span

_LINE = re.compile(r"[^\n]*\S[^\n]*")


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of the text that belongs to `key`."""

    span: Span
    key: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch in which the same marks hold; `keys` with that of the shortest mark first."""

    span: Span
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line in pieces, and the line ends and blank lines in the `gap` before it."""

    gap: Span
    pieces: tuple[Piece, ...]


def split_at_marks(text: str, marks: Iterable[Mark]) -> tuple[Line, ...]:
    """Return the lines of `text` that are not blank, each cut where a mark begins or ends.

    The last line has no pieces: its gap is what follows the last words. Gaps carry no keys.
    """
    waiting = sorted(marks, key=lambda mark: mark.span, reverse=True)
    active: list[Mark] = []
    lines = []
    after = 0
    for match in _LINE.finditer(text):
        while waiting and waiting[-1].span.start < match.end():
            active.append(waiting.pop())
        active = [mark for mark in active if mark.span.end > match.start()]
        lines.append(Line(Span(after, match.start()), tuple(_pieces(Span(*match.span()), active))))
        after = match.end()
    return (*lines, Line(Span(after, len(text)), ()))


def _pieces(line: Span, marks: Sequence[Mark]) -> Iterator[Piece]:
    by_length = sorted(marks, key=lambda mark: mark.span.end - mark.span.start)
    edges = {edge for mark in marks for edge in mark.span if line.start < edge < line.end}
    for start, end in pairwise(sorted(edges | {line.start, line.end})):
        piece = Span(start, end)
        keys = (mark.key for mark in by_length if mark.span.overlaps(piece))
        yield Piece(piece, tuple(dict.fromkeys(keys)))
