"""The account, the prices and the budget."""

import asyncio
from types import SimpleNamespace

import pytest

from extractor.errors import BudgetExceededError, ConfigError, TransientLLMError, TruncatedError
from extractor.llm.base import LLMIdentity
from extractor.llm.metering import Budget, Metered, Price, load_prices, price_of, worst_usage
from extractor.llm.pacing import Pace, PaceLimits
from extractor.llm.scripted import ScriptedLLM
from extractor.records import Usage
from tests.llm.conftest import make_request

PRICES = {"llm": Price(input=2.0, cached_input=0.5, output=10.0)}
USAGE = Usage(input_tokens=1000, cached_input_tokens=400, output_tokens=100, requests=1)
COST = (600 * 2.0 + 400 * 0.5 + 100 * 10.0) / 1e6


async def test_an_answer_has_its_seconds_and_its_price():
    ticks = iter([10.0, 12.5])
    meter = Metered(ScriptedLLM(["{}"], usage=USAGE), prices=PRICES, clock=lambda: next(ticks))
    answer = await meter.complete(make_request())
    assert (answer.usage.seconds, answer.usage.cost) == (2.5, pytest.approx(COST))
    assert meter.total == answer.usage


async def test_an_unknown_price_is_unknown_and_not_zero():
    meter = Metered(ScriptedLLM(["{}"], usage=USAGE), prices={})
    assert (await meter.complete(make_request())).usage.cost is None
    assert meter.total.input_tokens == 1000


async def test_failed_requests_are_on_the_account_too():
    cut = TruncatedError("cut")
    cut.usage = USAGE
    meter = Metered(ScriptedLLM([cut, TransientLLMError("busy")]), prices=PRICES)
    with pytest.raises(TruncatedError) as caught:
        await meter.complete(make_request())
    assert caught.value.usage.cost == pytest.approx(COST)
    with pytest.raises(TransientLLMError) as caught:
        await meter.complete(make_request())
    assert (meter.total.requests, meter.total.output_tokens) == (2, 100)


async def test_each_llm_has_an_account_of_its_own():
    meter = Metered(ScriptedLLM(lambda _: "{}", usage=USAGE), prices=PRICES)
    assert (meter.total, dict(meter.by_llm)) == (Usage(), {})
    for name in ("llm", "other", "llm"):
        await meter.complete(make_request(LLMIdentity(name, "http://endpoint/v1")))
    assert {name: one.requests for name, one in meter.by_llm.items()} == {"llm": 2, "other": 1}
    assert meter.by_llm["other"].cost is None
    assert (meter.total.requests, meter.total.cost) == (3, pytest.approx(2 * COST))


async def test_an_llm_that_is_free_needs_no_price_and_leaves_the_money_to_the_others():
    budget = Budget(max_cost=1e-9, free=frozenset({"embedded"}))
    meter = Metered(ScriptedLLM(lambda _: "{}", usage=USAGE), budget, prices=PRICES)
    await meter.complete(make_request(LLMIdentity("embedded", "embedded:0")))
    with pytest.raises(BudgetExceededError):
        await meter.complete(make_request())
    with pytest.raises(ConfigError, match="price of other"):
        await meter.complete(make_request(LLMIdentity("other", "http://endpoint/v1")))


def test_the_worst_case_is_no_less_than_what_is_sent():
    request = make_request(max_tokens=500)
    worst = worst_usage(request)
    assert worst.output_tokens == 500
    assert worst.input_tokens > sum(len(turn.content) for turn in request.messages) / 4


async def test_no_request_is_sent_that_could_pass_the_budget():
    request = make_request(max_tokens=100)
    worst = worst_usage(request)
    room = worst.input_tokens + worst.output_tokens
    inner = ScriptedLLM(lambda _: "{}", usage=Usage(input_tokens=50, output_tokens=50, requests=1))
    meter = Metered(inner, Budget(max_tokens=room + 100), prices={})
    await meter.complete(request)
    await meter.complete(request)
    with pytest.raises(
        BudgetExceededError, match=f"the budget is {room + 100} tokens: .* 200 tokens"
    ) as caught:
        await meter.complete(request)
    assert len(inner.requests) == 2
    assert caught.value.fingerprint == request.fingerprint


