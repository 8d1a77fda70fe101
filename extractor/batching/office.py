"""The one place that all workers of a cluster turn to: when a request may go, who has which block, who died.

Knows no cluster: workers call its methods, by whatever way they reach it, and name themselves by a token. So
pace, budgets and the account hold for all of them together, as they do within one process.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from extractor.batching.states import Job
from extractor.batching.talking import packed_error, unpacked_error
from extractor.errors import ExtractorError
from extractor.llm.base import Completion
from extractor.llm.metering import Asked, Meter
from extractor.llm.pacing import Pace
from extractor.records import Usage

TOGETHER = 2
"""Deaths of workers that had a block before its articles are tried one by one."""
ALONE = 2
"""Deaths of workers that tried an article so: then it was the article."""
HEARD_S = 20.0
"""Seconds that a worker who listens waits for news, at most."""
_TURNS_OF_THE_LOOP = 3
"""What a request that need not wait takes to be let through."""

Message = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class News:
    """What a worker is told: messages, and how often the others asked and asked again."""

    messages: list[Message]
    elsewhere: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Taken:
    """A block for a worker: its jobs, whether they are tried one by one, and which are not tried at all."""

    jobs: tuple[Job, ...]
    one_by_one: bool
    condemned: frozenset[int]


@dataclass(slots=True)
class _Block:
    jobs: tuple[Job, ...]
    holder: str | None = None
    deaths: int = 0
    tried: int | None = None
    """Which of the jobs its worker tries alone, now."""
    alone: list[int] = field(default_factory=list)
    """Which were tried alone when a worker died."""


@dataclass(slots=True)
class _Turn:
    task: asyncio.Task[None]
    answered: asyncio.Future[Completion] | None = None


@dataclass(slots=True)
class _Desk:
    """One worker: where it sits, what it is still to be told, what it asks, how often it asked and again."""

    place: str
    news: list[Message] = field(default_factory=list)
    stir: asyncio.Event = field(default_factory=asyncio.Event)
    turns: dict[int, _Turn] = field(default_factory=dict)
    asked: tuple[int, int] = (0, 0)

    def say(self, *message: Any) -> None:
        self.news.append(message)
        self.stir.set()


class Office:
    """Hands out blocks and turns. `meter` and `pace` are those of the whole run."""

    def __init__(self, meter: Meter, pace: Pace) -> None:
        self._meter, self._pace = meter, pace
        self._blocks: dict[int, _Block] = {}
        self._desks: dict[str, _Desk] = {}
        self._gone = [0, 0]
        self._brought, self._closed = 0, False
        self._stir = asyncio.Event()
        self._trying = asyncio.Lock()
        self._trier: str | None = None
        self._notes: list[tuple[int, str]] = []
        self.deaths = 0

    @property
    def spent(self) -> Usage:
        """What all requests cost so far."""
        return self._meter.total

    def bring(self, jobs: Sequence[Job]) -> int:
        """Take in a block, and return its number: they count from 0."""
        number, self._brought = self._brought, self._brought + 1
        self._blocks[number] = _Block(tuple(jobs))
        self._stir.set()
        return number

    def forget(self, number: int) -> list[tuple[int, str]]:
        """Forget a block that is done, or no longer wanted; return what workers had to say meanwhile."""
        self._blocks.pop(number, None)
        notes, self._notes = self._notes, []
        return notes

    def close(self) -> Usage:
        """Hand out nothing more and count what is under way as sent; return the account."""
        self._closed = True
        self._stir.set()
        for token in list(self._desks):
            self._bury(token)
        return self.spent

    async def numbers(self, since: int) -> int | None:
        """Wait until there are blocks from `since` on; return where they end, None when no more come."""
        while self._brought <= since and not self._closed:
            self._stir.clear()
            await self._stir.wait()
        return self._brought if self._brought > since else None

    def join(self, token: str, place: str) -> None:
        """Give a worker a desk. Whoever had the same place before has died."""
        for other, desk in list(self._desks.items()):
            if desk.place == place:
                self._bury(other)
        self._desks[token] = _Desk(place)

    def take(self, token: str, number: int) -> Taken | None:
        """Give a worker a block, None if nobody wants it any more. Whoever had it before has died."""
        block = self._blocks.get(number)
        if block is None or token not in self._desks:
            return None
        if block.holder is not None and block.holder != token:
            self._bury(block.holder)
        block.holder = token
        condemned = frozenset(index for index in block.alone if block.alone.count(index) >= ALONE)
        return Taken(block.jobs, block.deaths >= TOGETHER, condemned)

    async def try_alone(self, token: str, number: int, index: int) -> None:
        """Wait until no other article is tried alone, and note that this one is."""
        await self._trying.acquire()
        block = self._blocks.get(number)
        if block is None or block.holder != token:
            self._trying.release()
            return
        self._trier, block.tried = token, index

    def tried(self, token: str, number: int) -> None:
        """Note that the worker outlived it."""
        if self._trier == token:
            self._trier = None
            self._trying.release()
        if number in self._blocks:
            self._blocks[number].tried = None

    async def tell(self, token: str, messages: Sequence[Message], asked: tuple[int, int]) -> News | None:
        """Hear a worker, and tell what is new for it; None: it counts as dead."""
        desk = self._desks.get(token)
        if desk is None:
            return None
        desk.asked = asked
        for message in messages:
            self._hear(desk, message)
        for _ in range(_TURNS_OF_THE_LOOP):
            await asyncio.sleep(0)
        return self._news(desk)

    async def hear(self, token: str) -> News | None:
        """Wait until there is news for a worker, or a while; None: it counts as dead."""
        desk = self._desks.get(token)
        if desk is None:
            return None
        if not desk.news:
            desk.stir.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(desk.stir.wait(), HEARD_S)
        return self._news(desk) if token in self._desks else None

    def _news(self, desk: _Desk) -> News:
        messages, desk.news = desk.news, []
        others = [other.asked for other in self._desks.values() if other is not desk]
        asked = self._gone[0] + sum(one for one, _ in others)
        again = self._gone[1] + sum(one for _, one in others)
        return News(messages, (asked, again))

    def _hear(self, desk: _Desk, message: Message) -> None:
        kind, number, *rest = message
        if kind == "ask":
            task = asyncio.get_running_loop().create_task(self._turn(desk, number, rest[0]))
            desk.turns[number] = _Turn(task)
        elif kind == "note":
            self._notes.append((number, rest[0]))
        elif turn := desk.turns.get(number):
            self._end(turn, kind, rest)

    def _end(self, turn: _Turn, kind: str, told: list[Any]) -> None:
        if kind == "drop" or turn.answered is None:
            turn.task.cancel()
        elif not turn.answered.done():
            for allowance in told[1]:
                self._pace.hear(allowance)
            if kind == "used":
                turn.answered.set_result(Completion("", told[0], "", ""))
            else:
                turn.answered.set_exception(unpacked_error(told[0]))

    async def _turn(self, desk: _Desk, number: int, asked: Asked) -> None:
        """Let a worker's request through, and wait for what becomes of it."""

        async def sent() -> Completion:
            answered: asyncio.Future[Completion] = asyncio.get_running_loop().create_future()
            desk.turns[number].answered = answered
            desk.say("go", number)
            return await answered

        try:
            await self._meter.through(asked, sent)
        except ExtractorError as error:
            if desk.turns[number].answered is None:
                desk.say("no", number, packed_error(error))
        finally:
            desk.turns.pop(number, None)

    def _bury(self, token: str) -> None:
        """Give up what a worker had; what it had sent stays on the account."""
        desk = self._desks.pop(token, None)
        if desk is None:
            return
        self._gone = [gone + mine for gone, mine in zip(self._gone, desk.asked, strict=True)]
        for turn in desk.turns.values():
            turn.task.cancel()
        desk.stir.set()
        held = [block for block in self._blocks.values() if block.holder == token]
        self.deaths += bool(held) and not self._closed
        for block in held:
            block.deaths += 1
            if block.tried is not None:
                block.alone.append(block.tried)
            block.holder = block.tried = None
        if self._trier == token:
            self._trier = None
            self._trying.release()
