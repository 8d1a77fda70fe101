"""Where something happened: the place words that a sentence puts an event at, not those it only names."""

import re
from collections.abc import Sequence

from extractor.article import Sentence
from extractor.normalizing.places import PlaceMention
from extractor.records import Evidence
from extractor.resolving.scene import Scene

_PREPOSITION = re.compile(
    r"(?:^|[\s(\"'«„“])(?:in|at|im|en|à|au|a|em|na|no|we?|в|во|у|di|في|فی|tại|i|u|v|ve|te|op)\s+"
    r"(?:the\s+|der\s+)?$",
    re.IGNORECASE,
)
_SUFFIX = re.compile(
    r"^(?:에서|에 |로 |(?:b[ae]n|[oeö]n|en|ott|ött)\b|['’](?:[dt][ae]|[dt][ae]ki)\b|"
    r"で|にて|において|[дт][ае]\b)"
)
_ENDING = re.compile(r"(?:b[ae]n|[oeö]n|ott|ött|['’][dt][ae]|[дт][ае])$")
_BEFORE_JOINED = re.compile(r"[在于於]$")
_DATELINE = re.compile(r"\s*(?:[,.(/=（＝]|\d|(?:в|في|فی|em|a|am|den)\s+\d)")
_KINDS = frozenset({"capital", "city", "seat"})
_AGENCY = 8
"""Code points that the name of an agency may take before the city of a dateline."""


def place_near(numbers: Sequence[int], scene: Scene) -> Evidence | None:
    """Return the first city that the cited sentences put something at, or None.

    A capital that stands for its government ("Berlin urged") has no locative and is no place.
    """
    for sentence in scene.cited(numbers):
        for mention in scene.places:
            inside = sentence.span.start <= mention.span.start < sentence.span.end
            if not inside or mention.kind not in _KINDS:
                continue
            if _is_locative(mention, scene) or _is_dateline(mention, sentence, scene):
                return scene.ground.quote(mention.span)
    return None


def _is_dateline(mention: PlaceMention, sentence: Sentence, scene: Scene) -> bool:
    """Tell whether a city opens a report: "VILNIUS, 3 June (Agency) -", "서울=", "利马10月18日电"."""
    opening = mention.span.start - sentence.span.start <= _AGENCY
    return opening and _DATELINE.match(scene.article.text, mention.span.end) is not None


def _is_locative(mention: PlaceMention, scene: Scene) -> bool:
    text = scene.article.text
    before, after = text[max(0, mention.span.start - 12) : mention.span.start], text[mention.span.end :][:8]
    return bool(
        _PREPOSITION.search(before)
        or _BEFORE_JOINED.search(before)
        or _SUFFIX.search(after)
        or _ENDING.search(mention.span.of(text))
    )
