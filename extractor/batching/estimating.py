"""What a run would ask, cost and take, before anything is sent: pure counting over a stream of articles."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

from extractor.article import Article
from extractor.errors import ReadError
from extractor.llm.base import Request
from extractor.llm.metering import BYTES_PER_TOKEN, Price, load_prices, price_of
from extractor.llm.pacing import PaceLimits
from extractor.llm.stored import BadEntryError, Store, StoredAnswer
from extractor.pipeline import Extractor
from extractor.prompting import Asking
from extractor.records import Usage
from extractor.segmenting.chunks import estimate_tokens
from extractor.settings import Settings
from extractor.wiring import asking_of, shared_store_of, store_of


class Range(NamedTuple):
    """The least and the most of something."""

    low: float
    high: float

    def times(self, factor: float) -> "Range":
        """Return the range of so many of it."""
        return Range(self.low * factor, self.high * factor)


FEWEST_KNOWN = 10
"""Recorded answers of an LLM from which the others are told, rather than from an assumption."""
INPUT_ERROR = Range(0.75, 1.2)
"""The true tokens of a text for each estimated one, between the sparsest and the densest tokenisers."""
ANSWER_TOKENS = Range(100.0, 1000.0)
ENDPOINT_SECONDS = Range(1.0, 15.0)
EMBEDDED_SECONDS = Range(20.0, 120.0)
_FREE = Price(0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One LLM that might be asked: how, at which price and pace, and what it answered before.

    `price` None is unknown; `seconds` what one request takes where nothing is recorded.
    """

    asking: Asking
    price: Price | None
    limits: PaceLimits
    store: Store | None
    seconds: Range = ENDPOINT_SECONDS

    @classmethod
    def of(cls, settings: Settings) -> "Candidate":
        """Return the candidate that the settings choose; nothing is made on disk. Raises ConfigError."""
        asking = asking_of(settings)
        reads = not (settings.no_cache or settings.refresh)
        opened = store_of if settings.cache_dir.is_dir() else shared_store_of
        store = opened(settings) if reads else None
        if not settings.base_url:
            return cls(asking, _FREE, PaceLimits(connections=1), store, EMBEDDED_SECONDS)
        limits = PaceLimits(settings.concurrency, settings.requests_per_minute, settings.tokens_per_minute)
        return cls(asking, price_of(asking.identity.name, load_prices()), limits, store)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run with one LLM comes to. Requests are `recorded`, `repeated` within the run, or `sent`.

    `cost` is in USD, None where the price is not known. `known` counts the recorded answers that sizes and
    times are told from; below FEWEST_KNOWN they are assumed.
    """

    llm: str
    articles: int
    unreadable: int
    recorded: int
    repeated: int
    sent: int
    input_tokens: Range
    output_tokens: Range
    cost: Range | None
    seconds: Range
    known: int

    def told(self) -> dict[str, Any]:
        """Return it for JSON: ranges as [least, most]."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: list(value) if isinstance(value, Range) else value for name, value in values.items()}


def estimate(rows: Iterable[Article | ReadError], candidates: Sequence[Candidate]) -> list[Estimate]:
    """Return the estimate for each candidate, in one pass over the articles; nothing is sent or written."""
    counts = [_Count(candidate) for candidate in candidates]
    readers = _readers(candidates)
    articles = unreadable = 0
    for row in rows:
        if isinstance(row, ReadError):
            unreadable += 1
            continue
        articles += 1
        for prepare, members in readers:
            for request in prepare(row):
                for place in members:
                    counts[place].add(request)
    return [count.estimate(articles, unreadable) for count in counts]


def _readers(
    candidates: Sequence[Candidate],
) -> list[tuple[Callable[[Article], tuple[Request, ...]], list[int]]]:
    """Group candidates that are asked in the same way: an article is prepared once for all of a group."""
    groups: dict[tuple[str, int, int], list[int]] = {}
    for place, candidate in enumerate(candidates):
        asking = candidate.asking
        groups.setdefault((asking.template.label, asking.chunk_tokens, asking.max_tokens), []).append(place)
    return [(_preparing(candidates[members[0]].asking), members) for members in groups.values()]


def _preparing(asking: Asking) -> Callable[[Article], tuple[Request, ...]]:
    extractor = Extractor(_Nobody(), asking)
    return lambda article: extractor.prepare(article).requests


class _Nobody:
    """An LLM that is not asked."""

    async def complete(self, request: Request) -> Any:
        raise NotImplementedError


class _Mean:
    """A mean with its uncertainty, from one value after another."""

    def __init__(self) -> None:
        self.count, self._sum, self._squares = 0, 0.0, 0.0

    def add(self, value: float) -> None:
        self.count += 1
        self._sum += value
        self._squares += value * value

    def range(self, assumed: Range) -> Range:
        """Return the mean, two standard errors to each side; what is assumed where too little is known."""
        if self.count < FEWEST_KNOWN:
            return assumed
        mean = self._sum / self.count
        variance = max(0.0, self._squares / self.count - mean * mean)
        error = 2 * math.sqrt(variance / self.count)
        return Range(max(0.0, mean - error), mean + error)


