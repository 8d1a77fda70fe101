"""Messages between a run and its worker processes: Python objects, one after another, over a socket pair.

Both ends are processes of one run, so what is unpickled is always our own.
"""

import asyncio
import functools
import io
import json
import pickle
from collections.abc import Callable
from typing import Any

from extractor.errors import ExtractorError
from extractor.llm.base import AnswerSchema

_HEAD = 4
"""Bytes that say how long a message is."""


class Line(asyncio.Protocol):
    """One end: `heard` gets each message on the event loop, `lost` is called when the other end is gone."""

    def __init__(self, heard: Callable[[Any], None], lost: Callable[[], None]) -> None:
        self._heard, self._lost = heard, lost
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the reason does not matter
        """Say that no more comes."""
        self._transport = None
        self._lost()

    def data_received(self, data: bytes) -> None:
        """Cut the stream into messages."""
        self._buffer += data
        start = 0
        while len(self._buffer) - start >= _HEAD:
            end = start + _HEAD + int.from_bytes(self._buffer[start : start + _HEAD], "big")
            if len(self._buffer) < end:
                break
            self._heard(pickle.loads(memoryview(self._buffer)[start + _HEAD : end]))  # noqa: S301 - our own
            start = end
        del self._buffer[:start]

    def send(self, message: object) -> None:
        """Send a message; one to nobody is dropped. How many are under way, the sender bounds."""
        if self._transport is not None:
            data = _pickled(message)
            self._transport.write(len(data).to_bytes(_HEAD, "big") + data)

    def close(self) -> None:
        """End the talk; what was sent before still arrives."""
        if self._transport is not None:
            self._transport.close()


def packed_error(error: ExtractorError) -> tuple[type[ExtractorError], tuple[Any, ...], dict[str, Any]]:
    """Return the parts of an error: pickle would call its class without what it wants by name."""
    return type(error), error.args, dict(vars(error))


def unpacked_error(parts: tuple[type[ExtractorError], tuple[Any, ...], dict[str, Any]]) -> ExtractorError:
    """Return the error of which these are the parts, without a traceback."""
    kind, args, attributes = parts
    error = kind.__new__(kind, *args)
    vars(error).update(attributes)
    return error


def _pickled(message: object) -> bytes:
    stream = io.BytesIO()
    pickler = pickle.Pickler(stream, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = {AnswerSchema: _schema_in_parts}
    pickler.dump(message)
    return stream.getvalue()


def _schema_in_parts(schema: AnswerSchema) -> tuple[Callable[[str], AnswerSchema], tuple[str]]:
    return _schema_of, (_text_of(_Same(schema)),)


@functools.lru_cache(maxsize=256)
def _schema_of(text: str) -> AnswerSchema:
    """Return a schema, the same object for the same text: others keep things by it."""
    return AnswerSchema(json.loads(text))


class _Same:
    """A schema as a key, by the object: it is shared and never changed."""

    __slots__ = ("schema",)

    def __init__(self, schema: AnswerSchema) -> None:
        self.schema = schema

    def __hash__(self) -> int:
        return id(self.schema)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.schema is self.schema


@functools.lru_cache(maxsize=256)
def _text_of(same: _Same) -> str:
    return json.dumps(same.schema, ensure_ascii=False, separators=(",", ":"))
