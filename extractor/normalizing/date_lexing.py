"""Folded text to tokens: each a one-letter symbol of the grammar, its place and its value.

Symbols: n number, o ordinal, y four digits that may be a year, d day with its mark, m month, c month with its
mark, s season, u unit, A unit that says "ago", a last/this/next, p early/mid/late, P point, R stretch, k day and month in digits, N number in brackets,
! digits that cannot be read, C other number, h time of day, comma, dash, & and, | anything else; prepositions
f from, v weak from, e since, t until or by, x to (between two dates only), b between, i in, D on; words after
a date F from, T until, E since, B between; g ago, G ago (before the number), l relative to an event,
? perhaps, ~ about, . words without meaning.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

from extractor.normalizing.date_calendar import Reason
from extractor.normalizing.date_lexicon import Lexicon, load_lexicon
from extractor.normalizing.date_points import Point, Stretch
from extractor.normalizing.folded_text import FoldedText

_FIRST_YEAR, _LAST_YEAR = 1500, 2199
_HAN = "〇零一二三四五六七八九十"
_ERAS = {
    "令和": 2018,
    "平成": 1988,
    "昭和": 1925,
    "大正": 1911,
    "明治": 1867,
    "民国": 1911,
    "民國": 1911,
    "주체": 1911,
}
_MONEY = "%‰€$£¥₩₽₹₺"
_COMMA = frozenset(" ,،、()[]")
_DASH = frozenset("-–~〜～∼")
_LISTING = frozenset("/·・")


class Token(NamedTuple):
    """A piece of folded text from `start` to `end`."""

    symbol: str
    start: int
    end: int
    value: Any = None


class _Pattern(NamedTuple):
    form: str
    read: Callable[[str, Lexicon], tuple[str, Any]]


def lex(folded: FoldedText, language: str) -> list[Token]:
    """Return the tokens of folded text in order, what stands between them included, linear in its length."""
    lexicon, text = load_lexicon(language), folded.text
    tokens: list[Token] = []
    position = 0
    for token in _words_and_endings(text, lexicon):
        gap = _gap(text[position : token.start])
        if gap:
            tokens.append(Token(gap, position, token.start))
        if token.symbol != ".":
            tokens.append(token if not _is_verb(token, folded, lexicon) else token._replace(symbol="|"))
        position = token.end
    if text[position:].strip():
        tokens.append(Token(_gap(text[position:]), position, len(text)))
    return tokens


def _is_verb(token: Token, folded: FoldedText, lexicon: Lexicon) -> bool:
    """Tell whether "may" or "march" is no month for want of a capital."""
    named = token.symbol == "m" or (
        token.symbol == "P" and isinstance(token.value, Point) and token.value.named_day
    )
    return (
        named and lexicon.has("capital_names") and folded.has_capitals and not folded.is_capital(token.start)
    )


def _words_and_endings(text: str, lexicon: Lexicon) -> Iterator[Token]:
    pattern, readers = _master(lexicon.language)
    position = 0
    while match := pattern.search(text, position):
        index = (match.lastindex or 1) - 1
        symbol, value = readers[index](match.group(), lexicon)
        position = match.end()
        if position == match.start():  # a pattern that matches nothing would never end
            position += 1
            continue
        endings = list(_endings(text, position, lexicon)) if symbol not in "|.,h!C" else []
        position = endings[-1].end if endings else position
        yield from _with_endings(Token(symbol, match.start(), match.end(), value), endings)


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
    """Return the symbol of what stands between two tokens: nothing, a comma, a dash, a list, or other words."""
    bare = text.strip(" ")
    if not bare:
        return ""
    if set(bare) <= _COMMA:
        return ","
    if bare in _DASH or (bare == "—" and bare == text):
        return "-"
    return "&" if bare in _LISTING else "|"


@cache
def _master(language: str) -> tuple[re.Pattern[str], tuple[Callable[[str, Lexicon], tuple[str, Any]], ...]]:
    """Return one pattern for digits and words, and what reads each of its groups."""
    lexicon = load_lexicon(language)
    digits = _digit_patterns(lexicon)
    forms = [f"({pattern.form})" for pattern in digits]
    readers = [pattern.read for pattern in digits]
    words = [_constant(entry.symbol, entry.value) for entry in lexicon.entries]
    number = f"({_number(lexicon)})"
    return (
        re.compile("|".join([*forms, *([lexicon.words] if words else []), number])),
        (*readers, *words, _read_number),
    )


def _constant(symbol: str, value: Any) -> Callable[[str, Lexicon], tuple[str, Any]]:
    return lambda _text, _lexicon: (symbol, value)


def _digit_patterns(lexicon: Lexicon) -> list[_Pattern]:
    """Return what digits can be, the longer and surer first."""
    decades = [_Pattern(rf"(?<!\d)\d{{3}}0(?:{lexicon.decades})", _read_decade)] if lexicon.decades else []
    days = [_Pattern(rf"(?<!\d)\d{{1,2}}(?:{lexicon.day_marks})", _read_marked("d", 31))] if lexicon.day_marks else []
    return [*_whole_patterns(), *decades, *days, *_marked_patterns(lexicon.language), *_other_patterns(lexicon)]


def _whole_patterns() -> list[_Pattern]:
    """Return dates and years in digits alone; the marks between the digits must agree."""
    start = r"(?<![\d.,/-])"
    time = r"(?:t\d\d:?\d\d(?::?\d\d)?(?:\.\d+)?(?:z|[+-]\d\d:?\d\d)?)?"
    year_first = r"\d{4}(?:-\d{1,2}-|/\d{1,2}/|\. ?\d{1,2}\. ?)\d{1,2}(?!\d)\.?"
    return [
        _Pattern(start + year_first + time, _read_ymd),
        _Pattern(start + r"\d{1,2}(?:\. ?\d{1,2}\. ?|/\d{1,2}/|-\d{1,2}-)\d{4}(?!\d|[.,]\d)", _read_dmy),
        _Pattern(start + r"\d{1,2}(?:\.\d{1,2}\.|/\d{1,2}/|-\d{1,2}-)\d\d(?!\d)", _unread),
        _Pattern(start + r"\d{4} ?[-–/~〜～] ?(?:\d{4}|\d\d)(?![\d-]|[.,:/]\d)", _read_years),
        _Pattern(start + r"\d{1,2}\. ?\d{1,2}\.(?! ?\d)", _read_day_and_month),
        _Pattern(r"\([0-3]?\d\)", _read_in_brackets),
    ]


def _marked_patterns(language: str) -> list[_Pattern]:
    """Return numbers with an East Asian mark of year, month or day."""
    alone = rf"(?<![\d{_HAN}.,])"
    number = rf"(?:\d{{1,2}}|[{_HAN}]{{1,3}})"
    year = rf"(?:(?<!\d)\d{{4}}|[{_HAN}]{{4}}) ?"
    fiscal = _unread if language == "ja" else _read_marked_year
    return [
        _Pattern(rf"(?:{'|'.join(_ERAS)}) ?(?:元|\d{{1,3}})(?: ?\(\d{{4}}\))? ?(?:年|년)", _read_era),
        _Pattern(rf"{year}(?:年代|년대)", _read_decade),
        _Pattern(rf"{year}(?:年度|년도)", fiscal),
        _Pattern(rf"{year}(?:年|년)", _read_marked_year),
        _Pattern(rf"{alone}{number} ?(?:月份?|월)(?![間间간])", _read_marked("c", 12)),
        _Pattern(rf"{alone}{number} ?(?:日|号|號|일)(?![間间간째본本])", _read_marked("d", 31)),
        _Pattern(rf"{alone}{number}(?= ?(?:[个個ヶケか]|年|天|周|週))", _read_counting),
    ]


def _other_patterns(lexicon: Lexicon) -> list[_Pattern]:
    """Return numbers that are no dates: times of day, money, decimals, counts."""
    times = f"|{lexicon.times}" if lexicon.times else ""
    tail = "" if lexicon.has("unspaced") else r"(?!\w)"
    amount = (
        rf"[{_MONEY}] ?\d[\d.,]*|\d+(?:[.,]\d{{1,3}}(?!\d))+|\d{{5,}}|\d+(?: \d{{3}})+(?!\d)|\d+ ?[{_MONEY}]"
    )
    return [
        _Pattern(rf"\d{{1,2}}(?::\d\d){{1,2}}(?!\d)(?: ?[ap]\.?m\b\.?)?{times}", _constant("h", None)),
        _Pattern(amount, _constant("C", None)),
        *([_Pattern(rf"\d+ ?(?:{lexicon.counts}){tail}", _constant("C", None))] if lexicon.counts else []),
    ]


def _number(lexicon: Lexicon) -> str:
    ordinal = f"(?:{lexicon.ordinal})?" if lexicon.ordinal else ""
    return rf"(?<![\d_a-zß-ɏа-ӿ])\d{{1,4}}{ordinal}(?![\da-zß-ɏа-ӿ])|\d+"


def _ints(text: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d+", text)]


def _han_int(text: str) -> int:
    """Return the value of digits or of Chinese digits up to 99, or digit by digit in a year."""
    digits = re.search(r"\d+", text)
    if digits:
        return int(digits.group())
    signs = [_HAN.index(char) - 1 if char != "〇" else 0 for char in text if char in _HAN]
    if 10 not in signs:
        return int("".join(str(max(sign, 0)) for sign in signs))
    tens, _, units = text.partition("十")
    first = _HAN.index(tens[-1]) - 1 if tens and tens[-1] in _HAN else 1
    return first * 10 + (_HAN.index(units[0]) - 1 if units and units[0] in _HAN else 0)


def _plausible_year(year: int) -> bool:
    return _FIRST_YEAR <= year <= _LAST_YEAR


def _read_ymd(text: str, _lexicon: Lexicon) -> tuple[str, Any]:
    year, month, day = _ints(text)[:3]
    return _whole_date(year, month, day)


def _read_dmy(text: str, lexicon: Lexicon) -> tuple[str, Any]:
    first, second, year = _ints(text)
    if lexicon.has("month_first_digits") and "." not in text:
        if first != second and first <= 12 and second <= 12:
            return "!", Reason.AMBIGUOUS
        first, second = (first, second) if first > 12 else (second, first)
    return _whole_date(year, second, first)


def _whole_date(year: int, month: int, day: int) -> tuple[str, Any]:
    if not _plausible_year(year):
        return "!", Reason.CALENDAR
    return "P", Point(year=year, month=month, day=day)


def _unread(_text: str, _lexicon: Lexicon) -> tuple[str, Any]:
    return "!", Reason.AMBIGUOUS


def _read_day_and_month(text: str, lexicon: Lexicon) -> tuple[str, Any]:
    """Read "11.11." as day and month where an ordinal has a dot."""
    first, second = _ints(text)
    day, month = (second, first) if lexicon.has("year_first") else (first, second)
    fits = lexicon.ordinal.endswith(".") and day <= 31 and month <= 12
    return ("k", Point(month=month, day=day)) if fits else ("C", None)


def _read_in_brackets(text: str, _lexicon: Lexicon) -> tuple[str, Any]:
    return "N", int(text.strip("()"))


def _read_years(text: str, _lexicon: Lexicon) -> tuple[str, Any]:
    """Read "2025-2027", "2024/25" and "2019-04"; "2001-04" could be both."""
    first, second = _ints(text)
    if not _plausible_year(first):
        return "C", None
    if second >= 1000:
        later = first < second and _plausible_year(second)
        return ("R", Stretch(Point(year=first), Point(year=second))) if later else ("C", None)
    century, short = divmod(first, 100)
    if second > short and not 1 <= second <= 12:
        return "R", Stretch(Point(year=first), Point(year=century * 100 + second))
    if 1 <= second <= 12 and second <= short and "~" not in text:
        return "P", Point(year=first, month=second)
    return "!", Reason.AMBIGUOUS


def _read_era(text: str, _lexicon: Lexicon) -> tuple[str, Any]:
    """Read a Japanese, Republican Chinese or Juche year."""
    number = 1 if "元" in text else _ints(text)[0]
    year = _ERAS[text[:2]] + number
    stated = _ints(text)[1:]
    if stated and stated[0] != year:
        return "!", Reason.IMPOSSIBLE
    return ("P", Point(year=year)) if _plausible_year(year) else ("!", Reason.IMPOSSIBLE)


def _read_decade(text: str, _lexicon: Lexicon) -> tuple[str, Any]:
    year = _han_int(text)
    return ("P", Point(decade=year)) if _plausible_year(year) and year % 10 == 0 else ("C", None)


def _read_marked_year(text: str, _lexicon: Lexicon) -> tuple[str, Any]:
    year = _han_int(text)
    return ("P", Point(year=year)) if _plausible_year(year) else ("!", Reason.CALENDAR)


def _read_marked(symbol: str, largest: int) -> Callable[[str, Lexicon], tuple[str, Any]]:
    def read(text: str, _lexicon: Lexicon) -> tuple[str, Any]:
        number = _han_int(text)
        return (symbol, number) if 1 <= number <= largest else ("C", None)

    return read


def _read_counting(text: str, _lexicon: Lexicon) -> tuple[str, Any]:
    return "n", _han_int(text)


def _read_number(text: str, _lexicon: Lexicon) -> tuple[str, Any]:
    digits = re.match(r"\d+", text)
    number = int(digits.group()) if digits else 0
    if len(text.rstrip(".")) == 4 and text[:4].isdigit():
        return ("y", number) if _plausible_year(number) else ("C", None)
    if not 0 < number < 100:
        return "C", None
    return ("o" if not text.isdigit() else "n"), number
