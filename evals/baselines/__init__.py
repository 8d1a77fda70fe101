"""Baselines: other ways to ask the same LLM for the same records, as systems of the harness.

Each has the coding rules in short, the same article and reference date, and no code of ours between the LLM
and its records: what it says is what is scored.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

from evals.baselines.asking import Terms
from evals.gold import rows_of
from extractor.errors import ConfigError
from extractor.settings import Settings
from extractor.wiring import endpoint_options

BASELINES = {"instructor": "evals.baselines.plain", "langextract": "evals.baselines.spans"}
"""Where the `Baseline` of each name is; its library is loaded when it is built."""
ANSWER_TOKENS = 1500
"""Tokens of one answer where the settings do not say: so that a runaway answer ends."""


def baseline(name: str, settings: Settings) -> Any:
    """Return a baseline as a system, asking the endpoint of the settings.

    Raises ConfigError for a name that is none, settings without an endpoint, and a library that is not
    installed.
    """
    if name not in BASELINES:
        known = ", ".join(("extractor", *BASELINES))
        raise ConfigError(f"--system {name}: no such system", hint=f"one of {known}")
    if not settings.base_url:
        raise ConfigError(
            f"{name} needs an endpoint", hint="give --base-url; `extractor llm serve` serves an embedded LLM"
        )
    terms = Terms(
        endpoint_options(settings),
        settings.answer_tokens or ANSWER_TOKENS,
        settings.reasks,
        settings.concurrency,
    )
    return import_module(BASELINES[name]).Baseline(terms)


def check_prompt(path: Path, prompt: str) -> None:
    """Raise ConfigError if a file has answers to another prompt, library or limit: they do not mix."""
    for row in rows_of(path) if path.exists() else ():
        before = ((row.get("extraction") or {}).get("provenance") or {}).get("prompt", prompt)
        if before != prompt:
            raise ConfigError(
                f"{path} has answers of {before}, now it is {prompt}", hint="move the file away to ask anew"
            )
