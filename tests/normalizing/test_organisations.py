"""Names and acronyms of organisations, held to a table of many languages."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.normalizing.organisations import find_organisations, resolve_organisation

_WORDS = yaml.safe_load(
    (Path(__file__).parent / "data" / "organisations_words.yaml").read_text(encoding="utf-8")
)
_ROWS = [(language, *row.split(" > ")) for language, rows in _WORDS.items() for row in rows]


def test_the_table_is_large_enough_to_mean_something():
    assert len(_ROWS) >= 60


@pytest.mark.parametrize(("language", "words", "organisation"), _ROWS)
def test_words_give_the_organisation(language, words, organisation):
    outcome = resolve_organisation(words, language)
    assert outcome.value == (None if organisation == "-" else organisation)
    assert (outcome.reason is None) == (organisation != "-")


@pytest.mark.parametrize(("language", "words", "organisation"), [row for row in _ROWS if row[2] != "-"])
def test_words_are_known_without_a_language_too_unless_languages_differ(language, words, organisation):
    outcome = resolve_organisation(words, None)
    assert outcome.value == organisation or outcome.reason == "names more than one organisation"


def test_two_organisations_have_no_one_name():
    assert resolve_organisation("UN and NATO", "en").reason == "names more than one organisation"


def test_running_text_gives_spans_in_order():
    text = "Within the U.N., OPEC+ and the IMF agreed; who would not?"
    found = find_organisations(text, "en")
    assert [(span.of(text), organisation) for span, organisation in found] == [
        ("U.N.", "UN"),
        ("OPEC+", "OPEC+"),
        ("IMF", "IMF"),
    ]


def test_an_acronym_of_something_else_counts_only_alone():
    assert resolve_organisation("AU", "en").value == "AU"
    assert find_organisations("12 AU from the sun", "en") == ()


def test_korean_particles_stay_outside_the_span():
    text = "아세안과 유엔에서"
    assert [span.of(text) for span, _ in find_organisations(text, "ko")] == ["아세안", "유엔"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.one_of(st.text(max_size=8), st.sampled_from(["UN", "U.N.", "ООН", "아세안", "+", "\u0301"])), max_size=8)
    .map(" ".join),
    st.sampled_from([None, "en", "ko", "ru", "xx"]),
)  # fmt: skip
def test_any_text_gives_ordered_spans_within_it(text, language):
    last = 0
    for span, organisation in find_organisations(text, language):
        assert last <= span.start < span.end <= len(text)
        assert organisation
        last = span.end
    resolve_organisation(text, language)
