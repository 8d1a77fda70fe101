"""Words that decide a coding rule: what an instrument calls itself, what was done with it, who was there.

The lists are data (data/cues.yaml), stems in all languages together, so that no language needs to be guessed.
"""

import re
from functools import cache
from typing import Any

from extractor.folding import folded
from extractor.normalizing.lexicons import load_table
from extractor.vocabulary import AgreementType, InstrumentStatus

_JOINED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_COMPOUND = 8
"""Letters; a stem this long may also end a compound (Freihandelsabkommen, hitelszerződés)."""
MOU = "mou"


def title_kind(title: str) -> AgreementType | str | None:
    """Return what a title calls its instrument: `MOU`, an agreement type, or None if it does not say.

    The word that names the instrument is the longest known one; of equals the first in the order of
    cues.yaml (coding rule "the title's own word decides the type").
    """
    text = folded(title)
    hits = [
        (len(hit[0]), -rank, kind)
        for rank, (kind, pattern) in enumerate(_titles().items())
        for hit in pattern.finditer(text)
    ]
    if not hits:
        return None
    kind = max(hits)[2]
    return MOU if kind == MOU else AgreementType(kind)


def title_noun(title: str) -> str:
    """Return the noun of an instrument in a title, folded; nothing if there is none."""
    text = folded(title)
    hits = [hit[0] for pattern in _titles().values() for hit in pattern.finditer(text)]
    return max(hits, key=len, default="")


def only_kind(words: str) -> AgreementType | str | None:
    """Return the one kind of instrument that some words speak of, or None when it is none or several."""
    text, kinds = folded(words), set()
    for kind, pattern in _titles().items():
        if pattern.search(text):
            kinds.add(kind)
            text = pattern.sub(" ", text)
    if len(kinds) != 1 or says("unclear_titles", words):
        return None
    kind = kinds.pop()
    return MOU if kind == MOU else AgreementType(kind)


def names_instrument(words: str) -> bool:
    """Tell whether some words hold the noun of an instrument."""
    text = folded(words)
    return any(pattern.search(text) for pattern in _titles().values()) or says("unclear_titles", words)


def names_mixed_group(words: str) -> bool:
    """Tell whether some words name memoranda and other instruments at once ("26 contracts and MOUs")."""
    text = folded(words)
    rest = _titles()[MOU].sub(" ", text)
    plain = (AgreementType.AGREEMENT, AgreementType.CONTRACT, AgreementType.TREATY)
    return rest != text and any(_titles()[kind].search(rest) for kind in plain)


def statuses(words: str) -> frozenset[InstrumentStatus]:
    """Return every status of an instrument that the words speak of."""
    text = folded(words)
    return frozenset(status for status, pattern in _statuses().items() if pattern.search(text))


def says(cue: str, words: str) -> bool:
    """Tell whether the words hold a stem of the cue: wish, views, presence, encounter, record."""
    return _pattern(cue).search(folded(words)) is not None


def without(cue: str, words: str) -> str:
    """Return the words, folded, without what a cue finds in them."""
    return _pattern(cue).sub(" ", folded(words))


def nearest(cues: tuple[str, ...], words: str, position: int) -> str | None:
    """Return which of several cues is said nearest to a position (code points of the folded words)."""
    text = folded(words)
    hits = [
        (max(hit.start() - position, position - hit.end(), 0), cue)
        for cue in cues
        for hit in _pattern(cue).finditer(text)
    ]
    return min(hits)[1] if hits else None


@cache
def _lists() -> dict[str, Any]:
    lists: dict[str, Any] = load_table("cues", "extractor.resolving")
    return lists


@cache
def _titles() -> dict[str, re.Pattern[str]]:
    return {kind: stem_pattern(stems) for kind, stems in _lists()["titles"].items()}


@cache
def _statuses() -> dict[InstrumentStatus, re.Pattern[str]]:
    return {InstrumentStatus(name): stem_pattern(stems) for name, stems in _lists()["status"].items()}


@cache
def _pattern(cue: str) -> re.Pattern[str]:
    return stem_pattern(_lists()[cue])


def stem_pattern(stems: list[str], *, compounds: bool = True) -> re.Pattern[str]:
    """Return a pattern that finds any of the stems in folded text, the longest first; `re:` marks a regex.

    With `compounds`, a long stem may also stand inside a word, as the last part of it.
    """
    ordered = sorted(stems, key=len, reverse=True)
    return re.compile("|".join(_one(stem, compounds=compounds) for stem in ordered))


def _one(stem: str, *, compounds: bool) -> str:
    if stem.startswith("re:"):
        return stem.removeprefix("re:")
    word = re.escape(folded(stem))
    if _JOINED.search(stem):
        return word
    if re.search("[\u0600-\u06ff]", stem):
        return rf"\b(?:[وفبلک]|ال|وال|بال|لل)?{word}"
    return word if compounds and len(stem) >= _COMPOUND else rf"\b{word}"
