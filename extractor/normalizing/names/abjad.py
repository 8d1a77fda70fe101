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
_VOWELS = "(?:(?!oo|ou)[aeiou])*(?:(?<=[aeiou])[hy](?![aeiou]))?"
"""What may stand between two letters: vowels, which are not written, with a mute h or y behind them.

A long u is written: it has its letter.
"""
_LEAST = 3
"""Consonants; fewer prove nothing."""


def arabic_spelling_fits(name: str, latin: str) -> bool:
    """Tell whether `latin` can be read as a name in Arabic or Persian letters, letter by letter."""
    letters = _MARKS.sub("", name)
    spelt = re.sub("[^a-z]", "", WITHOUT_ACCENTS.fold(latin).text)
    if not _ARABIC.search(letters) or len(re.sub("[aeiou]", "", spelt)) < _LEAST:
        return False
    return _reading(letters).fullmatch(spelt) is not None


@cache
def _readings() -> dict[str, str]:
    table: dict[str, str] = load_table("people_letters")["arabic_read"]
    return {letters: _of(cell) for letters, cell in table.items()}


def _of(cell: str) -> str:
    """Return the pattern of a cell: its spellings, each letter of them once or twice; `_` is an empty one."""
    spellings = sorted((one for one in cell.split("|") if one != "_"), key=len, reverse=True)
    doubled = [f"{one}{{1,2}}" if len(one) == 1 else one for one in spellings]
    return f"(?:{'|'.join(doubled)}){'?' if '_' in cell.split('|') else ''}"


@cache
def _letters() -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, _readings()), key=len, reverse=True)))


def _reading(name: str) -> re.Pattern[str]:
    read = (_readings()[hit[0]] for hit in _letters().finditer(name))
    return re.compile(_VOWELS + "".join(letter + _VOWELS for letter in read))
