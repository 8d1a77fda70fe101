"""Number expressions to quantities: a number with its unit or currency, its approximator and its range."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from extractor.normalizing.number_grammar import Amount, NumberReader, Reading
from extractor.normalizing.number_literals import NumberReason
from extractor.normalizing.number_tokens import GAP_BREAK, GAP_NONE

AMBIGUOUS = "?"
"""Begins the name of a currency that several countries share, such as "?peso"."""

_BOUNDS = ("between", "at_least", "at_most", "up_to", "under", "over", "nearly", "about")
"""Where several approximators stand ("about ... or more"), the first of these wins."""
_MOST_LEADS = 6
_TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Quantity:
    """An amount in base units: 42억 달러 has the value 4200000000, the unit currency, the currency USD.

    `unit` is currency, percent, percentage_point, multiple, count or a physical unit (t, barrel, MWh, m3 ...);
    `currency` is ISO 4217, None where the text does not say whose; `qualifier` is exact, about, nearly, over,
    at_least, under, at_most, up_to or between (then `value_max` is the upper end). Thirds and other fractions
    are percents rounded to one decimal.
    """

    value: Decimal
    value_max: Decimal | None
    unit: str
    currency: str | None
    qualifier: str


@dataclass(frozen=True, slots=True)
class Unit:
    """What an amount counts, and what one of it is in base units; `start` is None when it stood before."""

    name: str
    end: int
    currency: str | None = None
    factor: Decimal = Decimal(1)
    named: bool = True


@dataclass(frozen=True, slots=True)
class Lead:
    """What stands before a number: approximators, a sign, a unit or currency, the opening of a range."""

    end: int
    qualifiers: tuple[str, ...] = ()
    unit: Unit | None = None
    negative: bool = False
    between: bool = False
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A quantity, or why there is none, in the tokens from `start` to `end`."""

    start: int
    end: int
    quantity: Quantity | None
    reason: NumberReason | None = None
    certain: bool = True


@dataclass(frozen=True, slots=True)
class _Core:
    """A number with its own unit, before ranges and approximators are counted."""

    amount: Amount
    end: int
    unit: Unit | None
    qualifier: str | None = None


def scan(reading: Reading) -> Iterator[Found]:
    """Yield the number expressions of a reading in order, without overlap."""
    reader, at = QuantityReader(reading), 0
    while at < len(reading.tokens):
        found = reader.read(at) if reader.may_start(at) else None
        if found is None:
            at += 1
        else:
            yield found
            at = max(found.end, at + 1)


_STARTS = frozenset(
    {"small", "round", "half_of", "dual", "fraction", "fraction_strict", "mult", "percent_before", "times_before"}
    | {"currency_before", "code", "approx", "between", "minus", "scale", "vague", "tenths", "weak_small"}
)


