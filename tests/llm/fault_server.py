"""One raw-socket HTTP server, a fault for each persona: `http://127.0.0.1:PORT/PERSONA/v1` is its endpoint."""

import asyncio
import json
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from itertools import pairwise
from socket import SO_LINGER, SOL_SOCKET
from typing import Any

GOOD = '{"meetings":[],"agreements":[],"mous":[],"figures":[]}'
PERSONAS: dict[str, "Persona"] = {}


@dataclass
class Arrival:
    """One request as it came in; `number` counts those to its persona from 0, `usage` is what it was charged."""

    persona: str
    number: int
    at: float
    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    usage: dict[str, Any] = field(default_factory=dict)


@dataclass
class Exchange:
    """One request and the socket to answer on."""

    arrival: Arrival
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def page(self, status: int, content: bytes, kind: str, *headers: str) -> None:
        lines = [
            f"HTTP/1.1 {status} Said",
            f"Content-Type: {kind}",
            f"Content-Length: {len(content)}",
            *headers,
        ]
        await self.send("\r\n".join([*lines, "", ""]).encode() + content)

    async def json(self, status: int, value: Any, *headers: str) -> None:
        await self.page(status, json.dumps(value).encode(), "application/json", *headers)
        if isinstance(value, dict):
            self.arrival.usage = value.get("usage", {})

    async def error(self, status: int, code: str, message: str, *headers: str) -> None:
        error = {"message": message, "type": "error", "code": code}
        await self.json(status, {"error": error}, *headers)

    async def answer(self, text: str | None = GOOD, finish: str = "stop", **message: Any) -> None:
        await self.json(200, reply(text, finish, **message))


Persona = Callable[[Exchange], Awaitable[None]]


def reply(text: str | None, finish: str = "stop", **message: Any) -> dict[str, Any]:
    return {
        "id": "1",
        "object": "chat.completion",
        "model": "served-llm",
        "system_fingerprint": "fp_1",
        "choices": [
            {
                "index": 0,
                "finish_reason": finish,
                "message": {"role": "assistant", "content": text, **message},
            }
        ],
        "usage": {
            "prompt_tokens": 100,
            "completion_tokens": 20,
            "total_tokens": 120,
            "prompt_tokens_details": {"cached_tokens": 40},
        },
    }


@dataclass
class FaultServer:
    """The server while it runs; `arrivals` holds all requests, in order."""

    port: int = 0
    arrivals: list[Arrival] = field(default_factory=list)
    personas: dict[str, Persona] = field(default_factory=lambda: dict(PERSONAS))

    def url(self, persona: str) -> str:
        return f"http://127.0.0.1:{self.port}/{persona}/v1"

    def to(self, persona: str) -> list[Arrival]:
        """Return the questions (not the listings) that a persona was asked."""
        return [it for it in self.arrivals if it.persona == persona and it.method == "POST"]

    def charged(self, persona: str) -> tuple[int, int, int]:
        """Return the requests that came to a persona, and the tokens read and written that its replies tell."""
        asked = self.to(persona)
        read, written = (
            sum(it.usage.get(kind, 0) for it in asked) for kind in ("prompt_tokens", "completion_tokens")
        )
        return len(asked), read, written

    def gaps(self, persona: str) -> list[float]:
        times = [arrival.at for arrival in self.to(persona)]
        return [later - earlier for earlier, later in pairwise(times)]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                arrival = await self._arrival(reader)
                self.arrivals.append(arrival)
                await self.personas[arrival.persona](Exchange(arrival, writer))
                if writer.is_closing():
                    break
        writer.close()

    async def _arrival(self, reader: asyncio.StreamReader) -> Arrival:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.rstrip().split("\r\n")
        method, path, _ = first.split(" ", 2)
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        content = await reader.readexactly(int(headers.get("content-length", "0")))
        persona = path.split("/")[1] if path.startswith("/") else "proxy"
        number = sum(it.persona == persona and it.method == method for it in self.arrivals)
        body = json.loads(content) if content else {}
        return Arrival(persona, number, time.monotonic(), method, path, headers, body)


@asynccontextmanager
async def running() -> AsyncIterator[FaultServer]:
    state = FaultServer()
    handlers: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        handlers.add(task)
        task.add_done_callback(handlers.discard)
        await state.serve(reader, writer)

    server = await asyncio.start_server(connected, "127.0.0.1", 0, limit=2**20)
    state.port = server.sockets[0].getsockname()[1]
    try:
        yield state
    finally:
        server.close()
        for task in tuple(handlers):
            task.cancel()
        await asyncio.gather(*handlers, return_exceptions=True)


