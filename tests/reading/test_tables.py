"""Articles from CSV, TSV and Parquet."""

import csv
import io
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.errors import ConfigError, ReadError
from extractor.reading import ReadOptions, read_rows

ROOT = Path(__file__).parents[2]
WORDS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"), min_size=1, max_size=60
).map(lambda text: text + "a")
ROW = {"id": "7", "text": "They met.", "title": "Pact", "date": "2025-11-12", "language": "hu"}


def rows(data, kind="csv", **options):
    return list(read_rows("-", ReadOptions(format=kind, **options), io.BytesIO(data)))


def table(*lines, delimiter=",", **options):
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter, **options).writerows(lines)
    return file.getvalue().encode()


def texts(found):
    return [None if isinstance(row, ReadError) else row.text for row in found]


def check(article):
    assert (article.id, article.text, article.title) == ("7", "They met.", "Pact")
    assert (article.published, article.language) == (date(2025, 11, 12), "hu")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("suffix", ["csv", "tsv"])
def test_the_columns_are_the_fields_whatever_divides_them(suffix, delimiter, tmp_path):
    path = tmp_path / f"news.{suffix}"
    path.write_bytes(table(["note", *ROW], ["a;b,c", *ROW.values()], delimiter=delimiter))
    [article] = read_rows(str(path), ReadOptions())
    check(article)
    assert article.source == f"{path}: row 2"


@pytest.mark.parametrize(
    ("data", "options"),
    [
        (b"\xef\xbb\xbftext,id\nGy\xc5\x91r signed,1\n", {}),
        ("text,id\nGyőr signed,1\n".encode("utf-16"), {}),
        ("\ufefftext,id\nGyőr signed,1\n".encode("utf-16-be"), {}),
        ("text,id\nGyőr signed,1\n".encode("utf-32"), {}),
        ("text,id\nGyőr signed,1\n".encode("cp1250"), {"encoding": "cp1250"}),
        ("\ufefftext,id\nGyőr signed,1\n".encode(), {"encoding": "utf-8"}),
        ("text,id\rGyőr signed,1\r".encode(), {}),
        (" text , id\nGyőr signed,1\n".encode(), {}),
    ],
)
def test_marks_encodings_and_line_ends_are_no_text(data, options):
    [article] = rows(data, **options)
    assert (article.text, article.id) == ("Győr signed", "1")


def test_columns_can_have_other_names():
    data = table(["key", "body", "headline", "day", "lang"], ["7", "They met.", "Pact", "2025-11-12", "hu"])
    [article] = rows(
        data,
        text_field="body",
        title_field="headline",
        date_field="day",
        id_field="key",
        language_field="lang",
    )
    check(article)


def test_quoted_line_ends_delimiters_and_quotes_are_text():
    text = 'First, "line"\r\nsecond\nthird\r'
    assert texts(rows(table(["id", "text"], ["1", text], ["2", "next"]))) == [text, "next"]


def test_empty_cells_are_unknown():
    [article] = rows(table([*ROW], ["", "They met.", "", "", ""]))
    assert (article.title, article.published, article.language) == (None, None, None)
    assert len(article.id) == 16


