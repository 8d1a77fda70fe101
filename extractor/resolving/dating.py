"""When something happened: the date words that belong to a record, and what they resolve to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from extractor.article import Sentence
from extractor.normalizing.dates import DateMention
from extractor.normalizing.edtf import edtf_range
from extractor.records import Evidence
from extractor.resolving.cues import names_instrument, says, statuses
from extractor.resolving.scene import Scene

_AGENCY = 40
"""Code points that a city and an agency may take around the date of a dateline."""
_DATELINE_END = re.compile(
    r"[\s,.]*(?:\d{4}\.?\s*)?(?:г\.|года\.?|г|года)?\s*(?:\([^)]{1,40}\)|（[^）]{1,40}）|/[^/]{1,40}/|\s[-–—]|電|电|】|\]|$)"
)
_NEWS_SPAN = timedelta(days=31)
"""An event that is news took place within a month of its report."""


@dataclass(frozen=True, slots=True)
class Dated:
    """Date words with their EDTF, or the reason why they have none."""

    words: Evidence | None = None
    value: str | None = None
    reason: str | None = None


def dated_as_written(written: str, numbers: Sequence[int], scene: Scene, *, future: bool) -> Dated:
    """Return the date words an LLM copied, found in the article, and resolved."""
    words = scene.find(written, numbers)
    if words is None:
        return Dated(reason="not in the article")
    value, reason = scene.resolved(words.quote, future=future)
    return Dated(words, value, reason)


def date_near(numbers: Sequence[int], scene: Scene, *, future: bool, background: bool) -> Dated:
    """Return the first date words of the cited sentences that may be those of an event.

    An event of the day is dated to a day near the article's; a recalled one lies before it, a planned one
    after it. Where the cited sentences say nothing ("that day"), the one before them may. Nothing that fits
    gives an empty result: no date is better than a wrong one.
    """
    before = [number - 1 for number in numbers[:1] if not future and not background]
    for sentence in scene.cited([*numbers, *before]):
        for mention in scene.dates_in(sentence):
            if _is_dateline(mention, sentence, scene):
                continue
            value, _ = scene.resolved(mention.text, future=future)
            if value and _fits(value, scene, future=future, background=background):
                return Dated(scene.ground.quote(mention.span), value)
    return Dated()


def _is_dateline(mention: DateMention, sentence: Sentence, scene: Scene) -> bool:
    """Tell whether a date opens a report ("VILNIUS, 3 June (Agency) -"): the day of writing, no event's."""
    opens = mention.span.start - sentence.span.start <= _AGENCY
    end = _DATELINE_END.match(scene.article.text, mention.span.end, sentence.span.end) if opens else None
    if end is None:
        return False
    words = sentence.text
    whole = (
        end.end() == sentence.span.end
    )  # "They signed it on Tuesday." is no dateline, "Vilnius, 3 June." is
    return not (whole and (says("encounter", words) or names_instrument(words) or statuses(words)))


def _fits(value: str, scene: Scene, *, future: bool, background: bool) -> bool:
    days = edtf_range(value)
    if days is None or scene.reference is None:
        return days is not None and background
    first, last = days
    if future:
        return last >= scene.reference and last.year < 9999
    if background:
        return last <= scene.reference and first.year > 1
    is_brief = last - first <= timedelta(days=14)
    return is_brief and scene.reference - _NEWS_SPAN <= first and last <= scene.reference + timedelta(days=1)
