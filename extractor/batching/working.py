"""Jobs to verdicts with an Extractor of this process: the work itself, which knows neither order nor files.

Whatever is called like `Local` may take its place: worker processes, or a cluster.
"""

import asyncio
import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from traceback import extract_tb, print_exc
from typing import Protocol

from extractor.article import Article
from extractor.batching.states import ENDS_THE_RUN, INTERNAL, Account, Job, LeftOpen, State, Verdict, failed
from extractor.errors import ExtractorError, TransientLLMError
from extractor.records import Extraction
from extractor.writing import WriteOptions, write


class Extracts(Protocol):
    """What an Extractor does."""

    async def extract_async(self, article: Article) -> Extraction:
        """Return the records of an article."""
        ...


class Work(Protocol):
    """A block of jobs to what became of each, in any order; raises nothing but CancelledError."""

    async def __call__(self, jobs: Sequence[Job]) -> Sequence[Verdict | LeftOpen]:
        """Return a verdict for each job, or why it has none."""
        ...


class Local:
    """Work on the event loop that calls it; `debug` prints the traceback of what is our bug."""

    def __init__(self, extractor: Extracts, *, debug: bool = False) -> None:
        self._extractor, self._debug = extractor, debug

    async def __call__(self, jobs: Sequence[Job]) -> Sequence[Verdict | LeftOpen]:
        """Return a verdict for each job, or why it has none."""
        return await asyncio.gather(*map(self._one, jobs))

    async def _one(self, job: Job) -> Verdict | LeftOpen:
        if not isinstance(job.row, Article):
            return failed(job, job.row)
        try:
            return done(job, await self._extractor.extract_async(job.row))
        except ENDS_THE_RUN as error:
            return LeftOpen(job, error)
        except TransientLLMError as error:
            return LeftOpen(job, error) if error.retry_after is not None else failed(job, error)
        except ExtractorError as error:
            return failed(job, error)
        except Exception as error:  # noqa: BLE001 - our bug: the article fails, the run goes on
            if self._debug:
                print_exc(file=sys.stderr)
            return Verdict(job, State.FAILED, INTERNAL, where(error))


def settle_memory() -> None:
    """Have the garbage collector look less often: words and patterns stay, an article leaves few cycles.

    For processes that do nothing but articles.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def done(job: Job, extraction: Extraction) -> Verdict:
    """Return the verdict on an article that has its extraction."""
    usage, cached = extraction.provenance.usage, extraction.provenance.cached
    account = Account(
        records=len(extraction.records),
        warnings=len(extraction.warnings),
        requests=usage.requests,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        seconds=usage.seconds,
        cost=usage.cost,
        cached=cached,
    )
    line = write(extraction, "", "jsonl", WriteOptions()).encode()
    state = State.DONE_WITH_WARNINGS if extraction.warnings else State.DONE
    return Verdict(job, state, line=line, account=account)


def where(error: Exception) -> str:
    """Return the type and place of a foreign exception; its words may hold an article or a key."""
    frames = extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"unexpected {type(error).__name__}{place}: --debug shows the traceback"
