"""The baselines against a server on loopback: what they send, how answers become records, what is counted."""

import asyncio
import json
import re
from datetime import date

import pytest
from typer.testing import CliRunner

from evals import commands as c
from evals.baselines import ANSWER_TOKENS, BASELINES, baseline
from evals.baselines.asking import number_text, wording_of
from evals.cases import records_of
from evals.predictions import read_predictions
from extractor.article import Article
from extractor.cli.app import app
from extractor.errors import (
    ConfigError,
    InvalidOutputError,
    TransientLLMError,
    TruncatedError,
    UnreachableError,
)
from extractor.settings import Settings
from tests.evals.examples import NAMES, article, key_rows
from tests.llm import fault_server

TEXT = (
    "OSLO, 3 June 2031 - Minister Ane Lund met her Peruvian colleague José Rojas. They signed a pact on whales. "
    "Exports reached 4.2 billion kroner."
)
ARTICLE = Article(id="x-1", text=TEXT, source="x-1", supplied_date=date(2031, 6, 3))
MET, PACT, SOLD = (
    "Lund met her Peruvian colleague",
    "signed a pact on whales",
    "Exports reached 4.2 billion kroner",
)

PLAIN = {
    "meetings": [
        {
            "quote": MET,
            "kind": "talks",
            "mode": "in_person",
            "status": "held",
            "date": "2031-06-03",
            "place": "OSLO",
            "countries": ["NOR", "PER"],
            "attendees": [
                {
                    "quote": "Minister Anne Lund",
                    "name": "Ane Lund",
                    "name_as_written": "Ane Lund",
                    "office": "foreign_minister",
                    "country": "NOR",
                    "role": "host",
                }
            ],
        }
    ],
    "agreements": [
        {
            "quote": PACT,
            "type": "agreement",
            "status": "signed",
            "parties": ["NOR", "PER"],
            "organisations": ["IWC"],
            "sectors": ["environment"],
            "meeting": 1,
        }
    ],
    "mous": [],
    "trade_figures": [
        {
            "quote": SOLD,
            "indicator": "exports",
            "measure": "level",
            "value": 4.2e9,
            "unit": "currency",
            "currency": "NOK",
            "countries": ["NOR"],
        }
    ],
}
SPANS = {
    "extractions": [
        {
            "meeting": MET,
            "meeting_attributes": {
                "id": "m7",
                "kind": "talks",
                "place": "OSLO",
                "countries": ["NOR", "PER"],
                "background": "false",
            },
        },
        {
            "attendee": "Minister Ane Lund",
            "attendee_attributes": {"meeting": "m7", "name": "Ane Lund", "country": "NOR", "office": None},
        },
        {"attendee": "Zxqv Kbmw", "attendee_attributes": {"meeting": "m9", "name": "Nobody"}},
        {
            "agreement": PACT,
            "agreement_attributes": {"meeting": "m7", "parties": ["NOR", "PER"], "date": "null"},
        },
        {
            "trade_figure": SOLD,
            "trade_figure_attributes": {
                "indicator": "exports",
                "value": "4,200,000,000",
                "is_record": "true",
                "currency": "NOK",
            },
        },
    ]
}
ANSWERS = {"instructor": PLAIN, "langextract": SPANS}


@pytest.fixture(params=sorted(BASELINES))
def name(request):
    pytest.importorskip(request.param, reason="installed with the dependency group `baselines`")
    return request.param


def asked(name, *says, article=ARTICLE, **settings):
    """What a baseline makes of answers that are given in turn (the last one again), and the requests it sent.

    An answer is text, or a pair of text and finish reason, or an HTTP status.
    """

    async def speak(exchange):
        said = says[min(exchange.arrival.number, len(says) - 1)]
        if isinstance(said, int):
            await exchange.error(said, "refused", "no")
        else:
            await exchange.answer(*(said if isinstance(said, tuple) else (said,)))

    async def trip():
        async with fault_server.running() as server:
            server.personas["told"] = speak
            system = baseline(name, Settings(base_url=server.url("told"), llm="some-llm", **settings))
            try:
                outcome = await system.extract(article, 0)
            except Exception as error:  # noqa: BLE001 - returned to be looked at
                outcome = error
            await system.aclose()
            return outcome, [arrival.body for arrival in server.to("told")]

    return asyncio.run(trip())


def test_the_request_has_the_llm_the_rules_the_article_its_day_and_a_limit(name):
    _, (body,) = asked(name, json.dumps(ANSWERS[name]))
    said = json.dumps(body["messages"], ensure_ascii=False)
    assert (body["model"], body["temperature"], body["max_tokens"]) == ("some-llm", 0, ANSWER_TOKENS)
    assert body["response_format"]["type"] == "json_schema"
    assert "Reference date: 2031-06-03" in said
    assert TEXT in said
    assert "ISO 3166-1 alpha-3" in said
    assert len(said) < 9000, "about 3,000 tokens with the article: the embedded LLM reads 48 a second"


