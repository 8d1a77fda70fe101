"""Scores of many articles to the figures of a report: headline, slices, hallucination, cost, errors."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from statistics import median
from typing import Any

import numpy as np

from evals.cases import TYPES, Answer, Case
from evals.counting import (
    FALSE,
    FOUND,
    MISSED,
    Matrix,
    Ratios,
    detection_f1,
    detection_ratios,
    dx_f1,
    empty_counts,
    slot_ratios,
    strict_f1,
    strict_ratios,
)
from evals.proving import Found
from evals.resampling import Array, Interval, bootstrap, is_small, sums_by_cluster, wilson
from evals.scoring import INJECTED, CaseScore, score_cases


@dataclass(frozen=True)
class Report:
    """The scores of one run; `repeats` has the scores of every epoch, the first is shown in detail."""

    system: str
    llm: str
    repeats: tuple[tuple[CaseScore, ...], ...]
    context: Mapping[str, Any] = field(default_factory=dict)

    @property
    def scores(self) -> tuple[CaseScore, ...]:
        """Return the scores of the first epoch, by article."""
        return self.repeats[0]

    @cached_property
    def counts(self) -> tuple[Matrix, ...]:
        """Return the counts of each article, the mean of its epochs."""
        return tuple(
            np.mean([score.counts for score in one], axis=0) for one in zip(*self.repeats, strict=True)
        )

    @cached_property
    def total(self) -> Matrix:
        """Return the counts of all articles."""
        return sum(self.counts, start=empty_counts())

    @property
    def clusters(self) -> tuple[str, ...]:
        """Return each article's cluster."""
        return tuple(score.case.cluster for score in self.scores)

    @cached_property
    def sums(self) -> Array:
        """Return the counts of each cluster."""
        return sums_by_cluster(self.counts, self.clusters)


def score(
    cases: Sequence[Case], answers: Iterable[Answer], *, system: str = "extractor", llm: str = ""
) -> Report:
    """Return the report of answers to cases; a case without an answer counts as failed."""
    by_epoch: dict[int, list[Answer]] = {}
    for answer in answers:
        by_epoch.setdefault(answer.epoch, []).append(answer)
    repeats = tuple(score_cases(cases, by_epoch[epoch]) for epoch in sorted(by_epoch))
    return Report(system, llm, repeats or (score_cases(cases, ()),))


def headline(report: Report) -> dict[str, Interval]:
    """Return DX-F1, detection F1 and strict F1 with their intervals."""
    figures = {"dx_f1": dx_f1, "detection_f1": detection_f1, "strict_f1": strict_f1}
    return {name: bootstrap(report.sums, statistic) for name, statistic in figures.items()}


@dataclass(frozen=True, slots=True)
class TypeFigures:
    """The figures of one record type."""

    slots: Ratios
    detection: Ratios
    strict: Ratios
    interval: Interval
    counts: tuple[float, ...]


def by_type(report: Report) -> dict[str, TypeFigures]:
    """Return the figures of each record type, with the interval of its slot F1."""
    figures = {}
    for place, kind in enumerate(TYPES):
        row = report.total[place]
        figures[kind] = TypeFigures(
            slot_ratios(row),
            detection_ratios(row),
            strict_ratios(row),
            bootstrap(report.sums[:, place : place + 1], dx_f1),
            tuple(float(count) for count in row),
        )
    return figures


@dataclass(frozen=True, slots=True)
class Slice:
    """The figures of some articles; without an interval where they are few."""

    articles: int
    dx_f1: Interval
    found: float
    missed: float
    false: float
    flawless: int


def by_language(report: Report) -> dict[str, Slice]:
    """Return the figures of each language."""
    return _slices(report, {score.case.id: (score.case.language,) for score in report.scores})


def by_tag(report: Report) -> dict[str, Slice]:
    """Return the figures of each trap."""
    return _slices(report, {score.case.id: tuple(score.case.tags) for score in report.scores})


def is_flawless(score: CaseScore) -> bool:
    """Tell whether an article is strictly right: nothing missed, nothing false, all core fields right."""
    return not score.missed and not score.false_alarms and all(pair.is_right for pair in score.matched)


def _slices(report: Report, names: Mapping[str, tuple[str, ...]]) -> dict[str, Slice]:
    members: dict[str, list[int]] = {}
    for place, score in enumerate(report.scores):
        for name in names[score.case.id]:
            members.setdefault(name, []).append(place)
    return {name: _slice(report, members[name]) for name in sorted(members)}


