"""A fast OpenAI-compatible endpoint for benchmarks: right answers to `articles`, after a set time.

`python -m evals.speed.server --latency 0.2` prints its port. `/wire/v1`, `/quoted/v1`, `/tool/v1` and
`/langextract/v1` are base URLs that answer in our wire format, in a form with quotes, the same as a tool's
arguments, and as langextract wants it. `GET /asked` says how many questions came since the last such look,
and when the first of them, the one after which things go steadily, and the last came.
"""

import argparse
import asyncio
import json
import re
import sys
import time
from collections.abc import Callable, Mapping

from evals.speed.articles import Story, compact, story

_MARK = re.compile(rb"\(D-(\d{6})\)")
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_TOOL_NAME = re.compile(rb'"function": ?\{"name": ?"(\w+)"')


def wire_answer(told: Story) -> str:
    """Return the answer in our wire format."""
    return compact(told.wire)


def quoted_answer(told: Story) -> str:
    """Return the records with the sentences that show them, for schemas that ask for quotes."""
    return compact({"records": told.quoted})


def langextract_answer(told: Story) -> str:
    """Return the records as langextract's format has them: a class and the words, in order."""
    found = [{record["kind"]: record["words"], f"{record['kind']}_attributes": {}} for record in told.quoted]
    return compact({"extractions": found})


FORMS: Mapping[bytes, Callable[[Story], str]] = {
    b"wire": wire_answer,
    b"quoted": quoted_answer,
    b"tool": quoted_answer,
    b"langextract": langextract_answer,
}


_PROBES = {b"wire": '{"ok":true}', b"quoted": '{"name":"Jason","age":25}'}
"""What a question without an article is answered: ours and curator's try out an endpoint first."""


STEADY = 64
"""Questions after which a client has all connections open and all processes begun."""


class Answers:
    """Replies by form and article, written once."""

    def __init__(self) -> None:
        self.asked, self.first, self.steady, self.last = 0, 0.0, 0.0, 0.0
        self._written: dict[tuple[bytes, bytes, bytes], bytes] = {}

    def reply(self, form: bytes, body: bytes) -> bytes:
        """Return the whole HTTP reply to a question."""
        self.asked += 1
        self.last = time.time()
        if self.asked == 1:
            self.first = self.last
        if self.asked == STEADY:
            self.steady = self.last
        marks = _MARK.findall(body)
        tool = _TOOL_NAME.search(body) if form == b"tool" else None
        key = (form, marks[-1] if marks else b"", tool[1] if tool else b"")
        if key not in self._written:
            self._written[key] = http_reply(_completion(*key))
        return self._written[key]


def _completion(form: bytes, mark: bytes, tool: bytes) -> dict[str, object]:
    text = FORMS[form](story(int(mark))) if mark else _PROBES.get(form, "{}")
    message: dict[str, object] = {"role": "assistant", "content": text}
    if tool:
        call = {"id": "call-1", "type": "function", "function": {"name": tool.decode(), "arguments": text}}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
    return {
        "id": "answer-1",
        "object": "chat.completion",
        "created": 1,
        "model": "benchmark",
        "choices": [{"index": 0, "finish_reason": "tool_calls" if tool else "stop", "message": message}],
        "usage": {
            "prompt_tokens": 4800,
            "completion_tokens": len(text) // 3,
            "total_tokens": 4800 + len(text) // 3,
            "prompt_tokens_details": {"cached_tokens": 3600},
        },
    }


def http_reply(value: object) -> bytes:
    """Return a reply with status 200 and a JSON body."""
    content = json.dumps(value, ensure_ascii=False).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content


class Conversation(asyncio.Protocol):
    """One connection: requests with a length, one after another, each answered after `latency` seconds."""

    def __init__(self, answers: Answers, latency: float) -> None:
        self._answers, self._latency = answers, latency
        self._head, self._missing = b"", 0
        self._parts: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Gather a request, and answer it when it is whole."""
        if self._missing:
            self._parts.append(data)
            self._missing -= len(data)
        else:
            self._head += data
            head, end, rest = self._head.partition(b"\r\n\r\n")
            if not end:
                return
            length = _LENGTH.search(head)
            self._head, self._parts = head, [rest]
            self._missing = (int(length[1]) if length else 0) - len(rest)
        if self._missing <= 0:
            self._answer(self._head, b"".join(self._parts))
            self._head, self._missing, self._parts = b"", 0, []

    def _answer(self, head: bytes, body: bytes) -> None:
        method, path, _ = head.split(b" ", 2)
        if method == b"GET":
            answers = self._answers
            told = {name: getattr(answers, name) for name in ("asked", "first", "steady", "last")}
            answers.asked = 0
            self._transport.write(http_reply({**told, "data": [{"id": "benchmark"}]}))
            return
        reply = self._answers.reply(path.split(b"/", 2)[1], body)
        if self._latency:
            asyncio.get_running_loop().call_later(self._latency, self._transport.write, reply)
        else:
            self._transport.write(reply)


async def serve(latency: float) -> None:
    """Serve on a free port of this machine until cancelled, and print the port."""
    answers = Answers()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Conversation(answers, latency), "127.0.0.1", 0, backlog=1024)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


def main() -> None:
    """Serve until the standard input is closed by whoever started it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    asyncio.run(serve(parser.parse_args().latency))


if __name__ == "__main__":
    main()
