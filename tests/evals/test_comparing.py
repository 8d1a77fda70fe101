"""Credit of single fields, row by row, and the table of neighbours."""

import re
from pathlib import Path

import pytest
import yaml

from evals.cases import Field, Record
from evals.comparing import Outcome, Pair, Scene, set_f1, slot_of
from evals.fields import Spec
from evals.naming import person_credit
from evals.neighbours import NEIGHBOURS

ROWS = yaml.safe_load((Path(__file__).parent / "credits.yaml").read_text(encoding="utf-8"))
GUIDELINES = Path(__file__).parents[2] / "evals" / "GUIDELINES.md"

NOWHERE = Scene()


def of(kind, /, **values):
    fields = {name: one if isinstance(one, Field) else Field(one) for name, one in values.items()}
    return Record("r1", kind, fields, ())


def credit(comparator, name, gold, answer, scene=NOWHERE):
    return slot_of(Spec(name, comparator), Pair(gold, answer, scene)).credit


@pytest.mark.parametrize(("key", "given", "expected"), ROWS["amount"])
def test_amounts(key, given, expected):
    gold, answer = (
        of("trade_figures", value=value, unit=unit, currency=currency)
        for value, unit, currency in (key, given)
    )
    assert credit("amount", "value", gold, answer) == expected


@pytest.mark.parametrize(("key", "given", "expected"), ROWS["date"])
def test_dates(key, given, expected):
    assert credit("date", "date", of("meetings", date=key), of("meetings", date=given)) == expected


@pytest.mark.parametrize(("aliases", "given", "country", "expected"), ROWS["person"])
def test_persons(aliases, given, country, expected):
    gold = of("attendees", name=Field(aliases[0], tuple(aliases[1:])), kind="person", country="KOR")
    answer = of("attendees", name=given, kind="person", country=country)
    assert credit("person", "name", gold, answer) == expected


@pytest.mark.parametrize(("key", "given", "expected"), ROWS["title"])
def test_titles(key, given, expected):
    assert credit("title", "title", of("mous", title=key), of("mous", title=given)) == expected


def test_a_family_name_that_two_persons_share_is_nobody():
    people = ("Marcos Silva", "Ana Silva")
    assert person_credit(["Marcos Silva"], "Silva", one_country=True, people=people) == 0
    assert person_credit(["Marcos Silva"], "Silva", one_country=True, people=people[:1]) == 0.5


def test_a_lost_approximator_leaves_half_of_the_value():
    gold = of("trade_figures", value="9", unit="percent", qualifier="about")
    kept, lost = (
        of("trade_figures", value="9", unit="percent", qualifier=one) for one in ("nearly", "exact")
    )
    assert credit("amount", "value", gold, kept) == 1
    assert credit("amount", "value", gold, lost) == 0.5


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [("2", "multiple", 1), ("100", "percent", 1), ("2", "percent", 0), ("100", "multiple", 0)],
)
def test_alternatives_of_value_and_unit_go_together(value, unit, expected):
    gold = of("trade_figures", value=Field("2", ("100",)), unit=Field("multiple", ("percent",)))
    assert credit("amount", "value", gold, of("trade_figures", value=value, unit=unit)) == expected


@pytest.mark.parametrize(
    ("given", "expected"), [("AUT", 1), ("DEU", 0), ("Austria", 0.5), ("Vienna", 0.5), ("Aus", 0)]
)
def test_countries(given, expected):
    scene = Scene(language="en")
    gold, answer = of("attendees", country="AUT"), of("attendees", country=given)
    assert credit("country", "country", gold, answer, scene) == expected


def test_two_unnamed_sides_of_one_state_are_half_right():
    gold = of("attendees", name="Saudi foreign minister", kind="delegation", country="SAU")
    answer = of("attendees", name="Royal guests", kind="delegation", country="SAU")
    assert credit("person", "name", gold, answer) == 0.5


@pytest.mark.parametrize(
    ("gold", "answer", "expected"),
    [("ab", "ba", 1), ("ab", "a", 2 / 3), ("a", "b", 0), ("aab", "ab", 1), ("ab", "aa", 2 / 3)],
)
def test_sets(gold, answer, expected):
    assert set_f1(gold, answer, str.__eq__) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("field", "given", "outcome"),
    [
        (Field(None), None, None),
        (Field("state"), None, Outcome.MIS),
        (Field(None), "state", Outcome.SPU),
        (Field("state"), "private", Outcome.INC),
        (Field("state"), "official", Outcome.PAR),
        (Field("state", ("private",)), "private", Outcome.COR),
        (Field("state", (None,)), None, None),
        (Field("state", (None,)), "official", None),
        (Field("state", (None,)), "private", Outcome.SPU),
        (Field(None, ("state",)), "state", Outcome.COR),
    ],
)
def test_outcomes(field, given, outcome):
    pair = Pair(of("meetings", visit_type=field), of("meetings", visit_type=given))
    assert slot_of(Spec("visit_type", "enum"), pair).outcome is outcome


@pytest.mark.parametrize(
    ("gold", "given", "outcome"),
    [(False, False, None), (True, True, Outcome.COR), (True, False, Outcome.MIS), (False, True, Outcome.SPU)],
)
def test_flags_that_are_not_set_are_no_slot(gold, given, outcome):
    pair = Pair(of("trade_figures", is_record=gold), of("trade_figures", is_record=given))
    assert slot_of(Spec("is_record", "flag"), pair).outcome is outcome


def test_neighbours_are_those_of_the_guidelines():
    types = {
        "Meeting": "meetings",
        "Attendee": "attendees",
        "Agreement": "agreements",
        "MOU": "mous",
        "TradeFigure": "trade_figures",
    }
    section = GUIDELINES.read_text(encoding="utf-8").split("## 9. Neighbours")[1].split("## 10.")[0]
    told = {}
    for fields, pairs in re.findall(r"^\| ((?:\w+\.\w+(?:, )?)+) \| (.+) \|$", section, re.MULTILINE):
        for kind, name in re.findall(r"(\w+)\.(\w+)", fields):
            found = {frozenset(pair) for pair in re.findall(r"(\w+)~(\w+)", pairs)}
            if (kind, name) == ("Meeting", "mode"):
                found = {frozenset(("unknown", mode)) for mode in ("in_person", "phone", "video")}
                found.add(frozenset(("phone", "video")))
            told[types[kind], name] = found
    assert told == NEIGHBOURS
