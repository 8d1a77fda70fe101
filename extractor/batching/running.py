"""The run: jobs in, a bounded number under way, each end acknowledged at once; and how it ends early.

Everything here is on one event loop but the reader, which waits for disks and pipes on a thread of its own.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, cast

from extractor.batching.feeding import Feed
from extractor.batching.ledger import Ledger
from extractor.batching.sifting import Passed, Sieve, Sifted
from extractor.batching.states import Job, LeftOpen, State, Verdict
from extractor.batching.working import Work
from extractor.errors import ExtractorError, WriteError
from extractor.records import Usage

if TYPE_CHECKING:
    from extractor.batching.journal import Moved

FEWEST_FOR_A_SHARE = 20
"""Articles before a limit on the share of failures counts: the first one alone would be 100 %."""
DRAIN_S = 60.0
"""Seconds for the articles under way, when no more are begun."""
PARKED_IN_A_ROW = 16
"""Articles in a row that the endpoint asks to bring later: then it means all of them."""
_MOVED_AT_ONCE = 1000
_READ_AHEAD = 16


class How(StrEnum):
    """How a run ended."""

    FINISHED = "finished"
    FAILURES = "too many failures"
    ERROR = "error"
    STOPPED = "interrupted"


class Heard(Protocol):
    """Who is told how the run goes on; called on the event loop, so it must be quick."""

    def started(self, job: Job) -> None:
        """Note that a job is under way."""

    def finished(self, verdict: Verdict, spent: Usage) -> None:
        """Note that the end of an article is acknowledged."""

    def passed(self, count: int) -> None:
        """Note that so many articles more had ended before."""

    def note(self, text: str) -> None:
        """Say something."""

    def closed(self, summary: "Summary") -> None:
        """Note that the run is over."""


@dataclass(frozen=True, slots=True)
class MostErrors:
    """How many failures end a run: a number of them, or a share of the articles (0 to 1)."""

    number: int | None = None
    share: float | None = None

    def are_passed(self, failed: int, ended: int) -> bool:
        """Tell whether a run goes no further."""
        if self.number is not None and failed > self.number:
            return True
        return self.share is not None and ended >= FEWEST_FOR_A_SHARE and failed > self.share * ended


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done: the jobs in order, how many at once, and when it is enough."""

    jobs: Callable[[], Iterator[Job]]
    at_once: int
    block: int = 1
    retry_failed: bool = False
    most_errors: MostErrors = field(default_factory=MostErrors)
    whole: bool = True
    """Whether the jobs are all rows of the inputs, so that what is not among them is gone."""
    total: Callable[[], int | None] = lambda: None
    """Counts the jobs, roughly; may take a while."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run came to. `ended` counts this time's articles by state, `totals` those of the journal."""

    how: How
    ended: Counter[State]
    totals: dict[State, int]
    passed: int
    left_open: int
    spent: Usage
    error: ExtractorError | None = None


