"""Date words of any language to EDTF, counted from a reference date; says why where they give no sure date.

The words are those of `data/dates_*.yaml` or CLDR's month and day names; Gregorian dates only, apart from
Japanese, Republican Chinese and Juche years.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from extractor.article import Span
from extractor.folding import AS_DATES, Folded
from extractor.normalizing.dates.digits import ERAS, HAN_DIGITS
from extractor.normalizing.dates.grammar import parse
from extractor.normalizing.dates.lexing import Token, lex
from extractor.normalizing.dates.points import Length, Point, Stretch
from extractor.normalizing.dates.settling import Clock, Reason, UnsettledError, end_of_length, settle
from extractor.normalizing.edtf import edtf_contains
from extractor.normalizing.outcome import Outcome, unresolved

_LONGEST = 400  # a date is short; more is a whole text given by mistake
_YEAR = re.compile(
    rf"(?:\d[^\w\s]*){{4}}|[{HAN_DIGITS}]{{4}}|{'|'.join(ERAS)}"
)  # what no full date is without
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}$")
_REMEMBERED = 1024  # sentences and date words; the same are asked about for many records


@dataclass(frozen=True)
class DateMention:
    """A date or period in running text; `absolute` where its year is stated."""

    span: Span
    text: str
    absolute: bool


@dataclass(frozen=True)
class DateContext:
    """When and in what language words were written; `future` where the event is still to come."""

    reference: date | None
    language: str | None
    future: bool = False


@lru_cache(_REMEMBERED)
def find_dates(text: str, language: str | None) -> tuple[DateMention, ...]:
    """Return the dates and periods of a text in order, each as long as it goes; linear in the text's length.

    Spans are half-open code points of `text`. Lengths of time ("for five years") and bare numbers are none.
    """
    folded, tokens = _read(text, language)
    return tuple(_mention(text, folded, token) for token in tokens if token.symbol in "PR")


def find_days(text: str, context: DateContext) -> tuple[date, ...]:
    """Return the days of a text that are given in full, year included, alone or as the end of a period."""
    if _YEAR.search(text) is None:  # soon told of most sentences
        return ()
    absolute = (mention for mention in find_dates(text, context.language) if mention.absolute)
    found = (_DAY.search(resolve_date(mention.text, context).value or "") for mention in absolute)
    return tuple(date.fromisoformat(day.group()) for day in found if day)


@lru_cache(_REMEMBERED)
def resolve_date(text: str, context: DateContext) -> Outcome[str]:
    """Return the EDTF (level 0 or 1) of the words of one date or period, or the reason, one of `Reason`.

    Relative words count from the reference date; a day, weekday or month without its year is the latest not
    after it, or the first not before it when the event is to come. Open ends are "..".
    """
    folded, tokens = _read(text[: _LONGEST + 1], context.language)
    if len(text) > _LONGEST:
        return unresolved(Reason.SEVERAL)
    try:
        return Outcome(_resolve(folded, tokens, Clock(context.reference, context.future)))
    except UnsettledError as error:
        return unresolved(error.reason)


def resolve_validity(text: str, context: DateContext) -> tuple[Outcome[str], Outcome[str]]:
    """Return from when and until when words say that something holds, each as EDTF without interval.

    A length counts from its start: five years from 1 January 2026 end on 31 December 2030. A year or month
    alone is both.
    """
    outcome = resolve_date(text, context)
    if outcome.value is None:
        return outcome, outcome
    start, slash, end = outcome.value.partition("/")
    if not slash:
        return outcome, outcome
    valid_from: Outcome[str] = unresolved(Reason.NO_START) if start == ".." else Outcome(start)
    valid_until: Outcome[str] = unresolved(Reason.NO_END) if end == ".." else Outcome(end)
    return valid_from, valid_until


def publication_date(text: str, language: str | None) -> Outcome[date]:
    """Return the one full date, year included, of a dateline, byline or masthead line.

    A date that follows a word for "updated" counts only where there is no other.
    """
    folded, tokens = _read(text[:_LONGEST], language)
    found: list[tuple[bool, date]] = []
    for index, token in enumerate(tokens):
        point = token.value
        if isinstance(point, Point) and point.year and point.month and point.day:
            try:
                found.append((_is_update(tokens[:index]), date(point.year, point.month, point.day)))
            except ValueError:
                return unresolved(Reason.IMPOSSIBLE)
    first = {day for update, day in found if not update} or {day for _, day in found}
    if len(first) == 1:
        return Outcome(first.pop())
    return unresolved(Reason.SEVERAL if first else _why_none(folded, tokens))


def _read(text: str, language: str | None) -> tuple[Folded, list[Token]]:
    folded = AS_DATES.fold(text)
    spoken = language or _guess_language(text)
    return folded, parse(lex(folded, spoken), spoken)


def _guess_language(text: str) -> str:
    """Return a language whose words may be tried, from the letters alone."""
    lower = text.lower()
    return next((language for language, letters in _LETTERS if re.search(letters, lower)), "en")


# First match wins: letters that one language has for itself go before those that many share.
_LETTERS = (
    ("ko", "[가-힣]"),
    ("ja", "[ぁ-ヿ]"),
    ("zh", "[一-鿿]"),
    ("fa", "[پچژگکی۰-۹]"),
    ("ar", "[ء-ي]"),
    ("kk", "[әғқңөұүһ]"),
    ("uk", "[іїєґ]"),
    ("ru", "[а-я]"),
    ("hu", "[őű]"),
    ("tr", "[ğış]"),
    ("vi", "[ăđơưạ-ỹ]"),
    ("pl", "[ąęłńśźż]"),
    ("cs", "[ěřů]"),
    ("de", "ß"),
)


def _mention(text: str, folded: Folded, token: Token) -> DateMention:
    end = token.end
    inside = folded.text[token.start : end]
    if inside.count("(") > inside.count(")") and folded.text[end : end + 1] == ")":
        end += 1
    span = folded.span(token.start, end)
    return DateMention(span, span.of(text), token.value.absolute)


def _resolve(folded: Folded, tokens: Sequence[Token], clock: Clock) -> str:
    dates: list[Point | Stretch] = [token.value for token in tokens if token.symbol in "PR"]
    lengths = [token.value for token in tokens if isinstance(token.value, Length)]
    if not dates:
        dates = [_lone_number(folded, tokens)]
    elif any(_is_stray(folded, token) for token in tokens):
        raise UnsettledError(Reason.STRAY_NUMBER)
    settled = _narrowest([settle(each, clock) for each in dates])
    return _with_length(settled, lengths) if lengths else settled


def _is_stray(folded: Folded, token: Token) -> bool:
    """Tell whether a number was left over, so that the date may not be the whole story."""
    if isinstance(token.value, Reason):
        return token.value is not Reason.CALENDAR
    digits = any(char.isdigit() for char in folded.text[token.start : token.end])
    return digits and token.symbol in "noykC"


def _lone_number(folded: Folded, tokens: Sequence[Token]) -> Point:
    """Return what a number alone may be: "2024" a year, "the 11th" a day, "11.11." a day and a month."""
    bare = [token for token in tokens if token.symbol not in "iDv"]
    if len(bare) == 1 and bare[0].symbol in "yok":
        token = bare[0]
        if token.symbol == "y":
            return Point(year=token.value)
        if token.symbol == "k":
            return Point(month=token.value.month, day=token.value.day)
        if folded.text[token.start].isdigit() and token.value <= 31:
            return Point(day=token.value)
    raise UnsettledError(_why_none(folded, tokens))


def _why_none(folded: Folded, tokens: Sequence[Token]) -> Reason:
    for token in tokens:
        if isinstance(token.value, Reason):
            return token.value
    if any(isinstance(token.value, Length) for token in tokens):
        return Reason.DURATION
    if any(token.symbol == "l" for token in tokens):
        return Reason.RELATIVE
    return Reason.STRAY_NUMBER if any(_is_stray(folded, token) for token in tokens) else Reason.NO_DATE


def _narrowest(settled: list[str]) -> str:
    """Return the one date that all the others contain, or raise UnsettledError."""
    for edtf in settled:
        if all(edtf_contains(other, edtf) for other in settled):
            return edtf
    raise UnsettledError(Reason.SEVERAL)


def _with_length(edtf: str, lengths: list[Length]) -> str:
    """Close an open end with a length: "for five years from 2026"."""
    start, slash, end = edtf.partition("/")
    if len(lengths) == 1 and slash and end == "..":
        last = end_of_length(start, lengths[0].count, lengths[0].unit)
        if last is not None:
            return start if start == last else f"{start}/{last}"
    raise UnsettledError(Reason.DURATION)


def _is_update(before: Sequence[Token]) -> bool:
    """Tell whether the nearest word before a date says that the text was changed then."""
    labels = [token for token in before if token.symbol in "UV"]
    return bool(labels) and labels[-1].symbol == "U"
