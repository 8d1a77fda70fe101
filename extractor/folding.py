"""Text to its folded form with an offset map, so that equal words in unequal Unicode dress compare equal.

Three ways: `AS_WORDS` for words that are compared, `AS_FIGURES` and `AS_DATES` where a mark may change the
value, `WITHOUT_ACCENTS` for names, whose accents are written or not. What is invisible goes.
"""

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache

from extractor.article import Span

_LETTERS = {
    **dict.fromkeys("أإآٱ", "ا"),
    **dict.fromkeys("يىئ", "ی"),
    **dict.fromkeys("ةۀ", "ه"),
    "ؤ": "و",
    "ك": "ک",
    "ё": "е",
    "ı": "i",
}
"""Lower-case letters that typists take for one another; Arabic and Persian forms share one."""
_APOSTROPHES = dict.fromkeys("‘’‚‛ʼʻʹ′`´ꞌ＇", "'")
_QUOTES = dict.fromkeys("“”„‟«»‹›「」『』《》〈〉″＂", '"')
_HYPHENS = dict.fromkeys("‐‑‒–−⁃﹘﹣－", "-")
_DASHES = dict.fromkeys("—―", "-")
_DOTS = dict.fromkeys("·・‧•ㆍᆞ∙⋅･", "·")
_TILDES = dict.fromkeys("∼〜～∿", "~")

_WORDS = str.maketrans(_LETTERS | _APOSTROPHES | _QUOTES | _HYPHENS | _DASHES | _DOTS)
_FIGURES = str.maketrans(
    _LETTERS
    | _APOSTROPHES
    | _HYPHENS
    | _TILDES
    | dict.fromkeys("\u202f\u2009\u2007", "\u00a0")
    | {"،": ",", "٪": "%", "﹪": "%", "\u3000": " ", "ς": "σ", "ş": "ș", "ţ": "ț"}
)
_BARE = str.maketrans(_LETTERS | _APOSTROPHES | {"ł": "l", "ø": "o", "đ": "d", "ß": "s"})

_DROPPED = frozenset("\u0640\u034f\u0670") | {chr(code) for code in range(0x064B, 0x0660)}
"""Tatweel, grapheme joiner, Arabic vowel signs: written or not, the word is the same."""
_ACCENT = re.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a]")

_ODD = "\uffff"
_ODD_RUN = re.compile(f"{_ODD}+")
_ODD_OR_SPACED_RUN = re.compile(f"(?:{_ODD}|  )[{_ODD} ]*")

_REMEMBERED = 2048
_LONGEST_REMEMBERED = 600
"""Sentences and names are folded again and again, whole articles once: these would only take up memory."""


class Spaces(Enum):
    """What becomes of spaces and line ends."""

    KEPT = "kept"
    ONE = "a run of them is one space"
    LINES = "a run of them is one space, or one line end if it holds an empty line"


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text; the code point at `i` came from `[starts[i], ends[i])` of `source`, the text as read."""

    source: str
    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def span(self, start: int, end: int) -> Span:
        """Return the span of the text as read that a non-empty range of the folded text came from."""
        return Span(self.starts[start], self.ends[end - 1])

    def range_of(self, span: Span) -> tuple[int, int]:
        """Return the range of the folded text that lies inside a span of the text as read."""
        return bisect_left(self.starts, span.start), bisect_left(self.starts, span.end)


class _Table(dict[int, str]):
    """What `str.translate` puts for each code point, filled as they are met."""

    def __init__(self, plain: Callable[[str], str]) -> None:
        super().__init__()
        self._plain = plain

    def __missing__(self, code: int) -> str:
        folded = self[code] = self._plain(chr(code))
        return folded


class _Ruler:
    """The numbers from 0 as far as they were needed: a piece of them is copied faster than counted."""

    def __init__(self) -> None:
        self._marks = array("l")

    def piece(self, start: int, end: int) -> "array[int]":
        """Return the numbers of a range."""
        if end > len(self._marks):
            self._marks = array("l", range(2 * end))
        return self._marks[start:end]


_RULER = _Ruler()


class _Growing:
    """A folded text as far as it has come."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.starts, self.ends = array("l"), array("l")

    def take(self, plain: str, start: int, end: int) -> None:
        """Add what is folded one for one."""
        self.out.append(plain[start:end])
        self.starts += _RULER.piece(start, end)
        self.ends += _RULER.piece(start + 1, end + 1)

    def add(self, char: str, start: int, end: int) -> None:
        """Add one code point that stood at [start, end)."""
        self.out.append(char)
        self.starts.append(start)
        self.ends.append(end)

    def add_space(self, text: str, start: int, end: int, *, lines: bool) -> None:
        """Add a space, or widen the one before; with `lines`, an empty line makes it a line end."""
        if not self.out or self.out[-1] not in {" ", "\n"}:
            self.add(" ", start, end)
            return
        self.ends[-1] = end
        if lines and text.count("\n", self.starts[-1], end) > 1:
            self.out[-1] = "\n"


