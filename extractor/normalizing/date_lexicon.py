"""The date words of one language as one pattern, read from a data file; falls back on CLDR's names.

A data file holds forms, which are regular expressions over folded text. They may not capture.
"""

import re
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from babel import Locale, UnknownLocaleError

from extractor.normalizing.date_points import Point
from extractor.normalizing.folded_text import fold_form

_DATA = "data"
_LETTER = r"[^\W\d_]"
_OFFSETS = {
    "day": "day_offset",
    "week": "week_offset",
    "month": "month_offset",
    "year": "year_offset",
}


@dataclass(frozen=True)
class Entry:
    """What a form means: a symbol of the grammar and its value."""

    symbol: str
    value: Any = None


@dataclass(frozen=True)
class Lexicon:
    """The words of a language; group n+1 of `words` and `endings` is entry n."""

    language: str
    flags: frozenset[str]
    words: str
    entries: tuple[Entry, ...]
    endings: re.Pattern[str] | None
    ending_symbols: tuple[str, ...]
    ordinal: str
    counts: str
    times: str
    decades: str
    day_marks: str

    def has(self, flag: str) -> bool:
        """Tell whether the language has a trait, such as `month_day`: the day follows the month."""
        return flag in self.flags


@cache
def load_lexicon(language: str) -> Lexicon:
    """Return the lexicon of a BCP-47 language, of CLDR's names where no data file exists, or of no words."""
    base = language.replace("_", "-").split("-")[0].lower()
    resource = files("extractor.normalizing") / _DATA / f"dates_{base}.yaml"
    if base.isalpha() and resource.is_file():
        return _build(base, yaml.safe_load(resource.read_text(encoding="utf-8")))
    return _build(base, _cldr_names(base))


def _build(language: str, data: dict[str, Any]) -> Lexicon:
    rows = sorted(_rows(data), key=lambda row: -len(row[0]))
    flags = frozenset(data.get("flags", ()))
    symbols = data.get("endings", {})
    endings = [_quiet(form) for form in symbols.values()]
    any_ending = f"(?:{'|'.join(endings)})*" if endings else ""
    if "unspaced" in flags:
        before = after = ""
    else:
        before = rf"(?<!{_LETTER}){_quiet(data.get('prefix', ''))}"
        # French and Italian elide: nothing need part "d'" from its noun.
        after = rf"(?:(?<=')|(?={any_ending}(?!{_LETTER})))"
    words = "|".join(f"({_quiet(form)})" for form, _ in rows)
    tail = "" if "unspaced" in flags else rf"(?={any_ending}(?!{_LETTER}))"
    return Lexicon(
        language=language,
        flags=flags,
        words=f"{before}(?:{words}){after}" if rows else "",
        entries=tuple(entry for _, entry in rows),
        endings=re.compile("|".join(f"({form}){tail}" for form in endings)) if endings else None,
        ending_symbols=tuple(symbols),
        ordinal=_quiet(data.get("ordinal", "")),
        counts=_quiet(data.get("counts", "")),
        times=_quiet(data.get("times", "")),
        decades=_quiet(data.get("decades", "")),
        day_marks=_quiet(data.get("day_marks", "")),
    )


def _quiet(form: str) -> str:
    """Return a form folded like the text, its groups made non-capturing."""
    return re.sub(r"(?<!\\)\((?!\?)", "(?:", fold_form(form))


def _rows(data: dict[str, Any]) -> list[tuple[str, Entry]]:
    """Return each form with its entry, one form to a row so that longer forms can go first."""
    named = [
        *_listed("m", data.get("months", ()), 1),
        *((form, Entry("P", Point(weekday=i))) for i, form in enumerate(data.get("weekdays", ()))),
        *((form, Entry("s", Point(season=i))) for i, form in enumerate(data.get("seasons", ()))),
        *_listed("n", data.get("numbers", ()), 1),
        *_listed("o", data.get("ordinals", ()), 1),
        *((form, Entry("u", unit)) for unit, form in data.get("units", {}).items()),
        *((form, Entry("A", unit)) for unit, form in data.get("ago_units", {}).items()),
        *((form, Entry("a", which)) for which, form in data.get("which", {}).items()),
        *((form, Entry(symbol)) for symbol, form in data.get("words", {}).items()),
        *((form, Entry("P", Point(months=_months(key)))) for key, form in data.get("spans", {}).items()),
        *((form, Entry("n", int(key))) for key, form in data.get("more_numbers", {}).items()),
        *((form, Entry("o", int(key))) for key, form in data.get("more_ordinals", {}).items()),
        *_relative_rows(data.get("relative", {})),
    ]
    return [(part, entry) for form, entry in named for part in _alternatives(form)]


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
    if unit == "weekend":
        return Point(week_offset=offset, weekend=True)
    if unit == "decade":
        return None
    name = _OFFSETS.get(unit)
    return replace(Point(), **{name: offset}) if name else None


def _alternatives(form: str) -> list[str]:
    """Split a form at its outermost bars."""
    parts, depth, current = [], 0, ""
    for char in str(form):
        depth += (char == "(") - (char == ")")
        if char == "|" and depth == 0:
            parts.append(current)
            current = ""
        else:
            current += char
    return [part for part in [*parts, current] if part]


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
