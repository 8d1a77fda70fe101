"""Encounters: a meeting's draft with its attendees to records, by the coding rule "Meetings"."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from extractor.drafts import MeetingDraft
from extractor.normalizing.edtf import edtf_range
from extractor.normalizing.names import same_person
from extractor.normalizing.places import resolve_place
from extractor.records import Attendee, Evidence, ExtractionWarning, Meeting, WarningCode
from extractor.resolving.attendees import Seat, resolve_attendee
from extractor.resolving.cues import says, statuses, visits
from extractor.resolving.dating import Dated, date_near, dated_as_written
from extractor.resolving.findings import Findings, Notes
from extractor.resolving.locating import place_near
from extractor.resolving.scene import Scene
from extractor.vocabulary import Attendance, MeetingKind, MeetingMode, MeetingStatus, Role, VisitType

_OPENING = 4
"""Sentences, the headline included, within which an article tells its main event."""

_CALLED_OFF = frozenset({MeetingStatus.POSTPONED, MeetingStatus.CANCELLED})
"""What was not held: the day said of it is the one it was planned for, and lies ahead as a rule."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a meeting took place: the words, and the state."""

    words: Evidence | None
    country: str | None
    shown: tuple[Evidence, ...] = ()


def parted(draft: MeetingDraft, scene: Scene) -> tuple[MeetingDraft, ...]:
    """Return one call of several sides as several, when the sentence says they were apart.

    Coding rule "Meetings": "the president phoned A and B" is two. The first named made the calls.
    """
    calls = draft.mode in {MeetingMode.PHONE, MeetingMode.VIDEO} and len(draft.attendees) > 2
    if not calls or not says("separately", scene.words(draft.s)):
        return (draft,)
    caller, *others = draft.attendees
    pairs = [(other, [code for code in (caller.country, other.country) if code]) for other in others]
    return tuple(
        draft.model_copy(update={"attendees": [caller, other], "countries": codes}) for other, codes in pairs
    )


def resolve_meeting(draft: MeetingDraft, scene: Scene, number: int) -> Findings:
    """Return the meeting and its attendees, or why it is none; ids are unique within the chunk."""
    name = f"m{number}"
    notes = Notes(name)
    people, warnings = _attendees(draft, scene, name)
    codes, shown = _sides(draft, people, scene, notes)
    if why := _no_meeting(draft, people, scene):
        return Findings(warnings=(*warnings, *notes.dropped(f"meeting of {_who(draft)}: {why}")))
    when = _date(draft, scene)
    where = _place(draft, people, scene)
    status = _status(draft, when, scene, notes)
    meeting = Meeting(
        id=name,
        evidence=scene.evidence_for(draft.s, ()) or people[0].evidence,
        attributed_to=scene.claimant(draft.by, draft.s),
        shown_by=_shown(
            {"date": when.words, "place_as_written": where.words},
            {"countries": shown, "country": where.shown},
        ),
        kind=_kind(draft, people),
        mode=draft.mode,
        status=status,
        visit_type=_visit(draft, scene),
        date=when.value,
        date_as_written=when.words.quote if when.words else None,
        place_as_written=where.words.quote if where.words else None,
        country=where.country,
        countries=codes,
        background=draft.background,
    )
    if when.words is not None and when.value is None:
        notes.add(WarningCode.UNRESOLVED_DATE, f"{when.words.quote!r}: {when.reason}")
    invited = tuple(_invited(person, meeting) for person in people)
    return Findings(meetings=(meeting,), attendees=invited, warnings=(*warnings, *notes.kept()))


def _attendees(
    draft: MeetingDraft, scene: Scene, meeting: str
) -> tuple[tuple[Attendee, ...], tuple[ExtractionWarning, ...]]:
    """Return those who stand, each once."""
    people: list[Attendee] = []
    warnings: list[ExtractionWarning] = []
    for number, attendee in enumerate(draft.attendees, 1):
        seat = Seat(attendee, draft, meeting, f"{meeting}a{number}")
        person, notes = resolve_attendee(seat, scene)
        if person is not None and any(is_same_attendee(person, other) for other in people):
            continue
        warnings.extend(notes)
        if person is not None:
            people.append(person)
    return tuple(people), tuple(warnings)


def is_same_attendee(one: Attendee, other: Attendee) -> bool:
    """Tell whether two attendees of one meeting are the same person, or delegations of the same state."""
    if one.kind is not other.kind:
        return False
    if (one.name, one.country) == (other.name, other.country):
        return True
    if None not in {one.country, other.country} and one.country != other.country:
        return False
    return same_person(one.name, other.name, one.country) or same_person(
        one.name_as_written, other.name_as_written, one.country
    )


def _sides(
    draft: MeetingDraft, people: Sequence[Attendee], scene: Scene, notes: Notes
) -> tuple[tuple[str, ...], tuple[Evidence, ...]]:
    """Return the states that met: those of the attendees, and those the draft names and the article shows."""
    shown: dict[str, tuple[Evidence, ...]] = {}
    cited = scene.spans(draft.s)
    for code in draft.countries:
        mention = scene.country_mention(code, cited)
        if mention is not None:
            shown[code] = (mention,)
        elif all(person.country != code for person in people):
            notes.add(WarningCode.UNRESOLVED_COUNTRY, f"the article has no word for {code}")
    for person in people:
        if person.country is not None and person.country not in shown:
            shown[person.country] = person.shown_by.get("country", ())
    return tuple(shown), tuple(evidence for words in shown.values() for evidence in words)


