"""Writes names in Latin letters, and tells whether a Latin spelling can be one of a name in another script.

Korean is read syllable by syllable; elsewhere consonants are compared. No reading of kanji: they need a hint.
"""

import re
from functools import cache
from itertools import permutations

from anyascii import anyascii
from rapidfuzz.distance import JaroWinkler, Levenshtein

from extractor.folding import WITHOUT_ACCENTS
from extractor.normalizing.lexicons import load_table

_CLASSES = (
    (r"sch|shch|tch|dzs|dzh|dsch|tsch|cz|cs|ch|sh|sz|zh|zs|ts|dz|ty|gy|[sxjzc](?![kq])", "S"),
    (r"kh|gh|ck|[kgqc]", "K"),
    (r"th|dh|[td]", "T"),
    (r"ph|[bpfvw]", "P"),
    (r"[lr]", "R"),
    (r"ng|n", "N"),
    (r"m", "M"),
)
_CLASS = re.compile("|".join(f"({expression})" for expression, _ in _CLASSES))
_INSTRUMENTAL = re.compile("(?:[оеё]в|[иыї]н)[ыи]м$")
_SOUNDS_ALIKE = 0.55
_MOST_WORDS = 5


@cache
def _letters(table: str) -> tuple[str, ...]:
    """Return the cells of a row of letters; `_` is an empty one."""
    row: str = load_table("people_letters")[table]
    return tuple("" if cell == "_" else cell for cell in row.split())


@cache
def _cyrillic(country: str | None) -> dict[str, str]:
    tables = load_table("people_letters")
    return {**tables["cyrillic"], **(tables["cyrillic_ukrainian"] if country == "UKR" else {})}


def _syllable(char: str) -> tuple[int, int, int] | None:
    index = ord(char) - 0xAC00
    return (index // 588, index % 588 // 28, index % 28) if 0 <= index < 11172 else None


@cache
def _surnames() -> dict[str, str]:
    surnames: dict[str, str] = load_table("people_words")["korean_surnames"]
    return surnames


def split_korean(name: str) -> tuple[str, str] | None:
    """Split a Korean name of two to four syllables into family and given name; None if it is no such name."""
    bare = "".join(name.split())
    if not 2 <= len(bare) <= 4 or any(_syllable(char) is None for char in bare):
        return None
    for size in (2, 1):
        if bare[:size] in _surnames() and 1 <= len(bare) - size <= 2:
            return bare[:size], bare[size:]
    return None


def _read(char: str) -> str:
    parts = _syllable(char)
    if parts is None:
        return re.escape(char)
    rows = ("korean_read_initials", "korean_read_medials", "korean_read_finals")
    return "".join(f"(?:{_letters(row)[part]})" for row, part in zip(rows, parts, strict=True))


def korean_spelling_fits(name: str, latin: str) -> bool:
    """Tell whether `latin` can be read as the Korean name, syllable by syllable, in either order."""
    parts = split_korean(name)
    if parts is None:
        return False
    surname, given = parts
    family = load_table("people_letters")["korean_read_surnames"].get(surname) or "".join(map(_read, surname))
    spelling = re.sub(r"[\s'\u2019-]+", "", WITHOUT_ACCENTS.fold(latin).text)
    rest = "".join(map(_read, given))
    return any(re.fullmatch(form, spelling) for form in (f"(?:{family}){rest}", f"{rest}(?:{family})"))


def _roman_syllable(char: str, country: str | None = None) -> str:
    parts = _syllable(char)
    if parts is None:
        return char
    south = ("korean_initials", "korean_medials", "korean_finals")
    rows = ("northern_initials", "northern_medials", "korean_finals") if country == "PRK" else south
    return "".join(_letters(row)[part] for row, part in zip(rows, parts, strict=True))


def _romanise_korean(name: str, country: str | None) -> str:
    parts = split_korean(name)
    if parts is None:
        return " ".join("".join(map(_roman_syllable, word)).capitalize() for word in name.split())
    surname, given = _surnames()[parts[0]], [_roman_syllable(char, country) for char in parts[1]]
    if country == "PRK":
        return " ".join((surname, *(syllable.capitalize() for syllable in given)))
    return f"{surname} {'-'.join(given).capitalize()}"


def _in_nominative(name: str) -> str:
    """Turn "Иваном Петровым" back: where a family name stands in the instrumental, so does the given name."""
    words = name.split()
    if len(words) < 2 or not _INSTRUMENTAL.search(words[-1]):
        return name
    return " ".join((*(re.sub("ом$", "", re.sub("ем$", "й", word)) for word in words[:-1]), words[-1][:-2]))


def _romanise_cyrillic(name: str, country: str | None) -> str:
    table = _cyrillic(country)
    name = _in_nominative(name)
    soft = r"ий\b" if country == "UKR" else r"(?:ий|ый)\b"
    roman = "".join(table.get(char, char) for char in re.sub(soft, "й", name.lower()))
    return re.sub(r"\w+", lambda word: word.group().capitalize(), roman)


def romanise(name: str, country: str | None) -> str:
    """Write a name in Latin letters: the family name stays where it stands; vowels not written stay out."""
    if any(_syllable(char) is not None for char in name):
        return _romanise_korean(name, country)
    if re.search("[\u0400-\u052f]", name):
        return _romanise_cyrillic(name, country)
    if re.fullmatch("[\u3400-\u9fff]{2,4}", name):
        family, given = anyascii(name[0]), anyascii(name[1:])
        return f"{family} {given.capitalize()}"
    spaced = re.sub(r"(?<!\w)\u0627\u0644(?=\w{2})", "al-", name.replace("ー", "").replace("・", " "))
    plain = re.sub("[`']", "", anyascii(spaced))
    return re.sub(r"[^\W_]+", lambda word: word.group().capitalize(), " ".join(plain.split()))


def skeleton(latin: str) -> str:
    """Return the classes of the consonants of a Latin spelling: voice, vowels, h and y do not count."""
    found = _CLASS.finditer(WITHOUT_ACCENTS.fold(latin).text)
    letters = [_CLASSES[(match.lastindex or 1) - 1][1] for match in found]
    return "".join(
        letter for place, letter in enumerate(letters) if place == 0 or letter != letters[place - 1]
    )


def _consonants_a_slip(name: str) -> int:
    """Return in how many consonants one may differ: Hangul and kana have none for many a foreign one."""
    return 5 if re.search("[\u3040-\u30ff\uac00-\ud7a3]", name) else 8


def spelling_fits(name: str, latin: str, country: str | None) -> bool:
    """Tell whether `latin` can be a spelling of `name`, of another script, with its words in any order.

    The consonants must agree but for a slip (Głowacki, Гловацкий); c, k and s count as one (Macron, Макрон).
    """
    roman = romanise(name, country).lower()
    words = WITHOUT_ACCENTS.fold(latin).text.replace("-", " ").split()
    if not words or len(words) > _MOST_WORDS:
        return False
    vowelless = bool(re.search("[\u0590-\u077f]", name))
    target = skeleton(roman.replace(" ", ""))
    for order in permutations(words):
        together = "".join(order)
        spelt = Levenshtein.distance(skeleton(together).replace("K", "S"), target.replace("K", "S"))
        sound = (
            1.0 if vowelless else JaroWinkler.similarity(together, roman.replace(" ", "").replace("-", ""))
        )
        if spelt <= len(target) // _consonants_a_slip(name) and sound >= _SOUNDS_ALIKE:
            return True
    return False
