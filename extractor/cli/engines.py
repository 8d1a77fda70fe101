"""What does the articles of a batch: this process, or a Ray cluster where that is asked for."""

import os
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from extractor.batching.identity import identity_of
from extractor.batching.pooling import Pool
from extractor.batching.remembering import Remembering, Shelf
from extractor.batching.working import Local, Work
from extractor.cli.running import Params
from extractor.errors import ConfigError
from extractor.llm.opening import Watch
from extractor.records import Usage
from extractor.settings import Settings
from extractor.wiring import Wired, asking_of, bar_of, wire

ENGINES = ("local", "ray")
_MANY_REQUESTS = 32
"""Requests at once from which an endpoint is faster than one process can read articles."""
_IN_A_WORKER = 32
"""Articles more than requests under way, for each worker."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Does jobs, `at_once` blocks of `block` at a time; `spent` is the account, `aclose` ends it.

    `by_llm` is the account of each LLM, empty where that is not kept.
    """

    work: Work
    spent: Callable[[], Usage]
    aclose: Callable[[], Awaitable[None]]
    at_once: int
    block: int = 1
    by_llm: Callable[[], Mapping[str, Usage]] = dict


@contextmanager
def engine_of(
    params: Params, settings: Settings, watch: Watch, rewired: Callable[[Wired], Wired]
) -> Iterator[Engine]:
    """Open the engine that the flags name. Raises ConfigError where they contradict one another."""
    name = params.get("engine") or "local"
    debug = bool(params.get("debug"))
    if name not in ENGINES:
        raise ConfigError(f"--engine {name}: no such engine", hint=f"one of: {', '.join(ENGINES)}")
    if name == "local":
        if params.get("ray_address") is not None:
            raise ConfigError("--ray-address is of --engine ray", hint="add --engine ray")
        wired = rewired(wire(settings, watch))
        workers = _workers(params, settings)
        engine = _in_processes(wired, workers, debug=debug) if workers > 1 else _here(wired, debug=debug)
        yield _remembering(engine, settings)
        return
    if not settings.base_url:
        raise ConfigError(
            "--engine ray needs an endpoint: the embedded LLM answers one request at a time",
            hint="--base-url URL, of vLLM for example",
        )
    watch.said("starting the Ray cluster")
    with _on_ray(params, settings, debug=debug) as engine:
        yield _remembering(engine, settings)


def _workers(params: Params, settings: Settings) -> int:
    """Return how many processes work on articles: as asked, else all processors for a fast endpoint."""
    asked: int | None = params.get("workers")
    if asked is not None or not settings.base_url:
        return asked or 1
    return os.cpu_count() or 1 if settings.concurrency >= _MANY_REQUESTS else 1


def _here(wired: Wired, *, debug: bool) -> Engine:
    work = Local(wired.extractor, debug=debug)
    return Engine(work, lambda: wired.meter.total, wired.aclose, wired.at_once, by_llm=wired.by_llm)


def _in_processes(wired: Wired, workers: int, *, debug: bool) -> Engine:
    """Return work in several processes; more articles are under way than requests, some are being read."""
    extractor = wired.extractor
    pool = Pool(extractor.llm, extractor.asking, workers, bar=extractor.bar, debug=debug)

    async def aclose() -> None:
        await pool.aclose()
        await wired.aclose()

    at_once = wired.at_once + _IN_A_WORKER * workers
    return Engine(pool, lambda: wired.meter.total, aclose, at_once, by_llm=wired.by_llm)


def _remembering(engine: Engine, settings: Settings) -> Engine:
    """Return an engine that gives extractions again where the settings want answers to be given again."""
    if settings.no_cache:
        return engine
    shelf = Shelf(settings.cache_dir, identity_of(asking_of(settings), bar_of(settings)))

    async def aclose() -> None:
        shelf.close()
        await engine.aclose()

    work = Remembering(engine.work, shelf, read=not settings.refresh)
    return replace(engine, work=work, aclose=aclose)


@contextmanager
def _on_ray(params: Params, settings: Settings, *, debug: bool) -> Iterator[Engine]:
    from extractor.batching.cluster import connected  # noqa: PLC0415 - only where it is asked for
    from extractor.batching.distributing import Distributed  # noqa: PLC0415 - likewise

    with connected(params.get("ray_address"), params.get("workers")) as cluster:
        work = Distributed(cluster, settings, debug=debug)
        yield Engine(work, lambda: work.spent, work.aclose, work.sizes.at_once, work.sizes.block)
