"""What one article of a run is before and after: a job, then a verdict; why one failed, in one word."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from extractor.article import Article
from extractor.errors import (
    AuthError,
    BudgetExceededError,
    CacheMissError,
    ConfigError,
    ExtractorError,
    InvalidOutputError,
    LLMError,
    QuotaError,
    ReadError,
    RefusedError,
    TooLongError,
    TransientLLMError,
    TruncatedError,
    UnreachableError,
    WriteError,
)

if TYPE_CHECKING:
    from extractor.records import Usage

ENDS_THE_RUN = (AuthError, BudgetExceededError, ConfigError, QuotaError, UnreachableError, WriteError)
"""What would fail each following article in the same way: no article's fault."""

INTERNAL = "internal"
INVALID_INPUT = "invalid_input"
LONGEST_REASON = 500

_CLASSES: tuple[tuple[type[ExtractorError], str], ...] = (
    (ReadError, INVALID_INPUT),
    (RefusedError, "refused"),
    (TruncatedError, "truncated"),
    (TooLongError, "too_long"),
    (InvalidOutputError, "invalid_output"),
    (CacheMissError, "not_recorded"),
    (TransientLLMError, "transient"),
    (LLMError, "llm"),
)


class State(StrEnum):
    """How an article ends; each ends in exactly one of these."""

    DONE = "done"
    DONE_WITH_WARNINGS = "done_with_warnings"
    FAILED = "failed"
    SKIPPED = "skipped"

    @property
    def has_extraction(self) -> bool:
        """Tell whether a line of the output is the article's."""
        return self in {State.DONE, State.DONE_WITH_WARNINGS}


@dataclass(frozen=True, slots=True)
class Job:
    """One row of the inputs. `position` counts the rows from 0; `key` and `digest` say whether it is known.

    `key` names the article over all runs into one output, `digest` is of all that its answer depends on.
    """

    position: int
    row: Article | ReadError
    key: str
    digest: bytes

    @property
    def source(self) -> str:
        """Where the row came from."""
        return self.row.source


@dataclass(frozen=True, slots=True)
class Account:
    """What an extraction holds and what its answers cost when they were made; `cost` in USD."""

    records: int = 0
    warnings: int = 0
    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    seconds: float = 0.0
    cost: float | None = None
    cached: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a job. `line` is its extraction as one line of JSON, where it has one."""

    job: Job
    state: State
    reason_class: str = ""
    reason: str = ""
    line: bytes | None = None
    account: Account = field(default_factory=Account)


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """A job without a verdict: `error` is not the article's fault, so a later run takes it up again."""

    job: Job
    error: ExtractorError

    @property
    def ends_the_run(self) -> bool:
        """Tell whether every other article would meet the same."""
        return isinstance(self.error, ENDS_THE_RUN)


def failed(job: Job, error: ExtractorError) -> Verdict:
    """Return the verdict on an article that an error of its own ended."""
    return Verdict(job, State.FAILED, class_of(error), reason_of(error), account=account_of(error))


def class_of(error: ExtractorError) -> str:
    """Return the class of a failure, in one word."""
    return next((name for kind, name in _CLASSES if isinstance(error, kind)), INTERNAL)


def reason_of(error: ExtractorError) -> str:
    """Return why, on one line of bounded length."""
    return re.sub(r"\s+", " ", str(error))[:LONGEST_REASON]


def account_of(error: ExtractorError) -> Account:
    """Return what a failed article cost."""
    usage: Usage | None = getattr(error, "usage", None)
    if usage is None:
        return Account()
    return Account(
        requests=usage.requests,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        seconds=usage.seconds,
        cost=usage.cost,
    )
