"""Tokens to points and stretches of time: a cascade of rewriting rules over their symbols, one rule a line.

The same rules serve all languages; what differs is in the lexicons' flags. The symbols are those of
`date_lexing`; L is a length of time.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from extractor.normalizing.date_calendar import Reason
from extractor.normalizing.date_lexicon import load_lexicon, relative_point
from extractor.normalizing.date_lexing import Token
from extractor.normalizing.date_points import Length, Point, Stretch, fill, merge

_Meaning = Point | Stretch | Length | Reason | None
_Build = Callable[[Sequence[Token]], _Meaning]
_SYMBOLS: dict[type, str] = {Point: "P", Stretch: "R", Length: "L", Reason: "!"}
_PLURAL = 2
_ROUNDS = 6  # a list or range has few members; a bound keeps the time linear


class _Rule(NamedTuple):
    pattern: str
    build: _Build
    flag: str = ""  # the language must have this trait, or with "-" before it must not


def parse(tokens: list[Token], language: str) -> list[Token]:
    """Return the tokens with every date rewritten to one token: P a point, R a stretch, L a length."""
    lexicon = load_lexicon(language)
    for rule in _RULES:
        wanted = not rule.flag.startswith("-")
        if rule.flag and lexicon.has(rule.flag.removeprefix("-")) is not wanted:
            continue
        for _ in range(_ROUNDS):
            rewritten = _apply(rule, tokens)
            if len(rewritten) == len(tokens):
                tokens = rewritten
                break
            tokens = rewritten
    return tokens


def _apply(rule: _Rule, tokens: list[Token]) -> list[Token]:
    symbols = "".join(token.symbol for token in tokens)
    pattern = re.compile(rule.pattern)
    result: list[Token] = []
    position = copied = 0
    while match := pattern.search(symbols, position):
        start, end = match.span()
        meaning = rule.build(tokens[start:end])
        if meaning is None:
            position = start + 1
            continue
        result += tokens[copied:start]
        result.append(Token(_SYMBOLS[type(meaning)], tokens[start].start, tokens[end - 1].end, meaning))
        position = copied = end
    return result + tokens[copied:]


def _of(tokens: Sequence[Token], symbols: str) -> list[Token]:
    return [token for token in tokens if token.symbol in symbols]


def _year_word(tokens: Sequence[Token]) -> _Meaning:
    """Read "2024 году", "año 2024", "années 1990"."""
    (number,), (unit,) = _of(tokens, "y"), _of(tokens, "u")
    if unit.value == "decade":
        return Point(decade=number.value) if number.value % 10 == 0 else None
    return Point(year=number.value) if unit.value == "year" else None


def _year(tokens: Sequence[Token]) -> _Meaning:
    return Point(year=_of(tokens, "y")[0].value)


def _years(tokens: Sequence[Token]) -> _Meaning:
    first, last = (token.value for token in _of(tokens, "y"))
    return Stretch(Point(year=first), Point(year=last)) if first < last else None


def _years_with_word(tokens: Sequence[Token]) -> _Meaning:
    stretch, unit = tokens
    return stretch.value if unit.value == "year" else None


def _century(tokens: Sequence[Token]) -> _Meaning:
    (number,), (unit,) = _of(tokens, "no"), _of(tokens, "u")
    return Point(century=number.value) if unit.value == "century" and 10 <= number.value <= 21 else None


def _day_and_month(tokens: Sequence[Token]) -> _Meaning:
    day, month = _of(tokens, "nod")[0].value, _of(tokens, "mc")[0].value
    return Point(month=month, day=day) if 1 <= day <= 31 else None


def _dotted(tokens: Sequence[Token]) -> _Meaning:
    point: Point = _of(tokens, "k")[0].value
    years = _of(tokens, "y")
    return replace(point, year=years[0].value) if years else point


def _point_of(token: Token) -> Point | None:
    """Return the point of a month, day, season or point token."""
    if token.symbol in "mc":
        return Point(month=token.value)
    if token.symbol in "nod":
        return Point(day=token.value) if 1 <= token.value <= 31 else None
    return token.value if isinstance(token.value, Point) else None


def _named(tokens: Sequence[Token]) -> _Meaning:
    return _point_of(tokens[-1])


def _numbers_before(tokens: Sequence[Token]) -> _Meaning:
    """Read "6-8 November", "1~9月", "11~12日", "3, 4 and 5 June": the first is what the last is said to be."""
    first, last = tokens[0], tokens[-1]
    end = last.value if isinstance(last.value, Stretch) else _point_of(last)
    whole = end.first if isinstance(end, Stretch) else end
    if whole is None or end is None:
        return None
    if whole.grain == "day":
        start = Point(day=first.value)
    elif whole.grain == "month" and last.symbol == "c" and first.value <= 12:
        start = Point(month=first.value)
    else:
        return None
    if not 1 <= first.value <= 31 or (whole.grain == "day" and first.value >= (whole.day or 0)):
        return None
    if isinstance(end, Stretch):
        return replace(end, first=fill(start, whole))
    if tokens[1].symbol == "&" and whole.day and whole.day - first.value > 1:
        return None
    return Stretch(start, end)


def _numbers_after(tokens: Sequence[Token]) -> _Meaning:
    """Read "November 6-8", "11월 11일~13일"."""
    first, last = tokens[0].value, _point_of(_of(tokens[1:], "nod")[0])
    if first.grain != "day" or first.day is None or last is None or last.day is None:
        return None
    if last.day <= first.day or (tokens[1].symbol == "&" and last.day - first.day > 1):
        return None
    return Stretch(first, last)


def _first_months(tokens: Sequence[Token]) -> _Meaning:
    """Read "the first nine months"."""
    (ordinal,), (count,), (unit,) = _of(tokens, "o"), _of(tokens, "n"), _of(tokens, "uA")
    last = count.value * {"month": 1, "quarter": 3}.get(unit.value, 0)
    return Point(months=(1, last)) if ordinal.value == 1 and 1 < last <= 12 else None


def _cumulative_months(tokens: Sequence[Token]) -> _Meaning:
    """Read "nine months of 2024", in Slavic and Kazakh statistics a running total from January."""
    (count,), (unit,) = _of(tokens, "n"), _of(tokens, "u")
    return (
        Point(months=(1, count.value)) if unit.value == "month" and count.value in {3, 6, 9, 10, 11} else None
    )


def _part_of_year(tokens: Sequence[Token]) -> _Meaning:
    """Read "second quarter", "first half"."""
    (number,), (unit,) = _of(tokens, "no"), _of(tokens, "u")
    size = {"quarter": 3, "half": 6}.get(unit.value, 0)
    if not size or not 1 <= number.value <= 12 // size:
        return None
    return Point(months=(size * (number.value - 1) + 1, size * number.value))


def _span_around_now(tokens: Sequence[Token]) -> _Meaning:
    """Read "the last five years", "the next three months": from now, or up to now, in whole units."""
    (which,), (count,), (unit,) = _of(tokens, "a"), _of(tokens, "n"), _of(tokens, "u")
    size = 10 if unit.value == "decade" else 1
    name = "year" if unit.value == "decade" else unit.value
    far, now = relative_point(name, which.value * count.value * size), relative_point(name, 0)
    if which.value == 0 or far is None or name == "weekend":
        return None
    return Stretch(far, now) if which.value < 0 else Stretch(now, far)


def _ago(tokens: Sequence[Token]) -> _Meaning:
    (count,), (unit,) = _of(tokens, "n"), _of(tokens, "uA")
    return relative_point(unit.value, -count.value) if unit.value != "weekend" else None


def _relative_unit(tokens: Sequence[Token]) -> _Meaning:
    """Read "last year", "this month", "next week"."""
    (which,), (unit,) = _of(tokens, "a"), _of(tokens, "u")
    if unit.value == "day" or (unit.value == "weekend" and which.value > 0):
        return None  # "the next day" counts from another day; "next weekend" is this one or the one after
    return relative_point(unit.value, which.value)


def _relative_name(tokens: Sequence[Token]) -> _Meaning:
    """Read "last Friday", "지난 11일", "mayo pasado"."""
    (which,) = _of(tokens, "a")
    point = next((_point_of(token) for token in tokens if token.symbol != "a"), None)
    plain = point is not None and not point.absolute and point.side is None
    if (
        not plain
        or point is None
        or point.grain in {"", "day_offset", "week_offset", "month_offset", "year_offset"}
    ):
        return None
    return replace(point, side=which.value)


def _numbered_weekday(tokens: Sequence[Token]) -> _Meaning:
    point, day = tokens[0].value, _of(tokens, "no")[-1].value
    return replace(point, day=day) if point.named_day and 1 <= day <= 31 else None


def _numbered_day(tokens: Sequence[Token]) -> _Meaning:
    """Read "Monday (10)", "hoy (10)"."""
    point, day = tokens[0].value, tokens[1].value
    bare = point.named_day or point.day_offset is not None
    return merge(point, Point(day=day)) if bare and 1 <= day <= 31 else None


def _weekend(tokens: Sequence[Token]) -> _Meaning:
    return Point(weekend=True) if tokens[-1].value == "weekend" else None


def _pass(tokens: Sequence[Token]) -> _Meaning:
    """Return the one date among words that add nothing."""
    meaning: _Meaning = _of(tokens, "PR")[0].value
    return meaning


def _part_of_now(tokens: Sequence[Token]) -> _Meaning:
    """Read "the end of the year", "이달 말"."""
    (unit,) = (token.value for token in _of(tokens, "u"))
    return relative_point(unit, 0) if unit in {"month", "year", "week"} else None


def _merged(tokens: Sequence[Token]) -> _Meaning:
    one, other = tokens[0].value, tokens[-1].value
    if any(token.symbol == "," for token in tokens) and one.grain == "year" and other.grain != "day":
        return None
    return merge(one, other)


def _with_year_after(tokens: Sequence[Token]) -> _Meaning:
    year, meaning = Point(year=tokens[-1].value), tokens[0].value
    if isinstance(meaning, Stretch):
        return _stretch_then_point(meaning, year)
    return merge(meaning, year) if meaning.grain != "year" else None


def _with_year_before(tokens: Sequence[Token]) -> _Meaning:
    year, meaning = Point(year=tokens[0].value), tokens[-1].value
    if isinstance(meaning, Stretch):
        return _point_then_stretch(year, meaning)
    return merge(year, meaning) if meaning.grain != "year" else None


def _stretch_merged(tokens: Sequence[Token]) -> _Meaning:
    one, other = tokens[0].value, tokens[-1].value
    if isinstance(one, Stretch):
        return _stretch_then_point(one, other)
    return _point_then_stretch(one, other)


def _stretch_then_point(stretch: Stretch, point: Point) -> Stretch | None:
    if stretch.first is None or stretch.last is None:
        return None
    last = merge(fill(stretch.last, stretch.first), point)
    return Stretch(merge(stretch.first, point) or stretch.first, last) if last else None


def _point_then_stretch(point: Point, stretch: Stretch) -> Stretch | None:
    if stretch.first is None or stretch.last is None:
        return None
    first = merge(point, stretch.first)
    return Stretch(first, merge(point, stretch.last) or stretch.last) if first else None


def _between(tokens: Sequence[Token]) -> _Meaning:
    """Join two points of one kind: "from 30 June to 2 July"; of two kinds they are two dates."""
    first, last = (_point_of(token) for token in _of(tokens, "Pnd"))
    if first is None or last is None:
        return None
    alike = first.grain == last.grain or (first.absolute and last.absolute)
    return Stretch(first, last) if alike else None


def _listed(tokens: Sequence[Token]) -> _Meaning:
    """Join neighbours: "Monday and Tuesday", "in 2024 and 2025"."""
    first, last = tokens[0].value, tokens[-1].value
    near = first.grain == last.grain and first.grain in {"year", "month", "day", "weekday"}
    if not near:
        return None
    step = getattr(last, last.grain) - getattr(first, first.grain)
    same = fill(first, last) == first or first.grain == "year"
    return Stretch(first, last) if step == 1 and (same or not first.absolute) else None


def _open_end(tokens: Sequence[Token]) -> _Meaning:
    return Stretch(_of(tokens, "P")[0].value, None)


def _open_start(tokens: Sequence[Token]) -> _Meaning:
    return Stretch(None, _of(tokens, "P")[0].value)


def _qualified(tokens: Sequence[Token]) -> _Meaning:
    (point,), (mark,) = _of(tokens, "P"), _of(tokens, "?~")
    meaning: Point = replace(point.value, mark=mark.symbol)
    return meaning


def _length(tokens: Sequence[Token]) -> _Meaning:
    return Length(tokens[0].value, tokens[-1].value)


def _relative(_tokens: Sequence[Token]) -> _Meaning:
    return Reason.RELATIVE


def _calendar(_tokens: Sequence[Token]) -> _Meaning:
    return Reason.CALENDAR


_RULES = (
    _Rule(r"[noyC]?[,&]?H[yC]?|H[PRcdn]*", _calendar),
    # years
    _Rule(r"(?<![no])uy", _year_word),
    _Rule(r"yu", _year_word),
    _Rule(r"Ru", _years_with_word),
    _Rule(r"(?<=[fvb])y[-xt&]y|y[-xt]y|y&y(?=B)", _years),
    _Rule(r"[no]u|u[no]", _century),
    # days of months
    _Rule(r"[no]m|cd|md", _day_and_month),
    _Rule(r"(?<!i)m[no](?![uC])", _day_and_month, "month_day"),
    _Rule(r"(?<=D)k|ky", _dotted),
    _Rule(r"[no][-&tx]D?[Pdc]|[no],R", _numbers_before),
    _Rule(r"d[-&tx]D?[Pd]", _numbers_before),
    _Rule(r"P[-&tx]d|PFdT?|dFdT?", _numbers_after),
    _Rule(r"P[-&tx][no](?![umC])|PF[no]T", _numbers_after, "month_day"),
    # counted and relative units
    _Rule(r"on[uA]|nou", _first_months),
    _Rule(r"anu|nau", _span_around_now),
    _Rule(r"nua", _span_around_now, "mod_after"),
    _Rule(r"nug|Gnu|nA", _ago),
    _Rule(r"nul|lnu", _relative),
    _Rule(r"ou", _part_of_year),
    _Rule(r"u[no]", _part_of_year, "mod_after"),
    _Rule(r"(?<![no])ua", _relative_unit, "mod_after"),
    _Rule(r"[Pmcs]a(?!u)", _relative_name, "mod_after"),
    _Rule(r"(?<![no])au", _relative_unit),
    _Rule(r"a[Pmcsd]", _relative_name),
    _Rule(r"nu(?=i?(?:[yP]))", _cumulative_months, "cumulative"),
    # names alone
    _Rule(r"[mcds]", _named),
    _Rule(r"PN", _numbered_day),
    _Rule(r"P,?D?o(?!u)", _numbered_weekday),
    _Rule(r"Pn(?=$|[,|&x-])", _numbered_weekday, "weekday_day"),
    _Rule(r"D[no](?=$|[,|&x-])", _named, "-ordinal_dot"),
    _Rule(r"Do(?=$|[,|&xt-])", _named, "ordinal_dot"),
    # parts and whole dates
    _Rule(r"(?<![noa])u", _weekend),
    _Rule(r"pu", _part_of_now),
    _Rule(r"(?<![noa])up|(?<![noa])u(?=T)", _part_of_now, "year_first"),
    _Rule(r"pP|Pp", _pass),
    _Rule(r"y,?[PR](?!,?y)", _with_year_before, "year_first"),
    _Rule(r"yP", _with_year_before),
    _Rule(r"[PR][,i]?y(?![u-])", _with_year_after),
    _Rule(r"P[,i]?P", _merged),
    _Rule(r"P[,i]?R|R[,i]?P", _stretch_merged),
    _Rule(r"(?<=[ifvebtDp~?])y|y(?=[FTEBp])", _year),
    _Rule(r"[il]?y(?=[PR])", _year),
    _Rule(r"P[,i]?P", _merged),
    _Rule(r"P[,i]?R|R[,i]?P", _stretch_merged),
    _Rule(r"pP|Pp", _pass),
    _Rule(r"[?~]P|P,?[?~],?", _qualified),
    # stretches
    _Rule(r"l[iD]?[PL]|[PL]l", _relative),
    _Rule(r"bP&P|P&PB|[fv]?PFPT?|[fv]?P[-tx]PT?", _between),
    _Rule(r"P&P", _listed),
    _Rule(r"[fvb]R[TB]?|R[TB]", _pass),
    _Rule(r"[fe][iD]?P[FE]?|P[FE]", _open_end),
    _Rule(r"t[iD]?P|PT", _open_start),
    _Rule(r"[iD]+[PR]", _pass),
    _Rule(r"nu", _length),
)
