"""Any OpenAI-compatible endpoint as an LLM, one attempt a request; alone knows openai and instructor.

What takes a JSON Schema is asked by `posting`, one body over kept connections. Otherwise openai carries the
request and instructor puts the schema into it, in the mode that the endpoint takes. None of them retries, and
none judges: `judging` and `answers` do. All are imported when a request must be sent.
"""

import asyncio
import functools
import ipaddress
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr

from extractor.errors import InvalidOutputError, LLMError, TransientLLMError, UnreachableError
from extractor.llm import posting
from extractor.llm.allowances import Allowance, allowance_in
from extractor.llm.answers import checked_answer
from extractor.llm.base import Completion, LLMIdentity, Request
from extractor.llm.dialects import Dialect, Mode, ModeChoice
from extractor.llm.doubts import within
from extractor.llm.faults import answer_in, complaint_of, fault_of, shown_url
from extractor.llm.judging import MAX_REPLY_BYTES, Answer, Judge, Outcome, Reworded, Unconnected, parsed
from extractor.records import Usage

if TYPE_CHECKING:
    import openai

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

_MODE_NAMES: Mapping[Mode, str] = {
    "json_schema": "JSON_SCHEMA",
    "tools": "TOOLS",
    "json": "JSON",
    "text": "MD_JSON",
}
"""What instructor calls the modes."""
_ONE = Usage(requests=1)


@dataclass(frozen=True)
class EndpointOptions:
    """Where to ask and as whom.

    `name` is what the endpoint calls the LLM; `timeout_s` the seconds that one attempt may take to the last
    byte; `mode` how the answer is held to its schema (`auto`: the strongest that the endpoint takes);
    `origin` stands for the base URL in fingerprints where that is not stable (an embedded LLM's server);
    `heard` is told the limits that replies speak of; `probabilities`: those of tokens are asked for, if the
    endpoint takes that.
    """

    base_url: str
    name: str
    api_key: SecretStr | None = None
    timeout_s: float = 300.0
    max_connections: int = 10
    mode: ModeChoice = "auto"
    origin: str = ""
    heard: Callable[[Allowance], None] | None = None
    probabilities: bool = False

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
        self._dialect = Dialect.of(options.mode, probabilities=options.probabilities)
        self._reached = False
        self._answered_by = ""
        self._bodies = posting.Bodies(options.name)
        self._open: _Connections | None = None

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
        spent, at_first = _ONE, self._dialect
        while True:
            dialect = self._dialect
            outcome = await self._attempt(request, dialect)
            if isinstance(outcome, Reworded):
                spent += outcome.usage + _ONE
                if self._dialect is dialect:
                    self._dialect = outcome.dialect
                continue
            if isinstance(outcome, LLMError):
                if type(outcome) is LLMError and self._dialect is dialect:
                    self._dialect = at_first  # refused in any dialect: that was not what it was about
                outcome.fingerprint = request.fingerprint
                outcome.usage = (outcome.usage or Usage()) + spent
                raise outcome
            return self._completion(outcome, request, outcome.usage + spent)

    async def served(self) -> tuple[str, ...]:
        """Return the names of the LLMs that the endpoint lists, empty if it keeps no list."""
        outcome = await self._listed()
        if isinstance(outcome, LLMError):
            raise outcome
        return outcome

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        here, self._open = self._open, None
        if here is not None and here.loop is asyncio.get_running_loop():
            await here.aclose()

    async def _attempt(self, request: Request, dialect: Dialect) -> Answer | Reworded | LLMError:
        """Send one request and return what came of it, errors too: no chain leads to a vendor's exception."""
        judge, poster = Judge(self.options.shown, dialect), self._connected().poster
        if dialect.mode != "json_schema":
            poster = None
        if poster is None:
            _ = (
                self._connected().client.chat.completions
            )  # imports before the clock runs: not the endpoint's fault
        try:
            async with asyncio.timeout(self.options.timeout_s):
                if poster is not None:
                    return self._noted(await self._posted(request, judge, poster))
                return self._noted(await self._instructed(request, judge))
        except TimeoutError:
            seconds = self.options.timeout_s
            return TransientLLMError(f"no whole answer from {self.options.shown} within {seconds:g} s")

    async def _posted(self, request: Request, judge: Judge, poster: posting.Poster) -> Outcome:
        """Ask over kept connections, as instructor and openai would in the mode of the JSON Schema."""
        try:
            reply = await poster.post(self._bodies.of(request, judge.dialect))
        except posting.broken() as exc:
            return judge.broken(exc)
        self._hear(reply.headers)
        if 200 <= reply.status < 300:
            return judge.replied(reply.content)
        body = parsed(reply.content)
        return judge.refused(
            reply.status, reply.content.decode(errors="replace") if body is None else body, reply.headers
        )

    async def _instructed(self, request: Request, judge: Judge) -> Outcome:
        """Ask through instructor and openai, in any mode."""
        vendors, mode = _vendors(), judge.dialect.mode
        exchange = _Exchange(self._connected().client, judge, self._hear)
        ask = vendors.instructor.patch(create=exchange.send, mode=vendors.instructor.Mode[_MODE_NAMES[mode]])
        try:
            answer = await ask(
                response_model=_form(json.dumps(request.answer_schema), titled=mode == "tools"),
                max_retries=0,
                model=self.options.name,
                messages=[
                    {"role": turn.role, "content": _sendable(turn.content)} for turn in request.messages
                ],
                **judge.dialect.sampling(request.max_tokens, request.temperature, request.seed),
            )
        except vendors.passing as passing:
            outcome: Outcome = passing.outcome
            return outcome
        except vendors.instructor_error as exc:
            kind = type(exc.__cause__).__name__
            error = LLMError(f"the reply of {self.options.shown} could not be read ({kind})")
            error.usage = exchange.answer.usage
            return error
        return replace(exchange.answer, text=answer.text)

    async def _listed(self) -> "tuple[str, ...] | LLMError":
        vendor = _vendors().openai
        try:
            async with asyncio.timeout(min(self.options.timeout_s, 30.0)):
                raw = await self._connected().client.models.with_raw_response.list()
            entries = json.loads(raw.content)["data"]
            return tuple(str(entry["id"]) for entry in entries)
        except vendor.APIStatusError as exc:
            self._reached = True
            lists_none = exc.status_code in {404, 405, 501}
            return () if lists_none else fault_of(complaint_of(exc.status_code, exc.body), self.options.shown)
        except vendor.APIConnectionError as exc:
            return self._noted(Judge(self.options.shown, self._dialect).broken(exc))
        except TimeoutError:
            return TransientLLMError(f"{self.options.shown} did not list its LLMs in time")
        except (ValueError, LookupError, TypeError):
            return ()

    def _hear(self, headers: Mapping[str, str]) -> None:
        if self.options.heard is not None and (allowance := allowance_in(headers)):
            self.options.heard(allowance)

    def _noted(self, outcome: _T | Unconnected) -> _T | LLMError:
        """Before the first contact, an address where nothing answers is wrong rather than busy."""
        if not isinstance(outcome, Unconnected):
            self._reached = True
            return outcome
        if outcome.never and not self._reached:
            hint = "check the base URL, the network and the proxy settings"
            return UnreachableError(f"cannot reach {self.options.shown}: {outcome.error}", hint=hint)
        return outcome.error

    def _completion(self, answer: Answer, request: Request, usage: Usage) -> Completion:
        if self._answered_by and self._answered_by != answer.answered_by:
            change = (self.options.shown, self.options.name, self._answered_by, answer.answered_by)
            _log.warning("%s changed what answers as %s: it was %s and is %s", *change)
        self._answered_by = answer.answered_by
        try:
            text = checked_answer(answer.text, request)
        except InvalidOutputError as error:
            error.usage = usage
            raise
        doubts = within(answer.doubts, answer.text, text)
        return Completion(text, usage, answer.answered_by, request.fingerprint, doubts=doubts)

    def _connected(self) -> "_Connections":
        if self._open is None or self._open.loop is not asyncio.get_running_loop():
            self._open = _Connections(self.options)
        return self._open


