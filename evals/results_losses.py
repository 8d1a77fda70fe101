"""Two reports on the same articles to every figure in which the second is better than the first."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from evals.reporting.describing import field_name, language_name, single_name, type_name
from evals.reporting.figures import percent
from evals.results_wording import cell, worth

Document = Mapping[str, Any]

_HEADLINE = {"dx_f1": "DX-F1", "detection_f1": "Detection F1", "strict_f1": "Strict F1"}
_MORE = {
    "quotes_verbatim": "Quotes exact",
    "values_derivable": "Values that follow from their own words",
    "evidence_f1": "Evidence F1",
}
_LESS = {
    "fabricated": "Fabricated",
    "over_extracted": "Over-extracted",
    "false_alarms_on_empty": "Articles without records that got some",
    "injections_obeyed": "Injected instructions obeyed",
}
_COSTS = {
    "input_tokens": "Input tokens, all articles",
    "output_tokens": "Output tokens, all articles",
    "calls": "Calls, all articles",
    "seconds_median": "Seconds an article, median",
    "seconds_p95": "Seconds an article, 95th percentile",
}
_FEWEST = 5
"""Slots that the key must have of a field for its F1 to be told."""


class Loss(NamedTuple):
    """One figure, of the first system and of the second, ready for a table."""

    what: str
    ours: str
    theirs: str


def losses_of(ours: Document, theirs: Document) -> tuple[Loss, ...]:
    """Return where the second report is better: in scores, hallucination, cost, articles and fields."""
    return (
        *_scores(ours, theirs),
        *_hallucinations(ours, theirs),
        *_costs(ours, theirs),
        *_articles(ours, theirs),
        *_fields(ours, theirs),
    )


def _scores(ours: Document, theirs: Document) -> Iterator[Loss]:
    for name, title in _HEADLINE.items():
        figures = (ours["headline"][name]["value"], theirs["headline"][name]["value"])
        yield from _if_more(title, *figures)
    for kind in ours["types"]:
        for part, title in (("slots", "slot F1"), ("detection", "detection F1"), ("strict", "strict F1")):
            figures = (ours["types"][kind][part]["f1"], theirs["types"][kind][part]["f1"])
            yield from _if_more(f"{type_name(kind)}, {title}", *figures)
    for code, one in ours["languages"].items():
        figures = (one["dx_f1"]["value"], theirs["languages"][code]["dx_f1"]["value"])
        yield from _if_more(f"{cell(language_name(code))} (n = {one['articles']}), DX-F1", *figures)


def _hallucinations(ours: Document, theirs: Document) -> Iterator[Loss]:
    ours, theirs = ours["hallucination"], theirs["hallucination"]
    for name, title in _MORE.items():
        yield from _if_more(title, _value(ours[name]), _value(theirs[name]))
    for name, title in _LESS.items():
        first, second = _value(ours[name]), _value(theirs[name])
        if first is not None and second is not None and second < first:
            yield Loss(title, percent(first), percent(second))


def _costs(ours: Document, theirs: Document) -> Iterator[Loss]:
    for name, title in _COSTS.items():
        first, second = ours["cost"][name], theirs["cost"][name]
        if first is not None and second is not None and second < first:
            yield Loss(title, _number(first), _number(second))
    if len(theirs["failures"]) < len(ours["failures"]):
        yield Loss("Articles without an answer", str(len(ours["failures"])), str(len(theirs["failures"])))


def _number(value: float) -> str:
    return f"{value:,.4g}" if isinstance(value, float) else f"{value:,}"


def _articles(ours: Document, theirs: Document) -> Iterator[Loss]:
    """Yield the articles in which the second is better, as one row."""
    before = {one["id"]: one["f1"] for one in ours["articles"]}
    worse = [one["id"] for one in theirs["articles"] if worth(one["f1"]) > worth(before[one["id"]])]
    if worse:
        named = ", ".join(map(cell, sorted(worse)[:12])) + (" …" if len(worse) > 12 else "")
        yield Loss(f"Articles with a lower F1, of {len(before)}", str(len(worse)), named)


def _fields(ours: Document, theirs: Document) -> Iterator[Loss]:
    second = {(one["type"], one["field"]): one for one in theirs["fields"]}
    for one in ours["fields"]:
        other = second.get((one["type"], one["field"]))
        if other is not None and min(_keyed(one), _keyed(other)) >= _FEWEST:
            title = f"{single_name(one['type'])}: {field_name(one['field'])}, F1"
            yield from _if_more(title, field_f1(one), field_f1(other))


def _keyed(field: Document) -> int:
    return sum(int(field[name]) for name in ("correct", "partial", "incorrect", "missing"))


def field_f1(field: Document) -> float | None:
    """Return the F1 of a field from its row of a report, None where nobody said anything."""
    both = sum(field[name] for name in ("correct", "partial", "incorrect"))
    total = 2 * both + field["missing"] + field["spurious"]
    return 2 * field["credit"] / total if total else None


def _if_more(title: str, ours: float | None, theirs: float | None) -> Iterator[Loss]:
    if theirs is not None and theirs > (ours or 0):
        yield Loss(title, percent(ours), percent(theirs))


def _value(figure: Any) -> float | None:
    value = figure["value"] if isinstance(figure, Mapping) else figure
    return None if value is None else float(value)
