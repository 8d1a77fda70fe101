"""The date words of one language as one pattern, read from a data file; falls back on CLDR's names.

A data file holds forms, which are regular expressions over folded text (see `forms`): months, weekdays
from Monday, seasons from spring, numbers and ordinals from one; units and units_many (plurals); which (last
-1, this 0, next 1) and which_many; relative (unit, then offset); spans (first and last month); words and
endings by the symbol of `lexing`; patterns beside digits: ordinal, counts, times, decades,
day_marks. Its flags: month_day, year_first, mod_after (the adjective follows), weekday_day ("viernes 14"),
slash_days ("14/11"), month_first_digits, cumulative ("nine months of 2024"), one_ago ("year ago"),
ordinal_dot, unspaced.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from babel import Locale, UnknownLocaleError

from extractor.normalizing.dates.forms import alternatives, first_letters, quiet
from extractor.normalizing.dates.points import Point
from extractor.normalizing.lexicons import load_table

_LETTER = r"[^\W\d_]"


@dataclass(frozen=True)
class Entry:
    """What a form means: a symbol of the grammar and its value."""

    symbol: str
    value: Any = None


@dataclass(frozen=True)
class Forms:
    """Forms that begin alike, as one pattern; group n+1 is entry n."""

    forms: re.Pattern[str]
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Lexicon:
    """The words of a language by first letter; group n+1 of `endings` has symbol n."""

    language: str
    flags: frozenset[str]
    words: dict[str, Forms]
    prefix: re.Pattern[str] | None
    endings: re.Pattern[str] | None
    ending_symbols: tuple[str, ...]
    ordinal: str
    counts: str
    times: str
    decades: str
    day_marks: str
    capital: re.Pattern[str] | None

    def has(self, flag: str) -> bool:
        """Tell whether the language has a trait, such as `month_day`: the day follows the month."""
        return flag in self.flags

    def longest_prefix(self, text: str, start: int) -> int:
        """Return the length of the article or conjunction that may be written onto the word at `start`."""
        match = self.prefix.match(text, start) if self.prefix else None
        return len(match.group()) if match else 0


@cache
def load_lexicon(language: str) -> Lexicon:
    """Return the lexicon of a BCP-47 language, of CLDR's names where no data file exists, or of no words."""
    base = language.replace("_", "-").split("-")[0].lower()
    data = load_table(f"dates_{base}") if base.isalpha() else {}
    return _build(base, data or _cldr_names(base))


def _build(language: str, data: dict[str, Any]) -> Lexicon:
    flags = frozenset(data.get("flags", ()))
    symbols = data.get("endings", {})
    endings = [quiet(form) for form in symbols.values()]
    tail = "" if "unspaced" in flags else rf"(?=(?:{'|'.join(endings) or '(?!)'})*(?!{_LETTER}))"
    return Lexicon(
        language=language,
        flags=flags,
        words=_by_first_letter(_rows(data), tail),
        prefix=re.compile(quiet(data["prefix"])) if "prefix" in data else None,
        endings=re.compile("|".join(f"({form}){tail}" for form in endings)) if endings else None,
        ending_symbols=tuple(symbols),
        ordinal=quiet(data.get("ordinal", "")),
        counts=quiet(data.get("counts", "")),
        times=quiet(data.get("times", "")),
        decades=quiet(data.get("decades", "")),
        day_marks=quiet(data.get("day_marks", "")),
        capital=re.compile(quiet(data["capital"])) if "capital" in data else None,
    )


def _by_first_letter(rows: list[tuple[str, Entry]], tail: str) -> dict[str, Forms]:
    """Return for each letter one pattern of the forms that may begin with it, more and longer words first."""
    by_letter: dict[str, list[tuple[str, Entry]]] = {}
    for form, entry in sorted(rows, key=lambda row: (-row[0].count(" "), -len(row[0]))):
        for letter in first_letters(quiet(form)):
            by_letter.setdefault(letter, []).append((quiet(form), entry))
    # French and Italian elide: nothing need part "d'" from its noun.
    after = rf"(?:(?<=')|{tail})" if tail else ""
    return {
        letter: Forms(
            re.compile(f"(?:{'|'.join(f'({form})' for form, _ in found)}){after}"),
            tuple(entry for _, entry in found),
        )
        for letter, found in by_letter.items()
    }


def _rows(data: dict[str, Any]) -> list[tuple[str, Entry]]:
    """Return each form with its entry, one form to a row so that longer forms can go first."""
    named = [
        *_listed("m", data.get("months", ()), 1),
        *((form, Entry("P", Point(weekday=i))) for i, form in enumerate(data.get("weekdays", ()))),
        *((form, Entry("s", Point(season=i))) for i, form in enumerate(data.get("seasons", ()))),
        *_listed("n", data.get("numbers", ()), 1),
        *_listed("o", data.get("ordinals", ()), 1),
        *((form, Entry("u", unit)) for unit, form in data.get("units", {}).items()),
        *((form, Entry("u", unit + "s")) for unit, form in data.get("units_many", {}).items()),
        *((form, Entry("A", unit)) for unit, form in data.get("ago_units", {}).items()),
        *((form, Entry("a", which)) for which, form in data.get("which", {}).items()),
        *((form, Entry("z", which)) for which, form in data.get("which_many", {}).items()),
        *((form, Entry(symbol)) for symbol, form in data.get("words", {}).items()),
        *((form, Entry("P", Point(months=_months(key)))) for key, form in data.get("spans", {}).items()),
        *((form, Entry("n", int(key))) for key, form in data.get("more_numbers", {}).items()),
        *((form, Entry("o", int(key))) for key, form in data.get("more_ordinals", {}).items()),
        *_relative_rows(data.get("relative", {})),
    ]
    return [(part, entry) for form, entry in named for part in alternatives(form)]


def _listed(symbol: str, forms: Any, start: int) -> list[tuple[str, Entry]]:
    return [(form, Entry(symbol, number)) for number, form in enumerate(forms, start) if form]


def _months(key: str) -> tuple[int, int]:
    first, last = key.split("-")
    return int(first), int(last)


def _relative_rows(relative: dict[str, dict[int, str]]) -> list[tuple[str, Entry]]:
    return [
        (form, Entry("P", relative_point(unit, offset)))
        for unit, forms in relative.items()
        for offset, form in forms.items()
    ]


def relative_point(unit: str, offset: int) -> Point | None:
    """Return the point `offset` units from today's, or None for a unit that is not counted so."""
    points = {
        "day": Point(day_offset=offset),
        "week": Point(week_offset=offset),
        "month": Point(month_offset=offset),
        "year": Point(year_offset=offset),
        "weekend": Point(week_offset=offset, weekend=True),
    }
    return points.get(unit)


def _cldr_names(language: str) -> dict[str, Any]:
    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return {}
    months = [_name_forms(locale.months, number) for number in range(1, 13)]
    weekdays = [_name_forms(locale.days, number) for number in range(7)]
    return {"months": months, "weekdays": weekdays, "ordinal": r"\."}


def _name_forms(table: Any, number: int) -> str:
    names = {table[context]["wide"][number] for context in ("format", "stand-alone")}
    # Names that begin with a digit ("1月") are read as numbers with a mark.
    return "|".join(sorted(re.escape(name) for name in names if name[:1].isalpha()))
