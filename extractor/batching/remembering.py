"""Finished extractions kept beside the answers they came from: what was computed once is not computed again.

An extraction is a pure function of the article, the recorded answers and this code; so its key is a digest of
the article, of how it is asked about, and of every file of the code. Another prompt, another LLM, another
rule: another key. Nothing is lost with the store but time.
"""

import functools
import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from importlib.metadata import version
from operator import attrgetter
from pathlib import Path

from extractor.article import Article
from extractor.batching.states import Account, Job, LeftOpen, State, Verdict
from extractor.batching.working import Work
from extractor.errors import WriteError
from extractor.llm.disk import Disk
from extractor.llm.stored import BadEntryError, sealed, unsealed
from extractor.writing.cleaning import for_json

_log = logging.getLogger(__name__)

FOLDER = "extractions"
"""Where they lie, beside the answers."""
_AT_ONCE = 64
"""Kept in one write: each one alone would cost as much as making it smaller costs."""
_CODE = frozenset({".py", ".yaml", ".json", ".txt", ".j2"})
_COMPUTED_BY = ("babel", "py3langid", "pydantic", "rapidfuzz", "sentencex")
"""Libraries whose version may change a result."""
_ACCOUNT = tuple(field.name for field in fields(Account))
_FRESH, _KEPT = b'"cached": false', b'"cached": true'
"""In a line of JSON only provenance has this key: quotes inside of values are written with a backslash."""


class Shelf:
    """Extractions by article. `basis` is all that they depend on but the article, by name."""

    def __init__(self, cache_dir: Path, basis: Mapping[str, str]) -> None:
        cache_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._disk = Disk(cache_dir / FOLDER)
        told = json.dumps([code_digest(), *sorted(basis.items())], ensure_ascii=False)
        self._basis = hashlib.sha256(told.encode("utf-8", "surrogatepass"))
        self._waiting: dict[str, bytes] = {}
        self._has_any = len(self._disk) > 0

    def find(self, job: Job) -> Verdict | None:
        """Return the verdict on an article that was extracted before; a damaged entry is a miss.

        What was kept since this shelf was opened need not be found: a run does each article once.
        """
        if not self._has_any:
            return None
        try:
            data = self._disk.get(self._key(job))
            return None if data is None else _unpacked(data, job)
        except BadEntryError as problem:
            _log.warning("the extraction kept for %s is not used: %s", job.source, problem)
            return None

    def keep(self, verdict: Verdict) -> None:
        """Keep the extraction of an article, soon."""
        self._waiting[self._key(verdict.job)] = _packed(verdict)
        if len(self._waiting) >= _AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Keep what waits; on a full disk it is lost, which costs no more than time."""
        waiting, self._waiting = self._waiting, {}
        try:
            self._disk.put(waiting)
        except WriteError as problem:
            _log.warning("%s", problem)

    def close(self) -> None:
        """Keep what waits, and close the connection."""
        self.flush()
        self._disk.close()

    def _key(self, job: Job) -> str:
        digest = self._basis.copy()
        digest.update(job.digest + job.key.encode())
        return digest.hexdigest()


def count(cache_dir: Path) -> int:
    """Return how many extractions are kept."""
    return len(Disk(cache_dir / FOLDER)) if (cache_dir / FOLDER).is_dir() else 0


def forget(cache_dir: Path) -> None:
    """Forget all extractions."""
    if (cache_dir / FOLDER).is_dir():
        Disk(cache_dir / FOLDER).clear()


class Remembering:
    """Work that is done once, around what does it; `read` tells whether kept extractions are given again."""

    def __init__(self, work: Work, shelf: Shelf, *, read: bool = True) -> None:
        self._work, self._shelf, self._read = work, shelf, read

    async def __call__(self, jobs: Sequence[Job]) -> Sequence[Verdict | LeftOpen]:
        """Return a verdict for each job, or why it has none."""
        known = [found for found in map(self._known, jobs) if found]
        if len(known) == len(jobs):
            return known
        done = {verdict.job.position for verdict in known}
        fresh = await self._work([job for job in jobs if job.position not in done])
        for one in fresh:
            if isinstance(one, Verdict) and one.line is not None:
                self._shelf.keep(one)
        return [*known, *fresh]

    def _known(self, job: Job) -> Verdict | None:
        return self._shelf.find(job) if self._read and isinstance(job.row, Article) else None


@functools.cache
def code_digest() -> str:
    """Return a digest of every file that computes a value, and of the libraries that help."""
    digest = hashlib.sha256()
    for name in _COMPUTED_BY:
        digest.update(f"{name} {version(name)}\n".encode())
    for path in sorted(path for path in _package().rglob("*") if path.suffix in _CODE):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _package() -> Path:
    return Path(__file__).parents[1]


def _packed(verdict: Verdict) -> bytes:
    """Return the account, the source and the line, sealed."""
    assert verdict.line is not None
    account = replace(verdict.account, cached=True)
    head = json.dumps([verdict.state.value, verdict.job.source, *attrgetter(*_ACCOUNT)(account)])
    return sealed(head.encode() + b"\n" + verdict.line.replace(_FRESH, _KEPT), level=1)


def _unpacked(data: bytes, job: Job) -> Verdict:
    """Return the verdict in `data`, with the place where the article was read this time."""
    head, _, line = unsealed(data).partition(b"\n")
    state, source, *account = json.loads(head)
    if source != job.source:
        line = line.replace(_source(source), _source(job.source), 1)  # the first, before all records
    return Verdict(job, State(state), line=line, account=Account(*account))


def _source(name: str) -> bytes:
    return f'"source": {for_json(json.dumps(name, ensure_ascii=False))}'.encode()
