"""Attendees: only those whom the text places in the meeting, by the name, state and side that it gives them."""

import pytest

from extractor.vocabulary import Attendance, AttendeeKind, Office, Role
from tests.answering import codes, meeting, person, read

TEXT = "Foreign Minister Ilze Kalna of Latvia received Diego Quispe of Peru in Riga."
PAIR = (
    person("Ilze Kalna", country="LVA", role="host"),
    person("Diego Quispe", country="PER", role="visitor"),
)

INVENTED = [
    (TEXT, "en", "Tom Brown"),
    (TEXT, "en", "Ilze Kalnina"),
    (TEXT, "en", "Diego Garcia"),
    (TEXT, "en", ""),
    ("김나래 외교부 장관이 디에고 키스페와 회담했다.", "ko", "김나리"),
    ("Kovács Réka külügyminiszter fogadta Diego Quispét.", "hu", "Kovács Ilona"),
    ("Илья Громов принял Диего Киспе.", "ru", "Олег Громов"),
    ("林海涛会见迭戈·基斯佩。", "zh", "林海波"),
]

INFLECTED = [  # text, language, as the LLM writes it, as written
    ("Kovács Réka külügyminiszter fogadta Diego Quispét.", "hu", "Diego Quispe", "Diego Quispét"),
    ("Встреча Олега Громова с Диего Киспе прошла в Москве.", "ru", "Олег Громов", "Олега Громова"),
    ("김나래가 서울에서 디에고 키스페와 회담했다.", "ko", "디에고 키스페", "디에고 키스페"),
    ("Elif Aksoy, Ankara'da Diego Quispe'yi kabul etti.", "tr", "Diego Quispe", "Diego Quispe"),
    ("والتقى سامر الخطيب دييغو كيسبي في الرباط.", "ar", "سامر الخطيب", "سامر الخطيب"),
]  # fmt: skip


def people(text, *drafts, language="en", **more):
    found = read(text, language, meetings=[meeting(*drafts, **more)])
    return found.attendees, found


@pytest.mark.parametrize(("text", "language", "name"), INVENTED)
def test_whom_the_text_does_not_name_did_not_attend(text, language, name):
    attended, found = people(text, person(name), language=language)
    assert attended == ()
    assert "dropped_record" in codes(found)


@pytest.mark.parametrize(("text", "language", "name", "written"), INFLECTED)
def test_a_name_is_found_in_any_inflection(text, language, name, written):
    other = {
        "hu": "Kovács Réka",
        "ru": "Диего Киспе",
        "ko": "김나래",
        "tr": "Elif Aksoy",
        "ar": "دييغو كيسبي",
    }
    attended, _ = people(text, person(name), person(other[language]), language=language)
    assert attended[0].name_as_written == written


def test_a_korean_name_is_no_part_of_a_longer_one():
    attended, _ = people("김나래민 외교부 장관이 디에고 키스페와 회담했다.", person("김나래"), language="ko")
    assert attended == ()


def test_one_who_is_only_talked_about_far_away_did_not_attend():
    filler = " ".join(f"The harbour of Riga has {n} old cranes." for n in range(8))
    text = f"{TEXT} {filler} Poet Mara Ozola was born in Riga."
    attended, _ = people(text, *PAIR, person("Mara Ozola", "other"), s=[1])
    assert "Mara Ozola" not in [one.name for one in attended]


def test_one_whose_presence_is_told_later_attended():
    filler = " ".join(f"The harbour of Riga has {n} old cranes." for n in range(8))
    text = f"{TEXT} {filler} Ambassador Mara Ozola also took part."
    attended, _ = people(text, *PAIR, person("Mara Ozola", "ambassador"), s=[1])
    assert [one.name for one in attended] == ["Ilze Kalna", "Diego Quispe", "Mara Ozola"]


def test_the_same_person_twice_is_one_attendee():
    text = f"{TEXT} Kalna and Quispe spoke of fish."
    again = (person("Kalna", country="LVA", s=[2]), person("Ilze Kalna", country="LVA"))
    attended, _ = people(text, *PAIR, *again)
    assert [one.name for one in attended if one.country == "LVA"].count("Ilze Kalna") == 1


def test_a_state_needs_a_mention():
    attended, found = people(TEXT, PAIR[0], person("Diego Quispe", country="EST"))
    assert [one.country for one in attended] == ["LVA", None]
    assert "unresolved_country" in codes(found)


