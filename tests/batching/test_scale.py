"""A journal of a million articles opens and resumes quickly, in little memory."""

import asyncio
import os
import sys
import time
import tracemalloc

import pytest

from extractor.batching.journal import _COLUMNS, _PUT
from extractor.batching.running import Plan, Stop, Surroundings, run_batch
from extractor.batching.states import State
from extractor.batching.working import Local
from extractor.records import Usage
from tests.batching.test_running import Asked, Listening
from tests.batching.verdicts import NOTHING, done, job

MANY = 1_000_000
LENGTH = 3000


def bulk_made(ledger, many):
    """Fill the journal as a run does, but in one commit; the spool is a file with holes."""
    digest = b"d" * 16
    rows = (
        (
            f"=a{n}",
            n,
            f"news.jsonl: line {n + 1}",
            digest,
            "done",
            "",
            "",
            n * LENGTH,
            LENGTH,
            3,
            0,
            1,
            900,
            90,
            1.5,
            0.001,
            0,
        )
        for n in range(many)
    )
    assert len(_COLUMNS) == 17
    with ledger.journal._transaction():
        ledger.journal._db.executemany(_PUT, rows)
    os.truncate(ledger.places.spool, many * LENGTH)
    with ledger.places.spool.open("r+b") as file:
        for n in range(many - 300, many):  # the last ones are looked at
            file.seek(n * LENGTH)
            file.write(b"{" + b" " * (LENGTH - 3) + b"}\n")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_million_rows_resume_in_less_than_ten_seconds(opened):
    ledger = opened()
    bulk_made(ledger, MANY)
    ledger.close()
    begun = time.process_time()
    tracemalloc.start()
    again = opened()
    asked = Asked()
    jobs = [job(MANY + number) for number in range(20)]
    around = Surroundings(Listening(), Stop(), Usage)
    summary = asyncio.run(run_batch(Plan(lambda: iter(jobs), 4, whole=False), Local(asked), again, around))
    seconds, (_, peak) = time.process_time() - begun, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    sys.stdout.write(f"{seconds:.1f} s of one core, {peak / 1e6:.1f} MB\n")
    assert summary.totals[State.DONE] == MANY + 20
    assert len(asked.ids) == 20
    assert seconds < 10
    assert peak < 20e6


def test_opening_does_not_depend_on_how_many_are_done(opened):
    ledger = opened()
    bulk_made(ledger, 20_000)
    ledger.record(done(20_001), NOTHING)
    ledger.close()
    tracemalloc.start()
    opened()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2e6
