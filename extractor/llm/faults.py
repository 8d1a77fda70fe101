"""Turns an endpoint's reply or a broken connection into our errors; no message holds an article or a key."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from extractor.errors import (
    AuthError,
    InvalidOutputError,
    LLMError,
    QuotaError,
    RefusedError,
    TooLongError,
    TransientLLMError,
    TruncatedError,
)
from extractor.records import Usage

_QUOTA = re.compile(r"insufficient_quota|insufficient_funds|credit_balance|billing|spend_limit|payment")
_FILTER = re.compile(r"content_filter|content_policy|content_management|responsibleai|safety_violation")
_CONTEXT = re.compile(
    r"context[_ -](length|window|size)|maximum context|exceed_context|prompt is too long|input is too long"
    r"|too many (input )?tokens|string_above_max_length"
)
_OWN_GRAMMAR = re.compile(r"peg-native|failed to parse (input|the output|tool call)")
_CODE = re.compile(r"[a-z_]{3,60}")


class ReplyTooLargeError(Exception):
    """A reply was longer than any answer, and was read no further."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """An endpoint's refusal. `words` are its own, lower case: to be searched, never shown or stored."""

    status: int
    codes: tuple[str, ...] = ()
    parameter: str = ""
    words: str = ""

    def names(self, pattern: re.Pattern[str]) -> bool:
        """Tell whether one of its codes matches; of any 429 the words may say "check your billing"."""
        return bool(pattern.search(" ".join(self.codes).lower()))

    def says(self, pattern: re.Pattern[str]) -> bool:
        """Tell whether its codes or its words match."""
        return self.names(pattern) or bool(pattern.search(self.words))


@dataclass(frozen=True, slots=True)
class _Meaning:
    applies: Callable[[Complaint], bool]
    error: type[LLMError]
    words: str
    hint: str


_MEANINGS = (
    _Meaning(
        lambda it: it.status == 402 or it.names(_QUOTA),
        QuotaError,
        "the account is out of money or over its limit",
        "check billing",
    ),
    _Meaning(
        lambda it: it.says(_FILTER),
        RefusedError,
        "a content filter stopped the request",
        "leave this article out",
    ),
    _Meaning(
        lambda it: it.status in {401, 403},
        AuthError,
        "the key was not accepted",
        "set another key",
    ),
    _Meaning(
        lambda it: it.status == 413 or (it.status < 500 and it.says(_CONTEXT)),
        TooLongError,
        "the request does not fit the LLM's context",
        "use smaller chunks",
    ),
    _Meaning(
        lambda it: it.status in {408, 409, 425, 429} or it.status >= 500,
        TransientLLMError,
        "the endpoint is overloaded or broken",
        "try again later",
    ),
    _Meaning(
        lambda it: it.status == 404,
        LLMError,
        "no such LLM or address",
        "check the base URL and the LLM's name; extractor doctor lists the names served",
    ),
    _Meaning(
        lambda it: it.status < 400, LLMError, "the address redirects", "set the base URL that it leads to"
    ),
    _Meaning(
        lambda _: True, LLMError, "the request was refused", "run extractor doctor to test the endpoint"
    ),
)
"""Asked in this order: a spent account and a filter hide behind several statuses."""


