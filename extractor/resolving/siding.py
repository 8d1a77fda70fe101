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
_OF_STATE = re.compile(r"(?:de|del|da|do|di|of|aus|von|из|від|z)\s$", re.IGNORECASE)


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


def _is_posting(place: PlaceMention, scene: Scene) -> bool:
    """Tell whether a state is where an envoy is sent, not who sent him."""
    before = scene.article.text[max(0, place.span.start - 12) : place.span.start]
    words = WORD.findall(before)
    return bool(_SENT.search(before)) or (bool(words) and any(points_elsewhere(word) for word in words[-1:]))
