"""Other days: an article is moved by whole weeks within its month, so that weekdays and months stay true."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any

from extractor.article import Span
from extractor.normalizing.dates import DateContext, find_dates, resolve_date
from training.augmenting.editing import Labelled, replaced
from training.augmenting.persons import plain

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_PLAIN_DATE = re.compile(r"(?:\.\./)?\d{4}(?:-\d\d){0,2}(?:/(?:\d{4}(?:-\d\d){0,2}|\.\.))?")
_NUMBER = re.compile(r"(?<!\d)\d{1,2}(?!\d)")
_ENDING = re.compile(r"['’]|[\-‑](?!\d)|[^\W\d_日号號일]")
"""What stands behind a day whose ending goes by the number: "11-én", "2nd", "5'te"."""
_DATES = ("date", "valid_from", "valid_until", "period")
_WEEKS = (-3, -2, -1, 1, 2, 3)


class _UnmovableError(Exception):
    """A day that cannot be moved by writing another number."""


@dataclass(frozen=True)
class _Calendar:
    """The days of one article, counted from the day it was published."""

    one: Labelled
    home: date

    def resolved(self, words: str, *, future: bool = False) -> str | None:
        return resolve_date(words, DateContext(self.home, str(self.one.article["language"]), future)).value

    def is_near(self, day: date) -> bool:
        """Tell whether a day is of the month of publication."""
        return (day.year, day.month) == (self.home.year, self.home.month)

    def written_days(self) -> dict[Span, date]:
        """Return the numbers in the text that are days of the month of publication."""
        found: dict[Span, date] = {}
        for mention in find_dates(self.one.text, str(self.one.article["language"])):
            days = [date.fromisoformat(day) for day in _DAY.findall(self.resolved(mention.text) or "")]
            numbers = [
                Span(mention.span.start + number.start(), mention.span.start + number.end())
                for number in _NUMBER.finditer(mention.text)
            ]
            if numbers and any(self.is_near(day) for day in days):
                found |= self._matched(numbers, days)
        return found

    def _matched(self, numbers: list[Span], days: list[date]) -> dict[Span, date]:
        text, found = self.one.text, {}
        for day in dict.fromkeys(days):
            spans = [span for span in numbers if int(span.of(text)) == day.day]
            if len(spans) != 1 or not self.is_near(day):
                raise _UnmovableError
            if _ENDING.match(text, spans[0].end) or text[spans[0].start - 1 : spans[0].start] in {"'", "’"}:
                raise _UnmovableError
            found[spans[0]] = day
        return found

    def labelled_days(self) -> Iterator[date]:
        """Yield the days of the key; raise where one has no plain form."""
        for _, record in self.one.records:
            for written in (plain(record.get(name)) for name in _DATES):
                if written is not None and not _PLAIN_DATE.fullmatch(written):
                    raise _UnmovableError
                yield from (date.fromisoformat(day) for day in _DAY.findall(written or ""))


def shifted(one: Labelled, random: Random) -> Labelled | None:
    """Return the article some weeks earlier or later; None where not every day in it can be moved."""
    reference = one.article.get("reference_date")
    if reference is None:
        return None
    calendar = _Calendar(one, date.fromisoformat(reference))
    try:
        written, labelled = calendar.written_days(), list(calendar.labelled_days())
    except _UnmovableError:
        return None
    days = [*written.values(), *labelled, calendar.home]
    if not written or not all(calendar.is_near(day) for day in days):
        return None
    steps = [timedelta(weeks=weeks) for weeks in _WEEKS]
    fitting = [step for step in steps if all(_stays(day, step) for day in days)]
    return _moved(calendar, written, random.choice(fitting)) if fitting else None


def _stays(day: date, step: timedelta) -> bool:
    """Tell whether a day stays in its month; the first of a month is written in ways of its own."""
    return (day + step).month == day.month and (day + step).day > 1


def _moved(calendar: _Calendar, written: Mapping[Span, date], step: timedelta) -> Labelled | None:
    one = calendar.one
    edits = {span: _like(span.of(one.text), (day + step).day) for span, day in written.items()}
    moved = replaced(one, edits, lambda words: _as_edited(words, one.text, edits))
    for _, record in moved.records:
        record |= {name: _later(record[name], step) for name in _DATES if name in record}
    article = {**moved.article, "reference_date": (calendar.home + step).isoformat()}
    later = replace(moved, article=article).changed("dates")
    return later if _reads_alike(calendar, _Calendar(later, calendar.home + step), step) else None


def _like(old: str, day: int) -> str:
    """Return a day as the old one was written: two digits where that one began with a nought."""
    return f"{day:02}" if old.startswith("0") else str(day)


def _as_edited(words: str, text: str, edits: Mapping[Span, str]) -> str:
    """Return words of the labels as they stand in the new text, if a day in them was changed."""
    for match in re.finditer(re.escape(words), text) if words else ():
        inside = [span for span in edits if match.start() <= span.start and span.end <= match.end()]
        if inside:
            for span in sorted(inside, reverse=True):
                start, end = span.start - match.start(), span.end - match.start()
                words = words[:start] + edits[span] + words[end:]
            return words
    return words


def _later(field: Any, step: timedelta) -> Any:
    if isinstance(field, Mapping):
        return {name: _later(each, step) for name, each in field.items()}
    if isinstance(field, list):
        return [_later(each, step) for each in field]
    if not isinstance(field, str):
        return field
    return _DAY.sub(lambda day: (date.fromisoformat(day[0]) + step).isoformat(), field)


def _reads_alike(before: _Calendar, after: _Calendar, step: timedelta) -> bool:
    """Tell whether the words of each date are read as before, only so much later."""
    pairs = zip(before.one.records, after.one.records, strict=True)
    for (_, old), (_, new) in pairs:
        for name, words in (("date", "date_as_written"), ("period", "period_as_written")):
            if not plain(old.get(words)):
                continue
            read, again = before.resolved(plain(old[words])), after.resolved(plain(new[words]))
            if _later(read, step) != again or (read == plain(old[name])) != (again == plain(new[name])):
                return False
    return True
