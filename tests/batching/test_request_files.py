"""Request files: each request once, none that has an answer, no more in a file than a provider takes."""

import json

import pytest

from extractor.batching.intake import Intake, job_of
from extractor.batching.journal import Known as Row
from extractor.batching.request_files import (
    Bounds,
    Exporter,
    Known,
    articles_of,
    fingerprints_in,
    is_answered,
    requests_of,
)
from extractor.batching.states import State
from extractor.errors import BudgetExceededError, ConfigError, ReadError, WriteError
from extractor.llm.batch_format import RequestLines
from extractor.llm.caching import DiskStore
from extractor.llm.metering import Price
from extractor.llm.scripted import ScriptedLLM
from extractor.llm.stored import StoredAnswer
from extractor.pipeline import Extractor, article_of
from extractor.reading import ReadOptions
from extractor.records import Usage
from tests.answering import NOTHING, asking

TEXTS = [f"Ministers met in Riga on day {number}." for number in range(5)]


@pytest.fixture
def store(tmp_path):
    kept = DiskStore(tmp_path / "answers")
    yield kept
    kept.close()


def requests(texts=TEXTS, **settings):
    extractor = Extractor(ScriptedLLM(()), asking(**settings))
    return list(requests_of(map(article_of, texts), lambda article: extractor.prepare(article).requests))


def keep(store, request, text=NOTHING):
    store.put(
        StoredAnswer(
            fingerprint=request.fingerprint,
            text=text,
            usage=Usage(),
            answered_by="x",
            recorded="2031-01-01T00:00:00+00:00",
        )
    )


def exporter(store, target, **more):
    return Exporter(store, RequestLines("scripted"), target, **more)


def ids(*paths):
    return [json.loads(line)["custom_id"] for path in paths for line in path.read_text("utf-8").splitlines()]


def test_each_request_is_asked_once_whatever_articles_repeat():
    assert len(requests([*TEXTS, *reversed(TEXTS)])) == 5


def test_what_is_answered_or_under_way_is_left_out(store, tmp_path):
    asked = requests()
    keep(store, asked[0])
    keep(store, asked[1], '{"meetings": "broken"}')
    elsewhere = Known([asked[2].fingerprint])
    done = exporter(store, tmp_path / "r.jsonl", elsewhere=elsewhere).export(asked)
    elsewhere.close()
    assert (done.kept, done.passed_over, done.requests) == (1, 1, 3)
    assert ids(tmp_path / "r.jsonl") == [asked[at].fingerprint for at in (1, 3, 4)]
    assert list(fingerprints_in(tmp_path / "r.jsonl")) == ids(tmp_path / "r.jsonl")
    assert [is_answered(request, store) for request in asked] == [True, False, False, False, False]


@pytest.mark.parametrize("bounds", [Bounds(requests=2), Bounds(size=2)])
def test_files_hold_no_more_than_a_provider_takes(store, tmp_path, bounds):
    asked = requests()
    if bounds.size == 2:
        bounds = Bounds(size=2 * len(RequestLines("scripted").of(asked[0])))
    done = exporter(store, tmp_path / "r.jsonl", bounds=bounds).export(asked)
    assert [(file.path.name, file.requests) for file in done.files] == [
        ("r.jsonl", 2),
        ("r-2.jsonl", 2),
        ("r-3.jsonl", 1),
    ]
    assert ids(*(file.path for file in done.files)) == [request.fingerprint for request in asked]
    assert sorted(path.name for path in tmp_path.glob("*.jsonl")) == ["r-2.jsonl", "r-3.jsonl", "r.jsonl"]


def test_nothing_to_ask_makes_no_file(store, tmp_path):
    assert exporter(store, tmp_path / "r.jsonl").export([]).files == ()
    assert not (tmp_path / "r.jsonl").exists()


def test_a_failure_leaves_the_former_file_and_nothing_else(store, tmp_path):
    target = tmp_path / "out" / "r.jsonl"
    target.parent.mkdir()
    target.write_text("former")

    def failing():
        yield requests()[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        exporter(store, target).export(failing())
    assert [path.name for path in target.parent.iterdir()] == ["r.jsonl"]
    assert target.read_text() == "former"
    with pytest.raises(WriteError, match="nowhere"):
        exporter(store, tmp_path / "nowhere" / "r.jsonl").export(requests())


def test_the_budget_is_counted_before_anything_is_written(store, tmp_path):
    asked, price = requests(), Price(1.0, 1.0, 1.0)
    worst = exporter(store, tmp_path / "a.jsonl", price=price).export(asked).worst
    assert worst.requests == 5
    assert worst.cost == pytest.approx((worst.input_tokens + worst.output_tokens) / 1e6)
    tight = Bounds(max_cost=worst.cost * 0.9)
    with pytest.raises(BudgetExceededError, match="5 requests could cost"):
        exporter(store, tmp_path / "b.jsonl", price=price, bounds=tight).export(asked)
    with pytest.raises(ConfigError, match="price of this LLM is not known"):
        exporter(store, tmp_path / "b.jsonl", bounds=tight).export(asked)
    assert not (tmp_path / "b.jsonl").exists()
    exporter(store, tmp_path / "b.jsonl", price=price, bounds=Bounds(max_cost=worst.cost * 1.1)).export(asked)


def test_an_article_that_is_done_is_not_asked_about_again_nor_a_double_of_its_id():
    rows = [article_of(text) for text in TEXTS[:4]]
    jobs = [job_of(position, row) for position, row in enumerate([*rows, rows[0]])]
    jobs.append(job_of(9, ReadError("line 9: no text", source="x")))

    class Journal:
        def find(self, key):
            found = {jobs[1].key: State.DONE, jobs[2].key: State.FAILED, jobs[3].key: State.DONE}
            digest = {jobs[3].key: b"another text"}
            if key not in found:
                return None
            (job,) = [job for job in jobs if job.key == key]
            return Row(1, digest.get(key, job.digest), found[key], 0, "x", None)

    assert list(articles_of(jobs, Journal())) == [rows[0], rows[2], rows[3]]
    assert list(articles_of(jobs)) == rows


def test_the_files_of_batches_are_no_articles(tmp_path):
    (tmp_path / "a.txt").write_text("Ministers met in Riga.")
    (tmp_path / "out.jsonl.batches").mkdir()
    (tmp_path / "out.jsonl.batches/requests-0001.jsonl").write_text('{"text": "x"}')
    jobs = Intake((str(tmp_path),), ReadOptions()).jobs()
    assert [job.source for job in jobs] == [str(tmp_path / "a.txt")]
