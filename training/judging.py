"""An LLM in training, asked about the dev articles and scored as the extractor would be with it.

Nothing constrains its writing here, unlike in the product: what cannot be read as a record is left out, and
the share of answers that are whole JSON is told beside the scores.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from evals.cases import TYPES, Case
from evals.counting import Matrix, detection_f1, dx_f1, empty_counts, slot_ratios, strict_f1
from evals.scoring import CaseScore
from training.asking import article_of
from training.batching import chat
from training.pairs import Shape, preparer, question
from training.reading_back import is_whole, judged

Writer = Callable[[Sequence[str]], Sequence[str]]
Key = tuple[str, int, str]


@dataclass(frozen=True)
class Exam:
    """The questions about some cases, in a shape, made once."""

    cases: tuple[Case, ...]
    shape: Shape
    questions: dict[Key, str]

    @classmethod
    def of(cls, cases: Sequence[Case], shape: Shape) -> "Exam":
        """Return the questions about cases."""
        extractor = preparer(shape.form)
        questions = {
            (case.id, chunk, part): chat(*question(request.messages, part))
            for case in cases
            for chunk, request in enumerate(extractor.prepare(article_of(case)).requests)
            for part in shape.parts
        }
        return cls(tuple(cases), shape, questions)

    def judge(self, write: Writer) -> dict[str, Any]:
        """Return the scores of what is written to the questions, and how long writing took."""
        started = time.monotonic()
        answers = list(write(list(self.questions.values())))
        seconds = time.monotonic() - started
        written = dict(zip(self.questions, answers, strict=True))
        scores = [judged(case, written, self.shape) for case in self.cases]
        whole = sum(map(is_whole, answers)) / max(1, len(answers))
        return {**scored(scores), "whole_answers": round(whole, 3), "seconds": round(seconds, 1)}


def scored(scores: Sequence[CaseScore]) -> dict[str, Any]:
    """Return DX-F1, detection and strict F1, slot F1 by type, DX-F1 by language, of some cases."""
    total = _sum(scores)
    languages = sorted({score.case.language for score in scores})
    return {
        "dx_f1": _number(dx_f1(total)),
        "detection_f1": _number(detection_f1(total)),
        "strict_f1": _number(strict_f1(total)),
        "types": {
            kind: {name: _number(value) for name, value in slot_ratios(row)._asdict().items()}
            for kind, row in zip(TYPES, total, strict=True)
        },
        "languages": {
            language: _number(dx_f1(_sum([one for one in scores if one.case.language == language])))
            for language in languages
        },
        "false_alarms_on_empty": sum(
            bool(one.answer.records) for one in scores if one.case.is_without_records
        ),
        "articles": len(scores),
    }


def _sum(scores: Sequence[CaseScore]) -> Matrix:
    return sum((score.counts for score in scores), start=empty_counts())


def _number(value: Any) -> float | None:
    return None if value is None or np.isnan(value) else round(float(value), 4)
