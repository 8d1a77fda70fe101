"""Spans for OpenTelemetry where it is configured: who, how many, how long; never a text, an answer or a key.

Alone knows opentelemetry, and imports it only where it is configured. A library does not do that: it uses the
tracer provider of its process. The command line does, as the standard's own variables say.
"""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from extractor import __version__
from extractor.article import Article
from extractor.errors import LLMError
from extractor.llm.base import LLM, Completion, Request
from extractor.pipeline import Extractor
from extractor.records import Extraction, Usage

if TYPE_CHECKING:
    from opentelemetry import trace
    from opentelemetry.sdk.trace.export import SpanExporter

Value = str | bool | int | float
LONGEST = 200
"""Characters of a name that others give: an article's id, or what an endpoint says it runs."""

_API = "opentelemetry.trace"
_EXPORTER = "OTEL_TRACES_EXPORTER"
_RESOURCE = "OTEL_RESOURCE_ATTRIBUTES"
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_OTLP = {"http/protobuf": "otlp_proto_http", "grpc": "otlp_proto_grpc"}
"""Protocols of OTLP, the standard's first choice first, and the exporters' names for them."""


@dataclass(frozen=True, slots=True)
class Span:
    """Something under way, as OpenTelemetry sees it."""

    _span: "trace.Span"

    def note(self, attributes: Mapping[str, Value | None]) -> None:
        """Say something about it; what is None is not said."""
        for name, value in attributes.items():
            if value is not None:
                self._span.set_attribute(name, value[:LONGEST] if isinstance(value, str) else value)

    def fail(self, kind: str) -> None:
        """Say that it failed, in one word: the words of an error are for the user's eyes."""
        from opentelemetry.trace import StatusCode  # noqa: PLC0415 - optional, and loaded by now

        self._span.set_attribute("error.type", kind)
        self._span.set_status(StatusCode.ERROR)


class Spans:
    """The spans of one tracer."""

    def __init__(self, tracer: "trace.Tracer") -> None:
        self._tracer = tracer

    @contextmanager
    def span(
        self,
        name: str,
        attributes: Mapping[str, Value],
        *,
        asks_others: bool = False,
        since: int | None = None,
    ) -> Iterator[Span]:
        """Open a span that lasts as long as the block, and is the parent of those opened in it.

        `since`, in nanoseconds since 1970, is for what began before.
        """
        from opentelemetry.trace import SpanKind  # noqa: PLC0415 - optional, and loaded by now

        with self._tracer.start_as_current_span(
            name,
            kind=SpanKind.CLIENT if asks_others else SpanKind.INTERNAL,
            attributes={name: _clipped(value) for name, value in attributes.items()},
            start_time=since,
            record_exception=False,  # an exception's words may hold an article
            set_status_on_exception=False,
        ) as opened:
            span = Span(opened)
            try:
                yield span
            except BaseException as error:
                span.fail(type(error).__name__)
                raise

    @contextmanager
    def article(self, article_id: str, since: int | None = None) -> Iterator[Span]:
        """Open the span of one article."""
        with self.span("extractor.article", {"extractor.article.id": article_id}, since=since) as span:
            yield span


def spans() -> Spans | None:
    """Return the spans of this process, or None where nobody listens: then it costs a look into a table."""
    api = sys.modules.get(_API)
    if api is None:
        return None
    provider = api.get_tracer_provider()
    if isinstance(provider, (api.ProxyTracerProvider, api.NoOpTracerProvider)):
        return None
    return Spans(provider.get_tracer("extractor", __version__))


class Traced:
    """An LLM of which each request is a span, around one that sends it."""

    def __init__(self, inner: LLM) -> None:
        self._inner = inner

    async def complete(self, request: Request) -> Completion:
        """Answer one request."""
        here = spans()
        if here is None:
            return await self._inner.complete(request)
        with here.span(f"chat {request.llm.name[:LONGEST]}", _asked(request), asks_others=True) as span:
            try:
                answer = await self._inner.complete(request)
            except LLMError as error:
                span.note(_used(error.usage or Usage()))
                raise
            span.note({"gen_ai.response.model": answer.answered_by, **_used(answer.usage)})
            return answer


class TracedArticles:
    """Extracts with each article a span, around an Extractor."""

    def __init__(self, inner: Extractor) -> None:
        self._inner = inner

    async def extract_async(self, article: Article) -> Extraction:
        """Return the records of an article."""
        here = spans()
        if here is None:
            return await self._inner.extract_async(article)
        with here.article(article.id) as span:
            extraction = await self._inner.extract_async(article)
            state = "done_with_warnings" if extraction.warnings else "done"
            cached = extraction.provenance.cached
            span.note(ended(state, len(extraction.records), len(extraction.warnings), cached=cached))
            return extraction


