"""Points and stretches of time to EDTF, counted from a reference date; knows no words.

The latest date that fits and is not after the reference is meant, or, of something planned, the first that
fits and is not before it.
"""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from extractor.normalizing.dates.points import Point, Stretch, fill
from extractor.normalizing.edtf import Days, edtf_range


class Reason(StrEnum):
    """Why words give no date."""

    NO_REFERENCE = "no reference date"
    NO_DATE = "no words of a date"
    DURATION = "a duration, not a date"
    AMBIGUOUS = "day and month, or year and month, could be swapped"
    SEVERAL = "several dates"
    STRAY_NUMBER = "a number that is no sure part of the date"
    IMPOSSIBLE = "no such day"
    RELATIVE = "relative to another event"
    CALENDAR = "a calendar that is not read"
    NO_START = "no start is stated"
    NO_END = "no end is stated"


class UnsettledError(ValueError):
    """A point cannot be placed in the calendar; `reason` says why. Never leaves this package."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Clock:
    """The day that words were written, or None, and which way bare names point."""

    reference: date | None
    future: bool = False

    @property
    def today(self) -> date:
        """Return the reference date, or raise UnsettledError."""
        if self.reference is None:
            raise UnsettledError(Reason.NO_REFERENCE)
        return self.reference


def settle(when: Point | Stretch, clock: Clock) -> str:
    """Return the EDTF of a point or stretch, or raise UnsettledError with the reason."""
    try:
        text = _settle_stretch(when, clock) if isinstance(when, Stretch) else _settle_point(when, clock)
    except (ValueError, OverflowError) as error:
        raise error if isinstance(error, UnsettledError) else UnsettledError(Reason.IMPOSSIBLE) from error
    if edtf_range(text) is None:
        raise UnsettledError(Reason.IMPOSSIBLE)
    return text


def end_of_length(start: str, count: int, unit: str) -> str | None:
    """Return the last day, month or year of `count` units that begin with `start`, as precise as `start`.

    Five years from 2026-01-01 end on 2030-12-31, from 2026-03 in 2031-02, from 2026 in 2030; None where the
    unit is finer than the start or the start is an interval.
    """
    days = edtf_range(start)
    months = {"year": 12, "half": 6, "quarter": 3, "month": 1, "decade": 120}.get(unit, 0) * count
    precision = len(start)
    if days is None or precision not in {4, 7, 10} or not start.replace("-", "").isdigit():
        return None
    if not months or (precision == 4 and months % 12):
        step = timedelta(days={"week": 7, "day": 1}.get(unit, 0) * count - 1)
        return (days[0] + step).isoformat() if precision == 10 and step.days >= 0 else None
    year, month = _add_months(days[0].year, days[0].month, months if precision == 10 else months - 1)
    if precision == 10:
        day = min(days[0].day, monthrange(year, month)[1])
        return (date(year, month, day) - timedelta(days=1)).isoformat()
    return f"{year:04}-{month:02}"[:precision]


def _settle_point(point: Point, clock: Clock) -> str:
    text = _settle_unmarked(point, clock)
    return "/".join(part + point.mark for part in text.split("/"))


def _settle_unmarked(point: Point, clock: Clock) -> str:
    if point.century is not None or point.decade is not None:
        return f"{point.century - 1:02}XX" if point.century else f"{point.decade:04}"[:3] + "X"
    if point.day_offset is not None:
        return _settle_day_offset(point, clock)
    if point.week_offset is not None or point.weekend:
        return _settle_week(point, clock)
    if point.month_offset is not None:
        return _settle_month_offset(point, clock)
    if point.year is None and point.year_offset is None:
        return _settle_nearest(point, clock)
    year = point.year if point.year is not None else clock.today.year + (point.year_offset or 0)
    return _within_year(point, year)


def _settle_day_offset(point: Point, clock: Clock) -> str:
    day = clock.today + timedelta(days=point.day_offset or 0)
    if point.weekday not in {None, day.weekday()}:
        raise UnsettledError(Reason.SEVERAL)  # "today, Tuesday" of a Wednesday: one of the two is wrong
    return day.isoformat()


def _within_year(point: Point, year: int) -> str:
    if point.months is not None:
        first, last = (_add_months(year, 1, month - 1) for month in point.months)
        return f"{first[0]:04}-{first[1]:02}/{last[0]:04}-{last[1]:02}"
    if point.season is not None:
        return f"{year:04}-{21 + point.season}"
    if point.month is None:
        return f"{year:04}"
    if point.day is None:
        return f"{date(year, point.month, 1):%Y-%m}"
    return date(year, point.month, point.day).isoformat()


def _settle_week(point: Point, clock: Clock) -> str:
    offset = point.week_offset
    if offset is None:
        # A bare "at the weekend": of this week when planned or when it has begun, else of the last.
        offset = 0 if clock.future or clock.today.weekday() >= 5 else -1
    monday = clock.today + timedelta(days=7 * offset - clock.today.weekday())
    if point.weekday is not None:
        return (monday + timedelta(days=point.weekday)).isoformat()
    first = 5 if point.weekend else 0
    return f"{monday + timedelta(days=first)}/{monday + timedelta(days=6)}"


def _settle_month_offset(point: Point, clock: Clock) -> str:
    year, month = _add_months(clock.today.year, clock.today.month, point.month_offset or 0)
    if point.day is not None:
        return date(year, month, point.day).isoformat()
    return f"{date(year, month, 1):%Y-%m}"


def _settle_nearest(point: Point, clock: Clock) -> str:
    """Place a day, weekday, month, quarter or season that is said without its year."""
    if point.grain == "weekday":
        return _nearest_weekday(point, clock)
    if point.grain == "":
        raise UnsettledError(Reason.NO_DATE)
    if point.day is not None and point.month is None:
        return _nearest(point, clock, _days_of_months(point.day, clock.today))
    years = range(clock.today.year - 8, clock.today.year + 9)
    if point.side == 0:
        return _within_year(point, clock.today.year)
    return _nearest(point, clock, [text for year in years if (text := _possible(point, year))])


def _possible(point: Point, year: int) -> str | None:
    try:
        return _within_year(point, year)
    except ValueError:
        return None  # 29 February of a common year


def _days_of_months(day: int, today: date) -> list[str]:
    """Return that day of the months around today, in order."""
    months = (_add_months(today.year, today.month, offset) for offset in range(-3, 4))
    return [f"{year:04}-{month:02}-{day:02}" for year, month in months if day <= monthrange(year, month)[1]]


def _nearest(point: Point, clock: Clock, candidates: list[str]) -> str:
    """Return the last candidate begun by today or the first not over; strictly past or coming if so said."""
    today = clock.today
    spans = [(text, days) for text in candidates if (days := edtf_range(text))]
    if point.weekday is not None and point.side is None:
        matching = _on_weekday(point.weekday, spans, today)
        if len(matching) == 1:
            return matching[0][0]
    if point.side == 1:
        fitting = [text for text, days in spans if days[0] > today][:1]
    elif point.side == -1:
        fitting = [text for text, days in spans if days[1] < today][-1:]
    elif clock.future:
        fitting = [text for text, days in spans if days[1] >= today][:1]
    else:
        fitting = [text for text, days in spans if days[0] <= today][-1:]
    if not fitting:
        raise UnsettledError(Reason.IMPOSSIBLE)
    return fitting[0]


def _on_weekday(weekday: int, spans: list[tuple[str, Days]], today: date) -> list[tuple[str, Days]]:
    """Return the last candidate before and the first after today, if on that weekday: "Friday (21st)"."""
    before = [span for span in spans if span[1][0] <= today][-1:]
    after = [span for span in spans if span[1][1] >= today][:1]
    return [span for span in dict.fromkeys([*before, *after]) if span[1][0].weekday() == weekday]


def _nearest_weekday(point: Point, clock: Clock) -> str:
    today = clock.today
    ahead = ((point.weekday or 0) - today.weekday()) % 7
    if point.side == 0:
        return (today + timedelta(days=(point.weekday or 0) - today.weekday())).isoformat()
    if point.side == 1:
        return (today + timedelta(days=ahead or 7)).isoformat()
    if point.side == -1:
        return (today + timedelta(days=ahead - 7)).isoformat()
    behind = ahead - 7 if ahead else 0
    return (today + timedelta(days=ahead if clock.future else behind)).isoformat()


def _settle_stretch(stretch: Stretch, clock: Clock) -> str:
    first, last = stretch.first, stretch.last
    if first is None or last is None:
        return _settle_open(stretch, clock)
    first, last = fill(first, last), fill(last, first)
    if _needs_year(first) and _needs_year(last):
        return _settle_around(first, last, clock)
    start, end = _ends(_settle_point(first, clock), _settle_point(last, clock))
    if _inverted(start, end) and stretch.first != first:
        # "30 December to 2 January 2025": the year belongs to the end alone.
        start = _settle_point(_shift_year(first, -1), clock)
    elif _inverted(start, end) and stretch.last != last:
        end = _settle_point(_shift_year(last, 1), clock)
    return _join(start, end)


def _settle_open(stretch: Stretch, clock: Clock) -> str:
    if stretch.first is not None:
        return _settle_point(stretch.first, clock).split("/", maxsplit=1)[0] + "/.."
    if stretch.last is None:
        raise UnsettledError(Reason.NO_DATE)
    return "../" + _settle_point(stretch.last, clock).rsplit("/", maxsplit=1)[-1]


def _settle_around(first: Point, last: Point, clock: Clock) -> str:
    """Place a stretch said without year: begun by today, or not over if planned; the other end follows."""
    if clock.future:
        end = _settle_point(last, clock)
        days = edtf_range(end)
        start = _settle_point(first, Clock(days and days[1]))
    else:
        start = _settle_point(first, clock)
        days = edtf_range(start)
        end = _settle_point(last, Clock(days and days[0], future=True))
    return _join(*_ends(start, end))


def _needs_year(point: Point) -> bool:
    offsets = (point.year_offset, point.month_offset, point.week_offset, point.day_offset)
    return not point.absolute and all(offset is None for offset in offsets) and point.side is None


def _shift_year(point: Point, years: int) -> Point:
    if point.year is not None:
        return replace(point, year=point.year + years)
    if point.year_offset is not None:
        return replace(point, year_offset=point.year_offset + years)
    return point


def _ends(start: str, end: str) -> tuple[str, str]:
    return start.split("/", maxsplit=1)[0], end.rsplit("/", maxsplit=1)[-1]


def _inverted(start: str, end: str) -> bool:
    first, last = edtf_range(start), edtf_range(end)
    return first is not None and last is not None and first[0] > last[1]


def _join(start: str, end: str) -> str:
    start, end = _ends(start, end)
    return start if start == end else f"{start}/{end}"


def _add_months(year: int, month: int, months: int) -> tuple[int, int]:
    index = year * 12 + month - 1 + months
    return index // 12, index % 12 + 1
