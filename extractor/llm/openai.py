"""Any OpenAI-compatible endpoint as an LLM, one attempt a request; alone knows openai and instructor.

openai carries the request, instructor puts the JSON Schema into it in the mode that the endpoint takes.
Neither retries, and neither judges the answer: `answers` does. Both are imported when a request must be sent.
"""

import asyncio
import functools
import ipaddress
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr

from extractor.errors import InvalidOutputError, LLMError, TransientLLMError, UnreachableError
from extractor.llm.answers import checked_answer
from extractor.llm.base import Completion, LLMIdentity, Request
from extractor.llm.dialects import Dialect, Mode, ModeChoice
from extractor.llm.faults import (
    ReplyTooLargeError,
    answer_in,
    answered_by,
    calls_tool,
    complaint_of,
    connection_fault,
    fault_of,
    never_connected,
    reply_fault,
    retry_after,
    shown_url,
    usage_in,
)
from extractor.records import Usage

if TYPE_CHECKING:
    import openai

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

MAX_REPLY_BYTES = 8_000_000
"""The longest answer taken (see answers.MAX_CHARACTERS), as JSON in JSON with every letter escaped."""
_MODE_NAMES: Mapping[Mode, str] = {
    "json_schema": "JSON_SCHEMA",
    "tools": "TOOLS",
    "json": "JSON",
    "text": "MD_JSON",
}
"""What instructor calls the modes."""
_DIALECT_STATUS = frozenset({400, 404, 422, 501})
"""The statuses with which endpoints refuse a parameter they do not know."""


@dataclass(frozen=True)
class EndpointOptions:
    """Where to ask and as whom.

    `name` is what the endpoint calls the LLM; `timeout_s` the seconds that one attempt may take to the last
    byte; `mode` how the answer is held to its schema (`auto`: the strongest that the endpoint takes);
    `origin` stands for the base URL in fingerprints where that is not stable (an embedded LLM's server).
    """

    base_url: str
    name: str
    api_key: SecretStr | None = None
    timeout_s: float = 300.0
    max_connections: int = 10
    mode: ModeChoice = "auto"
    origin: str = ""

    @property
    def shown(self) -> str:
        """The base URL, fit to be printed."""
        return shown_url(self.base_url)

    @property
    def identity(self) -> LLMIdentity:
        """Which LLM this is, for requests."""
        return LLMIdentity(name=self.name, origin=self.origin or self.shown)


