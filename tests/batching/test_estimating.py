"""What a run would cost: counted without a request, and right when the run is made."""

import dataclasses
import socket

import pytest

from extractor.article import Article
from extractor.batching.estimating import (
    ANSWER_TOKENS,
    ENDPOINT_SECONDS,
    FEWEST_KNOWN,
    Candidate,
    Range,
    describe,
    estimate,
)
from extractor.errors import ReadError
from extractor.llm.base import LLMIdentity
from extractor.llm.caching import Cached, DiskStore
from extractor.llm.metering import Metered, Price, worst_usage
from extractor.llm.pacing import PaceLimits
from extractor.llm.scripted import ScriptedLLM
from extractor.llm.sharing import Shared
from extractor.pipeline import Extractor
from extractor.records import Usage
from extractor.settings import Settings
from tests.answering import NOTHING, asking

PRICE = Price(input=2.0, cached_input=0.5, output=10.0)
USAGE = Usage(input_tokens=4000, output_tokens=300, requests=1, seconds=2.0)


def article(number: int) -> Article:
    text = f"The ministers of Latvia and Peru met on day {number}. They signed nothing at all."
    return Article(id=str(number), text=text, language="en")


ARTICLES = [article(number) for number in range(30)]


@pytest.fixture
def store(tmp_path):
    store = DiskStore(tmp_path / "answers")
    yield store
    store.close()


def candidate(**changes) -> Candidate:
    values = {"asking": asking(), "price": PRICE, "limits": PaceLimits(connections=4), "store": None}
    return Candidate(**(values | changes))


async def answered(store, articles) -> Metered:
    """Extract articles for real, with answers kept in the store; return the account."""
    meter = Metered(ScriptedLLM(lambda _: NOTHING, usage=USAGE), prices={})
    extractor = Extractor(Shared(Cached(meter, store)), asking())
    for one in articles:
        await extractor.extract_async(one)
    return meter


def test_nothing_is_known_and_nothing_is_recorded():
    (one,) = estimate(ARTICLES, [candidate()])
    assert (one.articles, one.unreadable, one.sent, one.recorded, one.repeated) == (30, 0, 30, 0, 0)
    assert one.output_tokens == ANSWER_TOKENS.times(30)
    assert one.seconds == ENDPOINT_SECONDS.times(30 / 4)
    assert one.known == 0


def test_tokens_lie_about_what_a_budget_would_set_aside():
    requests = [
        request for one in ARTICLES for request in Extractor(ScriptedLLM([]), asking()).prepare(one).requests
    ]
    feared = sum(worst_usage(request).input_tokens for request in requests)
    (one,) = estimate(ARTICLES, [candidate()])
    assert 0.4 * feared < one.input_tokens.low < one.input_tokens.high < 1.4 * feared


def test_what_cannot_be_read_is_counted_and_not_asked_about():
    rows = [ReadError("broken", source="a.txt"), *ARTICLES[:2]]
    (one,) = estimate(rows, [candidate()])
    assert (one.articles, one.unreadable, one.sent) == (2, 1, 2)


async def test_the_same_article_twice_is_one_request_as_in_the_run(store):
    rows = [
        *ARTICLES[:5],
        *ARTICLES[:3],
        dataclasses.replace(ARTICLES[4], id="another", text=ARTICLES[4].text + "\n"),
    ]
    (one,) = estimate(rows, [candidate(store=store)])
    assert (one.articles, one.sent, one.repeated) == (9, 5, 4)
    assert (await answered(store, rows)).total.requests == one.sent


async def test_what_is_recorded_is_not_paid_again(store):
    await answered(store, ARTICLES[:5])
    (one,) = estimate(ARTICLES, [candidate(store=store)])
    assert (one.sent, one.recorded) == (25, 5)
    (nothing,) = estimate(ARTICLES[:5], [candidate(store=store)])
    assert (nothing.sent, nothing.cost, nothing.seconds) == (0, (0, 0), (0, 0))


async def test_enough_recorded_answers_tell_the_others_and_the_run_proves_it(store):
    await answered(store, ARTICLES[:FEWEST_KNOWN])
    (one,) = estimate(ARTICLES, [candidate(store=store)])
    left = len(ARTICLES) - FEWEST_KNOWN
    assert one.known == FEWEST_KNOWN
    total = (await answered(store, ARTICLES)).total
    assert total.requests == one.sent == left
    assert one.output_tokens.low <= total.output_tokens <= one.output_tokens.high
    assert one.input_tokens.low == pytest.approx(total.input_tokens, rel=0.02)
    assert one.input_tokens.high == pytest.approx(total.input_tokens, rel=0.02)
    assert one.seconds.low <= left * 2.0 / 4 + 0.1


