"""Figures as text: ratios in percent, differences in points, intervals as from and to."""

from collections.abc import Mapping


def percent(value: float | None) -> str:
    """Return a ratio as a percentage with one decimal, without its sign; "n/a" for None."""
    return "n/a" if value is None else f"{100 * value:.1f}"


def points(value: float | None) -> str:
    """Return a difference of ratios in percentage points, with its sign."""
    return "n/a" if value is None else f"{100 * value:+.1f}".replace("-", "−")


def bounds(figure: Mapping[str, float | None]) -> str:
    """Return the interval of a figure in percent, "" where it has none."""
    low, high = figure["low"], figure["high"]
    return "" if low is None or high is None else f"{percent(low)} to {percent(high)}"