def test_an_article_without_a_day_is_asked_without_one(name):
    undated = Article(id="x-1", text=TEXT, source="x-1")
    _, (body,) = asked(name, json.dumps(ANSWERS[name]), article=undated)
    assert "Reference date:" not in json.dumps(body["messages"])


def test_an_answer_becomes_records_that_the_harness_reads(name):
    answer, _ = asked(name, json.dumps(ANSWERS[name]))
    records = {one.id: one for one in records_of(answer)}
    assert set(records) >= {"m1", "a1", "g1", "f1"}
    assert records["m1"].value("countries") == ("NOR", "PER")
    assert records["m1"].value("place_as_written") == "OSLO"
    assert records["m1"].value("background") is False
    assert records["a1"].value("meeting") == records["g1"].value("meeting") == "m1"
    assert (records["f1"].value("value"), records["f1"].value("currency")) == ("4200000000", "NOK")
    assert answer["article"]["id"] == "x-1"


def test_evidence_stands_where_it_says(name):
    answer, _ = asked(name, json.dumps(ANSWERS[name]))
    records = {one.id: one for one in records_of(answer)}
    for identifier, quote in (("m1", MET), ("g1", PACT), ("f1", SOLD)):
        (evidence,) = records[identifier].evidence
        assert (evidence.quote, TEXT[evidence.start : evidence.end]) == (quote, quote)


def test_a_quote_that_the_article_lacks_has_no_place():
    answer, _ = asked("instructor", json.dumps(PLAIN))
    (evidence,) = answer["attendees"][0]["evidence"]
    assert evidence == {"quote": "Minister Anne Lund", "start": None, "end": None}


def test_what_langextract_cannot_align_or_link_has_no_place_and_no_link():
    pytest.importorskip("langextract")
    answer, _ = asked("langextract", json.dumps(SPANS))
    stranger = answer["attendees"][1]
    assert stranger["evidence"] == [{"quote": "Zxqv Kbmw", "start": None, "end": None}]
    assert stranger["meeting"] is None
    assert answer["agreements"][0]["date"] is None
    assert answer["trade_figures"][0]["is_record"] is True


@pytest.mark.parametrize("language", ["ko", "ar", "en"])
def test_langextract_aligns_the_key_s_own_quotes_in_any_script(language):
    pytest.importorskip("langextract")
    rows, text = key_rows(language), article(language)["text"]
    quotes = [
        one["quote"] for kind in ("meetings", "agreements") for row in rows[kind] for one in row["evidence"]
    ]
    says = {"extractions": [{"agreement": quote, "agreement_attributes": None} for quote in quotes]}
    answer, _ = asked("langextract", json.dumps(says), article=Article(id="x", text=text, source="x"))
    found = [one["evidence"][0] for one in answer["agreements"]]
    assert [one["quote"] for one in found] == quotes
    assert all(text[one["start"] : one["end"]] == one["quote"] for one in found)


def test_tokens_calls_and_seconds_are_counted(name):
    answer, _ = asked(name, json.dumps(ANSWERS[name]))
    usage = answer["provenance"]["usage"]
    counted = (usage["input_tokens"], usage["output_tokens"], usage["requests"], usage["reasks"])
    assert counted == (100, 20, 1, 0)
    assert usage["seconds"] > 0


def test_an_answer_that_breaks_the_schema_is_asked_again_and_counted_twice():
    answer, bodies = asked("instructor", '{"meetings": 1}', json.dumps(PLAIN), reasks=1)
    usage = answer["provenance"]["usage"]
    assert (len(bodies), usage["input_tokens"], usage["requests"], usage["reasks"]) == (2, 200, 2, 1)


def test_no_valid_answer_is_a_failure_that_tells_what_it_cost(name):
    error, bodies = asked(name, "no JSON", reasks=0)
    assert isinstance(error, InvalidOutputError)
    assert (len(bodies), error.usage.requests, error.usage.output_tokens) == (1, 1, 20)
    assert "OSLO" not in str(error)


def test_an_answer_that_runs_away_ends_as_one_that_was_cut_off(name):
    error, bodies = asked(name, ('{"extractions": [{"meeting": "', "length"))
    assert isinstance(error, TruncatedError)
    assert (len(bodies), error.usage.output_tokens) == (1, 20)


def test_an_overloaded_endpoint_is_tried_again_by_the_library(name):
    answer, bodies = asked(name, 503, json.dumps(ANSWERS[name]))
    assert (len(bodies), answer["provenance"]["usage"]["requests"]) == (2, 2)


def test_a_refusal_is_an_error_of_ours(name, monkeypatch):
    monkeypatch.setattr("openai._constants.INITIAL_RETRY_DELAY", 0.01)
    error, _ = asked(name, 503)
    assert isinstance(error, TransientLLMError)
    assert error.usage.requests > 1


