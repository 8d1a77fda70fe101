"""The findings of all chunks to the records of one article: each thing once, the body before its captions."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from extractor.article import Sentence, Zone
from extractor.folding import folded
from extractor.normalizing.edtf import edtf_range
from extractor.records import (
    Attendee,
    Evidence,
    ExtractionWarning,
    Instrument,
    Meeting,
    Record,
    TradeFigure,
    WarningCode,
)
from extractor.resolving import Findings
from extractor.resolving.meetings import is_same_attendee

R = TypeVar("R", bound=Record)
N = TypeVar("N", bound=Instrument)


@dataclass(frozen=True, slots=True)
class Captions:
    """Where an article's captions stand."""

    sentences: tuple[Sentence, ...]

    @classmethod
    def of(cls, sentences: Iterable[Sentence]) -> "Captions":
        """Return the captions among some sentences."""
        return cls(tuple(sentence for sentence in sentences if sentence.zone is Zone.CAPTION))

    def hold(self, record: Record) -> bool:
        """Tell whether all evidence of a record stands in captions."""
        return bool(self.sentences) and all(
            any(s.span.start <= evidence.start < s.span.end for s in self.sentences)
            for evidence in record.evidence
        )


def merge(chunks: Sequence[Findings], captions: Captions) -> Findings:
    """Return the findings of one article from those of its chunks, duplicates joined and ids assigned."""
    found = chunks[0] if len(chunks) == 1 else Findings()
    for number, chunk in enumerate(chunks if len(chunks) > 1 else (), 1):
        found += _prefixed(chunk, f"{number}.")
    found = _without_captions(found, captions)
    found = _joined_meetings(found)
    found = replace(
        found,
        agreements=_unique(found.agreements, is_same_instrument),
        mous=_unique(found.mous, is_same_instrument),
        trade_figures=_unique(found.trade_figures, is_same_figure),
    )
    return _numbered(_counted(_without_repeats(found)))


def is_same_meeting(one: Meeting, other: Meeting) -> bool:
    """Tell whether two records, apart from who attended, may be of one meeting."""
    return (
        one.mode == other.mode
        and one.background == other.background
        and one.status == other.status
        and (set(one.countries) <= set(other.countries) or set(other.countries) <= set(one.countries))
        and _same_time(one.date, other.date)
        and (one.country == other.country or not (one.place_as_written and other.place_as_written))
    )


def is_same_instrument(one: Instrument, other: Instrument) -> bool:
    """Tell whether two records are of one text: the same words, or the same title among the same parties."""
    parties = set(one.parties) <= set(other.parties) or set(other.parties) <= set(one.parties)
    if not parties or not _same_time(one.date, other.date):
        return False
    titles = [record.shown_by.get("title_as_written", ()) for record in (one, other)]
    if titles[0] and titles[1]:
        if _overlap(titles[0][0], titles[1][0]):
            return True
        names = [folded(title[0].quote) for title in titles]
        return (names[0] in names[1] or names[1] in names[0]) and one.stated_count == other.stated_count
    same_place = _overlap(one.evidence[0], other.evidence[0])
    return (
        same_place
        and one.status == other.status
        and (one.title == other.title or None in {one.title, other.title})
    )


def is_same_figure(one: TradeFigure, other: TradeFigure) -> bool:
    """Tell whether two records are of one number: the same words, or the same value of the same thing."""
    if _overlap(one.shown_by["value"][0], other.shown_by["value"][0]):
        return True
    return one.value is not None and _key(one) == _key(other) and _same_time(one.period, other.period)


def _key(figure: TradeFigure) -> tuple[object, ...]:
    return (
        figure.indicator,
        figure.measure,
        figure.value,
        figure.unit,
        figure.currency,
        figure.from_country,
        figure.to_country,
    )


def _same_time(one: str | None, other: str | None) -> bool:
    """Tell whether two EDTF dates do not contradict; an unknown one contradicts nothing."""
    if one is None or other is None or one == other:
        return True
    days = edtf_range(one), edtf_range(other)
    if days[0] is None or days[1] is None:
        return False
    return days[0][0] <= days[1][1] and days[1][0] <= days[0][1]


