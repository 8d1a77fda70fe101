"""Who asks the same at the same time gets the same answer, which was paid for once."""

import asyncio

import pytest

from extractor.errors import (
    AuthError,
    BudgetExceededError,
    InvalidOutputError,
    LLMError,
    RefusedError,
    TransientLLMError,
)
from extractor.llm.caching import Cached, DiskStore, Policy
from extractor.llm.metering import Metered
from extractor.llm.retrying import Retrying, RetryPolicy
from extractor.llm.scripted import ScriptedLLM
from extractor.llm.sharing import Shared
from extractor.records import Usage
from tests.llm.conftest import make_request
from tests.llm.fault_server import GOOD

USAGE = Usage(input_tokens=10, output_tokens=5, requests=1)


class Slow:
    """An LLM that says what its script says, when it is let."""

    def __init__(self, *script) -> None:
        self.script = ScriptedLLM(script, usage=USAGE)
        self.let = asyncio.Event()

    async def complete(self, request):
        await self.let.wait()
        await asyncio.sleep(0.005)  # an answer takes its time
        return await self.script.complete(request)


async def ask(llm, number: int, **changes) -> list[asyncio.Task]:
    """Return so many who ask and wait."""
    tasks = [asyncio.create_task(llm.complete(make_request(**changes))) for _ in range(number)]
    await asyncio.sleep(0.01)
    return tasks


async def test_the_same_question_is_asked_once():
    slow = Slow(GOOD)
    tasks = await ask(Shared(slow), 5)
    slow.let.set()
    answers = await asyncio.gather(*tasks)
    assert {(answer.text, answer.usage) for answer in answers} == {(GOOD, USAGE)}
    assert [answer.cached for answer in answers] == [False, True, True, True, True]
    assert len(slow.script.requests) == 1


async def test_two_questions_are_two():
    slow = Slow(GOOD, GOOD)
    shared = Shared(slow)
    tasks = [*await ask(shared, 2), *await ask(shared, 2, epoch=1)]
    slow.let.set()
    await asyncio.gather(*tasks)
    assert len(slow.script.requests) == 2


async def test_later_the_same_question_is_asked_again():
    slow = Slow(GOOD, GOOD)
    slow.let.set()
    shared = Shared(slow)
    answers = [await shared.complete(make_request()) for _ in range(2)]
    assert [answer.cached for answer in answers] == [False, False]


@pytest.mark.parametrize(
    "error", [RefusedError("no"), InvalidOutputError("broken", raw="{", problems=("x",))]
)
async def test_what_is_wrong_with_the_question_is_told_to_all_and_paid_once(error):
    error.usage = USAGE
    slow = Slow(error)
    tasks = await ask(Shared(slow), 3)
    slow.let.set()
    failures = await asyncio.gather(*tasks, return_exceptions=True)
    assert [(type(failure), str(failure)) for failure in failures] == [(type(error), str(error))] * 3
    assert [failure.usage for failure in failures] == [USAGE, None, None]
    assert len({id(failure) for failure in failures}) == 3
    assert getattr(failures[2], "raw", "") == getattr(error, "raw", "")
    assert len(slow.script.requests) == 1


@pytest.mark.parametrize(
    "error", [TransientLLMError("busy"), AuthError("key"), BudgetExceededError("spent"), ZeroDivisionError()]
)
async def test_where_the_first_had_bad_luck_the_next_asks(error):
    slow = Slow(error, GOOD)
    tasks = await ask(Shared(slow), 3)
    slow.let.set()
    first, *others = await asyncio.gather(*tasks, return_exceptions=True)
    assert first is error
    assert [(other.text, other.cached) for other in others] == [(GOOD, False), (GOOD, True)]
    assert len(slow.script.requests) == 2


async def test_where_the_first_is_cancelled_the_next_asks():
    slow = Slow(GOOD)
    first, *others = await ask(Shared(slow), 3)
    first.cancel()
    await asyncio.sleep(0.01)
    slow.let.set()
    assert [answer.cached for answer in await asyncio.gather(*others)] == [False, True]
    assert first.cancelled()


async def test_who_waits_and_gives_up_disturbs_nobody():
    slow = Slow(GOOD)
    tasks = await ask(Shared(slow), 3)
    tasks[1].cancel()
    await asyncio.sleep(0.01)
    slow.let.set()
    assert [answer.cached for answer in await asyncio.gather(tasks[0], tasks[2])] == [False, True]


async def test_another_event_loop_asks_for_itself():
    slow = Slow(GOOD)
    shared = Shared(slow)
    (here,) = await ask(shared, 1)
    let = slow.let
    slow.let, slow.script = asyncio.Event(), ScriptedLLM([GOOD, GOOD], usage=USAGE)
    slow.let.set()
    there = await asyncio.to_thread(lambda: asyncio.run(shared.complete(make_request())))
    let.set()
    assert [there.cached, (await here).cached] == [False, False]


@pytest.mark.parametrize("policy", [Policy.USE, Policy.REFRESH, None])
async def test_the_endpoint_hears_one_question_with_the_cache_and_without(
    policy, server, endpoint_to, tmp_path
):
    meter = Metered(endpoint_to("good"))
    insisting = Retrying(meter)
    kept = Cached(insisting, DiskStore(tmp_path), policy) if policy else insisting
    tasks = await ask(Shared(kept), 20)
    answers = await asyncio.gather(*tasks)
    assert sum(not answer.cached for answer in answers) == 1
    assert len(server.to("good")) == meter.total.requests == 1


async def test_a_failing_endpoint_is_asked_by_each_in_turn_and_no_more(server, endpoint_to):
    llm = Shared(Retrying(Metered(endpoint_to("quota")), RetryPolicy(attempts=2)))
    tasks = await ask(llm, 4)
    failures = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(failure, LLMError) for failure in failures)
    assert len(server.to("quota")) == 1
