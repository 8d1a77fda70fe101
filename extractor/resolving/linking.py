"""Instruments to the meetings that frame them: which, and what an instrument takes over from its meeting."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

from extractor.records import Instrument, Meeting
from extractor.resolving.findings import Findings
from extractor.vocabulary import InstrumentStatus, MeetingStatus

N = TypeVar("N", bound=Instrument)

_MADE_THERE = frozenset({InstrumentStatus.SIGNED, InstrumentStatus.ADOPTED, InstrumentStatus.AGREED})
_NEAR = 700
"""Code points between the evidence of a meeting and of an instrument made there: about five sentences."""


def linked(found: Findings) -> Findings:
    """Return the findings with each instrument linked to its meeting, if it has one."""
    return replace(
        found,
        agreements=tuple(_link(record, found.meetings) for record in found.agreements),
        mous=tuple(_link(record, found.meetings) for record in found.mous),
    )


def _link(instrument: N, meetings: Sequence[Meeting]) -> N:
    fitting = [meeting for meeting in meetings if _fits(instrument, meeting)]
    if not fitting:
        return instrument
    meeting = min(fitting, key=lambda candidate: _distance(instrument, candidate))
    if _distance(instrument, meeting) > _NEAR:
        return instrument
    return _with_context(instrument, meeting)


def _fits(instrument: Instrument, meeting: Meeting) -> bool:
    """Tell whether an instrument may belong to a meeting: shared states, and neither only planned or past."""
    if meeting.background or meeting.status in {MeetingStatus.CANCELLED, MeetingStatus.POSTPONED}:
        return False
    if instrument.status in _MADE_THERE and meeting.status.is_future:
        return False
    if instrument.status is InstrumentStatus.PLANNED and not meeting.status.is_future:
        return False
    if instrument.status not in _MADE_THERE | {InstrumentStatus.PLANNED}:
        return False
    return not instrument.parties or bool(set(instrument.parties) & set(meeting.countries))


def _distance(instrument: Instrument, meeting: Meeting) -> int:
    return min(
        max(one.start - other.end, other.start - one.end, 0)
        for one in instrument.evidence
        for other in meeting.evidence
    )


def _with_context(instrument: N, meeting: Meeting) -> N:
    """Return the instrument with its meeting, and with the day and the two sides if it states none itself."""
    changes: dict[str, Any] = {"meeting": meeting.id}
    shown = dict(instrument.shown_by)
    if instrument.date is None and instrument.status in _MADE_THERE and meeting.date is not None:
        changes["date"] = meeting.date
        shown["date"] = meeting.shown_by.get("date", ())
    lacks_a_side = len(instrument.parties) < 2 and set(instrument.parties) <= set(meeting.countries)
    if lacks_a_side and not instrument.party_organisations and len(meeting.countries) == 2:
        changes["parties"] = meeting.countries
        shown["parties"] = meeting.shown_by.get("countries", ())
    changes["shown_by"] = {field: words for field, words in shown.items() if words}
    return instrument.model_copy(update=changes)
