"""Answers that many machines share, kept in Redis, and a store near at hand before one far away.

The bytes are those of the store on disk, proven by their digest, so that whoever can write to the Redis can
make an answer be asked for again, not make one up unnoticed by its form.
"""

import logging
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from extractor.errors import ConfigError
from extractor.llm.stored import Store, StoredAnswer, packed, unpacked

if TYPE_CHECKING:
    import redis

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
_PREFIX = "extractor:answer:1:"
_SECONDS = 5.0
"""How long Redis may take; a miss costs less than a run that stands still."""


class RedisStore:
    """Answers in a Redis, by `extractor:answer:1:FINGERPRINT`; any number of processes may use it at once.

    Raises ConfigError when it cannot be reached at the start. One that goes away later is no reason to end a
    run: it counts as having no answer, with a warning.
    """

    def __init__(self, url: str) -> None:
        self.shown = _without_password(url)
        """Its URL, without the password."""
        self._redis = _connect(url, self.shown)

    def get(self, fingerprint: str) -> StoredAnswer | None:
        """Return the answer kept for a request, or None; raise BadEntryError for one that is damaged."""
        data = self._tried(lambda redis: redis.get(_PREFIX + fingerprint), None)
        return unpacked(data, fingerprint) if isinstance(data, bytes) else None

    def put(self, answer: StoredAnswer) -> None:
        """Keep an answer."""
        self._tried(lambda redis: redis.set(_PREFIX + answer.fingerprint, packed(answer)), None)

    def delete(self, fingerprint: str) -> None:
        """Forget an answer."""
        self._tried(lambda redis: redis.delete(_PREFIX + fingerprint), None)

    def __iter__(self) -> Iterator[str]:
        """Yield the fingerprints of all answers kept, in no order."""
        keys: list[bytes] = self._tried(
            lambda redis: list(redis.scan_iter(match=f"{_PREFIX}*", count=1000)), []
        )
        return (key.decode()[len(_PREFIX) :] for key in keys)

    def close(self) -> None:
        """Close the connections of this process."""
        self._redis.close()

    def _tried(self, act: "Callable[[redis.Redis], _T]", otherwise: _T) -> _T:
        from redis.exceptions import RedisError  # noqa: PLC0415 - an extra, imported when used

        try:
            return act(self._redis)
        except RedisError as error:
            _log.warning("the shared answers in %s are out of reach: %s", self.shown, type(error).__name__)
            return otherwise


class Tiered:
    """A store near at hand before one that is shared: what the second has, the first learns."""

    def __init__(self, near: Store, far: Store) -> None:
        self._near, self._far = near, far

    def get(self, fingerprint: str) -> StoredAnswer | None:
        """Return the answer kept in either; raise BadEntryError for one that is damaged."""
        answer = self._near.get(fingerprint)
        if answer is None:
            answer = self._far.get(fingerprint)
            if answer is not None:
                self._near.put(answer)
        return answer

    def put(self, answer: StoredAnswer) -> None:
        """Keep an answer in both: in the shared one first, which others wait for."""
        self._far.put(answer)
        self._near.put(answer)

    def delete(self, fingerprint: str) -> None:
        """Forget an answer in both."""
        self._near.delete(fingerprint)
        self._far.delete(fingerprint)

    def __iter__(self) -> Iterator[str]:
        """Yield the fingerprints of all answers in either, each once."""
        return iter(sorted({*self._near, *self._far}))


def _connect(url: str, shown: str) -> "redis.Redis":
    try:
        import redis  # noqa: PLC0415 - an extra, imported when used
    except ImportError:
        raise ConfigError(
            "a shared cache needs the extra `redis`", hint="pip install 'extractor[redis]'"
        ) from None
    try:
        connection = redis.Redis.from_url(url, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS)
        connection.ping()
    except (redis.exceptions.RedisError, ValueError) as error:
        raise ConfigError(
            f"the shared cache {shown} cannot be used: {type(error).__name__}",
            hint="is the Redis running? form: redis://HOST:PORT/DATABASE",
        ) from None
    return connection


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"
