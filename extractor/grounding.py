"""Words that an LLM says it copied, found in the article: from strings to evidence; it never changes a word.

Order: letter for letter or folded, then inflected (another ending), then nearly (rapidfuzz); each in the
cited sentences first, then in the whole article. What is found only nearly must pass the gates: the same
digits, the same number words, the same negations.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from extractor.article import Span
from extractor.folding import Folded, fold, without_marks
from extractor.normalizing.numbers import digit_runs, number_words
from extractor.records import Evidence, Match

FUZZY_FLOOR = 88.0
"""Lowest rapidfuzz score (0 to 100) that counts; below it more than an ending or a slip differs."""
_SHORTEST_FUZZY = 6
_LONGEST_ENDING = 6
_OUTER = " \t\n\r\"'()[].,;:、。，；：!?！？…"
_WORD = re.compile(r"[^\W_]+")
_JOINED = re.compile(
    r"[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\u0e00-\u0e7f]"
)
"""Scripts that write words together or glue particles on: inside a run of them a word may begin and end."""
_NUMBER_BEFORE = re.compile(r"\d[.,]?\Z")
_NUMBER_AFTER = re.compile(r"[.,]?\d")
_CLITICS = re.compile(r"(?:[وفبلکس]|ال){1,4}")
"""What Arabic writes before a word without a space (folded letters)."""
_NEGATION = re.compile(
    r"\b(?:not?|never|without|nicht|kein\w*|ohne|nem|sem|nincs\w*|nélkül|не|нет|без|ні|немає|nie|bez|sin|non|"
    r"senza|sans|pas|não|değil|لا|لم|لن|ليس|بدون|емес|không|tidak|bukan)\b|"
    r"않|없|못[ 하]|不|没|無い|ない|ません",
    re.IGNORECASE,
)


class _Word(NamedTuple):
    """One word of a folded text: its letters without accents, and its range."""

    bare: str
    start: int
    end: int


@dataclass(frozen=True)
class _Sought:
    """The words to be found, as written by the LLM and folded."""

    written: str
    folded: str

    @cached_property
    def words(self) -> tuple[str, ...]:
        return tuple(word.bare for word in _words(self.folded))

    @property
    def may_differ(self) -> bool:
        """Tell whether a slip still leaves enough to know the words by: a lone word does not (Austria)."""
        parted = len(self.words) > 1 or _JOINED.search(self.folded) is not None
        return parted and len(self.folded) >= _SHORTEST_FUZZY


@dataclass(frozen=True)
class Ground:
    """One article, ready to be searched: build it once an article, then `find` is cheap."""

    text: str
    language: str | None = None

    def find(
        self, written: str, cited: Sequence[Span] = (), *, fuzzy_floor: float = FUZZY_FLOOR
    ) -> Evidence | None:
        """Return where the words stand in the text, in a cited span if they do, or None.

        The quote is cut from the text, so its ending may differ from `written`. `fuzzy_floor` (0 to 100) is
        the lowest similarity accepted; above 100 nothing but another ending is.
        """
        sought = _Sought(written.strip(), fold(written).text.strip(_OUTER))
        if not sought.folded:
            return None
        regions = [self._folded.range_of(span) for span in dict.fromkeys((*cited, Span(0, len(self.text))))]
        for search in (self._literal, self._inflected):
            for region in regions:
                if hit := search(sought, region):
                    return hit
        if fuzzy_floor > 100 or not sought.may_differ:
            return None
        return next((hit for region in regions if (hit := self._nearly(sought, region, fuzzy_floor))), None)

    def quote(self, span: Span, match: Match = Match.EXACT) -> Evidence:
        """Return a span of the text as evidence."""
        found = self._quotes.get((span, match))
        if found is None:
            found = Evidence(quote=span.of(self.text), start=span.start, end=span.end, match=match)
            self._quotes[span, match] = found
        return found

    @cached_property
    def _quotes(self) -> dict[tuple[Span, Match], Evidence]:
        """What was quoted before: the same words show many a value of many records."""
        return {}

    @property
    def folded_text(self) -> str:
        """The text in the letters that words are compared in."""
        return self._folded.text

    @cached_property
    def _folded(self) -> Folded:
        return fold(self.text)

    @cached_property
    def _words(self) -> tuple[_Word, ...]:
        return tuple(_words(self._folded.text))

    @cached_property
    def _words_by_stem(self) -> dict[str, list[int]]:
        stems: dict[str, list[int]] = defaultdict(list)
        for index, word in enumerate(self._words):
            stems[_stem(word.bare)].append(index)
        return stems

    def _cut(self, start: int, end: int, match: Match) -> Evidence:
        return self.quote(self._folded.span(start, end), match)

    def _literal(self, sought: _Sought, region: tuple[int, int]) -> Evidence | None:
        """Find the folded words, preferring places where they are whole words."""
        best: tuple[int, int] | None = None
        for start in _occurrences(self._folded.text, sought.folded, region):
            strain = _strain(self._folded.text, start, start + len(sought.folded))
            if strain is not None and (best is None or strain < best[0]):
                best = (strain, start)
            if best is not None and best[0] == 0:
                break
        if best is None:
            return None
        span = self._folded.span(best[1], best[1] + len(sought.folded))
        return self.quote(span, Match.EXACT if span.of(self.text) in sought.written else Match.FOLDED)

    def _inflected(self, sought: _Sought, region: tuple[int, int]) -> Evidence | None:
        """Find the same words in the same order, each with any ending."""
        wanted = sought.words
        if not wanted:
            return None
        for index in self._words_by_stem.get(_stem(wanted[0]), ()):
            window = self._words[index : index + len(wanted)]
            if window[0].start < region[0] or window[-1].end > region[1] or len(window) < len(wanted):
                continue
            start, end = window[0].start, window[-1].end
            if _cuts_number(self._folded.text, start, end):
                continue
            if all(_same_but_ending(one, other.bare) for one, other in zip(wanted, window, strict=True)):
                return self._cut(start, end, Match.FUZZY)
        return None

    def _nearly(self, sought: _Sought, region: tuple[int, int], floor: float) -> Evidence | None:
        """Find the most similar stretch, widened to whole words, if it passes the gates."""
        from rapidfuzz.fuzz import partial_ratio_alignment  # noqa: PLC0415 - costs 30 ms, seldom needed

        low, high = region
        if high - low < len(sought.folded):
            return None
        hit = partial_ratio_alignment(sought.folded, self._folded.text[low:high], score_cutoff=floor)
        if hit is None or hit.dest_end <= hit.dest_start:
            return None
        start, end = _widened(self._folded.text, low + hit.dest_start, low + hit.dest_end)
        found = self._cut(start, end, Match.FUZZY)
        return found if self._agrees(sought.written, found.quote) else None

    def _agrees(self, written: str, quote: str) -> bool:
        """Tell whether two strings that are nearly equal mean the same number and the same yes or no."""
        return (
            digit_runs(written) == digit_runs(quote)
            and number_words(written, self.language) == number_words(quote, self.language)
            and bool(_NEGATION.search(written)) == bool(_NEGATION.search(quote))
        )


def _words(folded_text: str) -> Iterator[_Word]:
    for hit in _WORD.finditer(folded_text):
        yield _Word(without_marks(hit[0]), hit.start(), hit.end())


def _stem(bare: str) -> str:
    return bare[:3]


def _same_but_ending(one: str, other: str) -> bool:
    """Tell whether two words share all but their endings; numbers must be equal.

    A whole word may carry up to six more letters (agglutinating languages); otherwise at least four letters
    are shared, and the shorter rest is one letter in Latin script, two in others (Москва, Москве; not
    Austria, Australia, nor Iran, Iraq).
    """
    if one == other:
        return True
    if any(char.isdigit() for char in one + other):
        return False
    shared = next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    short, long = sorted((len(one) - shared, len(other) - shared))
    if short == 0:
        return shared >= 3 and long <= min(_LONGEST_ENDING, shared + 1)
    return shared >= 4 and long <= 3 and short <= (1 if one[0].isascii() else 2)


def _occurrences(text: str, wanted: str, region: tuple[int, int]) -> Iterator[int]:
    start = text.find(wanted, *region)
    while start >= 0:
        yield start
        start = text.find(wanted, start + 1, region[1])


def _strain(text: str, start: int, end: int) -> int | None:
    """Return how far `text[start:end]` is from whole words: 0 not at all, None when it is no word."""
    if _cuts_number(text, start, end):
        return None
    before, after = _strain_before(text, start), _strain_after(text, start, end)
    return None if before is None or after is None else before + after


def _cuts_number(text: str, start: int, end: int) -> bool:
    """Tell whether a range begins or ends inside a number: 304 is no part of 1,304 or 304.5."""
    before = text[start].isdigit() and _NUMBER_BEFORE.search(text[max(start - 2, 0) : start])
    after = text[end - 1].isdigit() and _NUMBER_AFTER.match(text[end : end + 2])
    return bool(before or after)


def _strain_before(text: str, start: int) -> int | None:
    first, before = text[start], text[start - 1 : start]
    if not (before.isalpha() and first.isalnum()) or first.isdigit():
        return 0
    if _JOINED.match(first):
        return 1
    opening = start
    while opening and text[opening - 1].isalpha() and start - opening <= 5:
        opening -= 1
    return 1 if _CLITICS.fullmatch(text, opening, start) else None


def _strain_after(text: str, start: int, end: int) -> int | None:
    last, after = text[end - 1], text[end : end + 1]
    if not (after.isalpha() and last.isalnum()) or last.isdigit():
        return 0
    if _JOINED.match(after) or _JOINED.match(last):
        return 1
    closing = end
    while closing < len(text) and text[closing].isalpha() and closing - end <= _LONGEST_ENDING:
        closing += 1
    ending, last_word = closing - end, len(text[start:end].rsplit(maxsplit=1)[-1])
    return 1 + ending if ending <= _LONGEST_ENDING and last_word >= 3 and ending <= last_word + 1 else None


def _widened(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the range moved to the edges of the words it cuts; in joined scripts it stays."""
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    while start > 0 and text[start - 1].isalnum() and not _JOINED.match(text[start - 1]):
        start -= 1
    while end < len(text) and text[end].isalnum() and not _JOINED.match(text[end]):
        end += 1
    return start, end
