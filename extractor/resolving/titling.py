"""The title that an article sets beside a name: found by its head, taken whole, with its state and its field.

"вице-премьер Чили Илья Громов", "Ann Holt, director of the harbour", "아샨테 가나 외교장관": the head is the
word that names the office; what belongs to it stands before or behind it, by the article's language.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from extractor.article import Span
from extractor.records import Evidence
from extractor.resolving.offices import Head, heads_in
from extractor.resolving.scene import Scene
from extractor.resolving.title_phrases import Phrasing
from extractor.resolving.title_words import (
    CASED,
    WORD,
    is_conjunction,
    is_field,
    is_honorific,
    is_in_state,
    is_past_or_to_come,
    is_plural,
    leads_on,
)

_REACH = 120
"""Code points before or behind a name within which its title begins or ends."""
_MENTIONS = 6
"""Mentions of a name that are looked at."""
_OUTER = re.compile(r"[\s,،«»\"'“”„(·・]*$")
_LAST_WORD = re.compile(r"[^\s,،«»\"“”„()]+$")
_CAPITAL = re.compile(r"[A-ZÀ-ÞĀ-ŽА-ЯЁІЇЄҐӘҒҚҢӨҰҮҺ]")
_CLOSED = re.compile(
    r"(?:[\w’'.-]+ ?){0,3}(?:\([^)]{1,40}\))?"
    r"(?:[,;.:)—–،؛。]|\s*$|\s(?:and|und|et|y|e|i|и|та|й|і|en|és|ve|және|oraz)\s)"
)
_APPOSED = re.compile(r"\s?(?:\([^)]{1,40}\)\s?)?,\s")
_BRACKETS = re.compile(r"\s?(?:\([^)]{1,40}\)|（[^）]{1,40}）)|[)）]")
"""A name's second form, or the end of it when it is this one that was pointed at."""
_SUBORDINATE = frozenset({"adviser", "deputy_minister", "ambassador", "spokesperson", "plain", "open"})
"""Those who serve a principal that their title may name."""
_SHARING = re.compile(
    r",?\s(?P<bound>[^\W\d_]{1,4})\s(?:(?:de|del|du|do|da|di|of|von)\s(?P<state>[A-ZÀ-Þ][^,;]{2,30}),?\s)?$"
)
"""What stands between two names that share a title: "and", or "y de Chile,"."""
_BEHIND_FIRST = frozenset({"ko", "ja", "hu", "zh"})
"""Languages that set titles behind names, at least as often as before them."""


@dataclass(frozen=True, slots=True)
class Title:
    """A title as it stands in the article, and the head that says what its bearer is."""

    words: Evidence
    head: Head


def title_of(name: Evidence, scene: Scene) -> Title | None:
    """Return the title of whom a name stands for: beside it, else beside another mention; None if unclear."""
    for mention in _mentions(name, scene):
        found = _Search(scene, mention).title()
        if found is not None:
            return Title(scene.ground.quote(found[0]), found[1])
    return None


def title_instead(name: Evidence, scene: Scene) -> Title | None:
    """Return what stands in the place of a name: the title of somebody unnamed; None if it may be a name."""
    heads = heads_in(name.quote, name.start)
    if not heads:
        return None
    span = Span(name.start, name.end)
    phrasing = Phrasing(scene, (scene.language or "")[:2], span)
    return Title(name, heads[-1]) if phrasing.is_title(span, heads) else None


def _mentions(name: Evidence, scene: Scene) -> Iterator[Span]:
    """Yield where a name stands as a whole: the place given first, then those before it.

    What an article says later of somebody whom it has named may be another's words.
    """
    yield Span(name.start, name.end)
    text, start = scene.article.text, 0
    for _ in range(_MENTIONS):
        start = text.find(name.quote, start, name.start)
        if start < 0:
            return
        end = start + len(name.quote)
        written_on = text[start - 1 : start].isalpha() or text[end : end + 1].isalpha()
        if not (written_on and CASED.match(name.quote)):
            yield Span(start, end)
        start = end


