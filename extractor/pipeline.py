"""One article to its extraction: segment, ask, ground, resolve, merge; the whole trip on one screen."""

import asyncio
import copy
import hashlib
from collections.abc import Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from extractor import __version__
from extractor.article import Article, Sentence, Zone
from extractor.confidence import Calibration, Told, assessed, load_calibration
from extractor.drafts import AnswerDraft
from extractor.escalating import OF_THE_ANSWER, Bar
from extractor.grounding import Ground
from extractor.llm.base import LLM, Completion, Request
from extractor.llm.repeating import ends_in_repeats
from extractor.merging import Captions, merge
from extractor.prompting import Asking, build_request
from extractor.records import (
    ArticleInfo,
    Extraction,
    ExtractionWarning,
    Provenance,
    Usage,
    WarningCode,
)
from extractor.resolving import Findings, Scene, resolve
from extractor.segmenting import SegmentedArticle, chunk, reference_date, segment

T = TypeVar("T")
_SILENT = frozenset({Zone.MASTHEAD, Zone.RELATED, Zone.COMMENTS, Zone.COPYRIGHT})
"""Zones that are of no article: not even a country is shown by a word there."""


@dataclass(frozen=True)
class Prepared:
    """An article ready to be asked about: its sentences, its day, and one request a chunk."""

    segmented: SegmentedArticle
    reference: date | None
    basis: str
    chunks: tuple[tuple[Sentence, ...], ...]
    requests: tuple[Request, ...]


class Extractor:
    """Extracts the records of articles with one LLM, asked in one way; many tasks may share it.

    `bar` says how sure records must be, and how another LLM is asked that `llm` must lead to, too.
    """

    def __init__(self, llm: LLM, asking: Asking, bar: Bar | None = None) -> None:
        self.llm = llm
        self.asking = asking
        self.bar = bar or Bar()

    @property
    def calibration(self) -> Calibration | None:
        """What the confidence of records is computed with, None for none."""
        return load_calibration()

    def prepare(self, article: Article) -> Prepared:
        """Return what would be asked about an article; sends nothing."""
        segmented = segment(article)
        reference, basis = reference_date(segmented)
        chunks = chunk(segmented, self.asking.chunk_tokens) if segmented.sentences else ()
        day = reference.isoformat() if reference else None
        requests = tuple(build_request(self.asking, sentences, day) for sentences in chunks)
        return Prepared(segmented, reference, basis, chunks, requests)

    async def extract_async(self, article: Article) -> Extraction:
        """Return the records of an article. Raises LLMError when an answer cannot be had."""
        return self.bar.sifted(await self._found(article))

    async def _found(self, article: Article) -> Extraction:
        """Return what the LLM finds; where it is not sure enough, or of no use, what the other one does."""
        again = self.bar.again
        try:
            first = await self._asked(article)
        except OF_THE_ANSWER as error:
            if again is None:
                raise
            return self.bar.instead_of_none(error, self.asking, await self._by(again, article))
        if again is None or not self.bar.unsure(first):
            return first
        try:
            return self.bar.instead(first, await self._by(again, article))
        except OF_THE_ANSWER as error:
            return self.bar.in_vain(first, error)

    async def _asked(self, article: Article) -> Extraction:
        prepared = self.prepare(article)
        completions = await _all_of([self.llm.complete(request) for request in prepared.requests])
        return _extraction(prepared, completions, self)

    async def _by(self, asking: Asking, article: Article) -> Extraction:
        """Return what another LLM finds, asked in its own way; there is none to ask after it."""
        other = copy.copy(self)
        other.asking, other.bar = asking, Bar()
        return await other.extract_async(article)

    def extract(self, article: Article | str) -> Extraction:
        """Return the records of an article or of a plain text; works inside a running event loop, too."""
        return _run(self.extract_async(article if isinstance(article, Article) else article_of(article)))

    def asked_on(self, loop: asyncio.AbstractEventLoop) -> "Extractor":
        """Return an Extractor that asks the same LLM on one running event loop, from wherever it is called.

        An LLM's connections belong to a loop: so they last from one article to the next, and can be closed.
        """
        return Extractor(_OnLoop(self.llm, loop), self.asking, self.bar)


class _OnLoop:
    """An LLM that is asked on an event loop of another thread."""

    def __init__(self, llm: LLM, loop: asyncio.AbstractEventLoop) -> None:
        self._llm = llm
        self._loop = loop

    async def complete(self, request: Request) -> Completion:
        asked = asyncio.run_coroutine_threadsafe(self._llm.complete(request), self._loop)
        return await asyncio.wrap_future(asked)


def article_of(text: str, *, day: date | None = None, language: str | None = None) -> Article:
    """Return a plain text as an article, identified by its content; `day` is when it was published."""
    return Article(id=_digest(text)[:16], text=text, supplied_date=day, language=language)


