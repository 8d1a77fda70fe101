"""Answers by file and by a provider's batches, as commands: any offline LLM can serve a run, and half pays."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.batching.batch_server import running, served, unserved

OFFLINE_LLM = Path(__file__).with_name("offline_llm.py")
KEY = "sk-canary-3141592653"
NOWHERE = "http://127.0.0.1:9/v1"


@pytest.fixture
def news(home):
    """Eight rows: seven short texts, two of them the same, and one that takes several requests."""
    path = home / "work/news.jsonl"
    texts = [f"RIGA, 3 June 2031 - Ministers met on day {number} of the talks." for number in range(6)]
    texts += [
        texts[2],
        " ".join(f"Delegation {number} of the ministers met in Riga." for number in range(120)),
    ]
    rows = [json.dumps({"id": f"n{number}", "text": text}) for number, text in enumerate(texts)]
    path.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def batch(cli, environment, news):
    """Run `extractor batch` over the news, with an endpoint at which nothing listens."""
    environment |= {
        "EXTRACTOR_BASE_URL": NOWHERE,
        "EXTRACTOR_LLM": "tiny",
        "EXTRACTOR_CHUNK_TOKENS": "600",
        "EXTRACTOR_API_KEY": KEY,
    }
    return lambda *arguments, **more: cli("batch", news.name, "-o", "out.jsonl", *arguments, **more)


def lines(path):
    return path.read_text(encoding="utf-8").splitlines()


def ids(path):
    return [json.loads(line)["custom_id"] for line in lines(path)]


def answered(home, faults=""):
    """Have the requests answered by a process of its own."""
    work = home / "work"
    arguments = [OFFLINE_LLM, work / "requests.jsonl", work / "responses.jsonl", faults]
    subprocess.run([sys.executable, *arguments], check=True)


def failures(home):
    """Return the class of each failure, by article."""
    rows = map(json.loads, lines(home / "work/out.jsonl.failures.jsonl"))
    return {row["id"]: row["class"] for row in rows}


def articles(path):
    return sorted(json.loads(line)["article"]["id"] for line in lines(path))


def test_a_run_is_served_by_file_whatever_the_file_lacks(batch, home):
    work = home / "work"
    told = batch("--export", "requests.jsonl", code=0)
    asked = lines(work / "requests.jsonl")
    assert f"{len(asked)} requests written to requests.jsonl" in told.stderr
    assert len(asked) == len(set(ids(work / "requests.jsonl"))) > 8
    assert not (work / "out.jsonl").exists()

    answered(home, "mbdu")
    told = batch("--import", "responses.jsonl", code=3)
    for words in (
        f"{len(asked) - 2} new answers",
        "1 without answer",
        "1 broken (invalid_output)",
        "1 duplicates ignored",
        "1 unknown ids ignored",
        "000000000000 is no request of these articles",
    ):
        assert words in told.stderr
    assert failures(home) == {"n0": "not_recorded", "n1": "invalid_output"}
    assert articles(work / "out.jsonl") == [f"n{number}" for number in range(2, 8)]

    batch("--export", "requests.jsonl", code=0)
    assert lines(work / "requests.jsonl") == asked[:2]
    answered(home)
    assert "answered before" in batch("--import", "responses.jsonl", code=3).stderr
    assert failures(home) == {"n0": "not_recorded", "n1": "invalid_output"}
    batch("--import", "responses.jsonl", "--retry-failed", code=0)
    assert articles(work / "out.jsonl") == [f"n{number}" for number in range(8)]
    whole = (work / "out.jsonl").read_bytes()
    batch("--import", "responses.jsonl", code=0)
    assert (work / "out.jsonl").read_bytes() == whole
    told = batch("--export", "requests.jsonl", code=0)
    assert "0 requests written" in told.stderr
    assert "requests.jsonl is of an earlier export" in told.stderr


def test_a_long_article_waits_for_all_its_answers(batch, home):
    work = home / "work"
    batch("--export", "requests.jsonl", code=0)
    answered(home)
    last = ids(work / "requests.jsonl")[-1]
    kept = [line for line in lines(work / "responses.jsonl") if last not in line]
    (work / "responses.jsonl").write_text("\n".join(kept))
    batch("--import", "responses.jsonl", code=3)
    assert failures(home) == {"n7": "not_recorded"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--import", "nothing.jsonl"), "nothing.jsonl: No such file"),
        (("--import", "x", "--export", "y"), "exclude each other"),
        (("--export", "y", "--no-cache"), "rules them out"),
        (("--export", "y", "--mode", "tools"), "mode json_schema"),
    ],
)
def test_what_cannot_be_is_said(batch, arguments, words):
    told = batch(*arguments)
    assert told.returncode in {2, 3}
    assert words in told.stderr


def test_articles_from_standard_input_cannot_be_imported_for(cli):
    told = cli("batch", "-", "-o", "out.jsonl", "--import", "x", stdin="{}", code=2)
    assert "standard input" in told.stderr


@pytest.fixture
def server(environment, batch):
    with running() as state:
        environment["EXTRACTOR_BASE_URL"] = state.url
        yield state


@pytest.fixture
def provider(cli, news, server):
    def act(command, *arguments, **more):
        inputs = [news.name] if command in {"submit", "collect"} else []
        return cli("batch", command, *inputs, "-o", "out.jsonl", *arguments, **more)

    return act


def test_a_run_goes_through_a_providers_batches(provider, server, home):
    work = home / "work"
    assert "no batches were submitted" in provider("status", code=2).stderr
    provider("submit", code=0)
    (batch_id,) = server.batches
    order = [asked["custom_id"] for asked in server.asked_by(batch_id)]
    assert len(order) == len(set(order))
    told = provider("collect", code=4)
    assert "are under way: collect again later" in told.stderr
    assert not (work / "out.jsonl").exists()

    def partly(asked):
        place = order.index(asked["custom_id"])
        return served(asked) if place > 1 else unserved(asked, "batch_expired")

    server.finish(batch_id, partly, "expired")
    state = json.loads(provider("status", "--json", code=0).stdout)
    assert (state["status"], state["completed"], state["failed"]) == ("expired", len(order) - 2, 2)
    told = provider("collect", code=3)
    assert "2 broken (expired)" in told.stderr
    assert failures(home) == {"n0": "transient", "n1": "transient"}

    provider("submit", code=0)
    (_, second) = server.batches
    assert [asked["custom_id"] for asked in server.asked_by(second)] == order[:2]
    server.finish(second)
    provider("collect", "--retry-failed", code=0)
    assert articles(work / "out.jsonl") == [f"n{number}" for number in range(8)]
    assert not any(KEY.encode() in path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_batches_are_worded_as_the_endpoint_takes_them(provider, server):
    def chat(body):
        if "max_tokens" in body:
            error = {"message": "use 'max_completion_tokens'", "param": "max_tokens"}
            return 400, {"error": {**error, "type": "invalid_request_error"}}
        return 200, served({"custom_id": ""}, None)["response"]["body"] | {"choices": [_ok()]}

    server.chat = chat
    provider("submit", code=0)
    bodies = [asked["body"] for asked in server.asked_by("batch_1")]
    assert all("max_completion_tokens" in body and "max_tokens" not in body for body in bodies)


def _ok():
    return {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": '{"ok": true}'}}


def test_a_budget_is_kept_before_anything_is_sent(provider, server, environment):
    environment["EXTRACTOR_LLM"] = "gpt-5-mini"
    told = provider("submit", "--max-cost", "0.0001", code=4)
    assert "could cost" in told.stderr
    assert server.files == {}


def test_batches_can_be_cancelled(provider, server):
    provider("submit", code=0)
    assert "cancelling" in provider("cancel", code=0).stdout
    server.end("batch_1", [], [], "cancelled")
    assert "without answer" in provider("collect", code=3).stderr


def test_a_refused_key_ends_with_its_code_and_is_not_shown(provider, server):
    server.chat = lambda _: (401, {"error": {"message": KEY, "code": "invalid_api_key"}})
    told = provider("submit", code=4)
    assert "key was not accepted" in told.stderr
    assert KEY not in told.stderr + told.stdout


def test_without_an_endpoint_or_output_batches_say_what_they_need(cli, environment, news):
    environment.pop("EXTRACTOR_BASE_URL", None)
    assert "name it with --base-url" in cli("batch", "submit", news.name, "-o", "x.jsonl", code=2).stderr
    environment |= {"EXTRACTOR_BASE_URL": NOWHERE, "EXTRACTOR_LLM": "tiny"}
    assert "of which output" in cli("batch", "status", code=2).stderr