def _overlap(one: Evidence, other: Evidence) -> bool:
    return one.start < other.end and other.start < one.end


def _prefixed(found: Findings, prefix: str) -> Findings:
    """Return the findings with ids that are unique among chunks."""

    def named(record: R) -> R:
        changes = {"id": prefix + record.id}
        meeting = getattr(record, "meeting", None)
        if meeting is not None:
            changes["meeting"] = prefix + meeting
        return record.model_copy(update=changes)

    def noted(warning: ExtractionWarning) -> ExtractionWarning:
        return warning.model_copy(update={"record": prefix + warning.record}) if warning.record else warning

    return Findings(
        meetings=tuple(map(named, found.meetings)),
        attendees=tuple(map(named, found.attendees)),
        agreements=tuple(map(named, found.agreements)),
        mous=tuple(map(named, found.mous)),
        trade_figures=tuple(map(named, found.trade_figures)),
        warnings=tuple(map(noted, found.warnings)),
    )


def _filled(one: R, other: R) -> R:
    """Return a record with what it lacks taken from its duplicate."""
    changes: dict[str, Any] = {}
    for field in type(one).model_fields:
        mine, theirs = getattr(one, field), getattr(other, field)
        if field not in {"id", "evidence", "shown_by"} and mine in (None, ()) and theirs not in (None, ()):
            changes[field] = theirs
    known = {(evidence.start, evidence.end) for evidence in one.evidence}
    extra = tuple(evidence for evidence in other.evidence if (evidence.start, evidence.end) not in known)
    changes["evidence"] = one.evidence + extra
    changes["shown_by"] = {**other.shown_by, **one.shown_by}
    return one.model_copy(update=changes)


def _unique(records: Sequence[R], same: Callable[[R, R], bool]) -> tuple[R, ...]:
    kept: list[R] = []
    for record in records:
        twin = next((index for index, other in enumerate(kept) if same(other, record)), None)
        if twin is None:
            kept.append(record)
        else:
            kept[twin] = _filled(kept[twin], record)
    return tuple(kept)


def _joined_meetings(found: Findings) -> Findings:
    """Return the findings with duplicate meetings joined: one record per set of principals, place and day."""
    seats = {m.id: [a for a in found.attendees if a.meeting == m.id] for m in found.meetings}
    kept: list[Meeting] = []
    home: dict[str, str] = {}
    for meeting in found.meetings:
        seated = seats[meeting.id]
        same = (m for m in kept if is_same_meeting(m, meeting) and _same_people(seats[m.id], seated))
        twin = next(same, None)
        home[meeting.id] = (twin or meeting).id
        if twin is None:
            kept.append(meeting)
        else:
            kept[kept.index(twin)] = _joined(twin, meeting)
            seats[twin.id] = [*seats[twin.id], *seated]
    return replace(
        found,
        meetings=tuple(kept),
        attendees=tuple(person for meeting in kept for person in _seated(meeting, seats[meeting.id])),
        agreements=tuple(_moved(record, home) for record in found.agreements),
        mous=tuple(_moved(record, home) for record in found.mous),
    )


def _joined(one: Meeting, other: Meeting) -> Meeting:
    countries = tuple(dict.fromkeys((*one.countries, *other.countries)))
    return _filled(one, other).model_copy(update={"countries": countries})


def _seated(meeting: Meeting, people: Sequence[Attendee]) -> tuple[Attendee, ...]:
    """Return the people of a meeting and its duplicates, each once."""
    moved = [person.model_copy(update={"meeting": meeting.id}) for person in people]
    return _unique(moved, is_same_attendee)


def _moved(record: N, home: dict[str, str]) -> N:
    return record.model_copy(update={"meeting": home.get(record.meeting)}) if record.meeting else record


def _same_people(one: Sequence[Attendee], other: Sequence[Attendee]) -> bool:
    """Tell whether the smaller group is part of the larger."""
    small, large = sorted((one, other), key=len)
    return all(any(is_same_attendee(person, seated) for seated in large) for person in small)


