"""Articles as read: a text that is never changed, and spans, zones and sentences that point into it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple


class Span(NamedTuple):
    """A half-open range of Unicode code points of an article's text."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return the words of the span."""
        return text[self.start : self.end]

    def overlaps(self, other: "Span") -> bool:
        """Tell whether the two spans share a code point."""
        return self.start < other.end and other.start < self.end


class Zone(StrEnum):
    """What a part of a page is; records come from the first four only (coding rule "Zones")."""

    HEADLINE = "headline"
    SUBHEAD = "subhead"
    BODY = "body"
    CAPTION = "caption"
    DATELINE = "dateline"
    BYLINE = "byline"
    MASTHEAD = "masthead"
    RELATED = "related"
    COMMENTS = "comments"
    COPYRIGHT = "copyright"

    @property
    def bears_records(self) -> bool:
        """Tell whether records may come from this zone."""
        return self in {Zone.HEADLINE, Zone.SUBHEAD, Zone.BODY, Zone.CAPTION}


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of text of one zone: a line or paragraph of plain text, an element of a page."""

    span: Span
    zone: Zone


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence; `number` counts from 1 over the sentences an LLM is shown."""

    number: int
    span: Span
    zone: Zone
    text: str


@dataclass(frozen=True, slots=True)
class Article:
    """One article as read. `text` is what all offsets refer to and is never rewritten.

    `blocks` are zones known from the markup (empty for plain text); `published` is a publication date
    stated by the source's metadata; `supplied_date` is one the user gave.
    """

    id: str
    text: str
    source: str = "-"
    title: str | None = None
    language: str | None = None
    published: date | None = None
    supplied_date: date | None = None
    blocks: tuple[Block, ...] = ()
