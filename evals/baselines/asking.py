"""What the baselines share: on which terms they ask, what that cost, what went wrong, and how they answer."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from evals.amounts import decimal_of
from evals.cases import TYPES
from extractor import __version__
from extractor.article import Article
from extractor.errors import ConfigError, LLMError, TransientLLMError, TruncatedError, UnreachableError
from extractor.llm.faults import (
    complaint_of,
    connection_fault,
    fault_of,
    first,
    never_connected,
    retry_after,
    usage_in,
)
from extractor.llm.openai import EndpointOptions
from extractor.records import SCHEMA_VERSION, Usage

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Terms:
    """Whom to ask, for how long an answer, how often again after an invalid one, how many at once."""

    endpoint: EndpointOptions
    max_tokens: int
    reasks: int = 1
    at_once: int = 1

    @property
    def key(self) -> str:
        """Return the key of the endpoint, or what stands for none."""
        secret = self.endpoint.api_key
        return secret.get_secret_value() if secret else "none"


@dataclass
class Tally:
    """What one article cost, heard at the wire: every reply counts, also one that the library hides."""

    started: float = field(default_factory=time.monotonic)
    replies: list[Mapping[str, Any]] = field(default_factory=list)
    refusals: int = 0

    def hear(self, status: int, content: bytes) -> None:
        """Take note of one reply of the endpoint."""
        try:
            reply = json.loads(content)
        except ValueError:
            reply = None
        if status < 400 and isinstance(reply, dict):
            self.replies.append(reply)
        else:
            self.refusals += 1

    @property
    def was_cut(self) -> bool:
        """Tell whether the last answer was cut off at its token limit."""
        return bool(self.replies) and first(self.replies[-1].get("choices")).get("finish_reason") == "length"

    def usage(self, *, reasks: int = 0) -> Usage:
        """Return the account so far."""
        spent = Usage(
            requests=len(self.replies) + self.refusals,
            reasks=reasks,
            seconds=round(time.monotonic() - self.started, 3),
        )
        return sum((usage_in(reply) for reply in self.replies), start=spent)


def fault_in(error: BaseException, tally: Tally, url: str) -> LLMError | None:
    """Return the error of ours behind a library's exception, None where the endpoint is not to blame."""
    causes = list(_causes(error))
    refused = next((one for one in causes if hasattr(one, "status_code") and hasattr(one, "response")), None)
    if refused is not None:
        complaint = complaint_of(refused.status_code, getattr(refused, "body", None))
        return fault_of(complaint, url, retry_after(refused.response.headers))
    broken = next((one for one in causes if type(one).__name__ in _BROKEN), None)
    if broken is not None:
        return _unreached(broken, tally, url)
    return TruncatedError(f"the answer from {url} was cut off at its token limit") if tally.was_cut else None


_BROKEN = {"APIConnectionError", "APITimeoutError"}


def _unreached(broken: BaseException, tally: Tally, url: str) -> LLMError:
    if never_connected(broken) and not tally.replies:
        return UnreachableError(f"cannot reach {url}", hint="check the base URL, and that the LLM is served")
    fault: TransientLLMError = connection_fault(broken, url)
    return fault


def _causes(error: BaseException) -> Iterator[Any]:
    cause: BaseException | None = error
    for _ in range(10):  # a chain may be a ring
        if cause is None:
            return
        yield cause
        cause = cause.__cause__ or getattr(cause, "original", None) or cause.__context__


def needed(library: str) -> str:
    """Return the version of a library. Raises ConfigError if it is not installed."""
    if find_spec(library) is None:
        raise ConfigError(
            f"{library} is not installed",
            hint="install the dependency group `baselines`",
        )
    return version(library)


def wording_of(name: str) -> tuple[Mapping[str, Any], str]:
    """Return what a baseline tells the LLM, read from its YAML file, and a short hash of it."""
    import yaml  # noqa: PLC0415 - slow, and needed for a run only

    content = (Path(__file__).parent / f"{name}.yaml").read_bytes()
    return yaml.safe_load(content), sha256(content).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class Said:
    """What an answer is made of: the LLM and the prompt it had, the records by type, and the account."""

    llm: str
    prompt: str
    records: Mapping[str, Sequence[Record]]
    usage: Usage


def extraction_of(article: Article, said: Said) -> dict[str, Any]:
    """Return an answer in the form of an Extraction, which the harness reads; nothing in it is checked."""
    return {
        "schema_version": SCHEMA_VERSION,
        "article": {
            "id": article.id,
            "source": article.source,
            "reference_date": article.supplied_date.isoformat() if article.supplied_date else None,
            "reference_basis": "supplied" if article.supplied_date else "unknown",
            "sha256": sha256(article.text.encode()).hexdigest(),
        },
        **{kind: list(said.records.get(kind, ())) for kind in TYPES},
        "warnings": [],
        "provenance": {
            "llm": said.llm,
            "prompt": said.prompt,
            "fingerprints": [],
            "usage": said.usage.model_dump(mode="json"),
            "cached": False,
            "tool_version": __version__,
        },
    }


def quoted(quote: str, text: str) -> list[Record]:
    """Return a quote as evidence, with its place if it stands in the text letter for letter."""
    start = text.find(quote) if quote else -1
    place = {"start": start, "end": start + len(quote)} if start >= 0 else {"start": None, "end": None}
    return [{"quote": quote, **place}]


def number_text(value: object) -> str | None:
    """Return a number as the schema writes it, "4200000000" for 4.2e9; None for what is no number."""
    number = decimal_of(value)
    if number is None:
        return None
    whole = number == number.to_integral_value()
    return f"{number.quantize(Decimal(1)) if whole else number.normalize():f}"
