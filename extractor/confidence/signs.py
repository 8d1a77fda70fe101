"""An answer and what became of it to the signs by which each record is trusted: numbers, not yet weighed.

The LLM's own hesitation is read where it decided that there is something: to write another record, which
sentences show it, how its words go. What grounding and the gates had to say of the record stands beside it.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from extractor.confidence.places import Path, Place, places
from extractor.drafts import AnswerDraft
from extractor.llm.doubts import Doubts
from extractor.records import Attendee, Evidence, Instrument, Match, Record, TradeFigure
from extractor.resolving import Findings, Scene
from extractor.resolving.meetings import parted

WORDS = ("name", "title", "value")
"""Fields of an answer that name the thing itself."""
_MOST_WARNINGS = 3
_TWO_SIDES = 2

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
            name: self.between(place.start, place.end)
            for name in ("s", *WORDS)
            if (place := self.places.get((*path, name))) is not None
        }
        return {
            "opening": self.between(whole.opening, whole.start + 1),
            "sentences": parts.pop("s", 0.0),
            "words": sum(parts.values()),
        }


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
    """Return what code knows of a record: 1.0 for what is so, and how many warnings it has."""
    warned = sum(1 for warning in found.warnings if warning.record == record.id)
    inexact = any(one.match is Match.FUZZY for one in _shown(record))
    return {
        "inexact": float(inexact),
        "warned": float(min(warned, _MOST_WARNINGS)),
        **dict.fromkeys(_lacks(record), 1.0),
    }


def _lacks(record: Record) -> Iterator[str]:
    if isinstance(record, Attendee | Instrument) and record.title_as_written is None:
        yield "untitled"
    if isinstance(record, Attendee) and record.country is None:
        yield "stateless"
    if isinstance(record, TradeFigure) and not record.countries:
        yield "stateless"
    if isinstance(record, Instrument) and len(record.parties) < _TWO_SIDES:
        yield "one_sided"


def _shown(record: Record) -> Iterator[Evidence]:
    yield from record.evidence
    for words in record.shown_by.values():
        yield from words
