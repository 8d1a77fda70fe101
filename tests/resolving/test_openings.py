import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.normalizing.lexicons import load_table
from extractor.resolving.openings import openings

ROWS = [
    (r"\bports?\b", (("port", True),)),
    (r"서명|체결", (("서명", False), ("체결", False))),
    (r"\b(?:will|would) sign", (("will", True), ("would", True))),
    (r"(?:見証|见证)", (("見証", False), ("见证", False))),
    (r"(?<!non )\bpaper", (("paper", True),)),
    (r"\bin the presence of", (("in the presence of", True),)),
    (r"\bab*c", (("a", True),)),
    # what it begins with cannot be told
    (r"(?:also )?present", ()),
    (r"(?:two |)ministers", ()),
    (r"\w+ing", ()),
    (r"[ab]c|de", ()),
    (r"a?b", ()),
    (r"\(x\)|y", ()),
    (r"[(]x|y", ()),
]


@pytest.mark.parametrize(("form", "told"), ROWS, ids=[form for form, _ in ROWS])
def test_the_letters_that_all_findings_begin_with_are_told_or_nothing_is(form, told):
    assert openings(form) == told


def _forms(table):
    if isinstance(table, str):
        return [table.removeprefix("re:")] if table.startswith("re:") else []
    return [form for part in (table.values() if isinstance(table, dict) else table) for form in _forms(part)]


FORMS = [
    form
    for name in ("cues", "offices", "sectors", "titles")
    for form in _forms(load_table(name, "extractor.resolving"))
]


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_whatever_a_form_of_the_lists_finds_begins_with_one_of_its_openings(data):
    form = data.draw(st.sampled_from(FORMS))
    text = data.draw(st.from_regex(form))
    told = openings(form)
    for hit in re.finditer(form, text):
        assert not told or any(hit[0].startswith(letters) for letters, _ in told)


def test_few_forms_of_the_lists_are_tried_everywhere():
    assert sum(not openings(form) for form in FORMS) * 20 < len(FORMS)
