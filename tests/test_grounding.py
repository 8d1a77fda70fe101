"""Grounding: copied words are found where they stand, in any inflection, and nothing else is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.article import Span
from extractor.grounding import Ground
from extractor.records import Match

FOUND = [  # text, words, language, the quote
    ("14일 서울에서 회담했다.", "서울", "ko", "서울"),
    ("윤 대통령은 강경화에게", "강경화", "ko", "강경화"),
    ("Szöulban tárgyalt", "Szöul", "hu", "Szöul"),
    ("3 milliárd dollárral nőtt", "dollár", "hu", "dollár"),
    ("3 milliárd dollárral nőtt", "3 milliárd dollár", "hu", "3 milliárd dollár"),
    ("Juan Sotót fogadta", "Juan Soto", "hu", "Juan Sotót"),
    ("Orbán Viktorral egyeztetett", "Orbán Viktor", "hu", "Orbán Viktor"),
    ("в Москве прошли переговоры", "Москва", "ru", "Москве"),
    ("Встреча с Нурланом Ахметовым", "Нурлан Ахметов", "ru", "Нурланом Ахметовым"),
    ("des Außenministers Südkoreas", "Südkorea", "de", "Südkorea"),
    ("وبالرياض عقد الاجتماع", "الرياض", "ar", "الرياض"),
    ("والسفير أحمد العلي", "السفير احمد العلي", "ar", "السفير أحمد العلي"),
    ("Türkiye'nin Ankara'daki", "Ankara", "tr", "Ankara"),
    ("签署了合作谅解备忘录。", "谅解备忘录", "zh", "谅解备忘录"),
    ("港湾整備の円借款を供与", "円借款", "ja", "円借款"),
    ("a “Joint Declaration” was adopted", '"joint declaration"', "en", "Joint Declaration"),
    ("a trade volume of 1 304 million", "304 million", "en", "304 million"),
    (
        "the Agreement on the Avoidance of Double  Taxation",
        "agreement on avoidance of double taxation",
        "en",
        "Agreement on the Avoidance of Double  Taxation",
    ),
]
NOT_FOUND = [
    ("Kim Yo Jong spoke", "Kim Jong Un", "en"),
    ("in 2024 the volume", "2025", "en"),
    ("worth 1,304 dollars", "304", "en"),
    ("worth 304.5 dollars", "304", "en"),
    ("The Romans came", "Oman", "en"),
    ("Iraq signed", "Iran", "en"),
    ("Australia signed", "Austria", "en"),
    ("they signed three agreements on trade", "they signed four agreements on trade", "en"),
    ("sie haben nicht unterzeichnet das Abkommen", "sie haben unterzeichnet das Abkommen", "de"),
    ("the text", "", "en"),
    ("the text", "  ", "en"),
    ("", "words", "en"),
    ("the text", "“”", "en"),
]


@pytest.mark.parametrize(("text", "words", "language", "quote"), FOUND)
def test_words_are_found_in_their_inflection(text, words, language, quote):
    hit = Ground(text, language).find(words)
    assert hit is not None
    assert hit.quote == quote == text[hit.start : hit.end]


@pytest.mark.parametrize(("text", "words", "language"), NOT_FOUND)
def test_other_words_are_not(text, words, language):
    assert Ground(text, language).find(words) is None


def test_a_cited_sentence_is_searched_first():
    text = "Scholz arrived. Later Scholz left."
    hit = Ground(text, "en").find("Scholz", [Span(16, 34)])
    assert hit is not None
    assert hit.start == 22


def test_the_whole_article_is_searched_when_the_cited_sentence_lacks_the_words():
    hit = Ground("Scholz arrived. Later he left.", "en").find("Scholz", [Span(16, 30)])
    assert hit is not None
    assert hit.start == 0


def test_whole_words_are_preferred_to_parts_of_words():
    hit = Ground("Koreans met. Korea won.", "en").find("Korea")
    assert hit is not None
    assert hit.start == 13


@pytest.mark.parametrize(
    ("text", "words", "match"),
    [
        ("Seoul called", "Seoul", Match.EXACT),
        ("SEOUL called", "Seoul", Match.FOLDED),
        ("в Москве", "Москва", Match.FUZZY),
    ],
)
def test_the_match_says_how_words_were_found(text, words, match):
    hit = Ground(text).find(words)
    assert hit is not None
    assert hit.match is match


@settings(deadline=None)
@given(st.text(max_size=200), st.text(max_size=30), st.integers(0, 100), st.integers(0, 100))
def test_a_quote_is_always_the_text_at_its_offsets(text, words, start, length):
    span = Span(min(start, len(text)), min(start + length, len(text)))
    hit = Ground(text).find(words, [span])
    assert hit is None or (hit.quote and text[hit.start : hit.end] == hit.quote)


@settings(deadline=None)
@given(st.text(alphabet="abcdé 서울北京кио", min_size=8, max_size=60), st.data())
def test_any_run_of_whole_words_is_found(text, data):
    words = text.split()
    if words:
        first = data.draw(st.integers(0, len(words) - 1))
        assert Ground(text).find(words[first]) is not None
