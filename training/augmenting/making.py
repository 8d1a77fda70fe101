"""Changes put together: each labelled article to a few more, seeded, and none that the validator refuses.

What cannot be changed in one way is changed in others; where no change is left, there is no other article.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from random import Random

from training.augmenting.amounting import amounted
from training.augmenting.countries import resettled
from training.augmenting.dating import shifted
from training.augmenting.editing import Labelled, faults
from training.augmenting.mixing import joined, reordered, shortened, with_noise
from training.augmenting.naming import renamed
from training.augmenting.persons import Name, pools_of

Change = Callable[[Labelled, Random], Labelled | None]
_JOINED_SHARE = 0.15
"""So many of the new articles get another one's text; each is longer for it, and says nothing new."""
_TRIES = 4


@dataclass(frozen=True)
class Maker:
    """Makes more of a set of labelled articles; the same set and seed make the same articles."""

    articles: Sequence[Labelled]
    seed: int = 7

    def made(self, times: int) -> Iterator[Labelled]:
        """Yield, article by article, up to so many new ones of each."""
        for one in self.articles:
            seen = {one.text}
            for number in range(1, times + 1):
                random = Random(f"{self.seed}/{one.article['id']}/{number}")  # noqa: S311 - no secret
                found = next((new for _ in range(_TRIES) if (new := self._one(one, random))), None)
                if found is not None and found.text not in seen:
                    seen.add(found.text)
                    yield _called(found, f"{one.article['id']}+{number}")

    def _one(self, one: Labelled, random: Random) -> Labelled | None:
        """Return an article with all of the changes of labels that can be made, and some of surroundings."""
        surroundings = [self._shorter, self._noisy, self._ordered, self._joined]
        changes = [*self._relabelling, *random.sample(surroundings, random.randint(1, 2))]
        current = one
        for change in changes:
            new = change(current, random)
            current = new if new is not None and not faults(new) else current
        return current if current.changes else None

    @property
    def _relabelling(self) -> tuple[Change, ...]:
        return (self._renamed, amounted, shifted, resettled)

    @cached_property
    def _pools(self) -> Mapping[str, Sequence[Name]]:
        return pools_of(self.articles)

    @cached_property
    def _headlines(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = {}
        for one in self.articles:
            found.setdefault(str(one.article["language"]), []).append(str(one.article["title"]))
        return found

    def _renamed(self, one: Labelled, random: Random) -> Labelled | None:
        return renamed(one, self._pools.get(str(one.article["language"]), ()), random)

    def _noisy(self, one: Labelled, random: Random) -> Labelled | None:
        others = [
            title
            for title in self._headlines.get(str(one.article["language"]), ())
            if title not in one.text and title != one.article["title"]
        ]
        return with_noise(one, others, random)

    def _shorter(self, one: Labelled, random: Random) -> Labelled | None:
        return shortened(one, random)

    def _ordered(self, one: Labelled, random: Random) -> Labelled | None:
        return reordered(one, random)

    def _joined(self, one: Labelled, random: Random) -> Labelled | None:
        if random.random() > _JOINED_SHARE * 2:  # half of the articles are not drawn for it at all
            return None
        others = [
            other
            for other in self.articles
            if other.article["language"] == one.article["language"]
            and other.article["id"] != one.article["id"]
        ]
        random.shuffle(others)
        return next((new for other in others[:6] if (new := joined(one, other, random))), None)


def _called(one: Labelled, name: str) -> Labelled:
    note = f"{one.article['source_note']}; made from {one.article['id']}: {', '.join(one.changes)}"
    named = one.named(name)
    return replace(named, article={**named.article, "source_note": note})
