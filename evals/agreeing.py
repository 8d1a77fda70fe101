"""How far two labellings of the same articles agree, by the scorer itself: the ceiling of every result."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from evals.cases import TYPES, Answer, Case, Field
from evals.counting import Matrix, Ratios, detection_ratios, dx_f1, empty_counts, slot_ratios, strict_ratios
from evals.gold import GOLD, load_gold
from evals.scoring import CaseScore, score_case

LABELLERS = ("a", "b")
"""The two who worked apart."""


class TypeAgreement(NamedTuple):
    """F1 of slots, of records, and of records with all core fields equal; None where neither has any."""

    slots: float | None
    detection: float | None
    strict: float | None


class Agreement(NamedTuple):
    """The agreement of two labellings of so many articles.

    `dx_f1` is measured as results are, with the alternatives and optional records of the labeller who is
    taken for the key; `plain` without any, value against value.
    """

    articles: int
    dx_f1: float | None
    plain: float | None
    types: dict[str, TypeAgreement]


def doubly_labelled(
    folder: Path = GOLD, *, split: str | None = None, pair: tuple[str, str] = LABELLERS
) -> tuple[tuple[Case, Case], ...]:
    """Return the articles that both of a pair of labellers have done, each as two cases."""
    gold = load_gold(folder)
    both = []
    for article in sorted(gold.articles):
        first, second = (gold.case(article, annotator) for annotator in pair)
        if first is not None and second is not None and split in {None, "all", first.split}:
            both.append((first, second))
    return tuple(both)


def differences(pairs: Iterable[tuple[Case, Case]]) -> tuple[CaseScore, ...]:
    """Return the second labelling scored against the first, article by article."""
    return tuple(score_case(first, as_answer(second)) for first, second in pairs)


def agreement(pairs: Sequence[tuple[Case, Case]]) -> Agreement:
    """Return the agreement, each labelling scored against the other; the two directions are averaged.

    They differ only where one labeller allowed alternatives that the other chose.
    """
    directions = _directions(pairs)
    plainly = _directions([(_plain(first), _plain(second)) for first, second in pairs])
    types = {
        kind: TypeAgreement(
            *(
                _mean(ratios(counts[place]) for counts in directions)
                for ratios in (slot_ratios, detection_ratios, strict_ratios)
            )
        )
        for place, kind in enumerate(TYPES)
    }
    return Agreement(len(pairs), _mean_dx(directions), _mean_dx(plainly), types)


def _directions(pairs: Sequence[tuple[Case, Case]]) -> list[Matrix]:
    """Return the counts of the second scored against the first, and of the first against the second."""
    return [
        sum((score.counts for score in differences(one)), start=empty_counts())
        for one in (pairs, [(second, first) for first, second in pairs])
    ]


def _mean_dx(directions: Sequence[Matrix]) -> float | None:
    value = float(np.mean([dx_f1(counts) for counts in directions]))
    return None if np.isnan(value) else value


def _plain(case: Case) -> Case:
    """Return a key without alternatives and optional records."""
    records = tuple(
        replace(one, optional=False, fields={name: Field(field.value) for name, field in one.fields.items()})
        for one in case.records
    )
    return replace(case, records=records)


def as_answer(case: Case) -> Answer:
    """Return a key as if somebody had answered it."""
    return Answer(case.id, case.records)


def _mean(ratios: Iterable[Ratios]) -> float | None:
    values = [one.f1 for one in ratios if one.f1 is not None]
    return sum(values) / len(values) if values else None
