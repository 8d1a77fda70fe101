"""Numbers with their units to credit and to the kind of error; a wrong factor or currency earns nothing."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from evals.cases import Field, Record

_MONEY_TOLERANCE = Decimal("0.005")
_MONEY_NEAR = Decimal("0.05")
_PERCENT_TOLERANCE = Decimal("0.05")
_PERCENT_NEAR = Decimal("0.5")
_PERCENTS = frozenset({"percent", "percentage_point"})
_SAME_UNIT = {
    "tonne": "t", "tonnes": "t", "ton": "t", "tons": "t", "metric_ton": "t", "mt": "t",
    "m³": "m3", "cubic_metre": "m3", "cubic_meter": "m3", "barrels": "barrel", "bbl": "barrel",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Amount:
    """A number in base units with what it counts; `decimals` is how many its key shows."""

    value: Decimal
    unit: str | None
    currency: str | None

    @property
    def half_rounding(self) -> Decimal:
        """Half a unit of the last decimal shown; whole numbers show no rounding."""
        exponent = self.value.as_tuple().exponent
        return Decimal(5).scaleb(exponent - 1) if isinstance(exponent, int) and exponent < 0 else Decimal(0)


_MOST_DIGITS = 30
"""Digits before or behind the point; no amount has more, and arithmetic on 1e999999999 overflows."""


def decimal_of(value: object) -> Decimal | None:
    """Return a number from JSON exactly, or None where it is none."""
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) <= _MOST_DIGITS else None


def unit_of(unit: object) -> str | None:
    """Return the one name of a unit."""
    if not isinstance(unit, str) or not unit:
        return None
    plain = unit.strip().casefold()
    return _SAME_UNIT.get(plain, plain)


def unit_family(unit: object) -> str | None:
    """Return what units may be told apart as one record: percents and percentage points are one family."""
    name = unit_of(unit)
    return "percent" if name in _PERCENTS else name


def amounts_of(record: Record, name: str) -> tuple[Amount, ...]:
    """Return the amounts that count as right, the key's first.

    Alternatives of value, unit and currency go together: "doubled" is the multiple 2 or 100 percent, never
    2 percent.
    """
    first = _amount(record.value(name), record.value("unit"), record.value("currency"))
    units, currencies = _others(record.field("unit")), _others(record.field("currency"))
    rest = [
        _amount(value, unit, currency)
        for value in record.field(name).alternatives
        for unit in units
        for currency in currencies
    ]
    return tuple(amount for amount in (first, *rest) if amount is not None)


def _others(field: Field) -> tuple[str | None, ...]:
    """Return what goes with an alternative value: the alternatives that differ, or the one there is."""
    different = tuple(unit for unit in field.alternatives if unit_of(unit) != unit_of(field.value))
    return different or (field.value,)


def _amount(value: object, unit: str | None, currency: str | None) -> Amount | None:
    number = None if value is None else decimal_of(value)
    return None if number is None else Amount(number, unit_of(unit), currency)


def number_credit(gold: Amount, answer: Amount) -> float:
    """Return the credit of a number: 1 within tolerance, 0.5 near it, else 0."""
    if gold.unit != answer.unit or gold.currency != answer.currency:
        return 0.0
    return closeness(gold, answer.value)


def closeness(gold: Amount, value: Decimal) -> float:
    """Return the credit of the bare number, unit and currency aside."""
    if (gold.value < 0) != (value < 0):
        return 0.0
    apart = abs(gold.value - value)
    if gold.unit in _PERCENTS:
        return 1.0 if apart <= _PERCENT_TOLERANCE else 0.5 if apart <= _PERCENT_NEAR else 0.0
    if apart <= max(abs(gold.value) * _MONEY_TOLERANCE, gold.half_rounding):
        return 1.0
    return 0.5 if apart <= abs(gold.value) * _MONEY_NEAR else 0.0


def amount_error(gold: Amount, answer: Amount) -> str | None:
    """Return what kind of error parts two amounts: sign, scale or currency; None for any other, or none."""
    if gold.value and closeness(gold, -answer.value) == 1 and answer.value:
        return "sign"
    if _is_scaled(gold, answer):
        return "scale"
    if closeness(gold, answer.value) == 1 and gold.currency != answer.currency:
        return "currency"
    return None


def _is_scaled(gold: Amount, answer: Amount) -> bool:
    """Tell whether the numbers differ by a power of ten alone."""
    if not gold.value or not answer.value:
        return False
    shift = round((abs(answer.value) / abs(gold.value)).log10())
    return shift != 0 and closeness(gold, answer.value.scaleb(-int(shift))) == 1
