"""Work on a real Ray cluster of this machine: all rows once, one pace, no key on a disk, workers that die."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest

from extractor.batching.cluster import _imported, _token, connected
from extractor.batching.distributing import Distributed, Sizes
from extractor.batching.running import How, Plan, Stop, Surroundings, run_batch
from extractor.batching.states import State
from extractor.errors import ConfigError
from extractor.settings import Settings
from tests.batching.test_running import Listening
from tests.batching.verdicts import job, unreadable
from tests.llm.fault_server import running
from tests.llm.redis_server import redis_server

CANARY = "canary-key-2f61c0"
POISON = "POISON"

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("ignore:::ray"),  # Ray's, about itself
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # of files that Ray leaves to the collector
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),  # likewise
    pytest.mark.skipif(find_spec("ray") is None, reason="the extra `ray` is not installed"),
]


@pytest.fixture(scope="module")
def cluster():
    """Begin one; or join the one at EXTRACTOR_TEST_RAY, to save the start while tests are written."""
    with connected(os.environ.get("EXTRACTOR_TEST_RAY"), 2) as begun:
        yield begun


@pytest.fixture
async def server():
    async with running() as state:
        state.personas["steady"] = steady
        state.personas["deadly"] = deadly
        yield state


async def steady(exchange):
    await asyncio.sleep(0.05)
    await exchange.answer()


async def deadly(exchange):
    """Kill the process that asks about the poison."""
    if POISON in json.dumps(exchange.arrival.body):
        port = exchange.writer.get_extra_info("peername")[1]
        for one in psutil.net_connections("tcp"):
            if one.laddr.port == port and one.pid not in {None, os.getpid()}:
                os.kill(one.pid, signal.SIGKILL)
        await asyncio.sleep(0.1)
        exchange.writer.close()
        return
    await steady(exchange)


@pytest.fixture
def go(cluster, opened, server, tmp_path):
    async def gone(jobs, persona, *, meanwhile=None, **settings):
        values = {"base_url": server.url(persona), "llm": "x", "cache_dir": tmp_path / "answers"}
        work = Distributed(cluster, Settings(**(values | settings)))
        around = Surroundings(Listening(), Stop(), lambda: work.spent)
        plan = Plan(lambda: iter(jobs), work.sizes.at_once, work.sizes.block)
        ledger = opened()
        other = asyncio.create_task(meanwhile()) if meanwhile else None
        try:
            return await run_batch(plan, work, ledger, around), ledger
        finally:
            if other:
                other.cancel()
                with suppress(asyncio.CancelledError):
                    await other
            await work.aclose()

    return gone


def found(ledger):
    return Counter(json.loads(line)["article"]["id"] for line in ledger.lines(ordered=True))


def each_once(jobs):
    return Counter(one.row.id for one in jobs)


def processes(kind="ray::"):
    """Return the processes of Ray, or those of one kind: they say in their titles what they are."""
    return [one for one in psutil.process_iter(["cmdline"]) if kind in " ".join(one.info["cmdline"] or [])]


@pytest.mark.parametrize(("requests", "count"), [(1, 1), (8, 2), (64, 2), (2000, 32), (3, 100)])
def test_enough_is_under_way_for_all_requests_and_no_worker_is_idle(requests, count):
    sizes = Sizes(requests, count)
    assert sizes.block * sizes.at_once >= max(requests, count)
    assert sizes.at_once >= count
    assert 1 <= sizes.block <= 16


async def test_rows_are_done_once_each_on_loopback_and_the_key_is_on_no_disk(cluster, go, server):
    jobs = [*(job(number) for number in range(20)), unreadable(20).job]
    summary, ledger = await go(jobs, "steady", api_key=CANARY, concurrency=4, meanwhile=only_loopback)
    assert summary.how is How.FINISHED
    assert found(ledger) == each_once(jobs[:-1])
    assert summary.ended[State.FAILED] == 1
    asked, read, written = server.charged("steady")
    assert (summary.spent.requests, summary.spent.input_tokens) == (asked, read) == (20, 2000)
    assert summary.spent.output_tokens == written
    assert server.to("steady")[0].headers["authorization"] == f"Bearer {CANARY}"
    assert not files_with_key(cluster)
    assert not processes(CANARY)


def files_with_key(cluster):
    session = Path(cluster.ray._private.worker._global_node.get_session_dir_path())
    return [path for path in session.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]


async def only_loopback():
    """Watch the ports on which processes of the cluster listen."""
    while True:
        for process in (psutil.Process(), *processes(), *processes("/ray/core/")):
            with suppress(psutil.NoSuchProcess):
                for one in process.net_connections("tcp"):
                    if one.status == psutil.CONN_LISTEN:
                        assert one.laddr.ip in {"127.0.0.1", "::1", "::ffff:127.0.0.1"}, process.cmdline()
        await asyncio.sleep(0.5)


@pytest.mark.slow
async def test_a_killed_worker_loses_no_row_and_doubles_none(go, server):
    jobs = [job(number) for number in range(300)]
    killed = []

    async def kill():
        while len(server.to("steady")) < 100:  # noqa: ASYNC110 - the server has no event for it
            await asyncio.sleep(0.01)
        victim = processes("ray::MapWorker")[0]
        killed.append(victim.pid)
        victim.kill()

    summary, ledger = await go(jobs, "steady", concurrency=8, meanwhile=kill)
    assert killed
    assert summary.how is How.FINISHED
    assert found(ledger) == each_once(jobs)
    assert summary.spent.requests == len(server.to("steady"))


@pytest.mark.slow
async def test_an_article_that_kills_its_worker_fails_alone(go, server):
    jobs = [job(number) for number in range(40)]
    jobs[17] = job(17, f"Minister {POISON} met an envoy.")
    summary, ledger = await go(jobs, "deadly", concurrency=8)
    assert summary.how is How.FINISHED
    [row] = ledger.journal.rows(State.FAILED)
    assert (row["class"], "worker process died" in row["reason"]) == ("internal", True)
    assert found(ledger) == each_once(jobs[:17] + jobs[18:])


@pytest.mark.slow
async def test_two_runs_share_their_answers_through_redis(go, server, tmp_path, opened):
    jobs = [job(number) for number in range(20)]
    with redis_server(tmp_path) as (url, _):
        await go(jobs, "steady", shared_cache=url, cache_dir=tmp_path / "one machine")
        for left in tmp_path.glob("out.jsonl*"):
            left.unlink()
        summary, _ = await go(jobs, "steady", shared_cache=url, cache_dir=tmp_path / "another")
    assert len(server.to("steady")) == 20
    assert (summary.spent.requests, summary.ended.total()) == (0, 20)


@pytest.mark.slow
async def test_a_limit_of_tokens_holds_for_all_workers(go, server):
    jobs = [job(number) for number in range(60)]
    summary, _ = await go(jobs, "steady", max_tokens=40_000, concurrency=4)
    assert summary.how is How.ERROR
    assert 120 * len(server.to("steady")) <= 40_000


@pytest.mark.slow
async def test_a_worker_that_cannot_begin_ends_the_run_with_its_reason(go, tmp_path):
    (tmp_path / "file").write_text("no folder")
    summary, _ = await go([job(1)], "steady", cache_dir=tmp_path / "file" / "answers")
    assert summary.how is How.ERROR
    assert "answers" in str(summary.error)


STRANGER = """
import sys
from ray._raylet import GcsClient
GcsClient(address=sys.argv[1]).get_all_node_info(timeout=30)
print("let in")
"""


def said(token, cluster, home):
    """Return what somebody else's program says that asks the cluster's control port."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
    address = cluster.ray.get_runtime_context().gcs_address
    child = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", STRANGER, address],
        env=kept | token | {"HOME": str(home)},  # where a token may lie, too
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return child.stdout + child.stderr


