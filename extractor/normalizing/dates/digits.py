"""Runs of digits to dates, years, days and numbers, or to what is none: money, counts, times of day.

A reader returns a symbol of the grammar (see `lexing`) and its value.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from extractor.normalizing.dates.forms import first_letters
from extractor.normalizing.dates.lexicon import Lexicon, load_lexicon
from extractor.normalizing.dates.points import Point, Stretch
from extractor.normalizing.dates.settling import Reason

Reader = Callable[[str, Lexicon], tuple[str, Any]]

_FIRST_YEAR, _LAST_YEAR = 1500, 2199
HAN_DIGITS = "〇零一二三四五六七八九十"
ERAS = {
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


class _Pattern(NamedTuple):
    form: str
    read: Reader


class DigitPatterns(NamedTuple):
    """`whole` finds digits with their marks, `number` a bare number; `starts` are their first characters."""

    whole: re.Pattern[str]
    readers: tuple[Reader, ...]
    number: re.Pattern[str]
    starts: frozenset[str]


@cache
def digit_patterns(language: str) -> DigitPatterns:
    """Return the patterns of a language; group n+1 of `whole` is read by reader n."""
    lexicon = load_lexicon(language)
    patterns = _digit_patterns(lexicon)
    eras = {era[0] for era in ERAS}
    return DigitPatterns(
        re.compile("|".join(f"({pattern.form})" for pattern in patterns)),
        tuple(pattern.read for pattern in patterns),
        re.compile(_number(lexicon)),
        frozenset("0123456789(" + _MONEY + HAN_DIGITS) | eras | first_letters(lexicon.times),
    )


def _constant(symbol: str, value: Any) -> Reader:
    return lambda _text, _lexicon: (symbol, value)


def _digit_patterns(lexicon: Lexicon) -> list[_Pattern]:
    """Return what digits can be, the longer and surer first."""
    decades = [_Pattern(rf"(?<!\d)\d{{3}}0(?:{lexicon.decades})", _read_decade)] if lexicon.decades else []
    marks = lexicon.day_marks
    days = [_Pattern(rf"(?<!\d)\d{{1,2}}(?:{marks})", _read_marked("d", 31))] if marks else []
    return [
        *_whole_patterns(),
        *decades,
        *days,
        *_marked_patterns(lexicon.language),
        *_other_patterns(lexicon),
    ]


def _whole_patterns() -> list[_Pattern]:
    """Return dates and years in digits alone; the marks between the digits must agree."""
    start = r"(?<![\d.,/-])"
    time = r"(?:t\d\d:?\d\d(?::?\d\d)?(?:\.\d+)?(?:z|[+-]\d\d:?\d\d)?)?"
    year_first = r"\d{4}(?:-\d{1,2}-|/\d{1,2}/|\. ?\d{1,2}\. ?)\d{1,2}(?!\d)\.?"
    return [
        _Pattern(start + year_first + time, _read_ymd),
        _Pattern(start + r"\d{1,2}(?:\. ?\d{1,2}\. ?|/\d{1,2}/|-\d{1,2}-)\d{4}(?!\d|[.,]\d)", _read_dmy),
        _Pattern(start + r"\d{1,2}(?:\.\d{1,2}\.|/\d{1,2}/|-\d{1,2}-)\d\d(?!\d)", _unread),
        _Pattern(start + r"\d{4} ?[-–—/~] ?(?:\d{4}|\d\d)(?!\d|[-.,:/]\d)", _read_years),
        _Pattern(start + r"\d{1,2}\. ?\d{1,2}\.(?! ?\d)", _read_day_and_month),
        _Pattern(r"(?<![\d.,/])\d{1,2}/\d{1,2}(?![\d/])", _read_slashed),
        _Pattern(r"\([0-3]?\d\)", _read_in_brackets),
    ]


def _marked_patterns(language: str) -> list[_Pattern]:
    """Return numbers with an East Asian mark of year, month or day."""
    alone = rf"(?<![\d{HAN_DIGITS}.,])"
    number = rf"(?:\d{{1,2}}|[{HAN_DIGITS}]{{1,3}})"
    year = rf"(?:(?<!\d)\d{{4}}|[{HAN_DIGITS}]{{4}}) ?"
    fiscal = _unread if language == "ja" else _read_marked_year
    return [
        _Pattern(rf"(?:{'|'.join(ERAS)}) ?(?:元|\d{{1,3}})(?: ?\(\d{{4}}\))? ?(?:年|년)", _read_era),
        _Pattern(r"(?<!\d)\d\d ?(?:世纪|世紀|세기) ?\d0(?:年代|년대)", _read_decade_of_century),
        _Pattern(rf"{year}(?:年代|년대)", _read_decade),
        _Pattern(rf"{year}(?:年度|년도)", fiscal),
        _Pattern(rf"{year}(?:年|년)", _read_marked_year),
        _Pattern(rf"{alone}{number} ?(?:月份?|월)(?![間间간])", _read_marked("c", 12)),
        _Pattern(rf"{alone}{number} ?(?:日|号|號|일)(?![間间간째본本目]| ?차)", _read_marked("d", 31)),
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
    """Return the pattern of a bare number; where years come first they may have an ordinal's dot too."""
    ordinal = f"(?:{lexicon.ordinal})?" if lexicon.ordinal else ""
    year = (
        rf"\d{{4}}(?:{lexicon.ordinal}(?= ?\w))?"
        if lexicon.ordinal and lexicon.has("year_first")
        else r"\d{4}"
    )
    year = rf"{year}|\d{{4}}{ordinal}" if "." not in lexicon.ordinal else year
    letters = "a-zß-ɏа-ӿ"
    return rf"(?<![\d_{letters}])(?:\d{{1,3}}{ordinal}|{year})(?![\d{letters}])|\d+"


