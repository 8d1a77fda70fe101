"""`--min-confidence` and `--escalate` from flags to output, with real endpoints on loopback."""

import json
import sqlite3
import threading
from contextlib import closing

import pytest

from tests.cli.conftest import Endpoint

OTHER = "sk-canary-of-the-other"


@pytest.fixture
def hesitant(asked, environment):
    """Have the first endpoint tell that its LLM is not sure of anything."""
    asked.persona = "hesitant"
    environment["EXTRACTOR_PROBABILITIES"] = "true"
    return asked


@pytest.fixture
def other():
    with Endpoint() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def models(endpoint):
    return [body["model"] for _, body in endpoint.requests]


def test_an_unsure_article_is_asked_about_again_and_the_output_says_so(cli, article, hesitant):
    done = cli("extract", article, "--json", "--escalate", "large", code=0)
    found = json.loads(done.stdout)
    assert models(hesitant) == ["tiny", "large"]
    made = found["provenance"]
    assert (made["llm"], made["escalated_from"]["llm"]) == ("large-2031", "tiny-2031")
    assert made["usage"]["requests"] == 2
    assert "escalated" in {one["code"] for one in found["warnings"]}
    assert "tiny: 1 requests, 100 + 50 tokens" in done.stderr
    assert "large: 1 requests, 100 + 50 tokens" in done.stderr


def test_the_second_time_both_answers_are_recorded_ones(cli, article, hesitant):
    flags = ("extract", article, "--json", "--escalate", "large")
    first = json.loads(cli(*flags, code=0).stdout)
    again = json.loads(cli(*flags, code=0).stdout)
    assert len(hesitant.requests) == 2
    assert again["provenance"]["cached"] is True
    assert [one["confidence"] for one in first["attendees"]] == [
        one["confidence"] for one in again["attendees"]
    ]
    offline = cli(*flags, "--offline", code=0)
    assert json.loads(offline.stdout)["agreements"] == first["agreements"]


def test_sure_enough_is_not_asked_about_again(cli, article, hesitant):
    hesitant.logprob = 0.0
    done = cli("extract", article, "--json", "--escalate", "large", code=0)
    assert models(hesitant) == ["tiny"]
    assert json.loads(done.stdout)["provenance"]["escalated_from"] is None


def test_another_endpoint_gets_its_own_key_and_never_the_first_one_s(cli, article, hesitant, other, home):
    flags = ("extract", article, "--escalate", "large", "--escalate-base-url", other.url)
    cli(*flags, code=0)
    assert [key for key, _ in other.requests] == [None]
    (home / "work/key").write_text(OTHER)
    cli(*flags, "--escalate-api-key-file", "key", "--refresh", code=0)
    assert [key for key, _ in other.requests] == [None, f"Bearer {OTHER}"]
    assert models(other) == ["large", "large"]
    assert all(OTHER not in (key or "") for key, _ in hesitant.requests)


def test_records_under_the_bar_are_left_out_and_counted(cli, article, hesitant):
    found = json.loads(cli("extract", article, "--json", "--min-confidence", "0.5", code=0).stdout)
    assert found["meetings"] == found["attendees"] == found["agreements"] == []
    assert "1 meeting, 2 attendee, 1 agreement" in found["warnings"][0]["detail"]


def test_an_endpoint_that_tells_nothing_loses_nothing(cli, article, asked):
    found = json.loads(cli("extract", article, "--json", "--min-confidence", "0.5", code=0).stdout)
    assert len(found["attendees"]) == 2
    assert [one["code"] for one in found["warnings"]].count("unknown_confidence") == 1
    assert "logprobs" not in asked.requests[0][1]


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--escalate-below", "0.5"), "name it with --escalate"),
        (("--escalate", "tiny"), "asked first"),
        (("--min-confidence", "1.5"), "less than or equal to 1"),
    ],
)
def test_flags_that_contradict_one_another_are_refused(cli, article, asked, flags, words):
    done = cli("extract", article, *flags, code=2)
    assert words in done.stderr
    assert not asked.requests


@pytest.mark.parametrize("more", [(), ("--workers", "2")], ids=["here", "in two processes"])
def test_a_batch_escalates_tells_what_each_llm_cost_and_goes_on_only_in_the_same_way(
    cli, article, hesitant, home, more
):
    rows = [{"id": f"a{n}", "text": article.read_text() + f"\nNumber {n} was quiet."} for n in range(3)]
    (home / "work/in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    flags = ("batch", "in.jsonl", "-o", "out.jsonl", "--escalate", "large", *more)
    done = cli(*flags, code=0)
    assert sorted(models(hesitant)) == ["large"] * 3 + ["tiny"] * 3
    assert "tiny: 3 requests, 300 + 150 tokens" in done.stderr
    assert "large: 3 requests, 300 + 150 tokens" in done.stderr
    lines = [json.loads(line) for line in (home / "work/out.jsonl").read_text().splitlines()]
    assert {line["provenance"]["escalated_from"]["llm"] for line in lines} == {"tiny-2031"}
    cli(*flags, code=0)
    assert len(hesitant.requests) == 6
    cli("batch", "in.jsonl", "-o", "other.jsonl", code=0)
    first = [json.loads(line) for line in (home / "work/other.jsonl").read_text().splitlines()]
    assert {line["provenance"]["llm"] for line in first} == {"tiny-2031"}
    assert len(hesitant.requests) == 6
    refused = cli("batch", "in.jsonl", "-o", "out.jsonl", code=2)
    assert "begun otherwise" in refused.stderr
    assert "LLM, if unsure: large -> none" in refused.stderr


def test_the_tables_of_a_batch_have_the_confidence(cli, article, hesitant, home):
    cli("batch", article, "-o", "out.sqlite", code=0)
    with closing(sqlite3.connect(home / "work/out.sqlite")) as database:
        rows = database.execute("SELECT confidence FROM attendees").fetchall()
        assert len(rows) == 2
        assert all(0 <= one < 0.5 for (one,) in rows)
        assert database.execute("SELECT calibration FROM articles").fetchone()[0].startswith("qwen2.5")
