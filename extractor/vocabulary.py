"""The closed lists of the schema: every kind, status, office, indicator and sector that a record may name."""

from enum import StrEnum


class MeetingKind(StrEnum):
    """Kind of an encounter; a summit has heads of state or government on both sides."""

    SUMMIT = "summit"
    TALKS = "talks"
    COURTESY_CALL = "courtesy_call"
    CONFERENCE = "conference"
    OTHER = "other"


class MeetingMode(StrEnum):
    """How the sides met."""

    IN_PERSON = "in_person"
    PHONE = "phone"
    VIDEO = "video"
    UNKNOWN = "unknown"


class MeetingStatus(StrEnum):
    """Whether a meeting took place by the time of the article."""

    HELD = "held"
    ONGOING = "ongoing"
    PLANNED = "planned"
    PROPOSED = "proposed"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"

    @property
    def is_future(self) -> bool:
        """Tell whether the meeting lies ahead, so that a bare day means the next such day."""
        return self in {MeetingStatus.PLANNED, MeetingStatus.PROPOSED}


class VisitType(StrEnum):
    """Rank of a visit, in the article's own words."""

    STATE = "state"
    OFFICIAL = "official"
    WORKING = "working"
    PRIVATE = "private"


class AttendeeKind(StrEnum):
    """A named person, or an unnamed side."""

    PERSON = "person"
    DELEGATION = "delegation"


class Office(StrEnum):
    """The office in which someone attends."""

    HEAD_OF_STATE = "head_of_state"
    HEAD_OF_GOVERNMENT = "head_of_government"
    DEPUTY_HEAD = "deputy_head"
    FOREIGN_MINISTER = "foreign_minister"
    DEFENCE_MINISTER = "defence_minister"
    TRADE_ECONOMY_MINISTER = "trade_economy_minister"
    OTHER_MINISTER = "other_minister"
    DEPUTY_MINISTER = "deputy_minister"
    PARLIAMENT_SPEAKER = "parliament_speaker"
    AMBASSADOR = "ambassador"
    ADVISER = "adviser"
    SPOKESPERSON = "spokesperson"
    MILITARY = "military"
    PARTY_OFFICIAL = "party_official"
    IO_HEAD = "io_head"
    BUSINESS = "business"
    DELEGATION = "delegation"
    OTHER = "other"

    @property
    def is_principal(self) -> bool:
        """Tell whether the office makes a meeting of two such holders a summit."""
        return self in {Office.HEAD_OF_STATE, Office.HEAD_OF_GOVERNMENT}


class Role(StrEnum):
    """The side on which someone attends, by whose territory it is."""

    HOST = "host"
    VISITOR = "visitor"
    PARTICIPANT = "participant"
    MEDIATOR = "mediator"
    DELEGATION_MEMBER = "delegation_member"


class Attendance(StrEnum):
    """Whether someone was in the room."""

    ATTENDED = "attended"
    DELEGATION = "delegation"
    EXPECTED = "expected"
    ABSENT = "absent"


class AgreementType(StrEnum):
    """What an instrument calls itself."""

    TREATY = "treaty"
    AGREEMENT = "agreement"
    JOINT_DECLARATION = "joint_declaration"
    PROGRAMME = "programme"
    PROTOCOL = "protocol"
    EXCHANGE_OF_NOTES = "exchange_of_notes"
    CONTRACT = "contract"
    LETTER_OF_INTENT = "letter_of_intent"
    UNSPECIFIED = "unspecified"
    OTHER = "other"


class InstrumentStatus(StrEnum):
    """How far an instrument has come by the time of the article."""

    PLANNED = "planned"
    AGREED = "agreed"
    ADOPTED = "adopted"
    SIGNED = "signed"
    RATIFIED = "ratified"
    IN_FORCE = "in_force"
    EXTENDED = "extended"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"


class Sector(StrEnum):
    """What an instrument is about."""

    POLITICAL = "political"
    ECONOMY = "economy"
    TRADE = "trade"
    INVESTMENT = "investment"
    FINANCE = "finance"
    INDUSTRY = "industry"
    ENERGY = "energy"
    NUCLEAR_ENERGY = "nuclear_energy"
    MINERALS = "minerals"
    AGRICULTURE = "agriculture"
    TRANSPORT = "transport"
    SPACE = "space"
    TECHNOLOGY = "technology"
    DIGITAL = "digital"
    DEFENCE = "defence"
    SECURITY = "security"
    CONSULAR = "consular"
    MIGRATION = "migration"
    CULTURE = "culture"
    EDUCATION = "education"
    HEALTH = "health"
    ENVIRONMENT = "environment"
    WATER = "water"
    HERITAGE = "heritage"
    DEVELOPMENT = "development"
    GOVERNANCE = "governance"
    OTHER = "other"


class Indicator(StrEnum):
    """What a trade figure measures."""

    TRADE_TURNOVER = "trade_turnover"
    EXPORTS = "exports"
    IMPORTS = "imports"
    TRADE_BALANCE = "trade_balance"
    INVESTMENT_FLOW = "investment_flow"
    INVESTMENT_STOCK = "investment_stock"
    INVESTMENT_SHARE = "investment_share"
    CURRENCY_SHARE = "currency_share"
    CONTRACT_VALUE = "contract_value"
    LOAN_GRANT = "loan_grant"
    TARIFF = "tariff"
    VOLUME = "volume"
    OTHER = "other"


class Measure(StrEnum):
    """A level, a change against a base, or a share of a whole."""

    LEVEL = "level"
    CHANGE = "change"
    SHARE = "share"


class Qualifier(StrEnum):
    """The approximator in front of a number."""

    EXACT = "exact"
    ABOUT = "about"
    NEARLY = "nearly"
    OVER = "over"
    AT_LEAST = "at_least"
    UNDER = "under"
    AT_MOST = "at_most"
    UP_TO = "up_to"
    BETWEEN = "between"


class FigureStatus(StrEnum):
    """Whether a figure is measured, estimated, aimed at or promised."""

    ACTUAL = "actual"
    ESTIMATE = "estimate"
    TARGET = "target"
    PLEDGED = "pledged"
