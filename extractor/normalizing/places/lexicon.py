"""Builds the index of words that name a state in a language: CLDR names and cities, and our own tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from babel import Locale, UnknownLocaleError

from extractor.normalizing.lexicons import listed, load_table
from extractor.normalizing.phrases import Phrase, PhraseIndex

LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "hu", "pl", "tr", "ru", "uk", "kk", "ar", "ko", "zh", "ja")
"""Languages with a table of short forms, adjectives, capitals and seats of government."""

_KINDS = {
    "names": "name",
    "abbreviations": "name",
    "adjectives": "adjective",
    "capitals": "capital",
    "seats": "seat",
    "cities": "city",
    "runs": "compound",
}
_DEPENDENCIES_FOUND = {"HKG", "MAC", "GRL", "EUE"}
_CAPITALS_LIKE_WORDS = frozenset(
    ("MDV", "SYC", "JAM", "GUY", "CRI", "CPV", "DMA", "KNA", "VCT", "ATG", "GRD", "BRB", "WSM")
)
"""States whose capital is a word or a name of many: Male, Victoria, Kingston, Georgetown, San Jose, Praia."""
NOTHING = "none"
BREAKAWAY = "breakaway"


@dataclass(frozen=True, slots=True)
class PlaceMeaning:
    """What a phrase stands for: `codes` together, or, when there are `others`, one of them all.

    `weak` words are more often something else; `bound` ones stand before a hyphen only ("Sino-").
    """

    codes: tuple[str, ...]
    kind: str
    others: tuple[str, ...] = ()
    weak: bool = False
    bound: bool = False


@dataclass(frozen=True, slots=True)
class Territory:
    """A state, a dependency or the EU, with its English names."""

    alpha2: str
    name: str
    capital: str


@cache
def territories() -> dict[str, Territory]:
    """Return ISO 3166-1 alpha-3 codes, with XKX and EUE, and what they stand for."""
    rows: dict[str, str] = load_table("countries_codes")
    return {code: Territory(*(cell.strip() for cell in row.split("|"))) for code, row in rows.items()}


@cache
def found_codes() -> frozenset[str]:
    """Return the codes that are looked for in running text: states, not islands called Man or Réunion."""
    return frozenset(code for code, place in territories().items() if place.capital) | _DEPENDENCIES_FOUND


def language_of(language: str | None) -> str | None:
    """Return the bare language of a BCP-47 tag, or None when there is none we can use."""
    if not language:
        return None
    bare = language.replace("_", "-").split("-")[0].lower()
    return {"yue": "zh", "cmn": "zh", "iw": "he", "nb": "no"}.get(bare, bare)


@cache
def locale_of(language: str) -> Locale | None:
    """Return the CLDR data of a language, if any."""
    try:
        return Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return None


def _meaning(key: str, kind: str, *, weak: bool, bound: bool) -> PlaceMeaning:
    first, *others = key.split("|")
    return PlaceMeaning(tuple(first.split("+")), kind, tuple(others), weak, bound)


def _of_section(table: dict[str, str], section: str, language: str) -> Iterator[Phrase[PlaceMeaning]]:
    kind = _KINDS[section]
    sort = "adjective" if kind == "adjective" else "noun"
    for key, cell in table.items():
        for written in listed(cell):
            word = written.rstrip("?-")
            meaning = _meaning(key, kind, weak=written.endswith("?"), bound=written.endswith("-"))
            hanja = language == "ko" and "\u3400" <= word[0] <= "\u9fff"
            yield Phrase(word, meaning, language, "hanja" if hanja else sort)
            yield from _derived(word, meaning, language)


def _derived(word: str, meaning: PlaceMeaning, language: str) -> Iterator[Phrase[PlaceMeaning]]:
    """Yield what a language forms from a name by rule: -i, -lyq, the Arabic article after "for"."""
    if language == "hu" and meaning.kind in {"name", "capital", "city"} and not word.isupper():
        ending = "" if word.endswith("i") else "i"
        kind = "adjective" if meaning.kind == "name" else meaning.kind
        derived = PlaceMeaning(meaning.codes, kind, meaning.others, meaning.weak)
        yield Phrase(f"{word.lower()}{ending}", derived, language, "adjective")
    if language == "kk" and meaning.kind == "name" and not word.isupper():
        derived = PlaceMeaning(meaning.codes, "adjective", meaning.others, meaning.weak)
        yield Phrase(word.lower(), derived, language, "adjectival")
    if language == "ar" and word.startswith("ال"):
        yield Phrase(word[1:], meaning, language)


def _more_capitals(language: str) -> dict[str, str]:
    column = {"ko": 0, "ru": 1, "kk": 1, "uk": 2, "zh": 3, "ja": 4, "ar": 5}.get(language)
    if column is None:
        return {}
    rows: dict[str, str] = load_table("countries_capitals")
    return {code: row.split("|")[column] for code, row in rows.items()}


def _of_table(language: str) -> Iterator[Phrase[PlaceMeaning]]:
    table = load_table(f"countries_{language}") if language in LANGUAGES else {}
    nothing = PlaceMeaning((), NOTHING)
    for phrase in listed(table.get("none", "")):
        yield Phrase(phrase, nothing, language)
        yield Phrase(phrase, nothing, language, "adjective")
    for section in _KINDS:
        yield from _of_section(table.get(section, {}), section, language)
    yield from _of_section(_more_capitals(language), "capitals", language)


def _of_cldr(language: str) -> Iterator[Phrase[PlaceMeaning]]:
    locale = locale_of(language)
    if locale is None:
        return
    for code in found_codes():
        name = locale.territories.get(territories()[code].alpha2, "").split("(")[0].strip()
        if name:
            meaning = PlaceMeaning((code,), "name")
            yield Phrase(name, meaning, language)
            yield from _derived(name, meaning, language)
    zones, latin = locale.time_zones, locale.territories.get("DE", "?")[0] < "\u0250"
    for code, place in territories().items():
        city = zones.get(_zone_of(place.capital), {}).get("city") if place.capital else None
        for written in filter(None, (city, place.capital if city is None and latin else None)):
            meaning = PlaceMeaning((code,), "capital", weak=code in _CAPITALS_LIKE_WORDS)
            yield Phrase(written, meaning, language)
            yield from _derived(written, meaning, language)


@cache
def _zones() -> dict[str, str]:
    locale = locale_of("ru")  # a locale that names the city of every zone; English names those that differ
    names = locale.time_zones if locale is not None else {}
    return {zone.rpartition("/")[2].replace("_", " "): zone for zone in names}


def _zone_of(capital: str) -> str:
    return _zones().get(capital, "")


def _guessed_language(phrase: str) -> str:
    """Return a language whose endings a phrase in any script may take."""
    if "\u0400" <= phrase[0] <= "\u052f":
        return "ru"
    return "ko" if "\uac00" <= phrase[0] <= "\ud7a3" else "hu" if phrase[0] < "\u0250" else "ar"


def breakaway_phrases() -> Iterator[Phrase[PlaceMeaning]]:
    """Yield the names of entities that are named and never coded."""
    meaning = PlaceMeaning((), BREAKAWAY)
    for row in load_table("countries_breakaway"):
        for name in listed(row):
            yield Phrase(name, meaning, _guessed_language(name))


@cache
def place_index(language: str | None) -> PhraseIndex[PlaceMeaning]:
    """Return the index of a language with English, or of all languages that have a table."""
    languages = LANGUAGES if language is None else tuple(dict.fromkeys((language, "en")))
    phrases = [*breakaway_phrases()]
    for one in languages:
        phrases += _of_table(one)
        phrases += _of_cldr(one)
    return PhraseIndex(dict.fromkeys(phrases))


@cache
def endonym_index() -> PhraseIndex[PlaceMeaning]:
    """Return the index of what states call themselves."""
    table: dict[str, str] = load_table("countries_endonyms")
    return PhraseIndex(
        Phrase(name, PlaceMeaning((code,), "name"), "", "noun")
        for code, cell in table.items()
        for name in listed(cell)
    )


@cache
def joined_letters(language: str | None) -> dict[str, str]:
    """Return the letters that stand for a state in compounds: 한·미, 日・韓."""
    languages = ("ko", "zh", "ja") if language is None else (language,)
    letters: dict[str, str] = {}
    for one in languages:
        letters.update(load_table(f"countries_{one}").get("joined", {}) if one in {"ko", "zh", "ja"} else {})
    return letters
