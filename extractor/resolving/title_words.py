"""What the words in and around a title are: honorifics, modifiers, what leads on, who held it before.

The words are data (data/titles.yaml); which of them count depends on the article's language.
"""

import re
from functools import cache
from typing import Any

from extractor.article import Span
from extractor.folding import folded
from extractor.normalizing.lexicons import load_table
from extractor.resolving.cues import says
from extractor.resolving.scene import Scene
from extractor.resolving.sectors import sectors_in
from extractor.resolving.stems import StemLists

CASED = re.compile(r"[A-Za-zÀ-ɏͰ-ϿЀ-ӿḀ-ỿ]")
"""A letter of a script that has capitals."""
WORD = re.compile(r"(?:[dlDL]|[DdNnSs]?[aeu]ll|[Qq]u)['’](?=\w)|[^\W\d_](?:[\w'’.\-]*\w)?")
"""A word; d', l' and dell' are words of their own."""
_STATES = frozenset({"name", "adjective"})
_NOT_YET = re.compile(
    r"[ -]?(?:elect|designate|elect[oa]|eleit[oa]|élue?|elett[oa]|당선[인자]|当选人|當選人|次期)\b"
)
"""What makes a title one that is still to be taken over."""
_FORMER = re.compile(
    r"(?:former|ex-|late|ehemalig\w*|früher\w*|verstorben\w*|volt|egykori|néhai|бывш\w*|экс-|покойн\w*|(?<!\w)전|(?<!\w)고|故|"
    r"前|원로|\bantigu\w*|ancien\w*|feu|\bgià|\beski|merhum|السابق|الراحل|były|byłą|byłym|колишн\w*|бұрынғы)[\s)）]*$",
    re.IGNORECASE,
)
_FORMERLY = re.compile(r"\s*(?:السابقة?|الراحلة?|الأسبق|uscente)")
_VERB = re.compile(
    r"\w+(?:[аияуеы]л(?:а|и|ся|ась|ись)?|[ауи]в(?:ся|ла|ли|лася|лися)?|[ая]ет|ует|ит|ає|ує|[aiyąę]ł(?:a|i|o|y)?|[aiy]li|uj[eą])"
)
"""A word that ends as a verb of a Slavic language may, of folded letters."""
_NO_VERB = frozenset({"дел", "сил", "справ", "прав"})
_ADJECTIVE = {
    "de": re.compile(r"\w+(?:ische[nrms]?|lichen?)"),
    "fr": re.compile(r"\w+(?:[iy]enn?e?|ains?|aine|aise?|oise?|éenn?e?)"),
    "es": re.compile(r"\w+(?:ense|eñ[oa]|és|esa)"),
    "pt": re.compile(r"\w+(?:ense|ês|esa)"),
    "it": re.compile(r"\w+ese"),
    "hu": re.compile(r"\w+i|\w+ú|\w+ű"),
    "ru": re.compile(r"\w+(?:ский|ского|ским|скому|ская|ской|ную?|ный|ного|ным|ная|ной)"),
    "uk": re.compile(r"\w+(?:ський|ського|ським|ська|ською|ської)"),
    "pl": re.compile(r"\w+(?:ski|skim|skiego|skiemu|ska|ską|skiej|cki|ckim|ckiego|cka|cką)"),
}
"""Adjectives that a state, a rank or a field gives to a title."""


def is_honorific(word: str) -> bool:
    """Tell whether a word is Mr, Dr or the like; a lone letter needs its full stop."""
    bare = folded(word).strip(".")
    return bare in _set("honorifics") and (len(bare) > 1 or word.endswith(".") or not CASED.match(word))


def is_modifier(word: str) -> bool:
    """Tell whether a word before a head may belong to its title: acting, first, special."""
    return _begins("modifiers", word)


def is_follower(word: str) -> bool:
    """Tell whether a word right behind a head may belong to its title: general, host."""
    return _begins("followers", word)


def names_body(title: str) -> bool:
    """Tell whether a title names what has a president and is no state: a bank, a parliament."""
    return _holds("bodies", title)


def says_deputy(title: str) -> bool:
    """Tell whether a title holds a word that makes its bearer a deputy."""
    return _holds("deputies", title)


def _holds(name: str, words: str) -> bool:
    text = folded(words)
    return _held().pattern(name, text).search(text) is not None


def is_conjunction(word: str) -> bool:
    """Tell whether a word binds two things."""
    return folded(word) in _set("conjunctions")


def leads_on(word: str, language: str) -> bool:
    """Tell whether a word leads from a head to what it is the head of: of, de, для."""
    return folded(word).strip(".'") in _leading(language)


def points_elsewhere(word: str) -> bool:
    """Tell whether a word stands before the state that an envoy is sent to."""
    return folded(word) in _set("elsewhere")


def is_adjective(word: str, language: str) -> bool:
    """Tell whether a word ends as an adjective of a state or a field does."""
    ending = _ADJECTIVE.get(language)
    return ending is not None and ending.fullmatch(word) is not None


def is_field(word: str) -> bool:
    """Tell whether a word names a field that a ministry may have."""
    return bool(sectors_in(word))


def may_be_verb(word: str) -> bool:
    """Tell whether a word may be a verb: by its ending in a Slavic language, else by what it says."""
    text = folded(word)
    ends = _VERB.fullmatch(text) is not None and text not in _NO_VERB and not is_field(word)
    return ends or says("encounter", word)


def is_plural(words: str) -> bool:
    """Tell whether a head is one that several share: presidents, министры."""
    return any(form.search(folded(words)) for form in _plurals())


def is_past_or_to_come(title: Span, head: Span, scene: Scene) -> bool:
    """Tell whether a title is said to be a former one, or one still to be taken over."""
    text = scene.article.text
    inside = text[title.start : head.start].split()
    return bool(
        _FORMER.search(text[max(0, title.start - 14) : title.start])
        or any(_FORMER.search(word) for word in inside)
        or _NOT_YET.match(text, head.end)
        or _NOT_YET.match(text, title.end)
        or _FORMERLY.match(text, title.end)
    )


def state_at(word: Span, scene: Scene) -> Span | None:
    """Return the name or adjective of a state that a word is the end of, with its ending, if it is one."""
    for place in scene.places:
        if place.kind in _STATES and place.span.start <= word.start < place.span.end <= word.end:
            return Span(place.span.start, word.end)
    return None


def is_in_state(word: Span, scene: Scene) -> bool:
    """Tell whether a word is part of the name of a state, a capital, a city."""
    return any(place.span.start <= word.start < place.span.end for place in scene.places)


@cache
def _set(name: str) -> frozenset[str]:
    return frozenset(folded(word).strip(".") for word in _table()[name])


@cache
def _leading(language: str) -> frozenset[str]:
    return frozenset(folded(word) for word in _table()["of"].get(language, ()))


@cache
def _begins(name: str, word: str) -> bool:
    text = folded(word)
    found = _stems().pattern(name, text).match(text)
    return found is not None


@cache
def _stems() -> StemLists:
    return StemLists({name: _table()[name] for name in ("modifiers", "followers")}, compounds=False)


@cache
def _held() -> StemLists:
    return StemLists({name: _table()[name] for name in ("bodies", "deputies")})


@cache
def _plurals() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(form) for form in _table()["plurals"])


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = load_table("titles", "extractor.resolving")
    return table
