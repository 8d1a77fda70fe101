"""The wire format: what the schema lets an LLM write, the drafts accept; nothing else."""

import pytest
from pydantic import ValidationError

from extractor.drafts import AnswerDraft, answer_schema

EMPTY = {"meetings": [], "agreements": [], "mous": [], "figures": []}
FIGURE = {"s": [1], "value": "42억", "indicator": "exports", "measure": "level", "qualifier": "exact"}
MOU = {"s": [1], "title": "MOU", "en": None, "status": "signed", "parties": ["LTU"]}


def nodes(schema):
    yield schema
    for value in schema.values():
        for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            if isinstance(child, dict):
                yield from nodes(child)
        if isinstance(value, dict):
            yield from nodes(value)


@pytest.mark.parametrize("full", [True, False])
def test_the_schema_is_flat_closed_and_bounded(full):
    for node in nodes(answer_schema(7, full=full)):
        assert "$ref" not in node
        if node.get("type") == "object":
            assert node["additionalProperties"] is False
        if node.get("type") == "array":
            assert node["maxItems"] > 0
        if node.get("type") == "string" and "enum" not in node:
            assert "maxLength" in node or "pattern" in node


def test_sentence_numbers_are_bounded_by_the_article():
    meeting = answer_schema(7, full=False)["properties"]["meetings"]["items"]
    assert meeting["properties"]["s"]["items"] == {"type": "integer", "minimum": 1, "maximum": 7}


def test_the_short_schema_leaves_out_what_the_embedded_llm_does_not_give():
    short = answer_schema(3, full=False)["properties"]["meetings"]["items"]["properties"]
    full = answer_schema(3, full=True)["properties"]["meetings"]["items"]["properties"]
    assert {"date", "place", "by"} == set(full) - set(short)


def test_an_answer_without_records_is_valid():
    assert AnswerDraft.model_validate(EMPTY).meetings == []


def test_what_is_left_out_has_its_usual_value():
    figure = AnswerDraft.model_validate(EMPTY | {"figures": [FIGURE]}).figures[0]
    assert (figure.status, figure.record, figure.from_, figure.when) == ("actual", False, None, None)


@pytest.mark.parametrize(
    "answer",
    [
        EMPTY | {"figures": [FIGURE | {"unit": "USD"}]},
        EMPTY | {"figures": [FIGURE | {"indicator": "GDP"}]},
        EMPTY | {"figures": [FIGURE | {"indicator": "Exports"}]},
        EMPTY | {"figures": [FIGURE | {"s": [0]}]},
        EMPTY | {"figures": [FIGURE | {"from": "Germany"}]},
        EMPTY | {"figures": [FIGURE | {"value": None}]},
        EMPTY | {"figures": [FIGURE | {"value": "4" * 1000}]},
        EMPTY | {"mous": [MOU | {"type": "agreement"}]},
        EMPTY | {"agreements": [MOU]},
        {"meetings": []},
        EMPTY | {"note": "hello"},
    ],
)
def test_what_breaks_the_format_is_refused(answer):
    with pytest.raises(ValidationError):
        AnswerDraft.model_validate(answer)
