"""Answers given again, and what a store survives: poison, damage, full disks, kills, and other processes."""

import hashlib
import io
import logging
import multiprocessing
import os
import pickle
import random
import shutil
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from extractor.errors import CacheMissError, RefusedError, WriteError
from extractor.llm.base import LLMIdentity
from extractor.llm.caching import Cached, DiskStore, Policy
from extractor.llm.retrying import Retrying
from extractor.llm.scripted import ScriptedLLM
from extractor.llm.stored import BadEntryError, packed, unpacked
from extractor.records import Usage
from tests.llm.cache_child import numbered
from tests.llm.conftest import make_request
from tests.llm.fault_server import GOOD

USAGE = Usage(input_tokens=10, output_tokens=5, requests=1, cost=0.5)


@pytest.fixture
def store(tmp_path):
    store = DiskStore(tmp_path / "answers")
    yield store
    store.close()


def database(store: DiskStore) -> sqlite3.Connection:
    return sqlite3.connect(store._disk._directory / "cache.db", isolation_level=None)


async def asked(store, *script, policy=Policy.USE, **changes):
    inner = ScriptedLLM(script, usage=USAGE)
    answer = await Cached(inner, store, policy).complete(make_request(**changes))
    return answer, len(inner.requests)


async def test_an_answer_is_given_again_with_what_it_once_cost(store):
    first, _ = await asked(store, GOOD)
    again, requests = await asked(store)
    assert (first.cached, again.cached, requests) == (False, True, 0)
    assert (again.text, again.usage, again.answered_by) == (GOOD, USAGE, "scripted")
    assert again.fingerprint == first.fingerprint


@pytest.mark.parametrize(
    "change",
    [
        {"epoch": 1},
        {"llm": LLMIdentity("llm", "http://another/v1")},
        {"max_tokens": 9},
        {"prompt": "p@2"},
        {"wire_version": "2"},
        {"temperature": 1.0},
    ],
    ids=str,
)
async def test_another_question_is_another_answer(store, change):
    await asked(store, GOOD)
    _, requests = await asked(store, GOOD, **change)
    assert requests == 1


async def test_another_key_is_the_same_question(store, server, endpoint_to):
    for key in ("sk-one", "sk-two"):
        await Cached(endpoint_to("good", api_key=SecretStr(key)), store).complete(make_request())
    assert len(server.to("good")) == 1


async def test_refresh_asks_anew_and_replaces(store):
    other = GOOD.replace(":", ": ")
    await asked(store, GOOD)
    renewed, requests = await asked(store, other, policy=Policy.REFRESH)
    again, _ = await asked(store)
    assert (renewed.cached, requests, again.text) == (False, 1, other)


async def test_off_neither_reads_nor_keeps(store):
    await asked(store, GOOD, policy=Policy.OFF)
    assert list(store) == []
    await asked(store, GOOD)
    _, requests = await asked(store, GOOD, policy=Policy.OFF)
    assert requests == 1


@pytest.mark.parametrize("inner", [None, ScriptedLLM([])])
async def test_offline_asks_nothing_and_says_how_to_record(store, inner):
    offline = Cached(inner, store, Policy.OFFLINE)
    with pytest.raises(CacheMissError, match="no answer is recorded") as caught:
        await offline.complete(make_request())
    assert "record" in caught.value.hint
    assert caught.value.fingerprint == make_request().fingerprint
    await asked(store, GOOD)
    assert (await offline.complete(make_request())).cached


async def test_failures_are_not_kept(store):
    with pytest.raises(RefusedError):
        await asked(store, RefusedError("no"))
    assert list(store) == []


@pytest.mark.parametrize("persona", ["cut-off", "refusal", "filtered", "mends"])
async def test_what_is_not_a_whole_answer_is_not_kept(store, endpoint_to, persona):
    llm = Cached(Retrying(endpoint_to(persona)), store)
    for _ in range(2):
        try:
            await llm.complete(make_request())
        except Exception as error:  # noqa: BLE001 - which one is another test's
            assert persona != "mends", error  # noqa: PT017 - one persona mends, three raise
    assert len(list(store)) == (persona == "mends")


async def test_an_answer_mended_by_a_reask_is_kept_under_the_question(store, server, endpoint_to):
    llm = Cached(Retrying(endpoint_to("mends")), store)
    await llm.complete(make_request())
    assert (await llm.complete(make_request())).cached
    assert len(server.to("mends")) == 2


async def test_an_answer_that_no_longer_fits_is_asked_for_again(store, caplog):
    await asked(store, GOOD.replace("[]}", '[],"note":"private words"}'))
    answer, requests = await asked(store, GOOD)
    assert (answer.text, requests) == (GOOD, 1)
    assert "breaks the wire format" in caplog.text
    assert "private" not in caplog.text


