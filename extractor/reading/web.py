"""A URL to bytes, without ever touching a private address; it does not read what it fetched.

The name is resolved once per hop, every answer must be a public address, and the connection goes to the
address that was checked, so a name server that changes its mind gains nothing. TLS and the Host header keep
the name. No proxy, cookie, credential or environment variable plays a part.
"""

import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from email.message import Message
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from ssl import SSLContext
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import httpcore2

from extractor.errors import ReadError

Resolver = Callable[[str, int], Sequence[str]]

_MAX_REDIRECTS = 3
_MAX_RATIO = 100  # a page of repeated markup compresses some 20 times
_RATIO_FROM = 1_000_000  # below this size a high ratio does no harm
_TYPES = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/plain": "text",
    "text/markdown": "markdown",
    "application/json": "json",
    "application/x-ndjson": "jsonl",
}
_HEADERS = [
    (b"User-Agent", b"extractor (reads one article)"),
    (b"Accept", b"text/html, text/plain, application/json"),
    (b"Accept-Encoding", b"gzip, deflate"),
    (b"Connection", b"close"),
]
_NAT64 = ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """What a fetch may cost: bytes before and after decompression, and seconds in all."""

    max_bytes: int
    timeout: float
    allow_private: bool = False


@dataclass(frozen=True, slots=True)
class Fetched:
    """A response: its bytes, decompressed, its format (html, text, json ...) and the charset it declares."""

    body: bytes
    format: str
    charset: str | None


def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses the system knows for a host; raise OSError if there is none."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(answer[4][0]) for answer in answers))


def is_public(address: str) -> bool:
    """Tell whether an address is out in the internet; one that wraps an IPv4 address counts as that one."""
    ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    wrapped = _wrapped(ip) if isinstance(ip, IPv6Address) else ()
    return all(_is_public(part) for part in (ip, *wrapped))


def fetch(url: str, limits: FetchLimits, resolver: Resolver = resolve) -> Fetched:
    """Return what stands at an http or https URL.

    Follows at most three redirects and checks each. Raises ReadError for anything else than an article:
    a private address, a status other than 200, a content type that holds no article, too many bytes
    (20 MB of zeros compress into 20 kB), too much time.
    """
    deadline = _Deadline(url, limits.timeout)
    with httpcore2.ConnectionPool(network_backend=_Guard(limits, resolver, deadline)) as pool:
        for _ in range(_MAX_REDIRECTS + 1):
            answer = _get(pool, url, limits, deadline)
            if isinstance(answer, Fetched):
                return answer
            url = answer
    raise ReadError(f"{url}: more than {_MAX_REDIRECTS} redirects", source=url, hint="give the final address")


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _wrapped(ip: IPv6Address) -> Iterator[IPv4Address]:
    if ip.ipv4_mapped:
        yield ip.ipv4_mapped
    if ip.sixtofour:
        yield ip.sixtofour
    if ip.teredo:
        yield from ip.teredo
    if ip in _NAT64:
        yield IPv4Address(int(ip) & 0xFFFFFFFF)


def _get(
    pool: httpcore2.ConnectionPool, url: str, limits: FetchLimits, deadline: "_Deadline"
) -> Fetched | str:
    """Return the response, or the address it redirects to."""
    target = _target(url)
    try:
        with pool.stream("GET", target, headers=[(b"Host", _host_header(url)), *_HEADERS]) as response:
            headers = {
                name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers
            }
            if response.status in {301, 302, 303, 307, 308} and "location" in headers:
                return urljoin(url, headers["location"])
            if response.status != 200:
                raise ReadError(f"{url}: the server answered {response.status}", source=url, hint=_hint())
            format_, charset = _content_type(url, headers.get("content-type", ""))
            body = b"".join(_expanded(url, response.iter_stream(), headers, limits))
            return Fetched(body, format_, charset)
    except httpcore2.TimeoutException as error:
        raise deadline.error() from error
    except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
        raise ReadError(f"{url}: cannot be fetched: {error}", source=url, hint=_hint()) from error


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises for a port that is none
    except ValueError as error:
        raise ReadError(
            f"{url!r}: is not a URL", source=url, hint="http:// or https:// and a host"
        ) from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ReadError(f"{url}: only http and https can be fetched", source=url, hint="download it yourself")
    if parts.username is not None or parts.password is not None:
        shown = parts.hostname
        raise ReadError(
            f"{shown}: a URL with a password is not fetched", source=shown, hint="download it yourself"
        )
    return parts


