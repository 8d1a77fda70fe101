"""One chunk of an article with all that resolving needs to look at: sentences, ground, countries, dates."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import chain

from extractor.article import Article, Sentence, Span, Zone
from extractor.grounding import FUZZY_FLOOR, Ground
from extractor.normalizing.dates import DateContext, DateMention, find_dates, resolve_date
from extractor.normalizing.places import PlaceMention, find_countries
from extractor.records import Evidence
from extractor.resolving.cues import may_speak_of_visits, visits
from extractor.vocabulary import VisitType

MAX_EVIDENCE = 420
"""Code points; the longest evidence a record may have."""
_CLAUSE_END = re.compile(r"[;:,–—、，；،؛]\s*|\s[-–—]\s")


@dataclass(frozen=True)
class Scene:
    """What one answer was about: `sentences` are those the LLM was shown, in its numbering.

    `everything` are all sentences of the article that bear records; `reference` the day that relative dates
    count from; `silent` are menus, lists of other articles, comments: what stands there shows nothing.
    """

    article: Article
    ground: Ground
    sentences: tuple[Sentence, ...]
    everything: tuple[Sentence, ...]
    language: str | None
    reference: date | None
    silent: tuple[Span, ...] = ()

    def cited(self, numbers: Sequence[int]) -> tuple[Sentence, ...]:
        """Return the sentences that an answer cites, in its order, without repeats."""
        known = [number for number in dict.fromkeys(numbers) if 1 <= number <= len(self.sentences)]
        return tuple(self.sentences[number - 1] for number in known)

    def spans(self, numbers: Sequence[int]) -> tuple[Span, ...]:
        """Return the spans of the cited sentences."""
        return tuple(sentence.span for sentence in self.cited(numbers))

    def words(self, numbers: Sequence[int]) -> str:
        """Return the text of the cited sentences."""
        return "\n".join(sentence.text for sentence in self.cited(numbers))

    def sentence_at(self, position: int) -> Sentence | None:
        """Return the sentence that a code point of the article lies in."""
        place = bisect_right(self._starts, position) - 1
        if place < 0 or position >= self.everything[place].span.end:
            return None
        return self.everything[place]

    def before(self, sentence: Sentence, count: int) -> tuple[Sentence, ...]:
        """Return the sentences of the article right before one of its own, at most `count`, in order."""
        place = bisect_right(self._starts, sentence.span.start) - 1
        return self.everything[max(0, place - count) : place]

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        return tuple(sentence.span.start for sentence in self.everything)

    def claimant(self, written: str | None, numbers: Sequence[int]) -> str | None:
        """Return the words that name who claims something, as they stand in the article."""
        found = self.find(written, numbers) if written else None
        return found.quote if found else None

    def find(
        self, written: str, numbers: Sequence[int], *, fuzzy_floor: float = FUZZY_FLOOR
    ) -> Evidence | None:
        """Return where words stand: in a cited sentence, else in any other; never in menus or comments.

        `fuzzy_floor` is that of `Ground.find`.
        """
        told = (
            Span(self.everything[0].span.start, self.everything[-1].span.end)
            if self.everything
            else Span(0, 0)
        )
        found = self.ground.find(written, (*self.spans(numbers), told), fuzzy_floor=fuzzy_floor)
        return found if found is not None and self.sentence_at(found.start) is not None else None

    def sentence_evidence(self, sentence: Sentence, around: Evidence | None = None) -> Evidence:
        """Return a sentence as evidence, cut at clauses around the given words if it is too long."""
        span = sentence.span
        if span.end - span.start > MAX_EVIDENCE:
            span = _cut(self.article.text, span, Span(around.start, around.end) if around else None)
        return self.ground.quote(span)

    def evidence_for(self, numbers: Sequence[int], shown: Iterable[Evidence]) -> tuple[Evidence, ...]:
        """Return the evidence of a record: the sentences its words stand in, else the first one cited."""
        found: dict[int, Evidence] = {}
        for words in shown:
            sentence = self.sentence_at(words.start)
            if sentence is not None and sentence.span.start not in found:
                found[sentence.span.start] = self.sentence_evidence(sentence, words)
        if not found:
            found = {s.span.start: self.sentence_evidence(s) for s in self.cited(numbers)[:1]}
        return tuple(found.values())

    @cached_property
    def places(self) -> tuple[PlaceMention, ...]:
        """Every mention of a state in the article, its dateline included."""
        found = find_countries(self.article.text, self.language)
        return tuple(place for place in found if not any(place.span.overlaps(span) for span in self.silent))

    def country_mention(self, code: str, cited: Sequence[Span] = ()) -> Evidence | None:
        """Return words of the article that name a state, best in a cited sentence; None if nothing does."""
        mentions = self._mentions.get(code)
        if mentions is None:
            return None
        near = (span for span in mentions if any(one.overlaps(span) for one in cited))
        inside = (span for span in mentions if self.sentence_at(span.start) is not None)
        return self.ground.quote(next(chain(near, inside, mentions)))

    @cached_property
    def _mentions(self) -> Mapping[str, Sequence[Span]]:
        """Where the words of each state stand, in order."""
        mentions: dict[str, list[Span]] = {}
        for place in self.places:
            for code in dict.fromkeys(place.codes):
                mentions.setdefault(code, []).append(place.span)
        return mentions

    @cached_property
    def visits(self) -> frozenset[VisitType]:
        """Every rank of a visit that a sentence of the article speaks of."""
        if not may_speak_of_visits(self.ground.folded_text):
            return frozenset()
        return frozenset(rank for sentence in self.everything for rank in visits(sentence.text))

    def dates_in(self, sentence: Sentence) -> tuple[DateMention, ...]:
        """Return the date words of a sentence, with spans in the article."""
        return tuple(
            DateMention(
                Span(found.span.start + sentence.span.start, found.span.end + sentence.span.start),
                found.text,
                found.absolute,
            )
            for found in find_dates(sentence.text, self.language)
        )

    def resolved(self, words: str, *, future: bool) -> tuple[str | None, str | None]:
        """Return the EDTF of date words and, if there is none, the reason."""
        outcome = resolve_date(words, DateContext(self.reference, self.language, future))
        return outcome.value, outcome.reason

    def in_caption(self, numbers: Sequence[int]) -> bool:
        """Tell whether only captions are cited."""
        cited = self.cited(numbers)
        return bool(cited) and all(sentence.zone is Zone.CAPTION for sentence in cited)


def _cut(text: str, whole: Span, around: Span | None) -> Span:
    """Return the longest run of clauses within the bound that holds the given words (the start, if none)."""
    focus = around or Span(whole.start, whole.start + 1)
    edges = [whole.start, *(m.end() for m in _CLAUSE_END.finditer(text, *whole)), whole.end]
    start = max((edge for edge in edges if edge <= focus.start), default=whole.start)
    end = start
    for edge in edges:
        if edge > start and edge - start <= MAX_EVIDENCE:
            end = edge
    if end < focus.end:
        start = max(whole.start, focus.start - MAX_EVIDENCE // 3)
        end = min(whole.end, start + MAX_EVIDENCE)
    return Span(start, start + len(text[start:end].rstrip()))
