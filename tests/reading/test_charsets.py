import codecs
import json
import random
from pathlib import Path

import pytest

from extractor.errors import ReadError
from extractor.reading.charsets import declared_in_markup, decode

ROWS = json.loads((Path(__file__).parent / "charsets.json").read_text("utf-8"))
UNDECLARED = [
    pytest.param(row["text"], encoding, repeat, id=f"{row['language']}-{encoding}-{repeat}")
    for row in ROWS
    for encoding in row["encodings"]
    for repeat in (1, 8)
]
DECLARED = [
    pytest.param(row["text"], encoding, id=f"{row['language']}-{encoding}")
    for row in ROWS
    for encoding in row["encodings"]
]


@pytest.mark.parametrize(("text", "encoding", "repeat"), UNDECLARED)
def test_text_of_real_length_is_decoded_without_a_declaration(text, encoding, repeat):
    whole = "\n".join([text] * repeat)
    assert decode(whole.encode(encoding), "news.txt") == whole


@pytest.mark.parametrize(("text", "encoding"), DECLARED)
def test_a_right_declaration_is_believed(text, encoding):
    assert decode(text.encode(encoding), "news.txt", declared=encoding) == text
    assert decode(text.encode(encoding), "news.txt", encoding=encoding) == text


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["language"])
def test_a_wrong_declaration_does_not_garble_utf8(row):
    for declared in ("iso-8859-1", "windows-1252", "windows-1251", "ascii", "no-such-charset", "hex"):
        assert decode(row["text"].encode(), "news.txt", declared=declared) == row["text"]


@pytest.mark.parametrize(
    ("mark", "name"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_byte_order_mark_decides_and_goes(mark, name):
    assert decode(mark + "Visit to Győr".encode(name), "x", declared="cp949") == "Visit to Győr"


def test_the_users_encoding_removes_the_mark_too():
    assert decode(codecs.BOM_UTF8 + b"Visit", "x", encoding="utf-8") == "Visit"


@pytest.mark.parametrize("seed", range(20))
def test_noise_is_refused_and_not_guessed(seed):
    noise = bytes(random.Random(seed).choices(range(1, 256), k=400))
    with pytest.raises(ReadError) as caught:
        decode(noise, "noise.txt")
    assert "noise.txt" in str(caught.value)


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7 text", b"PK\x03\x04rest", b"\x1f\x8brest", b"some\0text", b"\xff\xd8\xff\xe0"]
)
def test_binary_files_are_named_as_such(data):
    with pytest.raises(ReadError, match="not text"):
        decode(data, "file")


def test_broken_utf8_is_never_replaced():
    data = ("Der Außenminister kam. " * 20).encode() + b"\xc3("
    with pytest.raises(ReadError) as caught:
        decode(data, "broken.txt")
    assert "--encoding" in caught.value.hint


def test_an_ambiguous_letter_is_refused_with_the_way_out():
    with pytest.raises(ReadError) as caught:
        decode("Řím".encode("cp1250"), "short.txt")
    assert "--encoding" in caught.value.hint


def test_unknown_and_wrong_encodings_of_the_user_are_errors():
    with pytest.raises(ReadError, match="no encoding is called"):
        decode(b"text", "x", encoding="klingon-8")
    with pytest.raises(ReadError, match="not valid"):
        decode(b"\xff\xfe\xfd", "x", encoding="utf-8")
    with pytest.raises(ReadError):
        decode(b"text", "x", encoding="hex")


@pytest.mark.parametrize(
    ("markup", "charset"),
    [
        (b'<html><head><meta charset="euc-kr">', "euc-kr"),
        (b"<meta http-equiv='Content-Type' content='text/html; charset=windows-1251'>", "windows-1251"),
        (b"<html><head><title>no</title>", None),
    ],
)
def test_the_charset_of_markup_is_found(markup, charset):
    assert declared_in_markup(markup) == charset
