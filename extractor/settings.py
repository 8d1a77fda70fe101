"""Flags, environment, configuration files and defaults to one Settings value.

The only reader of the environment and of these files. It knows where each value came from, opens no
connection, and never shows a secret.
"""

import datetime as dt
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from platformdirs import user_cache_path, user_config_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from extractor.errors import ConfigError

PREFIX = "EXTRACTOR_"
DEFAULT = "default"
FLAG = "flag"
_OPENAI = "api.openai.com"
_FILE_NAME = "extractor.toml"
_IN_PYPROJECT = ("tool", "extractor")
_PATHS = frozenset({"api_key_file", "escalate_api_key_file", "cache_dir", "weights_dir"})
_KEYS = ("api_key", "escalate_api_key")
_CHOOSES = ("base_url", "api_key_file", "escalate_base_url", "escalate_api_key_file", "hub", "shared_cache")
"""Settings by which a file decides where articles and keys go."""


class StoreURL(SecretStr):
    """The URL of a store of answers; shown without user and password."""

    def _display(self) -> str:
        return _without_password(self.get_secret_value())


def _of_user(folder: Callable[[str], Path]) -> Path:
    """Return a folder of the user's. Raises ConfigError for one of whom the system knows no home."""
    try:
        return folder("extractor")
    except RuntimeError:
        raise ConfigError(
            "this user has no home folder",
            hint="set HOME to a folder that may be written, /tmp/me for example",
        ) from None


class Settings(BaseSettings):
    """Every setting, checked. `Settings(...)` itself reads nothing but its arguments: see `load_settings`."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_prefix=PREFIX, env_ignore_empty=True)

    base_url: str | None = Field(
        None, pattern="^https?://", description="OpenAI-compatible endpoint; none: the embedded LLM"
    )
    llm: str | None = Field(None, description="the endpoint's name for the LLM, or an embedded LLM")
    api_key: SecretStr | None = Field(None, description="key of the endpoint; from the environment only")
    api_key_file: Path | None = Field(None, description="file that holds the key")
    mode: Literal["auto", "json_schema", "tools", "json", "text"] = Field(
        "auto", description="how structured answers are asked for; auto probes the endpoint once"
    )
    timeout: float = Field(300, gt=0, description="seconds for one attempt, embedded LLM excepted")
    attempts: int = Field(6, ge=1, description="tries of one request when the endpoint is overloaded")
    reasks: int = Field(1, ge=0, description="times an invalid answer is sent back with its errors")
    concurrency: int = Field(8, ge=1, description="requests under way at once")
    requests_per_minute: float | None = Field(None, gt=0, description="rate limit")
    tokens_per_minute: float | None = Field(None, gt=0, description="rate limit")
    probabilities: bool | None = Field(
        None, description="have tokens' probabilities told, for confidence; none: by the embedded LLM only"
    )
    min_confidence: float | None = Field(
        None, ge=0, le=1, description="records with less are left out, and counted in a warning"
    )
    escalate: str | None = Field(
        None, description="LLM that is asked again about an article with records too uncertain"
    )
    escalate_base_url: str | None = Field(
        None, pattern="^https?://", description="its endpoint; none: an embedded LLM, else that of base_url"
    )
    escalate_api_key: SecretStr | None = Field(None, description="its key; from the environment only")
    escalate_api_key_file: Path | None = Field(None, description="file that holds its key")
    escalate_below: float | None = Field(
        None, gt=0, le=1, description="confidence that is too low; none: min_confidence, else 0.5"
    )
    max_cost: float | None = Field(
        None, ge=0, description="US dollars of the whole run after which no request is sent"
    )
    max_tokens: int | None = Field(
        None, ge=1, description="tokens of the whole run, read and written, after which no request is sent"
    )
    answer_tokens: int | None = Field(None, ge=64, description="tokens of one answer")
    chunk_tokens: int | None = Field(None, ge=200, description="tokens of text in one request")
    prompt: str | None = Field(None, description="prompt template: a name, or the path of a .j2 file")
    language: str | None = Field(None, description="BCP-47 language of the articles; none: detected")
    date: dt.date | None = Field(None, description="reference date of the articles, YYYY-MM-DD")
    format: Literal["table", "json", "jsonl", "csv", "md", "html"] | None = Field(
        None, description="output; none: table on a terminal, jsonl elsewhere"
    )
    cache_dir: Path = Field(
        default_factory=lambda: _of_user(user_cache_path) / "answers", description="recorded answers"
    )
    shared_cache: StoreURL | None = Field(
        None, description="recorded answers that several machines share: redis://HOST:PORT/DATABASE"
    )
    weights_dir: Path = Field(
        default_factory=lambda: _of_user(user_cache_path) / "weights", description="embedded LLMs"
    )
    hub: str | None = Field(None, pattern="^https?://", description="mirror of the Hugging Face Hub")
    offline: bool = Field(default=False, description="answer from recorded answers only")
    no_cache: bool = Field(default=False, description="neither read nor record answers")
    refresh: bool = Field(default=False, description="ask again and record the new answer")
    allow_private: bool = Field(default=False, description="fetch articles from private networks too")

    @field_validator("shared_cache")
    @classmethod
    def _is_a_redis(cls, url: StoreURL | None) -> StoreURL | None:
        if url is None:
            return None
        try:
            scheme = urlsplit(url.get_secret_value()).scheme
        except ValueError:
            scheme = ""
        if scheme not in {"redis", "rediss", "unix"}:
            raise ValueError("no URL that begins with redis://, rediss:// or unix://")
        return url

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take arguments only, so that a library user is not surprised by the environment."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings, where each came from, and what the user should know about that (lines for stderr)."""

    settings: Settings
    origins: Mapping[str, str]
    notes: tuple[str, ...] = ()

    def shown(self) -> Iterator[tuple[str, str, str]]:
        """Yield name, value and origin of every setting, secrets masked."""
        for name, value in self.settings:
            yield name, "" if value is None else str(value), self.origins[name]


