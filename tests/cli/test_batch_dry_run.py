"""`extractor batch --dry-run` and `--workers`: what a run would take, and the same run in several processes."""

import json

import pytest

from tests.cli.served import asked, ids_in, serving_to, write_rows


@pytest.fixture
def server(environment):
    with serving_to(environment, "good") as state:
        yield state


@pytest.fixture
def news(home):
    return write_rows(home / "work" / "news.jsonl", range(12))


def test_a_dry_run_asks_nothing_and_leaves_nothing(cli, server, news, home):
    done = cli("batch", news, "-o", "out.jsonl", "--dry-run", "--llm", "gpt-4o-mini", "--llm", "tiny", code=0)
    assert "12 articles; nothing was sent" in done.stdout
    lines = {line.split()[0]: line for line in done.stdout.splitlines() if line}
    assert "$" in lines["gpt-4o-mini"]
    assert "unknown" in lines["tiny"]
    assert not server.arrivals
    assert not list((home / "work").glob("out*"))


def test_a_dry_run_counts_what_is_recorded(cli, server, news):
    cli("batch", news, "-o", "out.jsonl", "--limit", "5", code=0)
    done = cli("batch", news, "-o", "out.jsonl", "--dry-run", "--log-format", "json", code=0)
    (one,) = json.loads(done.stdout)
    assert (one["articles"], one["sent"], one["recorded"]) == (12, 7, 5)


def test_a_run_asks_one_llm(cli, server, news):
    done = cli("batch", news, "-o", "out.jsonl", "--llm", "one", "--llm", "two", code=2)
    assert "one run asks one LLM" in done.stderr


def test_several_processes_do_each_article_once_through_one_account(cli, server, news, home):
    done = cli("batch", news, "-o", "out.jsonl", "--workers", "2", code=0)
    assert "12 requests, 1,200 + 240 tokens" in done.stderr
    assert sorted(ids_in(home / "work" / "out.jsonl")) == sorted(f"a{n}" for n in range(12))
    assert set(asked(server).values()) == {1}
    again = cli("batch", news, "-o", "again.jsonl", "--workers", "2", code=0)
    assert "0 requests" in again.stderr or "no request" in again.stderr