def _extraction(prepared: Prepared, completions: Sequence[Completion], extractor: Extractor) -> Extraction:
    article, asking = prepared.segmented.article, extractor.asking
    ground = Ground(article.text, prepared.segmented.language)
    told = any(completion.doubts is not None for completion in completions)
    calibration = extractor.calibration if told else None
    findings = [
        _resolved(completion, _scene(prepared, sentences, ground), calibration)
        for sentences, completion in zip(prepared.chunks, completions, strict=True)
    ]
    merged = merge(findings, Captions.of(prepared.segmented.sentences))
    return Extraction(
        article=_info(prepared),
        meetings=merged.meetings,
        attendees=merged.attendees,
        agreements=merged.agreements,
        mous=merged.mous,
        trade_figures=merged.trade_figures,
        warnings=(*_general_warnings(prepared, merged), *merged.warnings),
        provenance=Provenance(
            llm=completions[0].answered_by if completions else asking.identity.name,
            prompt=asking.template.label,
            fingerprints=tuple(request.fingerprint for request in prepared.requests),
            usage=sum((completion.usage for completion in completions), Usage()),
            cached=bool(completions) and all(completion.cached for completion in completions),
            tool_version=__version__,
            calibration=calibration.name if calibration else None,
        ),
    )


def _resolved(completion: Completion, scene: Scene, calibration: Calibration | None) -> Findings:
    answer = AnswerDraft.model_validate_json(completion.text)
    found = resolve(answer, scene) + Findings(warnings=tuple(_repeated(answer)))
    if completion.doubts is None or calibration is None:
        return found
    told = Told(answer, completion.text, completion.doubts)
    return assessed(found, told, scene, calibration)


def _repeated(answer: AnswerDraft) -> Iterator[ExtractionWarning]:
    """Yield a warning for each list in which the LLM went round in circles; it may have been stopped."""
    lists: list[tuple[str, Sequence[object]]] = [
        ("meeting", answer.meetings),
        *(("attendee", meeting.attendees) for meeting in answer.meetings),
        ("agreement", answer.agreements),
        ("MOU", answer.mous),
        ("trade figure", answer.figures),
    ]
    for what, items in lists:
        if ends_in_repeats(items):
            detail = f"the LLM wrote the same {what} over and over; what it had still to say is not known"
            yield ExtractionWarning(code=WarningCode.REPEATED_RECORDS, detail=detail)


def _scene(prepared: Prepared, sentences: tuple[Sentence, ...], ground: Ground) -> Scene:
    return Scene(
        article=prepared.segmented.article,
        ground=ground,
        sentences=sentences,
        everything=prepared.segmented.sentences,
        language=prepared.segmented.language,
        reference=prepared.reference,
        silent=tuple(other.span for other in prepared.segmented.others if other.zone in _SILENT),
    )


def _info(prepared: Prepared) -> ArticleInfo:
    article, reference = prepared.segmented.article, prepared.reference
    return ArticleInfo(
        id=article.id,
        source=article.source,
        title=article.title or _headline(prepared.segmented),
        language=prepared.segmented.language,
        published=article.published.isoformat() if article.published else None,
        reference_date=reference.isoformat() if reference else None,
        reference_basis=prepared.basis,
        sha256=_digest(article.text),
    )


def _headline(segmented: SegmentedArticle) -> str | None:
    """Return the headline in the text, for an article whose source gives no title."""
    text = next((s.text for s in segmented.sentences if s.zone is Zone.HEADLINE), None)
    return text.encode("utf-8", "replace").decode() if text else None  # half a surrogate pair is no title


def _general_warnings(prepared: Prepared, merged: Findings) -> list[ExtractionWarning]:
    """Return what concerns the article as a whole."""
    warnings = []
    if prepared.segmented.language is None:
        warnings.append((WarningCode.NO_LANGUAGE, "the language of the text could not be told"))
    instruments = (*merged.agreements, *merged.mous)
    has_date = any(m.date for m in merged.meetings) or any(i.date for i in instruments)
    if prepared.basis == "inferred" and has_date:
        day = prepared.reference.isoformat() if prepared.reference else ""
        warnings.append((WarningCode.INFERRED_DATE, f"no publication date is stated; dates count from {day}"))
    if prepared.basis == "unknown":
        warnings.append((WarningCode.INFERRED_DATE, "no publication date is known; give one with --date"))
    if len(prepared.chunks) > 1:
        warnings.append((WarningCode.CHUNKED, f"a long article, read in {len(prepared.chunks)} parts"))
    return [ExtractionWarning(code=code, detail=detail) for code, detail in warnings]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


async def _all_of(answers: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """Wait for all; the first failure cancels the rest and is raised as it is."""
    if len(answers) == 1:
        return [await answers[0]]
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(answer) for answer in answers]
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return [task.result() for task in tasks]


def _run(trip: Coroutine[Any, Any, T]) -> T:
    """Return what a coroutine comes to; on a thread of its own where this one already has a running loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(trip)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, trip).result()
