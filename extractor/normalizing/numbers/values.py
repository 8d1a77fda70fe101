"""What number expressions are made of: quantities, units, what leads a number in, and what was found."""

from dataclasses import dataclass
from decimal import Decimal

from extractor.normalizing.numbers.grammar import Amount
from extractor.normalizing.numbers.literals import NumberReason

AMBIGUOUS = "?"
"""Begins the name of a currency that several countries share, such as "?peso"."""


@dataclass(frozen=True)
class Quantity:
    """An amount in base units: 42억 달러 has the value 4200000000, the unit currency, the currency USD.

    `unit` is currency, percent, percentage_point, multiple, count or a physical unit (t, barrel, MWh, m3);
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
    """What an amount counts, where its name ends, and what one of it is in base units."""

    name: str
    end: int
    currency: str | None = None
    factor: Decimal = Decimal(1)


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
class Core:
    """A number with its own unit, before ranges and approximators are counted."""

    amount: Amount
    end: int
    unit: Unit | None
    qualifier: str | None = None


def plain(value: Decimal) -> Decimal:
    """Return the value without exponent and without zeros behind the point."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def money(code: str, end: int) -> Unit:
    """Return the unit of a currency, ambiguous ("?peso") or not."""
    return Unit("currency", end, currency=code)


def code_of(unit: Unit) -> str | None:
    """Return the currency's ISO 4217 code; None where it is not said whose, and for other units."""
    return None if unit.currency is None or unit.currency.startswith(AMBIGUOUS) else unit.currency


def currency_reason(unit: Unit) -> NumberReason | None:
    """Return why an amount of money has no currency code, if so."""
    return NumberReason.AMBIGUOUS_CURRENCY if unit.name == "currency" and code_of(unit) is None else None
