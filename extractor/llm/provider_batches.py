"""The calls of the OpenAI Batch API: files up and down, batches made, looked up, cancelled; reads no answer.

Every call but the making of a batch may be repeated without harm, and is, when the endpoint is overloaded or
the connection breaks. A batch costs money, so before a second try it is looked for.
"""

import contextlib
import os
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import httpx2

from extractor.errors import LLMError, TransientLLMError, UnreachableError, WriteError
from extractor.llm.batch_format import CHAT_URL
from extractor.llm.faults import (
    complaint_of,
    connection_fault,
    fault_of,
    never_connected,
    retry_after,
)
from extractor.llm.openai import EndpointOptions

_T = TypeVar("_T")

FINAL = frozenset({"completed", "expired", "cancelled", "failed"})
"""The statuses of a batch that nothing more comes from."""
WINDOW = "24h"
PAGE = 100
MAX_PAGES = 20
"""Batches are listed from the newest; one of ours that is looked for is among the latest."""
_SECONDS = httpx2.Timeout(60.0, connect=10.0)
_LOCAL = dict.fromkeys(("all://localhost", "all://127.0.0.1", "all://[::1]"))
"""Hosts that no proxy from the environment gets between."""


class GoneError(LLMError):
    """The provider knows no such file or batch (any more)."""


