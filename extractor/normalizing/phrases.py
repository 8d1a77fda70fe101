"""Finds the phrases of a lexicon in running text, in every inflected form that the phrase's language allows.

Words are compared folded (case, accents, Arabic vowel signs); spans are of the text as it was. What a phrase
means, and whether its surroundings speak against it, is not decided here.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import islice
from typing import Any, Generic, NamedTuple, TypeVar

from extractor.article import Span
from extractor.folding import WITHOUT_ACCENTS, Folded
from extractor.normalizing.inflecting import pattern_of, proclitics_of

P = TypeVar("P")

_INDIC = "\u0900-\u0963\u0966-\u0dff\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u1000-\u1049\u1780-\u17d3"
WORD = re.compile(rf"[^\W_]+(?:[{_INDIC}]+[^\W_]*)*")
_LONGEST_ACRONYM = 6
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
)
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc]")
_REMEMBERED = 4096
"""Words of articles and the phrases they begin; most begin none, and the same words come again."""
_GAP = re.compile("[\\s'\u2019\u02bc`\u2010-\u2015\u30fb\uff65\u00b7=&-]{1,3}")
_DOTTED_GAP = re.compile(r"\. ?")


@dataclass(frozen=True, slots=True)
class Phrase(Generic[P]):
    """Words of a lexicon: what they mean, the language they inflect in, and as what sort of word."""

    text: str
    meaning: P
    language: str = ""
    sort: str = "noun"


@dataclass(frozen=True, slots=True)
class Hit(Generic[P]):
    """A phrase that stands in the text; `covered` is where its last word ends, particles and all."""

    span: Span
    covered: int
    meaning: P
    phrase: Phrase[P]


@dataclass(frozen=True, slots=True)
class _Words(Generic[P]):
    """A phrase ready for comparing: stem and ending of each word, and what stands between the words.

    `second` is the stem of the second word, if it has one: what tells most phrases apart that begin alike.
    """

    phrase: Phrase[P]
    words: tuple[tuple[str, re.Pattern[str]], ...]
    dotted: tuple[bool, ...]
    second: str


class _Shelf(NamedTuple):
    """Phrases that begin with one letter, by the stem of the first word; and how long the stems are.

    The lengths are told by the first two letters of a stem, or the one of a shorter one.
    """

    by_stem: Mapping[str, Sequence[_Words[Any]]]
    lengths: Mapping[str, tuple[int, ...]]


class _Joined(NamedTuple):
    """Phrases of scripts without spaces, by their folded form; how long they are, by their first letter."""

    by_form: Mapping[str, Sequence[Phrase[Any]]]
    lengths: Mapping[str, tuple[int, ...]]
    first: re.Pattern[str]


class _Begun(NamedTuple):
    """The phrases that a word begins, each with the place in it where the phrase does.

    `longest` is the most words that any of them has; `capital` tells that all begin with a capital letter.
    """

    phrases: tuple[tuple[int, _Words[Any]], ...]
    longest: int
    capital: bool


@dataclass(frozen=True, slots=True)
class _Candidate(Generic[P]):
    """Where a phrase stands in the folded text: up to `end` without particles, up to `covered` with them."""

    start: int
    end: int
    covered: int
    phrase: Phrase[P]


@cache
def _folded_words(text: str) -> tuple[tuple[str, ...], tuple[bool, ...]]:
    folded = WITHOUT_ACCENTS.fold(text).text
    found = list(WORD.finditer(folded))
    dotted = tuple(folded[a.end() : a.end() + 1] == "." for a in found)
    return tuple(match.group() for match in found), dotted


class PhraseIndex(Generic[P]):
    """The phrases of a lexicon, ready to be found; of phrases that overlap in the text the longest stands.

    There are thousands, and few texts have words for all: those of one letter are made ready when a word is
    met that begins with it.
    """

    def __init__(self, phrases: Iterable[Phrase[P]]) -> None:
        self._by_letter: dict[str, list[Phrase[P]]] = defaultdict(list)
        self._unspaced_phrases: list[Phrase[P]] = []
        languages = set()
        for phrase in phrases:
            if phrase.language != "ko" and _UNSPACED.match(phrase.text):
                self._unspaced_phrases.append(phrase)
            elif letter := _first_letter(phrase.text):
                self._by_letter[letter].append(phrase)
                languages.add(phrase.language)
        self._proclitics = {one for language in languages for one in proclitics_of(language)}
        self._openers = frozenset(char for one in self._proclitics for char in one.pattern if char.isalpha())
        self._ready = cache(self._made_ready)
        self._begun = lru_cache(_REMEMBERED)(self._beginning)

    def _made_ready(self, letter: str) -> _Shelf:
        """Return the phrases that begin with a letter, by the stem of their first word."""
        by_stem: dict[str, list[_Words[P]]] = defaultdict(list)
        for phrase in self._by_letter.get(letter, ()):
            words, dotted = _folded_words(phrase.text)
            last = len(words) - 1
            patterns = tuple(
                pattern_of(word, phrase.language, phrase.sort, last=place == last)
                for place, word in enumerate(words)
            )
            ready = _Words(phrase, patterns, dotted, patterns[1][0] if last else "")
            by_stem[patterns[0][0]].append(ready)
        return _Shelf(by_stem, _lengths_by_start(by_stem, 2))

    @cached_property
    def _joined(self) -> _Joined:
        """The phrases of scripts without spaces."""
        by_form: dict[str, list[Phrase[P]]] = defaultdict(list)
        for phrase in self._unspaced_phrases:
            by_form[WITHOUT_ACCENTS.fold(phrase.text).text].append(phrase)
        lengths = _lengths_by_start(by_form, 1)
        return _Joined(by_form, lengths, re.compile("[" + re.escape("".join(lengths)) + "]"))

    def find(self, text: str, accepts: Callable[[str, Hit[P]], bool] | None = None) -> list[Hit[P]]:
        """Return every phrase in `text` that `accepts` lets stand, in order of their places."""
        folded = WITHOUT_ACCENTS.fold(text)
        found = [*self._spaced(text, folded), *self._unspaced(folded)]
        found.sort(key=lambda one: (one.start, -one.end))
        hits: list[Hit[P]] = []
        reached = 0
        for one in found:
            if one.start >= reached:
                hit = _hit(folded, one)
                if accepts is None or accepts(text, hit):
                    hits.append(hit)
                    reached = one.end
        return hits

    def whole(self, text: str) -> list[Hit[P]]:
        """Return the phrases that are all the words of `text`; several when it has several meanings."""
        folded = WITHOUT_ACCENTS.fold(text)
        tokens = list(WORD.finditer(folded.text))
        if not tokens:
            return []
        first, last = tokens[0].start(), tokens[-1].end()
        found = [one for one in self._starting(text, folded, tokens[0]) if one.covered == last]
        if self._unspaced_phrases and _UNSPACED.match(folded.text, first):
            whole = self._joined.by_form.get(folded.text[first:last], ())
            found += [_Candidate(first, last, last, phrase) for phrase in whole]
        return [_hit(folded, one) for one in found]

    def _spaced(self, text: str, folded: Folded) -> Iterator[_Candidate[P]]:
        for token in WORD.finditer(folded.text):
            candidates = self._starting(text, folded, token) if self._begun(token[0]) else ()
            if candidates:
                yield max(candidates, key=lambda one: (one.covered, one.end))

    def _beginning(self, token: str) -> _Begun | None:
        """Return the phrases whose first word `token` is, if there are any."""
        begun = tuple(
            (shift, words)
            for shift in self._shifts(token)
            for words in self._stems_of(token, shift)
            if words.words[0][1].fullmatch(token, shift + len(words.words[0][0]))
        )
        longest = max((len(words.words) for _, words in begun), default=0)
        capital = all(shift == 0 and words.phrase.text[0].isupper() for shift, words in begun)
        return _Begun(begun, longest, capital) if begun else None

    def _shifts(self, token: str) -> Sequence[int]:
        """Return where the words in `token` may begin: at once, or after prepositions written on to it."""
        if token[0] not in self._openers:  # the letters of a proclitic are written out in its pattern
            return (0,)
        shifts = {0}
        for proclitic in self._proclitics:
            match = proclitic.match(token)
            if match is not None:
                ends = (match.end(), *(match.end(group) for group in range(1, match.re.groups + 1)))
                shifts.update(end for end in ends if 0 < end <= len(token) - 2)
        return sorted(shifts)

    def _stems_of(self, token: str, shift: int) -> Iterator[_Words[P]]:
        """Yield the phrases whose first word may begin in `token` at `shift`, those of longer stems first."""
        shelf = self._ready(token[shift])
        for start in (token[shift : shift + 2], token[shift : shift + 1]):
            for size in shelf.lengths.get(start, ()):
                yield from shelf.by_stem.get(token[shift : shift + size], ())
            if len(start) < 2:
                break

    def _starting(self, text: str, folded: Folded, token: re.Match[str]) -> list[_Candidate[P]]:
        """Return where phrases stand whose first word is a token of the folded text."""
        begun = self._begun(token[0])
        if begun is None or (begun.capital and text[folded.starts[token.start()]].islower()):
            return []
        tokens = list(islice(WORD.finditer(folded.text, token.start()), begun.longest))
        following = tokens[1][0] if len(tokens) > 1 else ""
        found = []
        for shift, words in begun.phrases:
            if words.second and not following.startswith(words.second):
                continue
            candidate = _match(words, folded, tokens[: len(words.words)], shift)
            if candidate is not None and _looks_as_written(text, folded, candidate):
                found.append(candidate)
        return found

    def _unspaced(self, folded: Folded) -> Iterator[_Candidate[P]]:
        if not self._unspaced_phrases or not _UNSPACED.search(folded.text):
            return
        joined = self._joined
        for first in joined.first.finditer(folded.text):
            start = first.start()
            for size in joined.lengths[first.group()]:
                form = folded.text[start : start + size]
                end = start + len(form)
                if form in joined.by_form and not _cuts_katakana(folded.text, start, end):
                    yield _Candidate(start, end, end, joined.by_form[form][0])
                    break


def _first_letter(text: str) -> str:
    """Return the folded letter that the first word of a phrase begins with; nothing if it has no word."""
    letter = _folded_opening(text[:2])
    if WORD.match(letter):
        return letter
    words, _ = _folded_words(text)
    return words[0][0] if words else ""


@cache
def _folded_opening(opening: str) -> str:
    return WITHOUT_ACCENTS.fold(opening).text[:1]


def _lengths_by_start(forms: Iterable[str], letters: int) -> Mapping[str, tuple[int, ...]]:
    """Return for the first letters of forms, fewer for shorter ones, how long they are, the longest first."""
    lengths: dict[str, set[int]] = defaultdict(set)
    for form in forms:
        lengths[form[:letters]].add(len(form))
    return {start: tuple(sorted(found, reverse=True)) for start, found in lengths.items()}


def _hit(folded: Folded, one: _Candidate[P]) -> Hit[P]:
    covered = folded.span(one.start, one.covered).end
    return Hit(folded.span(one.start, one.end), covered, one.phrase.meaning, one.phrase)


def _cuts_katakana(text: str, start: int, end: int) -> bool:
    """Tell whether the edges of [start, end) lie inside a word of katakana."""
    before = start > 0 and _KATAKANA.match(text[start]) and _KATAKANA.match(text[start - 1])
    after = end < len(text) and _KATAKANA.match(text[end - 1]) and _KATAKANA.match(text[end])
    return bool(before or after)


def _match(words: _Words[P], folded: Folded, tokens: list[re.Match[str]], shift: int) -> _Candidate[P] | None:
    """Return where `words` stand if their first is the first of `tokens`, after `shift` code points."""
    if len(tokens) < len(words.words):
        return None
    for place in range(1, len(tokens)):
        word, (stem, ending) = tokens[place].group(), words.words[place]
        if not word.startswith(stem) or ending.fullmatch(word, len(stem)) is None:
            return None
        gap = _DOTTED_GAP if words.dotted[place - 1] else _GAP
        if gap.fullmatch(folded.text, tokens[place - 1].end(), tokens[place].start()) is None:
            return None
    covered = tokens[-1].end()
    end = tokens[-1].start() + len(words.words[-1][0]) if words.phrase.language == "ko" else covered
    if len(words.words) == 1 and words.phrase.language == "ko":
        end += shift
    if words.dotted[-1] and folded.text[covered : covered + 1] == ".":
        covered = end = covered + 1
    return _Candidate(tokens[0].start() + shift, end, covered, words.phrase)


def _looks_as_written(text: str, folded: Folded, one: _Candidate[P]) -> bool:
    """Tell whether capitals (and in Vietnamese tones) are those of the phrase: Turkey, not turkey."""
    phrase = one.phrase.text
    start = folded.starts[one.start]
    words = text[start : start + len(phrase)]
    if one.phrase.language == "vi" and unicodedata.normalize("NFC", words).lower() != phrase.lower():
        return False
    if phrase.isupper() and len(phrase) <= _LONGEST_ACRONYM and phrase.isalnum():
        return words == phrase
    return not phrase[0].isupper() or not text[start].islower()
