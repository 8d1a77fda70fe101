"""What came of one question to an endpoint: an answer, another dialect to try, or one of our errors."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from extractor.errors import InvalidOutputError, LLMError, TransientLLMError
from extractor.llm.dialects import Dialect
from extractor.llm.doubts import Doubts, doubts_in
from extractor.llm.faults import (
    ReplyTooLargeError,
    answer_in,
    answered_by,
    calls_tool,
    complaint_of,
    connection_fault,
    fault_of,
    first,
    never_connected,
    reply_fault,
    retry_after,
    usage_in,
)
from extractor.records import Usage

MAX_REPLY_BYTES = 8_000_000
"""The longest answer taken (see answers.MAX_CHARACTERS), as JSON in JSON with every letter escaped."""
_DIALECT_STATUS = frozenset({400, 404, 422, 501})
"""The statuses with which endpoints refuse a parameter they do not know."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The text of an answer, not yet checked, with what it cost, who gave it, and where that hesitated."""

    text: str
    usage: Usage
    answered_by: str
    doubts: Doubts | None = None


@dataclass(frozen=True, slots=True)
class Unconnected:
    """A connection that failed; `never` if none was made at all."""

    error: TransientLLMError
    never: bool


@dataclass(frozen=True, slots=True)
class Reworded:
    """The question is to be put again, in another dialect; `usage` is what it cost to learn that."""

    dialect: Dialect
    usage: Usage


Outcome = Answer | Reworded | LLMError | Unconnected


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges what the endpoint at `url` made of a question put in `dialect`, however it was carried."""

    url: str
    dialect: Dialect

    def refused(self, status: int, body: Any, headers: Mapping[str, str]) -> Reworded | LLMError:
        """Return what a status other than success amounts to; `headers` are looked up in lower case."""
        complaint = complaint_of(status, body)
        fault = fault_of(complaint, self.url, retry_after(headers))
        plain = type(fault) is LLMError and status in _DIALECT_STATUS
        other = self.dialect.after(complaint.parameter, complaint.words) if plain else None
        return Reworded(other, Usage()) if other else fault

    def replied(self, content: bytes) -> Answer | Reworded | LLMError:
        """Return what a reply with a status of success amounts to."""
        reply = parsed(content)
        if not isinstance(reply, dict):
            return TransientLLMError(f"{self.url} sent a page or a broken reply, not an answer")
        fault = reply_fault(reply, self.url)
        if fault is None and self.dialect.mode == "tools" and not calls_tool(reply):
            weaker, problem = self.dialect.weaker(), "(answer): not given through the tool"
            if weaker:
                return Reworded(weaker, usage_in(reply))
            fault = InvalidOutputError(
                f"the LLM at {self.url} did not use the tool", raw="", problems=(problem,)
            )
        if fault is not None:
            fault.usage = usage_in(reply)
            return fault
        choice = first(reply["choices"])
        text = answer_in(choice["message"])
        return Answer(text, usage_in(reply), answered_by(reply), doubts_in(choice, text))

    def broken(self, exc: BaseException) -> Unconnected | LLMError:
        """Return what an exception of the connection amounts to."""
        if isinstance(exc, ReplyTooLargeError) or isinstance(exc.__cause__, ReplyTooLargeError):
            problem = f"(answer): larger than {MAX_REPLY_BYTES} bytes"
            return InvalidOutputError(f"{self.url} sent too much", raw="", problems=(problem,))
        return Unconnected(connection_fault(exc, self.url), never_connected(exc))


def parsed(content: bytes) -> Any:
    """Return the JSON in a reply, or None if there is none."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
