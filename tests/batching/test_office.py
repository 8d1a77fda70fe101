"""One office for many workers: what holds for all of them together, and what is left when one dies.

The workers are tasks of this process that reach the office by plain calls, as those of a cluster do by Ray.
"""

import asyncio
import logging
from contextlib import asynccontextmanager, suppress

import pytest

from extractor.batching.branch import Branch, Noting
from extractor.batching.office import ALONE, TOGETHER, Office
from extractor.errors import (
    AuthError,
    BudgetExceededError,
    InvalidOutputError,
    TransientLLMError,
    UnreachableError,
)
from extractor.llm.allowances import Allowance, Quota
from extractor.llm.base import Completion
from extractor.llm.metering import Budget, Meter, Price, worst_usage
from extractor.llm.pacing import Pace, PaceLimits
from extractor.llm.retrying import Retries, Retrying, RetryPolicy
from extractor.llm.scripted import ScriptedLLM
from extractor.records import Usage
from tests.batching.verdicts import job
from tests.llm.conftest import make_request

USED = Usage(requests=1, input_tokens=100, output_tokens=20)
POLICY = RetryPolicy(attempts=3, first_wait_s=0.0, free_retries=4, retry_share=0.0)


class Direct:
    """Calls without a cluster in between."""

    def __init__(self, office, token):
        self.office, self.token, self.calls = office, token, 0

    async def tell(self, messages, asked):
        self.calls += 1
        return await self.office.tell(self.token, messages, asked)

    async def hear(self):
        return await self.office.hear(self.token)


class Slow:
    """Answers after a while; counts how many it answers at once, over all workers."""

    now = most = 0

    def __init__(self, seconds=0.02):
        self.seconds, self.asked = seconds, 0

    async def complete(self, request):
        cls = type(self)
        cls.now += 1
        cls.most, self.asked = max(cls.most, cls.now), self.asked + 1
        try:
            await asyncio.sleep(self.seconds)
        finally:
            cls.now -= 1
        return Completion("{}", USED, "x", request.fingerprint)


@pytest.fixture(autouse=True)
def _fresh():
    Slow.now = Slow.most = 0


def office_with(budget=None, **limits):
    pace = Pace(PaceLimits(**limits))
    return Office(Meter(budget, pace, prices={"llm": Price(1.0, 1.0, 1.0)}), pace), pace


@asynccontextmanager
async def working(office, *tokens):
    """Yield a branch for each token, listening."""
    branches = []
    for token in tokens:
        office.join(token, f"place of {token}")
        branches.append(Branch(Direct(office, token), Retries(POLICY)))
    tasks = [asyncio.create_task(branch.listen()) for branch in branches]
    try:
        yield branches
    finally:
        for task in tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks)


def requests(count, begin=0):
    return [make_request(seed=number) for number in range(begin, begin + count)]


async def asked_all(llms, count):
    shares = [
        llm.complete(request) for place, llm in enumerate(llms) for request in requests(count, place * count)
    ]
    return await asyncio.gather(*shares, return_exceptions=True)


async def test_all_workers_together_send_so_many_at_once():
    office, _ = office_with(connections=4)
    async with working(office, "a", "b", "c") as branches:
        answers = await asked_all([branch.around(Slow()) for branch in branches], 10)
    assert Slow.most == 4
    assert {answer.usage.requests for answer in answers} == {1}


async def test_the_account_is_of_all_workers():
    office, _ = office_with(connections=8)
    async with working(office, "a", "b") as branches:
        llms = [branch.around(Slow()) for branch in branches]
        await asked_all(llms, 5)
        await asyncio.sleep(0.05)
        mine = llms[0].total + llms[1].total
        assert (office.spent.requests, office.spent.input_tokens) == (10, 1000)
        assert (mine.requests, mine.output_tokens) == (10, office.spent.output_tokens)
        assert office.spent.cost == pytest.approx(10 * 120 / 1e6)


async def test_a_budget_of_tokens_ends_all_workers():
    room = worst_usage(make_request())
    office, _ = office_with(
        Budget(max_tokens=3 * 120 + room.input_tokens + room.output_tokens), connections=1
    )
    async with working(office, "a", "b") as branches:
        for number in range(4):
            await branches[number % 2].around(Slow(0.0)).complete(make_request(seed=number))
            await asyncio.sleep(0.02)
        answers = await asked_all([branch.around(Slow(0.0)) for branch in branches], 3)
    assert {type(answer) for answer in answers} == {BudgetExceededError}
    assert office.spent.requests == 4


