"""The tree of errors: each says what went wrong, where, and what to do; none holds an article or a key."""

from typing import Any, Self


class ExtractorError(Exception):
    """Any failure that is not a bug: `str(error)` is one line, `hint` says what to do."""

    exit_code = 1
    retryable = False

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class ConfigError(ExtractorError):
    """A setting, option or file of ours is wrong."""

    exit_code = 2


class ReadError(ExtractorError):
    """An article could not be read from `source`."""

    exit_code = 3

    def __init__(self, message: str, *, source: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.source = source


class WriteError(ExtractorError):
    """A result could not be written to `target`."""

    def __init__(self, message: str, *, target: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.target = target


class LLMError(ExtractorError):
    """The endpoint gave no usable answer; `fingerprint` names the request, `usage` what it cost."""

    exit_code = 4
    usage: Any = None

    def __init__(self, message: str, *, hint: str = "", fingerprint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.fingerprint = fingerprint

    def for_another(self) -> Self:
        """Return the same error for somebody else who asked: without a traceback, and it cost nothing."""
        other = type(self).__new__(type(self), *self.args)
        other.__dict__.update(self.__dict__ | {"usage": None})
        return other


class TransientLLMError(LLMError):
    """Overload, network or gateway trouble; worth another try after `retry_after` seconds."""

    retryable = True

    def __init__(
        self, message: str, *, retry_after: float | None = None, hint: str = "", fingerprint: str = ""
    ) -> None:
        super().__init__(message, hint=hint, fingerprint=fingerprint)
        self.retry_after = retry_after


class UnreachableError(LLMError):
    """Nothing answers at the endpoint's address, and nothing ever did; ends a run."""


class AuthError(LLMError):
    """The endpoint does not accept the key; ends a run."""


class QuotaError(LLMError):
    """The account is out of money or over its limit; ends a run."""


class RefusedError(LLMError):
    """The LLM refused, or a content filter stopped it."""


class TruncatedError(LLMError):
    """The answer was cut off at its token limit; `raw` is what there is of it."""

    def __init__(self, message: str, *, raw: str = "", hint: str = "", fingerprint: str = "") -> None:
        super().__init__(message, hint=hint, fingerprint=fingerprint)
        self.raw = raw


class TooLongError(LLMError):
    """The request does not fit the context of the LLM."""


class InvalidOutputError(LLMError):
    """The answer breaks the wire format; `raw` is it, `problems` a short list of paths and reasons."""

    def __init__(
        self, message: str, *, raw: str, problems: tuple[str, ...], hint: str = "", fingerprint: str = ""
    ) -> None:
        super().__init__(message, hint=hint, fingerprint=fingerprint)
        self.raw = raw
        self.problems = problems


class BudgetExceededError(LLMError):
    """Going on would pass the limit on tokens or money."""


class CacheMissError(LLMError):
    """Offline, and no recorded answer exists for the request."""
