"""How far each record can be trusted: an LLM's hesitation, and what grounding said, to a probability.

It changes no record but for that one number, and drops none.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from extractor.confidence.calibration import Calibration, Formula, load_calibration
from extractor.confidence.signs import Hesitation, Signs, drafted_as, drafts_of, known_of
from extractor.drafts import AnswerDraft
from extractor.llm.doubts import Doubts
from extractor.records import Record
from extractor.resolving import Findings, Scene

__all__ = ["TYPES", "Calibration", "Formula", "Signs", "Told", "assessed", "load_calibration"]

R = TypeVar("R", bound=Record)
TYPES = ("meetings", "attendees", "agreements", "mous", "trade_figures")


@dataclass(frozen=True, slots=True)
class Told:
    """An answer as it came: what it says, its text, and where the LLM hesitated in that."""

    answer: AnswerDraft
    text: str
    doubts: Doubts


def assessed(found: Findings, told: Told, scene: Scene, calibration: Calibration) -> Findings:
    """Return the findings of one answer with the confidence of each record.

    Where a record's part of the answer is not to be found, that stays null.
    """
    signs = dict(_signs_of(found, told, scene))

    def sure(kind: str, records: tuple[R, ...]) -> tuple[R, ...]:
        formula = calibration.formulas.get(kind)
        if formula is None:
            return records
        return tuple(
            one.model_copy(update={"confidence": formula.probability(signs[one.id])})
            if one.id in signs
            else one
            for one in records
        )

    return replace(found, **{kind: sure(kind, getattr(found, kind)) for kind in TYPES})


def _signs_of(found: Findings, told: Told, scene: Scene) -> Iterator[tuple[str, Signs]]:
    """Yield the id of each record with its signs; a record that no part of the answer led to has none."""
    hesitation = Hesitation(told.text, told.doubts)
    drafts = drafts_of(told.answer, scene)
    for record in (one for kind in TYPES for one in getattr(found, kind)):
        path = drafted_as(record.id, drafts)
        if path is not None and path in hesitation.places:
            yield record.id, {**hesitation.signs(path), **known_of(record, found)}