BAD = {
    "no text": b"2,,2025-11-12\n",
    "no word": b"2,---,2025-11-12\n",
    "bad date": b"2,They met.,yesterday\n",
    "broken UTF-8": b"2,b\xff met.,2025-11-12\n",
    "NUL": b"2,a\0b,2025-11-12\n",
    "lone surrogate": b"2,\xed\xa0\x80 met,2025-11-12\n",
    "too few cells": b"2,They met.\n",
    "too many cells": b"2,They met, they said.,2025-11-12\n",
    "words after a quote": b'2,"They" met.,2025-11-12\n',
    "too long": b"2," + b"They met. " * 500 + b",2025-11-12\n",
    "too long, of many lines": b'2,"' + b"They met,\n" * 500 + b'",2025-11-12\n',
    "the same id": b"1,They met.,2025-11-12\n",
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_bad_row_is_an_error_with_its_number_and_the_others_go_on(bad):
    data = b"id,text,date\n1,First.,2025-11-12\n" + bad + b"3,Third.,2025-11-12\n\n4,Fourth.,\n"
    found = rows(data, max_bytes=2000)
    assert texts(found) == ["First.", None, "Third.", "Fourth."]
    assert "row 3" in str(found[1])
    assert found[1].hint
    assert found[3].source == "-: row 6"


def test_a_quote_that_is_never_closed_is_said():
    found = rows(b'id,text\n1,First.\n2,"They met.\n3,Third.\n')
    assert texts(found) == ["First.", None]
    assert "row 3" in str(found[1])


def test_words_after_a_broken_quote_are_never_an_article_of_their_own():
    data = b'text\nFirst.\n"He said "hello" to\nall of them."\nThird.\n'
    found = rows(data)
    assert texts(found) == ["First.", None]
    assert "cannot be told apart" in str(found[1])


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_missing_column_is_named_with_those_that_are_there(kind):
    data = table(["body", "when"], ["x", "y"]) if kind == "csv" else parquet({"body": ["x"], "when": ["y"]})
    [bad] = rows(data, kind)
    assert "'text'" in str(bad)
    assert "body, when" in bad.hint
    assert "--text-field" in bad.hint


@pytest.mark.parametrize("data", [b"", b"\n", b"\xef\xbb\xbf", b"text,text\na,b\n", b'"text\n'])
def test_a_table_without_a_header_that_serves_is_one_error(data):
    [bad] = rows(data)
    assert isinstance(bad, ReadError)


def test_a_header_alone_is_no_article():
    assert rows(b"id,text\n") == []


def test_an_unknown_encoding_is_said():
    [bad] = rows(b"text\nx\n", encoding="klingon")
    assert "klingon" in str(bad)


def test_a_cut_off_utf16_file_gives_what_is_whole():
    found = rows("id,text\n1,First.\n2,Second.\n".encode("utf-16")[:-1])
    assert texts(found) == ["First.", None]


def test_articles_longer_than_the_usual_limit_of_csv_are_read():
    text = "They met. " * 30_000
    assert texts(rows(table(["id", "text"], ["1", text]))) == [text]


def test_standard_input_stays_open():
    stream = io.BytesIO(b"text\nThey met.\n")
    assert len(list(read_rows("-", ReadOptions(format="csv"), stream))) == 1
    assert not stream.closed


@given(found=st.lists(st.tuples(WORDS, WORDS), max_size=8), delimiter=st.sampled_from(",;\t|"))
def test_any_text_survives_csv(found, delimiter):
    lines = [["id", "text", "title"], *([str(number), *row] for number, row in enumerate(found))]
    back = rows(table(*lines, delimiter=delimiter, quoting=csv.QUOTE_ALL))
    assert [(row.text, row.title) for row in back] == [
        (text.removeprefix("\ufeff"), title) for text, title in found
    ]


@given(st.binary(max_size=200), st.sampled_from([b"", b"text\n", b"text,id\n", b'id;text\n1;"']))
def test_any_bytes_give_articles_or_read_errors(data, start):
    for kind in ("csv", "tsv", "parquet"):
        for row in rows(start + data, kind, max_bytes=100):
            assert isinstance(row, ReadError) or row.text


def parquet(columns, **options):
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file, **options)
    return file.getvalue()


def test_parquet_is_read_by_its_columns(tmp_path):
    path = tmp_path / "news.parquet"
    path.write_bytes(
        parquet({name: [value, value] for name, value in ROW.items()} | {"id": [7, 8], "n": [1, 2]})
    )
    first, second = read_rows(str(path), ReadOptions())
    check(first)
    assert (second.id, second.source) == ("8", f"{path}: row 2")


