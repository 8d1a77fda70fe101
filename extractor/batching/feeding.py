"""An iterator drawn on a thread of its own, for an event loop that must not wait for disks and pipes."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class Feed(Generic[T]):
    """Gives out batches that an iterator yields, `ahead` of them at most before they are asked for.

    The thread is a daemon: nobody waits for a pipe into which nothing is written any more. It calls `over`
    itself at its end, for what the iterator uses must not be closed under its hands.
    """

    def __init__(self, batches: Iterator[Sequence[T]], ahead: int, over: Callable[[], None]) -> None:
        self._batches, self._room, self._over = batches, threading.Semaphore(ahead), over
        self._ready: asyncio.Queue[Sequence[T] | BaseException | None] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._closed = False
        self._thread = threading.Thread(target=self._draw, name="reading", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def next(self) -> Sequence[T] | None:
        """Return the next batch, None at the end and after `close`. Raises what the iterator raised."""
        batch = None if self._closed else await self._ready.get()
        if batch is None or self._closed:
            self._ready.put_nowait(None)  # for the others that wait
            return None
        if isinstance(batch, BaseException):
            raise batch
        self._room.release()
        return batch

    def close(self) -> None:
        """Give out nothing more, also to those who wait."""
        if not self._closed:
            self._closed = True
            self._room.release()
            self._ready.put_nowait(None)

    def _draw(self) -> None:
        try:
            for batch in self._batches:
                self._room.acquire()
                if self._closed:
                    return
                self._hand(batch)
            self._hand(None)
        except BaseException as problem:  # noqa: BLE001 - it is raised where the batches are asked for
            self._hand(problem)
        finally:
            self._over()

    def _hand(self, batch: Sequence[T] | BaseException | None) -> None:
        try:
            self._loop.call_soon_threadsafe(self._ready.put_nowait, batch)
        except RuntimeError:  # the loop is closed: nobody asks any more
            return
