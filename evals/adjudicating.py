"""Two labellings to the list of their differences, and what the adjudicator decided on each.

`gold/adjudication.jsonl` has one line an article: `{id, annotators, guideline_version, records, decisions}`,
with `records` as in labels, and one decision for each difference: `{at, a, b, chosen, reason}`. `at` names
the record and field as `differences_of` does; `chosen` is a, b, both (an alternative or an optional record)
or other.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.agreeing import as_answer, doubly_labelled
from evals.cases import Case, Field, Record
from evals.fields import FIELDS
from evals.gold import GOLD, load_gold
from evals.scoring import CaseScore, score_case

CHOICES = ("a", "b", "both", "other")


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
            if spec.name != "meeting" and one.value != other.value:
                yield Difference(f"{at}.{spec.name}", one.value, other.value, _covers_both(one, other))


def _covers_both(one: Field, other: Field) -> bool:
    return other.value in (one.value, *one.alternatives) and one.value in (other.value, *other.alternatives)


def _told(record: Record) -> str:
    words = record.evidence[0].quote if record.evidence else ""
    return f"{record.type}: {words}"


def told(case: Case, found: Sequence[Difference], decided: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the differences on an article as lines to read, each with its decision if there is one."""
    lines = [f"{case.id} ({case.language}, {case.split}) {case.title}"]
    for one in found:
        mark = " (each accepts both)" if one.is_covered else ""
        lines.append(f"  {one.at}{mark}")
        lines.append(f"    a: {one.a}")
        lines.append(f"    b: {one.b}")
        if one.at in decided:
            lines.append(f"    -> {decided[one.at].get('chosen')}: {decided[one.at].get('reason')}")
    return "\n".join(lines)


def adjudicate(folder: Path = GOLD, *, split: str | None = None, everything: bool = False) -> Iterator[str]:
    """Yield, article by article, the differences not decided yet, or `everything` with its decisions."""
    gold = load_gold(folder)
    for first, second in doubly_labelled(folder, split=split):
        decided = _decisions(gold.decisions.get(first.id))
        found = [one for one in differences_of(first, second) if everything or one.at not in decided]
        if found:
            yield told(first, found, decided)


def undecided(folder: Path = GOLD) -> tuple[str, ...]:
    """Return the differences that matter and have no decision with a reason, as "article at"."""
    gold = load_gold(folder)
    return tuple(
        f"{first.id} {one.at}"
        for first, second in doubly_labelled(folder, split="test")
        for one in differences_of(first, second)
        if not one.is_covered and not _is_decided(_decisions(gold.decisions.get(first.id)).get(one.at))
    )


def _decisions(row: Mapping[str, Any] | None) -> dict[str, Mapping[str, Any]]:
    rows: Iterable[Mapping[str, Any]] = (row or {}).get("decisions") or ()
    return {str(one.get("at")): one for one in rows}


def _is_decided(decision: Mapping[str, Any] | None) -> bool:
    return decision is not None and decision.get("chosen") in CHOICES and bool(decision.get("reason"))