class QuantityReader:
    """Reads one number expression at a time."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.numbers = NumberReader(reading)

    def may_start(self, at: int) -> bool:
        """Tell quickly whether an expression can start at token `at`."""
        return self.reading.tokens.is_literal(at) or not _STARTS.isdisjoint(self.reading.kinds(at))

    def read(self, at: int) -> Found | None:
        """Return the expression that starts at token `at`, the longest there is."""
        lead = self._lead(at)
        first = self._core(lead, joins=not lead.between)
        if first is None:
            return self._problem(at, lead)
        ranged = self._range(lead, first)
        if ranged is None:
            return self._single(at, lead, first)
        return self._ranged(at, lead, first, ranged)

    # -- what stands before ------------------------------------------------------------------------------

    def _lead(self, at: int) -> Lead:
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
        if "between" in kinds and not lead.between:
            return replace(lead, end=kinds["between"][1], between=True, marked=True)
        if lead.marked and "article" in kinds and "round" not in kinds:
            return replace(lead, end=kinds["article"][1])
        if lead.unit is None and (unit := self._unit_before(at)) is not None:
            return replace(lead, end=unit.end, unit=unit)
        return self._signed(lead)

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
        if "times_before" in kinds:
            return Unit("multiple", kinds["times_before"][1])
        if "currency_before" in kinds:
            code, end = kinds["currency_before"]
            return _money(code, end + 1 if self.reading.word(end) == "." else end)
        return self._code(at)

    def _code(self, at: int) -> Unit | None:
        match = self.reading.kinds(at).get("code")
        if match is None or not self.reading.tokens.original(at, match[1]).isupper():
            return None
        return _money(match[0], match[1])

    # -- one number with its unit ------------------------------------------------------------------------

    def _core(self, lead: Lead, *, joins: bool) -> _Core | None:
        at = lead.end
        if self._is_attached(at) and lead.unit is None:
            return None
        options = [self._multiple(at), self._fraction(at), self._number(at, lead, joins=joins)]
        found = [option for option in options if option is not None]
        return max(found, key=lambda core: core.end) if found else None

    def _is_attached(self, at: int) -> bool:
        """Tell whether a literal belongs to the name before it, as in G20, F-16 or 제3차."""
        reading, tokens = self.reading, self.reading.tokens
        if at == 0:
            return False
        if "ordinal_before" in reading.kinds(at - 1) and tokens.gap(at) == GAP_NONE:
            return True
        if not tokens.is_literal(at) or tokens.gap(at) != GAP_NONE:
            return False
        before = at - 2 if reading.word(at - 1) in {"-", "/"} and tokens.gap(at - 1) == GAP_NONE else at - 1
        word = reading.word(before)
        latin = bool(word) and word[0].isalpha() and (word[0] < "\u0590" or before != at - 1)
        return latin and not {"approx", "range", "range_weak", "and", "between"} & reading.kinds(before).keys()

    def _multiple(self, at: int) -> _Core | None:
        match = self.reading.kinds(at).get("mult")
        if match is None:
            return None
        amount = Amount(match[0], match[1], Decimal(1), spelled=True)
        return _Core(amount, match[1], Unit("multiple", match[1]))

    def _fraction(self, at: int) -> _Core | None:
        kinds = self.reading.kinds(at)
        for kind in ("fraction", "fraction_strict"):
            if kind not in kinds:
                continue
            value, end = kinds[kind]
            after = self.reading.after_joint(end)
            if kind == "fraction_strict" and after == end and not self._closes(end):
                continue
            return self._part_of(value, end, after)
        return None

    def _part_of(self, value: Decimal, end: int, after: int) -> _Core | None:
        """Return a fraction as a percent, or as part of a magnitude: "a quarter of a billion euros"."""
        skipped = self.reading.end_of("article", after) or after
        scale = next((self.reading.kinds(place)[kind] for place in (after, skipped) for kind in ("scale", "round")
                      if kind in self.reading.kinds(place)), None)  # fmt: skip
        if scale is not None:
            amount = Amount(value * scale[0], scale[1], scale[0], spelled=True)
            unit = self._unit(scale[1])
            return _Core(amount, unit.end if unit else scale[1], unit)
        percent = (value * 100).quantize(_TENTH, ROUND_HALF_UP)
        return _Core(Amount(percent, end, Decimal(1), spelled=True), end, Unit("percent", end))

    def _closes(self, at: int) -> bool:
        """Tell whether no noun follows, so that "a third" is a part and not an ordinal."""
        word = self.reading.word(at)
        return self.reading.tokens.gap(at) == GAP_BREAK or not word[0].isalpha() or bool(
            {"preposition", "approx_after", "range", "and"} & self.reading.kinds(at).keys()
        )  # fmt: skip

    def _number(self, at: int, lead: Lead, *, joins: bool) -> _Core | None:
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
            return _Core(amount, amount.end, None, excess)
        tenths = self._tenths(amount, unit)
        if tenths is not None:
            return tenths
        return _Core(amount, unit.end, unit, excess)

    @staticmethod
    def _beside_currency(lead: Lead, unit: Unit | None, end: int) -> bool:
        before = lead.unit is not None and lead.unit.name == "currency"
        return before or (unit is not None and unit.name == "currency" and unit.end == end + 1)

    def _parts(self, amount: Amount) -> _Core | None:
        """Read fractions with a written number of parts: two thirds, 3분의 2, 三分之二."""
        at = self.reading.after_joint(amount.end)
        kinds = self.reading.kinds(at)
        if "parts" in kinds and amount.value < kinds["parts"][0] and amount.value > 0:
            core = self._part_of(amount.value / kinds["parts"][0], kinds["parts"][1], self.reading.after_joint(kinds["parts"][1]))
            return core
        if "frac_of" in self.reading.kinds(amount.end) and amount.value > 0:
            top = self.numbers.read(self.reading.kinds(amount.end)["frac_of"][1])
            if top is not None:
                return self._part_of(top.value / amount.value, top.end, top.end)
        return None

    def _tenths(self, amount: Amount, unit: Unit) -> _Core | None:
        """Read 三成, 一成五, 3割5分 and 3할 as percents."""
        if unit.name != "tenths":
            return None
        value, end = amount.value * 10, unit.end
        digit = self.numbers.read(end) if self.reading.tokens.gap(end) == GAP_NONE else None
        if digit is not None and digit.value < 10:
            value, end = value + digit.value, self.reading.end_of("tenth_part", digit.end) or digit.end
        return _Core(replace(amount, value=value), end, Unit("percent", end), "over" if amount.over else None)

    def _unit(self, at: int) -> Unit | None:
        """Return the unit at `at`, past a hyphen, an abbreviation's point or an "of"."""
        for place in dict.fromkeys((at, self.reading.after_joint(at))):
            unit = self._unit_at(place)
            if unit is not None:
                return unit
        return None

    def _unit_at(self, at: int) -> Unit | None:
        reading, kinds = self.reading, self.reading.kinds(at)
        if reading.tokens.gap(at) == GAP_BREAK:
            return None
        units = [
            Unit(name, kinds[kind][1])
            for kind, name in _PLAIN_UNITS
            if kind in kinds
        ]  # fmt: skip
        for kind in ("currency", "currency_before"):
            if kind in kinds:
                units.append(_money(*kinds[kind]))
        if (code := self._code(at)) is not None:
            units.append(code)
        if "unit" in kinds:
            (name, factor), end = kinds["unit"]
            units.append(Unit(name, end, factor=factor))
        return max(units, key=lambda unit: unit.end) if units else None

    # -- ranges ------------------------------------------------------------------------------------------

    def _range(self, lead: Lead, first: _Core) -> tuple[_Core, Lead, bool] | None:
        """Return the second number of a range, what stood before it, and whether the link is a weak one."""
        link = self._link(first.end)
        if link is None:
            return None
        at, weak = link
        second_lead = self._lead(at)
        if second_lead.negative or second_lead.between:
            return None
        second = self._core(replace(second_lead, unit=second_lead.unit or lead.unit), joins=not lead.between)
        if second is None or (self._is_plain_year(first, lead) and second.unit is None):
            return None
        if weak and not lead.between:
            closed = "between_after" in self.reading.kinds(self._past_particles(second.end)[-1])
            capped = "at_least" in lead.qualifiers and {"up_to", "at_most"} & set(second_lead.qualifiers)
            if not (closed or capped):
                return None
        elif second_lead.qualifiers and not lead.qualifiers and not lead.between:
            return None
        return second, second_lead, weak

    def _link(self, at: int) -> tuple[int, bool] | None:
        reading, tokens = self.reading, self.reading.tokens
        if reading.word(at) in {"-", "~", "—"}:
            spaced = tokens.gap(at) != GAP_NONE or tokens.gap(at + 1) != GAP_NONE
            if tokens.gap(at) == GAP_BREAK or tokens.gap(at + 1) == GAP_BREAK or (spaced and reading.word(at) == "—"):
                return None
            return at + 1, False
        kinds = reading.kinds(at)
        if "range" in kinds:
            return kinds["range"][1], False
        for kind in ("range_weak", "and"):
            if kind in kinds:
                return kinds[kind][1], True
        return None

    def _ranged(self, at: int, lead: Lead, first: _Core, ranged: tuple[_Core, Lead, bool]) -> Found | None:
        second, second_lead, _ = ranged
        unit = self._common_unit(lead, first, second, second_lead)
        low, high = _distributed(first, second)
        if unit is None or low > high:
            return self._single(at, lead, first)
        if self._is_change(at, lead, first):
            return self._first_of_change(at, lead, low, (first, unit))
        end = self._after(second.end)[0]
        closing = self.reading.end_of("between_after", self._past_particles(second.end)[-1])
        sign = -1 if lead.negative else 1
        factor = unit.factor * sign
        quantity = Quantity(low * factor, high * factor, unit.name, _code_of(unit), "between")
        return Found(at, closing or end, quantity, _currency_reason(unit))

    @staticmethod
    def _common_unit(lead: Lead, first: _Core, second: _Core, second_lead: Lead) -> Unit | None:
        one = first.unit or lead.unit
        two = second.unit or second_lead.unit
        if one is None or two is None:
            return one or two or Unit("count", second.end, named=False)
        return two if (one.name, one.currency) == (two.name, two.currency) or lead.unit is one else None

    def _is_change(self, at: int, lead: Lead, first: _Core) -> bool:
        """Tell whether "from" before the number makes the two a change ("rose from 3 to 5") and not a range."""
        return not lead.marked and any("from" in self.reading.kinds(place) for place in (at - 1, at - 2) if place >= 0
                                       and self.reading.kinds(place).get("from", ("", -1))[1] == at)  # fmt: skip

    def _first_of_change(self, at: int, lead: Lead, low: Decimal, core: tuple[_Core, Unit]) -> Found | None:
        first, unit = core
        amount = replace(first.amount, value=low)
        return self._single(at, lead, replace(first, amount=amount, unit=unit, end=max(first.end, first.amount.end)))

    # -- the whole ---------------------------------------------------------------------------------------

    def _single(self, at: int, lead: Lead, core: _Core) -> Found | None:
        unit = _chosen(lead.unit, core.unit)
        if self._is_time(core, lead, unit):
            return Found(at, core.end, None, NumberReason.TIME)
        end, after = self._after(core.end)
        reason = self._doubt(core, lead, unit, after)
        if reason is not None:
            return Found(at, core.end, None, reason)
        named = unit or Unit("count", core.end, named=False)
        value = core.amount.value * named.factor * (-1 if lead.negative else 1)
        qualifier = _strongest([*lead.qualifiers, *([core.qualifier] if core.qualifier else []), *after])
        certain = named.named and unit is not None or not core.amount.spelled or core.amount.value >= 10**6
        quantity = Quantity(_plain(value), None, named.name, _code_of(named), qualifier)
        return Found(at, end, quantity, _currency_reason(named), certain)

    def _past_particles(self, at: int) -> list[int]:
        """Return the places where something that belongs to the number may follow, past case particles."""
        places = [at]
        for _ in range(2):
            end = self.reading.end_of("particle", places[-1])
            if end is None:
                break
            places.append(end)
        return places

    def _after(self, at: int) -> tuple[int, list[str]]:
        """Return the end past the approximators that follow the number, and what they are."""
        end, words = at, []
        for _ in range(2):
            match = next((self.reading.kinds(place)["approx_after"] for place in self._past_particles(end)
                          if "approx_after" in self.reading.kinds(place) and self.reading.tokens.gap(place) < GAP_BREAK), None)  # fmt: skip
            if match is None:
                break
            words.append(match[0])
            end = match[1]
        return end, words

    def _is_plain_year(self, core: _Core, lead: Lead) -> bool:
        word = self.reading.word(core.amount.end - 1)
        bare = core.unit is None and lead.unit is None and core.amount.order == 1 and not core.amount.spelled
        return bare and len(word) == 4 and word.isdigit() and 1800 <= int(word) <= 2199

    def _is_time(self, core: _Core, lead: Lead, unit: Unit | None) -> bool:
        if unit is not None and unit.name != "count":
            return False
        reading, end = self.reading, core.amount.end
        joint = reading.after_joint(end)
        if any({"time", "ordinal", "month"} & reading.kinds(place).keys() for place in (end, joint)):
            longest = max(reading.kinds(p)[k][1] for p in (end, joint) for k in ("time", "ordinal", "month") if k in reading.kinds(p))
            return unit is None or longest >= unit.end
        start = lead.end
        return start > 0 and any(
            reading.kinds(place)[kind][1] == start
            for place in (start - 1, start - 2) if place >= 0
            for kind in ("month", "time_before") if kind in reading.kinds(place)
        )  # fmt: skip

    def _doubt(self, core: _Core, lead: Lead, unit: Unit | None, after: list[str]) -> NumberReason | None:
        """Return why the number is none that counts, if so."""
        reading, start, end = self.reading, lead.end, core.amount.end
        if any("vague" in reading.kinds(place) and reading.kinds(place)["vague"][1] == start
               for place in range(max(0, start - 2), start)):  # fmt: skip
            return NumberReason.VAGUE
        if unit is not None:
            return None
        if self._is_plain_year(core, lead):
            return NumberReason.YEAR
        return self._tail(end, spelled=core.amount.spelled) if not after else None

    def _tail(self, at: int, *, spelled: bool) -> NumberReason | None:
        """Return what letters glued to the digits make of them: 5G, 21st, 2024-ben are no counts."""
        reading, tokens = self.reading, self.reading.tokens
        word = reading.word(at)
        if spelled or not word or tokens.gap(at) != GAP_NONE:
            return None
        if word == "-" and tokens.gap(at + 1) == GAP_NONE:
            word = reading.word(at + 1)
        elif word == "." and tokens.gap(at + 1) <= 1 and reading.lexicon.marks.decimal == ",":
            following = reading.word(at + 1)
            return NumberReason.TIME if following[:1].isalpha() and tokens.original(at + 1, at + 2).islower() else None
        glued = bool(word) and word[0].isalpha() and word[0] < "\u0590"
        return NumberReason.LETTER if glued else None

    def _problem(self, at: int, lead: Lead) -> Found | None:
        """Say why what starts like a number expression is none, where that is worth saying."""
        problem = self.numbers.problem
        if problem is not None:
            return Found(at, lead.end + 1, None, problem)
        kinds = self.reading.kinds(lead.end)
        vague = [kinds[kind][1] for kind in ("vague", "scale") if kind in kinds]
        if vague and not self.reading.is_character_script:
            return Found(at, max(vague), None, NumberReason.VAGUE)
        return None