def test_the_directory_is_the_user_s_alone(store):
    assert stat.S_IMODE((store._disk._directory).stat().st_mode) == 0o700


def test_nothing_is_ever_culled(store):
    for number in range(200):
        store.put(numbered(number, os.urandom(20_000).hex()))
    assert len(list(store)) == 200


class Bomb:
    """Makes a file when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return (Path.touch, (self.mark,))


def poison_row(
    mode: int = 1, filename: str | None = None, value: object = b"", raw: int = 1
) -> dict[str, object]:
    return {"mode": mode, "filename": filename, "value": value, "raw": raw}


@pytest.mark.parametrize(
    "kind",
    ["pickle", "pickle-file", "binary-file", "text-file", "outside", "text", "number", "null", "raw-key"],
)
async def test_a_poisoned_row_is_a_miss_and_is_not_obeyed(store, tmp_path, caplog, kind):
    await asked(store, GOOD)
    fingerprint = make_request().fingerprint
    mark, prey = tmp_path / "mark", tmp_path / "prey.txt"
    prey.write_text(GOOD)
    bomb = pickle.dumps(Bomb(mark))
    (store._disk._directory / "bomb.val").write_bytes(bomb)
    row = {
        "pickle": poison_row(mode=4, value=bomb),
        "pickle-file": poison_row(mode=4, filename="bomb.val", value=None),
        "binary-file": poison_row(mode=2, filename="bomb.val", value=None),
        "text-file": poison_row(mode=3, filename="../prey.txt", value=None),
        "outside": poison_row(mode=2, filename=str(prey), value=None),
        "text": poison_row(value="text"),
        "number": poison_row(value=7),
        "null": poison_row(value=None),
        "raw-key": poison_row(raw=0, value=bomb, mode=4),
    }[kind]
    with database(store) as rows:
        rows.execute("UPDATE Cache SET mode=:mode, filename=:filename, value=:value, raw=:raw", row)
        if kind == "raw-key":
            rows.execute("UPDATE Cache SET key=?", (bomb,))
    rows.close()
    list(store)
    answer, requests = await asked(store, GOOD)
    assert (answer.text, requests) == (GOOD, 1)
    assert kind == "raw-key" or "is not used" in caplog.text
    assert not mark.exists()
    assert prey.exists()
    assert store.get(fingerprint).text == GOOD


def test_a_value_is_bytes_or_refused(store):
    for value in ("text", 7, None, [b""], object()):
        with pytest.raises(BadEntryError):
            store._disk._cache.set("key", value)
    with pytest.raises(BadEntryError):
        store._disk._cache.set(("key",), b"")
    with pytest.raises(BadEntryError):
        store._disk._cache.set(b"key", b"")
    with pytest.raises(BadEntryError):
        store._disk._cache.set("key", io.BytesIO(b"x"), read=True)


def test_an_entry_moved_to_another_question_is_refused(store):
    store._disk._cache.set(numbered(2).fingerprint, packed(numbered(1)))
    with pytest.raises(BadEntryError, match="another request"):
        store.get(numbered(2).fingerprint)


def test_an_entry_that_swells_is_refused():
    frame = zstandard.ZstdCompressor().compress(b" " * 50_000_000)
    begun = time.monotonic()
    with pytest.raises(BadEntryError, match="size"):
        unpacked(hashlib.sha256(frame).digest() + frame, "0" * 64)
    assert time.monotonic() - begun < 0.5


@given(st.integers(0, 10**6), st.integers(0, 7))
def test_no_flipped_bit_of_an_entry_goes_unnoticed(place, bit):
    data = bytearray(packed(numbered(1)))
    data[place % len(data)] ^= 1 << bit
    with pytest.raises(BadEntryError):
        unpacked(bytes(data), numbered(1).fingerprint)


@given(st.binary(max_size=200))
def test_no_bytes_crash_the_reader_of_entries(data):
    with pytest.raises(BadEntryError):
        unpacked(data, numbered(1).fingerprint)


def filled(directory: Path, count: int = 20) -> bytes:
    store = DiskStore(directory)
    for number in range(count):
        store.put(numbered(number))
    store._disk._cache._sql("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    return (directory / "cache.db").read_bytes()


@pytest.mark.parametrize("damage", [b"not a database", b"", b"\0" * 100], ids=["text", "empty", "zeroes"])
def test_a_database_with_a_broken_head_is_put_aside_and_begun_anew(tmp_path, caplog, damage):
    content = filled(tmp_path / "answers")
    (tmp_path / "answers" / "cache.db").write_bytes(damage + content[len(damage) :] if damage else b"")
    store = DiskStore(tmp_path / "answers")
    store.put(numbered(1))
    assert store.get(numbered(1).fingerprint) == numbered(1)
    store.close()
    aside = list((tmp_path / "answers").glob("cache.db.corrupt-*"))
    assert len(aside) == bool(damage)
    assert ("put aside" in caplog.text) == bool(damage)


def test_damage_under_way_is_noticed_and_mended(tmp_path):
    store = DiskStore(tmp_path / "answers")
    for number in range(50):
        store.put(numbered(number))
    store._disk._cache._sql("PRAGMA wal_checkpoint(TRUNCATE)")
    path = tmp_path / "answers" / "cache.db"
    path.write_bytes(b"\xff" * len(path.read_bytes()))
    store._disk._cache._sql("PRAGMA shrink_memory")  # else SQLite remembers the pages it has read
    assert store.get(numbered(0).fingerprint) is None
    store.put(numbered(99))
    assert store.get(numbered(99).fingerprint) == numbered(99)
    store.close()


def test_a_hostile_setting_in_the_database_is_damage(tmp_path):
    filled(tmp_path / "answers")
    with sqlite3.connect(tmp_path / "answers" / "cache.db") as rows:
        rows.execute("INSERT INTO Settings VALUES ('disk_surprise', 1)")
        rows.execute("INSERT INTO Settings VALUES ('sqlite_x y', 1)")
    rows.close()
    store = DiskStore(tmp_path / "answers")
    store.put(numbered(99))
    assert list(store) == [numbered(99).fingerprint]
    store.close()


def test_the_log_of_the_database_may_be_lost(tmp_path):
    directory = tmp_path / "answers"
    filled(directory)
    (directory / "cache.db-wal").write_bytes(os.urandom(5000))
    store = DiskStore(directory)
    assert store.get(numbered(1).fingerprint) == numbered(1)
    store.close()


def test_a_bit_that_says_read_only_is_damage(tmp_path):
    filled(tmp_path)
    content = bytearray((tmp_path / "cache.db").read_bytes())
    content[18] = 9  # the version of the format that may be written: SQLite only reads what is newer
    (tmp_path / "cache.db").write_bytes(content)
    store = DiskStore(tmp_path)
    store.put(numbered(5))
    assert store.get(numbered(5).fingerprint) == numbered(5)
    store.close()
    assert list(tmp_path.glob("cache.db.corrupt-*"))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 7)), min_size=1, max_size=30))
def test_flipped_bits_never_give_a_wrong_answer_nor_a_crash(tmp_path, flips):
    pristine = tmp_path / "pristine"
    if not pristine.exists():
        filled(pristine)
    directory = tmp_path / "flipped"
    shutil.rmtree(directory, ignore_errors=True)
    shutil.copytree(pristine, directory)
    content = bytearray((directory / "cache.db").read_bytes())
    for place, bit in flips:
        content[place % len(content)] ^= 1 << bit
    (directory / "cache.db").write_bytes(content)
    store = DiskStore(directory)
    for number in range(20):
        try:
            found = store.get(numbered(number).fingerprint)
        except BadEntryError:
            store.delete(numbered(number).fingerprint)
            found = None
        assert found in (None, numbered(number))
    store.put(numbered(5))
    assert store.get(numbered(5).fingerprint) == numbered(5)
    store.close()


def child(*arguments: object, **options) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.llm.cache_child", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **options)


def test_what_was_acknowledged_survives_any_kill(tmp_path):
    directory, choose = tmp_path / "answers", random.Random(7)
    acknowledged = -1
    for _ in range(15):
        process = child("write", directory, 100_000)
        first = process.stdout.readline()
        time.sleep(choose.uniform(0, 0.05))
        process.kill()
        lines = [first, *process.stdout.read().split("\n")]
        process.stdout.close()
        process.wait()
        acknowledged = max(acknowledged, *(int(line) for line in lines[:-1] if line.strip()))
    store = DiskStore(directory)
    for number in range(acknowledged + 1):
        assert store.get(numbered(number).fingerprint) == numbered(number)
    assert acknowledged > 10
    assert not list(directory.glob("*.corrupt-*"))
    store.close()


def test_four_processes_write_at_once(tmp_path):
    processes = [child("write", tmp_path / "answers", 60) for _ in range(4)]
    for process in processes:
        out, _ = process.communicate(timeout=60)
        assert len(out.split()) == 60
        assert process.returncode == 0
    store = DiskStore(tmp_path / "answers")
    assert len(list(store)) == 60
    store.close()


def read_in_child(store: DiskStore, results) -> None:
    store.put(numbered(2))
    results.put((store.get(numbered(1).fingerprint), store.get(numbered(2).fingerprint)))
    store.close()


def test_a_forked_process_has_a_connection_of_its_own(store):
    store.put(numbered(1))
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    forked = [context.Process(target=read_in_child, args=(store, results)) for _ in range(3)]
    for process in forked:
        process.start()
    store.put(numbered(3))
    found = [results.get(timeout=30) for _ in forked]
    for process in forked:
        process.join(30)
    results.close()
    assert found == [(numbered(1), numbered(2))] * 3
    assert [store.get(numbered(number).fingerprint) for number in (1, 2, 3)] == [
        numbered(number) for number in (1, 2, 3)
    ]


def test_a_full_disk_stops_with_a_hint_and_spoils_nothing(tmp_path):
    process = child("fill", tmp_path / "answers", 1_000_000)
    out, _ = process.communicate(timeout=60)
    number, hint = out.split(" ", 1)
    assert int(number) > 1
    assert "--no-cache" in hint
    store = DiskStore(tmp_path / "answers")
    assert len(list(store)) == int(number)
    store.put(numbered(99))
    assert store.get(numbered(99).fingerprint) == numbered(99)
    assert not list((tmp_path / "answers").glob("*.corrupt-*"))
    store.close()


@pytest.fixture
def small_disk(tmp_path):
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting needs a right that this user does not have")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_small_disk_that_is_full_takes_more_when_there_is_room(small_disk):
    store, kept = DiskStore(small_disk / "answers"), 0

    def fill() -> None:
        nonlocal kept
        for kept in range(1000):
            store.put(numbered(kept, os.urandom(10_000).hex()))

    with pytest.raises(WriteError) as caught:
        fill()
    assert kept > 3
    assert "full" in str(caught.value)
    assert caught.value.exit_code == 1
    assert all(store.get(numbered(number).fingerprint) for number in range(kept))
    subprocess.run(["mount", "-o", "remount,size=4m", str(small_disk)], check=True)
    store.put(numbered(999))
    assert store.get(numbered(999).fingerprint) == numbered(999)
    store.close()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(WriteError, match=r"readonly|read-only|unable to open") as caught:
        DiskStore(small_disk / "answers").put(numbered(7))
    assert "--no-cache" in caught.value.hint


def test_a_place_that_is_no_directory_is_an_error_with_a_hint(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError, match="file") as caught:
        DiskStore(tmp_path / "file" / "answers")
    assert "--cache-dir" in caught.value.hint


def test_a_lock_held_too_long_is_a_miss_with_a_warning(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("extractor.llm.disk.LOCK_SECONDS", 0.1)
    store = DiskStore(tmp_path / "answers")
    store.put(numbered(1))
    rows = database(store)
    rows.execute("BEGIN IMMEDIATE")
    store.put(numbered(2))
    assert store.get(numbered(1).fingerprint) == numbered(1)
    rows.execute("ROLLBACK")
    rows.close()
    assert store.get(numbered(2).fingerprint) is None
    assert "locked by another process" in caplog.text
    store.close()


async def test_no_key_and_no_article_is_in_the_files_of_the_store(store, server, endpoint_to, caplog):
    caplog.set_level(logging.DEBUG)
    key = "sk-canary-8d1f4b"
    await Cached(endpoint_to("good", api_key=SecretStr(key)), store).complete(make_request())
    store._disk._cache._sql("PRAGMA wal_checkpoint(TRUNCATE)")
    assert server.to("good")[0].headers["authorization"].endswith(key)
    for path in store._disk._directory.rglob("*"):
        content = path.read_bytes()
        assert key.encode() not in content
        assert b"ministers" not in content
    assert key not in caplog.text


def test_a_hit_needs_neither_vendor_nor_retries(tmp_path):
    code = (
        "import asyncio, sys; from pathlib import Path;"
        "from extractor.llm.caching import Cached, DiskStore; from tests.llm.cache_child import numbered;"
        "from extractor.llm.base import LLMIdentity, Message, Request;"
        "from extractor.drafts import AnswerDraft, answer_schema;"
        "request = Request(LLMIdentity('llm', 'o'), (), answer_schema(2, full=True), AnswerDraft, 'p', '1', 9);"
        f"store = DiskStore(Path({str(tmp_path)!r}));"
        "store.put(numbered(0).model_copy(update={'fingerprint': request.fingerprint}));"
        "answer = asyncio.run(Cached(None, store).complete(request)); assert answer.cached;"
        "print([name for name in ('openai', 'instructor', 'httpx2', 'tenacity') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
