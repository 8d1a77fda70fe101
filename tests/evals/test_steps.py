"""Run, score, gate, report: each step on its own artefact, and what the gates say."""

import csv
import io
import json
import xml.etree.ElementTree as ET

import pytest

from evals import commands as c
from evals.gating import Verdict, exit_code, gates, read_thresholds
from evals.pairing import paired
from evals.predictions import read_predictions
from evals.reporting import RENDERERS
from evals.reporting.structured import baseline_of, document_of
from evals.running import Plan, run
from evals.summarising import cost, score
from extractor.errors import ConfigError, QuotaError, RefusedError
from tests.evals.examples import NAMES, answer, answer_rows, article, case, key_rows, setting, without

HOSTILE = "x</failure>|<script>alert(1)</script> `a` _b_ \x0b ]]> &amp;"


def document(change=None, name="en", llm="one"):
    cases = [case(one) for one in NAMES]
    answers = [answer(one, change if one == name else None, llm=llm) for one in NAMES]
    gold = {"split": "test", "sha256": "0" * 64}
    return json.loads(json.dumps(document_of(score(cases, answers, llm=llm), gold, None)))


@pytest.fixture
def thresholds():
    return {**read_thresholds(), "floors": {"dx_f1": 0.4}, "canaries": ["x-en"]}


def missed(found):
    return {gate.name for gate in found if gate.verdict is Verdict.MISSED}


def test_the_key_passes_every_gate(thresholds):
    found = gates(document(), baseline_of(document()), thresholds)
    assert (missed(found), exit_code(found)) == (set(), 0)


def test_a_first_run_never_passes_silently(thresholds):
    found = gates(document(), None, thresholds)
    assert (missed(found), exit_code(found)) == ({"baseline"}, 5)


FORGED = setting("f2", value="7", evidence=[{"quote": "seven euros", "start": 0, "end": 11}])


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (setting("f2", value="240000000000"), {"canary x-en", "fabrication", "regression"}),
        (setting("f2", period="2022"), {"canary x-en"}),
        (without("a2"), {"canary x-en"}),
        (setting("g1", evidence=[{"quote": "uranium", "start": 3, "end": 10}]), {"quotes verbatim"}),
        (FORGED, {"canary x-en", "quotes verbatim", "fabrication", "regression"}),
    ],
)
def test_each_injected_error_is_named_by_its_gates(change, names, thresholds):
    strict = {**thresholds, "regression": 0.015}
    found = gates(document(change), baseline_of(document()), strict)
    assert missed(found) == names
    assert exit_code(found) == 5


def test_a_baseline_of_other_articles_misses_the_gate_and_breaks_nothing(thresholds):
    others = baseline_of(document())
    others = {
        **others,
        "gold": {**others["gold"], "sha256": "another"},
        "articles": [{**article, "id": f"other-{article['id']}"} for article in others["articles"]],
    }
    assert missed(gates(document(), others, thresholds)) == {"gold"}


def test_another_key_is_no_fair_comparison(thresholds):
    before = {**baseline_of(document()), "gold": {"sha256": "1" * 64}}
    assert missed(gates(document(), before, thresholds)) == {"gold"}


def test_dearer_answers_are_a_warning_only(thresholds):
    before, after = baseline_of(document()), document()
    before["cost"] = {**before["cost"], "input_tokens": 100}
    after["cost"] = {**after["cost"], "input_tokens": 126}
    found = gates(after, before, thresholds)
    assert [gate.name for gate in found if gate.verdict is Verdict.WARNING] == ["tokens"]
    assert exit_code(found) == 0


def test_articles_without_an_answer_miss_a_gate(thresholds):
    failed = json.loads(json.dumps(document()))
    failed["failures"] = {"x-en": "RefusedError"}
    assert "failed articles" in missed(gates(failed, None, thresholds))


def test_runs_are_compared_article_by_article():
    gap = paired(document(), document(setting("m1", status="cancelled")))
    assert [one.id for one in gap.moved] == ["x-en"]
    assert gap.overall.value < 0
    assert paired(document(), document()).verdict == "tied"


def test_runs_without_a_common_article_cannot_be_compared():
    with pytest.raises(ConfigError, match="share no article"):
        paired(document(), {**document(), "articles": []})


def test_the_summary_holds_hostile_text_harmless(thresholds):
    hostile = document(setting("f2", period="2022"), llm=HOSTILE)
    text = RENDERERS["summary.md"](hostile, gates(hostile, None, thresholds))
    assert "<script>" not in text
    rows = [line for line in text.splitlines() if line.startswith("| trade_figures")]
    assert rows[0].count("|") == 12


