"""The extractions of a run as lines of one file, appended; it does not know which of them still count."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from extractor.errors import WriteError

_COPIED_AT_ONCE = 1 << 20


class Extent(NamedTuple):
    """Where a line stands: bytes from `start`, `length` of them, its end of line included."""

    start: int
    length: int

    @property
    def end(self) -> int:
        """Return the first byte after it."""
        return self.start + self.length


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A new file that lies beside the spool, whole and on the disk: `size` bytes."""

    path: Path
    size: int


class Spool:
    """A file of lines that only grows; each line is there as a whole before `append` returns.

    Raises WriteError when the file cannot be opened or written; what was there before then stays as it is.
    """

    def __init__(self, path: Path, *, durable: bool = False) -> None:
        self.path = path
        self._durable = durable
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
        except OSError as problem:
            raise unwritable(path, problem) from problem
        self._end = os.fstat(self._file).st_size

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def end(self) -> int:
        """Return the size of the file."""
        return self._end

    def append(self, line: bytes) -> Extent:
        """Write a line at the end, and return where it stands."""
        extent = Extent(self._end, len(line))
        try:
            _write_all(self._file, line, extent.start)
            if self._durable:
                os.fsync(self._file)
        except OSError as problem:
            self.cut(extent.start)
            raise unwritable(self.path, problem) from problem
        self._end = extent.end
        return extent

    def cut(self, end: int) -> None:
        """Forget all from a byte on: it was never acknowledged."""
        try:
            os.ftruncate(self._file, end)
        except OSError as problem:
            raise unwritable(self.path, problem) from problem
        self._end = end

    def read(self, extent: Extent) -> bytes:
        """Return a line."""
        os.lseek(self._file, extent.start, os.SEEK_SET)
        data = b""
        while len(data) < extent.length and (part := os.read(self._file, extent.length - len(data))):
            data += part
        return data

    def sync(self) -> None:
        """Wait until all is on the disk."""
        try:
            os.fsync(self._file)
        except OSError as problem:
            raise unwritable(self.path, problem) from problem

    def rewritten(self, extents: Iterable[Extent]) -> Rewritten:
        """Write these lines, in this order, to a file beside this one that may then replace it."""
        beside = self.path.with_name(f".{self.path.name}.rewritten")
        size = 0
        try:
            with beside.open("wb", _COPIED_AT_ONCE) as file:
                for extent in extents:
                    size += file.write(self.read(extent))
                file.flush()
                os.fsync(file.fileno())
        except OSError as problem:
            beside.unlink(missing_ok=True)
            raise unwritable(self.path, problem) from problem
        return Rewritten(beside, size)

    def close(self) -> None:
        """Close the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def take_place(of: Path, new: Path) -> None:
    """Put a file in the place of another, at once. Raises WriteError."""
    try:
        new.replace(of)
        sync_folder(of.parent)
    except OSError as problem:
        raise unwritable(of, problem) from problem


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where the system can do that."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def store(lines: Iterable[bytes], target: Path) -> None:
    """Write lines to a file, all at once or not at all. Raises WriteError."""
    beside = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        with beside.open("wb", _COPIED_AT_ONCE) as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    except OSError as problem:
        beside.unlink(missing_ok=True)
        raise unwritable(target, problem) from problem


def lines_of(spool: Spool, extents: Iterable[Extent]) -> Iterator[bytes]:
    """Yield lines in the order of their extents."""
    for extent in extents:
        yield spool.read(extent)


def unwritable(path: Path, problem: OSError) -> WriteError:
    """Return what to say of a file that takes no more."""
    return WriteError(
        f"{path}: {problem.strerror or problem}",
        target=str(path),
        hint="make room there or check the rights; the same command then goes on from here",
    )


def _write_all(descriptor: int, data: bytes, start: int) -> None:
    """Write all of it: the system may take a part at a time."""
    written = 0
    while written < len(data):
        written += os.pwrite(descriptor, data[written:], start + written)
