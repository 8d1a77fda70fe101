"""Tries out an endpoint with one listing and one tiny question, and says what works; keeps nothing."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

from extractor.errors import AuthError, LLMError, TransientLLMError, UnreachableError
from extractor.llm.base import Message, Request
from extractor.llm.dialects import Mode
from extractor.llm.openai import OpenAIEndpoint


class _Greeting(BaseModel):
    model_config = ConfigDict(extra="forbid")

    ok: bool


_GREETING_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {"ok": {"type": "boolean"}},
    "required": ["ok"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What a probe found; safe to print.

    `authorised` is None when nothing was reached. `mode` is the strongest way of holding answers to a schema
    that worked, None if none did. `served` are the LLMs that the endpoint lists, `answered_by` the one that
    answered in `seconds`. `problem` is the first error in one line, with its hint, empty when all is well.
    """

    endpoint: str
    reachable: bool
    authorised: bool | None
    mode: Mode | None
    served: tuple[str, ...]
    answered_by: str
    seconds: float
    problem: str = ""
    hint: str = ""

    @property
    def usable(self) -> bool:
        """Whether a run may start."""
        return self.mode is not None


async def probe(endpoint: OpenAIEndpoint) -> ProbeResult:
    """Try out an endpoint: is it there, is the key good, what does it serve, which mode works.

    Costs one answer of a few tokens. Raises no LLMError: what failed is in the result.
    """
    served, unlisted = await _served(endpoint)
    begun = time.monotonic()
    answered_by, failure = "", unlisted
    if not isinstance(unlisted, UnreachableError | AuthError):
        try:
            answered_by, failure = (await endpoint.complete(question_to(endpoint))).answered_by, None
        except LLMError as error:
            failure = error
    reachable = not isinstance(failure, UnreachableError | TransientLLMError) or bool(served)
    return ProbeResult(
        endpoint=endpoint.options.shown,
        reachable=reachable,
        authorised=not isinstance(failure, AuthError) if reachable else None,
        mode=endpoint.mode if failure is None else None,
        served=served,
        answered_by=answered_by,
        seconds=time.monotonic() - begun,
        problem=str(failure) if failure else "",
        hint=failure.hint if failure else "",
    )


async def _served(endpoint: OpenAIEndpoint) -> tuple[tuple[str, ...], LLMError | None]:
    try:
        return await endpoint.served(), None
    except LLMError as error:
        return (), error


def question_to(endpoint: OpenAIEndpoint) -> Request:
    """Return the tiny question; once it is answered, the endpoint's dialect is known."""
    words = 'Answer with this JSON object and nothing else: {"ok": true}'
    return Request(
        llm=endpoint.options.identity,
        messages=(Message("user", words),),
        answer_schema=_GREETING_SCHEMA,
        answer_type=_Greeting,
        prompt="probe",
        wire_version="0",
        max_tokens=512,
    )
