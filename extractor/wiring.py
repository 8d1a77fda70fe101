"""Settings to objects: an LLM with all its layers, and the Extractor that asks it.

The only room that knows every concrete class. Nothing is loaded or downloaded before the first request that
no recorded answer serves.
"""

import asyncio
import functools
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from extractor.errors import ConfigError
from extractor.escalating import Bar
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
USUAL_BAR = 0.5
"""The confidence below which another LLM is asked, where nothing else is said."""
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


Hear = Callable[[Allowance], None]


def _unheard(_allowance: Allowance) -> None:
    return


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
    _inner: "_Addressed"

    def by_llm(self) -> Mapping[str, Usage]:
        """Return the account of each LLM that was asked, empty where another process keeps it."""
        return self.meter.by_llm if isinstance(self.meter, Metered) else {}

    async def aclose(self) -> None:
        """Close connections and free the weights; the Extractor may be used again after."""
        await self._inner.aclose()


def wire(settings: Settings, watch: Watch | None = None, gate: Gate | None = None) -> Wired:
    """Return an Extractor as the settings say. Raises ConfigError where they contradict one another.

    With a `gate` it keeps neither pace nor budget of its own.
    """
    asking, bar = asking_of(settings), bar_of(settings)
    gate = gate or _own_gate(settings)
    inner = _Addressed(
        {
            who.identity: _OnFirstUse(functools.partial(_innermost, how, watch or Watch(), heard))
            for who, how, heard in _asked(settings, bar, gate)
        }
    )
    meter = gate.around(Traced(inner))
    insisting = Retrying(meter, retry_policy(settings), retries=gate.retries)
    at_once = settings.concurrency if settings.base_url else 1
    answering = Shared(_remembering(insisting, settings))
    return Wired(Extractor(answering, asking, bar), meter, at_once, inner)


def _asked(settings: Settings, bar: Bar, gate: Gate) -> "Iterator[tuple[Asking, Settings, Hear]]":
    """Yield who is asked, by which settings, and who hears of limits: one endpoint sets the pace."""
    yield asking_of(settings), settings, gate.heard
    if bar.again is not None:
        yield bar.again, escalated(settings), _unheard if settings.base_url else gate.heard


def _own_gate(settings: Settings) -> Gate:
    pace, budget = pace_and_budget(settings)
    return Gate(lambda inner: Metered(inner, budget, pace), pace.hear, Retries(retry_policy(settings)))


def pace_and_budget(settings: Settings) -> tuple[Pace, Budget]:
    """Return what all requests of a run together are held to."""
    limits = PaceLimits(settings.concurrency, settings.requests_per_minute, settings.tokens_per_minute)
    asked = [settings, escalated(settings)] if settings.escalate else [settings]
    free = [load_catalogue().find(one.llm).identity.name for one in asked if not one.base_url]
    spendable = settings.max_cost if len(free) < len(asked) else None  # an embedded LLM costs nothing
    return Pace(limits), Budget(spendable, settings.max_tokens, frozenset(free))


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


def bar_of(settings: Settings) -> Bar:
    """Return how sure records must be, and who else is asked. Raises ConfigError for a contradiction."""
    if settings.escalate is None:
        if settings.escalate_base_url or settings.escalate_below is not None:
            raise ConfigError("which LLM is to be asked again?", hint="name it with --escalate")
        return Bar(settings.min_confidence)
    again = asking_of(escalated(settings))
    if again.identity == asking_of(settings).identity:
        raise ConfigError(
            f"--escalate {settings.escalate}: that LLM is asked first", hint="name another, a larger one"
        )
    least = USUAL_BAR if settings.min_confidence is None else settings.min_confidence
    below = least if settings.escalate_below is None else settings.escalate_below
    return Bar(settings.min_confidence, below, again)


def escalated(settings: Settings) -> Settings:
    """Return the settings by which the LLM is asked that `escalate` names.

    Without an endpoint of its own that is an embedded LLM of the name, else one of the first one's endpoint;
    only that endpoint gets the first one's key.
    """
    name, url, key = settings.escalate, settings.escalate_base_url, settings.escalate_api_key
    if url is None and settings.base_url and name not in load_catalogue().names:
        url, key = settings.base_url, key or settings.api_key
    unset = dict.fromkeys(("escalate", "escalate_base_url", "escalate_below", "prompt"))
    return settings.model_copy(update=unset | {"llm": name, "base_url": url, "api_key": key})


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
        probabilities=bool(settings.probabilities),
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


class _Addressed:
    """The LLMs of a run as one: each request goes to the one that it names."""

    def __init__(self, llms: "Mapping[LLMIdentity, _OnFirstUse]") -> None:
        self._llms = llms

    async def complete(self, request: Request) -> Completion:
        return await self._llms[request.llm].complete(request)

    async def aclose(self) -> None:
        for llm in self._llms.values():
            await llm.aclose()


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
    told = settings.probabilities is not False
    return EmbeddedLLM(*files, context=entry.context, probabilities=told, on_token=watch.written)
