"""Uncertainty of figures: bootstrap over clusters, the paired sign-flip test, Holm, and Wilson's interval.

All work on count vectors, never on records, so that ten thousand resamples take a moment. The seed is fixed.
"""

from collections.abc import Callable, Mapping, Sequence
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 10_000
SEED = 20_260_101
_Z = 1.959963984540054
_SMALL = 30
"""Articles below which a slice prints counts and no interval (SCORING, "Uncertainty")."""

Array = NDArray[np.float64]
Statistic = Callable[[Array], Array]
"""Counts of shape (..., types, columns) to figures of shape (...)."""


class Interval(NamedTuple):
    """An estimate with its 95 percent bounds."""

    value: float | None
    low: float | None
    high: float | None


class Difference(NamedTuple):
    """How much better the second run is, with bounds and the p value of no difference."""

    value: float
    low: float
    high: float
    p: float


def wilson(hits: int, trials: int) -> Interval:
    """Return a rate with Wilson's score interval (Wilson 1927); all None without trials."""
    if trials == 0:
        return Interval(None, None, None)
    rate, z2 = hits / trials, _Z * _Z
    middle = (rate + z2 / (2 * trials)) / (1 + z2 / trials)
    half = _Z / (1 + z2 / trials) * sqrt(rate * (1 - rate) / trials + z2 / (4 * trials * trials))
    low = 0.0 if hits == 0 else max(0.0, middle - half)
    return Interval(rate, low, 1.0 if hits == trials else min(1.0, middle + half))


def sums_by_cluster(counts: Sequence[Array], clusters: Sequence[str]) -> Array:
    """Return the counts of articles summed by cluster, in the order of the clusters' names."""
    names = sorted(set(clusters))
    sums = np.zeros((len(names), *counts[0].shape))
    for one, cluster in zip(counts, clusters, strict=True):
        sums[names.index(cluster)] += one
    return sums


def bootstrap(sums: Array, statistic: Statistic, *, seed: int = SEED, resamples: int = RESAMPLES) -> Interval:
    """Return a figure with its percentile interval over resampled clusters (Efron 1979).

    `sums` has shape (clusters, types, columns); a cluster is drawn as a whole, as its articles are alike.
    """
    value = float(statistic(sums.sum(axis=0)))
    if np.isnan(value):
        return Interval(None, None, None)
    figures = statistic(resampled(sums, seed, resamples))
    low, high = np.nanpercentile(figures, [2.5, 97.5])
    return Interval(value, float(low), float(high))


def resampled(sums: Array, seed: int, resamples: int) -> Array:
    """Return the summed counts of each resample, of shape (resamples, types, columns)."""
    clusters = len(sums)
    draws = np.random.default_rng(seed).multinomial(clusters, np.full(clusters, 1 / clusters), size=resamples)
    return np.tensordot(draws.astype(np.float64), sums, axes=1)


def compare(first: Array, second: Array, statistic: Statistic, *, seed: int = SEED) -> Difference:
    """Return how much better the second run is on the same clusters.

    Bounds are of the bootstrap of the difference; p is two-sided, of a sign-flip test that exchanges the two
    runs' answers cluster by cluster, observed arrangement included (Phipson and Smyth 2010).
    """
    value = float(statistic(second.sum(axis=0)) - statistic(first.sum(axis=0)))
    gaps = statistic(resampled(second, seed, RESAMPLES)) - statistic(resampled(first, seed, RESAMPLES))
    low, high = np.nanpercentile(gaps, [2.5, 97.5])
    flips = np.random.default_rng(seed + 1).integers(0, 2, size=(RESAMPLES, len(first))).astype(np.float64)
    to_first = np.tensordot(flips, first, axes=1) + np.tensordot(1 - flips, second, axes=1)
    flipped = statistic(to_first) - statistic((first + second).sum(axis=0) - to_first)
    extreme = int(np.sum(np.abs(flipped) >= abs(value) - 1e-12))
    return Difference(value, float(low), float(high), (extreme + 1) / (RESAMPLES + 1))


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Return p values adjusted for their number by Holm's step-down method (Holm 1979)."""
    adjusted: dict[str, float] = {}
    least = 0.0
    ordered = sorted(p_values, key=lambda name: (p_values[name], name))
    for rank, name in enumerate(ordered):
        least = max(least, min(1.0, (len(ordered) - rank) * p_values[name]))
        adjusted[name] = least
    return adjusted


def is_small(articles: int) -> bool:
    """Tell whether a slice is too small for intervals."""
    return articles < _SMALL