def shown_url(url: str) -> str:
    """Return a base URL without user, password, query and fragment: fit to be printed."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path.rstrip("/"), "", ""))


def complaint_of(status: int, body: Any) -> Complaint:
    """Read the error object that OpenAI-compatible endpoints send, in any of its usual shapes."""
    error = body.get("error", body) if isinstance(body, dict) else body
    if not isinstance(error, dict):
        return Complaint(status, words=str(error)[:2000].lower())
    codes = dict.fromkeys(str(error.get(key) or "") for key in ("code", "type"))
    shown = tuple(code for code in codes if _CODE.fullmatch(code))
    words = " ".join(str(error.get(key) or "") for key in ("type", "message", "detail"))
    return Complaint(status, shown, str(error.get("param") or "")[:80], words[:2000].lower())


def status_within(body: Mapping[str, Any]) -> int:
    """Return the HTTP status that an error sent with status 200 speaks of, or 502."""
    error = body.get("error")
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, int) and 400 <= code < 600 else 502


def fault_of(complaint: Complaint, url: str, retry_after: float | None = None) -> LLMError:
    """Return the error that a refusal amounts to."""
    codes = f" ({', '.join(complaint.codes)})" if complaint.codes else ""
    said = f"HTTP {complaint.status}{codes} from {url}"
    if _OWN_GRAMMAR.search(complaint.words):
        return InvalidOutputError(
            f"{said}: the endpoint could not read its LLM's answer",
            raw="",
            problems=("(answer): unreadable",),
        )
    meaning = next(meaning for meaning in _MEANINGS if meaning.applies(complaint))
    if meaning.error is TransientLLMError:
        return TransientLLMError(f"{said}: {meaning.words}", retry_after=retry_after, hint=meaning.hint)
    return meaning.error(f"{said}: {meaning.words}", hint=meaning.hint)


def reply_fault(reply: Mapping[str, Any], url: str) -> LLMError | None:
    """Return what is wrong with a reply sent with status 200, or None if it holds a whole answer."""
    if reply.get("error"):
        return fault_of(complaint_of(status_within(reply), reply), url)
    choice = first(reply.get("choices"))
    message = choice.get("message")
    if not isinstance(message, dict):
        return TransientLLMError(f"{url} sent a reply without an answer in it")
    if message.get("refusal") or choice.get("finish_reason") == "content_filter":
        return RefusedError(f"the LLM at {url}, or its content filter, refused to answer")
    answer = answer_in(message)
    if choice.get("finish_reason") == "length":
        hint = "allow longer answers or use smaller chunks"
        return TruncatedError(f"the answer from {url} was cut off at its token limit", raw=answer, hint=hint)
    if choice.get("finish_reason") == "error" or not answer.strip():
        return TransientLLMError(f"{url} sent an empty answer")
    return None


def first(values: Any) -> Mapping[str, Any]:
    """Return the first object of a list, or an empty one if it is no list or has none."""
    value = values[0] if isinstance(values, list) and values else None
    return value if isinstance(value, dict) else {}


def answer_in(message: Mapping[str, Any]) -> str:
    """Return the text of an answer: a tool call's arguments if there is one, else the content."""
    function = first(message.get("tool_calls")).get("function")
    if isinstance(function, dict):
        return str(function.get("arguments") or "")
    content = message.get("content")
    if isinstance(content, list):
        return "".join(str(part.get("text") or "") for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def calls_tool(reply: Mapping[str, Any]) -> bool:
    """Tell whether the answer was given as a tool's arguments."""
    message = first(reply.get("choices")).get("message")
    return isinstance(message, dict) and bool(first(message.get("tool_calls")))


def answered_by(reply: Mapping[str, Any]) -> str:
    """Return what the endpoint says it ran: the LLM's name, and its configuration where given."""
    said = [str(reply[key]) for key in ("model", "system_fingerprint") if reply.get(key)]
    return "".join(letter for letter in " ".join(said) if letter.isprintable())[:200]


def usage_in(reply: Mapping[str, Any]) -> Usage:
    """Return the tokens that a reply reports; what it leaves out counts as 0."""
    said = reply.get("usage")
    usage = said if isinstance(said, dict) else {}
    details = usage.get("prompt_tokens_details")
    cached = (
        details.get("cached_tokens") if isinstance(details, dict) else usage.get("prompt_cache_hit_tokens")
    )
    return Usage(
        input_tokens=_count(usage.get("prompt_tokens")),
        output_tokens=_count(usage.get("completion_tokens")),
        cached_input_tokens=_count(cached),
    )


def _count(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds an endpoint asks to wait, from `retry-after-ms` or `retry-after` (RFC 9110, 10.2.3).

    A date is measured against the endpoint's own `date` header where there is one, so that no clock needs to
    be right.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return max(milliseconds / 1000, 0.0)
    value = headers.get("retry-after")
    seconds = _number(value)
    if seconds is not None:
        return max(seconds, 0.0)
    until = _date(value)
    if until is None:
        return None
    now = _date(headers.get("date")) or datetime.now(UTC)
    return max((until - now).total_seconds(), 0.0)


def _number(value: str | None) -> float | None:
    return float(value) if value and re.fullmatch(r"\d{1,9}(\.\d{1,9})?", value.strip()) else None


def _date(value: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def connection_fault(exc: BaseException, url: str) -> TransientLLMError:
    """Return the error for a connection that failed or broke, with the cause in plain words."""
    return TransientLLMError(f"{_cause(exc)} ({url})")


def never_connected(exc: BaseException) -> bool:
    """Tell whether no connection was made at all: no such host, nothing listening, no route."""
    return any(
        type(cause).__name__ in {"gaierror", "ConnectionRefusedError", "ClientConnectorDNSError"}
        or (isinstance(cause, OSError) and cause.errno in {101, 113})
        for cause in _causes(exc)
    )


def _causes(exc: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    cause: BaseException | None = exc
    while cause is not None and cause not in found:
        found.append(cause)
        inner = getattr(cause, "os_error", None)
        if isinstance(inner, BaseException):
            found.append(inner)
        cause = cause.__cause__ or cause.__context__
    return found


def _cause(exc: BaseException) -> str:
    names = {type(cause).__name__ for cause in _causes(exc)}
    if names & {"gaierror", "ClientConnectorDNSError"}:
        return "the endpoint's host name is not known"
    if "ConnectionRefusedError" in names:
        return "nothing listens at the endpoint's address"
    if names & {"ProxyError", "ClientProxyConnectionError", "ClientHttpProxyError"}:
        return "the proxy did not pass the request on"
    if names & {"SSLError", "SSLCertVerificationError", "ClientConnectorCertificateError"}:
        return "the endpoint's certificate was not accepted"
    if names & {"ServerTimeoutError", "SocketTimeoutError", "TimeoutError", "ConnectionTimeoutError"}:
        return "the endpoint did not answer in time"
    return "the connection broke"
