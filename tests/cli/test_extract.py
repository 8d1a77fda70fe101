"""The main command from its flags to its exit code, as a child process with a real endpoint on loopback."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

KEY = "sk-canary-2718281828"


def records(done):
    return json.loads(done.stdout)


def test_records_go_to_stdout_and_nothing_else_does(cli, article, asked):
    done = cli("extract", article, "--json", code=0)
    found = records(done)
    assert [a["title_as_written"] for a in found["agreements"]] == ["agreement on fisheries"]
    assert {a["name_as_written"] for a in found["attendees"]} == {"Ilze Kalna", "Diego Quispe"}
    assert found["provenance"]["cached"] is False
    assert done.stderr == ""


def test_a_pipe_gets_one_object_a_line_and_a_bare_command_reads_the_pipe(cli, article, asked):
    text = article.read_text(encoding="utf-8")
    by_dash = cli("extract", "-", stdin=text, code=0)
    bare = cli("extract", stdin=text, code=0)
    assert by_dash.stdout.count("\n") == 1
    assert records(by_dash)["agreements"] == records(bare)["agreements"]


def test_the_second_time_nothing_is_sent_and_no_vendor_is_imported(cli, article, asked, environment, home):
    cli("extract", article, code=0)
    assert len(asked.requests) == 1
    code = (
        "import sys; sys.argv = ['extractor', 'extract', sys.argv[1], '--json']\n"
        "from extractor.__main__ import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "loaded = {m.split('.')[0] for m in sys.modules} & {'openai', 'instructor', 'httpx2', 'xllamacpp'}\n"
        "assert not loaded, loaded\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(article)],
        capture_output=True,
        text=True,
        env=environment | {"EXTRACTOR_API_KEY": "another key"},
        cwd=home / "work",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert records(done)["provenance"]["cached"] is True
    assert len(asked.requests) == 1


@pytest.mark.parametrize(
    ("flags", "requests"), [((), 1), (("--refresh",), 2), (("--no-cache",), 2), (("--offline",), 1)]
)
def test_recorded_answers_are_used_as_the_flags_say(flags, requests, cli, article, asked):
    cli("extract", article, code=0)
    cli("extract", article, *flags, code=0)
    assert len(asked.requests) == requests


def test_offline_without_a_recorded_answer_says_so(cli, article, asked):
    done = cli("extract", article, "--offline", code=4)
    assert "offline" in done.stderr
    assert asked.requests == []


@pytest.mark.parametrize(
    ("persona", "code", "words"),
    [("unauthorised", 4, "key"), ("penniless", 4, ""), ("refusing", 4, "refus"), ("broken", 4, "")],
)
def test_an_endpoint_that_gives_no_answer_is_code_4(persona, code, words, cli, article, asked):
    asked.persona = persona
    done = cli("extract", article, "--reasks", 0, code=code)
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert words in done.stderr.lower()
    assert KEY not in done.stderr


def test_a_refused_key_ends_the_run_after_one_request(cli, home, asked):
    asked.persona = "unauthorised"
    rows = "".join(json.dumps({"text": f"The minister met envoy number {n}."}) + "\n" for n in range(20))
    done = cli("extract", "-", "--input-format", "jsonl", "--concurrency", 1, stdin=rows, code=4)
    assert len(asked.requests) == 1
    assert done.stderr.count("error:") == 1


def test_nothing_listens_is_code_4_and_quick(cli, article):
    begun = time.monotonic()
    done = cli("extract", article, "--base-url", "http://127.0.0.1:9/v1", "--llm", "x", code=4)
    assert "http://127.0.0.1:9/v1" in done.stderr
    assert time.monotonic() - begun < 20


def test_an_endpoint_without_an_llm_is_a_usage_error(cli, article):
    assert "--llm" in cli("extract", article, "--base-url", "http://127.0.0.1:9/v1", code=2).stderr


def test_an_embedded_llm_that_cannot_be_had_is_code_4(cli, article):
    done = cli("extract", article, code=4)
    assert "cannot download" in done.stderr
    assert "--base-url" in done.stderr


def test_a_source_that_cannot_be_read_is_code_3(cli, asked):
    done = cli("extract", "missing.txt", code=3)
    assert done.stderr.startswith("error: missing.txt: no such file")
    assert asked.requests == []


def test_many_articles_keep_their_order_and_one_failure_does_not_stop_them(cli, home, asked):
    rows = [json.dumps({"id": f"a{n}", "text": f"Envoy number {n} spoke."}) for n in range(6)]
    rows[2] = "{"
    (home / "work/news.jsonl").write_text("\n".join(rows))
    done = cli("extract", "news.jsonl", code=3)
    ids = [json.loads(line)["article"]["id"] for line in done.stdout.splitlines()]
    assert ids == ["a0", "a1", "a3", "a4", "a5"]
    assert "line 3" in done.stderr
    assert "5 articles done, 1 failed" in done.stderr


def test_many_articles_as_json_are_one_list(cli, home, asked):
    rows = [json.dumps({"id": f"a{n}", "text": f"Envoy number {n} spoke."}) for n in range(3)]
    (home / "work/news.jsonl").write_text("\n".join(rows))
    assert len(records(cli("extract", "news.jsonl", "--json", code=0))) == 3


@pytest.mark.parametrize(
    ("name", "begins"), [("r.json", "{"), ("r.html", "<!"), ("r.csv", ""), ("r.md", "#"), ("r.jsonl", "{")]
)
def test_a_file_is_written_whole_in_the_format_of_its_suffix(name, begins, cli, home, article, asked):
    done = cli("extract", article, "-o", name, code=0)
    assert done.stdout == ""
    assert (home / "work" / name).read_text(encoding="utf-8").lower().startswith(begins)
    assert sorted(path.name for path in (home / "work").iterdir()) == sorted([".git", "article.txt", name])


def test_the_dash_is_standard_output(cli, article, asked):
    assert records(cli("extract", article, "-o", "-", "--json", code=0))["agreements"]


def test_a_folder_that_is_not_there_is_said_before_anything_is_sent(cli, article, asked):
    cli("extract", article, "-o", "no/such/r.json", code=2)
    assert asked.requests == []


@pytest.mark.skipif(os.getuid() == 0 and not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_code_1(cli, article, asked):
    done = cli("extract", article, "-o", "/dev/full", "--json", code=1)
    assert "No space left" in done.stderr


@pytest.mark.parametrize(
    "flags", [("--format", "xml"), ("--answer-tokens", "1"), ("--timeout", "soon"), ("--no-such",)]
)
def test_wrong_usage_is_code_2(flags, cli, article, asked):
    done = cli("extract", article, *flags, code=2)
    assert done.stdout == ""
    assert asked.requests == []


def test_explain_shows_the_words(cli, article, asked):
    plain = cli("extract", article, "-f", "table", code=0).stdout
    explained = cli("extract", article, "-f", "table", "--explain", code=0).stdout
    assert len(explained) > len(plain)
    assert "\x1b" not in plain + explained


def test_verbose_gives_the_account_on_stderr(cli, article, asked):
    done = cli("extract", article, "-v", code=0)
    assert "100 + 50 tokens" in done.stderr
    assert "recorded answer" in cli("extract", article, "-v", code=0).stderr


def test_the_date_flag_is_the_reference_date(cli, asked):
    done = cli("extract", "-", "--date", "2031-06-05", "--json", stdin="The envoys met.\n", code=0)
    assert records(done)["article"]["reference_date"] == "2031-06-05"
    assert "--date" in cli("extract", "-", "--date", "yesterday", stdin="x", code=2).stderr


def test_the_key_is_nowhere_but_in_the_request(cli, home, article, asked):
    done = cli("extract", article, "-vv", "--json", code=0)
    assert asked.requests[0][0] == f"Bearer {KEY}"
    assert KEY not in done.stdout + done.stderr
    for path in home.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path


def test_a_reader_that_leaves_early_is_no_error(environment, home, asked):
    rows = "\n".join(json.dumps({"text": f"Envoy number {n} spoke."}) for n in range(30))
    (home / "work/news.jsonl").write_text(rows)
    done = subprocess.run(
        f"{sys.executable} -m extractor extract news.jsonl | head -n 1; exit ${{PIPESTATUS[0]}}",
        shell=True,
        executable="/bin/bash",
        capture_output=True,
        text=True,
        env=environment,
        cwd=home / "work",
        timeout=60,
        check=False,
    )
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""
    assert done.returncode == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_cleanly(number, code, environment, home, article, asked):
    asked.may_answer.clear()
    child = subprocess.Popen(
        [sys.executable, "-m", "extractor", "extract", str(article), "-o", "r.json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=home / "work",
    )
    assert asked.arrived.wait(20)
    child.send_signal(number)
    out, err = child.communicate(timeout=20)
    assert child.returncode == code, err
    assert "Traceback" not in err
    assert out == ""
    assert not (home / "work/r.json").exists()


def on_a_terminal(arguments, environment, folder):
    """Run on a pseudo-terminal that is also standard input; return what it showed and the exit code."""
    leader, follower = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "extractor", *arguments],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env=environment | {"TERM": "xterm"},
        cwd=folder,
        start_new_session=True,
    )
    os.close(follower)
    shown = b""
    while select.select([leader], [], [], 30)[0]:
        try:
            data = os.read(leader, 65536)
        except OSError:
            break
        if not data:
            break
        shown += data
    os.close(leader)
    return shown.decode(), child.wait(10)


def test_a_terminal_with_nothing_piped_gets_help_at_once(environment, home, asked):
    shown, code = on_a_terminal(["extract"], environment, home / "work")
    assert "Usage: extractor extract" in shown
    assert code == 2


@pytest.mark.parametrize(
    ("variables", "coloured"),
    [
        ({}, True),
        ({"NO_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
        ({"CI": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_a_terminal_gets_a_table_in_colour_unless_it_says_no(
    variables, coloured, environment, home, article, asked
):
    environment |= variables
    shown, code = on_a_terminal(["extract", str(article)], environment | variables, home / "work")
    assert code == 0, shown
    assert "Ilze Kalna" in shown
    if variables.get("TERM") != "dumb":
        assert ("\x1b[1m" in shown or "\x1b[3" in shown) is coloured


def test_a_pipe_gets_colour_where_it_is_forced(cli, article, asked):
    forced = cli("extract", article, "-f", "table", env={"FORCE_COLOR": "1"}, code=0)
    assert "\x1b[" in forced.stdout
