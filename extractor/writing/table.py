"""Extractions as tables for a terminal: plain or in colour, no upright lines for other scripts to break."""

import io
from collections.abc import Callable, Iterator, Sequence

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from extractor.records import Agreement, Attendee, Extraction, Instrument, Meeting, Record, TradeFigure
from extractor.writing.cleaning import for_terminal
from extractor.writing.describing import (
    AGREEMENTS,
    FIGURES,
    MOUS,
    RecordType,
    attendees_of,
    headline_of,
    provenance_line,
    unplaced_attendees,
)
from extractor.writing.explaining import explain
from extractor.writing.options import WriteOptions
from extractor.writing.wording import date_in_words, label_of, share_in_words

_WIDTH = 100
_LONGEST_QUOTE = 200
"""Characters; JSON, the page and `explain` have the whole."""


def write_table(pairs: Sequence[tuple[Extraction, str]], options: WriteOptions) -> str:
    """Return what a person wants to see first; with `options.explain` the words of each value follow.

    Without `options.colour` there is no escape sequence in the output; with it, only colours and weights.
    """
    stream = io.StringIO()
    console = _console(stream, options)
    for number, (extraction, text) in enumerate(pairs):
        if number:
            console.print()
        for part in _parts(extraction):
            console.print(part)
        if options.explain:
            console.print("\n" + explain(extraction, text), end="", soft_wrap=True)
    return "\n".join(line.rstrip() for line in stream.getvalue().split("\n"))


def _console(stream: io.StringIO, options: WriteOptions) -> Console:
    return Console(
        file=stream,
        width=options.width or _WIDTH,
        force_terminal=options.colour,
        color_system="standard" if options.colour else None,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
        _environ={},
    )


def _parts(extraction: Extraction) -> Iterator[RenderableType]:
    yield _heading(extraction)
    if not extraction.records:
        yield Text("\nNo records: the article reports no meeting, agreement, memorandum or trade figure.")
    if extraction.meetings:
        yield _title("Meetings", len(extraction.meetings))
    for number, meeting in enumerate(extraction.meetings):
        if number:
            yield Text()
        yield from _meeting(meeting, attendees_of(extraction, meeting))
    if strays := unplaced_attendees(extraction):
        yield _title("Attendees of no recorded meeting", len(strays))
        yield _people(strays)
    for kind, columns, row in _TABLES:
        if records := kind.records_of(extraction):
            yield _title(kind.heading, len(records))
            yield _trusted(columns, [row(record) for record in records], records)
    if extraction.warnings:
        yield _title("Warnings", len(extraction.warnings))
        yield _warnings(extraction)
    yield Text("\n" + for_terminal(provenance_line(extraction)), style="dim")


def _heading(extraction: Extraction) -> Text:
    article = extraction.article
    facts = [article.source if article.source != "-" else "", article.language or "", article.published or ""]
    line = " · ".join(for_terminal(fact) for fact in facts if fact)
    return Text.assemble(
        (for_terminal(article.title or article.id), "bold"), ("\n" + line if line else "", "dim")
    )


def _title(words: str, count: int) -> Text:
    return Text.assemble("\n", (words, "bold cyan"), (f" ({count})", "dim"))


def _meeting(meeting: Meeting, people: Sequence[Attendee]) -> Iterator[RenderableType]:
    place = ", ".join(filter(None, [meeting.place_as_written, meeting.country]))
    visit = f"{label_of(meeting.visit_type)} visit" if meeting.visit_type else None
    date = date_in_words(meeting.date) if meeting.date else meeting.date_as_written
    recalled = "only recalled" if meeting.background else None
    mode = "mode unknown" if meeting.mode == "unknown" else label_of(meeting.mode)
    facts = [label_of(meeting.status), mode, visit, date, place, recalled, _sure(meeting)]
    line = " · ".join(for_terminal(fact) for fact in facts if fact)
    lines = [Text(for_terminal(headline_of(meeting)), style="bold"), Text(line), _quote(meeting)]
    yield Padding(Group(*lines, *([_people(people)] if people else [])), (0, 0, 0, 2))


