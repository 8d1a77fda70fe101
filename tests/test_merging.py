"""Merging: chunks to one article, each thing once, the body before its captions, groups against their counts."""

import re

import pytest

from extractor.article import Article, Block, Span, Zone
from extractor.llm.scripted import ScriptedLLM
from extractor.pipeline import Extractor, article_of
from tests.answering import (
    DAY,
    agreement,
    answer,
    asking,
    assert_proven,
    codes,
    figure,
    meeting,
    mou,
    person,
    read,
)

MET = "Foreign Minister Ilze Kalna of Latvia received Diego Quispe of Peru in Riga on Tuesday."
SIGNED = "They signed an agreement on fisheries."
TRADE = "Exports to Peru reached 3 billion euros in 2030."
FILLER = [
    f"The harbour of Riga has {n} old cranes, and every spring the town paints them in bright colours."
    for n in range(40)
]
EVERYTHING = {
    "Ilze Kalna of Latvia": ("meetings", lambda s: meeting(person("Ilze Kalna", country="LVA", role="host", s=[s]), person("Diego Quispe", country="PER", role="visitor", s=[s]), s=[s], countries=["LVA", "PER"])),
    "agreement on fisheries": ("agreements", lambda s: agreement("agreement on fisheries", s=[s])),
    "3 billion euros": ("figures", lambda s: figure("3 billion euros", s=[s], to="PER", when="in 2030")),
}  # fmt: skip


def knowing(request):
    """Say of each chunk what stands in its numbered lines, and only that."""
    found = {"meetings": [], "agreements": [], "figures": []}
    for number, line in re.findall(r"^\[(\d+)\] (.*)$", request.messages[-1].content, re.MULTILINE):
        for words, (kind, record) in EVERYTHING.items():
            if words in line:
                found[kind].append(record(int(number)))
    return answer(**found)


def chunked(*sentences, tokens=300):
    llm = ScriptedLLM(knowing)
    article = article_of(" ".join(sentences), day=DAY, language="en")
    found = Extractor(llm, asking(tokens)).extract(article)
    assert_proven(found, article.text)
    return found, llm.requests


def article_with(*parts):
    text, blocks = "", []
    for zone, words in parts:
        blocks.append(Block(Span(len(text), len(text) + len(words)), zone))
        text += words + "\n\n"
    return Article(id="x", text=text, language="en", supplied_date=DAY, blocks=tuple(blocks))


def read_article(article, **records):
    found = Extractor(ScriptedLLM([answer(**records)]), asking()).extract(article)
    assert_proven(found, article.text)
    return found


def pair(s, **more):
    people = (person("Ilze Kalna", country="LVA", s=[s]), person("Diego Quispe", country="PER", s=[s]))
    return meeting(*people, s=[s], countries=["LVA", "PER"], **more)


def test_a_thing_in_the_overlap_of_two_chunks_is_one_record():
    for place in range(4, 12):  # wherever the cut falls
        found, requests = chunked(*FILLER[:place], MET, SIGNED, TRADE, *FILLER[place:20])
        assert len(requests) > 1
        assert [record.id for record in found.records] == ["m1", "p1", "p2", "a1", "f1"]
        assert found.agreements[0].meeting == "m1"
        assert {one.meeting for one in found.attendees} == {"m1"}
        assert "chunked" in codes(found)


def test_the_same_meeting_told_in_two_far_chunks_is_one():
    found, _ = chunked(MET, *FILLER[:30], f"As reported, {MET}")
    assert [record.id for record in found.meetings] == ["m1"]
    assert len(found.attendees) == 2
    assert len(found.meetings[0].evidence) == 2


def test_records_of_several_chunks_are_numbered_through():
    found, _ = chunked(
        TRADE, SIGNED, *FILLER[:30], "Exports to Chile reached 3 billion euros in 2029, and then 2030."
    )
    assert [record.id for record in found.trade_figures] == [
        f"f{n}" for n in range(1, len(found.trade_figures) + 1)
    ]


def test_another_day_is_another_meeting():
    text = f"{MET} Ilze Kalna of Latvia met Diego Quispe of Peru again in Riga on Wednesday."
    found = read(text, meetings=[pair(1), pair(2)])
    assert [met.date for met in found.meetings] == ["2031-06-03", "2031-06-04"]


@pytest.mark.parametrize("other", [{"mode": "phone"}, {"background": True}, {"status": "planned"}])
def test_another_mode_or_time_is_another_meeting(other):
    text = f"{MET} Ilze Kalna of Latvia and Diego Quispe of Peru also spoke at length."
    assert len(read(text, meetings=[pair(1), pair(2, **other)]).meetings) == 2


