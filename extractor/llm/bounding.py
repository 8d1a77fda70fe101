"""An HTTP client's hooks: a reply ends where it grows past any answer, and no key goes where none was given.

Imports httpx2, so it is itself imported only when a request must be sent.
"""

from collections.abc import AsyncIterator

import httpx2

from extractor.llm.faults import ReplyTooLargeError

PACKED_SHARE = 100
"""A reply compressed unasked may have this part of the bytes: gzip unfolds a thousandfold at the most."""


class BoundedStream(httpx2.AsyncByteStream):
    """A reply's body, `most` bytes at most; ReplyTooLargeError beyond."""

    def __init__(self, body: httpx2.AsyncByteStream, most: int) -> None:
        self._body, self._most = body, most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        async for part in self._body:
            read += len(part)
            if read > self._most:
                raise ReplyTooLargeError
            yield part

    async def aclose(self) -> None:
        """Release the connection."""
        await self._body.aclose()


class Bound:
    """The hook that bounds each reply to `most` bytes, fewer where they are compressed."""

    def __init__(self, most: int) -> None:
        self._most = most

    async def __call__(self, response: httpx2.Response) -> None:
        """Put the bounded stream in the place of the reply's own."""
        if isinstance(response.stream, httpx2.AsyncByteStream):
            packed = response.headers.get("content-encoding", "identity") != "identity"
            most = self._most // PACKED_SHARE if packed else self._most
            response.stream = BoundedStream(response.stream, most)


async def without_key(request: httpx2.Request) -> None:
    """Take out the key's header, for endpoints that have none: openai insists on some key."""
    request.headers.pop("Authorization", None)