def _ints(text: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d+", text)]


def _han_int(text: str) -> int:
    """Return the value of digits or of Chinese digits up to 99, or digit by digit in a year."""
    digits = re.search(r"\d+", text)
    if digits:
        return int(digits.group())
    signs = [HAN_DIGITS.index(char) - 1 if char != "〇" else 0 for char in text if char in HAN_DIGITS]
    if 10 not in signs:
        return int("".join(str(max(sign, 0)) for sign in signs))
    tens, _, units = text.partition("十")
    first = HAN_DIGITS.index(tens[-1]) - 1 if tens and tens[-1] in HAN_DIGITS else 1
    return first * 10 + (HAN_DIGITS.index(units[0]) - 1 if units and units[0] in HAN_DIGITS else 0)


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


def _read_slashed(text: str, lexicon: Lexicon) -> tuple[str, Any]:
    """Read "14/11" as day and month where that is usual; "6/7 November" are two days elsewhere."""
    day, month = _ints(text)
    fits = lexicon.has("slash_days") and day <= 31 and month <= 12
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
    year = ERAS[text[:2]] + number
    stated = _ints(text)[1:]
    if stated and stated[0] != year:
        return "!", Reason.IMPOSSIBLE
    return ("P", Point(year=year)) if _plausible_year(year) else ("!", Reason.IMPOSSIBLE)


def _read_decade(text: str, _lexicon: Lexicon) -> tuple[str, Any]:
    year = _han_int(text)
    return ("P", Point(decade=year)) if _plausible_year(year) and year % 10 == 0 else ("C", None)


def _read_decade_of_century(text: str, _lexicon: Lexicon) -> tuple[str, Any]:
    century, decade = _ints(text)
    return "P", Point(decade=(century - 1) * 100 + decade)


def _read_marked_year(text: str, _lexicon: Lexicon) -> tuple[str, Any]:
    year = _han_int(text)
    return ("P", Point(year=year)) if _plausible_year(year) else ("!", Reason.CALENDAR)


def _read_marked(symbol: str, largest: int) -> Reader:
    def read(text: str, _lexicon: Lexicon) -> tuple[str, Any]:
        number = _han_int(text)
        return (symbol, number) if 1 <= number <= largest else ("C", None)

    return read


def _read_counting(text: str, _lexicon: Lexicon) -> tuple[str, Any]:
    return "n", _han_int(text)


def read_number(text: str) -> tuple[str, Any]:
    """Return the symbol and value of a bare number, perhaps with the mark of an ordinal."""
    digits = re.match(r"\d+", text)
    number = int(digits.group()) if digits else 0
    if len(text.rstrip(".")) == 4 and text[:4].isdigit():
        return ("y", number) if _plausible_year(number) else ("C", None)
    if not 0 < number < 100:
        return "C", None
    return ("o" if not text.isdigit() else "n"), number
