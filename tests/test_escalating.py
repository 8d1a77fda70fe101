"""How sure records must be: who is asked again, what is left out, and that nothing is lost without a word."""

import asyncio

import pytest

from extractor.confidence import Calibration
from extractor.confidence.calibration import Logistic
from extractor.errors import InvalidOutputError, QuotaError, RefusedError, TruncatedError
from extractor.escalating import Bar
from extractor.llm.base import Completion, LLMIdentity
from extractor.pipeline import Extractor, article_of
from extractor.records import Usage, WarningCode
from tests.answering import DAY, NOTHING, agreement, answer, asking, codes, figure, meeting, person

TEXT = "Ilze Kalna of Latvia received Diego Quispe of Peru in Riga on Tuesday. They signed an agreement on fisheries. Exports to Peru reached 3 million euros."
PEOPLE = [
    person("Ilze Kalna", country="LVA", role="host"),
    person("Diego Quispe", country="PER", role="visitor"),
]
SMALL = answer(
    meetings=[meeting(*PEOPLE, countries=["LVA", "PER"])],
    agreements=[agreement("agreement on fisheries", s=[2], parties=["LVA", "PER"])],
    figures=[figure("3 million euros", s=[3], to="PER")],
)
LARGE = answer(agreements=[agreement("agreement on fisheries", s=[2], parties=["LVA", "PER"])])
WHO = LLMIdentity("large", "https://large.invalid/v1")
USED = Usage(requests=1, input_tokens=10, output_tokens=5, cost=0.25)
TYPES = ("meetings", "attendees", "agreements", "mous", "trade_figures")


class Two:
    """A small LLM that tells where it hesitates, and a large one that says what it is given, or raises it."""

    def __init__(self, large=LARGE, doubts=(), small=SMALL):
        self.said = {"scripted": small, "large": large}
        self.doubts = doubts
        self.asked = []

    async def complete(self, request):
        self.asked.append(request.llm.name)
        said = self.said[request.llm.name]
        if isinstance(said, Exception):
            raise said
        doubts = self.doubts if request.llm.name == "scripted" else None
        return Completion(said, USED, f"{request.llm.name}-1", request.fingerprint, doubts=doubts)


class Even(Extractor):
    """Confidence is one half where the LLM was certain, and less where it hesitated to begin a record."""

    calibration = Calibration("even", dict.fromkeys(TYPES, Logistic(0.0, {"opening": 1.0})))


def hesitating_at(words, by=-2.0, said=SMALL):
    return ((said.index(words), len(words), by),)


def found(llm, **bar):
    asked = Bar(**({"below": 0.4, "again": asking(identity=WHO)} | bar))
    return Even(llm, asking(), asked).extract(article_of(TEXT, day=DAY, language="en"))


def test_a_sure_article_is_not_asked_about_again():
    llm = Two()
    sure = found(llm)
    assert llm.asked == ["scripted"]
    assert sure.provenance.escalated_from is None
    assert len(sure.records) == 5
    assert codes(sure) == []


def test_an_unsure_record_has_the_article_asked_about_again_and_it_says_whose_the_records_are():
    llm = Two(doubts=hesitating_at('"figures":[{"s"'))
    escalated = found(llm)
    assert llm.asked == ["scripted", "large"]
    assert [one.id for one in escalated.records] == ["a1"]
    made, before = escalated.provenance, escalated.provenance.escalated_from
    assert (made.llm, before.llm) == ("large-1", "scripted-1")
    assert (before.below, before.unsure, before.records) == (0.4, 1, 5)
    assert (before.usage, made.usage) == (USED, USED + USED)
    assert before.fingerprints != made.fingerprints
    assert made.calibration is None
    told = [one for one in escalated.warnings if one.code is WarningCode.ESCALATED]
    assert "1 of 5 records of scripted-1 were under 0.4" in told[0].detail
    assert "unknown_confidence" in codes(escalated)
    assert type(escalated).model_validate_json(escalated.model_dump_json()) == escalated


