"""Says when the next request may go: so many at once, so many a minute, fewer under overload."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from extractor.errors import LLMError, TransientLLMError

MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class PaceLimits:
    """What an endpoint, or the user, allows.

    `connections` requests run at once at most. After `patience` failures of transport in a row the door
    closes for `pause_s` seconds, twice as long each further time up to `longest_pause_s`; then one request
    tries first.
    """

    connections: int = 10
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    patience: int = 8
    pause_s: float = 2.0
    longest_pause_s: float = 60.0


class Pace:
    """One door that all requests go through, first come, first served.

    Overload (any TransientLLMError) cuts the number at once to 0.8 of itself, once for all requests that were
    under way together; each round of successes gives one back.
    """

    def __init__(
        self,
        limits: PaceLimits,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits, self._sleep, self._clock = limits, sleep, clock
        self._at_once = float(limits.connections)
        self._started: deque[tuple[float, float]] = deque()
        self._cut_at = self._closed_until = float("-inf")
        self._failures = self._successes = 0
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def at_once(self) -> int:
        """How many requests may run at once now."""
        return 1 if self._failures >= self._limits.patience else max(1, int(self._at_once))

    @asynccontextmanager
    async def turn(self, tokens: float) -> AsyncIterator[None]:
        """Wait for the turn of a request of `tokens` tokens; it runs inside, and its errors are noted."""
        self._settle()
        async with self._door:
            while self._running >= self.at_once:
                self._freed.clear()
                await self._freed.wait()
            while (wait := self._wait(tokens)) > 0:
                await self._sleep(wait)
            begun = self._clock()
            self._started.append((begun, tokens))
            self._running += 1
        try:
            yield
        except TransientLLMError:
            self._note_failure(begun)
            raise
        except LLMError:
            self._note_success()
            raise
        else:
            self._note_success()
        finally:
            self._running -= 1
            self._freed.set()

    def _settle(self) -> None:
        """Locks belong to an event loop, the memory of the last minute does not."""
        if self._loop is not asyncio.get_running_loop():
            self._loop = asyncio.get_running_loop()
            self._door, self._freed, self._running = asyncio.Lock(), asyncio.Event(), 0

    def _wait(self, tokens: float) -> float:
        """Return the seconds until a request may start: the door open, and room in the last minute."""
        now = self._clock()
        while self._started and self._started[0][0] <= now - MINUTE:
            self._started.popleft()
        return max(self._closed_until - now, self._until_fewer(now), self._until_room(now, tokens))

    def _until_fewer(self, now: float) -> float:
        allowed = self._limits.requests_per_minute
        surplus = len(self._started) - max(1, int(allowed)) if allowed is not None else -1
        return self._started[surplus][0] + MINUTE - now if surplus >= 0 else 0.0

    def _until_room(self, now: float, tokens: float) -> float:
        room, wait = self._limits.tokens_per_minute, 0.0
        if room is None:
            return wait
        spent = sum(count for _, count in self._started) + min(tokens, room)
        for begun, count in self._started:
            if spent <= room:
                break
            spent, wait = spent - count, begun + MINUTE - now
        return wait

    def _note_failure(self, begun: float) -> None:
        now = self._clock()
        self._successes = 0
        self._failures += 1
        if begun > self._cut_at:
            self._cut_at, self._at_once = now, max(1.0, self._at_once * 0.8)
        further = self._failures - self._limits.patience
        if further >= 0:
            pause = min(self._limits.longest_pause_s, self._limits.pause_s * 2.0 ** min(further, 30))
            self._closed_until = now + pause

    def _note_success(self) -> None:
        self._failures, self._closed_until = 0, float("-inf")
        self._successes += 1
        if self._successes >= self._at_once:
            self._successes, self._at_once = 0, min(float(self._limits.connections), self._at_once + 1)
