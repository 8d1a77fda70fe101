"""Work in several processes: each article's own processing there, all that is asked here, with one LLM.

So the cache, the pace, the budget and the account stay one; a worker has neither key nor connections.
"""

import asyncio
import itertools
import socket
from collections.abc import Sequence
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from multiprocessing.context import SpawnProcess
from typing import Any

from extractor.article import Article
from extractor.batching.serving import Manner, serve
from extractor.batching.states import INTERNAL, Job, LeftOpen, State, Verdict, failed
from extractor.batching.talking import Line, packed_error, unpacked_error
from extractor.errors import ExtractorError
from extractor.escalating import Bar
from extractor.llm.base import LLM, Request
from extractor.prompting import Asking

_LAST_S = 5.0
"""Seconds for a worker to end when its run is over."""


class Pool:
    """Work in `workers` processes, begun at the first job; `aclose` when there are no more.

    A worker that dies takes with it the articles that it had: they fail, and another takes its place.
    """

    def __init__(
        self, llm: LLM, asking: Asking, workers: int, *, bar: Bar | None = None, debug: bool = False
    ) -> None:
        self._llm, self._manner, self._debug = llm, Manner(asking, bar or Bar()), debug
        self._places: list[_Worker | None] = [None] * workers
        self._opening = asyncio.Lock()

    async def __call__(self, jobs: Sequence[Job]) -> Sequence[Verdict | LeftOpen]:
        """Return a verdict for each job, or why it has none."""
        return await asyncio.gather(*map(self._one, jobs))

    async def aclose(self) -> None:
        """End the processes."""
        workers = [worker for worker in self._places if worker is not None]
        self._places = [None] * len(self._places)
        await asyncio.gather(*(worker.aclose() for worker in workers))

    async def _one(self, job: Job) -> Verdict | LeftOpen:
        if not isinstance(job.row, Article):
            return failed(job, job.row)
        return await (await self._least_busy()).do(job)

    async def _least_busy(self) -> "_Worker":
        async with self._opening:
            for place, worker in enumerate(self._places):
                if worker is None or worker.gone:
                    self._places[place] = await _Worker.begun(self._llm, self._manner, debug=self._debug)
        return min((worker for worker in self._places if worker), key=lambda worker: worker.busy)


@dataclass(frozen=True, slots=True)
class _UnderWay:
    """A job that a worker has; what is asked for it is asked in its context, as if it were done here."""

    job: Job
    verdict: asyncio.Future[Verdict | LeftOpen]
    context: Context = field(default_factory=copy_context)


class _Worker:
    """One process, as its run sees it: jobs go in, verdicts and questions come out."""

    _line: Line

    def __init__(self, llm: LLM, process: SpawnProcess) -> None:
        self._llm, self._process = llm, process
        self._jobs: dict[int, _UnderWay] = {}
        self._questions: dict[int, asyncio.Task[None]] = {}
        self._number = itertools.count()
        self.gone = False

    @classmethod
    async def begun(cls, llm: LLM, manner: Manner, *, debug: bool) -> "_Worker":
        """Start a process and connect to it."""
        here, there = socket.socketpair()
        process = SpawnProcess(target=serve, args=(there, manner, debug), daemon=True)
        await asyncio.to_thread(process.start)
        there.close()
        worker = cls(llm, process)
        loop = asyncio.get_running_loop()
        _, worker._line = await loop.create_connection(lambda: Line(worker._hear, worker._lost), sock=here)
        return worker

    @property
    def busy(self) -> int:
        """How many jobs it has."""
        return len(self._jobs)

    async def do(self, job: Job) -> Verdict | LeftOpen:
        """Have a job done; a cancelled one is dropped there, too."""
        number = next(self._number)
        verdict: asyncio.Future[Verdict | LeftOpen] = asyncio.get_running_loop().create_future()
        self._jobs[number] = _UnderWay(job, verdict)
        self._line.send(("job", number, job))
        try:
            return await verdict
        except asyncio.CancelledError:
            self._line.send(("drop", number))
            raise
        finally:
            self._jobs.pop(number, None)

    async def aclose(self) -> None:
        """Hang up, and wait for the process to end; one that does not is ended."""
        self._line.close()
        await asyncio.to_thread(self._process.join, _LAST_S)
        if self._process.is_alive():
            self._process.kill()
            await asyncio.to_thread(self._process.join)
        self._process.close()

    def _hear(self, message: Any) -> None:
        kind, number, *rest = message
        if kind == "ask":
            request, asker = rest[0], self._jobs.get(rest[1])
            asked = self._answer(number, request)
            context = asker.context if asker else None
            self._questions[number] = asyncio.get_running_loop().create_task(asked, context=context)
        elif kind == "forget":
            if number in self._questions:
                self._questions[number].cancel()
        elif number in self._jobs:
            one = self._jobs[number]
            if not one.verdict.done():
                one.verdict.set_result(_outcome(kind, one.job, rest[0]))

    async def _answer(self, number: int, request: Request) -> None:
        try:
            self._line.send(("answer", number, await self._llm.complete(request)))
        except ExtractorError as error:
            self._line.send(("fault", number, packed_error(error)))
        except Exception as error:  # noqa: BLE001 - our bug: this article fails, the run goes on
            bug = ExtractorError(f"unexpected {type(error).__name__} while asking")
            self._line.send(("fault", number, packed_error(bug)))
        finally:
            del self._questions[number]

    def _lost(self) -> None:
        """Give up what the process had; at the end of a run that is nothing."""
        self.gone = True
        for question in self._questions.values():
            question.cancel()
        for one in self._jobs.values():
            if not one.verdict.done():
                one.verdict.set_result(Verdict(one.job, State.FAILED, INTERNAL, "its worker process died"))


def _outcome(kind: str, job: Job, told: Any) -> Verdict | LeftOpen:
    return LeftOpen(job, unpacked_error(told)) if kind == "open" else Verdict(job, *told)
