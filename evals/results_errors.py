"""A report to its most frequent errors, each with an example or two from the answers."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from evals.reporting.describing import field_name, record_line, single_name, value_text
from evals.results_wording import cell
from evals.tagging import TAGS
from extractor.writing.wording import label_of

Document = Mapping[str, Any]

_MOST_TAGS = 5
_EXAMPLES = 2
_LONGEST = 90
_AMOUNTS = ("value", "value_max")
_FIELDS = {
    "scale": _AMOUNTS,
    "currency": _AMOUNTS,
    "sign": _AMOUNTS,
    "period": ("period", "date", "valid_from", "valid_until"),
    "direction": ("from_country", "to_country"),
    "party": ("parties", "party_organisations", "countries"),
    "role": ("role",),
    "status": ("status",),
    "normalisation": ("value", "date", "period", "name"),
}
"""The fields that a tag of an aligned record is about (see `tagging`)."""


class Wrong(NamedTuple):
    """One kind of error: how many records have it, of how many it could, and examples in Markdown."""

    name: str
    records: str
    examples: tuple[str, ...]


def wrong_of(document: Document) -> tuple[Wrong, ...]:
    """Return what a system got wrong: records it missed, then its most frequent error tags."""
    missed = sum(len(one["missed"]) for one in document["articles"])
    keyed = missed + sum(len(one["matched"]) for one in document["articles"])
    ranked = sorted((-count, TAGS.index(tag), tag) for tag, count in document["errors"].items() if count)
    found = [
        Wrong(label_of(tag), str(-count), _first(_tagged(document, tag)))
        for count, _, tag in ranked[:_MOST_TAGS]
    ]
    lost = [Wrong("missed", f"{missed} of {keyed} in the key", _first(_missed(document)))] if missed else []
    return (*lost, *found)


def _first(examples: Iterator[tuple[str, str]]) -> tuple[str, ...]:
    """Return the first examples, of one article each."""
    chosen: dict[str, str] = {}
    for article, line in examples:
        chosen.setdefault(article, line)
        if len(chosen) == _EXAMPLES:
            break
    return tuple(f"{cell(article)}: {line}" for article, line in chosen.items())


def _missed(document: Document) -> Iterator[tuple[str, str]]:
    for article in document["articles"]:
        reason = f" (no answer: {cell(article['failure'])})" if article["failure"] else ""
        for gold in article["missed"]:
            yield article["id"], f"{_named(gold)}{reason}"


def _tagged(document: Document, tag: str) -> Iterator[tuple[str, str]]:
    for article in document["articles"]:
        for pair in article["matched"]:
            if tag in pair["tags"]:
                yield article["id"], f"{_named(pair['gold'])}{_differing(pair, tag)}"
        for alarm in article["false_alarms"]:
            if tag in alarm["tags"]:
                yield article["id"], f"{_named(alarm['answer'])}, which the key lacks{_shown(alarm)}"


def _named(record: Document) -> str:
    return f"{single_name(record['type'])} “{_short(record_line(record))}”"


def _differing(pair: Document, tag: str) -> str:
    wrong = [
        f"{field_name(slot['field'])} {_said(slot, 'answer')}, not {_said(slot, 'gold')}"
        for slot in pair["slots"]
        if slot["field"] in _FIELDS.get(tag, ()) and slot["outcome"] not in {None, "correct"}
    ]
    return f": {'; '.join(wrong)}" if wrong else ""


def _said(slot: Document, side: str) -> str:
    return _short(value_text(slot["field"], slot[side])) or "nothing"


def _shown(alarm: Document) -> str:
    """Return what a false record rests on, and what of that does not hold."""
    quotes = [one["quote"] for one in alarm["answer"]["evidence"]]
    proof = alarm["proof"]
    parts = [f"; it quotes “{_short(quotes[0])}”" if quotes and quotes[0] else "; it quotes nothing"]
    if quotes and "none" in proof["quotes"]:
        parts.append(", which is not in the article")
    if proof["underivable"]:
        parts.append(f"; not in its words: {', '.join(map(field_name, proof['underivable']))}")
    return "".join(parts)


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return cell(plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1].rstrip() + "…")
