"""Windowing: results in order, a bounded number under way, nothing left behind."""

import asyncio

import pytest

from extractor.windowing import in_order


class Work:
    """Coroutines that note when they start and end; each waits until it may go on."""

    def __init__(self):
        self.under_way = 0
        self.most = 0
        self.cancelled = []

    async def one(self, number, seconds=0.0, failure=None):
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await asyncio.sleep(seconds)
            if failure is not None:
                raise failure
        except asyncio.CancelledError:
            self.cancelled.append(number)
            raise
        finally:
            self.under_way -= 1
        return number


async def test_results_come_in_order_however_long_each_takes():
    work = Work()
    slow_first = (work.one(n, 0.05 if n == 0 else 0) for n in range(6))
    assert [number async for number in in_order(slow_first, 3)] == list(range(6))


@pytest.mark.parametrize("at_once", [1, 2, 5])
async def test_no_more_are_under_way_than_allowed(at_once):
    work = Work()
    async for _ in in_order((work.one(n, 0.001) for n in range(12)), at_once):
        pass
    assert work.most <= at_once


async def test_work_is_drawn_only_as_places_become_free():
    drawn = []

    def rows():
        for number in range(100):
            drawn.append(number)
            yield work.one(number)

    work = Work()
    results = in_order(rows(), 3)
    assert await anext(results) == 0
    assert len(drawn) == 3
    await results.aclose()


async def test_a_failure_cancels_what_is_under_way_and_waits_for_it():
    work = Work()
    jobs = [work.one(0, failure=ValueError("no")), work.one(1, 10), work.one(2, 10)]
    with pytest.raises(ValueError, match="no"):
        [number async for number in in_order(jobs, 3)]
    assert work.cancelled == [1, 2]
    assert work.under_way == 0


async def test_nothing_gives_nothing():
    assert [number async for number in in_order([], 4)] == []
