"""The words of an article that say what a key holds as a value: days, validity, organisations, signatories.

The key has these fields canonical only, while an LLM copies words. The extractor's own resolving tells which
words come to the value; where none do, the field is left out of the answer.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evals.cases import Case, Record
from extractor.article import Sentence, Span
from extractor.normalizing.dates import DateContext, resolve_validity
from extractor.normalizing.organisations import find_organisations
from extractor.resolving.scene import Scene
from extractor.vocabulary import InstrumentStatus

_WORD = re.compile(r"\S+")
_WORDS_BESIDE = 3
"""So many words before and after a date may belong to a validity: "for five years from 1 May"."""
_OUTER = " ,.;:()[]«»„“”\"'、，。；：！？"


@dataclass(frozen=True)
class Words:
    """Looks for the words of one article that come to the values of its key."""

    case: Case
    scene: Scene

    def of_date(self, record: Record, cited: Sequence[Sentence]) -> str | None:
        """Return the words of an instrument's day: its own, those of its meeting, else the nearest."""
        wanted = record.value("date")
        if wanted is None:
            return None
        future = record.value("status") == InstrumentStatus.PLANNED
        if own := next(self._dated(cited, wanted, future=future), None):
            return own
        meeting = self._meeting_of(record)
        if meeting and meeting.value("date") == wanted and meeting.value("date_as_written"):
            return str(meeting.value("date_as_written"))
        home = cited[0].number if cited else 0
        nearest = sorted(self.scene.everything, key=lambda sentence: abs(sentence.number - home))
        return next(self._dated(nearest, wanted, future=future), None)

    def _dated(self, sentences: Sequence[Sentence], wanted: str, *, future: bool) -> Iterator[str]:
        """Yield the date words of sentences that come to a value."""
        for sentence in sentences:
            for mention in self.scene.dates_in(sentence):
                if self.scene.resolved(mention.text, future=future)[0] == wanted:
                    yield mention.span.of(self.case.text)

    def of_validity(self, record: Record, cited: Sequence[Sentence]) -> str | None:
        """Return the fewest words that come to both ends of a validity."""
        wanted = (record.value("valid_from"), record.value("valid_until"))
        if wanted == (None, None):
            return None
        context = DateContext(self.scene.reference, self.scene.language, future=True)
        fitting = [
            words
            for sentence in cited
            for words in self._around_dates(sentence)
            if tuple(outcome.value for outcome in resolve_validity(words, context)) == wanted
        ]
        return min(fitting, key=len, default=None)

    def of_organisation(self, name: str, cited: Sequence[Sentence]) -> str | None:
        """Return how the text writes an organisation: as the key does, else by another of its names."""
        if name in self.case.text:
            return name
        texts = [*(sentence.text for sentence in cited), self.case.text]
        found = ((text, find_organisations(text, self.scene.language)) for text in texts)
        return next(
            (span.of(text) for text, hits in found for span, canonical in hits if canonical == name), None
        )

    def of_person(self, name: str) -> str | None:
        """Return how the text writes a person: as for an attendee of that name, else as the key does."""
        for person in self.case.of_type("attendees"):
            if name in person.field("name").accepted:
                return str(person.value("name_as_written"))
        return name if name in self.case.text else None

    def of_signatories(self, record: Record) -> list[str]:
        """Return as written those who signed: the first right list that it has in full, or the key's."""
        if not record.value("signatories"):
            return []
        answers = [[self.of_person(name) for name in names] for names in record.field("signatories").accepted]
        chosen = next((names for names in answers if None not in names), answers[0])
        return [name for name in chosen if name is not None]

    def _meeting_of(self, record: Record) -> Record | None:
        wanted = record.value("meeting")
        return next((one for one in self.case.of_type("meetings") if one.id == wanted), None)

    def _around_dates(self, sentence: Sentence) -> Iterator[str]:
        """Yield the words from one date to the same or a later one, with up to a few words beside them."""
        mentions = [one.span for one in self.scene.dates_in(sentence)]
        text = self.case.text
        before = [word.start() for word in _WORD.finditer(text, *sentence.span)]
        after = [word.end() for word in _WORD.finditer(text, *sentence.span)]
        for at, first in enumerate(mentions):
            starts = [first.start, *[one for one in before if one < first.start][-_WORDS_BESIDE:]]
            for last in mentions[at:]:
                ends = [last.end, *[one for one in after if one > last.end][:_WORDS_BESIDE]]
                yield from (
                    Span(start, end).of(text).strip(_OUTER) for start in starts for end in ends if start < end
                )
