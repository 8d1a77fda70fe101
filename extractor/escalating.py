"""How sure records must be: whom to ask again about an article, and which records are left out.

Values in, values out: who is asked when, the pipeline says.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from extractor.errors import InvalidOutputError, LLMError, RefusedError, TooLongError, TruncatedError
from extractor.prompting import Asking
from extractor.records import Escalation, Extraction, ExtractionWarning, Record, Usage, WarningCode

OF_THE_ANSWER = (InvalidOutputError, RefusedError, TooLongError, TruncatedError)
"""Failures that are of one LLM's answer, so that the other's may serve; any other is the article's."""
_TYPES = ("meetings", "attendees", "agreements", "mous", "trade_figures")


@dataclass(frozen=True, slots=True)
class Bar:
    """What records are held to: confidences from 0 to 1, None for no demand.

    Records with less than `least` are left out. Where one has less than `below`, or the first LLM's answer
    cannot be used at all, `again` is asked.
    """

    least: float | None = None
    below: float | None = None
    again: Asking | None = None

    def unsure(self, found: Extraction) -> int:
        """Return how many records call for another LLM."""
        return 0 if self.again is None or self.below is None else len(_under(found, self.below))

    def instead(self, first: Extraction, second: Extraction) -> Extraction:
        """Return the second LLM's extraction in the place of the first, with what both cost."""
        made, unsure = first.provenance, self.unsure(first)
        before = Escalation(
            llm=made.llm,
            prompt=made.prompt,
            fingerprints=made.fingerprints,
            usage=made.usage,
            cached=made.cached,
            below=self.below or 0.0,
            unsure=unsure,
            records=len(first.records),
        )
        why = f"{unsure} of {len(first.records)} records of {made.llm} were under {before.below:g}"
        return _after(before, second, why)

    def instead_of_none(self, error: LLMError, asking: Asking, second: Extraction) -> Extraction:
        """Return the second LLM's extraction where the first, asked so, gave no answer that could be used."""
        before = Escalation(
            llm=asking.identity.name,
            prompt=asking.template.label,
            fingerprints=(error.fingerprint,) if error.fingerprint else (),
            usage=error.usage or Usage(),
            cached=False,
            below=self.below or 0.0,
            unsure=0,
            records=0,
        )
        return _after(before, second, f"{before.llm} gave no answer ({error})")

    def in_vain(self, first: Extraction, error: LLMError) -> Extraction:
        """Return the first LLM's extraction, with why the second gave no answer, and what that cost."""
        made = first.provenance
        usage = made.usage + error.usage if error.usage is not None else made.usage
        who = self.again.identity.name if self.again else ""
        detail = f"{self.unsure(first)} records are under {self.below or 0.0:g}; {who}: {error}"
        return first.model_copy(
            update={
                "provenance": made.model_copy(update={"usage": usage}),
                "warnings": (_warning(WarningCode.NOT_ESCALATED, detail), *first.warnings),
            }
        )

    def sifted(self, found: Extraction) -> Extraction:
        """Return the extraction without the records under the bar, and a warning that counts them.

        Whose confidence is not known stays, and is counted in another warning. A record that names a meeting
        which is left out names none.
        """
        told = list(self._unknown(found))
        left_out = _under(found, self.least) if self.least is not None else ()
        if left_out:
            counts = Counter(type(one).__name__.lower() for one in left_out)
            listed = ", ".join(f"{count} {what}" for what, count in counts.items())
            told.append(_warning(WarningCode.LOW_CONFIDENCE, f"under {self.least:g} and left out: {listed}"))
        if not told:
            return found
        kept = _without(found, {one.id for one in left_out})
        return kept.model_copy(update={"warnings": (*told, *kept.warnings)})

    def _unknown(self, found: Extraction) -> tuple[ExtractionWarning, ...]:
        if self.least is None and self.again is None:
            return ()
        unknown = sum(1 for one in found.records if one.confidence is None)
        if not unknown:
            return ()
        detail = f"the confidence of {unknown} of {len(found.records)} records is not known: they are kept"
        return (_warning(WarningCode.UNKNOWN_CONFIDENCE, detail),)


def _after(before: Escalation, second: Extraction, why: str) -> Extraction:
    made = second.provenance
    together = {
        "usage": before.usage + made.usage,
        "cached": before.cached and made.cached,
        "escalated_from": before,
    }
    detail = f"{why}: these {len(second.records)} are {made.llm}'s"
    return second.model_copy(
        update={
            "provenance": made.model_copy(update=together),
            "warnings": (_warning(WarningCode.ESCALATED, detail), *second.warnings),
        }
    )


def _under(found: Extraction, bar: float) -> tuple[Record, ...]:
    return tuple(one for one in found.records if one.confidence is not None and one.confidence < bar)


def _without(found: Extraction, ids: set[str]) -> Extraction:
    changes: dict[str, Any] = {
        kind: tuple(_unlinked(one, ids) for one in getattr(found, kind) if one.id not in ids)
        for kind in _TYPES
    }
    changes["warnings"] = tuple(
        one.model_copy(update={"record": None}) if one.record in ids else one for one in found.warnings
    )
    return found.model_copy(update=changes)


def _unlinked(record: Record, ids: set[str]) -> Record:
    return record.model_copy(update={"meeting": None}) if getattr(record, "meeting", None) in ids else record


def _warning(code: WarningCode, detail: str) -> ExtractionWarning:
    return ExtractionWarning(code=code, detail=detail)
