"""In which office someone attends, by the words of a title; the title itself is found in `titling`.

The offices are data (data/offices.yaml), and so are the heads of titles that stand for no office of their own
(data/titles.yaml): stems in all languages together.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from extractor.article import Span
from extractor.folding import fold
from extractor.normalizing.lexicons import load_table
from extractor.records import Evidence
from extractor.resolving.scene import Scene
from extractor.resolving.stems import StemLists
from extractor.vocabulary import Office

COUNTERPART = "counterpart"
"""The kind of a head that says no more than: the same office on the other side."""
OPEN = "open"
"""The kind of a head that leaves the office open: a leader, a chairman."""
PLAIN = "plain"
"""The kind of a head that is neither a principal's nor a minister's: a director, a governor."""
UNKNOWN = "unknown"
"""The kind of a title that the lexicon has no word of: the LLM judges."""
_LATE = re.compile(
    r"(?:\blate|verstorben\w*|\bnéhai|elhunyt|покойн\w*|скончавш\w*|故|고\s*\(故\)|(?<!\w)고|\bfeue?|"
    r"\bfallecid[oa]|"
    r"\bdifunt[oa]|\bmerhum|الراحلة?|المرحوم|\bzmarł\w*|померл\w*|покійн\w*|марқұм)[\s,]*"
    r"(?:(?:former|ambassador|president|[^\W\d_]{2,12})\s+)?$",
    re.IGNORECASE,
)
_JOINED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_HOUSE = re.compile(
    r"i(?:um|en)\w*|amt\w*|schaft\w*|stw\w*|l[ıi][kğg]\w*|ьств\w*|비서|실(?!장)|관저|관(?!계)|府|馆|館|官邸|官房(?!長)"
)
"""What makes a title the house of its bearer: a ministry, an embassy, an office (대통령실, посольство)."""


@dataclass(frozen=True, slots=True)
class Head:
    """The word of a title that says what its bearer is: an office, or one of the three other kinds."""

    span: Span
    kind: str

    @property
    def office(self) -> Office | None:
        """The office it stands for, if it stands for one."""
        return None if self.kind in {COUNTERPART, OPEN, PLAIN, UNKNOWN} else Office(self.kind)


def kind_of(title: str) -> str:
    """Return what a title says that its bearer is: an office before all else, by its longest word."""
    heads = sorted(heads_in(title), key=lambda head: head.span.start - head.span.end)
    kinds = [head.kind for head in heads]
    office = next((head.office for head in heads if head.office), None)
    return office or next((kind for kind in (COUNTERPART, OPEN, PLAIN) if kind in kinds), UNKNOWN)


def heads_in(text: str, start: int = 0) -> tuple[Head, ...]:
    """Return the heads of titles in a text in order, the longest where several overlap; `start` is added."""
    folded = fold(text)
    found = []
    for first, last, kind in _parted(folded.text):
        span = folded.span(first, last)
        found.append(Head(Span(span.start + start, span.end + start), kind))
    return tuple(found)


def is_mourned(name: Evidence, scene: Scene) -> bool:
    """Tell whether the word before a name says that its bearer has died; the dead attend nothing."""
    return _LATE.search(scene.article.text[max(0, name.start - 16) : name.start]) is not None


def _parted(folded_text: str) -> list[tuple[int, int, str]]:
    """Return the heads of a folded text in order, as ranges that do not overlap."""
    hits = sorted(_hits(folded_text), key=lambda hit: hit[1].start() - hit[1].end())
    kept: list[tuple[int, int, str]] = []
    for kind, hit in hits:
        if all(hit.end() <= start or hit.start() >= end for start, end, _ in kept):
            kept.append((hit.start(), hit.end(), kind))
    return list(_headed(kept, folded_text))


def _headed(titles: list[tuple[int, int, str]], text: str) -> Iterator[tuple[int, int, str]]:
    """Yield heads, those written one on to the other in joined scripts as one: 大統領補佐官 advises."""
    chain: int | None = None
    ordered = sorted(titles)
    for place, (start, end, kind) in enumerate(ordered):
        gap = text[end : ordered[place + 1][0]] if place + 1 < len(ordered) else "."
        chain = start if chain is None else chain
        if gap.strip() or not _JOINED.match(text, end - 1):
            yield chain, end, kind
            chain = None


def _hits(folded_text: str) -> list[tuple[str, re.Match[str]]]:
    patterns = _titles().patterns(folded_text)
    return [
        (kind, hit)
        for kind in _kinds()
        if kind in patterns
        for hit in patterns[kind].finditer(folded_text)
        if not _HOUSE.match(folded_text, hit.end())
    ]


@cache
def _titles() -> StemLists:
    return StemLists(_kinds(), compounds=False)


@cache
def _kinds() -> dict[str, list[str]]:
    """Return the stems of each kind of head: the offices in the order of their table, then the others."""
    offices, others = (load_table(name, "extractor.resolving") for name in ("offices", "titles"))
    return {**offices, **others["heads"]}
