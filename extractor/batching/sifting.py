"""Which jobs are still to be done, by what the journal knows; it writes nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from extractor.article import Article
from extractor.batching.journal import Journal, Known, Moved
from extractor.batching.states import INVALID_INPUT, Job, State, Verdict

_TOGETHER = 200


@dataclass(frozen=True, slots=True)
class Passed:
    """A job that an earlier pass has ended; its article is not kept."""

    position: int
    source: str
    known: Known

    @property
    def moved(self) -> Moved | None:
        """Return its new place in the inputs, if that is another."""
        if (self.known.position, self.known.source) == (self.position, self.source):
            return None
        return Moved(self.position, self.source, self.known.number)


Sifted = Job | Verdict | Passed
"""To be done; ended without being asked about; known from before."""


class Sieve:
    """Tells what each job of a pass is, one after the other.

    `under_way` holds the key and digest of what was given out and has no row yet: the caller takes a key out
    after its row is committed. For the rows of earlier passes one bit each is kept.
    """

    def __init__(self, journal: Journal, *, retry_failed: bool) -> None:
        self._journal, self._retry_failed = journal, retry_failed
        self._last = journal.last_number()
        self._met = bytearray(self._last // 8 + 1)
        self.under_way: dict[str, bytes] = {}

    def sifted(self, jobs: Iterable[Job]) -> Iterator[list[Sifted]]:
        """Yield what each job is, in order; one to be done ends a batch, many known ones are one."""
        batch: list[Sifted] = []
        for job in jobs:
            batch.append(self._of(job))
            if len(batch) >= _TOGETHER or not isinstance(batch[-1], Passed):
                yield batch
                batch = []
        if batch:
            yield batch

    def close(self) -> None:
        """Close the journal that is asked."""
        self._journal.close()

    def _of(self, job: Job) -> Sifted:
        given = self.under_way.get(job.key)  # before the journal: a row is committed before its key goes
        known = self._journal.find(job.key) if given is None else None
        if given is not None or (known is not None and self._was_met(known.number)):
            return self._double(job, given or (known.digest if known else b""))
        if known is None:
            return self._given_out(job)
        self._meet(known.number)
        if known.digest != job.digest or (self._retry_failed and known.state is State.FAILED):
            return self._given_out(job)
        return Passed(job.position, job.source, known)

    def gone(self) -> Iterator[int]:
        """Yield the numbers of the earlier rows that this pass did not meet."""
        for byte, met in enumerate(self._met):
            if met != 0xFF:
                numbers = (8 * byte + bit for bit in range(8) if not met >> bit & 1)
                yield from (number for number in numbers if 1 <= number <= self._last)

    def _given_out(self, job: Job) -> Sifted:
        self.under_way[job.key] = job.digest
        return job

    def _double(self, job: Job, first: bytes) -> Sifted:
        """End a job whose id was met before in this pass: skipped if it says the same, else failed."""
        key = f"#{job.position}{job.key}"
        known = self._journal.find(key)
        if known is not None:
            self._meet(known.number)
            if known.digest == job.digest:
                return Passed(job.position, job.source, known)
        named = job.row.id if isinstance(job.row, Article) else job.source
        double = replace(job, key=key)
        if job.digest == first:
            return Verdict(double, State.SKIPPED, "duplicate", f"{named!r} came before with the same text")
        reason = f"{job.source}: the id {named!r} came before with another text"
        return Verdict(double, State.FAILED, INVALID_INPUT, reason)

    def _was_met(self, number: int) -> bool:
        """Tell whether a row is of this pass: newer than its beginning, or met since."""
        return number > self._last or bool(self._met[number >> 3] >> (number & 7) & 1)

    def _meet(self, number: int) -> None:
        if number <= self._last:
            self._met[number >> 3] |= 1 << (number & 7)
