"""Gold cases and answers to plain records of one form; checks nothing and never normalises.

Gold is canonical as it stands: no value passes through the extractor's normalising.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

TYPES = ("meetings", "attendees", "agreements", "mous", "trade_figures")
"""The five record types, by the name of their list; the headline is the mean over them."""

_BESIDE_FIELDS = frozenset({"id", "evidence", "optional", "shown_by", "confidence"})


def is_empty(value: Any) -> bool:
    """Tell whether a field says nothing: null, no text, an empty list, or a flag that is not set."""
    return value is None or value is False or value in {(), ""}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record: the key's value, and others that a careful analyst could defend."""

    value: Any
    alternatives: tuple[Any, ...] = ()
    optional: bool = False
    uncertain: bool = False

    @property
    def accepted(self) -> tuple[Any, ...]:
        """All values that count as right and say something, the key's first."""
        return tuple(value for value in (self.value, *self.alternatives) if not is_empty(value))

    @property
    def may_be_empty(self) -> bool:
        """Tell whether saying nothing is right, too."""
        return self.optional or any(is_empty(value) for value in (self.value, *self.alternatives))


NOTHING = Field(None)


@dataclass(frozen=True, slots=True)
class Quote:
    """Evidence as given: words, and the half-open code points where they are said to stand, if so."""

    quote: str
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True)
class Record:
    """One record of the key or of an answer; `shown` are the words that an answer gives for single fields."""

    id: str
    type: str
    fields: Mapping[str, Field]
    evidence: tuple[Quote, ...]
    optional: bool = False
    shown: Mapping[str, tuple[Quote, ...]] = field(default_factory=dict)

    def field(self, name: str) -> Field:
        """Return a field; one that is not there says nothing."""
        return self.fields.get(name, NOTHING)

    def value(self, name: str) -> Any:
        """Return the value of a field, alternatives aside."""
        return self.field(name).value


@dataclass(frozen=True)
class Case:
    """One article with its key; `injected` are the words in it that try to give orders to a program."""

    id: str
    language: str
    title: str
    text: str
    reference_date: str | None
    cluster: str
    split: str
    tags: frozenset[str]
    source_note: str = ""
    injected: tuple[str, ...] = ()
    records: tuple[Record, ...] = ()

    def of_type(self, kind: str) -> tuple[Record, ...]:
        """Return the records of one type, in the order of the key."""
        return tuple(record for record in self.records if record.type == kind)

    @cached_property
    def is_without_records(self) -> bool:
        """Tell whether an empty answer is fully right."""
        return all(record.optional for record in self.records)


@dataclass(frozen=True)
class Answer:
    """What one system said about one article; a failed one has a failure, and scores as empty."""

    article: str
    records: tuple[Record, ...] = ()
    failure: str | None = None
    llm: str = ""
    epoch: int = 0
    cost: Mapping[str, Any] = field(default_factory=dict)


def case_of(article: Mapping[str, Any], records: Mapping[str, Any] | None) -> Case:
    """Return an article of `articles.jsonl` and its labels (lists of records by type) as a case."""
    return Case(
        id=article["id"],
        language=article["language"],
        title=article.get("title") or "",
        text=article["text"],
        reference_date=article.get("reference_date"),
        cluster=article.get("cluster") or article["id"],
        split=article["split"],
        tags=frozenset(article.get("tags", ())),
        source_note=article.get("source_note", ""),
        injected=tuple(article.get("injected", ())),
        records=records_of(records or {}),
    )


def records_of(lists: Mapping[str, Any]) -> tuple[Record, ...]:
    """Return the records of lists by type, as in labels and in an Extraction's JSON."""
    return tuple(_record(kind, one) for kind in TYPES for one in lists.get(kind) or ())


def _record(kind: str, one: Mapping[str, Any]) -> Record:
    fields = {name: field_of(value) for name, value in one.items() if name not in _BESIDE_FIELDS}
    shown = {name: quotes_of(quotes) for name, quotes in (one.get("shown_by") or {}).items()}
    return Record(
        id=str(one.get("id", "")),
        type=kind,
        fields=MappingProxyType(fields),
        evidence=quotes_of(one.get("evidence") or ()),
        optional=bool(one.get("optional")),
        shown=MappingProxyType(shown),
    )


def quotes_of(rows: Iterable[Mapping[str, Any]]) -> tuple[Quote, ...]:
    """Return evidence as in JSON as quotes."""
    return tuple(Quote(str(row.get("quote") or ""), row.get("start"), row.get("end")) for row in rows)


def field_of(written: Any) -> Field:
    """Return a field from its written form: a bare value, or `{value, alternatives, optional, uncertain}`."""
    if not isinstance(written, Mapping):
        return Field(_frozen(written))
    return Field(
        value=_frozen(written.get("value")),
        alternatives=tuple(_frozen(value) for value in written.get("alternatives") or ()),
        optional=bool(written.get("optional")),
        uncertain=bool(written.get("uncertain")),
    )


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
