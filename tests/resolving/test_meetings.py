"""Meetings: which encounters are records, of what kind, where and when, and on whose side everybody sits."""

import pytest

from extractor.vocabulary import Attendance, MeetingKind, MeetingStatus, Role
from tests.answering import codes, meeting, person, read

RECEIVED = [  # text, language, host, visitor, the host's state, place as written, the host's state again
    ("김나래 외교부 장관은 3일 서울에서 디에고 키스페 페루 외교장관과 회담했다.", "ko", "김나래", "디에고 키스페", "KOR", "서울", "3일"),
    ("Außenministerin Erika Lindholz empfing am Dienstag in Berlin ihren peruanischen Amtskollegen Diego Quispe.", "de", "Erika Lindholz", "Diego Quispe", "DEU", "Berlin", "am Dienstag"),
    ("Kovács Réka külügyminiszter kedden Budapesten fogadta Diego Quispét, Peru külügyminiszterét.", "hu", "Kovács Réka", "Diego Quispe", "HUN", "Budapesten", "kedden"),
    ("Министр иностранных дел России Илья Громов во вторник принял в Москве главу МИД Перу Диего Киспе.", "ru", "Илья Громов", "Диего Киспе", "RUS", "Москве", "во вторник"),
    ("佐藤陽子外相は3日、東京でペルーのディエゴ・キスペ外相と会談した。", "ja", "佐藤陽子", "ディエゴ・キスペ", "JPN", "東京", "3日"),
    ("外交部长林海涛3日在北京会见秘鲁外长迭戈·基斯佩。", "zh", "林海涛", "迭戈·基斯佩", "CHN", "北京", "3日"),
    ("La ministre des Affaires étrangères Anne Morel a reçu mardi à Paris son homologue péruvien Diego Quispe.", "fr", "Anne Morel", "Diego Quispe", "FRA", "Paris", "mardi"),
    ("Foreign Minister Ilze Kalna received Diego Quispe of Peru in Riga on Tuesday.", "en", "Ilze Kalna", "Diego Quispe", "LVA", "Riga", "on Tuesday"),
    ("استقبل وزير الخارجية سامر الخطيب في الرباط يوم الثلاثاء وزير خارجية بيرو دييغو كيسبي.", "ar", "سامر الخطيب", "دييغو كيسبي", "MAR", "الرباط", "الثلاثاء"),
]  # fmt: skip

CALLS = [
    ("President Ilze Kalna of Latvia spoke with President Diego Quispe of Peru by phone.", "en", "Ilze Kalna", "Diego Quispe"),
    ("Президент Латвии Илзе Калне поговорила по телефону с президентом Перу Диего Киспе.", "ru", "Илзе Калне", "Диего Киспе"),
    ("일제 칼나 라트비아 대통령은 디에고 키스페 페루 대통령과 전화 통화를 했다.", "ko", "일제 칼나", "디에고 키스페"),
    ("La presidenta de Letonia, Ilze Kalna, habló por teléfono con el presidente de Perú, Diego Quispe.", "es", "Ilze Kalna", "Diego Quispe"),
    ("La présidente de la Lettonie, Ilze Kalna, a eu au téléphone le président du Pérou, Diego Quispe.", "fr", "Ilze Kalna", "Diego Quispe"),
    ("拉脱维亚总统卡尔娜同秘鲁总统基斯佩通电话。", "zh", "卡尔娜", "基斯佩"),
]  # fmt: skip


def of(host, visitor, states=("LVA", "PER"), office="foreign_minister", **more):
    one = person(host, office, states[0], "host")
    other = person(visitor, office, states[1], "visitor")
    return meeting(one, other, **{"countries": list(states), **more})


@pytest.mark.parametrize(("text", "language", "host", "visitor", "state", "place", "day"), RECEIVED)
def test_a_visit_is_dated_placed_and_seated(text, language, host, visitor, state, place, day):
    found = read(text, language, meetings=[of(host, visitor, (state, "PER"))])
    (met,) = found.meetings
    assert (met.place_as_written, met.country, set(met.countries)) == (place, state, {state, "PER"})
    assert (met.date, met.date_as_written) == ("2031-06-03", day)
    assert [(one.country, one.role) for one in found.attendees] == [(state, Role.HOST), ("PER", Role.VISITOR)]


