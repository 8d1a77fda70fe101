"""Confidence where a reader looks for it, in every form, and nowhere where none is known."""

import csv
import io
import json

import pytest

from extractor.records import Escalation, Usage
from extractor.writing import WriteOptions, write
from extractor.writing.describing import Basis, values_of
from extractor.writing.star import FORMATS, write_star
from extractor.writing.wording import share_in_words
from tests.writing.tables_back import tables_of

PLAIN = WriteOptions()
TYPES = ("meetings", "attendees", "agreements", "mous", "trade_figures")


@pytest.fixture
def known(pairs):
    """An extraction of which each record but the last attendee has a confidence, after another LLM was asked."""
    extraction, text = pairs["hungarian"].extraction, pairs["hungarian"].text
    changes = {
        kind: tuple(one.model_copy(update={"confidence": 0.871}) for one in getattr(extraction, kind))
        for kind in TYPES
    }
    changes["attendees"] = (*changes["attendees"][:-1], extraction.attendees[-1])
    first = Escalation(
        llm="small", prompt="p", fingerprints=(), usage=Usage(), cached=False, below=0.5, unsure=1, records=2
    )
    changes["provenance"] = extraction.provenance.model_copy(
        update={"calibration": "small, 1", "escalated_from": first}
    )
    return extraction.model_copy(update=changes), text


@pytest.mark.parametrize("form", ["table", "md", "html"])
def test_readers_see_it_in_percent(known, pairs, form):
    document = write(*known, form, PLAIN)
    assert document.count("87%") >= len(known[0].records) - 1
    assert "after small" in document
    other = pairs["hungarian"]
    assert "87%" not in write(other.extraction, other.text, form, PLAIN)


def test_where_none_is_known_no_column_is_shown(pairs):
    pair = pairs["hungarian"]
    for form in ("table", "md"):
        lines = write(pair.extraction, pair.text, form, PLAIN).lower()
        assert "confidence" not in lines
        assert "sure" not in lines.replace("measure", "")


def test_the_last_of_a_record_s_values_is_an_estimate_and_so_called(known):
    *_, last = values_of(known[0].meetings[0])
    assert (last.field, last.text, last.raw, last.basis) == (
        "confidence",
        "87% sure",
        "0.871",
        Basis.ESTIMATED,
    )
    assert "confidence = 0.871 (estimated" in write(*known, "table", WriteOptions(explain=True))


def test_machines_get_the_number_and_null(known):
    found = json.loads(write(*known, "json", PLAIN))
    assert [one["confidence"] for one in found["attendees"]] == [0.871, 0.871, 0.871, None]
    rows = list(csv.DictReader(io.StringIO(write(*known, "csv", PLAIN))))
    assert {row["confidence"] for row in rows if row["record_type"] == "meeting"} == {"0.871"}
    assert [row["confidence"] for row in rows if row["record_type"] == "attendee"][-1] == ""


@pytest.mark.parametrize("form", FORMATS)
def test_the_tables_have_it_with_what_it_was_computed_by(known, form, tmp_path):
    line = write(*known, "jsonl", PLAIN).encode()
    write_star([line], [], tmp_path / "out", form)
    tables = tables_of(tmp_path / "out", form)
    assert [one["confidence"] for one in tables["attendees"]] == [0.871, 0.871, 0.871, None]
    assert [one["confidence"] for kind in TYPES for one in tables[kind]].count(0.871) == len(
        known[0].records
    ) - 1
    [article] = tables["articles"]
    assert (article["calibration"], article["escalated_from"]) == ("small, 1", "small")


@pytest.mark.parametrize("form", FORMATS)
def test_lines_of_a_version_before_it_are_read_all_the_same(pairs, form, tmp_path):
    old = json.loads(write(pairs["hungarian"].extraction, "", "jsonl", PLAIN))
    for kind in TYPES:
        for one in old[kind]:
            del one["confidence"]
    del old["provenance"]["calibration"], old["provenance"]["escalated_from"]
    write_star([json.dumps(old).encode()], [], tmp_path / "out", form)
    tables = tables_of(tmp_path / "out", form)
    assert {one["confidence"] for one in tables["meetings"]} == {None}
    assert tables["articles"][0]["escalated_from"] is None


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.871, "87%"), (0.999, "99%"), (0.0001, "1%"), (0.0, "0%"), (1.0, "100%"), (0.5, "50%")],
)
def test_nearly_certain_is_not_called_certain(share, words):
    assert share_in_words(share) == words
