"""A pair of records to slots: correct, partial, incorrect, missing, spurious, or not counted.

Credit is 1, 0.5 or 0; a set earns the F1 of its members. Where the key accepts an empty field, and in
optional records, a slot counts only when it is right or plainly wrong: to delete an answer never raises R.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from evals.amounts import Amount, amounts_of, closeness, decimal_of, number_credit, unit_of
from evals.cases import Record, is_empty
from evals.fields import FIELDS, Spec
from evals.naming import delegation_credit, person_credit, same_country
from evals.neighbours import are_neighbours
from evals.periods import date_credit
from evals.wording import title_credit, token_f1, tokens
from extractor.normalizing.places import is_country_code, resolve_countries


class Outcome(StrEnum):
    """What became of one slot (the words of the MUC conferences)."""

    COR = "correct"
    PAR = "partial"
    INC = "incorrect"
    MIS = "missing"
    SPU = "spurious"


@dataclass(frozen=True, slots=True)
class Slot:
    """One compared field; `outcome` None is not counted, `credit` is between 0 and 1."""

    field: str
    outcome: Outcome | None
    credit: float
    gold: Any
    answer: Any
    core: bool

    @property
    def is_right(self) -> bool:
        """Tell whether nothing is wrong with it."""
        return self.outcome in {None, Outcome.COR}


@dataclass(frozen=True, slots=True)
class Scene:
    """What comparing one pair needs of the rest of the article.

    `people`: the persons of the key; `links`: the key's meeting for each meeting of the answer that has one.
    """

    people: tuple[str, ...] = ()
    links: Mapping[str, str] | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """A record of the key, one of an answer, and the scene."""

    gold: Record
    answer: Record
    scene: Scene = Scene()


def slots_of(pair: Pair) -> tuple[Slot, ...]:
    """Return the slots of an aligned pair, by the fields of the key's record type."""
    slots = tuple(slot_of(spec, pair) for spec in FIELDS[pair.gold.type])
    return slots if pair.gold.type == pair.answer.type else _with_type(slots, pair)


def _with_type(slots: tuple[Slot, ...], pair: Pair) -> tuple[Slot, ...]:
    """Return the slots of an Agreement taken for an MOU, or the other way round: the type alone is wrong."""
    if pair.gold.type == "mous":
        return (Slot("type", Outcome.SPU, 0.0, None, pair.answer.value("type"), core=True), *slots)
    said = Slot("type", Outcome.INC, 0.0, pair.gold.value("type"), "mou", core=True)
    return tuple(said if slot.field == "type" else slot for slot in slots)


def slot_of(spec: Spec, pair: Pair) -> Slot:
    """Return one slot of an aligned pair."""
    field, given = pair.gold.field(spec.name), pair.answer.value(spec.name)
    optional = field.may_be_empty or pair.gold.optional
    outcome, credit = _judged(spec, pair, optional=optional)
    return Slot(spec.name, outcome, credit, field.value, given, spec.core)


def _judged(spec: Spec, pair: Pair, *, optional: bool) -> tuple[Outcome | None, float]:
    accepted = pair.gold.field(spec.name).accepted
    if is_empty(pair.answer.value(spec.name)):
        return (None if optional or not accepted else Outcome.MIS), 0.0
    credit = _COMPARATORS[spec.comparator](spec.name, pair) if accepted else 0.0
    if credit == 1:
        return Outcome.COR, 1.0
    if credit > 0:
        return (None, 0.0) if optional else (Outcome.PAR, credit)
    return (Outcome.SPU if optional else Outcome.INC), 0.0


def missing_slots(gold: Record) -> tuple[Slot, ...]:
    """Return the slots of a record of the key that the answer lacks; an optional record has none."""
    if gold.optional:
        return ()
    return tuple(
        Slot(spec.name, Outcome.MIS, 0.0, gold.value(spec.name), None, spec.core)
        for spec in FIELDS[gold.type]
        if not gold.field(spec.name).may_be_empty
    )


def spurious_slots(answer: Record) -> tuple[Slot, ...]:
    """Return the slots of a record of the answer that the key lacks."""
    if answer.optional:
        return ()
    return tuple(
        Slot(spec.name, Outcome.SPU, 0.0, None, answer.value(spec.name), spec.core)
        for spec in FIELDS[answer.type]
        if not is_empty(answer.value(spec.name))
    )


# -- comparators: credit of a field that both sides have ---------------------------------------------------


def _enum(name: str, pair: Pair) -> float:
    field, given = pair.gold.field(name), pair.answer.value(name)
    if given in field.accepted:
        return 1.0
    return 0.5 if are_neighbours(pair.gold.type, name, str(field.value), str(given)) else 0.0


def _flag(name: str, pair: Pair) -> float:
    return float(pair.answer.value(name) in pair.gold.field(name).accepted)


