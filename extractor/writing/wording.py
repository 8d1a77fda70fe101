"""Canonical values in plain English: country codes, EDTF dates, amounts and labels as one would say them."""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache

from babel.core import Locale, get_global

from extractor.records import TradeFigure
from extractor.vocabulary import Qualifier

_OWN_CODES = {"XKX": "XK", "EUE": "EU"}
"""Codes of the schema that are not ISO 3166-1, by the code that CLDR has for them."""

_LABELS = {
    "title": "gloss",
    "io_head": "head of an international organisation",
    "in_person": "in person",
    "mou": "MOU",
    "stated_count": "number stated",
    "from_country": "from",
    "to_country": "to",
    "is_record": "record high or low",
    "background": "only recalled",
    "meeting": "at meeting",
    "attributed_to": "according to",
    "party_organisations": "organisations",
}

_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?([?~%]?)")
_DOUBTS = {"": "", "?": " (uncertain)", "~": " (approximately)", "%": " (approximately, uncertain)"}

_SCALES = ((Decimal(10) ** 12, "trillion"), (Decimal(10) ** 9, "billion"), (Decimal(10) ** 6, "million"))
_UNITS = {"percent": "%", "percentage_point": " percentage points", "count": "", "multiple": " times"}
_QUALIFIERS: Mapping[Qualifier, str] = {
    Qualifier.EXACT: "",
    Qualifier.BETWEEN: "between ",
    **{
        qualifier: qualifier.replace("_", " ") + " "
        for qualifier in Qualifier
        if qualifier not in {Qualifier.EXACT, Qualifier.BETWEEN}
    },
}


def label_of(name: str) -> str:
    """Return the words for the name of a field or an enum label: "head_of_state" gives "head of state"."""
    return _LABELS.get(name) or name.removesuffix("_as_written").replace("_", " ")


@cache
def _territories() -> Mapping[str, str]:
    names = Locale("en").territories
    aliases = get_global("territory_aliases")
    codes = {three: two[0] for three, two in aliases.items() if len(three) == 3 and len(two) == 1}
    return {three: names[two] for three, two in (codes | _OWN_CODES).items() if two in names}


def country_name(code: str) -> str:
    """Return the English name (CLDR) of a three-letter code, or the code itself."""
    return _territories().get(code, code)


def country_of(code: str) -> str:
    """Return "South Korea (KOR)", or the code alone where it has no name."""
    name = country_name(code)
    return code if name == code else f"{name} ({code})"


def date_in_words(edtf: str) -> str:
    """Return "11 November 2025" for 2025-11-11, "until 2030" for ../2030; other text stays as it is."""
    first, slash, last = edtf.partition("/")
    if not slash:
        return _day(first)
    if first in {"..", ""}:
        return f"until {_day(last)}"
    if last in {"..", ""}:
        return f"from {_day(first)}"
    return f"{_day(first)} – {_day(last)}"


def _day(edtf: str) -> str:
    match = _DATE.fullmatch(edtf)
    if not match or not 1 <= int(match[2] or 1) <= 12:
        return edtf
    year, month, day, doubt = match.groups()
    parts = [str(int(day))] if day else []
    parts += [Locale("en").months["format"]["wide"][int(month)]] if month else []
    return " ".join([*parts, year]) + _DOUBTS[doubt]


def number_in_words(text: str) -> str:
    """Return a decimal text as "1.2 billion" where three decimals are exact, else with grouped digits."""
    number = Decimal(text)
    for scale, word in _SCALES:
        scaled = number / scale
        if abs(scaled) >= 1 and scaled == round(scaled, 3):
            return f"{_grouped(scaled)} {word}"
    return _grouped(number)


def _grouped(number: Decimal) -> str:
    digits = f"{number:,f}"
    plain = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return plain.replace("-", "−")


def share_in_words(share: float) -> str:
    """Return "87%" for 0.871; what is not quite all or nothing is not called so."""
    percent = min(max(round(100 * share), 1), 99) if 0 < share < 1 else round(100 * share)
    return f"{percent}%"


def amount_in_words(figure: TradeFigure) -> str:
    """Return "about 1.2 billion EUR", or the words as written where no value could be computed."""
    if figure.value is None:
        return f"“{figure.value_as_written}”"
    joint = " and " if figure.qualifier is Qualifier.BETWEEN else "–"
    values = [value for value in (figure.value, figure.value_max) if value is not None]
    return _QUALIFIERS[figure.qualifier] + joint.join(map(number_in_words, values)) + _unit_of(figure)


def _unit_of(figure: TradeFigure) -> str:
    if figure.unit in {None, "currency"}:
        return f" {figure.currency}" if figure.currency else ""
    unit = figure.unit or ""
    return _UNITS.get(unit, f" {unit.replace('_', ' ')}")
