"""Numbers as an article writes them to values in base units; never guesses: no value without its reason."""

from decimal import Decimal
from functools import lru_cache

from extractor.article import Span
from extractor.normalizing.numbers.grammar import NumberReader, Reading
from extractor.normalizing.numbers.languages import known_lexicon, likely_lexicon, possible_languages
from extractor.normalizing.numbers.lexicon import Lexicon, load_lexicon
from extractor.normalizing.numbers.literals import NumberReason, digits_of
from extractor.normalizing.numbers.quantities import scan
from extractor.normalizing.numbers.tokens import tokenize
from extractor.normalizing.numbers.values import Found, Quantity, plain
from extractor.normalizing.outcome import Outcome, unresolved

_LONGEST_EXPRESSION = 400
"""Code points; words that were copied as one value are never longer."""
_REMEMBERED = 1024
"""Sentences and words; the same are asked about for many records."""


@lru_cache(_REMEMBERED)
def parse_quantity(text: str, language: str | None = None) -> Outcome[Quantity]:
    """Read the one quantity in words as an article wrote them, approximator and unit included.

    `language` is a BCP-47 tag; without it, or where it is not known, every language of the text's script is
    tried and a value is given only if they do not contradict each other. An amount of money whose country is
    not said (a bare "peso") has a value with `currency` None, and the reason beside it.
    """
    if len(text) > _LONGEST_EXPRESSION:
        return unresolved(NumberReason.MALFORMED)
    lexicon = known_lexicon(language)
    if lexicon is not None:
        return _parse(text, lexicon)[0]
    return _agreed([_parse(text, load_lexicon(language)) for language in possible_languages(text)])


def _parse(text: str, lexicon: Lexicon) -> tuple[Outcome[Quantity], int]:
    """Return the outcome in one language, and how much of the text the expression covers."""
    reading = Reading(text, lexicon)
    found = list(scan(reading, alone=True))
    values = [one for one in found if one.quantity is not None]
    chosen = _only(values)
    if chosen is None:
        reasons = [one.reason for one in found if one.reason is not None]
        return unresolved(NumberReason.SEVERAL if values else (reasons or [NumberReason.NO_NUMBER])[0]), 0
    refused = [one for one in found if one.reason in _REFUSALS]
    if refused and chosen.quantity is not None and chosen.quantity.unit == "count":
        return unresolved(refused[0].reason or NumberReason.MALFORMED), 0
    if chosen.quantity is not None and chosen.quantity.unit == "count" and _leaves_unit(reading, chosen):
        return unresolved(NumberReason.UNKNOWN_WORD), 0
    return Outcome(chosen.quantity, chosen.reason), chosen.end - chosen.start


def _leaves_unit(reading: Reading, found: Found) -> bool:
    """Tell whether a magnitude or unit stands apart from the number, so that it is more than a count."""
    apart = (place for place in range(len(reading.tokens)) if not found.start <= place < found.end)
    return any(not _AMOUNT_WORDS.isdisjoint(reading.kinds(place)) for place in apart)


_AMOUNT_WORDS = frozenset({"currency", "scale", "percent", "points"})
_REFUSALS = frozenset(
    {NumberReason.AMBIGUOUS_MARK, NumberReason.MALFORMED, NumberReason.LETTER, NumberReason.VAGUE}
)


def _only(values: list[Found]) -> Found | None:
    """Return the one expression with a unit, else the one number; None where there are more."""
    for pick in (_has_unit, _is_certain, _is_any):
        fitting = [one for one in values if pick(one)]
        if fitting:
            return fitting[0] if len({one.quantity for one in fitting}) == 1 else None
    return None


def _has_unit(found: Found) -> bool:
    return found.quantity is not None and found.quantity.unit != "count"


def _is_certain(found: Found) -> bool:
    return found.certain


def _is_any(found: Found) -> bool:
    return found.quantity is not None


