"""When requests may go: measured on a clock of the test's own."""

import asyncio
from types import SimpleNamespace

import pytest

from extractor.errors import RefusedError, TransientLLMError
from extractor.llm.pacing import Pace, PaceLimits


class Clock:
    """Time that passes only in sleep."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def paced(clock: Clock, **limits) -> Pace:
    return Pace(PaceLimits(**limits), sleep=clock.sleep, clock=clock)


async def run(pace: Pace, tokens: float = 0, error: Exception | None = None) -> None:
    try:
        async with pace.turn(tokens):
            if error:
                raise error
    except (TransientLLMError, RefusedError):
        pass


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
    assert clock.slept == [60.0]


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
    for _ in range(6):
        await run(pace, error=BUSY)
    assert clock.slept == [2.0, 4.0, 5.0]
    assert pace.at_once == 1
    await run(pace)
    assert clock.slept[3:] == [5.0]
    await run(pace)
    assert clock.slept[4:] == []
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
