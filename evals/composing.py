"""Articles and labels in compact writing to rows of `articles.jsonl` and `key.jsonl`.

An article begins with `=== ID | CLUSTER | DATE or - | TAGS | SOURCE NOTE`; its text goes on to a line `---`,
with `# ` before the title, and then each line is a record:

    M talks KOR MLT @KOR official | d=2026-03-10:10일 | p=서울 | > first words … last words
    A Pia Vella=피아 벨라 | foreign_minister MLT | t=몰타 외교장관
    G agreement signed KOR MLT | 어업협정 => Fisheries agreement | s=agriculture | by=Pia Vella | > evidence
    U signed KOR MLT | 항만 => Memorandum of understanding on ports | s=transport | > evidence
    F exports nearly KOR>MLT | v=1200000000 USD | w=12억 달러에 육박 | p=2025:지난해 | src=벨라 | > evidence
    X words … that give orders to a program

The words of a cell without `=` are enums, codes and flags; `~` parts a value from what else may be answered;
`-` is null; what is left out follows from the meeting above: an attendee's meeting, role and attendance, an
instrument's meeting and date. Without evidence an attendee is shown by the span of title and name.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from extractor.errors import ConfigError
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

GUIDELINES = "1.0"
_LETTERS = {"M": ("meetings", "m"), "A": ("attendees", "a"), "G": ("agreements", "g")} | {
    "U": ("mous", "u"),
    "F": ("trade_figures", "f"),
}
_WORDS: Mapping[str, tuple[tuple[str, type[StrEnum]], ...]] = {
    "M": (
        ("kind", MeetingKind),
        ("mode", MeetingMode),
        ("status", MeetingStatus),
        ("visit_type", VisitType),
    ),
    "A": (("office", Office), ("role", Role), ("attendance", Attendance)),
    "G": (("type", AgreementType), ("status", InstrumentStatus)),
    "U": (("status", InstrumentStatus),),
    "F": (
        ("indicator", Indicator),
        ("measure", Measure),
        ("status", FigureStatus),
        ("qualifier", Qualifier),
    ),
}
_CODE = re.compile("[A-Z]{3}")
_FLAGS = {"background", "optional", "record", "group", "travelling"}
_EAST = {"CHN", "HUN", "JPN", "KOR", "PRK", "TWN"}
_HEADER_CELLS = 5
_TAGGED_TYPES = ("meetings", "attendees", "agreements", "mous", "trade_figures")
_NOT_YET = {"planned", "proposed", "postponed", "cancelled"}
_DONE = {"signed", "adopted", "agreed"}

Row = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """One record as written: its letter, the words of the first cell, named cells, others, and evidence."""

    letter: str
    words: tuple[str, ...]
    named: Mapping[str, str]
    plain: tuple[str, ...]
    evidence: tuple[str, ...]


def compose(written: str) -> Iterator[tuple[Row, Row]]:
    """Yield the article and the key of each article in compact writing. Raises ConfigError with its id."""
    for part in re.split(r"(?m)^=== ", written)[1:]:
        head, _, rest = part.partition("\n")
        cells = [cell.strip() for cell in head.split("|")]
        body, rule, labels = rest.partition("\n---\n")
        if len(cells) != _HEADER_CELLS or not (rule or rest.endswith("\n---")):
            raise ConfigError(f"{head}: no five cells, or no ---", hint="see evals/composing.py")
        try:
            yield _article(cells, body, [line for line in labels.split("\n") if line.strip()])
        except (ValueError, KeyError, IndexError) as error:
            raise ConfigError(f"{cells[0]}: {error}", hint="see evals/composing.py") from error


def _article(cells: list[str], body: str, lines: list[str]) -> tuple[Row, Row]:
    name, cluster, day, tags, note = cells
    title = next(line[2:] for line in body.split("\n") if line.startswith("# "))
    text = re.sub("(?m)^# ", "", body).strip("\n") + "\n"
    records = _records(text, [line for line in lines if not line.startswith("X ")])
    lacking = [kind for kind in _TAGGED_TYPES if not records[kind]]
    told = {*tags.split(), *(["one_type_missing"] if lacking else [])}
    told |= {"no_records"} if len(lacking) == len(_TAGGED_TYPES) else set()
    article: Row = {"id": name, "language": name.partition("-")[0], "title": title, "text": text}
    article |= {"reference_date": None if day == "-" else day, "source_note": note, "cluster": cluster}
    article |= {"split": "train", "tags": sorted(told)}
    if orders := [find(text, line[2:]) for line in lines if line.startswith("X ")]:
        article["injected"] = [text[start:end] for start, end in orders]
    return article, {"id": name, "annotators": ["a"], "guideline_version": GUIDELINES, "records": records}


def _records(text: str, lines: Iterable[str]) -> dict[str, list[Row]]:
    records: dict[str, list[Row]] = {kind: [] for kind in _TAGGED_TYPES}
    for raw in lines:
        line = _line(raw)
        kind, letter = _LETTERS[line.letter]
        try:
            for row in _BUILDERS[line.letter](line, text, records["meetings"]):
                numbered = {"id": f"{letter}{len(records[kind]) + 1}", **row}
                records[kind].append(numbered | _common(line, text, row))
        except (ValueError, KeyError, IndexError) as error:
            raise ValueError(f"{raw}: {error}") from error
    return records


def _line(raw: str) -> Line:
    letter, _, rest = raw.partition(" ")
    cells = [cell.strip() for cell in re.split(r" \| ", rest)]
    first = 1 if letter == "A" else 0
    named, plain, evidence = {}, [], []
    for cell in [*cells[:first], *cells[first + 1 :]]:
        key, equals, value = cell.partition("=")
        if cell.startswith("> "):
            evidence.append(cell[2:])
        elif equals and key.isascii() and key.isalpha() and key.islower():
            named[key] = value
        else:
            plain.append(cell)
    return Line(letter, tuple(cells[first].split()), named, tuple(plain), tuple(evidence))


def find(text: str, quote: str) -> tuple[int, int]:
    """Return where `first words … last words` stand; `@2 ` before them means the second time."""
    place = re.match(r"@(\d) ", quote)
    first, dots, last = quote[place.end() if place else 0 :].partition(" … ")
    starts = [found.start() for found in re.finditer(re.escape(first), text)]
    wanted = int(place[1]) if place else 1
    if len(starts) < wanted:
        raise ValueError(f"{first!r} is not in the text {wanted} times")
    start = starts[wanted - 1]
    end = text.find(last, start + len(first)) if dots else start
    if end < 0:
        raise ValueError(f"{last!r} does not follow {first!r}")
    return start, end + len(last if dots else first)


def _common(line: Line, text: str, row: Row) -> Row:
    source = _field(line.named.get("src"))
    spans = [find(text, quote) for quote in line.evidence]
    if not spans and line.letter == "A":
        spans = [_nearest(text, _first(row["name_as_written"]), _first(row["title_as_written"]))]
    evidence = [{"quote": text[start:end], "start": start, "end": end} for start, end in spans]
    found: Row = {"evidence": evidence, "attributed_to": source}
    if _first(source) is not None and _first(source) not in text:
        raise ValueError(f"{source!r} is not in the text")
    return found | ({"optional": True} if "optional" in line.words else {})


def _nearest(text: str, name: str, title: str | None) -> tuple[int, int]:
    names = [(one.start(), one.end()) for one in re.finditer(re.escape(name), text)]
    titles = [(one.start(), one.end()) for one in re.finditer(re.escape(title or name), text)]
    spans = [(min(a, c), max(b, d)) for a, b in names for c, d in titles]
    if not spans:
        raise ValueError(f"{name!r} and {title!r} are not both in the text")
    return min(spans, key=lambda span: span[1] - span[0])


def _field(written: str | None) -> Any:
    """Return a cell as a field: null, a value, or a value with alternatives."""
    if written is None or written == "-":
        return None
    value, *others = (None if one == "-" else one for one in written.split("~"))
    return {"value": value, "alternatives": others} if others else value


def _first(value: Any) -> Any:
    return value["value"] if isinstance(value, dict) else value


def _enums(line: Line) -> Row:
    found: Row = {}
    for word in line.words:
        if word in _FLAGS or _is_code(word):
            continue
        value = word.partition("~")[0]
        names = [name for name, members in _WORDS[line.letter] if value in set(members)]
        if not names:
            raise ValueError(f"{word!r} is no word of {line.letter}")
        found[next((name for name in names if name not in found), names[0])] = _field(word)
    return found


def _is_code(word: str) -> bool:
    return bool(re.fullmatch("@?[A-Z]{3}|([A-Z]{3})?>([A-Z]{3})?", word))


def _codes(line: Line) -> list[str]:
    return [word for word in line.words if _CODE.fullmatch(word)]


def _dated(cell: str | None) -> tuple[Any, Any]:
    date, _, words = (cell or "-").partition(":")
    return _field(date), _field(words or None)


def _meeting(line: Line, _text: str, _meetings: list[Row]) -> Iterator[Row]:
    date, words = _dated(line.named.get("d"))
    country = [word[1:] for word in line.words if word.startswith("@")]
    yield {
        "kind": None,
        "mode": "in_person",
        "status": "held",
        "visit_type": None,
        **_enums(line),
        "date": date,
        "date_as_written": words,
        "place_as_written": _field(line.named.get("p")),
        "country": country[0] if country else None,
        "countries": _codes(line),
        "background": "background" in line.words,
    }


def _attendee(line: Line, _text: str, meetings: list[Row]) -> Iterator[Row]:
    name, _, written = line.plain[0].partition("=")
    country = next(iter(_codes(line)), None)
    group, travelling = "group" in line.words, "travelling" in line.words
    for wanted in line.named.get("m", meetings[-1]["id"]).split(","):
        meeting = next(one for one in meetings if one["id"] == wanted)
        row: Row = {
            "name": _field(name if group else _both_orders(name, country)),
            "name_as_written": _field(written or name.partition("~")[0]),
            "kind": "delegation" if group else "person",
            "title_as_written": _field(line.named.get("t")),
            "office": "delegation" if group else None,
            "country": country,
            "role": "delegation_member" if travelling else _role(meeting, country),
            "attendance": "delegation" if travelling else _attendance(meeting),
            "meeting": wanted,
        }
        enums = _enums(line)
        if group and "office" in enums:
            enums["office"] = {"value": row["office"], "alternatives": [enums["office"]]}
        yield row | enums


def _both_orders(name: str, country: str | None) -> str:
    parts = name.split(" ")
    if country not in _EAST or len(parts) != 2 or "~" in name:
        return name
    return f"{name}~{parts[1]} {parts[0]}"


def _role(meeting: Row, country: str | None) -> str:
    if meeting["country"] is None or meeting["country"] not in meeting["countries"]:
        return "participant"
    return "host" if country == meeting["country"] else "visitor"


def _attendance(meeting: Row) -> str:
    return "expected" if _first(meeting["status"]) in _NOT_YET else "attended"


def _instrument(line: Line, _text: str, meetings: list[Row]) -> Iterator[Row]:
    words, _, gloss = line.plain[0].partition(" => ")
    enums = {"status": None, **_enums(line)}
    linked = meetings[-1]["id"] if meetings and _first(enums["status"]) in _DONE else None
    meeting = _field(line.named["m"]) if "m" in line.named else linked
    held = next((one["date"] for one in meetings if one["id"] == _first(meeting)), None)
    yield enums | {
        "title": _field(gloss),
        "title_as_written": _field(words),
        "parties": _codes(line),
        "party_organisations": _many(line.named.get("org")),
        "signatories": _many(line.named.get("by")),
        "date": _field(line.named["d"]) if "d" in line.named else _first(held),
        "valid_from": _field(line.named.get("from")),
        "valid_until": _field(line.named.get("until")),
        "sectors": _sets(line.named.get("s", "")),
        "stated_count": int(line.named["n"]) if "n" in line.named else None,
        "meeting": meeting,
    }


def _sets(cell: str) -> Any:
    value, *others = (one.split() for one in cell.split("~"))
    return {"value": value, "alternatives": others} if others else value


def _many(cell: str | None) -> list[str]:
    return [one.strip() for one in cell.split(",")] if cell else []


def _figure(line: Line, _text: str, _meetings: list[Row]) -> Iterator[Row]:
    amount, _, unit = line.named["v"].partition(" ")
    value, _, most = amount.partition("..")
    money = _CODE.fullmatch(unit) is not None
    period, words = _dated(line.named.get("p"))
    arrow = next((word.split(">") for word in line.words if ">" in word), ["", ""])
    yield {
        "indicator": None,
        "measure": "level",
        "status": "actual",
        "qualifier": "between" if most else "exact",
        **_enums(line),
        "value": _field(value),
        "value_max": most or None,
        "unit": "currency" if money else unit,
        "currency": unit if money else None,
        "value_as_written": _field(line.named.get("w")),
        "period": period,
        "period_as_written": words,
        "from_country": arrow[0] or None,
        "to_country": arrow[1] or None,
        "countries": [code for code in arrow if code] or _codes(line),
        "is_record": "record" in line.words,
    }


_BUILDERS = {"M": _meeting, "A": _attendee, "G": _instrument, "U": _instrument, "F": _figure}
