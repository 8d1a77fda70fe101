"""What the words of a date say, before it is known when they were written: points and stretches of time.

Holds no words of any language and no reference date; `settling` turns these into days.
"""

from dataclasses import dataclass, fields, replace

# From coarse to fine; a point may carry at most one field of a group.
_GROUPS = (
    ("year", "year_offset", "decade", "century"),
    ("month", "month_offset", "months", "season"),
    ("week_offset",),
    ("day", "day_offset"),
    ("weekday",),
)


@dataclass(frozen=True, slots=True)
class Point:
    """A date as far as words give it; an offset counts units from the reference date.

    `months` is a first and a last month of a year (a quarter, a half); `season` 0 is spring; `weekday` 0 is
    Monday; `weekend` asks for Saturday and Sunday of the week; `side` is the words "last" -1, "this" 0 or
    "next" 1 said of a name; `mark` is the EDTF qualifier.
    """

    year: int | None = None
    year_offset: int | None = None
    decade: int | None = None
    century: int | None = None
    month: int | None = None
    month_offset: int | None = None
    months: tuple[int, int] | None = None
    season: int | None = None
    week_offset: int | None = None
    weekend: bool = False
    day: int | None = None
    day_offset: int | None = None
    weekday: int | None = None
    side: int | None = None
    mark: str = ""

    @property
    def absolute(self) -> bool:
        """Tell whether the words state a year, decade or century."""
        return self.year is not None or self.decade is not None or self.century is not None

    @property
    def named_day(self) -> bool:
        """Tell whether only a weekday is said."""
        return self == Point(weekday=self.weekday)

    @property
    def grain(self) -> str:
        """Return the finest field that is said: year, month, months, week_offset, day, weekday ..."""
        said = [name for group in _GROUPS for name in group if getattr(self, name) is not None]
        if self.day is not None:
            return "day"
        return said[-1] if said else ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one point to another; a missing one is an open end."""

    first: Point | None
    last: Point | None

    @property
    def absolute(self) -> bool:
        """Tell whether an end states a year."""
        return any(end.absolute for end in (self.first, self.last) if end)


@dataclass(frozen=True, slots=True)
class Length:
    """A number of units of time; no date by itself."""

    count: int
    unit: str


def merge(one: Point, other: Point) -> Point | None:
    """Return what two neighbouring points say together, or None where they speak of different dates."""
    one, other = _drop_named_today(one, other), _drop_named_today(other, one)
    merged = one
    for field in fields(Point):
        mine, theirs = getattr(one, field.name), getattr(other, field.name)
        if not _said(theirs):
            continue
        if _said(mine) and mine != theirs:
            return None
        merged = replace(merged, **{field.name: theirs})
    return merged if _makes_sense(merged) else None


def fill(partial: Point, whole: Point) -> Point:
    """Return `partial` with the coarser fields of `whole` that it lacks: 6 of "6-8 November 2025"."""
    filled = partial
    for group in _GROUPS[: _level(partial)]:
        if any(getattr(filled, name) is not None for name in group):
            break
        for name in group:
            filled = replace(filled, **{name: getattr(whole, name)})
    if filled.side is None and filled.weekday is None:
        filled = replace(filled, side=whole.side if whole.weekday is None else None)
    return filled if _makes_sense(filled) else partial


def _level(point: Point) -> int:
    """Return the index of the coarsest group said, before which `fill` may add."""
    if point.weekday is not None and point.day is None:
        return 3
    for index, group in enumerate(_GROUPS):
        if any(getattr(point, name) is not None for name in group):
            return index
    return 0


def _drop_named_today(one: Point, other: Point) -> Point:
    """Return "today" without its offset where the other point gives the day itself: "today (11 June)"."""
    return replace(one, day_offset=None) if other.day is not None and one.day_offset is not None else one


def _said(value: object) -> bool:
    return value is not None and value is not False and value != ""


def _makes_sense(point: Point) -> bool:
    groups = [[name for name in group if getattr(point, name) is not None] for group in _GROUPS]
    if any(len(names) > 1 for names in groups):
        return False
    year, month, week, day, weekday = (names[0] if names else None for names in groups)
    nonsense = (
        week and (year or month or day),
        day == "day_offset" and (year or month),
        month == "month_offset" and year,
        day == "day" and (month in {"months", "season"} or (year and not month)),
        year in {"decade", "century"} and (month or weekday),
        weekday and (year or month) and day is None,
    )
    return not any(nonsense)
