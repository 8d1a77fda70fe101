"""Counts of slots and records to precision, recall and F1; all are functions of summed counts alone."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evals.cases import TYPES
from evals.comparing import Outcome, Slot

Matrix = NDArray[np.float64]
"""Rows: record types in the order of TYPES; columns: COLUMNS. Sums of such matrices are counts, too."""

COLUMNS = ("cor", "par", "inc", "mis", "spu", "found", "missed", "false", "right", "not_right", "wrong")
"""Slots; records detected, missed and false; records strictly right, not so in the key, in the answer."""

_SLOTS = {Outcome.COR: 0, Outcome.PAR: 1, Outcome.INC: 2, Outcome.MIS: 3, Outcome.SPU: 4}
FOUND, MISSED, FALSE, RIGHT, NOT_RIGHT, WRONG = range(5, 11)


class Ratios(NamedTuple):
    """Precision, recall and their harmonic mean; None where there was nothing to be right about."""

    precision: float | None
    recall: float | None
    f1: float | None


def empty_counts() -> Matrix:
    """Return counts of nothing."""
    return np.zeros((len(TYPES), len(COLUMNS)))


def add_slots(counts: Matrix, kind: str, slots: Iterable[Slot]) -> None:
    """Count slots under a record type, in place.

    A set's partial credit f is spread so that COR + 0.5 PAR is f and the slot counts once: COR 2f - 1 and PAR
    2 - 2f from one half on, PAR 2f and INC 1 - 2f below.
    """
    row = counts[TYPES.index(kind)]
    for slot in slots:
        if slot.outcome is Outcome.PAR:
            row[0] += max(0.0, 2 * slot.credit - 1)
            row[1] += min(2 - 2 * slot.credit, 2 * slot.credit)
            row[2] += max(0.0, 1 - 2 * slot.credit)
        elif slot.outcome is not None:
            row[_SLOTS[slot.outcome]] += 1


def add_record(counts: Matrix, kind: str, column: int) -> None:
    """Count one record under a record type, in place."""
    counts[TYPES.index(kind), column] += 1


def slot_ratios(row: NDArray[np.float64]) -> Ratios:
    """Return P = (COR + .5 PAR) / (COR + PAR + INC + SPU), R likewise with MIS, of one row of counts."""
    cor, par, inc, mis, spu = row[:5]
    credit = cor + 0.5 * par
    return _ratios(credit, cor + par + inc + spu, cor + par + inc + mis)


def detection_ratios(row: NDArray[np.float64]) -> Ratios:
    """Return how well records were found, whatever is in them."""
    return _ratios(row[FOUND], row[FOUND] + row[FALSE], row[FOUND] + row[MISSED])


def strict_ratios(row: NDArray[np.float64]) -> Ratios:
    """Return how well records were found with all core fields right."""
    return _ratios(row[RIGHT], row[RIGHT] + row[WRONG], row[RIGHT] + row[NOT_RIGHT])


def _ratios(credit: float, answered: float, keyed: float) -> Ratios:
    precision = float(credit / answered) if answered else None
    recall = float(credit / keyed) if keyed else None
    f1 = float(2 * credit / (answered + keyed)) if answered + keyed else None
    return Ratios(precision, recall, f1)


def dx_f1(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return DX-F1 of counts of shape (..., types, columns): the mean of the slot F1 of the types that occur.

    NaN where no type occurs.
    """
    cor, par, inc, mis, spu = (counts[..., column] for column in range(5))
    total = 2 * (cor + par + inc) + mis + spu
    return _mean_over_types(2 * (cor + 0.5 * par), total)


def detection_f1(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean over types of the F1 of detection, for counts of shape (..., types, columns)."""
    found = 2 * counts[..., FOUND]
    return _mean_over_types(found, found + counts[..., MISSED] + counts[..., FALSE])


def strict_f1(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean over types of the F1 of strictly right records, for counts like those of dx_f1."""
    right = 2 * counts[..., RIGHT]
    return _mean_over_types(right, right + counts[..., NOT_RIGHT] + counts[..., WRONG])


def _mean_over_types(credit: NDArray[np.float64], total: NDArray[np.float64]) -> NDArray[np.float64]:
    occurs = total > 0
    f1 = np.where(occurs, credit / np.where(occurs, total, 1), 0.0)
    types = occurs.sum(axis=-1)
    return np.where(types > 0, f1.sum(axis=-1) / np.maximum(types, 1), np.nan)
