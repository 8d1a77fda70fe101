"""Text to its folded form with an offset map, so that equal words in unequal Unicode dress compare equal."""

import unicodedata
from array import array
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache

from extractor.article import Span

_SAME = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛ʼʻ′`´ꞌ＇", "'"),
        **dict.fromkeys("“”„‟«»‹›「」『』《》〈〉″＂", '"'),
        **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),
        **dict.fromkeys("·・‧•ㆍᆞ∙⋅･", "·"),
        **dict.fromkeys("أإآٱ", "ا"),
        **dict.fromkeys("يىئ", "ی"),
        "ك": "ک",
        "ة": "ه",
        "ё": "е",
        "ı": "i",
    }
)
"""Letters and marks that typists take for one another; Arabic and Persian forms share one."""

_DROPPED = frozenset("\u0640\u034f\u0670\u00ad") | {chr(code) for code in range(0x064B, 0x0653)}
"""Tatweel, vowel signs, soft hyphen: written or not, the word is the same."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text; the code point at `i` came from `[starts[i], ends[i])` of the text as read."""

    text: str
    starts: "array[int]"
    ends: "array[int]"

    def span(self, start: int, end: int) -> Span:
        """Return the span of the text as read that a non-empty range of the folded text came from."""
        return Span(self.starts[start], self.ends[end - 1])

    def range_of(self, span: Span) -> tuple[int, int]:
        """Return the range of the folded text that lies inside a span of the text as read."""
        return bisect_left(self.starts, span.start), bisect_left(self.starts, span.end)


def fold(text: str) -> Folded:
    """Fold a text: NFKC, case, quotes, dashes, dots, spaces; invisible characters dropped."""
    out: list[str] = []
    starts, ends = array("l"), array("l")
    position, length = 0, len(text)
    while position < length:
        end = _cluster_end(text, position)
        for char in _folded_cluster(text[position:end]):
            if char == " " and out and out[-1] == " ":
                ends[-1] = end
                continue
            out.append(char)
            starts.append(position)
            ends.append(end)
        position = end
    return Folded("".join(out), starts, ends)


def folded(text: str) -> str:
    """Return a text's folded form alone, without outer spaces."""
    return fold(text).text.strip()


def without_marks(text: str) -> str:
    """Return Latin, Greek and Cyrillic letters without their accents, one letter for one letter."""
    return "".join(map(_bare_letter, text))


@lru_cache(maxsize=4096)
def _bare_letter(char: str) -> str:
    if char.isascii():
        return char
    bare = unicodedata.normalize("NFD", char)[0]
    return bare if unicodedata.category(bare).startswith("L") and not "\uac00" <= char <= "\ud7a3" else char


def _cluster_end(text: str, start: int) -> int:
    """Return where the letter that begins at `start`, with its marks, ends."""
    end = start + 1
    if text[start].isascii() and (end == len(text) or text[end].isascii()):
        return end
    while end < len(text) and _continues(text[end]):
        end += 1
    return end


def _continues(char: str) -> bool:
    return not char.isascii() and (unicodedata.combining(char) != 0 or "\u1160" <= char <= "\u11ff")


@lru_cache(maxsize=16384)
def _folded_cluster(cluster: str) -> str:
    plain = unicodedata.normalize("NFKC", cluster).replace("İ", "i").casefold().translate(_SAME)
    kept: list[str] = []
    for char in plain:
        if char.isspace():
            kept.append(" ")
        elif not _is_invisible(char):
            kept.append(char)
    return "".join(kept)


def _is_invisible(char: str) -> bool:
    variation_selector = "\ufe00" <= char <= "\ufe0f"
    return char in _DROPPED or variation_selector or unicodedata.category(char).startswith("C")
