"""Why digits or number words are no quantity: years, dates, durations, ordinals, names, vague magnitudes."""

from extractor.normalizing.numbers.grammar import Reading
from extractor.normalizing.numbers.literals import NumberReason
from extractor.normalizing.numbers.tokens import GAP_BREAK, GAP_NONE
from extractor.normalizing.numbers.values import Core, Unit

_TIMES = ("time", "ordinal", "month")
_LEAST_TIMELESS = 10**6
"""No date or duration of the news has a magnitude like this."""


def is_plain_year(reading: Reading, core: Core, unit: Unit | None) -> bool:
    """Tell whether the number is four bare digits such as 2024."""
    if core.amount.order > 1 or core.amount.spelled:
        return False
    word = reading.word(core.amount.end - 1)
    if len(word) != 4 or not word.isdigit():
        return False
    if unit is None:
        return 1800 <= int(word) <= 2199
    return unit.name == "count" and 1900 <= int(word) <= 2050 and int(word) % 100 > 0


def is_attached(reading: Reading, at: int) -> bool:
    """Tell whether a number belongs to the name before it, as in G20, F-16, COVID-19 or 제3차."""
    tokens = reading.tokens
    if at == 0:
        return False
    if tokens.gap(at) == GAP_NONE and reading.ends_before(("ordinal_before",), at):
        return True
    if not tokens.is_literal(at) or tokens.gap(at) != GAP_NONE:
        return False
    dashed = reading.word(at - 1) in {"-", "/"} and tokens.gap(at - 1) == GAP_NONE
    before = at - 2 if dashed else at - 1
    word = reading.word(before)
    if not word or not (word[0].isalpha() and (word[0] < "\u0590" or dashed)):
        return False
    return _JOINING.isdisjoint(reading.kinds(before))


_JOINING = frozenset({"approx", "toward", "range", "range_weak", "and", "between", "from"})


def is_time(reading: Reading, start: int, core: Core, unit: Unit | None) -> bool:
    """Tell whether the number from `start` on is of a date, duration, ordinal or article of a treaty."""
    if (unit is not None and unit.name != "count") or core.amount.order >= _LEAST_TIMELESS:
        return False
    end = core.amount.end
    places = (end, end + 1) if reading.word(end) in {"-", "."} else (end,)
    ends = [
        reading.kinds(place)[kind][1] for place in places for kind in _TIMES if kind in reading.kinds(place)
    ]
    if ends:
        return unit is None or max(ends) >= unit.end
    if "month" in reading.kinds(reading.after_joint(end)):
        return True
    return unit is None and reading.ends_before(("month", "time_before"), start)


def doubt_about(reading: Reading, start: int, core: Core, unit: Unit | None) -> NumberReason | None:
    """Return why the number from `start` on is none that counts; None if it does."""
    if reading.ends_before(("vague",), start):
        return NumberReason.VAGUE
    if is_plain_year(reading, core, unit):
        return NumberReason.YEAR
    if unit is not None:
        return None
    return None if core.amount.spelled else _doubt_about_tail(reading, core.amount.end)


def _doubt_about_tail(reading: Reading, at: int) -> NumberReason | None:
    """Return what letters right after bare digits make of them: 5G, 21st and 2024-ben are no counts."""
    tokens, word = reading.tokens, reading.word(at)
    if not word or tokens.gap(at) != GAP_NONE:
        return None
    if word == "-" and tokens.gap(at + 1) == GAP_NONE:
        word = reading.word(at + 1)
    elif word == "." and reading.lexicon.marks.decimal == "," and tokens.gap(at + 1) < GAP_BREAK:
        following = reading.word(at + 1)
        is_ordinal = following[:1].isalpha() and tokens.original(at + 1, at + 2).islower()
        return NumberReason.TIME if is_ordinal else None
    return NumberReason.LETTER if word[:1].isalpha() and word[0] < "\u0590" else None
