"""Extractions as cards for the page: what each shows, and the keys that tie it to the article's words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

from extractor.article import Span
from extractor.records import Attendee, Evidence, Extraction, Meeting, Record, TradeFigure
from extractor.writing.describing import (
    AGREEMENTS,
    FIGURES,
    MEETINGS,
    MOUS,
    Value,
    attendees_of,
    headline_of,
    unplaced_attendees,
    values_of,
)
from extractor.writing.highlighting import Mark


@dataclass(frozen=True, slots=True)
class Fact:
    """One value on a card; `key` is that of its words in the article, `link` the card it names."""

    value: Value
    key: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """One record as shown: `number` as beside its words, `head` the value that its title is."""

    record: Record
    key: str
    number: int
    title: str
    subtitle: str
    head: Fact | None
    facts: tuple[Fact, ...]
    inner: tuple["Card", ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """The cards under one heading; `name` is that of their record type."""

    heading: str
    name: str
    cards: tuple[Card, ...]


_HEADS: Mapping[type[Record], tuple[str, ...]] = {
    Meeting: ("kind",),
    Attendee: ("name",),
    TradeFigure: ("value", "value_as_written"),
}
_INSTRUMENT_HEADS = ("title_as_written", "title")
_SAID: Mapping[type[Record], frozenset[str]] = {
    Attendee: frozenset({"meeting"}),
    TradeFigure: frozenset({"unit", "currency", "value_max", "qualifier"}),
}
"""What the title of a card, or its place inside another, says already."""


def cards_of(extraction: Extraction, prefix: str) -> tuple[Group, ...]:
    """Return the groups that have cards; keys begin with `prefix` and are unique in the extraction."""
    dealer = _Dealer(prefix)
    meetings = tuple(dealer.deal(one, attendees_of(extraction, one)) for one in extraction.meetings)
    groups = (
        Group(MEETINGS.heading, MEETINGS.name, meetings),
        Group(
            "Attendees of no recorded meeting", "attendee", dealer.deal_all(unplaced_attendees(extraction))
        ),
        *(Group(kind.heading, kind.name, dealer.deal_all(kind.records_of(extraction))) for kind in _REST),
    )
    return tuple(group for group in groups if group.cards)


_REST = (AGREEMENTS, MOUS, FIGURES)


class _Dealer:
    """Numbers cards in the order in which they are dealt."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._numbers = count(1)
        self._meetings: dict[str, tuple[str, str]] = {}

    def deal_all(self, records: Iterable[Record]) -> tuple[Card, ...]:
        return tuple(self.deal(record) for record in records)

    def deal(self, record: Record, inner: Sequence[Record] = ()) -> Card:
        number = next(self._numbers)
        key = f"{self._prefix}r{number}"
        values = {value.field: value for value in values_of(record)}
        heads = _HEADS.get(type(record), _INSTRUMENT_HEADS)
        head = next((values[name] for name in heads if name in values), None)
        title = headline_of(record)
        if isinstance(record, Meeting):
            self._meetings[record.id] = (key, title)
        facts = [value for value in values.values() if value is not head and _is_shown(value, record, values)]
        return Card(
            record=record,
            key=key,
            number=number,
            title=title,
            subtitle=_subtitle(values, heads, title),
            head=Fact(head, f"{key}v0") if head else None,
            facts=tuple(self._fact(value, f"{key}v{place}") for place, value in enumerate(facts, 1)),
            inner=self.deal_all(inner),
        )

    def _fact(self, value: Value, key: str) -> Fact:
        if value.field != "meeting" or value.raw not in self._meetings:
            return Fact(value, key)
        link, title = self._meetings[value.raw]
        return Fact(replace(value, text=title), key, link)


def _subtitle(values: Mapping[str, Value], heads: Sequence[str], title: str) -> str:
    written = values.get(f"{heads[0]}_as_written")
    return written.text if written and written.text not in title else ""


def _is_shown(value: Value, record: Record, values: Mapping[str, Value]) -> bool:
    if value.field in _SAID.get(type(record), frozenset()):
        return False
    if isinstance(record, Attendee) and value.field == "kind":
        return value.raw != "person"
    canonical = value.field.removesuffix("_as_written")
    is_place_or_title = canonical == "place" or (canonical == "title" and isinstance(record, Attendee))
    return canonical == value.field or is_place_or_title or canonical not in values


def all_cards(groups: Iterable[Group]) -> Iterator[Card]:
    """Return every card, those inside others after them."""
    for group in groups:
        for card in group.cards:
            yield card
            yield from card.inner


def marks_of(card: Card, text: str) -> Iterator[Mark]:
    """Return the stretches of a card's evidence, and of the words of its values that stand in `text`."""
    yield from _marks(card.record.evidence, card.key, text)
    for fact in (card.head, *card.facts):
        if fact:
            yield from _marks(fact.value.words, fact.key, text)


def _marks(words: Iterable[Evidence], key: str, text: str) -> Iterator[Mark]:
    for one in words:
        if one.quote and text[one.start : one.end] == one.quote:
            yield Mark(Span(one.start, one.end), key)
