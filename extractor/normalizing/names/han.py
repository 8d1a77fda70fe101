"""Tells whether a Latin spelling can be read from a name in Chinese characters that is not Japanese.

Korean names are read into Hangul and spelt from there, Vietnamese ones syllable by syllable. Of a Chinese
name of Hong Kong or Singapore the family name must be in a table of spellings, and each syllable of the given
name must begin as the Mandarin one may begin elsewhere.
"""

import re
from functools import cache
from itertools import product

from anyascii import anyascii

from extractor.folding import WITHOUT_ACCENTS
from extractor.normalizing.lexicons import load_table
from extractor.normalizing.names.kanji import without_variants
from extractor.normalizing.names.romanising import korean_spelling_fits, romanise, split_korean

_INITIAL = re.compile("[zcs]h|[^aeiou]")


def _rows(table: str, part: str) -> list[list[str]]:
    return [without_variants(line).split() for line in load_table(table)[part].splitlines()]


def _bare(name: str) -> str:
    return without_variants("".join(name.split()))


@cache
def _hangul() -> dict[str, tuple[str, ...]]:
    rows = _rows("hanja_readings", "readings")
    forms: dict[str, tuple[str, ...]] = {}
    for syllables, characters in rows:
        for hanja in characters:
            forms[hanja] = tuple(dict.fromkeys((*forms.get(hanja, ()), *syllables.split("/"))))
    return forms


@cache
def _vietnamese() -> dict[str, tuple[str, ...]]:
    spellings: dict[str, tuple[str, ...]] = {}
    for syllable, characters in _rows("han_readings", "vietnamese"):
        for char in characters:
            spellings[char] = (*spellings.get(char, ()), syllable)
    return spellings


@cache
def _families() -> dict[str, tuple[str, ...]]:
    rows = _rows("han_readings", "chinese_families")
    return {form: tuple(spellings) for forms, *spellings in rows for form in forms.split("/")}


@cache
def _initials() -> dict[str, tuple[str, ...]]:
    return {initial: tuple(others) for initial, *others in _rows("han_readings", "chinese_initials")}


def _syllables(latin: str) -> tuple[str, ...]:
    return tuple(re.sub("['\u2019\u02bc]", "", WITHOUT_ACCENTS.fold(latin).text).replace("-", " ").split())


def _hangul_forms(name: str) -> list[str]:
    """Return the ways to write a name of two to four hanja in Hangul; none if the table lacks one of them."""
    bare = _bare(name)
    if not 2 <= len(bare) <= 4 or any(char not in _hangul() for char in bare):
        return []
    return ["".join(way) for way in product(*(_hangul()[char] for char in bare))]


def hanja_spelling_fits(name: str, latin: str) -> bool:
    """Tell whether `latin` can be read as a Korean name in hanja, family name first or last."""
    return any(korean_spelling_fits(hangul, latin) for hangul in _hangul_forms(name))


def hangul_of(name: str, country: str) -> str | None:
    """Write a Korean name in hanja in Hangul; None unless each hanja of the given name has one reading.

    Of two readings of a family name the North has the second (李: 이 in KOR, 리 in PRK).
    """
    forms = _hangul_forms(name)
    given = {form[1:] for form in forms}
    if len(given) != 1:
        return None
    hangul = forms[-1 if country == "PRK" else 0]
    return hangul if split_korean(hangul) else None


def vietnamese_spelling_fits(name: str, latin: str) -> bool:
    """Tell whether `latin` is a Vietnamese name, syllable by syllable, with or without its marks."""
    bare, syllables = _bare(name), _syllables(latin.replace("đ", "d").replace("Đ", "D"))
    return 2 <= len(bare) == len(syllables) and all(
        syllable in _vietnamese().get(char, ()) for char, syllable in zip(bare, syllables, strict=True)
    )


def _begins_alike(char: str, syllable: str) -> bool:
    """Tell whether a syllable may be the character's, by how it begins; no vowel is like no consonant."""
    mandarin = anyascii(char).lower()
    initial = _INITIAL.match(mandarin)
    begins = _initials().get(initial.group() if initial else "", tuple("aeoung"))
    return syllable.startswith(begins)


def is_pinyin(name: str, latin: str) -> bool:
    """Tell whether `latin` is the pinyin of a name to the letter, its words in any order."""
    return sorted(_syllables(latin)) == sorted(romanise("".join(name.split()), None).lower().split())


def chinese_spelling_fits(name: str, latin: str) -> bool:
    """Tell whether `latin` can be the name of a Chinese of Hong Kong, Macao, Taiwan, Singapore or Malaysia.

    The family name first or last, one syllable for each character of the given name, or pinyin to the letter;
    a given name that is not Chinese ("John Lee") is not shown.
    """
    bare, syllables = _bare(name), _syllables(latin)
    if is_pinyin(name, latin):
        return True
    size = 2 if bare[:2] in _families() else 1
    spellings, given = _families().get(bare[:size], ()), bare[size:]
    if not 1 <= len(given) <= 2 or len(given) + 1 != len(syllables):
        return False
    return any(
        family in spellings and all(map(_begins_alike, given, rest))
        for family, rest in ((syllables[0], syllables[1:]), (syllables[-1], syllables[:-1]))
    )