def _no_meeting(draft: MeetingDraft, people: Sequence[Attendee], scene: Scene) -> str | None:
    """Return why the coding rules see no meeting here, or None."""
    if not people:
        return "nobody whom the article names"
    if len(people) < 2:
        return "the counterpart is not named"
    numbers = [*draft.s, *(number for person in draft.attendees for number in person.s)]
    words = scene.words([near for number in numbers for near in (number - 1, number, number + 1)])
    if not (says("encounter", words) or says("presence", words) or statuses(words)):
        return "no word of an encounter"
    return None


def _kind(draft: MeetingDraft, people: Iterable[Attendee]) -> MeetingKind:
    """Return the kind; a summit is a matter of who sits on both sides (SCHEMA: Meeting.kind)."""
    heads = {person.country for person in people if person.office.is_principal and person.country}
    if draft.kind in {MeetingKind.TALKS, MeetingKind.COURTESY_CALL} and len(heads) >= 2:
        return MeetingKind.SUMMIT
    if draft.kind is MeetingKind.SUMMIT and len(heads) < 2:
        return MeetingKind.TALKS
    return draft.kind


def _visit(draft: MeetingDraft, scene: Scene) -> VisitType | None:
    """Return the rank of the visit, from the words near the meeting, else the one the article speaks of."""
    if draft.mode is not MeetingMode.IN_PERSON:
        return None
    near = visits(scene.words(draft.s))
    if not near and not draft.background:
        near = scene.visits
    return next(iter(near)) if len(near) == 1 else draft.visit if draft.visit in near else None


def _date(draft: MeetingDraft, scene: Scene) -> Dated:
    future = draft.status.is_future
    if draft.date:
        ahead = future or draft.status in _CALLED_OFF
        written = dated_as_written(draft.date, draft.s, scene, future=ahead)
        if written.words is not None:
            return written
    numbers = [*draft.s, *(number for person in draft.attendees for number in person.s)]
    return date_near(numbers, scene, future=future, background=draft.background)


def _place(draft: MeetingDraft, people: Sequence[Attendee], scene: Scene) -> _Place:
    """Return the place: as the LLM points, else the one locative in the cited sentences, else the host's."""
    if draft.mode in {MeetingMode.PHONE, MeetingMode.VIDEO}:
        return _Place(None, None)
    words = scene.find(draft.place, draft.s) if draft.place else None
    host = _host(people)
    words = words or place_near(draft.s, scene) or _opening_place(draft, scene)
    if words is not None:
        code = resolve_place(words.quote, scene.language).value
        if code is not None and not (host and _is_strange_seat(words, code, draft, scene)):
            return _Place(words, code, (words,))
    return _Place(words, host.country, host.shown_by.get("country", ())) if host else _Place(words, None)


def _host(people: Sequence[Attendee]) -> Attendee | None:
    """Return the host, the first of several of one state."""
    hosts = [person for person in people if person.role is Role.HOST and person.country]
    return hosts[0] if len({host.country for host in hosts}) == 1 else None


def _is_strange_seat(words: Evidence, code: str, draft: MeetingDraft, scene: Scene) -> bool:
    """Tell whether a place is a house called as one in a third state: two capitals have a chancellery."""
    return code not in draft.countries and any(
        place.kind == "seat" and place.span.start < words.end and words.start < place.span.end
        for place in scene.places
    )


def _opening_place(draft: MeetingDraft, scene: Scene) -> Evidence | None:
    """Return the place that the article opens with, if it is in a state of one of the sides.

    An article is about a visit: what it tells of the same trip without a place happened there.
    """
    if draft.status.is_future or draft.status in _CALLED_OFF or draft.background:
        return None
    words = place_near(range(1, _OPENING + 1), scene)
    code = resolve_place(words.quote, scene.language).value if words else None
    opens = bool(draft.s) and min(draft.s) <= _OPENING
    return words if opens or code in draft.countries else None


def carried(meetings: Sequence[Meeting]) -> tuple[Meeting, ...]:
    """Return the meetings, with the day of the first for those that say "the same day" and nothing else."""
    first = next((m for m in meetings if m.date and not m.background and not m.status.is_future), None)
    return tuple(_carry(meeting, first) if first else meeting for meeting in meetings)


def _carry(meeting: Meeting, first: Meeting) -> Meeting:
    told = " ".join(evidence.quote for evidence in meeting.evidence)
    held = meeting.status is MeetingStatus.HELD and not meeting.background
    if meeting.date is not None or not held or not says("same_day", told):
        return meeting
    shown = {**meeting.shown_by, "date": first.shown_by.get("date", ())}
    return meeting.model_copy(update={"date": first.date, "shown_by": shown})


def _status(draft: MeetingDraft, when: Dated, scene: Scene, notes: Notes) -> MeetingStatus:
    """Return the status; what lies wholly after the day of the article has not been held."""
    days = edtf_range(when.value) if when.value else None
    ahead = days is not None and scene.reference is not None and days[0] > scene.reference
    if ahead and draft.status in {MeetingStatus.HELD, MeetingStatus.ONGOING}:
        notes.add(WarningCode.CHANGED_VALUE, f"status {draft.status} with the later date {when.value}")
        return MeetingStatus.PLANNED
    return draft.status


def _invited(person: Attendee, meeting: Meeting) -> Attendee:
    """Return the attendee, of a meeting still to come as one who is expected."""
    if not meeting.status.is_future or person.attendance is not Attendance.ATTENDED:
        return person
    return person.model_copy(update={"attendance": Attendance.EXPECTED})


def _who(draft: MeetingDraft) -> str:
    return ", ".join(person.name for person in draft.attendees[:3]) or ", ".join(draft.countries) or "nobody"


def _shown(
    single: dict[str, Evidence | None], several: dict[str, tuple[Evidence, ...]]
) -> dict[str, tuple[Evidence, ...]]:
    kept = {field: (words,) for field, words in single.items() if words is not None}
    return kept | {field: words for field, words in several.items() if words}
