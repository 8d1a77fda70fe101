import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from extractor.writing.cleaning import for_csv, for_json, for_markdown, for_page, for_terminal

ANY_TEXT = st.text(st.characters(codec=None), max_size=200)
MARKED = st.text("ab<>&*_`[]()!#-+=.~|\\/:@$ \n\t1", max_size=60)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x1b]8;;http://evil.example\x1b\\link\x07", "]8;;http://evil.example\\link"),
        ("\x9b2Jgone", "2Jgone"),
        ("1\u202e000.1\u202c", "1000.1"),
        ("a\r\n\tb\x00", "a b"),
        ("한국 \U0001f469\u200d\U0001f467", "한국 \U0001f469\u200d\U0001f467"),
        ("\ud800", "\ufffd"),
    ],
)
def test_a_terminal_gets_one_line_without_controls(text, shown):
    assert for_terminal(text) == shown


@given(ANY_TEXT)
def test_nothing_a_terminal_obeys_is_left(text):
    shown = for_terminal(text)
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)
    shown.encode("utf-8")


@given(ANY_TEXT)
def test_a_page_keeps_every_offset(text):
    shown = for_page(text)
    assert len(shown) == len(text)
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202d\u202e]|\r(?!\n)", shown)
    shown.encode("utf-8")


def test_a_page_shows_controls_as_their_symbols():
    assert for_page("\x00\x1b\x7f\x9b\u202e\r\r\n") == "␀␛␡\ufffd\ufffd\n\r\n"


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_a_spreadsheet_runs_no_cell(first):
    assert for_csv(first + "1").startswith("'")


def test_a_harmless_cell_stays_as_it_is():
    assert for_csv("65억 달러, -8%") == "65억 달러, -8%"


@given(ANY_TEXT)
def test_json_means_the_same_after_it_is_made_safe(text):
    line = for_json(json.dumps(text, ensure_ascii=False))
    assert json.loads(line) == json.loads(json.dumps(text))
    assert line.splitlines() == [line]
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202e]", line)


def rendered_text(markdown):
    inline = [
        token
        for token in MarkdownIt("gfm-like", {"linkify": False}).parse(markdown)
        if token.type == "inline"
    ]
    assert [token.type for token in inline[:1]] == ["inline"] or not markdown
    children = [child for token in inline for child in token.children]
    assert {child.type for child in children} <= {"text", "text_special"}
    return "".join(child.content for child in children)


@given(MARKED)
def test_markdown_shows_the_very_text(text):
    assert rendered_text("x " + for_markdown(text)) == ("x " + for_terminal(text)).strip()


@given(MARKED)
def test_markdown_is_a_paragraph_wherever_it_starts(text):
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(for_markdown(text))
    assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}


def test_markdown_makes_no_address_a_link_and_no_name_a_mention():
    shown = for_markdown("https://evil.example www.evil.example @someone")
    assert "://" not in shown
    assert "www." not in shown
    assert "@" not in shown
