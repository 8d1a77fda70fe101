"""Who was in the room: an attendee's draft to a record, or to the reason why it is none.

Coding rule "Attendees": only persons or delegations whom the text places in that meeting.
"""

import re
from dataclasses import dataclass

from extractor.article import Sentence
from extractor.drafts import AttendeeDraft, MeetingDraft
from extractor.folding import folded
from extractor.normalizing.names import PersonName, latin_name, lexicon_person
from extractor.normalizing.places import country_name
from extractor.records import Attendee, Evidence, ExtractionWarning, WarningCode
from extractor.resolving.cues import says
from extractor.resolving.findings import Notes
from extractor.resolving.offices import is_mourned, office_of, state_beside, title_beside
from extractor.resolving.scene import Scene
from extractor.vocabulary import Attendance, AttendeeKind, MeetingMode, Office, Role

NAME_FUZZY_FLOOR = 92.0
"""Names are short: a lower similarity takes one person for another."""
_NAME_PART = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]{2,}|[\uac00-\ud7a3]{2,}|[^\W\d_]{4,}")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_MINISTERS = frozenset(
    {
        Office.FOREIGN_MINISTER,
        Office.DEFENCE_MINISTER,
        Office.TRADE_ECONOMY_MINISTER,
        Office.DEPUTY_MINISTER,
        Office.OTHER_MINISTER,
    }
)
"""What a plain "minister" may be."""
_ACCREDITED = frozenset({Office.AMBASSADOR, Office.ADVISER, Office.SPOKESPERSON})
"""Offices whose title may name the state they are sent to."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_WRITTEN_ON = re.compile(
    r"(?:은|는|이|가|과|와|도|을|를|의|에|께|로|으로|이라|라|만|측|씨|님|및|이며|이자|"
    r"대통령|총리|장관|차관|대사|위원장|의장|주석|국왕|왕세자|사무총장|특사|회장|사장|대표|부장|비서)"
)
_PASSAGE = 4
"""Sentences: how far from those that report a meeting its participants are still listed."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Whose draft, in which meeting, under which ids."""

    draft: AttendeeDraft
    meeting: MeetingDraft
    meeting_id: str
    id: str


def resolve_attendee(seat: Seat, scene: Scene) -> tuple[Attendee | None, tuple[ExtractionWarning, ...]]:
    """Return the attendee that the draft points at, or None and why not."""
    notes, draft = Notes(seat.id), seat.draft
    named = scene.find(draft.name, (*draft.s, *seat.meeting.s), fuzzy_floor=NAME_FUZZY_FLOOR)
    if named is None or _is_cut(named, scene):
        return None, notes.dropped(f"attendee {draft.name!r}: the article does not name such a person")
    sentence = scene.sentence_at(named.start)
    if sentence is None or not _is_placed(seat, scene, sentence, named):
        return None, notes.dropped(f"attendee {named.quote!r}: named, but not placed in the meeting")
    if is_mourned(named, scene):
        return None, notes.dropped(f"attendee {named.quote!r}: has died, the article says")
    kind = _kind(draft, named, scene)
    title = _title(draft, named, kind, scene)
    country, shown_country = _country(seat, scene, named, title, notes)
    name = _name(draft, named, kind, country, notes)
    if name is None:
        return None, notes.dropped(f"attendee {named.quote!r}: not a name")
    office = _office(draft, kind, title, notes)
    shown = {"name": (named,), "country": shown_country}
    if title is not None:
        shown |= {"title_as_written": (title,), "office": (title,)}
    record = Attendee(
        id=seat.id,
        evidence=scene.evidence_for(draft.s, [named]),
        shown_by={field: words for field, words in shown.items() if words},
        name=name,
        name_as_written=named.quote,
        kind=kind,
        title_as_written=title.quote if title else None,
        office=office,
        country=country,
        role=_role(seat),
        attendance=_attendance(seat),
        meeting=seat.meeting_id,
    )
    return record, notes.kept()


def _is_cut(named: Evidence, scene: Scene) -> bool:
    """Tell whether a Korean name ends inside a word: only a particle or a title is written on to it."""
    after = scene.article.text[named.end : named.end + 12]
    return bool(_HANGUL.search(named.quote[-1:]) and _HANGUL.match(after) and not _WRITTEN_ON.match(after))


def _is_placed(seat: Seat, scene: Scene, sentence: Sentence, named: Evidence) -> bool:
    """Tell whether someone is named where the meeting is told, or where presence is spoken of.

    A meeting that lies ahead is told in its own sentences alone.
    """
    cited = scene.cited((*seat.meeting.s, *seat.draft.s))
    if sentence in cited or any(_echoes(other.text, named.quote) for other in cited):
        return True
    if seat.meeting.status.is_future:
        return False
    near = any(abs(sentence.number - other.number) <= _PASSAGE for other in scene.cited(seat.meeting.s))
    return near or says("presence", sentence.text) or says("encounter", sentence.text)


