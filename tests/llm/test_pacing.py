"""When requests may go: measured on a clock of the test's own."""

import asyncio
from types import SimpleNamespace

import pytest

from extractor.errors import AuthError, QuotaError, RefusedError, TransientLLMError, UnreachableError
from extractor.llm.allowances import Allowance, Quota
from extractor.llm.pacing import Pace, PaceLimits


class Clock:
    """Time that passes only in sleep."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.now += seconds
        await asyncio.sleep(0)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def fresh(clock: Clock, **limits) -> Pace:
    return Pace(PaceLimits(**limits), sleep=clock.sleep, clock=clock)


def paced(clock: Clock, **limits) -> Pace:
    """Return a pace that knows that the endpoint answers."""
    pace = fresh(clock, **limits)
    pace._answered = True
    return pace


async def run(pace: Pace, tokens: float = 0, error: Exception | None = None) -> None:
    try:
        async with pace.turn(tokens):
            if error:
                raise error
    except (TransientLLMError, RefusedError):
        pass


NONE = Quota()
BUSY = TransientLLMError("busy")


async def test_so_many_at_once_and_first_come_first_served(clock):
    pace, order, state = paced(clock, connections=3), [], SimpleNamespace(running=0, most=0)

    async def one(number: int) -> None:
        async with pace.turn(0):
            order.append(number)
            state.running += 1
            state.most = max(state.most, state.running)
            await asyncio.sleep(0.001)
            state.running -= 1

    await asyncio.gather(*(one(number) for number in range(20)))
    assert state.most == 3
    assert order == sorted(order)


async def test_so_many_a_minute(clock):
    pace, times = paced(clock, requests_per_minute=3), []
    for _ in range(7):
        await run(pace)
        times.append(clock.now - 1000.0)
        clock.now += 1
    assert times == [0, 1, 2, 60, 61, 62, 120]


async def test_so_many_tokens_a_minute(clock):
    pace, times = paced(clock, tokens_per_minute=100), []
    for tokens in (60, 40, 10, 500, 10):
        await run(pace, tokens)
        times.append(clock.now - 1000.0)
        clock.now += 1
    assert times == [0, 1, 60, 120, 180], "a request beyond the limit goes alone"


async def test_the_limit_of_a_minute_holds_from_one_event_loop_to_the_next(clock):
    pace = paced(clock, requests_per_minute=1)
    await run(pace)
    await asyncio.to_thread(lambda: asyncio.run(run(pace)))
    assert clock.slept == 60.0


async def test_overload_cuts_once_an_episode_and_success_gives_back(clock):
    pace = paced(clock, connections=10, patience=99)
    async with asyncio.TaskGroup() as group:
        for _ in range(5):
            group.create_task(run(pace, error=BUSY))
    assert pace.at_once == 8
    clock.now += 1
    await run(pace, error=BUSY)
    assert pace.at_once == 6
    for _ in range(40):
        await run(pace)
    assert pace.at_once == 10


async def test_at_least_one_goes(clock):
    pace = paced(clock, connections=2, patience=99)
    for _ in range(30):
        clock.now += 1
        await run(pace, error=BUSY)
    assert pace.at_once == 1


async def test_when_all_fails_the_door_closes_longer_each_time_then_one_tries(clock):
    pace = paced(clock, connections=10, patience=3, pause_s=2.0, longest_pause_s=5.0)
    waits = []
    for error in [BUSY] * 6 + [None, None]:
        before = clock.slept
        await run(pace, error=error)
        waits.append(clock.slept - before)
        assert pace.at_once == (1 if error and len(waits) >= 3 else pace.at_once)
    assert waits == [0, 0, 0, 2, 4, 5, 5, 0]
    assert pace.at_once > 1


async def test_a_refusal_is_no_overload(clock):
    pace = paced(clock, connections=10, patience=1)
    for _ in range(5):
        await run(pace, error=RefusedError("no"))
    assert pace.at_once == 10
    assert not clock.slept


async def test_one_who_gives_up_waiting_does_not_block_the_door(clock):
    pace, go_on = paced(clock, connections=1), asyncio.Event()

    async def hold() -> None:
        async with pace.turn(0):
            await go_on.wait()

    holding = asyncio.create_task(hold())
    await asyncio.sleep(0.01)
    impatient, patient = (asyncio.create_task(run(pace)) for _ in range(2))
    await asyncio.sleep(0.01)
    impatient.cancel()
    go_on.set()
    await asyncio.wait_for(asyncio.gather(holding, patient), 1)


async def together(pace: Pace, number: int, error: Exception | None = None) -> None:
    """Run so many that are all under way before the first of them ends."""
    go_on = asyncio.Event()

    async def one() -> None:
        try:
            async with pace.turn(0):
                await go_on.wait()
                if error:
                    raise error
        except TransientLLMError:
            pass

    tasks = [asyncio.create_task(one()) for _ in range(number)]
    await asyncio.sleep(0.01)
    go_on.set()
    await asyncio.gather(*tasks)


async def test_many_failures_at_once_are_one_closing_of_the_door(clock):
    pace = paced(clock, connections=50, patience=8, pause_s=2.0)
    await together(pace, 50, BUSY)
    await run(pace)
    assert clock.slept == 2.0


async def test_until_one_was_answered_they_go_alone(clock):
    pace = fresh(clock, connections=10)
    assert pace.at_once == 1
    await run(pace, error=BUSY)
    assert pace.at_once == 1
    await run(pace, error=RefusedError("no"))
    assert pace.at_once > 1


@pytest.mark.parametrize("error", [AuthError("key"), QuotaError("money"), UnreachableError("nobody")])
async def test_what_ends_a_run_is_told_to_all_who_wait_and_nothing_is_sent(clock, error):
    pace, sent = fresh(clock, connections=10), []
    error.usage = "what the one request cost"

    async def one(number: int) -> None:
        async with pace.turn(0):
            sent.append(number)
            await asyncio.sleep(0)
            raise error

    failures = await asyncio.gather(*(one(number) for number in range(30)), return_exceptions=True)
    assert sent == [0]
    assert {(type(failure), str(failure)) for failure in failures} == {(type(error), str(error))}
    assert [failure.usage for failure in failures[1:]] == [None] * 29
    assert all(failure.__traceback__ is not error.__traceback__ for failure in failures[1:])
    clock.now += 5
    await run(pace)
    assert pace.at_once == 10, "who comes later, with money, is served"


async def test_the_pause_that_an_endpoint_asks_for_is_everybody_s(clock):
    pace = paced(clock, connections=10)
    await run(pace, error=TransientLLMError("slow down", retry_after=20.0))
    await together(pace, 3)
    assert clock.slept == 20.0


async def test_one_odd_wish_for_a_long_pause_stops_nobody(clock):
    pace = paced(clock, connections=10)
    await run(pace, error=TransientLLMError("slow down", retry_after=90_000.0))
    await run(pace)
    assert clock.slept == 0
    for wanted in [None] * 7 + [90_000.0]:
        await run(pace, error=TransientLLMError("slow down", retry_after=wanted))
    await run(pace)
    assert clock.slept == 2


async def test_an_endpoint_that_wants_to_be_left_alone_for_long_is_left_alone(clock):
    pace = paced(clock, connections=10, patience=3)
    for _ in range(3):
        await run(pace, error=TransientLLMError("slow down", retry_after=600.0))
    for passed in (0, 400):
        clock.now += passed
        with pytest.raises(TransientLLMError, match="left alone") as caught:
            async with pace.turn(0):
                raise AssertionError
        assert caught.value.retry_after == 600.0 - passed
    clock.now += 100
    await run(pace)
    assert clock.slept == 100.0, "what is not long is waited for"


def says(requests: Quota = NONE, tokens: Quota = NONE) -> Allowance:
    return Allowance(requests, tokens)


async def test_a_limit_that_the_endpoint_tells_is_kept(clock):
    pace, times = paced(clock), []
    async with pace.turn(0):
        pace.hear(says(requests=Quota(per_minute=3)))
    for _ in range(4):
        await run(pace)
        times.append(clock.now - 1000.0)
    assert pace.per_minute == (3, None)
    assert times == [0, 0, 0, 60]


@pytest.mark.parametrize(("told", "kept"), [(2, 2), (1000, 5)])
async def test_the_user_s_limit_is_never_passed(clock, told, kept):
    pace = paced(clock, requests_per_minute=5, tokens_per_minute=100)
    pace.hear(says(Quota(per_minute=told), Quota(per_minute=told * 20)))
    assert pace.per_minute == (kept, kept * 20)


async def test_what_is_used_up_is_waited_for(clock):
    pace = paced(clock)
    async with pace.turn(10):
        pace.hear(says(tokens=Quota(left=100, reset_s=30)))
    await run(pace, 60)
    assert clock.slept == 0
    await run(pace, 60)
    assert clock.slept == 30
    await run(pace, 1e9)
    assert clock.slept == 30


async def test_the_limit_of_a_day_is_not_waited_for(clock):
    pace = paced(clock)
    async with pace.turn(0):
        pace.hear(says(requests=Quota(left=0, reset_s=86_400)))
    await run(pace)
    assert clock.slept == 60


async def test_what_is_under_way_may_not_be_counted_by_the_endpoint_yet(clock):
    pace = paced(clock, connections=10)
    async with pace.turn(0), pace.turn(0), pace.turn(0):
        pace.hear(says(requests=Quota(left=3, reset_s=10)))
        await run(pace)
        assert clock.slept == 0
        await run(pace)
        assert clock.slept == 10


async def test_what_was_really_used_replaces_the_estimate(clock):
    pace = paced(clock, tokens_per_minute=100)
    async with pace.turn(90) as turn:
        turn.used(10)
    await run(pace, 90)
    assert clock.slept == 0
    await run(pace, 1)
    assert clock.slept == 60


async def test_a_correction_that_comes_after_its_minute_changes_nothing(clock):
    pace = paced(clock, tokens_per_minute=100)
    async with pace.turn(90) as turn:
        clock.now += 70
        await run(pace, 100)
        turn.used(10)
    await run(pace, 100)
    assert clock.slept == 60
