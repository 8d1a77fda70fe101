"""A real LLM's answers about the gold articles: recorded once, committed, and answered from ever after.

A folder of recordings holds `answers.jsonl` (see `extractor.llm.recorded`) and `manifest.json`: how the LLM
was asked, which requests each article led to, and which articles the LLM failed. The manifest only explains;
what counts is whether the answer to the very request is there.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.cases import Case
from evals.gold import rows_of
from evals.running import Plan, Product, article_of, run
from extractor.drafts import WIRE_VERSION, answer_schema
from extractor.errors import (
    CacheMissError,
    ConfigError,
    InvalidOutputError,
    LLMError,
    RefusedError,
    TooLongError,
    TruncatedError,
    WriteError,
)
from extractor.llm.answers import checked_answer
from extractor.llm.base import Request, canonical_json
from extractor.llm.caching import Cached, DiskStore
from extractor.llm.opening import Watch
from extractor.llm.recorded import RecordedAnswers, export_answers
from extractor.pipeline import Extractor
from extractor.prompting import Asking
from extractor.records import Usage
from extractor.settings import Settings
from extractor.wiring import asking_of

RECORDED = Path(__file__).parent / "recorded"
ANSWERS, MANIFEST = "answers.jsonl", "manifest.json"
AGAIN = "extractor eval record"
_ASKED = ("base_url", "llm", "prompt", "chunk_tokens", "answer_tokens")
"""The settings that a request depends on."""


def _invalid(detail: str) -> InvalidOutputError:
    return InvalidOutputError(detail, raw="", problems=())


_LASTING: Mapping[str, Callable[[str], LLMError]] = {
    "InvalidOutputError": _invalid,
    "RefusedError": RefusedError,
    "TooLongError": TooLongError,
    "TruncatedError": TruncatedError,
}
"""Failures that are the LLM's own, and so part of a recording; any other may pass, and is tried again."""
_NAMES = {
    "llm": "the LLM",
    "origin": "the LLM's weights, adapter or address",
    "prompt": "the prompt",
    "wire": "the wire format",
    "schema": "the schema of answers",
    "answer_tokens": "the tokens of an answer",
    "chunk_tokens": "the tokens of a chunk",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where recordings lie, and the command that makes them anew, for whoever lacks one."""

    folder: Path = RECORDED
    again: str = AGAIN


def as_recorded(settings: Settings, flags: Mapping[str, Any]) -> Settings:
    """Return settings in which requests depend on flags alone, so that surroundings cannot cause a miss.

    Without flags the embedded LLM is asked, by its own prompt.
    """
    unsaid = [name for name in _ASKED if flags.get(name) is None]
    return settings.model_copy(update=dict.fromkeys(unsaid))


class Replay:
    """The extractor on recorded answers alone: nothing is asked, nothing kept, nothing leaves the machine."""

    name, at_once = "extractor", 1

    def __init__(self, settings: Settings, place: Place) -> None:
        self._place = place
        self._asking = asking_of(settings)
        self._answers = RecordedAnswers(place.folder / ANSWERS)
        self._manifest = _read_manifest(place)
        self._extractor = Extractor(Cached(None, self._answers), self._asking)
        self.llm = self._asking.identity.name

    def check(self, cases: Sequence[Case]) -> None:
        """Raise CacheMissError that names every article without an answer, why, and what to do."""
        found: dict[str, list[str]] = {}
        for case in cases:
            why = self._why_not(case)
            if why is not None:
                found.setdefault(why, []).append(case.id)
        if found:
            count = sum(map(len, found.values()))
            reasons = "; ".join(f"{why} ({_listed(ids, len(cases))})" for why, ids in found.items())
            raise CacheMissError(
                f"no recorded answer for {count} of {len(cases)} articles: {reasons}",
                hint=f"record again with `{self._place.again}`, review what changed, and commit "
                f"{self._place.folder} with a new baseline",
            )

    async def extract(self, article: Any, epoch: int) -> Mapping[str, Any]:
        """Return the extraction that the recorded answer leads to, or raise the failure recorded."""
        del epoch
        failure = self._manifest["failures"].get(article.id)
        if failure is not None:
            error = _LASTING[failure["kind"]](failure["detail"])
            error.usage = failure["usage"] and Usage.model_validate(failure["usage"])
            raise error
        extraction = await self._extractor.extract_async(article)
        answer: dict[str, Any] = extraction.model_dump(mode="json")
        return answer

    async def aclose(self) -> None:
        """Do nothing: a file that was read needs no closing."""

    def _why_not(self, case: Case) -> str | None:
        """Return why nothing is recorded for a case, None where something is."""
        requests = self._extractor.prepare(article_of(case)).requests
        entry = self._manifest["articles"].get(case.id, {})
        as_then = entry.get("requests") == [request.fingerprint for request in requests]
        if as_then and case.id in self._manifest["failures"]:
            return None
        problems = [problem for problem in map(self._problem, requests) if problem]
        if not problems:
            return None
        return problems[0] if as_then else self._change(case, entry)

    def _problem(self, request: Request) -> str | None:
        answer = self._answers.get(request.fingerprint)
        if answer is None:
            return f"missing from {ANSWERS}"
        try:
            checked_answer(answer.text, request)
        except InvalidOutputError:
            return "the answer breaks the wire format"
        return None

    def _change(self, case: Case, entry: Mapping[str, Any]) -> str:
        """Return what made the requests about a case others than those recorded."""
        then, now = self._manifest["asked"], _asked(self._asking)
        changes = [_changed(name, then.get(name), now[name]) for name in now if then.get(name) != now[name]]
        if changes:
            return ", ".join(changes)
        if not entry:
            return "never recorded"
        return "the article changed" if entry["text"] != _digest_of(case) else "the segmentation changed"


def record(cases: Sequence[Case], settings: Settings, place: Place, path: Path, watch: Watch) -> int:
    """Have all cases answered through the cache, and write just those answers; return how many there are.

    `path` gets the predictions, as of any run. What is answered stays in the cache, so that this can be
    started again. Nothing is recorded unless every article has an answer, or a failure that is the LLM's
    own: raises LLMError otherwise, WriteError when the folder cannot be written.
    """
    run(Plan(cases), Product(settings, watch), path, watch.said)
    failures = {
        row["article"]: {**row["failure"], "usage": row.get("usage")}
        for row in rows_of(path)
        if "failure" in row
    }
    passing = sorted(name for name, failure in failures.items() if failure["kind"] not in _LASTING)
    if passing:
        raise LLMError(
            f"no answer about {_listed(passing, len(cases))}, nothing is recorded: "
            f"{failures[passing[0]]['detail']}",
            hint="start it again: what was answered is kept",
        )
    asking, store = asking_of(settings), DiskStore(settings.cache_dir)
    try:
        articles = dict(_requests(cases, Extractor(Cached(None, store), asking)))
        wanted = [fingerprint for one in articles.values() for fingerprint in one["requests"]]
        _make(place.folder)
        count = export_answers(store, place.folder / ANSWERS, wanted)
    finally:
        store.close()
    answers = RecordedAnswers(place.folder / ANSWERS)
    _write_manifest(
        place.folder / MANIFEST,
        {
            "asked": _asked(asking),
            "recorded": _days(answers),
            "command": place.again,
            "failures": failures,
            "articles": articles,
        },
    )
    Replay(settings, place).check(cases)
    return count


def _requests(cases: Iterable[Case], extractor: Extractor) -> Iterator[tuple[str, dict[str, Any]]]:
    for case in cases:
        requests = extractor.prepare(article_of(case)).requests
        yield (
            case.id,
            {"text": _digest_of(case), "requests": [request.fingerprint for request in requests]},
        )


def _asked(asking: Asking) -> dict[str, Any]:
    """Return all that the requests about any article have in common."""
    schema = canonical_json(answer_schema(1, full=asking.template.full))
    return {
        "llm": asking.identity.name,
        "origin": asking.identity.origin,
        "prompt": asking.template.label,
        "wire": WIRE_VERSION,
        "schema": hashlib.sha256(schema.encode()).hexdigest()[:12],
        "answer_tokens": asking.max_tokens,
        "chunk_tokens": asking.chunk_tokens,
    }


def _changed(name: str, then: object, now: object) -> str:
    return f"{_NAMES[name]} changed" if name == "origin" else f"{_NAMES[name]} was {then}, is {now}"


def _digest_of(case: Case) -> str:
    given = f"{case.reference_date}\n{case.text}"
    return hashlib.sha256(given.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _listed(ids: Sequence[str], of: int) -> str:
    return f"all {of} articles" if len(ids) == of > 1 else ", ".join(ids)


def _days(answers: RecordedAnswers) -> list[str]:
    """Return the first and the last day on which an answer was given."""
    found = [answer.recorded[:10] for answer in map(answers.get, answers) if answer is not None]
    return [min(found), max(found)] if found else []


def _read_manifest(place: Place) -> Mapping[str, Any]:
    path = place.folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"{path}: no manifest of recorded answers", hint=f"record them with `{place.again}`"
        ) from error
    parts = {"asked", "articles", "failures"}
    if not isinstance(manifest, dict) or not all(isinstance(manifest.get(one), dict) for one in parts):
        raise ConfigError(f"{path}: no manifest of ours", hint=f"record again with `{place.again}`")
    return manifest


def _write_manifest(path: Path, manifest: Mapping[str, Any]) -> None:
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise WriteError(f"the manifest was not written: {error}", target=str(path)) from None


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError(f"the recorded answers were not written: {error}", target=str(folder)) from None
