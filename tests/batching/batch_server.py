"""A provider's files and batches on loopback: it makes batches, loses replies, fails and expires as it is told."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

NOTHING = {"meetings": [], "agreements": [], "mous": [], "figures": []}
Answering = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass
class Fault:
    """What happens to the next call that matches: a status with a body, or no reply at all.

    `after_the_deed`: what was asked for is done all the same; `cut_to`: the body ends after so many bytes.
    """

    method: str
    path: str
    status: int = 0
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()
    after_the_deed: bool = False
    cut_to: int | None = None


def reply(text: str | None, finish: str = "stop", **message: Any) -> dict[str, Any]:
    return {
        "id": "x",
        "object": "chat.completion",
        "model": "served-2031",
        "choices": [
            {
                "index": 0,
                "finish_reason": finish,
                "message": {"role": "assistant", "content": text, **message},
            }
        ],
        "usage": {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150},
    }


def served(asked: dict[str, Any], body: Any = None, status: int = 200) -> dict[str, Any]:
    """Return the line of a request that got an HTTP answer."""
    body = reply(json.dumps(NOTHING)) if body is None else body
    return {
        "id": "r",
        "custom_id": asked["custom_id"],
        "response": {"status_code": status, "request_id": "q", "body": body},
        "error": None,
    }


def unserved(asked: dict[str, Any], code: str) -> dict[str, Any]:
    """Return the line of a request that got none."""
    error = {"code": code, "message": "no"}
    return {"id": "r", "custom_id": asked["custom_id"], "response": None, "error": error}


class BatchServer(ThreadingHTTPServer):
    daemon_threads = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: dict[str, bytes] = {}
        self.batches: dict[str, dict[str, Any]] = {}
        self.calls: list[tuple[str, str, str | None]] = []
        self.faults: list[Fault] = []
        self.page = 100
        self.chat: Callable[[dict[str, Any]], tuple[int, Any]] = lambda _: (200, reply('{"ok": true}'))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def made(self, path: str, method: str = "POST") -> int:
        return sum(call[:2] == (method, path) for call in self.calls)

    def asked_by(self, batch_id: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.files[self.batches[batch_id]["input_file_id"]].splitlines()]

    def finish(self, batch_id: str, answering: Answering = served, status: str = "completed") -> None:
        """End a batch: what was served with status 200 goes into the file of answers, the rest beside."""
        lines = [answering(asked) for asked in self.asked_by(batch_id)]
        good = [line for line in lines if (line["response"] or {}).get("status_code") == 200]
        bad = [line for line in lines if line not in good]
        self.end(batch_id, good, bad, status)

    def end(self, batch_id: str, good: list[Any], bad: list[Any], status: str = "completed") -> None:
        batch = self.batches[batch_id]
        for name, rows in (("output_file_id", good), ("error_file_id", bad)):
            if rows:
                batch[name] = self.store("".join(json.dumps(row) + "\n" for row in rows).encode())
        batch["status"] = status
        counts = {"total": len(good) + len(bad), "completed": len(good), "failed": len(bad)}
        batch["request_counts"] = counts

    def store(self, content: bytes) -> str:
        file_id = f"file-{len(self.files) + 1}"
        self.files[file_id] = content
        return file_id

    def make(self, order: dict[str, Any]) -> dict[str, Any]:
        batch_id = f"batch_{len(self.batches) + 1}"
        self.batches[batch_id] = {
            "id": batch_id,
            "object": "batch",
            "endpoint": order["endpoint"],
            "completion_window": order["completion_window"],
            "input_file_id": order["input_file_id"],
            "metadata": order.get("metadata"),
            "status": "validating",
            "created_at": 1_900_000_000 + len(self.batches),
            "output_file_id": None,
            "error_file_id": None,
            "errors": None,
            "request_counts": {"total": 0, "completed": 0, "failed": 0},
        }
        return self.batches[batch_id]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over clients that left."""


class _Handler(BaseHTTPRequestHandler):
    server: BatchServer

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path, _, query = self.path.partition("?")
        self.server.calls.append((self.command, path, self.headers.get("Authorization")))
        fault = next(
            (it for it in self.server.faults if it.method == self.command and re.fullmatch(it.path, path)),
            None,
        )
        if fault is not None:
            self.server.faults.remove(fault)
            if fault.after_the_deed:
                self._outcome(path, query, content)
            if fault.status:
                self._send(fault.status, fault.body, fault.headers, fault.cut_to)
            else:
                self.close_connection = True
                self.connection.shutdown(2)
            return
        self._send(*self._outcome(path, query, content))

    def _outcome(self, path: str, query: str, content: bytes) -> tuple[int, Any]:
        state, what, names = self.server, path.split("/")[2], path.split("/")[3:]
        kept: dict[str, Any] = {"files": state.files, "batches": state.batches}.get(what, {})
        if path == "/v1/chat/completions":
            return state.chat(json.loads(content))
        if path == "/v1/files":
            return 200, {"id": state.store(self._uploaded(content)), "object": "file", "purpose": "batch"}
        if path == "/v1/batches":
            making = self.command == "POST"
            return 200, state.make(json.loads(content)) if making else self._listed(query)
        if not names or names[0] not in kept:
            return 404, {"error": {"message": f"no {path}", "type": "invalid_request_error", "code": None}}
        if names[1:] == ["cancel"]:
            kept[names[0]]["status"] = "cancelling"
        return 200, kept[names[0]]

    def _listed(self, query: str) -> dict[str, Any]:
        newest = list(reversed(self.server.batches.values()))
        after = re.search("after=([^&]*)", query)
        if after:
            names = [batch["id"] for batch in newest]
            newest = newest[names.index(after[1]) + 1 :]
        page = newest[: self.server.page]
        return {"object": "list", "data": page, "has_more": len(newest) > len(page)}

    def _uploaded(self, content: bytes) -> bytes:
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        parts = BytesParser().parsebytes(head + content).get_payload()
        fields = {part.get_param("name", header="content-disposition"): part for part in parts}
        assert fields["purpose"].get_payload() == "batch"
        data = fields["file"].get_payload(decode=True)
        assert isinstance(data, bytes)
        return data

    def _send(
        self,
        status: int,
        value: Any,
        headers: tuple[tuple[str, str], ...] = (),
        cut_to: int | None = None,
    ) -> None:
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        for name, text in (("Content-Length", str(len(data))), *headers):
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(data[:cut_to])
        self.close_connection = self.close_connection or cut_to is not None

    def log_message(self, *_args: Any) -> None:
        pass


@contextmanager
def running() -> Iterator[BatchServer]:
    with BatchServer() as state:
        thread = threading.Thread(target=state.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield state
        finally:
            state.shutdown()
            thread.join()