@pytest.mark.parametrize(("text", "language", "one", "other"), CALLS)
def test_a_call_has_neither_host_nor_place(text, language, one, other):
    wrong = of(one, other, office="head_of_state", mode="phone", place="Peru")
    found = read(text, language, meetings=[wrong])
    assert [seated.role for seated in found.attendees] == [Role.PARTICIPANT] * 2
    assert (found.meetings[0].country, found.meetings[0].place_as_written) == (None, None)
    assert found.meetings[0].kind is MeetingKind.SUMMIT


def test_two_calls_in_one_sentence_are_two_meetings():
    text = "President Ilze Kalna phoned Diego Quispe of Peru and Mart Saar of Estonia on Tuesday."
    calls = [
        meeting(person("Ilze Kalna", "head_of_state"), person(name, "head_of_state", state), mode="phone")
        for name, state in (("Diego Quispe", "PER"), ("Mart Saar", "EST"))
    ]
    found = read(text, meetings=calls)
    assert [met.id for met in found.meetings] == ["m1", "m2"]
    assert [one.name for one in found.attendees] == ["Ilze Kalna", "Diego Quispe", "Ilze Kalna", "Mart Saar"]


def test_in_a_third_state_all_are_participants():
    text = "Ilze Kalna of Latvia and Diego Quispe of Peru met in Geneva on Tuesday."
    found = read(text, meetings=[of("Ilze Kalna", "Diego Quispe")])
    assert found.meetings[0].country == "CHE"
    assert {one.role for one in found.attendees} == {Role.PARTICIPANT}


def test_the_territory_corrects_host_and_visitor():
    text = "Ilze Kalna of Latvia met Diego Quispe of Peru in Lima on Tuesday."
    found = read(text, meetings=[of("Ilze Kalna", "Diego Quispe")])
    assert [one.role for one in found.attendees] == [Role.VISITOR, Role.HOST]


def test_without_a_place_the_host_s_state_is_where_it_was():
    text = "Ilze Kalna of Latvia received Diego Quispe of Peru."
    (met,) = read(text, meetings=[of("Ilze Kalna", "Diego Quispe")]).meetings
    assert (met.country, met.place_as_written) == ("LVA", None)


@pytest.mark.parametrize(
    ("offices", "said", "kind"),
    [
        (("head_of_state", "head_of_government"), "talks", "summit"),
        (("head_of_state", "head_of_state"), "courtesy_call", "summit"),
        (("head_of_state", "foreign_minister"), "summit", "talks"),
        (("foreign_minister", "foreign_minister"), "summit", "talks"),
        (("head_of_state", "head_of_state"), "conference", "conference"),
        (("foreign_minister", "ambassador"), "courtesy_call", "courtesy_call"),
    ],
)
def test_a_summit_has_heads_on_both_sides(offices, said, kind):
    text = "Ilze Kalna of Latvia received Diego Quispe of Peru in Riga."
    people = [person("Ilze Kalna", offices[0], "LVA"), person("Diego Quispe", offices[1], "PER")]
    assert read(text, meetings=[meeting(*people, kind=said)]).meetings[0].kind == kind


def test_two_heads_of_one_state_make_no_summit():
    text = (
        "President Ilze Kalna and Prime Minister Mara Ozola of Latvia received Diego Quispe of Peru in Riga."
    )
    people = [
        person("Ilze Kalna", "head_of_state", "LVA"),
        person("Mara Ozola", "head_of_government", "LVA"),
        person("Diego Quispe", "ambassador", "PER"),
    ]
    assert read(text, meetings=[meeting(*people, kind="summit")]).meetings[0].kind is MeetingKind.TALKS


