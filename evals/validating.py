"""A gold folder to a list of what is wrong in it: offsets, enums, codes, dates, links, ids, hashes."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from evals.adjudicating import decision_problems, undecided
from evals.agreeing import LABELLERS
from evals.amounts import decimal_of
from evals.cases import TYPES, Case, Field, Record, case_of, is_empty
from evals.fields import FIELDS
from evals.freezing import broken_seals
from evals.gold import GOLD, SPLITS, TRAIN, Gold, load_gold
from evals.separating import overlaps
from extractor.normalizing.edtf import is_edtf
from extractor.normalizing.places import is_country_code
from extractor.vocabulary import (
    AgreementType,
    Attendance,
    AttendeeKind,
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
    Sector,
    VisitType,
)

LONGEST_EVIDENCE = 420
INJECTED = "injected_instructions"
EMPTY = "no_records"
_ENUMS: Mapping[tuple[str, str], type[StrEnum]] = {
    ("meetings", "kind"): MeetingKind,
    ("meetings", "mode"): MeetingMode,
    ("meetings", "status"): MeetingStatus,
    ("meetings", "visit_type"): VisitType,
    ("attendees", "kind"): AttendeeKind,
    ("attendees", "office"): Office,
    ("attendees", "role"): Role,
    ("attendees", "attendance"): Attendance,
    ("agreements", "type"): AgreementType,
    ("agreements", "status"): InstrumentStatus,
    ("agreements", "sectors"): Sector,
    ("mous", "status"): InstrumentStatus,
    ("mous", "sectors"): Sector,
    ("trade_figures", "indicator"): Indicator,
    ("trade_figures", "measure"): Measure,
    ("trade_figures", "qualifier"): Qualifier,
    ("trade_figures", "status"): FigureStatus,
}
_MAY_BE_NULL = {("meetings", "visit_type")}
_COUNTRY = {"country", "countries", "parties", "from_country", "to_country"}
_DATE = {"date", "valid_from", "valid_until", "period"}
_MORE_FIELDS = {
    "meetings": {"date_as_written"},
    "attendees": {"name_as_written"},
    "agreements": set[str](),
    "mous": set[str](),
    "trade_figures": {"value_as_written", "period_as_written"},
}
_NAMES = {"unit", "party_organisations", "signatories", "attributed_to"}
_MONEY = re.compile("[A-Z]{3}")


def validate(folder: Path = GOLD) -> tuple[str, ...]:
    """Return every problem of a gold folder, one line each. Raises ConfigError where it cannot be read.

    A labelling stays as its labeller left it: what is wrong there and has been decided is no problem. A
    folder of training articles is held apart from the gold data, too.
    """
    gold = load_gold(folder)
    problems = [f"{split}: differs from its frozen hash" for split in broken_seals(folder)]
    training = all(article.get("split") == TRAIN for article in gold.articles.values())
    problems += overlaps(gold.articles, load_gold().articles) if training else ()
    for name, article in gold.articles.items():
        problems += (f"{name}: {problem}" for problem in _article_problems(article, training=training))
        problems += () if name in gold.keys else (f"{name}: no key",)
    for source, rows in (("key", gold.keys), *gold.labels.items()):
        for name, row in rows.items():
            if name not in gold.articles:
                problems.append(f"{source} {name}: no such article")
                continue
            case = case_of(gold.articles[name], row.get("records"))
            found = (*case_problems(case), *(_tag_problems(case) if source == "key" else ()))
            settled = _settled(gold, source, name)
            problems += (f"{source} {name} {one}" for one in found if not one.startswith(settled))
    problems += decision_problems(gold)
    return (*problems, *(f"{one}: not decided" for one in undecided(folder)))


def _settled(gold: Gold, source: str, article: str) -> tuple[str, ...]:
    """Return how problems of a labeller begin where the adjudicator has decided."""
    if source not in LABELLERS:
        return ()
    places = (at.partition(".") for at in gold.decisions.get(article, {}))
    side = LABELLERS.index(source)
    return tuple(f"{records.split('/')[side]}: {field}{':' if field else ''}" for records, _, field in places)


def _article_problems(article: Mapping[str, Any], *, training: bool) -> Iterator[str]:
    for name in ("id", "language", "title", "text", "cluster", "split", "tags", "source_note"):
        if not article.get(name) and name != "tags":
            yield f"no {name}"
    if article.get("split") not in SPLITS and not training:
        yield f"split {article.get('split')!r}"
    day = article.get("reference_date")
    if day is not None and not re.fullmatch(r"\d{4}-\d\d-\d\d", str(day)):
        yield f"reference_date {day!r}"
    if any(quote not in article.get("text", "") for quote in article.get("injected", ())):
        yield "injected words that the text lacks"
    if INJECTED in article.get("tags", ()) and not article.get("injected"):
        yield "tagged as injected, without the words"


def case_problems(case: Case) -> Iterator[str]:
    """Yield what is wrong in the key of one article."""
    ids = Counter(record.id for record in case.records)
    yield from (f"{name}: id given {count} times" for name, count in ids.items() if count > 1)
    meetings = {record.id for record in case.of_type("meetings")}
    spans = ((case.text.find(words), len(words)) for words in case.injected)
    hidden = {point for start, length in spans for point in range(start, start + length)}
    for record in case.records:
        for problem in (*_evidence_problems(record, case.text), *_field_problems(record, case, meetings)):
            yield f"{record.id}: {problem}"
        if any(one.start in hidden for one in record.evidence):
            yield f"{record.id}: evidence in injected words"


def _tag_problems(case: Case) -> Iterator[str]:
    if EMPTY in case.tags and not case.is_without_records:
        yield f"tagged as {EMPTY}, with records"


def _evidence_problems(record: Record, text: str) -> Iterator[str]:
    if not record.evidence:
        yield "no evidence"
    for quote in record.evidence:
        if quote.start is None or quote.end is None:
            yield f"evidence {quote.quote[:30]!r} without offsets"
        elif text[quote.start : quote.end] != quote.quote or not quote.quote:
            yield f"evidence {quote.quote[:30]!r} does not stand at {quote.start}"
        elif len(quote.quote) > LONGEST_EVIDENCE:
            yield f"evidence of {len(quote.quote)} code points"


def _field_problems(record: Record, case: Case, meetings: Iterable[str]) -> Iterator[str]:
    wanted = {spec.name for spec in FIELDS[record.type]} | _MORE_FIELDS[record.type]
    if record.type == "attendees":
        wanted.discard("date")
    for name in sorted(wanted ^ set(record.fields)):
        yield f"{name}: {'missing' if name in wanted else 'no field of the schema'}"
    for name, field in record.fields.items():
        for value in (field.value, *field.alternatives):
            yield from (f"{name}: {problem}" for problem in _value_problems(record, name, value))
            if name.endswith("_as_written") and not is_empty(value) and value not in case.text:
                yield f"{name}: {value!r} is not in the text"
            if name == "meeting" and value is not None and value not in meetings:
                yield f"meeting: no meeting {value!r}"
    yield from _unit_problems(record)


def _value_problems(record: Record, name: str, value: Any) -> Iterator[str]:
    members = value if isinstance(value, tuple) else (value,)
    enum = _ENUMS.get((record.type, name))
    if enum is not None and name != "sectors" and value is None and (record.type, name) not in _MAY_BE_NULL:
        yield "null"
    for one in members:
        if one is None:
            continue
        if enum is not None and one not in set(enum):
            yield f"{one!r} is not in the list"
        if name in _COUNTRY and not is_country_code(one):
            yield f"{one!r} is no country"
        if name in _DATE and not is_edtf(one):
            yield f"{one!r} is no EDTF"
        if name in _NAMES and "~" in str(one):
            yield f"{one!r} holds ~, which parts alternatives"
        if name == "currency" and not _MONEY.fullmatch(one):
            yield f"{one!r} is no currency"
        if name in {"value", "value_max"} and (not isinstance(one, str) or decimal_of(one) is None):
            yield f"{one!r} is no decimal"


def _unit_problems(record: Record) -> Iterator[str]:
    if record.type != "trade_figures":
        return
    unit: Field = record.field("unit")
    if ("currency" in unit.accepted) != bool(record.field("currency").accepted):
        yield "unit and currency do not agree"


def stats(folder: Path = GOLD) -> dict[str, Counter[str]]:
    """Return counts of articles by language, split and tag, and of records by type and split, of the key."""
    gold = load_gold(folder)
    cases = [case for name in gold.articles if (case := gold.case(name)) is not None]
    return {
        "languages": Counter(case.language for case in cases),
        "splits": Counter(case.split for case in cases),
        "tags": Counter(tag for case in cases for tag in case.tags),
        "records": Counter(record.type for case in cases for record in case.records),
        "optional": Counter(record.type for case in cases for record in case.records if record.optional),
        "without_records": Counter(case.split for case in cases if case.is_without_records),
        "one_type_missing": Counter(case.split for case in cases if _lacks_a_type(case)),
        "invented": Counter("invented" if case.source_note == "invented" else "real" for case in cases),
    }


def _lacks_a_type(case: Case) -> bool:
    return any(not case.of_type(kind) for kind in TYPES)