@pytest.mark.slow
@pytest.mark.skipif("EXTRACTOR_TEST_RAY" in os.environ, reason="its token is not known here")
def test_a_program_without_the_token_is_not_let_in(cluster, tmp_path):
    token = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": _token()}
    assert said(token, cluster, tmp_path) == "let in\n"
    for wrong in (token | {"RAY_AUTH_TOKEN": "0" * 64}, {}):
        told = said(wrong, cluster, tmp_path)
        assert "let in" not in told
        assert "token" in told


@pytest.mark.parametrize("old", ["2.53.0", "2.9.3", "1.13.0"])
def test_a_ray_that_lets_web_pages_in_is_refused(old, monkeypatch):
    ray = pytest.importorskip("ray")
    monkeypatch.setattr(ray, "__version__", old)
    with pytest.raises(ConfigError, match=rf"ray {old} lets others in") as caught:
        _imported()
    assert "upgrade" in caught.value.hint


@pytest.mark.parametrize("address", ["ray://head:10001"])
def test_a_cluster_is_not_driven_from_outside(address):
    with pytest.raises(ConfigError), connected(address, None):
        pass


def test_without_the_extra_there_is_a_hint(monkeypatch):
    monkeypatch.setattr("extractor.batching.cluster.find_spec", lambda _: None)
    with pytest.raises(ConfigError) as caught, connected(None, None):
        pass
    assert "extractor[ray]" in caught.value.hint
