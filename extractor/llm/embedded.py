"""The embedded LLM: llama.cpp inside this process, an LLM like any other; the only room with xllamacpp.

Answers are constrained by the request's JSON Schema. The weights are loaded at the first request. Requests
are answered one after another; the part of a prompt that equals the last one's is not computed again.
"""

import asyncio
import math
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extractor.errors import ConfigError, LLMError, TooLongError, TransientLLMError, TruncatedError
from extractor.llm.answers import checked_answer
from extractor.llm.base import Completion, Request
from extractor.llm.doubts import Doubts, doubts_of, within
from extractor.llm.repeating import Repeats
from extractor.records import Usage

if TYPE_CHECKING:
    import xllamacpp

CONTEXT_TOKENS = 8192


@dataclass
class _Stream:
    """What has come in of one answer; `stop` asks the runtime to end it, as do repeats."""

    on_token: Callable[[int], None] | None
    repeats: Repeats
    parts: list[str] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)
    finish: str | None = None
    usage: Mapping[str, Any] = field(default_factory=dict)
    error: Mapping[str, Any] | None = None
    stop: threading.Event = field(default_factory=threading.Event)

    def take(self, chunk: Mapping[str, Any]) -> bool:
        """Take one chunk; the return value tells the runtime whether to stop."""
        self.error = chunk.get("error") or self.error
        self.usage = chunk.get("usage") or self.usage
        for choice in chunk.get("choices", ()):
            self.finish = choice.get("finish_reason") or self.finish
            text = (choice.get("delta") or choice.get("message") or {}).get("content")
            if text and self.repeats.ended is None:
                self.parts.append(text)
                self.logprobs.append(_logprob(choice))
                self.repeats.take(text)
        if self.on_token:
            self.on_token(len(self.parts))
        return self.stop.is_set() or self.repeats.ended is not None

    @property
    def text(self) -> str:
        """The answer; one that repeated itself as it was ended."""
        return self.repeats.ended or "".join(self.parts)

    @property
    def doubts(self) -> Doubts | None:
        """Where the LLM hesitated; None if it told no probabilities. A part is a token, or the end of one."""
        written = "".join(self.parts)
        found = doubts_of(list(zip(self.parts, self.logprobs, strict=True)), written)
        return found and tuple(one for one in found if one[0] + one[1] <= len(self.text))


class EmbeddedLLM:
    """An LLM from a GGUF file, with a LoRA adapter or none.

    `context` is the window in tokens, prompt and answer together. `on_token` is called with the number of
    tokens written so far, from another thread. With `probabilities` it tells where it hesitated; its words
    are the same.
    """

    def __init__(
        self,
        weights: Path,
        adapter: Path | None = None,
        *,
        context: int = CONTEXT_TOKENS,
        probabilities: bool = True,
        on_token: Callable[[int], None] | None = None,
    ) -> None:
        self._weights = weights
        self._adapter = adapter
        self._context = context
        self._probabilities = probabilities
        self._on_token = on_token
        self._server: xllamacpp.Server | None = None
        self._turn = threading.Lock()

    async def complete(self, request: Request) -> Completion:
        """Answer one request; cancelling ends the computation."""
        stream = _Stream(self._on_token, Repeats(request.answer_schema))
        try:
            return await asyncio.to_thread(self._answer, request, stream)
        except asyncio.CancelledError:
            stream.stop.set()
            raise

    def close(self) -> None:
        """Free the weights."""
        with self._turn:
            self._server = None

    def _answer(self, request: Request, stream: _Stream) -> Completion:
        with self._turn:
            started = time.monotonic()
            if not stream.stop.is_set():
                whole = self._started().handle_chat_completions(self._body(request), stream.take)
                if isinstance(whole, Mapping):
                    stream.take(whole)
        return _completion(request, stream, time.monotonic() - started)

    def _body(self, request: Request) -> dict[str, Any]:
        told = {"logprobs": True, "top_logprobs": 1} if self._probabilities else {}
        return _body(request) | told

    def _started(self) -> "xllamacpp.Server":
        if self._server is None:
            self._server = start_server(self._weights, self._adapter, self._context)
        return self._server