def _target(url: str) -> httpcore2.URL:
    parts = _split(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return httpcore2.URL(
        scheme=parts.scheme.encode(), host=_ascii_host(parts), port=parts.port, target=_quoted(path)
    )


def _ascii_host(parts: SplitResult) -> bytes:
    host = parts.hostname or ""
    try:
        return host.encode("ascii") if host.isascii() else host.encode("idna")
    except UnicodeError as error:
        raise ReadError(f"{host!r}: is not a host name", source=host, hint=_hint()) from error


def _host_header(url: str) -> bytes:
    parts = _split(url)
    host = _ascii_host(parts)
    host = b"[" + host + b"]" if b":" in host else host
    return host if parts.port is None else host + f":{parts.port}".encode()


def _quoted(path: str) -> bytes:
    return b"".join(
        bytes([byte]) if 0x20 < byte < 0x7F else f"%{byte:02X}".encode()
        for byte in path.encode("utf-8", "replace")
    )


def _content_type(url: str, header: str) -> tuple[str, str | None]:
    message = Message()
    message["content-type"] = header or "application/octet-stream"
    kind = message.get_content_type()
    if kind not in _TYPES:
        raise ReadError(
            f"{url}: holds {kind}, not an article", source=url, hint="HTML, plain text or JSON only"
        )
    return _TYPES[kind], message.get_content_charset()


def _expanded(
    url: str, chunks: Iterable[bytes], headers: dict[str, str], limits: FetchLimits
) -> Iterator[bytes]:
    """Yield the body decompressed, a piece at a time, so that a bomb is noticed before it grows."""
    inflate = _inflater(url, headers.get("content-encoding", "identity").strip().lower())
    received = expanded = 0
    for chunk in chunks:
        received += len(chunk)
        for piece in inflate(chunk):
            expanded += len(piece)
            if max(received, expanded) > limits.max_bytes:
                raise ReadError(f"{url}: is larger than {limits.max_bytes} bytes", source=url, hint=_hint())
            if expanded > _RATIO_FROM and expanded > received * _MAX_RATIO:
                raise ReadError(f"{url}: expands {_MAX_RATIO} times, like a bomb", source=url, hint=_hint())
            yield piece


def _inflater(url: str, encoding: str) -> Callable[[bytes], Iterator[bytes]]:
    if encoding in {"", "identity"}:
        return lambda chunk: iter((chunk,))
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise ReadError(f"{url}: is compressed as {encoding!r}", source=url, hint="gzip and deflate are read")
    stream = zlib.decompressobj(wbits=47)  # 47: gzip or zlib, whichever the header says

    def inflate(chunk: bytes) -> Iterator[bytes]:
        while chunk:
            try:
                yield stream.decompress(chunk, 65_536)
            except zlib.error as error:
                raise ReadError(f"{url}: its compressed body is damaged", source=url, hint=_hint()) from error
            chunk = stream.unconsumed_tail

    return inflate


class _Deadline:
    """The end of the time for all hops together; a per-read timeout alone never ends a slow drip."""

    def __init__(self, url: str, seconds: float) -> None:
        self._url = url
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        seconds = self._end - time.monotonic()
        if seconds <= 0:
            raise self.error()
        return seconds

    def error(self) -> ReadError:
        return ReadError(
            f"{self._url}: took longer than {self._seconds:g} s",
            source=self._url,
            hint="try again, or raise the timeout",
        )


class _Guard(httpcore2.NetworkBackend):
    """Connects only to addresses that were resolved and checked here."""

    def __init__(self, limits: FetchLimits, resolver: Resolver, deadline: _Deadline) -> None:
        self._limits = limits
        self._resolver = resolver
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the deadline stands for it
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        addresses = _resolved(host, port, self._resolver, self._deadline)
        private = [address for address in addresses if not is_public(address)]
        if private and not self._limits.allow_private:
            raise ReadError(
                f"{host}: leads to {private[0]}, which is not a public address",
                source=host,
                hint="--allow-private permits it, if you trust where the URL comes from",
            )
        stream = httpcore2.SyncBackend().connect_tcp(
            addresses[0], port, self._deadline.left(), local_address, socket_options
        )
        return _TimedStream(stream, self._deadline)


class _TimedStream(httpcore2.NetworkStream):
    """A connection on which every wait ends at the deadline."""

    def __init__(self, inner: httpcore2.NetworkStream, deadline: _Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - the deadline stands for it
        return self._inner.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - the deadline stands for it
        self._inner.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - the deadline stands for it
    ) -> httpcore2.NetworkStream:
        stream = self._inner.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _TimedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _resolved(host: str, port: int, resolver: Resolver, deadline: _Deadline) -> Sequence[str]:
    """Ask the resolver in a thread of its own, since the system's has no timeout."""
    answers: list[Sequence[str] | OSError | UnicodeError] = []

    def ask() -> None:
        try:
            answers.append(resolver(host, port))
        except (OSError, UnicodeError) as error:
            answers.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(deadline.left())
    if not answers:
        raise deadline.error()
    if isinstance(answers[0], Exception) or not answers[0]:
        raise ReadError(f"{host}: no such host", source=host, hint=_hint())
    return answers[0]


def _hint() -> str:
    return "check the address in a browser, or save the page and give the file"
