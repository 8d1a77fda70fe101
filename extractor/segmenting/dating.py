"""The day from which an article's relative dates count, and how it is known."""

import json
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib import resources

from extractor.article import Sentence, Zone
from extractor.normalizing.dates import DateContext, find_days, publication_date
from extractor.segmenting.segmented import SegmentedArticle

_DATED_ZONES = frozenset({Zone.DATELINE, Zone.BYLINE, Zone.MASTHEAD})
# The dateline that opens a body: a place, a date, an agency or reporter, and then a dash or a bracket.
_OPENING = re.compile(
    r"(?P<head>[^\n]{4,100}?)(?:\s[-–—=]+\s|[】\])）]\s*[-–—=]\s?|[】\])）][.．]?[-–—]?\s|[电電](?=[\s：（(]))"
)


def reference_date(segmented: SegmentedArticle, today: date | None = None) -> tuple[date | None, str]:
    """Return the reference date of an article and its basis: stated, supplied, inferred or unknown.

    Stated: by the source's metadata, or by a full date, year included, in a dateline, byline or masthead
    line, that nearest to the headline, or in the dateline that opens the body. Supplied: by the user.
    Inferred: the latest full date of the text that is not in a sentence about plans. A date after `today`
    is never taken; None sets no bound. A date without a year is the crawl day, and never taken either.
    """
    article = segmented.article
    stated = article.published or _stated(segmented, today)
    if stated is not None:
        return stated, "stated"
    if article.supplied_date is not None:
        return article.supplied_date, "supplied"
    latest = max(_told(segmented, today), default=None)
    return latest, "unknown" if latest is None else "inferred"


def _stated(segmented: SegmentedArticle, today: date | None) -> date | None:
    anchor = next((each.span.end for each in segmented.sentences if each.zone is Zone.HEADLINE), 0)
    lines = [line for line in segmented.others if line.zone in _DATED_ZONES]
    for line in sorted(lines, key=lambda line: abs(line.span.start - anchor)):
        day = _full_date(line.text, segmented.language, today)
        if day is not None:
            return day
    return _full_date(_opening(segmented), segmented.language, today)


def _opening(segmented: SegmentedArticle) -> str:
    """Return the dateline with which the body begins, or nothing."""
    body = next((each for each in segmented.sentences if each.zone is Zone.BODY), None)
    if body is None:
        return ""
    found = _OPENING.match(segmented.article.text, body.span.start, body.span.start + 110)
    return found["head"] if found else ""


def _full_date(text: str, language: str | None, today: date | None) -> date | None:
    day = publication_date(text, language).value
    return day if day is not None and (today is None or day <= today) else None


def _told(segmented: SegmentedArticle, today: date | None) -> Iterator[date]:
    context = DateContext(None, segmented.language)
    for sentence in segmented.sentences:
        days = find_days(sentence.text, context)
        if days and not _speaks_of_plans(sentence):
            yield from (day for day in days if today is None or day <= today)


def _speaks_of_plans(sentence: Sentence) -> bool:
    folded = sentence.text.casefold()
    words, parts = _planned()
    return bool(words.search(folded)) or any(part in folded for part in parts)


@cache
def _planned() -> tuple[re.Pattern[str], tuple[str, ...]]:
    raw = json.loads(resources.files(__package__).joinpath("planned_words.json").read_text("utf-8"))
    words = "|".join(re.escape(word) for word in raw["words"])
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)"), tuple(raw["parts"])