def _agreed(outcomes: list[tuple[Outcome[Quantity], int]]) -> Outcome[Quantity]:
    """Return what the languages that understand most of the words agree on."""
    widest = max(covered for _, covered in outcomes)
    best = [outcome for outcome, covered in outcomes if covered == widest]
    if widest == 0:
        return best[0]
    ambiguous = any(outcome.reason == NumberReason.AMBIGUOUS_MARK for outcome, _ in outcomes)
    if len({outcome.value for outcome in best}) > 1 or ambiguous:
        return unresolved(NumberReason.AMBIGUOUS_LANGUAGE)
    return best[0]


@lru_cache(_REMEMBERED)
def find_quantities(text: str, language: str | None = None) -> tuple[tuple[Span, Quantity], ...]:
    """Return every number expression of a running text with its span, in order and without overlap.

    A span takes in the approximator, the currency or unit and both ends of a range, so that it serves to
    widen a number that was copied alone. Years, dates, ordinals, durations and vague magnitudes are left
    out; other bare numbers are counts. Time is linear in the length of the text.
    """
    lexicon = known_lexicon(language) or likely_lexicon(text)
    reading = Reading(text, lexicon)
    return tuple(
        (Span(reading.tokens.starts[one.start], reading.tokens.ends[one.end - 1]), one.quantity)
        for one in scan(reading, alone=False)
        if one.quantity is not None and one.certain
    )


@lru_cache(_REMEMBERED)
def digit_runs(text: str) -> tuple[str, ...]:
    """Return the numbers written in digits of any script, as ASCII digits without marks, in order.

    Digits that only look joined (dates, times, section numbers) are separate runs.
    """
    tokens = tokenize(text, spaced_groups=True, characters="")
    return tuple(run for word in tokens.words if "0" <= word[0] <= "9" for run in digits_of(word))


@lru_cache(_REMEMBERED)
def number_words(text: str, language: str | None) -> tuple[Decimal, ...]:
    """Return the values of the numbers that are spelled out in a text ("three", 두, "három"), in order.

    In scripts without spaces a numeral counts only where a magnitude, unit or counter follows.
    """
    reading = Reading(text, known_lexicon(language) or likely_lexicon(text))
    reader, at, values = NumberReader(reading), 0, []
    while at < len(reading.tokens):
        amount = None if reading.tokens.is_literal(at) else reader.read(at)
        if amount is None or not _stands_alone(reading, at, amount.end):
            at += 1
            continue
        values.append(plain(amount.value))
        at = amount.end
    return tuple(values)


def _stands_alone(reading: Reading, start: int, end: int) -> bool:
    """Tell whether a spelled number is one, and not part of another word of a script without spaces."""
    if start > 0 and reading.tokens.is_literal(start - 1) and "scale" in reading.kinds(start):
        return False
    if not reading.is_character_script:
        return True
    whole = start == 0 and end == len(reading.tokens)
    return whole or reading.has_counter(end)


def parse_count(text: str, language: str | None) -> Outcome[int]:
    """Read the one whole number of a phrase such as "두 건의", "három megállapodás", "34 MoUs", "seven"."""
    lexicon = known_lexicon(language) or likely_lexicon(text)
    reading = Reading(text[:_LONGEST_EXPRESSION], lexicon)
    reader, at, values = NumberReader(reading), 0, []
    while at < len(reading.tokens):
        amount = reader.read(at)
        if amount is None:
            at += 1
            continue
        values.append(amount.value)
        at = amount.end
    if any("vague" in reading.kinds(place) for place in range(len(reading.tokens))):
        return unresolved(NumberReason.VAGUE)
    if len(set(values)) != 1:
        return unresolved(NumberReason.SEVERAL if values else reader.problem or NumberReason.NO_NUMBER)
    return Outcome(int(values[0])) if values[0] == int(values[0]) else unresolved(NumberReason.NOT_WHOLE)