class OpenAIEndpoint:
    """The LLM behind one OpenAI-compatible base URL.

    Remembers for its lifetime what it learned of the endpoint: the dialect, whether it was reached, who
    answered. Connections belong to the running event loop: call `aclose` before that ends.
    """

    def __init__(self, options: EndpointOptions) -> None:
        self.options = options
        self._dialect = Dialect.of(options.mode)
        self._reached = False
        self._answered_by = ""
        self._client: openai.AsyncOpenAI | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def dialect(self) -> Dialect:
        """How requests are worded; after the first answer, in words that the endpoint takes."""
        return self._dialect

    @property
    def mode(self) -> Mode:
        """The mode in use; after the first answer, the one that works."""
        return self._dialect.mode

    async def complete(self, request: Request) -> Completion:
        """Answer one request in one attempt (more only while the endpoint's dialect is unknown).

        Raises LLMError as its subclasses say; what the attempt cost is in its `usage`.
        """
        requests, at_first = 0, self._dialect
        while True:
            requests += 1
            dialect = self._dialect
            outcome = await self._attempt(request, dialect)
            if isinstance(outcome, Dialect):
                if self._dialect is dialect:
                    self._dialect = outcome
                continue
            if isinstance(outcome, LLMError):
                if type(outcome) is LLMError and self._dialect is dialect:
                    self._dialect = at_first  # refused in any dialect: that was not what it was about
                outcome.fingerprint = request.fingerprint
                outcome.usage = (outcome.usage or Usage()) + Usage(requests=requests)
                raise outcome
            return self._completion(outcome, request, outcome.usage + Usage(requests=requests))

    async def served(self) -> tuple[str, ...]:
        """Return the names of the LLMs that the endpoint lists, empty if it keeps no list."""
        outcome = await self._listed()
        if isinstance(outcome, LLMError):
            raise outcome
        return outcome

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        client, self._client = self._client, None
        if client is not None and self._loop is asyncio.get_running_loop():
            await client.close()

    async def _attempt(self, request: Request, dialect: Dialect) -> "_Answer | Dialect | LLMError":
        """Send one request and return what came of it, errors too: no chain leads to a vendor's exception."""
        vendors = _vendors()
        exchange = _Exchange(self._connected(), self.options.shown, dialect)
        ask = vendors.instructor.patch(
            create=exchange.send, mode=vendors.instructor.Mode[_MODE_NAMES[dialect.mode]]
        )
        form = _form(json.dumps(request.answer_schema), titled=dialect.mode == "tools")
        try:
            async with asyncio.timeout(self.options.timeout_s):
                answer = await ask(
                    response_model=form,
                    max_retries=0,
                    model=self.options.name,
                    messages=[
                        {"role": turn.role, "content": _sendable(turn.content)} for turn in request.messages
                    ],
                    **dialect.sampling(request.max_tokens, request.temperature, request.seed),
                )
        except vendors.passing as passing:
            return self._noted(passing.outcome)
        except TimeoutError:
            seconds = self.options.timeout_s
            return TransientLLMError(f"no whole answer from {self.options.shown} within {seconds:g} s")
        except vendors.instructor_error as exc:
            kind = type(exc.__cause__).__name__
            return LLMError(f"the reply of {self.options.shown} could not be read ({kind})")
        self._reached = True
        return _Answer(answer.text, usage_in(exchange.reply), answered_by(exchange.reply))

    async def _listed(self) -> "tuple[str, ...] | LLMError":
        vendor = _vendors().openai
        try:
            async with asyncio.timeout(min(self.options.timeout_s, 30.0)):
                raw = await self._connected().models.with_raw_response.list()
            entries = json.loads(raw.content)["data"]
            return tuple(str(entry["id"]) for entry in entries)
        except vendor.APIStatusError as exc:
            self._reached = True
            lists_none = exc.status_code in {404, 405, 501}
            return () if lists_none else fault_of(complaint_of(exc.status_code, exc.body), self.options.shown)
        except vendor.APIConnectionError as exc:
            return self._noted(_broken(exc, self.options.shown))
        except TimeoutError:
            return TransientLLMError(f"{self.options.shown} did not list its LLMs in time")
        except (ValueError, LookupError, TypeError):
            return ()

    def _noted(self, outcome: "_T | _Unconnected") -> "_T | LLMError":
        """Before the first contact, an address where nothing answers is wrong rather than busy."""
        if not isinstance(outcome, _Unconnected):
            self._reached = True
            return outcome
        if outcome.never and not self._reached:
            hint = "check the base URL, the network and the proxy settings"
            return UnreachableError(f"cannot reach {self.options.shown}: {outcome.error}", hint=hint)
        return outcome.error

    def _completion(self, answer: "_Answer", request: Request, usage: Usage) -> Completion:
        if self._answered_by and self._answered_by != answer.answered_by:
            change = (self.options.shown, self.options.name, self._answered_by, answer.answered_by)
            _log.warning("%s changed what answers as %s: it was %s and is %s", *change)
        self._answered_by = answer.answered_by
        try:
            text = checked_answer(answer.text, request)
        except InvalidOutputError as error:
            error.usage = usage
            raise
        return Completion(text, usage, answer.answered_by, request.fingerprint)

    def _connected(self) -> "openai.AsyncOpenAI":
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            self._client, self._loop = _connect(self.options), loop
        return self._client


@dataclass(frozen=True, slots=True)
class _Answer:
    text: str
    usage: Usage
    answered_by: str


@dataclass(frozen=True, slots=True)
class _Unconnected:
    error: TransientLLMError
    never: bool


class _Exchange:
    """One request on the wire, as the function that instructor calls; keeps the reply for the account.

    Whatever is not a whole answer leaves through the one exception that instructor neither logs nor wraps.
    """

    def __init__(self, client: "openai.AsyncOpenAI", url: str, dialect: Dialect) -> None:
        self.reply: Mapping[str, Any] = {}
        self._client, self._url, self._dialect = client, url, dialect

    async def send(self, **parameters: Any) -> Any:
        """Send one request and return the vendor's form of the reply."""
        vendors = _vendors()
        outcome: Dialect | LLMError | _Unconnected | None
        try:
            raw = await self._client.chat.completions.with_raw_response.create(**parameters)
        except vendors.openai.APIStatusError as exc:
            outcome = self._refused(exc)
        except vendors.openai.APIConnectionError as exc:
            outcome = _broken(exc, self._url)
        else:
            outcome = self._judged(raw.content)
        if outcome is not None:
            raise vendors.passing(outcome)
        return raw.parse()

    def _refused(self, exc: "openai.APIStatusError") -> Dialect | LLMError:
        complaint = complaint_of(exc.status_code, exc.body)
        fault = fault_of(complaint, self._url, retry_after(exc.response.headers))
        plain = type(fault) is LLMError and exc.status_code in _DIALECT_STATUS
        return (plain and self._dialect.after(complaint.parameter, complaint.words)) or fault

    def _judged(self, content: bytes) -> Dialect | LLMError | None:
        try:
            reply = json.loads(content)
        except (ValueError, RecursionError):
            reply = None
        if not isinstance(reply, dict):
            return TransientLLMError(f"{self._url} sent a page or a broken reply, not an answer")
        self.reply = reply
        fault = reply_fault(reply, self._url)
        if fault is None and self._dialect.mode == "tools" and not calls_tool(reply):
            problem = "(answer): not given through the tool"
            return self._dialect.weaker() or InvalidOutputError(
                f"the LLM at {self._url} did not use the tool", raw="", problems=(problem,)
            )
        if fault is not None:
            fault.usage = usage_in(reply)
        return fault


