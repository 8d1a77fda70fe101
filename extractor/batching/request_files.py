"""Requests that no kept answer serves to files of request lines, each once; it sends nothing."""

import contextlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

from extractor.article import Article
from extractor.batching.journal import Journal
from extractor.batching.states import Job, State
from extractor.errors import BudgetExceededError, ConfigError, InvalidOutputError, WriteError
from extractor.llm.answers import checked_answer
from extractor.llm.base import Request
from extractor.llm.batch_format import RequestLines
from extractor.llm.metering import Price, worst_usage
from extractor.llm.stored import BadEntryError, Store
from extractor.records import Usage

MAX_REQUESTS = 50_000
MAX_BYTES = 200_000_000
"""What OpenAI takes in one file: https://platform.openai.com/docs/guides/batch."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most that one file may hold, and what all answers together may cost in USD at the worst."""

    requests: int = MAX_REQUESTS
    size: int = MAX_BYTES
    max_cost: float | None = None


@dataclass(frozen=True, slots=True)
class RequestFile:
    """A file of request lines."""

    path: Path
    requests: int


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written; `kept` requests have an answer already, `passed_over` are under way elsewhere.

    `worst` is what the answers cost if each is as long as it may be.
    """

    files: tuple[RequestFile, ...]
    kept: int
    passed_over: int
    worst: Usage

    @property
    def requests(self) -> int:
        """How many requests were written."""
        return sum(file.requests for file in self.files)


class Known:
    """A set of fingerprints of any size, on disk while it lasts."""

    def __init__(self, fingerprints: Iterable[str] = ()) -> None:
        self._database = sqlite3.connect("")
        self._database.execute("CREATE TABLE known (id BLOB PRIMARY KEY) WITHOUT ROWID")
        for fingerprint in fingerprints:
            self.add(fingerprint)

    def add(self, fingerprint: str) -> bool:
        """Take in a fingerprint; tell whether it is new."""
        done = self._database.execute("INSERT OR IGNORE INTO known VALUES (?)", (bytes.fromhex(fingerprint),))
        return done.rowcount > 0

    def __contains__(self, fingerprint: str) -> bool:
        asked = "SELECT 1 FROM known WHERE id = ?"
        return self._database.execute(asked, (bytes.fromhex(fingerprint),)).fetchone() is not None

    def close(self) -> None:
        """Drop it."""
        self._database.close()


def articles_of(jobs: Iterable[Job], journal: Journal | None = None) -> Iterator[Article]:
    """Yield the articles that a run would ask about, each id once; by its journal none that is done."""
    with contextlib.closing(Known()) as met:
        for job in jobs:
            if not isinstance(job.row, Article) or not met.add(sha256(job.key.encode()).hexdigest()):
                continue
            known = journal.find(job.key) if journal else None
            if known is None or known.digest != job.digest or known.state is State.FAILED:
                yield job.row


def requests_of(
    articles: Iterable[Article], prepare: Callable[[Article], Iterable[Request]]
) -> Iterator[Request]:
    """Yield the requests of all articles, each once, in order."""
    with contextlib.closing(Known()) as seen:
        for article in articles:
            for request in prepare(article):
                if seen.add(request.fingerprint):
                    yield request


def is_answered(request: Request, store: Store) -> bool:
    """Tell whether a sound answer is kept."""
    try:
        kept = store.get(request.fingerprint)
        return kept is not None and bool(checked_answer(kept.text, request))
    except (BadEntryError, InvalidOutputError):
        return False


@dataclass
class Exporter:
    """Writes request files beside one another: NAME.jsonl, then NAME-2.jsonl and so on.

    `price` is of the tokens of a batch, if known; `elsewhere` are the fingerprints of requests under way. A
    file has its name only when all are whole.
    """

    store: Store
    lines: RequestLines
    target: Path
    price: Price | None = None
    bounds: Bounds = field(default_factory=Bounds)
    elsewhere: Known = field(default_factory=Known)

    def export(self, requests: Iterable[Request]) -> Exported:
        """Write the requests that have no answer. Raises WriteError, BudgetExceededError."""
        kept = passed_over = 0
        written = _Files(self.target, self.bounds)
        worst = Usage()
        try:
            for request in requests:
                if request.fingerprint in self.elsewhere:
                    passed_over += 1
                elif is_answered(request, self.store):
                    kept += 1
                else:
                    worst = self._within(worst + self._worst(request))
                    written.add(self.lines.of(request))
            files = written.finish()
        except OSError as problem:
            raise WriteError(
                f"{self.target}: {problem.strerror or problem}",
                target=str(self.target),
                hint="check the path and the space there",
            ) from problem
        finally:
            written.discard()
        return Exported(files, kept, passed_over, worst)

    def _worst(self, request: Request) -> Usage:
        usage = worst_usage(request)
        return usage.model_copy(update={"cost": self.price.of(usage)}) if self.price else usage

    def _within(self, worst: Usage) -> Usage:
        limit = self.bounds.max_cost
        if limit is not None and worst.cost is None:
            raise ConfigError(
                "there is a limit on cost, but the price of this LLM is not known",
                hint="drop the limit, or take fewer articles with --limit",
            )
        if limit is not None and worst.cost is not None and worst.cost > limit:
            raise BudgetExceededError(
                f"the budget is ${limit:g}: {worst.requests} requests could cost ${worst.cost:.4f}",
                hint="raise the limit, or take fewer articles with --limit; nothing was sent",
            )
        return worst


class _Files:
    """The files while they are written, under other names until they are whole."""

    def __init__(self, target: Path, bounds: Bounds) -> None:
        self._names, self._bounds = file_names(target), bounds
        self._done: list[tuple[Path, RequestFile]] = []
        self._open: Any = None
        self._requests = self._size = 0

    def add(self, line: bytes) -> None:
        full = self._requests == self._bounds.requests or self._size + len(line) > self._bounds.size
        if self._open is None or full:
            self._close()
            path = next(self._names)
            self._done.append((path.with_name(f".{path.name}.{os.getpid()}.partial"), RequestFile(path, 0)))
            self._open = self._done[-1][0].open("wb")
            self._requests = self._size = 0
        self._open.write(line)
        self._requests += 1
        self._size += len(line)

    def finish(self) -> tuple[RequestFile, ...]:
        self._close()
        for beside, file in self._done:
            beside.replace(file.path)
        done, self._done = self._done, []
        return tuple(file for _, file in done)

    def discard(self) -> None:
        """Leave nothing half done."""
        with contextlib.suppress(OSError):
            self._close()
        for beside, _ in self._done:
            beside.unlink(missing_ok=True)

    def _close(self) -> None:
        opened, self._open = self._open, None
        if opened is not None:
            with opened:
                opened.flush()
                os.fsync(opened.fileno())
            beside, file = self._done[-1]
            self._done[-1] = (beside, RequestFile(file.path, self._requests))


def file_names(target: Path) -> Iterator[Path]:
    """Yield the names of the files of one export, without end."""
    yield target
    for number in count(2):
        yield target.with_name(f"{target.stem}-{number}{target.suffix}")


def fingerprints_in(path: Path) -> Iterator[str]:
    """Yield the fingerprints of a request file."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)["custom_id"]
