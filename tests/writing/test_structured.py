import json

import pytest

from extractor.errors import ConfigError
from extractor.records import Extraction
from extractor.writing import FORMATS, WriteOptions, json_schema, write, write_many

PLAIN = WriteOptions()


def test_every_format_writes_every_extraction(pair):
    for format_ in FORMATS:
        document = write(pair.extraction, pair.text, format_, PLAIN)
        assert document.endswith("\n")
        document.encode("utf-8")


def test_an_unknown_format_names_the_known(pair):
    with pytest.raises(ConfigError, match="'docx'") as caught:
        write(pair.extraction, pair.text, "docx", PLAIN)
    assert all(name in caught.value.hint for name in FORMATS)


def test_json_reads_back_as_the_same_extraction(pair):
    document = write(pair.extraction, pair.text, "json", PLAIN)
    assert Extraction.model_validate_json(document) == pair.extraction


def test_json_has_the_order_of_the_schema_and_every_script_as_it_is(pairs):
    document = write(*pairs["korean"], "json", PLAIN)
    assert list(json.loads(document)) == list(Extraction.model_fields)
    assert "예르보산 톡타로프" in document


def test_json_lines_are_one_line_an_article_whatever_the_text(pairs):
    every = list(pairs.values())
    lines = write_many(every, "jsonl", PLAIN).splitlines()
    assert [Extraction.model_validate_json(line) for line in lines] == [pair.extraction for pair in every]


def test_many_as_json_are_an_array_even_when_one(pairs):
    document = write_many([pairs["empty"]], "json", PLAIN)
    assert [item["article"]["id"] for item in json.loads(document)] == ["weather"]


def test_json_is_harmless_in_a_terminal(pairs):
    for format_ in ("json", "jsonl"):
        document = write(*pairs["hostile"], format_, PLAIN)
        assert not set(document) & {"\x1b", "\x9b", "\u202e", "\x00"}


def test_the_schema_describes_what_is_written(pairs):
    schema = json.loads(json_schema())
    written = json.loads(write(*pairs["hungarian"], "json", PLAIN))
    assert set(schema["properties"]) == set(written)
    assert set(schema["$defs"]["TradeFigure"]["properties"]) == set(written["trade_figures"][0])
    assert "XKX" in json.dumps(schema)
