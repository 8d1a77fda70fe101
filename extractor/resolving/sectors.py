"""Which sectors an instrument's own words name: the LLM shows the title, the words decide.

The list is data (data/sectors.yaml), stems in all languages together, as those of the cues.
"""

from functools import cache

from extractor.folding import folded
from extractor.normalizing.lexicons import load_table
from extractor.resolving.stems import StemLists
from extractor.vocabulary import Sector

_MOST = 3
"""An instrument has one to three (coding rule on sectors); words that name more name none of them."""


def sectors_in(words: str) -> tuple[Sector, ...]:
    """Return the sectors that some words name, in their order; none if they name too many.

    A longer name hides those inside it: "food safety" is no security.
    """
    text = folded(words)
    hits = [
        (*hit.span(), Sector(name))
        for name, pattern in _stems().patterns(text).items()
        for hit in pattern.finditer(text)
    ]
    named = dict.fromkeys(sector for start, end, sector in sorted(hits) if not _hidden(start, end, hits))
    return tuple(named) if len(named) <= _MOST else ()


def _hidden(start: int, end: int, hits: list[tuple[int, int, Sector]]) -> bool:
    return any(s <= start and end <= e and e - s > end - start for s, e, _ in hits)


@cache
def _stems() -> StemLists:
    return StemLists(load_table("sectors", "extractor.resolving"), compounds=False)
