"""The layers together, on a real socket: Cached(Retrying(Metered(Endpoint)))."""

import asyncio
import logging
import time
import traceback
from collections.abc import Callable

import pytest
from pydantic import SecretStr

from extractor.errors import BudgetExceededError, LLMError, QuotaError
from extractor.llm.base import LLM
from extractor.llm.caching import Cached, DiskStore
from extractor.llm.metering import Budget, Metered, Price, worst_usage
from extractor.llm.pacing import Pace, PaceLimits
from extractor.llm.retrying import Retrying, RetryPolicy
from tests.llm.conftest import ARTICLE, make_request
from tests.llm.fault_server import GOOD, PERSONAS

KEY = "sk-canary-77c1e09b55"
PRICES = {"llm": Price(input=1.0, cached_input=0.5, output=2.0)}


@pytest.fixture
def onion(endpoint_to, tmp_path) -> Callable[..., tuple[LLM, Metered]]:
    def build(persona: str, budget: Budget | None = None, **limits) -> tuple[LLM, Metered]:
        endpoint = endpoint_to(persona, api_key=SecretStr(KEY), timeout_s=2.0)
        pace = Pace(PaceLimits(**{"pause_s": 0.1, "longest_pause_s": 0.3, **limits}))
        meter = Metered(endpoint, budget, pace, prices=PRICES)
        policy = RetryPolicy(attempts=8, first_wait_s=0.1, longest_wait_s=0.4)
        return Cached(Retrying(meter, policy), DiskStore(tmp_path / "answers")), meter

    return build


async def test_a_hit_costs_nothing_and_everything_else_is_on_the_account(onion, server):
    llm, meter = onion("mends")
    first = await llm.complete(make_request())
    again = await llm.complete(make_request())
    assert (first.cached, again.cached, len(server.to("mends"))) == (False, True, 2)
    assert meter.total.requests == 2
    assert first.usage.cost == meter.total.cost == pytest.approx(2 * (60 * 1.0 + 40 * 0.5 + 20 * 2.0) / 1e6)
    assert first.usage.seconds > 0
    assert (first.usage.reasks, again.usage) == (1, first.usage)


async def test_a_burst_of_errors_loses_no_request_and_is_not_hammered(onion, server):
    until = time.monotonic() + 1.0

    async def bursting(exchange):
        if time.monotonic() < until:
            await exchange.error(503, "overloaded", "later")
        else:
            await exchange.answer()

    server.personas["bursting"] = bursting
    llm, meter = onion("bursting", connections=5, patience=4)
    answers = await asyncio.gather(*(llm.complete(make_request(epoch=number)) for number in range(20)))
    assert [answer.text for answer in answers] == [GOOD] * 20
    assert meter.total.requests == len(server.to("bursting")) < 50
    assert len({answer.fingerprint for answer in answers}) == 20


async def test_a_spent_account_is_asked_no_more_than_what_is_under_way(onion, server):
    llm, _ = onion("quota", connections=3)

    async def ask_all() -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(50):
                group.create_task(llm.complete(make_request(epoch=number)))

    with pytest.raises(ExceptionGroup) as caught:
        await ask_all()
    assert caught.group_contains(QuotaError)
    assert len(server.to("quota")) <= 4


async def test_a_reask_too_is_held_to_the_budget(onion, server):
    worst = worst_usage(make_request())  # the first may be asked, and no tokens are left for a longer one
    llm, meter = onion("mends", Budget(max_tokens=worst.input_tokens + worst.output_tokens))
    with pytest.raises(BudgetExceededError) as caught:
        await llm.complete(make_request())
    assert len(server.to("mends")) == 1
    assert caught.value.usage.output_tokens == meter.total.output_tokens == 20


@pytest.mark.parametrize(
    "persona", [name for name in sorted(PERSONAS) if name not in {"hang", "drip", "proxy"}]
)
async def test_no_fault_at_all_tells_the_key_or_the_article(onion, caplog, capfd, tmp_path, persona):
    caplog.set_level(logging.DEBUG)
    llm, _ = onion(persona, patience=99)
    told = ""
    try:
        told += repr(await asyncio.wait_for(llm.complete(make_request()), 20))
    except LLMError as error:
        told += repr(error) + str(error) + error.hint + "".join(traceback.format_exception(error))
        told += str({name: value for name, value in vars(error).items() if name != "raw"})
    told += caplog.text + "".join(capfd.readouterr())
    for path in (tmp_path / "answers").rglob("*"):
        told += path.read_bytes().decode("latin-1")
    assert KEY not in told
    assert ARTICLE[10:40] not in told
