"""The journal of a run: an SQLite database with one row an article, each committed as the article ends.

It says where in the spool an extraction stands, never what is in it. Source of the settings: sqlite.org,
"Write-Ahead Logging" and "PRAGMA synchronous" (a commit outlives the process; a power cut may take the last
ones back unless the journal is durable).
"""

import contextlib
import functools
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from extractor.batching.spool import Extent
from extractor.batching.states import State, Verdict
from extractor.errors import ReadError, WriteError

if TYPE_CHECKING:
    from extractor.records import Usage

LAYOUT = "1"
BUSY_S = 10.0
_TABLES = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sessions (
  number INTEGER PRIMARY KEY, started TEXT NOT NULL, ended TEXT, how TEXT,
  requests INTEGER NOT NULL DEFAULT 0, input_tokens INTEGER NOT NULL DEFAULT 0,
  output_tokens INTEGER NOT NULL DEFAULT 0, cost REAL);
CREATE TABLE IF NOT EXISTS articles (
  number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, position INTEGER NOT NULL, source TEXT NOT NULL,
  digest BLOB NOT NULL, state TEXT NOT NULL, class TEXT NOT NULL, reason TEXT NOT NULL,
  start INTEGER, length INTEGER, records INTEGER, warnings INTEGER, requests INTEGER,
  input_tokens INTEGER, output_tokens INTEGER, seconds REAL, cost REAL, cached INTEGER);
"""
_COLUMNS = (
    "key", "position", "source", "digest", "state", "class", "reason", "start", "length", "records",
    "warnings", "requests", "input_tokens", "output_tokens", "seconds", "cost", "cached",
)  # fmt: skip
_PUT = (
    f"INSERT INTO articles ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))}) "  # noqa: S608 - constants
    f"ON CONFLICT (key) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS[1:])}"
)
_SPENT = "UPDATE sessions SET requests = ?, input_tokens = ?, output_tokens = ?, cost = ? WHERE number = ?"
_FIND = "SELECT number, digest, state, position, source, start, length FROM articles WHERE key = ?"
_READING = (sqlite3.Error, UnicodeDecodeError)
"""What SQLite raises of a file; the second where even the words of its error are damaged."""
_DAMAGE = frozenset({sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR})
"""The last one is of a statement that does not fit the tables: they are not ours."""
_WITH_LINE = "state IN ('done', 'done_with_warnings')"

_ODD = f"""
SELECT 1 FROM articles WHERE state NOT IN ({", ".join(f"'{state}'" for state in State)})
UNION ALL
SELECT 1 FROM (
  SELECT start, length, lag(start + length, 1, 0) OVER (ORDER BY start) AS before FROM articles
  WHERE {_WITH_LINE})
