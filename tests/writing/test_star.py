import csv
import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from filelock import FileLock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extractor.errors import ConfigError, WriteError
from extractor.llm.caching import Cached, Policy
from extractor.llm.recorded import RecordedAnswers
from extractor.pipeline import Extractor
from extractor.reading import ReadOptions, read_articles
from extractor.records import Agreement, Evidence, TradeFigure
from extractor.settings import Settings
from extractor.wiring import asking_of
from extractor.writing.cleaning import for_csv
from extractor.writing.star import FORMATS, FailureRow, replacing, schema, write_star
from tests.writing.tables_back import extraction_back, tables_of

ROOT = Path(__file__).parents[2]
CHILD = Path(__file__).with_name("star_child.py")
FORMULA = tuple("=+-@\t\r\n＝＋－＠")
FOLDERS = ("parquet", "csv")
FILES = ("duckdb", "sqlite")
TYPED = ("parquet", "duckdb", "sqlite")
NASTY = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60),
    st.sampled_from(
        [
            "=1+1",
            "-2",
            "\t@x",
            '"',
            "a,b\r\nc",
            "a\0b",
            "\u202eabc\u202c",
            "שלום",
            "'; DROP TABLE x;--",
            "[",
            " ",
            "\ufeff",
        ]
    ),
)


@pytest.fixture(scope="module")
def examples():
    recorded = Cached(None, RecordedAnswers(ROOT / "tests" / "recorded" / "examples.jsonl"), Policy.OFFLINE)
    extractor = Extractor(recorded, asking_of(Settings()))
    files = sorted((ROOT / "examples").glob("*.txt"))
    return [extractor.extract(one) for path in files for one in read_articles(str(path), ReadOptions())]


def lines_of(extractions):
    return [one.model_dump_json().encode() for one in extractions]


def written(path, form, extractions=(), failures=()):
    write_star(lines_of(extractions), failures, path, form)
    return tables_of(path, form)


def records_of(extraction):
    whole = extraction.model_dump(mode="json")
    return {
        name: whole[name] for name in [*(table.name for table in schema() if table.record_type), "warnings"]
    }


@pytest.mark.parametrize("form", FORMATS)
def test_every_record_is_found_again_by_its_keys(examples, form, tmp_path):
    tables = written(tmp_path / "out", form, examples)
    assert sum(len(one.records) for one in examples) > 50
    for one in examples:
        assert extraction_back(tables, one.article.id) == records_of(one)


@pytest.mark.parametrize("form", FORMATS)
def test_every_article_is_there_with_how_it_came_about(examples, form, tmp_path):
    rows = {row["article_id"]: row for row in written(tmp_path / "out", form, examples)["articles"]}
    for one in examples:
        made = one.provenance.model_dump(mode="json")
        wanted = {**one.article.model_dump(mode="json"), **made, **made["usage"], "schema_version": "1.0"}
        row = rows[one.article.id]
        assert row.pop("article_id") == wanted.pop("id")
        assert row == {name: wanted[name] for name in row}


@pytest.mark.parametrize("form", TYPED)
def test_hostile_text_is_kept_letter_for_letter(pairs, form, tmp_path):
    extractions = [pair.extraction for pair in pairs.values()]
    tables = written(tmp_path / "out", form, extractions)
    for one in extractions:
        assert extraction_back(tables, one.article.id) == records_of(one)


def whole(text):
    return (Evidence(quote=text, start=0, end=len(text)),)


@pytest.mark.parametrize("form", FORMATS)
@given(texts=st.lists(NASTY, min_size=1, max_size=25))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=6, deadline=None)
def test_any_text_survives_in_any_format(pairs, form, texts, tmp_path_factory):
    agreements = tuple(
        Agreement(id=f"{text}{number}", evidence=whole(text), shown_by={text: whole(text)}, title=text, status="signed", type="other",
                  signatories=(text, "=1"), attributed_to=text)
        for number, text in enumerate(texts)
    )  # fmt: skip
    one = pairs["empty"].extraction.model_copy(update={"agreements": agreements})
    tables = written(tmp_path_factory.mktemp("any") / "out", form, [one])
    wanted = records_of(one)["agreements"]
    if form != "csv":
        assert extraction_back(tables, one.article.id)["agreements"] == wanted
        return
    for row, record in zip(tables["agreements"], wanted, strict=True):
        assert (row["id"], row["title"]) == (for_csv(record["id"]), for_csv(record["title"]))
    assert [row["item"] for row in tables["list_items"][1::2]] == ["'=1"] * len(texts)
    keys = {row["record_id"] for row in tables["evidence"]}
    assert keys == {row["id"] for row in tables["agreements"]}


