"""What is taken as an answer, and what is not; on hostile input the parser stays quick and small."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from extractor.drafts import AnswerDraft
from extractor.errors import InvalidOutputError
from extractor.llm.answers import (
    MAX_CHARACTERS,
    MAX_OBJECTS,
    MAX_PROBLEMS,
    MAX_VALUES,
    checked_answer,
    json_in,
    strict_json,
)
from tests.llm.conftest import make_request
from tests.llm.fault_server import GOOD

MEETING = {
    "s": [1],
    "kind": "talks",
    "mode": "in_person",
    "status": "held",
    "countries": ["LTU", "CHL"],
    "attendees": [],
}


def answer(**parts) -> str:
    return json.dumps({"meetings": [], "agreements": [], "mous": [], "figures": [], **parts})


def problems_of(text: str) -> tuple[str, ...]:
    with pytest.raises(InvalidOutputError) as caught:
        checked_answer(text, make_request())
    return caught.value.problems


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"\ufeff  {GOOD}\n",
        f"```json\n{GOOD}\n```",
        f"```\n{GOOD}\n```\nI hope this helps.",
        f"Sure! The JSON is: {GOOD} That's all (it's \"complete\").",
        f'<think>Perhaps {{"meetings": 1}}? No.</think>{GOOD}',
        f"the template opened it for me</think>\n{GOOD}",
        f"I took {{note}} of it. {GOOD}",
    ],
)
def test_the_one_json_value_is_recovered_from_its_wrapping(text):
    assert checked_answer(text, make_request()) == GOOD


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("I cannot find any records.", "not JSON"),
        ("null", "not JSON"),
        (GOOD[:-1], "ends inside a JSON value"),
        (GOOD[:30], "ends inside a JSON value"),
        (f'{GOOD} and {{"meet', "ends inside a JSON value"),
        (f"{GOOD}\n{GOOD}", "2 JSON values"),
        (f"[1] {GOOD}", "2 JSON values"),
        ('{"meetings": [],}', "not JSON: "),
        ("{'meetings': []}", "not JSON: "),
        ('{"meetings": [], "meetings": []}', "a key is given twice"),
        ('{"meetings": NaN}', "NaN or Infinity"),
        ('{"meetings": -Infinity}', "NaN or Infinity"),
        ('{"meetings": 1e400}', "out of range"),
        ('{"meetings": ' + "9" * 5000 + "}", "out of range"),
        ('{"meetings": "\\ud800"}', "surrogate"),
        ('{"meetings": "\ud800"}', "surrogate"),
        ('{"\\udfff": 1}', "surrogate"),
        ("[" * 100_000 + "]" * 100_000, "nested deeper"),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "nested deeper"),
        ("[" * 100_000, "ends inside"),
        (" " * MAX_CHARACTERS + GOOD, "larger than"),
        (answer(meetings=[{}] * MAX_OBJECTS), "holds more than"),
        (answer(meetings=[1] * 2 * MAX_VALUES), "holds more than"),
    ],
)
def test_what_is_not_one_sound_json_value_is_refused_by_name(text, reason):
    (problem,) = problems_of(text)
    assert problem.startswith("(answer): ")
    assert reason in problem


def test_a_pair_of_surrogate_escapes_is_a_letter():
    text = answer(meetings=[{**MEETING, "place": "\U0001f3db"}])
    assert "\\ud83c" in text
    assert checked_answer(text, make_request()) == text


@pytest.mark.parametrize(
    "text",
    [
        '\\"' * 400_000,
        "{" + '\\"' * 400_000,
        '{"' + '\\"' * 400_000,
        '{"a":1,' * 140_000,
        "{}" * 400_000,
        "{" * 900_000,
        "</think>" * 100_000 + "{",
        '"' * 900_000,
    ],
    ids=["quotes", "quotes-open", "string-open", "objects-open", "objects", "braces", "thoughts", "bare"],
)
def test_hostile_noise_takes_no_time(text):
    begun = time.process_time()
    with pytest.raises(ValueError, match=r"."):
        strict_json(json_in(text))
    assert time.process_time() - begun < 3.0


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=12,
)
objects = st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), json_values, max_size=4)
noise = st.text(st.characters(exclude_characters="{}[]<", exclude_categories=["Cs"]), max_size=40)


@given(objects, noise, noise, st.booleans())
def test_any_object_comes_back_from_any_noise_without_brackets(value, before, after, ascii_only):
    written = json.dumps(value, ensure_ascii=ascii_only)
    assert strict_json(json_in(f"{before}{written}{after}")) == value


@given(objects.filter(bool), st.data())
def test_no_beginning_of_an_object_is_taken_for_the_whole(value, data):
    written = json.dumps(value)
    cut = data.draw(st.integers(1, len(written) - 1))
    with pytest.raises(ValueError, match="ends inside"):
        json_in(written[:cut])


@given(st.text(max_size=200))
def test_no_text_crashes_the_parser(text):
    try:
        checked_answer(text, make_request())
    except InvalidOutputError as error:
        assert error.problems  # noqa: PT017 - any text may also be sound


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"note": "x"}, "meetings.0.note: Extra inputs are not permitted"),
        ({"kind": "Talks"}, "meetings.0.kind: Input should be 'summit'"),
        ({"mode": None}, "meetings.0.mode: "),
        ({"s": [3]}, "meetings.0.s.0: 3 is not between 1 and 2"),
        ({"s": ["3"]}, "meetings.0.s.0: 3 is not between 1 and 2"),
        ({"s": [0]}, "meetings.0.s.0: "),
        ({"countries": ["ltu"]}, "meetings.0.countries.0: String should match pattern"),
        ({"place": "x" * 241}, "meetings.0.place: String should have at most 240"),
    ],
)
def test_each_breach_of_the_wire_format_is_named_by_its_path(change, problem):
    (found,) = problems_of(answer(meetings=[{**MEETING, **change}]))
    assert found.startswith(problem)


def test_a_field_that_is_missing_is_named():
    assert problems_of('{"meetings":[],"agreements":[],"mous":[]}') == ("figures: Field required",)


def test_an_answer_that_is_no_object_is_named():
    assert problems_of("[]")[0].startswith("(answer): Input should be ")


def test_the_list_of_problems_is_short_and_quotes_no_value():
    secret = "the article's own words"
    meetings = [{**MEETING, "kind": secret, secret * 50: 1} for _ in range(30)]
    problems = problems_of(answer(meetings=meetings))
    assert len(problems) == MAX_PROBLEMS
    assert max(map(len, problems)) < 400
    assert not any(f"'{secret}" in problem for problem in problems)


def test_the_error_names_the_request_and_keeps_the_answer():
    request = make_request()
    with pytest.raises(InvalidOutputError) as caught:
        checked_answer("no", request)
    assert (caught.value.raw, caught.value.fingerprint) == ("no", request.fingerprint)
    assert caught.value.__context__ is None


class Rate(BaseModel):
    model_config = ConfigDict(extra="forbid")
    share: int
    deep: list["Rate"] = []


def test_bounds_are_found_at_any_depth():
    schema = {"type": "object", "properties": {"share": {"type": "integer", "minimum": 0, "maximum": 9}}}
    schema["properties"]["deep"] = {"type": "array", "items": {"properties": dict(schema["properties"])}}
    request = make_request(answer_schema=schema, answer_type=Rate)
    assert checked_answer('{"share": 9, "deep": [{"share": 0}]}', request)
    with pytest.raises(InvalidOutputError) as caught:
        checked_answer('{"share": 10, "deep": [{"share": -1}]}', request)
    assert caught.value.problems == (
        "share: 10 is not between 0 and 9",
        "deep.0.share: -1 is not between 0 and 9",
    )


def test_what_a_draft_calls_otherwise_is_bounded_under_its_written_name():
    assert AnswerDraft.model_config["extra"] == "forbid"
    figure = {
        "s": [9],
        "value": "1",
        "indicator": "exports",
        "measure": "level",
        "qualifier": "exact",
        "from": "KOR",
    }
    assert problems_of(answer(figures=[figure])) == ("figures.0.s.0: 9 is not between 1 and 2",)
