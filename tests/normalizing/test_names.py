"""Names of persons in many scripts, held to tables: lexicon first, hints checked, nobody merged by likeness."""

import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.normalizing.names import (
    PersonName,
    latin_name,
    lexicon_person,
    same_person,
    without_honorifics,
)
from extractor.normalizing.names.people import people
from extractor.normalizing.places import is_country_code
from extractor.vocabulary import Office

_DATA = Path(__file__).parent / "data"
_KNOWN = yaml.safe_load((_DATA / "names_lexicon.yaml").read_text(encoding="utf-8"))
_KNOWN_ROWS = [(written, name) for name, spellings in _KNOWN.items() for written in spellings]
_NEW_ROWS = [
    tuple(cell.strip() or None for cell in row.split("|"))
    for row in yaml.safe_load((_DATA / "names_new.yaml").read_text(encoding="utf-8"))
]


def test_the_tables_are_large_enough_to_mean_something():
    assert len(_KNOWN_ROWS) + len(_NEW_ROWS) >= 200


@pytest.mark.parametrize(("written", "name"), _KNOWN_ROWS)
def test_an_office_holder_has_one_name_however_written(written, name):
    value = latin_name(written, None, None).value
    assert value is not None
    assert (value.name, value.basis) == (name, "lexicon")


@pytest.mark.parametrize(("written", "hint", "country", "name", "basis"), _NEW_ROWS)
def test_other_names_are_cleaned_hinted_or_romanised(written, hint, country, name, basis):
    value = latin_name(written, hint, country).value
    assert value is not None
    assert (value.name, value.basis) == (name, basis)


@pytest.mark.parametrize("hint", [None, "Peter Example", "Fumio Kishida"])
def test_kanji_are_not_read_as_the_name_of_somebody_else(hint):
    assert latin_name("東山一郎", hint, "JPN").value is None


@pytest.mark.parametrize("written", ["", "   ", "대통령", "President", "?!", "123", "—"])
def test_words_without_a_name_give_a_reason(written):
    outcome = latin_name(written, "Jane Smith", None)
    assert outcome.value is None or any(map(str.isdigit, written))
    assert outcome.reason or outcome.value


@pytest.mark.parametrize(
    ("first", "second", "country", "same"),
    [
        ("Kim Jong Un", "Kim Yo Jong", "PRK", False),
        ("Kim Jong Un", "김정은", "PRK", True),
        ("김여정", "김정은", "PRK", False),
        ("Kim", "Kim Jong Un", "PRK", False),
        ("Scholz", "Olaf Scholz", "DEU", True),
        ("Merz", "Olaf Scholz", "DEU", False),
        ("Orbán Viktor", "Viktor Orban", "HUN", True),
        ("Zelensky", "Volodymyr Zelenskyy", "UKR", True),
        ("Petraitė", "Ona Petraitė", "LTU", True),
        ("Petraitė", "Ona Petraitė", None, False),
        ("Petraitė", "Ona Petraitytė", "LTU", False),
        ("Ona Petraitė", "Ona Petraite", None, True),
        ("Jonas Petraitis", "Ona Petraitė", "LTU", False),
        ("Park Min-su", "Park Min-soo", "KOR", False),
        ("Park", "Park Min-su", "KOR", False),
        ("José García", "Garcia Jose", "ESP", True),
        ("President Putin", "Владимир Путин", None, True),
        ("Ali Asadov", "Ali Khamenei", None, False),
        ("Mohammed bin Salman", "Khalid bin Salman", "SAU", False),
        ("Mohammed bin Salman", "Mohammed bin Rashid", None, False),
        ("Sadyr Japarov", "Akylbek Japarov", "KGZ", False),
        ("Japarov", "Sadyr Japarov", "KGZ", False),
        ("", "", None, False),
    ],
)
def test_two_names_are_one_person_only_by_rule(first, second, country, same):
    assert same_person(first, second, country) is same
    assert same_person(second, first, country) is same


def test_the_same_name_of_two_countries_is_two_persons():
    first = PersonName("Ivan Petrov", "latin", "RUS")
    second = PersonName("Ivan Petrov", "latin", "BGR")
    assert not same_person(first, second)
    assert same_person(first, PersonName("Petrov Ivan", "hint", "RUS"))