_PLAIN_UNITS = (
    ("points", "percentage_point"), ("percent", "percent"), ("times", "multiple"), ("tenths", "tenths"), ("count", "count"),
)  # fmt: skip


def _money(code: str, end: int) -> Unit:
    return Unit("currency", end, currency=code)


def _code_of(unit: Unit) -> str | None:
    return None if unit.currency is None or unit.currency.startswith(AMBIGUOUS) else unit.currency


def _currency_reason(unit: Unit) -> NumberReason | None:
    return NumberReason.AMBIGUOUS_CURRENCY if unit.name == "currency" and _code_of(unit) is None else None


def _chosen(before: Unit | None, after: Unit | None) -> Unit | None:
    """Choose between a unit before and one after the number: "$5bn AUD" is Australian, "%5 hisse" is percent."""
    if before is None or after is None:
        return before or after
    if before.name == after.name == "currency":
        return after if before.currency in {"USD", None} or _code_of(before) is None else before
    return before


def _distributed(first: _Core, second: _Core) -> tuple[Decimal, Decimal]:
    """Return both ends; a magnitude written once, at the second, holds for both ("3-5 million")."""
    low, high = first.amount, second.amount
    if low.order == 1 < high.order and low.value * high.order <= high.value:
        low = low.times(high.order)
    return low.value, high.value


def _strongest(words: list[str]) -> str:
    return next((word for word in _BOUNDS if word in words), "exact")


def _plain(value: Any) -> Decimal:
    """Return the value without exponent and without zeros behind the point."""
    exact = Decimal(value)
    return exact.quantize(Decimal(1)) if exact == exact.to_integral_value() else exact.normalize()
