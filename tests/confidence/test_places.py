"""Where the parts of an answer stand in its text."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.confidence.places import places

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.from_regex(r"[a-z]{1,5}", fullmatch=True), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


def at(value, path):
    for step in path:
        value = value[step]
    return value


@given(VALUES, st.sampled_from([None, 2]), st.booleans())
def test_every_part_stands_where_it_is_said_to(value, indent, ascii_only):
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    found = places(text)
    for path, place in found.items():
        assert json.loads(text[place.start : place.end]) == at(value, path)
        assert not set(text[place.opening : place.start]) - set('{}[]:," \n')
    assert () in found


def test_what_opens_a_record_is_what_stands_between_it_and_the_words_before():
    text = '{"figures":[{"value":"3"},{"value":"4"}]}'
    found = places(text)
    assert text[found["figures", 0].opening : found["figures", 0].start] == '":['
    assert text[found["figures", 1].opening : found["figures", 1].start] == '"},'


@pytest.mark.parametrize("text", ["{", '{"a":', "[1,"])
def test_half_a_text_is_an_error(text):
    with pytest.raises(ValueError, match="too early"):
        places(text)
