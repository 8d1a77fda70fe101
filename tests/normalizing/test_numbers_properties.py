from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.normalizing.lexicons import load_table
from extractor.normalizing.numbers import (
    digit_runs,
    find_quantities,
    number_words,
    parse_count,
    parse_quantity,
)
from extractor.normalizing.numbers.languages import known_lexicon
from extractor.normalizing.numbers.lexicon import has_lexicon
from extractor.vocabulary import Qualifier

LANGUAGES = (
    "en",
    "de",
    "hu",
    "ru",
    "ko",
    "ja",
    "zh",
    "ar",
    "fa",
    "tr",
    "fr",
    "es",
    "hi",
    "vi",
    "pl",
    "xx",
    None,
)
languages = st.sampled_from(LANGUAGES)
PIECES = [
    *[
        "1",
        "27,8",
        "1.500",
        "1,234",
        "12,34,567",
        "$",
        "€",
        "-",
        "~",
        "–",
        ".",
        ",",
        "%",
        "bn",
        "billion",
        "half",
        "a",
        "third",
        "about",
        "between",
        "and",
        "to",
        "from",
        "two",
        "hundred",
        "USD",
        "dollars",
        "Mrd.",
        "Euro",
        "zweieinhalb",
        "und",
        "bis",
        "knapp",
        "milliárd",
        "és",
        "fél",
        "forint",
        "szeresére",
        "között",
        "млрд",
        "долларов",
        "до",
        "от",
        "полтора",
        "억",
        "만",
        "달러",
        "여",
        "약",
        "이상",
        "두",
        "배",
        "분의",
        "亿",
        "十",
        "万",
        "成",
        "分之",
        "億",
        "円",
        "割",
        "超",
        "مليار",
        "و",
        "ملياري",
        "ريال",
        "نصف",
        "میلیارد",
        "yüzde",
        "kat",
        "करोड़",
        "tỷ",
        "é",
    ],
    *("\n\n", " ", "\u00a0", "\u200f", "\ud800"),
]
texts = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(PIECES), max_size=12).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join),
)


@given(texts, languages)
@settings(max_examples=400, deadline=None)
def test_no_text_raises_and_every_span_is_valid(text, language):
    found = find_quantities(text, language)
    for span, quantity in found:
        assert 0 <= span.start < span.end <= len(text)
        assert span.of(text).strip() == span.of(text)
        assert quantity.qualifier in set(Qualifier)
        assert quantity.value.is_finite()
        assert (quantity.value_max is not None) == (quantity.qualifier == "between")
        assert quantity.currency is None or quantity.unit == "currency"
    assert all(one.end <= two.start for (one, _), (two, _) in pairwise(found))
    number_words(text, language)
    parse_count(text, language)
    outcome = parse_quantity(text, language)
    assert outcome.value is not None or outcome.reason


@given(st.text(max_size=80))
@settings(max_examples=300, deadline=None)
def test_digit_runs_keep_every_digit_in_order(text):
    digits = "".join(str(int(char)) for char in text if char.isdecimal())
    assert "".join(digit_runs(text)) == digits


@given(st.integers(min_value=0, max_value=10**12), st.sampled_from(["en", "de", "fr", "ko", "hi"]))
@settings(deadline=None)
def test_grouped_integers_are_read_back(number, language):
    mark = {"en": ",", "de": ".", "fr": "\u202f", "ko": ",", "hi": ","}[language]
    outcome = parse_quantity(f"{number:,}".replace(",", mark) + " %", language)
    assert outcome.value is not None
    assert outcome.value.value == number


@given(
    st.decimals(min_value=Decimal("0.01"), max_value=999, places=2), st.sampled_from(["млрд", "млн", "тыс."])
)
@settings(deadline=None)
def test_magnitudes_multiply_exactly(number, magnitude):
    order = {"млрд": 10**9, "млн": 10**6, "тыс.": 10**3}[magnitude]
    outcome = parse_quantity(f"{number} {magnitude} долларов".replace(".", ",", 1), "ru")
    assert outcome.value is not None
    assert outcome.value.value == number * order


@pytest.mark.parametrize("language", ["en", "zh-Hant", "nb", "pt-BR", "es_MX", "EN"])
def test_tags_with_regions_and_aliases_find_their_lexicon(language):
    assert known_lexicon(language) is not None


@pytest.mark.parametrize("language", [None, "", "xx", "../en", "common", "e"])
def test_what_is_no_language_has_no_lexicon(language):
    assert known_lexicon(language) is None


def test_a_lexicon_exists_for_every_language_of_the_table_of_scripts():
    for languages_of_script in load_table("numbers/common")["scripts"].values():
        assert all(has_lexicon(language) for language in languages_of_script.split())
