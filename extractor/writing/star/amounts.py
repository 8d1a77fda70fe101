"""Exact decimals as the numbers of a file: 38 digits, 9 of them decimals, in all formats that have types."""

from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation

DIGITS, DECIMALS = 38, 9
"""DECIMAL(38, 9): the widest that DuckDB knows, amounts below 10^29 to a billionth of a unit."""

_CONTEXT = Context(prec=DIGITS, rounding=ROUND_HALF_EVEN)
_STEP = Decimal(1).scaleb(-DECIMALS)


def fitted(value: Decimal) -> Decimal | None:
    """Return the value rounded to 9 decimals, null for one too large; `value_exact` has all digits."""
    try:
        return value.quantize(_STEP, context=_CONTEXT)
    except InvalidOperation:
        return None
