"""The articles of a report document to tables of what was taken for what: record types, statuses, errors."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from evals.cases import TYPES
from evals.reporting.describing import type_name, value_text

Articles = Sequence[Mapping[str, Any]]

MISSED, NOT_IN_KEY, NOTHING = "missed", "not in the key", "nothing"
LEVELS = 5
"""Shades of a cell, above 0 for none."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A count with its shade, the share of its row in LEVELS steps; `same` where both sides say the same."""

    count: int
    level: int
    same: bool


@dataclass(frozen=True, slots=True)
class Confusion:
    """A table of counts: rows are what the key says, columns what the answer says."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


def confusions_of(articles: Articles) -> tuple[Confusion, ...]:
    """Return the tables that have any count."""
    tables = [_table("Record types", Counter(_types(articles)), [type_name(kind) for kind in TYPES])]
    for title, kinds, field in _ENUMS:
        tables.append(_table(title, Counter(_values(articles, kinds, field)), ()))
    return tuple(table for table in tables if table.rows)


_ENUMS = (
    ("Status of meetings", ("meetings",), "status"),
    ("Status of agreements and memoranda", ("agreements", "mous"), "status"),
    ("Status of trade figures", ("trade_figures",), "status"),
    ("Type of agreements", ("agreements",), "type"),
)


def _types(articles: Articles) -> Iterator[tuple[str, str]]:
    for article in articles:
        for pair in article["matched"]:
            yield type_name(pair["gold"]["type"]), type_name(pair["answer"]["type"])
        yield from ((type_name(gold["type"]), MISSED) for gold in article["missed"])
        yield from ((NOT_IN_KEY, type_name(one["answer"]["type"])) for one in article["false_alarms"])


def _values(articles: Articles, kinds: Sequence[str], field: str) -> Iterator[tuple[str, str]]:
    for article in articles:
        for pair in article["matched"]:
            if pair["gold"]["type"] in kinds:
                for slot in pair["slots"]:
                    if slot["field"] == field and (slot["gold"] or slot["answer"]):
                        yield _label(field, slot["gold"]), _label(field, _accepted(slot))


def _accepted(slot: Mapping[str, Any]) -> Any:
    """Return the answer; one that the key accepts as an alternative counts as the key's own."""
    return slot["gold"] if slot["outcome"] == "correct" else slot["answer"]


def _label(field: str, value: Any) -> str:
    return value_text(field, value) or NOTHING


def _table(title: str, counts: Counter[tuple[str, str]], order: Sequence[str]) -> Confusion:
    rows = _ordered((row for row, _ in counts), order, (NOTHING, NOT_IN_KEY))
    columns = _ordered((column for pair in counts for column in pair), order, (NOTHING, MISSED))
    columns = tuple(one for one in columns if one != NOT_IN_KEY)
    made = tuple((row, tuple(_cells(row, columns, counts))) for row in rows)
    return Confusion(title, columns, made)


def _cells(row: str, columns: Sequence[str], counts: Counter[tuple[str, str]]) -> Iterator[Cell]:
    """Yield the cells of a row; what is confused is shaded by its share of the row's confusions."""
    confused = max((counts[row, column] for column in columns if column != row), default=0)
    for column in columns:
        count, same = counts[row, column], column == row
        most = count if same else confused
        yield Cell(count, ceil(LEVELS * count / most) if most else 0, same)


def _ordered(names: Iterable[str], order: Sequence[str], last: Sequence[str]) -> tuple[str, ...]:
    """Return names by the order given, then by themselves, and some at the end."""
    ranks = {name: place for place, name in enumerate(order)} | {
        name: len(order) + 1 + place for place, name in enumerate(last)
    }
    return tuple(sorted(set(names), key=lambda name: (ranks.get(name, len(order)), name)))


def errors_by_type(articles: Articles) -> dict[str, dict[str, int]]:
    """Return how many records of each type have each error tag."""
    table: dict[str, Counter[str]] = {}
    for article in articles:
        for one in (*article["matched"], *article["false_alarms"]):
            kind = one.get("gold", one["answer"])["type"]
            for tag in one["tags"]:
                table.setdefault(tag, Counter())[kind] += 1
    return {tag: {kind: counts[kind] for kind in TYPES} for tag, counts in table.items()}
