"""Records taken apart for a reader: each value with the words it came from and how it came about."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from extractor.records import (
    Agreement,
    Attendee,
    Evidence,
    Extraction,
    Instrument,
    Meeting,
    Mou,
    Record,
    TradeFigure,
)
from extractor.writing.wording import (
    amount_in_words,
    country_name,
    country_of,
    date_in_words,
    label_of,
    share_in_words,
)


class Basis(StrEnum):
    """How a value came about (coding rule "Three kinds of field", and the gloss beside them)."""

    SHOWN = "as written in the article"
    COMPUTED = "computed by code"
    JUDGED = "judged by the LLM"
    GLOSS = "gloss by the LLM, never evidence"
    ESTIMATED = "estimated from the LLM's hesitation, no fact of the article"


@dataclass(frozen=True, slots=True)
class RecordType:
    """One of the five record types: its name in CSV, its heading, and where an extraction keeps it."""

    name: str
    heading: str
    attribute: str
    shape: type[Record]

    def records_of(self, extraction: Extraction) -> tuple[Record, ...]:
        """Return the extraction's records of this type."""
        records: tuple[Record, ...] = getattr(extraction, self.attribute)
        return records


MEETINGS = RecordType("meeting", "Meetings", "meetings", Meeting)
ATTENDEES = RecordType("attendee", "Attendees", "attendees", Attendee)
AGREEMENTS = RecordType("agreement", "Agreements", "agreements", Agreement)
MOUS = RecordType("mou", "Memoranda of understanding", "mous", Mou)
FIGURES = RecordType("trade_figure", "Trade figures", "trade_figures", TradeFigure)
RECORD_TYPES = (MEETINGS, ATTENDEES, AGREEMENTS, MOUS, FIGURES)


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a record: `text` for a reader, `raw` as in JSON, `words` that it came from."""

    field: str
    label: str
    text: str
    raw: str
    basis: Basis
    words: tuple[Evidence, ...]


_COMMON = frozenset({"id", "evidence", "shown_by"})
_LAST = ("attributed_to", "confidence")
_JUDGED = frozenset({"background", "is_record", "meeting"})
_WORDS_OF: Mapping[str, str] = {
    "date": "date_as_written",
    "name": "name_as_written",
    "title": "title_as_written",
    "period": "period_as_written",
    "value": "value_as_written",
    "value_max": "value_as_written",
    "unit": "value_as_written",
    "currency": "value_as_written",
}
"""The field whose words a computed value came from, where the record names none for the value itself."""

_COUNTRIES = frozenset({"country", "countries", "parties", "from_country", "to_country"})
_DATES = frozenset({"date", "period", "valid_from", "valid_until"})


def type_of(record: Record) -> RecordType:
    """Return the type of a record."""
    return next(kind for kind in RECORD_TYPES if type(record) is kind.shape)


def values_of(record: Record) -> tuple[Value, ...]:
    """Return every value that is neither null, empty nor false, in the order of the schema."""
    return tuple(_values(record))


def _values(record: Record) -> Iterator[Value]:
    names = [name for name in type(record).model_fields if name not in _COMMON]
    for name in [*(name for name in names if name not in _LAST), *_LAST]:
        content = getattr(record, name)
        if content is None or content is False or content == ():
            continue
        yield Value(
            field=name,
            label=label_of(name),
            text=_text(name, content),
            raw=_raw(content),
            basis=_basis(name, content, record.shown_by),
            words=record.shown_by.get(name) or record.shown_by.get(_WORDS_OF.get(name, ""), ()),
        )


def _basis(name: str, content: object, shown_by: Mapping[str, object]) -> Basis:
    first = content[0] if isinstance(content, tuple) else content
    if name in {"title", "confidence"}:
        return Basis.GLOSS if name == "title" else Basis.ESTIMATED
    if (isinstance(first, StrEnum) or name in _JUDGED) and name not in shown_by:
        return Basis.JUDGED
    return Basis.SHOWN if name.endswith("_as_written") or name == "attributed_to" else Basis.COMPUTED


def _raw(content: object) -> str:
    if isinstance(content, tuple):
        return "; ".join(map(str, content))
    return "true" if content is True else str(content)


def _text(name: str, content: object) -> str:
    if isinstance(content, tuple):
        return "; ".join(_text(name, one) for one in content)
    if content is True:
        return "yes"
    if name in _COUNTRIES:
        return country_of(str(content))
    if name in _DATES:
        return date_in_words(str(content))
    if isinstance(content, float):
        return f"{share_in_words(content)} sure"
    return label_of(content) if isinstance(content, StrEnum) else str(content)


def headline_of(record: Record) -> str:
    """Return what names a record: who met, who attended, the title as written, or the amount."""
    if isinstance(record, Meeting):
        return _meeting_headline(record)
    if isinstance(record, Attendee):
        return record.name
    if isinstance(record, Instrument):
        return record.title_as_written or record.title or _untitled(record)
    return amount_in_words(record) if isinstance(record, TradeFigure) else record.id


def _meeting_headline(meeting: Meeting) -> str:
    kind = label_of(meeting.kind) if meeting.kind != "other" else "meeting"
    sides = " – ".join(map(country_name, meeting.countries))
    return f"{kind.capitalize()}: {sides}" if sides else kind.capitalize()


def _untitled(record: Instrument) -> str:
    kind = label_of(record.type) if isinstance(record, Agreement) else "memorandum of understanding"
    return f"{record.stated_count} texts without a title" if record.stated_count else f"Untitled {kind}"


def attendees_of(extraction: Extraction, meeting: Meeting) -> tuple[Attendee, ...]:
    """Return the attendees of a meeting, in the order of the article's records."""
    return tuple(one for one in extraction.attendees if one.meeting == meeting.id)


def unplaced_attendees(extraction: Extraction) -> tuple[Attendee, ...]:
    """Return the attendees whose meeting is not among the records."""
    known = {meeting.id for meeting in extraction.meetings}
    return tuple(one for one in extraction.attendees if one.meeting not in known)


def provenance_line(extraction: Extraction) -> str:
    """Return one line on how the records came about: LLM, tokens, seconds, cost, cache, prompt, version."""
    made = extraction.provenance
    usage = made.usage
    cost = "cost unknown" if usage.cost is None else f"{usage.cost:.4f} USD"
    parts = [
        f"LLM {made.llm}" + (f" after {made.escalated_from.llm}" if made.escalated_from else ""),
        f"{usage.input_tokens:,} tokens in, {usage.output_tokens:,} out",
        f"{usage.seconds:.1f} s",
        cost,
        "answers from the cache" if made.cached else "fresh answers",
        f"prompt {made.prompt}",
        f"extractor {made.tool_version}",
    ]
    return " · ".join(parts)
