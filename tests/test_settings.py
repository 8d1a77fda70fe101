"""Where a setting comes from, which place wins, and what a wrong one says."""

import os
from pathlib import Path

import pytest

from extractor.errors import ConfigError
from extractor.settings import Settings, is_openai, load_settings

CANARY = "sk-canary-3141592653"


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Give an empty project inside a repository, and an empty home."""
    for name in list(os.environ):
        if name.upper().startswith(("EXTRACTOR_", "OPENAI_", "HF_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "config/extractor").mkdir(parents=True)
    project = tmp_path / "project"
    (project / ".git").mkdir(parents=True)
    (project / "deep/deeper").mkdir(parents=True)
    monkeypatch.chdir(project)
    return tmp_path


def user_file(places, text):
    (places / "config/extractor/extractor.toml").write_text(text, encoding="utf-8")


SAYING = {
    "user": lambda places: user_file(places, "timeout = 1"),
    "pyproject": lambda _: Path("pyproject.toml").write_text("[tool.extractor]\ntimeout = 2"),
    "project": lambda _: Path("extractor.toml").write_text("timeout = 3"),
    ".env": lambda _: Path(".env").write_text("EXTRACTOR_TIMEOUT=4"),
}


@pytest.mark.parametrize(
    ("speaking", "timeout", "origin"),
    [
        ([], 300, "default"),
        (["user"], 1, "{home}/config/extractor/extractor.toml"),
        (["user", "pyproject"], 2, "{home}/project/pyproject.toml"),
        (["user", "pyproject", "project"], 3, "{home}/project/extractor.toml"),
        (["user", "pyproject", "project", ".env"], 4, "{home}/project/.env"),
        (["user", ".env", "variable"], 5, "EXTRACTOR_TIMEOUT"),
        (["user", "project", ".env", "variable", "flag"], 6, "flag"),
        (["flag"], 6, "flag"),
    ],
)
def test_the_nearer_place_wins_and_is_named(speaking, timeout, origin, places, monkeypatch):
    for place in speaking:
        SAYING.get(place, lambda _: None)(places)
    if "variable" in speaking:
        monkeypatch.setenv("EXTRACTOR_TIMEOUT", "5")
    loaded = load_settings({"timeout": 6 if "flag" in speaking else None})
    assert loaded.settings.timeout == timeout
    assert loaded.origins["timeout"] == origin.format(home=places)


def test_settings_of_different_places_add_up(places):
    user_file(places, "reasks = 7")
    Path("extractor.toml").write_text('llm = "x"')
    loaded = load_settings({"offline": True})
    assert (loaded.settings.reasks, loaded.settings.llm, loaded.settings.offline) == (7, "x", True)


def test_the_project_file_is_found_from_a_folder_of_the_repository(places):
    Path("extractor.toml").write_text("reasks = 9")
    assert load_settings({}, directory=places / "project/deep/deeper").settings.reasks == 9


def test_a_file_above_the_repository_is_not_the_project_s(places):
    (places / "extractor.toml").write_text("reasks = 9")
    assert load_settings({}).settings.reasks == 1


def test_outside_of_a_repository_only_the_folder_itself_counts(places):
    (places / "extractor.toml").write_text("reasks = 9")
    (places / "plain").mkdir()
    assert load_settings({}, directory=places / "plain").settings.reasks == 1
    assert load_settings({}, directory=places).settings.reasks == 9


def test_a_pyproject_without_our_table_says_nothing(places):
    Path("pyproject.toml").write_text("[tool.other]\nx = 1")
    assert load_settings({}).origins["timeout"] == "default"


@pytest.mark.parametrize(
    ("text", "words", "hint"),
    [
        ("base-url = 'http://x'", "unknown key 'base-url'", "did you mean base_url?"),
        ("tiemout = 3", "unknown key 'tiemout'", "did you mean timeout?"),
        ("zzzzzz = 3", "unknown key 'zzzzzz'", "extractor config show"),
        ("timeout = -3", "timeout: Input should be greater than 0 (from", "seconds"),
        ("timeout = [", "extractor.toml: ", "readable TOML"),
        ("api_key = 'k'", "a key does not belong", "api_key_file"),
        ("escalate_api_key = 'k'", "a key does not belong", "EXTRACTOR_ESCALATE_API_KEY"),
        ("min_confidence = 2", "min_confidence: Input should be less than or equal to 1", "left out"),
        (
            "mode = 'magic'",
            "mode: Input should be 'auto', 'json_schema', 'tools', 'json' or 'text'",
            "probes",
        ),
        ("base_url = 'ftp://x'", "base_url: String should match pattern", "endpoint"),
    ],
)
def test_a_wrong_file_names_itself_the_key_and_the_way_out(text, words, hint, places):
    Path("extractor.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_settings({})
    assert words in str(caught.value)
    assert str(places / "project/extractor.toml") in str(caught.value)
    assert hint in caught.value.hint
    assert caught.value.exit_code == 2


def test_a_wrong_variable_and_a_wrong_flag_are_named(places, monkeypatch):
    with pytest.raises(ConfigError, match=r"from --answer-tokens"):
        load_settings({"answer_tokens": 1})
    monkeypatch.setenv("EXTRACTOR_MAX_TOKENS", "many")
    with pytest.raises(ConfigError, match=r"from EXTRACTOR_MAX_TOKENS"):
        load_settings({})


def test_an_unknown_variable_is_noted_with_the_nearest(places, monkeypatch):
    monkeypatch.setenv("EXTRACTOR_BASEURL", "http://x")
    assert load_settings({}).notes == (
        "environment: EXTRACTOR_BASEURL is no setting; did you mean EXTRACTOR_BASE_URL?",
    )


def test_an_empty_variable_says_nothing(places, monkeypatch):
    monkeypatch.setenv("EXTRACTOR_BASE_URL", "")
    assert load_settings({}).settings.base_url is None


def test_a_dotenv_file_is_announced_without_its_values(places):
    Path(".env").write_text(f"EXTRACTOR_API_KEY={CANARY}\nOTHER=1\n")
    loaded = load_settings({})
    assert loaded.settings.api_key.get_secret_value() == CANARY
    assert loaded.notes == (f"read api_key from {places}/project/.env",)


def test_a_dotenv_file_without_our_variables_is_not_mentioned(places):
    Path(".env").write_text("OTHER=1\n")
    assert load_settings({}).notes == ()


def test_a_dotenv_file_of_a_parent_folder_is_not_read(places):
    Path(".env").write_text("EXTRACTOR_REASKS=9\n")
    assert load_settings({}, directory=places / "project/deep").settings.reasks == 1


def test_another_dotenv_file_replaces_that_of_the_folder(places):
    Path(".env").write_text("EXTRACTOR_REASKS=9\n")
    Path("other.env").write_text("EXTRACTOR_TIMEOUT=9\n")
    loaded = load_settings({}, env_file=Path("other.env"))
    assert (loaded.settings.reasks, loaded.settings.timeout) == (1, 9)
    with pytest.raises(ConfigError, match="no such file"):
        load_settings({}, env_file=Path("missing.env"))


def test_a_project_file_that_chooses_the_endpoint_is_announced(places):
    Path("extractor.toml").write_text('base_url = "http://127.0.0.1:1/v1"')
    assert load_settings({}).notes == (f"base_url as in {places}/project/extractor.toml",)


def test_a_path_in_a_file_is_relative_to_that_file(places):
    Path("extractor.toml").write_text('cache_dir = "answers"')
    assert (
        load_settings({}, directory=places / "project/deep").settings.cache_dir == places / "project/answers"
    )


@pytest.mark.parametrize(
    ("base_url", "ours"),
    [
        ("https://api.openai.com/v1", True),
        ("https://api.openai.com:443/v1", True),
        ("http://api.openai.com/v1", False),
        ("https://api.openai.com.evil.example/v1", False),
        ("https://api.openai.com@evil.example/v1", False),
        ("https://evil.example/api.openai.com", False),
        ("https://api.openai.com:8443/v1", False),
        ("https://[broken", False),
        ("", False),
    ],
)
def test_the_key_for_openai_goes_to_openai_alone(base_url, ours, places, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    assert is_openai(base_url) is ours
    loaded = load_settings({"base_url": base_url or None})
    assert (loaded.settings.api_key is not None) is ours
    assert loaded.origins["api_key"] == ("OPENAI_API_KEY" if ours else "default")
    again = load_settings(
        {"base_url": "http://127.0.0.1:9/v1", "escalate_base_url": base_url or None}
    ).settings
    assert (again.escalate_api_key is not None) is ours
    assert again.api_key is None


def test_a_key_file_is_read_and_wins_where_it_is_named_nearer(places, monkeypatch):
    Path("key").write_text(f"{CANARY}\n")
    Path("extractor.toml").write_text('api_key_file = "key"')
    assert load_settings({}).settings.api_key.get_secret_value() == CANARY
    monkeypatch.setenv("EXTRACTOR_API_KEY", "nearer")
    assert load_settings({}).settings.api_key.get_secret_value() == "nearer"
    loaded = load_settings({"api_key_file": Path("key")})
    assert loaded.settings.api_key.get_secret_value() == CANARY
    assert loaded.origins["api_key"] == "key (flag)"


def test_the_llm_that_is_asked_again_has_a_key_of_its_own(places, monkeypatch):
    Path("key").write_text(f"{CANARY}\n")
    loaded = load_settings({"escalate_api_key_file": Path("key")})
    assert loaded.settings.escalate_api_key.get_secret_value() == CANARY
    assert loaded.settings.api_key is None
    assert ("escalate_api_key", "**********", "key (flag)") in list(loaded.shown())
    monkeypatch.setenv("EXTRACTOR_API_KEY", "other")
    both = load_settings({"escalate_api_key_file": Path("key")}).settings
    assert (both.api_key.get_secret_value(), both.escalate_api_key.get_secret_value()) == ("other", CANARY)


@pytest.mark.parametrize("content", ["", "two words", None])
def test_a_key_file_without_one_key_is_refused_without_showing_it(content, places):
    if content is not None:
        Path("key").write_text(content)
    with pytest.raises(ConfigError) as caught:
        load_settings({"api_key_file": Path("key")})
    assert "two words" not in str(caught.value)


def test_a_key_is_never_shown(places, monkeypatch):
    monkeypatch.setenv("EXTRACTOR_API_KEY", CANARY)
    loaded = load_settings({})
    assert CANARY not in repr(loaded) + str(list(loaded.shown())) + loaded.settings.model_dump_json()
    assert ("api_key", "**********", "EXTRACTOR_API_KEY") in list(loaded.shown())


def test_a_shared_cache_is_shown_without_its_password(places, monkeypatch):
    monkeypatch.setenv("EXTRACTOR_SHARED_CACHE", f"redis://someone:{CANARY}@cache.example:6379/2")
    loaded = load_settings({})
    shown = repr(loaded) + str(list(loaded.shown())) + loaded.settings.model_dump_json()
    assert CANARY not in shown
    assert ("shared_cache", "redis://cache.example:6379/2", "EXTRACTOR_SHARED_CACHE") in list(loaded.shown())
    assert CANARY in loaded.settings.shared_cache.get_secret_value()


@pytest.mark.parametrize("url", [f"http://u:{CANARY}@h/0", f"{CANARY}", f"redis://u:{CANARY}@[h:1/0"])
def test_a_shared_cache_that_is_none_is_refused_without_showing_it(url, places):
    with pytest.raises(ConfigError) as caught:
        load_settings({"shared_cache": url})
    assert CANARY not in f"{caught.value} {caught.value.hint}"


def test_a_shared_cache_of_a_project_file_is_announced(places):
    Path("extractor.toml").write_text('shared_cache = "redis://h/0"')
    [note] = load_settings({}).notes
    assert "shared_cache" in note


def test_a_mirror_of_the_hub_is_taken_from_its_usual_variable(places, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "https://mirror.example")
    assert load_settings({}).origins["hub"] == "HF_ENDPOINT"
    monkeypatch.setenv("EXTRACTOR_HUB", "https://other.example")
    assert load_settings({}).settings.hub == "https://other.example"


def test_every_setting_is_shown_with_its_origin(places):
    assert [name for name, _, _ in load_settings({}).shown()] == list(Settings.model_fields)


def test_settings_made_in_code_do_not_read_the_environment(places, monkeypatch):
    monkeypatch.setenv("EXTRACTOR_REASKS", "9")
    assert Settings().reasks == 1
