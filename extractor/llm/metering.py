"""Keeps the account of every real request, its seconds and price, and holds it to the pace and the budget."""

import asyncio
import functools
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from types import MappingProxyType

import yaml

from extractor.errors import BudgetExceededError, ConfigError, LLMError
from extractor.llm.base import LLM, AnswerSchema, Completion, Request, canonical_json
from extractor.llm.pacing import Pace, PaceLimits, Turn
from extractor.records import Usage

BYTES_PER_TOKEN = 3
"""UTF-8 bytes in one token, low for most scripts and tokenisers, so that estimates of tokens are high."""


@dataclass(frozen=True, slots=True)
class Price:
    """USD per million tokens."""

    input: float
    cached_input: float
    output: float

    def of(self, usage: Usage) -> float:
        """Return what `usage` costs, in USD; cached input tokens are part of the input tokens."""
        cached = min(usage.cached_input_tokens, usage.input_tokens)
        fresh = usage.input_tokens - cached
        paid = fresh * self.input + cached * self.cached_input + usage.output_tokens * self.output
        return paid / 1e6


@dataclass(frozen=True, slots=True)
class Budget:
    """What all requests together may cost, in USD and in tokens (input and output).

    `free` are LLMs that cost nothing, so that no price of theirs is asked for.
    """

    max_cost: float | None = None
    max_tokens: int | None = None
    free: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be known of a request before it goes: to which LLM, and the most that it can use."""

    llm: str
    worst: Usage
    fingerprint: str

    @classmethod
    def of(cls, request: Request) -> "Asked":
        """Return what there is to know of a request."""
        return cls(request.llm.name, worst_usage(request), request.fingerprint)


class Meter:
    """The account of all real requests, wherever they are sent from, and the gate that they go through.

    `total` is the account so far, with all requests that were sent: failed ones, and such as were cancelled.
    """

    def __init__(
        self,
        budget: Budget | None = None,
        pace: Pace | None = None,
        *,
        prices: Mapping[str, Price] | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._budget = budget or Budget()
        self._pace = pace or Pace(PaceLimits())
        self._prices, self._clock = prices, clock
        self._reserved = Usage()
        self._by_llm: dict[str, Usage] = {}

    @property
    def total(self) -> Usage:
        """What all requests cost so far."""
        first, *others = self._by_llm.values() or [Usage()]
        return sum(others, first)

    @property
    def by_llm(self) -> Mapping[str, Usage]:
        """What the requests to each LLM cost so far, in the order in which they were first asked."""
        return MappingProxyType(self._by_llm)

    async def through(self, asked: Asked, send: Callable[[], Awaitable[Completion]]) -> Completion:
        """Send a request when it may go; the completion's usage, or the error's, has its seconds and cost.

        Raises BudgetExceededError before a request that could pass the budget, and ConfigError if there is a
        limit on cost but no price for the LLM.
        """
        price = price_of(asked.llm, load_prices() if self._prices is None else self._prices)
        worst = _priced(asked.worst, price)
        self._check(worst, asked)
        self._reserved += worst
        try:
            async with self._pace.turn(_tokens(worst)) as turn:
                return await self._counted(send, asked.llm, price, turn)
        finally:
            self._reserved = _minus(self._reserved, worst)

    async def _counted(
        self, send: Callable[[], Awaitable[Completion]], llm: str, price: Price | None, turn: Turn
    ) -> Completion:
        begun, used = self._clock(), Usage()
        try:
            answer = await send()
        except LLMError as error:
            used = error.usage = self._timed(error.usage or Usage(requests=1), begun, price)
            raise
        except asyncio.CancelledError:
            used = self._timed(Usage(requests=1), begun, None)  # it was sent; what it cost is not known
            raise
        else:
            used = self._timed(answer.usage, begun, price)
            return replace(answer, usage=used)
        finally:
            self._by_llm[llm] = self._by_llm.get(llm, Usage()) + used
            if _tokens(used):
                turn.used(_tokens(used))

    def _timed(self, usage: Usage, begun: float, price: Price | None) -> Usage:
        return charged(usage, self._clock() - begun, price)

    def _check(self, worst: Usage, asked: Asked) -> None:
        limit = self._budget
        if limit.max_cost is not None:
            if worst.cost is None and asked.llm not in limit.free:
                raise ConfigError(
                    f"there is a limit on cost, but the price of {asked.llm} is not known",
                    hint="limit the tokens instead, or drop the limit",
                )
            going, most = (self.total.cost or 0.0) + (self._reserved.cost or 0.0), worst.cost or 0.0
            if going + most > limit.max_cost:
                self._refuse(f"${limit.max_cost:g}", f"${going:.4f}, the next could cost ${most:.4f}", asked)
        if limit.max_tokens is not None:
            going_tokens = _tokens(self.total) + _tokens(self._reserved)
            if going_tokens + _tokens(worst) > limit.max_tokens:
                spent = f"{going_tokens} tokens, the next could take {_tokens(worst)}"
                self._refuse(f"{limit.max_tokens} tokens", spent, asked)

    def _refuse(self, limit: str, spent: str, asked: Asked) -> None:
        raise BudgetExceededError(
            f"the budget is {limit}: spent or under way are {spent}",
            hint="raise the limit and run again: what was answered is in the cache",
            fingerprint=asked.fingerprint,
        )


class Metered:
    """An LLM that keeps an account, around one that sends real requests.

    A request that could pass the budget, were its answer as long as it may be, is not sent.
    """

    def __init__(
        self,
        inner: LLM,
        budget: Budget | None = None,
        pace: Pace | None = None,
        *,
        prices: Mapping[str, Price] | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._inner = inner
        self._meter = Meter(budget, pace, prices=prices, clock=clock)

    @property
    def total(self) -> Usage:
        """What all requests cost so far."""
        return self._meter.total

    @property
    def by_llm(self) -> Mapping[str, Usage]:
        """What the requests to each LLM cost so far."""
        return self._meter.by_llm

    async def complete(self, request: Request) -> Completion:
        """Answer one request, as `Meter.through` says."""
        return await self._meter.through(Asked.of(request), functools.partial(self._inner.complete, request))


def charged(usage: Usage, seconds: float, price: Price | None) -> Usage:
    """Return what a request used, with the time that it took, and what it cost if that is known."""
    return _priced(usage.model_copy(update={"seconds": seconds}), price)


def worst_usage(request: Request) -> Usage:
    """Return the most that a request can use: its words, counted high, and the longest answer allowed."""
    schema = request.answer_schema
    form = schema.text if isinstance(schema, AnswerSchema) else canonical_json(schema)
    written = sum(_bytes(turn.content) for turn in request.messages) + _bytes(form)
    tokens = written // BYTES_PER_TOKEN + 1
    return Usage(input_tokens=tokens, output_tokens=request.max_tokens, requests=1)


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def price_of(name: str, prices: Mapping[str, Price]) -> Price | None:
    """Return the price of the LLM an endpoint calls `name`, or None if it is not known.

    A vendor's prefix ("vendor/name") and a date or "latest" at the end do not matter.
    """
    bare = name.lower().rpartition("/")[2]
    undated = re.sub(r"[-@](\d{4}-?\d{2}-?\d{2}|latest)$", "", bare)
    return prices.get(bare) or prices.get(undated)


@functools.cache
def load_prices() -> Mapping[str, Price]:
    """Return the price table that comes with the package."""
    table = yaml.safe_load(files("extractor.llm").joinpath("prices.yaml").read_text(encoding="utf-8"))
    rows = table["usd_per_million_tokens"].items()
    return MappingProxyType({name: Price(*map(float, price)) for name, price in rows})


def _priced(usage: Usage, price: Price | None) -> Usage:
    return usage.model_copy(update={"cost": price.of(usage)}) if price else usage


def _tokens(usage: Usage) -> int:
    return usage.input_tokens + usage.output_tokens


def _minus(usage: Usage, part: Usage) -> Usage:
    return Usage(
        input_tokens=usage.input_tokens - part.input_tokens,
        output_tokens=usage.output_tokens - part.output_tokens,
        cost=None if usage.cost is None else max(0.0, usage.cost - (part.cost or 0.0)),
    )
