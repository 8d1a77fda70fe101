"""Files of answers: one line an article, written as each is done, read back as answers.

A line is `{article, system, llm, epoch, seconds, extraction | failure}`. A bare Extraction, as
`extractor extract -f jsonl` writes it, is read, too. Later lines of an article and epoch replace
earlier ones, so a run can go on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from evals.cases import Answer, records_of
from evals.gold import rows_of
from extractor.errors import ConfigError

Key = tuple[str, int]


@dataclass(frozen=True)
class Predictions:
    """The answers of one system with one LLM, by article and epoch."""

    system: str
    llm: str
    answers: Mapping[Key, Answer]

    @property
    def epochs(self) -> tuple[int, ...]:
        """Return the epochs that there are answers of."""
        return tuple(sorted({epoch for _, epoch in self.answers}))

    def of_epoch(self, epoch: int) -> tuple[Answer, ...]:
        """Return the answers of one epoch."""
        return tuple(answer for (_, number), answer in self.answers.items() if number == epoch)


def read_predictions(path: Path) -> Predictions:
    """Read a file of answers. Raises ConfigError where a line is no answer."""
    answers: dict[Key, Answer] = {}
    system = llm = ""
    for number, row in enumerate(rows_of(path), 1):
        answer = answer_of(row)
        if answer is None:
            raise ConfigError(
                f"{path}:{number}: no answer", hint="a line has an article, and an extraction or a failure"
            )
        answers[answer.article, answer.epoch] = answer
        system, llm = str(row.get("system") or system), answer.llm or llm
    return Predictions(system or "extractor", llm, MappingProxyType(answers))


def answer_of(row: Mapping[str, Any]) -> Answer | None:
    """Return one line as an answer, None if it is none."""
    article = row.get("article")
    if isinstance(article, Mapping):
        return _of_extraction(str(article.get("id")), row, {})
    extraction = row.get("extraction")
    if not isinstance(article, str):
        return None
    if isinstance(extraction, Mapping):
        return _of_extraction(article, extraction, row)
    failure = row.get("failure")
    if failure is None:
        return None
    kind = failure.get("kind") if isinstance(failure, Mapping) else failure
    return Answer(
        article,
        failure=str(kind),
        llm=str(row.get("llm") or ""),
        epoch=int(row.get("epoch") or 0),
        cost=_cost(row, {}),
    )


def _of_extraction(article: str, extraction: Mapping[str, Any], row: Mapping[str, Any]) -> Answer:
    provenance = extraction.get("provenance") or {}
    return Answer(
        article,
        records_of(extraction),
        llm=str(row.get("llm") or provenance.get("llm") or ""),
        epoch=int(row.get("epoch") or 0),
        cost=_cost(row, provenance),
    )


def _cost(row: Mapping[str, Any], provenance: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what an answer cost when it was made: of the line, else of the provenance."""
    usage = row.get("usage") or provenance.get("usage") or {}
    seconds = usage.get("seconds") or row.get("seconds")
    cached = bool(row.get("cached", provenance.get("cached", False)))
    return MappingProxyType({**usage, "seconds": seconds, "cached": cached})
