"""Figures to places on an axis, in percent of its width or height: what the page draws as SVG.

Everything is drawn in percentages, without a view box, so that a plot fits any width and its dots stay round.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor, log10
from typing import Any

Figure = Mapping[str, float | None]

_LONGEST = 24
"""Characters of a label beside a dot; all of it is in its title."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A linear axis from `low` to `high` with the values at which it is labelled."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def place(self, value: float | None) -> str | None:
        """Return where a value stands, as "12.34%"; what lies outside stands at the end."""
        if value is None:
            return None
        share = (value - self.low) / (self.high - self.low)
        return f"{100 * min(1.0, max(0.0, share)):.2f}%"

    def rise(self, value: float | None) -> str | None:
        """Return where a value stands on an axis that runs upwards."""
        return None if value is None else self.place(self.low + self.high - value)


@dataclass(frozen=True, slots=True)
class Strip:
    """One figure on an axis: its dot, the ends of its interval, and a mark such as a ceiling."""

    dot: str | None
    low: str | None
    high: str | None
    mark: str | None
    ticks: tuple[str | None, ...]
    words: str


def ratio_axis(values: Iterable[float | None]) -> Axis:
    """Return an axis of ratios that ends at 1 and begins at a round value below all of them."""
    least = min((value for value in values if value is not None), default=0.0)
    start = max(0, floor(10 * least - 0.2))
    start = 0 if start < 4 else start - start % 2
    steps = range(start, 11, 1 if start >= 8 else 2)
    return Axis(start / 10, 1.0, tuple(one / 10 for one in steps))


def gap_axis(values: Iterable[float | None]) -> Axis:
    """Return an axis of differences with 0 in its middle."""
    most = max((abs(value) for value in values if value is not None), default=0.0)
    end = max(1, ceil(most * 100 / 5 - 1e-9)) * 5 / 100
    return Axis(-end, end, (-end, 0.0, end))


def span_axis(values: Sequence[float]) -> Axis:
    """Return an axis between round numbers that holds all values, with some room at both ends."""
    least, most = min(values, default=0.0), max(values, default=1.0)
    room = 0.15 * (most - least) or 0.5 * most or 0.5
    rough = (most - least + 2 * room) / 4
    size = 10.0 ** floor(log10(rough))
    step = next(one * size for one in (1, 2, 5, 10) if rough <= one * size)
    first, last = floor(max(0.0, least - room) / step), ceil((most + room) / step)
    return Axis(first * step, last * step, tuple(step * one for one in range(first, last + 1)))


def strip(axis: Axis, figure: Figure, words: str, mark: float | None = None) -> Strip:
    """Return a figure `{value, low, high}` on an axis, with words for those who do not see it."""
    low, high = figure.get("low"), figure.get("high")
    ends = (None, None) if low is None or high is None else (axis.place(low), axis.place(high))
    ticks = tuple(axis.place(one) for one in axis.ticks)
    return Strip(axis.place(figure["value"]), *ends, axis.place(mark), ticks, words)


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a scatter plot; `large` for a run, small for a part of one."""

    x: str
    y: str
    low: str | None
    high: str | None
    label: str
    words: str
    large: bool
    leftward: bool


@dataclass(frozen=True, slots=True)
class Scatter:
    """Points with the labels of both axes: where each stands, and its value."""

    points: tuple[Point, ...]
    across: tuple[tuple[str | None, float], ...]
    upwards: tuple[tuple[str | None, float], ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """What a point shows, before it has a place."""

    cost: float
    figure: Mapping[str, Any]
    label: str
    words: str
    large: bool


def scatter(spots: Sequence[Spot]) -> Scatter:
    """Return the quality of spots against their cost; where labels would meet, the later one is left out."""
    known = [spot for spot in spots if spot.figure["value"] is not None]
    x = span_axis([spot.cost for spot in known])
    y = ratio_axis(one for spot in known for one in (spot.figure["value"], spot.figure["low"]))
    points: list[Point] = []
    for spot in known:
        point = _point(spot, x, y)
        points.append(replace(point, label="") if any(_meet(point, one) for one in points) else point)
    return Scatter(
        tuple(points),
        tuple((x.place(one), one) for one in x.ticks),
        tuple((y.rise(one), one) for one in y.ticks),
    )


def _point(spot: Spot, x: Axis, y: Axis) -> Point:
    return Point(
        x.place(spot.cost) or "",
        y.rise(spot.figure["value"]) or "",
        y.rise(spot.figure["low"]),
        y.rise(spot.figure["high"]),
        spot.label if len(spot.label) <= _LONGEST else f"{spot.label[: _LONGEST - 1]}…",
        f"{spot.label}: {spot.words}",
        spot.large,
        leftward=spot.cost > x.low + 0.6 * (x.high - x.low),
    )


def _meet(one: Point, other: Point) -> bool:
    """Tell whether the labels of two points would overlap, on a plot of usual width."""
    wide = 0.5 + 1.6 * max(len(one.label), len(other.label))
    across, upwards = (abs(float(a[:-1]) - float(b[:-1])) for a, b in ((one.x, other.x), (one.y, other.y)))
    return bool(other.label) and across < wide and upwards < 6
