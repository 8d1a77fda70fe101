"""An answer as it is kept: its form in bytes, proven by a digest, and what any store of answers offers."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Protocol

import zstandard
from pydantic import BaseModel, ConfigDict, Field

from extractor.llm.base import Completion, canonical_json
from extractor.records import Usage

STORED_FORMAT: Literal[1] = 1
MAX_BYTES = 16_000_000
"""No answer is longer; a frame that claims to be is not ours."""
_NOT_OURS = "its form or size is not an answer's"


_Place = Annotated[int, Field(ge=0, le=MAX_BYTES)]
_Logprob = Annotated[float, Field(ge=-100.0, lt=0.0, allow_inf_nan=False)]


class StoredAnswer(BaseModel):
    """One answer with what it cost and who gave it; `recorded` is a time stamp, ISO 8601, UTC.

    `doubts` are those of a Completion. Where they are not known, the entry does not speak of them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = STORED_FORMAT
    fingerprint: str = Field(pattern="^[0-9a-f]{64}$")
    text: str
    usage: Usage
    answered_by: str
    recorded: str
    doubts: tuple[tuple[_Place, _Place, _Logprob], ...] | None = None

    @classmethod
    def of(cls, answer: Completion) -> "StoredAnswer":
        """Return a completion in the form in which it is kept, recorded now."""
        return cls(
            fingerprint=answer.fingerprint,
            text=answer.text,
            usage=answer.usage,
            answered_by=answer.answered_by,
            recorded=datetime.now(UTC).isoformat(timespec="seconds"),
            doubts=answer.doubts,
        )

    @property
    def document(self) -> dict[str, Any]:
        """The entry as JSON has it: one without doubts is, letter for letter, as before there were any."""
        return self.model_dump(mode="json", exclude={"doubts"} if self.doubts is None else None)


class BadEntryError(ValueError):
    """Bytes that are no stored answer, or not the one asked for; the message names the reason."""


class Store(Protocol):
    """Anything that keeps answers by the fingerprint of their requests."""

    def get(self, fingerprint: str) -> StoredAnswer | None:
        """Return the answer kept for a request, or None; raise BadEntryError for one that is damaged."""
        ...

    def put(self, answer: StoredAnswer) -> None:
        """Keep an answer."""
        ...

    def delete(self, fingerprint: str) -> None:
        """Forget an answer."""
        ...

    def __iter__(self) -> Iterator[str]:
        """Yield the fingerprints of all answers kept."""
        ...


def packed(answer: StoredAnswer) -> bytes:
    """Return the canonical JSON of an answer, sealed."""
    return sealed(canonical_json(answer.document).encode(), level=9)


def unpacked(data: bytes, fingerprint: str) -> StoredAnswer:
    """Return the answer in `data`; BadEntryError unless it is whole, ours, and the one to `fingerprint`."""
    plain = unsealed(data)
    try:
        answer = StoredAnswer.model_validate(json.loads(plain))
    except (ValueError, RecursionError):
        raise BadEntryError(_NOT_OURS) from None
    if answer.fingerprint != fingerprint:
        raise BadEntryError("it answers another request")
    return answer


def sealed(plain: bytes, level: int) -> bytes:
    """Return bytes made small, behind the sha256 of what that gave."""
    frame = zstandard.ZstdCompressor(level=level).compress(plain)
    return hashlib.sha256(frame).digest() + frame


def unsealed(data: bytes) -> bytes:
    """Return the bytes that were sealed; BadEntryError for any others, and for more than MAX_BYTES."""
    digest, frame = data[:32], data[32:]
    if hashlib.sha256(frame).digest() != digest:
        raise BadEntryError("its digest is wrong")
    try:
        if 0 < zstandard.frame_content_size(frame) <= MAX_BYTES:
            return zstandard.ZstdDecompressor().decompress(frame)
    except zstandard.ZstdError:
        pass
    raise BadEntryError(_NOT_OURS)
