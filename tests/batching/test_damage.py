"""A journal in which bits have flipped, or whose log is lost: a run ends well or says what is wrong."""

import json
import random
import shutil
import sqlite3
import sys
from collections import Counter
from contextlib import closing

import pytest

from extractor.batching.ledger import Ledger, Places, Terms
from extractor.batching.rendering import JSONL, render
from extractor.batching.running import Plan, Stop, Surroundings, run_batch
from extractor.batching.working import Local
from extractor.errors import ExtractorError
from extractor.records import Usage
from tests.batching.test_running import Asked, Listening
from tests.batching.verdicts import job

MANY, TRIALS = 60, 40
JOBS = [job(number, name=f"a{number}") for number in range(MANY)]
TERMS = Terms({"tool": "1"}, "go")


async def run_in(folder):
    """Do all jobs that are open; return the output, and what was noted."""
    places, notes = Places.of(folder / "out.jsonl", spool_is_output=True), []
    with Ledger.opened(places, TERMS, notes.append) as ledger:
        around = Surroundings(Listening(), Stop(), Usage)
        await run_batch(Plan(lambda: iter(JOBS), 4), Local(Asked()), ledger, around)
        render(ledger, places.spool, JSONL, ordered=False)
    return Counter(
        json.loads(line)["article"]["id"] for line in places.spool.read_bytes().splitlines()
    ), notes


@pytest.fixture
async def ran(tmp_path):
    """Return the folder of a run that is done."""
    folder = tmp_path / "ran"
    folder.mkdir()
    await run_in(folder)
    return folder


def flipped(path, moments, count):
    data = bytearray(path.read_bytes())
    for _ in range(count):
        data[moments.randrange(len(data))] ^= 1 << moments.randrange(8)
    path.write_bytes(data)


async def test_flipped_bits_in_a_journal_never_crash_a_run_nor_spoil_its_output_unsaid(ran, tmp_path):
    seed = random.randrange(10**6)
    sys.stdout.write(f"seed {seed}\n")  # shown where it fails
    moments = random.Random(seed)
    for trial in range(TRIALS):
        folder = tmp_path / f"trial {trial}"
        shutil.copytree(ran, folder)
        flipped(folder / "out.jsonl.journal", moments, 1 + trial % 8)
        try:
            found, _ = await run_in(folder)
        except ExtractorError:  # an identity that changed by a letter is refused, for example
            continue
        assert found == Counter(one.row.id for one in JOBS)


async def test_a_place_in_the_output_that_is_wrong_is_found_before_anything_is_written_from_it(ran):
    with closing(sqlite3.connect(ran / "out.jsonl.journal")) as journal, journal:
        journal.execute("UPDATE articles SET length = length - 8 WHERE number = 7")
    found, notes = await run_in(ran)
    assert found == Counter(one.row.id for one in JOBS)
    assert "1 extractions are no longer in" in notes[0]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("UPDATE articles SET state = 'dome' WHERE number = 3", "a row is not one of a run"),
        ("UPDATE articles SET start = start - 5 WHERE number = 9", "a row is not one of a run"),
        ("UPDATE articles SET start = -1 WHERE number = 1", "a row is not one of a run"),
        ("UPDATE articles SET length = 'x' WHERE number = 1", "a row is not one of a run"),
        ("UPDATE facts SET value = '{' WHERE name = 'identity'", "its identity is no JSON"),
        ("ALTER TABLE articles RENAME COLUMN reason TO season", "its tables are not those of a run"),
    ],
)
async def test_rows_that_no_run_writes_are_damage_and_all_is_done_again(change, why, ran):
    with closing(sqlite3.connect(ran / "out.jsonl.journal")) as journal, journal:
        journal.execute(change)
    found, notes = await run_in(ran)
    assert found == Counter(one.row.id for one in JOBS)
    assert why in notes[0]


async def test_the_log_of_a_journal_may_be_lost(tmp_path):
    folder = tmp_path / "killed"
    folder.mkdir()
    places = Places.of(folder / "out.jsonl", spool_is_output=True)
    with Ledger.opened(places, TERMS, print) as ledger:
        around = Surroundings(Listening(), Stop(), Usage)
        await run_batch(Plan(lambda: iter(JOBS[:20]), 4), Local(Asked()), ledger, around)
        shutil.copytree(folder, tmp_path / "copy")  # as a kill leaves it: not all is in the database yet
    (tmp_path / "copy" / "out.jsonl.journal-wal").unlink()
    (tmp_path / "copy" / "out.jsonl.journal-shm").unlink()
    found, _ = await run_in(tmp_path / "copy")
    assert found == Counter(one.row.id for one in JOBS)
