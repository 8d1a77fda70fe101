"""Words that decide a coding rule: what an instrument calls itself, what was done with it, who was there.

The lists are data (data/cues.yaml), stems in all languages together, so that no language needs to be guessed.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from extractor.folding import folded
from extractor.normalizing.lexicons import load_table
from extractor.resolving.stems import StemLists
from extractor.vocabulary import AgreementType, InstrumentStatus, VisitType

MOU = "mou"
_GROUPS = ("titles", "status")
_REMEMBERED = 2048
"""Words and their cues that are kept: the same sentences are asked about for many records."""


@lru_cache(_REMEMBERED)
def title_kind(title: str) -> AgreementType | str | None:
    """Return what a title calls its instrument: `MOU`, an agreement type, or None if it does not say.

    The word that names the instrument is the longest known one; of equals the first in the order of
    cues.yaml (coding rule "the title's own word decides the type").
    """
    text = folded(title)
    hits = [
        (len(hit[0]), -rank, kind)
        for rank, (kind, pattern) in enumerate(_group("titles", text))
        for hit in pattern.finditer(text)
    ]
    if not hits:
        return None
    kind = max(hits)[2]
    return MOU if kind == MOU else AgreementType(kind)


@lru_cache(_REMEMBERED)
def title_noun(title: str) -> str:
    """Return the noun of an instrument in a title, folded; nothing if there is none."""
    text = folded(title)
    hits = [hit[0] for _, pattern in _group("titles", text) for hit in pattern.finditer(text)]
    return max(hits, key=len, default="")


@lru_cache(_REMEMBERED)
def only_kind(words: str) -> AgreementType | str | None:
    """Return the one kind of instrument that some words speak of, or None when it is none or several."""
    text, kinds = folded(words), set()
    for kind in _lists()["titles"]:
        pattern = _pattern(f"titles {kind}", text)
        if pattern.search(text):
            kinds.add(kind)
            text = pattern.sub(" ", text)
    if len(kinds) != 1 or says("unclear_titles", words):
        return None
    kind = kinds.pop()
    return MOU if kind == MOU else AgreementType(kind)


@lru_cache(_REMEMBERED)
def names_instrument(words: str) -> bool:
    """Tell whether some words hold the noun of an instrument."""
    text = folded(words)
    told = any(pattern.search(text) for _, pattern in _group("titles", text))
    return told or says("unclear_titles", words)


@lru_cache(_REMEMBERED)
def names_mixed_group(words: str) -> bool:
    """Tell whether some words name memoranda and other instruments at once ("26 contracts and MOUs")."""
    text = folded(words)
    rest = _pattern(f"titles {MOU}", text).sub(" ", text)
    plain = (AgreementType.AGREEMENT, AgreementType.CONTRACT, AgreementType.TREATY)
    return rest != text and any(_pattern(f"titles {kind}", rest).search(rest) for kind in plain)


@lru_cache(_REMEMBERED)
def statuses(words: str) -> frozenset[InstrumentStatus]:
    """Return every status of an instrument that the words speak of."""
    text = folded(words)
    return frozenset(
        InstrumentStatus(name) for name, pattern in _group("status", text) if pattern.search(text)
    )


@lru_cache(_REMEMBERED)
def says(cue: str, words: str) -> bool:
    """Tell whether the words hold a stem of the cue: wish, views, presence, encounter, record."""
    text = folded(words)
    return _pattern(cue, text).search(text) is not None


@lru_cache(_REMEMBERED)
def without(cue: str, words: str) -> str:
    """Return the words, folded, without what a cue finds in them."""
    text = folded(words)
    return _pattern(cue, text).sub(" ", text)


@lru_cache(_REMEMBERED)
def nearest(cues: tuple[str, ...], words: str, position: int) -> str | None:
    """Return which of several cues is said nearest to a position (code points of the folded words)."""
    text = folded(words)
    hits = [
        (max(hit.start() - position, position - hit.end(), 0), cue)
        for cue in cues
        for hit in _pattern(cue, text).finditer(text)
    ]
    return min(hits)[1] if hits else None


@lru_cache(_REMEMBERED)
def visits(words: str) -> frozenset[VisitType]:
    """Return every rank of a visit that the words speak of."""
    text = folded(words)
    found = _visits().patterns(text)
    return frozenset(VisitType(name) for name, pattern in found.items() if pattern.search(text))


def may_speak_of_visits(folded_text: str) -> bool:
    """Tell at little cost whether any words of a long text, an article, may speak of the rank of a visit."""
    return _visits().may_stand_in(folded_text)


@cache
def _lists() -> dict[str, Any]:
    lists: dict[str, Any] = load_table("cues", "extractor.resolving")
    return lists


@cache
def _stems() -> StemLists:
    """Return all lists; those of a group are called "titles treaty", "status signed"."""
    plain = {name: stems for name, stems in _lists().items() if isinstance(stems, list)}
    grouped = {f"{group} {name}": stems for group in _GROUPS for name, stems in _lists()[group].items()}
    return StemLists({**plain, **grouped})


@cache
def _visits() -> StemLists:
    """Return the lists of the ranks of visits alone: they are looked for in all of an article."""
    return StemLists(_lists()["visit"])


def _pattern(name: str, folded_text: str) -> re.Pattern[str]:
    return _stems().pattern(name, folded_text)


def _group(group: str, folded_text: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Yield the lists of a group that may have a stem in a text, in their order, with their patterns."""
    found = _stems().patterns(folded_text)
    for name, whole_name in _names(group):
        if whole_name in found:
            yield name, found[whole_name]


@cache
def _names(group: str) -> tuple[tuple[str, str], ...]:
    """Return the names of the lists of a group, each with the name it has among all lists."""
    return tuple((name, f"{group} {name}") for name in _lists()[group])
