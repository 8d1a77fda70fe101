"""For which state someone stands: by the title, or by the side that the sentence puts them on."""

import re

from extractor.article import Span
from extractor.normalizing.places import PlaceMention
from extractor.records import Evidence
from extractor.resolving.scene import Scene
from extractor.resolving.title_words import WORD, points_elsewhere
from extractor.resolving.titling import Title

_LED = re.compile(r"(?:['’]s|의|の|-)?\s?")
"""What stands between a state and the title that it leads; a full stop or a comma parts them."""
_STATES = frozenset({"name", "adjective"})
_ACCREDITED = frozenset({"ambassador", "adviser", "spokesperson"})
"""Offices whose title may name the state they are sent to."""
_SENT = re.compile(r"[주駐驻]\s?$")
_ELLIPTIC = re.compile(
    r"\b(?:el|la|celui|celle|quello|quella|o|a|that|y|e|et|and)\s(?:de|du|del|della|do|da|of)\s(?:la\s)?$",
    re.IGNORECASE,
)
"""What stands before a state in "y por el de Chile, Ana Ruiz"."""
_SIDE_BEHIND = re.compile(
    r"(?:n|ischen|ischer)?\s?(?:side\b|seite\b|seitig|részről|측|側|方|(?:стороны|сторони)\b|taraf|тарап|strony\b|partij)",
    re.IGNORECASE,
)
"""What makes the state before it a side: "쿠웨이트 측", "on the Fijian side", "ghánai részről"."""
_SIDE_BEFORE = re.compile(
    r"(?:\bcôté|\blado|\bparte|\bboku|\bбоку|\bстороны|الجانب|جانب|\bstrony|\bpart)\s(?:de\s|do\s|da\s|del\s|d['’])?$",
    re.IGNORECASE,
)
"""What makes the state behind it a side: "côté chilien", "من الجانب"."""
_OUR_SIDE = re.compile(
    r"우리 측|우리측|我方|当方|نحن|our side|unserer seite|notre côté|с нашей стороны", re.IGNORECASE
)


def state_of_title(name: Evidence, title: Title, scene: Scene) -> tuple[str, Evidence] | None:
    """Return the state named in a title or between it and its bearer's name, with its words; None if unclear.

    "Chile külügyminisztere", "chilean foreign minister Carla Ibáñez", "посол Чили в Лиме": an envoy's title
    also names where he is sent, behind a preposition.
    """
    first, last = sorted((Span(name.start, name.end), Span(title.words.start, title.words.end)))
    text = scene.article.text
    found = [
        place
        for place in scene.places
        if len(place.codes) == 1
        and place.kind in _STATES
        and (
            (first.end <= place.span.start and place.span.end <= last.start)
            or (title.words.start <= place.span.start and place.span.end <= title.words.end)
            or (place.span.end <= first.start and _LED.fullmatch(text, place.span.end, title.words.start))
        )
    ]
    if title.head.kind in _ACCREDITED:
        found = [place for place in found if not _is_posting(place, scene)]
    if len({place.codes[0] for place in found}) != 1:
        return None
    return found[0].codes[0], scene.ground.quote(found[0].span)


def state_of_side(name: Evidence, scene: Scene) -> tuple[str, Evidence] | None:
    """Return the state on whose side a sentence lists somebody, with its words: "on the Fijian side"."""
    sentence = scene.sentence_at(name.start)
    if sentence is None:
        return None
    text, start = scene.article.text, sentence.span.start
    before = [
        p for p in scene.places if start <= p.span.start and p.span.end <= name.start and len(p.codes) == 1
    ]
    for place in before[-1:]:
        gap = text[place.span.end : name.start].rstrip(" ,")
        if not gap and _ELLIPTIC.search(text[start : place.span.start]):
            return place.codes[0], scene.ground.quote(place.span)
    for place in reversed(before):
        behind = _SIDE_BEHIND.match(text, place.span.end)
        if behind is None and not _SIDE_BEFORE.search(text[start : place.span.start]):
            continue
        between = text[place.span.end : name.start]
        if ";" in between or _OUR_SIDE.search(between):
            return None
        return place.codes[0], scene.ground.quote(place.span)
    return None


def _is_posting(place: PlaceMention, scene: Scene) -> bool:
    """Tell whether a state is where an envoy is sent, not who sent him."""
    before = scene.article.text[max(0, place.span.start - 12) : place.span.start]
    words = WORD.findall(before)
    return bool(_SENT.search(before)) or (bool(words) and any(points_elsewhere(word) for word in words[-1:]))