def start_server(weights: Path, adapter: Path | None, context: int, port: int = 0) -> "xllamacpp.Server":
    """Load weights and start llama.cpp's server on loopback (`port` 0: any free one); raise ConfigError."""
    # Read when OpenMP loads: threads wait for one another by spinning, for so many turns before they sleep.
    # The default makes an answer ten times slower on cores shared with other work; this costs nothing idle.
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    try:
        import xllamacpp  # noqa: PLC0415 - an extra, and heavy
    except ImportError as exc:
        raise ConfigError(
            "the embedded LLM needs xllamacpp",
            hint="pip install 'extractor[embedded]', or name an endpoint with --base-url",
        ) from exc
    params = xllamacpp.CommonParams()
    params.model.path = str(weights)
    params.n_ctx, params.n_parallel, params.n_gpu_layers = context, 1, 0
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = _cores()
    params.verbosity, params.warmup, params.port = -1, False, port
    params.cache_ram_mib = 0  # one slot keeps its own prefix; copies of old prompts would only cost memory
    if adapter is not None:
        lora = xllamacpp.CommonAdapterLoraInfo()
        lora.path, lora.scale = str(adapter), 1.0
        params.lora_adapters = [lora]
    try:
        return xllamacpp.Server(params)
    except RuntimeError as exc:
        raise ConfigError(
            f"the weights {weights.name} cannot be loaded: {exc}", hint="extractor llm pull --force"
        ) from exc


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2


def _body(request: Request) -> dict[str, Any]:
    return {
        "messages": [{"role": message.role, "content": message.content} for message in request.messages],
        "temperature": request.temperature,
        "seed": request.seed,
        "max_tokens": request.max_tokens,
        "stream": True,
        "stream_options": {"include_usage": True},
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": dict(request.answer_schema)},
        },
    }


def _completion(request: Request, stream: _Stream, seconds: float) -> Completion:
    if stream.error is not None:
        raise _error(request, stream.error)
    text = stream.text
    if stream.finish == "length":
        raise TruncatedError(
            "the embedded LLM did not end its answer", raw=text, fingerprint=request.fingerprint
        )
    if not text:
        raise TransientLLMError("the embedded LLM gave no answer", fingerprint=request.fingerprint)
    usage = Usage(
        input_tokens=stream.usage.get("prompt_tokens", 0),
        output_tokens=stream.usage.get("completion_tokens", len(stream.parts)),
        cached_input_tokens=(stream.usage.get("prompt_tokens_details") or {}).get("cached_tokens", 0),
        requests=1,
        seconds=seconds,
        cost=0.0,
    )
    checked = checked_answer(text, request)
    return Completion(
        text=checked,
        usage=usage,
        answered_by=request.llm.name,
        fingerprint=request.fingerprint,
        doubts=within(stream.doubts, text, checked),
    )


def _logprob(choice: Mapping[str, Any]) -> float:
    """Return the log probability of what came in with a chunk, NaN where it is not told."""
    content = (choice.get("logprobs") or {}).get("content") or ()
    return sum(one["logprob"] for one in content) if content else math.nan


def _error(request: Request, error: Mapping[str, Any]) -> LLMError:
    if error.get("type") == "exceed_context_size_error":
        return TooLongError(
            f"a chunk of the article has {error.get('n_prompt_tokens')} tokens, the embedded LLM takes "
            f"{error.get('n_ctx')}",
            hint="lower --chunk-tokens",
            fingerprint=request.fingerprint,
        )
    return TransientLLMError(
        f"the embedded LLM failed: {str(error.get('message', error))[:200]}", fingerprint=request.fingerprint
    )
