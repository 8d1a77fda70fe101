import csv
import io

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extractor.records import Attendee, Evidence
from extractor.writing import WriteOptions, write, write_many
from extractor.writing.cleaning import for_page

ESCAPED, EXACT = WriteOptions(), WriteOptions(csv_escape=False)
FORMULA = tuple("=+-@\t\r\n＝＋－＠")
TEXT = st.text(min_size=1, max_size=80)


def rows_of(document):
    assert document.endswith("\r\n")
    return list(csv.DictReader(io.StringIO(document, newline=""), strict=True))


def test_one_table_has_a_row_for_each_record(pair):
    rows = rows_of(write(pair.extraction, pair.text, "csv", ESCAPED))
    assert len(rows) == len(pair.extraction.records)
    assert [row["id"].lstrip("'") for row in rows] == [record.id for record in pair.extraction.records]


def test_the_columns_are_the_same_whatever_is_found(pairs):
    headers = {write(*pair, "csv", ESCAPED).split("\r\n", 1)[0] for pair in pairs.values()}
    [header] = headers
    assert header.startswith("record_type,article_id,source,id,")
    assert header.endswith(",evidence,evidence_start,evidence_end,evidence_match")


def test_a_row_holds_lists_evidence_and_offsets(pairs):
    pair = pairs["korean"]
    rows = rows_of(write(*pair, "csv", ESCAPED))
    [figure] = [row for row in rows if row["id"] == "figure-1"]
    assert figure["record_type"] == "trade_figure"
    assert (figure["value"], figure["currency"], figure["is_record"]) == ("6500000000", "USD", "true")
    assert figure["countries"] == "KOR; KAZ"
    assert pair.text[int(figure["evidence_start"]) : int(figure["evidence_end"])] == figure["evidence"]
    assert figure["name"] == ""


def test_no_cell_of_hostile_text_is_a_formula(pairs):
    rows = rows_of(write(*pairs["hostile"], "csv", ESCAPED))
    cells = [(name, cell) for row in rows for name, cell in row.items() if cell.startswith(FORMULA)]
    assert cells == [("value", "-1000.50"), ("value_max", "-0")]
    [agreement] = [row for row in rows if row["record_type"] == "agreement"]
    assert agreement["signatories"] == "'@x; '-y"


def test_without_escape_the_text_is_exact(pairs):
    pair = pairs["hostile"]
    rows = rows_of(write(*pair, "csv", EXACT))
    assert rows[1]["name"] == pair.extraction.attendees[0].name
    assert rows[3]["id"] == "-2+3"


def attendee(name, written):
    return Attendee(
        id="a", evidence=(Evidence(quote=written, start=0, end=len(written)),), name=name, name_as_written=written,
        kind="person", office="other", role="host", attendance="attended",
    )  # fmt: skip


@given(name=TEXT, written=TEXT)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_any_text_survives_the_way_through_csv(pairs, name, written):
    extraction = pairs["empty"].extraction.model_copy(update={"attendees": (attendee(name, written),)})
    [exact] = rows_of(write(extraction, "", "csv", EXACT))
    assert (exact["name"], exact["name_as_written"], exact["evidence"]) == (name, written, written)
    [escaped] = rows_of(write(extraction, "", "csv", ESCAPED))
    shown = escaped["name"]
    assert not shown.startswith(FORMULA)
    assert shown in {for_page(name), "'" + for_page(name)}


def test_several_articles_share_one_table(pairs):
    rows = rows_of(write_many([pairs["korean"], pairs["arabic"]], "csv", ESCAPED))
    assert {row["article_id"] for row in rows} == {"ko", "ar"}