class Stop:
    """How others end a run: `softly`, after what is under way (`seconds` at most), or `at_once`."""

    def __init__(self) -> None:
        self.is_soft = False
        self._softly: list[Callable[[float], None]] = []
        self._at_once: list[Callable[[], None]] = []

    def softly(self, seconds: float = DRAIN_S) -> None:
        """Begin no more articles; cancel those that are under way after `seconds`."""
        self.is_soft = True
        for act in self._softly:
            act(seconds)

    def at_once(self) -> None:
        """Cancel what is under way."""
        self.is_soft = True
        for act in self._at_once:
            act()

    def bind(self, softly: Callable[[float], None], at_once: Callable[[], None]) -> None:
        """Tell a run when it is asked to end."""
        self._softly.append(softly)
        self._at_once.append(at_once)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Whom a run tells, who may stop it, what is spent so far, and who gets each line that counts."""

    heard: Heard
    stop: Stop
    spent: Callable[[], Usage]
    echo: Callable[[bytes], None] | None = None


async def run_batch(plan: Plan, work: Work, ledger: Ledger, around: Surroundings) -> Summary:
    """Do all jobs that have not ended before, and acknowledge each as it ends.

    An article's own failure is its verdict; what would fail every other one ends the run and is the summary's
    error, as is a disk that takes no more. What is neither ended nor acknowledged is open for the next run.
    Raises BrokenPipeError, after what was under way is acknowledged, when `echo` raises it.
    """
    return await _Run(plan, work, ledger, around).done()


class _Run:
    def __init__(self, plan: Plan, work: Work, ledger: Ledger, around: Surroundings) -> None:
        self._plan, self._work, self._ledger, self._around = plan, work, ledger, around
        self._sieve = Sieve(ledger.journal.reader(), retry_failed=plan.retry_failed)
        self._feed = Feed(self._sieve.sifted(plan.jobs()), _READ_AHEAD + plan.block, self._sieve.close)
        self._turn = asyncio.Lock()
        self._drawn: deque[Sifted] = deque()
        self._ended: Counter[State] = Counter()
        self._moved: list[Moved] = []
        self._passed = self._left_open = self._parked = 0
        self._how, self._error = How.FINISHED, cast("ExtractorError | None", None)
        self._workers: list[asyncio.Task[None]] = []
        self._echo, self._left = around.echo, cast("BrokenPipeError | None", None)

    async def done(self) -> Summary:
        self._around.stop.bind(self._stop_softly, self._cancel)
        if self._around.stop.is_soft:
            self._stop_softly(0.0)
        with self._feed:
            await self._work_off()
        self._note_moves(0)
        if self._how is How.FINISHED and self._plan.whole:
            self._forget_gone()
        summary = self._summary()
        if self._left:
            raise self._left
        return summary

    async def _work_off(self) -> None:
        self._workers = [asyncio.create_task(self._worker()) for _ in range(self._plan.at_once)]
        results = await asyncio.gather(*self._workers, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def _worker(self) -> None:
        """Take jobs as long as there are any; the first to fail ends the others."""
        try:
            while block := await self._next_block():
                for one in await self._work(block):
                    self._take(one)
        except ExtractorError as error:  # the disk takes no more, or the inputs cannot be understood
            self._end(How.ERROR, error)
            self._cancel_after(DRAIN_S)
        except Exception:
            self._cancel()
            raise

    async def _next_block(self) -> list[Job]:
        """Return jobs to be done, none at the end; what needs no work is acknowledged in passing."""
        block: list[Job] = []
        async with self._turn:
            while len(block) < self._plan.block and await self._draw():
                self._sort(self._drawn.popleft(), block)
        return block

    async def _draw(self) -> bool:
        """Have something drawn, unless there is nothing more or no more is to be begun."""
        if not self._drawn and (batch := await self._feed.next()) is not None:
            passed = sum(isinstance(sifted, Passed) for sifted in batch)
            self._passed += passed
            if passed:
                self._around.heard.passed(passed)
            self._drawn.extend(batch)
        return bool(self._drawn) and self._how is How.FINISHED

    def _sort(self, sifted: Sifted, block: list[Job]) -> None:
        if isinstance(sifted, Passed):
            self._pass(sifted)
        elif isinstance(sifted, Verdict):
            self._take(sifted)
        else:
            self._around.heard.started(sifted)
            block.append(sifted)

    def _take(self, one: Verdict | LeftOpen) -> None:
        """Acknowledge an end, or leave the job open; on a full disk only the recorded answer is kept."""
        if isinstance(one, LeftOpen):
            self._leave_open(one)
            return
        if isinstance(self._error, WriteError):
            self._left_open += 1
            return
        self._parked = 0
        spent = self._around.spent()
        self._ledger.record(one, spent)
        self._sieve.under_way.pop(one.job.key, None)
        self._ended[one.state] += 1
        self._around.heard.finished(one, spent)
        if one.line is not None:
            self._say(one.line)
        if self._plan.most_errors.are_passed(self._ended[State.FAILED], self._ended.total()):
            self._end(How.FAILURES, None)

    def _leave_open(self, one: LeftOpen) -> None:
        self._sieve.under_way.pop(one.job.key, None)
        self._left_open += 1
        self._parked += 1
        if one.ends_the_run or self._parked >= PARKED_IN_A_ROW:
            self._end(How.ERROR, one.error)
            self._cancel_after(DRAIN_S)

    def _pass(self, passed: Passed) -> None:
        if passed.moved:
            self._moved.append(passed.moved)
            self._note_moves(_MOVED_AT_ONCE)
        if self._echo and passed.known.extent:
            self._say(self._ledger.line(passed.known.extent))

    def _say(self, line: bytes) -> None:
        """Echo a line, if that is wanted; once nobody listens any more, what is under way is finished."""
        if self._echo is None:
            return
        try:
            self._echo(line)
        except BrokenPipeError as left:
            self._echo, self._left = None, left
            self._stop_softly(DRAIN_S)

    def _note_moves(self, least: int) -> None:
        if self._moved and len(self._moved) >= least:
            self._ledger.move(self._moved)
            self._moved = []

    def _end(self, how: How, error: ExtractorError | None) -> None:
        """Begin no more; the first reason is the one that is told."""
        if self._how is How.FINISHED:
            self._how, self._error = how, error
        self._feed.close()

    def _stop_softly(self, seconds: float) -> None:
        self._end(How.STOPPED, None)
        self._cancel_after(seconds)

    def _cancel_after(self, seconds: float) -> None:
        asyncio.get_running_loop().call_later(seconds, self._cancel)

    def _cancel(self) -> None:
        self._end(How.STOPPED, None)
        for worker in self._workers:
            worker.cancel()

    def _forget_gone(self) -> None:
        """Forget what was said of places in the inputs where something else stands now."""
        self._ledger.journal.forget_places(self._sieve.gone())

    def _summary(self) -> Summary:
        spent = self._around.spent()
        with suppress(WriteError) if isinstance(self._error, WriteError) else nullcontext():
            self._ledger.journal.end_session(self._how.value, spent)
        summary = Summary(
            self._how,
            self._ended,
            self._ledger.journal.counts(),
            self._passed,
            self._left_open,
            spent,
            self._error,
        )
        self._around.heard.closed(summary)
        return summary