def test_no_cell_of_a_csv_is_a_formula(pairs, tmp_path):
    failures = [FailureRow("=1", "@a", 1, "failed", "+b", "-c\n=d")]
    write_star(lines_of([pairs["hostile"].extraction]), failures, tmp_path / "out", "csv")
    seen = []
    for path in (tmp_path / "out").iterdir():
        with path.open(encoding="utf-8", newline="") as file:
            seen += [
                (path.stem, cell)
                for row in csv.reader(file, strict=True)
                for cell in row
                if cell.startswith(FORMULA)
            ]
    assert sorted(seen) == [("trade_figures", cell) for cell in ("-0", "-0", "-1000.50", "-1000.50")]


@pytest.mark.parametrize("form", FORMATS)
def test_halves_of_characters_are_marked_not_fatal(pairs, form, tmp_path):
    line = (
        pairs["korean"]
        .extraction.model_dump_json()
        .replace("Han Seo-yun", "Han \\ud800 \\uD83D\\uDE00")
        .encode()
    )
    failure = FailureRow("a", "b\udc80.txt", 7, "failed", "read", "\ud800")
    write_star([line], [failure], tmp_path / "out", form)
    tables = tables_of(tmp_path / "out", form)
    assert tables["attendees"][0]["name"] == "Han \ufffd \U0001f600"
    assert (tables["failures"][0]["source"], tables["failures"][0]["reason"]) == ("b\ufffd.txt", "\ufffd")


@pytest.mark.parametrize("form", FORMATS)
def test_failures_have_their_rows(form, tmp_path):
    failures = [
        FailureRow(None, "news.csv: row 3", 2, "failed", "invalid_input", "no text"),
        FailureRow("a7", "b.txt", 9, "skipped", "limit", "one\ntwo"),
    ]
    rows = written(tmp_path / "out", form, (), failures)["failures"]
    assert [tuple(row.values()) for row in rows] == [
        (None, "news.csv: row 3", 2, "failed", "invalid_input", "no text"),
        ("a7", "b.txt", 9, "skipped", "limit", "one\ntwo"),
    ]


@pytest.mark.parametrize("form", FORMATS)
def test_a_list_is_also_a_table_of_items(pairs, form, tmp_path):
    tables = written(tmp_path / "out", form, [pairs["korean"].extraction])
    sides = [row for row in tables["list_items"] if row["record_id"] == "meeting-1"]
    assert [(row["field"], row["position"], row["item"]) for row in sides] == [
        ("countries", 1, "KOR"),
        ("countries", 2, "KAZ"),
    ]
    items = sum(len(row[field]) for table in schema() if table.record_type for row in tables[table.name]
                for field in (column.name for column in table.columns if column.type == "list"))  # fmt: skip
    assert len(tables["list_items"]) == items


def figures(pairs, *values):
    made = (
        TradeFigure(id=f"f{number}", evidence=whole("x"), indicator="exports", measure="level", value=value, qualifier="exact",
                    value_as_written="x", status="actual")
        for number, value in enumerate(values)
    )  # fmt: skip
    return pairs["empty"].extraction.model_copy(update={"trade_figures": tuple(made)})


AMOUNTS = [
    "0",
    "-0.1",
    "6500000000",
    "0.000000001",
    "12345678901234567890123456789.123456789",
    "-99999999999999999999999999999",
]


@pytest.mark.parametrize("form", ["parquet", "duckdb", "csv"])
def test_amounts_lose_no_digit(pairs, form, tmp_path):
    rows = written(tmp_path / "out", form, [figures(pairs, *AMOUNTS)])["trade_figures"]
    assert [row["value"] for row in rows] == [Decimal(value) for value in AMOUNTS]
    assert [row["value_exact"] for row in rows] == AMOUNTS


@pytest.mark.parametrize("form", FORMATS)
def test_digits_beyond_the_type_stand_in_the_exact_column(pairs, form, tmp_path):
    odd = ["0.12345678951", "1" + "0" * 29, "9" * 400]
    rows = written(tmp_path / "out", form, [figures(pairs, *odd)])["trade_figures"]
    assert [row["value_exact"] for row in rows] == odd
    exact = [Decimal(value) for value in odd]
    assert [row["value"] for row in rows] == (
        exact if form == "csv" else [Decimal("0.123456790"), None, None]
    )


