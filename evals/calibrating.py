"""Recorded answers with their probabilities to the formulas of confidence, fitted and checked on dev alone.

What is measured is cross-validated: each record is judged by formulas that saw no record of its cluster.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from evals.cases import TYPES, Answer, Case, records_of
from evals.logistic import Array, Fit, Group, Sign, auc, brier, ece, fit, groups
from evals.running import article_of
from evals.scoring import score_case
from extractor.confidence import Calibration, Signs
from extractor.errors import ConfigError
from extractor.llm.caching import Cached
from extractor.llm.recorded import RecordedAnswers
from extractor.pipeline import Extractor
from extractor.prompting import Asking
from extractor.records import Extraction

FOLDS = 10
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
SIGNS = (
    Sign("opening", 1),
    Sign("sentences", 1),
    Sign("words", 1),
    Sign("inexact", -1),
    Sign("warned", -1),
    Sign("untitled", -1),
    Sign("stateless", -1),
    Sign("one_sided", -1),
)
"""What a formula may use. Types share their weights, and differ in the intercept: few records are wrong.

Left out are `labels` and `codes`: who hesitates there doubts what a record says, not that there is one.
"""
POOL = {**{kind: kind for kind in TYPES}, "agreements": "instruments", "mous": "instruments"}
"""Agreements and MOUs share the intercept, too."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record of an answer: its signs, whether the key has it (`found`), in full (`strict`)."""

    article: str
    cluster: str
    kind: str
    signs: Signs
    found: bool
    strict: bool


class _Noting:
    """A formula that keeps the signs it is given, and returns under which number: confidence carries it."""

    def __init__(self) -> None:
        self.kept: list[Signs] = []

    def probability(self, signs: Signs) -> float:
        self.kept.append(signs)
        return float(len(self.kept) - 1)


class _Signed(Extractor):
    """An Extractor of which each record has, in the place of its confidence, the number of its signs."""

    def __init__(self, answers: RecordedAnswers, asking: Asking) -> None:
        super().__init__(Cached(None, answers), asking)
        self._noting = _Noting()

    @property
    def calibration(self) -> Calibration:
        return Calibration("none yet", dict.fromkeys(TYPES, self._noting))

    def signs_of(self, found: Extraction) -> Mapping[str, Signs]:
        """Return the signs of each record that has any."""
        known = {one.id: one.confidence for one in found.records if one.confidence is not None}
        return {name: self._noting.kept[int(number)] for name, number in known.items()}


def answered(cases: Iterable[Case], path: Path, asking: Asking) -> tuple[Case, ...]:
    """Return the cases about which every request has an answer in a file."""
    known, asks = set(RecordedAnswers(path)), Extractor(Cached(None, RecordedAnswers(path)), asking)
    return tuple(
        case
        for case in cases
        if known.issuperset(one.fingerprint for one in asks.prepare(article_of(case)).requests)
    )


def rows_of(cases: Iterable[Case], path: Path, asking: Asking) -> Iterator[Row]:
    """Yield the records of all answers, and whether they are right; an article without an answer is an error.

    What counts neither as found nor as false (optional records) is left out. Raises CacheMissError.
    """
    extractor = _Signed(RecordedAnswers(path), asking)
    for case in cases:
        found = extractor.extract(article_of(case))
        signs = extractor.signs_of(found)
        score = score_case(case, Answer(case.id, records_of(found.model_dump(mode="json"))))
        judged = {pair.answer.id: (pair.answer.type, True, pair.is_right) for pair in score.matched}
        judged |= {alarm.answer.id: (alarm.answer.type, False, False) for alarm in score.false_alarms}
        for name, (kind, is_found, strict) in judged.items():
            if name in signs:
                yield Row(case.id, case.cluster, kind, signs[name], is_found, strict)


@dataclass(frozen=True, slots=True)
class Measured:
    """How the probabilities of one type hold, cross-validated; `base` is Brier's score of the mere share."""

    kind: str
    count: int
    share: float
    strict_share: float
    brier: float
    base: float
    ece: float
    auc: float | None
    strict_brier: float
    strict_ece: float
    strict_auc: float | None
    groups: tuple[Group, ...]
    bars: tuple[Mapping[str, float | None], ...]


def fits_of(rows: Sequence[Row]) -> Mapping[str, Fit]:
    """Return the formula of each pool of types."""
    pools = tuple(dict.fromkeys(POOL.values()))
    signs = [{**row.signs, POOL[row.kind]: 1.0} for row in rows]
    found = fit(signs, _outcome(rows), (*SIGNS, *(Sign(pool, 0) for pool in pools)))
    shared = {name: weight for name, weight in found.weights.items() if name not in pools}
    return {pool: Fit(found.intercept + found.weights.get(pool, 0.0), shared) for pool in pools}


def _outcome(rows: Sequence[Row], *, strict: bool = False) -> Array:
    return np.array([row.strict if strict else row.found for row in rows], dtype=np.float64)


