"""On which side of the table someone sits: state and role of attendees, by what the meeting itself shows.

Coding rule "Attendees": host and visitor by whose territory it is, participants in a third state. A meeting
has two sides: who is the only one opposite the others is of the other state.
"""

import re
from dataclasses import replace

from extractor.normalizing.names import lexicon_person
from extractor.records import Attendee, Meeting
from extractor.resolving.cues import says
from extractor.resolving.findings import Findings
from extractor.resolving.scene import Scene
from extractor.vocabulary import Attendance, AttendeeKind, MeetingMode, Role

_SIDED = frozenset({Role.HOST, Role.VISITOR})
_NEAR = 3
"""Code points between a title and the state that it leads or follows."""
_TRAVELS = re.compile(
    r"동행|수행|사절단|delegation (?:include|compris)|(?:skład|składzie) delegacji|"
    r"состав\w* делегации|travel|reist\w* mit|"
    r"随行|隨行|随同|同行|в складі делегації|delegáció tagja|heyetinde|ضمن الوفد|ضمن وفد",
    re.IGNORECASE,
)
"""Words of a party that came along, whose presence at the table is not told."""
_INCLUDES = re.compile(
    r"delegation (?:include|compris)|zur delegation gehör|delegáció tagja|в состав\w* делегации|"
    r"до складу делегації|"
    r"w skład\w* delegacji|délégation (?:comprend|compte)|delegación (?:incluye|integra)|"
    r"delegação (?:inclui|integra)|delegazione (?:comprende|include)|사절단에는|"
    r"代表団には|代表团成员|heyette|"
    r"ضم الوفد|يضم الوفد|делегация құрамында",
    re.IGNORECASE,
)
"""What lists whom a delegation holds."""
_MEDIATES = re.compile(
    r"mediat|facilitat|facilitad|facilité|vermittl|"
    r"посредн|посередн|중재|주선|斡旋|调解|調解|仲介|وساطة|بوساطة|arabulu|közvetít|"
    r"pośrednic|delaldal|делдал",
    re.IGNORECASE,
)
_HOSTS = re.compile(r"anfitri|\bhôte|ospitante|gastgeb|házigazda|принимающ|\bhost\b", re.IGNORECASE)
_EU = "EUE"


def seated(found: Findings, scene: Scene) -> Findings:
    """Return the findings with the state and the role of each attendee as their meeting shows them."""
    people = {person.id: person for person in found.attendees}
    meetings = []
    for meeting in found.meetings:
        there = [person for person in people.values() if person.meeting == meeting.id]
        there = [_hosting(person, meeting, scene) for person in there]
        there = _opposite(there, meeting, scene)
        sides = dict.fromkeys((*meeting.countries, *(one.country for one in there if one.country)))
        full = (
            meeting.model_copy(update={"countries": tuple(sides)})
            if len(sides) > len(meeting.countries)
            else meeting
        )
        meetings.append(full)
        people |= {person.id: _placed(person, full, scene) for person in _agreeing(there, full)}
    return replace(found, meetings=tuple(meetings), attendees=tuple(people.values()))


def _is_told(person: Attendee) -> bool:
    """Tell whether the article itself says for which state somebody stands, beside the name."""
    known = lexicon_person(person.name_as_written)
    if known is not None and known.country == person.country:
        return True
    shown, title = person.shown_by.get("country", ()), person.shown_by.get("title_as_written", ())
    name = person.shown_by["name"][0]
    return any(
        words.start <= state.end + _NEAR and state.start <= words.end + _NEAR
        for state in shown
        for words in (name, *title)
    )


def _hosting(person: Attendee, meeting: Meeting, scene: Scene) -> Attendee:
    """Return who is called the host as somebody of the state where the meeting was."""
    if meeting.country is None or _is_told(person):
        return person
    called = _HOSTS.search(person.title_as_written or "") is not None
    judged = person.country is None and person.role is Role.HOST and person.kind is AttendeeKind.PERSON
    return _of_state(person, meeting.country, scene) if called or judged else person