def test_a_duplicate_fills_what_the_first_lacks():
    text = f"Ilze Kalna of Latvia received Diego Quispe of Peru. {MET}"
    (met,) = read(text, meetings=[pair(1), pair(2)]).meetings
    assert (met.date, met.place_as_written, len(met.evidence)) == ("2031-06-03", "Riga", 2)
    assert met.shown_by["date"][0].quote == "on Tuesday"


def test_an_instrument_moves_with_its_meeting():
    text = f"{MET} {MET} {SIGNED}"
    found = read(text, meetings=[pair(1), pair(2)], agreements=[agreement("agreement on fisheries", s=[3])])
    assert ([met.id for met in found.meetings], found.agreements[0].meeting) == (["m1"], "m1")


def test_one_text_is_one_record_under_a_longer_title_too():
    text = "They signed an agreement on fisheries. The agreement on fisheries holds for ten years, they said after signing."
    found = read(
        text, agreements=[agreement("agreement on fisheries"), agreement("The agreement on fisheries", s=[2])]
    )
    assert [record.id for record in found.agreements] == ["a1"]


def test_two_titles_are_two_texts():
    text = "They signed an agreement on fisheries and an agreement on ports."
    found = read(text, agreements=[agreement("agreement on fisheries"), agreement("agreement on ports")])
    assert [record.title_as_written for record in found.agreements] == [
        "agreement on fisheries",
        "agreement on ports",
    ]


def test_the_same_number_said_twice_is_one_figure():
    text = "Exports to Peru reached 3 billion euros. The 3 billion euros in exports to Peru please the ministers."
    found = read(
        text, figures=[figure("3 billion euros", to="PER"), figure("3 billion euros", to="PER", s=[2])]
    )
    assert [record.id for record in found.trade_figures] == ["f1"]


def test_the_same_number_of_another_thing_is_another_figure():
    text = "Exports to Peru reached 3 billion euros. Imports from Peru reached 3 billion euros."
    found = read(text, figures=[figure("3 billion euros"), figure("3 billion euros", "imports", s=[2])])
    assert [record.indicator for record in found.trade_figures] == ["exports", "imports"]


def test_an_untitled_repeat_of_a_titled_text_is_dropped():
    found = read(
        SIGNED, agreements=[agreement("agreement on fisheries", parties=[])], mous=[mou(None, en="Fish deal")]
    )
    assert ([record.id for record in found.agreements], found.mous) == (["a1"], ())


GROUP = "Latvia and Peru signed three memoranda of understanding, on ports, on tea and on fish."


def members(*titles):
    return [mou("three memoranda of understanding", count=3), *(mou(title) for title in titles)]


def test_a_counted_group_whose_members_are_named_is_not_listed_again():
    found = read(GROUP, mous=members("on ports", "on tea", "on fish"))
    assert [record.title_as_written for record in found.mous] == ["ports", "tea", "fish"]
    assert "count_mismatch" not in codes(found)


def test_a_counted_group_with_fewer_members_stays_with_a_warning():
    text = "Latvia and Peru signed three memoranda of understanding, among them one on ports and one on tea."
    found = read(text, mous=members("on ports", "on tea"))
    assert [record.stated_count for record in found.mous] == [3, None, None]
    assert [warning.record for warning in found.warnings if warning.code == "count_mismatch"] == ["u1"]


def test_a_group_that_is_only_counted_is_one_record():
    found = read("Latvia and Peru signed three memoranda of understanding.", mous=members())
    assert [record.stated_count for record in found.mous] == [3]
    assert "count_mismatch" not in codes(found)


def test_a_caption_that_repeats_the_body_adds_nothing():
    article = article_with(
        (Zone.BODY, MET), (Zone.CAPTION, "Ilze Kalna of Latvia meets Diego Quispe of Peru in Riga.")
    )
    found = read_article(article, meetings=[pair(1), pair(2)])
    assert [met.id for met in found.meetings] == ["m1"]
    assert "caption_conflict" not in codes(found)


def test_where_caption_and_body_disagree_the_body_wins_with_a_warning():
    caption = "Ilze Kalna of Latvia meets Diego Quispe of Peru in Geneva on 1 June."
    found = read_article(article_with((Zone.CAPTION, caption), (Zone.BODY, MET)), meetings=[pair(1), pair(2)])
    (met,) = found.meetings
    assert (met.country, met.date) == ("LVA", "2031-06-03")
    assert [(w.record, "2031-06-01" in w.detail) for w in found.warnings if w.code == "caption_conflict"] == [
        ("m1", True)
    ]


def test_what_only_a_caption_tells_is_a_record():
    article = article_with((Zone.BODY, "The harbour of Riga has old cranes."), (Zone.CAPTION, MET))
    assert [met.id for met in read_article(article, meetings=[pair(2)]).meetings] == ["m1"]


def test_nothing_stays_nothing():
    found, _ = chunked(*FILLER[:5])
    assert found.records == ()
