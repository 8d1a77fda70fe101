"""EDTF strings to the days they cover: checks and comparisons at levels 0 and 1; reads no natural language.

The grammar is the Library of Congress specification of ISO 8601-2:2019, without years of five or more digits.
"""

import re
from calendar import monthrange
from datetime import date
from typing import NamedTuple

Days = tuple[date, date]

_POINT = re.compile(
    r"(?P<year>\d{4}|\d{3}X|\d\dXX)"
    r"(?:-(?P<month>\d\d|XX)(?:-(?P<day>\d\d|XX))?)?"
    r"(?:T\d\d:\d\d:\d\d(?:Z|[+-]\d\d(?::\d\d)?)?)?[?~%]?",
    re.ASCII,
)
# Months of the seasons 21 to 24, spring first; winter runs into the next year.
_SEASONS = {21: (3, 5), 22: (6, 8), 23: (9, 11), 24: (12, 14)}


class _Written(NamedTuple):
    year: str
    month: str | None
    day: str | None


def is_edtf(text: str) -> bool:
    """Tell whether `text` is an EDTF level 0 or 1 date or interval of days that exist, in order."""
    return edtf_range(text) is not None


def edtf_range(edtf: str) -> Days | None:
    """Return the earliest and the latest day covered, both inclusive, or None where `edtf` is no EDTF.

    An open or unknown end is `date.min` or `date.max`; qualifiers do not widen the range. A season without a
    stated hemisphere covers the northern months.
    """
    start, slash, end = edtf.partition("/")
    if not slash:
        return _point_range(edtf)
    return _interval_range(start, end)


def edtf_contains(outer: str, inner: str) -> bool:
    """Tell whether every day of `inner` lies in `outer`; False where either is no EDTF."""
    around, within = edtf_range(outer), edtf_range(inner)
    if around is None or within is None:
        return False
    return around[0] <= within[0] and within[1] <= around[1]


def _interval_range(start: str, end: str) -> Days | None:
    open_start, open_end = start in {"", ".."}, end in {"", ".."}
    first = (date.min, date.min) if open_start else _point_range(start)
    last = (date.max, date.max) if open_end else _point_range(end)
    if first is None or last is None or (open_start and open_end) or first[0] > last[1]:
        return None
    return first[0], last[1]


def _point_range(text: str) -> Days | None:
    match = _POINT.fullmatch(text)
    if match is None or match["year"] == "0000":
        return None
    written = _Written(match["year"], match["month"], match["day"])
    if "T" in text and (written.day is None or "X" in text):
        return None
    if written.month is None:
        return _years_range(written.year)
    return _within_year(written)


def _years_range(year: str) -> Days:
    first = max(int(year.replace("X", "0")), 1)
    return date(first, 1, 1), date(int(year.replace("X", "9")), 12, 31)


def _within_year(written: _Written) -> Days | None:
    unspecified = {written.month, written.day} & {"XX"}
    if "X" in written.year or (written.month == "XX" and written.day not in {None, "XX"}):
        return None
    year = int(written.year)
    if written.month == "XX":
        return _years_range(written.year)
    month = int(written.month or 0)
    if month in _SEASONS and written.day is None:
        return _season_range(year, month)
    if not 1 <= month <= 12:
        return None
    if written.day is None or unspecified:
        return date(year, month, 1), last_day(year, month)
    return _day_range(year, month, int(written.day))


def _season_range(year: int, code: int) -> Days:
    first, last = _SEASONS[code]
    end_year = min(year + (last > 12), date.max.year)
    return date(year, first, 1), last_day(end_year, last - 12 if last > 12 else last)


def _day_range(year: int, month: int, day: int) -> Days | None:
    if not 1 <= day <= monthrange(year, month)[1]:
        return None
    exact = date(year, month, day)
    return exact, exact


def last_day(year: int, month: int) -> date:
    """Return the last day of a month."""
    return date(year, month, monthrange(year, month)[1])
