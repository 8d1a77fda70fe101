"""Sides: state and role of those at the table, by the side said, by the other side, and by the territory."""

import pytest

from tests.answering import meeting, person, read

TALKS = "Foreign Minister Ilze Kalna of Latvia received Foreign Minister Diego Quispe of Peru in Riga."
PAIR = (
    person("Ilze Kalna", country="LVA", role="host"),
    person("Diego Quispe", country="PER", role="visitor"),
)


def seats(text, *people, language="en", **more):
    found = read(text, language, meetings=[meeting(*people, **more)])
    return {one.name_as_written: one for one in found.attendees}, found


@pytest.mark.parametrize(
    ("sentence", "name", "code", "role"),
    [
        ("Present on the Peruvian side was Rosa Pardo.", "Rosa Pardo", "PER", "visitor"),
        (
            "Ambassador Rosa Pardo of Peru also attended the talks and was present.",
            "Rosa Pardo",
            "PER",
            "visitor",
        ),
    ],
)
def test_who_sat_in_is_on_a_side(sentence, name, code, role):
    member = person(name, "ambassador", "PER", "delegation_member", s=[2])
    there, _ = seats(f"{TALKS} {sentence}", *PAIR, member, s=[1, 2], countries=["LVA", "PER"])
    assert (there[name].country, there[name].role, there[name].attendance) == (code, role, "attended")


def test_who_only_travels_along_stays_with_the_delegation():
    text = f"{TALKS} His delegation includes Minister Rosa Pardo."
    there, _ = seats(
        text,
        *PAIR,
        person("Rosa Pardo", "other_minister", "PER", "visitor", s=[2]),
        s=[1, 2],
        countries=["LVA", "PER"],
    )
    assert (there["Rosa Pardo"].role, there["Rosa Pardo"].attendance) == ("delegation_member", "delegation")


def test_in_a_third_state_all_are_participants():
    text = "In Oslo, Foreign Minister Ilze Kalna of Latvia met Foreign Minister Diego Quispe of Peru."
    there, _ = seats(text, *PAIR, countries=["LVA", "PER"], place="Oslo")
    assert {one.role for one in there.values()} == {"participant"}


def test_participants_at_home_are_host_and_visitor():
    both = (person("Ilze Kalna", country="LVA"), person("Diego Quispe", country="PER"))
    there, _ = seats(TALKS, *both, countries=["LVA", "PER"], place="Riga")
    assert [one.role for one in there.values()] == ["host", "visitor"]


def test_two_sides_are_two_states():
    text = "Latvia and Peru signed. The talks were held by Minister Ilze Kalna and Peru's minister, Diego Quispe."
    people = (person("Ilze Kalna", country="PER", s=[2]), person("Diego Quispe", country="PER", s=[2]))
    there, _ = seats(text, *people, countries=["LVA", "PER"], s=[2])
    assert there["Ilze Kalna"].country == "LVA"


def test_the_side_said_goes_before_what_the_llm_says():
    text = "양국이 회담했다. 라트비아 측에서는 김나래 차관이, 페루 측에서는 키스페 차관이 배석했다. 라트비아와 페루."
    people = (
        person("김나래", "deputy_minister", "PER", s=[2]),
        person("키스페", "deputy_minister", "LVA", s=[2]),
    )
    there, _ = seats(text, *people, language="ko", countries=["LVA", "PER"], s=[1, 2])
    assert (there["김나래"].country, there["키스페"].country) == ("LVA", "PER")


def test_who_mediates_is_no_side():
    text = "Latvia's minister Ilze Kalna met Peru's minister Diego Quispe in Oslo, mediated by Anders Vik of Norway."
    there, _ = seats(
        text, *PAIR, person("Anders Vik", country="NOR"), countries=["LVA", "PER", "NOR"], place="Oslo"
    )
    assert there["Anders Vik"].role == "mediator"