def ended(state: str, records: int, warnings: int, *, cached: bool) -> dict[str, Value]:
    """Return what is said of an article at its end."""
    return {
        "extractor.article.state": state,
        "extractor.article.records": records,
        "extractor.article.warnings": warnings,
        "extractor.article.cached": cached,
    }


def set_up(environment: Mapping[str, str] = os.environ) -> str:
    """Set up OpenTelemetry as its own variables say, unless the process has done so.

    Return what stands in the way, empty if nothing does. Spans for the console go to standard error: standard
    output is for records.
    """
    names = _exporters_named(environment)
    if not names or spans() is not None:
        return ""
    if not find_spec("opentelemetry") or not find_spec("opentelemetry.sdk"):
        return f"{_said(environment)}, but OpenTelemetry is not installed (the extra otel has it): no spans"
    exporters = []
    for name in names:
        exporter = _exporter(name, environment)
        if exporter is None:
            return f"{_said(environment)}, but no exporter of that name is installed: no spans"
        exporters.append(exporter)
    _provide(exporters, environment)
    return ""


def _exporters_named(environment: Mapping[str, str]) -> list[str]:
    if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return []
    named = environment.get(_EXPORTER, "")
    if not named.strip():
        return ["otlp"] if any(environment.get(name) for name in _ENDPOINTS) else []
    return [name for name in (part.strip() for part in named.split(",")) if name not in {"", "none"}]


def _said(environment: Mapping[str, str]) -> str:
    """Return the variable that asks for spans; an endpoint's address may hold a password."""
    named = environment.get(_EXPORTER, "").strip()
    return f"{_EXPORTER} is {named}" if named else f"{next(filter(environment.get, _ENDPOINTS))} is set"


def _exporter(name: str, environment: Mapping[str, str]) -> "SpanExporter | None":
    """Return an exporter by its registered name, or None where it is not installed."""
    if name == "console":
        from opentelemetry.sdk.trace.export import ConsoleSpanExporter  # noqa: PLC0415 - optional

        return ConsoleSpanExporter(out=sys.stderr)
    from importlib.metadata import entry_points  # noqa: PLC0415 - slow to import

    for registered in _registered(name, environment):
        for found in entry_points(group="opentelemetry_traces_exporter", name=registered):
            exporter: SpanExporter = found.load()()
            return exporter
    return None


def _registered(name: str, environment: Mapping[str, str]) -> Sequence[str]:
    if name != "otlp":
        return (name,)
    protocol = next((environment[one] for one in _PROTOCOLS if environment.get(one)), None)
    return tuple(_OTLP.values()) if protocol is None else (_OTLP.get(protocol.strip(), protocol),)


def _provide(exporters: Sequence["SpanExporter"], environment: Mapping[str, str]) -> None:
    """Make the process's provider; sampler and resource are by the standard's variables, read by the SDK."""
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - optional
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - optional
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - optional
    from opentelemetry.trace import set_tracer_provider  # noqa: PLC0415 - optional

    is_named = environment.get("OTEL_SERVICE_NAME") or "service.name=" in environment.get(_RESOURCE, "")
    provider = TracerProvider(resource=Resource.create({} if is_named else {"service.name": "extractor"}))
    for exporter in exporters:
        provider.add_span_processor(BatchSpanProcessor(exporter))
    set_tracer_provider(provider)


def _clipped(value: Value) -> Value:
    return value[:LONGEST] if isinstance(value, str) else value


def _asked(request: Request) -> dict[str, Value]:
    """Return what the semantic conventions have for a question, but for its words."""
    attributes: dict[str, Value] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",  # the protocol's, by the conventions, whoever speaks it
        "gen_ai.request.model": request.llm.name,
        "gen_ai.request.max_tokens": request.max_tokens,
        "gen_ai.request.temperature": request.temperature,
        "gen_ai.output.type": "json",
        "extractor.fingerprint": request.fingerprint,
    }
    if request.seed is not None:
        attributes["gen_ai.request.seed"] = request.seed
    place = urlsplit(request.llm.origin)
    if place.scheme in {"http", "https"} and place.hostname:
        attributes["server.address"] = place.hostname
        attributes["server.port"] = place.port or (443 if place.scheme == "https" else 80)
    else:
        attributes["gen_ai.provider.name"] = "extractor"
    return attributes


def _used(usage: Usage) -> dict[str, Value]:
    return {
        "gen_ai.usage.input_tokens": usage.input_tokens,
        "gen_ai.usage.output_tokens": usage.output_tokens,
        "gen_ai.usage.cache_read.input_tokens": usage.cached_input_tokens,
        "extractor.requests": usage.requests,
    }
