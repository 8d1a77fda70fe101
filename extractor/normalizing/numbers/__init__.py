"""Numbers, amounts of money and other quantities in words or digits of any language to values in base units.

The way: text --tokens, lexicon--> a reading --grammar, literals--> numbers --parts--> numbers with unit and
sign --quantities--> quantities with approximators and ranges; `doubts` says what is none. Words are in
data/numbers/*.yaml.
"""

from extractor.normalizing.numbers.literals import NumberReason
from extractor.normalizing.numbers.parsing import (
    digit_runs,
    find_quantities,
    number_words,
    parse_count,
    parse_quantity,
)
from extractor.normalizing.numbers.values import Quantity

__all__ = [
    "NumberReason",
    "Quantity",
    "digit_runs",
    "find_quantities",
    "number_words",
    "parse_count",
    "parse_quantity",
]
