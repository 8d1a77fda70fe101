"""In which office someone attends, by the title that the article sets beside the name.

The titles are data (data/offices.yaml), stems in all languages together.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from extractor.article import Span
from extractor.folding import fold
from extractor.normalizing.lexicons import load_table
from extractor.records import Evidence
from extractor.resolving.cues import says
from extractor.resolving.scene import Scene
from extractor.resolving.stems import StemLists
from extractor.vocabulary import Office

_REACH = 48
"""Code points between a name and its title, a state's name or an adjective included."""
_PARTED = re.compile(
    r"[;:.!?。；：！？()（）«»\"、，]|,[^,]*,|\d|와 |과 |및|同|和|与|と|"
    r"\b(?:and|und|sowie|mit|with|by|von|et|avec|y|con|e|com|és|valamint|и|с|со|а|та|і|з|із|ve|ile|i|oraz|z|ze|"
    r"و|مع|en|met|och|a\s+\w+\s+\w+)\b",
    re.IGNORECASE,
)
"""What parts a title from a name that is not its bearer's."""
_LATE = re.compile(
    r"(?:\blate|verstorben\w*|\bnéhai|elhunyt|покойн\w*|скончавш\w*|故|고\s*\(故\)|(?<!\w)고|\bfeue?|"
    r"\bfallecid[oa]|"
    r"\bdifunt[oa]|\bmerhum|الراحلة?|المرحوم|\bzmarł\w*|померл\w*|покійн\w*|марқұм)[\s,]*"
    r"(?:(?:former|ambassador|president|[^\W\d_]{2,12})\s+)?$",
    re.IGNORECASE,
)
_LED = re.compile(r"(?:['’]s|의|の|-)?\s?")
"""What stands between a state and the title that it leads; a full stop or a comma parts them."""
_STATES = frozenset({"name", "adjective"})
_JOINED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_LONGEST_ENDING = 12
_OTHER_NAME = re.compile(r"\W*[A-ZÀ-ÞĀ-ŽА-Я][\w’'-]+ [A-ZÀ-ÞĀ-ŽА-Я]\w+")
_TITLE_LAST = frozenset({"ko", "ja", "hu"})
"""Languages that set the title behind the name; in the others it stands before, or behind a comma."""
_TIGHT = frozenset({"ja", "zh"})
"""Languages that set nothing between a name and its title."""
_PARTICLE = re.compile(r"(?:이|가|은|는|을|를|의|에게|께서|측) ")
"""What ends a Korean name in its sentence: a title behind it is another's."""
_HOUSE = re.compile(
    r"i(?:um|en)\w*|amt\w*|schaft\w*|stw\w*|l[ıi][kğg]\w*|ьств\w*|비서|실(?!장)|관저|관(?!계)|府|馆|館|官邸|官房(?!長)"
)
"""What makes a title the house of its bearer: a ministry, an embassy, an office (대통령실, посольство)."""
_NOT_YET = re.compile(
    r"[ -]?(?:elect|designate|elect[oa]|eleit[oa]|élue?|elett[oa]|당선[인자]|当选人|當選人|次期)\b"
)
"""What makes a title one that is still to be taken over."""
_FORMER = re.compile(
    r"(?:former|ex-|late|ehemalig\w*|früher\w*|verstorben\w*|volt|egykori|néhai|бывш\w*|экс-|покойн\w*|전|고|故|前|원로|"
    r"antigu\w*|ancien\w*|feu|già|eski|merhum|السابق|الراحل|były|колишн\w*)[\s)）]*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Title:
    """A title in the article, and the office it stands for."""

    office: Office
    words: Evidence


def office_of(title: str) -> Office | None:
    """Return the office that a title stands for, or None when the lexicon does not know it."""
    titles = _parted(fold(title).text)
    return max(titles, key=lambda found: found[1] - found[0])[2] if titles else None


def title_beside(name: Evidence, scene: Scene) -> Title | None:
    """Return the title nearest to a name in its sentence, with at most a state between; None if unclear."""
    sentence = scene.sentence_at(name.start)
    if sentence is None:
        return None
    low = max(sentence.span.start, name.start - _REACH)
    high = min(sentence.span.end, name.end + _REACH)
    titles = _titles_in(scene, Span(low, high))
    found = [
        (gap, -(span.end - span.start), span, office)
        for span, office in titles
        if (gap := _distance(span, name, scene)) is not None
        and not any(_lies_between(other, span, name) for other, _ in titles)
    ]
    if not found:
        return None
    _, _, span, office = min(found, key=lambda hit: hit[:2])
    return Title(office, scene.ground.quote(_whole_word(span, name, scene)))


def state_beside(name: Evidence, title: Evidence, scene: Scene) -> tuple[str, Evidence] | None:
    """Return the state named within a title and its bearer's name, with its words; None if none or several.

    "Chile külügyminisztere", "chilean foreign minister Carla Ibáñez", "코피 아샨테 가나 대통령": the state
    stands between the two, or right before the title.
    """
    first, last = sorted((Span(name.start, name.end), Span(title.start, title.end)))
    inside = [p for p in scene.places if first.end <= p.span.start and p.span.end <= last.start]
    text = scene.article.text
    led = [
        p for p in scene.places if p.span.end <= first.start and _LED.fullmatch(text, p.span.end, title.start)
    ]
    within = [p for p in scene.places if title.start <= p.span.start and p.span.end <= title.end]
    found = [p for p in (*inside, *led, *within) if len(p.codes) == 1 and p.kind in _STATES]
    if len({p.codes[0] for p in found}) != 1 or _PARTED.search(text[first.end : last.start]):
        return None
    return found[0].codes[0], scene.ground.quote(found[0].span)


def is_mourned(name: Evidence, scene: Scene) -> bool:
    """Tell whether the word before a name says that its bearer has died; the dead attend nothing."""
    return _LATE.search(scene.article.text[max(0, name.start - 16) : name.start]) is not None


def _whole_word(title: Span, name: Evidence, scene: Scene) -> Span:
    """Return a title with its ending ("külügyminisztere"), not beyond the name; joined scripts have none."""
    text, end = scene.article.text, title.end
    limit = name.start if title.end <= name.start else min(len(text), title.end + _LONGEST_ENDING)
    while end < limit and text[end].isalpha() and not _JOINED.match(text[end]):
        end += 1
    return Span(title.start, end)


def _titles_in(scene: Scene, region: Span) -> list[tuple[Span, Office]]:
    """Return the titles inside a region, the longest where several begin at one place or overlap."""
    folded = fold(region.of(scene.article.text))
    spans = [(folded.span(start, end), office) for start, end, office in _parted(folded.text)]
    return [(Span(span.start + region.start, span.end + region.start), office) for span, office in spans]


def _parted(folded_text: str) -> list[tuple[int, int, Office]]:
    """Return the titles of a folded text in order, as ranges that do not overlap."""
    hits = sorted(_hits(folded_text), key=lambda hit: hit[1].start() - hit[1].end())
    kept: list[tuple[int, int, Office]] = []
    for office, hit in hits:
        if all(hit.end() <= start or hit.start() >= end for start, end, _ in kept):
            kept.append((hit.start(), hit.end(), office))
    return list(_headed(kept, folded_text))


def _headed(titles: list[tuple[int, int, Office]], text: str) -> Iterator[tuple[int, int, Office]]:
    """Yield titles, those written one on to the other in joined scripts as one: 大統領補佐官 advises."""
    chain: int | None = None
    ordered = sorted(titles)
    for place, (start, end, office) in enumerate(ordered):
        gap = text[end : ordered[place + 1][0]] if place + 1 < len(ordered) else "."
        chain = start if chain is None else chain
        if gap.strip() or not _JOINED.match(text, end - 1):
            yield chain, end, office
            chain = None


def _lies_between(other: Span, title: Span, name: Evidence) -> bool:
    """Tell whether another title stands between a title and a name, and so is nearer to it."""
    return (
        title.end <= other.start < other.end <= name.start
        or name.end <= other.start < other.end <= title.start
    )


def _distance(title: Span, name: Evidence, scene: Scene) -> int | None:
    """Return how far a title stands from a name; None where it is not that person's."""
    text = scene.article.text
    if title.start < name.end and name.start < title.end:
        return None
    behind = name.end <= title.start
    between = text[name.end : title.start] if behind else text[title.end : name.start]
    titles_last = (scene.language or "")[:2] in _TITLE_LAST
    apposed = between.lstrip().startswith((",", "،"))
    if behind != titles_last and not (apposed if behind else len(between) <= 1):
        return None
    if behind and not titles_last and _OTHER_NAME.match(text, title.end):
        return None
    if (scene.language or "")[:2] in _TIGHT and between.strip() and not between.startswith("・"):
        return None
    if (
        _PARTICLE.match(between)
        or says("encounter", between)
        or ("," in between and not behind and not between.rstrip().endswith(","))
        or _NOT_YET.match(text, title.end)
        or _OTHER_NAME.search(between)
        or _PARTED.search(between)
        or _FORMER.search(text[max(0, title.start - 14) : title.start])
    ):
        return None
    return len(between) + (_REACH if behind != titles_last else 0)


def _hits(folded_text: str) -> list[tuple[Office, re.Match[str]]]:
    patterns = _titles().patterns(folded_text)
    return [
        (office, hit)
        for office in _offices()
        if office in patterns
        for hit in patterns[office].finditer(folded_text)
        if not _HOUSE.match(folded_text, hit.end())
    ]


@cache
def _titles() -> StemLists:
    return StemLists(load_table("offices", "extractor.resolving"), compounds=False)


@cache
def _offices() -> tuple[Office, ...]:
    """Return the offices in the order of their table."""
    return tuple(map(Office, load_table("offices", "extractor.resolving")))