def _opposite(people: list[Attendee], meeting: Meeting, scene: Scene) -> list[Attendee]:
    """Return the attendees, the one whose state is not told being of the side that nobody else is of."""
    open_ = [person for person in people if person.country is None or not _is_told(person)]
    told = {person.country for person in people if person not in open_}
    if len(open_) != 1 or len(told) != 1 or len(meeting.countries) != 2:
        return people
    own = told.pop()
    other = next((code for code in meeting.countries if code != own), None)
    person = open_[0]
    if own not in meeting.countries or other is None or person.country not in {None, own}:
        return people
    if person.kind is not AttendeeKind.PERSON and person.country is not None:
        return people
    return [_of_state(one, other, scene) if one is person else one for one in people]


def _of_state(person: Attendee, code: str, scene: Scene) -> Attendee:
    mention = scene.country_mention(code)
    if mention is None:
        return person
    return person.model_copy(update={"country": code, "shown_by": {**person.shown_by, "country": (mention,)}})


def _agreeing(people: list[Attendee], meeting: Meeting) -> list[Attendee]:
    """Return the attendees, those of one state on the side of the first of them."""
    if meeting.country is not None:
        return people
    first: dict[str, Role] = {}
    for person in people:
        if person.country and person.role in _SIDED:
            first.setdefault(person.country, person.role)
    return [
        person.model_copy(update={"role": first[person.country]})
        if person.country in first and person.role in _SIDED
        else person
        for person in people
    ]


def _placed(person: Attendee, meeting: Meeting, scene: Scene) -> Attendee:
    """Return an attendee with the role that the territory gives; who only travelled along keeps theirs."""
    changes: dict[str, object] = {}
    role, attendance = person.role, person.attendance
    if role is Role.DELEGATION_MEMBER and not meeting.status.is_future and _sat_in(person, scene):
        role = _side(person, meeting) or Role.PARTICIPANT
        attendance = Attendance.ATTENDED
    elif role is Role.VISITOR and _is_included(person, scene):
        role, attendance = Role.DELEGATION_MEMBER, Attendance.DELEGATION
    elif role is not Role.DELEGATION_MEMBER:
        role = _side(person, meeting) or role
    if role is Role.PARTICIPANT and _mediates(person, scene):
        role = Role.MEDIATOR
    changes = {"role": role, "attendance": attendance}
    return (
        person.model_copy(update=changes)
        if (role, attendance) != (person.role, person.attendance)
        else person
    )


def _side(person: Attendee, meeting: Meeting) -> Role | None:
    """Return host, visitor or participant by the territory; None where the meeting does not show it."""
    known = meeting.country is not None and person.country is not None
    if not known or meeting.mode is not MeetingMode.IN_PERSON or person.role is Role.MEDIATOR:
        return None
    if meeting.country not in meeting.countries:
        return Role.PARTICIPANT if person.role in _SIDED or person.role is Role.DELEGATION_MEMBER else None
    if len(meeting.countries) != 2 or _EU in meeting.countries:
        among = {Role.PARTICIPANT: None, Role.DELEGATION_MEMBER: Role.PARTICIPANT}
        if person.role in among:
            return among[person.role]
    return Role.HOST if person.country == meeting.country else Role.VISITOR


def _sat_in(person: Attendee, scene: Scene) -> bool:
    """Tell whether the sentence says of somebody to have been at the table."""
    sentence = scene.sentence_at(person.shown_by["name"][0].start)
    return sentence is not None and says("sat_in", sentence.text) and not _TRAVELS.search(sentence.text)


def _is_included(person: Attendee, scene: Scene) -> bool:
    """Tell whether the words before a name list whom a delegation holds, not who sat at the table."""
    name = person.shown_by["name"][0]
    sentence = scene.sentence_at(name.start)
    if sentence is None or says("sat_in", sentence.text):
        return False
    return _INCLUDES.search(scene.article.text, sentence.span.start, name.start) is not None


def _mediates(person: Attendee, scene: Scene) -> bool:
    name = person.shown_by["name"][0]
    sentence = scene.sentence_at(name.start)
    return (
        sentence is not None
        and _MEDIATES.search(scene.article.text, sentence.span.start, name.start) is not None
    )
