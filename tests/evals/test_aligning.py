"""Which pairs may be formed, and that no other ever is: known defects of other scorers among them."""

import numpy as np
import pytest

from evals.aligning import assign
from evals.scoring import score_case
from tests.evals.examples import answer, case, setting


def paired(name, change=None, key_change=None):
    one = score_case(case(name, key_change), answer(name, change))
    return {(pair.gold.id, pair.answer.id) for pair in one.matched}


def test_a_pair_that_is_not_eligible_is_never_formed():
    assert assign([1, 2], [3, 4], lambda *_: None) == []
    assert assign([1, 2], [3], lambda one, _: 5.0 if one == 2 else None) == [(1, 0)]


def test_the_assignment_is_the_best_as_a_whole():
    likeness = {(0, 0): 5.0, (0, 1): 4.0, (1, 0): 4.0, (1, 1): 0.0}
    assert assign([0, 1], [0, 1], lambda one, other: likeness[one, other]) == [(0, 1), (1, 0)]


def test_recall_is_not_full_when_one_of_three_records_is_found():
    """Forced pairs show recall 1.0 here (stickler)."""

    def others(rows):
        for number, one in enumerate(rows["trade_figures"][1:]):
            one.update(value=str(7 + number), period="1999")

    one = score_case(case("en"), answer("en", others))
    figures = one.counts[4]
    assert figures[5:8].tolist() == [1, 2, 2]
    assert figures[0] / (figures[0] + figures[3]) < 0.4


def test_lists_are_not_compared_by_position():
    """One record more at the front shifts all others (openai/evals JsonMatch, autoevals JSONDiff)."""

    def shifted(rows):
        rows["trade_figures"].insert(0, {**rows["trade_figures"][0], "id": "f0", "value": "99"})

    assert {("f1", "f1"), ("f2", "f2"), ("f3", "f3")} <= paired("en", shifted)


@pytest.mark.parametrize(
    ("identifier", "values", "meets"),
    [
        ("f2", {"value": "241000000"}, True),
        ("f2", {"value": "250000000"}, True),  # 5 % off, in the same period
        ("f2", {"value": "250000000", "period": "2019"}, False),
        ("f2", {"value": "240000000", "period": "2019"}, True),
        ("f2", {"value": "240000000", "currency": "USD"}, True),
        ("f2", {"value": "240000000", "unit": "percent", "currency": None}, False),
        ("f2", {"value": None}, False),
        ("f1", {"unit": "percentage_point"}, True),
        ("a1", {"name": "Lis Kask"}, True),
        ("a1", {"name": "Otto Zwick"}, True),  # the same words as written
        ("a1", {"name": "Otto Zwick", "name_as_written": "Tallinn"}, False),
        ("a1", {"name": "Lis Kask", "name_as_written": "Tallinn", "country": "LVA"}, False),
        ("g1", {"parties": ["EST"]}, True),
        ("g1", {"parties": ["TGO"]}, False),
        ("m1", {"countries": ["EST", "FRA"]}, True),
        ("m1", {"countries": []}, True),  # who attends is shared
        ("m1", {"date": "2023-06-04"}, False),
        ("m1", {"date": None}, True),
        ("m1", {"date": "2024"}, True),
        ("m1", {"country": "LVA"}, False),
        ("m1", {"country": None}, True),
    ],
)
def test_eligibility(identifier, values, meets):
    assert ((identifier, identifier) in paired("en", setting(identifier, **values))) is meets


def test_instruments_without_parties_meet_by_title():
    def nobody(rows):
        rows["agreements"][0]["parties"] = []

    def renamed(rows):
        nobody(rows)
        rows["agreements"][0].update(title="Treaty on whaling", title_as_written="whaling treaty")

    assert ("g1", "g1") in paired("en", nobody, nobody)
    assert ("g1", "g1") not in paired("en", renamed, nobody)


def test_one_person_in_two_meetings_is_two_attendees():
    def both(rows):
        rows["attendees"].append({**rows["attendees"][0], "id": "a9", "meeting": "m2"})

    assert {("a1", "a1"), ("a9", "a9")} <= paired("en", both, both)


def test_a_link_to_the_wrong_meeting_is_wrong():
    one = score_case(case("en"), answer("en", setting("a1", meeting="m2")))
    slot = next(s for pair in one.matched if pair.gold.id == "a1" for s in pair.slots if s.field == "meeting")
    assert slot.outcome == "incorrect"
    assert np.array_equal(one.counts[0], score_case(case("en"), answer("en")).counts[0])