async def test_a_limit_of_cost_counts_what_is_under_way():
    office, _ = office_with(Budget(max_cost=0.0), connections=4)
    async with working(office, "a") as [branch]:
        [answer] = await asked_all([branch.around(Slow())], 1)
    assert isinstance(answer, BudgetExceededError)
    assert office.spent.requests == 0


async def test_a_wrong_key_costs_one_request_of_all_workers():
    office, _ = office_with(connections=8)
    async with working(office, "a", "b") as branches:
        llms = [ScriptedLLM([AuthError("the key is refused")] * 10) for _ in branches]
        answers = await asked_all([branch.around(llm) for branch, llm in zip(branches, llms, strict=True)], 5)
    assert {type(answer) for answer in answers} == {AuthError}
    assert sum(len(llm.requests) for llm in llms) == 1


async def test_overload_that_one_worker_meets_slows_all():
    office, pace = office_with(connections=10)
    async with working(office, "a", "b") as [first, second]:
        await asked_all([second.around(Slow())], 1)
        await asyncio.sleep(0.02)
        assert pace.at_once == 10
        await asked_all([first.around(ScriptedLLM([TransientLLMError("busy")]))], 1)
        await asyncio.sleep(0.02)
    assert pace.at_once == 8


async def test_what_a_reply_says_of_limits_holds_for_all():
    office, pace = office_with(connections=2)
    async with working(office, "a", "b") as branches:

        async def complete(request):
            branches[0].heard(Allowance(requests=Quota(per_minute=30.0)))
            return Completion("{}", USED, "x", request.fingerprint)

        llm = ScriptedLLM(["{}"])
        llm.complete = complete
        await branches[0].around(llm).complete(make_request())
        await asyncio.sleep(0.02)
    assert pace.per_minute[0] == 30.0


async def test_the_budget_of_retries_is_one():
    office, _ = office_with(connections=20, patience=1000)
    async with working(office, "a", "b") as branches:
        llms = [ScriptedLLM([TransientLLMError("down")] * 100) for _ in branches]
        insisting = [
            Retrying(branch.around(llm), POLICY, retries=branch.retries)
            for branch, llm in zip(branches, llms, strict=True)
        ]
        for number in range(6):
            with suppress(TransientLLMError):
                await insisting[number % 2].complete(make_request(seed=number))
    sent = sum(len(llm.requests) for llm in llms)
    assert 6 + POLICY.free_retries <= sent <= 6 + POLICY.free_retries + 1


async def test_what_is_said_together_goes_together():
    office, _ = office_with(connections=100)
    office.join("a", "here")
    calls = Direct(office, "a")
    branch = Branch(calls, Retries(POLICY))
    listening = asyncio.create_task(branch.listen())
    await branch.around(Slow(0.0)).complete(make_request(seed=99))
    before = calls.calls
    await asked_all([branch.around(Slow(0.05))], 50)
    await asyncio.sleep(0.02)
    listening.cancel()
    assert calls.calls - before <= 10


async def test_no_answer_travels_to_the_office():
    office, _ = office_with(connections=1)
    told = []
    async with working(office, "a") as [branch]:
        say, branch.say = branch.say, lambda *message: told.append(message) or say(*message)
        secret = InvalidOutputError("the words", raw="the answer", problems=("words",))
        await asked_all([branch.around(ScriptedLLM([secret]))], 1)
        await asyncio.sleep(0.02)
    assert "the answer" not in repr(told)
    assert office.spent.requests == 1


async def test_a_cancelled_request_frees_its_place_and_stays_on_the_account():
    office, _ = office_with(connections=1)
    async with working(office, "a") as [branch]:
        await branch.around(Slow(0.0)).complete(make_request(seed=1))
        hanging = asyncio.create_task(branch.around(Slow(60.0)).complete(make_request(seed=2)))
        waiting = asyncio.create_task(branch.around(Slow(60.0)).complete(make_request(seed=3)))
        await asyncio.sleep(0.05)
        waiting.cancel()
        hanging.cancel()
        await asyncio.wait([hanging, waiting])
        await asyncio.wait_for(branch.around(Slow(0.0)).complete(make_request(seed=4)), 5)
        await asyncio.sleep(0.02)
    assert office.spent.requests == 3


