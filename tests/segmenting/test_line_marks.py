import time
from pathlib import Path

import pytest

from extractor.segmenting.line_marks import zone_of_line


def rows():
    for line in (Path(__file__).parent / "zone_lines.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            zone, language, text = line.split("\t")
            yield pytest.param(zone, text, id=f"{zone}-{language}-{text[:30]}")


@pytest.mark.parametrize(("zone", "line"), list(rows()))
def test_a_line_says_what_it_is(zone, line):
    assert (zone_of_line(line) or "body") == zone


def test_there_are_rows_enough_in_languages_enough():
    lines = (Path(__file__).parent / "zone_lines.txt").read_text("utf-8").splitlines()
    kept = [line.split("\t") for line in lines if line and not line.startswith("#")]
    assert len(kept) >= 80
    assert len({language for _, language, _ in kept}) >= 14


def test_a_long_line_is_a_paragraph_whatever_it_mentions():
    paragraph = "Alle Rechte vorbehalten, hieß es im Abkommen, und die Minister sprachen darüber. " * 5
    assert zone_of_line(paragraph) is None


@pytest.mark.parametrize(
    "line",
    [
        "[a](b) " * 40 + "x",
        "| " * 140,
        "a@" * 140,
        "가" * 250 + " 기자x",
        "12:" * 90,
        "(" * 290,
        "By " + "A " * 140,
        " - " * 90,
        "|" * 250_000,
        "[" * 250_000,
        "사진" * 100_000,
        "!" + "[" * 250_000,
    ],
    ids=lambda line: line[:8],
)
def test_no_line_takes_long(line):
    start = time.process_time()
    zone_of_line(line)
    assert time.process_time() - start < 0.5