WHERE typeof(start) <> 'integer' OR typeof(length) <> 'integer' OR length < 1 OR start < before
LIMIT 1
"""  # noqa: S608 - constants
"""Rows that no run writes: an unknown state, or lines that overlap."""
_ACKNOWLEDGED = f"SELECT max(start + length), sum(length) FROM articles WHERE {_WITH_LINE}"  # noqa: S608 - constants


class Known(NamedTuple):
    """What the journal has on an article."""

    number: int
    digest: bytes
    state: State
    position: int
    source: str
    extent: Extent | None


class Moved(NamedTuple):
    """A known article that now stands elsewhere in the inputs."""

    position: int
    source: str
    number: int


class Damaged(WriteError):  # noqa: N818 - it is what the file is
    """The file is not a journal, or no longer one."""


class Journal:
    """One connection to a journal, for one thread. Raises WriteError when the disk takes no more."""

    def __init__(self, path: Path, *, durable: bool = False, writable: bool = True) -> None:
        self.path = path
        self._session = 0
        self._noted: Usage | None = None
        try:
            self._db = sqlite3.connect(
                path.absolute().as_uri() + ("" if writable else "?mode=ro"),
                timeout=BUSY_S,
                isolation_level=None,
                check_same_thread=False,
                uri=True,
            )
        except sqlite3.Error as problem:
            raise self._failure(problem) from problem
        self._db.text_factory = _as_text
        try:
            self._prepare(durable, writable)
        except WriteError:
            self._db.close()
            raise
        except _READING as problem:
            self._db.close()
            raise self._failure(problem) from problem

    def _prepare(self, durable: bool, writable: bool) -> None:  # noqa: FBT001 - one caller, above
        if not writable:
            self._db.execute("PRAGMA query_only = ON")
            self._db.execute("SELECT 1 FROM articles LIMIT 1")
            return
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        self._db.executescript(_TABLES)
        layout = self.fact("layout")
        if layout is None:
            self.note_facts({"layout": LAYOUT})
        elif layout != LAYOUT:
            raise self._damaged(f"its layout is {layout}, not {LAYOUT}")

    def check(self) -> None:
        """Raise Damaged where flipped bits show: in the file's structure, an index, a state, a place."""
        try:
            if _schema(self._db) != _own_schema():
                raise self._damaged("its tables are not those of a run")
            [found] = self._db.execute("PRAGMA integrity_check(1)").fetchone()
            if found != "ok":
                raise self._damaged(found)
            if self._db.execute(_ODD).fetchone():
                raise self._damaged("a row is not one of a run")
        except _READING as problem:
            raise self._failure(problem) from problem

    def reader(self) -> "Journal":
        """Return a connection of its own for another thread, which sees each commit."""
        return Journal(self.path, writable=False)

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    # Facts of the run

    def fact(self, name: str) -> str | None:
        """Return what is noted under a name."""
        row = self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def note_facts(self, facts: Mapping[str, str]) -> None:
        """Note facts, each in place of what stood under its name."""
        with self._transaction():
            self._put_facts(facts)

    def identity(self) -> dict[str, str]:
        """Return what the run depends on, as noted when it began."""
        try:
            noted: dict[str, str] = json.loads(self.fact("identity") or "{}")
        except ValueError as problem:
            raise self._damaged(f"its identity is no JSON: {problem}") from None
        return noted

    def begin_session(self) -> None:
        """Note that a process works on the run."""
        with self._transaction():
            now = datetime.now(UTC).isoformat(timespec="seconds")
            self._session = (
                self._db.execute("INSERT INTO sessions (started) VALUES (?)", (now,)).lastrowid or 0
            )

    def end_session(self, how: str, spent: "Usage") -> None:
        """Note how the process ended, and what it spent."""
        with self._transaction():
            self._db.execute(_SPENT, self._spent(spent))
            now = datetime.now(UTC).isoformat(timespec="seconds")
            row = (now, how, self._session)
            self._db.execute("UPDATE sessions SET ended = ?, how = ? WHERE number = ?", row)

    def sessions(self) -> list[dict[str, Any]]:
        """Return the sessions in order, by column."""
        return list(self._dicts("SELECT * FROM sessions ORDER BY number"))

    def spent(self) -> "Usage":
        """Return what all sessions spent."""
        from extractor.records import Usage  # noqa: PLC0415

        row = self._db.execute(
            "SELECT coalesce(sum(requests), 0), coalesce(sum(input_tokens), 0), "
            "coalesce(sum(output_tokens), 0), sum(cost) FROM sessions"
        ).fetchone()
        return Usage(requests=row[0], input_tokens=row[1], output_tokens=row[2], cost=row[3])

    # Articles

    def find(self, key: str) -> Known | None:
        """Return what is known of an article."""
        try:
            row = self._db.execute(_FIND, (key,)).fetchone()
        except sqlite3.Error as problem:
            raise self._failure(problem) from problem
        if row is None:
            return None
        number, digest, state, position, source, start, length = row
        return Known(
            number, digest, State(state), position, source, None if start is None else Extent(start, length)
        )

    def acknowledge(self, verdict: Verdict, extent: Extent | None, spent: "Usage") -> None:
        """Commit the end of an article; from here on it is never done again unless it changes."""
        job, account = verdict.job, verdict.account
        row = (
            job.key, job.position, job.source, job.digest, verdict.state.value, verdict.reason_class,
            verdict.reason, extent.start if extent else None, extent.length if extent else None,
            account.records, account.warnings, account.requests, account.input_tokens,
            account.output_tokens, account.seconds, account.cost, account.cached,
        )  # fmt: skip
        with self._transaction():
            self._db.execute(_PUT, row)
            if spent is not self._noted:
                self._db.execute(_SPENT, self._spent(spent))
        self._noted = spent

    def move(self, moved: Sequence[Moved]) -> None:
        """Note where known articles stand now."""
        with self._transaction():
            self._db.executemany("UPDATE articles SET position = ?, source = ? WHERE number = ?", moved)

    def last_number(self) -> int:
        """Return the highest number of a row, 0 when there is none."""
        return int(self._db.execute("SELECT coalesce(max(number), 0) FROM articles").fetchone()[0])

    def forget_places(self, numbers: Iterable[int]) -> None:
        """Delete those of these rows that tell of a place in the inputs, not of an article."""
        query = "DELETE FROM articles WHERE number = ? AND key NOT LIKE '=%'"
        with self._transaction():
            self._db.executemany(query, ((one,) for one in numbers))

    def forget_lines_beyond(self, end: int) -> int:
        """Delete the rows whose lines do not stand in the spool's first `end` bytes; return how many."""
        with self._transaction():
            beyond = self._db.execute("DELETE FROM articles WHERE start + length > ?", (end,))
        return beyond.rowcount

    def forget_lines(self, numbers: Sequence[int]) -> int:
        """Delete rows; return how many."""
        with self._transaction():
            self._db.executemany("DELETE FROM articles WHERE number = ?", ((one,) for one in numbers))
        return len(numbers)

    def last_lines(self, most: int) -> Iterator[tuple[int, Extent]]:
        """Yield the numbers and places of the last lines of the spool that count; of all with `most` -1."""
        query = f"SELECT number, start, length FROM articles WHERE {_WITH_LINE} ORDER BY start DESC LIMIT ?"  # noqa: S608 - constants
        return ((number, Extent(start, length)) for number, start, length in self._db.execute(query, (most,)))

    def extents(self, *, ordered: bool) -> Iterator[Extent]:
        """Yield where the lines that count stand: by place in the spool, or in the order of the inputs."""
        order = "position, number" if ordered else "start"
        rows = self._db.execute(f"SELECT start, length FROM articles WHERE {_WITH_LINE} ORDER BY {order}")  # noqa: S608 - constants
        return (Extent(*row) for row in rows)

    def acknowledged(self) -> tuple[int, int]:
        """Return where the last acknowledged line ends in the spool, and how many bytes count there."""
        row = self._db.execute(_ACKNOWLEDGED).fetchone()
        return row[0] or 0, row[1] or 0

    def relocate(self, *, ordered: bool, facts: Mapping[str, str]) -> None:
        """Note that the lines now stand one after the other in this order, and facts, in one commit."""
        order = "position, number" if ordered else "start"
        self._db.execute(
            "PRAGMA synchronous = FULL"
        )  # the file is replaced next: this must not be taken back
        with self._transaction():
            self._db.execute(
                f"UPDATE articles SET start = fresh.start FROM (SELECT number, "  # noqa: S608 - constants
                f"sum(length) OVER (ORDER BY {order} ROWS UNBOUNDED PRECEDING) - length AS start "
                f"FROM articles WHERE {_WITH_LINE}) AS fresh WHERE articles.number = fresh.number"
            )
            self._put_facts(facts)

    def counts(self) -> dict[State, int]:
        """Return how many articles ended in each state."""
        rows = dict(self._db.execute("SELECT state, count(*) FROM articles GROUP BY state"))
        return {state: rows.get(state.value, 0) for state in State}

    def failure_classes(self) -> dict[str, int]:
        """Return how many articles failed of each class, the most frequent first."""
        return dict(
            self._db.execute(
                "SELECT class, count(*) AS many FROM articles WHERE state = 'failed' "
                "GROUP BY class ORDER BY many DESC, class"
            )
        )

    def rows(self, *states: State) -> Iterator[dict[str, Any]]:
        """Yield the rows of these states (none: of all) by column, in the order of the inputs."""
        among = f"WHERE state IN ({', '.join('?' * len(states))})" if states else ""
        return self._dicts(f"SELECT * FROM articles {among} ORDER BY position, number", states)  # noqa: S608 - marks

    # How

    def _dicts(self, query: str, values: Sequence[Any] = ()) -> Iterator[dict[str, Any]]:
        cursor = self._db.execute(query, values)
        names = [column[0] for column in cursor.description]
        return (dict(zip(names, row, strict=True)) for row in cursor)

    def _put_facts(self, facts: Mapping[str, str]) -> None:
        self._db.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", facts.items())

    def _spent(self, spent: "Usage") -> tuple[Any, ...]:
        return (spent.requests, spent.input_tokens, spent.output_tokens, spent.cost, self._session)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):  # a full disk has rolled back already
                    self._db.execute("ROLLBACK")
                raise
        except sqlite3.Error as problem:
            raise self._failure(problem) from problem

    def _damaged(self, why: str) -> Damaged:
        return Damaged(
            f"{self.path} is damaged: {why}",
            target=str(self.path),
            hint="the same command puts it aside and begins anew, from the recorded answers",
        )

    def _failure(self, problem: Exception) -> WriteError:
        code = getattr(problem, "sqlite_errorcode", 0) & 0xFF
        if code in _DAMAGE or isinstance(problem, UnicodeDecodeError):
            return self._damaged(str(problem))
        return WriteError(
            f"{self.path}: {problem}",
            target=str(self.path),
            hint="make room there or check the rights; the same command then goes on from here",
        )


def _schema(db: sqlite3.Connection) -> list[str]:
    return [row[0] for row in db.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")]


@functools.cache
def _own_schema() -> list[str]:
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        db.executescript(_TABLES)
        return _schema(db)


def _as_text(written: bytes) -> str:
    """Return a text of the journal; what a flipped bit made unreadable is marked, and no row's own."""
    return written.decode(errors="replace")


def open_to_read(path: Path) -> Journal:
    """Return a journal for reading only, while others may write it. Raises ReadError if it is none."""
    try:
        return Journal(path, writable=False)
    except WriteError as problem:
        raise ReadError(
            f"{path}: is no journal of a run: {problem}",
            source=str(path),
            hint="`extractor runs list` shows those of a folder",
        ) from problem
