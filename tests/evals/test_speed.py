"""The benchmark of batches: its articles, its endpoint, and what it makes of measurements."""

import asyncio
import json
import re
import subprocess
import sys
from datetime import date
from itertools import pairwise

import pytest

from evals.speed.articles import LONGEST, SHORTEST, compact, stories, story
from evals.speed.batch import Ratio, ratios, table
from evals.speed.clients import CLIENTS, Trip
from evals.speed.endpoint import run
from evals.speed.measuring import Measured
from evals.speed.server import STEADY, Answers, Conversation
from extractor.article import Article
from extractor.llm.scripted import ScriptedLLM
from extractor.pipeline import Extractor
from extractor.settings import Settings
from extractor.wiring import asking_of


def test_articles_are_the_same_each_time_and_no_two_are_alike():
    assert story(7) == story(7)
    texts = [told.text for told in stories(50)]
    assert len(set(texts)) == 50


@pytest.mark.parametrize("number", range(10))
def test_an_article_is_of_news_length_and_its_answer_stands_in_it(number):
    told = story(number)
    assert SHORTEST <= len(told.text.encode()) <= LONGEST + 300
    extractor = Extractor(
        ScriptedLLM([compact(told.wire)]), asking_of(Settings(base_url="http://one/v1", llm="x"))
    )
    article = Article(id=told.id, text=told.text, supplied_date=date(2025, 3, 12))
    result = extractor.extract(article)
    assert len(result.records) == 7
    assert all(record.evidence for record in result.records)
    assert result.article.language == told.language
    assert [figure.value for figure in result.trade_figures if figure.value is None] == []


class Wire(asyncio.Transport):
    """What an endpoint writes."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""

    def write(self, data: bytes) -> None:
        self.written += data


def asked(form: str, number: int, parts: int = 1) -> dict:
    body = json.dumps(
        {"messages": [story(number).text], "tools": [{"function": {"name": "Answer"}}]}
    ).encode()
    head = f"POST /{form}/v1/chat/completions HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    conversation, wire = Conversation(Answers(), 0.0), Wire()
    conversation.connection_made(wire)
    whole = head + body
    cuts = [len(whole) * part // parts for part in range(parts + 1)]
    for start, end in pairwise(cuts):
        conversation.data_received(whole[start:end])
    return json.loads(wire.written.partition(b"\r\n\r\n")[2])


@pytest.mark.parametrize("parts", [1, 2, 7])
@pytest.mark.parametrize("form", ["wire", "quoted", "tool", "langextract"])
def test_a_question_in_any_number_of_parts_is_answered_in_the_form_of_its_path(form, parts):
    message = asked(form, 3, parts)["choices"][0]["message"]
    text = message["tool_calls"][0]["function"]["arguments"] if form == "tool" else message["content"]
    assert "양해각서" in text
    assert json.loads(text)


def test_the_endpoint_tells_when_questions_came_and_counts_anew_after_each_look():
    answers = Answers()
    for count in (STEADY + 6, STEADY):
        for number in range(count):
            answers.reply(b"wire", b"(D-%06d)" % (number % 3))
        looking, wire = Conversation(answers, 0.0), Wire()
        looking.connection_made(wire)
        looking.data_received(b"GET /asked HTTP/1.1\r\n\r\n")
        told = json.loads(wire.written.partition(b"\r\n\r\n")[2])
        assert told["asked"] == count
        assert told["first"] <= told["steady"] <= told["last"]
        assert (told["steady"] == told["last"]) == (count == STEADY)


@pytest.fixture
def endpoint():
    command = [sys.executable, "-m", "evals.speed.server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        server.terminate()


@pytest.mark.parametrize("name", ["aiohttp", "openai", "instructor", "ours"])
async def test_clients_get_their_answers(endpoint, tmp_path, name):
    extractor = Extractor(ScriptedLLM([]), asking_of(Settings(base_url="http://one/v1", llm="x")))
    articles = []
    for told in stories(4):
        [request] = extractor.prepare(Article(id=told.id, text=told.text)).requests
        turns = [[turn.role, turn.content] for turn in request.messages]
        articles.append(
            {"id": told.id, "text": told.text, "messages": turns, "schema": dict(request.answer_schema)}
        )
    trip = Trip(endpoint, 2, articles, tmp_path)
    await (run if name == "ours" else CLIENTS[name])(trip)
    assert trip.took["wall"] > 0
    assert trip.took["cpu"] > 0


def measured(rate: float, cpu_ms: float = 1.0, count: int = 100, **more) -> Measured:
    return Measured("1", count, count / rate, cpu_ms * count / 1000, 50.0, **more)


FOUND = [
    {"aiohttp": measured(100), "openai": measured(80), "curator": None, "extractor": measured(95)},
    {"aiohttp": measured(100), "extractor": measured(60)},
    {
        "aiohttp": measured(100),
        "openai": measured(80, 2.0),
        "our wire": measured(90, 0.5),
        "start": measured(1, 100.0, 10),
        "extractor": measured(90, 14.0),
        "start again": measured(1, 100.0, 10),
        "again": measured(200, 10.1, asked=0),
        "one changed": measured(200, 12.0, asked=1),
        "long": measured(90, 14.0, 1000),
    },
]


def test_ratios_say_what_is_wanted_and_whether_it_is_so():
    found = {it.name: it for it in ratios(FOUND)}
    assert found["rate, of aiohttp's"].verdict == ">= 0.9  yes"
    assert found["rate wide, of aiohttp's"].verdict == ">= 0.7  NO"
    assert found["wire, processor time of openai's"].value == pytest.approx(0.25)
    assert found["everything, processor ms an article"].value == pytest.approx(400 / 90)
    assert found["again, another output, processor ms an article"].verdict == "<= 0.2  yes"
    assert found["one article changed, questions asked"].verdict == "1  yes"
    assert "rate, of curator's" not in found
    assert found["peak memory with 10 times the articles"].value == 1.0


def test_a_peer_that_is_missing_is_named():
    shown = table("a scene", FOUND[0])
    assert re.search(r"curator +not installed", shown)
    assert "100.0" in shown


def test_a_number_that_must_be_met_exactly_may_be_neither_less_nor_more():
    assert Ratio("questions", 2.0, 1, 1).verdict == "1  NO"