@dataclass(frozen=True, slots=True)
class _Layer:
    """What one place says: raw values by setting, the origin of each, and notes for the user."""

    values: Mapping[str, Any]
    origins: Mapping[str, str]
    notes: tuple[str, ...] = ()


def load_settings(
    flags: Mapping[str, Any], *, env_file: Path | None = None, directory: Path | None = None
) -> Loaded:
    """Return the settings by precedence: flag, environment, .env, project file, user file, default.

    `flags` holds what the command line set (None: not set); `env_file` replaces `.env` of `directory`, which
    is where the project's files are looked for (default: the working directory). Raises ConfigError, which
    names the file and key, or the variable, of a wrong value.
    """
    here = directory or Path.cwd()
    given = {name: value for name, value in flags.items() if value is not None}
    environment = EnvSettingsSource(Settings)
    dotenv = _dotenv_source(here, env_file)
    layers: tuple[_Layer, ...] = (
        _Layer(given, dict.fromkeys(given, FLAG)),
        _variables(environment, "environment"),
        _variables(dotenv, str(dotenv.env_file)),
        _project_file(here),
        _file(_of_user(user_config_path) / _FILE_NAME, ()),
    )
    layers = (*layers, _foreign({**dotenv.env_vars, **environment.env_vars}, layers))
    values: dict[str, Any] = {}
    origins = dict.fromkeys(Settings.model_fields, DEFAULT)
    for layer in reversed(layers):
        values |= layer.values
        origins |= layer.origins
    for name in _KEYS:
        values[name], origins[name] = _key(layers, name)
    notes = [note for layer in layers for note in layer.notes]
    return Loaded(_checked(values, origins), origins, tuple(notes))


def _dotenv_source(here: Path, env_file: Path | None) -> DotEnvSettingsSource:
    if env_file and not env_file.is_file():
        raise ConfigError(f"--env-file {env_file}: no such file", hint="check the path")
    try:
        return DotEnvSettingsSource(Settings, env_file=env_file or here / ".env", env_file_encoding="utf-8")
    except UnicodeDecodeError as problem:
        raise ConfigError(f"{env_file or here / '.env'}: is not UTF-8", hint="save it as UTF-8") from problem


def _variables(source: EnvSettingsSource, place: str) -> _Layer:
    """Return what variables with our prefix say, and a note on each that is no setting."""
    ours = {name.upper() for name in source.env_vars if name.upper().startswith(PREFIX)}
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    values = {name: value for name, value in source().items() if name in Settings.model_fields}
    notes = [
        f"{place}: {name} is no setting; {_nearest(name, known)}".rstrip("; ")
        for name in sorted(ours - known)
    ]
    from_file = isinstance(source, DotEnvSettingsSource)
    if from_file and values:
        notes.insert(0, f"read {', '.join(sorted(values))} from {place}")
    origins = {name: place if from_file else f"{PREFIX}{name.upper()}" for name in values}
    return _Layer(values, origins, tuple(notes))


