"""Signs and what came of them to a logistic formula, and how well its probabilities hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]  # scipy has no types

from evals.resampling import Interval, wilson

Array = NDArray[np.float64]
_BOUNDS = {1: (0.0, None), -1: (None, 0.0), 0: (None, None)}
PENALTY = 8.0
"""Weight of the sum of squared weights, of signs scaled to a deviation of 1: few records, small weights."""
BINS = 10
GROUPS = 5


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign that a formula may use: more of it must not lower (+1) or raise (-1) the probability (or 0)."""

    name: str
    direction: int


@dataclass(frozen=True, slots=True)
class Fit:
    """An intercept, and a weight for each sign that counts."""

    intercept: float
    weights: Mapping[str, float]

    def odds(self, rows: Sequence[Mapping[str, float]]) -> Array:
        """Return the log odds of each row."""
        values = [self.intercept + sum(w * row.get(n, 0.0) for n, w in self.weights.items()) for row in rows]
        return np.array(values, dtype=np.float64)

    def probabilities(self, rows: Sequence[Mapping[str, float]]) -> Array:
        """Return the probability of each row."""
        return np.asarray(1.0 / (1.0 + np.exp(-self.odds(rows))), dtype=np.float64)


def fit(rows: Sequence[Mapping[str, float]], right: Array, signs: Sequence[Sign]) -> Fit:
    """Return the penalised maximum-likelihood fit whose weights have the direction that each sign means.

    One pseudo-record of each outcome is added at the mean, so that no probability is ever 0 or 1.
    """
    if not len(rows):
        return Fit(0.0, {})
    table = np.array([[row.get(sign.name, 0.0) for sign in signs] for row in rows], dtype=np.float64)
    table = table.reshape(len(rows), len(signs))
    middle, spread = table.mean(axis=0), table.std(axis=0)
    spread[spread == 0] = 1.0
    scaled = np.vstack([(table - middle) / spread, np.zeros((2, len(signs)))])
    goal = np.concatenate([right, [0.0, 1.0]])

    def loss(beta: Array) -> tuple[float, Array]:
        odds = beta[0] + scaled @ beta[1:]
        value = float(np.sum(np.logaddexp(0.0, odds) - goal * odds) + 0.5 * PENALTY * np.sum(beta[1:] ** 2))
        wrong = 1.0 / (1.0 + np.exp(-odds)) - goal
        return value, np.concatenate([[wrong.sum()], scaled.T @ wrong + PENALTY * beta[1:]])

    bounds = [(None, None), *(_BOUNDS[sign.direction] for sign in signs)]
    beta = minimize(loss, np.zeros(1 + len(signs)), jac=True, bounds=bounds, method="L-BFGS-B").x
    weights = beta[1:] / spread
    found = {sign.name: float(w) for sign, w in zip(signs, weights, strict=True) if abs(w) > 1e-6}
    return Fit(float(beta[0] - weights @ middle), found)


def brier(said: Array, right: Array) -> float:
    """Return the mean squared distance of probabilities and outcomes (Brier 1950)."""
    return float(np.mean((said - right) ** 2))


def ece(said: Array, right: Array) -> float:
    """Return the expected calibration error over bins of equal width (Naeini et al. 2015)."""
    place = np.minimum((said * BINS).astype(int), BINS - 1)
    gaps = [abs(said[place == one].sum() - right[place == one].sum()) for one in range(BINS)]
    return float(sum(gaps) / len(said))


def auc(said: Array, right: Array) -> float | None:
    """Return how often a right record has more than a wrong one; None where all are alike."""
    good, bad = said[right == 1], said[right == 0]
    if not len(good) or not len(bad):
        return None
    more = (good[:, None] > bad[None, :]) + 0.5 * (good[:, None] == bad[None, :])
    return float(more.mean())


@dataclass(frozen=True, slots=True)
class Group:
    """Records of like confidence: the mean said, the share found (with Wilson), and that right in full."""

    said: float
    right: Interval
    strict: float
    count: int


def groups(said: Array, right: Array, strict: Array) -> tuple[Group, ...]:
    """Return groups of equal size, from the least sure to the most."""
    order = np.argsort(said, kind="stable")
    parts = np.array_split(order, min(GROUPS, max(1, len(order) // 6)))
    return tuple(
        Group(
            float(said[part].mean()),
            wilson(int(right[part].sum()), len(part)),
            float(strict[part].mean()),
            len(part),
        )
        for part in parts
        if len(part)
    )
