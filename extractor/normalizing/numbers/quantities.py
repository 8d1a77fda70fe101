"""Number expressions to quantities: parts put together, with approximators on both sides and ranges."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from extractor.normalizing.numbers.doubts import doubt_about, is_plain_year, is_time
from extractor.normalizing.numbers.grammar import Reading
from extractor.normalizing.numbers.literals import NumberReason
from extractor.normalizing.numbers.parts import NUMERALS, PartReader
from extractor.normalizing.numbers.tokens import GAP_BREAK, GAP_NONE
from extractor.normalizing.numbers.values import (
    Core,
    Found,
    Lead,
    Quantity,
    Unit,
    code_of,
    currency_reason,
    plain,
)

_BOUNDS = ("between", "at_least", "at_most", "up_to", "under", "over", "nearly", "about")
"""Where several approximators stand ("about ... or more"), the first of these wins."""
_SURELY_MEANT = 10**6
"""A spelled number without a unit counts in running text from here on; "one" and "two" are everywhere."""
_LEAST_SPELLED = 10
"""Less money is never spelled in scripts without spaces, where 三元 and 이동 are parts of other words."""
_STARTS = NUMERALS | {
    "percent_before", "times_before", "currency_before", "code",
    "approx", "toward", "between", "from", "minus", "scale", "vague",
}  # fmt: skip


class Ranged(NamedTuple):
    """The second number of a range, and what stood before it."""

    core: Core
    lead: Lead


def scan(reading: Reading, *, alone: bool) -> Iterator[Found]:
    """Yield the number expressions of a reading in order, without overlap.

    `alone` says that the text is one copied expression: then "from 3 to 5" is a range, while in running text
    ("rose from 3 to 5") it is two numbers.
    """
    reader, at = QuantityReader(reading, alone=alone), 0
    while at < len(reading.tokens):
        found = reader.read(at) if reader.may_start(at) else None
        if found is None:
            at += 1
        else:
            yield found
            at = max(found.end, at + 1)


class QuantityReader:
    """Reads one number expression at a time."""

    def __init__(self, reading: Reading, *, alone: bool) -> None:
        self.reading = reading
        self.parts = PartReader(reading, alone=alone)

    def may_start(self, at: int) -> bool:
        """Tell quickly whether an expression can start at token `at`."""
        kinds, word = self.reading.kinds(at), self.reading.word(at)
        return (
            word == "-" or self.reading.tokens.is_literal(at) or bool(kinds and not _STARTS.isdisjoint(kinds))
        )

    def read(self, at: int) -> Found | None:
        """Return the longest expression that starts at token `at`, or why what looks like one is none."""
        lead = self.parts.lead(at)
        first = self.parts.core(lead, joins=not lead.between)
        if first is None:
            return self._problem(at, lead)
        ranged = self._range(lead, first)
        whole = None if ranged is None else self._between(at, lead, first, ranged)
        return whole or self._single(at, lead, first)

    # -- ranges ------------------------------------------------------------------------------------------

    def _range(self, lead: Lead, first: Core) -> Ranged | None:
        link = self._link(first.end)
        if link is None:
            return None
        at, weak = link
        second_lead = self.parts.lead(at)
        if second_lead.negative or second_lead.between:
            return None
        joined = replace(second_lead, unit=second_lead.unit or lead.unit)
        second = self.parts.core(joined, joins=not lead.between)
        if second is None or (
            second.unit is None and is_plain_year(self.reading, first, first.unit or lead.unit)
        ):
            return None
        if weak and not lead.between and not self._is_closed(lead, second, second_lead):
            return None
        if not weak and second_lead.qualifiers and not lead.marked:
            return None
        return Ranged(second, second_lead)

    def _is_closed(self, lead: Lead, second: Core, second_lead: Lead) -> bool:
        """Tell whether "X and Y" is a range: by a "between" after it, or by "at least X ... at most Y"."""
        if "between_after" in self.reading.kinds(self._past_particles(second.end)[-1]):
            return True
        return "at_least" in lead.qualifiers and bool({"up_to", "at_most"} & set(second_lead.qualifiers))

    def _link(self, at: int) -> tuple[int, bool] | None:
        """Return the end of what links two numbers, and whether it only may ("and")."""
        reading, tokens = self.reading, self.reading.tokens
        if reading.word(at) in {"-", "~", "—"}:
            spaced = tokens.gap(at) != GAP_NONE or tokens.gap(at + 1) != GAP_NONE
            if GAP_BREAK in {tokens.gap(at), tokens.gap(at + 1)} or (spaced and reading.word(at) == "—"):
                return None
            return at + 1, False
        for kind, weak in (("range", False), ("range_weak", True), ("and", True)):
            if (end := reading.end_of(kind, at)) is not None:
                return end, weak
        return None

    def _between(self, at: int, lead: Lead, first: Core, second: Ranged) -> Found | None:
        unit = _common_unit(lead, first, second)
        low, high = _distributed(first, second.core)
        if unit is None or low > high:
            return None
        if not lead.between and self.reading.ends_before(("from",), at):
            amount = replace(first.amount, value=low)
            return self._single(at, lead, replace(first, amount=amount, unit=first.unit or unit))
        closing = self.reading.end_of("between_after", self._past_particles(second.core.end)[-1])
        factor = unit.factor * (-1 if lead.negative else 1)
        quantity = Quantity(plain(low * factor), plain(high * factor), unit.name, code_of(unit), "between")
        return Found(at, closing or self._after(second.core.end)[0], quantity, currency_reason(unit))

    # -- the whole ---------------------------------------------------------------------------------------

    def _single(self, at: int, lead: Lead, core: Core) -> Found:
        unit = _chosen(lead.unit, core.unit)
        if is_time(self.reading, lead.end, core, unit):
            return Found(at, core.end, None, NumberReason.TIME)
        end, after = self._after(core.end)
        reason = doubt_about(self.reading, lead.end, core, unit)
        if reason is not None:
            return Found(at, core.end, None, reason)
        named = unit or Unit("count", core.end)
        value = core.amount.value * named.factor * (-1 if lead.negative else 1)
        own = (core.qualifier,) if core.qualifier else ()
        qualifier = _strongest((*lead.qualifiers, *own, *after))
        certain = not core.amount.spelled or self._is_certain(core, unit)
        quantity = Quantity(plain(value), None, named.name, code_of(named), qualifier)
        return Found(at, end, quantity, currency_reason(named), certain)

    def _is_certain(self, core: Core, unit: Unit | None) -> bool:
        """Tell whether a spelled number in running text is surely one, and not a part of other words."""
        if not self.reading.is_character_script:
            return unit is not None or core.amount.value >= _SURELY_MEANT
        return unit is not None and (unit.name != "currency" or core.amount.value >= _LEAST_SPELLED)

    def _past_particles(self, at: int) -> list[int]:
        """Return the places where something that belongs to the number may follow, past case particles."""
        places = [at]
        while len(places) < 3 and (end := self.reading.end_of("particle", places[-1])) is not None:
            places.append(end)
        return places

    def _after(self, at: int) -> tuple[int, tuple[str, ...]]:
        """Return the end past the approximators that follow the number, and what they are."""
        words: tuple[str, ...] = ()
        while len(words) < 2 and (match := self._approximator(at)) is not None:
            words, at = (*words, match[0]), match[1]
        return at, words

    def _approximator(self, at: int) -> tuple[str, int] | None:
        for place in self._past_particles(at):
            match = self.reading.kinds(place).get("approx_after")
            match = match or self._comparison(place)
            if match is not None and self.reading.tokens.gap(place) < GAP_BREAK:
                return match
        return None

    def _comparison(self, at: int) -> tuple[str, int] | None:
        """Return a "more" or "less" that bounds the number: after the case for "than", else it compares."""
        match = self.reading.kinds(at).get("approx_after_ablative")
        ending = self.reading.lexicon.ablative
        return match if match is not None and ending and self.reading.word(at - 1).endswith(ending) else None

    def _problem(self, at: int, lead: Lead) -> Found | None:
        """Say why what starts like a number expression is none, where that is worth saying."""
        problem = self.parts.numbers.problem
        if problem is not None:
            return Found(at, lead.end + 1, None, problem)
        kinds = self.reading.kinds(lead.end)
        vague = [kinds[kind][1] for kind in ("vague", "scale") if kind in kinds]
        if vague and not self.reading.is_character_script:
            return Found(at, max(vague), None, NumberReason.VAGUE)
        return None


def _common_unit(lead: Lead, first: Core, second: Ranged) -> Unit | None:
    """Return the unit of both ends of a range; None if they have different ones."""
    one, two = first.unit or lead.unit, second.core.unit or second.lead.unit
    if one is None or two is None:
        return one or two or Unit("count", second.core.end)
    same = (one.name, one.currency) == (two.name, two.currency)
    return two if same or one is lead.unit else None


def _chosen(before: Unit | None, after: Unit | None) -> Unit | None:
    """Choose between a unit before and one after the number: "$5bn AUD" is Australian, "%5 pay" percent."""
    if before is None or after is None:
        return before or after
    if before.name == after.name == "currency" and (before.currency == "USD" or code_of(before) is None):
        return after
    return before


def _distributed(first: Core, second: Core) -> tuple[Decimal, Decimal]:
    """Return both ends; a magnitude written once, at the second, holds for both ("3-5 million")."""
    low, high = first.amount, second.amount
    if low.order == 1 < high.order and low.value * high.order <= high.value:
        return low.value * high.order, high.value
    return low.value, high.value


def _strongest(words: tuple[str, ...]) -> str:
    return next((word for word in _BOUNDS if word in words), "exact")