def persona(act: Persona) -> Persona:
    PERSONAS[act.__name__.replace("_", "-")] = act
    return act


def saying(name: str, text: str | None, finish: str = "stop", **message: Any) -> None:
    async def act(exchange: Exchange) -> None:
        await exchange.answer(text, finish, **message)

    PERSONAS[name] = act


def refusing(name: str, status: int, code: str, message: str = "no", *headers: str) -> None:
    async def act(exchange: Exchange) -> None:
        await exchange.error(status, code, message, *headers)

    PERSONAS[name] = act


def failing_first(name: str, times: int, fault: Persona) -> None:
    async def act(exchange: Exchange) -> None:
        await (fault(exchange) if exchange.arrival.number < times else exchange.answer())

    PERSONAS[name] = act


@persona
async def good(exchange: Exchange) -> None:
    if exchange.arrival.method == "GET":
        await exchange.json(200, {"object": "list", "data": [{"id": "served-llm"}, {"id": "other-llm"}]})
    elif '"ok"' in json.dumps(exchange.arrival.body.get("response_format", "")):
        await exchange.answer('{"ok": true}')
    else:
        await exchange.answer()


async def reset(exchange: Exchange) -> None:
    sock = exchange.writer.get_extra_info("socket")
    sock.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    exchange.writer.transport.abort()


async def early_close(exchange: Exchange) -> None:
    exchange.writer.close()


