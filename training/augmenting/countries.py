"""Other states: one state of an article becomes another, where names take few endings and no article.

Only where the article says it in one way alone: no capital, no short form, no people called after it; and
never the host of a meeting, whose towns no list knows.
"""

from collections.abc import Mapping
from functools import cache
from random import Random
from typing import Any

from babel import Locale

from extractor.article import Span
from extractor.normalizing.places import PlaceMention, country_name, find_countries
from training.augmenting.editing import Labelled, replaced
from training.augmenting.naming import keeps_sound
from training.augmenting.persons import plain

LANGUAGES = frozenset({"ko", "ja", "en", "de", "es", "sv", "da", "no", "nl", "id", "vi", "th"})
_CODES = {"country", "countries", "parties", "from_country", "to_country"}
_ENGLISH = ("name", "title", "signatories", "party_organisations")
_STATES = (
    "AL:ALB AO:AGO AT:AUT BG:BGR BW:BWA CL:CHL CM:CMR CR:CRI CU:CUB DK:DNK EC:ECU EE:EST FI:FIN "
    "FJ:FJI GA:GAB GH:GHA GR:GRC GT:GTM HN:HND HR:HRV HU:HUN IE:IRL IS:ISL JM:JAM JO:JOR KE:KEN "
    "KH:KHM KW:KWT LA:LAO LK:LKA LT:LTU LV:LVA MA:MAR MG:MDG MT:MLT MW:MWI MZ:MOZ NA:NAM NG:NGA "
    "NO:NOR NP:NPL OM:OMN PA:PAN PE:PER PT:PRT PY:PRY QA:QAT RO:ROU RS:SRB RW:RWA SE:SWE SI:SVN "
    "SK:SVK SN:SEN TG:TGO TN:TUN TZ:TZA UG:UGA UY:URY ZM:ZMB"
)
"""States that may take the place of others, in both codes of ISO 3166-1: no great powers, none disputed."""


def resettled(one: Labelled, random: Random) -> Labelled | None:
    """Return the article with one of its smaller states exchanged for another; None where none can be."""
    language = str(one.article["language"])
    if language not in LANGUAGES:
        return None
    names = _names(language)
    told = {code for place in find_countries(one.text, language) for code in place.codes}
    hosts = {plain(record["country"]) for kind, record in one.records if kind == "meetings"}
    old = [code for code in sorted((told & set(names)) - hosts) if _spans(one, code, names[code])]
    new = [code for code in names if code not in told]
    tries = [(a, b) for a in old for b in new]
    for code, other in random.sample(tries, min(len(tries), 12)):
        if (moved := _exchanged(one, (code, names[code]), (other, names[other]))) is not None:
            return moved.changed("countries")
    return None


@cache
def _names(language: str) -> Mapping[str, str]:
    """Return the states by code with the one name that a language has for each."""
    territories = Locale.parse(language).territories
    pairs = (pair.split(":") for pair in _STATES.split())
    named = {code: str(territories[short]) for short, code in pairs}
    return {
        code: name for code, name in named.items() if _codes(name, language) == {code} and " " not in name
    }


def _codes(words: str, language: str) -> set[str]:
    return {code for place in find_countries(words, language) for code in place.codes}


def _spans(one: Labelled, code: str, name: str) -> list[Span]:
    """Return where a state is named; nothing where other words name it, too, or English ones of the key."""
    mentions = [p for p in find_countries(one.text, str(one.article["language"])) if code in p.codes]
    english = " ".join(str(record.get(field)) for _, record in one.records for field in _ENGLISH)
    spans = [_part_of(place, one.text, name) for place in mentions]
    counted = one.text.count(name) == len(mentions)
    said = country_name(code) in english or code in _codes(english, "en")
    return [span for span in spans if span] if all(spans) and counted and not said else []


def _part_of(place: PlaceMention, text: str, name: str) -> Span | None:
    """Return where a mention has the name: the whole of it, or a part of two states named together."""
    words = place.span.of(text)
    if words != name and (len(place.codes) == 1 or name not in words):
        return None
    start = place.span.start + words.index(name)
    return Span(start, start + len(name))


def _exchanged(one: Labelled, old: tuple[str, str], new: tuple[str, str]) -> Labelled | None:
    spans = _spans(one, *old)
    if not all(keeps_sound(one.text, span, new[1]) for span in spans):
        return None
    moved = replaced(one, dict.fromkeys(spans, new[1]), lambda words: words.replace(old[1], new[1]))
    for _, record in moved.records:
        record |= {name: _recoded(record[name], old[0], new[0]) for name in _CODES & set(record)}
    found = _codes(moved.text, str(one.article["language"]))
    return moved if new[0] in found and old[0] not in found else None


def _recoded(field: Any, old: str, new: str) -> Any:
    if isinstance(field, Mapping):
        return {name: _recoded(each, old, new) for name, each in field.items()}
    if isinstance(field, list):
        return [_recoded(each, old, new) for each in field]
    return new if field == old else field
