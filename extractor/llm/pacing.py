"""Says when the next request may go: so many at once, so many a minute, fewer under overload."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from extractor.errors import AuthError, LLMError, QuotaError, TransientLLMError, UnreachableError
from extractor.llm.allowances import Allowance
from extractor.llm.minutes import Minute, Taken

NEVER = float("-inf")
ENDS_THE_RUN = (AuthError, QuotaError, UnreachableError)
"""What would fail each following request in the same way."""
ENDED_S = 1.0
"""For so many seconds after an error that ends a run, all who ask are told the same and nothing is sent."""
LOOK_S = 1.0
"""Who waits looks so often whether the door was opened in the meantime."""


@dataclass(frozen=True, slots=True)
class PaceLimits:
    """What an endpoint, or the user, allows.

    `connections` requests run at once at most. After `patience` failures of transport in a row the door
    closes for `pause_s` seconds, twice as long each further time up to `longest_pause_s`; then one request
    tries first. Where an endpoint that fails so asks for more than `longest_wait_s`, all are sent away.
    """

    connections: int = 10
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    patience: int = 8
    pause_s: float = 2.0
    longest_pause_s: float = 60.0
    longest_wait_s: float = 120.0


class Turn:
    """One request's leave to go."""

    def __init__(self, tokens: Taken, minute: Minute) -> None:
        self._tokens, self._minute = tokens, minute

    @property
    def begun(self) -> float:
        """When it began."""
        return self._tokens.begun

    @property
    def tokens(self) -> float:
        """The tokens it counts for."""
        return self._tokens.amount

    def used(self, tokens: float) -> None:
        """Note the tokens that it really took, in place of the estimate."""
        self._minute.correct(self._tokens, tokens)


class Pace:
    """One door that all requests go through, first come, first served.

    Until one was answered they go one at a time, so that a wrong key or address costs one request. Overload
    (any TransientLLMError) cuts the number at once to 0.8 of itself, once for all requests that were under
    way together; each round of successes gives one back. The pause that an endpoint asks for is everybody's.
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
        self._requests, self._tokens = Minute(limits.requests_per_minute), Minute(limits.tokens_per_minute)
        self._cut_at = self._shut_at = self._closed_until = self._held_until = NEVER
        self._failures = self._successes = self._times_shut = self._sent_off = 0
        self._answered = False
        self._ended: tuple[LLMError, float] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def at_once(self) -> int:
        """How many requests may run at once now."""
        alone = not self._answered or self._failures >= self._limits.patience
        return 1 if alone else max(1, int(self._at_once))

    @property
    def per_minute(self) -> tuple[float | None, float | None]:
        """The requests and tokens that may start in a minute, as far as is known."""
        return self._requests.most, self._tokens.most

    def hear(self, allowance: Allowance) -> None:
        """Take in what the endpoint says of its limits; the user's are not passed."""
        now, others = self._clock(), max(0, len(self._under_way()) - 1)
        self._requests.hear(allowance.requests, now, others)
        if allowance.tokens:
            under_way = sum(turn.tokens for turn in self._under_way())
            self._tokens.hear(allowance.tokens, now, under_way * others / (others + 1))

    @asynccontextmanager
    async def turn(self, tokens: float) -> AsyncIterator[Turn]:
        """Wait for the turn of a request of `tokens` tokens; it runs inside, and its errors are noted.

        Raises the error that ended the run a moment ago, or TransientLLMError where the endpoint wants to be
        left alone for long; nothing is sent then.
        """
        self._settle()
        async with self._door:
            turn = await self._begun(tokens)
        try:
            yield turn
        except TransientLLMError as error:
            self._note_failure(turn.begun, error)
            raise
        except LLMError as error:
            self._note_refusal(error)
            raise
        else:
            self._note_success()
        finally:
            self._running.discard(turn)
            self._freed.set()

    def _settle(self) -> None:
        """Locks belong to an event loop, the memory of the last minute does not."""
        if self._loop is not asyncio.get_running_loop():
            self._loop = asyncio.get_running_loop()
            self._door, self._freed = asyncio.Lock(), asyncio.Event()
            self._running: set[Turn] = set()

    def _under_way(self) -> set[Turn]:
        return self._running if self._loop is not None else set()

    async def _begun(self, tokens: float) -> Turn:
        while len(self._running) >= self.at_once:
            self._freed.clear()
            await self._freed.wait()
        self._send_away()
        while (wait := self._wait(tokens)) > 0:
            await self._sleep(min(wait, LOOK_S))
            self._send_away()
        now = self._clock()
        self._requests.take(now, 1)
        turn = Turn(self._tokens.take(now, tokens), self._tokens)
        self._running.add(turn)
        return turn

    def _send_away(self) -> None:
        now = self._clock()
        if self._ended is not None and now - self._ended[1] < ENDED_S:
            raise self._ended[0].for_another()
        if self._closed_until - now > self._limits.longest_wait_s:
            wanted = self._closed_until - now
            raise TransientLLMError(
                f"the endpoint asks to be left alone for {wanted:.0f} s",
                retry_after=wanted,
                hint="run again later: what was answered is recorded",
            )

    def _wait(self, tokens: float) -> float:
        """Return the seconds until a request may start: the door open, and room in the last minute."""
        now = self._clock()
        closed = max(self._closed_until, self._held_until) - now
        return max(closed, self._requests.wait(now, 1), self._tokens.wait(now, tokens))

    def _note_failure(self, begun: float, error: TransientLLMError) -> None:
        now, limits, wanted = self._clock(), self._limits, error.retry_after or 0.0
        self._successes = 0
        self._failures += 1
        self._sent_off = self._sent_off + 1 if wanted > limits.longest_wait_s else 0
        if begun > self._cut_at:
            self._cut_at, self._at_once = now, max(1.0, self._at_once * 0.8)
        if wanted <= limits.longest_pause_s:
            self._held_until = max(self._held_until, now + wanted)
        if self._failures >= limits.patience and begun > self._shut_at:  # else it went before the door closed
            pause = min(limits.longest_pause_s, limits.pause_s * 2.0 ** min(self._times_shut, 30))
            self._times_shut += 1
            meant = wanted <= limits.longest_wait_s or self._sent_off >= limits.patience  # one alone may err
            self._shut_at, self._closed_until = now, now + (max(pause, wanted) if meant else pause)

    def _note_refusal(self, error: LLMError) -> None:
        if isinstance(error, ENDS_THE_RUN):
            self._answered, self._ended = False, (error, self._clock())
        else:
            self._note_success()

    def _note_success(self) -> None:
        self._answered, self._closed_until = True, NEVER
        self._failures = self._times_shut = 0
        self._successes += 1
        if self._successes >= self._at_once:
            self._successes, self._at_once = 0, min(float(self._limits.connections), self._at_once + 1)
