"""Tells whether a Latin spelling can be read from a Japanese name in kanji and kana, kanji by kanji.

The table of readings decides; sounds change where kanji meet (Hasegawa, Ippei, Kambara), long vowels may be
written or not. Of a family name one kanji may be missing from the table, if all the rest fits.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from anyascii import anyascii

from extractor.folding import WITHOUT_ACCENTS
from extractor.normalizing.lexicons import load_table
from extractor.normalizing.names.romanising import spelling_fits

HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa\u30fc]+")
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc]{2,}")
"""A foreign given name: 玉城デニー."""
_NAME = re.compile("[\u3041-\u3096\u30a1-\u30fa\u30fc\u3005\u3400-\u9fff\uf900-\ufaff]{1,9}")
_BETWEEN = {"ヶ": "(?:ga|ka|ke)", "ケ": "(?:ga|ka|ke)", "ヵ": "ka", "ツ": "tsu", "之": "no"}
"""Signs between two kanji: 霞ヶ関 Kasumigaseki, 四ツ谷 Yotsuya."""
_MORA = "(?:[kgsztdnhbpmyrwjf]|sh|ch|ts|[kgnhbpmr]y)?[aeiou]n?"
_VOICED = (
    ("sh", "(?:sh|j)"),
    ("ch", "(?:ch|j)"),
    ("ts", "(?:ts|z)"),
    ("fu", "[fbp]u"),
    ("k", "[kg]"),
    ("s", "[sz]"),
    ("t", "[td]"),
    ("h", "[hbp]"),
)
"""How a part sounds behind another: rendaku, and p behind n or a doubled consonant."""
_LONG = {"ou": "(?:ou|oh|oo|o)", "oo": "(?:oo|oh|ou|o)", "uu": "(?:uu|uh|u)", "ii": "ii?"}
_VOWELS = re.compile("ou|oo|uu|ii|n(?=[bpm])|n$")
_CUT = re.compile("(?:ku|ki|tsu|chi|ri|ru)$")
"""What goes where the next consonant is doubled: ichi and hei are Ippei, hori and ta Hotta."""
_SMALL = "ゃゅょぁぃぅぇぉャュョァィゥェォ"
_DOUBLING = "っッ"
_ALSO_WRITTEN = {"du": "zu", "di": "ji", "wo": "o", "we": "e", "wi": "i"}
_OTHER_SPELLINGS = (
    ("l", "r"),
    ("c(?!h)", "k"),
    ("jy|zy", "j"),
    ("s(?=y|i)y?(?=[aiou])", "sh"),
    ("t(?=y|i)y?(?=[aiou])", "ch"),
    ("tu", "tsu"),
    ("(?<![sc])hu", "fu"),
    ("zi", "ji"),
)
_FEWEST_WITH_UNKNOWN = 4


@cache
def _variants() -> dict[int, str]:
    rows = (line.split() for line in load_table("kanji_readings")["variants"].splitlines())
    return {ord(variant): kept for kept, variants in rows for variant in variants}


@cache
def _readings() -> dict[str, tuple[str, ...]]:
    table = load_table("kanji_readings")
    rows = (line.split() for part in ("readings", "words") for line in table[part].splitlines())
    return {word: tuple(readings) for word, *readings in rows}


@cache
def _known() -> frozenset[str]:
    """Return the kanji that the table reads, alone or in a word."""
    return frozenset("".join(_readings()))


@cache
def _longest() -> int:
    return max(map(len, _readings()))


def _plain(reading: str) -> str:
    """Return the expression of a reading: a long vowel in any spelling, n or m before a lip."""

    def spelt(match: re.Match[str]) -> str:
        found = match.group()
        return _LONG.get(found) or ("[nm]" if match.end() < len(reading) else "(?:n|m(?=[bpm]))")

    return _VOWELS.sub(spelt, reading)


def _sounding(reading: str) -> str:
    """Return the expression of a reading behind another part of the name."""
    if reading == "o":
        return "(?:o|(?<=o))"
    for start, sounds in _VOICED:
        if reading.startswith(start):
            return sounds + _plain(reading[len(start) :])
    return _plain(reading)


def _as_romaji(kana: str) -> str:
    """Write kana in Hepburn, long vowels as the kana have them: しゅういち is shuuichi."""
    latin, doubled = "", False
    for char in kana:
        sound = _ALSO_WRITTEN.get(anyascii(char), anyascii(char))
        if char in _DOUBLING:
            doubled = True
        elif char == "ー":
            latin += latin[-1:]
        elif char in _SMALL and latin:
            glide = "" if sound[0] != "y" or latin.endswith(("shi", "chi", "ji")) else "y"
            latin = latin[:-1] + glide + sound[-1]
        else:
            first = "t" if sound.startswith("ch") else sound[:1]
            latin, doubled = latin + first * doubled + sound, False
    return latin


def _variants_of_unit(unit: str, at: int, after: str) -> Iterator[str]:
    """Yield expressions for one unit of a name; its reading may include the kana in `after`, behind it."""
    okurigana = _as_romaji(after[:1]) if _KANA.match(after) else ""
    for reading in _readings()[unit]:
        heard = _sounding if at else _plain
        yield heard(reading)
        if okurigana and reading.endswith(okurigana) and reading != okurigana:
            yield heard(reading.removesuffix(okurigana))
        if after and _CUT.search(reading):
            stem = heard(_CUT.sub("", reading))
            yield f"{stem}(?:k(?=k)|s(?=s)|t(?=t)|p(?=p)|[tc](?=ch))"


def _units(part: str, at: int) -> Iterator[tuple[int, str]]:
    """Yield how many characters from `at` make a unit, and the expression of its sounds."""
    inside = 0 < at < len(part) - 1
    if inside and part[at] in _BETWEEN:
        yield 1, _BETWEEN[part[at]]
    kana = _KANA.match(part, at)
    if kana:
        yield len(kana.group()), _plain(_as_romaji(kana.group()))
        return
    for size in range(1, min(_longest(), len(part) - at) + 1):
        unit = part[at : at + size]
        if unit in _readings():
            ways = dict.fromkeys(_variants_of_unit(unit, at, part[at + size :]))
            yield size, f"(?:{'|'.join(ways)})"
    if part[at] not in _known():
        yield 1, f"(?:{_MORA}){{1,3}}"


def _ways(part: str, at: int, joint: str) -> Iterator[str]:
    """Yield an expression for each way of cutting the rest of a part into units."""
    if at == len(part):
        yield ""
        return
    for size, unit in _units(part, at):
        for rest in _ways(part, at + size, joint):
            yield unit + (joint + rest if rest else "")


@lru_cache(256)
def _expression(part: str, *, family: bool) -> re.Pattern[str]:
    """Return how a family or a given name can be read; a family name may have an unwritten "no" (井上)."""
    joint = "(?:no)?" if family else ""
    return re.compile("|".join(dict.fromkeys(_ways(part, 0, joint))))


def _unknown(name: str) -> int:
    """Return how many kanji of a name the table lacks."""
    return sum(1 for char in name if HAN.match(char) and char not in _known())


def _reads(part: str, word: str, *, family: bool) -> bool:
    unknown = _unknown(part)
    if not part or (unknown and (not family or len(part) == unknown)):
        return False
    if _KATAKANA.fullmatch(part):
        return spelling_fits(part, word, None)
    return _expression(part, family=family).fullmatch(word) is not None


def without_variants(name: str) -> str:
    """Return a name in the kanji of the table: old, simplified and variant forms are one (澤, 泽 and 沢)."""
    return name.translate(_variants())


def _spelt_out(name: str) -> str:
    """Return a name in the kanji of the table, with what 々 stands for."""
    return re.sub("(.)々", r"\1\1", without_variants(name))


def _splits(name: str) -> tuple[tuple[str, str], ...]:
    """Return the ways to split a name into family and given name: at its space, else anywhere."""
    parts = re.split(r"[\s\u30fb\u00b7]+", name.strip())
    if len(parts) == 2:
        return ((parts[0], parts[1]),)
    if len(parts) > 2:
        return ()
    return tuple((name[:size], name[size:]) for size in range(1, len(name)))


def _words(latin: str) -> list[str]:
    """Return the words of a hint in Hepburn: Syukuro is Shukuro, Lisa is Risa, Erica is Erika."""
    spelling = re.sub("['\u2019\u02bc-]", "", WITHOUT_ACCENTS.fold(latin).text)
    for other, hepburn in _OTHER_SPELLINGS:
        spelling = re.sub(other, hepburn, spelling)
    return spelling.split()


def kanji_reading(name: str, latin: str) -> str | None:
    """Return `latin` if a Japanese name can be read so, in either order; None if not.

    Of a family name that stands alone only the word that it reads as is returned.
    """
    written = _spelt_out(name)
    joined = re.sub(r"[\s\u30fb\u00b7]+", "", written)
    words = _words(latin)
    unknown = _unknown(joined)
    if not _NAME.fullmatch(joined) or not 1 <= len(words) <= 2:
        return None
    if unknown > 1 or (unknown and len(joined) < _FEWEST_WITH_UNKNOWN):
        return None
    if len(words) == 2 and any(
        (_reads(family, first, family=True) and _reads(given, second, family=False))
        for family, given in _splits(written)
        for first, second in (words, words[::-1])
    ):
        return latin
    alone = [
        word
        for word, folded in zip(latin.split(), words, strict=True)
        if written == joined and _reads(joined, folded, family=True)
    ]
    return alone[0] if len(alone) == 1 and not unknown else None
