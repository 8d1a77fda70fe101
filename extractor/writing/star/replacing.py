"""A file or folder replaced all at once: whoever is killed on the way leaves the old one whole."""

import ctypes
import os
import shutil
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from extractor.errors import WriteError

_SIDECARS = ("-wal", "-shm", "-journal", ".wal")
"""What SQLite and DuckDB keep beside a file that is in use: it would be played back onto the new file."""
_AT_FDCWD, _EXCHANGE = -100, 2
"""Of Linux's renameat2: paths as they are, and swap the two."""


@contextmanager
def replacing(target: Path, names: Collection[str] | None = None) -> Iterator[Path]:
    """Yield a place beside `target` to make a file or folder at; it becomes `target` on leaving in peace.

    `names` are the files that a folder may hold, None for a file: a folder with anything else in it is not
    ours to replace. Raises WriteError where that is so, another process writes the same target, or the disk
    is full.
    """
    target = target.resolve()
    beside = target.with_name(f".{target.name}.partial")
    try:
        _check(target, names)
        beside.mkdir(exist_ok=True)
        with FileLock(beside / "lock", timeout=0):
            try:
                yield _cleared(beside, target)
                _to_disk(beside / "new")
                _swap(beside / "new", target, beside / "old")
                _to_disk(target.parent, deep=False)
            finally:
                _recover(beside, target)
                shutil.rmtree(beside, ignore_errors=True)
    except Timeout as error:
        raise _refused(target, "another process is writing it", "wait for it to end") from error
    except OSError as error:
        raise _refused(target, error.strerror or str(error), "check the path and the space there") from error


def _check(target: Path, names: Collection[str] | None) -> None:
    """Refuse a target that must not be replaced."""
    for suffix in _SIDECARS:
        if target.with_name(target.name + suffix).exists():
            raise _refused(
                target, f"{target.name}{suffix} is beside it", "close the program that has it open"
            )
    if not target.exists():
        return
    if names is None and not target.is_file():
        raise _refused(target, "is not a regular file", "name another file")
    if names is not None and not target.is_dir():
        raise _refused(target, "is not a folder", "name a folder; each table is a file in it")
    strangers = sorted(one.name for one in target.iterdir() if one.name not in names) if names else []
    if strangers:
        raise _refused(target, f"holds other files, {strangers[0]!r}", "name a new or empty folder")


def _cleared(beside: Path, target: Path) -> Path:
    """Return the place to write to, without what a killed process left there."""
    _recover(beside, target)
    _remove(beside / "old")
    return beside / "new"


def _recover(beside: Path, target: Path) -> None:
    """Undo a swap that was killed half way, and remove what was not completed."""
    if (beside / "old").exists() and not target.exists():
        (beside / "old").replace(target)
    _remove(beside / "new")


def _swap(new: Path, target: Path, old: Path) -> None:
    """Put `new` where `target` is: in one step where the system can, else with a moment between two."""
    if new.is_file() or not target.exists():
        new.replace(target)
    elif not _exchanged(new, target):
        target.rename(old)
        new.rename(target)


def _exchanged(one: Path, other: Path) -> bool:
    """Swap two folders in one step; tell whether this system and this disk can."""
    if sys.platform != "linux":
        return False
    rename = getattr(ctypes.CDLL(None), "renameat2", None)
    if rename is None:
        return False
    return bool(rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _EXCHANGE) == 0)


def _to_disk(path: Path, *, deep: bool = True) -> None:
    """Have the disk hold a file, or a folder and its files, before anything is renamed."""
    if path.is_dir() and deep:
        for file in path.iterdir():
            _to_disk(file)
    with suppress(PermissionError):  # Windows opens no folder
        descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _refused(target: Path, problem: str, hint: str) -> WriteError:
    return WriteError(f"{target}: {problem}", target=str(target), hint=hint)
