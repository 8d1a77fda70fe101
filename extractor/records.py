"""The public records of one article: what was found, the words that show it, and what could not be shown."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from extractor.vocabulary import (
    AgreementType,
    Attendance,
    AttendeeKind,
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

SCHEMA_VERSION: Literal["1.0"] = "1.0"

Country = Annotated[str, Field(pattern="^[A-Z]{3}$", description="ISO 3166-1 alpha-3; XKX Kosovo, EUE EU")]
Edtf = Annotated[str, Field(description="EDTF level 0 or 1, e.g. 2019-04, 2025-11-11/2025-11-12, ../2030")]
DecimalText = Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?$", description="decimal number in base units")]


class Frozen(BaseModel):
    """A value that never changes and has no unknown field."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_enum_values=False)


class Match(StrEnum):
    """How words were found: letter for letter, after folding, or nearly."""

    EXACT = "exact"
    FOLDED = "folded"
    FUZZY = "fuzzy"


class Evidence(Frozen):
    """Words of the article: `text[start:end] == quote`, offsets in Unicode code points, end exclusive."""

    quote: str
    start: int = Field(ge=0)
    end: int
    match: Match = Match.EXACT


class Record(Frozen):
    """What every record has; `shown_by` names, for each field, the article's words it comes from.

    `confidence` is an estimate, no fact of the article: of how likely it is that a careful reader, too, would
    make a record of this there. It is computed from the probabilities of the LLM's own tokens and from what
    grounding had to say, by a calibration that `provenance.calibration` names; null where the LLM told no
    probabilities.
    """

    id: str
    evidence: tuple[Evidence, ...] = Field(min_length=1)
    attributed_to: str | None = Field(
        default=None, description="who claims it, as written; null: the article itself"
    )
    shown_by: dict[str, tuple[Evidence, ...]] = Field(default_factory=dict)
    confidence: float | None = Field(
        default=None, ge=0, le=1, description="how likely it is a record of this article; null: not known"
    )


class Meeting(Record):
    """An encounter of at least two sides; one record per set of principals, place and day."""

    kind: MeetingKind
    mode: MeetingMode
    status: MeetingStatus
    visit_type: VisitType | None = None
    date: Edtf | None = None
    date_as_written: str | None = None
    place_as_written: str | None = None
    country: Country | None = Field(default=None, description="where it took place")
    countries: tuple[Country, ...] = Field(default=(), description="the sides")
    background: bool = Field(default=False, description="an earlier meeting that is only recalled")


class Attendee(Record):
    """One person or unnamed delegation in one meeting."""

    name: str = Field(description="in Latin letters")
    name_as_written: str
    kind: AttendeeKind
    title_as_written: str | None = None
    office: Office
    country: Country | None = None
    role: Role
    attendance: Attendance
    meeting: str | None = Field(default=None, description="id of the meeting")


class Instrument(Record):
    """What agreements and MOUs share."""

    title: str | None = Field(default=None, description="English gloss; never evidence")
    title_as_written: str | None = None
    status: InstrumentStatus
    parties: tuple[Country, ...] = ()
    party_organisations: tuple[str, ...] = ()
    signatories: tuple[str, ...] = ()
    date: Edtf | None = None
    valid_from: Edtf | None = None
    valid_until: Edtf | None = None
    sectors: tuple[Sector, ...] = ()
    stated_count: int | None = Field(default=None, ge=1, description="size of a group that is only counted")
    meeting: str | None = Field(default=None, description="id of the meeting")


class Agreement(Instrument):
    """An instrument other than an MOU, or a concrete deliverable the parties agreed on."""

    type: AgreementType


class Mou(Instrument):
    """An instrument that calls itself a memorandum."""


class TradeFigure(Record):
    """One number with an economic indicator of or between states."""

    indicator: Indicator
    measure: Measure
    value: DecimalText | None = None
    value_max: DecimalText | None = None
    unit: str | None = Field(
        default=None, description="currency, percent, percentage_point, multiple, count, or a physical unit"
    )
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$", description="ISO 4217")
    qualifier: Qualifier
    value_as_written: str
    period: Edtf | None = None
    period_as_written: str | None = None
    from_country: Country | None = None
    to_country: Country | None = None
    countries: tuple[Country, ...] = ()
    status: FigureStatus
    is_record: bool = False


