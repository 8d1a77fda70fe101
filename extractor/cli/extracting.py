"""`extractor extract`: sources in, records out; many articles at once, in the order of the sources."""

from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import typer

from extractor.article import Article
from extractor.cli.awaiting import awaited
from extractor.cli.delivering import Delivery
from extractor.cli.following import by_llm
from extractor.cli.preparing import settings_of, watch_of
from extractor.cli.running import FAILED_SOME, Params
from extractor.cli.terminal import Progress, Terminal
from extractor.errors import (
    AuthError,
    BudgetExceededError,
    LLMError,
    QuotaError,
    ReadError,
    UnreachableError,
)
from extractor.reading import ReadOptions, read_rows
from extractor.records import Extraction
from extractor.settings import Settings
from extractor.tracing import TracedArticles
from extractor.windowing import in_order
from extractor.wiring import Wired, wire

_ENDS_THE_RUN = (AuthError, BudgetExceededError, QuotaError, UnreachableError)
"""What would fail each following article in the same way."""

Row = Article | ReadError


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row of a source; a failure says why there is no extraction."""

    row: Row
    extraction: Extraction | None = None
    failure: ReadError | LLMError | None = None


def extract(params: Params, terminal: Terminal) -> None:
    """Extract the records of all sources, and deliver them as the flags say."""
    settings = settings_of(params, terminal)
    delivery = Delivery.of(params, settings)
    rows = peeked(rows_of(params["sources"] or ["-"], read_options(params, settings)))
    run(rows, settings, delivery, terminal)


def read_options(params: Params, settings: Settings) -> ReadOptions:
    """Return how the sources are read."""
    fields = ("text_field", "title_field", "date_field", "id_field", "language_field")
    return ReadOptions(
        format=params.get("input_format"),
        encoding=params.get("encoding"),
        language=settings.language,
        date=settings.date,
        allow_private=settings.allow_private,
        **{name: params[name] for name in fields if name in params},
    )


def rows_of(sources: Iterable[str], options: ReadOptions) -> Iterator[Row]:
    """Yield the articles of all sources, and an error in place of each that cannot be read."""
    return chain.from_iterable(read_rows(source, options) for source in sources)


def peeked(rows: Iterator[Row]) -> Iterator[Row]:
    """Read the first row now: outside of an event loop one Ctrl-C ends the wait for standard input."""
    first = next(rows, None)
    return chain([] if first is None else [first], rows)


def run(rows: Iterator[Row], settings: Settings, delivery: Delivery, terminal: Terminal) -> None:
    """Extract and deliver. Raises typer.Exit with 3 when some rows failed, or the error that ends it all."""
    with terminal.progress("reading") as progress:
        wired = wire(settings, watch_of(terminal, progress))
        failures, done = awaited(_all(rows, wired, delivery, _Show(terminal, progress)))
    delivery.finish()
    if done + len(failures) > 1:
        usage = wired.meter.total
        sent = f"{done} articles done, {len(failures)} failed; {usage.requests} requests sent"
        terminal.say(sent + by_llm(wired.by_llm()))
    elif len(wired.by_llm()) > 1:
        terminal.say("asked again, since records were not sure enough:" + by_llm(wired.by_llm()))
    if failures:
        raise typer.Exit(_code(failures, done))


@dataclass(frozen=True, slots=True)
class _Show:
    terminal: Terminal
    progress: Progress


async def _all(
    rows: Iterator[Row], wired: Wired, delivery: Delivery, show: _Show
) -> tuple[list[Exception], int]:
    failures: list[Exception] = []
    done = 0
    try:
        async for outcome in _outcomes(rows, wired, show):
            if outcome.failure is not None:
                failures.append(outcome.failure)
                show.terminal.report(_placed(outcome))
            elif outcome.extraction is not None and isinstance(outcome.row, Article):
                done += 1
                show.terminal.detail(_account(outcome.extraction))
                with show.progress.paused():
                    delivery.take(outcome.extraction, outcome.row.text)
    finally:
        await wired.aclose()
    return failures, done


def _outcomes(rows: Iterator[Row], wired: Wired, show: _Show) -> AsyncIterator[Outcome]:
    """Yield the outcome of each row in order, while the following ones are under way."""
    extractor = TracedArticles(wired.extractor)

    def work() -> Iterator[Coroutine[Any, Any, Outcome]]:
        for row in rows:
            show.progress.set(0, None, f"asking about {row.source}")
            yield _outcome(row, extractor)

    return in_order(work(), wired.at_once)


async def _outcome(row: Row, extractor: TracedArticles) -> Outcome:
    if isinstance(row, ReadError):
        return Outcome(row, failure=row)
    try:
        return Outcome(row, await extractor.extract_async(row))
    except _ENDS_THE_RUN:
        raise
    except LLMError as error:
        return Outcome(row, failure=error)


def _placed(outcome: Outcome) -> ReadError | LLMError:
    """Return the failure, saying which article it is about."""
    failure = outcome.failure
    if isinstance(failure, ReadError) or failure is None or not isinstance(outcome.row, Article):
        assert failure is not None
        return failure
    return LLMError(f"{outcome.row.source}: {failure}", hint=failure.hint)


def _account(extraction: Extraction) -> str:
    usage, found = extraction.provenance.usage, len(extraction.records)
    how = "recorded answer" if extraction.provenance.cached else f"{usage.seconds:.1f} s"
    tokens = f"{usage.input_tokens} + {usage.output_tokens} tokens"
    return f"{extraction.article.source}: {found} records, {tokens}, {how}"


def _code(failures: list[Exception], done: int) -> int:
    """Return 4 when all there was to say is that the LLM gave no answer, else 3."""
    all_by_llm = done == 0 and all(isinstance(failure, LLMError) for failure in failures)
    return LLMError.exit_code if all_by_llm else FAILED_SOME
