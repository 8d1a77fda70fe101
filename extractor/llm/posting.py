"""The fast way to an endpoint that takes a JSON Schema: one body, one POST over kept connections.

Alone knows aiohttp. It sends what `instructor` and `openai` would (llm.openai has them for everything else)
without their objects for each request, and reports statuses and bytes; what they mean, `judging` says.
"""

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from extractor import __version__
from extractor.llm.base import Request
from extractor.llm.dialects import Dialect
from extractor.llm.faults import ReplyTooLargeError

if TYPE_CHECKING:
    import aiohttp

CONNECT_S = 10.0
_KEPT_SCHEMAS = 128
_FORM = b',"response_format":{"type":"json_schema","json_schema":{"name":"answer","schema":'


@dataclass(frozen=True, slots=True)
class Address:
    """Where to post: a base URL without credentials and query, its key, and whether it is this machine."""

    base_url: str
    key: str | None
    local: bool

    @property
    def proxy(self) -> str | None:
        """The proxy that the environment names for it, if any; never for this machine."""
        from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415 - slow to import, not for help

        parts = urlsplit(self.base_url)
        if self.local or proxy_bypass(parts.hostname or ""):
            return None
        proxies = getproxies()
        proxy = proxies.get(parts.scheme) or proxies.get("all")
        return proxy if proxy is None or "://" in proxy else f"http://{proxy}"

    @property
    def fits(self) -> bool:
        """Whether this way leads there: aiohttp is installed, and nothing in the URL or proxy is special."""
        parts = urlsplit(self.base_url)
        plain = parts.scheme in {"http", "https"} and not (
            parts.query or parts.fragment or "@" in parts.netloc
        )
        proxy = self.proxy
        return plain and _installed() and (proxy is None or proxy.startswith(("http://", "https://")))


@dataclass(frozen=True, slots=True)
class Posted:
    """A reply as it came."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class Poster:
    """Connections of one event loop to one address; `aclose` before that ends.

    As many as there are requests under way: their number is the pace's to bound.
    """

    def __init__(self, address: Address, most_bytes: int) -> None:
        self._url = f"{address.base_url.rstrip('/')}/chat/completions"
        self._proxy, self._most = address.proxy, most_bytes
        self._session = _session(address)

    async def post(self, body: bytes) -> Posted:
        """Send a body and return the reply; the caller sets the deadline. Raises what `broken` names."""
        async with self._session.post(
            self._url, data=body, proxy=self._proxy, allow_redirects=False
        ) as reply:
            return Posted(reply.status, reply.headers, await self._content(reply))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def _content(self, reply: "aiohttp.ClientResponse") -> bytes:
        """Return the whole reply, decompressed part by part, ReplyTooLargeError beyond the bound."""
        if (reply.content_length or 0) > self._most:
            raise ReplyTooLargeError
        parts, read = [], 0
        async for part in reply.content.iter_any():
            read += len(part)
            if read > self._most:
                raise ReplyTooLargeError
            parts.append(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)


@functools.cache
def broken() -> tuple[type[Exception], ...]:
    """Return the exceptions of a connection that failed, or of a reply that is too large."""
    import aiohttp  # noqa: PLC0415 - only a real request is worth its time

    return (aiohttp.ClientError, ReplyTooLargeError, OSError)


class Bodies:
    """Writes the bodies of requests to the LLM that its endpoint calls `name`.

    The JSON of a schema is kept, by the object itself: many requests come with the same one.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._schemas: dict[int, tuple[Mapping[str, Any], bytes]] = {}

    def of(self, request: Request, dialect: Dialect) -> bytes:
        """Return the body that asks for an answer; the decoder holds it to the schema, letter for letter."""
        turns = ",".join(
            _instructions(turn.content) if turn.role == "system" else _turn(turn.role, turn.content)
            for turn in request.messages
        )
        sampling = dialect.sampling(request.max_tokens, request.temperature, request.seed)
        rest = _json({"model": self._name, **sampling})
        head = _utf8(f'{{"messages":[{turns}],{rest[1:-1]}')
        return b"".join((head, _FORM, self._schema(request.answer_schema), b"}}}"))

    def _schema(self, schema: Mapping[str, Any]) -> bytes:
        kept = self._schemas.get(id(schema))
        if kept is None or kept[0] is not schema:
            if len(self._schemas) >= _KEPT_SCHEMAS:
                self._schemas.clear()
            kept = self._schemas[id(schema)] = (schema, _utf8(_json(schema)))
        return kept[1]


def _session(address: Address) -> "aiohttp.ClientSession":
    import aiohttp  # noqa: PLC0415 - only a real request is worth its time

    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": f"extractor/{__version__}",
    }
    if address.key is not None:
        headers["Authorization"] = f"Bearer {address.key}"
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, ssl=_certificates(address)),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers=headers,
        trust_env=False,  # it would send what ~/.netrc has for the host in the place of our key
    )


def _certificates(address: Address) -> Any:
    """Return the trust that the vendors' client has; unused, and not loaded, where nothing is encrypted."""
    if not address.base_url.startswith("https:"):
        return True
    import httpx2  # noqa: PLC0415 - as above

    return httpx2.create_ssl_context()


@functools.cache
def _installed() -> bool:
    return find_spec("aiohttp") is not None


@functools.lru_cache(maxsize=16)
def _instructions(content: str) -> str:
    """Return the JSON of a system message: long, and the same for all articles."""
    return _turn("system", content)


def _turn(role: str, content: str) -> str:
    return _json({"role": role, "content": content})


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _utf8(text: str) -> bytes:
    """Return the text in UTF-8, any half of a surrogate pair replaced: UTF-8 has no form for it."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
