"""Who was in the room: an attendee's draft to a record, or to the reason why it is none.

Coding rule "Attendees": only persons or delegations whom the text places in that meeting.
"""

import re
from dataclasses import dataclass

from extractor.article import Sentence, Span
from extractor.drafts import AttendeeDraft, MeetingDraft
from extractor.folding import folded
from extractor.normalizing.names import PersonName, latin_name, lexicon_person
from extractor.normalizing.places import country_name
from extractor.records import Attendee, Evidence, ExtractionWarning, WarningCode
from extractor.resolving.cues import says
from extractor.resolving.findings import Notes
from extractor.resolving.offices import COUNTERPART, OPEN, PLAIN, Head, heads_in, is_mourned, kind_of
from extractor.resolving.scene import Scene
from extractor.resolving.siding import state_of_side, state_of_title
from extractor.resolving.title_words import names_body, says_deputy
from extractor.resolving.titling import Title, title_instead, title_of
from extractor.vocabulary import Attendance, AttendeeKind, MeetingMode, Office, Role

NAME_FUZZY_FLOOR = 92.0
"""Names are short: a lower similarity takes one person for another."""
_GROUP = re.compile(
    r"deleg|делегац|대표단|사절단|代表団|代表团|代表團|使節団|وفد|heyet|küldött|misj[aę]|phái đoàn"
)
"""What calls itself a delegation, in folded letters."""
_NAME_PART = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]{2,}|[\uac00-\ud7a3]{2,}|[^\W\d_]{4,}")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_MINISTERS = frozenset(
    {
        Office.FOREIGN_MINISTER,
        Office.DEFENCE_MINISTER,
        Office.TRADE_ECONOMY_MINISTER,
        Office.OTHER_MINISTER,
    }
)
"""What a plain "minister" may be."""
_PRESIDING = frozenset({Office.HEAD_OF_STATE, Office.HEAD_OF_GOVERNMENT, Office.DEPUTY_HEAD})
"""What a president or a vice president is, unless of a chamber, a bank, a parliament."""
_ABOVE_PLAIN = _MINISTERS | {
    Office.DEPUTY_MINISTER,
    Office.DEPUTY_HEAD,
    Office.AMBASSADOR,
    Office.PARLIAMENT_SPEAKER,
    Office.HEAD_OF_STATE,
    Office.HEAD_OF_GOVERNMENT,
}
"""What a director or a governor is not."""
_SENATE = re.compile(r"senat|сенат|szenát|sénat|상원|参议院|參議院|参院|上院|上议院|الشیوخ")
"""The house of a parliament whose speaker is not that of the other one."""
_MINISTRY = re.compile(
    r"min[iy]st|мин(?:ист|[а-я])|мініст|tárca|ressort|bakanl|[부부部省]|وزار|depart|ведомств|відомств",
    re.IGNORECASE,
)
"""What the head of a ministry is the head of."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_WRITTEN_ON = re.compile(
    r"(?:은|는|이|가|과|와|도|을|를|의|에|께|로|으로|이라|라|만|측|씨|님|및|이며|이자|"
    r"대통령|총리|장관|차관|대사|위원장|의장|주석|동지|각하|국왕|왕세자|사무총장|특사|회장|사장|대표|부장|비서)"
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
    title = _title(draft, named, scene)
    kind = _kind(draft, named, title, scene)
    country, shown_country = _country(seat, scene, named, title, notes)
    unnamed = title if kind is AttendeeKind.DELEGATION else None
    name = _name(draft, named, kind, country, notes) if unnamed is None else _unnamed(unnamed, named, country)
    if name is None:
        return None, notes.dropped(f"attendee {named.quote!r}: not a name")
    office = _office(draft, kind, title, scene, notes)
    shown = {"name": (named,), "country": shown_country}
    if title is not None:
        shown |= {"title_as_written": (title.words,), "office": (title.words,)}
    record = Attendee(
        id=seat.id,
        evidence=scene.evidence_for(draft.s, [named]),
        shown_by={field: words for field, words in shown.items() if words},
        name=name,
        name_as_written=named.quote,
        kind=kind,
        title_as_written=title.words.quote if title else None,
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
    if any(_is_meant(seat.draft, other, scene) for other in scene.cited(seat.meeting.s)):
        return True
    if seat.meeting.status.is_future:
        return False
    near = any(abs(sentence.number - other.number) <= _PASSAGE for other in scene.cited(seat.meeting.s))
    return near or says("presence", sentence.text) or says("encounter", sentence.text)


def _is_meant(draft: AttendeeDraft, sentence: Sentence, scene: Scene) -> bool:
    """Tell whether a sentence speaks of somebody by office and state: "the Uzbek deputy prime minister"."""
    told = any(draft.country in place.codes and sentence.span.overlaps(place.span) for place in scene.places)
    return told and any(head.office is draft.office for head in heads_in(sentence.text))


def _echoes(words: str, name: str) -> bool:
    """Tell whether words take up a name in part: one of its names, or two letters in Han and kana."""
    text = folded(words)
    return any(
        part[:2] in text if _UNSPACED.match(part) else part in text
        for part in _NAME_PART.findall(folded(name))
    )


def _kind(draft: AttendeeDraft, named: Evidence, title: Title | None, scene: Scene) -> AttendeeKind:
    """Return the kind: a state, an office or a group is no person; who bears a title is one."""
    is_state = any((place.span.start, place.span.end) == (named.start, named.end) for place in scene.places)
    if is_state or (title is not None and title.words == named):
        return AttendeeKind.DELEGATION
    unnamed = draft.office is Office.DELEGATION and (title is None or _GROUP.search(folded(named.quote)))
    return AttendeeKind.DELEGATION if unnamed else AttendeeKind.PERSON


def _country(
    seat: Seat, scene: Scene, named: Evidence, title: Title | None, notes: Notes
) -> tuple[str | None, tuple[Evidence, ...]]:
    """Return the state someone stands for: by the lexicon of persons, by the title, else by the LLM."""
    known = lexicon_person(named.quote)
    beside = (state_of_title(named, title, scene) if title else None) or state_of_side(named, scene)
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


def _title(draft: AttendeeDraft, named: Evidence, scene: Scene) -> Title | None:
    """Return the title: as the LLM points, else what stands beside the name or in its place."""
    pointed = scene.find(draft.title, draft.s) if draft.title else None
    if pointed is None:
        return title_instead(named, scene) or title_of(named, scene)
    return Title(pointed, Head(Span(pointed.start, pointed.end), kind_of(pointed.quote)))


def _unnamed(title: Title, named: Evidence, country: str | None) -> str:
    """Return what somebody is called of whom the article tells the state and the office only."""
    office = title.head.office
    what = str(office).replace("_", " ") if office and office is not Office.OTHER else "delegation"
    what = what.replace("parliament", "senate") if _SENATE.search(folded(named.quote)) else what
    return f"{country_name(country)} {what}" if country else named.quote


def _office(
    draft: AttendeeDraft, kind: AttendeeKind, title: Title | None, scene: Scene, notes: Notes
) -> Office:
    """Return the office: the title's own word decides, where the lexicon knows it; else the LLM."""
    if kind is AttendeeKind.DELEGATION:
        return Office.DELEGATION
    own = _own_office(title, scene) if title else None
    if title is not None and draft.office in _ABOVE_PLAIN and _is_below(title, draft.office):
        own = Office.OTHER
    if own is None or own is draft.office or (own is Office.OTHER_MINISTER and draft.office in _MINISTERS):
        return draft.office
    if title is not None and own is not Office.OTHER and _carries(title.words.quote, own, draft.office):
        return draft.office
    notes.add(WarningCode.CHANGED_VALUE, f"office {own} by the title, not {draft.office}")
    return own


def _carries(title: str, own: Office, judged: Office) -> bool:
    """Tell whether a title may stand for the office judged: it names it too, or presides over no state."""
    names = any(head.office is judged for head in heads_in(title))
    if judged is Office.DEPUTY_MINISTER and own in _MINISTERS:
        return names or says_deputy(title)
    return names or (own in _PRESIDING and judged not in _PRESIDING and names_body(title))


def _is_below(title: Title, office: Office) -> bool:
    """Tell whether a title is none that the holder of an office has: a director, the head of an agency."""
    chair = title.head.kind == OPEN and office in _MINISTERS and not _MINISTRY.search(title.words.quote)
    return title.head.kind == PLAIN or chair


def _own_office(title: Title, scene: Scene) -> Office | None:
    """Return the office of a title's head; a counterpart holds the one told before it in the sentence."""
    if title.head.kind != COUNTERPART:
        return title.head.office
    sentence = scene.sentence_at(title.head.span.start)
    start = sentence.span.start if sentence else title.head.span.start
    before = heads_in(scene.article.text[start : title.head.span.start])
    return next((head.office for head in reversed(before) if head.office), None)


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
