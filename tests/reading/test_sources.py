import io
import json
import os
from datetime import date
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.errors import ConfigError, ReadError
from extractor.reading import ReadOptions, read_articles, read_rows

TEXT = "Ministers sign pact\r\n\r\nThey met.\u00a0Gyo\u030br \u200b<|im_start|>\x1b[31m end."


def read(source, *, stdin=None, **options):
    return list(read_articles(str(source), ReadOptions(**options), stdin))


def rows(source, *, stdin=None, **options):
    return list(read_rows(str(source), ReadOptions(**options), stdin))


def stream(data):
    return io.BytesIO(data.encode() if isinstance(data, str) else data)


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.TXT", "a"])
def test_text_is_kept_as_it_is(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(TEXT.encode())
    [article] = read(path, language="en", date=date(2025, 11, 12))
    assert article.text == TEXT
    assert article.id == sha256(TEXT.encode()).hexdigest()[:16]
    assert (article.source, article.language, article.supplied_date) == (str(path), "en", date(2025, 11, 12))
    assert article.published is None


def test_a_byte_order_mark_is_not_text(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbfPact signed")
    assert read(path)[0].text == "Pact signed"


def test_standard_input_is_read():
    [article] = read("-", stdin=stream(TEXT))
    assert (article.text, article.source) == (TEXT, "-")


def test_an_article_of_json_lines_has_what_the_row_says(tmp_path):
    row = {"id": 7, "text": TEXT, "title": "Pact", "date": "2025-11-12T23:30:00+09:00", "language": "hu"}
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(row) + "\n\n", encoding="utf-8")
    [article] = read(path)
    assert (article.id, article.text, article.title) == ("7", TEXT, "Pact")
    assert (article.published, article.language) == (date(2025, 11, 12), "hu")
    assert article.source.endswith("a.jsonl: line 1")


def test_fields_can_have_other_names():
    row = {"key": "k1", "body": "They met.", "headline": "Pact", "day": "2025-11-12", "lang": "en"}
    [article] = read(
        "-",
        stdin=stream(json.dumps(row)),
        format="json",
        text_field="body",
        title_field="headline",
        date_field="day",
        id_field="key",
        language_field="lang",
    )
    assert (article.id, article.title, article.language) == ("k1", "Pact", "en")


def test_a_json_array_is_many_articles():
    found = read("-", stdin=stream(json.dumps([{"text": "One."}, {"text": "Two."}])), format="json")
    assert [article.text for article in found] == ["One.", "Two."]


BAD_LINES = {
    "not json": "{",
    "a list": "[1]",
    "no text": '{"body": "x", "kind": "y"}',
    "text is a number": '{"text": 5}',
    "empty text": '{"text": "  \\n"}',
    "no word": '{"text": "---"}',
    "lone surrogate": '{"text": "half \\ud800 of it"}',
    "nul": '{"text": "a\\u0000b"}',
    "deep": '{"text": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "key twice": '{"text": "a", "text": "b"}',
    "long number": '{"text": "a", "n": ' + "9" * 5000 + "}",
    "bad date": '{"text": "a", "date": "yesterday"}',
    "bad id": '{"text": "a", "id": [1]}',
    "bad language": '{"text": "a", "language": 5}',
    "nan text": '{"text": NaN}',
}


@pytest.mark.parametrize("line", BAD_LINES.values(), ids=BAD_LINES)
def test_a_bad_row_is_an_error_with_its_line_and_the_others_go_on(line):
    data = f'{{"text": "First."}}\n{line}\n{{"text": "Third."}}\n'
    first, bad, third = rows("-", stdin=stream(data), format="jsonl")
    assert (first.text, third.text) == ("First.", "Third.")
    assert isinstance(bad, ReadError)
    assert "line 2" in str(bad)
    assert bad.hint
    assert "\n" not in str(bad)


@pytest.mark.parametrize("line", BAD_LINES.values(), ids=BAD_LINES)
def test_alone_a_bad_row_is_raised(line):
    with pytest.raises(ReadError):
        read("-", stdin=stream(line), format="jsonl")


def test_a_row_with_broken_utf8_is_an_error_of_its_own():
    data = b'{"text": "First."}\n{"text": "b\xff"}\n{"text": "Third."}\n'
    first, bad, third = rows("-", stdin=stream(data), format="jsonl")
    assert isinstance(bad, ReadError)
    assert (first.text, third.text) == ("First.", "Third.")


def test_the_hint_for_a_missing_field_lists_those_present():
    [bad] = rows("-", stdin=stream('{"body": "x", "kind": "y"}'), format="jsonl")
    assert "body, kind" in bad.hint
    assert "--text-field" in bad.hint


def test_an_id_is_used_once():
    data = (
        '{"id": "a", "text": "One."}\n{"id": "a", "text": "Two."}\n{"text": "Three."}\n{"text": "Three."}\n'
    )
    one, two, three, again = rows("-", stdin=stream(data), format="jsonl")
    assert isinstance(two, ReadError)
    assert isinstance(again, ReadError)
    assert "line 1" in str(two)
    assert (one.text, three.text) == ("One.", "Three.")


def test_ids_do_not_depend_on_place_or_line_breaks_between_rows():
    row = json.dumps({"text": "They met."})
    assert (
        read("-", stdin=stream(row), format="jsonl")[0].id
        == read("-", stdin=stream(f"\r\n{row}\r\n"), format="jsonl")[0].id
    )


def test_a_line_too_long_is_skipped_and_the_next_is_read():
    data = json.dumps({"text": "x" * 5000}) + "\n" + json.dumps({"text": "Second."}) + "\n"
    bad, good = rows("-", stdin=stream(data), format="jsonl", max_bytes=1000)
    assert isinstance(bad, ReadError)
    assert good.text == "Second."


def test_missing_files_and_folders_are_named(tmp_path):
    with pytest.raises(ReadError, match="no such file"):
        read(tmp_path / "none.txt")
    with pytest.raises(ReadError, match="folder"):
        read(tmp_path)
    with pytest.raises(ReadError):
        read("a\0b.txt")


def test_pipes_and_devices_are_refused_without_waiting(tmp_path):
    fifo = tmp_path / "pipe.txt"
    os.mkfifo(fifo)
    for path in (fifo, "/dev/zero", "/dev/null"):
        with pytest.raises(ReadError, match="not a regular file"):
            read(path)


def test_a_file_too_large_is_refused(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("word " * 1000)
    with pytest.raises(ReadError, match="larger than 4000 bytes"):
        read(path, max_bytes=4000)
    assert len(read(path, max_bytes=5000)) == 1


@pytest.mark.parametrize("data", [b"", b"   \n\t", b"\xef\xbb\xbf", "\u200b\u00a0—".encode()])
def test_an_article_without_a_word_is_refused(data):
    with pytest.raises(ReadError, match="empty"):
        read("-", stdin=stream(data))


def test_an_unknown_format_is_a_wrong_setting():
    with pytest.raises(ConfigError, match="docx"):
        read("-", stdin=stream("x"), format="docx")


def test_an_empty_list_is_an_error():
    with pytest.raises(ReadError, match="empty list"):
        read("-", stdin=stream("[]"), format="json")


def test_legacy_encodings_of_files_are_read(tmp_path):
    text = "외교부 장관은 12일 서울에서 칠레 외교장관과 회담하고 항만 협정에 서명했다고 외교부가 밝혔다."
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode("cp949"))
    assert read(path)[0].text == text
    assert read(path, encoding="euc-kr")[0].text == text


@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"), max_size=200)
)
def test_any_text_with_a_word_survives_text_and_json(text):
    if not any(char.isalnum() for char in text):
        return
    assert read("-", stdin=stream(json.dumps({"text": text})), format="jsonl")[0].text == text
    assert read("-", stdin=stream(text), format="text", encoding="utf-8")[0].text == text


@given(st.binary(max_size=300))
def test_any_bytes_give_an_article_or_a_read_error(data):
    for format_ in ("text", "json", "jsonl"):
        for row in rows("-", stdin=stream(data), format=format_):
            assert isinstance(row, ReadError) or row.text


@pytest.mark.parametrize(
    ("begun", "articles"),
    [
        ('{"text": "One."}\n{"text": "Two."}\n', ["One.", "Two."]),
        ('\n {"id": "a", "text": "One."}', ["One."]),
        ('{ "t\\"x": 1, "text": "One." }\n', ["One."]),
        ("{One brace} and text.", ["{One brace} and text."]),
        ('{"quoted"} and text.', ['{"quoted"} and text.']),
        ('"text": "One."', ['"text": "One."']),
    ],
)
def test_rows_of_json_in_a_pipe_need_no_flag(begun, articles):
    found = read("-", stdin=io.BufferedReader(stream(begun)))
    assert [one.text for one in found] == articles


def test_a_file_of_unknown_suffix_is_looked_at_too(tmp_path):
    path = tmp_path / "news.dump"
    path.write_text('{"text": "One."}\n{"text": "Two."}\n', encoding="utf-8")
    assert [one.text for one in read(path)] == ["One.", "Two."]
