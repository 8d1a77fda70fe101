"""Many coroutines to their results, in order, with a bounded number under way."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Coroutine, Iterable
from typing import Any, TypeVar

T = TypeVar("T")


async def in_order(work: Iterable[Coroutine[Any, Any, T]], at_once: int) -> AsyncIterator[T]:
    """Yield each result in the order of `work`, while up to `at_once` are under way.

    `work` is drawn from as places become free. An exception is raised in its turn; those under way are then
    cancelled and waited for, as they are when the caller stops early.
    """
    pending: deque[asyncio.Task[T]] = deque()
    try:
        for one in work:
            pending.append(asyncio.create_task(one))
            if len(pending) >= at_once:
                yield await pending.popleft()
        while pending:
            yield await pending.popleft()
    finally:
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
