"""What a run of tokens means: one reader for each rule of `grammar`; knows no language.

A reader returns None where tokens of the right symbols make no sense; then the rule does not apply.
"""

from collections.abc import Sequence
from dataclasses import replace

from extractor.normalizing.dates.lexicon import relative_point
from extractor.normalizing.dates.lexing import Token
from extractor.normalizing.dates.points import Length, Point, Stretch, fill, merge
from extractor.normalizing.dates.settling import Reason

Meaning = Point | Stretch | Length | Reason | None


def _of(tokens: Sequence[Token], symbols: str) -> list[Token]:
    return [token for token in tokens if token.symbol in symbols]


def _unit(tokens: Sequence[Token]) -> str:
    """Return the one unit among the tokens, in the singular."""
    (token,) = _of(tokens, "uA")
    unit: str = token.value
    return unit.removesuffix("s")


def read_year_word(tokens: Sequence[Token]) -> Meaning:
    """Read "2024 году", "año 2024", "années 1990"."""
    (number,), (unit,) = _of(tokens, "y"), _of(tokens, "u")
    if unit.value == "decade":
        return Point(decade=number.value) if number.value % 10 == 0 else None
    # "2000 years" are many, "the years 2020 and 2024" are two.
    many = unit.value == "years" and tokens[0] is unit
    return Point(year=number.value) if unit.value == "year" or many else None


def read_year(tokens: Sequence[Token]) -> Meaning:
    """Read "2024" after "in", or before a case ending."""
    return Point(year=_of(tokens, "y")[0].value)


def read_years(tokens: Sequence[Token]) -> Meaning:
    """Read "2025 to 2029", "2024~2026년"."""
    first, last = (token.value for token in _of(tokens, "y"))
    return Stretch(Point(year=first), Point(year=last)) if first < last else None


def read_years_after_year(tokens: Sequence[Token]) -> Meaning:
    """Read "between the years 2025 and 2029", where a word made only the first number a year."""
    first, last = tokens[0].value, Point(year=tokens[-1].value)
    return Stretch(first, last) if first == Point(year=first.year) and first.year < tokens[-1].value else None


def read_next_year(tokens: Sequence[Token]) -> Meaning:
    """Read "in 2024 and 2025"."""
    stretch = read_years_after_year(tokens)
    near = isinstance(stretch, Stretch) and tokens[-1].value - tokens[0].value.year == 1
    return stretch if near else None


def read_slashed_year(tokens: Sequence[Token]) -> Meaning:
    """Read "tháng 5/2025"."""
    point = tokens[0].value
    named = point.grain in {"month", "months"} and not point.absolute
    return merge(point, Point(year=tokens[-1].value)) if named else None


def read_years_with_word(tokens: Sequence[Token]) -> Meaning:
    """Read "2025-2027 годы"."""
    stretch, unit = tokens
    return stretch.value if _unit([unit]) == "year" else None


def read_century(tokens: Sequence[Token]) -> Meaning:
    """Read "20th century"."""
    (number,), (unit,) = _of(tokens, "no"), _of(tokens, "u")
    return Point(century=number.value) if unit.value == "century" and 10 <= number.value <= 21 else None


def read_day_and_month(tokens: Sequence[Token]) -> Meaning:
    """Read "3 June", "June 3", "6월 3일"."""
    day, month = _of(tokens, "nod")[0].value, _of(tokens, "mc")[0].value
    return Point(month=month, day=day) if 1 <= day <= 31 else None


def read_month_said_twice(tokens: Sequence[Token]) -> Meaning:
    """Read "3 حزيران/يونيو", one month under both its Arabic names."""
    one, other = _of(tokens, "m")
    if one.value != other.value:
        return None
    return read_day_and_month(tokens) if tokens[0].symbol in "no" else Point(month=one.value)


def read_dotted(tokens: Sequence[Token]) -> Meaning:
    """Read "am 11.11.", "11.11. 2025"."""
    point: Point = _of(tokens, "k")[0].value
    years = _of(tokens, "y")
    return replace(point, year=years[0].value) if years else point


def read_dated_weekday(tokens: Sequence[Token]) -> Meaning:
    """Read "sexta-feira (14/11)"."""
    return merge(tokens[0].value, tokens[-1].value)


def _point_of(token: Token) -> Point | None:
    """Return the point of a month, day, season or point token."""
    if token.symbol in "mc":
        return Point(month=token.value)
    if token.symbol in "nod":
        return Point(day=token.value) if 1 <= token.value <= 31 else None
    return token.value if isinstance(token.value, Point) else None


def read_named(tokens: Sequence[Token]) -> Meaning:
    """Read the name of a month, day or season alone."""
    return _point_of(tokens[-1])