class _Connections:
    """What one event loop has open to an endpoint: by the fast way where it leads there, and the vendors'."""

    def __init__(self, options: EndpointOptions) -> None:
        self.loop = asyncio.get_running_loop()
        self._options = options
        key = options.api_key.get_secret_value() if options.api_key else None
        address = posting.Address(options.base_url, key, _on_this_machine(options.base_url))
        self.poster = posting.Poster(address, MAX_REPLY_BYTES) if address.fits else None

    @functools.cached_property
    def client(self) -> "openai.AsyncOpenAI":
        """The vendor's client, opened when it is first needed."""
        return _connect(self._options)

    async def aclose(self) -> None:
        """Close what is open."""
        if self.poster is not None:
            await self.poster.aclose()
        if "client" in vars(self):
            await self.client.close()


class _Exchange:
    """One request on the wire, as the function that instructor calls; keeps the answer with its account.

    Whatever is not a whole answer leaves through the one exception that instructor neither logs nor wraps.
    """

    answer = Answer("", Usage(), "")

    def __init__(
        self, client: "openai.AsyncOpenAI", judge: Judge, heard: Callable[[Mapping[str, str]], None]
    ) -> None:
        self._client, self._judge, self._heard = client, judge, heard

    async def send(self, **parameters: Any) -> Any:
        """Send one request and return the vendor's form of the reply."""
        vendors = _vendors()
        try:
            raw = await self._client.chat.completions.with_raw_response.create(**parameters)
        except vendors.openai.APIStatusError as exc:
            self._heard(exc.response.headers)
            outcome: Outcome = self._judge.refused(exc.status_code, exc.body, exc.response.headers)
        except vendors.openai.APIConnectionError as exc:
            outcome = self._judge.broken(exc)
        else:
            self._heard(raw.headers)
            outcome = self._judge.replied(raw.content)
        if not isinstance(outcome, Answer):
            raise vendors.passing(outcome)
        self.answer = outcome
        return raw.parse()


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

        def __init__(self, outcome: Outcome) -> None:
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
