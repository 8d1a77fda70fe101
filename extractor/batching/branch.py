"""A worker's end of the line to the office of its run: leave to send requests, and what became of them.

What is said at the same time goes in one message, so that many requests cost few calls.
"""

import asyncio
import itertools
import logging
import time
from collections.abc import Awaitable
from dataclasses import replace
from typing import Any, Protocol

from extractor.batching.office import Message, News
from extractor.batching.states import ENDS_THE_RUN
from extractor.batching.talking import packed_error, unpacked_error
from extractor.errors import LLMError, TransientLLMError, UnreachableError
from extractor.llm.allowances import Allowance
from extractor.llm.base import LLM, Completion, Request
from extractor.llm.metering import Asked, charged, load_prices, price_of
from extractor.llm.retrying import Retries
from extractor.records import Usage

GATHER_S = 0.002
"""Seconds in which what is said goes together."""
_OF_THE_DOOR = (TransientLLMError, *ENDS_THE_RUN)
"""Errors that tell the office how fast the endpoint may be asked; others are an answer to it."""


class Calls(Protocol):
    """How the office is reached."""

    def tell(self, messages: list[Message], asked: tuple[int, int]) -> Awaitable[News | None]:
        """Have the office hear messages; return what is new."""
        ...

    def hear(self) -> Awaitable[News | None]:
        """Wait for something new."""
        ...


class Branch:
    """One worker, as its LLM sees it. All on one event loop, where `listen` runs for as long as it lives."""

    def __init__(self, calls: Calls, retries: Retries) -> None:
        self._calls, self.retries = calls, retries
        self._number = itertools.count()
        self._leaves: dict[int, asyncio.Future[None]] = {}
        self._outbox: list[Message] = []
        self._allowances: list[Allowance] = []
        self._sending: asyncio.Task[None] | None = None
        self._lost = False

    async def listen(self) -> None:
        """Hear the office until it is gone; return then."""
        while not self._lost:
            await self._exchange(self._calls.hear())

    async def leave(self, asked: Asked) -> int:
        """Wait until a request may go, and return its number. Raises what the office says against it."""
        if self._lost:
            raise _gone()
        number = next(self._number)
        leave: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._leaves[number] = leave
        self.say("ask", number, asked)
        try:
            await leave
        except asyncio.CancelledError:
            self.say("drop", number)
            raise
        finally:
            del self._leaves[number]
        return number

    def ended(self, kind: str, number: int, told: Any) -> None:
        """Say what became of a request: `used` with its usage, `fault` with the parts of its error."""
        allowances, self._allowances = self._allowances, []
        self.say(kind, number, told, allowances)

    def say(self, *message: Any) -> None:
        """Say something to the office, soon."""
        self._outbox.append(message)
        if self._sending is None and not self._lost:
            self._sending = asyncio.get_running_loop().create_task(self._send())

    def heard(self, allowance: Allowance) -> None:
        """Note what a reply says of the endpoint's limits."""
        self._allowances.append(allowance)

    def around(self, inner: LLM) -> "Tolled":
        """Return an LLM that asks for leave before each request."""
        return Tolled(inner, self)

    async def _send(self) -> None:
        while self._outbox:
            await asyncio.sleep(GATHER_S)
            messages, self._outbox = self._outbox, []
            await self._exchange(self._calls.tell(messages, (self.retries.asked, self.retries.made)))
        self._sending = None

    async def _exchange(self, call: Awaitable[News | None]) -> None:
        try:
            news = await call
        except asyncio.CancelledError:
            raise
        except Exception:  # noqa: BLE001 - whatever the cluster raises when the office is gone
            news = None
        if news is None:
            self._lose()
            return
        self.retries.elsewhere = news.elsewhere
        for kind, number, *told in news.messages:
            leave = self._leaves.get(number)
            if leave is None or leave.done():
                if kind == "go":
                    self.say("drop", number)
            elif kind == "go":
                leave.set_result(None)
            else:
                leave.set_exception(unpacked_error(told[0]))

    def _lose(self) -> None:
        self._lost = True
        for leave in self._leaves.values():
            if not leave.done():
                leave.set_exception(_gone())


class Tolled:
    """An LLM that sends a request when the office gives leave, and tells it what was used."""

    def __init__(self, inner: LLM, branch: Branch) -> None:
        self._inner, self._branch = inner, branch
        self._total = Usage()

    @property
    def total(self) -> Usage:
        """What the requests of this worker cost so far."""
        return self._total

    async def complete(self, request: Request) -> Completion:
        """Answer one request; the completion's usage, or the error's, has its seconds and cost."""
        number = await self._branch.leave(Asked.of(request))
        begun = time.perf_counter()
        try:
            answer = await self._inner.complete(request)
        except LLMError as error:
            self._branch.ended("fault", number, _told(error))
            error.usage = self._charged(error.usage or Usage(requests=1), begun, request)
            raise
        except BaseException:
            self._branch.say("drop", number)
            raise
        self._branch.ended("used", number, answer.usage)
        return replace(answer, usage=self._charged(answer.usage, begun, request))

    def _charged(self, usage: Usage, begun: float, request: Request) -> Usage:
        price = price_of(request.llm.name, load_prices())
        used = charged(usage, time.perf_counter() - begun, price)
        self._total += used
        return used


class Noting(logging.Handler):
    """Passes on what the library logs, on the worker's event loop."""

    def __init__(self, branch: Branch, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(logging.WARNING)
        self._branch, self._loop = branch, loop

    def emit(self, record: logging.LogRecord) -> None:
        """Say it to the office."""
        self._loop.call_soon_threadsafe(self._branch.say, "note", record.levelno, record.getMessage())


def _gone() -> UnreachableError:
    return UnreachableError("the office of the run is gone", hint="the same command goes on")


def _told(error: LLMError) -> tuple[Any, ...]:
    """Return what the office needs of an error: no answer travels with it."""
    if isinstance(error, _OF_THE_DOOR):
        return packed_error(error)
    other = LLMError(type(error).__name__)
    other.usage = error.usage
    return packed_error(other)
