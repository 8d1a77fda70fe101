import json
from dataclasses import replace

import pytest

from evals.cases import TYPES
from evals.gold import TRAINING, chosen, load_cases
from extractor.errors import TransientLLMError
from extractor.pipeline import Extractor
from tests.training.labelled import PORTS, QUIET
from training.judging import Exam, scored
from training.pairs import Shape, pairs_of
from training.reading_back import extracted, is_whole, judged, losses, merged, read_back

EMPTY = {"meetings": [], "agreements": [], "mous": [], "figures": []}
FIGURE = {"s": [1], "value": "3 %", "indicator": "exports", "measure": "change", "qualifier": "exact"}
SHAPES = (Shape(), Shape(order="figures-first"), Shape(joint=False))


def written(one, shape):
    return {(pair.article, pair.chunk, pair.part): pair.answer for pair in pairs_of([one.case], shape)}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_right_answers_come_back_as_the_key(shape):
    (one,) = read_back([PORTS.case], shape)
    assert scored([one.score])["dx_f1"] == 1.0
    assert not list(losses(one.score))
    assert one.reasons == ()


def test_the_answers_of_the_training_articles_come_back():
    """What is lost is lost by gates of the pipeline, most of it in languages that its lexicons lack."""
    cases = chosen(load_cases(TRAINING), [f"lang={one}" for one in ("de", "en", "hu", "ko", "ru")])
    result = scored([one.score for one in read_back(cases, Shape())])
    assert result["dx_f1"] >= 0.9
    assert {kind: ratios["precision"] > 0.9 for kind, ratios in result["types"].items()} == dict.fromkeys(
        TYPES, True
    )


def test_without_answers_nothing_comes_back():
    score = judged(PORTS.case, {}, Shape())
    assert len(score.missed) == len(PORTS.case.records)
    assert {loss.why.partition(":")[0] for loss in losses(score)} == {"missed"}


def test_a_forged_record_is_a_loss():
    answer = json.dumps(EMPTY | {"figures": [FIGURE | {"value": "4.2 billion dollars", "measure": "level"}]})
    score = judged(replace(PORTS.case, records=()), {("en-x1", 0, "all"): answer}, Shape())
    assert [loss.why.partition(":")[0] for loss in losses(score)] == ["false"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (json.dumps(EMPTY | {"figures": [FIGURE]}), 1),
        (json.dumps({"figures": [FIGURE]}), 1),
        (json.dumps(EMPTY | {"figures": [FIGURE]})[:-1], 1),
        ('{"figures":[' + json.dumps(FIGURE) + "," + json.dumps(FIGURE)[:40], 1),
        (json.dumps({"figures": [FIGURE | {"s": [9]}]}), 0),
        (json.dumps({"figures": [FIGURE | {"indicator": "wishes"}]}), 0),
        (json.dumps({"figures": [FIGURE | {"colour": "red"}]}), 0),
        (json.dumps({"figures": "none"}), 0),
        ("no JSON at all", 0),
        ("[1]", 0),
        ("", 0),
    ],
)
def test_what_can_be_read_of_an_answer_is_kept(text, kept):
    assert len(json.loads(merged([text], 2))["figures"]) == kept


def test_a_meeting_loses_only_the_attendees_that_are_none():
    who = {"s": [1], "name": "A B", "en": "A B", "office": "other", "country": None, "role": "host"}
    meeting = {"s": [1], "kind": "talks", "mode": "in_person", "status": "held", "countries": []}
    text = json.dumps({"meetings": [meeting | {"attendees": [who, who | {"role": "king"}, 3]}]})
    (kept,) = json.loads(merged([text], 1))["meetings"]
    assert kept["attendees"] == [who]


def test_answers_by_type_become_one():
    texts = ['{"figures":[' + json.dumps(FIGURE) + "]}", '{"mous":[]}']
    assert len(json.loads(merged(texts, 1))["figures"]) == 1


@pytest.mark.parametrize(("text", "whole"), [("{}", True), ("{", False), ("[]", False)])
def test_whole_answers_are_told_from_broken_ones(text, whole):
    assert is_whole(text) is whole


@pytest.mark.parametrize("shape", SHAPES)
def test_an_exam_asks_what_pairs_ask_and_scores_what_is_written(shape):
    cases = [PORTS.case, QUIET.case]
    exam = Exam.of(cases, shape)
    told = {**written(PORTS, shape), **written(QUIET, shape)}
    assert list(exam.questions) == list(told)
    result = exam.judge(lambda questions: [told[key] for key in exam.questions])
    assert (result["dx_f1"], result["whole_answers"], result["false_alarms_on_empty"]) == (1.0, 1.0, 0)
    assert exam.judge(lambda questions: [""] * len(questions))["dx_f1"] == 0.0


def test_an_answer_that_breaks_the_pipeline_is_a_failure(monkeypatch):
    def fail(self, article):
        raise TransientLLMError("no answer")

    monkeypatch.setattr(Extractor, "extract", fail)
    assert extracted(PORTS.case, {}, Shape()).failure == "TransientLLMError"