def _broken(exc: BaseException, url: str) -> _Unconnected | LLMError:
    if isinstance(exc.__cause__, ReplyTooLargeError):
        problem = f"(answer): larger than {MAX_REPLY_BYTES} bytes"
        return InvalidOutputError(f"{url} sent too much", raw="", problems=(problem,))
    return _Unconnected(connection_fault(exc, url), never_connected(exc))


@dataclass(frozen=True)
class _Vendors:
    openai: ModuleType
    instructor: ModuleType
    instructor_error: type[Exception]
    passing: Any


@functools.cache
def _vendors() -> _Vendors:
    """Import openai and instructor: 2 to 3 seconds that only a real request is worth."""
    import instructor  # noqa: PLC0415 - heavy, see above
    import instructor.core.exceptions as errors  # noqa: PLC0415 - likewise
    import openai  # noqa: PLC0415 - likewise

    class Passing(errors.IncompleteOutputException):
        """Carries an outcome past instructor, which passes this one kind on as it is."""

        def __init__(self, outcome: Dialect | LLMError | _Unconnected) -> None:
            super().__init__("no whole answer")
            self.outcome = outcome

    for name, level in {
        "openai": logging.INFO,
        "httpx2": logging.WARNING,
        "instructor": logging.CRITICAL,
    }.items():
        # their lower levels print whole requests and answers; a level that the user has set stays
        if logging.getLogger(name).level == logging.NOTSET:
            logging.getLogger(name).setLevel(level)
    return _Vendors(openai, instructor, errors.InstructorError, Passing)


def _connect(options: EndpointOptions) -> "openai.AsyncOpenAI":
    from extractor.llm.bounding import Bound, without_key  # noqa: PLC0415 - it needs httpx2, as the vendors do

    vendor, local = _vendors().openai, _on_this_machine(options.base_url)
    transport = vendor.DefaultAioHttpClient if find_spec("aiohttp") else vendor.DefaultAsyncHttpxClient
    http_client = transport(
        timeout=vendor.Timeout(options.timeout_s, connect=min(options.timeout_s, 10.0), pool=None),
        follow_redirects=False,
        trust_env=not local,
        verify=not (local and options.base_url.startswith("http:")),  # loading certificates takes 0.1 s
        event_hooks={
            "request": [] if options.api_key else [without_key],
            "response": [Bound(MAX_REPLY_BYTES)],
        },
        headers={"Accept-Encoding": "identity"},
    )
    key = options.api_key.get_secret_value() if options.api_key else "none"
    client: openai.AsyncOpenAI = vendor.AsyncOpenAI(
        base_url=options.base_url, api_key=key, max_retries=0, http_client=http_client
    )
    client.organization = client.project = None  # else taken from the environment and told to any endpoint
    return client


def _on_this_machine(url: str) -> bool:
    """Tell whether a URL leads to this machine, so that no proxy from the environment gets between."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


@functools.lru_cache(maxsize=128)
def _form(schema: str, *, titled: bool) -> type[BaseModel]:
    """Return the class that tells instructor the JSON Schema, letter for letter, and takes any text.

    The check is not instructor's to make: its exceptions hold the whole conversation. A tool needs a title.
    """
    value = json.loads(schema) | ({"title": "answer"} if titled else {})

    class answer(BaseModel):  # noqa: N801 - its name is sent to the endpoint
        text: str

        @classmethod
        def model_json_schema(cls, *_: Any, **__: Any) -> dict[str, Any]:
            return dict(value)

        @classmethod
        def model_validate_json(cls, json_data: Any, **_: Any) -> Any:
            return cls.model_construct(text=answer_in({"content": json_data}))

    return answer


def _sendable(text: str) -> str:
    """Return the text with any half of a surrogate pair replaced: UTF-8 has no form for it."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
