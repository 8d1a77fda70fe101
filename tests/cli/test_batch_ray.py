"""`extractor batch --engine ray` as a user types it: signals, a kill, and answers shared by two runs."""

import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec

import psutil
import pytest

from tests.cli.served import asked, ids_in, serving_to, write_rows
from tests.llm.redis_server import redis_server

MANY, AT_ONCE = 40, 4

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),  # each run begins a cluster, perhaps on cores that others use
    pytest.mark.skipif(find_spec("ray") is None, reason="the extra `ray` is not installed"),
]


@pytest.fixture
def server(environment):
    with serving_to(environment, "slow") as state:
        yield state


@pytest.fixture
def news(work):
    return write_rows(work / "news.jsonl", range(MANY))


@pytest.fixture
def start(work, environment, news):
    """Start a run, as a terminal does: in a process group of its own. What still runs at the end is killed."""
    children = []

    def begin(*more, **variables):
        command = [sys.executable, "-m", "extractor", "batch", str(news), "-o", "out.jsonl", "-q"]
        flags = ["--engine", "ray", "--workers", "2", "--concurrency", str(AT_ONCE)]
        child = subprocess.Popen(
            [*command, *flags, *map(str, more)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd=work,
            env=environment | variables,
            start_new_session=True,
        )
        children.append(child)
        return child

    yield begin
    for child in children:
        child.kill()
        child.wait()
        child.stderr.close()


def until(true, child, seconds=240):
    limit = time.monotonic() + seconds
    while not true():
        assert child.poll() is None, child.communicate()[1]
        assert time.monotonic() < limit
        time.sleep(0.02)


def ended(child):
    """Wait for the end of a run; return its code and what it said."""
    told = child.communicate(timeout=240)[1]
    return child.returncode, told


def whole_after(child, work):
    """Tell whether a run that goes on is done with all rows, each once."""
    code, told = ended(child)
    assert code == 0, told
    return sorted(ids_in(work / "out.jsonl")) == sorted(f"a{n}" for n in range(MANY))


def test_an_interrupt_from_the_terminal_finishes_what_is_under_way_and_the_same_command_goes_on(
    start, server, work
):
    child = start()
    until(lambda: len(asked(server)) >= AT_ONCE + 2, child)
    os.killpg(child.pid, signal.SIGINT)  # what Ctrl-C sends to all processes of the command
    code, told = ended(child)
    assert code == 130, told
    assert "Traceback" not in told
    assert "go on with: extractor batch" in told
    done = ids_in(work / "out.jsonl")
    assert len(done) == len(set(done)) == len(asked(server)) < MANY
    assert whole_after(start(), work)
    assert set(asked(server).values()) == {1}


def test_a_second_interrupt_ends_at_once(start, server, work, environment):
    environment["EXTRACTOR_BASE_URL"] = server.url("stuck")
    child = start()
    until(lambda: asked(server), child)
    os.killpg(child.pid, signal.SIGINT)
    time.sleep(0.5)
    begun = time.monotonic()
    os.killpg(child.pid, signal.SIGINT)
    code, told = ended(child)
    assert code == 130, told
    assert time.monotonic() - begun < 20  # a cluster is ended, too
    assert "Traceback" not in told
    assert "go on with: extractor batch" in told
    assert ids_in(work / "out.jsonl") == []


def test_a_termination_finishes_what_is_under_way_and_the_same_command_goes_on(start, server, work):
    child = start()
    until(lambda: len(asked(server)) >= AT_ONCE + 2, child)
    child.terminate()
    code, told = ended(child)
    assert code == 143, told
    assert "Traceback" not in told
    assert len(ids_in(work / "out.jsonl")) == len(asked(server)) < MANY
    assert whole_after(start(), work)
    assert set(asked(server).values()) == {1}


def test_a_killed_run_leaves_no_processes_and_the_same_command_goes_on(start, server, work):
    child = start()
    until(lambda: len(asked(server)) >= AT_ONCE + 2, child)
    cluster = psutil.Process(child.pid).children(recursive=True)
    child.kill()
    _, alive = psutil.wait_procs(cluster, 240)  # Ray's own agents look seldom, and wait for the dead
    assert not alive
    assert whole_after(start(), work)
    assert asked(server).total() <= MANY + AT_ONCE  # what was under way was paid for, no more


def test_a_run_elsewhere_asks_nothing_that_the_redis_has(start, server, work, tmp_path):
    with redis_server(tmp_path) as (url, _):
        assert whole_after(start("--cache-dir", tmp_path / "here", EXTRACTOR_SHARED_CACHE=url), work)
        for left in work.glob("out.jsonl*"):
            left.unlink()
        assert whole_after(start("--cache-dir", tmp_path / "there", EXTRACTOR_SHARED_CACHE=url), work)
    assert set(asked(server).values()) == {1}
