"""Names of persons as written, in any script, to one Latin name each, and whether two names mean one person.

The lexicon of office holders comes first; likeness of spelling checks a hint but never merges two persons.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from extractor.folding import WITHOUT_ACCENTS, without_marks
from extractor.normalizing.lexicons import listed, load_table
from extractor.normalizing.names.abjad import arabic_spelling_fits
from extractor.normalizing.names.han import (
    chinese_spelling_fits,
    hangul_of,
    hanja_spelling_fits,
    is_pinyin,
    vietnamese_spelling_fits,
)
from extractor.normalizing.names.kanji import HAN, kanji_reading
from extractor.normalizing.names.people import (
    FAMILY_FIRST,
    Person,
    Tenure,
    families_in,
    family_name,
    person_named,
    script_of,
    without_patronymic,
)
from extractor.normalizing.names.romanising import korean_spelling_fits, romanise, spelling_fits, split_korean
from extractor.normalizing.outcome import Outcome, unresolved
from extractor.normalizing.phrases import WORD, Phrase, PhraseIndex
from extractor.normalizing.places import find_countries

_CHINESE_ABROAD = frozenset({"TWN", "HKG", "MAC", "SGP", "MYS"})
"""States whose names in Chinese characters are mostly not spelt in pinyin."""
_NO_PINYIN = frozenset({"JPN", "KOR", "PRK", "VNM"})
_MANY_READINGS = "the characters can be read in several ways, and the text does not say how"
_ROMAJI = re.compile(
    r"(?:(?:[kgsztdnhbpmyrwj]|sh|ch|ts|f|[kgnhbpmr]y)?[aeiou]{1,2}|n'?|(?:kk|ss|tt|pp|tch|ssh)[aeiouy]+|oh)+"
)
_JAPANESE = re.compile("[\u3041-\u3096\u3005]")
"""Hiragana and the sign that repeats a kanji, which no other language has."""
_PLAUSIBLE = re.compile(r"[^\W\d_]+(?:[ .'\u2019-]{1,2}[^\W\d_]+){0,5}\.?")
_CASE_ENDING = re.compile(
    "['\u2019\u02bc](?:s|n?[\u0131iu\u00fc]n|[yn]?[ae\u0131iu\u00fc]|[dt][ae]n?|y?l[ae])$"
)
"""What English and Turkish write on to a name behind an apostrophe."""
_MOST_TITLES = 6
_REMEMBERED = 4096
"""Names; who is who is asked of each pair of persons in a meeting, and the same persons come every day."""
_EDGES = ' \t\n.,;:()[]"\u201c\u201d\u201e\u00ab\u00bb\u300c\u300d'


@dataclass(frozen=True, slots=True)
class PersonName:
    """A person's name in Latin letters and where it comes from.

    `basis`: lexicon (with `country` and `offices`), latin (as written), hint (the LLM's spelling of a name
    that code cannot read, or that fits what is written), romanised (by code, letter by letter).
    """

    name: str
    basis: str
    country: str | None = None
    offices: tuple[Tenure, ...] = ()


@cache
def _honorifics() -> PhraseIndex[str]:
    table: dict[str, str] = load_table("people_words")["honorifics"]
    return PhraseIndex(
        Phrase(word, "", language, "noun") for language, cell in table.items() for word in listed(cell)
    )


@cache
def _hungarian_given() -> frozenset[str]:
    return frozenset(listed(load_table("people_words")["hungarian_given"]))


@lru_cache(_REMEMBERED)
def without_honorifics(text: str, language: str | None) -> str:
    """Return a name without the titles around it: Mr., President, 대통령, elnök; "Sheikh" stays.

    A state before a title goes with it ("Kazakh President"), looked for in `language` (BCP-47); the titles
    of all languages are known. A title alone stays what it is.
    """
    name = _CASE_ENDING.sub("", text.strip(_EDGES)) or text
    for _ in range(_MOST_TITLES):
        shorter = _without_outer(name)
        if shorter == name:
            shorter = _without_state(name, language)
        if shorter == name:
            break
        name = shorter
    return name


def _without_outer(name: str) -> str:
    """Return `name` without one title at its start or its end."""
    for hit in _honorifics().find(name):
        rest = ""
        if hit.span.start == 0 and name[hit.covered : hit.covered + 1] not in {"-", "'", "\u2019"}:
            rest = name[hit.covered :].strip(_EDGES)
        elif not WORD.search(name, hit.covered) and _may_follow(name, hit.span.start):
            rest = name[: hit.span.start].strip(_EDGES)
        if WORD.search(rest):
            return rest
    return name


def _may_follow(name: str, start: int) -> bool:
    """Tell whether a title at `start` may follow a name: Anna König is no king, "Ho Smith, Chair" is one."""
    return not name[start].isupper() or name[:start].rstrip().endswith((",", "("))


def _without_state(name: str, language: str | None) -> str:
    """Return `name` without the state at its start, if a title comes next."""
    titles = [hit.span.start for hit in _honorifics().find(name)]
    if not titles or titles[0] == 0:
        return name
    mentions = find_countries(name[: titles[0]], language)
    if mentions and mentions[0].span.start == 0 and not WORD.search(name[mentions[-1].span.end : titles[0]]):
        return name[titles[0] :]
    return name


def _is_title(name: str) -> bool:
    return any(hit.covered == len(name) for hit in _honorifics().whole(name))


@lru_cache(_REMEMBERED)
def lexicon_person(as_written: str, country: str | None = None) -> Person | None:
    """Return the office holder whom a name means, titles and case endings aside; None if none or several.

    A family name alone counts when only one person has it; `country` (alpha-3) chooses between several.
    """
    bare = without_honorifics(as_written, None)
    for form in dict.fromkeys((as_written.strip(_EDGES), bare)):
        person = person_named(form, country) if WORD.search(form) else None
        if person is not None:
            return person
    return None


@lru_cache(_REMEMBERED)
def latin_name(as_written: str, hint: str | None, country: str | None) -> Outcome[PersonName]:
    """Return the Latin name of a person.

    In order: the lexicon; the words themselves if they are Latin; the LLM's `hint` if it can be read from
    the words; our own romanisation. `country` is the person's, alpha-3, where known.
    """
    person = lexicon_person(as_written, country)
    if person is not None:
        return Outcome(PersonName(person.name, "lexicon", person.country, person.offices))
    bare = without_honorifics(as_written, None)
    if not WORD.search(bare) or _is_title(bare):
        return unresolved("no name in the words as written")
    if script_of(bare) == "latn":
        return Outcome(PersonName(_in_order(_uninflected(bare, hint), hint, country), "latin", country))
    accepted = _accepted_hint(bare, hint, country)
    if accepted is not None:
        return Outcome(PersonName(accepted, "hint", country))
    if country is None and HAN.search(bare) and hint and _looks_japanese(hint):
        return unresolved(_MANY_READINGS)
    return _romanised(bare, country)


def _romanised(name: str, country: str | None) -> Outcome[PersonName]:
    if HAN.search(name) and (country in _NO_PINYIN or _JAPANESE.search(name)):
        hangul = hangul_of(name, country) if country in {"KOR", "PRK"} else None
        if hangul is None:
            return unresolved(_MANY_READINGS)
        return Outcome(PersonName(romanise(hangul, country), "romanised", country))
    roman = romanise(without_patronymic(name), country)
    if not any(char.isalpha() for char in roman):
        return unresolved("the script cannot be romanised")
    return Outcome(PersonName(roman, "romanised", country))


def _uninflected(name: str, hint: str | None) -> str:
    """Return a Latin name without the case endings that the hint leaves off ("Juan Sotót", "Juan Soto")."""
    words, bases = name.split(), (hint or "").split()
    if len(words) != len(bases):
        return " ".join(words)
    pairs = zip(words, bases, strict=True)
    inflected = all(
        _bare(word).startswith(_bare(base)) and len(word) - len(base) <= 3 for word, base in pairs
    )
    return " ".join(bases if inflected else words)


def _bare(word: str) -> str:
    return without_marks(word.casefold())


def _in_order(name: str, hint: str | None, country: str | None) -> str:
    """Turn a Hungarian name round when its family name comes first, by a list of given names or the hint."""
    words = name.split()
    if country not in {None, "HUN"} or len(words) not in {2, 3}:
        return name
    turned = (hint or "").split()
    if country == "HUN" and sorted(turned) == sorted(words) and turned[-1] == words[0]:
        return " ".join(turned)
    given = _hungarian_given()
    if words[-1] in given and words[0] not in given:
        start = 1 if len(words) == 3 and words[1] in given else len(words) - 1
        return " ".join((*words[start:], *words[:start]))
    return name


def _accepted_hint(name: str, hint: str | None, country: str | None) -> str | None:
    """Return the hint, cleaned, if the name can be read so; kanji can be read in many ways."""
    clean = without_honorifics(hint, None) if hint else ""
    if not _PLAUSIBLE.fullmatch(clean) or not all(
        script_of(char) == "latn" for char in clean if char.isalpha()
    ):
        return None
    if split_korean(name) and country in {None, "KOR", "PRK"}:
        return clean if korean_spelling_fits(name, clean) else None
    if HAN.search(name) or _JAPANESE.search(name):
        reading = _read_in_han(name, clean, country)
        someone_else = reading and " " in reading and lexicon_person(reading) is not None
        return None if someone_else else reading
    return clean if spelling_fits(name, clean, country) or arabic_spelling_fits(name, clean) else None


def _read_in_han(name: str, clean: str, country: str | None) -> str | None:
    """Return what of the hint can be read from a name in Chinese characters or hiragana; None if nothing."""
    if country not in _NO_PINYIN - {"JPN"} and (reading := kanji_reading(name, clean)):
        return reading
    if _JAPANESE.search(name):
        return None
    if country is None and _looks_japanese(clean):
        return clean if is_pinyin(name, clean) or hanja_spelling_fits(name, clean) else None
    fits = (
        (country in {None, "KOR", "PRK"} and hanja_spelling_fits(name, clean))
        or (country == "VNM" and vietnamese_spelling_fits(name, clean))
        or (country in _CHINESE_ABROAD and chinese_spelling_fits(name, clean))
        or (country not in _NO_PINYIN | _CHINESE_ABROAD and spelling_fits(name, clean, country))
    )
    return clean if fits else None


def _looks_japanese(latin: str) -> bool:
    """Tell whether two words are of Japanese syllables: then a name in kanji is not to be read in pinyin."""
    words = WITHOUT_ACCENTS.fold(latin).text.replace("-", "").split()
    return len(words) == 2 and all(_ROMAJI.fullmatch(word) for word in words)


@lru_cache(_REMEMBERED)
def _words_of(name: str) -> tuple[str, ...]:
    return tuple(sorted(WORD.findall(WITHOUT_ACCENTS.fold(name).text.replace("-", ""))))


@lru_cache(_REMEMBERED)
def same_person(a: PersonName | str, b: PersonName | str, country: str | None = None) -> bool:
    """Tell whether two names mean one person.

    They do when they are one entry of the lexicon, equal after folding (case, accents, order of words), or
    one is the family name of the other, from the same country, that no one else of the lexicon has there.
    """
    first, second = _named(a), _named(b)
    home = first.country or second.country or country
    if first.country and second.country and first.country != second.country:
        return False
    known = tuple(lexicon_person(one.name, one.country or home) for one in (first, second))
    if known[0] is not None and known[1] is not None:
        return known[0] == known[1]
    if _words_of(first.name) == _words_of(second.name):
        return bool(_words_of(first.name))
    return _is_family_name_of(first.name, second.name, home) or _is_family_name_of(
        second.name, first.name, home
    )


def _named(name: PersonName | str) -> PersonName:
    return PersonName(without_honorifics(name, None), "latin") if isinstance(name, str) else name


def _is_family_name_of(short: str, full: str, country: str | None) -> bool:
    if country is None or len(short.split()) != 1:
        return False
    family = family_name(full, country)
    if family is None or WITHOUT_ACCENTS.fold(family).text != WITHOUT_ACCENTS.fold(short).text:
        return False
    return families_in(country, family) <= 1 and not (country in FAMILY_FIRST and country != "JPN")
