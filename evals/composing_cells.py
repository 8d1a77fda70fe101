"""Lines of compact writing to cells, and cells to fields with their alternatives.

`evals/composing.py` describes the writing; here is how one line is read, whatever record it tells of.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from extractor.vocabulary import (
    AgreementType,
    Attendance,
    FigureStatus,
    Indicator,
    InstrumentStatus,
    Measure,
    MeetingKind,
    MeetingMode,
    MeetingStatus,
    Office,
    Qualifier,
    Role,
    VisitType,
)

_WORDS: Mapping[str, tuple[tuple[str, type[StrEnum]], ...]] = {
    "M": (
        ("kind", MeetingKind),
        ("mode", MeetingMode),
        ("status", MeetingStatus),
        ("visit_type", VisitType),
    ),
    "A": (("attendance", Attendance), ("office", Office), ("role", Role)),
    "G": (("type", AgreementType), ("status", InstrumentStatus)),
    "U": (("status", InstrumentStatus),),
    "F": (
        ("indicator", Indicator),
        ("measure", Measure),
        ("status", FigureStatus),
        ("qualifier", Qualifier),
    ),
}
_BETWEEN_ANSWERS = re.compile(r"(?<!\\)~")
_CODE = re.compile("[A-Z]{3}")
_COUNTRY = re.compile("[A-Z]{3}(~([A-Z]{3}|-))*")
_CELLS: Mapping[str, tuple[int, set[str]]] = {
    "M": (0, {"d", "p", "c", "src"}),
    "A": (1, {"t", "m", "src"}),
    "G": (1, {"d", "m", "c", "s", "n", "by", "org", "from", "until", "src"}),
    "U": (1, {"d", "m", "c", "s", "n", "by", "org", "from", "until", "src"}),
    "F": (0, {"v", "w", "p", "c", "src"}),
}
_FLAGS: Mapping[str, set[str]] = {
    "M": {"background"},
    "A": {"group", "travelling"},
    "F": {"record"},
}
Row = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """One record as written: its letter, the words of the first cell, named cells, others, and evidence."""

    letter: str
    words: tuple[str, ...]
    named: Mapping[str, str]
    plain: tuple[str, ...]
    evidence: tuple[str, ...]


def read_line(raw: str) -> Line:
    """Return a line in its cells. Raises ValueError where its letter has no such cell, or not so many."""
    letter, _, rest = raw.partition(" ")
    cells = [cell.strip() for cell in re.split(r" \| ", rest)]
    words = 1 if letter == "A" else 0
    named, plain, evidence = {}, [], []
    for cell in [*cells[:words], *cells[words + 1 :]]:
        key, equals, value = cell.partition("=")
        if cell.startswith("> "):
            evidence.append(cell[2:])
        elif equals and key.isascii() and key.isalpha() and key.islower():
            named[key] = value
        else:
            plain.append(cell)
    wanted, known = _CELLS[letter]
    if unknown := {f"{name}=" for name in named.keys() - known}:
        raise ValueError(f"{raw}: {letter} has no cell {', '.join(sorted(unknown))}")
    if len(plain) != wanted:
        raise ValueError(f"{raw}: {len(plain)} cells without = where {letter} has {wanted}")
    return Line(letter, tuple(cells[words].split()), named, tuple(plain), tuple(evidence))


def answers(cell: str) -> list[str]:
    r"""Return what `~` parts; a `\~` is a tilde of the words themselves, as in the range `3\~4억 달러`."""
    return [one.replace(r"\~", "~") for one in _BETWEEN_ANSWERS.split(cell)]


def field_of_cell(written: str | None) -> Any:
    """Return a cell as a field: null, a value, or a value with alternatives."""
    if written is None or written == "-":
        return None
    value, *others = (None if one == "-" else one for one in answers(written))
    return {"value": value, "alternatives": others} if others else value


def first(value: Any) -> Any:
    """Return the value of a field, alternatives aside."""
    return value["value"] if isinstance(value, dict) else value


def enums_of(line: Line) -> Row:
    """Return the enum fields that the words name. Raises ValueError for a word of no enum, or two of one."""
    found: Row = {}
    for word in line.words:
        if word in {"optional", *_FLAGS.get(line.letter, ())} or _is_code(word, line.letter):
            continue
        values = set(word.split("~"))
        names = [name for name, members in _WORDS[line.letter] if values <= {*members, "-"} != {"-"}]
        if not names:
            raise ValueError(f"{word!r} is no word of {line.letter}")
        if names[0] in found:
            raise ValueError(f"{word!r}: {names[0]} is given twice")
        found[names[0]] = field_of_cell(word)
    return found


def _is_code(word: str, letter: str) -> bool:
    """Tell whether a word is a code: of any line, a ground (meetings), a direction (figures)."""
    if ">" in word:
        return letter == "F"
    return bool(_COUNTRY.fullmatch(word.removeprefix("@") if letter == "M" else word))


def sides_of(line: Line) -> Any:
    """Return the codes of the sides, or what `c=` says, which may hold other answers to them as a whole."""
    codes = [word for word in line.words if _COUNTRY.fullmatch(word)]
    if others := [word for word in codes if "~" in word]:
        raise ValueError(f"{others[0]!r}: write other sides as c=AAA BBB~AAA")
    if codes and "c" in line.named:
        raise ValueError("sides stand in the first cell or in c=, not in both")
    return lists(line.named["c"]) if "c" in line.named else codes


def country_of(line: Line) -> Any:
    """Return the one country of an attendee, or of the ground of a meeting, as a field."""
    at = "@" if line.letter == "M" else ""
    found = [
        word.removeprefix(at) for word in line.words if word.startswith(at) and _is_code(word, line.letter)
    ]
    if len(found) > 1:
        raise ValueError(f"{' '.join(found)}: one country only")
    return field_of_cell(found[0] if found else None)


def ends_of(line: Line) -> tuple[Any, Any]:
    """Return the fields of both ends of `AAA>BBB`, either of which may be missing or have other answers."""
    arrows = [word for word in line.words if ">" in word]
    if not arrows:
        return None, None
    start, _, end = arrows[0].partition(">")
    if len(arrows) > 1 or not all(_COUNTRY.fullmatch(one) for one in (start, end) if one):
        raise ValueError(f"{' '.join(arrows)!r} is no direction")
    return field_of_cell(start or None), field_of_cell(end or None)


def dated(cell: str | None) -> tuple[Any, Any]:
    """Return the fields of `date:words of the date`, either of which may be missing."""
    date, _, words = (cell or "-").partition(":")
    return field_of_cell(date), field_of_cell(words or None)


def lists(cell: str, between: str | None = None) -> Any:
    """Return a list, parted by spaces or by `between`, and other whole lists; `-` is the empty one."""
    value, *others = (
        [] if one.strip() == "-" else [name.strip() for name in one.split(between) if name.strip()]
        for one in answers(cell)
    )
    return {"value": value, "alternatives": others} if others else value


def amount_of(cell: str) -> Row:
    """Return value, greatest value, unit, currency of `2 multiple~100 percent`, `3..4 EUR`, `8~9 t`."""
    amounts, units = zip(*(one.partition(" ")[::2] for one in cell.split("~")), strict=True)
    units = [one for one in units if one]
    if not units:
        raise ValueError(f"v={cell}: no unit")
    values, most = zip(*(one.partition("..")[::2] for one in amounts), strict=True)
    money = [unit if _CODE.fullmatch(unit) else "-" for unit in units]
    return {
        "value": _answers(values),
        "value_max": _answers([one or "-" for one in most]),
        "unit": _answers(
            ["currency" if code != "-" else unit for code, unit in zip(money, units, strict=True)]
        ),
        "currency": _answers(money),
    }


def _answers(values: Iterable[str]) -> Any:
    """Return a field of the value and the others, each once."""
    return field_of_cell("~".join(dict.fromkeys(values)))