def read_numbers_before(tokens: Sequence[Token]) -> Meaning:
    """Read "6-8 November", "1~9月", "11~12日", "3, 4 and 5 June": the first is of the last's kind."""
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
    if tokens[1].symbol in "&," and whole.day and whole.day - first.value > 1:
        return None
    return Stretch(start, end)


def read_numbers_between(tokens: Sequence[Token]) -> Meaning:
    """Read "between 2 and 4 June", where "and" need not join neighbours."""
    return read_numbers_before([tokens[0], tokens[1]._replace(symbol="-"), *tokens[2:]])


def read_numbers_after(tokens: Sequence[Token]) -> Meaning:
    """Read "November 6-8", "11월 11일~13일"."""
    first, last = _point_of(tokens[0]), _point_of(_of(tokens[1:], "nod")[0])
    if first is None or first.day is None or last is None or last.day is None:
        return None
    apart = tokens[1].symbol == "&" and tokens[-1].symbol != "B" and last.day - first.day > 1
    if last.day <= first.day or apart:
        return None
    return Stretch(first, last)


def read_first_months(tokens: Sequence[Token]) -> Meaning:
    """Read "the first nine months"."""
    ordinal, *counts = sorted(_of(tokens, "no"), key=lambda token: token.symbol, reverse=True)
    last = counts[0].value * {"month": 1, "quarter": 3}.get(_unit(tokens), 0)
    return Point(months=(1, last)) if ordinal.value == 1 and 1 < last <= 12 else None


def read_cumulative_months(tokens: Sequence[Token]) -> Meaning:
    """Read "nine months of 2024", in Slavic and Kazakh statistics a running total from January."""
    count = tokens[0].value
    usual = _unit(tokens) == "month" and count in {3, 6, 9, 10, 11}
    return Point(months=(1, count)) if usual else None


def read_part_of_year(tokens: Sequence[Token]) -> Meaning:
    """Read "second quarter", "first half"."""
    (number,) = _of(tokens, "no")
    size = {"quarter": 3, "half": 6}.get(_of(tokens, "u")[0].value, 0)
    if not size or not 1 <= number.value <= 12 // size:
        return None
    return Point(months=(size * (number.value - 1) + 1, size * number.value))


def read_part_of_this_year(tokens: Sequence[Token]) -> Meaning:
    """Read "the first half of the year", but not "первая половина дня"."""
    part = read_part_of_year(tokens[:2])
    this_year = isinstance(part, Point) and tokens[2].value == "year"
    return replace(part, year_offset=0) if isinstance(part, Point) and this_year else None


def read_span_around_now(tokens: Sequence[Token]) -> Meaning:
    """Read "the last five years", "the next three months": from now, or up to now, in whole units."""
    (which,), (count,), unit = _of(tokens, "az"), _of(tokens, "n"), _unit(tokens)
    size = 10 if unit == "decade" else 1
    name = "year" if unit == "decade" else unit
    far, now = relative_point(name, which.value * count.value * size), relative_point(name, 0)
    if which.value == 0 or far is None or name == "weekend":
        return None
    return Stretch(far, now) if which.value < 0 else Stretch(now, far)


def read_ago(tokens: Sequence[Token]) -> Meaning:
    """Read "two years ago"."""
    (count,), unit = _of(tokens, "n"), _unit(tokens)
    return relative_point(unit, -count.value) if unit != "weekend" else None


def read_relative_unit(tokens: Sequence[Token]) -> Meaning:
    """Read "last year", "this month", "next week"."""
    (which,), (unit,) = _of(tokens, "ajgG"), _of(tokens, "u")
    offset = which.value if which.symbol == "a" else -1
    if unit.value == "day" or (unit.value == "weekend" and offset > 0):
        return None  # "the next day" counts from another day; "next weekend" is this one or the one after
    return relative_point(unit.value, offset)


def read_relative_name(tokens: Sequence[Token]) -> Meaning:
    """Read "last Friday", "지난 11일", "mayo pasado"."""
    (which,) = _of(tokens, "aj")
    point = next((_point_of(token) for token in tokens if token.symbol not in "aj"), None)
    plain = point is not None and not point.absolute and point.side is None
    if (
        not plain
        or point is None
        or point.grain in {"", "day_offset", "week_offset", "month_offset", "year_offset"}
    ):
        return None
    return replace(point, side=which.value if which.symbol == "a" else -1)


def read_numbered_weekday(tokens: Sequence[Token]) -> Meaning:
    """Read "Friday the 14th", "viernes 14"."""
    point, day = tokens[0].value, _of(tokens, "no")[-1].value
    return replace(point, day=day) if point.named_day and 1 <= day <= 31 else None


