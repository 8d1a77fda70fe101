"""Answers fed to the extractor in place of an LLM's, and scored against the key.

With the right answers this proves labels and pairs: what comes back must be the key. With the answers of an
LLM in training it is the extractor's own result, read with some mercy, as nothing constrains the writing.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from evals.cases import Answer, Case
from evals.predictions import answer_of
from evals.scoring import CaseScore, score_case
from extractor.drafts import AgreementDraft, AttendeeDraft, FigureDraft, MeetingDraft, MouDraft
from extractor.errors import ExtractorError
from extractor.llm.base import Request
from extractor.llm.scripted import ScriptedLLM
from extractor.pipeline import Extractor
from extractor.records import Extraction, ExtractionWarning
from training.asking import article_of, asking_in
from training.pairs import Shape, pairs_of_case, preparer

LISTS: Mapping[str, type[BaseModel]] = {
    "meetings": MeetingDraft,
    "agreements": AgreementDraft,
    "mous": MouDraft,
    "figures": FigureDraft,
}
Written = Mapping[tuple[str, int, str], str]
"""What was written: by article, chunk and part."""


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing in which a result differs from the key."""

    article: str
    record: str
    why: str


@dataclass(frozen=True)
class ReadBack:
    """What came of the right answers about one article: the score, and why the pipeline left things out."""

    score: CaseScore
    reasons: tuple[ExtractionWarning, ...]


def read_back(cases: Sequence[Case], shape: Shape) -> Iterator[ReadBack]:
    """Yield what comes of the right answers, article by article."""
    extractor = preparer(shape.form)
    for case in cases:
        pairs = tuple(pairs_of_case(case, extractor.prepare(article_of(case)), shape))
        written = {(one.article, one.chunk, one.part): one.answer for one in pairs}
        extraction = _extraction(case, written, shape)
        found = answer_of(extraction.model_dump(mode="json"))
        assert found is not None
        yield ReadBack(score_case(case, found), extraction.warnings)


def judged(case: Case, written: Written, shape: Shape) -> CaseScore:
    """Return the score of what was written about one article; what cannot be read counts as not written."""
    return score_case(case, extracted(case, written, shape))


def extracted(case: Case, written: Written, shape: Shape) -> Answer:
    """Return what the extractor makes of the answers about an article, without any LLM."""
    try:
        found = answer_of(_extraction(case, written, shape).model_dump(mode="json"))
    except ExtractorError as error:
        return Answer(case.id, failure=type(error).__name__)
    assert found is not None
    return found


def _extraction(case: Case, written: Written, shape: Shape) -> Extraction:
    asked: list[Request] = []

    def answer(request: Request) -> str:
        chunk = len(asked)
        asked.append(request)
        texts = [written.get((case.id, chunk, part), "") for part in shape.parts]
        sentences = request.answer_schema["properties"]["figures"]["items"]["properties"]["s"]
        return merged(texts, int(sentences["items"]["maximum"]))

    return Extractor(ScriptedLLM(answer), asking_in(shape.form)).extract(article_of(case))


def merged(texts: Iterable[str], sentences: int) -> str:
    """Return the valid records of answers as one answer; `sentences` is the largest number to be cited."""
    answer: dict[str, list[Any]] = {name: [] for name in LISTS}
    for text in texts:
        for name, rows in _lists(text):
            answer[name] += [row for row in rows if _is_valid(LISTS[name], row, sentences)]
    return json.dumps(answer, ensure_ascii=False)


def is_whole(text: str) -> bool:
    """Tell whether an answer is JSON to its end."""
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _lists(text: str) -> Iterator[tuple[str, list[Any]]]:
    """Yield the lists of an answer; of one that breaks off, the records that are whole."""
    try:
        parsed = json.loads(text)
    except ValueError:
        yield from ((name, _rows_in(text, name)) for name in LISTS)
        return
    for name in LISTS:
        rows = parsed.get(name) if isinstance(parsed, dict) else None
        yield name, rows if isinstance(rows, list) else []


def _rows_in(text: str, name: str) -> list[Any]:
    found = re.search(f'"{name}":\\s*\\[', text)
    place, rows = (found.end() if found else len(text)), []
    decoder = json.JSONDecoder()
    while text[place : place + 1] == "{":
        try:
            row, place = decoder.raw_decode(text, place)
        except ValueError:
            break
        rows.append(row)
        place += text[place : place + 1] == ","
    return rows


def _is_valid(shape: type[BaseModel], row: Any, sentences: int) -> bool:
    """Tell whether a record is one; of a meeting, attendees that are none are taken out of it."""
    if not isinstance(row, dict) or not _cites(row, sentences):
        return False
    if shape is MeetingDraft and isinstance(row.get("attendees"), list):
        row["attendees"] = [one for one in row["attendees"] if _is_valid(AttendeeDraft, one, sentences)]
    try:
        shape.model_validate(row)
    except ValidationError:
        return False
    return True


def _cites(row: Mapping[str, Any], sentences: int) -> bool:
    cited = row.get("s")
    return isinstance(cited, list) and all(isinstance(one, int) and 1 <= one <= sentences for one in cited)


def losses(score: CaseScore) -> Iterator[Loss]:
    """Yield what is missing, false or wrong in a result."""
    for gold in score.missed:
        yield Loss(score.case.id, gold.id, f"missed: {gold.type}")
    for alarm in score.false_alarms:
        yield Loss(score.case.id, alarm.answer.type, f"false: {dict(alarm.answer.fields)}"[:200])
    for pair in score.matched:
        for slot in pair.slots:
            if not slot.is_right:
                yield Loss(
                    score.case.id, pair.gold.id, f"{slot.field}: {slot.gold!r} came back as {slot.answer!r}"
                )