def _without_captions(found: Findings, captions: Captions) -> Findings:
    """Return the findings without what a caption says that the body says too, or otherwise (rule "Zones")."""
    body = [meeting for meeting in found.meetings if not captions.hold(meeting)]
    warnings: list[ExtractionWarning] = []
    dropped: set[str] = set()
    for meeting in found.meetings:
        if meeting in body:
            continue
        rival = next((m for m in body if set(m.countries) & set(meeting.countries)), None)
        if rival is None:
            continue
        dropped.add(meeting.id)
        if not _same_time(rival.date, meeting.date) or meeting.country not in {None, rival.country}:
            warnings.append(
                ExtractionWarning(
                    code=WarningCode.CAPTION_CONFLICT,
                    detail=f"a caption says {meeting.date or meeting.place_as_written}, the body otherwise",
                    record=rival.id,
                )
            )
    return replace(
        found,
        meetings=tuple(m for m in found.meetings if m.id not in dropped),
        attendees=tuple(a for a in found.attendees if a.meeting not in dropped),
        warnings=(*found.warnings, *warnings),
    )


def _without_repeats(found: Findings) -> Findings:
    """Return the findings without instruments whose title no one wrote, beside one whose title stands."""
    instruments = (*found.agreements, *found.mous)
    titled = [record for record in instruments if record.title_as_written]
    repeats = {
        record.id: record
        for record in instruments
        if not record.title_as_written
        and any(_overlap(record.evidence[0], one.evidence[0]) for one in titled)
    }
    warnings = tuple(
        ExtractionWarning(
            code=WarningCode.DROPPED_RECORD,
            detail=f"{record.title or 'an untitled instrument'!r}: its words are those of another record",
        )
        for record in repeats.values()
    )
    return replace(
        found,
        agreements=tuple(record for record in found.agreements if record.id not in repeats),
        mous=tuple(record for record in found.mous if record.id not in repeats),
        warnings=(*(w for w in found.warnings if w.record not in repeats), *warnings),
    )


def _counted(found: Findings) -> Findings:
    """Return the findings with groups checked against their counts: a split group is not listed again."""
    agreements, first = _checked_counts(found.agreements)
    mous, second = _checked_counts(found.mous)
    return replace(found, agreements=agreements, mous=mous, warnings=(*found.warnings, *first, *second))


def _checked_counts(records: tuple[N, ...]) -> tuple[tuple[N, ...], tuple[ExtractionWarning, ...]]:
    kept: list[N] = []
    warnings: list[ExtractionWarning] = []
    for record in records:
        members = [
            r for r in records if r.stated_count is None and _overlap(r.evidence[0], record.evidence[0])
        ]
        if record.stated_count is None or not members:
            kept.append(record)
            continue
        if len(members) != record.stated_count:
            kept.append(record)
            detail = f"the article counts {record.stated_count}, {len(members)} are named"
            warnings.append(
                ExtractionWarning(code=WarningCode.COUNT_MISMATCH, detail=detail, record=record.id)
            )
    return tuple(kept), tuple(warnings)


def _numbered(found: Findings) -> Findings:
    """Return the findings with short ids in order: m1, p1 (attendee), a1, u1 (MOU), f1."""
    kinds = {
        "m": found.meetings,
        "p": found.attendees,
        "a": found.agreements,
        "u": found.mous,
        "f": found.trade_figures,
    }
    ids = {
        record.id: f"{letter}{n}" for letter, records in kinds.items() for n, record in enumerate(records, 1)
    }

    def renamed(record: R) -> R:
        changes: dict[str, Any] = {"id": ids[record.id]}
        if getattr(record, "meeting", None) is not None:
            changes["meeting"] = ids.get(record.meeting)  # type: ignore[attr-defined]
        return record.model_copy(update=changes)

    return Findings(
        meetings=tuple(map(renamed, found.meetings)),
        attendees=tuple(map(renamed, found.attendees)),
        agreements=tuple(map(renamed, found.agreements)),
        mous=tuple(map(renamed, found.mous)),
        trade_figures=tuple(map(renamed, found.trade_figures)),
        warnings=tuple(
            dict.fromkeys(
                w.model_copy(update={"record": ids.get(w.record)}) if w.record else w for w in found.warnings
            )
        ),
    )
