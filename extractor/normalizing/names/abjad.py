"""Tells whether a Latin spelling can be read from a name in Arabic letters, which leave short vowels out.

Each written letter must have its sound in the spelling, in order, and each consonant of the spelling its
letter; only short vowels are free. It does not look for another order of the words.
"""

import re
from functools import cache

from extractor.folding import WITHOUT_ACCENTS
from extractor.normalizing.lexicons import load_table

_ARABIC = re.compile("[\u0620-\u064a\u066e-\u06d3]")
_MARKS = re.compile("[\u0610-\u061a\u0640\u064b-\u065f\u0670\u200b-\u200f]")
_VOWELS = frozenset("aeiou")
_LONG = ("oo", "ou")
"""A long u is written: it has its letter."""
_LEAST = 3
"""Consonants; fewer prove nothing."""


def arabic_spelling_fits(name: str, latin: str) -> bool:
    """Tell whether `latin` can be read as a name in Arabic or Persian letters, letter by letter."""
    letters = _MARKS.sub("", name)
    spelt = re.sub("[^a-z]", "", WITHOUT_ACCENTS.fold(latin).text)
    if not _ARABIC.search(letters) or len(re.sub("[aeiou]", "", spelt)) < _LEAST:
        return False
    places = _past_vowels({0}, spelt)
    for letter in _letters().finditer(letters):
        places = _past_vowels(_past(_readings()[letter[0]], places, spelt), spelt)
    return len(spelt) in places


def _past(spellings: frozenset[str], places: set[int], spelt: str) -> set[int]:
    """Return where the spellings of a letter end that begin at some places; a lone letter may be doubled."""
    lone = {2 * one for one in spellings if len(one) == 1}
    return {place + len(one) for place in places for one in spellings | lone if spelt.startswith(one, place)}


def _past_vowels(places: set[int], spelt: str) -> set[int]:
    """Return some places and those that only short vowels lead to, with a mute h or y behind them."""
    reached = set(places)
    for start in places:
        place = start
        while spelt[place : place + 1] in _VOWELS and not spelt.startswith(_LONG, place):
            place += 1
            reached.add(place)
        mute = spelt[place : place + 1] in {"h", "y"} and spelt[place + 1 : place + 2] not in _VOWELS
        if mute and spelt[place - 1 : place] in _VOWELS:
            reached.add(place + 1)
    return reached


@cache
def _readings() -> dict[str, frozenset[str]]:
    table: dict[str, str] = load_table("people_letters")["arabic_read"]
    return {letters: frozenset(cell.replace("_", "").split("|")) for letters, cell in table.items()}


@cache
def _letters() -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, _readings()), key=len, reverse=True)))
