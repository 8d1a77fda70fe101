"""Records of the key and of an answer to pairs, by an optimal one-to-one assignment of eligible pairs.

The likeness of a pair is the credit of its slots, so that the answer gets the most credit that it can get.
Ties go by overlap of the evidence, then by order in the text; the order of the lists changes nothing.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped] # scipy has no types

from evals.amounts import Amount, amounts_of, closeness, unit_family
from evals.cases import Record, is_empty
from evals.comparing import Outcome, Pair, Scene, name_credit, slots_of
from evals.naming import written_alike
from evals.periods import contradict, date_credit
from evals.wording import token_f1

T = TypeVar("T")
U = TypeVar("U")

_OVERLAP_WEIGHT = 1e-4
_ORDER_WEIGHT = 1e-9
_FORMED = 1e-6
_SAME_TYPE = 1e-2
_SAME_TITLE = 0.85

Assigned = tuple[int, int]


def assign(
    gold: Sequence[T], answer: Sequence[U], likeness: Callable[[T, U], float | None]
) -> list[Assigned]:
    """Return index pairs of the assignment with the greatest total likeness; None is never paired.

    Likeness must not be negative. A pair of likeness zero is formed when it costs nothing.
    """
    if not gold or not answer:
        return []
    weights = np.full((len(gold), len(answer)), np.nan)
    for row, one in enumerate(gold):
        for column, other in enumerate(answer):
            value = likeness(one, other)
            if value is not None:
                weights[row, column] = value + _FORMED
    eligible = ~np.isnan(weights)
    rows, columns = linear_sum_assignment(np.where(eligible, weights, 0.0), maximize=True)
    return [(int(r), int(c)) for r, c in zip(rows, columns, strict=True) if eligible[r, c]]


@dataclass(frozen=True, slots=True)
class Company:
    """Who attends a meeting, by its id, on either side."""

    gold: Mapping[str, tuple[Record, ...]]
    answer: Mapping[str, tuple[Record, ...]]


def align(gold: Sequence[Record], answer: Sequence[Record], scene: Scene) -> list[Pair]:
    """Return the aligned pairs of one pool: meetings apart, for they need their company."""

    def likeness(one: Record, other: Record) -> float | None:
        pair = Pair(one, other, scene)
        return _credit(pair) if is_eligible(pair) else None

    return _pairs(gold, answer, likeness, scene)


def align_meetings(
    gold: Sequence[Record], answer: Sequence[Record], company: Company, scene: Scene
) -> list[Pair]:
    """Return the aligned pairs of meetings; each attendee whom two meetings share adds to their likeness."""

    def likeness(one: Record, other: Record) -> float | None:
        pair = Pair(one, other, scene)
        shared = _shared_participants(company.gold.get(one.id, ()), company.answer.get(other.id, ()), scene)
        return _credit(pair) + shared if _may_be_one_meeting(pair, shared) else None

    return _pairs(gold, answer, likeness, scene)


def is_eligible(pair: Pair) -> bool:
    """Tell whether a pair of instruments, figures or attendees may be formed (SCORING, "Alignment")."""
    if pair.gold.type == "trade_figures":
        return _may_be_one_figure(pair)
    if pair.gold.type == "attendees":
        return name_credit(pair) > 0 or _written_as_one(pair)
    return _may_be_one_instrument(pair)


def evidence_overlap(one: Record, other: Record) -> float:
    """Return the share of code points that the evidence of both has, of those that either has."""
    first, second = covered(one), covered(other)
    return len(first & second) / len(first | second) if first and second else 0.0


def covered(record: Record) -> frozenset[int]:
    """Return the code points of the text that the evidence of a record stands on, as it says itself."""
    return frozenset(
        position
        for quote in record.evidence
        if quote.start is not None and quote.end is not None
        for position in range(quote.start, quote.end)
    )


def in_order(records: Sequence[Record]) -> list[Record]:
    """Return records by their place in the text, then by content: an order that no list order changes."""
    return sorted(records, key=_place)


def _place(record: Record) -> tuple[Any, ...]:
    starts = [quote.start for quote in record.evidence if quote.start is not None]
    words = [quote.quote for quote in record.evidence]
    said = {name: (field.value, field.alternatives) for name, field in sorted(record.fields.items())}
    return (
        min(starts, default=1 << 30),
        words,
        record.type,
        json.dumps(said, ensure_ascii=False, default=list),
    )


def _pairs(
    gold: Sequence[Record],
    answer: Sequence[Record],
    likeness: Callable[[Record, Record], float | None],
    scene: Scene,
) -> list[Pair]:
    left, right = in_order(gold), in_order(answer)
    places = {id(record): place for side in (left, right) for place, record in enumerate(side)}

    def with_ties(one: Record, other: Record) -> float | None:
        value = likeness(one, other)
        if value is None:
            return None
        apart = abs(places[id(one)] - places[id(other)])
        return value + _OVERLAP_WEIGHT * evidence_overlap(one, other) + _ORDER_WEIGHT / (1 + apart)

    return [Pair(left[row], right[column], scene) for row, column in assign(left, right, with_ties)]


def _credit(pair: Pair) -> float:
    """Return the credit of a pair's slots; what is spurious or wrong takes none away."""
    credit = sum(slot.credit for slot in slots_of(pair) if slot.outcome in {Outcome.COR, Outcome.PAR})
    return credit + _SAME_TYPE * (pair.gold.type == pair.answer.type)


