"""What went wrong with a record, in one word each: the error tags of the protocol."""

from collections.abc import Iterable, Iterator, Sequence

from evals.aligning import is_eligible
from evals.amounts import amount_error, amounts_of
from evals.cases import Record, is_empty
from evals.comparing import Outcome, Pair, Scene, Slot, slots_of
from evals.proving import Proof
from evals.wording import tokens

TAGS = (
    "scale", "currency", "sign", "period", "direction", "party", "role", "status",
    "duplicate", "over_extraction", "fabricated", "normalisation",
)  # fmt: skip
_BY_FIELD = {
    "period": "period",
    "date": "period",
    "valid_from": "period",
    "valid_until": "period",
    "from_country": "direction",
    "to_country": "direction",
    "parties": "party",
    "party_organisations": "party",
    "countries": "party",
    "role": "role",
    "status": "status",
}
_WRITTEN = {
    "value": "value_as_written",
    "date": "date_as_written",
    "period": "period_as_written",
    "name": "name_as_written",
}
_SECOND_COPY = 0.75
_WRONG = frozenset({Outcome.INC, Outcome.SPU, Outcome.MIS})


def pair_tags(pair: Pair, slots: Iterable[Slot]) -> Iterator[str]:
    """Yield the tags of an aligned pair."""
    for slot in slots:
        if slot.field in {"value", "value_max"} and slot.outcome is Outcome.INC:
            yield from _amount_tag(pair.gold, pair.answer, slot.field)
        if slot.field in _BY_FIELD and (
            slot.outcome in _WRONG or (slot.outcome is Outcome.PAR and _BY_FIELD[slot.field] == "party")
        ):
            yield _BY_FIELD[slot.field]
        if slot.outcome is Outcome.INC and _copied_right(pair, slot.field):
            yield "normalisation"


def false_alarm_tags(
    answer: Record, proof: Proof, missed: Sequence[Record], aligned: Sequence[Record]
) -> Iterator[str]:
    """Yield the tags of a record that the key lacks; `missed` and `aligned` are records of the key."""
    yield "over_extraction" if proof.holds else "fabricated"
    if any(_is_copy(answer, gold) for gold in aligned if gold.type == answer.type):
        yield "duplicate"
    if answer.type == "trade_figures":
        yield from _missed_figure(answer, missed)


def _missed_figure(answer: Record, missed: Sequence[Record]) -> Iterator[str]:
    """Yield why a figure did not meet one of the same indicator that the key has."""
    for gold in missed:
        if gold.type == answer.type and gold.value("indicator") == answer.value("indicator"):
            found = list(_amount_tag(gold, answer, "value"))
            if found:
                yield from found
                return


def _amount_tag(gold: Record, answer: Record, name: str) -> Iterator[str]:
    given = amounts_of(answer, name)
    errors = [amount_error(amount, given[0]) for amount in amounts_of(gold, name)] if given else []
    yield from [error for error in errors if error][:1]


def _copied_right(pair: Pair, field: str) -> bool:
    """Tell whether the words were copied as the key has them, and only their value is wrong."""
    written = _WRITTEN.get(field)
    if written is None or is_empty(pair.answer.value(written)):
        return False
    given = tokens(str(pair.answer.value(written)))
    return any(tokens(str(one)) == given for one in pair.gold.field(written).accepted)


def _is_copy(answer: Record, gold: Record) -> bool:
    """Tell whether a record says again what the key has once; links aside."""
    pair = Pair(gold, answer, Scene())
    if gold.type != "meetings" and not is_eligible(pair):
        return False
    slots = [slot for slot in slots_of(pair) if slot.field != "meeting"]
    said = [slot for slot in slots if not is_empty(slot.answer)]
    return bool(said) and sum(slot.credit for slot in said) >= _SECOND_COPY * len(said)
