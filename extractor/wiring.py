"""Settings to objects: an LLM with all its layers, and the Extractor that asks it.

The only room that knows every concrete class. Nothing is loaded or downloaded before the first request that
no recorded answer serves.
"""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from extractor.errors import ConfigError
from extractor.llm.allowances import Allowance
from extractor.llm.base import LLM, Completion, LLMIdentity, Request
from extractor.llm.caching import Cached, DiskStore, Policy
from extractor.llm.catalogue import load_catalogue
from extractor.llm.embedded import EmbeddedLLM
from extractor.llm.metering import Budget, Metered
from extractor.llm.openai import EndpointOptions, OpenAIEndpoint
from extractor.llm.opening import Place, Watch, open_embedded
from extractor.llm.pacing import Pace, PaceLimits
from extractor.llm.retrying import Retries, Retrying, RetryPolicy
from extractor.llm.shared import RedisStore, Tiered
from extractor.llm.sharing import Shared
from extractor.llm.stored import Store
from extractor.pipeline import Extractor
from extractor.prompting import Asking, Template, load_template
from extractor.records import Usage
from extractor.settings import Settings
from extractor.tracing import Traced

ENDPOINT_PROMPT = "general"
FREE_RETRIES = 20
FREE_RETRIES_EACH = 5
"""The retries that a run has at least, and more for each request under way: a short outage fails them all."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Tokens of one answer and of the text in one request, where the settings do not say."""

    answer: int
    text: int


ENDPOINT_SIZES = Sizes(answer=4096, text=6000)
EMBEDDED_SIZES = Sizes(answer=3072, text=3000)
"""Together with the prompt they fit the 8,192 tokens of its window, also where tokens are estimated low."""


class Accounts(LLM, Protocol):
    """An LLM that keeps an account of its requests."""

    @property
    def total(self) -> Usage:
        """What all requests cost so far."""
        ...


@dataclass(frozen=True, slots=True)
class Gate:
    """What requests go through whose pace, budgets and account are another process's.

    `around` puts it around the LLM that sends them; `heard` gets what replies say of limits.
    """

    around: Callable[[LLM], Accounts]
    heard: Callable[[Allowance], None]
    retries: Retries


@dataclass(frozen=True, slots=True)
class Wired:
    """An Extractor with what must be closed after it.

    `meter` has the account of the real requests; `at_once` is how many articles are worth having under way.
    """

    extractor: Extractor
    meter: Accounts
    at_once: int
    _inner: "_OnFirstUse"

    async def aclose(self) -> None:
        """Close connections and free the weights; the Extractor may be used again after."""
        await self._inner.aclose()


def wire(settings: Settings, watch: Watch | None = None, gate: Gate | None = None) -> Wired:
    """Return an Extractor as the settings say. Raises ConfigError where they contradict one another.

    With a `gate` it keeps neither pace nor budget of its own.
    """
    heard = watch or Watch()
    asking = asking_of(settings)
    gate = gate or _own_gate(settings)
    inner = _OnFirstUse(lambda stopped: _innermost(settings, heard, gate.heard, stopped))
    meter = gate.around(Traced(inner))
    insisting = Retrying(meter, retry_policy(settings), retries=gate.retries)
    at_once = settings.concurrency if settings.base_url else 1
    answering = Shared(_remembering(insisting, settings))
    return Wired(Extractor(answering, asking), meter, at_once, inner)


def _own_gate(settings: Settings) -> Gate:
    pace, budget = pace_and_budget(settings)
    return Gate(lambda inner: Metered(inner, budget, pace), pace.hear, Retries(retry_policy(settings)))


def pace_and_budget(settings: Settings) -> tuple[Pace, Budget]:
    """Return what all requests of a run together are held to."""
    limits = PaceLimits(settings.concurrency, settings.requests_per_minute, settings.tokens_per_minute)
    spendable = settings.max_cost if settings.base_url else None  # the embedded LLM costs nothing
    return Pace(limits), Budget(spendable, settings.max_tokens)


def retry_policy(settings: Settings) -> RetryPolicy:
    """Return how long one question, and all of a run together, are insisted on."""
    free = FREE_RETRIES + FREE_RETRIES_EACH * settings.concurrency
    return RetryPolicy(attempts=settings.attempts, reasks=settings.reasks, free_retries=free)


