"""A worker process of a run: segments, prompts, grounds and resolves; what it asks, its run asks for it."""

import asyncio
import itertools
import os
import signal
import socket
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from extractor.batching.states import Job, LeftOpen
from extractor.batching.talking import Line, packed_error, unpacked_error
from extractor.batching.working import Local, settle_memory
from extractor.escalating import Bar
from extractor.llm.base import Completion, Request
from extractor.pipeline import Extractor
from extractor.prompting import Asking

_JOB = ContextVar[int]("_JOB")
"""The number of the job for which a question is asked: its run sees it as part of that."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How articles are asked about, and how sure their records must be."""

    asking: Asking
    bar: Bar


def serve(sock: socket.socket, manner: Manner, debug: bool) -> None:  # noqa: FBT001 - a process has positions
    """Work for the run at the other end until it is gone; a signal to stop is the run's to obey."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read by numpy: its threads would wait by spinning
    settle_memory()
    asyncio.run(_Service(manner, debug=debug).serve(sock))


class _Service:
    """The jobs and questions of one worker; as an LLM it passes questions on."""

    def __init__(self, manner: Manner, *, debug: bool) -> None:
        self._local = Local(Extractor(self, manner.asking, manner.bar), debug=debug)
        self._jobs: dict[int, asyncio.Task[None]] = {}
        self._questions: dict[int, asyncio.Future[Completion]] = {}
        self._number = itertools.count()

    async def serve(self, sock: socket.socket) -> None:
        """Hear messages until the run is gone."""
        loop = asyncio.get_running_loop()
        gone = asyncio.Event()
        _, self._line = await loop.create_connection(lambda: Line(self._hear, gone.set), sock=sock)
        await gone.wait()
        for job in self._jobs.values():
            job.cancel()

    async def complete(self, request: Request) -> Completion:
        """Have the run ask; what is no longer wanted here is not waited for there."""
        number = next(self._number)
        answer: asyncio.Future[Completion] = asyncio.get_running_loop().create_future()
        self._questions[number] = answer
        _ = request.fingerprint  # made here, so that the run need not
        self._line.send(("ask", number, request, _JOB.get()))
        try:
            return await answer
        except asyncio.CancelledError:
            self._line.send(("forget", number))
            raise
        finally:
            del self._questions[number]

    def _hear(self, message: Any) -> None:
        kind, number, *rest = message
        if kind == "job":
            self._jobs[number] = asyncio.get_running_loop().create_task(self._do(number, rest[0]))
        elif kind == "drop" and number in self._jobs:
            self._jobs[number].cancel()
        elif number in self._questions and not self._questions[number].done():
            if kind == "answer":
                self._questions[number].set_result(rest[0])
            elif kind == "fault":
                self._questions[number].set_exception(unpacked_error(rest[0]))

    async def _do(self, number: int, job: Job) -> None:
        _JOB.set(number)
        try:
            [outcome] = await self._local([job])
        finally:
            del self._jobs[number]
        if isinstance(outcome, LeftOpen):
            self._line.send(("open", number, packed_error(outcome.error)))
        else:
            told = (outcome.state, outcome.reason_class, outcome.reason, outcome.line, outcome.account)
            self._line.send(("ended", number, told))