async def test_a_dead_worker_frees_its_places():
    office, _ = office_with(connections=1)
    async with working(office, "a", "b") as [dying, other]:
        await other.around(Slow(0.0)).complete(make_request(seed=1))
        hanging = asyncio.create_task(dying.around(Slow(60.0)).complete(make_request(seed=2)))
        await asyncio.sleep(0.05)
        office.join("a again", "place of a")
        await asyncio.wait_for(other.around(Slow(0.0)).complete(make_request(seed=3)), 5)
        await asyncio.sleep(0.02)
        hanging.cancel()
        await asyncio.wait([hanging])
    assert office.spent.requests == 3


async def test_a_worker_that_counts_as_dead_is_told_so():
    office, _ = office_with()
    async with working(office, "a") as [branch]:
        office.join("b", "place of a")
        with pytest.raises(UnreachableError):
            await asyncio.wait_for(branch.around(Slow()).complete(make_request()), 5)
        with pytest.raises(UnreachableError):
            await branch.around(Slow()).complete(make_request())


async def test_an_office_that_is_gone_is_an_error_that_ends_the_run():
    class Gone(Direct):
        async def tell(self, messages, asked):
            raise RuntimeError("the actor died")

    branch = Branch(Gone(None, "a"), Retries(POLICY))
    with pytest.raises(UnreachableError):
        await asyncio.wait_for(branch.around(Slow()).complete(make_request()), 5)


async def test_blocks_are_numbered_until_the_office_closes():
    office, _ = office_with()
    waiting = asyncio.create_task(office.numbers(0))
    await asyncio.sleep(0)
    assert office.bring([job(1)]) == 0
    assert await waiting == 1
    assert office.bring([job(2)]) == 1
    assert await office.numbers(0) == 2
    waiting = asyncio.create_task(office.numbers(2))
    await asyncio.sleep(0)
    office.close()
    assert await waiting is None


def test_a_block_of_a_dead_worker_is_given_to_the_next_as_it_was():
    office, _ = office_with()
    office.join("a", "1")
    office.join("b", "2")
    number = office.bring([job(1), job(2)])
    first, again = office.take("a", number), office.take("b", number)
    assert first == again
    assert not again.one_by_one
    assert office.deaths == 1
    assert office.take("a", number) is None
    office.forget(number)
    assert office.take("b", number) is None


def test_after_two_deaths_articles_are_tried_one_by_one_and_the_guilty_one_is_found():
    office, _ = office_with()
    number = office.bring([job(1), job(2), job(3)])
    lives = iter(range(100))

    def born():
        token = f"life {next(lives)}"
        office.join(token, "place")
        return token

    for _ in range(TOGETHER):
        assert not office.take(born(), number).one_by_one

    async def lived_alone():
        token = born()
        taken = office.take(token, number)
        assert taken.one_by_one
        if 1 in taken.condemned:
            return taken
        await office.try_alone(token, number, 0)
        office.tried(token, number)
        await office.try_alone(token, number, 1)  # and dies of it
        return None

    async def lives_of_it():
        return [await lived_alone() for _ in range(ALONE + 1)]

    *deaths, last = asyncio.run(lives_of_it())
    assert deaths == [None] * ALONE
    assert last.condemned == {1}


async def test_only_one_suspect_is_tried_at_a_time():
    office, _ = office_with()
    office.join("a", "1")
    office.join("b", "2")
    first, second = office.bring([job(1)]), office.bring([job(2)])
    office.take("a", first)
    office.take("b", second)
    await office.try_alone("a", first, 0)
    waiting = asyncio.create_task(office.try_alone("b", second, 0))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    office.join("a again", "1")  # the first has died
    await asyncio.wait_for(waiting, 5)
    assert office.take("a again", second).condemned == frozenset()


async def test_what_a_worker_logs_is_heard_by_the_run():
    office, _ = office_with()
    number = office.bring([job(1)])
    async with working(office, "a") as [branch]:
        handler = Noting(branch, asyncio.get_running_loop())
        handler.handle(logging.LogRecord("extractor", logging.WARNING, "f", 1, "%s is gone", ("it",), None))
        await asyncio.sleep(0.05)
    assert office.forget(number) == [(logging.WARNING, "it is gone")]
    assert office.forget(number) == []


async def test_at_the_close_what_is_under_way_is_counted():
    office, _ = office_with(connections=4)
    async with working(office, "a") as [branch]:
        await branch.around(Slow(0.0)).complete(make_request(seed=1))
        hanging = asyncio.create_task(branch.around(Slow(60.0)).complete(make_request(seed=2)))
        await asyncio.sleep(0.05)
        office.close()
        await asyncio.sleep(0)
        assert office.spent.requests == 2
        assert office.deaths == 0
        hanging.cancel()
        await asyncio.wait([hanging])
