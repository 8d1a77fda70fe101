"""Who claims a fact, by the words of its sentence: "according to the embassy", "сообщил Росрыбстат".

Coding rule on claims: a verb of saying or a source reaches to the end of its own sentence. The patterns are
data (data/claims.yaml), by language; who is called by title and name is named without the title.
"""

import re
from functools import cache, lru_cache
from typing import Any

from extractor.article import Span
from extractor.normalizing.lexicons import load_table
from extractor.records import Evidence
from extractor.resolving.offices import heads_in
from extractor.resolving.scene import Scene
from extractor.resolving.title_words import CASED

_UPPER = "A-ZÀ-ÞĀ-ŽА-ЯЁІЇЄҐӘҒҚҢӨҰҮҺ"
_CAPITALISED = rf"[{_UPPER}][\w’'-]*"
_NAME = rf"{_CAPITALISED}(?:(?: (?:of|for|de|del|di|da|do|al|bin|van|von|y))? {_CAPITALISED}){{0,4}}"
_PARTS = re.compile(r"[^\s]+")
_WHO = r"[\w·]{1,12}"
_HAN_WHO = r"[\u3400-\u9fffァ-ヴー·]{1,12}"
_REMEMBERED = 512


def claimant_of(fact: Evidence, scene: Scene) -> Evidence | None:
    """Return the words that name who claims what stands at a place, in its sentence; None if nobody does."""
    sentence = scene.sentence_at(fact.start)
    language = (scene.language or "")[:2]
    if sentence is None:
        return None
    found = _claimant(sentence.text, language)
    if found is None:
        return None
    span = Span(sentence.span.start + found[0], sentence.span.start + found[1])
    if span.start < fact.end and fact.start < span.end:
        return None
    return scene.ground.quote(span)


@lru_cache(_REMEMBERED)
def _claimant(text: str, language: str) -> tuple[int, int] | None:
    """Return where the claimant of a sentence stands."""
    for pattern in _patterns(language):
        for hit in pattern.finditer(text):
            start, end = _bare(text, *hit.span("who"))
            who = text[start:end]
            if who and who.casefold() not in _nobody():
                return start, end
    return None


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a claimant without the title before a name: "Minister Wong" is Wong."""
    who = text[start:end]
    if not CASED.match(who):
        return start, end
    words = list(_PARTS.finditer(who))
    while len(words) > 1 and heads_in(words[0][0]):
        words = words[1:]
    return start + words[0].start(), start + words[-1].end()


@cache
def _nobody() -> frozenset[str]:
    """Return the pronouns: whom they stand for is told in another sentence, if at all."""
    return frozenset(load_table("claims", "extractor.resolving")["nobody"])


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], ...]:
    table: dict[str, Any] = load_table("claims", "extractor.resolving")
    nouns = "|".join(sorted(table["institutions"].get(language, ()), key=len, reverse=True))
    phrase = rf"(?:(?:{_NAME}(?:['’]s)? )?(?:{nouns})(?! of)|{_NAME})" if nouns else rf"(?:{_NAME})"
    who = _WHO if language == "ko" else _HAN_WHO
    return tuple(
        re.compile(form.replace("{name}", _NAME).replace("{np}", phrase).replace("{who}", who))
        for form in table["patterns"].get(language, ())
    )
