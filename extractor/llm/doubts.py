"""Where an LLM hesitated: token probabilities, kept as the few tokens of an answer that were not certain.

Nothing here judges an answer; `extractor.confidence` does.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

Doubt = tuple[int, int, float]
"""A token of an answer: the character it begins at, its length in characters, the natural log of its
probability. A token that is not listed was certain: its probability rounds to one."""
Doubts = tuple[Doubt, ...]
Piece = tuple[str, float]
"""The text of a token, perhaps empty (half a letter), and its log probability."""

DIGITS = 3
"""Decimals of a log probability that are kept."""
_LEAST = -100.0
"""What is less likely than this is as good as impossible."""
_FURTHEST = 8
"""Characters that tokens without a text of their own (parts of letters) may stand for."""


def doubts_of(pieces: Sequence[Piece], text: str) -> Doubts | None:
    """Return the doubts in a text that is made of pieces; None if it is not made of them."""
    found = []
    place = 0
    for piece, logprob in pieces:
        start = text.find(piece, place, place + _FURTHEST + len(piece)) if piece else place
        if start < 0 or not math.isfinite(logprob):
            return None
        place = start + len(piece)
        rounded = round(max(min(logprob, 0.0), _LEAST), DIGITS)
        if rounded < 0.0:
            found.append((start, len(piece), rounded))
    return tuple(found) if pieces and not text[place:].strip() else None


def within(doubts: Doubts | None, whole: str, part: str) -> Doubts | None:
    """Return the doubts in a part of a text, which was cut out of it."""
    if doubts is None or whole == part:
        return doubts
    first = whole.find(part)
    if first < 0:
        return None
    inside = (one for one in doubts if one[0] + one[1] > first and one[0] < first + len(part))
    return tuple((max(start - first, 0), length, logprob) for start, length, logprob in inside)


def doubts_in(choice: Mapping[str, Any], text: str) -> Doubts | None:
    """Return the doubts in an answer of an OpenAI-compatible endpoint; None where it tells no probabilities.

    A token's `bytes` are believed before its `token`, which cannot hold a part of a letter.
    """
    said = choice.get("logprobs")
    content = said.get("content") if isinstance(said, Mapping) else None
    if not isinstance(content, list) or not content:
        return None
    try:
        pieces = list(_pieces(content))
    except (KeyError, TypeError, ValueError):
        return None
    return doubts_of(pieces, text)


def _pieces(content: Sequence[Mapping[str, Any]]) -> Iterator[Piece]:
    logprobs = [float(one["logprob"]) for one in content]
    if all(isinstance(one.get("bytes"), list) for one in content):
        yield from zip(_letters([bytes(one["bytes"]) for one in content]), logprobs, strict=True)
    else:
        yield from zip((str(one["token"]) for one in content), logprobs, strict=True)


def _letters(spelled: Sequence[bytes]) -> Iterable[str]:
    """Return the text of each token; a letter of several tokens is part of the one that ends it."""
    data = b"".join(spelled)
    data.decode()  # raises ValueError for what is no text
    ends = [_whole(data, end) for end in accumulate(map(len, spelled))]
    return (data[start:end].decode() for start, end in zip([0, *ends], ends, strict=False))


def _whole(data: bytes, end: int) -> int:
    """Return where the last letter that is whole before `end` ends."""
    while end < len(data) and data[end] & 0xC0 == 0x80:
        end -= 1
    return end
