"""Lists of word stems, ready to be found in folded text: of hundreds, only those that may stand there.

A pattern of all stems of a list is slow, since it tries each at each place. Which stems have their letters in
a text is told in one pass over it, for all lists together; a pattern of these few then decides.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

from extractor.folding import folded

_JOINED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_COMPOUND = 8
"""Letters; a stem this long may also end a compound (Freihandelsabkommen, hitelszerződés)."""
_FIRST_LETTERS = 4
_REMEMBERED = 512
"""Texts whose stems are kept: the sentences of an article are asked about again and again."""
_NOTHING = re.compile(r"(?!)")


class StemLists:
    """Named lists of stems; a list's longest stem wins where several begin, and `re:` marks a regex.

    With `compounds`, a long stem may also stand inside a word, as the last part of it.
    """

    def __init__(self, lists: Mapping[str, Iterable[str]], *, compounds: bool = True) -> None:
        self._forms: dict[str, tuple[str, ...]] = {}
        self._always: dict[str, frozenset[int]] = {}
        self._short: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self._long: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
        for name, stems in lists.items():
            ordered = sorted(stems, key=len, reverse=True)
            self._forms[name] = tuple(_form(stem, compounds=compounds) for stem in ordered)
            self._always[name] = frozenset(n for n, stem in enumerate(ordered) if stem.startswith("re:"))
            for place, stem in enumerate(ordered):
                self._remember(name, place, stem)
        self._sizes = {
            first: tuple({len(letters) for letters in self._short if letters[0] == first})
            for first in {letters[0] for letters in self._short}
        }
        self._present = lru_cache(_REMEMBERED)(self._look)

    def pattern(self, name: str, folded_text: str) -> re.Pattern[str]:
        """Return a pattern that finds in this text what one of all stems of a list would find there."""
        places = self._present(folded_text).get(name, frozenset()) | self._always[name]
        if not places:
            return _NOTHING
        forms = self._forms[name]
        return _compiled(tuple(forms[place] for place in sorted(places)))

    def _remember(self, name: str, place: int, stem: str) -> None:
        if stem.startswith("re:"):
            return
        letters = folded(stem)
        if len(letters) < _FIRST_LETTERS:
            self._short[letters].append((name, place))
        else:
            self._long[letters[:_FIRST_LETTERS]].append((letters, name, place))

    def _look(self, text: str) -> Mapping[str, frozenset[int]]:
        """Return which stems of which lists have their letters in a text."""
        found: dict[str, set[int]] = defaultdict(set)
        for start, char in enumerate(text):
            for letters, name, place in self._long.get(text[start : start + _FIRST_LETTERS], ()):
                if text.startswith(letters, start):
                    found[name].add(place)
            for size in self._sizes.get(char, ()):
                for name, place in self._short.get(text[start : start + size], ()):
                    found[name].add(place)
        return {name: frozenset(places) for name, places in found.items()}


@lru_cache(4096)
def _compiled(forms: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(forms))


def _form(stem: str, *, compounds: bool) -> str:
    if stem.startswith("re:"):
        return stem.removeprefix("re:")
    word = re.escape(folded(stem))
    if _JOINED.search(stem):
        return word
    if re.search("[\u0600-\u06ff]", stem):
        return rf"\b(?:[وفبلک]|ال|وال|بال|لل)?{word}"
    return word if compounds and len(stem) >= _COMPOUND else rf"\b{word}"