async def truncated_body(exchange: Exchange) -> None:
    content = json.dumps(reply(GOOD)).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    await exchange.send(head.encode() + content[: len(content) // 2])
    exchange.writer.close()


async def truncated_json(exchange: Exchange) -> None:
    await exchange.page(200, json.dumps(reply(GOOD)).encode()[:-40], "application/json")


async def overloaded(exchange: Exchange) -> None:
    await exchange.error(503, "overloaded", "try later")


async def gateway_page(exchange: Exchange) -> None:
    await exchange.page(200, b"<html><body>Bad gateway</body></html>", "text/html")


async def no_choices(exchange: Exchange) -> None:
    await exchange.json(200, {**reply(GOOD), "choices": []})


async def null_choices(exchange: Exchange) -> None:
    await exchange.json(200, {**reply(GOOD), "choices": None})


async def error_with_200(exchange: Exchange) -> None:
    await exchange.json(200, {"error": {"message": "upstream is down", "code": 502}})


async def empty_answer(exchange: Exchange) -> None:
    await exchange.answer("")


async def empty_object(exchange: Exchange) -> None:
    await exchange.json(200, {})


async def not_an_object(exchange: Exchange) -> None:
    await exchange.json(200, [1, 2])


for _fault in (
    reset,
    early_close,
    truncated_body,
    truncated_json,
    overloaded,
    gateway_page,
    no_choices,
    null_choices,
    error_with_200,
    empty_answer,
    empty_object,
    not_an_object,
):
    failing_first(_fault.__name__.replace("_", "-"), 2, _fault)


@persona
async def hang(exchange: Exchange) -> None:
    await asyncio.sleep(60)


@persona
async def drip(exchange: Exchange) -> None:
    content = json.dumps(reply(GOOD)).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    await exchange.send(head.encode())
    for byte in content:
        await exchange.send(bytes([byte]))
        await asyncio.sleep(0.05)


@persona
async def waits_seconds(exchange: Exchange) -> None:
    if exchange.arrival.number:
        await exchange.answer()
    else:
        await exchange.error(429, "rate_limit_exceeded", "slow down", "Retry-After: 1")


@persona
async def waits_milliseconds(exchange: Exchange) -> None:
    if exchange.arrival.number:
        await exchange.answer()
    else:
        await exchange.error(
            429, "rate_limit_exceeded", "slow down", "retry-after-ms: 400", "Retry-After: 30"
        )


@persona
async def waits_date(exchange: Exchange) -> None:
    if exchange.arrival.number:
        await exchange.answer()
    else:  # the server's clock is an hour fast
        now = time.time() + 3600
        headers = (
            f"Date: {formatdate(now, usegmt=True)}",
            f"Retry-After: {formatdate(now + 1, usegmt=True)}",
        )
        await exchange.error(429, "rate_limit_exceeded", "slow down", *headers)


@persona
async def takes_no_schema(exchange: Exchange) -> None:
    if "response_format" in exchange.arrival.body:
        await exchange.error(400, "invalid_request_error", "response_format json_schema is not supported")
    else:
        call = {"id": "1", "type": "function", "function": {"name": "answer", "arguments": GOOD}}
        await exchange.answer(None, "tool_calls", tool_calls=[call])


@persona
async def takes_json_only(exchange: Exchange) -> None:
    kind = exchange.arrival.body.get("response_format", {}).get("type")
    if kind == "json_schema" or "tools" in exchange.arrival.body:
        await exchange.error(422, "invalid_request_error", "unknown field: json_schema or tools")
    else:
        await exchange.answer(f"```json\n{GOOD}\n```")


@persona
async def takes_text_only(exchange: Exchange) -> None:
    body = exchange.arrival.body
    if "response_format" in body:
        await exchange.error(400, "invalid_request_error", "response_format is not supported")
    else:  # and a tool is taken, but not used
        await exchange.answer(f"Here it is:\n```json\n{GOOD}\n```")


@persona
async def takes_new_words_only(exchange: Exchange) -> None:
    body = exchange.arrival.body
    if "max_tokens" in body:
        error = {"message": "Unsupported: use 'max_completion_tokens' instead.", "param": "max_tokens"}
    elif "temperature" in body:
        error = {"message": "Only the default is supported.", "param": "temperature"}
    elif "seed" in body:
        error = {"message": "Unknown parameter: seed", "param": "seed"}
    else:
        await exchange.answer()
        return
    await exchange.json(400, {"error": {**error, "type": "invalid_request_error"}})


@persona
async def echoes(exchange: Exchange) -> None:
    """A careless gateway: its error repeats the key and the prompt."""
    key = exchange.arrival.headers.get("authorization", "")
    words = " ".join(turn["content"] for turn in exchange.arrival.body["messages"])
    status = 401 if exchange.arrival.path.startswith("/echoes") else 400
    await exchange.error(status, f"{key} {words}", f"cannot serve {key} with {words}")


PERSONAS["echoes-badly"] = echoes


@persona
async def drifts(exchange: Exchange) -> None:
    await exchange.json(200, {**reply(GOOD), "model": f"served-llm-{exchange.arrival.number // 2}"})


@persona
async def mends(exchange: Exchange) -> None:
    """Breaks the schema until its mistake is pointed out."""
    asked_again = len(exchange.arrival.body["messages"]) > 2
    await exchange.answer(GOOD if asked_again else GOOD.replace('"figures":[]', '"figures":[],"note":1'))


@persona
async def grows(exchange: Exchange) -> None:
    """Needs more room than it is given first."""
    if exchange.arrival.body["max_tokens"] < 1000:
        await exchange.answer(GOOD[:20], "length")
    else:
        await exchange.answer()


@persona
async def breaks_grammar_once(exchange: Exchange) -> None:
    if exchange.arrival.number:
        await exchange.answer()
    else:
        await exchange.error(500, "server_error", "The model produced output that does not match peg-native")


@persona
async def redirects(exchange: Exchange) -> None:
    await exchange.page(302, b"", "text/plain", "Location: http://127.0.0.1:9/elsewhere")


@persona
async def proxy(exchange: Exchange) -> None:
    """What is asked for by its whole URL arrives here."""
    await exchange.answer()


@persona
async def sends_50_mb(exchange: Exchange) -> None:
    head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 50000000\r\n\r\n"
    await exchange.send(head.encode() + b'{"choices": "')
    for _ in range(50):
        await exchange.send(b"a" * 1_000_000)


refusing("key-unknown", 401, "invalid_api_key", "Incorrect API key provided")
refusing("key-forbidden", 403, "permission_denied")
refusing("quota", 429, "insufficient_quota", "You exceeded your current quota, check your plan and billing")
refusing("spend-limit", 429, "monthly_spend_limit_exceeded")
refusing("payment", 402, "payment_required")
refusing("busy-billing", 429, "rate_limit_exceeded", "check your plan and billing details", "Retry-After: 0")
refusing("parked", 429, "rate_limit_exceeded", "slow down", "Retry-After: 600")
refusing("unknown-llm", 404, "model_not_found", "no such LLM")
refusing("filtered-before", 400, "content_filter", "the prompt was filtered")
refusing("too-long", 400, "context_length_exceeded", "maximum context length is 8192, 9000 in the functions")
refusing("too-long-llamacpp", 400, "exceed_context_size_error", "exceeds the available context size")
refusing("odd-tools", 400, "invalid_request_error", "this function is not in your plan")
refusing("odd-request", 400, "invalid_request_error", "something else entirely")
saying("cut-off", GOOD[:20], "length")
saying("filtered", None, "content_filter")
saying("refusal", None, refusal="I cannot help with that.")
saying("null-content", None)