@pytest.mark.parametrize(
    ("text", "said", "state"),
    [
        ("Peruvian Foreign Minister Ilze Kalna met Diego Quispe of Latvia.", "LVA", "PER"),
        ("They left Peru. Foreign Minister Ilze Kalna of Latvia met Diego Quispe.", "LVA", "LVA"),
        ("In Peru, Foreign Minister Ilze Kalna of Latvia met Diego Quispe.", "LVA", "LVA"),
    ],
)
def test_the_state_before_a_title_is_its_bearer_s(text, said, state):
    attended, found = people(text, person("Ilze Kalna", country=said), person("Diego Quispe"), s=[1, 2])
    assert attended[0].country == state
    assert ("changed_value" in codes(found)) == (said != state)


def test_a_delegation_is_called_by_its_state():
    text = "Foreign Minister Ilze Kalna of Latvia met a Peruvian delegation in Riga."
    attended, _ = people(text, PAIR[0], person("a Peruvian delegation", "delegation", "PER"))
    assert attended[1].kind is AttendeeKind.DELEGATION
    assert (attended[1].office, attended[1].title_as_written) == (Office.DELEGATION, None)
    assert (attended[1].name, attended[1].name_as_written) == ("Peru delegation", "a Peruvian delegation")


def test_a_state_s_name_is_a_delegation_not_a_person():
    attended, _ = people(
        "Latvia met Peru for talks in Riga.", person("Latvia", "other", "LVA"), person("Peru", "other", "PER")
    )
    assert {one.kind for one in attended} == {AttendeeKind.DELEGATION}


def test_travelling_company_is_not_said_to_have_attended():
    text = f"{TEXT} Minister Rosa Pardo travels with the delegation."
    member = person("Rosa Pardo", "other_minister", "PER", "delegation_member", s=[2])
    attended, _ = people(text, *PAIR, member, s=[1, 2])
    assert (attended[2].role, attended[2].attendance) == (Role.DELEGATION_MEMBER, Attendance.DELEGATION)


def test_an_absence_stays_one():
    text = f"{TEXT} President Rosa Pardo did not attend."
    attended, _ = people(
        text, *PAIR, person("Rosa Pardo", "head_of_state", "PER", attendance="absent", s=[2])
    )
    assert attended[2].attendance is Attendance.ABSENT


@pytest.mark.parametrize(
    ("text", "language", "name", "hint", "state", "latin"),
    [
        ("김나래 외교부 장관이 디에고 키스페와 회담했다.", "ko", "김나래", "Kim Na-rae", "KOR", "Kim Na-rae"),
        ("김나래 외교부 장관이 디에고 키스페와 회담했다.", "ko", "디에고 키스페", "Diego Quispe", "PER", "Diego Quispe"),
        ("Илья Громов принял Диего Киспе.", "ru", "Диего Киспе", "Diego Quispe", None, "Diego Quispe"),
        ("Илья Громов принял Диего Киспе.", "ru", "Диего Киспе", "Donald Duck", None, "Diego Kispe"),
        ("Kovács Réka fogadta Diego Quispét.", "hu", "Diego Quispe", "Diego Quispe", None, "Diego Quispe"),
        ("佐藤陽子外相がディエゴ・キスペと会談した。", "ja", "佐藤陽子", "Yoko Sato", "JPN", "Yoko Sato"),
    ],
)  # fmt: skip
def test_a_latin_name_is_read_from_the_words(text, language, name, hint, state, latin):
    other = next(
        n
        for n in ("디에고 키스페", "Илья Громов", "Kovács Réka", "ディエゴ・キスペ", "김나래")
        if n in text and n != name
    )
    attended, _ = people(text, person(name, en=hint, country=state), person(other), language=language)
    assert attended[0].name == latin


def test_a_title_in_the_place_of_a_name_is_an_unnamed_side():
    text = "The president of Latvia received Diego Quispe of Peru."
    attended, _ = people(text, person("president", "head_of_state", "LVA"), PAIR[1])
    assert (attended[0].kind, attended[0].office) == (AttendeeKind.DELEGATION, Office.DELEGATION)
    assert (attended[0].name, attended[0].title_as_written) == ("Latvia head of state", "president")


def test_a_title_that_the_llm_copied_must_stand_in_the_text():
    stands = person("Ilze Kalna", country="LVA", title="Foreign Minister")
    invented = person("Diego Quispe", country="PER", title="Lord Admiral of the Seven Seas")
    attended, _ = people(TEXT, stands, invented)
    assert [one.title_as_written for one in attended] == ["Foreign Minister", None]