class _Count:
    """The account of one candidate while the articles go by."""

    def __init__(self, candidate: Candidate) -> None:
        self._candidate = candidate
        self._seen: set[int] = set()
        self._recorded = self._repeated = self._sent = 0
        self._tokens = self._fixed = self._schema = 0
        self._input, self._output, self._seconds = _Mean(), _Mean(), _Mean()

    def add(self, request: Request) -> None:
        asked = replace(request, llm=self._candidate.asking.identity)
        name = int(asked.fingerprint[:15], 16)  # 60 bits tell millions of requests apart
        tokens = sum(_tokens(turn.content) for turn in asked.messages)
        kept = _kept(self._candidate.store, asked)
        if name in self._seen:
            self._repeated += 1
        elif kept is not None:
            self._recorded += 1
            self._learn(kept.usage, tokens)
        else:
            self._sent += 1
            self._tokens += tokens
            self._fixed += _tokens(asked.messages[0].content)
            self._schema += _schema_tokens(str(asked.answer_schema))
        self._seen.add(name)

    def _learn(self, usage: Usage, tokens: int) -> None:
        if usage.input_tokens and usage.output_tokens:
            self._input.add(usage.input_tokens / max(1, tokens))
            self._output.add(usage.output_tokens)
            self._seconds.add(usage.seconds)

    def estimate(self, articles: int, unreadable: int) -> Estimate:
        written = self._input.range(INPUT_ERROR)
        schema = 0 if self._input.count >= FEWEST_KNOWN else self._schema  # sent along, not always counted
        read = Range(written.low * self._tokens, written.high * self._tokens + schema)
        answered = self._output.range(ANSWER_TOKENS).times(self._sent)
        return Estimate(
            llm=self._candidate.asking.identity.name,
            articles=articles,
            unreadable=unreadable,
            recorded=self._recorded,
            repeated=self._repeated,
            sent=self._sent,
            input_tokens=read,
            output_tokens=answered,
            cost=self._cost(read, answered, written.low * self._fixed),
            seconds=self._time(read, answered),
            known=self._output.count,
        )

    def _cost(self, read: Range, answered: Range, shared: float) -> Range | None:
        """Return the price, at least with the discount on what all prompts begin with, at most without."""
        price = self._candidate.price
        if price is None:
            return None
        least = Usage(
            input_tokens=int(read.low), cached_input_tokens=int(shared), output_tokens=int(answered.low)
        )
        most = Usage(input_tokens=math.ceil(read.high), output_tokens=math.ceil(answered.high))
        return Range(price.of(least), price.of(most))

    def _time(self, read: Range, answered: Range) -> Range:
        """Return what requests take side by side, no less than the rates allow."""
        limits = self._candidate.limits
        side_by_side = self._seconds.range(self._candidate.seconds).times(self._sent / limits.connections)
        ends = []
        for end, tokens in zip(
            side_by_side, (read.low + answered.low, read.high + answered.high), strict=True
        ):
            by_requests = 60 * self._sent / (limits.requests_per_minute or math.inf)
            ends.append(max(end, by_requests, 60 * tokens / (limits.tokens_per_minute or math.inf)))
        return Range(*ends)


def _kept(store: Store | None, request: Request) -> StoredAnswer | None:
    try:
        return store.get(request.fingerprint) if store is not None else None
    except BadEntryError:
        return None


def _tokens(text: str) -> int:
    return _long(text) if len(text) > _REPEATED else estimate_tokens(text)


_REPEATED = 5000
"""Letters from which a text is likely the instructions, the same in each request."""
_long = lru_cache(16)(estimate_tokens)


@lru_cache(256)
def _schema_tokens(schema: str) -> int:
    return len(schema.encode()) // BYTES_PER_TOKEN


def describe(estimates: Sequence[Estimate]) -> str:
    """Return estimates as text for people: one line of numbers an LLM, and what they rest on."""
    rows: list[tuple[str, ...]] = [
        ("LLM", "to send", "recorded", "repeated", "tokens in", "tokens out", "price", "time")
    ]
    rows += [_row(one) for one in estimates]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(
            cell.ljust(width) if not column else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    first = estimates[0]
    unread = f", {first.unreadable:,} more cannot be read" if first.unreadable else ""
    return "\n".join(
        [f"{first.articles:,} articles{unread}; nothing was sent", "", *lines, "", *_basis(estimates)]
    )


def _row(one: Estimate) -> tuple[str, ...]:
    return (
        one.llm,
        f"{one.sent:,}",
        f"{one.recorded:,}",
        f"{one.repeated:,}",
        _between(one.input_tokens, _count),
        _between(one.output_tokens, _count),
        "unknown" if one.cost is None else _between(one.cost, _money),
        _between(one.seconds, _duration),
    )


def _basis(estimates: Sequence[Estimate]) -> list[str]:
    """Say what the numbers rest on."""
    lines = [
        f"{one.llm}: sizes and times as those of {one.known:,} recorded answers."
        for one in estimates
        if one.known >= FEWEST_KNOWN
    ]
    if any(one.known < FEWEST_KNOWN and one.sent for one in estimates):
        low, high = ANSWER_TOKENS
        lines.append(
            f"Without recorded answers: {low:.0f} to {high:.0f} tokens an answer, "
            f"{ENDPOINT_SECONDS[0]:.0f} to {ENDPOINT_SECONDS[1]:.0f} s a request to an endpoint "
            f"({EMBEDDED_SECONDS[0]:.0f} to {EMBEDDED_SECONDS[1]:.0f} s the embedded LLM); "
            "a run of 20 articles tells more."
        )
    if any(one.cost is None for one in estimates):
        lines.append("Where the price is unknown, --max-tokens bounds a run; --max-cost cannot.")
    return lines


def _between(values: Range, shown: Callable[[float], str]) -> str:
    low, high = shown(values.low), shown(values.high)
    return low if low == high else f"{low} - {high}"


def _count(value: float) -> str:
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g} {unit}" if value < 999.5 * size else f"{value / size:.0f} {unit}"
    return f"{value:.0f}"


def _money(value: float) -> str:
    if value == 0:
        return "free"
    return f"${value:,.2f}" if value >= 0.095 else f"${value:.2g}" if value >= 1e-4 else "<$0.0001"


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60:,} h {minutes % 60:02} min"
