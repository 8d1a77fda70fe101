"""Confidence is fitted to dev: the formula, the measures, and that what is committed still holds."""

import json

import numpy as np
import pytest

from evals.calibrating import (
    Row,
    answered,
    calibrate,
    calibration_text,
    cross_validated,
    fits_of,
    measured,
    rows_of,
)
from evals.cases import TYPES
from evals.commands import PROBABILITIES
from evals.gold import load_cases
from evals.logistic import PENALTY, Sign, auc, brier, ece, fit, groups
from evals.reporting.calibration import calibration_html
from extractor.confidence import load_calibration
from extractor.settings import Settings
from extractor.wiring import asking_of

OPENING, WARNED = Sign("opening", 1), Sign("warned", -1)


def rows(number=200, kind="attendees", seed=3):
    """Return records that are the likelier right the surer the LLM was, and warned of at random."""
    chance = np.random.default_rng(seed)
    found = []
    for n in range(number):
        opening = -float(chance.exponential(1.0))
        right = bool(chance.random() < 1 / (1 + np.exp(-2.0 - 2.0 * opening)))
        signs = {"opening": opening, "warned": float(chance.integers(0, 2))}
        found.append(Row(f"a{n}", f"c{n % 40}", kind, signs, right, right and n % 2 == 0))
    return found


def test_the_fit_finds_what_matters_and_how_much():
    some = rows(2000)
    found = fit([one.signs for one in some], np.array([one.found for one in some], float), [OPENING, WARNED])
    assert found.intercept == pytest.approx(2.0, abs=0.35)
    assert found.weights["opening"] == pytest.approx(2.0, abs=0.3)
    assert abs(found.weights.get("warned", 0.0)) < 0.3


def test_a_sign_against_its_direction_does_not_count():
    some = rows(400)
    wrong = np.array([not one.found for one in some], float)
    assert "opening" not in fit([one.signs for one in some], wrong, [OPENING]).weights


@pytest.mark.parametrize("outcome", [0.0, 1.0])
def test_few_records_that_are_all_alike_make_nothing_certain(outcome):
    found = fit([{"opening": -0.1}] * 5, np.full(5, outcome), [OPENING])
    [said] = found.probabilities([{"opening": -0.1}])
    assert 0.1 < said < 0.9
    assert fit([], np.array([]), [OPENING]).probabilities([{}])[0] == 0.5
    assert PENALTY > 0


def test_the_measures_by_hand():
    said, right = np.array([0.9, 0.8, 0.3, 0.1]), np.array([1.0, 0.0, 1.0, 0.0])
    assert brier(said, right) == pytest.approx((0.01 + 0.64 + 0.49 + 0.01) / 4)
    assert ece(said, right) == pytest.approx((0.1 + 0.8 + 0.7 + 0.1) / 4)
    assert auc(said, right) == pytest.approx(3 / 4)
    assert auc(said, np.ones(4)) is None
    assert ece(np.array([1.0, 0.0]), np.array([1.0, 0.0])) == 0.0


def test_groups_hold_every_record_once_from_the_least_sure_up():
    said, right = np.linspace(0, 1, 53), np.ones(53)
    found = groups(said, right, right)
    assert sum(one.count for one in found) == 53
    assert [one.said for one in found] == sorted(one.said for one in found)


def test_no_record_is_judged_by_a_formula_that_saw_its_cluster():
    some = rows()
    flipped = [
        Row(one.article, one.cluster, one.kind, one.signs, not one.found, one.strict)
        if one.cluster == "c7"
        else one
        for one in some
    ]
    before, after = cross_validated(some), cross_validated(flipped)
    own = [n for n, one in enumerate(some) if one.cluster == "c7"]
    assert list(before[own]) == list(after[own])
    assert list(before) != list(after)


def test_the_file_says_what_it_was_fitted_to_and_the_package_reads_it(tmp_path, monkeypatch):
    some = [*rows(80), *rows(60, "mous"), *rows(20, "agreements", seed=5)]
    text = calibration_text(fits_of(some), some, "tiny")
    (tmp_path / "calibration.yaml").write_text(text)
    monkeypatch.setattr("extractor.confidence.calibration.files", lambda _package: tmp_path)
    load_calibration.cache_clear()
    try:
        found = load_calibration()
    finally:
        load_calibration.cache_clear()
    assert found.name.startswith("tiny, ")
    assert found.formulas.keys() == set(TYPES)
    assert found.formulas["mous"] == found.formulas["agreements"]
    assert "attendees: 80" in text


@pytest.fixture(scope="module")
def recorded():
    """The records of dev with their signs, by the code as it is now."""
    asking = asking_of(Settings())
    return list(rows_of(answered(load_cases(split="dev"), PROBABILITIES, asking), PROBABILITIES, asking))


def test_the_committed_calibration_still_holds_on_dev(recorded):
    formulas = load_calibration().formulas
    said = np.array([formulas[one.kind].probability(one.signs) for one in recorded])
    [*_, everything] = measured(recorded, said)
    assert everything.count > 50
    assert everything.ece < 0.08
    assert everything.brier < everything.base
    assert everything.auc > 0.6


def test_a_page_shows_every_type_and_loads_nothing(recorded):
    asking = asking_of(Settings())
    document, text = calibrate(load_cases(split="dev"), PROBABILITIES, asking)
    page = calibration_html(document)
    assert "default-src 'none'" in page
    assert "http://" not in page
    assert page.count('class="reliability"') == len(document["types"])
    assert "All records" in page
    json.dumps(document, allow_nan=False)
    assert text.startswith("#")
