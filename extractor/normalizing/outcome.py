"""The result of every normalising function: a value, or null and the reason; no exception, no guess."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """A canonical value, or None with the reason, in words fit for a warning."""

    value: T | None
    reason: str | None = None


def unresolved(reason: str) -> Outcome[T]:
    """Return an outcome without value."""
    return Outcome(None, reason)