def _unit(name: str, pair: Pair) -> float:
    given = unit_of(pair.answer.value(name))
    return float(any(unit_of(unit) == given for unit in pair.gold.field(name).accepted))


def _title(name: str, pair: Pair) -> float:
    given = str(pair.answer.value(name))
    return max(title_credit(str(title), given) for title in pair.gold.field(name).accepted)


def _date(name: str, pair: Pair) -> float:
    given = str(pair.answer.value(name))
    return max(date_credit(str(one), given) for one in pair.gold.field(name).accepted)


def _number(name: str, pair: Pair) -> float:
    given = decimal_of(pair.answer.value(name))
    if given is None:
        return 0.0
    numbers = (decimal_of(one) for one in pair.gold.field(name).accepted)
    return max((closeness(Amount(one, None, None), given) for one in numbers if one is not None), default=0.0)


def _amount(name: str, pair: Pair) -> float:
    given = amounts_of(pair.answer, name)
    if not given:
        return 0.0
    credit = max((number_credit(gold, given[0]) for gold in amounts_of(pair.gold, name)), default=0.0)
    return min(credit, 0.5) if _qualifier_lost(pair) else credit


def _qualifier_lost(pair: Pair) -> bool:
    """Tell whether the key has an approximator and the answer none."""
    accepted = pair.gold.field("qualifier").accepted
    return bool(accepted) and "exact" not in accepted and pair.answer.value("qualifier") in {"exact", None}


def _link(name: str, pair: Pair) -> float:
    linked = (pair.scene.links or {}).get(pair.answer.value(name))
    return float(linked is not None and linked in pair.gold.field(name).accepted)


def _country(name: str, pair: Pair) -> float:
    given, accepted = str(pair.answer.value(name)), pair.gold.field(name).accepted
    if given in accepted:
        return 1.0
    return 0.5 if _stands_for(given, pair.scene.language) in accepted else 0.0


def _stands_for(given: str, language: str | None) -> str | None:
    """Return the state of a name, capital or seat that an answer has in place of a code."""
    if is_country_code(given):
        return None
    states = resolve_countries(given, language).value or resolve_countries(given, "en").value or ()
    return states[0] if len(states) == 1 else None


def name_credit(pair: Pair) -> float:
    """Return the credit of an attendee's name; two unnamed sides of one state are half right at least."""
    gold, given = pair.gold, str(pair.answer.value("name") or pair.answer.value("name_as_written") or "")
    accepted = [str(name) for name in gold.field("name").accepted]
    if gold.value("kind") != "delegation":
        return person_credit(
            accepted, given, one_country=same_country(gold, pair.answer), people=pair.scene.people
        )
    if pair.answer.value("kind") != "delegation":
        return delegation_credit(accepted, given)
    one_state = not is_empty(gold.value("country")) and gold.value("country") == pair.answer.value("country")
    return max(delegation_credit(accepted, given), 0.5 if one_state else 0.0)


def _person(name: str, pair: Pair) -> float:
    del name
    return name_credit(pair)


# -- sets: the F1 of their members, whatever their order ---------------------------------------------------


def set_f1(gold: Iterable[Any], answer: Iterable[Any], same: Callable[[Any, Any], bool]) -> float:
    """Return the F1 of two sets whose members are the same where `same` says so; each is used once."""
    left, right = list(dict.fromkeys(gold)), list(dict.fromkeys(answer))
    total, matched = len(left) + len(right), 0
    for one in left:
        twin = next((other for other in right if same(one, other)), None)
        if twin is not None:
            right.remove(twin)
            matched += 1
    return 2 * matched / total if total else 0.0


def _best_set(name: str, pair: Pair, same: Callable[[Any, Any], bool]) -> float:
    given = _members(pair.answer.value(name))
    return max(set_f1(_members(one), given, same) for one in pair.gold.field(name).accepted)


def _members(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _codes(name: str, pair: Pair) -> float:
    return _best_set(name, pair, lambda one, other: bool(one == other))


def _organisations(name: str, pair: Pair) -> float:
    return _best_set(name, pair, _same_organisation)


def _same_organisation(one: Any, other: Any) -> bool:
    return tokens(str(one)) == tokens(str(other)) or token_f1(str(one), str(other)) >= 0.8


def _people(name: str, pair: Pair) -> float:
    def same(one: Any, other: Any) -> bool:
        return person_credit((str(one),), str(other), one_country=True, people=pair.scene.people) > 0

    return _best_set(name, pair, same)


_COMPARATORS: dict[str, Callable[[str, Pair], float]] = {
    "enum": _enum,
    "flag": _flag,
    "unit": _unit,
    "title": _title,
    "date": _date,
    "number": _number,
    "amount": _amount,
    "link": _link,
    "country": _country,
    "person": _person,
    "codes": _codes,
    "labels": _codes,
    "organisations": _organisations,
    "people": _people,
}
