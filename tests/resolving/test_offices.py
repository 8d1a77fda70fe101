"""Offices: the title that stands beside a name decides, and no other's title does."""

import pytest

from extractor.article import Span
from extractor.resolving.offices import Head, kind_of
from extractor.vocabulary import Office
from tests.answering import codes, meeting, person, read

OTHER = {
    "de": "Diego Quispe",
    "hu": "Diego Quispe",
    "ko": "키스페",
    "ru": "Диего Киспе",
    "ja": "キスペ",
    "zh": "基斯佩",
}

BESIDE = [  # text, language, name, what the LLM says, the office, the title
    ("Bundeskanzler Otto Brandner empfing Diego Quispe.", "de", "Otto Brandner", "other", "head_of_government", "Bundeskanzler"),
    ("Außenministerin Ann Holt und Botschafter Diego Quispe trafen sich.", "de", "Ann Holt", "other", "foreign_minister", "Außenministerin"),
    ("Kovács Réka miniszterelnök fogadta Diego Quispét.", "hu", "Kovács Réka", "other", "head_of_government", "miniszterelnök"),
    ("Kovács Réka miniszterelnök-helyettes fogadta Diego Quispét.", "hu", "Kovács Réka", "head_of_government", "deputy_head", "miniszterelnök-helyettes"),
    ("김나래 총리가 키스페 대통령과 회담했다.", "ko", "김나래", "other", "head_of_government", "총리"),
    ("김나래 외교부 차관이 키스페 대통령과 회담했다.", "ko", "김나래", "foreign_minister", "deputy_minister", "외교부 차관"),
    ("Заместитель министра Илья Громов встретился с Диего Киспе.", "ru", "Илья Громов", "foreign_minister", "deputy_minister", "Заместитель министра"),
    ("Помощник президента Илья Громов встретился с Диего Киспе.", "ru", "Илья Громов", "head_of_state", "adviser", "Помощник президента"),
    ("佐藤陽子首相がキスペ大統領と会談した。", "ja", "佐藤陽子", "other", "head_of_government", "首相"),
    ("佐藤陽子大統領補佐官がキスペと会談した。", "ja", "佐藤陽子", "head_of_state", "adviser", "大統領補佐官"),
    ("김나래 대통령 특사가 키스페와 만났다.", "ko", "김나래", "head_of_state", "adviser", "대통령 특사"),
    ("김나래 대통령실 대변인이 키스페와 만났다.", "ko", "김나래", "head_of_state", "spokesperson", "대통령실 대변인"),
    ("国务院总理林海涛会见基斯佩。", "zh", "林海涛", "other", "head_of_government", "国务院总理"),
    ("La primera ministra Ana Pardo se reunió con Diego Quispe.", "es", "Ana Pardo", "other", "head_of_government", "primera ministra"),
    ("Le Premier ministre Luc Morel a rencontré Diego Quispe.", "fr", "Luc Morel", "other", "head_of_government", "Premier ministre"),
    ("Cumhurbaşkanı Yardımcısı Elif Aksoy, Diego Quispe ile görüştü.", "tr", "Elif Aksoy", "head_of_state", "deputy_head", "Cumhurbaşkanı Yardımcısı"),
    ("Vice President Ann Holt met Diego Quispe.", "en", "Ann Holt", "head_of_state", "deputy_head", "Vice President"),
    ("Ann Holt, the prime minister of Latvia, met Diego Quispe.", "en", "Ann Holt", "other", "head_of_government", "prime minister of Latvia"),
    ("Ann Holt, adviser to the prime minister of Latvia, met Diego Quispe.", "en", "Ann Holt", "other", "adviser", "adviser to the prime minister of Latvia"),
    ("The foreign minister of Latvia, Ann Holt, met Diego Quispe.", "en", "Ann Holt", "other", "foreign_minister", "foreign minister of Latvia"),
]  # fmt: skip

NOT_THEIRS = [  # the title in the sentence is former, another's, part of a word or not yet held
    ("Kanzleramtschef Otto Brandner empfing Diego Quispe.", "de", "Otto Brandner"),
    ("Altkanzler Otto Brandner empfing Diego Quispe.", "de", "Otto Brandner"),
    ("Der frühere Bundeskanzler Otto Brandner empfing Diego Quispe.", "de", "Otto Brandner"),
    ("Former president Ann Holt met Diego Quispe.", "en", "Ann Holt"),
    ("President-elect Ann Holt met Diego Quispe.", "en", "Ann Holt"),
    ("The president and Ann Holt met Diego Quispe.", "en", "Ann Holt"),
    ("The minister received Ann Holt and Diego Quispe.", "en", "Ann Holt"),
    ("Ann Holt, wife of President John Reed, met Diego Quispe.", "en", "Ann Holt"),
    ("Kovács Réka volt miniszterelnök fogadta Diego Quispét.", "hu", "Kovács Réka"),
    ("김나래 전 총리가 키스페 대통령과 회담했다.", "ko", "김나래"),
    ("김나래가 키스페 대통령과 회담했다.", "ko", "김나래"),
    ("Бывший премьер-министр Илья Громов встретился с Диего Киспе.", "ru", "Илья Громов"),
    ("El expresidente Luis Pardo se reunió con Diego Quispe.", "es", "Luis Pardo"),
    ("L'ancien Premier ministre Luc Morel a rencontré Diego Quispe.", "fr", "Luc Morel"),
    ("대사관의 김나래와 키스페가 만났다.", "ko", "김나래"),
    ("秘鲁总统府林海涛会见基斯佩。", "zh", "林海涛"),
    ("Otto Brandner vom Außenministerium traf Diego Quispe.", "de", "Otto Brandner"),
    ("前首相の佐藤陽子氏がキスペ大統領と会談した。", "ja", "佐藤陽子"),
    ("前总理林海涛会见基斯佩。", "zh", "林海涛"),
    ("国务院总理会见林海涛、基斯佩。", "zh", "林海涛"),
    ("Eski Cumhurbaşkanı Elif Aksoy, Diego Quispe ile görüştü.", "tr", "Elif Aksoy"),
]  # fmt: skip


