"""A report, a baseline and thresholds to a verdict on each gate; measures nothing itself."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from evals.pairing import paired
from extractor.errors import ConfigError

THRESHOLDS = Path(__file__).parent / "thresholds.yaml"
BASELINE = Path(__file__).parent / "baseline.json"
GATE_MISSED = 5

Document = Mapping[str, Any]


class Verdict(StrEnum):
    """What a gate says; a warning lets pass."""

    PASSED = "passed"
    MISSED = "missed"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate: what was found, and what it takes."""

    name: str
    verdict: Verdict
    detail: str


def gates(report: Document, baseline: Document | None, thresholds: Document) -> tuple[Gate, ...]:
    """Return the verdict of every gate. Without a baseline, that gate is missed: nothing passes silently."""
    found = [
        *_absolute(report, thresholds),
        *_floors(report, thresholds),
        *_canaries(report, baseline, thresholds["canaries"]),
    ]
    if baseline is None:
        return (
            *found,
            Gate("baseline", Verdict.MISSED, "there is none: review this report, then record it as one"),
        )
    return (*found, *_against(report, baseline, thresholds))


def exit_code(verdicts: Iterable[Gate]) -> int:
    """Return 0 when no gate is missed, else 5."""
    return GATE_MISSED if any(gate.verdict is Verdict.MISSED for gate in verdicts) else 0


def read_thresholds(path: Path = THRESHOLDS) -> Document:
    """Read thresholds. Raises ConfigError for a file that lacks some."""
    try:
        thresholds = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ConfigError(f"{path}: no thresholds", hint="restore it from the repository") from error
    missing = {"most", "least", "floors", "regression", "canaries", "tokens"} - set(thresholds or ())
    if missing:
        raise ConfigError(f"{path}: no {', '.join(sorted(missing))}", hint="see the file in the repository")
    return dict(thresholds)


def read_document(path: Path) -> Document:
    """Read a report or a baseline. Raises ConfigError for what is neither."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: no report", hint="make one with `score`") from error
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise ConfigError(f"{path}: no report of ours", hint="make one with `score`")
    if document.get("version") != VERSION:
        raise ConfigError(f"{path}: version {document.get('version')}, not {VERSION}", hint="score again")
    return document


SCHEMA, VERSION = "extractor-eval-report", 1


def _absolute(report: Document, thresholds: Document) -> Iterator[Gate]:
    shown = report["hallucination"]
    failed = len(report["failures"]) / max(1, report["articles_scored"])
    yield _at_most("failed articles", failed, thresholds["most"]["failed_articles"])
    yield _at_least(
        "quotes verbatim", shown["quotes_verbatim"]["value"], thresholds["least"]["quotes_verbatim"]
    )
    yield _at_most("fabrication", shown["fabricated"]["value"], thresholds["most"]["fabrication"])


def _floors(report: Document, thresholds: Document) -> Iterator[Gate]:
    for name, floor in thresholds["floors"].items():
        figure = report["headline"].get(name) or report["types"].get(name, {}).get("interval")
        if figure is None:
            raise ConfigError(f"floor {name}: no such figure", hint="a headline figure or a record type")
        yield _at_least(f"floor {name}", figure["low"], floor)


def _canaries(report: Document, baseline: Document | None, names: Iterable[str]) -> Iterator[Gate]:
    """Yield a gate for each canary that was scored, and one for those that were not.

    A canary that the baseline does not get right cannot have become wrong: it is the list that is at fault.
    """
    now, before = (_flawless(document) for document in (report, baseline or {"articles": ()}))
    for name in names:
        if now.get(name):
            yield Gate(f"canary {name}", Verdict.PASSED, "strictly right")
        elif name in now and before.get(name, True):
            yield Gate(f"canary {name}", Verdict.MISSED, "no longer strictly right")
        elif name in now:
            detail = "not strictly right in the baseline either: choose another canary"
            yield Gate(f"canary {name}", Verdict.WARNING, detail)
    unseen = [name for name in names if name not in now]
    if unseen:
        yield Gate("canaries", Verdict.WARNING, f"not among the articles scored: {', '.join(unseen)}")


def _flawless(document: Document) -> dict[str, bool]:
    return {article["id"]: article["flawless"] for article in document["articles"]}


def _against(report: Document, baseline: Document, thresholds: Document) -> Iterator[Gate]:
    same = report["gold"]["sha256"] == baseline["gold"]["sha256"]
    yield Gate(
        "gold",
        Verdict.PASSED if same else Verdict.MISSED,
        "same as the baseline's" if same else "another key, or another choice of articles",
    )
    if not _ids(report) & _ids(baseline):
        return
    gap = paired(baseline, report).overall
    worse = gap.high < 0 or gap.value < -thresholds["regression"]
    detail = f"DX-F1 {gap.value:+.3f} [{gap.low:+.3f}, {gap.high:+.3f}] against the baseline"
    yield Gate("regression", Verdict.MISSED if worse else Verdict.PASSED, detail)
    tokens = [_tokens(document) for document in (baseline, report)]
    if same and tokens[0]:
        ratio = tokens[1] / tokens[0]
        verdict = Verdict.WARNING if ratio > thresholds["tokens"] else Verdict.PASSED
        yield Gate(
            "tokens", verdict, f"{ratio:.2f} times the baseline's, {thresholds['tokens']} expected at most"
        )


def _ids(document: Document) -> set[str]:
    return {article["id"] for article in document["articles"]}


def _tokens(document: Document) -> int:
    return int(document["cost"]["input_tokens"]) + int(document["cost"]["output_tokens"])


def _at_most(name: str, value: float | None, limit: float) -> Gate:
    fine = value is None or value <= limit
    return Gate(
        name, Verdict.PASSED if fine else Verdict.MISSED, f"{_percent(value)}, {_percent(limit)} at most"
    )


def _at_least(name: str, value: float | None, limit: float) -> Gate:
    fine = value is not None and value >= limit
    return Gate(
        name, Verdict.PASSED if fine else Verdict.MISSED, f"{_percent(value)}, {_percent(limit)} at least"
    )


def _percent(value: float | None) -> str:
    return "n/a" if value is None else f"{100 * value:.2f} %"
