"""Hints for Korean, Vietnamese and overseas Chinese names in characters: taken if they can be read so."""

import re
from itertools import permutations
from pathlib import Path

import pytest
import yaml

from extractor.normalizing.lexicons import load_table
from extractor.normalizing.names import latin_name
from extractor.normalizing.names.han import (
    chinese_spelling_fits,
    hangul_of,
    hanja_spelling_fits,
    vietnamese_spelling_fits,
)

_DATA = Path(__file__).parent / "data"
_ROWS = [
    tuple(cell.strip() for cell in row.split("|"))
    for row in yaml.safe_load((_DATA / "names_han.yaml").read_text(encoding="utf-8"))
]
_FITS = {"KOR": hanja_spelling_fits, "PRK": hanja_spelling_fits, "VNM": vietnamese_spelling_fits}


def _fits(written: str, hint: str, country: str) -> bool:
    return _FITS.get(country, chinese_spelling_fits)(written, hint)


def _key(hint: str) -> str:
    return re.sub("[^a-z]", "", hint.lower().translate(str.maketrans("ôâễúọ", "oaeuo")))


@pytest.mark.parametrize(("written", "hint", "country"), _ROWS)
def test_a_spelling_is_read_from_the_characters(written, hint, country):
    assert _fits(written, hint, country)


def test_fewer_than_one_in_a_hundred_names_of_somebody_else_are_read():
    wrong = [
        (written, other, country)
        for (written, hint, country), (_, other, home) in permutations(_ROWS, 2)
        if _FITS.get(country) is _FITS.get(home) and _key(hint) != _key(other)
    ]
    taken = [row for row in wrong if _fits(*row)]
    assert len(wrong) > 2000
    assert len(taken) < len(wrong) / 100, taken


@pytest.mark.parametrize(
    ("written", "hint", "country", "name", "basis"),
    [
        ("洪吉童", "Hong Gil-dong", "KOR", "Hong Gil-dong", "hint"),
        ("洪吉童", "Gil-dong Hong", None, "Gil-dong Hong", "hint"),
        ("洪吉童", "Park Min-su", "KOR", "Hong Gil-dong", "romanised"),
        ("李吉童", None, "KOR", "Lee Gil-dong", "romanised"),
        ("李吉童", None, "PRK", "Ri Kil Tong", "romanised"),
        ("胡敏", "Hu Min", None, "Hu Min", "hint"),
        ("阮文雄", "Nguyễn Văn Hùng", "VNM", "Nguyễn Văn Hùng", "hint"),
        ("陈志强", "Chan Chi-keung", "HKG", "Chan Chi-keung", "hint"),
        ("陈志强", "Zhiqiang Chen", "SGP", "Zhiqiang Chen", "hint"),
        ("陈志强", "John Chan", "HKG", "Chen Zhiqiang", "romanised"),
        ("陈志强", "Lam Mei-ling", "HKG", "Chen Zhiqiang", "romanised"),
    ],
)
def test_a_name_is_hinted_or_romanised_as_at_home(written, hint, country, name, basis):
    value = latin_name(written, hint, country).value
    assert value is not None
    assert (value.name, value.basis) == (name, basis)


@pytest.mark.parametrize(
    ("written", "hint", "country"),
    [("阮文雄", "Tran Van Hung", "VNM"), ("阮文雄", None, "VNM"), ("洪吉㐂", "Hong Gil-dong", "KOR")],
)
def test_what_cannot_be_read_is_left_as_written(written, hint, country):
    assert latin_name(written, hint, country).value is None


def test_a_given_name_of_several_readings_is_not_written_in_hangul():
    assert hangul_of("洪吉蓮", "KOR") is None
    assert hangul_of("洪吉童", "KOR") == "홍길동"


def test_the_tables_of_readings_are_sound():
    hanja = [line.split() for line in load_table("hanja_readings")["readings"].splitlines()]
    characters = "".join(row[1] for row in hanja)
    assert len(set(characters)) == len(characters) >= 400
    assert all(re.fullmatch("[\uac00-\ud7a3/]+", row[0]) and len(row) == 2 for row in hanja)
    for part in ("vietnamese", "chinese_families", "chinese_initials"):
        rows = [line.split() for line in load_table("han_readings")[part].splitlines()]
        assert all(len(row) >= 2 for row in rows), part
        assert len({row[0] for row in rows}) == len(rows), part
