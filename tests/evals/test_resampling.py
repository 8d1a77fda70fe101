"""Intervals and tests on runs whose truth is known."""

import numpy as np
import pytest

from evals.counting import dx_f1, empty_counts
from evals.resampling import bootstrap, compare, holm, sums_by_cluster, wilson


def counts(correct, wrong):
    one = empty_counts()
    one[0, 0], one[0, 2] = correct, wrong
    return one


def sums(rates, slots=10):
    return np.array([counts(hits, slots - hits) for hits in rates])


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    # Newcombe 1998, table I, method 3, and the two ends
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (5, 5, 0.5655, 1),
    ],
)
def test_wilson(hits, trials, low, high):
    interval = wilson(hits, trials)
    assert interval.value == hits / trials
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=6e-5)


def test_a_rate_of_nothing_is_unknown():
    assert wilson(0, 0) == (None, None, None)


def test_articles_of_a_cluster_are_summed():
    found = sums_by_cluster([counts(1, 0), counts(2, 0), counts(4, 0)], ["b", "a", "b"])
    assert found[:, 0, 0].tolist() == [2, 5]


def test_the_bootstrap_is_the_same_each_time_and_holds_its_figure():
    first, second = (bootstrap(sums([9, 7, 8, 3, 5]), dx_f1) for _ in range(2))
    assert first == second
    assert first.value == pytest.approx(0.64)
    assert first.low < first.value < first.high


def test_runs_that_are_the_same_are_tied():
    gap = compare(sums([9, 7, 8]), sums([9, 7, 8]), dx_f1)
    assert tuple(gap) == (0, 0, 0, 1)


def test_a_run_that_is_better_everywhere_is_better():
    gap = compare(sums([5] * 20), sums([7] * 20), dx_f1)
    assert gap.value == pytest.approx(0.2)
    assert gap.low > 0
    assert gap.p < 0.001


def test_holm():
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03}) == pytest.approx({"a": 0.03, "c": 0.06, "b": 0.06})
    assert holm({"a": 0.9, "b": 0.8}) == {"a": 1.0, "b": 1.0}


def test_bootstrap_intervals_cover_the_truth_about_as_often_as_they_say():
    """Of 120 studies of 80 clusters 114 are to cover; 106 is more than three standard errors below."""
    chance = np.random.default_rng(5)
    covered = 0
    for _ in range(120):
        abilities = chance.beta(6, 3, size=80)
        interval = bootstrap(sums(chance.binomial(10, abilities)), dx_f1, resamples=1000)
        covered += interval.low <= 6 / 9 <= interval.high
    assert 106 <= covered <= 120


@pytest.mark.slow
def test_the_paired_test_seldom_sees_what_is_not_there():
    chance = np.random.default_rng(11)
    seen = sum(
        compare(sums(chance.binomial(10, 0.7, 30)), sums(chance.binomial(10, 0.7, 30)), dx_f1).p < 0.05
        for _ in range(40)
    )
    assert seen <= 6
