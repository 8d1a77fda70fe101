"""EDTF values to credit by the days that they cover, never by their characters."""

from datetime import date

from extractor.normalizing.edtf import Days, edtf_range


def date_credit(gold: str, answer: str) -> float:
    """Return 1 for the same days, 0.5 where one value contains the other, else 0.

    An interval that is open on one side contains nearly everything; what it shares with another value must be
    the end that it states.
    """
    key, given = edtf_range(gold), edtf_range(answer)
    if key is None or given is None:
        return 0.0
    if key == given:
        return 1.0
    if _is_open(key) or _is_open(given):
        return 0.5 if _share_end(key, given) else 0.0
    return 0.5 if _contains(key, given) or _contains(given, key) else 0.0


def contradict(one: str, other: str) -> bool:
    """Tell whether no day is covered by both; what is no EDTF contradicts nothing."""
    first, second = edtf_range(one), edtf_range(other)
    if first is None or second is None:
        return False
    return first[1] < second[0] or second[1] < first[0]


def _is_open(days: Days) -> bool:
    return days[0] == date.min or days[1] == date.max


def _share_end(one: Days, other: Days) -> bool:
    return (one[0] == other[0] != date.min) or (one[1] == other[1] != date.max)


def _contains(outer: Days, inner: Days) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]
