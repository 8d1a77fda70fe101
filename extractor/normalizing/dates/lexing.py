"""Folded text to tokens: each a one-letter symbol of the grammar, its place and its value.

Symbols: n number, o ordinal, y four digits that may be a year, d day with its mark, N number in brackets,
k day and month in digits, m month, c month with its mark, s season, u unit, A unit that says "ago", a last,
this or next, z the same of several, K several, j "ago" after a number and else "last", p early, mid or late,
P point, R stretch, ! unreadable digits, C other number, h time of day, comma, dash, & and, | anything else.
Prepositions: f from, v weak from, e since, t until or by, x to (between two dates only), b between, i in,
D on. Words after a date: F from, T until, E since, B between. G ago (before the number), g ago, l relative to
an event, H another calendar, ? perhaps, ~ about, U updated, V published, . words without meaning.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from extractor.folding import Folded
from extractor.normalizing.dates.digits import DigitPatterns, digit_patterns, read_number
from extractor.normalizing.dates.lexicon import Lexicon, load_lexicon
from extractor.normalizing.dates.points import Point

_COMMA = frozenset(" ,،、()[]")
_DASH = frozenset("-–~")
_LISTING = frozenset("/·・")


class Token(NamedTuple):
    """A piece of folded text from `start` to `end`."""

    symbol: str
    start: int
    end: int
    value: Any = None


def lex(folded: Folded, language: str) -> list[Token]:
    """Return the tokens of folded text in order, what stands between them included, linear in its length."""
    lexicon, text = load_lexicon(language), folded.text
    has_capitals = folded.source != folded.source.lower()
    tokens: list[Token] = []
    position = 0
    for token in _words_and_endings(text, lexicon):
        gap = _gap(text[position : token.start])
        if gap:
            tokens.append(Token(gap, position, token.start))
        if has_capitals and _is_verb(token, folded, lexicon):
            tokens.append(token._replace(symbol="|"))
        elif token.symbol != ".":
            tokens.append(token)
        position = token.end
    if text[position:].strip():
        tokens.append(Token(_gap(text[position:]), position, len(text)))
    return tokens


def _is_verb(token: Token, folded: Folded, lexicon: Lexicon) -> bool:
    """Tell whether "may", "march" or Turkish "pazar" (market) is no name for want of a capital."""
    if lexicon.capital is None or folded.source[folded.starts[token.start]].isupper():
        return False
    return token.symbol in "mP" and lexicon.capital.fullmatch(folded.text, token.start, token.end) is not None


def _words_and_endings(text: str, lexicon: Lexicon) -> Iterator[Token]:
    """Yield words and numbers, looking only where the first letter of one stands."""
    starts, digits = _starts(lexicon.language), digit_patterns(lexicon.language)
    position = 0
    while candidate := starts.search(text, position):
        token = _token_at(text, candidate.start(), lexicon, digits)
        if token is None:
            position = candidate.start() + 1
            continue
        endings = list(_endings(text, token.end, lexicon)) if token.symbol not in "|.,h!C" else []
        position = endings[-1].end if endings else token.end
        yield from _with_endings(token, endings)


def _token_at(text: str, start: int, lexicon: Lexicon, digits: DigitPatterns) -> Token | None:
    if text[start] in digits.starts and (match := digits.whole.match(text, start)) and match.lastindex:
        symbol, value = digits.readers[match.lastindex - 1](match.group(), lexicon)
        return Token(symbol, start, match.end(), value)
    for prefix in range(lexicon.longest_prefix(text, start), -1, -1):
        pattern = lexicon.words.get(text[start + prefix : start + prefix + 1])
        if pattern and (match := pattern.forms.match(text, start + prefix)) and match.lastindex:
            entry = pattern.entries[match.lastindex - 1]
            return Token(entry.symbol, start, match.end(), entry.value)
    if match := digits.number.match(text, start):
        symbol, value = read_number(match.group())
        return Token(symbol, start, match.end(), value)
    return None


@cache
def _starts(language: str) -> re.Pattern[str]:
    """Return a pattern for the places where a token may begin."""
    lexicon, digits = load_lexicon(language), digit_patterns(language)
    letters = re.escape("".join(sorted(lexicon.words)))
    words = f"[{letters}]" if letters else r"(?!)"
    if lexicon.prefix:
        words = r"[^\W\d_]"
    before = "" if lexicon.has("unspaced") else r"(?<![^\W\d_])"
    return re.compile(rf"{before}{words}|[{re.escape(''.join(sorted(digits.starts)))}]")


def _endings(text: str, position: int, lexicon: Lexicon) -> Iterator[Token]:
    """Yield case endings and particles that are written onto the word before `position`."""
    while lexicon.endings and (match := lexicon.endings.match(text, position)) and match.lastindex:
        yield Token(lexicon.ending_symbols[match.lastindex - 1], position, match.end())
        position = match.end()


def _with_endings(token: Token, endings: list[Token]) -> Iterator[Token]:
    """Yield a token and its endings; an ending makes a year of four digits and may make a day of a number."""
    if endings and token.symbol == "y":
        token = token._replace(symbol="P", value=Point(year=token.value))
    if endings and token.symbol == "n" and endings[0].symbol == "d" and 1 <= token.value <= 31:
        token = token._replace(symbol="d")
    silent = [ending for ending in endings if ending.symbol in "d_"]
    if silent and silent[0] is endings[0]:
        token = token._replace(end=silent[0].end)
    yield token
    yield from (ending for ending in endings if ending.symbol not in "d_")


def _gap(text: str) -> str:
    """Return the symbol of what stands between two tokens: none, comma, dash, list, or other words."""
    bare = text.strip(" ")
    if not bare:
        return ""
    if set(bare) <= _COMMA:
        return ","
    if bare in _DASH or (bare == "—" and bare == text):
        return "-"
    return "&" if bare in _LISTING else "|"
