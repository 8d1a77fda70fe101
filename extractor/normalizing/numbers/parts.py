"""The parts of a number expression: what leads it in, the number, fraction or multiple, and the unit."""

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from extractor.normalizing.numbers.doubts import is_attached
from extractor.normalizing.numbers.grammar import Amount, NumberReader, Reading
from extractor.normalizing.numbers.tokens import GAP_BREAK, GAP_NONE
from extractor.normalizing.numbers.values import Core, Lead, Unit, money

NUMERALS = frozenset({"small", "round", "half_of", "dual", "fraction", "fraction_strict", "mult"})
"""Kinds of phrases that are a number by themselves."""
_MOST_LEADS = 6
_CLAUSE = 12
"""How many tokens back a verb may stand."""
_TENTH = Decimal("0.1")
_PLAIN_UNITS = (
    ("points", "percentage_point"), ("percent", "percent"), ("times", "multiple"), ("tenths", "tenths"),
    ("count", "count"),
)  # fmt: skip


class PartReader:
    """Reads the parts of one number expression; `alone` says that the text is nothing but that expression."""

    def __init__(self, reading: Reading, *, alone: bool) -> None:
        self.reading = reading
        self.numbers = NumberReader(reading)
        self.alone = alone

    def lead(self, at: int) -> Lead:
        """Return what stands at `at` before a number: approximators, a sign, a unit, "between"."""
        lead = Lead(at)
        for _ in range(_MOST_LEADS):
            further = self._further(lead)
            if further is None:
                break
            lead = further
        return lead

    def _further(self, lead: Lead) -> Lead | None:
        kinds, at = self.reading.kinds(lead.end), lead.end
        if "approx" in kinds:
            word, end = kinds["approx"]
            return replace(lead, end=end, qualifiers=(*lead.qualifiers, word), marked=True)
        opening = "between" if "between" in kinds else "from"
        if opening in kinds and not lead.between and (opening == "between" or self.alone):
            return replace(lead, end=kinds[opening][1], between=True, marked=True)
        if "toward" in kinds:
            word = () if lead.qualifiers or self._follows_change(lead.end) else ("up_to",)
            return replace(lead, end=kinds["toward"][1], qualifiers=(*lead.qualifiers, *word), marked=True)
        if lead.marked and "article" in kinds and NUMERALS.isdisjoint(kinds):
            return replace(lead, end=kinds["article"][1])
        if lead.unit is None and (unit := self._unit_before(at)) is not None:
            return replace(lead, end=unit.end, unit=unit)
        return self._signed(lead)

    def _follows_change(self, at: int) -> bool:
        """Tell whether a verb of change stands before, so that "до" is the new level and no upper bound."""
        for place in range(at - 1, max(-1, at - _CLAUSE), -1):
            if self.reading.word(place) in {".", "!", "?", ";"}:
                return False
            if "change" in self.reading.kinds(place):
                return True
        return False

    def _signed(self, lead: Lead) -> Lead | None:
        at, reading = lead.end, self.reading
        if "minus" in reading.kinds(at):
            return replace(lead, end=reading.kinds(at)["minus"][1], negative=True)
        is_sign = reading.word(at) == "-" and reading.tokens.gap(at + 1) == GAP_NONE
        if is_sign and (reading.tokens.gap(at) != GAP_NONE or at == 0 or reading.word(at - 1) in {"(", ":"}):
            return replace(lead, end=at + 1, negative=True) if self._numeric(at + 1) else None
        return None

    def _numeric(self, at: int) -> bool:
        return self.reading.tokens.is_literal(at) or "currency_before" in self.reading.kinds(at)

    def _unit_before(self, at: int) -> Unit | None:
        kinds = self.reading.kinds(at)
        if "percent_before" in kinds:
            return Unit("percent", kinds["percent_before"][1])
        if "times_before" in kinds and "mult" not in kinds:
            return Unit("multiple", kinds["times_before"][1])
        if "currency_before" in kinds:
            code, end = kinds["currency_before"]
            return money(code, end + 1 if self.reading.word(end) == "." else end)
        return self._code(at)

    def _code(self, at: int) -> Unit | None:
        match = self.reading.kinds(at).get("code")
        if match is None or not self.reading.tokens.original(at, match[1]).isupper():
            return None
        return money(match[0], match[1])

    def core(self, lead: Lead, *, joins: bool) -> Core | None:
        """Return the longest number, fraction or multiple after the lead; `joins` admits "and" inside it."""
        at = lead.end
        if is_attached(self.reading, at) and lead.unit is None:
            return None
        options = [self._multiple(at), self._fraction(at), self._number(at, lead, joins=joins)]
        found = [option for option in options if option is not None]
        return max(found, key=lambda core: core.end) if found else None

    def _multiple(self, at: int) -> Core | None:
        match = self.reading.kinds(at).get("mult")
        if match is None or self._is_other(at, match[1]):
            return None
        amount = Amount(match[0], match[1], Decimal(1), spelled=True)
        return Core(amount, match[1], Unit("multiple", match[1]))

    def _fraction(self, at: int) -> Core | None:
        kinds = self.reading.kinds(at)
        for kind in ("fraction", "fraction_strict"):
            if kind not in kinds:
                continue
            value, end = kinds[kind]
            if self._is_other(at, end):
                continue
            after = self.reading.after_joint(end)
            if kind == "fraction_strict" and "of" not in self.reading.kinds(end) and not self._closes(end):
                continue
            return self._part_of(value, end, after)
        return None

    def _is_other(self, start: int, end: int) -> bool:
        """Tell whether the words say something else: double taxation, the first half of the year."""
        reading = self.reading
        if (reading.end_of("noise", start) or 0) > end or "ordinal_after" in reading.kinds(end):
            return True
        if reading.word(end) == "-" and reading.tokens.gap(end) == GAP_NONE:
            return True
        if "time" in reading.kinds(end) or "time" in reading.kinds(
            self._past_article(reading.after_joint(end))
        ):
            return True
        halves = (reading.end_of("plus_half", place) or 0 for place in (start - 1, start - 2))
        return reading.ends_before(("ordinal_lead",), start) or any(half >= end for half in halves)

    def _past_article(self, at: int) -> int:
        return self.reading.end_of("article", at) or at

    def _part_of(self, value: Decimal, end: int, after: int) -> Core | None:
        """Return a fraction as a percent, or as part of a magnitude: "a quarter of a billion euros"."""
        kinds = self.reading.kinds(after) | self.reading.kinds(self._past_article(after))
        scale = kinds.get("scale") or kinds.get("round")
        if scale is not None:
            amount = Amount(value * scale[0], scale[1], scale[0], spelled=True)
            unit = self._unit(scale[1])
            return Core(amount, unit.end if unit else scale[1], unit)
        percent = (value * 100).quantize(_TENTH, ROUND_HALF_UP)
        return Core(Amount(percent, end, Decimal(1), spelled=True), end, Unit("percent", end))

    def _closes(self, at: int) -> bool:
        """Tell whether no noun follows, so that "a third" is a part and not an ordinal."""
        reading, word = self.reading, self.reading.word(at)
        if reading.tokens.gap(at) == GAP_BREAK:
            return True
        if word == "-":
            return reading.tokens.gap(at) != GAP_NONE
        closers = {"preposition", "approx_after", "range", "and"}
        return not word[0].isalpha() or not closers.isdisjoint(reading.kinds(at))

    def _number(self, at: int, lead: Lead, *, joins: bool) -> Core | None:
        amount = self.numbers.read(at, joins=joins, letters=True)
        if amount is None:
            return None
        parts = self._parts(amount)
        if parts is not None:
            return parts
        unit = self._unit(amount.end)
        if amount.letter and not self._beside_currency(lead, unit, amount.end):
            amount = self.numbers.read(at, joins=joins) or amount
            unit = self._unit(amount.end)
        excess = "over" if amount.over else None
        if unit is None:
            return Core(amount, amount.end, None, excess)
        tenths = self._tenths(amount, unit)
        if tenths is not None:
            return tenths
        return Core(amount, unit.end, unit, excess)

    @staticmethod
    def _beside_currency(lead: Lead, unit: Unit | None, end: int) -> bool:
        before = lead.unit is not None and lead.unit.name == "currency"
        return before or (unit is not None and unit.name == "currency" and unit.end == end + 1)

    def _parts(self, amount: Amount) -> Core | None:
        """Read fractions with a written number of parts: two thirds, 3분의 2, 三分之二."""
        at = self.reading.after_joint(amount.end)
        kinds = self.reading.kinds(at)
        if "parts" in kinds and amount.value < kinds["parts"][0] and amount.value > 0:
            parts, end = kinds["parts"]
            return self._part_of(amount.value / parts, end, self.reading.after_joint(end))
        if "frac_of" in self.reading.kinds(amount.end) and amount.value > 0:
            top = self.numbers.read(self.reading.kinds(amount.end)["frac_of"][1])
            if top is not None:
                return self._part_of(top.value / amount.value, top.end, top.end)
        return None

    def _tenths(self, amount: Amount, unit: Unit) -> Core | None:
        """Read 三成, 一成五, 3割5分 and 3할 as percents."""
        if unit.name != "tenths":
            return None
        value, end = amount.value * 10, unit.end
        digit = self.numbers.read(end) if self.reading.tokens.gap(end) == GAP_NONE else None
        if digit is not None and digit.value < 10:
            value, end = value + digit.value, self.reading.end_of("tenth_part", digit.end) or digit.end
        return Core(replace(amount, value=value), end, Unit("percent", end), "over" if amount.over else None)

    def _unit(self, at: int) -> Unit | None:
        """Return the unit at `at`, past a hyphen, an abbreviation's point or an "of"."""
        unit = self._unit_at(at)
        joint = self.reading.after_joint(at)
        if unit is not None or joint == at:
            return unit
        unit = self._unit_at(joint)
        return None if unit is not None and unit.name == "count" and "of" in self.reading.kinds(at) else unit

    def _unit_at(self, at: int) -> Unit | None:
        reading, kinds = self.reading, self.reading.kinds(at)
        if reading.tokens.gap(at) == GAP_BREAK:
            return None
        units = [Unit(name, kinds[kind][1]) for kind, name in _PLAIN_UNITS if kind in kinds]
        units += [money(*kinds[kind]) for kind in ("currency", "currency_before") if kind in kinds]
        if (code := self._code(at)) is not None:
            units.append(code)
        if "unit" in kinds:
            (name, factor), end = kinds["unit"]
            units.append(Unit(name, end, factor=factor))
        return max(units, key=lambda unit: unit.end) if units else None
