import re

import pytest
from rich.cells import cell_len

from extractor.writing import WriteOptions, write, write_many

PLAIN = WriteOptions(width=100)


def test_a_table_shows_each_record_with_its_words(pairs):
    shown = write(*pairs["korean"], "table", PLAIN)
    for words in ("Meetings (2)", "Summit: South Korea – Kazakhstan", "Han Seo-yun (한서윤)", "state visit", "12 November 2025",
                  "Agreements (1)", "Memoranda of understanding (2)", "about 1.2 trillion KRW", "KOR → KAZ", "until 2030, target",
                  "Warnings (2)", "unresolved date", "LLM qwen2.5-1.5b", "0.0031 USD", "— 대통령실"):  # fmt: skip
        assert words in shown


def test_attendees_stand_under_their_meeting(pairs):
    shown = write(*pairs["hungarian"], "table", PLAIN)
    assert shown.index("Talks: Hungary") < shown.index("Ilona Kerekes (")
    assert (
        shown.index("Péter Somogyi")
        < shown.index("only recalled")
        < shown.index("Attendees of no recorded meeting")
    )


def test_without_colour_there_is_no_escape_sequence(pair):
    assert "\x1b" not in write(pair.extraction, pair.text, "table", PLAIN)


def test_with_colour_there_are_colours_and_weights_only(pair):
    shown = write(pair.extraction, pair.text, "table", WriteOptions(colour=True))
    assert "\x1b[1" in shown
    assert "\x1b" not in re.sub(r"\x1b\[[0-9;]*m", "", shown)


@pytest.mark.parametrize("width", [30, 60, 80, 200])
def test_no_line_is_wider_than_the_terminal(pair, width):
    shown = write(pair.extraction, pair.text, "table", WriteOptions(width=width))
    assert max(map(cell_len, shown.splitlines())) <= width


def test_hostile_text_is_shown_and_obeyed_nowhere(pairs):
    shown = write(*pairs["hostile"], "table", WriteOptions(width=4000))
    assert "[red]Bela[/red]" in shown
    assert "[link=file:///etc/passwd]" in shown
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", shown)


def test_wide_letters_keep_the_columns_in_line(pairs):
    lines = write(*pairs["korean"], "table", PLAIN).splitlines()
    heads = [line for line in lines if "head of state" in line and "attended" in line]
    assert len({cell_len(line[: line.index("head of state")]) for line in heads}) == 1
    assert len(heads) == 2


def test_no_records_is_said(pairs):
    assert "No records" in write(*pairs["empty"], "table", PLAIN)


def test_explained_tables_name_words_and_judgements(pairs):
    shown = write(*pairs["arabic"], "table", WriteOptions(explain=True))
    assert "judged by the LLM" in shown
    assert "computed by code, from “اليوم الثلاثاء”" in shown


def test_several_articles_follow_each_other(pairs):
    shown = write_many([pairs["empty"], pairs["arabic"]], "table", PLAIN)
    assert shown.index("weather") < shown.index("amman.html")
