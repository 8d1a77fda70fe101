"""Request files to batches at a provider, and back; what is under way is on disk, so no crash pays twice.

Beside the output lies a folder, OUTPUT.batches: `state.json`, the request files, the files of answers. The
state is written before and after each step. A batch carries the digest of its request file; where a crash
left open whether it was made, it is looked for.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path

from filelock import FileLock, Timeout

from extractor import __version__
from extractor.batching.request_files import Exported, Exporter, Known, fingerprints_in
from extractor.errors import ConfigError, WriteError
from extractor.llm.base import LLMIdentity, Request
from extractor.llm.provider_batches import Batch, GoneError, ProviderBatches

STATE_FORMAT = 1
DIGEST_KEY = "requests_sha256"
GONE = "gone"
"""The status of a batch that the provider does not know: deleted, or made with the key of another account."""


class Stage(StrEnum):
    """How far a request file has come: each names what is surely done, MAKING what was begun."""

    WRITTEN = "written"
    UPLOADED = "uploaded"
    MAKING = "making"
    SUBMITTED = "submitted"
    COLLECTED = "collected"


@dataclass(frozen=True, slots=True)
class Part:
    """One request file and its batch. `digest` is the file's sha256, `status` what the provider said last."""

    name: str
    digest: str
    requests: int
    stage: Stage = Stage.WRITTEN
    file_id: str | None = None
    batch_id: str | None = None
    status: str = ""

    @property
    def open(self) -> bool:
        """Whether answers are still to come from it."""
        return self.stage is not Stage.COLLECTED


