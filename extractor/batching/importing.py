"""Files of answers, from a provider or any offline LLM, into the store of answers, in whatever order.

Only what a request of this run asked for is taken, and only what its endpoint could have answered.
"""

import contextlib
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from extractor.batching.request_files import is_answered
from extractor.batching.states import class_of
from extractor.errors import CacheMissError, InvalidOutputError, LLMError, ReadError, TruncatedError
from extractor.llm.base import Completion, Request
from extractor.llm.batch_format import Place, Response, UnservedError, judged, read_response_lines
from extractor.llm.metering import Price
from extractor.llm.stored import Store, StoredAnswer
from extractor.records import Usage

_FINGERPRINT = re.compile("[0-9a-f]{64}")
SHOWN = 3
"""Of unknown ids and unreadable lines so many are named."""


@dataclass
class Imported:
    """What became of the lines and of the requests.

    Of requests: `imported` answers were new and good, `kept` were answered before, `missing` have no line,
    `broken` counts the others by the class of what is wrong, and `faults` has that by fingerprint. Of lines:
    `duplicates` came again, `unknown` answer no request of this run, `unreadable` are no answers. `usage` is
    what the new lines cost, broken ones too.
    """

    imported: int = 0
    kept: int = 0
    missing: int = 0
    duplicates: int = 0
    unknown: int = 0
    unreadable: int = 0
    broken: Counter[str] = field(default_factory=Counter)
    faults: dict[str, LLMError] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)
    notes: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether every request has its answer now."""
        return not self.missing and not self.broken


class Unanswered:
    """The LLM behind imported answers: to what they do not answer it says why, and asks nobody."""

    def __init__(self, faults: Mapping[str, LLMError]) -> None:
        self._faults = faults

    async def complete(self, request: Request) -> Completion:
        """Raise what is wrong with the answer that came, or CacheMissError if none did."""
        fault = self._faults.get(request.fingerprint)
        if fault is not None:
            raise fault.with_traceback(None)
        raise CacheMissError(
            f"no answer came to request {request.fingerprint[:12]}",
            hint="have the missing requests answered: --export writes just those",
            fingerprint=request.fingerprint,
        )


def import_answers(
    requests: Iterable[Request], paths: Sequence[Path], store: Store, price: Price | None = None
) -> Imported:
    """Keep the answers in `paths` to `requests` (each once), and tell what became of all.

    The first good line of a request counts; an answer kept before stays. Memory holds the faults only.
    Raises ReadError for a file that cannot be read, WriteError when the store cannot be written.
    """
    done = Imported()
    with contextlib.ExitStack() as stack:
        files = [stack.enter_context(_opened(path)) for path in paths]
        index = stack.enter_context(contextlib.closing(_Index()))
        for number, file in enumerate(files):
            _look_through(file, (number, paths[number]), index, done)
        for request in requests:
            lines = [_at(files[number], place) for number, place in index.claimed(request.fingerprint)]
            _settle(request, lines, store, price, done)
        done.unknown += _unclaimed(index, done)
    return done


def _look_through(file: BinaryIO, which: tuple[int, Path], index: "_Index", done: Imported) -> None:
    number, path = which
    for line in read_response_lines(file):
        if not isinstance(line, Response):
            done.unreadable += 1
            if done.unreadable <= SHOWN:
                done.notes.append(f"{path}: line {line.place.number} {line.reason}")
        elif _FINGERPRINT.fullmatch(line.custom_id):
            index.add(line.custom_id, number, line.place)
        else:
            done.unknown += 1


def _settle(
    request: Request, lines: Sequence[Response], store: Store, price: Price | None, done: Imported
) -> None:
    """Take in what came to one request."""
    if is_answered(request, store):
        done.kept += 1
        done.duplicates += max(0, len(lines) - 1)
        return
    if not lines:
        done.missing += 1
        return
    done.duplicates += len(lines) - 1
    fault: LLMError | None = None
    for line in lines:
        try:
            answer = judged(line, request, price)
        except LLMError as error:
            done.usage += error.usage
            fault = fault or _slim(error)
            continue
        done.usage += answer.usage
        store.put(StoredAnswer.of(answer))
        done.imported += 1
        return
    assert fault is not None
    done.broken[fault.code if isinstance(fault, UnservedError) else class_of(fault)] += 1
    done.faults[request.fingerprint] = fault


def _slim(fault: LLMError) -> LLMError:
    """Let go of the answer itself: there may be many."""
    fault.__context__ = fault.__cause__ = None
    if isinstance(fault, InvalidOutputError | TruncatedError):
        fault.raw = ""
    return fault.with_traceback(None)


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as problem:
        raise ReadError(
            f"{path}: {problem.strerror or problem}", source=str(path), hint="check the path"
        ) from problem


def _at(file: BinaryIO, place: Place) -> Response:
    file.seek(place.start)
    (line,) = read_response_lines(BytesIO(file.read(place.length)))
    assert isinstance(line, Response)  # it was read before
    return line


class _Index:
    """Where the lines of each fingerprint lie; on disk while it lasts."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("")
        self._database.execute("CREATE TABLE line (id BLOB, file INT, number INT, start INT, length INT)")
        self._database.execute("CREATE TABLE claimed (id BLOB PRIMARY KEY) WITHOUT ROWID")
        self._sorted = False

    def add(self, fingerprint: str, file: int, place: Place) -> None:
        row = (bytes.fromhex(fingerprint), file, place.number, place.start, place.length)
        self._database.execute("INSERT INTO line VALUES (?, ?, ?, ?, ?)", row)

    def claimed(self, fingerprint: str) -> list[tuple[int, Place]]:
        """Return the lines of a request, in order, and note that it is one of ours."""
        if not self._sorted:
            self._database.execute("CREATE INDEX by_id ON line (id)")
            self._sorted = True
        key = (bytes.fromhex(fingerprint),)
        self._database.execute("INSERT OR IGNORE INTO claimed VALUES (?)", key)
        rows = self._database.execute(
            "SELECT file, number, start, length FROM line WHERE id = ? ORDER BY rowid", key
        )
        return [(file, Place(*place)) for file, *place in rows]

    def unclaimed(self) -> Iterator[str]:
        """Yield the fingerprints of the lines that no request claimed."""
        asked = "SELECT id FROM line WHERE id NOT IN (SELECT id FROM claimed) ORDER BY rowid"
        return (row[0].hex() for row in self._database.execute(asked))

    def close(self) -> None:
        self._database.close()


def _unclaimed(index: _Index, done: Imported) -> int:
    count = 0
    for fingerprint in index.unclaimed():
        count += 1
        if count <= SHOWN:
            done.notes.append(f"{fingerprint[:12]} is no request of these articles, in these words")
    return count
