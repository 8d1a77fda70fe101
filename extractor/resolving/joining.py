"""Meetings that are one: who sat in and who signed belongs to the encounter that was told before.

Coding rule "Meetings": welcome, signing ceremony, press conference and banquet belong to their meeting.
"""

from collections.abc import Sequence
from dataclasses import replace

from extractor.records import Attendee, ExtractionWarning, Meeting, WarningCode
from extractor.resolving.cues import names_instrument, says, statuses
from extractor.resolving.findings import Findings, Notes
from extractor.resolving.meetings import is_same_attendee
from extractor.vocabulary import InstrumentStatus, MeetingMode, MeetingStatus


def joined(found: Findings) -> Findings:
    """Return the findings with each meeting that only adds to the one before it made part of that."""
    kept: list[Meeting] = []
    into: dict[str, str] = {}
    notes: tuple[ExtractionWarning, ...] = ()
    for meeting in found.meetings:
        host = next((before for before in reversed(kept) if _belongs(meeting, before, found.attendees)), None)
        if host is None:
            kept.append(meeting)
            continue
        into[meeting.id] = host.id
        note = Notes(host.id)
        note.add(WarningCode.MERGED_DUPLICATE, "who sat in or signed is told in a sentence of its own")
        notes += note.kept()
    return replace(
        found,
        meetings=tuple(kept),
        attendees=_seated(found.attendees, into),
        warnings=(*_about(found.warnings, into), *notes),
    )


def _belongs(meeting: Meeting, before: Meeting, people: Sequence[Attendee]) -> bool:
    """Tell whether a meeting has nothing of its own but people: no day, place or counterpart."""
    if not (_is_told_as_held(meeting) and _is_told_as_held(before)):
        return False
    if not set(meeting.countries) <= set(before.countries):
        return False
    if meeting.date_as_written is not None and meeting.date != before.date:
        return False
    if meeting.place_as_written not in {None, before.place_as_written}:
        return False
    told = " ".join(evidence.quote for evidence in meeting.evidence)
    signing = names_instrument(told) and InstrumentStatus.SIGNED in statuses(told)
    adds_people = says("sat_in", told) or (signing and not says("encounter", told))
    return adds_people and not _has_another_counterpart(meeting, before, people)


def _is_told_as_held(meeting: Meeting) -> bool:
    under_way = meeting.status in {MeetingStatus.HELD, MeetingStatus.ONGOING}
    return under_way and meeting.mode is MeetingMode.IN_PERSON and not meeting.background


def _has_another_counterpart(meeting: Meeting, before: Meeting, people: Sequence[Attendee]) -> bool:
    """Tell whether just one of those who met before meets others here."""
    here = [person for person in people if person.meeting == meeting.id]
    there = [person for person in people if person.meeting == before.id]
    again = [one for one in here if any(is_same_attendee(one, other) for other in there)]
    return len(again) == 1


def _seated(people: tuple[Attendee, ...], into: dict[str, str]) -> tuple[Attendee, ...]:
    """Return the attendees at the meetings that are left, each once."""
    seated: list[Attendee] = []
    for person in people:
        moved = into.get(person.meeting or "")
        there = person.model_copy(update={"meeting": moved}) if moved else person
        if not (
            moved
            and any(is_same_attendee(there, other) for other in seated if other.meeting == there.meeting)
        ):
            seated.append(there)
    return tuple(seated)


def _about(warnings: tuple[ExtractionWarning, ...], into: dict[str, str]) -> tuple[ExtractionWarning, ...]:
    return tuple(
        warning.model_copy(update={"record": into[warning.record]}) if warning.record in into else warning
        for warning in warnings
    )
