"""What an endpoint's reply says of its own limits, in the names that endpoints have for it; sends nothing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_PARTS = ("limit", "remaining", "reset")
_NAMED = {
    kind: (
        tuple(f"x-ratelimit-{part}-{kind}" for part in _PARTS),
        tuple(f"anthropic-ratelimit-{kind}-{part}" for part in _PARTS),
    )
    for kind in ("requests", "tokens")
}
"""Names that say what is counted; their limit is that of a minute."""
_PLAIN = tuple(tuple(f"{name}-{part}" for part in _PARTS[1:]) for name in ("ratelimit", "x-ratelimit"))
"""Names for requests, in a window that `ratelimit-policy` tells (draft-ietf-httpapi-ratelimit-headers)."""
_POLICY = re.compile(r"(?:q=)?(\d{1,12})\s*;\s*w=(\d{1,9})")
_STRUCTURED = re.compile(r"r=(\d{1,12})\s*;\s*t=(\d{1,9})")
_NUMBER = re.compile(r"\d{1,15}(\.\d{1,9})?")
_DURATION = re.compile(r"(?:(\d{1,9}(?:\.\d+)?)(ms|us|µs|ns|d|h|m|s))")
_SECONDS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_EPOCH = 1e9
"""A number of seconds from here on is a moment since 1970, a thousand times more one in milliseconds."""


@dataclass(frozen=True, slots=True)
class Quota:
    """What is allowed a minute, what is left now, and the seconds until all is there again; None: unsaid."""

    per_minute: float | None = None
    left: float | None = None
    reset_s: float | None = None

    def __bool__(self) -> bool:
        """Tell whether anything was said."""
        return self.per_minute is not None or self.left is not None


_UNSAID = Quota()


@dataclass(frozen=True, slots=True)
class Allowance:
    """An endpoint's limits on requests and on tokens, as one reply tells them."""

    requests: Quota = _UNSAID
    tokens: Quota = _UNSAID

    def __bool__(self) -> bool:
        """Tell whether anything was said."""
        return bool(self.requests) or bool(self.tokens)


def allowance_in(headers: Mapping[str, str]) -> Allowance:
    """Return the limits that a reply's headers tell; `headers` are found by their names in lower case.

    What cannot be read counts as unsaid. A moment is measured against the endpoint's own `date`, so that no
    clock needs to be right.
    """
    requests, tokens = _named(headers, "requests"), _named(headers, "tokens")
    return Allowance(requests or _unnamed(headers), tokens)


def _named(headers: Mapping[str, str], kind: str) -> Quota:
    for names in _NAMED[kind]:
        limit, left = headers.get(names[0]), headers.get(names[1])
        if limit is None and left is None:
            continue
        quota = _quota(_number(limit), _number(left), _until(headers.get(names[2]), headers))
        if quota:
            return quota
    return _UNSAID


def _unnamed(headers: Mapping[str, str]) -> Quota:
    window = _POLICY.search(headers.get("ratelimit-policy") or headers.get("ratelimit-limit") or "")
    limit = float(window[1]) * 60 / float(window[2]) if window and float(window[2]) else None
    structured = _STRUCTURED.search(headers.get("ratelimit") or "")
    if structured:
        return _quota(limit, float(structured[1]), float(structured[2]))
    for names in _PLAIN:
        left = headers.get(names[0])
        if left is not None:
            return _quota(limit, _number(left), _until(headers.get(names[1]), headers))
    return Quota(limit) if limit else _UNSAID


def _quota(limit: float | None, left: float | None, reset: float | None) -> Quota:
    """Return a quota; what is left counts only with the time of the reset, and a limit of 0 is none."""
    told = left is not None and reset is not None
    return Quota(limit or None, left if told else None, reset if told else None)


def _number(value: str | None) -> float | None:
    text = (value or "").strip()
    return float(text) if _NUMBER.fullmatch(text) else None


def _until(value: str | None, headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a duration (`6m0s`, `120ms`, `30`) or a moment lies ahead."""
    text = (value or "").strip().lower()
    number = _number(text)
    if number is not None and number < _EPOCH:
        return number
    if number is not None:
        return _ahead(number / 1000 if number >= 1000 * _EPOCH else number, headers)
    if text and not _DURATION.sub("", text):
        return sum(float(count) * _SECONDS[unit] for count, unit in _DURATION.findall(text))
    try:
        return _ahead(datetime.fromisoformat(text.upper()).timestamp(), headers)
    except (ValueError, OverflowError):
        return None


def _ahead(moment: float, headers: Mapping[str, str]) -> float:
    try:
        now = parsedate_to_datetime(headers.get("date") or "").timestamp()
    except ValueError:
        now = datetime.now(UTC).timestamp()
    return max(0.0, moment - now)