def asking_of(settings: Settings) -> Asking:
    """Return who is asked, and how: an endpoint if the settings name one, else the embedded LLM."""
    if settings.base_url:
        options = endpoint_options(settings)
        return _asking(settings, options.identity, ENDPOINT_PROMPT, ENDPOINT_SIZES)
    entry = load_catalogue().find(settings.llm)
    return _asking(settings, entry.identity, entry.prompt, EMBEDDED_SIZES)


def endpoint_options(settings: Settings) -> EndpointOptions:
    """Return how the endpoint of the settings is reached. Raises ConfigError when no LLM is named."""
    if not settings.llm or not settings.base_url:
        raise ConfigError(
            f"which LLM of {settings.base_url}?",
            hint="name it with --llm; `extractor doctor --base-url URL` lists those that the endpoint has",
        )
    return EndpointOptions(
        base_url=settings.base_url,
        name=settings.llm,
        api_key=settings.api_key,
        timeout_s=settings.timeout,
        max_connections=settings.concurrency,
        mode=settings.mode,
    )


def template_of(settings: Settings, default: str) -> Template:
    """Return the template that the settings name: one of ours, or a file of the user's."""
    name = settings.prompt or default
    if name.endswith(".j2"):
        path = Path(name).expanduser()
        return load_template(path.stem, path.parent)
    return load_template(name)


def store_of(settings: Settings) -> Store:
    """Return where answers are kept: on this machine, and before others where they are shared.

    Raises ConfigError when the shared ones are out of reach, WriteError when the disk takes no answers.
    """
    near, far = DiskStore(settings.cache_dir), shared_store_of(settings)
    return near if far is None else Tiered(near, far)


def shared_store_of(settings: Settings) -> RedisStore | None:
    """Return where answers are shared, None if they are not. Raises ConfigError when it is out of reach."""
    return None if settings.shared_cache is None else RedisStore(settings.shared_cache.get_secret_value())


def _asking(settings: Settings, identity: LLMIdentity, prompt: str, sizes: Sizes) -> Asking:
    return Asking(
        identity=identity,
        template=template_of(settings, prompt),
        chunk_tokens=settings.chunk_tokens or sizes.text,
        max_tokens=settings.answer_tokens or sizes.answer,
    )


def _remembering(insisting: LLM, settings: Settings) -> LLM:
    if settings.no_cache:
        return insisting
    policy = Policy.OFFLINE if settings.offline else Policy.REFRESH if settings.refresh else Policy.USE
    return Cached(insisting, store_of(settings), policy)


class _StoppedError(Exception):
    """Nobody waits for the download any more."""


class _OnFirstUse:
    """An LLM that is built when the first request comes; that may take minutes, and ends when cancelled."""

    def __init__(self, build: Callable[[Callable[[], bool]], "OpenAIEndpoint | EmbeddedLLM"]) -> None:
        self._build = build
        self._built: OpenAIEndpoint | EmbeddedLLM | None = None
        self._turn = threading.Lock()
        self._stopped = threading.Event()

    async def complete(self, request: Request) -> Completion:
        llm = self._built
        try:
            if llm is None:
                llm = await asyncio.to_thread(self._once)
        except asyncio.CancelledError:
            self._stopped.set()
            raise
        return await llm.complete(request)

    async def aclose(self) -> None:
        self._stopped.clear()
        built, self._built = self._built, None
        if isinstance(built, OpenAIEndpoint):
            await built.aclose()
        elif built is not None:
            built.close()

    def _once(self) -> "OpenAIEndpoint | EmbeddedLLM":
        with self._turn:
            if self._built is None:
                self._built = self._build(self._stopped.is_set)
            return self._built


def _innermost(
    settings: Settings, watch: Watch, heard: Callable[[Allowance], None], stopped: Callable[[], bool]
) -> OpenAIEndpoint | EmbeddedLLM:
    if settings.base_url:
        return OpenAIEndpoint(replace(endpoint_options(settings), heard=heard))

    def downloaded(done: int, whole: int, source: str) -> None:
        if stopped():
            raise _StoppedError
        watch.downloaded(done, whole, source)

    entry = load_catalogue().find(settings.llm)
    place = Place(settings.weights_dir, settings.hub)
    files = open_embedded(entry, place, Watch(watch.said, downloaded, watch.written))
    watch.said(f"no endpoint is configured: the embedded LLM {entry.name} answers, about a minute an article")
    return EmbeddedLLM(*files, context=entry.context, on_token=watch.written)
