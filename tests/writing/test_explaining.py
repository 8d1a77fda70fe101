import re

from extractor.records import Evidence
from extractor.writing import explain
from extractor.writing.explaining import context_of

TEXT = "It rained. President Ada met Bela on 3 June. They parted!\n새 문장이다。다음 문장"


def evidence(words):
    start = TEXT.index(words)
    return Evidence(quote=words, start=start, end=start + len(words))


def test_the_context_is_the_sentence():
    assert context_of(evidence("met Bela"), TEXT) == "President Ada »met Bela« on 3 June."
    assert context_of(evidence("They parted!"), TEXT) == "»They parted!«"
    assert context_of(evidence("새 문장"), TEXT) == "»새 문장«이다。"
    assert context_of(evidence("다음"), TEXT) == "»다음« 문장"


def test_words_that_are_not_there_are_called_so():
    wrong = Evidence(quote="met Cora", start=0, end=8)
    assert context_of(wrong, TEXT) == "»met Cora« (does not stand at this place of the text)"


def test_every_record_and_value_is_explained(pairs):
    pair = pairs["korean"]
    shown = explain(*pair)
    for record in pair.extraction.records:
        assert f" {record.id}: " in shown
    assert "  value = 6500000000 (computed by code, from “65억 달러” [" in shown
    assert "  indicator = trade_turnover (judged by the LLM)" in shown
    assert "(gloss by the LLM, never evidence, shown beside “철도 현대화에 관한 양해각서” [" in shown
    assert "  countries = KOR; KAZ (computed by code; its words were not kept)" in shown


def test_words_outside_the_evidence_are_shown_in_their_sentence(pairs):
    shown = explain(*pairs["korean"])
    assert "한 대통령은 »국빈 방문« 이틀째인" in shown


def test_offsets_are_those_of_the_text(pairs):
    pair = pairs["hungarian"]
    found = re.findall(r"“([^”]+)” \[(\d+):(\d+)\]", explain(*pair))
    assert len(found) > 30
    assert all(pair.text[int(start) : int(end)] == words for words, start, end in found)


def test_how_words_were_found_is_said_unless_exact(pairs):
    assert re.search(r"evidence \[\d+:\d+\] fuzzy match", explain(*pairs["hostile"]))
    assert "exact match" not in explain(*pairs["arabic"])


def test_hostile_text_is_obeyed_nowhere(pairs):
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", explain(*pairs["hostile"]))


def test_no_records_is_said(pairs):
    assert explain(*pairs["empty"]) == "No records to explain.\n"