class WarningCode(StrEnum):
    """What a reader of the records should know about them."""

    UNGROUNDED_MENTION = "ungrounded_mention"
    FUZZY_MENTION = "fuzzy_mention"
    UNRESOLVED_NUMBER = "unresolved_number"
    UNRESOLVED_DATE = "unresolved_date"
    UNRESOLVED_COUNTRY = "unresolved_country"
    UNRESOLVED_NAME = "unresolved_name"
    INFERRED_DATE = "inferred_date"
    CAPTION_CONFLICT = "caption_conflict"
    COUNT_MISMATCH = "count_mismatch"
    DROPPED_RECORD = "dropped_record"
    CHANGED_VALUE = "changed_value"
    MERGED_DUPLICATE = "merged_duplicate"
    CHUNKED = "chunked"
    NO_LANGUAGE = "no_language"
    LOW_CONFIDENCE = "low_confidence"
    UNKNOWN_CONFIDENCE = "unknown_confidence"
    ESCALATED = "escalated"
    NOT_ESCALATED = "not_escalated"
    REPEATED_RECORDS = "repeated_records"


class ExtractionWarning(Frozen):
    """One thing that could not be shown, resolved or kept; `record` is the id it concerns, if that stands."""

    code: WarningCode
    detail: str
    record: str | None = None


class ArticleInfo(Frozen):
    """The article the records are of; `sha256` is of its text in UTF-8."""

    id: str
    source: str
    title: str | None = None
    language: str | None = None
    published: str | None = None
    reference_date: str | None = Field(default=None, description="the day that relative dates count from")
    reference_basis: Literal["stated", "supplied", "inferred", "unknown"]
    sha256: str


class Usage(Frozen):
    """What the answers cost; `cost` in USD, null when the LLM's price is not known."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_input_tokens: int = 0
    requests: int = 0
    reasks: int = 0
    seconds: float = 0.0
    cost: float | None = None

    def __add__(self, other: "Usage") -> "Usage":
        """Return the sum; the cost is null only when neither is known."""
        costs = [cost for cost in (self.cost, other.cost) if cost is not None]
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cached_input_tokens=self.cached_input_tokens + other.cached_input_tokens,
            requests=self.requests + other.requests,
            reasks=self.reasks + other.reasks,
            seconds=self.seconds + other.seconds,
            cost=sum(costs) if costs else None,
        )


class Escalation(Frozen):
    """Who was asked first, when records were too uncertain: what it found gave way to another LLM's answers.

    `below` is the confidence asked for, `unsure` how many of its `records` had less; `usage` is its own.
    """

    llm: str
    prompt: str
    fingerprints: tuple[str, ...]
    usage: Usage
    cached: bool
    below: float
    unsure: int
    records: int


class Provenance(Frozen):
    """Which LLM, prompt and code made the records; `usage` is what the answers cost when they were made.

    `calibration` names what confidence was computed with, null where none was: the LLM whose answers it was
    fitted to, and its version. All records are from `llm`; where another was asked first, `escalated_from`
    tells of it, and `usage` is of both.
    """

    llm: str
    prompt: str
    fingerprints: tuple[str, ...]
    usage: Usage
    cached: bool
    tool_version: str
    calibration: str | None = None
    escalated_from: Escalation | None = None


class Extraction(Frozen):
    """All records of one article, what the reader must know about them, and how they came about."""

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    article: ArticleInfo
    meetings: tuple[Meeting, ...] = ()
    attendees: tuple[Attendee, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    mous: tuple[Mou, ...] = ()
    trade_figures: tuple[TradeFigure, ...] = ()
    warnings: tuple[ExtractionWarning, ...] = ()
    provenance: Provenance

    @property
    def records(self) -> tuple[Record, ...]:
        """All records, meetings first."""
        return (*self.meetings, *self.attendees, *self.agreements, *self.mous, *self.trade_figures)