@pytest.mark.parametrize(
    ("text", "language", "when", "expected"),
    [
        ("Ilze Kalna of Latvia will meet Diego Quispe of Peru in Riga on 10 June.", "en", "10 June", "2031-06-10"),
        ("Ilze Kalna aus Lettland trifft am 10. Juni in Riga Diego Quispe aus Peru.", "de", "am 10. Juni", "2031-06-10"),
        ("Ilze Kalna de Letonia se reunirá con Diego Quispe de Perú el 10 de junio.", "es", "10 de junio", "2031-06-10"),
    ],
)  # fmt: skip
def test_whoever_is_named_for_a_planned_meeting_is_expected(text, language, when, expected):
    found = read(text, language, meetings=[of("Ilze Kalna", "Diego Quispe", status="planned", date=when)])
    assert found.meetings[0].date == expected
    assert {one.attendance for one in found.attendees} == {Attendance.EXPECTED}


def test_what_lies_ahead_has_not_been_held():
    text = "Ilze Kalna of Latvia meets Diego Quispe of Peru in Riga on 10 June 2031."
    found = read(text, meetings=[of("Ilze Kalna", "Diego Quispe", date="10 June 2031")])
    assert found.meetings[0].status is MeetingStatus.PLANNED
    assert {one.attendance for one in found.attendees} == {Attendance.EXPECTED}
    assert "changed_value" in codes(found)


def test_a_recalled_meeting_stays_background():
    text = "Ilze Kalna of Latvia and Diego Quispe of Peru last met in Riga in March 2029."
    (met,) = read(text, meetings=[of("Ilze Kalna", "Diego Quispe", background=True)]).meetings
    assert (met.background, met.date) == (True, "2029-03")


@pytest.mark.parametrize(
    ("text", "people", "more", "why"),
    [
        ("Ilze Kalna laid a wreath in Riga.", ["Ilze Kalna"], {"countries": []}, "the counterpart is not named"),
        ("Latvia and Peru held talks in Riga.", [], {"countries": ["LVA", "PER"]}, "nobody"),
        ("Ilze Kalna of Latvia will visit Peru.", ["Ilze Kalna"], {"status": "planned", "countries": ["LVA", "PER"]}, "not named"),
        ("Ilze Kalna of Latvia and Diego Quispe of Peru like fish.", ["Ilze Kalna", "Diego Quispe"], {}, "no word of an encounter"),
        ("Илзе Калне и Диего Киспе любят рыбу.", ["Илзе Калне", "Диего Киспе"], {}, "no word of an encounter"),
        ("일제 칼나와 디에고 키스페는 생선을 좋아한다.", ["일제 칼나", "디에고 키스페"], {}, "no word of an encounter"),
    ],
)  # fmt: skip
def test_what_is_no_encounter_is_dropped_with_its_reason(text, people, more, why):
    found = read(text, None, meetings=[meeting(*(person(name) for name in people), **more)])
    assert (found.meetings, found.attendees) == ((), ())
    assert any(why in warning.detail for warning in found.warnings if warning.code == "dropped_record")


def test_a_state_that_the_article_does_not_name_is_no_side():
    text = "Ilze Kalna of Latvia received Diego Quispe of Peru in Riga."
    found = read(text, meetings=[of("Ilze Kalna", "Diego Quispe", countries=["LVA", "PER", "EST"])])
    assert found.meetings[0].countries == ("LVA", "PER")
    assert [w.detail for w in found.warnings if w.code == "unresolved_country"] == [
        "the article has no word for EST"
    ]


def test_who_claims_a_meeting_stands_in_the_text():
    text = "Ilze Kalna of Latvia received Diego Quispe of Peru, the ministry said."
    said, unsaid = (
        read(text, meetings=[of("Ilze Kalna", "Diego Quispe", by=who)]).meetings[0].attributed_to
        for who in ("the ministry", "the embassy in Oslo")
    )
    assert (said, unsaid) == ("the ministry", None)


def test_date_words_that_give_no_date_are_noted():
    text = "Ilze Kalna of Latvia received Diego Quispe of Peru at the appointed hour."
    found = read(text, meetings=[of("Ilze Kalna", "Diego Quispe", date="at the appointed hour")])
    assert found.meetings[0].date is None
    assert "unresolved_date" in codes(found)
