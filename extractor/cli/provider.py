"""`extractor batch` by file: requests out, answers in, through a provider's batches or any offline LLM."""

import contextlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

import typer

from extractor.batching import provider
from extractor.batching.importing import Imported, Unanswered, import_answers
from extractor.batching.intake import STANDARD_INPUT
from extractor.batching.journal import open_to_read
from extractor.batching.provider import Folder, Part
from extractor.batching.request_files import (
    Bounds,
    Exported,
    Exporter,
    Known,
    articles_of,
    file_names,
    requests_of,
)
from extractor.cli.awaiting import awaited
from extractor.cli.batching import Target, batch, plan_of
from extractor.cli.delivering import show
from extractor.cli.preparing import settings_of
from extractor.cli.running import Params
from extractor.cli.terminal import Terminal
from extractor.errors import ConfigError, LLMError
from extractor.escalating import Bar
from extractor.llm.base import Request
from extractor.llm.batch_format import RequestLines, batch_price
from extractor.llm.caching import Cached
from extractor.llm.dialects import Dialect
from extractor.llm.metering import load_prices
from extractor.llm.openai import EndpointOptions, OpenAIEndpoint
from extractor.llm.probing import question_to
from extractor.llm.provider_batches import Batch, ProviderBatches
from extractor.llm.retrying import Retrying
from extractor.pipeline import Extractor
from extractor.settings import Settings
from extractor.wiring import Wired, asking_of, endpoint_options, store_of

UNDER_WAY = LLMError.exit_code
"""The exit code while batches are not over: no answer yet."""


def export_requests(params: Params, terminal: Terminal) -> None:
    """Write the requests that no kept answer serves to a file, and send nothing."""
    if params.get("imports"):
        raise ConfigError("--export and --import exclude each other", hint="first the one, then the other")
    settings = _settings(params, terminal)
    target = Path(params["export"])
    with _requests(params, settings, unfinished=True) as requests:
        exporter = Exporter(store_of(settings), RequestLines(asking_of(settings).identity.name), target)
        exported = exporter.export(requests)
    _tell_exported(exported, terminal)
    for path in takewhile(Path.exists, file_names(target)):
        if path not in {file.path for file in exported.files}:
            terminal.warn(f"{path} is of an earlier export: do not have it answered again")


def import_responses(params: Params, terminal: Terminal) -> None:
    """Take in files of answers, then finish all articles from what is recorded; nothing is sent."""
    _read_again(params)
    settings = _settings(params, terminal)
    with _requests(params, settings, unfinished=False) as requests:
        done = _imported(requests, [Path(path) for path in params["imports"]], settings)
    _tell_imported(done, terminal)
    _finish(params, terminal, settings, done)


def submit(params: Params, terminal: Terminal) -> None:
    """Submit the requests that are neither answered nor under way, each once."""
    settings = _settings(params, terminal)
    options = _endpoint(settings)
    dialect = awaited(_dialect(options))
    price = batch_price(options.name, load_prices())
    with (
        _working(params, settings) as (folder, batches),
        _requests(params, settings, unfinished=True) as requests,
    ):
        lines, store = RequestLines(options.name, dialect), store_of(settings)

        def exporter(target: Path, elsewhere: Known) -> Exporter:
            return Exporter(store, lines, target, price, Bounds(max_cost=settings.max_cost), elsewhere)

        exported = provider.submit(folder, batches, requests, exporter, terminal.say)
    _tell_exported(exported, terminal)


def status(params: Params, terminal: Terminal) -> None:
    """Print how each batch stands, one a line."""
    settings = settings_of(params, terminal)
    with _working(params, settings, submitted=True) as (folder, batches):
        for part, now in provider.refresh(folder, batches):
            _show(part, now, as_json=bool(params.get("json")))


def collect(params: Params, terminal: Terminal) -> None:
    """Take in the answers of the batches that are over; when all are, finish all articles from them.

    Raises typer.Exit with 4 while a batch is under way.
    """
    _read_again(params)
    settings = _settings(params, terminal)
    with _working(params, settings, submitted=True) as (folder, batches):
        over = provider.fetch(folder, batches, terminal.say)
        paths = [path for part in over for path in folder.answers(part) if path.exists()]
        with _requests(params, settings, unfinished=False) as requests:
            done = _imported(requests, paths, settings)
        provider.settled(folder, over)
        left = [part for part in folder.parts if part.open]
    _tell_imported(done, terminal)
    if left:
        asked = sum(part.requests for part in left)
        terminal.say(f"{len(left)} batches with {asked} requests are under way: collect again later")
        raise typer.Exit(UNDER_WAY)
    _finish(params, terminal, settings, done)


def cancel(params: Params, terminal: Terminal) -> None:
    """Cancel the batches that are under way; collect what they have answered."""
    settings = settings_of(params, terminal)
    with _working(params, settings, submitted=True) as (folder, batches):
        for part, now in provider.cancel(folder, batches):
            _show(part, now, as_json=bool(params.get("json")))