def attended(text, language, name, office):
    other = OTHER.get(language, "Diego Quispe")
    found = read(
        text, language, meetings=[meeting(person(name, office), person(other, "other"), countries=[])]
    )
    return next(one for one in found.attendees if one.name_as_written == name), found


@pytest.mark.parametrize(("text", "language", "name", "judged", "office", "title"), BESIDE)
def test_the_title_beside_the_name_decides(text, language, name, judged, office, title):
    one, found = attended(text, language, name, judged)
    assert (one.office, one.title_as_written) == (office, title)
    assert one.shown_by["office"][0].quote == title
    assert "changed_value" in codes(found)


@pytest.mark.parametrize(("text", "language", "name"), NOT_THEIRS)
def test_a_title_that_is_not_theirs_decides_nothing(text, language, name):
    one, _ = attended(text, language, name, "other")
    assert (one.office, one.title_as_written) == (Office.OTHER, None)


def test_a_plain_minister_may_be_any_minister():
    one, found = attended("Minister Ann Holt met Diego Quispe.", "en", "Ann Holt", "trade_economy_minister")
    assert one.office is Office.TRADE_ECONOMY_MINISTER
    assert "changed_value" not in codes(found)


@pytest.mark.parametrize(
    ("title", "office"),
    [
        ("Vize-Regierungschefin", Office.DEPUTY_HEAD),
        ("Staatssekretär im Außenministerium", Office.DEPUTY_MINISTER),
        ("Kanzleramt", None),
        ("посольство", None),
        ("대통령실", None),
        ("총영사관", None),
        ("Dışişleri Bakanlığı", None),
        ("ministerstwo", None),
        ("大統領補佐官", Office.ADVISER),
        ("国防部长", Office.DEFENCE_MINISTER),
        ("الأمين العام", Office.IO_HEAD),
        ("سفير", Office.AMBASSADOR),
        ("rzecznik rządu", Office.SPOKESPERSON),
        ("Міністр закордонних справ", Office.FOREIGN_MINISTER),
        ("presidente del senado", Office.PARLIAMENT_SPEAKER),
        ("gardener", None),
        ("", None),
    ],
)
def test_a_title_stands_for_an_office(title, office):
    assert Head(Span(0, 0), kind_of(title)).office is office


POINTED = [
    (
        "Außenminister Ann Holt traf ihren Amtskollegen Diego Quispe.",
        "de",
        "Amtskollegen",
        "foreign_minister",
    ),
    ("El canciller Ann Holt recibió a su homólogo Diego Quispe.", "es", "homólogo", "foreign_minister"),
    ("Ann Holt met her counterpart Diego Quispe.", "en", "counterpart", "trade_economy_minister"),
    ("Ann Holt träffade landshövding Diego Quispe.", "sv", "landshövding", "other_minister"),
    ("Ann Holt met Diego Quispe, president of the chamber.", "en", "president of the chamber", "business"),
    ("Ann Holt met Diego Quispe, adviser to the president.", "en", "adviser to the president", "adviser"),
    ("Ann Holt met deputy energy minister Diego Quispe.", "en", "deputy energy minister", "deputy_minister"),
]


@pytest.mark.parametrize(("text", "language", "title", "judged"), POINTED)
def test_a_title_that_allows_the_office_judged_leaves_it(text, language, title, judged):
    people = meeting(person("Ann Holt"), person("Diego Quispe", judged, title=title), countries=[])
    found = read(text, language, meetings=[people])
    assert [one.office for one in found.attendees if one.name_as_written == "Diego Quispe"] == [judged]


@pytest.mark.parametrize(
    ("title", "judged", "office"),
    [
        ("president of Chile", "business", Office.HEAD_OF_STATE),
        ("foreign minister", "deputy_minister", Office.FOREIGN_MINISTER),
    ],
)
def test_a_title_that_says_another_office_still_decides(title, judged, office):
    people = meeting(person("Ann Holt"), person("Diego Quispe", judged, title=title), countries=[])
    found = read(f"Ann Holt met Diego Quispe, {title}.", meetings=[people])
    assert found.attendees[1].office is office