def _people(people: Sequence[Attendee]) -> Table:
    columns = ("name", "office", "", "role", "attendance")
    rows = [[_name(one), label_of(one.office), one.country, one.role, one.attendance] for one in people]
    return _trusted(columns, [[*map(_cell, row)] for row in rows], people)


def _name(attendee: Attendee) -> str:
    same = attendee.name.casefold() == attendee.name_as_written.casefold()
    return attendee.name if same else f"{attendee.name} ({attendee.name_as_written})"


def _instrument(record: Record) -> list[Text]:
    if not isinstance(record, Instrument):
        raise TypeError(type(record).__name__)
    parties = ", ".join([*record.parties, *record.party_organisations])
    kind = [label_of(record.type)] if isinstance(record, Agreement) else []
    date = date_in_words(record.date) if record.date else None
    return [_shown(record), *map(_cell, [*kind, label_of(record.status), parties, date])]


def _figure(record: Record) -> list[Text]:
    if not isinstance(record, TradeFigure):
        raise TypeError(type(record).__name__)
    period = date_in_words(record.period) if record.period else record.period_as_written
    flow = " → ".join(filter(None, [record.from_country, record.to_country]))
    what = label_of(record.indicator) + ("" if record.measure == "level" else f", {record.measure}")
    status = "" if record.status == "actual" else label_of(record.status)
    facts = ", ".join(filter(None, [period, status, "a record" if record.is_record else None]))
    return [_shown(record), *map(_cell, [what, flow or ", ".join(record.countries), facts])]


def _shown(record: Record) -> Text:
    gloss = record.title if isinstance(record, Instrument) and record.title_as_written else None
    aside = f"\n{for_terminal(gloss)} (gloss)" if gloss else ""
    return Text.assemble((for_terminal(headline_of(record)), "bold"), (aside, "dim"), "\n", _quote(record))


_TABLES: tuple[tuple[RecordType, tuple[str, ...], Callable[[Record], list[Text]]], ...] = (
    (AGREEMENTS, ("title", "type", "status", "parties", "date"), _instrument),
    (MOUS, ("title", "status", "parties", "date"), _instrument),
    (FIGURES, ("amount", "indicator", "countries", "period"), _figure),
)


def _trusted(columns: Sequence[str], rows: Sequence[Sequence[Text]], records: Sequence[Record]) -> Table:
    """Return a table of records, with their confidence where any is known."""
    if all(one.confidence is None for one in records):
        return _table(columns, rows)
    shares = ["" if one.confidence is None else share_in_words(one.confidence) for one in records]
    return _table((*columns, "sure"), [[*row, _cell(share)] for row, share in zip(rows, shares, strict=True)])


def _sure(record: Record) -> str | None:
    return None if record.confidence is None else f"{share_in_words(record.confidence)} sure"


def _table(columns: Sequence[str], rows: Sequence[Sequence[Text]]) -> Table:
    table = Table(
        box=box.SIMPLE_HEAD, header_style="dim", pad_edge=False, padding=(0, 1, 0, 0), show_edge=False
    )
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def _cell(text: str | None) -> Text:
    return Text(for_terminal(text or ""))


def _quote(record: Record) -> Text:
    words = for_terminal(" … ".join(one.quote for one in record.evidence))
    clipped = words if len(words) <= _LONGEST_QUOTE else words[: _LONGEST_QUOTE - 1] + "…"
    source = f" — {for_terminal(record.attributed_to)}" if record.attributed_to else ""
    return Text(f"“{clipped}”{source}", style="italic dim")


def _warnings(extraction: Extraction) -> Table:
    rows = [
        [Text(label_of(one.code), style="yellow"), _cell(one.record), _cell(one.detail)]
        for one in extraction.warnings
    ]
    return _table(("what", "record", "detail"), rows)
