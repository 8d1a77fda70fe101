"""`extractor batch` and `extractor runs` as child processes, with a real endpoint on loopback."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from tests.cli.served import asked, ids_in, lines_in, row, serving_to, write_rows

KEY = "sk-canary-2718281828"

pytestmark = pytest.mark.timeout(600)  # several children each, perhaps on cores that others use


@pytest.fixture
def server(environment):
    with serving_to(environment, "good", EXTRACTOR_API_KEY=KEY) as state:
        yield state


@pytest.fixture
def news(work):
    return write_rows(work / "news.jsonl", range(12))


@pytest.fixture
def start(work, environment):
    """Start a command and leave it running; what still runs at the end is killed."""
    children = []

    def begin(*arguments, **more):
        child = subprocess.Popen(
            [sys.executable, "-m", "extractor", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=more.pop("stdin", subprocess.DEVNULL),
            text=True,
            cwd=work,
            env=environment | more,
        )
        children.append(child)
        return child

    yield begin
    for child in children:
        child.kill()
        child.communicate()


def until(true, seconds=60):
    limit = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < limit
        time.sleep(0.01)


def test_one_line_an_article_and_a_summary(cli, server, news, work):
    done = cli("batch", news, "-o", "out.jsonl", code=0)
    assert done.stdout == ""
    assert done.stderr.startswith("12 done; 12 of them now, 12 requests, 1,200 + 240 tokens")
    assert sorted(ids_in(work / "out.jsonl")) == sorted(f"a{n}" for n in range(12))
    assert {path.name for path in work.iterdir() if path.name.startswith((".out", "out"))} == {
        "out.jsonl",
        "out.jsonl.journal",
        "out.jsonl.journal.lock",
    }


def test_run_need_not_be_named_and_flags_may_come_first(cli, server, news, work):
    cli("batch", "run", "news.jsonl", "-o", "a.jsonl", code=0)
    cli("batch", "--ordered", "news.jsonl", "-o", "b.jsonl", code=0)
    assert ids_in(work / "b.jsonl") == [f"a{n}" for n in range(12)]


def test_the_second_time_nothing_is_asked_and_one_changed_article_once(cli, server, news, work):
    cli("batch", news, "-o", "out.jsonl", "--no-cache", code=0)
    again = cli("batch", news, "-o", "out.jsonl", "--no-cache", code=0)
    assert "0 of them now, 0 requests" in again.stderr
    assert asked(server).total() == 12
    write_rows(news, [*range(5), *range(6, 12)], row(5, title="Now with a title"))
    cli("batch", news, "-o", "out.jsonl", "--no-cache", code=0)
    assert asked(server) == {n: 1 + (n == 5) for n in range(12)}
    assert sorted(ids_in(work / "out.jsonl")) == sorted(f"a{n}" for n in range(12))


def test_what_was_extracted_once_serves_other_inputs_and_outputs(cli, server, news, work):
    cli("batch", news, "-o", "out.jsonl", code=0)
    write_rows(work / "more.jsonl", range(14))
    told = cli("batch", "more.jsonl", "-o", "again.jsonl", "--ordered", code=0).stderr
    assert asked(server).total() == 14
    assert "14 of them now, 2 requests" in told
    first = {line["article"]["id"]: line for line in lines_in(work / "out.jsonl")}
    for line in lines_in(work / "again.jsonl")[:12]:
        before = first[line["article"]["id"]]
        assert line["article"].pop("source").startswith("more.jsonl")
        assert before["article"].pop("source").startswith(str(news))
        assert (before["provenance"].pop("cached"), line["provenance"].pop("cached")) == (False, True)
        assert line == before
    assert json.loads(cli("cache", "stats", code=0).stdout)["extractions"] == 14
    cli("cache", "clear", "--yes", code=0)
    assert json.loads(cli("cache", "stats", code=0).stdout)["extractions"] == 0
    cli("batch", news, "-o", "anew.jsonl", code=0)
    assert asked(server).total() == 14 + 12


def test_bad_rows_fail_the_others_go_on_and_all_is_told(cli, server, news, work):
    write_rows(news, range(3), "{broken", row(1), row(1, text="Other words."), "")
    done = cli("batch", news, "missing.txt", "-o", "out.jsonl", code=3)
    assert "3 done, 3 failed, 1 skipped" in done.stderr
    assert "failures: out.jsonl.failures.jsonl" in done.stderr
    failures = lines_in(work / "out.jsonl.failures.jsonl")
    assert [(one["source"].removeprefix(str(work) + "/"), one["class"]) for one in failures] == [
        ("news.jsonl: line 4", "invalid_input"),
        ("news.jsonl: line 6", "invalid_input"),
        ("missing.txt", "invalid_input"),
    ]
    write_rows(news, range(3))
    cli("batch", news, "-o", "out.jsonl", code=0)
    assert not (work / "out.jsonl.failures.jsonl").exists()


def test_texts_without_ids_and_folders_have_stable_ids(cli, server, work):
    for name in ("a.txt", "b.txt"):
        (work / "in").mkdir(exist_ok=True)
        (work / "in" / name).write_text(f"The minister met the envoy of {name} in Riga.")
    cli("batch", "in", "-o", "in/out.jsonl", code=0)
    first = set(ids_in(work / "in/out.jsonl"))
    (work / "in/0.txt").write_text("The minister met somebody else.")
    done = cli("batch", "in", "-o", "in/out.jsonl", code=0)
    assert "1 of them now, 1 requests" in done.stderr
    assert first < set(ids_in(work / "in/out.jsonl"))


def test_a_pipe_in_and_a_pipe_out(cli, server, work):
    text = "".join(row(n) + "\n" for n in range(5))
    done = cli("batch", "-", "--input-format", "jsonl", stdin=text, code=0)
    assert sorted(json.loads(line)["article"]["id"] for line in done.stdout.splitlines()) == [
        f"a{n}" for n in range(5)
    ]
    again = cli("batch", "--input-format", "jsonl", "--ordered", stdin=text, code=0)
    assert [json.loads(line)["article"]["id"] for line in again.stdout.splitlines()] == [
        f"a{n}" for n in range(5)
    ]
    assert asked(server).total() == 5
    assert (work / "extractor-batch.journal").exists()


def test_a_reader_who_leaves_early_is_met_in_silence(server, news, work, environment):
    write_rows(news, range(300))
    child = subprocess.Popen(
        [sys.executable, "-m", "extractor", "batch", str(news)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=work,
        env=environment,
    )
    assert child.stdout.readline()
    child.stdout.close()
    stderr = child.stderr.read()
    child.stderr.close()
    assert (child.wait(120), stderr) == (0, b"")
    assert 0 < len(asked(server)) < 300
    again = subprocess.run(
        [sys.executable, "-m", "extractor", "batch", str(news)],
        capture_output=True,
        cwd=work,
        env=environment,
        check=True,
    )
    assert len(again.stdout.splitlines()) == 300
    assert set(asked(server).values()) == {1}  # what was under way was kept


@pytest.mark.parametrize(
    ("flags", "many"),
    [(("--limit", 3), 3), (("--sample", 4, "--seed", 9), 4), (("--shard", "1/2"), None), (("--limit", 0), 0)],
)
def test_a_part_first_and_the_rest_later(flags, many, cli, server, news, work):
    cli("batch", news, "-o", "out.jsonl", *flags, code=0)
    first = len(ids_in(work / "out.jsonl"))
    assert 0 < first < 12 if many is None else first == many
    cli("batch", news, "-o", "out.jsonl", code=0)
    assert sorted(ids_in(work / "out.jsonl")) == sorted(f"a{n}" for n in range(12))
    assert asked(server).total() == 12


def test_a_sample_of_a_pipe(cli, server, work):
    text = "".join(row(n) + "\n" for n in range(30))
    done = cli("batch", "--input-format", "jsonl", "--sample", 4, stdin=text, code=0)
    assert len(done.stdout.splitlines()) == 4


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--shard", "3/2"), "--shard"),
        (("--max-errors", "x%"), "--max-errors"),
        (("-o", "nowhere/out.jsonl"), "no folder"),
        (("-o", "out"), "which format"),
        (("-f", "parquet"), "standard output"),
        (("-f", "xml", "-o", "x"), "no such format"),
        (("--input-format", "xml"), "format"),
    ],
)
def test_wrong_usage_is_code_2_and_asks_nothing(flags, words, cli, server, news):
    done = cli("batch", news, *flags, code=2)
    assert words in done.stderr
    assert not asked(server)


def test_what_changed_since_is_named_and_refused(cli, server, news, environment):
    cli("batch", news, "-o", "out.jsonl", code=0)
    done = cli("batch", news, "-o", "out.jsonl", "--llm", "other", code=2)
    assert "LLM: tiny -> other" in done.stderr
    assert "--force" in done.stderr
    forced = cli("batch", news, "-o", "out.jsonl", "--llm", "other", "--force", code=0)
    assert "0 of them now" in forced.stderr


@pytest.mark.parametrize(("persona", "words"), [("key-unknown", "key"), ("quota", "billing")])
def test_what_ends_every_article_ends_the_run(persona, words, cli, server, news, work, environment):
    write_rows(news, range(200))
    environment["EXTRACTOR_BASE_URL"] = server.url(persona)
    done = cli("batch", news, "-o", "out.jsonl", "--concurrency", 4, code=4)
    assert words in done.stderr.lower()
    assert f"go on with: extractor batch {news} -o out.jsonl --concurrency 4" in done.stderr
    assert len(server.to(persona)) <= 4
    assert KEY not in done.stderr
    environment["EXTRACTOR_BASE_URL"] = server.url("good")
    done = cli("batch", news, "-o", "out.jsonl", "--force", code=0)
    assert len(ids_in(work / "out.jsonl")) == 200


def test_failures_are_tried_again_on_request(cli, server, news, work, environment):
    environment["EXTRACTOR_BASE_URL"] = server.url("refusal")
    done = cli("batch", news, "-o", "out.jsonl", code=3)
    assert "0 done, 12 failed" in done.stderr
    environment["EXTRACTOR_BASE_URL"] = server.url("good")
    cli("batch", news, "-o", "out.jsonl", "--force", code=3)
    assert not server.to("good")
    cli("batch", news, "-o", "out.jsonl", "--retry-failed", code=0)
    assert len(ids_in(work / "out.jsonl")) == 12


def test_too_many_failures_end_the_run(cli, server, news, environment):
    write_rows(news, range(200))
    environment["EXTRACTOR_BASE_URL"] = server.url("refusal")
    done = cli("batch", news, "-o", "out.jsonl", "--max-errors", "5%", "--concurrency", 1, code=3)
    assert len(server.to("refusal")) <= 21
    assert "--max-errors" in done.stderr


def test_a_second_run_on_the_same_output_is_refused(start, cli, server, news, work, environment):
    environment["EXTRACTOR_BASE_URL"] = server.url("slow")
    children = [start("batch", news, "-o", "out.jsonl", "--concurrency", 2) for _ in range(4)]
    codes = [child.wait(300) for child in children]
    assert sorted(codes) == [0, 2, 2, 2]
    told = [child.stderr.read() for child, code in zip(children, codes, strict=True) if code == 2]
    assert all("another run writes out.jsonl" in words for words in told)
    assert sorted(ids_in(work / "out.jsonl")) == sorted(f"a{n}" for n in range(12))
    assert set(asked(server).values()) == {1}


def test_an_output_of_somebody_else_is_not_overwritten(cli, server, news, work):
    (work / "out.jsonl").write_text("mine\n")
    assert "no journal" in cli("batch", news, "-o", "out.jsonl", code=2).stderr
    assert (work / "out.jsonl").read_text() == "mine\n"


def test_messages_as_json(cli, server, news):
    done = cli("batch", news, "-o", "out.jsonl", "--log-format", "json", code=0)
    summary = json.loads(done.stderr.splitlines()[-1])
    assert summary["event"] == "summary"
    assert (summary["done"], summary["failed"], summary["requests"]) == (12, 0, 12)
    assert summary["input_tokens"] == 1200
    assert cli("batch", news, "-o", "out.jsonl", "-q", code=0).stderr == ""


@pytest.mark.parametrize("target", ["tables.sqlite", "tables.duckdb"])
def test_tables_are_rendered_from_what_is_acknowledged(target, cli, server, news, work):
    cli("batch", news, "-o", target, code=0)
    assert (work / target).stat().st_size > 1000
    assert len(ids_in(work / f"{target}.spool.jsonl")) == 12
    done = cli("batch", news, "-o", target, code=0)
    assert "0 of them now" in done.stderr


def test_folders_of_tables(cli, server, news, work):
    write_rows(news, range(3), "{broken")
    cli("batch", news, "-o", "tables", "-f", "csv", code=3)
    assert len((work / "tables/articles.csv").read_text().splitlines()) >= 4
    cli("batch", news, "-o", "tables", "-f", "csv", code=3)


@pytest.fixture
def ran(cli, server, news):
    """Run five rows: three done, a bad one, a double."""
    write_rows(news, range(3), "{broken", row(1))
    cli("batch", news, "-o", "out.jsonl", code=3)


def test_runs_are_listed(ran, cli, work):
    (work / "other.journal").write_bytes(b"rubbish " * 400)
    done = cli("runs", "list", "--json", code=0)
    assert [(one["output"], one["done"], one["failed"]) for one in json.loads(done.stdout)] == [
        ("out.jsonl", 3, 1)
    ]
    assert "other.journal" in done.stderr
    assert "out.jsonl  3 done, 1 failed, finished" in cli("runs", "list", code=0).stdout


def test_a_run_is_shown_with_the_command_to_go_on(ran, cli, news):
    shown = cli("runs", "show", "out.jsonl", code=0).stdout
    assert "invalid_input 1" in shown
    assert f"extractor batch {news} -o out.jsonl" in shown
    told = json.loads(cli("runs", "show", "out.jsonl.journal", "--json", code=0).stdout)
    assert [told[name] for name in ("done", "failed", "skipped", "requests")] == [3, 1, 1, 3]
    cli("runs", "show", "nothing.jsonl", code=3)


def test_the_rows_of_a_run_are_exported(ran, cli):
    rows = [json.loads(line) for line in cli("runs", "export", "out.jsonl", code=0).stdout.splitlines()]
    assert [one["state"] for one in rows] == ["done", "done", "done", "failed", "skipped"]
    assert [one["id"] for one in rows] == ["a0", "a1", "a2", None, "a1"]
    failed = cli("runs", "export", "out.jsonl", "-f", "csv", "--state", "failed", code=0).stdout.splitlines()
    assert len(failed) == 2
    assert failed[0].startswith("id,position,source,state,class,reason")
    cli("runs", "export", "out.jsonl", "--state", "lost", code=2)


def test_no_key_is_in_any_file_of_a_run(cli, server, news, work, environment):
    environment["EXTRACTOR_BASE_URL"] = server.url("echoes-badly")
    cli("batch", news, "-o", "out.jsonl", code=4)
    environment["EXTRACTOR_BASE_URL"] = server.url("filtered-before")
    cli("batch", news, "-o", "out.jsonl", "--force", code=3)
    written = b"".join(path.read_bytes() for path in work.iterdir() if path.is_file())
    assert KEY.encode() not in written
    assert b"out.jsonl" in written


def test_sigint_finishes_what_is_under_way_and_says_how_to_go_on(start, server, news, work, environment):
    write_rows(news, range(200))
    environment["EXTRACTOR_BASE_URL"] = server.url("slow")
    child = start("batch", news, "-o", "out.jsonl", "--concurrency", 4)
    until(lambda: len(asked(server)) >= 6)
    child.send_signal(signal.SIGINT)
    assert child.wait(120) == 130
    told = child.stderr.read()
    assert "Traceback" not in told
    assert "go on with: extractor batch" in told
    done = ids_in(work / "out.jsonl")
    assert len(done) == len(set(done)) == len(asked(server))


def test_a_second_sigint_cancels_at_once(start, server, news, work, environment):
    environment["EXTRACTOR_BASE_URL"] = server.url("stuck")
    child = start("batch", news, "-o", "out.jsonl", "--concurrency", 4)
    until(lambda: asked(server))
    child.send_signal(signal.SIGINT)
    time.sleep(0.3)
    begun = time.monotonic()
    child.send_signal(signal.SIGINT)
    assert child.wait(120) == 130
    assert time.monotonic() - begun < 5
    assert "Traceback" not in child.stderr.read()
    assert ids_in(work / "out.jsonl") == []


def test_sigterm_drains_and_is_code_143(start, server, news, work, environment):
    write_rows(news, range(200))
    environment["EXTRACTOR_BASE_URL"] = server.url("slow")
    child = start("batch", news, "-o", "out.jsonl", "--concurrency", 4)
    until(lambda: len(asked(server)) >= 6)
    child.send_signal(signal.SIGTERM)
    assert child.wait(120) == 143
    assert len(ids_in(work / "out.jsonl")) == len(asked(server))


@pytest.mark.slow
def test_sigterm_waits_ten_seconds_at_most(start, server, news, work, environment):
    environment["EXTRACTOR_BASE_URL"] = server.url("stuck")
    child = start("batch", news, "-o", "out.jsonl")
    until(lambda: asked(server))
    begun = time.monotonic()
    child.send_signal(signal.SIGTERM)
    assert child.wait(120) == 143
    assert time.monotonic() - begun < 12


def test_a_silent_pipe_does_not_hold_up_an_interrupt(start, server, work):
    reading, writing = os.pipe()
    child = start("batch", "-", "--input-format", "jsonl", "-o", "out.jsonl", stdin=reading)
    os.close(reading)
    os.write(writing, (row(1) + "\n").encode())
    until(lambda: asked(server))
    child.send_signal(signal.SIGINT)
    assert child.wait(120) == 130
    os.close(writing)
    assert ids_in(work / "out.jsonl") == ["a1"]