async def test_a_budget_in_money_counts_what_is_under_way():
    request = make_request(max_tokens=100)
    worst = PRICES["llm"].of(worst_usage(request))
    started, finish = [], asyncio.Event()

    async def complete(asked):
        started.append(asked)
        await finish.wait()
        return await ScriptedLLM(["{}"], usage=USAGE).complete(asked)

    meter = Metered(SimpleNamespace(complete=complete), Budget(max_cost=2.5 * worst), prices=PRICES)
    under_way = [asyncio.create_task(meter.complete(request)) for _ in range(2)]
    await asyncio.sleep(0.01)
    with pytest.raises(BudgetExceededError, match=r"could cost \$"):
        await meter.complete(request)
    finish.set()
    await asyncio.gather(*under_way)
    assert len(started) == 2
    assert meter.total.cost == pytest.approx(2 * COST)


async def test_what_was_set_aside_for_a_failed_request_is_free_again():
    request = make_request(max_tokens=100)
    worst = worst_usage(request)
    budget = Budget(max_tokens=worst.input_tokens + worst.output_tokens)
    meter = Metered(ScriptedLLM([TransientLLMError("busy")] * 3), budget, prices={})
    for _ in range(3):
        with pytest.raises(TransientLLMError):
            await meter.complete(request)


async def test_a_request_that_is_cancelled_was_sent_all_the_same(server, endpoint_to):
    meter = Metered(endpoint_to("hang"), prices=PRICES)
    asking = asyncio.create_task(meter.complete(make_request()))
    waiting = asyncio.create_task(meter.complete(make_request()))
    while not server.to("hang"):  # noqa: ASYNC110 - the server is not ours to signal
        await asyncio.sleep(0.01)
    for task in (asking, waiting):
        task.cancel()
    await asyncio.gather(asking, waiting, return_exceptions=True)
    assert meter.total.requests == len(server.to("hang")) == 1
    assert meter.total.cost is None


async def test_what_was_never_sent_is_not_on_the_account():
    meter = Metered(ScriptedLLM([ConfigError("no weights")]), prices={})
    with pytest.raises(ConfigError):
        await meter.complete(make_request())
    assert meter.total == Usage()


async def test_the_pace_counts_what_was_used_in_place_of_what_was_feared():
    pace = Pace(PaceLimits(tokens_per_minute=20_000))
    meter = Metered(ScriptedLLM(lambda _: "{}", usage=USAGE), pace=pace, prices={})
    for _ in range(5):
        await asyncio.wait_for(meter.complete(make_request(max_tokens=5000)), 1)


async def test_a_limit_on_money_needs_a_price():
    inner = ScriptedLLM(["{}"])
    with pytest.raises(ConfigError, match="price of llm is not known"):
        await Metered(inner, Budget(max_cost=1.0), prices={}).complete(make_request())
    assert not inner.requests


async def test_the_price_table_of_the_package_is_used():
    request = make_request(LLMIdentity("gpt-5-mini-2025-08-07", "https://one/v1"))
    answer = await Metered(ScriptedLLM(["{}"], usage=USAGE)).complete(request)
    assert answer.usage.cost == pytest.approx((600 * 0.25 + 400 * 0.025 + 100 * 2) / 1e6)


def test_every_price_in_the_table_is_one():
    prices = load_prices()
    assert len(prices) > 40
    for name, price in prices.items():
        assert name == name.lower()
        assert 0 < price.cached_input <= price.input <= price.output < 1000


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("llm", True),
        ("vendor/LLM", True),
        ("llm-latest", True),
        ("llm-2026-01-31", True),
        ("llm@20260131", True),
        ("llm-mini", False),
        ("another-llm", False),
    ],
)
def test_a_name_is_known_by_any_of_its_spellings_and_no_other(name, known):
    assert (price_of(name, PRICES) is not None) is known


async def test_six_hundred_requests_share_ten_connections(server, endpoint_to):
    running = most = 0

    async def busy(exchange):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.001)
        running -= 1
        await exchange.answer()

    server.personas["busy"] = busy
    meter = Metered(endpoint_to("busy", timeout_s=60.0), pace=Pace(PaceLimits(connections=10)))
    await asyncio.gather(*(meter.complete(make_request(epoch=number)) for number in range(600)))
    assert most <= 10
    assert meter.total.requests == 600