class _Search:
    """One mention of a name and the words of its sentence."""

    def __init__(self, scene: Scene, mention: Span) -> None:
        self._scene, self._mention = scene, mention
        self._text = scene.article.text
        self._language = (scene.language or "")[:2]
        sentence = scene.sentence_at(mention.start)
        self._sentence = sentence.span if sentence else mention
        self._phrasing = Phrasing(scene, self._language, self._sentence)

    def title(self) -> tuple[Span, Head] | None:
        """Return the words of the title and its head."""
        if self._language in _BEHIND_FIRST:
            return self._behind() or self._apposed() or self.before()
        return self.before() or self._apposed() or self._shared()

    def _heads(self, start: int, end: int) -> tuple[Head, ...]:
        low, high = max(start, self._sentence.start), min(end, self._sentence.end)
        return heads_in(self._text[low:high], low) if low < high else ()

    def before(self) -> tuple[Span, Head] | None:
        """Return the title that stands before the name."""
        heads = self._heads(self._mention.start - _REACH, self._mention.start)
        if not heads:
            return None
        for edge, comma in self._edges():
            if comma and not _CLOSED.match(self._text, self._mention.end):
                continue
            found = self._nearest([head for head in heads if head.span.end <= edge], edge, comma=comma)
            if found is not None:
                return found
        return None

    def _nearest(self, heads: list[Head], edge: int, *, comma: bool) -> tuple[Span, Head] | None:
        """Return the nearest title; behind a comma one that serves the nearest, if it leads up to it."""
        reached = [head for head in heads[-2:] if self._phrasing.leads_to(head, edge, comma=comma)]
        if not reached or reached[-1] is not heads[-1]:
            return None
        serves = comma and len(reached) == 2 and reached[0].kind in _SUBORDINATE
        head = reached[0] if serves else reached[-1]
        words = self._phrasing.whole(head, edge)
        return None if words is None or is_past_or_to_come(words, head.span, self._scene) else (words, head)

    def _edges(self) -> Iterator[tuple[int, bool]]:
        """Yield where the words before a name end, Mr and Dr aside, and whether a comma parts them from it.

        First names and titles of birth that the name does not hold may stand between: "Hon. Ratu | Lal".
        """
        single = len(self._mention.of(self._text).split()) == 1
        steps = []
        edge = self._mention.start
        for _ in range(3):
            steps.append(self._stripped(edge))
            before = _LAST_WORD.search(self._text, self._sentence.start, steps[-1][0])
            gap = self._text[before.end() : edge] if before else ","
            if before is None or gap.strip() or not self._is_name_part(before):
                break
            edge = before.start()
        if not (single and len(steps) > 1):
            yield from steps
        else:
            yield from reversed(steps)

    def _is_name_part(self, word: re.Match[str]) -> bool:
        span = Span(word.start(), word.end())
        return (
            _CAPITAL.match(word[0]) is not None
            and not heads_in(word[0])
            and not is_in_state(span, self._scene)
            and not is_field(word[0])
            and not leads_on(word[0], self._language)
        )

    def _stripped(self, edge: int) -> tuple[int, bool]:
        """Return where the words end before spaces, a comma, quotation marks and honorifics."""
        comma = False
        low = self._sentence.start
        for _ in range(4):
            outer = _OUTER.search(self._text, low, edge)
            start = outer.start() if outer else edge
            comma = comma or any(mark in self._text[start:edge] for mark in ",،")
            edge = start
            word = _LAST_WORD.search(self._text, low, edge)
            if word is None or not is_honorific(word[0]):
                break
            edge = word.start()
        return edge, comma

    def _behind(self) -> tuple[Span, Head] | None:
        bracket = _BRACKETS.match(self._text, self._mention.end)
        start = bracket.end() if bracket else self._mention.end
        for head in self._heads(start, start + _REACH // 2)[:1]:
            words = self._phrasing.behind(start, head)
            if words is not None and not is_past_or_to_come(words, head.span, self._scene):
                return words, head
        return None

    def _apposed(self) -> tuple[Span, Head] | None:
        comma = _APPOSED.match(self._text, self._mention.end)
        if comma is None:
            return None
        for head in self._heads(comma.end(), comma.end() + _REACH)[:1]:
            words = self._phrasing.apposed(comma.end(), head)
            past = words is not None and is_past_or_to_come(words, head.span, self._scene)
            if words is not None and not past and not is_plural(words.of(self._text)):
                return words, head
        return None

    def _shared(self) -> tuple[Span, Head] | None:
        """Return a plural title of the name that stands before this one: "Ministers Ann Holt and Bo Ek"."""
        for edge, _ in self._edges():
            tail = _SHARING.search(self._text[:edge] + " ", max(self._sentence.start, edge - 60))
            start = self._names_before(tail.start()) if tail and is_conjunction(tail["bound"]) else None
            if tail is None or start is None:
                continue
            found = _Search(self._scene, Span(start, tail.start())).before()
            if found is None:
                continue
            word = self._phrasing.whole_word(found[1])
            return (word if tail["state"] else found[0], found[1]) if is_plural(word.of(self._text)) else None
        return None

    def _names_before(self, end: int) -> int | None:
        """Return where the capitalised words begin that end at a place."""
        start = end
        for word in reversed(list(WORD.finditer(self._text, self._sentence.start, end))[-4:]):
            if self._text[word.end() : start].strip() or not self._is_name_part(word):
                break
            start = word.start()
        return start if start < end else None
