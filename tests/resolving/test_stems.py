import re

import pytest

from extractor.folding import folded
from extractor.resolving import cues, offices, sectors, title_words
from extractor.resolving.stems import StemLists

LISTS = {
    "sign": ["sign", "re:\\bink(?:ed|s)\\b", "서명", "وقع"],
    "pact": ["pact", "szerződés", "letter of intent"],
    "always": ["re:(?:very )?new"],
}
ROWS = [
    ("sign", "they signed it", ["sign"]),
    ("sign", "by design", []),
    ("sign", "both inked it, thinks he", ["inked"]),
    ("sign", "양국은 협정에 서명했다", ["서명"]),
    ("sign", "ووقع الوزيران", ["ووقع"]),
    ("pact", "a hitelszerződés és a paktum", ["szerződés"]),
    ("pact", "an impact", []),
    ("pact", "a letter of intent, a letter", ["letter of intent"]),
    ("pact", '"pact"', ["pact"]),
    ("always", "something new", ["new"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "found"), ROWS, ids=[f"{name}: {text}" for name, text, _ in ROWS])
def test_a_stem_begins_words_a_long_one_may_end_a_compound_and_a_form_finds_what_it_says(name, text, found):
    pattern = StemLists(LISTS).pattern(name, folded(text))
    assert [hit[0] for hit in pattern.finditer(folded(text))] == found


def test_without_compounds_a_long_stem_begins_words_too():
    pattern = StemLists(LISTS, compounds=False).pattern("pact", "a hitelszerződés")
    assert pattern.search("a hitelszerződés") is None


def test_a_longer_stem_wins_over_a_shorter_one():
    lists = StemLists({"one": ["ship", "shipment"]})
    assert lists.pattern("one", "a shipment").search("a shipment")[0] == "shipment"


def test_a_text_without_the_letters_of_any_stem_needs_no_look():
    lists = StemLists({"one": ["state visit", "서명"]})
    assert not lists.may_stand_in("the state of the visitors")
    assert lists.may_stand_in("on a state visit to the lake")


@pytest.mark.parametrize(
    "lists",
    [cues._stems(), cues._visits(), offices._titles(), sectors._stems(), title_words._stems()],
    ids=["cues", "visits", "offices", "sectors", "titles"],
)
def test_the_few_stems_that_may_stand_in_a_text_find_what_all_of_them_would(lists):
    texts = [
        folded(text)
        for stems in lists._forms.values()
        for form in stems
        for word in [re.sub(r"\\b|\(\?.*|\\", "", form)]
        for text in (word, f"a {word}s, {word}", f"x{word}", f"{word.upper()}-x {word[:-1]}")
    ]
    for name, forms in lists._forms.items():
        whole = re.compile("|".join(forms))
        for text in texts[:: max(1, len(texts) // 400)]:
            spans = [hit.span() for hit in lists.pattern(name, text).finditer(text)]
            assert spans == [hit.span() for hit in whole.finditer(text)]
