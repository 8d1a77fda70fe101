"""Work on a Ray cluster: Ray Data gives blocks of jobs to workers, each with an Extractor of its own.

What runs through Ray Data are the blocks' numbers and, at the end, what became of their jobs. The jobs go
from the run to the office and from there to the worker: so a block whose worker died is the same when it is
tried again, and neither a text nor a key lies in the object store, where it could be spilled to a disk.
"""

import asyncio
import logging
import pickle
import secrets
import threading
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from extractor.article import Article
from extractor.batching.branch import Branch, Noting
from extractor.batching.cluster import Cluster
from extractor.batching.identity import changes, identity_of
from extractor.batching.office import Message, News, Office, Taken
from extractor.batching.states import INTERNAL, Job, LeftOpen, State, Verdict, failed
from extractor.batching.talking import packed_error, unpacked_error
from extractor.batching.working import Local, settle_memory
from extractor.errors import ConfigError, ExtractorError, UnreachableError
from extractor.llm.metering import Meter
from extractor.llm.retrying import Retries
from extractor.records import Usage
from extractor.settings import Settings
from extractor.wiring import Gate, Wired, asking_of, bar_of, pace_and_budget, retry_policy, wire

BLOCKS_A_PASS = 20_000
"""Ray Data keeps an account of each block to the end of a pass; each pass starts its workers anew."""
LARGEST_BLOCK = 16
ENOUGH = 2
"""Articles under way for each request under way: the next are there when a place is free."""
_CALLS = 4096
"""Calls that the office attends to at once: one of each worker at least."""
_LAST_S = 5.0

_log = logging.getLogger(__name__)
Outcome = tuple[str, Any]
"""What became of a job, without the job, which the run has: ("ended", parts) or ("open", error's parts)."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the processes of a cluster find the office of their run."""

    namespace: str
    name: str


