"""Answers kept on disk and given again: the outermost layer of an LLM, and the store it uses.

A damaged entry is a miss.
"""

import logging
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from extractor.errors import CacheMissError, InvalidOutputError
from extractor.llm.answers import checked_answer
from extractor.llm.base import LLM, Completion, Request
from extractor.llm.disk import Disk
from extractor.llm.doubts import within
from extractor.llm.stored import BadEntryError, Store, StoredAnswer, packed, unpacked
from extractor.network_disks import network_disk

_log = logging.getLogger(__name__)

_LOCAL = "processes there may damage them; --cache-dir names a local one, --shared-cache is for many machines"


class Policy(StrEnum):
    """What kept answers are used for.

    USE: given again. REFRESH: asked for anew, and replaced. OFF: neither read nor kept. OFFLINE: given again,
    and nothing else is asked.
    """

    USE = "use"
    REFRESH = "refresh"
    OFF = "off"
    OFFLINE = "offline"


class Cached:
    """An LLM that remembers, around one that answers (or none, to be used offline)."""

    def __init__(self, inner: LLM | None, store: Store, policy: Policy = Policy.USE) -> None:
        self._inner, self._store = inner, store
        self._policy = Policy.OFFLINE if inner is None else policy

    async def complete(self, request: Request) -> Completion:
        """Return the kept answer, checked again, or ask and keep the answer.

        Raises CacheMissError when offline and nothing is kept, WriteError when the disk takes no more.
        """
        if self._policy in {Policy.USE, Policy.OFFLINE}:
            kept = self._kept(request)
            if kept is not None:
                return kept
        if self._inner is None or self._policy is Policy.OFFLINE:
            raise CacheMissError(
                f"offline: no answer is recorded to request {request.fingerprint[:12]} to {request.llm.name}",
                hint="run once without --offline to record it, with the same LLM, prompt and settings",
                fingerprint=request.fingerprint,
            )
        answer = await self._inner.complete(request)
        if self._policy is not Policy.OFF:
            self._store.put(StoredAnswer.of(answer))
        return answer

    def _kept(self, request: Request) -> Completion | None:
        try:
            kept = self._store.get(request.fingerprint)
            if kept is None:
                return None
            text = checked_answer(kept.text, request)
        except (BadEntryError, InvalidOutputError) as error:
            reason = error if isinstance(error, BadEntryError) else "it breaks the wire format"
            _log.warning("the recorded answer %s is not used: %s", request.fingerprint[:12], reason)
            self._store.delete(request.fingerprint)
            return None
        doubts = within(kept.doubts, kept.text, text)
        return Completion(text, kept.usage, kept.answered_by, request.fingerprint, cached=True, doubts=doubts)


class DiskStore:
    """Answers in a directory; several processes may use it at once. Raises WriteError as `Disk` does."""

    def __init__(self, directory: Path) -> None:
        if kind := network_disk(directory):
            _log.warning("the answers in %s lie on a network disk (%s): %s", directory, kind, _LOCAL)
        self._disk = Disk(directory)

    def get(self, fingerprint: str) -> StoredAnswer | None:
        """Return the answer kept for a request, or None; raise BadEntryError for one that is damaged."""
        data = self._disk.get(fingerprint)
        return None if data is None else unpacked(data, fingerprint)

    def put(self, answer: StoredAnswer) -> None:
        """Keep an answer."""
        self._disk.put({answer.fingerprint: packed(answer)})

    def delete(self, fingerprint: str) -> None:
        """Forget an answer."""
        self._disk.delete(fingerprint)

    def __iter__(self) -> Iterator[str]:
        """Yield the fingerprints of all answers kept, in order."""
        return iter(self._disk)

    def close(self) -> None:
        """Close the connection of this process."""
        self._disk.close()
