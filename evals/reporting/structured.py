"""A report to its document, which is report.json: all that gates, pages and comparisons need, with texts.

Names are stable under one VERSION (see `gating`); additions do not change it. Ratios are shares of 1,
intervals `{value, low, high}` at 95 percent.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from evals.agreeing import Agreement
from evals.cases import TYPES, Record
from evals.comparing import Slot
from evals.counting import COLUMNS, Matrix, Ratios, dx_f1
from evals.gating import SCHEMA, VERSION
from evals.proving import Proof
from evals.resampling import Interval
from evals.scoring import CaseScore, FalseAlarm, Matched
from evals.summarising import (
    Report,
    Slice,
    by_field,
    by_language,
    by_tag,
    by_type,
    cost,
    errors,
    failures,
    hallucination,
    headline,
    is_flawless,
)
from evals.tagging import TAGS
from extractor import __version__

_COSTS = ("input_tokens", "output_tokens", "seconds")


def document_of(report: Report, gold: Mapping[str, Any], ceiling: Agreement | None) -> dict[str, Any]:
    """Return the document of a report; `gold` names the key, `ceiling` says how sure that key is."""
    found = errors(report.scores)
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "tool_version": __version__,
        "system": report.system,
        "llm": report.llm,
        "epochs": len(report.repeats),
        "gold": dict(gold),
        "articles_scored": len(report.scores),
        "clusters": len(set(report.clusters)),
        "headline": {name: _interval(one) for name, one in headline(report).items()},
        "dx_f1_by_epoch": [_number(dx_f1(_sum(scores))) for scores in report.repeats],
        "agreement": None if ceiling is None else _agreement(ceiling),
        "types": _types(report),
        "languages": {name: _slice(one) for name, one in by_language(report).items()},
        "tags": {name: _slice(one) for name, one in by_tag(report).items()},
        "hallucination": {name: _value(one) for name, one in hallucination(report.scores).items()},
        "cost": cost(score.answer for scores in report.repeats for score in scores),
        "errors": {tag: found[tag] for tag in TAGS},
        "fields": [
            {"type": kind, "field": name, **_outcomes(figures.outcomes), "credit": figures.credit}
            for (kind, name), figures in sorted(by_field(report.scores).items())
        ],
        "failures": failures(report.scores),
        "count_columns": list(COLUMNS),
        "count_rows": list(TYPES),
        "articles": [
            _article(score, counts) for score, counts in zip(report.scores, report.counts, strict=True)
        ],
    }


def baseline_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a report later ones are compared with: figures and counts, no texts."""
    kept = ("id", "language", "cluster", "counts", "f1", "flawless")
    left = {"articles", "fields", "tags"}
    figures = {name: value for name, value in document.items() if name not in left}
    return {**figures, "articles": [{name: one[name] for name in kept} for one in document["articles"]]}


def _sum(scores: Sequence[CaseScore]) -> Matrix:
    return sum((score.counts for score in scores[1:]), start=scores[0].counts)


def _types(report: Report) -> dict[str, Any]:
    return {
        kind: {
            "slots": _ratios(figures.slots),
            "interval": _interval(figures.interval),
            "detection": _ratios(figures.detection),
            "strict": _ratios(figures.strict),
            "counts": dict(zip(COLUMNS, figures.counts, strict=True)),
        }
        for kind, figures in by_type(report).items()
    }


def _article(score: CaseScore, counts: Matrix) -> dict[str, Any]:
    case = score.case
    return {
        "id": case.id,
        "language": case.language,
        "cluster": case.cluster,
        "split": case.split,
        "tags": sorted(case.tags),
        "title": case.title,
        "text": case.text,
        "counts": counts.tolist(),
        "f1": _number(dx_f1(counts)),
        "flawless": is_flawless(score),
        "failure": score.answer.failure,
        "cost": {name: score.answer.cost.get(name) for name in _COSTS},
        "obeyed": score.obeyed,
        "matched": [_matched(pair) for pair in score.matched],
        "missed": [_record(gold) for gold in score.missed],
        "false_alarms": [_false_alarm(alarm) for alarm in score.false_alarms],
    }


def _matched(pair: Matched) -> dict[str, Any]:
    return {
        "gold": _record(pair.gold),
        "answer": _record(pair.answer),
        "right": pair.is_right,
        "slots": [_slot(slot) for slot in pair.slots],
        "tags": list(pair.tags),
        "proof": _proof(pair.proof),
    }


def _false_alarm(alarm: FalseAlarm) -> dict[str, Any]:
    return {"answer": _record(alarm.answer), "tags": list(alarm.tags), "proof": _proof(alarm.proof)}


def _slot(slot: Slot) -> dict[str, Any]:
    return {
        "field": slot.field,
        "outcome": slot.outcome,
        "credit": slot.credit,
        "gold": slot.gold,
        "answer": slot.answer,
        "core": slot.core,
    }


def _record(record: Record) -> dict[str, Any]:
    """Return a record with its values alone, alternatives beside them."""
    fields = record.fields.items()
    return {
        "id": record.id,
        "type": record.type,
        "optional": record.optional,
        "fields": {name: field.value for name, field in fields},
        "alternatives": {name: list(field.alternatives) for name, field in fields if field.alternatives},
        "evidence": [{"quote": one.quote, "start": one.start, "end": one.end} for one in record.evidence],
    }


def _proof(proof: Proof) -> dict[str, Any]:
    return {
        "quotes": list(proof.quotes),
        "derivable": list(proof.derivable),
        "underivable": list(proof.underivable),
    }


def _agreement(ceiling: Agreement) -> dict[str, Any]:
    return {
        "articles": ceiling.articles,
        "dx_f1": ceiling.dx_f1,
        "plain": ceiling.plain,
        "types": {kind: one._asdict() for kind, one in ceiling.types.items()},
    }


def _slice(part: Slice) -> dict[str, Any]:
    return {
        "articles": part.articles,
        "dx_f1": _interval(part.dx_f1),
        "found": part.found,
        "missed": part.missed,
        "false": part.false,
        "flawless": part.flawless,
    }


def _outcomes(outcomes: Mapping[str, int]) -> dict[str, int]:
    return {
        name: outcomes.get(name, 0) for name in ("correct", "partial", "incorrect", "missing", "spurious")
    }


def _interval(interval: Interval) -> dict[str, float | None]:
    return interval._asdict()


def _ratios(ratios: Ratios) -> dict[str, float | None]:
    return ratios._asdict()


def _value(value: Any) -> Any:
    return _interval(value) if isinstance(value, Interval) else value


def _number(value: Any) -> float | None:
    number = float(value)
    return None if number != number else number  # noqa: PLR0124 - NaN alone differs from itself
