import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.article import Span
from extractor.segmenting.sentences import split_sentences

LANGUAGES = ["en", "de", "hu", "ru", "ko", "ja", "zh", "ar", "tr", "es", "th", None]


def rows():
    language = None
    for line in (Path(__file__).parent / "sentences.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            language = line.strip("[]")
        elif line and not line.startswith("#"):
            yield pytest.param(language, line, id=f"{language}:{line[:40]}")


def split(text, language):
    return [span.of(text) for span in split_sentences(text, Span(0, len(text)), language)]


@pytest.mark.parametrize(("language", "marked"), list(rows()))
def test_sentences_end_where_a_reader_ends_them(language, marked):
    assert split(marked.replace("‖", ""), language) == [part.strip() for part in marked.split("‖")]


def test_there_are_rows_enough_to_trust():
    all_rows = list(rows())
    assert len(all_rows) >= 120
    assert len({row.values[0] for row in all_rows}) >= 12


def test_a_line_break_within_a_block_is_a_space():
    text = "The ministers met\r\nin the U.S.\r\nThe text was\nsigned. They\nleft."
    assert split(text, "en") == [
        "The ministers met\r\nin the U.S.",
        "The text was\nsigned.",
        "They\nleft.",
    ]


def test_spans_count_from_the_start_of_the_text():
    text = "Menu\n\nThey met. They left."
    spans = split_sentences(text, Span(6, len(text)), "en")
    assert [span.of(text) for span in spans] == ["They met.", "They left."]


PIECES = st.lists(
    st.sampled_from(
        [
            "Dr.",
            "U.S.",
            "5.",
            "2025.",
            "The",
            "ministers",
            "met.",
            "said:",
            "“Yes.”",
            "」",
            "「",
            "。",
            "！",
            "…",
            "\n",
            " ",
            "\xa0",
            "\u200b",
            "다.",
            "그는",
            "г.",
            "Стороны",
            "قال.",
            "؟",
            "\r\n",
            "<",
            "im_start",
            ">",
            "\x1b[31m",
            "é",
            ")",
        ]
    ),
    max_size=60,
)


@given(
    st.one_of(PIECES.map(" ".join), PIECES.map("".join), st.text(max_size=200)), st.sampled_from(LANGUAGES)
)
def test_no_character_but_space_is_lost_and_order_is_kept(text, language):
    spans = split_sentences(text, Span(0, len(text)), language)
    covered = "".join(span.of(text) for span in spans)
    assert "".join(covered.split()) == "".join(text.split())
    assert all(first.end <= second.start for first, second in pairwise(spans))
    assert all(span.of(text) == span.of(text).strip() for span in spans)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 200_000,
        "a." * 100_000,
        ". " * 100_000,
        "5. " * 70_000,
        "「" * 200_000,
        "가" * 200_000,
        "。" * 200_000,
        '"' * 200_000,
        '."' * 100_000,
        " " * 100_000 + "." + " " * 100_000,
        "Dr. A. B. " * 20_000,
        "U.S.A." * 33_000,
    ],
    ids=lambda text: text[:6],
)
@pytest.mark.parametrize("language", ["en", "ko", "ja", "hu", "th"])
def test_the_longest_run_takes_linear_time(text, language):
    start = time.process_time()
    split_sentences(text, Span(0, len(text)), language)
    assert time.process_time() - start < 2
