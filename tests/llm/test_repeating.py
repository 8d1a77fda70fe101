"""An LLM that repeats itself is stopped; one that does not is never touched."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.drafts import AnswerDraft, answer_schema
from extractor.llm.repeating import IN_A_ROW, Repeats, ends_in_repeats
from tests.answering import NOTHING, agreement, answer, figure, meeting, person, read
from tests.llm.conftest import make_request
from tests.llm.test_embedded_stream import embedded

SCHEMA = answer_schema(9, full=True)
SAME = figure("3 million euros")
TEXT = "Exports of Latvia to Peru reached 3 million euros."


def fed(text, schema=SCHEMA, size=3):
    repeats = Repeats(schema)
    for start in range(0, len(text), size):
        if repeats.take(text[start : start + size]):
            break
    return repeats.ended


def drafted(text):
    return AnswerDraft.model_validate_json(text).model_dump(mode="json", by_alias=True)


@given(st.integers(1, 40))
def test_a_figure_over_and_over_ends_after_a_few_wherever_the_tokens_end(size):
    text = json.dumps({"meetings": [], "agreements": [], "mous": [], "figures": [SAME] * 40})
    ended = fed(text, size=size)
    assert len(drafted(ended)["figures"]) == IN_A_ROW
    assert text.startswith(ended.removesuffix("]}"))


def test_what_was_still_due_is_empty():
    many = [agreement('agreement on {fish}, "said" to be [new]')] * 9
    ended = drafted(fed(answer(agreements=many, figures=[SAME])))
    assert (len(ended["agreements"]), ended["mous"], ended["figures"]) == (IN_A_ROW, [], [])


def test_an_attendee_over_and_over_ends_its_meeting_too():
    people = [person("Ilze Kalna")] + [person("Diego Quispe")] * 20
    ended = drafted(fed(answer(meetings=[meeting(person("Ana Lima")), meeting(*people)], figures=[SAME])))
    assert [len(one["attendees"]) for one in ended["meetings"]] == [1, 1 + IN_A_ROW]
    assert ended["figures"] == []


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_answers_that_go_on_are_never_touched(size):
    nearly = [SAME] * (IN_A_ROW - 1)
    varied = [figure(f"{n} million euros") for n in range(30)]
    broken = [*nearly, figure("4 million euros"), *nearly]
    calls = [meeting(person("Ilze Kalna"), person(f"Guest {n}")) for n in range(12)]
    for text in (
        NOTHING,
        answer(figures=nearly),
        answer(figures=varied),
        answer(figures=broken),
        answer(calls),
    ):
        assert fed(text, size=size) is None


def test_what_cannot_be_closed_without_words_is_not_stopped():
    schema = {
        "type": "object",
        "required": ["items", "title"],
        "properties": {"items": {"type": "array", "items": {}}, "title": {"type": "string"}},
    }
    assert fed(json.dumps({"items": [{"a": 1}] * 20, "title": "x"}), schema) is None


def test_the_end_of_a_list_tells():
    assert ends_in_repeats([1, *[2] * IN_A_ROW])
    assert not ends_in_repeats([*[2] * IN_A_ROW, 1])
    assert not ends_in_repeats([2] * (IN_A_ROW - 1))


async def test_the_embedded_llm_is_stopped_and_its_doubts_are_those_of_what_it_said():
    request = make_request(answer_schema=SCHEMA)
    text = answer(figures=[SAME] * 40)
    llm = embedded([(text[n : n + 4], -0.5) for n in range(0, len(text), 4)])
    given_back = await llm.complete(request)
    assert len(drafted(given_back.text)["figures"]) == IN_A_ROW
    assert given_back.usage.output_tokens < len(text) / 4 / 4
    assert max(start + length for start, length, _ in given_back.doubts) <= len(given_back.text)


def test_the_reader_is_told():
    found = read(TEXT, figures=[figure("3 million euros", to="PER")] * IN_A_ROW)
    assert len(found.trade_figures) == 1
    assert [one.detail for one in found.warnings if one.code == "repeated_records"] == [
        "the LLM wrote the same trade figure over and over; what it had still to say is not known"
    ]