def test_parquet_in_a_pipe_is_known_by_its_mark():
    [article] = rows(parquet({"text": ["They met."]}), None)
    assert (article.text, article.source) == ("They met.", "-: row 1")


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        (pa.array([date(2025, 11, 12)]), date(2025, 11, 12)),
        (pa.array([datetime(2025, 11, 12, 23, 30)]), date(2025, 11, 12)),  # noqa: DTZ001 - as files have it
        (pa.array([1762990200123456789], pa.timestamp("ns")), date(2025, 11, 12)),
        (
            pa.array([datetime(2025, 11, 11, 23, tzinfo=UTC)], pa.timestamp("us", tz="+09:00")),
            date(2025, 11, 12),
        ),
        (pa.array(["2025-11-12T10:00:00"], pa.large_string()), date(2025, 11, 12)),
        (pa.array(["2025-11-12"]).dictionary_encode(), date(2025, 11, 12)),
        (pa.array([None], pa.date32()), None),
    ],
    ids=str,
)
def test_dates_of_parquet_are_days_as_written(values, wanted):
    [article] = rows(parquet({"text": ["They met."], "date": values}), "parquet")
    assert article.published == wanted


@pytest.mark.parametrize(
    "column",
    [
        pa.array([None], pa.string()),
        pa.array(["---"]),
        pa.array(["a\0b"]),
        pa.array([5]),
        pa.array([b"They met."]),
        pa.array([["They met."]]),
        pa.StringArray.from_buffers(1, pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"b\xff")),
        pa.array(["They met. " * 500]),
    ],
    ids=["null", "no word", "NUL", "number", "bytes", "list", "broken UTF-8", "too long"],
)
def test_a_bad_value_in_parquet_is_an_error_of_its_row(column):
    found = rows(parquet({"text": column}), "parquet", max_bytes=2000)
    assert texts(found) == [None]
    assert "row 1" in str(found[0])


def test_broken_text_in_parquet_spares_its_neighbours():
    offsets, words = b"".join(n.to_bytes(4, "little") for n in (0, 6, 8, 14)), b"First.b\xffThird."
    column = pa.StringArray.from_buffers(3, pa.py_buffer(offsets), pa.py_buffer(words))
    assert texts(rows(parquet({"text": column}), "parquet")) == ["First.", None, "Third."]


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-20],
        lambda data: b"PAR1" + bytes(50),
        lambda data: data[:4] + bytes(60) + data[64:],
    ],
)
def test_a_damaged_parquet_file_is_an_error(damage):
    found = rows(damage(parquet({"text": ["They met."] * 100}, compression="zstd")), "parquet")
    assert found
    assert isinstance(found[-1], ReadError)


def test_without_pyarrow_the_command_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.delitem(sys.modules, "extractor.reading.columnar", raising=False)
    with pytest.raises(ConfigError) as caught:
        rows(b"PAR1", "parquet")
    assert "'extractor[parquet]'" in caught.value.hint


CHILD = """
import sys, psutil
from extractor.reading import ReadOptions, read_rows
this, used = psutil.Process(), []
for number, row in enumerate(read_rows(sys.argv[1], ReadOptions(unique_ids=False))):
    if number % 500 == 0:
        used.append(this.memory_info().rss / 1e6)
half = len(used) // 2
print(number + 1, max(used[:half]), max(used[half:]))
"""


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_memory_does_not_grow_with_the_rows(kind, tmp_path):
    path = tmp_path / f"news.{kind}"
    made = [f"They met in room {number}. " * 150 for number in range(20_000)]
    if kind == "csv":
        path.write_bytes(table(["text"], *([text] for text in made)))
    else:
        pq.write_table(pa.table({"text": made}), path, row_group_size=2_000)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    seen = subprocess.run(
        [sys.executable, "-c", CHILD, str(path)], env=environment, capture_output=True, text=True, check=True
    )
    count, early, late = map(float, seen.stdout.split())
    assert count == 20_000
    assert late < early + 25
    assert late < 250