def test_sqlite_compares_and_sums_amounts_as_numbers(pairs, tmp_path):
    written(tmp_path / "out", "sqlite", [figures(pairs, "9", "1000000000000000001", "0.5", *AMOUNTS)])
    with closing(sqlite3.connect(tmp_path / "out")) as database:
        rows = database.execute(
            "SELECT value, typeof(value) FROM trade_figures WHERE value BETWEEN 0.4 AND 2e18"
        ).fetchall()
    assert rows == [(9, "integer"), (1000000000000000001, "integer"), (0.5, "real"), (6500000000, "integer")]


def test_duckdb_sums_amounts_exactly(pairs, tmp_path):
    written(tmp_path / "out", "duckdb", [figures(pairs, *["0.1"] * 10, "1000000000000000")])
    with closing(duckdb.connect(tmp_path / "out", read_only=True)) as database:
        [(total,)] = database.execute("SELECT sum(value) FROM trade_figures").fetchall()
    assert total == Decimal(1000000000000001)


def test_a_count_beyond_all_integers_is_null(pairs, tmp_path):
    made = Agreement(id="a", evidence=whole("x"), status="signed", type="other", stated_count=10**30)
    one = pairs["empty"].extraction.model_copy(update={"agreements": (made,)})
    for form in FORMATS:
        assert written(tmp_path / form, form, [one])["agreements"][0]["stated_count"] is None


def test_rows_come_in_groups(pairs, tmp_path, monkeypatch):
    monkeypatch.setattr("extractor.writing.star.filling.BATCH", 3)
    written(tmp_path / "out", "parquet", [pairs["empty"].extraction] * 7)
    file = pq.ParquetFile(tmp_path / "out" / "articles.parquet")
    assert [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)] == [3, 3, 1]


def content(path):
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return {file.name: file.read_bytes() for file in files}


def names_beside(path):
    return [one.name for one in path.parent.iterdir()]


@pytest.mark.parametrize("form", FORMATS)
def test_it_is_replaced_by_what_is_new(pairs, form, tmp_path):
    written(tmp_path / "out", form, [pairs["korean"].extraction])
    tables = written(tmp_path / "out", form, [pairs["arabic"].extraction])
    assert [row["article_id"] for row in tables["articles"]] == ["ar"]
    assert names_beside(tmp_path / "out") == ["out"]


def test_folders_are_replaced_where_the_disk_cannot_swap(pairs, tmp_path, monkeypatch):
    monkeypatch.setattr(replacing, "_exchanged", lambda one, other: False)
    test_it_is_replaced_by_what_is_new(pairs, "csv", tmp_path)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "bad", [b"{", b"[]", b'{"article": 5}', b'{"article": {"id": "a"}}', b"\xff", b"[" * 100_000]
)
def test_a_line_that_is_no_extraction_is_named_and_the_old_stays(pairs, form, bad, tmp_path):
    out = tmp_path / "out"
    written(out, form, [pairs["korean"].extraction])
    before = content(out)
    with pytest.raises(WriteError, match="line 2"):
        write_star([*lines_of([pairs["arabic"].extraction]), bad], [], out, form)
    assert content(out) == before
    assert names_beside(out) == ["out"]


@pytest.mark.parametrize("form", FORMATS)
def test_what_breaks_off_leaves_the_old(pairs, form, tmp_path):
    out = tmp_path / "out"
    written(out, form, [pairs["korean"].extraction])
    before = content(out)

    def breaking():
        yield from lines_of([pairs["arabic"].extraction])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_star(breaking(), [], out, form)
    assert content(out) == before
    assert names_beside(out) == ["out"]


