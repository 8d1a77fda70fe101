import pytest

from extractor.normalizing.phrases import Phrase, PhraseIndex

INDEX = PhraseIndex(
    [
        Phrase("Norland", 1, "en"),
        Phrase("Republic of Norland", 2, "en"),
        Phrase("Republic of Eastmark", 3, "en"),
        Phrase("NOR", 4, "en"),
        Phrase("Vízföld", 5, "hu"),
        Phrase("북국", 6, "ko"),
        Phrase("北国", 7, "ja"),
        Phrase("北国海", 8, "ja"),
        Phrase("North-East Isle", 9, "en"),
        Phrase("北国", 10, "zh"),
    ]
)
FOUND = [
    ("The Republic of Norland and Norland", [2, 1]),
    ("the republic of norland", []),
    ("The Republic of Westmark", []),
    ("NOR, nor, Nor", [4]),
    ("a Vízföldet", [5]),
    ("북국은", [6]),
    ("北国海と北国", [8, 7]),
    ("the North-East Isle", [9]),
    ("Republic", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "meanings"), FOUND, ids=[text for text, _ in FOUND])
def test_phrases_are_found_as_written_the_longest_where_they_overlap(text, meanings):
    assert [hit.meaning for hit in INDEX.find(text)] == meanings


def test_all_meanings_of_a_whole_text_are_given():
    assert [hit.meaning for hit in INDEX.whole("北国")] == [7, 10]
    assert [hit.meaning for hit in INDEX.whole("Republic of Norland")] == [2]
    assert INDEX.whole("Norland and Eastmark") == []


def test_an_index_without_phrases_of_joined_scripts_finds_nothing_in_them():
    index = PhraseIndex([Phrase("Norland", 1, "en")])
    assert index.find("北国") == []
    assert index.whole("北国") == []
