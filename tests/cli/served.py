"""The fault server on a thread of its own, for child processes to ask; and rows for them to read."""

import asyncio
import json
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.llm.fault_server import Exchange, FaultServer, good, running

NUMBER = re.compile(r"envoy number (\d+)x")


@contextmanager
def serving() -> Iterator[FaultServer]:
    """Yield a server that answers until the block ends."""
    started, over = threading.Event(), asyncio.Event()
    states: list[tuple[FaultServer, asyncio.AbstractEventLoop]] = []

    async def serve() -> None:
        async with running() as state:
            state.personas["steady"] = after(0.02)
            state.personas["slow"] = after(0.4)
            state.personas["stuck"] = after(60)
            states.append((state, asyncio.get_running_loop()))
            started.set()
            await over.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    started.wait(10)
    state, loop = states[0]
    try:
        yield state
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()


def after(seconds: float):
    """Return a persona that thinks before it answers."""

    async def act(exchange: Exchange) -> None:
        await asyncio.sleep(seconds)
        await good(exchange)

    return act


def asked(server: FaultServer) -> Counter[int]:
    """Return how often each article was asked about."""
    found = (NUMBER.search(json.dumps(arrival.body)) for arrival in list(server.arrivals))
    return Counter(int(match[1]) for match in found if match)


def row(number: int, **more: object) -> str:
    text = f"RIGA, 3 June 2031 - The minister met envoy number {number}x in Riga on Tuesday."
    return json.dumps({"id": f"a{number}", "text": text, **more})


def write_rows(path: Path, numbers, *others: str) -> Path:
    path.write_text("".join(line + "\n" for line in (*map(row, numbers), *others)), encoding="utf-8")
    return path


def lines_in(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def ids_in(path: Path) -> list[str]:
    return [line["article"]["id"] for line in lines_in(path)]


@contextmanager
def serving_to(environment, persona, **more):
    """Serve with faults, and have the environment name one persona as the endpoint."""
    with serving() as state:
        environment |= {
            "EXTRACTOR_BASE_URL": state.url(persona),
            "EXTRACTOR_LLM": "tiny",
            "EXTRACTOR_MODE": "json_schema",
            **more,
        }
        yield state
