"""Text to the tokens that numbers are read from, with offsets back to the text; knows no language's words."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from extractor.folding import AS_FIGURES

GAP_NONE, GAP_SPACE, GAP_BREAK = 0, 1, 2
"""What stands before a token: nothing, space, or a paragraph break that no number spans."""

_LONGEST_WORD = 48
_CHARACTER_SCRIPTS = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF),  # Thai, Lao, Burmese, Khmer
    (0x1100, 0x11FF), (0x3040, 0x30FF), (0x3130, 0x318F), (0x31F0, 0x31FF), (0xAC00, 0xD7AF),  # kana, Hangul
    (0x3005, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3134F),  # Han
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tokens:
    """Parallel columns: folded words, their spans in the text as given, and the gap before each."""

    text: str
    words: list[str]
    starts: list[int]
    ends: list[int]
    gaps: list[int]

    def __len__(self) -> int:
        return len(self.words)

    def original(self, first: int, end: int) -> str:
        """Return the text of the tokens `first` to `end` (exclusive), as given."""
        return self.text[self.starts[first] : self.ends[end - 1]]

    def is_literal(self, index: int) -> bool:
        """Tell whether the token is written in digits."""
        return index < len(self.words) and "0" <= self.words[index][0] <= "9"

    def gap(self, index: int) -> int:
        """Return the gap before the token; a paragraph break after the last one."""
        return self.gaps[index] if index < len(self.gaps) else GAP_BREAK


Splitter = Callable[[str], tuple[int, ...]]
"""Where to cut a word into the number words that it is compounded of; empty to leave it whole."""


@cache
def _marks() -> str:
    """Return the combining marks of the basic plane as the inside of a character class."""
    codes = [code for code in range(0x0300, 0x1E00) if unicodedata.category(chr(code))[0] == "M"]
    return "".join(map(chr, codes))


def _without(characters: str) -> str:
    """Return the scripts without spaces, less some characters, as the inside of a character class."""
    pieces = []
    for first, last in _CHARACTER_SCRIPTS:
        start = first
        for code in sorted({ord(char) for char in characters if first <= ord(char) <= last}):
            pieces.append((start, code - 1))
            start = code + 1
        pieces.append((start, last))
    return "".join(f"{chr(start)}-{chr(end)}" for start, end in pieces if start <= end)


@cache
def _token_pattern(*, spaced_groups: bool, characters: str | None) -> re.Pattern[str]:
    """Return the pattern of a token: characters of scripts without spaces are single if they are known."""
    gap = "[ \u00a0]" if spaced_groups else "\u00a0"
    scripts, unknown = _without(""), "" if characters is None else _without(characters)
    unknown = f"[{unknown}]+|" if unknown else ""
    return re.compile(
        rf"(?P<number>[0-9]{{1,3}}(?:{gap}[0-9]{{3}}(?![0-9]))+(?:[.,٫][0-9]+)?|[0-9]+(?:[.,'٫٬/:][0-9]+)*)"
        rf"|(?P<char>{unknown}[{scripts}])"
        rf"|(?P<word>[^\W\d_{scripts}](?:[^\W\d_{scripts}]|[{_marks()}])*)"
        r"|(?P<space>\s+)|(?P<other>.)",
        re.DOTALL,
    )


def tokenize(
    text: str, *, spaced_groups: bool, split: Splitter | None = None, characters: str | None = None
) -> Tokens:
    """Cut the text into numbers, words and single marks.

    In scripts without spaces a token is one character; with `characters`, those that are not among them are
    run together, since no phrase has them.
    """
    folded = AS_FIGURES.fold(text)
    words: list[str] = []
    places: list[int] = []
    gaps: list[int] = []
    gap = GAP_NONE
    for match in _token_pattern(spaced_groups=spaced_groups, characters=characters).finditer(folded.text):
        group, word = match.lastgroup, match[0]
        if group == "space":
            gap = GAP_BREAK if word.count("\n") > 1 else GAP_SPACE
            continue
        start = match.start()
        cuts = split(word) if split and group == "word" and len(word) <= _LONGEST_WORD else ()
        for first, end in pairwise((0, *cuts, len(word))) if cuts else ((0, len(word)),):
            words.append(word[first:end])
            places.append(start + first)
            gaps.append(gap if first == 0 else GAP_NONE)
        gap = GAP_NONE
    starts = [folded.starts[place] for place in places]
    ends = [folded.ends[place + len(word) - 1] for place, word in zip(places, words, strict=True)]
    return Tokens(text, words, starts, ends, gaps)
