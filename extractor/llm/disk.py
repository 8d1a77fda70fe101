"""Bytes by key in a directory, for several processes at once; alone knows diskcache.

It is diskcache with a Disk that knows one kind of value, bytes in the row itself: nothing is unpickled, no
file named by a row is read or removed. A damaged database is put aside.
"""

import contextlib
import logging
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import diskcache

from extractor.errors import WriteError
from extractor.llm.stored import BadEntryError

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

_NOT_DAMAGE = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    }
)
LOCK_SECONDS = 10.0
"""How long another process's write is waited for; one takes about a millisecond."""


class _StrictDisk(diskcache.Disk):  # type: ignore[misc]  # diskcache has no types
    """Keys are strings, values bytes in the row; a row that says anything else is refused, not obeyed."""

    def put(self, key: Any) -> tuple[str, bool]:
        """Turn a key into its column."""
        if not isinstance(key, str):
            raise BadEntryError("its key is not a string")
        return key, True

    def get(self, key: Any, raw: Any) -> str:
        """Turn a key's column into a key; one that is not ours becomes the empty one, which has no answer."""
        return key if raw and isinstance(key, str) else ""

    def store(self, value: Any, read: Any, key: Any = None) -> tuple[int, int, None, Any]:  # noqa: ARG002 - its form
        """Turn a value into its columns."""
        if read or not isinstance(value, bytes):
            raise BadEntryError("its value is not bytes")
        return len(value), diskcache.core.MODE_RAW, None, sqlite3.Binary(value)

    def fetch(self, mode: Any, filename: Any, value: Any, read: Any) -> bytes:
        """Turn the columns of a value into bytes: never from a file, never through pickle."""
        if mode != diskcache.core.MODE_RAW or filename is not None or read or not isinstance(value, bytes):
            raise BadEntryError("its row is not one of ours")
        return value

    def remove(self, file_path: Any) -> None:
        """Do nothing: none of our rows has a file, so a row that names one would have another's removed."""


class Disk:
    """Bytes by key in a directory.

    Raises WriteError when the directory cannot be made or written, or the disk is full. What another process
    locks for longer than LOCK_SECONDS counts as not kept. A database that is damaged is renamed to
    `cache.db.corrupt-TIME` and begun anew.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._cache = self._opened()

    def get(self, key: str) -> bytes | None:
        """Return what is kept under a key, or None; raise BadEntryError for a row that is not ours."""
        found: bytes | None = self._with_cache(lambda cache: cache.get(key), None)
        return found

    def put(self, entries: Mapping[str, bytes]) -> None:
        """Keep entries, all or none of them."""

        def keep(cache: Any) -> None:
            with cache.transact() if len(entries) > 1 else contextlib.nullcontext():
                for key, value in entries.items():
                    cache.set(key, value)

        self._with_cache(keep, None)

    def delete(self, key: str) -> None:
        """Forget an entry."""
        self._with_cache(lambda cache: cache.delete(key), None)

    def clear(self) -> None:
        """Forget all entries."""
        self._with_cache(lambda cache: cache.clear(), None)

    def __len__(self) -> int:
        return self._with_cache(len, 0)

    def __iter__(self) -> Iterator[str]:
        """Yield all keys, in order."""
        keys: list[str] = self._with_cache(lambda cache: [key for key in cache if key], [])
        return iter(sorted(keys))

    def close(self) -> None:
        """Close the connection of this process."""
        self._cache.close()

    def _with_cache(self, act: Callable[[Any], _T], otherwise: _T) -> _T:
        """Act on the database; look twice before it is called damaged, another process may have mended it."""
        for trial in range(3):
            try:
                return act(self._cache)
            except diskcache.Timeout:
                _log.warning("what is kept in %s is locked by another process", self._directory)
                return otherwise
            except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
                if not self._is_damaged(error):
                    raise self._unwritable(error) from None
                self.close()
                if trial:
                    self._put_aside()
                self._cache = self._opened()
        raise self._unwritable(sqlite3.DatabaseError("damaged again and again"))

    def _opened(self) -> Any:
        try:
            return self._open()
        except Exception as error:  # noqa: BLE001 - diskcache obeys the settings in a damaged file, to any end
            if not self._is_damaged(error):
                raise self._unwritable(error) from None
        self._put_aside()
        try:
            return self._open()
        except (sqlite3.Error, OSError) as error:
            raise self._unwritable(error) from None

    def _open(self) -> Any:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        return diskcache.Cache(
            str(self._directory),
            timeout=LOCK_SECONDS,
            disk=_StrictDisk,
            eviction_policy="none",
            cull_limit=0,
            sqlite_cache_size=1024,  # pages, 4 MB: the system keeps files at hand, too
            sqlite_mmap_size=0,  # a file that shrinks under a mapping ends the process (SIGBUS)
            statistics=0,
            tag_index=0,
        )

    def _is_damaged(self, error: BaseException) -> bool:
        files = (self._directory, self._directory / "cache.db")
        return _is_damage(error, writable=all(os.access(path, os.W_OK) for path in files))

    def _put_aside(self) -> None:
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        for suffix in ("", "-wal", "-shm"):
            old = self._directory / f"cache.db{suffix}"
            with contextlib.suppress(FileNotFoundError):
                old.rename(old.with_name(f"{old.name}.corrupt-{stamp}"))
        _log.warning("the database in %s was damaged; it was put aside and begun anew", self._directory)

    def _unwritable(self, error: Exception) -> WriteError:
        return WriteError(
            f"what is kept in {self._directory} cannot be read or written: {error}",
            target=str(self._directory),
            hint="make room there, choose another --cache-dir, or go on without with --no-cache",
        )


def _is_damage(error: BaseException, *, writable: bool) -> bool:
    """Tell a damaged database from a full, locked, missing or read-only one.

    Where the files are writable, it is a flipped bit that says read-only.
    The cause may be hidden: when a full disk ends a transaction, diskcache's own roll-back fails on top.
    """
    cause: BaseException | None = error
    while cause is not None:
        code = _code(cause)
        says_read_only = writable and code == sqlite3.SQLITE_READONLY
        if isinstance(cause, OSError) or (code in _NOT_DAMAGE and not says_read_only):
            return False
        cause = cause.__context__
    return True


def _code(error: BaseException) -> int:
    """Return SQLite's primary result code of an error, 0 where it has none."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