def read_numbered_day(tokens: Sequence[Token]) -> Meaning:
    """Read "Monday (10)", "hoy (10)"."""
    point, day = tokens[0].value, tokens[1].value
    bare = point.named_day or point.day_offset is not None
    return merge(point, Point(day=day)) if bare and 1 <= day <= 31 else None


def read_weekend(tokens: Sequence[Token]) -> Meaning:
    """Read "at the weekend"."""
    return Point(weekend=True) if tokens[-1].value == "weekend" else None


def read_pass(tokens: Sequence[Token]) -> Meaning:
    """Return the one date among words that add nothing."""
    meaning: Meaning = _of(tokens, "PR")[0].value
    return meaning


def read_part_of_now(tokens: Sequence[Token]) -> Meaning:
    """Read "the end of the year", "이달 말"."""
    (unit,) = (token.value for token in _of(tokens, "u"))
    return relative_point(unit, 0) if unit in {"month", "year", "week"} else None


def read_merged(tokens: Sequence[Token]) -> Meaning:
    """Read two points that speak of one date: "Friday, 3 June", "last year in May"."""
    one, other = tokens[0].value, tokens[-1].value
    if any(token.symbol == "," for token in tokens) and one.grain == "year" and other.grain != "day":
        return None
    return merge(one, other)


def read_with_year_after(tokens: Sequence[Token]) -> Meaning:
    """Read "3 June 2025", "Q3 2024"."""
    year, meaning = Point(year=tokens[-1].value), tokens[0].value
    if isinstance(meaning, Stretch):
        return _stretch_then_point(meaning, year)
    return merge(meaning, year) if meaning.grain != "year" else None


def read_with_year_before(tokens: Sequence[Token]) -> Meaning:
    """Read "2025. november 5.", "2024 Q3"."""
    year, meaning = Point(year=tokens[0].value), tokens[-1].value
    if isinstance(meaning, Stretch):
        return _point_then_stretch(year, meaning)
    return merge(year, meaning) if meaning.grain != "year" else None


def read_stretch_merged(tokens: Sequence[Token]) -> Meaning:
    """Read "2024년 1~9월", "6-8 November of last year"."""
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


def read_between(tokens: Sequence[Token]) -> Meaning:
    """Join two points of one kind: "from 30 June to 2 July"; of two kinds they are two dates."""
    first, last = (_point_of(token) for token in _of(tokens, "Pnd"))
    if first is None or last is None:
        return None
    alike = first.grain == last.grain or (first.absolute and last.absolute)
    return Stretch(first, last) if alike else None


def read_listed(tokens: Sequence[Token]) -> Meaning:
    """Join neighbours: "Monday and Tuesday", "in 2024 and 2025"."""
    first, last = tokens[0].value, tokens[-1].value
    near = first.grain == last.grain and first.grain in {"year", "month", "day", "weekday"}
    if not near:
        return None
    step = getattr(last, last.grain) - getattr(first, first.grain)
    same = fill(first, last) == first or first.grain == "year"
    return Stretch(first, last) if step == 1 and (same or not first.absolute) else None


def read_open_end(tokens: Sequence[Token]) -> Meaning:
    """Read "since 2009", "2025년부터"."""
    return Stretch(_of(tokens, "P")[0].value, None)


def read_before(tokens: Sequence[Token]) -> Meaning:
    """Read "2030年前" as by 2030; "before the 3rd" says no date."""
    point = tokens[0].value
    return Stretch(None, point) if point == Point(year=point.year) else Reason.RELATIVE


def read_open_start(tokens: Sequence[Token]) -> Meaning:
    """Read "by 2030", "2030-ig"."""
    return Stretch(None, _of(tokens, "P")[0].value)


def read_qualified(tokens: Sequence[Token]) -> Meaning:
    """Read "perhaps in 2027", "around 2010"."""
    (point,), (mark,) = _of(tokens, "P"), _of(tokens, "?~")
    meaning: Point = replace(point.value, mark=mark.symbol)
    return meaning


def read_length(tokens: Sequence[Token]) -> Meaning:
    """Read "five years"."""
    return Length(tokens[0].value, _unit(tokens))


def read_leftover(_tokens: Sequence[Token]) -> Meaning:
    """Refuse "the second week" of June, which is not all June."""
    return Reason.STRAY_NUMBER


def read_relative(_tokens: Sequence[Token]) -> Meaning:
    """Refuse "three days later": it counts from an event."""
    return Reason.RELATIVE


def read_calendar(_tokens: Sequence[Token]) -> Meaning:
    """Refuse a date of another calendar."""
    return Reason.CALENDAR
