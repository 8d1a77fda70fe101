"""From an LLM's hesitation to the confidence of each record, through the whole pipeline."""

import json

import pytest

from extractor.confidence import Calibration, load_calibration
from extractor.confidence.calibration import Logistic, logistic
from extractor.llm.base import Completion
from extractor.pipeline import Extractor, article_of
from extractor.records import Usage
from tests.answering import DAY, agreement, answer, asking, assert_proven, figure, meeting, mou, person

TEXT = (
    "Ilze Kalna of Latvia received Diego Quispe of Peru in Riga on Tuesday. They signed an agreement on fisheries "
    "and a memorandum of understanding on ports. Exports to Peru reached 3 million euros."
)
SAID = {
    "meetings": [meeting(person("Ilze Kalna", country="LVA", role="host"), person("Diego Quispe", country="PER", role="visitor"), countries=["LVA", "PER"])],
    "agreements": [agreement("agreement on fisheries", s=[2], parties=["LVA", "PER"])],
    "mous": [mou("memorandum of understanding on ports", s=[2], parties=["LVA", "PER"])],
    "figures": [figure("3 million euros", s=[3], to="PER")],
}  # fmt: skip


class Hesitant:
    """An LLM that says this, and hesitates at these words (all of it: None)."""

    def __init__(self, said, *hesitations):
        self.text = said
        self.doubts = tuple(sorted(self._doubt(*one) for one in hesitations))

    def _doubt(self, words, logprob, before=0):
        assert self.text.count(words) >= 1, words
        return self.text.index(words) - before, len(words) + before, logprob

    async def complete(self, request):
        return Completion(self.text, Usage(requests=1), "hesitant", request.fingerprint, doubts=self.doubts)


def sure(*hesitations, said=None, text=TEXT):
    llm = Hesitant(said or answer(**SAID), *hesitations)
    found = Extractor(llm, asking()).extract(article_of(text, day=DAY, language="en"))
    assert_proven(found, text)
    return {one.id: one.confidence for one in found.records}, found


def test_a_certain_llm_gives_each_record_a_confidence_and_says_by_what():
    certain, found = sure()
    assert certain.keys() == {"m1", "p1", "p2", "a1", "u1", "f1"}
    assert all(0.5 < one < 1 for one in certain.values()), certain
    assert found.provenance.calibration == load_calibration().name


@pytest.mark.parametrize(
    ("words", "record"),
    [
        ('"meetings":[{"s"', "m1"),
        ('{"s":[1],"name":"Ilze', "p1"),
        ('{"s":[1],"name":"Diego', "p2"),
        ('"agreements":[{"s"', "a1"),
        ('"mous":[{"s"', "u1"),
    ],
)
def test_who_hesitates_to_write_a_record_makes_that_one_less_sure_and_no_other(words, record):
    certain, _ = sure()
    hesitant, _ = sure((words, -1.5))
    assert hesitant.pop(record) < certain.pop(record)
    assert hesitant == certain


def test_without_probabilities_nothing_is_known():
    llm = Hesitant(answer(**SAID))
    llm.doubts = None
    found = Extractor(llm, asking()).extract(article_of(TEXT, day=DAY, language="en"))
    assert {one.confidence for one in found.records} == {None}
    assert found.provenance.calibration is None


def test_in_a_long_article_each_chunk_has_its_own():
    halves = [f"Part {n}. " + "Nothing of note happened there today. " * 30 for n in range(2)]
    text = f"{TEXT}\n\n{halves[0]}\n\n{halves[1]}"
    llm = Hesitant(answer(**SAID), ('{"s":[1],"name":"Ilze', -3.0))
    whole = Extractor(llm, asking(chunk_tokens=200)).extract(article_of(text, day=DAY, language="en"))
    assert len(whole.provenance.fingerprints) > 1
    by_name = {one.name: one.confidence for one in whole.attendees}
    assert by_name["Ilze Kalna"] < by_name["Diego Quispe"]


def test_calls_that_are_told_apart_keep_the_doubts_of_their_own_people():
    text = "Ilze Kalna of Latvia spoke by phone separately with Diego Quispe of Peru and Ana Lima of Brazil."
    people = [person("Ilze Kalna", country="LVA"), person("Diego Quispe", country="PER"), person("Ana Lima", country="BRA")]  # fmt: skip
    said = answer(meetings=[meeting(*people, mode="phone", countries=["LVA", "PER", "BRA"])])
    _, found = sure(('{"s":[1],"name":"Ana', -4.0), said=said, text=text)
    confidences = {(one.meeting, one.name): one.confidence for one in found.attendees}
    assert len(found.meetings) == 2
    least = min(confidences, key=confidences.get)
    assert least[1] == "Ana Lima"
    assert sum(one < 0.5 for one in confidences.values()) <= 1


def test_an_answer_in_another_form_gives_the_same():
    spread = json.dumps(json.loads(answer(**SAID)), indent=1)
    assert sure(said=spread)[0] == sure()[0]


def test_the_formula_is_what_it_says():
    formula = Logistic(1.0, {"opening": 2.0})
    assert formula.probability({"opening": -0.5, "unknown": 9.0}) == 0.5
    assert (logistic(800), logistic(-800)) == (1.0, 0.0)


def test_one_s_own_calibration_takes_the_place_of_ours():
    class Mine(Extractor):
        calibration = Calibration("mine", {"meetings": Logistic(0.0, {})})

    found = Mine(Hesitant(answer(**SAID)), asking()).extract(article_of(TEXT, day=DAY, language="en"))
    assert [one.confidence for one in found.records] == [0.5, None, None, None, None, None]
    assert found.provenance.calibration == "mine"


def test_the_calibration_of_the_package_goes_the_way_that_its_signs_mean():
    for formula in load_calibration().formulas.values():
        for name, weight in formula.weights.items():
            of_the_llm = name in {"opening", "sentences", "labels", "words", "codes"}
            assert weight > 0 if of_the_llm else weight < 0, name
