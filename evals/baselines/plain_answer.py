"""The schema of one plain instructor call: the public records, simplified as a user of instructor would.

Attendees stand in their meeting, so that no link can be wrong; values are final, as the library's users ask.
"""

from typing import Annotated

from pydantic import BaseModel, Field

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

Quote = Annotated[str, Field(description="Shortest verbatim words of the article that show the record")]
Country = Annotated[str, Field(pattern="^[A-Z]{3}$", description="ISO 3166-1 alpha-3; XKX Kosovo, EUE EU")]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$", description="ISO 4217")]
Day = Annotated[str, Field(description="ISO 8601: 2025-11-11, 2025-11, 2025, or 2025-11-11/2025-11-12")]
Claimant = Annotated[str | None, Field(description="Who claims it, as written; null: the article itself")]


class Attendee(BaseModel):
    """A person or unnamed delegation in a meeting."""

    quote: Quote
    name: str = Field(description="In Latin letters, without title")
    name_as_written: str = Field(description="As the article writes it")
    title_as_written: str | None = None
    kind: AttendeeKind = AttendeeKind.PERSON
    office: Office
    country: Country | None = None
    role: Role
    attendance: Attendance = Attendance.ATTENDED


class Meeting(BaseModel):
    """An encounter of at least two sides."""

    quote: Quote
    kind: MeetingKind
    mode: MeetingMode
    status: MeetingStatus
    visit_type: VisitType | None = None
    date: Day | None = None
    place: str | None = Field(default=None, description="As the article writes it")
    country: Country | None = Field(default=None, description="Where it took place")
    countries: list[Country] = Field(description="The sides")
    background: bool = Field(default=False, description="An earlier meeting that is only recalled")
    attributed_to: Claimant = None
    attendees: list[Attendee]


class Instrument(BaseModel):
    """What agreements and MOUs share."""

    quote: Quote
    title: str | None = Field(default=None, description="In English")
    title_as_written: str | None = Field(default=None, description="As the article writes it")
    status: InstrumentStatus
    parties: list[Country]
    organisations: list[str] = Field(default=[], description="Parties that are no states")
    signatories: list[str] = Field(default=[], description="Names of those who signed")
    date: Day | None = None
    valid_from: Day | None = None
    valid_until: Day | None = None
    sectors: list[Sector]
    stated_count: int | None = Field(default=None, description="How many, if a group is only counted")
    meeting: int | None = Field(default=None, description="Number of its meeting in the list, from 1")
    attributed_to: Claimant = None


class Agreement(Instrument):
    """A treaty, agreement, declaration, programme or contract."""

    type: AgreementType


class Mou(Instrument):
    """A memorandum of understanding."""


class TradeFigure(BaseModel):
    """A number with an economic indicator of or between states."""

    quote: Quote
    indicator: Indicator
    measure: Measure
    value: float = Field(description="In base units: 4.2 billion is 4200000000")
    value_max: float | None = Field(default=None, description="Upper end of a range")
    unit: str = Field(description="currency, percent, percentage_point, multiple, count, or a physical unit")
    currency: Currency | None = None
    qualifier: Qualifier = Qualifier.EXACT
    period: Day | None = None
    from_country: Country | None = None
    to_country: Country | None = None
    countries: list[Country]
    status: FigureStatus = FigureStatus.ACTUAL
    is_record: bool = False
    attributed_to: Claimant = None


class News(BaseModel):
    """All records of one article; each list may be empty."""

    meetings: list[Meeting]
    agreements: list[Agreement]
    mous: list[Mou]
    trade_figures: list[TradeFigure]
