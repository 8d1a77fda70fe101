"""What a run outlasts: outages, pauses, floods of tasks and of bytes, clocks that jump; on real sockets."""

import asyncio
import itertools
import json
import sys
import time
from collections.abc import Callable

import psutil
import pytest

from extractor.errors import LLMError, QuotaError, TransientLLMError
from extractor.llm.base import LLM
from extractor.llm.metering import Metered
from extractor.llm.openai import EndpointOptions, OpenAIEndpoint
from extractor.llm.pacing import Pace, PaceLimits
from extractor.llm.retrying import Retrying, RetryPolicy
from tests.llm.conftest import make_request
from tests.llm.fault_server import GOOD, Exchange, reply


@pytest.fixture
def insisting(endpoint_to) -> Callable[..., tuple[LLM, Pace]]:
    """Makes what the wiring makes, but for the cache; waits are those of the real thing divided by `speed`."""

    def build(persona: str, speed: float = 20.0, **limits) -> tuple[LLM, Pace]:
        values = {"connections": 8, "pause_s": 2.0 / speed, "longest_pause_s": 60.0 / speed}
        pace = Pace(PaceLimits(**(values | limits)))
        meter = Metered(endpoint_to(persona, timeout_s=30.0, heard=pace.hear), pace=pace, prices={})
        policy = RetryPolicy(first_wait_s=1.0 / speed, longest_wait_s=60.0 / speed, free_retries=60)
        return Retrying(meter, policy), pace

    return build


async def ask_all(llm: LLM, number: int):
    asked = (llm.complete(make_request(epoch=epoch)) for epoch in range(number))
    return await asyncio.gather(*asked, return_exceptions=True)


def outage(seconds: float):
    """Return a persona that fails in three ways from its fifth request on, for so long, and is well after."""
    begun: list[float] = []
    status = itertools.cycle([500, 502, 503])

    async def act(exchange: Exchange) -> None:
        if exchange.arrival.number < 5:
            await exchange.answer()
            return
        begun.append(time.monotonic())
        if time.monotonic() - begun[0] < seconds:
            await exchange.error(next(status), "server_error", "later")
        else:
            await exchange.answer()

    return act


@pytest.mark.parametrize(("seconds", "speed"), [(1.5, 20.0), pytest.param(30.0, 1.0, marks=pytest.mark.slow)])
async def test_an_outage_loses_no_request_and_is_hardly_asked_meanwhile(insisting, server, seconds, speed):
    server.personas["outage"] = outage(seconds)
    llm, pace = insisting("outage", speed)
    answers = await ask_all(llm, 60)
    assert [getattr(answer, "text", answer) for answer in answers] == [GOOD] * 60
    assert 60 < len(server.to("outage")) <= 60 + 8 + 10, (
        "the first failures, and one try each time the door opens"
    )
    assert pace.at_once > 1


async def test_the_pause_that_is_asked_for_is_kept_by_all_and_costs_one_cut(insisting, server):
    async def pausing(exchange: Exchange) -> None:
        await asyncio.sleep(0.02)
        if exchange.arrival.number == 10:
            await exchange.error(429, "rate_limit_exceeded", "slow down", "Retry-After: 1")
        else:
            await exchange.answer()

    server.personas["pausing"] = pausing
    llm, pace = insisting("pausing")
    answers = await ask_all(llm, 40)
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert 0.8 <= max(server.gaps("pausing")) < 2.5, "0.2 s at most were under way when it was asked for"
    assert pace.at_once == 8, "given back by the successes since"


async def test_an_endpoint_that_sends_all_away_for_long_is_asked_by_few(insisting, server):
    llm, _ = insisting("parked", patience=5)
    errors = await ask_all(llm, 50)
    assert len(server.to("parked")) == 5
    assert all(isinstance(error, TransientLLMError) and error.retry_after > 500 for error in errors)


async def test_an_account_that_runs_out_under_way_is_asked_no_more_than_what_is_under_way(insisting, server):
    async def spending(exchange: Exchange) -> None:
        await asyncio.sleep(0.02)
        if exchange.arrival.number < 20:
            await exchange.answer()
        else:
            await exchange.error(429, "insufficient_quota", "You exceeded your current quota")

    server.personas["spending"] = spending
    llm, _ = insisting("spending")
    outcomes = await ask_all(llm, 100)
    assert sum(isinstance(outcome, QuotaError) for outcome in outcomes) == 80
    assert len(server.to("spending")) <= 20 + 8


