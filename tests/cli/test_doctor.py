"""What the doctor finds, and the commands about prompts and recorded answers."""

import json

import pytest

KEY = "sk-canary-2718281828"


def states(done):
    return [line.split()[:2] for line in done.stdout.splitlines()]


def test_a_healthy_endpoint_is_ok(cli, asked):
    done = cli("doctor", code=0)
    assert "bad" not in {state for state, _ in states(done)}
    assert "tiny-2031 answered" in done.stdout
    assert "held to its schema" in done.stdout or "schema by json_schema" in done.stdout
    assert "with a key" in done.stdout


@pytest.mark.parametrize("persona", ["unauthorised", "penniless"])
def test_an_endpoint_that_gives_no_answer_is_bad(persona, cli, asked):
    asked.persona = persona
    done = cli("doctor", code=4)
    assert ["bad", "endpoint"] in states(done)


def test_an_endpoint_s_llms_are_listed_where_none_is_named(cli, asked, environment):
    del environment["EXTRACTOR_LLM"]
    done = cli("doctor", code=4)
    assert "LLMs there" in done.stdout
    assert "none is named" in done.stdout


def test_without_an_endpoint_the_embedded_llm_is_looked_at(cli):
    done = cli("doctor", code=0)
    assert ["odd", "weights"] in states(done)
    assert "extractor llm pull" in done.stdout


def test_its_output_holds_no_key_and_no_home(cli, asked, home):
    done = cli("doctor", code=0)
    assert KEY not in done.stdout + done.stderr
    assert str(home) not in done.stdout


def test_a_cache_that_cannot_be_made_is_bad(cli, home, asked):
    (home / "file").write_text("")
    done = cli("doctor", "--cache-dir", home / "file" / "sub", code=4)
    assert ["bad", "cache"] in states(done)


def test_the_requests_of_an_article_are_shown_and_none_is_sent(cli, article, asked):
    requests = cli("prompts", "show", "--article", article, "--json", code=0).stdout.splitlines()
    assert len(requests) == 1
    shown = json.loads(requests[0])
    assert shown["answer_schema"]["type"] == "object"
    assert asked.requests == []
    readable = cli("prompts", "show", "--article", article, code=0).stdout
    assert "=== system" in readable
    assert shown["messages"][0]["content"].splitlines()[0] in readable
    cli("extract", article, code=0)
    sent = [turn["content"] for turn in asked.requests[0][1]["messages"]]
    assert sent == [turn["content"] for turn in shown["messages"]]


def test_a_template_s_source_is_shown(cli):
    assert "{% for line in lines %}" in cli("prompts", "show", "--prompt", "embedded", code=0).stdout


def test_prompts_are_listed_with_their_digests(cli):
    assert "general-1@" in cli("prompts", "list", code=0).stdout


def test_a_check_of_faulty_prompts_is_code_5(cli, home):
    (home / "work/examples").mkdir()
    (home / "work/mine.j2").write_text(
        '---\nname: mine\nversion: 1\nwire: "1"\nfull: true\nexamples: [en]\n---\n=== user\n{{ lines[0] }}\n'
    )
    (home / "work/examples/en.yaml").write_text(
        "language: en\nlines: [The envoys met.]\n"
        "answer: {meetings: [], agreements: [], mous: [], figures: []}\n"
        "rejected: [{words: they never met, why: a test}]\n"
    )
    done = cli("prompts", "check", "--prompt", "mine.j2", code=5)
    assert "'they never met' does not stand in the text" in done.stderr
    assert cli("prompts", "check", code=0).stdout == ""


def test_recorded_answers_are_counted_exported_and_cleared(cli, article, asked):
    cli("extract", article, code=0)
    assert json.loads(cli("cache", "stats", code=0).stdout)["answers"] == 1
    exported = json.loads(cli("cache", "export", code=0).stdout)
    assert exported["answered_by"] == "tiny-2031"
    assert "--yes" in cli("cache", "clear", code=2).stderr
    assert json.loads(cli("cache", "stats", code=0).stdout)["answers"] == 1
    cli("cache", "clear", "--yes", code=0)
    assert json.loads(cli("cache", "stats", code=0).stdout)["answers"] == 0


def test_the_demo_shows_article_records_and_the_next_command(cli, asked):
    done = cli("demo", "--format", "json", code=0)
    assert json.loads(done.stdout)["article"]["source"].endswith("hu.txt")
    assert "Camila Rojas" in done.stderr
    assert "next: extractor extract" in done.stderr