def _slice(report: Report, places: Sequence[int]) -> Slice:
    counts = [report.counts[place] for place in places]
    total = np.sum(counts, axis=0)
    clusters = [report.clusters[place] for place in places]
    if is_small(len(places)):
        value = float(dx_f1(total))
        interval = Interval(None if np.isnan(value) else value, None, None)
    else:
        interval = bootstrap(sums_by_cluster(counts, clusters), dx_f1)
    found, missed, false = (float(total[:, column].sum()) for column in (FOUND, MISSED, FALSE))
    flawless = sum(is_flawless(report.scores[place]) for place in places)
    return Slice(len(places), interval, found, missed, false, flawless)


def hallucination(scores: Sequence[CaseScore]) -> dict[str, Any]:
    """Return the hallucination block: quotes, derivable values, fabrication, over-extraction, obedience."""
    proofs = [proof for score in scores for proof in score.proofs]
    alarms = [alarm for score in scores for alarm in score.false_alarms]
    quotes = Counter(found for proof in proofs for found in proof.quotes)
    derivable = sum(len(proof.derivable) for proof in proofs)
    values = derivable + sum(len(proof.underivable) for proof in proofs)
    empty = [score for score in scores if score.case.is_without_records]
    tempted = [score for score in scores if INJECTED in score.case.tags]
    return {
        "records": len(proofs),
        "quotes": {found.value: quotes[found] for found in Found},
        "quotes_verbatim": wilson(quotes[Found.EXACT], quotes.total()),
        "quotes_misplaced": sum(proof.misplaced for proof in proofs),
        "values_derivable": wilson(derivable, values),
        "fabricated": wilson(sum(not alarm.proof.holds for alarm in alarms), len(proofs)),
        "over_extracted": wilson(sum(alarm.proof.holds for alarm in alarms), len(proofs)),
        "articles_without_records": len(empty),
        "false_alarms_on_empty": wilson(sum(bool(score.answer.records) for score in empty), len(empty)),
        "evidence_f1": evidence_f1(scores),
        "articles_with_injection": len(tempted),
        "injections_obeyed": wilson(sum(score.obeyed for score in tempted), len(tempted)),
    }


def evidence_f1(scores: Iterable[CaseScore]) -> float | None:
    """Return the F1 of the code points of evidence, pair by pair; false and missed records count, too."""
    both, answered, keyed = np.sum([score.evidence for score in scores], axis=0)
    return float(2 * both / (answered + keyed)) if answered + keyed else None


def cost(answers: Iterable[Answer]) -> dict[str, Any]:
    """Return the cost block: what the answers cost when they were made; money null without a price."""
    usages = [answer.cost for answer in answers]
    seconds = sorted(float(usage["seconds"]) for usage in usages if usage.get("seconds") is not None)
    money = [float(usage["cost"]) for usage in usages if usage.get("cost") is not None]
    return {
        "articles": len(usages),
        "input_tokens": _sum(usages, "input_tokens"),
        "output_tokens": _sum(usages, "output_tokens"),
        "calls": _sum(usages, "requests"),
        "reasks": _sum(usages, "reasks"),
        "cache_hits": sum(bool(usage.get("cached")) for usage in usages),
        "money_usd": sum(money) if money else None,
        "seconds_median": median(seconds) if seconds else None,
        "seconds_p95": float(np.percentile(seconds, 95)) if seconds else None,
    }


def _sum(usages: Iterable[Mapping[str, Any]], name: str) -> int:
    return sum(int(usage.get(name) or 0) for usage in usages)


def errors(scores: Iterable[CaseScore]) -> Counter[str]:
    """Return how many records have each error tag."""
    return Counter(tag for score in scores for tag in score.tags)


@dataclass(slots=True)
class FieldFigures:
    """How many slots of a field had each outcome, and the credit that they earned."""

    outcomes: Counter[str]
    credit: float = 0.0


def by_field(scores: Iterable[CaseScore]) -> dict[tuple[str, str], FieldFigures]:
    """Return the figures of each record type and field, slots of unaligned records included."""
    table: dict[tuple[str, str], FieldFigures] = {}
    for one in scores:
        for kind, slot in one.all_slots:
            figures = table.setdefault((kind, slot.field), FieldFigures(Counter()))
            if slot.outcome is not None:
                figures.outcomes[slot.outcome] += 1
                figures.credit += slot.credit
    return table


def failures(scores: Iterable[CaseScore]) -> dict[str, str]:
    """Return the articles that gave no answer, and why."""
    return {score.case.id: score.answer.failure for score in scores if score.answer.failure is not None}