class Folding:
    """A way to fold: `letter` gives the folded form of a letter with its marks, perhaps nothing.

    Code points that stay one whatever stands beside them, nearly all, are folded in one go; the odd ones (a
    mark, a ligature, a line end) are marked in that go and then folded letter by letter.
    """

    def __init__(self, letter: Callable[[str], str], spaces: Spaces) -> None:
        self.letter = letter
        self._spaces = spaces
        self._run = _ODD_RUN if spaces is Spaces.KEPT else _ODD_OR_SPACED_RUN
        self._table = _Table(self._plain)
        self._remembered = lru_cache(_REMEMBERED)(self._fold)

    def fold(self, text: str) -> Folded:
        """Fold a text and keep the way back."""
        return self._remembered(text) if len(text) <= _LONGEST_REMEMBERED else self._fold(text)

    def _fold(self, text: str) -> Folded:
        plain = text.translate(self._table)
        run = self._run.search(plain)
        if run is None:
            return Folded(text, plain, range(len(text)), range(1, len(text) + 1))
        growing = _Growing()
        position = 0
        while run is not None:
            start = max(position, run.start() - 1)  # the letter that a mark belongs to
            growing.take(plain, position, start)
            position = run.end()
            self._fold_odd(text, start, position, growing)
            run = self._run.search(plain, position)
        growing.take(plain, position, len(text))
        return Folded(text, "".join(growing.out), growing.starts, growing.ends)

    def _plain(self, char: str) -> str:
        """Return the one code point that `char` becomes wherever it stands, or the sign for an odd one."""
        folded = self.letter(char)
        if len(folded) != 1 or _continues(char) or (char != " " and self._is_joined(folded)):
            return _ODD
        return folded

    def _is_joined(self, char: str) -> bool:
        return self._spaces is not Spaces.KEPT and char.isspace()

    def _fold_odd(self, text: str, position: int, stop: int, growing: _Growing) -> None:
        """Fold part of a text letter by letter and add it to what is folded already."""
        while position < stop:
            end = _cluster_end(text, position)
            letters = self.letter(text[position:end])
            step = 1 if len(letters) == end - position else 0
            for place, char in enumerate(letters):
                if self._is_joined(char):
                    growing.add_space(text, position, end, lines=self._spaces is Spaces.LINES)
                else:
                    growing.add(char, position + place * step, end)
            position = end


def _cluster_end(text: str, start: int) -> int:
    """Return where the letter that begins at `start`, with its marks, ends."""
    end = start + 1
    while end < len(text) and _continues(text[end]):
        end += 1
    return end


def _continues(char: str) -> bool:
    """Tell whether a code point may join the one before it: a mark, or a part of a Korean syllable."""
    return not char.isascii() and (unicodedata.combining(char) != 0 or "\u1160" <= char <= "\u11ff")


def _is_invisible(char: str) -> bool:
    variation_selector = "\ufe00" <= char <= "\ufe0f"
    return char in _DROPPED or variation_selector or unicodedata.category(char) == "Cf"


@lru_cache(maxsize=16384)
def _as_word(letter: str) -> str:
    """Fold width, case, quotes, dashes and dots; drop what cannot be seen, unassigned code points too."""
    plain = unicodedata.normalize("NFKC", letter).replace("İ", "i").casefold().translate(_WORDS)
    return "".join(
        char
        for char in plain
        if char.isspace() or not (_is_invisible(char) or unicodedata.category(char).startswith("C"))
    )


@lru_cache(maxsize=16384)
def _as_figure(letter: str) -> str:
    """Fold letters and digits one for one; keep what a number or a date may hang on: ², ½, №, em dashes."""
    return "".join(map(_one_figure, unicodedata.normalize("NFC", letter)))


def _one_figure(char: str) -> str:
    if char.isdecimal():
        return str(unicodedata.digit(char))
    if _is_invisible(char):
        return ""
    wide = unicodedata.normalize("NFKC", char)
    same = len(wide) == 1 and (char.isalpha() or "\uff01" <= char <= "\uffe6")
    return (wide if same else char).lower()[0].translate(_FIGURES)


@lru_cache(maxsize=16384)
def _without_accent(letter: str) -> str:
    """Fold letters one for one, those of Latin and Greek script without accents."""
    return "".join(map(_one_bare, unicodedata.normalize("NFC", letter)))


def _one_bare(char: str) -> str:
    if _is_invisible(char) or _ACCENT.match(char):
        return ""
    wide = unicodedata.normalize("NFKC", char)
    low = (wide if len(wide) == 1 else char).lower()[0].translate(_BARE)
    if "\u00c0" <= low < "\u0400" or "\u1e00" <= low < "\u2000":
        return unicodedata.normalize("NFD", low)[0].translate(_BARE)
    return low


AS_WORDS = Folding(_as_word, Spaces.ONE)
AS_FIGURES = Folding(_as_figure, Spaces.KEPT)
AS_DATES = Folding(_as_figure, Spaces.LINES)
WITHOUT_ACCENTS = Folding(_without_accent, Spaces.KEPT)


def fold(text: str) -> Folded:
    """Fold a text as words: NFKC, case, quotes, dashes, dots, spaces; invisible characters dropped."""
    return AS_WORDS.fold(text)


@lru_cache(_REMEMBERED)
def folded(text: str) -> str:
    """Return a text's folded form alone, without outer spaces."""
    return fold(text).text.strip()


def without_marks(text: str) -> str:
    """Return Latin, Greek and Cyrillic letters without their accents, one letter for one letter."""
    return text if text.isascii() else "".join(map(_bare_letter, text))


@cache
def _bare_letter(char: str) -> str:
    if char.isascii():
        return char
    bare = unicodedata.normalize("NFD", char)[0]
    return bare if unicodedata.category(bare).startswith("L") and not "\uac00" <= char <= "\ud7a3" else char
