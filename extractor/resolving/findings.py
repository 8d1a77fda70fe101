"""What resolving one chunk gives: records with ids of their chunk, and warnings; values that only add up."""

from dataclasses import dataclass, fields

from extractor.records import (
    Agreement,
    Attendee,
    ExtractionWarning,
    Meeting,
    Mou,
    TradeFigure,
    WarningCode,
)


@dataclass(frozen=True, slots=True)
class Findings:
    """Records and warnings of one answer, or of a part of it."""

    meetings: tuple[Meeting, ...] = ()
    attendees: tuple[Attendee, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    mous: tuple[Mou, ...] = ()
    trade_figures: tuple[TradeFigure, ...] = ()
    warnings: tuple[ExtractionWarning, ...] = ()

    def __add__(self, other: "Findings") -> "Findings":
        """Return both, in order."""
        return Findings(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


class Notes:
    """Collects the warnings of one record while it is made."""

    def __init__(self, record: str) -> None:
        self._record = record
        self._taken: list[ExtractionWarning] = []

    def add(self, code: WarningCode, detail: str) -> None:
        """Note something about the record."""
        self._taken.append(ExtractionWarning(code=code, detail=detail, record=self._record))

    def kept(self) -> tuple[ExtractionWarning, ...]:
        """Return the warnings of a record that stands."""
        return tuple(self._taken)

    def dropped(self, why: str) -> tuple[ExtractionWarning, ...]:
        """Return the one warning of a record that does not stand."""
        return (ExtractionWarning(code=WarningCode.DROPPED_RECORD, detail=why),)
