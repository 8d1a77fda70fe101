"""Text to the tokens that numbers are read from, with offsets back to the text; knows no language's words."""

import re
import sys
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

GAP_NONE, GAP_SPACE, GAP_BREAK = 0, 1, 2
"""What stands before a token: nothing, space, or a paragraph break that no number spans."""

_DROPPED = (
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2066\u2067\u2068\u2069\ufeff\u0640"
)
"""Soft hyphens, joiners, marks of direction and the Arabic stretch: they are seen by nobody."""
_ARABIC_VOWELS = range(0x064B, 0x0653)
_SAME_LETTER = {
    "İ": "i", "ı": "i", "ё": "е", "ς": "σ", "ş": "ș", "ţ": "ț", "Ё": "е",
    "ي": "ی", "ى": "ی", "ك": "ک", "أ": "ا", "إ": "ا", "آ": "ا", "ة": "ه", "ۀ": "ه",
    "’": "'", "‘": "'", "ʼ": "'", "ʻ": "'", "`": "'", "´": "'", "،": ",",
    "\u202f": "\u00a0", "\u2009": "\u00a0", "\u2007": "\u00a0", "\u3000": " ",
    "−": "-", "–": "-", "‒": "-", "‐": "-", "‑": "-", "﹣": "-", "⁃": "-",
    "∼": "~", "〜": "~", "～": "~", "∿": "~", "٪": "%", "﹪": "%", "٬": "٬",
}  # fmt: skip
_LONGEST_WORD = 48
_CLUSTER = re.compile(
    "[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?|.[\u0300-\u036f\u0653-\u0655\u093c]*", re.DOTALL
)

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
def _folding() -> dict[int, str | None]:
    """Return the one-to-one folding of single characters; None drops the character."""
    table: dict[int, str | None] = {}
    for code in range(0xFF01, 0xFFE7):  # full-width forms
        wide = unicodedata.normalize("NFKC", chr(code))
        if len(wide) == 1:
            table[code] = wide.lower()
    for code in range(sys.maxunicode + 1):
        if (
            code > 0x7F
            and (digit := unicodedata.digit(chr(code), None)) is not None
            and chr(code).isdecimal()
        ):
            table[code] = str(digit)
    table |= {ord(char): same for char, same in _SAME_LETTER.items()}
    table |= dict.fromkeys(map(ord, _DROPPED), None)
    table |= dict.fromkeys(_ARABIC_VOWELS, None)
    return table


@cache
def _vanishing() -> re.Pattern[str]:
    return re.compile(f"[{_DROPPED}{chr(_ARABIC_VOWELS[0])}-{chr(_ARABIC_VOWELS[-1])}]")


def fold_word(word: str) -> str:
    """Return a word as it is compared: composed, lower case, digits and look-alike marks made one."""
    return unicodedata.normalize("NFC", word).translate(_folding()).lower()


def fold(text: str) -> tuple[str, list[int] | range]:
    """Return the folded text and, for each of its characters and its end, the offset in the text."""
    if unicodedata.is_normalized("NFC", text) and not _vanishing().search(text):
        return text.translate(_folding()).lower(), range(len(text) + 1)
    pieces: list[str] = []
    offsets: list[int] = []
    for cluster in _CLUSTER.finditer(text):
        piece = fold_word(cluster[0])
        pieces.append(piece)
        offsets.extend([cluster.start()] * len(piece))
    return "".join(pieces), [*offsets, len(text)]


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
    folded, offsets = fold(text)
    words: list[str] = []
    places: list[int] = []
    gaps: list[int] = []
    gap = GAP_NONE
    for match in _token_pattern(spaced_groups=spaced_groups, characters=characters).finditer(folded):
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
    ends = [place + len(word) for place, word in zip(places, words, strict=True)]
    if isinstance(offsets, range):
        return Tokens(text, words, places, ends, gaps)
    starts = [offsets[place] for place in places]
    return Tokens(text, words, starts, [_trimmed(text, offsets[end]) for end in ends], gaps)


def _trimmed(text: str, end: int) -> int:
    """Return the end without the invisible marks that stand before it."""
    while text[end - 1] in _DROPPED:
        end -= 1
    return end
