"""Plain text to the spans of its lines, those of a hard-wrapped paragraph joined to one."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from extractor.article import Span

_BREAK = re.compile(r"\r\n|[\n\r\x0b\x0c\u2028\u2029]")
_NARROWEST, _WIDEST = 50, 100  # columns at which mail and wire texts are wrapped
_ENDING = re.compile(r"[.!?。！？؟۔।:…][\"'”’»«)\]」』]*$")
_ITEM = re.compile(r"(?:[-–—*•·▲△▶■□◆○●※#>|+]|\d{1,3}[.)])\s?|\[|【")


def find_lines(text: str, span: Span | None = None) -> tuple[Span, ...]:
    """Return the lines of a text, or of a part of it, that are not blank, without the spaces around them.

    The lines of a paragraph that was wrapped at 50 to 100 columns are one: each was broken where the next
    word would not have fitted. Columns count East Asian characters twice.
    """
    whole = span or Span(0, len(text))
    lines = list(_lines(text, whole))
    width = _wrapped_at(text, lines)
    if width is None:
        return tuple(lines)
    joined = [lines[0]]
    for line in lines[1:]:
        last = _last_row(text, joined[-1])
        if _adjacent(text, joined[-1], line) and _runs_on(text, last, line, width):
            joined[-1] = Span(joined[-1].start, line.end)
        else:
            joined.append(line)
    return tuple(joined)


def _lines(text: str, whole: Span) -> Iterator[Span]:
    start = whole.start
    for end, after in [*(match.span() for match in _BREAK.finditer(text, *whole)), (whole.end, whole.end)]:
        line = text[start:end]
        if line.strip():
            yield Span(start + len(line) - len(line.lstrip()), start + len(line.rstrip()))
        start = after


def _wrapped_at(text: str, lines: list[Span]) -> int | None:
    """Return the width at which a text is wrapped, None if it is not.

    It is where most lines that stop short of a sentence's end stop because the next word did not fit.
    """
    if len(lines) < 2 or any(line.end - line.start > 2 * _WIDEST for line in lines):
        return None
    width = max(_columns(line.of(text)) for line in lines)
    if not _NARROWEST <= width <= _WIDEST:
        return None
    broken = [
        (first, second)
        for first, second in pairwise(lines)
        if _adjacent(text, first, second) and not _ENDING.search(first.of(text))
    ]
    fitting = [pair for pair in broken if _runs_on(text, *pair, width)]
    small = any(second.of(text)[:1].islower() for _, second in fitting)
    enough = len(fitting) >= 2 or (len(fitting) == 1 and small)
    return width if enough and len(fitting) * 5 >= len(broken) * 3 else None


def _runs_on(text: str, first: Span, second: Span, width: int) -> bool:
    """Tell whether the second line begins with what did not fit on the first."""
    following = second.of(text)
    if _ITEM.match(following):
        return False
    word = following.split(None, 1)[0]
    columns = _columns(first.of(text))
    if _columns(following[:1]) == 2:  # no spaces to break at: the line is full to a character or two
        return columns >= width - 4
    return columns * 3 >= width * 2 and columns + 1 + _columns(word) > width


def _last_row(text: str, joined: Span) -> Span:
    start = joined.start
    for match in _BREAK.finditer(text, max(joined.start, joined.end - 2 * _WIDEST), joined.end):
        start = match.end()
    return Span(start, joined.end)


def _adjacent(text: str, first: Span, second: Span) -> bool:
    between = text[first.end : second.start]
    return len(_BREAK.findall(between)) == 1


def _columns(words: str) -> int:
    return len(words) if words.isascii() or len(words) > 2 * _WIDEST else sum(map(_width, words))


@lru_cache(maxsize=16384)
def _width(char: str) -> int:
    return 0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
