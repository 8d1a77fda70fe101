"""Folding: equal words in unequal Unicode dress become equal, and offsets lead back to the letters as read."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.folding import fold, folded, without_marks

SAME = [
    ("Szöul", unicodedata.normalize("NFD", "Szöul")),
    ("서울", unicodedata.normalize("NFD", "서울")),
    ("42억 달러", "４２억\u00a0달러"),
    ("O’Brien – Müller", "o'brien - müller"),
    ("한·중", "한ㆍ중"),
    ("İstanbul", "istanbul"),
    ("TÜRKIYE", "türkıye"),
    ("الملك", "المـلك"),
    ("مُذَكِّرَة", "مذكرة"),
    ("أحمد", "احمد"),
    ("علی", "علي"),
    ("Королёв", "Королев"),
    ("ﬁrst", "first"),
    ("soft\u00adhyphen", "softhyphen"),
    ("zero\u200bwidth", "zerowidth"),
    ("a \r\n b", "a b"),
    ("「覚書」", '"覚書"'),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_words_fold_alike(one, other):
    assert folded(one) == folded(other)


@pytest.mark.parametrize(("one", "other"), [("Кім", "Ким"), ("42", "43"), ("Soto", "Sotó"), ("박", "빅")])
def test_other_words_stay_apart(one, other):
    assert folded(one) != folded(other)


def test_marks_are_taken_off_letter_for_letter():
    assert without_marks("szöulban é서울") == "szoulban e서울"


@given(st.text())
def test_every_folded_letter_comes_from_the_text(text):
    result = fold(text)
    assert len(result.text) == len(result.starts) == len(result.ends)
    assert all(0 <= start < end <= len(text) for start, end in zip(result.starts, result.ends, strict=True))
    assert list(result.starts) == sorted(result.starts)


@given(st.text())
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text).text).text == fold(text).text