class Folder:
    """The batches of one output; one command at a time works on them (`locked`)."""

    def __init__(self, output: Path) -> None:
        self.path = output.with_name(f"{output.name}.batches")
        self.parts: list[Part] = []
        self.identity: LLMIdentity | None = None

    @contextlib.contextmanager
    def locked(self) -> Iterator["Folder"]:
        """Hold the folder, with its state as it stands. Raises ConfigError, WriteError."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.path / "lock", timeout=0)
            with lock:
                self._load()
                yield self
        except Timeout:
            raise ConfigError(
                f"{self.path}: another command works on these batches", hint="wait until it has ended"
            ) from None

    def belongs_to(self, identity: LLMIdentity) -> None:
        """Note whose batches these are. Raises ConfigError when they are another LLM's."""
        if self.identity not in {None, identity} and any(part.open for part in self.parts):
            assert self.identity is not None
            raise ConfigError(
                f"{self.path}: the batches are of {self.identity.name} at {self.identity.origin}, "
                f"not of {identity.name} at {identity.origin}",
                hint="use the same --base-url and --llm, or another output",
            )
        self.identity = identity

    def put(self, part: Part) -> Part:
        """Take in a part in place of the one of its name, and store the state."""
        names = [other.name for other in self.parts]
        if part.name in names:
            self.parts[names.index(part.name)] = part
        else:
            self.parts.append(part)
        self._save()
        return part

    def file(self, part: Part) -> Path:
        """Where the requests of a part lie."""
        return self.path / f"{part.name}.jsonl"

    def answers(self, part: Part) -> tuple[Path, Path]:
        """Where the answers of a part lie, and what failed of it."""
        return self.path / f"{part.name}.answers.jsonl", self.path / f"{part.name}.errors.jsonl"

    def under_way(self) -> Known:
        """Return the fingerprints of all requests whose answers are still to come."""
        files = [self.file(part) for part in self.parts if part.open]
        return Known(fingerprint for file in files for fingerprint in fingerprints_in(file))

    def _load(self) -> None:
        path = self.path / "state.json"
        try:
            state = json.loads(path.read_text(encoding="utf-8"))
            self.parts = [Part(**{**row, "stage": Stage(row["stage"])}) for row in state["parts"]]
            self.identity = LLMIdentity(**state["llm"]) if state["llm"] else None
        except FileNotFoundError:
            self.parts, self.identity = [], None
        except (OSError, ValueError, LookupError, TypeError) as problem:
            raise ConfigError(
                f"{path}: is no state of batches ({type(problem).__name__})",
                hint="move it away; batches that are under way are found again by `extractor batch submit`",
            ) from None

    def _save(self) -> None:
        state = {
            "format": STATE_FORMAT,
            "llm": asdict(self.identity) if self.identity else None,
            "parts": [asdict(part) for part in self.parts],
        }
        target = self.path / "state.json"
        beside = self.path / f".state.json.{os.getpid()}.partial"
        try:
            with beside.open("w", encoding="utf-8") as file:
                json.dump(state, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(target)
        except OSError as problem:
            beside.unlink(missing_ok=True)
            raise WriteError(
                f"{target}: {problem.strerror or problem}", target=str(target), hint="check the space there"
            ) from problem


def submit(
    folder: Folder,
    provider: ProviderBatches,
    requests: Iterable[Request],
    exporter: Callable[[Path, Known], Exporter],
    said: Callable[[str], None],
) -> Exported:
    """Finish what an earlier call began, then submit the requests that are neither answered nor under way.

    Call it with the folder locked. `exporter` makes the writer of request files, `said` hears what is done.
    """
    found = provider.latest()
    for part in [
        part for part in folder.parts if part.stage in {Stage.WRITTEN, Stage.UPLOADED, Stage.MAKING}
    ]:
        said(f"{part.name}: going on from where it was left ({part.stage})")
        _forward(folder, provider, part, found, said)
    target = folder.path / f"requests-{len(folder.parts) + 1:04}.jsonl"
    with contextlib.closing(folder.under_way()) as under_way:
        exported = exporter(target, under_way).export(requests)
    parts = [folder.put(Part(file.path.stem, _digest(file.path), file.requests)) for file in exported.files]
    for part in parts:
        _forward(folder, provider, part, found, said)
    return exported


def refresh(folder: Folder, provider: ProviderBatches) -> Iterator[tuple[Part, Batch | None]]:
    """Yield each part with its batch as it stands now, None where there is none to ask about."""
    for part in list(folder.parts):
        if part.stage is not Stage.SUBMITTED or part.batch_id is None:
            yield part, None
            continue
        try:
            batch = provider.retrieve(part.batch_id)
        except GoneError:
            batch = Batch(part.batch_id, GONE)
        yield folder.put(replace(part, status=batch.status)), batch


def fetch(folder: Folder, provider: ProviderBatches, said: Callable[[str], None]) -> list[Part]:
    """Download the answers of all batches that are over, and return their parts, to be `settled`."""
    over = []
    for part, batch in refresh(folder, provider):
        if batch is None or not batch.over:
            continue
        if batch.problems:
            said(f"{part.name}: the provider gave it up: {', '.join(batch.problems)}")
        for file_id, target in zip((batch.output, batch.errors), folder.answers(part), strict=True):
            if file_id is not None and not target.exists():
                try:
                    provider.download(file_id, target)
                except GoneError as fault:
                    said(f"{part.name}: {fault}; its requests can be submitted again")
        over.append(part)
    return over


def settled(folder: Folder, parts: Iterable[Part]) -> None:
    """Note that the answers of these parts were imported; what is still missing may be submitted again."""
    for part in parts:
        folder.put(replace(part, stage=Stage.COLLECTED))
        folder.file(part).unlink(missing_ok=True)


def cancel(folder: Folder, provider: ProviderBatches) -> Iterator[tuple[Part, Batch]]:
    """Cancel each batch that is not over, and yield how it stands then; one that is gone is let go of."""
    for part, batch in refresh(folder, provider):
        if batch is not None and batch.status == GONE:
            settled(folder, [part])
            yield part, batch
        elif batch is not None and not batch.over:
            after = provider.cancel(batch.id)
            yield folder.put(replace(part, status=after.status)), after


def _forward(
    folder: Folder,
    provider: ProviderBatches,
    part: Part,
    found: Iterable[Batch],
    said: Callable[[str], None],
) -> None:
    """Take a part from where it is to a batch at the provider."""
    made = _made(part, folder, found)
    if made is None:
        if part.stage is Stage.WRITTEN:
            sent = provider.upload(folder.file(part))
            part = folder.put(replace(part, stage=Stage.UPLOADED, file_id=sent))
        part = folder.put(replace(part, stage=Stage.MAKING))
        assert part.file_id is not None
        batch = provider.create(part.file_id, _marks(part))
    else:
        batch = made
        said(f"{part.name}: batch {batch.id} was made before, and is taken up")
    file_id = part.file_id or batch.input
    folder.put(replace(part, stage=Stage.SUBMITTED, batch_id=batch.id, file_id=file_id, status=batch.status))
    said(f"{part.name}: {part.requests} requests are batch {batch.id} ({batch.status})")


def _made(part: Part, folder: Folder, found: Iterable[Batch]) -> Batch | None:
    """Return the batch that was made of a part already, by a call that did not live to note it."""
    ours = {other.batch_id for other in folder.parts}
    for batch in found:
        if batch.id in ours:
            continue
        same_file = part.file_id is not None and batch.input == part.file_id
        if same_file or (batch.metadata.get(DIGEST_KEY) == part.digest and batch.status != "failed"):
            return batch
    return None


def _marks(part: Part) -> Mapping[str, str]:
    return {"made_by": f"extractor {__version__}", DIGEST_KEY: part.digest}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
