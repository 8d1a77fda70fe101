"""How much of something may start in a minute: so much as the user allows, and as the endpoint has left."""

from collections import deque
from dataclasses import dataclass

from extractor.llm.allowances import Quota

MINUTE = 60.0


@dataclass(slots=True)
class Taken:
    """What one request took, when it began, and whether that still counts."""

    begun: float
    amount: float
    counts: bool


class Minute:
    """The last sixty seconds of one kind, requests or tokens; times are those of a clock of the caller's.

    `most` is the user's limit, which nothing that is heard can raise.
    """

    def __init__(self, most: float | None) -> None:
        self._allowed, self._heard = most, most
        self._taken: deque[Taken] = deque()
        self._sum = 0.0
        self._left: float | None = None
        self._whole_at = float("-inf")

    @property
    def most(self) -> float | None:
        """What may start in a minute; None: no limit is known."""
        known = [limit for limit in (self._allowed, self._heard) if limit is not None]
        return min(known, default=None)

    def wait(self, now: float, amount: float) -> float:
        """Return the seconds until `amount` may start (0 or less: now); beyond the limit it goes alone."""
        while self._taken and self._taken[0].begun <= now - MINUTE:
            over = self._taken.popleft()
            over.counts = False
            self._sum -= over.amount
        if not self._taken:
            self._sum = 0.0
        return max(self._until_room(now, amount), self._until_whole(now, amount))

    def take(self, now: float, amount: float) -> Taken:
        """Note that `amount` starts now."""
        taken = Taken(now, amount, counts=self.most is not None)
        if taken.counts:
            self._taken.append(taken)
            self._sum += amount
        if self._left is not None:
            self._left -= amount
        return taken

    def correct(self, taken: Taken, amount: float) -> None:
        """Note what a request really took."""
        if taken.counts:
            self._sum += amount - taken.amount
        taken.amount = amount

    def hear(self, quota: Quota, now: float, under_way: float) -> None:
        """Take in what the endpoint says; `under_way` is what has started that it may not have counted.

        What is used up is waited for a minute at most: a limit of a day speaks through its refusals.
        """
        if quota.per_minute is not None:
            self._heard = quota.per_minute
        if quota.left is not None and quota.reset_s is not None:
            self._left = quota.left - under_way
            self._whole_at = now + min(quota.reset_s, MINUTE)

    def _until_room(self, now: float, amount: float) -> float:
        most = self.most
        if most is None:
            return 0.0
        wait, spent = 0.0, self._sum + min(amount, most)
        for taken in self._taken:
            if spent <= most + 1e-6:  # sums of fractions
                break
            spent, wait = spent - taken.amount, taken.begun + MINUTE - now
        return wait

    def _until_whole(self, now: float, amount: float) -> float:
        if self._left is None:
            return 0.0
        if now >= self._whole_at:
            self._left = None
            return 0.0
        return 0.0 if amount <= self._left else self._whole_at - now
