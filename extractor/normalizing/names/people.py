"""Finds who is meant by a name, in the lexicon of office holders: a hand-written table, no similarity."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from extractor.folding import WITHOUT_ACCENTS
from extractor.normalizing.lexicons import listed, load_table
from extractor.normalizing.phrases import WORD, Phrase, PhraseIndex
from extractor.normalizing.places.lexicon import territories

_TABLES = ("people_1", "people_2", "people_3", "people_4")
FAMILY_FIRST = frozenset({"CHN", "TWN", "HKG", "MAC", "KOR", "PRK", "VNM", "JPN", "KHM"})
"""States whose governments write the family name first in English, or whose press mostly does."""
_PARTICLES = frozenset(
    (
        "von",
        "van",
        "der",
        "de",
        "da",
        "di",
        "du",
        "le",
        "la",
        "al",
        "el",
        "bin",
        "ibn",
        "ben",
        "dos",
        "das",
        "ter",
    )
)
_EITHER_ORDER = {"JPN": ("latn", "cyrl", "hang", "other"), "HUN": ("latn", "hang", "other")}
"""Where persons are written in either order abroad, and in which scripts: a last word may be a given name."""
_SHORTEST = {"latn": 4, "cyrl": 4, "grek": 4, "arab": 5, "hang": 2, "other": 2}
_NAME_BREAK = re.compile("[ \u30fb\u00b7]")
_KIN = re.compile(r"\b(?:bin|ben|bint|Al|бин|бін|빈|بن|آل)\b|・ビン・|·本·|\d|[IVX]{2}")
_PATRONYMIC = re.compile(
    r"\w+(?:ович|евич|йович|ьич|овна|евна|івна|ївна|инична|ұлы|улы|қызы|кызы|оглы|оғлы)(?:а|у|ем|е|ей|ой|і|ю|ы)?$"
)


@dataclass(frozen=True, slots=True)
class Tenure:
    """An office of the schema, held from a year to a year; `until` is None where no end is known."""

    office: str
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """An office holder: `name` as the government or organisation spells it in English."""

    name: str
    country: str | None
    organisation: str | None
    offices: tuple[Tenure, ...]
    aliases: tuple[str, ...]


def _tenure(cell: str) -> Tenure:
    office, _, years = cell.strip().partition(" ")
    since, _, until = years.partition("-")
    return Tenure(office, int(since) if since else None, int(until) if until else None)


def _person(name: str, row: str) -> Person:
    home, offices, *aliases = (cell.strip() for cell in row.split(" | "))
    country = home if home in territories() else None
    return Person(
        name,
        country,
        None if country else home,
        tuple(_tenure(cell) for cell in offices.split(";")),
        listed(aliases[0]) if aliases else (),
    )


@cache
def people() -> tuple[Person, ...]:
    """Return all persons of the lexicon."""
    return tuple(_person(name, row) for table in _TABLES for name, row in load_table(table).items())


def script_of(text: str) -> str:
    """Return the script of the first letter, as the tables call it: latn, cyrl, hang, arab, grek, other."""
    for char in text:
        if char.isalpha():
            return _script(ord(char))
    return "other"


def _script(code: int) -> str:
    bounds = (
        (0x24F, "latn"), (0x36F, "other"), (0x3FF, "grek"), (0x52F, "cyrl"), (0x5FF, "other"),
        (0x77F, "arab"), (0x1DFF, "other"), (0x1EFF, "latn"), (0x1FFF, "grek"), (0xABFF, "other"),
        (0xD7A3, "hang"), (0xFB4F, "other"), (0xFEFF, "arab"),
    )  # fmt: skip
    return next((script for last, script in bounds if code <= last), "other")


def _orders(name: str) -> Iterator[str]:
    """Yield a name and, where it has two or three words, the family name at the other end."""
    yield name
    words = name.split()
    if len(words) in {2, 3} and not _PARTICLES.intersection(word.lower() for word in words):
        yield " ".join((words[-1], *words[:-1]))
        if len(words) == 3:
            yield " ".join((*words[1:], words[0]))


@cache
def _full_names() -> PhraseIndex[Person]:
    return PhraseIndex(
        Phrase(order, person, f"person-{script_of(order)}")
        for person in people()
        for name in dict.fromkeys((person.name, *person.aliases))
        for order in dict.fromkeys(_orders(name))
    )


def family_name(name: str, country: str | None) -> str | None:
    """Return the family name within a full name, with its particles; None for a single word."""
    words = name.split()
    if len(words) < 2:
        return None
    if country in FAMILY_FIRST:
        return words[0]
    start = len(words) - 1
    while start > 1 and words[start - 1].lower() in _PARTICLES:
        start -= 1
    return " ".join(words[start:])


def _family_names(person: Person) -> Iterator[str]:
    """Yield the family names of a person that may stand alone: those of East Asia are too few to tell by."""
    if person.country in FAMILY_FIRST - {"JPN"}:
        return
    family = family_name(person.name, person.country)
    if family is not None and len(family) >= _SHORTEST["latn"]:
        yield family
    for alias in person.aliases:
        if script_of(alias) in _EITHER_ORDER.get(person.country or "", ()):
            continue
        words = _NAME_BREAK.split(alias)
        last = family_name(alias, None) if script_of(alias) == "latn" else words[-1]
        if len(words) > 1 and last and len(last) >= _SHORTEST[script_of(last)] and not _KIN.search(alias):
            yield last


@cache
def _family_index() -> PhraseIndex[Person]:
    return PhraseIndex(
        Phrase(family, person, f"person-{script_of(family)}")
        for person in people()
        for family in dict.fromkeys(_family_names(person))
    )


def families_in(country: str | None, family: str) -> int:
    """Count the persons of the lexicon from `country` that have the family name."""
    return _families_of(country)[WITHOUT_ACCENTS.fold(family).text]


@lru_cache(256)
def _families_of(country: str | None) -> Counter[str]:
    names = (person.name for person in people() if person.country == country)
    return Counter(WITHOUT_ACCENTS.fold(family_name(name, country) or "").text for name in names)


def without_patronymic(name: str) -> str:
    """Return a Cyrillic name without its patronymic, the given name first."""
    words = name.split()
    found = [place for place, word in enumerate(words) if _PATRONYMIC.match(word)]
    if len(words) != 3 or not found or found[0] == 0:
        return name
    return f"{words[0]} {words[2]}" if found[0] == 1 else f"{words[1]} {words[0]}"


def _only(found: set[Person], country: str | None) -> Person | None:
    """Return the one person found; of several the one from `country`."""
    if len(found) > 1:
        found = {person for person in found if person.country == country}
    return found.pop() if len(found) == 1 else None


def person_named(name: str, country: str | None) -> Person | None:
    """Return the person of the lexicon that a name without honorifics means, in any order and inflection.

    A family name alone counts when one person has it, and not against a known `country`.
    """
    for form in dict.fromkeys((name, without_patronymic(name))):
        found = {hit.meaning for hit in _full_names().whole(form)}
        if found:
            return _only(found, country)
    if len(WORD.findall(name)) > 4:
        return None
    families = {hit.meaning for hit in _family_index().whole(name)}
    person = _only(families, country)
    at_odds = person is not None and country is not None and person.country not in {None, country}
    return None if at_odds else person
