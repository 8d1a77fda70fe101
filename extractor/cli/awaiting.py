"""Asynchronous work to its end, or to a clean stop: SIGTERM cancels it as asyncio lets SIGINT do."""

import asyncio
import contextlib
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

from extractor.cli.running import TERMINATED, on_termination

T = TypeVar("T")


def awaited(work: Coroutine[Any, Any, T]) -> T:
    """Return what the work returns. Raises KeyboardInterrupt on SIGINT, SystemExit with 143 on SIGTERM."""
    try:
        return asyncio.run(_cancelled_by_sigterm(work))
    except asyncio.CancelledError:
        raise SystemExit(TERMINATED) from None
    finally:
        signal.signal(signal.SIGTERM, on_termination)  # closing the loop gave the default back


async def _cancelled_by_sigterm(work: Coroutine[Any, Any, T]) -> T:
    task = asyncio.current_task()
    assert task is not None
    with contextlib.suppress(NotImplementedError):  # Windows has no such signal
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await work
