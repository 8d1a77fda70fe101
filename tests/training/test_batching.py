from collections import Counter
from random import Random

import pytest

from tests.training.labelled import PORTS, QUIET
from training.batching import (
    Row,
    at_once,
    chat,
    rate_at,
    reshaped,
    rows_of,
    steps_in,
    steps_of_epoch,
    with_share,
)
from training.pairs import Shape, pairs_of

PAIRS = tuple(pairs_of([PORTS.case, QUIET.case], Shape()))
ROWS = [Row((0,) * (5 + at % 17), (1,) * (1 + at % 5)) for at in range(203)]


def test_chatml_as_llama_cpp_writes_it():
    assert chat("S", "U") == (
        "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nU<|im_end|>\n<|im_start|>assistant\n"
    )


@pytest.mark.parametrize("shape", [Shape(), Shape(order="figures-first"), Shape(joint=False)])
def test_pairs_are_reshaped_as_they_would_have_been_made(shape):
    assert list(reshaped(PAIRS, shape)) == list(pairs_of([PORTS.case, QUIET.case], shape))


@pytest.mark.parametrize(("share", "empty"), [(None, 1), (0.0, 0), (0.5, 10), (0.75, 30), (0.2, 2)])
def test_the_share_of_empty_answers(share, empty):
    full, none = PAIRS
    pairs = with_share([full] * 10 + [none], share, Random(1))
    assert Counter(bool(pair.records) for pair in pairs) == Counter({True: 10, False: empty})


def test_too_many_empty_answers_are_left_out():
    full, none = PAIRS
    pairs = with_share([full] * 2 + [none] * 9, 0.5, Random(1))
    assert Counter(bool(pair.records) for pair in pairs) == {True: 2, False: 2}


def test_rows_hold_question_and_answer_with_its_end():
    rows = rows_of(PAIRS, lambda words: [ord(letter) for letter in words], 10_000)
    assert "".join(map(chr, rows[0].answer)) == PAIRS[0].answer + "<|im_end|>"
    assert rows_of(PAIRS, lambda words: [0] * len(words), rows[1].length) == rows_of(
        PAIRS[1:], lambda words: [0] * len(words), 10_000
    )


def test_an_epoch_has_each_row_once_and_is_seeded():
    steps = steps_of_epoch(ROWS, 8, "7/0")
    assert Counter(row for step in steps for row in step) == Counter(ROWS)
    assert steps == steps_of_epoch(ROWS, 8, "7/0")
    assert steps != steps_of_epoch(ROWS, 8, "7/1")
    assert steps_in(ROWS, 8, 2) == 2 * len(steps)
    assert steps_in(ROWS, 8, 0.5) == (len(steps) + 1) // 2


def test_rows_of_a_step_are_of_like_length():
    spread = [
        max(row.length for row in step) - min(row.length for row in step)
        for step in steps_of_epoch(ROWS, 8, "")
    ]
    assert sum(spread) / len(spread) < 8


def test_what_is_computed_at_once_stays_within_bounds():
    parts = list(at_once(ROWS[:60], 100))
    assert Counter(row for part in parts for row in part) == Counter(ROWS[:60])
    assert all(max(row.length for row in part) * len(part) <= 100 for part in parts)
    assert list(at_once([Row((0,) * 500, (1,))], 100)) == [[Row((0,) * 500, (1,))]]


def test_the_rate_rises_in_a_line_and_falls_in_a_cosine():
    rates = [rate_at(step, 100, 0.05) for step in range(100)]
    assert rates[:5] == [0.2, 0.4, 0.6, 0.8, 1.0]
    assert rates[5] == 1.0
    assert rates[5:] == sorted(rates[5:], reverse=True)
    assert rates[-1] < 0.01
    assert rate_at(0, 1, 0.05) == 1.0
