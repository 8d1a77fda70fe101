"""The seam to any LLM: one request in, one completion out; nothing here knows a vendor."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal, Protocol

from pydantic import BaseModel

from extractor.llm.doubts import Doubts
from extractor.records import Usage

FINGERPRINT_FORMAT = 1


_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical_json(value: object) -> str:
    """Return the one JSON text of a value: sorted keys, no spaces, letters as they are."""
    return _CANONICAL.encode(value)


class AnswerSchema(dict[str, Any]):
    """A JSON Schema that many requests share, never to be changed: its canonical text is made once."""

    @cached_property
    def text(self) -> str:
        """The schema as a fingerprint takes it in."""
        return canonical_json(self)


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True)
class LLMIdentity:
    """Which LLM answers: the part of a fingerprint that is not the question.

    `name` is what the endpoint calls the LLM; `origin` is the endpoint's base URL, or for an embedded LLM the
    digests of its weights, so that the same words from other weights are another LLM. Never holds a key.
    """

    name: str
    origin: str


@dataclass(frozen=True)
class Request:
    """One question to one LLM.

    `answer_schema` is the JSON Schema of the answer; `answer_type` the Pydantic class that checks it
    (not part of the fingerprint: the schema and `wire_version` are). `prompt` is the name and digest of the
    template. `max_tokens` bounds the answer.
    """

    llm: LLMIdentity
    messages: tuple[Message, ...]
    answer_schema: Mapping[str, Any]
    answer_type: type[BaseModel]
    prompt: str
    wire_version: str
    max_tokens: int
    temperature: float = 0.0
    seed: int | None = 7
    epoch: int = 0

    @cached_property
    def fingerprint(self) -> str:
        """The sha256, in hex, of everything the answer depends on; serves cache, resume and provenance."""
        schema = self.answer_schema
        first, *others = [_turn(message.role, message.content) for message in self.messages] or [""]
        # the canonical JSON of the whole, put together from its parts in the order of their names
        rest = (
            "".join(f",{turn}" for turn in others) + "]",
            f'"params":{canonical_json([self.max_tokens, self.temperature, self.seed, self.epoch])}',
            f'"prompt":{canonical_json(self.prompt)}',
            f'"schema":{schema.text if isinstance(schema, AnswerSchema) else canonical_json(schema)}',
            f'"wire":{canonical_json(self.wire_version)}}}',
        )
        digest = _begun(self.llm, first).copy()
        digest.update(",".join(rest).encode("utf-8", "surrogatepass"))
        return str(digest.hexdigest())


@lru_cache(maxsize=64)
def _begun(llm: "LLMIdentity", first: str) -> Any:
    """Return the digest as far as the instructions, which are long and the same for all articles."""
    asked = canonical_json([llm.name, llm.origin])
    begin = f'{{"format":{canonical_json(FINGERPRINT_FORMAT)},"llm":{asked},"messages":[{first}'
    return hashlib.sha256(begin.encode("utf-8", "surrogatepass"))


def _turn(role: str, content: str) -> str:
    return _kept_turn(role, content) if role == "system" else canonical_json([role, content])


@lru_cache(maxsize=64)
def _kept_turn(role: str, content: str) -> str:
    return canonical_json([role, content])


@dataclass(frozen=True, slots=True)
class Completion:
    """One valid answer: `text` is JSON that `answer_type` accepts.

    `answered_by` is what the endpoint said it ran; `usage` what the answer cost when it was made, `cached`
    tells whether it came from the cache this time. `doubts` are the tokens of `text` of which the LLM was not
    certain, None where it did not tell how probable they were.
    """

    text: str
    usage: Usage
    answered_by: str
    fingerprint: str
    cached: bool = False
    doubts: Doubts | None = None


class LLM(Protocol):
    """Anything that answers requests; raises LLMError, never gives an invalid, truncated or empty answer."""

    async def complete(self, request: Request) -> Completion:
        """Answer one request."""
        ...
