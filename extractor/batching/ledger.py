"""Journal and spool as one: an article is acknowledged when its line stands and its row is committed.

The order is what makes it safe: line, then row. A line without a row is cut off when the run goes on; a row
whose line is not there is deleted, and the article done again (from the recorded answers, for nothing).
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from filelock import FileLock, Timeout

from extractor.batching.identity import refuse_change
from extractor.batching.journal import Damaged, Journal, Moved
from extractor.batching.spool import Extent, Spool, lines_of, take_place, unwritable
from extractor.batching.states import Verdict
from extractor.errors import ConfigError
from extractor.network_disks import network_disk

if TYPE_CHECKING:
    from types import TracebackType

    from extractor.records import Usage

_REWRITING = "rewriting"
_LOOKED_AT = 200
"""Lines that are looked at when a run goes on: more are not in the system's hands when the power is cut."""
_ALL = -1


@dataclass(frozen=True, slots=True)
class Places:
    """The files of a run: `base` is the output, or what stands for it where that is standard output."""

    base: Path
    spool: Path

    @classmethod
    def of(cls, base: Path, *, spool_is_output: bool) -> "Places":
        """Return the files that lie beside a base."""
        return cls(base, base if spool_is_output else _beside(base, "spool.jsonl"))

    @property
    def journal(self) -> Path:
        """Return the journal."""
        return _beside(self.base, "journal")

    @property
    def failures(self) -> Path:
        """Return the list of failures."""
        return _beside(self.base, "failures.jsonl")

    @property
    def lock(self) -> Path:
        """Return what one process at a time holds."""
        return _beside(self.base, "journal.lock")


@dataclass(frozen=True, slots=True)
class Terms:
    """Under which terms a run is opened.

    `force`: go on although `identity` changed. `durable`: wait for the disk at each article.
    """

    identity: Mapping[str, str]
    command: str = ""
    force: bool = False
    durable: bool = False


