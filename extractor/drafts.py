"""The wire format: what an LLM may write about an article, and the JSON Schema that holds it to that.

Sentence numbers, strings copied as written, enum labels and country codes; no quotes, offsets or converted
numbers. What an LLM leaves out has its usual value. One format serves every LLM: `answer_schema(...,
full=False)` only leaves out the optional fields that the embedded LLM was not trained to give.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from extractor.vocabulary import (
    AgreementType,
    Attendance,
    FigureStatus,
    Indicator,
    InstrumentStatus,
    Measure,
    MeetingKind,
    MeetingMode,
    MeetingStatus,
    Office,
    Qualifier,
    Role,
    Sector,
    VisitType,
)

WIRE_VERSION = "1"

MAX_SENTENCES_CITED = 3
MAX_LIST = 40
"""No article of news length holds more records of a kind; the bound ends runaway answers."""
MAX_STRING = 240


def _null_as_absent(value: object) -> object:
    return None if value == "" else value


Words = Annotated[str, Field(max_length=MAX_STRING)]
OptionalWords = Annotated[Words | None, BeforeValidator(_null_as_absent)]
Code = Annotated[str, Field(pattern="^[A-Z]{3}$")]
Cited = Annotated[list[Annotated[int, Field(ge=1)]], Field(max_length=8)]


class Draft(BaseModel):
    """What every part of an answer is: no unknown field, nothing changed after."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class PartDraft(Draft):
    """Something an LLM points at: `s` are the numbers of the sentences that show it, the best first."""

    s: Cited


class AttendeeDraft(PartDraft):
    """Someone whom the text places in the meeting."""

    name: Words
    en: OptionalWords = None
    title: OptionalWords = None
    office: Office
    country: Code | None = None
    role: Role
    attendance: Attendance = Attendance.ATTENDED


class MeetingDraft(PartDraft):
    """One encounter with those who took part."""

    kind: MeetingKind
    mode: MeetingMode
    status: MeetingStatus
    visit: VisitType | None = None
    background: bool = False
    countries: list[Code]
    date: OptionalWords = None
    place: OptionalWords = None
    by: OptionalWords = None
    attendees: list[AttendeeDraft]


class InstrumentDraft(PartDraft):
    """What agreements and MOUs share; the order of fields is the order of writing."""

    title: OptionalWords = None
    en: OptionalWords = None
    type: AgreementType | None = None
    status: InstrumentStatus
    parties: list[Code]
    count: Annotated[int, Field(ge=1, le=9999)] | None = None
    date: OptionalWords = None
    valid: OptionalWords = None
    orgs: list[Words] = Field(default_factory=list)
    signatories: list[Words] = Field(default_factory=list)
    sectors: list[Sector] = Field(default_factory=list)
    by: OptionalWords = None


class MouDraft(InstrumentDraft):
    """One memorandum, or a group of them that is only counted."""

    type: None = None


class AgreementDraft(InstrumentDraft):
    """One instrument of another kind, or a concrete deliverable."""

    type: AgreementType


class FigureDraft(PartDraft):
    """One number with an economic indicator.

    `when` is the period as written; `period` is how an LLM reads it, which code uses only to choose among the
    article's own words.
    """

    value: Words
    indicator: Indicator
    measure: Measure
    qualifier: Qualifier
    when: OptionalWords = None
    period: OptionalWords = None
    from_: Code | None = Field(default=None, alias="from")
    to: Code | None = None
    status: FigureStatus = FigureStatus.ACTUAL
    record: bool = False
    by: OptionalWords = None


class AnswerDraft(Draft):
    """All that an LLM wrote about one article, or one chunk of it."""

    meetings: list[MeetingDraft]
    agreements: list[AgreementDraft]
    mous: list[MouDraft]
    figures: list[FigureDraft]


def answer_schema(sentences: int, *, full: bool) -> dict[str, Any]:
    """Return the JSON Schema of an answer about `sentences` numbered sentences.

    Flat (no `$ref`), every object closed, every list bounded, so that any constrained decoder takes it. With
    `full` false the optional fields that the embedded LLM does not give are left out.
    """
    shapes = _Shapes(sentences, full=full)
    return _object(
        {
            "meetings": _list(shapes.meeting(), MAX_LIST),
            "agreements": _list(shapes.instrument(typed=True), MAX_LIST),
            "mous": _list(shapes.instrument(typed=False), MAX_LIST),
            "figures": _list(shapes.figure(), MAX_LIST),
        }
    )


