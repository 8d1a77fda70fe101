"""`extractor batch` killed at random moments, on full and read-only disks: resumed, it is whole and pays once."""

import json
import random
import resource
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from tests.cli.served import asked, ids_in, lines_in, serving_to, write_rows

MANY, AT_ONCE = 60, 4

pytestmark = pytest.mark.timeout(900)  # many children one after the other, perhaps on cores that others use


@pytest.fixture
def server(environment):
    with serving_to(environment, "steady") as state:
        yield state


@pytest.fixture
def start(work, environment):
    """Start a run and leave it alone; what still runs at the end is killed."""
    children = []

    def begin(*arguments, **more):
        child = subprocess.Popen(
            [sys.executable, "-m", "extractor", "batch", *map(str, arguments)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd=work,
            env=environment,
            **more,
        )
        children.append(child)
        return child

    yield begin
    for child in children:
        if not child.stderr.closed:
            child.kill()
            child.communicate()


def killed(child, moment):
    """Kill a child some time after its first answer; tell whether it was still at work."""
    try:
        child.wait(moment)
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGKILL)
    child.communicate()
    return child.returncode == -signal.SIGKILL


def resumed_until_done(server, start, news, rounds, seed):
    """Kill a run again and again at random moments, until it was killed so often or is done."""
    moments, kills, before = random.Random(seed), 0, 0
    while kills < rounds:
        child = start(
            news, "-o", "out.jsonl", "--no-cache", "--concurrency", AT_ONCE, "--durable" if seed % 2 else "-q"
        )
        limit = time.monotonic() + 200
        while len(server.arrivals) == before and child.poll() is None and time.monotonic() < limit:
            time.sleep(0.005)
        if not killed(child, moments.uniform(0, 0.2)):
            break
        kills, before = kills + 1, len(server.arrivals)
    return kills


@pytest.mark.parametrize("rounds", [5, pytest.param(50, marks=[pytest.mark.slow, pytest.mark.timeout(3600)])])
def test_killed_at_random_moments_every_article_is_there_once_and_paid_nearly_once(
    rounds, server, start, work
):
    seed = random.randrange(10**6)
    sys.stdout.write(f"seed {seed}\n")  # shown where it fails
    wanted = 30 * rounds
    news = write_rows(work / "news.jsonl", range(wanted))
    kills = resumed_until_done(server, start, news, rounds, seed)
    last = start(news, "-o", "out.jsonl", "--no-cache", "--concurrency", AT_ONCE)
    assert last.wait(300) == 0, last.stderr.read()
    last.communicate()
    found = ids_in(work / "out.jsonl")
    assert sorted(found) == sorted(f"a{n}" for n in range(wanted))
    assert kills >= rounds // 2
    assert asked(server).total() <= wanted + kills * AT_ONCE


def test_after_each_kill_what_was_acknowledged_stands_in_the_output_once(server, start, work, environment):
    news = write_rows(work / "news.jsonl", range(MANY))
    moments = random.Random()
    for _ in range(3):
        before = len(server.arrivals)
        child = start(news, "-o", "out.jsonl", "--concurrency", AT_ONCE)
        while len(server.arrivals) < before + 8 and child.poll() is None:
            time.sleep(0.005)
        killed(child, moments.uniform(0, 0.2))
        exported = subprocess.run(
            [sys.executable, "-m", "extractor", "runs", "export", "out.jsonl"],
            capture_output=True,
            text=True,
            cwd=work,
            env=environment,
            check=True,
        )
        rows = [json.loads(line) for line in exported.stdout.splitlines()]
        whole = (work / "out.jsonl").read_bytes()
        lines = [json.loads(line)["article"]["id"] for line in whole[: whole.rfind(b"\n") + 1].splitlines()]
        assert len(lines) == len(set(lines))
        assert {row["id"] for row in rows} <= set(lines)
        assert len(lines) - len(rows) <= 1  # a line may stand whose row was not committed


@contextmanager
def small_disk(place, size="1m", *more):
    place.mkdir(exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no right to mount a small disk here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.skipif(sys.platform != "linux", reason="mounts a tmpfs")
def test_a_full_disk_ends_the_run_and_room_lets_it_go_on(server, start, work):
    news = write_rows(work / "news.jsonl", range(MANY))
    disk = work / "disk"
    with small_disk(disk, "400k"):
        (disk / "ballast").write_bytes(b"x" * 250_000)
        child = start(news, "-o", "disk/out.jsonl", "--concurrency", AT_ONCE)
        told = child.communicate()[1]
        assert child.returncode == 1, told
        assert "out.jsonl" in told
        assert "Traceback" not in told
        assert "go on with: extractor batch" in told
        assert len(asked(server)) < MANY
        (disk / "ballast").unlink()
        subprocess.run(["mount", "-o", "remount,size=8m", str(disk)], check=True)
        again = start(news, "-o", "disk/out.jsonl", "--concurrency", AT_ONCE)
        assert again.wait(300) == 0, again.communicate()[1]
        again.communicate()
        assert sorted(ids_in(disk / "out.jsonl")) == sorted(f"a{n}" for n in range(MANY))
        assert asked(server).total() == MANY  # the answers were recorded elsewhere


@pytest.mark.skipif(sys.platform != "linux", reason="mounts a tmpfs")
def test_a_read_only_disk_is_told_at_once(server, start, work):
    news = write_rows(work / "news.jsonl", range(3))
    disk = work / "disk"
    with small_disk(disk):
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        child = start(news, "-o", "disk/out.jsonl")
        told = child.communicate()[1]
        assert child.returncode == 1
        assert told.startswith("error: disk/out.jsonl")
        assert "Read-only" in told
        assert not asked(server)


def test_a_file_that_may_not_grow_ends_the_run_and_it_goes_on_later(server, start, work):
    news = write_rows(work / "news.jsonl", range(MANY))
    child = start(
        news,
        "-o",
        "out.jsonl",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
    )
    told = child.communicate()[1]
    assert child.returncode == 1, told
    assert "Traceback" not in told
    again = start(news, "-o", "out.jsonl")
    assert again.wait(300) == 0, again.communicate()[1]
    again.communicate()
    assert len(lines_in(work / "out.jsonl")) == MANY