def _project_file(here: Path) -> _Layer:
    """Read the nearest project file, up to the root of the repository; outside of one, of `here` only."""
    homes = [here, *here.parents]
    root = next((home for home in homes if (home / ".git").exists()), here)
    for home in homes[: homes.index(root) + 1]:
        for path, table in ((home / _FILE_NAME, ()), (home / "pyproject.toml", _IN_PYPROJECT)):
            layer = _file(path, table)
            if layer.values:
                return _announced(layer, path)
    return _Layer({}, {})


def _announced(layer: _Layer, path: Path) -> _Layer:
    """Say it when files of a project, which may be somebody else's, choose where articles and keys go."""
    chosen = [name for name in _CHOOSES if name in layer.values]
    notes = (f"{', '.join(chosen)} as in {path}",) if chosen else ()
    return _Layer(layer.values, layer.origins, notes)


def _file(path: Path, table: tuple[str, ...]) -> _Layer:
    """Read a table of a TOML file; a file or table that is not there says nothing."""
    try:
        content: Any = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return _Layer({}, {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise ConfigError(f"{path}: {problem}", hint="the file must be readable TOML in UTF-8") from problem
    for name in table:
        content = content.get(name, {})
    for key in content:
        _check_key(key, path)
    values = {key: _from_here(key, value, path.parent) for key, value in content.items()}
    return _Layer(values, dict.fromkeys(values, str(path)))


def _check_key(key: str, path: Path) -> None:
    if key in _KEYS:
        raise ConfigError(
            f"{path}: a key does not belong in a file of settings",
            hint=f"set {PREFIX}{key.upper()} in the environment, or {key}_file",
        )
    if key not in Settings.model_fields:
        near = _nearest(key, Settings.model_fields)
        raise ConfigError(f"{path}: unknown key {key!r}", hint=near or "see `extractor config show`")


def _from_here(name: str, value: Any, home: Path) -> Any:
    """Take a path in a file as relative to that file."""
    if name not in _PATHS or not isinstance(value, str):
        return value
    return home / Path(value).expanduser()


def _nearest(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean {near[0]}?" if near else ""


def _foreign(variables: Mapping[str, str | None], layers: tuple[_Layer, ...]) -> _Layer:
    """Return what variables of other programs say, where it surely is meant for us too.

    OPENAI_API_KEY is taken for OpenAI's own endpoint only: no other endpoint must get that key.
    """
    values = {}
    for url, key in (("base_url", "api_key"), ("escalate_base_url", "escalate_api_key")):
        address = next((layer.values[url] for layer in layers if url in layer.values), "")
        if variables.get("openai_api_key") and is_openai(str(address)):
            values[key] = "OPENAI_API_KEY"
    if variables.get("hf_endpoint"):
        values["hub"] = "HF_ENDPOINT"
    return _Layer({name: variables[origin.lower()] for name, origin in values.items()}, values)


def is_openai(base_url: str) -> bool:
    """Tell whether a URL is OpenAI's own endpoint, by HTTPS."""
    try:
        parts = urlsplit(base_url)
        port = parts.port
    except ValueError:
        return False
    return parts.scheme == "https" and parts.hostname == _OPENAI and port in {None, 443}


def _key(layers: tuple[_Layer, ...], name: str) -> tuple[str | None, str]:
    """Return the key of the first place that has one, itself or in a file, and its origin."""
    file = f"{name}_file"
    for layer in layers:
        if name in layer.values:
            return layer.values[name], layer.origins[name]
        if file in layer.values:
            path = Path(layer.values[file]).expanduser()
            return _key_in(path, file), f"{path} ({layer.origins[file]})"
    return None, DEFAULT


def _key_in(path: Path, setting: str) -> str:
    try:
        key = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise ConfigError(f"{setting} {path}: cannot be read", hint="check the path and rights") from problem
    if not key or len(key.split()) > 1:
        raise ConfigError(f"{setting} {path}: does not hold one key", hint="put it on its only line")
    return key


def _checked(values: Mapping[str, Any], origins: Mapping[str, str]) -> Settings:
    try:
        return Settings(**values)
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False, include_context=False)[0]
    name = str(first["loc"][0])
    origin = f"--{name.replace('_', '-')}" if origins[name] == FLAG else origins[name]
    raise ConfigError(f"{name}: {first['msg']} (from {origin})", hint=_described(name))


def _without_password(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "**********"
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"


def _described(name: str) -> str:
    return f"{name}: {Settings.model_fields[name].description}"