def _echoes(words: str, name: str) -> bool:
    """Tell whether words take up a name in part: one of its names, or two letters in Han and kana."""
    text = folded(words)
    return any(
        part[:2] in text if _UNSPACED.match(part) else part in text
        for part in _NAME_PART.findall(folded(name))
    )


def _kind(draft: AttendeeDraft, named: Evidence, scene: Scene) -> AttendeeKind:
    is_state = any((place.span.start, place.span.end) == (named.start, named.end) for place in scene.places)
    unnamed = draft.office is Office.DELEGATION or is_state
    return AttendeeKind.DELEGATION if unnamed else AttendeeKind.PERSON


def _country(
    seat: Seat, scene: Scene, named: Evidence, title: Evidence | None, notes: Notes
) -> tuple[str | None, tuple[Evidence, ...]]:
    """Return the state someone stands for: by the lexicon of persons, by the title, else by the LLM."""
    known = lexicon_person(named.quote)
    beside = state_beside(named, title, scene) if title and seat.draft.office not in _ACCREDITED else None
    own, shown_own = (known.country, named) if known and known.country else beside or (None, None)
    if own is not None and shown_own is not None:
        if seat.draft.country not in {None, own}:
            notes.add(
                WarningCode.CHANGED_VALUE,
                f"{named.quote!r} is of {own} by {'the lexicon' if known else 'the title'}, "
                f"not {seat.draft.country}",
            )
        return own, (shown_own,)
    code = seat.draft.country
    if code is None:
        return None, ()
    shown = scene.country_mention(code, scene.spans((*seat.draft.s, *seat.meeting.s)))
    if shown is None:
        notes.add(WarningCode.UNRESOLVED_COUNTRY, f"the article has no word for {code} of {named.quote!r}")
        return None, ()
    return code, (shown,)


def _name(
    draft: AttendeeDraft, named: Evidence, kind: AttendeeKind, country: str | None, notes: Notes
) -> str | None:
    """Return the Latin name; a delegation is called by its state."""
    if kind is AttendeeKind.DELEGATION:
        return f"{country_name(country)} delegation" if country else named.quote
    outcome = latin_name(named.quote, draft.en, country)
    person: PersonName | None = outcome.value
    if person is None:
        notes.add(WarningCode.UNRESOLVED_NAME, f"{named.quote!r}: {outcome.reason}")
        return named.quote if any(char.isalpha() for char in named.quote) else None
    if person.basis == "hint" and _HAN.search(named.quote):
        notes.add(WarningCode.UNRESOLVED_NAME, f"{named.quote!r}: the reading {person.name!r} is the LLM's")
    return person.name


def _title(draft: AttendeeDraft, named: Evidence, kind: AttendeeKind, scene: Scene) -> Evidence | None:
    """Return the title: as the LLM points, else the one that stands beside the name."""
    if kind is AttendeeKind.DELEGATION:
        return None
    pointed = scene.find(draft.title, draft.s) if draft.title else None
    beside = title_beside(named, scene) if pointed is None else None
    return beside.words if beside else pointed


def _office(draft: AttendeeDraft, kind: AttendeeKind, title: Evidence | None, notes: Notes) -> Office:
    """Return the office: the title's own word decides, where the lexicon knows it; else the LLM."""
    if kind is AttendeeKind.DELEGATION:
        return Office.DELEGATION
    own = office_of(title.quote) if title else None
    if own is None or own is draft.office or (own is Office.OTHER_MINISTER and draft.office in _MINISTERS):
        return draft.office
    notes.add(WarningCode.CHANGED_VALUE, f"office {own} by the title, not {draft.office}")
    return own


def _role(seat: Seat) -> Role:
    on_the_line = seat.meeting.mode in {MeetingMode.PHONE, MeetingMode.VIDEO}
    sided = seat.draft.role in {Role.HOST, Role.VISITOR}
    return Role.PARTICIPANT if on_the_line and sided else seat.draft.role


def _attendance(seat: Seat) -> Attendance:
    """Return the attendance; nobody has attended what lies ahead."""
    ahead = seat.meeting.status.is_future
    if ahead and seat.draft.attendance is Attendance.ATTENDED:
        return Attendance.EXPECTED
    travelling = seat.draft.role is Role.DELEGATION_MEMBER and seat.draft.attendance is Attendance.ATTENDED
    return Attendance.DELEGATION if travelling else seat.draft.attendance