@pytest.mark.parametrize(
    ("written", "language", "bare"),
    [
        ("President Jane Smith", "en", "Jane Smith"),
        ("Her Excellency Ms. Jane Smith", "en", "Jane Smith"),
        ("Jane Smith, Ambassador", "en", "Jane Smith"),
        ("Kazakh Foreign Minister Jane Doe", "en", "Jane Doe"),
        ("Sheikh Omar", "en", "Sheikh Omar"),
        ("홍길동 대통령", "ko", "홍길동"),
        ("홍길동 장관은", "ko", "홍길동"),
        ("Bundeskanzler Otto Beispiel", "de", "Otto Beispiel"),
        ("Kiss Géza elnök", "hu", "Kiss Géza"),
        ("президента Ивана Петрова", "ru", "Ивана Петрова"),
        ("الرئيس سامي حداد", "ar", "سامي حداد"),
        ("山田太郎首相", "ja", "山田太郎"),
        ("王小明主席", "zh", "王小明"),
        ("Cumhurbaşkanı Ahmet Yıldız", "tr", "Ahmet Yıldız"),
        ("Stephen King", "en", "Stephen King"),
        ("Chancellor", "en", "Chancellor"),
    ],
)
def test_titles_go_and_the_name_stays(written, language, bare):
    assert without_honorifics(written, language) == bare


def test_a_name_of_several_persons_needs_a_country():
    assert lexicon_person("Johnson") is None
    assert lexicon_person("Johnson", "GBR").name == "Boris Johnson"


def test_a_family_name_does_not_reach_into_another_country():
    assert lexicon_person("Scholz", "AUT") is None
    assert lexicon_person("Scholz", "DEU").name == "Olaf Scholz"


def test_the_family_name_kim_means_nobody():
    assert lexicon_person("Kim") is None
    assert lexicon_person("Kim", "PRK") is None
    assert lexicon_person("김") is None


def test_the_lexicon_says_country_and_offices():
    person = lexicon_person("Xi Jinping")
    assert (person.country, person.offices[0].office, person.offices[0].since) == (
        "CHN",
        "head_of_state",
        2013,
    )
    assert lexicon_person("Jens Stoltenberg").organisation == "NATO"


def test_the_lexicon_is_sound():
    assert len(people()) >= 350
    assert len({person.country for person in people()} - {None}) >= 120
    offices = set(Office)
    for person in people():
        assert all(tenure.office in offices for tenure in person.offices), person.name
        assert (person.country is None) != (person.organisation is None), person.name
        assert person.country is None or is_country_code(person.country)
        for tenure in person.offices:
            assert tenure.until is None or tenure.since <= tenure.until <= 2026, person.name


def test_no_full_latin_name_means_two_persons():
    unknown = [person.name for person in people() if lexicon_person(person.name, person.country) != person]
    assert unknown == []


def test_no_spelling_of_two_words_means_somebody_else():
    strays = [
        (alias, person.name)
        for person in people()
        for alias in person.aliases
        if " " in alias and lexicon_person(alias, person.country) != person
    ]
    assert strays == []


@settings(max_examples=80, deadline=None)
@given(
    st.one_of(st.text(max_size=24), st.sampled_from(["김정은", "Иван", "محمد", "习近平", "ﬁ ß", "\u0301"])),
    st.one_of(st.none(), st.text(max_size=24)),
    st.sampled_from([None, "KOR", "HUN", "JPN", "UKR", "???"]),
)
def test_any_words_give_a_name_or_a_reason(written, hint, country):
    outcome = latin_name(written, hint, country)
    assert (outcome.value is None) == (outcome.reason is not None)
    if outcome.value is not None:
        assert outcome.value.name.strip()
    same_person(written, hint or "", country)
    without_honorifics(written, None)


def test_a_hint_of_many_words_is_judged_at_once():
    start = time.perf_counter()
    latin_name("Иван Петров", " ".join(["abc"] * 12), "RUS")
    assert time.perf_counter() - start < 1