@dataclass(frozen=True, slots=True)
class Insistence:
    """How often an overloaded endpoint is asked, and the seconds waited at most in between.

    An endpoint that asks for a longer wait than `cap_s` is not waited for.
    """

    attempts: int = 6
    longest_wait_s: float = 60.0
    cap_s: float = 120.0


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as the provider tells of it.

    `total`, `completed` and `failed` count requests; `output` and `errors` are the ids of the files with the
    answers and with what failed; `problems` the codes of what stopped it; `created` is in Unix seconds.
    """

    id: str
    status: str
    total: int = 0
    completed: int = 0
    failed: int = 0
    output: str | None = None
    errors: str | None = None
    problems: tuple[str, ...] = ()
    input: str | None = None
    created: int = 0
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.status in FINAL


class ProviderBatches:
    """The batches of one account at one OpenAI-compatible endpoint; close it after use.

    All calls raise LLMError as its subclasses say, and never show the key.
    """

    def __init__(
        self,
        options: EndpointOptions,
        insistence: Insistence | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._where = options.shown
        self._insistence, self._sleep = insistence or Insistence(), sleep
        self._reached = False
        key = options.api_key
        self._client = httpx2.Client(
            base_url=options.base_url.rstrip("/") + "/",
            headers={"Authorization": f"Bearer {key.get_secret_value()}"} if key else {},
            timeout=_SECONDS,
            mounts=_LOCAL,
            follow_redirects=False,
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def upload(self, path: Path) -> str:
        """Send a file of requests, and return its id."""

        def send() -> Mapping[str, Any]:
            with path.open("rb") as file:
                files = {"file": (path.name, file, "application/jsonl")}
                return self._asked("POST", "files", data={"purpose": "batch"}, files=files)

        return str(self._insist(send)["id"])

    def create(self, file_id: str, metadata: Mapping[str, str]) -> Batch:
        """Make a batch of an uploaded file, once: after a failure that leaves it open it is looked for first.

        `metadata` marks it (16 pairs at most).
        """
        order = {
            "input_file_id": file_id,
            "endpoint": CHAT_URL,
            "completion_window": WINDOW,
            "metadata": dict(metadata),
        }
        tried = False

        def make() -> Batch:
            nonlocal tried
            made = next((it for it in self._latest() if it.input == file_id), None) if tried else None
            tried = True
            return made or _batch(self._asked("POST", "batches", json=order))

        return self._insist(make)

    def latest(self) -> list[Batch]:
        """Return the latest batches of the account, newest first."""
        return self._insist(lambda: list(self._latest()))

    def retrieve(self, batch_id: str) -> Batch:
        """Return how a batch stands."""
        return _batch(self._insist(lambda: self._asked("GET", f"batches/{_quoted(batch_id)}")))

    def cancel(self, batch_id: str) -> Batch:
        """Stop a batch; what it has answered by then can still be downloaded, and is paid."""
        return _batch(self._insist(lambda: self._asked("POST", f"batches/{_quoted(batch_id)}/cancel")))

    def download(self, file_id: str, target: Path) -> None:
        """Store a file, all of it or nothing. Raises WriteError."""
        self._insist(lambda: self._fetch(file_id, target))

    def _latest(self) -> Iterator[Batch]:
        after: dict[str, str] = {}
        for _ in range(MAX_PAGES):
            page = self._asked("GET", "batches", params={"limit": str(PAGE), **after})
            found = [_batch(row) for row in page.get("data") or [] if isinstance(row, dict)]
            yield from found
            if not found or not page.get("has_more"):
                return
            after = {"after": found[-1].id}

    def _asked(self, method: str, path: str, **content: Any) -> Mapping[str, Any]:
        try:
            response = self._client.request(method, path, **content)
        except httpx2.HTTPError as exc:
            raise self._broken(exc) from None
        self._judge(response)
        try:
            reply = response.json()
        except (ValueError, RecursionError):
            reply = None
        if not isinstance(reply, dict) or not ("id" in reply or "data" in reply):
            raise TransientLLMError(f"{self._where} sent a page or a broken reply to {method} {path}")
        return reply

    def _fetch(self, file_id: str, target: Path) -> None:
        beside = target.with_name(f".{target.name}.{os.getpid()}.partial")
        try:
            with self._client.stream("GET", f"files/{_quoted(file_id)}/content") as response:
                if response.status_code != 200:
                    response.read()
                self._judge(response)
                with beside.open("wb") as file:
                    for part in response.iter_bytes():
                        file.write(part)
                    file.flush()
                    os.fsync(file.fileno())
            beside.replace(target)
        except httpx2.HTTPError as exc:
            raise self._broken(exc) from None
        except OSError as problem:
            raise WriteError(
                f"{target}: {problem.strerror or problem}",
                target=str(target),
                hint="check the path and the space there",
            ) from None
        finally:
            with contextlib.suppress(OSError):
                beside.unlink()

    def _judge(self, response: httpx2.Response) -> None:
        self._reached = True
        if response.status_code == 200:
            return
        complaint = complaint_of(response.status_code, _json_in(response))
        fault = fault_of(complaint, self._where, retry_after(response.headers))
        if response.status_code == 404:
            raise GoneError(
                f"{self._where} has no {response.request.url.path}",
                hint="check that the endpoint has the Batch API; files are kept for 30 days only",
            )
        raise fault

    def _broken(self, exc: httpx2.HTTPError) -> LLMError:
        fault = connection_fault(exc, self._where)
        if self._reached or not never_connected(exc):
            return fault
        hint = "check the base URL, the network and the proxy settings"
        return UnreachableError(f"cannot reach {self._where}: {fault}", hint=hint)

    def _insist(self, act: Callable[[], _T]) -> _T:
        """Return what `act` returns; again after overload, each time longer, with jitter."""
        rule = self._insistence
        for attempt in range(1, rule.attempts + 1):
            try:
                return act()
            except TransientLLMError as fault:
                if attempt == rule.attempts or (fault.retry_after or 0.0) > rule.cap_s:
                    raise
                spread = random.uniform(0.0, min(rule.longest_wait_s, 2.0**attempt))  # noqa: S311 - no secret
                self._sleep(spread if fault.retry_after is None else fault.retry_after)
        raise AssertionError("a rule of no attempts")


def _quoted(name: str) -> str:
    """Return an id as one step of a path: ids come from the provider, and lead nowhere else."""
    return quote(name, safe="").replace(".", "%2E")


def _json_in(response: httpx2.Response) -> Any:
    with contextlib.suppress(ValueError, RecursionError):
        return response.json()
    return response.text[:2000]


def _batch(reply: Mapping[str, Any]) -> Batch:
    """Read a batch object; what a provider leaves out is empty or 0."""
    counts = reply.get("request_counts")
    counts = counts if isinstance(counts, dict) else {}
    metadata = reply.get("metadata")
    return Batch(
        id=str(reply.get("id")),
        status=str(reply.get("status")),
        total=_count(counts.get("total")),
        completed=_count(counts.get("completed")),
        failed=_count(counts.get("failed")),
        output=_text(reply.get("output_file_id")),
        errors=_text(reply.get("error_file_id")),
        problems=tuple(_problems(reply.get("errors"))),
        input=_text(reply.get("input_file_id")),
        created=_count(reply.get("created_at")),
        metadata=metadata if isinstance(metadata, dict) else {},
    )


def _problems(errors: Any) -> Iterator[str]:
    """Yield the codes, each once with the first line it is about; the words may repeat a request."""
    rows = errors.get("data") if isinstance(errors, dict) else None
    seen: set[str] = set()
    for row in rows if isinstance(rows, list) else []:
        code = row.get("code") if isinstance(row, dict) else None
        codes = complaint_of(400, {"code": code}).codes
        if codes and codes[0] not in seen:
            seen.add(codes[0])
            line = row.get("line")
            yield f"{codes[0]} (line {line})" if isinstance(line, int) else codes[0]


def _count(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
