"""An answer and what became of it to the signs by which each record is trusted: numbers, not yet weighed.

The LLM's own hesitation is read where it decided something: to write another record, which sentences show it,
which labels it has, how its words go. What grounding and the gates had to say of the record stands beside it.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from extractor.confidence.places import Path, Place, places
from extractor.drafts import AnswerDraft
from extractor.llm.doubts import Doubts
from extractor.records import Attendee, Instrument, Match, Meeting, Record, TradeFigure
from extractor.resolving import Findings, Scene
from extractor.resolving.meetings import parted

LABELS = frozenset(
    {"kind", "mode", "status", "visit", "background", "office", "role", "attendance", "type", "indicator",
     "measure", "qualifier", "record"}
)  # fmt: skip
WORDS = frozenset({"name", "title", "value", "count"})
CODES = frozenset({"countries", "country", "parties", "from", "to"})

Signs = Mapping[str, float]
"""Signs by name. Those of the LLM are natural logs of probabilities, 0 where it was certain."""


@dataclass(frozen=True)
class Hesitation:
    """Where an LLM hesitated in the text of an answer, by the parts of the answer."""

    text: str
    doubts: Doubts

    @cached_property
    def places(self) -> Mapping[Path, Place]:
        """Return where the parts of the answer stand."""
        return places(self.text)

    @cached_property
    def _fields(self) -> Mapping[Path, list[tuple[str | int, Place]]]:
        """The parts of each part."""
        found: dict[Path, list[tuple[str | int, Place]]] = {}
        for path, place in self.places.items():
            if path:
                found.setdefault(path[:-1], []).append((path[-1], place))
        return found

    @cached_property
    def _starts(self) -> list[int]:
        return [start for start, _, _ in self.doubts]

    def between(self, start: int, end: int) -> float:
        """Return the log probability of the tokens that touch these characters, all together."""
        first = max(bisect_left(self._starts, start) - 1, 0)
        last = bisect_left(self._starts, end)
        touching = (one for one in self.doubts[first:last] if one[0] + one[1] > start or one[0] == start)
        return sum(logprob for _, _, logprob in touching)

    def signs(self, path: Path) -> dict[str, float]:
        """Return how sure the LLM was of a record, by what it decided."""
        whole = self.places[path]
        parts = {
            str(name): self.between(place.start, place.end)
            for name, place in self._fields.get(path, ())
            if name != "attendees"
        }
        return {
            "opening": self.between(whole.opening, whole.start + 1),
            "sentences": parts.get("s", 0.0),
            "labels": _sum(parts, LABELS),
            "words": _sum(parts, WORDS),
            "codes": _sum(parts, CODES),
            "gloss": parts.get("en", 0.0),
        }


def _sum(parts: Mapping[str, float], names: Iterable[str]) -> float:
    return sum(parts.get(name, 0.0) for name in names)


def drafts_of(answer: AnswerDraft, scene: Scene) -> dict[str, Path]:
    """Return which part of an answer each record is made of, by the ids that resolving gives."""
    found: dict[str, Path] = {}
    number = 0
    for place, meeting in enumerate(answer.meetings):
        parts = parted(meeting, scene)
        for turn, part in enumerate(parts):
            number += 1
            found[f"m{number}"] = ("meetings", place)
            for seat in range(len(part.attendees)):
                own = seat if len(parts) == 1 or seat == 0 else turn + 1  # the caller, and one other
                found[f"m{number}a{seat + 1}"] = ("meetings", place, "attendees", own)
    instruments = [("agreements", n) for n in range(len(answer.agreements))]
    instruments += [("mous", n) for n in range(len(answer.mous))]
    found |= {f"i{n}": path for n, path in enumerate(instruments, 1)}
    return found | {f"f{n}": ("figures", n - 1) for n in range(1, len(answer.figures) + 1)}


def drafted_as(record_id: str, drafts: Mapping[str, Path]) -> Path | None:
    """Return the part that a record is made of: its own, or that of the group it was split from."""
    return drafts.get(record_id) or drafts.get(record_id.rpartition("n")[0])


def known_of(record: Record, found: Findings) -> dict[str, float]:
    """Return what code knows of a record."""
    warned = sum(1 for warning in found.warnings if warning.record == record.id)
    return {
        "inexact": float(any(_is_inexact(words) for words in _shown(record))),
        "warned": float(min(warned, 3)),
        **_of_type(record, found),
    }


def _of_type(record: Record, found: Findings) -> dict[str, float]:
    if isinstance(record, Meeting):
        seated = sum(1 for person in found.attendees if person.meeting == record.id)
        return {"pair": float(seated == 2), "undated": float(record.date is None)}
    if isinstance(record, Attendee):
        return {
            "untitled": float(record.title_as_written is None),
            "stateless": float(record.country is None),
        }
    if isinstance(record, Instrument):
        return {
            "untitled": float(record.title_as_written is None),
            "one_sided": float(len(record.parties) < 2),
        }
    assert isinstance(record, TradeFigure)
    return {"undated": float(record.period is None), "stateless": float(not record.countries)}


def _shown(record: Record) -> Iterator[Match]:
    for words in (record.evidence, *record.shown_by.values()):
        yield from (one.match for one in words)


def _is_inexact(match: Match) -> bool:
    return match is Match.FUZZY