def test_an_address_where_nothing_answers_ends_the_run(name):
    system = baseline(name, Settings(base_url="http://127.0.0.1:9/v1", llm="some-llm"))
    with pytest.raises(UnreachableError):
        asyncio.run(system.extract(ARTICLE, 0))


@pytest.mark.parametrize(
    ("mode", "told"), [("tools", "tools"), ("json", "response_format"), ("text", "messages")]
)
def test_instructor_takes_the_mode_of_the_settings(mode, told):
    content = json.dumps(PLAIN)
    _, bodies = asked(
        "instructor", f"```json\n{content}\n```" if mode == "text" else content, mode=mode, reasks=0
    )
    assert told in bodies[0]
    assert "json_schema" not in json.dumps(bodies[0].get("response_format", ""))


@pytest.mark.parametrize(
    ("system", "settings", "reason"),
    [
        ("stanza", {"base_url": "http://127.0.0.1:9/v1", "llm": "x"}, "no such system"),
        ("instructor", {}, "needs an endpoint"),
        ("instructor", {"base_url": "http://127.0.0.1:9/v1"}, "which LLM"),
    ],
)
def test_what_cannot_be_run_says_so(system, settings, reason):
    with pytest.raises(ConfigError, match=reason):
        baseline(system, Settings(**settings))


def test_a_library_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setattr("evals.baselines.asking.find_spec", lambda _name: None)
    with pytest.raises(ConfigError, match="is not installed"):
        baseline("langextract", Settings(base_url="http://127.0.0.1:9/v1", llm="x"))


def test_examples_for_langextract_are_words_of_their_articles():
    wording, _ = wording_of("spans")
    for example in wording["examples"]:
        for one in example["extractions"]:
            assert one["text"] in example["text"]


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (4.2e9, "4200000000"),
        (3.5, "3.5"),
        ("-0.50", "-0.5"),
        (1e22, "10000000000000000000000"),
        ("many", None),
    ],
)
def test_numbers_are_written_as_the_schema_has_them(given, text):
    assert number_text(given) == text


FAILS = article("ko")["text"]


async def _speaking(exchange):
    said = exchange.arrival.body["messages"][-1]["content"]
    await exchange.answer("{" if FAILS in said else json.dumps(PLAIN))


@pytest.fixture
def gold(tmp_path):
    rows = {
        "articles": map(article, NAMES),
        "key": ({"id": article(one)["id"], "records": {}} for one in NAMES),
    }
    (tmp_path / "gold").mkdir()
    for name, some in rows.items():
        lines = [json.dumps(row, ensure_ascii=False) for row in some]
        (tmp_path / f"gold/{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path / "gold"


def served(gold, limit=None):
    """Run the instructor baseline on some articles; return its file, the failures, and how much was asked."""

    async def trip():
        async with fault_server.running() as server:
            server.personas["told"] = _speaking
            system = baseline("instructor", Settings(base_url=server.url("told"), llm="a/b", reasks=0))
            choice = c.Choice(limit=limit, gold=gold)
            ((path, failed),) = await asyncio.to_thread(c.run_baselines, choice, [system], out=gold.parent)
            return path, failed, len(server.to("told"))

    return asyncio.run(trip())


def test_a_run_goes_on_from_its_file_and_counts_what_failures_cost(gold):
    path, failed, asked_first = served(gold, limit=1)
    assert (path.name, failed, asked_first) == ("predictions.instructor.a-b.jsonl", 0, 1)
    assert served(gold) == (path, 1, 3)
    answers = read_predictions(path).answers
    failure = answers[article("ko")["id"], 0]
    assert (failure.failure, failure.cost["output_tokens"]) == ("InvalidOutputError", 20)
    assert read_predictions(path).system == "instructor"
    assert served(gold)[1:] == (1, 1)


def test_answers_to_another_prompt_are_not_gone_on_from(gold, monkeypatch):
    path, _, _ = served(gold)
    before = path.read_text(encoding="utf-8")
    monkeypatch.setattr("evals.baselines.ANSWER_TOKENS", 64)
    with pytest.raises(ConfigError, match="has answers of instructor"):
        served(gold)
    assert path.read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    ("flags", "code", "reason"),
    [
        (("--system", "instructor", "--base-url", "http://127.0.0.1:9/v1", "--llm", "x"), 4, "cannot reach"),
        (("--system", "stanza"), 2, "needs an endpoint|no such system"),
        (("--system", "instructor", "--recorded"), 2, "answers of the extractor are recorded"),
    ],
)
def test_the_command_line_runs_a_baseline_or_says_why_not(flags, code, reason, gold):
    told = CliRunner().invoke(app, ["eval", "run", *flags, "--gold", str(gold), "--out", str(gold.parent)])
    assert told.exit_code == code, told.output
    assert re.search(reason, told.output)