_WORDS = {"type": "string", "maxLength": MAX_STRING}
_CODE = {"type": "string", "pattern": "^[A-Z]{3}$"}
_TRUE = {"type": "boolean"}


def _object(properties: Mapping[str, Any], optional: frozenset[str] = frozenset()) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {
        "type": "object",
        "properties": dict(properties),
        "required": required,
        "additionalProperties": False,
    }


def _list(items: Mapping[str, Any], most: int, least: int = 0) -> dict[str, Any]:
    bounds: dict[str, Any] = {"type": "array", "items": dict(items), "maxItems": most}
    return bounds | ({"minItems": least} if least else {})


def _enum(labels: type[StrEnum]) -> dict[str, Any]:
    return {"type": "string", "enum": [str(label) for label in labels]}


class _Shapes:
    """The objects of the schema for one number of sentences; the order of fields is the order of writing."""

    def __init__(self, sentences: int, *, full: bool) -> None:
        number = {"type": "integer", "minimum": 1, "maximum": max(sentences, 1)}
        self._cited = _list(number, MAX_SENTENCES_CITED)
        self._full = full

    def _extra(self, properties: Mapping[str, Any]) -> dict[str, Any]:
        return dict(properties) if self._full else {}

    def attendee(self) -> dict[str, Any]:
        properties = {
            "s": self._cited,
            "name": _WORDS,
            "en": _WORDS,
            **self._extra({"title": _WORDS}),
            "office": _enum(Office),
            "country": {"anyOf": [_CODE, {"type": "null"}]},
            "role": _enum(Role),
            "attendance": _enum(Attendance),
        }
        return _object(properties, frozenset({"title", "attendance"}))

    def meeting(self) -> dict[str, Any]:
        properties = {
            "s": self._cited,
            "kind": _enum(MeetingKind),
            "mode": _enum(MeetingMode),
            "status": _enum(MeetingStatus),
            "visit": _enum(VisitType),
            "background": _TRUE,
            "countries": _list(_CODE, MAX_LIST),
            **self._extra({"date": _WORDS, "place": _WORDS, "by": _WORDS}),
            "attendees": _list(self.attendee(), MAX_LIST),
        }
        return _object(properties, frozenset({"visit", "background", "date", "place", "by"}))

    def instrument(self, *, typed: bool) -> dict[str, Any]:
        properties = {
            "s": self._cited,
            "title": {"anyOf": [_WORDS, {"type": "null"}]},
            "en": {"anyOf": [_WORDS, {"type": "null"}]},
            **({"type": _enum(AgreementType)} if typed else {}),
            "status": _enum(InstrumentStatus),
            "parties": _list(_CODE, MAX_LIST),
            "count": {"type": "integer", "minimum": 1, "maximum": 9999},
            **self._extra(
                {
                    "date": _WORDS,
                    "valid": _WORDS,
                    "orgs": _list(_WORDS, MAX_LIST),
                    "signatories": _list(_WORDS, MAX_LIST),
                    "sectors": _list(_enum(Sector), 4),
                    "by": _WORDS,
                }
            ),
        }
        return _object(
            properties, frozenset({"count", "date", "valid", "orgs", "signatories", "sectors", "by"})
        )

    def figure(self) -> dict[str, Any]:
        properties = {
            "s": self._cited,
            "value": _WORDS,
            "indicator": _enum(Indicator),
            "measure": _enum(Measure),
            "qualifier": _enum(Qualifier),
            **self._extra({"when": _WORDS}),
            "period": {"anyOf": [_WORDS, {"type": "null"}]},
            "from": {"anyOf": [_CODE, {"type": "null"}]},
            "to": {"anyOf": [_CODE, {"type": "null"}]},
            "status": _enum(FigureStatus),
            "record": _TRUE,
            **self._extra({"by": _WORDS}),
        }
        if self._full:
            del properties["period"]
        return _object(properties, frozenset({"when", "from", "to", "status", "record", "by"}))
