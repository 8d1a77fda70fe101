r"""Articles and labels in compact writing to rows of `articles.jsonl` and `key.jsonl`.

An article begins with `=== ID | CLUSTER | DATE or - | TAGS | SOURCE NOTE`; its text goes on to a line `---`,
with `# ` before the title, and then each line is a record:

    M talks KOR MLT @KOR official | d=2026-03-10:10일 | p=서울 | > first words … last words
    A Pia Vella=피아 벨라 | foreign_minister MLT | t=몰타 외교장관
    G agreement signed KOR MLT | 어업협정 => Fisheries agreement | s=agriculture | by=Pia Vella | > evidence
    U signed KOR MLT | 항만 => Memorandum of understanding on ports | s=transport | > evidence
    F exports nearly KOR>MLT | v=1200000000 USD | w=12억 달러에 육박 | p=2025:지난해 | src=벨라 | > evidence
    X words … that give orders to a program

The words of a cell without `=` are enums, codes and flags; `-` is null; `~` parts a value from what else may
be answered, in every cell: `@KOR~-`, `KOR~-`, `KOR>MLT~-`, `v=2 multiple~100 percent`, of a list the whole
list (`by=Pia Vella, Jo Borg~Pia Vella`, `s=trade~finance trade`); other sides or parties: `c=KOR MLT~KOR`.
A tilde of the article's own words is written `\~`, as in `w=3\~4억 달러`; in evidence it stands as it is.
What is left out follows from the meeting above: an attendee's meeting, role and attendance, an instrument's
meeting and date. Without evidence an attendee is shown by the span of title and name. `delegation` alone is
an attendance, for it is the office of each `group` anyhow.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from evals.composing_cells import (
    Line,
    Row,
    amount_of,
    country_of,
    dated,
    ends_of,
    enums_of,
    field_of_cell,
    first,
    lists,
    read_line,
    sides_of,
)
from extractor.errors import ConfigError

GUIDELINES = "1.0"
_LETTERS = {"M": ("meetings", "m"), "A": ("attendees", "a"), "G": ("agreements", "g")} | {
    "U": ("mous", "u"),
    "F": ("trade_figures", "f"),
}
_EAST = {"CHN", "HUN", "JPN", "KOR", "PRK", "TWN"}
_HEADER_CELLS = 5
_TAGGED_TYPES = ("meetings", "attendees", "agreements", "mous", "trade_figures")
_NOT_YET = {"planned", "proposed", "postponed", "cancelled"}
_DONE = {"signed", "adopted", "agreed"}


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
    titles = [line[2:] for line in body.split("\n") if line.startswith("# ")]
    if len(titles) != 1:
        raise ValueError(f"{len(titles)} titles, lines that begin with '# '")
    text = re.sub("(?m)^# ", "", body).strip("\n") + "\n"
    records = _records(text, [line for line in lines if not line.startswith("X ")])
    lacking = [kind for kind in _TAGGED_TYPES if not records[kind]]
    told = {*tags.split(), *(["one_type_missing"] if lacking else [])}
    told |= {"no_records"} if len(lacking) == len(_TAGGED_TYPES) else set()
    article: Row = {"id": name, "language": name.partition("-")[0], "title": titles[0], "text": text}
    article |= {"reference_date": None if day == "-" else day, "source_note": note, "cluster": cluster}
    article |= {"split": "train", "tags": sorted(told)}
    if orders := [find(text, line[2:]) for line in lines if line.startswith("X ")]:
        article["injected"] = [text[start:end] for start, end in orders]
    return article, {"id": name, "annotators": ["a"], "guideline_version": GUIDELINES, "records": records}


def _records(text: str, lines: Iterable[str]) -> dict[str, list[Row]]:
    records: dict[str, list[Row]] = {kind: [] for kind in _TAGGED_TYPES}
    for raw in lines:
        line = read_line(raw)
        kind, letter = _LETTERS[line.letter]
        try:
            for row in _BUILDERS[line.letter](line, text, records["meetings"]):
                numbered = {"id": f"{letter}{len(records[kind]) + 1}", **row}
                records[kind].append(numbered | _common(line, text, row))
        except (ValueError, KeyError, IndexError) as error:
            raise ValueError(f"{raw}: {error}") from error
    return records


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
    source = field_of_cell(line.named.get("src"))
    spans = [find(text, quote) for quote in line.evidence]
    if not spans and line.letter == "A":
        spans = [_nearest(text, first(row["name_as_written"]), first(row["title_as_written"]))]
    evidence = [{"quote": text[start:end], "start": start, "end": end} for start, end in spans]
    found: Row = {"evidence": evidence, "attributed_to": source}
    if first(source) is not None and first(source) not in text:
        raise ValueError(f"{source!r} is not in the text")
    return found | ({"optional": True} if "optional" in line.words else {})


def _nearest(text: str, name: str, title: str | None) -> tuple[int, int]:
    names = [(one.start(), one.end()) for one in re.finditer(re.escape(name), text)]
    titles = [(one.start(), one.end()) for one in re.finditer(re.escape(title or name), text)]
    spans = [(min(a, c), max(b, d)) for a, b in names for c, d in titles]
    if not spans:
        raise ValueError(f"{name!r} and {title!r} are not both in the text")
    return min(spans, key=lambda span: span[1] - span[0])


def _meeting(line: Line, _text: str, _meetings: list[Row]) -> Iterator[Row]:
    date, words = dated(line.named.get("d"))
    yield {
        "kind": None,
        "mode": "in_person",
        "status": "held",
        "visit_type": None,
        **enums_of(line),
        "date": date,
        "date_as_written": words,
        "place_as_written": field_of_cell(line.named.get("p")),
        "country": country_of(line),
        "countries": sides_of(line),
        "background": "background" in line.words,
    }


def _attendee(line: Line, _text: str, meetings: list[Row]) -> Iterator[Row]:
    name, _, written = line.plain[0].partition("=")
    country = country_of(line)
    group, travelling = "group" in line.words, "travelling" in line.words
    above = meetings[-1]["id"] if meetings else ""
    for wanted in line.named.get("m", above).split(","):
        meeting = _meeting_of(first(field_of_cell(wanted)), meetings)
        row: Row = {
            "name": field_of_cell(name if group else _both_orders(name, first(country))),
            "name_as_written": field_of_cell(written) if written else first(field_of_cell(name)),
            "kind": "delegation" if group else "person",
            "title_as_written": field_of_cell(line.named.get("t")),
            "office": "delegation" if group else None,
            "country": country,
            "role": "delegation_member" if travelling else _role(meeting, first(country)),
            "attendance": "delegation" if travelling else _attendance(meeting),
            "meeting": field_of_cell(wanted),
        }
        enums = enums_of(line)
        if group and "office" in enums:
            enums["office"] = _group_office(enums["office"])
        yield row | enums


def _meeting_of(wanted: str, meetings: list[Row]) -> Row:
    found = [one for one in meetings if one["id"] == wanted]
    if not found:
        raise ValueError(f"no meeting {wanted!r} above")
    return found[0]


def _group_office(told: Any) -> Row:
    """Return a group's office: a delegation, else what the text calls it (guideline A3)."""
    offices = [told["value"], *told["alternatives"]] if isinstance(told, dict) else [told]
    return {"value": "delegation", "alternatives": [one for one in offices if one != "delegation"]}


