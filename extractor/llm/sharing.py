"""One answer for all who ask the same at the same time."""

import asyncio
from dataclasses import replace

from extractor.errors import InvalidOutputError, LLMError, RefusedError, TooLongError, TruncatedError
from extractor.llm.base import LLM, Completion, Request

_OF_THE_QUESTION = (InvalidOutputError, RefusedError, TooLongError, TruncatedError)
"""What would happen to the same question again; anything else may go better for the next who asks."""


class Shared:
    """An LLM asked once for identical requests under way together, around one that is asked each time.

    Who comes second gets the answer as one from the cache (`cached`), and an error without its usage: it was
    paid for once. Where the first is cancelled or fails for another reason than the question, the next asks.
    """

    def __init__(self, inner: LLM) -> None:
        self._inner = inner
        self._under_way: dict[str, asyncio.Future[Completion | LLMError | None]] = {}

    async def complete(self, request: Request) -> Completion:
        """Answer one request, or wait for the answer to the same."""
        while (first := self._under_way.get(request.fingerprint)) is not None:
            if first.get_loop() is not asyncio.get_running_loop():
                return await self._inner.complete(request)  # another thread's: its futures are not ours
            outcome = await asyncio.shield(first)
            if isinstance(outcome, LLMError):
                raise outcome.for_another()
            if outcome is not None:
                return replace(outcome, cached=True)
        return await self._asked(request)

    async def _asked(self, request: Request) -> Completion:
        outcome: Completion | LLMError | None = None
        shared = self._under_way[request.fingerprint] = asyncio.get_running_loop().create_future()
        try:
            outcome = await self._inner.complete(request)
        except _OF_THE_QUESTION as error:
            outcome = error
            raise
        else:
            return outcome
        finally:
            del self._under_way[request.fingerprint]
            shared.set_result(outcome)