@pytest.mark.parametrize("error", [RefusedError("no"), InvalidOutputError("bad", raw="", problems=())])
def test_where_the_other_gives_no_answer_the_first_stands_and_says_so(error):
    error.usage = USED
    kept = found(Two(error, hesitating_at('"figures":[{"s"')))
    assert len(kept.records) == 5
    assert kept.provenance.llm == "scripted-1"
    assert kept.provenance.usage == USED + USED
    assert codes(kept)[0] == "not_escalated"
    assert "large: " in kept.warnings[0].detail


def test_an_answer_that_cannot_be_used_is_asked_for_again_of_the_other():
    cut = TruncatedError("cut off", raw="{", fingerprint="a" * 64)
    cut.usage = USED
    llm = Two(small=cut)
    escalated = found(llm)
    assert llm.asked == ["scripted", "large"]
    assert [one.id for one in escalated.records] == ["a1"]
    before = escalated.provenance.escalated_from
    assert (before.llm, before.records, before.usage, before.fingerprints) == (
        "scripted",
        0,
        USED,
        ("a" * 64,),
    )
    assert escalated.provenance.usage == USED + USED
    [told] = [one for one in escalated.warnings if one.code is WarningCode.ESCALATED]
    assert "scripted gave no answer (cut off)" in told.detail


def test_where_neither_can_be_used_the_article_fails():
    with pytest.raises(RefusedError):
        found(Two(RefusedError("no"), small=TruncatedError("cut off", raw="{")))
    with pytest.raises(TruncatedError):
        found(Two(small=TruncatedError("cut off", raw="{")), again=None)


def test_an_error_that_ends_the_run_does():
    with pytest.raises(QuotaError):
        found(Two(QuotaError("no money"), hesitating_at('"figures":[{"s"')))


def test_an_article_without_records_is_not_asked_about_again():
    llm = Two(small=NOTHING)
    assert not found(llm).records
    assert llm.asked == ["scripted"]


def test_records_under_the_bar_are_left_out_and_counted():
    kept = found(Two(doubts=hesitating_at('"meetings":[{"s"')), again=None, least=0.4)
    assert [one.id for one in kept.records] == ["p1", "p2", "a1", "f1"]
    assert {one.meeting for one in kept.attendees} == {None}
    [told] = [one for one in kept.warnings if one.code is WarningCode.LOW_CONFIDENCE]
    assert told.detail == "under 0.4 and left out: 1 meeting"
    assert all(one.record in {None, "p1", "p2", "a1", "f1"} for one in kept.warnings)


def test_a_record_just_at_the_bar_stays():
    kept = found(Two(), again=None, least=0.5)
    assert len(kept.records) == 5
    assert codes(kept) == []


def test_what_is_not_known_is_kept_with_a_note():
    kept = found(Two(doubts=None), again=None, least=0.9)
    assert len(kept.records) == 5
    assert codes(kept) == ["unknown_confidence"]
    assert "5 of 5 records" in kept.warnings[0].detail


def test_the_bar_holds_for_the_second_answer_too():
    class Telling(Two):
        async def complete(self, request):
            answered = await super().complete(request)
            doubts = (
                self.doubts
                if request.llm.name == "scripted"
                else hesitating_at('"agreements":[{', -3.0, LARGE)
            )
            return Completion(answered.text, USED, "x", request.fingerprint, doubts=doubts)

    nothing = found(Telling(doubts=hesitating_at('"figures":[{"s"')), least=0.3)
    assert nothing.records == ()
    assert {"low_confidence", "escalated"} <= set(codes(nothing))
    assert nothing.provenance.calibration == "even"


async def test_the_bar_goes_along_to_another_event_loop():
    llm = Two(doubts=hesitating_at('"figures":[{"s"'))
    extractor = Extractor(llm, asking(), Bar(0.1, 0.99, asking(identity=WHO)))
    there = extractor.asked_on(asyncio.get_running_loop())
    escalated = await there.extract_async(article_of(TEXT, day=DAY, language="en"))
    assert escalated.provenance.escalated_from is not None
