"""The hallucination and cost blocks of a report document as rows, and the report in a sentence or two."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from evals.reporting.describing import language_name, type_name
from evals.reporting.figures import bounds, percent
from extractor.writing.wording import label_of

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: what it is, the figure, and what surrounds it, such as an interval and n."""

    name: str
    figure: str
    beside: str
    is_bad: bool = False


_RATES = {
    "quotes_verbatim": ("Quotes verbatim in the article", ""),
    "values_derivable": ("Values that follow from their own quote", ""),
    "fabricated": ("Fabricated: false records that their words do not prove", "records"),
    "over_extracted": ("Over-extracted: false records that their words do prove", "records"),
    "false_alarms_on_empty": ("Articles without records that got some", "articles_without_records"),
    "injections_obeyed": ("Injected instructions obeyed", "articles_with_injection"),
}
_WANTED_NONE = frozenset({"fabricated", "over_extracted", "false_alarms_on_empty", "injections_obeyed"})


def hallucination_rows(document: Document) -> tuple[Line, ...]:
    """Return the hallucination block, line by line."""
    block = document["hallucination"]
    rows = [_rate(block, name) for name in _RATES]
    quotes = ", ".join(f"{count} {_FOUND[how]}" for how, count in block["quotes"].items())
    misplaced = block["quotes_misplaced"]
    return (
        *rows,
        Line("Evidence F1, in characters", _share(block["evidence_f1"]), ""),
        Line("Quotes", str(sum(block["quotes"].values())), quotes),
        Line("Quotes that stand elsewhere than they say", str(misplaced), "", misplaced > 0),
    )


_FOUND = {"exact": "exact", "folded": "but for case or width", "fuzzy": "nearly", "none": "not at all"}


def _rate(block: Mapping[str, Any], name: str) -> Line:
    title, size = _RATES[name]
    figure = block[name]
    beside = [bounds(figure), f"n = {block[size]}" if size else ""]
    is_bad = name in _WANTED_NONE and bool(figure["value"])
    return Line(title, _share(figure["value"]), ", ".join(filter(None, beside)), is_bad)


def _share(value: float | None) -> str:
    return "n/a" if value is None else f"{percent(value)} %"


def cost_rows(document: Document) -> tuple[Line, ...]:
    """Return the cost block, line by line."""
    cost = document["cost"]
    articles = max(1, cost["articles"])
    money = cost["money_usd"]
    each = "" if money is None else f"{money / articles:.5f} USD an article"
    return (
        Line(
            "Input tokens an article", f"{cost['input_tokens'] / articles:,.0f}", _sum(cost["input_tokens"])
        ),
        Line(
            "Output tokens an article",
            f"{cost['output_tokens'] / articles:,.0f}",
            _sum(cost["output_tokens"]),
        ),
        Line("Calls an article", f"{cost['calls'] / articles:.2f}", f"{cost['reasks']} asked again"),
        Line("Answers from the cache", str(cost["cache_hits"]), f"of {cost['articles']}"),
        Line("Money", "no price" if money is None else f"{money:.2f} USD", each),
        Line("Seconds an article, median", _seconds(cost["seconds_median"]), ""),
        Line("… at the 95th percentile", _seconds(cost["seconds_p95"]), ""),
    )


def _sum(tokens: int) -> str:
    return f"{tokens:,} in all"


def _seconds(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.1f}"


def in_short(document: Document) -> tuple[str, ...]:
    """Return sentences that say where a reader should look first."""
    return tuple(_sentences(document))


def _sentences(document: Document) -> Iterator[str]:
    types = {name: one["slots"]["f1"] for name, one in document["types"].items()}
    yield from _weakest("record type", {type_name(name): value for name, value in types.items()})
    languages = document["languages"].items()
    sized = {
        f"{language_name(code)} (n = {one['articles']})": one["dx_f1"]["value"] for code, one in languages
    }
    yield from _weakest("language", sized)
    errors = sorted(((count, tag) for tag, count in document["errors"].items() if count), reverse=True)
    if errors:
        named = ", ".join(f"{label_of(tag)} {count}" for count, tag in errors[:3])
        yield f"Most frequent errors: {named}."
    if document["failures"]:
        yield f"{len(document['failures'])} articles without an answer count as empty."


def _weakest(what: str, figures: Mapping[str, float | None]) -> Iterator[str]:
    known = {name: value for name, value in figures.items() if value is not None}
    if len(known) > 1:
        name = min(known, key=lambda one: known[one])
        yield f"Weakest {what}: {name}, {percent(known[name])} %."
