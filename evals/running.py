"""Cases to a file of answers, asked of one system: streaming, in the order of the cases, through its cache.

A run that was broken off is simply started again: what was answered comes from the cache for nothing. A
system without a cache goes on from its file with `resume`.
"""

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from evals.cases import Case
from evals.predictions import Key, read_predictions
from extractor.article import Article
from extractor.errors import (
    AuthError,
    BudgetExceededError,
    CacheMissError,
    ExtractorError,
    LLMError,
    QuotaError,
    UnreachableError,
)
from extractor.llm.opening import Watch
from extractor.pipeline import Extractor, Prepared
from extractor.settings import Settings
from extractor.windowing import in_order
from extractor.wiring import asking_of, wire

ENDS_THE_RUN = (AuthError, BudgetExceededError, CacheMissError, QuotaError, UnreachableError)
"""What would fail each following article in the same way; a miss while offline is a gap in the recordings."""


class System(Protocol):
    """Anything that answers for an article: the extractor, or a baseline."""

    @property
    def name(self) -> str:
        """Its name in the table of systems."""
        ...

    @property
    def llm(self) -> str:
        """The LLM that it asks."""
        ...

    @property
    def at_once(self) -> int:
        """How many articles are worth having under way."""
        ...

    async def extract(self, article: Article, epoch: int) -> Mapping[str, Any]:
        """Return an Extraction as JSON. Raises ExtractorError when there is none."""
        ...

    async def aclose(self) -> None:
        """Free what it holds."""
        ...


class Product:
    """The extractor itself, as the settings wire it."""

    name = "extractor"

    def __init__(self, settings: Settings, watch: Watch | None = None) -> None:
        self._wired = wire(settings, watch)
        self.llm = asking_of(settings).identity.name
        self.at_once = self._wired.at_once

    async def extract(self, article: Article, epoch: int) -> Mapping[str, Any]:
        """Return the extraction of an article; an epoch after the first is asked anew."""
        extractor = _Repeated(self._wired.extractor, epoch) if epoch else self._wired.extractor
        extraction = await extractor.extract_async(article)
        answer: dict[str, Any] = extraction.model_dump(mode="json")
        return answer

    async def aclose(self) -> None:
        """Close connections and free weights."""
        await self._wired.aclose()


class _Repeated(Extractor):
    """An Extractor whose requests carry an epoch, so that no earlier answer is given again."""

    def __init__(self, original: Extractor, epoch: int) -> None:
        vars(self).update(vars(original))
        self._epoch = epoch

    def prepare(self, article: Article) -> Prepared:
        prepared = super().prepare(article)
        return replace(prepared, requests=tuple(replace(one, epoch=self._epoch) for one in prepared.requests))


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does: every case in every epoch; `resume` keeps the answers that the file has."""

    cases: Sequence[Case]
    epochs: int = 1
    resume: bool = False

    @property
    def keys(self) -> tuple[tuple[Case, int], ...]:
        """Return each case with each epoch, epoch by epoch."""
        return tuple((case, epoch) for epoch in range(self.epochs) for case in self.cases)


def article_of(case: Case) -> Article:
    """Return what a system is given: the text, and the day that came with it; not the language."""
    day = date.fromisoformat(case.reference_date) if case.reference_date else None
    return Article(id=case.id, text=case.text, source=case.id, supplied_date=day)


def run(plan: Plan, system: System, path: Path, said: Callable[[str], None] = lambda _line: None) -> int:
    """Write the answers of a system to a file; return how many articles failed.

    Each line is written as its article is done. `said` is told of each. Raises what ends a run; the file then
    holds the answers so far.
    """
    return asyncio.run(_run(plan, system, path, said))


async def _run(plan: Plan, system: System, path: Path, said: Callable[[str], None]) -> int:
    kept = _kept_lines(path) if plan.resume else {}
    path.parent.mkdir(parents=True, exist_ok=True)
    failed = 0
    try:
        with path.open("w", encoding="utf-8") as file:
            for line in kept.values():
                file.write(line + "\n")
            open_keys = [(case, epoch) for case, epoch in plan.keys if (case.id, epoch) not in kept]
            work = (_row(case, epoch, system) for case, epoch in open_keys)
            async for row in in_order(work, system.at_once):
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                file.flush()
                failed += "failure" in row
                said(_account(row))
    finally:
        await system.aclose()
    return failed


def _kept_lines(path: Path) -> dict[Key, str]:
    """Return the lines of a file that hold an extraction, by article and epoch."""
    if not path.exists():
        return {}
    answered = {key for key, one in read_predictions(path).answers.items() if one.failure is None}
    lines: dict[Key, str] = {}
    for line in path.read_text(encoding="utf-8").split("\n"):
        row = json.loads(line) if line.strip() else {}
        key = (row.get("article"), int(row.get("epoch") or 0))
        if key in answered and "extraction" in row:
            lines[key] = line
    return lines


async def _row(case: Case, epoch: int, system: System) -> dict[str, Any]:
    started = time.monotonic()
    row: dict[str, Any] = {"article": case.id, "system": system.name, "llm": system.llm, "epoch": epoch}
    try:
        row["extraction"] = await system.extract(article_of(case), epoch)
    except ENDS_THE_RUN:
        raise
    except ExtractorError as error:
        row["failure"] = {"kind": type(error).__name__, "detail": str(error)}
        if isinstance(error, LLMError) and error.usage is not None:
            row["usage"] = error.usage.model_dump(mode="json")  # what gave no answer has cost all the same
    return {**row, "seconds": round(time.monotonic() - started, 3)}


def _account(row: Mapping[str, Any]) -> str:
    """Return one line on one answer."""
    if "failure" in row:
        return f"{row['article']}: failed, {row['failure']['detail']}"
    provenance = row["extraction"].get("provenance") or {}
    how = "recorded" if provenance.get("cached") else f"{row['seconds']:.1f} s"
    return f"{row['article']}: {how}"
