"""The one retry loop: waits out overload and broken connections, and asks again for a better answer.

Four kinds of failure, four rules. Transport and overload: again, after the wait that the endpoint asks for or
an exponential one with full jitter, while the run's common budget of retries lasts. A broken answer: asked
again with its errors listed. A truncated answer: once more with twice the room. Anything else (refused, key,
money, too long): never again.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, stop_before_delay

from extractor.errors import InvalidOutputError, LLMError, TransientLLMError, TruncatedError
from extractor.llm.base import LLM, Completion, Message, Request
from extractor.records import Usage

MAX_SHOWN = 20_000
"""Characters of a broken answer that are shown to the LLM again; an honest answer is shorter."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long to insist.

    `attempts` and `total_s` bound one question, whatever fails; waits grow from `first_wait_s` seconds to
    `longest_wait_s`. An endpoint that asks for more than `retry_after_cap_s` is not waited for: the error
    says when to come back. `reasks` bounds the follow-ups to broken answers. All questions together may be
    tried again `retry_share` times as often as they were asked, and `free_retries` times more.
    """

    attempts: int = 6
    total_s: float = 900.0
    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0
    retry_after_cap_s: float = 120.0
    reasks: int = 1
    retry_share: float = 0.2
    free_retries: int = 40


class Retrying:
    """An LLM that insists, around one that tries once; all who share it share the budget of retries."""

    def __init__(
        self,
        inner: LLM,
        policy: RetryPolicy | None = None,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        retries: "Retries | None" = None,
    ) -> None:
        self._inner, self._policy, self._sleep = inner, policy or RetryPolicy(), sleep
        self._retries = retries or Retries(self._policy)

    async def complete(self, request: Request) -> Completion:
        """Answer one request, in as many attempts as the policy allows.

        The completion, or the LLMError raised when none is left, carries the usage of all attempts and the
        fingerprint of `request`, also when a follow-up to it was answered.
        """
        self._retries.asked += 1
        trip = _Trip(request, self._policy, self._retries)
        begun = time.monotonic()
        try:
            answer = await self._ask(trip)
        except LLMError as error:
            answer = await self._insisted(trip, error, time.monotonic() - begun)
        return replace(answer, usage=trip.usage, fingerprint=request.fingerprint)

    async def _insisted(self, trip: "_Trip", first: LLMError, seconds: float) -> Completion:
        """Make the further attempts, after a first that took `seconds`: most questions never come here."""
        attempts = AsyncRetrying(
            sleep=self._sleep,
            wait=trip.wait,
            stop=stop_after_attempt(self._policy.attempts)
            | stop_before_delay(self._policy.total_s - seconds),
            retry=retry_if_exception(trip.goes_on),
            before_sleep=trip.turn,
            reraise=True,
        )
        failed: list[LLMError] = [first]

        async def attempt() -> Completion:
            if failed:
                raise failed.pop()
            return await self._ask(trip)

        try:
            return await attempts(attempt)
        except LLMError as error:
            error.fingerprint, error.usage = trip.original.fingerprint, trip.usage
            raise

    async def _ask(self, trip: "_Trip") -> Completion:
        try:
            answer = await self._inner.complete(trip.request)
        except LLMError as error:
            trip.usage += error.usage or Usage()
            raise
        trip.usage += answer.usage
        return answer


@dataclass(slots=True)
class Retries:
    """How often the endpoint was asked, and asked again, by all questions of a run.

    `elsewhere` are the same two numbers of other processes that share the budget.
    """

    policy: RetryPolicy
    asked: int = 0
    made: int = 0
    elsewhere: tuple[int, int] = (0, 0)

    @property
    def used_up(self) -> bool:
        """Tell whether one more would be one too many: the endpoint is not to be hammered."""
        asked, made = self.asked + self.elsewhere[0], self.made + self.elsewhere[1]
        return made >= self.policy.free_retries + self.policy.retry_share * asked


class _Trip:
    """What changes between the attempts at one question: the next request, and what was spent."""

    def __init__(self, request: Request, policy: RetryPolicy, retries: Retries) -> None:
        self.request, self.original, self.usage = request, request, Usage()
        self._policy, self._retries = policy, retries
        self._reasks_left, self._may_widen = policy.reasks, True

    def goes_on(self, error: BaseException) -> bool:
        """Tell whether another attempt is worth it."""
        if isinstance(error, InvalidOutputError):
            return self._reasks_left > 0
        if isinstance(error, TruncatedError):
            return self._may_widen
        if not isinstance(error, TransientLLMError):
            return False
        if self._retries.used_up:
            error.hint = "it failed too often for all to be tried again; run again later"
            return False
        return (error.retry_after or 0.0) <= self._policy.retry_after_cap_s

    def turn(self, state: RetryCallState) -> None:
        """Turn to the request for the next attempt, now that there is one."""
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, InvalidOutputError):
            self._reasks_left -= 1
            self.usage += Usage(reasks=1)
            self.request = follow_up(replace(self.original, max_tokens=self.request.max_tokens), error)
        elif isinstance(error, TruncatedError):
            self._may_widen = False
            self.request = replace(self.request, max_tokens=2 * self.request.max_tokens)
        else:
            self._retries.made += 1

    def wait(self, state: RetryCallState) -> float:
        """Return the seconds before the next attempt: none for a follow-up, else with jitter."""
        error = state.outcome.exception() if state.outcome else None
        if not isinstance(error, TransientLLMError):
            return 0.0
        policy = self._policy
        if error.retry_after is not None:
            return error.retry_after + random.uniform(0.0, policy.first_wait_s)  # noqa: S311 - not a secret
        longest = min(policy.longest_wait_s, policy.first_wait_s * 2.0 ** (state.attempt_number - 1))
        return random.uniform(0.0, longest)  # noqa: S311 - not a secret


def follow_up(request: Request, error: InvalidOutputError) -> Request:
    """Return the request that shows the LLM its broken answer and what is wrong with it."""
    shown = error.raw if len(error.raw) <= MAX_SHOWN else error.raw[:MAX_SHOWN] + " ..."
    problems = "\n".join(f"- {problem}" for problem in error.problems)
    correction = (
        "Your answer breaks the format:\n"
        f"{problems}\n"
        "Give the whole answer again, corrected, as one JSON object and nothing else."
    )
    turns = (Message("assistant", shown),) if shown.strip() else ()
    return replace(request, messages=(*request.messages, *turns, Message("user", correction)))
