"""Folding: equal words in unequal Unicode dress become equal, and offsets lead back to the letters as read."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.folding import AS_DATES, AS_FIGURES, AS_WORDS, WITHOUT_ACCENTS, fold, folded, without_marks

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


@pytest.mark.parametrize("folding", [AS_WORDS, AS_FIGURES, AS_DATES, WITHOUT_ACCENTS])
@given(text=st.text())
def test_every_way_of_folding_keeps_the_way_back(folding, text):
    result = folding.fold(text)
    assert len(result.text) == len(result.starts) == len(result.ends)
    assert all(0 <= start < end <= len(text) for start, end in zip(result.starts, result.ends, strict=True))
    assert list(result.starts) == sorted(result.starts)


@pytest.mark.parametrize("folding", [AS_WORDS, AS_FIGURES, AS_DATES, WITHOUT_ACCENTS])
@pytest.mark.parametrize(
    "text", ["Szöul és Győr", "서울에서 17일", "Київ і Ханой", "ガーナの大使", "أوروغواي"]
)
def test_letters_and_marks_written_apart_fold_like_whole_letters_and_lead_back_to_both(folding, text):
    apart = unicodedata.normalize("NFD", text)
    whole, result = folding.fold(text), folding.fold(apart)
    assert result.text == whole.text
    assert result.span(0, len(result.text)).of(apart) == apart


@pytest.mark.parametrize(("text", "expected"), [("۱۲٫۵٪", "12٫5%"), ("10²", "10²"), ("１９９０", "1990")])
def test_digits_of_all_scripts_are_figures_and_small_ones_are_not(text, expected):
    assert AS_FIGURES.fold(text).text == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1\nMay", "1 may"), ("1 \n\n May", "1\nmay"), ("1\r\nMay", "1 may"), ("1  May", "1 may")],
)
def test_only_an_empty_line_parts_the_words_of_a_date(text, expected):
    assert AS_DATES.fold(text).text == expected


def test_names_lose_accents_but_no_letters_of_their_own():
    assert WITHOUT_ACCENTS.fold("Łódź, Đà Nẵng, Йемен, Ёж").text == "lodz, da nang, йемен, еж"
