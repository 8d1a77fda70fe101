"""Signs to a probability: one logistic formula for each type of record, its coefficients in a data file.

The file, `calibration.yaml`, is written by `evals.calibrating` and says what it was fitted to.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Protocol

import yaml

from extractor.confidence.signs import Signs

FILE = "calibration.yaml"
DECIMALS = 3


class Formula(Protocol):
    """Anything that weighs signs."""

    def probability(self, signs: Signs) -> float:
        """Return a probability."""
        ...


@dataclass(frozen=True, slots=True)
class Logistic:
    """A logistic formula; a sign that it does not name does not count."""

    intercept: float
    weights: Mapping[str, float]

    def probability(self, signs: Signs) -> float:
        """Return the probability that it gives, rounded: more digits would say more than is known."""
        odds = self.intercept + sum(weight * signs.get(name, 0.0) for name, weight in self.weights.items())
        return round(logistic(odds), DECIMALS)


@dataclass(frozen=True, slots=True)
class Calibration:
    """A formula for each type of record; `name` tells to which LLM's answers they were fitted."""

    name: str
    formulas: Mapping[str, Formula]


def logistic(odds: float) -> float:
    """Return 1 / (1 + exp(-odds)), whatever the size of `odds`."""
    if odds >= 0:
        return 1.0 / (1.0 + math.exp(-odds))
    return math.exp(odds) / (1.0 + math.exp(odds))


@cache
def load_calibration() -> Calibration | None:
    """Return the calibration that comes with the package, None where there is none."""
    file = files("extractor.confidence").joinpath(FILE)
    if not file.is_file():
        return None
    table = yaml.safe_load(file.read_text(encoding="utf-8"))
    weights = MappingProxyType({name: float(weight) for name, weight in table["weights"].items()})
    formulas = {kind: Logistic(float(first), weights) for kind, first in table["intercepts"].items()}
    return Calibration(f"{table['llm']}, {table['version']}", MappingProxyType(formulas))