def cross_validated(rows: Sequence[Row]) -> Array:
    """Return the probability of each row by the formula of the folds that its cluster is not in."""
    said = np.zeros(len(rows))
    places = [_fold(row.cluster) for row in rows]
    for fold in range(FOLDS):
        fits = fits_of([row for row, place in zip(rows, places, strict=True) if place != fold])
        for number, row in enumerate(rows):
            if places[number] == fold:
                said[number] = fits[POOL[row.kind]].probabilities([row.signs])[0]
    return said


def _fold(cluster: str) -> int:
    return int(hashlib.sha256(cluster.encode()).hexdigest(), 16) % FOLDS


def measured(rows: Sequence[Row], said: Array) -> tuple[Measured, ...]:
    """Return how the probabilities hold, for each type that occurs, and for all together."""
    kinds = [kind for kind in TYPES if any(row.kind == kind for row in rows)]
    chosen = {kind: [n for n, row in enumerate(rows) if row.kind == kind] for kind in kinds}
    chosen["all"] = list(range(len(rows)))
    return tuple(_measured(kind, [rows[n] for n in places], said[places]) for kind, places in chosen.items())


def _measured(kind: str, rows: Sequence[Row], said: Array) -> Measured:
    right, strict = _outcome(rows), _outcome(rows, strict=True)
    return Measured(
        kind=kind,
        count=len(rows),
        share=float(right.mean()),
        strict_share=float(strict.mean()),
        brier=brier(said, right),
        base=brier(np.full(len(rows), right.mean()), right),
        ece=ece(said, right),
        auc=auc(said, right),
        strict_brier=brier(said, strict),
        strict_ece=ece(said, strict),
        strict_auc=auc(said, strict),
        groups=groups(said, right, strict),
        bars=tuple(_bar(one, said, right) for one in THRESHOLDS),
    )


def _bar(threshold: float, said: Array, right: Array) -> Mapping[str, float | None]:
    kept = said >= threshold
    return {
        "threshold": threshold,
        "kept": float(kept.mean()),
        "precision": float(right[kept].mean()) if kept.any() else None,
        "recall": float(right[kept].sum() / right.sum()) if right.sum() else None,
    }


def calibration_text(fits: Mapping[str, Fit], rows: Sequence[Row], llm: str) -> str:
    """Return the file of the formulas, with what they were fitted to."""
    first = next(iter(fits.values()))
    formulas = {
        "intercepts": {kind: round(fits[POOL[kind]].intercept, 3) for kind in TYPES},
        "weights": {name: round(weight, 3) for name, weight in first.weights.items()},
    }
    fitted_to = {
        "articles": len({row.article for row in rows}),
        "records": {kind: sum(row.kind == kind for row in rows) for kind in TYPES},
        "not_in_the_key": {kind: sum(row.kind == kind and not row.found for row in rows) for kind in TYPES},
    }
    digest = hashlib.sha256(json.dumps(formulas, sort_keys=True).encode()).hexdigest()[:8]
    body = {"llm": llm, "version": digest, "fitted_to": fitted_to, **formulas}
    return CARD + str(yaml.safe_dump(body, sort_keys=False))


CARD = """\
# How the confidence of a record is computed: 1 / (1 + exp(-(intercept of its type + sum of weight x sign))).
#
# Written by `extractor eval calibrate` from recorded answers about the articles of the dev split; see
# evals/recorded/README.md. The outcome is whether the key has the record at all (detection).
# Signs of the LLM are natural logs of probabilities, 0 where it was certain: `opening` to write one more
# record, `sentences` which of them show it, `words` its name, title or amount.
# What code knows: `inexact` words found only nearly, `warned` how many warnings the record has (3 at most),
# `untitled`, `stateless`, `one_sided` what it lacks. A sign that is not named does not count.
# It was fitted to one LLM's answers; another's confidence by these formulas ranks records, no more. The rules
# that turn answers into records were made on the same articles: of others, fewer records may be right.
"""


def calibrate(cases: Sequence[Case], path: Path, asking: Asking) -> tuple[dict[str, Any], str]:
    """Return what is measured, and the text of the calibration, from recorded answers about some cases.

    Articles without an answer are left out. Raises ConfigError where no answer has probabilities.
    """
    cases = answered(cases, path, asking)
    rows = list(rows_of(cases, path, asking))
    if not rows:
        raise ConfigError(f"{path}: no answer has probabilities", hint="record them with the embedded LLM")
    fits, found = fits_of(rows), measured(rows, cross_validated(rows))
    llm = asking.identity.name
    document = {
        "llm": llm,
        "articles": len(cases),
        "folds": FOLDS,
        "types": [_written(one) for one in found],
        "formulas": {
            pool: {"intercept": one.intercept, "weights": dict(one.weights)} for pool, one in fits.items()
        },
    }
    return document, calibration_text(fits, rows, llm)


def _written(one: Measured) -> dict[str, Any]:
    found = {name: getattr(one, name) for name in Measured.__slots__}
    groups = [
        {"said": g.said, "right": g.right._asdict(), "strict": g.strict, "count": g.count} for g in one.groups
    ]
    return {**found, "groups": groups, "bars": list(one.bars)}