async def test_the_limits_that_replies_tell_are_kept_from_the_first_reply_on(insisting, server):
    async def telling(exchange: Exchange) -> None:
        left = 5 - exchange.arrival.number % 6
        headers = (f"X-RateLimit-Remaining-Requests: {left}", "X-RateLimit-Reset-Requests: 700ms")
        await exchange.json(200, reply(GOOD), *headers, "X-RateLimit-Limit-Requests: 6000")

    server.personas["telling"] = telling
    llm, pace = insisting("telling", connections=1)
    await ask_all(llm, 12)
    gaps = server.gaps("telling")
    assert [number + 1 for number, gap in enumerate(gaps) if gap > 0.5] == [6]
    assert pace.per_minute == (6000, None)


async def test_waits_do_not_care_what_the_clock_on_the_wall_does(insisting, server, monkeypatch):
    jumps, real = itertools.cycle([86_400.0, -86_400.0, 3e7, -3e7]), time.time
    monkeypatch.setattr(time, "time", lambda: real() + next(jumps))
    for persona in ("waits-seconds", "waits-date"):
        llm, _ = insisting(persona)
        begun = time.monotonic()
        assert (await llm.complete(make_request())).text == GOOD
        assert 1.0 <= time.monotonic() - begun < 10.0
        assert server.gaps(persona)[0] >= 1.0


HOSTILE_CHILD = """
import asyncio, resource, sys
from extractor.errors import LLMError
from extractor.llm.openai import EndpointOptions, OpenAIEndpoint
from tests.llm.conftest import make_request

async def ask(url):
    endpoint = OpenAIEndpoint(EndpointOptions(url, "llm", timeout_s=60.0, mode="json_schema"))
    try:
        await endpoint.complete(make_request())
        return "answered"
    except LLMError as error:
        return type(error).__name__
    finally:
        await endpoint.aclose()

async def main():
    well, *others = sys.argv[1:]
    print(await ask(well))
    used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 120_000_000,) * 2)
    for url in others:
        print(await ask(url))

asyncio.run(main())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits the memory of a child")
async def test_no_answer_takes_more_memory_than_an_answer_may(server):
    hostile = {
        "deep": "[" * 1_000_000,
        "deep-object": '{"a":' * 500_000,
        "wide": '{"meetings":[' + ",".join(["{}"] * 300_000) + "]}",
        "long-number": '{"meetings":' + "9" * 3_000_000 + "}",
        "noise": "{[" * 200_000 + "]}" * 200_000,
        "numbers": '{"meetings":[' + "1," * 400_000 + "1]}",
    }
    for name, text in hostile.items():

        async def act(exchange: Exchange, text: str = text) -> None:
            await exchange.answer(text)

        server.personas[name] = act
    urls = [server.url(name) for name in ("good", "sends-50-mb", *hostile, "good")]
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOSTILE_CHILD, *urls, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await asyncio.wait_for(child.communicate(), 100)
    assert told.decode().split() == ["answered", *["InvalidOutputError"] * 7, "answered"]
    assert child.returncode == 0


class Forgetful:
    """A server that answers at once, keeps nothing, and counts what is under way."""

    def __init__(self) -> None:
        content = json.dumps(reply(GOOD)).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        self._reply = head.encode() + content
        self.running = self.most = self.answered = self.connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                size = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
                await reader.readexactly(int(size))
                self.running += 1
                self.most = max(self.most, self.running)
                await asyncio.sleep(0.001)
                self.running, self.answered = self.running - 1, self.answered + 1
                writer.write(self._reply)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_ten_thousand_tasks_share_ten_connections_in_flat_memory():
    served, process = Forgetful(), psutil.Process()
    server = await asyncio.start_server(served.serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    endpoint = OpenAIEndpoint(EndpointOptions(url, "llm", mode="json_schema"))
    meter = Metered(endpoint, pace=Pace(PaceLimits(connections=10)), prices={})
    tasks = [asyncio.create_task(meter.complete(make_request(epoch=number))) for number in range(10_000)]
    levels = []
    for task in tasks[1999::2000]:
        await task
        levels.append(process.memory_info().rss)
    await asyncio.gather(*tasks)
    assert (served.answered, meter.total.requests) == (10_000, 10_000)
    assert served.most <= 10
    assert served.connections <= 20
    assert max(levels) - levels[0] < 40_000_000, levels
    await endpoint.aclose()
    server.close()
    assert not [task for task in tasks if isinstance(task.exception(), LLMError)]