def child(form, path, count):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(CHILD), form, str(path), str(count)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("form", FORMATS)
def test_a_kill_leaves_the_old_whole_and_the_next_run_goes_through(pairs, form, tmp_path):
    out = tmp_path / "out"
    written(out, form, [pairs["korean"].extraction])
    before = content(out)
    with child(form, out, 0) as writer:
        assert writer.stdout.readline() == "begun\n"
        writer.send_signal(signal.SIGKILL)
    assert content(out) == before
    tables = written(out, form, [pairs["arabic"].extraction])
    assert [row["article_id"] for row in tables["articles"]] == ["ar"]
    assert names_beside(out) == ["out"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems rename twice")
def test_folders_are_swapped_in_one_step_on_linux(tmp_path):
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    assert replacing._exchanged(tmp_path / "one", tmp_path / "other")
    assert (tmp_path / "one" / "other").exists()
    assert (tmp_path / "other" / "one").exists()


def test_a_kill_between_two_renames_is_mended_by_the_next_run(pairs, tmp_path):
    out, beside = tmp_path / "out", tmp_path / ".out.partial"
    written(out, "csv", [pairs["korean"].extraction])
    before = content(out)
    beside.mkdir()
    out.rename(beside / "old")
    with pytest.raises(WriteError):
        write_star([b"{"], [], out, "csv")
    assert content(out) == before


@pytest.mark.parametrize("form", FORMATS)
def test_memory_does_not_grow_with_the_articles(form, tmp_path):
    with child(form, tmp_path / "out", 20_000) as writer:
        early, late = map(float, writer.stdout.read().split()[1:])
    assert writer.returncode == 0
    assert late < early + 60
    assert late < 400


@pytest.mark.parametrize("form", FOLDERS)
def test_a_folder_with_other_files_is_not_replaced(form, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.docx").touch()
    with pytest.raises(WriteError, match=r"thesis\.docx"):
        write_star([], [], tmp_path / "out", form)
    assert (tmp_path / "out" / "thesis.docx").exists()


def test_a_folder_of_another_format_is_not_replaced(tmp_path):
    write_star([], [], tmp_path / "out", "csv")
    with pytest.raises(WriteError, match="other files"):
        write_star([], [], tmp_path / "out", "parquet")


@pytest.mark.parametrize("form", FOLDERS)
def test_an_empty_folder_is_filled_and_a_file_is_not_one(form, tmp_path):
    (tmp_path / "empty").mkdir()
    write_star([], [], tmp_path / "empty", form)
    (tmp_path / "file").touch()
    with pytest.raises(WriteError, match="not a folder"):
        write_star([], [], tmp_path / "file", form)


@pytest.mark.parametrize("form", FILES)
def test_what_is_no_regular_file_is_not_replaced(form, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder"):
        with pytest.raises(WriteError, match="not a regular file"):
            write_star([], [], tmp_path / name, form)


@pytest.mark.parametrize(
    ("form", "sidecar"), [("sqlite", "out-wal"), ("sqlite", "out-journal"), ("duckdb", "out.wal")]
)
def test_a_database_in_use_is_not_replaced(form, sidecar, tmp_path):
    (tmp_path / sidecar).touch()
    with pytest.raises(WriteError, match=sidecar):
        write_star([], [], tmp_path / "out", form)


def test_a_link_is_followed_and_stays(pairs, tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "file")
    written(tmp_path / "link", "sqlite", [pairs["korean"].extraction])
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").stat().st_size > 0


def test_two_writers_of_one_target_are_one_too_many(tmp_path):
    (tmp_path / ".out.partial").mkdir()
    with FileLock(tmp_path / ".out.partial" / "lock"), pytest.raises(WriteError, match="another process"):
        write_star([], [], tmp_path / "out", "csv")
    write_star([], [], tmp_path / "out", "csv")


@pytest.mark.parametrize("form", FORMATS)
def test_no_folder_to_write_in_is_an_error_that_says_so(form, tmp_path):
    with pytest.raises(WriteError, match="No such file"):
        write_star([], [], tmp_path / "none" / "out", form)


def test_an_unknown_format_is_a_wrong_setting(tmp_path):
    with pytest.raises(ConfigError, match="xlsx"):
        write_star([], [], tmp_path / "out", "xlsx")


@pytest.mark.parametrize(("form", "library"), [("parquet", "pyarrow"), ("duckdb", "duckdb")])
def test_a_library_that_is_not_there_is_named_with_the_command(form, library, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, library, None)
    for name in [one for one in sys.modules if one.startswith("extractor.writing.star.") and form in one]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(ConfigError, match=library) as caught:
        write_star([], [], tmp_path / "out", form)
    assert f"'extractor[{form}]'" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_blank_lines_are_nothing(pairs, tmp_path):
    write_star([b"\n", *lines_of([pairs["korean"].extraction]), b""], [], tmp_path / "out", "csv")
    assert len(tables_of(tmp_path / "out", "csv")["articles"]) == 1


def test_to_import_it_costs_no_library():
    code = "import sys, extractor.writing.star as s; s.schema(); s.write_star; print(json.dumps(sorted(sys.modules)))"
    seen = subprocess.run(
        [sys.executable, "-c", "import json;" + code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not {"pyarrow", "duckdb", "sqlite3", "pydantic"} & set(json.loads(seen.stdout))
