"""Commands that look at recorded answers, on a machine that has none but those of a real Redis."""

import json

import pytest

from tests.llm.redis_server import redis_server

PASSWORD = "canary-redis-161803"


@pytest.fixture
def elsewhere(cli, article, asked, environment, home, tmp_path):
    """Have an answer recorded in a Redis, and forget it on this machine; return the process of the Redis."""
    with redis_server(tmp_path) as (url, process):
        environment["EXTRACTOR_SHARED_CACHE"] = url.replace("//", f"//:{PASSWORD}@")
        cli("extract", article, "--cache-dir", home / "there", code=0)
        asked.requests.clear()
        yield process
    assert asked.requests == []


def test_they_are_counted_apart_and_exported(elsewhere, cli, home):
    told = json.loads(cli("cache", "stats", code=0).stdout)
    assert (told["answers"], told["shared"]["answers"]) == (0, 1)
    assert PASSWORD not in told["shared"]["url"]
    there = cli("cache", "export", "--cache-dir", home / "there", code=0).stdout
    assert cli("cache", "export", code=0).stdout == there
    assert json.loads(there)["answered_by"] == "tiny-2031"


def test_they_are_forgotten_on_this_machine_and_for_others_after_asking(elsewhere, cli):
    refused = cli("cache", "clear", code=2)
    assert "which other machines use" in refused.stderr
    assert PASSWORD not in refused.stderr
    assert "deleted 1" in cli("cache", "clear", "--yes", code=0).stderr
    assert json.loads(cli("cache", "stats", code=0).stdout)["shared"]["answers"] == 0


def test_a_dry_run_knows_them_and_makes_nothing_on_disk(elsewhere, cli, article, home):
    [told] = json.loads(
        cli("batch", article, "--dry-run", "--log-format", "json", "-o", "out.jsonl", code=0).stdout
    )
    assert (told["recorded"], told["sent"]) == (1, 0)
    assert not (home / "cache/extractor/answers").exists()


def test_none_of_their_requests_is_written_for_a_provider(elsewhere, cli, article):
    done = cli("batch", article, "--export", "requests.jsonl", code=0)
    assert "0 requests written; 1 answered already" in done.stderr


def test_the_doctor_tells_whether_the_redis_answers(elsewhere, cli, asked):
    found = cli("doctor", "--offline", code=0).stdout
    assert "ok   shared cache" in found
    assert PASSWORD not in found
    elsewhere.terminate()
    elsewhere.wait()
    assert "bad  shared cache" in cli("doctor", "--offline", code=4).stdout
