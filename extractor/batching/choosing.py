"""Which jobs of the inputs belong to a run: a shard of them, a sample, the first so many."""

import heapq
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice

from extractor.batching.states import Job
from extractor.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Shard:
    """The `number`-th (from 1) of `of` parts; an article is in one of them, wherever it stands."""

    number: int
    of: int

    @classmethod
    def parse(cls, written: str) -> "Shard":
        """Return the shard that `i/n` means. Raises ConfigError."""
        number, slash, of = written.partition("/")
        if slash and number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of):
            return cls(int(number), int(of))
        raise ConfigError(f"--shard {written}: not a part of a whole", hint="write 1/4 for the first of four")

    def has(self, job: Job) -> bool:
        """Tell whether a job is in the shard: by its key, so that doubles meet in the same one."""
        return zlib.crc32(job.key.encode()) % self.of == self.number - 1


@dataclass(frozen=True, slots=True)
class Choice:
    """What is taken of the inputs: first the shard, of that the sample, of that the first `limit`."""

    limit: int | None = None
    sample: int | None = None
    seed: int = 0
    shard: Shard | None = None

    @property
    def is_whole(self) -> bool:
        """Tell whether every row is taken."""
        return self == Choice(seed=self.seed)

    def of(self, total: int | None) -> int | None:
        """Return about how many of so many rows are taken."""
        if total is None:
            return self.sample if self.limit is None else self.limit
        if self.shard is not None:
            total = total // self.shard.of
        return min(total, *(bound for bound in (self.sample, self.limit) if bound is not None), total)

    def jobs(self, read: Callable[[], Iterator[Job]]) -> Iterator[Job]:
        """Yield the chosen jobs in the order of the inputs; a sample reads them twice, and keeps none."""
        positions = self._sampled(self._in_shard(read())) if self.sample is not None else None
        chosen = self._in_shard(read())
        if positions is not None:
            chosen = (job for job in chosen if job.position in positions)
        return islice(chosen, self.limit)

    def _in_shard(self, jobs: Iterator[Job]) -> Iterator[Job]:
        return jobs if self.shard is None else filter(self.shard.has, jobs)

    def _sampled(self, jobs: Iterator[Job]) -> frozenset[int]:
        """Return the positions of the sample: the jobs whose keyed digests are the lowest."""
        drawn = heapq.nsmallest(self.sample or 0, ((self._lot(job), job.position) for job in jobs))
        return frozenset(position for _lot, position in drawn)

    def _lot(self, job: Job) -> bytes:
        return blake2b(job.key.encode(), digest_size=8, key=str(self.seed).encode()).digest()