class Ledger:
    """The one writer of a run; `with Ledger.opened(...)` holds its lock."""

    def __init__(self, places: Places, journal: Journal, spool: Spool, lock: FileLock) -> None:
        self.places, self.journal, self._spool, self._lock = places, journal, spool, lock

    @classmethod
    def opened(cls, places: Places, terms: Terms, note: Callable[[str], None]) -> "Ledger":
        """Open a run, new or begun, and mend what a crash left; `note` is told of that, and of a bad disk.

        Raises ConfigError when another process works on it, when the output is not of a run, or when the
        identity changed; WriteError when its files cannot be written.
        """
        if kind := network_disk(places.journal):
            note(
                f"{places.journal} lies on a network disk ({kind}), which may damage it: a local one is safe"
            )
        lock = _locked(places)
        try:
            _refuse_foreign_output(places, force=terms.force)
            try:
                return cls._begun(places, terms, lock, note)
            except Damaged as problem:
                _put_aside(places)
                note(f"{problem}; it was put aside, and every article is done again")
                return cls._begun(places, terms, lock, note)
        except BaseException:
            lock.release()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: "type[BaseException] | None",
        error: "BaseException | None",
        trace: "TracebackType | None",
    ) -> None:
        self.close()

    def record(self, verdict: Verdict, spent: "Usage") -> Extent | None:
        """Acknowledge a verdict; return where its line stands, if it has one."""
        extent = self._spool.append(verdict.line) if verdict.line is not None else None
        try:
            self.journal.acknowledge(verdict, extent, spent)
        except BaseException:
            if extent is not None:
                self._spool.cut(extent.start)
            raise
        return extent

    def move(self, moved: Sequence[Moved]) -> None:
        """Note where known articles now stand in the inputs."""
        self.journal.move(moved)

    def line(self, extent: Extent) -> bytes:
        """Return an acknowledged line."""
        return self._spool.read(extent)

    def lines(self, *, ordered: bool) -> Iterator[bytes]:
        """Yield the lines that count."""
        return lines_of(self._spool, self.journal.extents(ordered=ordered))

    def tidy(self, *, ordered: bool) -> None:
        """Leave in the spool the lines that count alone, in the order of the inputs if that is asked for.

        The new file replaces the old one after the journal has noted that it will: a crash at any moment
        leaves one of the two states, and the next opening tells which.
        """
        end, counting = self.journal.acknowledged()
        if self._spool.end == end == counting and not (ordered and self._is_out_of_order()):
            self._spool.sync()
            return
        new = self._spool.rewritten(self.journal.extents(ordered=ordered))
        self.journal.relocate(ordered=ordered, facts={_REWRITING: new.path.name})
        take_place(self.places.spool, new.path)
        self.journal.note_facts({_REWRITING: ""})
        self._spool.close()
        self._spool = Spool(self.places.spool)

    def close(self) -> None:
        """Close the files and let the next process in."""
        self._spool.close()
        self.journal.close()
        self._lock.release()

    @classmethod
    def _begun(cls, places: Places, terms: Terms, lock: FileLock, note: Callable[[str], None]) -> "Ledger":
        with ExitStack() as opened:
            journal = opened.enter_context(closing(Journal(places.journal, durable=terms.durable)))
            spool = opened.enter_context(Spool(places.spool, durable=terms.durable))
            ledger = cls(places, journal, spool, lock)
            ledger._begin(terms, note)
            opened.pop_all()
        return ledger

    def _begin(self, terms: Terms, note: Callable[[str], None]) -> None:
        self.journal.check()
        before = self.journal.identity()
        if not terms.force:
            refuse_change(before, terms.identity, str(self.places.base))
        self._finish_rewriting()
        self._mend(note)
        self.journal.note_facts(
            {
                "identity": json.dumps(dict(terms.identity)),
                "command": terms.command,
                "spool": self.places.spool.name,
                "base": self.places.base.name,
            }
        )
        self.journal.begin_session()

    def _finish_rewriting(self) -> None:
        """Do what `tidy` was about to do, or throw away what it did not get to announce."""
        announced = self.journal.fact(_REWRITING)
        beside = self.places.spool.with_name(f".{self.places.spool.name}.rewritten")
        if announced:
            if beside.exists():
                take_place(self.places.spool, beside)
                self._spool.close()
                self._spool = Spool(self.places.spool)
            self.journal.note_facts({_REWRITING: ""})
        beside.unlink(missing_ok=True)

    def _mend(self, note: Callable[[str], None]) -> None:
        """Make journal and spool agree; after a power cut the last lines may be missing or void.

        Where there are gaps between the lines that count, each of these is looked at: a place may be wrong.
        """
        lost = self.journal.forget_lines_beyond(self._spool.end)
        end, counting = self.journal.acknowledged()
        looked_at = _LOOKED_AT if end == counting else _ALL
        void = [number for number, extent in self.journal.last_lines(looked_at) if not self._holds(extent)]
        lost += self.journal.forget_lines(void)
        if lost:
            note(f"{lost} extractions are no longer in {self.places.spool}: they are made again")
        end, _ = self.journal.acknowledged()
        if self._spool.end > end:
            note(f"{self._spool.end - end} bytes at the end of {self.places.spool} were never acknowledged")
            self._spool.cut(end)

    def _holds(self, extent: Extent) -> bool:
        line = self._spool.read(extent)
        return line.startswith(b"{") and line.endswith(b"}\n") and line.count(b"\n") == 1

    def _is_out_of_order(self) -> bool:
        starts = (extent.start for extent in self.journal.extents(ordered=True))
        before = -1
        for start in starts:
            if start < before:
                return True
            before = start
        return False


def _beside(base: Path, what: str) -> Path:
    return base.with_name(f"{base.name}.{what}")


def _locked(places: Places) -> FileLock:
    lock = FileLock(places.lock)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise ConfigError(
            f"another run writes {places.base}", hint="wait for it, or choose another --output"
        ) from None
    except OSError as problem:
        raise unwritable(places.lock, problem) from problem
    return lock


def _refuse_foreign_output(places: Places, *, force: bool) -> None:
    """Raise ConfigError where the spool would overwrite what no run has written."""
    spool = places.spool
    if places.journal.exists() or force:
        return
    if spool.exists() and (not spool.is_file() or spool.stat().st_size):
        raise ConfigError(
            f"{spool} exists, and no journal beside it says that a run wrote it",
            hint="choose another --output, move it away, or --force to overwrite it",
        )


def _put_aside(places: Places) -> None:
    """Keep what is damaged under another name, the journal last: without it the output is a stranger's."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    journal = places.journal
    beside = (journal.with_name(f"{journal.name}-{part}") for part in ("wal", "shm"))
    for path in (places.spool, *beside, journal):
        if path.exists():
            path.rename(_beside(path, f"corrupt-{stamp}"))