def _both_orders(name: str, country: str | None) -> str:
    parts = name.split(" ")
    if country not in _EAST or len(parts) != 2 or "~" in name:
        return name
    return f"{name}~{parts[1]} {parts[0]}"


def _role(meeting: Row, country: str | None) -> str:
    ground = first(meeting["country"])
    if ground is None or ground not in first(meeting["countries"]):
        return "participant"
    return "host" if country == ground else "visitor"


def _attendance(meeting: Row) -> str:
    return "expected" if first(meeting["status"]) in _NOT_YET else "attended"


def _instrument(line: Line, _text: str, meetings: list[Row]) -> Iterator[Row]:
    words, _, gloss = line.plain[0].partition(" => ")
    enums = {"status": None, **enums_of(line)}
    linked = meetings[-1]["id"] if meetings and first(enums["status"]) in _DONE else None
    meeting = field_of_cell(line.named["m"]) if "m" in line.named else linked
    held = next((one["date"] for one in meetings if one["id"] == first(meeting)), None)
    yield enums | {
        "title": field_of_cell(gloss),
        "title_as_written": field_of_cell(words),
        "parties": sides_of(line),
        "party_organisations": lists(line.named.get("org", ""), ","),
        "signatories": lists(line.named.get("by", ""), ","),
        "date": field_of_cell(line.named["d"]) if "d" in line.named else first(held),
        "valid_from": field_of_cell(line.named.get("from")),
        "valid_until": field_of_cell(line.named.get("until")),
        "sectors": lists(line.named.get("s", "")),
        "stated_count": int(line.named["n"]) if "n" in line.named else None,
        "meeting": meeting,
    }


def _figure(line: Line, _text: str, _meetings: list[Row]) -> Iterator[Row]:
    period, words = dated(line.named.get("p"))
    start, end = ends_of(line)
    ends = [first(one) for one in (start, end) if first(one) is not None]
    value = amount_of(line.named["v"])
    yield {
        "indicator": None,
        "measure": "level",
        "status": "actual",
        "qualifier": "between" if value["value_max"] else "exact",
        **enums_of(line),
        **value,
        "value_as_written": field_of_cell(line.named.get("w")),
        "period": period,
        "period_as_written": words,
        "from_country": start,
        "to_country": end,
        "countries": sides_of(line) or ends,
        "is_record": "record" in line.words,
    }


_BUILDERS = {"M": _meeting, "A": _attendee, "G": _instrument, "U": _instrument, "F": _figure}
