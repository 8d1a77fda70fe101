"""The account of a run against the endpoint's own: every request, and every token that a reply tells."""

import asyncio
import random
from collections.abc import Callable

import pytest

from extractor.errors import LLMError
from extractor.llm.base import LLM
from extractor.llm.caching import Cached, DiskStore
from extractor.llm.metering import Metered
from extractor.llm.pacing import Pace, PaceLimits
from extractor.llm.retrying import Retrying, RetryPolicy
from extractor.llm.sharing import Shared
from tests.llm.conftest import make_request
from tests.llm.fault_server import GOOD, PERSONAS, Exchange
from tests.llm.test_openai import HOSTILE

SKIPPED = {"proxy"}
"""Asked for by a whole URL only."""
ONCE = {
    "reset",
    "early-close",
    "truncated-body",
    "truncated-json",
    "overloaded",
    "gateway-page",
    "no-choices",
}
ONCE |= {
    "null-choices",
    "error-with-200",
    "empty-answer",
    "empty-object",
    "not-an-object",
    "refusal",
    "filtered",
}
ONCE |= {"cut-off", "null-content", "filtered-before", "busy-billing", "too-long", "mends", "grows", "good"}
"""What a chaotic endpoint does at any time."""


@pytest.fixture
def onion(endpoint_to, tmp_path) -> Callable[..., tuple[LLM, Metered]]:
    def build(persona: str, **policy) -> tuple[LLM, Metered]:
        pace = Pace(PaceLimits(connections=6, pause_s=0.02, longest_pause_s=0.05))
        meter = Metered(
            endpoint_to(persona, timeout_s=1.0 if persona in {"hang", "drip"} else 30.0), pace=pace, prices={}
        )
        values = {"attempts": 4, "first_wait_s": 0.01, "longest_wait_s": 0.02, "free_retries": 500}
        insisting = Retrying(meter, RetryPolicy(**(values | policy)))
        return Shared(Cached(insisting, DiskStore(tmp_path / "answers"))), meter

    return build


def account(meter: Metered) -> tuple[int, int, int]:
    return meter.total.requests, meter.total.input_tokens, meter.total.output_tokens


async def ask(llm: LLM, **changes):
    try:
        return await llm.complete(make_request(**changes))
    except LLMError as error:
        return error


@pytest.mark.parametrize("persona", sorted(set(PERSONAS) - SKIPPED))
async def test_the_account_of_each_fault_is_the_endpoint_s(onion, server, persona):
    llm, meter = onion(persona, attempts=2)
    outcomes = [await ask(llm, epoch=number, max_tokens=800) for number in range(2)]
    assert account(meter) == server.charged(persona)
    told = [outcome.usage for outcome in outcomes]
    assert sum(usage.requests for usage in told if usage) == meter.total.requests
    assert sum(usage.output_tokens for usage in told if usage) == meter.total.output_tokens


async def test_the_account_of_hostile_answers_is_the_endpoint_s(onion, server):
    texts = list(HOSTILE.values())

    async def hostile(exchange: Exchange) -> None:
        await exchange.answer(texts[exchange.arrival.number % len(texts)])

    server.personas["hostile"] = hostile
    llm, meter = onion("hostile", reasks=2)
    await asyncio.gather(*(ask(llm, epoch=number) for number in range(20)))
    assert account(meter) == server.charged("hostile")
    assert meter.total.output_tokens == 20 * meter.total.requests


async def test_a_run_through_all_faults_at_once_ends_with_the_endpoint_s_account(onion, server):
    lot = random.Random(5)
    faults = [PERSONAS[name] for name in sorted(ONCE)]

    async def chaotic(exchange: Exchange) -> None:
        exchange.arrival.number = lot.choice([0, 5])  # the first of its kind, which fails, or a later one
        await lot.choice(faults)(exchange)

    server.personas["chaotic"] = chaotic
    llm, meter = onion("chaotic")
    outcomes = await asyncio.gather(*(ask(llm, epoch=number % 120) for number in range(150)))
    requests, read, written = server.charged("chaotic")
    assert account(meter) == (requests, read, written)
    assert requests > 150
    assert read > written > 0
    assert sum(not isinstance(outcome, LLMError) for outcome in outcomes) > 60


async def test_a_cancelled_run_ends_with_the_endpoint_s_account(onion, server):
    async def slow(exchange: Exchange) -> None:
        await (exchange.answer(GOOD) if exchange.arrival.number < 10 else asyncio.sleep(60))

    server.personas["slow"] = slow
    llm, meter = onion("slow")
    tasks = [asyncio.create_task(ask(llm, epoch=number)) for number in range(40)]
    while len(server.to("slow")) < 16:  # noqa: ASYNC110 - the server is not ours to signal
        await asyncio.sleep(0.01)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert account(meter) == server.charged("slow") == (16, 1000, 200)
