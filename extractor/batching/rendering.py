"""A run's acknowledged lines to the output that was asked for, and its failures to a file beside it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from extractor.batching.journal import Journal
from extractor.batching.ledger import Ledger
from extractor.batching.spool import store
from extractor.batching.states import State
from extractor.writing.cleaning import for_json

JSONL = "jsonl"


def render(ledger: Ledger, target: Path | None, form: str, *, ordered: bool) -> Path | None:
    """Write the output of a run in a form, whole or not at all; return the file of the failures, if any.

    In JSON Lines the spool is the output already and is only tidied. Raises WriteError.
    """
    ledger.tidy(ordered=ordered)
    if target is not None and form != JSONL:
        from extractor.writing.star import write_star  # noqa: PLC0415 - Arrow, where it is asked for

        write_star(ledger.lines(ordered=ordered), failure_rows(ledger.journal), target, form)
    return write_failures(ledger)


def write_failures(ledger: Ledger) -> Path | None:
    """List the failed articles beside the output; return the file, or None when there are none."""
    target = ledger.places.failures
    failures = (line_of(row) for row in ledger.journal.rows(State.FAILED))
    first = next(failures, None)
    if first is None:
        target.unlink(missing_ok=True)
        return None
    store(_with(first, failures), target)
    return target


def described(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of the journal as a reader wants it: the article's id, and no place in the spool."""
    before, named, name = row["key"].partition("=")
    shown = {"id": name if named and not before.startswith("!") else None}
    hidden = {"number", "key", "digest", "start", "length"}
    return shown | {name: value for name, value in row.items() if name not in hidden}


def line_of(row: dict[str, Any]) -> bytes:
    """Return a failure as a line of JSON."""
    told = described(row)
    names = ("id", "source", "position", "state", "class", "reason")
    return (for_json(json.dumps({name: told[name] for name in names}, ensure_ascii=False)) + "\n").encode()


def failure_rows(journal: Journal) -> Iterator[Any]:
    """Yield the articles without extraction as the star's tables have them."""
    from extractor.writing.star import FailureRow  # noqa: PLC0415 - as above

    for row in journal.rows(State.FAILED, State.SKIPPED):
        told = described(row)
        yield FailureRow(
            told["id"], told["source"], told["position"], told["state"], told["class"], told["reason"]
        )


def _with(first: bytes, others: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from others
