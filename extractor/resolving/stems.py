"""Lists of word stems, ready to be found in folded text: of hundreds, only those that may stand there.

A pattern of all stems of a list is slow, since it tries each at each place. Which stems have their letters in
a text is told in one pass over it, for all lists together; a pattern of these few then decides.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from extractor.folding import folded
from extractor.resolving.openings import openings

_JOINED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_ARABIC = re.compile("[\u0600-\u06ff]")
_IN_WORD = re.compile(r"\w")
_COMPOUND = 8
"""Letters; a stem this long may also end a compound (Freihandelsabkommen, hitelszerződés)."""
_FIRST_LETTERS = 4
_REMEMBERED = 512
"""Texts whose stems are kept: the sentences of an article are asked about again and again."""
_REMEMBERED_WORDS = 4096
"""Words and the stems they may begin; most begin none, and the same words come again in every article."""
_NOTHING = re.compile(r"(?!)")


class _Stem(NamedTuple):
    """A stem of a list by its place in it: its folded letters, and those of its first word.

    `inside` tells whether it may also begin inside a word.
    """

    letters: str
    first: str
    inside: bool
    name: str
    place: int

    def may_begin_in(self, word: str) -> bool:
        """Tell whether its first word has its letters in a word, at its start unless `inside`."""
        start = word.find(self.first)
        while start > 0 and not self.inside and _IN_WORD.match(word, start - 1):
            start = word.find(self.first, start + 1)
        return start >= 0


class StemLists:
    """Named lists of stems; a list's longest stem wins where several begin, and `re:` marks a regex.

    With `compounds`, a long stem may also stand inside a word, as the last part of it.
    """

    def __init__(self, lists: Mapping[str, Iterable[str]], *, compounds: bool = True) -> None:
        self._forms: dict[str, tuple[str, ...]] = {}
        self._always: dict[str, frozenset[int]] = {}
        self._by_opening: dict[str, list[_Stem]] = defaultdict(list)
        for name, stems in lists.items():
            ordered = sorted(stems, key=len, reverse=True)
            self._forms[name] = tuple(_form(stem, compounds=compounds) for stem in ordered)
            known = [self._remember(name, place, stem) for place, stem in enumerate(ordered)]
            self._always[name] = frozenset(place for place, is_known in enumerate(known) if not is_known)
        self._sizes = {len(opening) for opening in self._by_opening}
        self._alone = {name: self._compiled(name, ()) for name, places in self._always.items() if places}
        self._patterns = lru_cache(_REMEMBERED)(self._look)
        self._begun = lru_cache(_REMEMBERED_WORDS)(self._beginning)

    def pattern(self, name: str, folded_text: str) -> re.Pattern[str]:
        """Return a pattern that finds in this text what one of all stems of a list would find there."""
        return self._patterns(folded_text).get(name, _NOTHING)

    def patterns(self, folded_text: str) -> Mapping[str, re.Pattern[str]]:
        """Return the patterns of all lists that may have a stem in this text, in no order."""
        return self._patterns(folded_text)

    def may_stand_in(self, folded_text: str) -> bool:
        """Tell whether the letters of any stem stand in a text, which may be a whole article."""
        openings = (opening for opening in self._by_opening if opening in folded_text)
        begun = chain.from_iterable(self._by_opening[opening] for opening in openings)
        return bool(self._alone) or any(stem.letters in folded_text for stem in begun)

    def _remember(self, name: str, place: int, stem: str) -> bool:
        """Remember a stem by its first letters; return whether they can be told, those of a regex may not."""
        form, letters = self._forms[name][place], folded(stem)
        begun = openings(form) if stem.startswith("re:") else ((letters, form == _at_start(letters)),)
        for letters, at_start in begun:
            first = letters.partition(" ")[0]
            inside = not (at_start and _IN_WORD.match(first))
            self._by_opening[first[:_FIRST_LETTERS]].append(_Stem(letters, first, inside, name, place))
        return bool(begun)

    def _beginning(self, word: str) -> tuple[_Stem, ...]:
        """Return the stems whose first word has its letters in a word."""
        openings = {word[start : start + size] for size in self._sizes for start in range(len(word))}
        return tuple(
            stem
            for opening in self._by_opening.keys() & openings
            for stem in self._by_opening[opening]
            if stem.may_begin_in(word)
        )

    def _look(self, text: str) -> Mapping[str, re.Pattern[str]]:
        """Return for each list the pattern of those of its stems whose letters stand in a text."""
        found: dict[str, set[int]] = defaultdict(set)
        for word in text.split(" "):
            for stem in self._begun(word):
                if stem.letters in text:
                    found[stem.name].add(stem.place)
        return self._alone | {name: self._compiled(name, places) for name, places in found.items()}

    def _compiled(self, name: str, places: Iterable[int]) -> re.Pattern[str]:
        forms = self._forms[name]
        return _pattern_of(tuple(forms[place] for place in sorted(self._always[name].union(places))))


@lru_cache(4096)
def _pattern_of(forms: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(forms))


def _form(stem: str, *, compounds: bool) -> str:
    if stem.startswith("re:"):
        return stem.removeprefix("re:")
    word = re.escape(folded(stem))
    if _JOINED.search(stem):
        return word
    if _ARABIC.search(stem):
        return rf"\b(?:[وفبلک]|ال|وال|بال|لل)?{word}"
    return word if compounds and len(stem) >= _COMPOUND else _at_start(folded(stem))


def _at_start(letters: str) -> str:
    """Return the form of a stem that begins words."""
    return rf"\b{re.escape(letters)}"
