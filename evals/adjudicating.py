"""Two labellings to the list of their differences, and what the adjudicator decided on each.

`gold/decisions.jsonl` has one line a decision: `{id, at, a, b, decision, reason, key, value}`. `at` names
the record and field as `differences_of` does; `a` and `b` are what the labellers wrote there, `decision` is
a, b or neither, `key` the record of the key that came of it, null for none, and `value` what the key now
says. A line may be on something that both had alike, where a rule made later changed both.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.agreeing import as_answer, doubly_labelled
from evals.cases import Case, Field, Record, field_of
from evals.fields import FIELDS
from evals.gold import GOLD, Gold, Row, load_gold
from evals.scoring import CaseScore, score_case

CHOICES = ("a", "b", "neither")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing on which two labellers differ; `at` is "m1/m1.kind", "g2/-" or "-/f3" (no such record).

    `is_covered` tells that each accepts what the other says, so that no score depends on it.
    """

    at: str
    a: Any
    b: Any
    is_covered: bool = False


def differences_of(first: Case, second: Case) -> tuple[Difference, ...]:
    """Return what two keys of one article differ on: values of aligned records, and records only one has."""
    score = score_case(first, as_answer(second))
    paired = {id(pair.gold) for pair in score.matched}
    alone = [one for one in first.records if id(one) not in paired]
    taken = {id(pair.answer) for pair in score.matched}
    extra = [one for one in second.records if id(one) not in taken]
    return (
        *_in_pairs(score),
        *(Difference(f"{one.id}/-", _told(one), None, one.optional) for one in alone),
        *(Difference(f"-/{one.id}", None, _told(one), one.optional) for one in extra),
    )


def _in_pairs(score: CaseScore) -> Iterator[Difference]:
    for pair in score.matched:
        at = f"{pair.gold.id}/{pair.answer.id}"
        if pair.gold.type != pair.answer.type:
            yield Difference(f"{at}.record", pair.gold.type, pair.answer.type)
        if pair.gold.optional != pair.answer.optional:
            yield Difference(f"{at}.optional", pair.gold.optional, pair.answer.optional)
        for spec in FIELDS[pair.gold.type]:
            one, other = pair.gold.field(spec.name), pair.answer.field(spec.name)
            if spec.name != "meeting" and _members(one.value) != _members(other.value):
                yield Difference(f"{at}.{spec.name}", one.value, other.value, _covers_both(one, other))


def _covers_both(one: Field, other: Field) -> bool:
    return all(
        _members(there.value) in map(_members, (here.value, *here.alternatives))
        for here, there in ((one, other), (other, one))
    )


def _members(value: Any) -> Any:
    """Return a set as one without an order, anything else as it is."""
    return frozenset(value) if isinstance(value, tuple) else value


def _told(record: Record) -> str:
    words = record.evidence[0].quote if record.evidence else ""
    return f"{record.type}: {words}"


def adjudicate(folder: Path = GOLD, *, split: str | None = None, everything: bool = False) -> Iterator[str]:
    """Yield, article by article, the differences not decided yet, or `everything`, decisions included."""
    gold = load_gold(folder)
    for first, second in doubly_labelled(folder, split=split):
        decided = gold.decisions.get(first.id, {})
        open_ones = [one for one in differences_of(first, second) if one.at not in decided]
        lines = [line for row in decided.values() for line in _decision(row)] if everything else []
        lines += [line for one in open_ones for line in _difference(one)]
        if lines:
            yield "\n".join([f"{first.id} ({first.language}, {first.split}) {first.title}", *lines])


def _decision(row: Row) -> Iterator[str]:
    yield f"  {row['at']}"
    yield from (f"    {who}: {row.get(who)}" for who in ("a", "b"))
    yield f"    -> {row.get('decision')}: {row.get('value')}"
    yield f"       {row.get('reason')}"


def _difference(one: Difference) -> Iterator[str]:
    yield f"  {one.at}" + (" (each accepts both)" if one.is_covered else "")
    yield f"    a: {one.a}"
    yield f"    b: {one.b}"


def undecided(folder: Path = GOLD) -> tuple[str, ...]:
    """Return the differences in the test split that matter and have no decision, as "article at"."""
    gold = load_gold(folder)
    return tuple(
        f"{first.id} {one.at}"
        for first, second in doubly_labelled(folder, split="test")
        for one in differences_of(first, second)
        if not one.is_covered and one.at not in gold.decisions.get(first.id, {})
    )


def decision_problems(gold: Gold) -> Iterator[str]:
    """Yield the decisions that give no reason, or that the key does not follow."""
    for name, rows in gold.decisions.items():
        case = gold.case(name) if name in gold.articles else None
        if case is None:
            yield f"decisions {name}: no such article in the key"
            continue
        records = {record.id: record for record in case.records}
        yield from (
            f"decisions {name} {at}: {problem}"
            for at, row in rows.items()
            for problem in _problems(at, row, records)
        )


def _problems(at: str, row: Row, records: Mapping[str, Record]) -> Iterator[str]:
    if row.get("decision") not in CHOICES:
        yield f"{row.get('decision')!r} is no decision"
    if not row.get("reason"):
        yield "no reason"
    record = records.get(str(row.get("key")))
    if (record is None) != (row.get("key") is None):
        yield f"the key has no {row.get('key')}"
    elif not _is_followed(at.partition(".")[2], row.get("value"), record):
        yield "the key says something else"


def _is_followed(name: str, value: Any, record: Record | None) -> bool:
    if not name:
        return bool(value == _how(record))
    if record is None:
        return False
    if name == "optional":
        return bool(value) == record.optional
    return field_of(value) == record.field(name)


def _how(record: Record | None) -> str | None:
    """Return in which way a record is there, as the lines on whole records say it."""
    if record is None:
        return None
    return "recorded, optional" if record.optional else "recorded"