def test_the_price_lies_between_all_discounts_and_none():
    (one,) = estimate(ARTICLES, [candidate()])
    assert one.cost.high == pytest.approx(
        (one.input_tokens.high * PRICE.input + one.output_tokens.high * PRICE.output) / 1e6, rel=0.01
    )
    least = (one.input_tokens.low * PRICE.cached_input + one.output_tokens.low * PRICE.output) / 1e6
    assert least < one.cost.low < (one.input_tokens.low * PRICE.input) / 1e6
    assert estimate(ARTICLES, [candidate(price=None)])[0].cost is None


@pytest.mark.parametrize(
    ("limits", "seconds"),
    [
        (PaceLimits(connections=30), Range(1, 15)),
        (PaceLimits(connections=1), Range(30, 450)),
        (PaceLimits(connections=30, requests_per_minute=10), Range(180, 180)),
    ],
)
def test_the_time_is_that_of_the_narrowest_gate(limits, seconds):
    assert estimate(ARTICLES, [candidate(limits=limits)])[0].seconds == seconds


def test_the_rate_of_tokens_is_a_gate_too():
    limits = PaceLimits(connections=30, tokens_per_minute=1000)
    (one,) = estimate(ARTICLES, [candidate(limits=limits)])
    assert one.seconds.high == pytest.approx(60 * (one.input_tokens.high + one.output_tokens.high) / 1000)


def test_several_llms_are_reckoned_in_one_pass(store):
    other = dataclasses.replace(asking(), identity=LLMIdentity("other", "https://llm.invalid/v1"))
    wider = dataclasses.replace(other, template=asking(template="embedded").template)
    rows = iter(ARTICLES)
    first, second, third = estimate(
        rows, [candidate(), candidate(asking=other, price=None), candidate(asking=wider)]
    )
    assert (first.llm, second.llm) == ("scripted", "other")
    assert first.input_tokens == second.input_tokens > third.input_tokens
    assert [one.sent for one in (first, second, third)] == [30, 30, 30]


def test_a_candidate_of_settings_opens_no_connection_and_makes_no_directory(tmp_path, monkeypatch):
    monkeypatch.setattr(socket, "socket", None)
    places = {"cache_dir": tmp_path / "answers", "weights_dir": tmp_path / "weights"}
    paid = Candidate.of(Settings(base_url="http://h/v1", llm="gpt-5-mini", concurrency=3, **places))
    own = Candidate.of(Settings(**places))
    assert (paid.price.input, paid.limits.connections, paid.store) == (0.25, 3, None)
    estimates = estimate(ARTICLES[:2], [paid, own])
    assert estimates[1].cost == (0, 0)
    assert list(tmp_path.iterdir()) == []
    text = describe(estimates)
    assert "free" in text
    assert "gpt-5-mini" in text


@pytest.mark.parametrize("change", [{"refresh": True}, {"no_cache": True}])
async def test_recorded_answers_that_the_run_would_not_use_do_not_count(store, tmp_path, change):
    settings = Settings(cache_dir=tmp_path / "answers", base_url="http://h/v1", llm="x")
    assert Candidate.of(settings).store is not None
    assert Candidate.of(settings.model_copy(update=change)).store is None


def test_it_is_told_for_people_and_for_machines():
    rows = [*ARTICLES, *ARTICLES, ReadError("broken", source="a")]
    estimates = estimate(rows, [candidate(), candidate(price=None)])
    lines = describe(estimates).splitlines()
    assert lines[0] == "60 articles, 1 more cannot be read; nothing was sent"
    assert lines[2].split() == [
        "LLM",
        "to",
        "send",
        "recorded",
        "repeated",
        "tokens",
        "in",
        "tokens",
        "out",
        "price",
        "time",
    ]
    assert lines[3].split()[:4] == ["scripted", "30", "0", "30"]
    assert "3 k - 30 k" in lines[3]
    assert "unknown" in lines[4]
    assert any("--max-cost cannot" in line for line in lines)
    told = estimates[0].told()
    assert told["output_tokens"] == [3000, 30_000]
    assert told["sent"] == 30