def _settings(params: Params, terminal: Terminal) -> Settings:
    """Return the settings. Raises ConfigError where they rule out answers by file."""
    settings = settings_of(params, terminal)
    if settings.no_cache:
        raise ConfigError(
            "answers by file go through the recorded answers, and --no-cache rules them out",
            hint="drop --no-cache; --cache-dir keeps them apart",
        )
    if settings.mode not in {"auto", "json_schema"}:
        raise ConfigError(f"requests by file go in mode json_schema, not {settings.mode}", hint="drop --mode")
    if settings.escalate is not None:
        raise ConfigError("answers by file are of one LLM", hint="drop --escalate; `batch run` asks two")
    return settings


@contextmanager
def _requests(params: Params, settings: Settings, *, unfinished: bool) -> Iterator[Iterable[Request]]:
    """Open the requests about the articles of the inputs, each once; of all, or of those not done yet."""
    extractor = Extractor(Unanswered({}), asking_of(settings))
    target = Target.of(params)
    with contextlib.ExitStack() as stack:
        plan = stack.enter_context(plan_of(params, settings, target))
        journal = None
        if unfinished and target.places.journal.exists():
            journal = stack.enter_context(contextlib.closing(open_to_read(target.places.journal)))
        articles = articles_of(plan.jobs(), journal)
        yield requests_of(articles, lambda article: extractor.prepare(article).requests)


def _read_again(params: Params) -> None:
    """Raise ConfigError for inputs that cannot be read twice, for the requests and for the run."""
    if STANDARD_INPUT in (params.get("sources") or [STANDARD_INPUT]):
        raise ConfigError(
            "the articles are read twice here, and standard input is gone after once",
            hint="name the files that the requests were made of",
        )


@contextmanager
def _working(
    params: Params, settings: Settings, *, submitted: bool = False
) -> Iterator[tuple[Folder, ProviderBatches]]:
    """Open the batches of an output at the endpoint of the settings; with `submitted` there must be some."""
    output = params.get("output", "-")
    if output == "-":
        raise ConfigError("the batches of which output?", hint="name a file with --output, as in the run")
    options = _endpoint(settings)
    folder = Folder(Path(output))
    if submitted and not folder.path.is_dir():
        raise ConfigError(
            f"no batches were submitted for {output}", hint="begin with `extractor batch submit`"
        )
    with contextlib.closing(ProviderBatches(options)) as batches, folder.locked():
        folder.belongs_to(options.identity)
        yield folder, batches


def _endpoint(settings: Settings) -> EndpointOptions:
    if not settings.base_url:
        raise ConfigError(
            "batches are submitted to an endpoint, and none is named",
            hint="name it with --base-url; for an offline LLM, --export FILE writes the requests to a file",
        )
    return replace(endpoint_options(settings), mode="json_schema")


async def _dialect(options: EndpointOptions) -> Dialect:
    """Return how the endpoint wants requests worded, by one small question: a batch cannot ask again."""
    endpoint = OpenAIEndpoint(options)
    try:
        await Retrying(endpoint).complete(question_to(endpoint))
    finally:
        await endpoint.aclose()
    return endpoint.dialect


def _imported(requests: Iterable[Request], paths: list[Path], settings: Settings) -> Imported:
    price = batch_price(asking_of(settings).identity.name, load_prices())
    return import_answers(requests, paths, store_of(settings), price)


def _finish(params: Params, terminal: Terminal, settings: Settings, done: Imported) -> None:
    """Run the batch with nothing but recorded answers; an article without one fails for its reason."""

    def answered_only(wired: Wired) -> Wired:
        answers = Cached(Unanswered(done.faults), store_of(settings))
        return replace(wired, extractor=Extractor(answers, asking_of(settings), Bar(settings.min_confidence)))

    batch(params, terminal, answered_only)


def _tell_exported(exported: Exported, terminal: Terminal) -> None:
    files = ", ".join(str(file.path) for file in exported.files)
    parts = [f"{exported.requests} requests written" + (f" to {files}" if files else "")]
    parts += [f"{exported.kept} answered already"] if exported.kept else []
    parts += [f"{exported.passed_over} under way"] if exported.passed_over else []
    terminal.say("; ".join(parts))


def _tell_imported(done: Imported, terminal: Terminal) -> None:
    for note in done.notes:
        terminal.warn(note)
    counts = {
        "new answers": done.imported,
        "answered before": done.kept,
        "without answer": done.missing,
        **{f"broken ({reason})": count for reason, count in sorted(done.broken.items())},
        "duplicates ignored": done.duplicates,
        "unknown ids ignored": done.unknown,
        "unreadable lines": done.unreadable,
    }
    parts = [f"{count} {what}" for what, count in counts.items() if count]
    parts += [f"${done.usage.cost:.4f} at batch price"] if done.usage.cost else []
    terminal.say("answers: " + (", ".join(parts) or "none"))


def _show(part: Part, now: Batch | None, *, as_json: bool) -> None:
    problems = list(now.problems) if now else []
    if as_json:
        values = {
            "part": part.name,
            "batch": part.batch_id,
            "stage": str(part.stage),
            "status": now.status if now else part.status,
            "requests": part.requests,
            "completed": now.completed if now else None,
            "failed": now.failed if now else None,
            "problems": problems,
        }
        show(json.dumps(values))
        return
    counts = f"{now.completed} of {part.requests} answered, {now.failed} failed" if now else ""
    words = (part.name, part.batch_id or "-", now.status if now else str(part.stage), counts, *problems)
    show("  ".join(word for word in words if word))
