"""A group that is counted and listed is as many records; one that is only counted stays one."""

import pytest

from tests.answering import agreement, codes, mou, read

LISTED = [  # text, language, the LLM's title of the group, count, the records that come out
    ("They signed two memoranda of understanding, one on ports and the other on student exchange.", "en", "two memoranda of understanding", 2, ["ports", "student exchange"]),
    ("Ils ont signé trois mémorandums d'entente portant respectivement sur la pêche, l'eau et les ports.", "fr", "trois mémorandums d'entente", 3, ["pêche", "eau", "ports"]),
    ("Három egyetértési megállapodást írtak alá: a halászatról, az oktatásról, valamint a vízről.", "hu", "Három egyetértési megállapodást", 3, ["halászatról", "oktatásról", "vízről"]),
    ("어업 및 항만 협력에 관한 양해각서 2건에 서명했다.", "ko", "어업 및 항만 협력에 관한 양해각서 2건", 2, ["어업", "항만 협력"]),
    ("両国は漁業と港湾に関する2件の協力覚書に署名した。", "ja", "漁業と港湾に関する2件の協力覚書", 2, ["漁業", "港湾"]),
    ("双方签署了关于渔业和港口的两份谅解备忘录。", "zh", "两份谅解备忘录", 2, ["渔业", "港口"]),
    ("Unterzeichnet wurden zwei Absichtserklärungen zu Häfen und zur Fischerei.", "de", "zwei Absichtserklärungen", 2, ["Häfen", "Fischerei"]),
    ("Стороны подписали два меморандума: о рыболовстве и о портах.", "ru", "два меморандума", 2, ["рыболовстве", "портах"]),
    ("Тараптар үш меморандумға қол қойды: балық, порттар және су жөнінде.", "kk", "үш меморандумға", 3, ["балық", "порттар", "су"]),
]  # fmt: skip

COUNTED_ONLY = [
    ("They signed 26 memoranda of understanding on trade and energy.", "26 memoranda of understanding", 26),
    ("They signed three memoranda of understanding.", "three memoranda of understanding", 3),
    ("They signed three memoranda on ports and fish.", "three memoranda", 3),
]


@pytest.mark.parametrize(("text", "language", "title", "count", "items"), LISTED)
def test_a_listed_group_is_one_record_an_item(text, language, title, count, items):
    found = read(text, language, mous=[mou(title, count=count, en="Memoranda on this and that")])
    records = (*found.mous, *found.agreements)
    assert [record.title_as_written for record in records] == items
    assert {(record.stated_count, record.title) for record in records} == {(None, None)}


@pytest.mark.parametrize(("text", "title", "count"), COUNTED_ONLY)
def test_a_group_that_is_only_counted_stays_one(text, title, count):
    (found,) = read(text, mous=[mou(title, count=count)]).mous
    assert found.stated_count == count


def test_a_group_beside_its_items_is_no_further_record():
    text = "They signed two agreements, an extradition treaty and a fisheries accord."
    told = [
        agreement("two agreements", count=2),
        agreement("extradition treaty"),
        agreement("fisheries accord"),
    ]
    found = read(text, agreements=told)
    assert [record.title_as_written for record in found.agreements] == [
        "extradition treaty",
        "fisheries accord",
    ]
    assert "dropped_record" in codes(found)


def test_items_that_the_llm_joined_are_told_apart_by_the_count():
    text = "They signed three memoranda: on ports, on fish and on water."
    told = [mou("ports"), mou("fish and on water"), mou("three memoranda", count=3)]
    assert [record.title_as_written for record in read(text, mous=told).mous] == ["ports", "fish", "water"]
