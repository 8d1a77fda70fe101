"""Who signed: the people whom the sentence of a signed instrument names, where no other did it for them.

Coding rule "Agreements and MOUs": leaders who watch a signing are not its signatories.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from extractor.article import Sentence
from extractor.records import Attendee, Evidence, Instrument
from extractor.resolving.cues import says, statuses
from extractor.resolving.findings import Findings
from extractor.resolving.scene import Scene
from extractor.vocabulary import AttendeeKind, InstrumentStatus, Role

N = TypeVar("N", bound=Instrument)


def signed(found: Findings, scene: Scene) -> Findings:
    """Return the findings with the signatories of signed instruments that the LLM names none of."""
    return replace(
        found,
        agreements=tuple(_with_signers(record, found.attendees, scene) for record in found.agreements),
        mous=tuple(_with_signers(record, found.attendees, scene) for record in found.mous),
    )


def _with_signers(instrument: N, people: Sequence[Attendee], scene: Scene) -> N:
    if instrument.signatories:
        return _called_alike(instrument, people)
    if instrument.status is not InstrumentStatus.SIGNED:
        return instrument
    sentence = scene.sentence_at(instrument.evidence[0].start)
    if sentence is None or not _tells_of_signing(sentence):
        return instrument
    signers = _named(sentence, instrument, people) or _the_two(sentence, instrument, people)
    if not signers:
        return instrument
    shown = {**instrument.shown_by, "signatories": tuple(words for _, words in signers)}
    names = tuple(dict.fromkeys(person.name for person, _ in signers))
    return instrument.model_copy(update={"signatories": names, "shown_by": shown})


def _called_alike(instrument: N, people: Sequence[Attendee]) -> N:
    """Return an instrument whose signatories are called as the attendees are who are written alike."""
    known = {person.name_as_written: person.name for person in people if person.kind is AttendeeKind.PERSON}
    shown = instrument.shown_by.get("signatories", ())
    if len(shown) != len(instrument.signatories):
        return instrument
    pairs = zip(shown, instrument.signatories, strict=True)
    names = tuple(dict.fromkeys(known.get(words.quote, name) for words, name in pairs))
    return (
        instrument
        if names == instrument.signatories
        else instrument.model_copy(update={"signatories": names})
    )


def _tells_of_signing(sentence: Sentence) -> bool:
    return InstrumentStatus.SIGNED in statuses(sentence.text) and not says("watched", sentence.text)


def _named(
    sentence: Sentence, instrument: Instrument, people: Sequence[Attendee]
) -> list[tuple[Attendee, Evidence]]:
    """Return the people named in the sentence, if they are one of each of two sides."""
    there: dict[str, tuple[Attendee, Evidence]] = {}
    for person in people:
        words = next(iter(person.shown_by.get("name", ())), None)
        inside = words is not None and sentence.span.start <= words.start < sentence.span.end
        if words is not None and inside and person.kind is AttendeeKind.PERSON:
            there.setdefault(person.name, (person, words))
    return (
        list(there.values()) if _are_two_sides([person for person, _ in there.values()], instrument) else []
    )


def _the_two(
    sentence: Sentence, instrument: Instrument, people: Sequence[Attendee]
) -> list[tuple[Attendee, Evidence]]:
    """Return the two principals of the meeting, where the sentence says that "the two ministers" signed."""
    if not says("the_two", sentence.text) or instrument.meeting is None:
        return []
    principals = [
        person
        for person in people
        if person.meeting == instrument.meeting and person.role in {Role.HOST, Role.VISITOR, Role.PARTICIPANT}
    ]
    shown = [(person, next(iter(person.shown_by.get("name", ())), None)) for person in principals]
    known = [(person, words) for person, words in shown if words is not None]
    return known if _are_two_sides(principals, instrument) and len(known) == len(principals) else []


def _are_two_sides(people: Sequence[Attendee], instrument: Instrument) -> bool:
    countries = {person.country for person in people}
    return (
        len(people) == 2
        and len(countries) == 2
        and None not in countries
        and countries <= {*instrument.parties}
    )