class Sizes:
    """How many jobs make a block, and how many blocks are under way, in all and with one worker."""

    def __init__(self, concurrency: int, workers: int) -> None:
        self.block = max(1, min(LARGEST_BLOCK, concurrency // (2 * workers)))
        self.each = max(1, -(-ENOUGH * concurrency // (self.block * workers)))
        self.at_once = (self.each + 1) * workers


class Distributed:
    """Work on a cluster, for one run; `aclose` at its end. Used on one event loop."""

    def __init__(self, cluster: Cluster, settings: Settings, *, debug: bool = False) -> None:
        self._cluster, self._spent = cluster, Usage()
        self.sizes = Sizes(settings.concurrency, cluster.workers)
        self._waiting: dict[int, asyncio.Future[list[Outcome]]] = {}
        self._broken: ExtractorError | None = None
        self._stopped = False
        self._thread: threading.Thread | None = None
        self._address = Address(cluster.namespace, f"office-{secrets.token_hex(4)}")
        self._office = _office_on(cluster, self._address)
        terms = pickle.dumps((settings, identity_of(asking_of(settings), bar_of(settings)), debug))
        cluster.ray.get(self._office.open.remote(terms))

    @property
    def spent(self) -> Usage:
        """What all requests of all workers cost, as was last heard."""
        return self._spent

    async def __call__(self, jobs: Sequence[Job]) -> Sequence[Verdict | LeftOpen]:
        """Return a verdict for each job, or why it has none."""
        unread = [failed(job, job.row) for job in jobs if not isinstance(job.row, Article)]
        read = tuple(job for job in jobs if isinstance(job.row, Article))
        return [*unread, *(await self._done(read))] if read else unread

    async def aclose(self) -> None:
        """Count what is still under way as sent, and let Ray Data end."""
        self._stop()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, _LAST_S)
        self._cluster.ray.kill(self._office)

    async def _done(self, jobs: tuple[Job, ...]) -> list[Verdict | LeftOpen]:
        if self._broken is not None:
            return [LeftOpen(job, self._broken) for job in jobs]
        self._begin()
        number = None
        try:
            number = await self._office.bring.remote(jobs)
            self._waiting[number] = asyncio.get_running_loop().create_future()
            outcomes = await self._waiting[number]
            self._spent, notes = await self._office.forget.remote(number)
        except asyncio.CancelledError:
            self._stop()
            raise
        except Exception as problem:  # noqa: BLE001 - whatever Ray raises when the office is gone
            return [LeftOpen(job, self._break(problem)) for job in jobs]
        finally:
            if number is not None:
                self._waiting.pop(number, None)
        for level, note in notes:
            _log.log(level, "%s", note)
        return [_unpacked(job, outcome) for job, outcome in zip(jobs, outcomes, strict=True)]

    def _begin(self) -> None:
        if self._thread is None:
            loop = asyncio.get_running_loop()
            self._thread = threading.Thread(target=self._host, args=(loop,), name="ray-data", daemon=True)
            self._thread.start()

    def _host(self, loop: asyncio.AbstractEventLoop) -> None:
        """Run Ray Data, pass after pass, on a thread of its own."""
        try:
            begin = 0
            while not self._stopped and _more(self._cluster, self._office, begin):
                for number, outcomes in _results(self._cluster, self._address, self.sizes, begin):
                    loop.call_soon_threadsafe(self._deliver, number, outcomes)
                    if self._stopped:
                        return
                begin += BLOCKS_A_PASS
        except Exception as problem:  # noqa: BLE001 - what a thread raises nobody hears
            if not self._stopped:
                loop.call_soon_threadsafe(self._break, problem)

    def _deliver(self, number: int, outcomes: list[Outcome]) -> None:
        """Hand over a result; one that comes again, after a worker's death, is dropped."""
        waiting = self._waiting.get(number)
        if waiting is not None and not waiting.done():
            waiting.set_result(outcomes)

    def _break(self, problem: Exception) -> ExtractorError:
        """Give up: nothing of what is under way comes back any more."""
        if self._broken is None:
            _log.debug("the cluster failed", exc_info=problem)
            self._broken = UnreachableError(
                f"the Ray cluster does not go on: {type(problem).__name__}",
                hint="what was answered is recorded; the same command goes on",
            )
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(self._broken)
        return self._broken

    def _stop(self) -> None:
        if self._stopped:
            return
        self._stopped = True
        try:
            self._spent = self._cluster.ray.get(self._office.close.remote(), timeout=_LAST_S)
        except Exception:  # noqa: BLE001 - a dead office has nothing to say
            _log.debug("the office did not tell what was spent")


class Desk:
    """The office as an actor. What it must know comes by call: arguments of its making would be recorded."""

    _office: Office
    _terms: bytes

    async def open(self, terms: bytes) -> None:
        """Begin, with the settings of the run."""
        self._terms = terms
        settings: Settings = pickle.loads(terms)[0]  # noqa: S301 - from the run that began this
        pace, budget = pace_and_budget(settings)
        self._office = Office(Meter(budget, pace), pace)

    async def bring(self, jobs: tuple[Job, ...]) -> int:
        """Take in a block."""
        return self._office.bring(jobs)

    async def forget(self, number: int) -> tuple[Usage, list[tuple[int, str]]]:
        """Forget a block; return the account, and what workers have to say."""
        notes = self._office.forget(number)
        return self._office.spent, notes

    async def close(self) -> Usage:
        """Hand out nothing more; return the account."""
        return self._office.close()

    async def numbers(self, since: int) -> int | None:
        """Wait for blocks."""
        return await self._office.numbers(since)

    async def join(self, token: str, place: str) -> bytes:
        """Take in a worker; return the settings of the run."""
        self._office.join(token, place)
        return self._terms

    async def take(self, token: str, number: int) -> Taken | None:
        """Give a worker a block."""
        return self._office.take(token, number)

    async def try_alone(self, token: str, number: int, index: int) -> None:
        """Wait until an article may be tried alone."""
        await self._office.try_alone(token, number, index)

    async def tried(self, token: str, number: int) -> None:
        """Note that it did no harm."""
        self._office.tried(token, number)

    async def tell(self, token: str, messages: list[Message], asked: tuple[int, int]) -> News | None:
        """Hear a worker."""
        return await self._office.tell(token, messages, asked)

    async def hear(self, token: str) -> News | None:
        """Wait for news for a worker."""
        return await self._office.hear(token)


class Worker:
    """One worker of Ray Data: an Extractor on an event loop of its own, for several blocks at once."""

    def __init__(self, address: Address) -> None:
        import ray  # noqa: PLC0415 - an extra; this is a process of its cluster

        context = ray.get_runtime_context()
        self._token = f"{context.get_worker_id()}"
        self._office = ray.get_actor(address.name, namespace=address.namespace)
        self._loop = asyncio.new_event_loop()
        self._error: ExtractorError | None = None
        threading.Thread(target=self._loop.run_forever, name="extracting", daemon=True).start()
        joining: Any = self._office.join.remote(self._token, f"{context.get_actor_id()}")
        settings, identity, debug = pickle.loads(ray.get(joining))  # noqa: S301 - from our own run
        try:
            self._wire(_like_here(settings, identity), debug=debug)
        except ExtractorError as error:
            self._error = error
        settle_memory()

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[Any]]:
        """Do one block: its number in, what became of its jobs out."""
        [number] = batch["number"].tolist()
        done = asyncio.run_coroutine_threadsafe(self._block(number), self._loop).result()
        return {"number": [number], "told": [pickle.dumps(done)]}

    def _wire(self, settings: Settings, *, debug: bool) -> None:
        branch = Branch(_Remote(self._office, self._token), Retries(retry_policy(settings)))
        gate = Gate(branch.around, branch.heard, branch.retries)
        self._wired: Wired = wire(settings, gate=gate)
        self._local = Local(self._wired.extractor, debug=debug)
        logging.getLogger("extractor").addHandler(Noting(branch, self._loop))
        asyncio.run_coroutine_threadsafe(branch.listen(), self._loop)

    async def _block(self, number: int) -> list[Outcome]:
        taken: Taken | None = await self._office.take.remote(self._token, number)
        if taken is None:
            return []
        if self._error is not None:
            return [("open", packed_error(self._error)) for _ in taken.jobs]
        if not taken.one_by_one:
            return [_packed(one) for one in await self._local(taken.jobs)]
        return [await self._alone(taken, number, index) for index in range(len(taken.jobs))]

    async def _alone(self, taken: Taken, number: int, index: int) -> Outcome:
        """Try an article while no other suspect is tried, so that the guilty one is known by name."""
        if index in taken.condemned:
            reason = "its worker process died whenever it was tried"
            return _packed(Verdict(taken.jobs[index], State.FAILED, INTERNAL, reason))
        await self._office.try_alone.remote(self._token, number, index)
        [one] = await self._local([taken.jobs[index]])
        await self._office.tried.remote(self._token, number)
        return _packed(one)


class _Remote:
    """Calls to the office over Ray."""

    def __init__(self, office: Any, token: str) -> None:
        self._office, self._token = office, token

    def tell(self, messages: list[Message], asked: tuple[int, int]) -> Awaitable[News | None]:
        return cast("Awaitable[News | None]", self._office.tell.remote(self._token, messages, asked))

    def hear(self) -> Awaitable[News | None]:
        return cast("Awaitable[News | None]", self._office.hear.remote(self._token))


class Numbers:
    """The source of a pass: block numbers, as they are brought; the same ones if it is repeated."""

    def __init__(self, address: Address, begin: int, end: int) -> None:
        self._address, self._begin, self._end = address, begin, end

    def __call__(self, _batch: dict[str, Any]) -> Iterator[dict[str, list[int]]]:
        """Yield each number when its block is there."""
        import ray  # noqa: PLC0415 - as above

        office = ray.get_actor(self._address.name, namespace=self._address.namespace)
        number = self._begin
        while number < self._end:
            end = cast("int | None", ray.get(office.numbers.remote(number)))
            if end is None:
                return
            yield from ({"number": [one]} for one in range(number, min(end, self._end)))
            number = end


def _office_on(cluster: Cluster, address: Address) -> Any:
    """Begin the office beside the run, so that neither outlives the other's machine."""
    here = cluster.ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(
        cluster.ray.get_runtime_context().get_node_id(), soft=False
    )
    options = {"num_cpus": 0, "max_concurrency": _CALLS, "max_restarts": 0, "scheduling_strategy": here}
    actor = cluster.ray.remote(**options)(Desk)
    return actor.options(name=address.name, namespace=address.namespace).remote()


def _more(cluster: Cluster, office: Any, begin: int) -> bool:
    return cluster.ray.get(office.numbers.remote(begin)) is not None


def _results(
    cluster: Cluster, address: Address, sizes: Sizes, begin: int
) -> Iterator[tuple[int, list[Outcome]]]:
    """Run one pass of Ray Data; yield what became of each block, in the order in which they end."""
    data = cluster.ray.data
    context = data.DataContext.get_current()
    context.target_max_block_size = 1  # each number and each result goes on at once
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    numbers = data.from_items([begin]).map_batches(
        Numbers(address, begin, begin + BLOCKS_A_PASS).__call__,
        batch_size=None,
        num_cpus=0,
    )
    pool = data.ActorPoolStrategy(
        size=cluster.workers,
        max_concurrent_calls_per_actor=sizes.each,
        enable_true_multi_threading=True,  # else a worker does one block after the other, whatever it may do
    )
    results = numbers.map_batches(
        Worker, fn_constructor_args=(address,), batch_size=None, compute=pool, num_cpus=1
    )
    for table in results.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0):
        for number, told in zip(table["number"].to_pylist(), table["told"].to_pylist(), strict=True):
            yield number, pickle.loads(told)  # noqa: S301 - from our own workers


def _like_here(settings: Settings, identity: Mapping[str, str]) -> Settings:
    """Return the settings of the run. Raises ConfigError where they mean something else on this machine."""
    other = changes(identity, identity_of(asking_of(settings), bar_of(settings)))
    if other:
        raise ConfigError(
            f"a machine of the cluster is not like the one of the run: {'; '.join(other)}",
            hint="install the same extractor on all, with the prompt file in the same place",
        )
    return settings


def _packed(one: Verdict | LeftOpen) -> Outcome:
    if isinstance(one, LeftOpen):
        return "open", packed_error(one.error)
    return "ended", (one.state, one.reason_class, one.reason, one.line, one.account)


def _unpacked(job: Job, outcome: Outcome) -> Verdict | LeftOpen:
    kind, told = outcome
    return LeftOpen(job, unpacked_error(told)) if kind == "open" else Verdict(job, *told)