def _may_be_one_meeting(pair: Pair, shared_participants: int) -> bool:
    gold, answer = pair.gold, pair.answer
    sides = _all_codes(gold, "countries") & _all_codes(answer, "countries")
    if not sides and not shared_participants:
        return False
    return not _dates_contradict(gold, answer) and not _places_contradict(gold, answer)


def _dates_contradict(gold: Record, answer: Record) -> bool:
    accepted, given = gold.field("date"), answer.value("date")
    if is_empty(given) or not accepted.accepted:
        return False
    return all(contradict(str(day), str(given)) for day in accepted.accepted)


def _places_contradict(gold: Record, answer: Record) -> bool:
    accepted, given = gold.field("country").accepted, answer.value("country")
    return bool(accepted) and not is_empty(given) and given not in accepted


def _shared_participants(gold: Sequence[Record], answer: Sequence[Record], scene: Scene) -> int:
    return len(assign(gold, answer, lambda one, other: name_credit(Pair(one, other, scene)) or None))


def _all_codes(record: Record, name: str) -> set[str]:
    field = record.field(name)
    return {code for codes in field.accepted for code in (codes if isinstance(codes, tuple) else (codes,))}


def _may_be_one_instrument(pair: Pair) -> bool:
    if _all_codes(pair.gold, "parties") & _all_codes(pair.answer, "parties"):
        return True
    return pair.gold.field("parties").may_be_empty and any(
        token_f1(str(title), str(pair.answer.value(name) or "")) >= _SAME_TITLE
        for name in ("title_as_written", "title")
        for title in pair.gold.field(name).accepted
    )


def _may_be_one_figure(pair: Pair) -> bool:
    given = amounts_of(pair.answer, "value")
    families = {unit_family(unit) for unit in pair.gold.field("unit").accepted}
    if not given or unit_family(given[0].unit) not in families:
        return False
    credit = max((_bare(gold, given[0]) for gold in amounts_of(pair.gold, "value")), default=0.0)
    return credit == 1 or (credit > 0 and _period_partly_right(pair))


def _bare(gold: Amount, answer: Amount) -> float:
    """Return the closeness of the numbers of one unit family, whatever the currency."""
    return closeness(gold, answer.value) if unit_family(gold.unit) == unit_family(answer.unit) else 0.0


def _period_partly_right(pair: Pair) -> bool:
    given = pair.answer.value("period")
    if is_empty(given):
        return False
    return any(date_credit(str(one), str(given)) > 0 for one in pair.gold.field("period").accepted)


def _written_as_one(pair: Pair) -> bool:
    """Tell whether the words are the same and no state contradicts: found, if badly romanised."""
    accepted, given = pair.gold.field("country").accepted, pair.answer.value("country")
    return written_alike(pair.gold, pair.answer) and (not accepted or is_empty(given) or given in accepted)
