"""Requests to lines of an OpenAI Batch file, and lines of answers to completions or errors; sends nothing.

The same file serves a provider's batch endpoint and any program that answers line by line without a network.
A line is bound to its request by the fingerprint (`custom_id`) alone: order and doubles do not matter.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from extractor.errors import AuthError, LLMError, QuotaError, TransientLLMError
from extractor.llm.answers import checked_answer
from extractor.llm.base import Completion, Request
from extractor.llm.dialects import Dialect
from extractor.llm.doubts import doubts_in, within
from extractor.llm.faults import (
    answer_in,
    answered_by,
    complaint_of,
    fault_of,
    first,
    reply_fault,
    usage_in,
)
from extractor.llm.metering import Price, price_of
from extractor.llm.posting import Bodies
from extractor.records import Usage

CHAT_URL = "/v1/chat/completions"
MAX_LINE_BYTES = 8_000_000
"""The longest answer taken (see answers.MAX_CHARACTERS), as JSON in JSON with every letter escaped."""
BATCH_SHARE = 0.5
"""What an answer of a provider's batch costs, of its price otherwise."""
_UNSERVED = {
    "batch_expired": ("expired", "the batch expired before it was answered"),
    "batch_cancelled": ("cancelled", "the batch was cancelled before it was answered"),
}


class UnservedError(TransientLLMError):
    """The batch ended before the request's turn; `code` is `expired` or `cancelled`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, hint="submit it again")
        self.code = code


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line lies: its number from 1, and its first byte and length in bytes, line end included."""

    number: int
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Response:
    """One line of answers: what became of the request called `custom_id`.

    `status` is the HTTP status of the answer, None if the line has none; `body` its JSON; `error` what the
    batch itself says went wrong.
    """

    place: Place
    custom_id: str
    status: int | None
    body: Any
    error: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that answers no request, and why."""

    place: Place
    reason: str


class RequestLines:
    """Writes the lines that ask the LLM called `name`: the body is the one that `llm.openai` posts.

    `dialect` is how the endpoint wants it worded; without one, as any endpoint is asked first.
    """

    def __init__(self, name: str, dialect: Dialect | None = None) -> None:
        self._bodies, self._dialect = Bodies(name), dialect or Dialect.of("json_schema")

    def of(self, request: Request) -> bytes:
        """Return the line of a request, line end included."""
        head = f'{{"custom_id":"{request.fingerprint}","method":"POST","url":"{CHAT_URL}","body":'
        return head.encode() + self._bodies.of(request, self._dialect) + b"}\n"


def read_response_lines(stream: BinaryIO) -> Iterator[Response | BadLine]:
    """Yield each line that is not blank, in constant memory; one that cannot be read is a BadLine."""
    start = number = 0
    while line := stream.readline(MAX_LINE_BYTES + 1):
        number += 1
        length, whole = len(line), line.endswith(b"\n") or len(line) <= MAX_LINE_BYTES
        while not whole:
            rest = stream.readline(MAX_LINE_BYTES)
            length, whole = length + len(rest), rest.endswith(b"\n") or not rest
            line = b""
        place = Place(number, start, length)
        start += length
        if not line:
            yield BadLine(place, f"is longer than {MAX_LINE_BYTES} bytes")
        elif line.strip():
            yield _response(line, place)


def judged(response: Response, request: Request, price: Price | None = None) -> Completion:
    """Return the answer in a line, checked as one that came from the endpoint itself.

    `price` is what the tokens of a batch cost. Raises the LLMError that the endpoint's reply would have
    raised, with its usage; what ends a run there (key, quota) is a TransientLLMError here: it says that the
    provider gave up on this request, not that the next would fail.
    """
    reply = response.body if isinstance(response.body, dict) else {}
    choice = first(reply.get("choices"))
    usage = usage_in(reply) + Usage(requests=1) if choice else Usage()
    if choice and price is not None:
        usage = usage.model_copy(update={"cost": price.of(usage)})
    try:
        if (fault := _fault(response, request.llm.origin)) is not None:
            raise _for_this_request(fault)
        said = answer_in(choice["message"])
        text = checked_answer(said, request)
    except LLMError as error:
        error.fingerprint, error.usage = request.fingerprint, usage
        raise
    doubts = within(doubts_in(choice, said), said, text)
    return Completion(text, usage, answered_by(reply), request.fingerprint, doubts=doubts)


def batch_price(name: str, prices: Mapping[str, Price]) -> Price | None:
    """Return what the tokens of a batch cost for the LLM called `name`, or None if that is not known."""
    price = price_of(name, prices)
    if price is None:
        return None
    return Price(*(BATCH_SHARE * part for part in (price.input, price.cached_input, price.output)))


def _response(line: bytes, place: Place) -> Response | BadLine:
    try:
        value = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return BadLine(place, "is not UTF-8")
    except (ValueError, RecursionError):
        return BadLine(place, "is not JSON")
    if not isinstance(value, dict) or not isinstance(value.get("custom_id"), str):
        return BadLine(place, "has no custom_id")
    response, error = value.get("response"), value.get("error")
    if not isinstance(response, dict):
        response = {}
    status = response.get("status_code")
    return Response(
        place=place,
        custom_id=value["custom_id"],
        status=status if isinstance(status, int) else None,
        body=response.get("body"),
        error=error if isinstance(error, dict) else {"message": str(error)} if error else None,
    )


def _fault(response: Response, where: str) -> LLMError | None:
    if response.error is not None:
        code = str(response.error.get("code"))
        if code in _UNSERVED:
            return UnservedError(*_UNSERVED[code])
        return fault_of(complaint_of(response.status or 500, {"error": response.error}), where)
    if response.status not in {200, None}:
        return fault_of(complaint_of(response.status or 500, response.body), where)
    if not isinstance(response.body, dict):
        return TransientLLMError(f"{where} sent a page or a broken reply, not an answer")
    return reply_fault(response.body, where)


def _for_this_request(fault: LLMError) -> LLMError:
    if isinstance(fault, AuthError | QuotaError):
        return TransientLLMError(str(fault), hint=fault.hint)
    return fault
