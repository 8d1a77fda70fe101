"""The library's two doors: one article at a time, or an Extractor kept open for many."""

import asyncio
import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from extractor.article import Article
from extractor.pipeline import Extractor, article_of
from extractor.records import Extraction
from extractor.settings import Settings
from extractor.wiring import wire


def extract(
    article: Article | str,
    *,
    date: dt.date | None = None,
    language: str | None = None,
    settings: Settings | None = None,
) -> Extraction:
    """Return the records of one article.

    `article` is its text, or an Article from `extractor.reading`; `date`, the day of publication, and
    `language`, a BCP-47 code, are for a text that does not tell. Without `settings` the embedded LLM answers.
    Answers are cached on disk. Raises ExtractorError: ConfigError, ReadError or LLMError.
    """
    given = article if isinstance(article, Article) else article_of(article, day=date, language=language)
    with connect(settings) as extractor:
        return extractor.extract(given)


@contextmanager
def connect(settings: Settings | None = None) -> Iterator[Extractor]:
    """Keep an Extractor open for many articles, and close it after; also inside a running event loop.

    `settings` name the endpoint and its LLM; without them the embedded LLM answers.
    """
    wired = wire(settings or Settings())
    with _loop_of_its_own() as loop:
        try:
            yield wired.extractor.asked_on(loop)
        finally:
            asyncio.run_coroutine_threadsafe(wired.aclose(), loop).result()


@contextmanager
def _loop_of_its_own() -> Iterator[asyncio.AbstractEventLoop]:
    """Run an event loop on a thread: connections live as long as it does, whoever asks."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=_run_until_stopped, args=(loop,), name="extractor", daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


def _run_until_stopped(loop: asyncio.AbstractEventLoop) -> None:
    loop.run_forever()
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
