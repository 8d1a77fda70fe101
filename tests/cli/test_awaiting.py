"""How work ends when a signal comes in the middle of it."""

import asyncio
import os
import signal

import pytest

from extractor.cli.awaiting import awaited


async def interrupted_by(number, cleaned):
    try:
        os.kill(os.getpid(), number)
        await asyncio.sleep(10)
    finally:
        cleaned.append(number)


@pytest.fixture(autouse=True)
def keep_handlers():
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def test_sigterm_cancels_cleans_up_and_is_code_143():
    cleaned = []
    with pytest.raises(SystemExit) as caught:
        awaited(interrupted_by(signal.SIGTERM, cleaned))
    assert caught.value.code == 143
    assert cleaned == [signal.SIGTERM]


def test_sigint_cancels_cleans_up_and_is_an_interrupt():
    cleaned = []
    with pytest.raises(KeyboardInterrupt):
        awaited(interrupted_by(signal.SIGINT, cleaned))
    assert cleaned == [signal.SIGINT]


def test_after_the_work_sigterm_still_ends_the_process_as_an_exception():
    assert awaited(asyncio.sleep(0, "done")) == "done"
    with pytest.raises(SystemExit):
        os.kill(os.getpid(), signal.SIGTERM)
