"""Extractions as a Markdown report for reading, mailing or pasting into an issue; all text is literal."""

from collections.abc import Iterator, Sequence

from extractor.records import Attendee, Extraction, Record
from extractor.writing.cleaning import for_markdown
from extractor.writing.describing import (
    AGREEMENTS,
    FIGURES,
    MOUS,
    Basis,
    Value,
    attendees_of,
    headline_of,
    provenance_line,
    unplaced_attendees,
    values_of,
)
from extractor.writing.explaining import how_known
from extractor.writing.options import WriteOptions
from extractor.writing.wording import country_of, label_of, share_in_words

_IN_HEADLINE = frozenset({"title_as_written", "name", "value", "value_max", "unit", "currency", "qualifier"})
"""Fields that the heading of a record already says."""


def write_markdown(pairs: Sequence[tuple[Extraction, str]], options: WriteOptions) -> str:
    """Return one report; with `options.explain` each value says how it is known."""
    reports = ["\n".join(_report(extraction, explain=options.explain)) for extraction, _text in pairs]
    return "\n\n---\n\n".join(reports) + "\n"


def _report(extraction: Extraction, *, explain: bool) -> Iterator[str]:
    article = extraction.article
    yield f"# {for_markdown(article.title or article.id)}\n"
    facts = {"Source": article.source, "Published": article.published, "Language": article.language}
    yield from (f"- {label}: {for_markdown(fact)}" for label, fact in facts.items() if fact)
    if not extraction.records:
        yield "\nNo records: the article reports no meeting, agreement, memorandum or trade figure."
    if extraction.meetings:
        yield "\n## Meetings"
    for meeting in extraction.meetings:
        yield from _record(meeting, explain=explain)
        yield from _people(attendees_of(extraction, meeting), explain=explain)
    if strays := unplaced_attendees(extraction):
        yield "\n## Attendees of no recorded meeting"
        yield from _people(strays, explain=explain)
    for kind in (AGREEMENTS, MOUS, FIGURES):
        if records := kind.records_of(extraction):
            yield f"\n## {kind.heading}"
        for record in records:
            yield from _record(record, explain=explain)
    yield from _warnings(extraction)
    yield f"\n---\n\n{for_markdown(provenance_line(extraction))}"


def _record(record: Record, *, explain: bool) -> Iterator[str]:
    yield f"\n### {for_markdown(headline_of(record))}\n"
    yield from (f"> {for_markdown(one.quote)}\n" for one in record.evidence)
    for value in values_of(record):
        if explain or value.field not in _IN_HEADLINE:
            yield f"- {value.label}: {_value(value, explain=explain)}"


def _value(value: Value, *, explain: bool) -> str:
    text = for_markdown(value.text)
    if explain:
        return f"{text} — {for_markdown(how_known(value))}"
    return f"“{text}”" if value.basis is Basis.SHOWN else text


def _people(people: Sequence[Attendee], *, explain: bool) -> Iterator[str]:
    if explain:
        for one in people:
            yield from _record(one, explain=True)
        return
    known = any(one.confidence is not None for one in people)
    if people:
        yield "\n| Attendee | As written | Office | Country | Role | Attendance |" + " Confidence |" * known
        yield "|---|---|---|---|---|---|" + "---|" * known
    for one in people:
        cells = (one.name, _as_written(one), label_of(one.office), one.country and country_of(one.country))
        row = (*cells, label_of(one.role), label_of(one.attendance), *([_sure(one)] if known else []))
        yield "| " + " | ".join(for_markdown(cell or "") for cell in row) + " |"


def _sure(attendee: Attendee) -> str:
    return "" if attendee.confidence is None else share_in_words(attendee.confidence)


def _as_written(attendee: Attendee) -> str:
    return ", ".join(filter(None, [attendee.name_as_written, attendee.title_as_written]))


def _warnings(extraction: Extraction) -> Iterator[str]:
    if extraction.warnings:
        yield "\n## Warnings\n"
    for one in extraction.warnings:
        record = f" ({for_markdown(one.record)})" if one.record else ""
        yield f"- {label_of(one.code)}{record}: {for_markdown(one.detail)}"
