"""The key of an article to the right answer about a chunk of it, in the wire format.

A record belongs to a chunk where its evidence lies in one of the chunk's sentences; an attendee, where that
of the meeting does, too. Optional records are left out, unless a meeting would be left with one side.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from evals.cases import Case, Record
from extractor.article import Sentence, Span
from extractor.drafts import MAX_SENTENCES_CITED, MAX_STRING
from extractor.grounding import Ground
from extractor.pipeline import Prepared
from extractor.resolving.scene import Scene
from extractor.vocabulary import Attendance, FigureStatus, Indicator
from training.wording import Words

Fields = dict[str, Any]
UNDIRECTED = frozenset({Indicator.TRADE_TURNOVER, Indicator.CURRENCY_SHARE})
"""Indicators that have sides, but no direction between them."""
_FEWEST = 2
"""A meeting has two sides at least."""


@dataclass(frozen=True)
class Labels:
    """The key of one article as answers; with `full` false the fields that format v0 lacks are left out."""

    case: Case
    prepared: Prepared
    full: bool

    def answer(self, chunk: Sequence[Sentence]) -> Fields:
        """Return the right answer about a chunk."""
        meetings = [one for one in self._chosen("meetings") if self._numbers(one, chunk)]
        return {
            "meetings": [self._meeting(one, chunk) for one in meetings],
            "agreements": [self._instrument(one, chunk) for one in self._shown("agreements", chunk)],
            "mous": [self._instrument(one, chunk) for one in self._shown("mous", chunk)],
            "figures": [self._figure(one, chunk) for one in self._shown("trade_figures", chunk)],
        }

    @property
    def unshown(self) -> tuple[Record, ...]:
        """Return the records whose evidence no chunk shows: in a part of the page that no LLM sees."""
        shown = [sentence.span for sentences in self.prepared.chunks for sentence in sentences]
        return tuple(
            record
            for record in self.case.records
            if not record.optional
            and not any(span.overlaps(words) for span in shown for words in _spans(record))
        )

    @cached_property
    def _words(self) -> Words:
        segmented = self.prepared.segmented
        scene = Scene(
            article=segmented.article,
            ground=Ground(segmented.article.text, segmented.language),
            sentences=segmented.sentences,
            everything=segmented.sentences,
            language=segmented.language,
            reference=self.prepared.reference,
        )
        return Words(self.case, scene)

    def _chosen(self, kind: str) -> tuple[Record, ...]:
        return tuple(one for one in self.case.of_type(kind) if not one.optional)

    def _shown(self, kind: str, chunk: Sequence[Sentence]) -> list[Record]:
        return [one for one in self._chosen(kind) if self._numbers(one, chunk)]

    def _numbers(self, record: Record, chunk: Sequence[Sentence]) -> list[int]:
        """Return the places in a chunk of the sentences that show a record, in the order of the evidence."""
        spans = _spans(record)
        found = [
            number
            for words in spans
            for number, sentence in enumerate(chunk, 1)
            if sentence.span.overlaps(words)
        ]
        return list(dict.fromkeys(found))[:MAX_SENTENCES_CITED]

    def _cited(self, record: Record, chunk: Sequence[Sentence]) -> tuple[Sentence, ...]:
        return tuple(chunk[number - 1] for number in self._numbers(record, chunk))

    def _extra(self, fields: Mapping[str, Any]) -> Fields:
        """Return optional fields that say something, as far as the format has them."""
        return {name: value for name, value in fields.items() if value} if self.full else {}

    def _written(self, record: Record, name: str) -> str | None:
        """Return words of the key as an answer may hold them."""
        words = record.value(name)
        return words if words and len(words) <= MAX_STRING else None

    def _meeting(self, one: Record, chunk: Sequence[Sentence]) -> Fields:
        seated = [who for who in self.case.of_type("attendees") if who.value("meeting") == one.id]
        shown = [who for who in seated if self._numbers(who, chunk)]
        firm = [who for who in shown if not who.optional]
        fields = {
            "s": self._numbers(one, chunk),
            **{name: one.value(name) for name in ("kind", "mode", "status")},
            **_unusual({"visit": one.value("visit_type"), "background": one.value("background")}),
            "countries": list(one.value("countries") or ()),
        }
        when, where = self._written(one, "date_as_written"), self._written(one, "place_as_written")
        extra = self._extra({"date": when, "place": where, "by": self._written(one, "attributed_to")})
        people = firm if len(firm) >= _FEWEST else shown
        return {**fields, **extra, "attendees": [self._attendee(who, chunk) for who in people]}

    def _attendee(self, one: Record, chunk: Sequence[Sentence]) -> Fields:
        attendance = one.value("attendance")
        return {
            "s": self._numbers(one, chunk),
            "name": one.value("name_as_written"),
            "en": one.value("name"),
            **self._extra({"title": self._written(one, "title_as_written")}),
            **{name: one.value(name) for name in ("office", "country", "role")},
            **_unusual({"attendance": attendance if attendance != Attendance.ATTENDED else None}),
        }

    def _instrument(self, one: Record, chunk: Sequence[Sentence]) -> Fields:
        cited = self._cited(one, chunk)
        organisations = (
            self._words.of_organisation(name, cited) for name in _list(one, "party_organisations")
        )
        extra = {
            "date": self._words.of_date(one, cited),
            "valid": self._words.of_validity(one, cited),
            "orgs": _known(organisations),
            "signatories": _known(self._words.of_signatories(one)),
            "sectors": list(_list(one, "sectors")),
            "by": self._written(one, "attributed_to"),
        }
        return {
            "s": self._numbers(one, chunk),
            "title": self._written(one, "title_as_written"),
            "en": self._written(one, "title"),
            **({"type": one.value("type")} if one.type == "agreements" else {}),
            "status": one.value("status"),
            "parties": list(_list(one, "parties")),
            **_unusual({"count": one.value("stated_count")}),
            **self._extra(extra),
        }

    def _figure(self, one: Record, chunk: Sequence[Sentence]) -> Fields:
        status = one.value("status")
        start, end = _sides(one)
        usual = {
            "from": start,
            "to": end,
            "status": status if status != FigureStatus.ACTUAL else None,
            "record": one.value("is_record"),
        }
        return {
            "s": self._numbers(one, chunk),
            "value": one.value("value_as_written"),
            **{name: one.value(name) for name in ("indicator", "measure", "qualifier")},
            **self._extra({"when": self._written(one, "period_as_written")}),
            **({} if self.full else {"period": one.value("period")}),
            **_unusual(usual),
            **self._extra({"by": self._written(one, "attributed_to")}),
        }


def _spans(record: Record) -> tuple[Span, ...]:
    return tuple(
        Span(words.start, words.end)
        for words in record.evidence
        if words.start is not None and words.end is not None
    )


def _sides(figure: Record) -> tuple[str | None, str | None]:
    """Return the states of a figure: from and to; of one without direction, the states as they come."""
    start, end = figure.value("from_country"), figure.value("to_country")
    if start or end or figure.value("indicator") not in UNDIRECTED:
        return start, end
    codes = (*_list(figure, "countries"), None, None)
    return codes[0], codes[1]


def _list(record: Record, name: str) -> tuple[str, ...]:
    return record.value(name) or ()


def _unusual(fields: Mapping[str, Any]) -> Fields:
    """Return the fields that have another than the usual value: null or false."""
    return {name: value for name, value in fields.items() if value not in {None, False}}


def _known(words: Iterable[str | None]) -> list[str]:
    return [one for one in dict.fromkeys(words) if one is not None]