def test_junit_has_a_suite_for_each_type_and_a_case_for_each_article(thresholds):
    hostile = document(setting("f2", period=HOSTILE), llm=HOSTILE)
    root = ET.fromstring(RENDERERS["junit.xml"](hostile, gates(hostile, None, thresholds)))
    suites = {suite.get("name"): suite for suite in root}
    assert list(suites) == ["gates", "meetings", "attendees", "agreements", "mous", "trade_figures"]
    assert [len(suites[kind]) for kind in list(suites)[1:]] == [4] * 5
    failed = [one.get("name") for one in suites["trade_figures"] if one.find("failure") is not None]
    assert (failed, suites["trade_figures"].get("failures")) == (["x-en"], "1")
    assert suites["gates"].get("failures") == "2"


def test_fields_have_one_row_each():
    rows = list(
        csv.DictReader(io.StringIO(RENDERERS["fields.csv"](document(setting("f2", period="2022")), ())))
    )
    period = next(row for row in rows if (row["type"], row["field"]) == ("trade_figures", "period"))
    assert (period["correct"], period["incorrect"], period["f1"]) == ("3", "1", "0.7500")


class Spoken:
    """A system that says the key, and what it was asked."""

    name, llm, at_once = "spoken", "none", 2

    def __init__(self, errors=None):
        self.errors, self.asked, self.closed = errors or {}, [], False

    async def extract(self, one, epoch):
        self.asked.append((one.id, epoch))
        if one.id in self.errors:
            raise self.errors[one.id]
        name = next(name for name in NAMES if article(name)["id"] == one.id)
        return {**answer_rows(name), "provenance": {"usage": {"input_tokens": 10, "seconds": 2.0}}}

    async def aclose(self):
        self.closed = True


def cases():
    return tuple(case(name) for name in NAMES)


def test_a_run_writes_a_line_an_article_and_epoch(tmp_path):
    system = Spoken()
    assert run(Plan(cases(), epochs=2), system, tmp_path / "p.jsonl") == 0
    found = read_predictions(tmp_path / "p.jsonl")
    assert (found.system, found.llm, found.epochs, len(found.answers)) == ("spoken", "none", (0, 1), 8)
    assert system.closed
    report = score(cases(), found.answers.values())
    assert len(report.repeats) == 2
    assert cost(found.answers.values())["input_tokens"] == 80


def test_an_article_that_fails_is_a_line_and_scores_as_empty(tmp_path):
    refusal = RefusedError("no", hint="")
    assert run(Plan(cases()), Spoken({"x-ko": refusal}), tmp_path / "p.jsonl") == 1
    report = score(cases(), read_predictions(tmp_path / "p.jsonl").answers.values())
    assert [one.answer.failure for one in report.scores] == [None, "RefusedError", None, None]


def test_a_run_that_is_broken_off_keeps_its_lines_and_goes_on(tmp_path):
    path = tmp_path / "p.jsonl"
    with pytest.raises(QuotaError):
        run(Plan(cases()), Spoken({"x-ar": QuotaError("out of money")}), path)
    assert {one for one, _ in read_predictions(path).answers} == {"x-en", "x-ko"}
    system = Spoken()
    run(Plan(cases(), resume=True), system, path)
    assert [one for one, _ in system.asked] == ["x-ar", "x-none"]
    assert len(read_predictions(path).answers) == 4


def test_the_output_of_extract_is_read_too(tmp_path):
    line = {
        "schema_version": "1.0",
        "article": {"id": "x-en"},
        **answer_rows("en"),
        "provenance": {"llm": "l"},
    }
    (tmp_path / "p.jsonl").write_text(json.dumps(line), encoding="utf-8")
    found = read_predictions(tmp_path / "p.jsonl")
    assert (found.llm, len(found.answers["x-en", 0].records)) == ("l", 11)


@pytest.mark.parametrize("line", ["{}", '{"article": "x-en"}', '{"article": 5, "extraction": {}}'])
def test_a_line_that_is_no_answer_is_refused(tmp_path, line):
    (tmp_path / "p.jsonl").write_text(line, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"p\.jsonl:1"):
        read_predictions(tmp_path / "p.jsonl")


@pytest.fixture
def gold(tmp_path):
    folder = tmp_path / "gold"
    folder.mkdir()
    rows = [{"id": article(name)["id"], "records": key_rows(name)} for name in NAMES]
    for path, lines in (("articles.jsonl", [article(name) for name in NAMES]), ("key.jsonl", rows)):
        (folder / path).write_text("".join(json.dumps(one) + "\n" for one in lines), encoding="utf-8")
    return folder


def test_only_what_was_answered_is_scored_unless_a_split_is_named(tmp_path, gold):
    run(Plan((case("en"),)), Spoken(), tmp_path / "p.jsonl")
    everything = c.Choice(gold=gold)
    assert len(c.score_file(tmp_path / "p.jsonl", everything).scores) == 1
    assert len(c.score_file(tmp_path / "p.jsonl", c.Choice("test", gold=gold)).scores) == 4
