"""Records and values of a report document as short words for a reader; takes any value without complaint."""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from babel.core import Locale

from evals.fields import FIELDS
from extractor.writing.describing import RECORD_TYPES
from extractor.writing.wording import country_name, label_of, number_in_words

_ENUMS = frozenset(spec.name for specs in FIELDS.values() for spec in specs if spec.comparator == "enum") - {
    "currency"
}
_PLAIN_NUMBER = re.compile(r"-?\d{1,24}(\.\d{1,12})?")
_UNITS = {"percent": "%", "percentage_point": "points", "multiple": "times", "count": "", "currency": ""}


def type_name(kind: str) -> str:
    """Return the heading of a record type: "trade_figures" gives "Trade figures"."""
    return next((one.heading for one in RECORD_TYPES if one.attribute == kind), kind)


def single_name(kind: str) -> str:
    """Return the name of one record of a type: "trade_figures" gives "trade figure"."""
    name = next((one.name for one in RECORD_TYPES if one.attribute == kind), kind)
    return "MOU" if name == "mou" else name.replace("_", " ")


@cache
def language_name(code: str) -> str:
    """Return the English name (CLDR) of a language, or its code."""
    return str(Locale("en").languages.get(code, code))


def field_name(field: str) -> str:
    """Return the name of a field for a reader, apart from that of the words it was read from."""
    return label_of(field) + (" as written" if field.endswith("_as_written") else "")


def value_text(field: str, value: Any) -> str:
    """Return a value as shown beside another; "" for one that says nothing."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return "; ".join(value_text(field, one) for one in value)
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False)
    if field in {"value", "value_max"}:
        return _number(str(value))
    return label_of(str(value)) if field in _ENUMS else str(value)


def _number(text: str) -> str:
    return number_in_words(text) if _PLAIN_NUMBER.fullmatch(text) else text


def record_line(record: Mapping[str, Any]) -> str:
    """Return what tells a record from others of its type, in one line."""
    fields = record["fields"]
    said = {name: value_text(name, value) for name, value in fields.items()}
    parts = _LINES[record["type"]](fields, said)
    return " · ".join(part for part in parts if part) or "nothing said"


def _meeting(fields: Mapping[str, Any], said: Mapping[str, str]) -> list[str]:
    sides = " – ".join(country_name(str(code)) for code in fields.get("countries") or ())
    return [": ".join(filter(None, (said.get("kind"), sides))), said.get("date", ""), said.get("status", "")]


def _attendee(_: Mapping[str, Any], said: Mapping[str, str]) -> list[str]:
    name = said.get("name") or said.get("name_as_written") or ""
    return [name, said.get("country", ""), said.get("office", "")]


def _instrument(_: Mapping[str, Any], said: Mapping[str, str]) -> list[str]:
    title = said.get("title") or said.get("title_as_written") or "untitled"
    count = said.get("stated_count")
    return [title, f"{count} texts" if count else "", said.get("status", ""), said.get("date", "")]


def _figure(fields: Mapping[str, Any], said: Mapping[str, str]) -> list[str]:
    values = "–".join(filter(None, (said.get("value"), said.get("value_max"))))
    unit = said.get("currency") or _UNITS.get(str(fields.get("unit") or ""), said.get("unit", ""))
    way = " → ".join(filter(None, (said.get("from_country"), said.get("to_country"))))
    amount = f"{values or said.get('value_as_written', '')} {unit}".strip()
    return [f"{said.get('indicator', '')} {amount}".strip(), said.get("period", ""), way]


_LINES = {
    "meetings": _meeting,
    "attendees": _attendee,
    "agreements": _instrument,
    "mous": _instrument,
    "trade_figures": _figure,
}
