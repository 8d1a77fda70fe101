"""What does the articles of a batch: this process, or a Ray cluster where that is asked for."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from extractor.batching.working import Local, Work
from extractor.cli.running import Params
from extractor.errors import ConfigError
from extractor.llm.opening import Watch
from extractor.records import Usage
from extractor.settings import Settings
from extractor.wiring import Wired, wire

ENGINES = ("local", "ray")


@dataclass(frozen=True, slots=True)
class Engine:
    """Does jobs, `at_once` blocks of `block` at a time; `spent` is the account, `aclose` ends it."""

    work: Work
    spent: Callable[[], Usage]
    aclose: Callable[[], Awaitable[None]]
    at_once: int
    block: int = 1


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
        _refuse_flags_of_ray(params)
        wired = rewired(wire(settings, watch))
        work = Local(wired.extractor, debug=debug)
        yield Engine(work, lambda: wired.meter.total, wired.aclose, wired.at_once)
        return
    if not settings.base_url:
        raise ConfigError(
            "--engine ray needs an endpoint: the embedded LLM answers one request at a time",
            hint="--base-url URL, of vLLM for example",
        )
    watch.said("starting the Ray cluster")
    with _on_ray(params, settings, debug=debug) as engine:
        yield engine


def _refuse_flags_of_ray(params: Params) -> None:
    for flag in ("workers", "ray_address"):
        if params.get(flag) is not None:
            raise ConfigError(f"--{flag.replace('_', '-')} is of --engine ray", hint="add --engine ray")


@contextmanager
def _on_ray(params: Params, settings: Settings, *, debug: bool) -> Iterator[Engine]:
    from extractor.batching.cluster import connected  # noqa: PLC0415 - only where it is asked for
    from extractor.batching.distributing import Distributed  # noqa: PLC0415 - likewise

    with connected(params.get("ray_address"), params.get("workers")) as cluster:
        work = Distributed(cluster, settings, debug=debug)
        yield Engine(work, lambda: work.spent, work.aclose, work.sizes.at_once, work.sizes.block)
