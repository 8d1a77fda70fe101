"""A text to its folded twin, in which the many spellings of one letter, digit, space or quote are one.

Keeps for each folded character where it came from, so that what is found can be pointed at in the text.
"""

import unicodedata
from dataclasses import dataclass
from functools import cache

from extractor.article import Span

# Arabic and Persian write one letter in several ways; Turkish has a dotless i; Russian leaves the dots off ё.
_LETTERS = str.maketrans(
    "\u0623\u0625\u0622\u0671\u0649\u064a\u0643\u0629\u0624\u0626\u0131\u0451",
    "\u0627\u0627\u0627\u0627\u06cc\u06cc\u06a9\u0647\u0648\u06cci\u0435",
)
_SIGNS = dict.fromkeys("’‘ʼ`´ʹ", "'") | dict.fromkeys("‐‑‒−﹣－", "-") | dict.fromkeys("∼〜～", "~")


@dataclass(frozen=True, slots=True)
class FoldedText:
    """`text` is folded; its character i was `source[starts[i]:ends[i]]`; `has_capitals` is of the source."""

    source: str
    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    has_capitals: bool

    def is_capital(self, index: int) -> bool:
        """Tell whether the folded character was a capital in the source."""
        return self.source[self.starts[index]].isupper()

    def span(self, start: int, end: int) -> Span:
        """Return where the folded characters from `start` up to `end` (not empty) stood."""
        return Span(self.starts[start], self.ends[end - 1])


def fold(source: str) -> FoldedText:
    """Fold case, width, digits, spaces, quotes, combining marks and Arabic letters; two line ends are one."""
    chars: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for index, char in enumerate(source):
        if unicodedata.combining(char) and chars and _compose(chars, char):
            ends[-1] = index + 1
            continue
        for folded in fold_char(char):
            if folded in " \n" and chars and chars[-1] in " \n":
                # A line end inside a sentence is a space; an empty line is a break.
                chars[-1] = "\n" if folded == "\n" and "\n" in source[starts[-1] : index] else chars[-1]
                ends[-1] = index + 1
                continue
            chars.append(" " if folded == "\n" else folded)
            starts.append(index)
            ends.append(index + 1)
    return FoldedText(source, "".join(chars), tuple(starts), tuple(ends), source != source.lower())


def _compose(chars: list[str], mark: str) -> bool:
    """Put a combining mark onto the character before it; tell whether the mark is used up."""
    joined = fold_char(unicodedata.normalize("NFC", chars[-1] + mark)) if chars[-1].isalpha() else ""
    if len(joined) == 1:
        chars[-1] = joined
        return True
    return False


@cache
def fold_char(char: str) -> str:
    """Return the folded form of one character, possibly none."""
    if char.isspace():
        return "\n" if char in "\n\u2029" else " "
    category = unicodedata.category(char) if len(char) == 1 else ""
    if category == "Cf" or "\u064b" <= char <= "\u065f" or char in "\u0640\u0670":
        return ""
    if category == "Nd":
        return str(unicodedata.digit(char))
    if char in _SIGNS:
        return _SIGNS[char]
    wide = unicodedata.normalize("NFKC", char)
    return _lower(wide if len(wide) == 1 else char)


def _lower(char: str) -> str:
    lower = char.lower()
    return (lower if len(lower) == 1 else lower[0]).translate(_LETTERS)


def fold_form(form: str) -> str:
    """Fold the letters of a regular expression, leaving its ASCII syntax as it is."""
    composed = unicodedata.normalize("NFC", form)
    return "".join(char if char.isascii() else fold_char(char) for char in composed)
