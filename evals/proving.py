"""Records of an answer to what their own words prove: how quotes are found, and which values follow.

Values are derived again with the extractor's normalising; that judges answers only, never the key.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any

from rapidfuzz import fuzz

from evals.amounts import Amount, closeness, decimal_of
from evals.cases import Case, Record, is_empty
from evals.periods import date_credit
from extractor.folding import folded
from extractor.normalizing.dates import DateContext, find_dates, resolve_date
from extractor.normalizing.numbers import Quantity, digit_runs, find_quantities, parse_quantity

_NEARLY = 85.0
"""Percent of likeness (rapidfuzz partial_ratio) from which a quote is found fuzzily."""
_DATES = ("date", "valid_from", "valid_until", "period")


class Found(StrEnum):
    """How a quote is found in the article."""

    EXACT = "exact"
    FOLDED = "folded"
    FUZZY = "fuzzy"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Proof:
    """What an answer's record can show; `misplaced` quotes are verbatim, but do not stand where they say."""

    quotes: tuple[Found, ...]
    misplaced: int
    derivable: tuple[str, ...]
    underivable: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Tell whether every quote is in the article and every value that can be checked follows."""
        return Found.NONE not in self.quotes and not self.underivable


def prove(record: Record, case: Case) -> Proof:
    """Return what a record of an answer can show of itself."""
    quotes = tuple(find_quote(quote.quote, case.text) for quote in record.evidence) or (Found.NONE,)
    misplaced = sum(
        found is Found.EXACT and quote.start is not None and case.text[quote.start : quote.end] != quote.quote
        for found, quote in zip(quotes, record.evidence, strict=False)
    )
    checks = dict(_checks(record, case, own_words(record, case.text)))
    return Proof(
        quotes,
        misplaced,
        tuple(name for name, follows in checks.items() if follows),
        tuple(name for name, follows in checks.items() if not follows),
    )


@lru_cache(maxsize=8192)
def find_quote(quote: str, text: str) -> Found:
    """Return how well a quote is found in a text; an empty one is not."""
    if not quote.strip():
        return Found.NONE
    if quote in text:
        return Found.EXACT
    plain, whole = folded(quote), _folded_text(text)
    if plain and plain in whole:
        return Found.FOLDED
    if len(plain) <= len(whole) and fuzz.partial_ratio(plain, whole) >= _NEARLY:
        return Found.FUZZY
    return Found.NONE


@lru_cache(maxsize=512)
def _folded_text(text: str) -> str:
    return folded(text)


def own_words(record: Record, text: str) -> tuple[str, ...]:
    """Return the words of the text that a record rests on: its quotes, and what it copies as written."""
    shown = (quote.quote for quotes in record.shown.values() for quote in quotes)
    copied = (field.value for name, field in record.fields.items() if name.endswith("_as_written"))
    given = (*(quote.quote for quote in record.evidence), *shown, *copied)
    words = dict.fromkeys(words for words in given if isinstance(words, str))
    return tuple(one for one in words if find_quote(one, text) in {Found.EXACT, Found.FOLDED})


def _checks(record: Record, case: Case, words: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    """Yield each value that can be checked, and whether it follows from the record's own words."""
    for name in ("value", "value_max"):
        value = decimal_of(record.value(name)) if record.type == "trade_figures" else None
        if value is not None:
            amount = Amount(value, record.value("unit"), record.value("currency"))
            yield name, _is_written(amount, words, case.language)
    for name in ("name_as_written", "title_as_written"):
        if not is_empty(record.value(name)):
            yield name, _stands(str(record.value(name)), words)
    if record.type in {"agreements", "mous"} and digit_runs(str(record.value("title") or "")):
        yield "title", _digits_stand(str(record.value("title")), words)
    for name in _DATES:
        follows = None if is_empty(record.value(name)) else _date_follows(record.value(name), words, case)
        if follows is not None:
            yield name, follows


def _stands(name: str, words: Iterable[str]) -> bool:
    return any(folded(name) in folded(one) for one in words)


def _digits_stand(title: str, words: Iterable[str]) -> bool:
    return set(digit_runs(title)) <= {run for one in words for run in digit_runs(one)}


def _is_written(amount: Amount, words: Iterable[str], language: str) -> bool:
    """Tell whether a quantity in the words has the value; the sign of a fall is in the verb."""
    size = Amount(abs(amount.value), amount.unit, amount.currency)
    return any(_has_value(quantity, size) for one in words for quantity in _quantities(one, language))


def _has_value(quantity: Quantity, size: Amount) -> bool:
    if quantity.currency and size.currency and quantity.currency != size.currency:
        return False
    ends = (quantity.value, quantity.value_max)
    return any(closeness(size, abs(end)) == 1 for end in ends if end is not None)


@lru_cache(maxsize=8192)
def _quantities(words: str, language: str) -> tuple[Quantity, ...]:
    alone = parse_quantity(words, language).value
    running = tuple(quantity for _, quantity in find_quantities(words, language))
    return running if alone is None else (*running, alone)


def _date_follows(value: Any, words: tuple[str, ...], case: Case) -> bool | None:
    """Tell whether a date follows from the record's words, or from a date of the text; None: cannot be told.

    The words of a day often stand in the dateline, and an event told without any is of the article's day.
    """
    reference = date.fromisoformat(case.reference_date) if case.reference_date else None
    if reference is not None and date_credit(reference.isoformat(), str(value)) > 0:
        return True
    resolved = {day for one in (*words, case.text) for day in _days_of(one, case.language, reference)}
    if any(date_credit(day, str(value)) > 0 for day in resolved):
        return True
    return None if reference is None else False


@lru_cache(maxsize=8192)
def _days_of(text: str, language: str, reference: date | None) -> frozenset[str]:
    contexts = [DateContext(reference, language, future) for future in (False, True)]
    outcomes = (
        resolve_date(mention.text, context).value
        for mention in find_dates(text, language)
        for context in contexts
    )
    return frozenset(day for day in outcomes if day is not None)
