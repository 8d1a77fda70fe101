"""The commands of the eval harness, which lies beside this package in a checkout and is in no wheel.

The package must stand without the harness, so it is looked for and loaded by name, never imported.
"""

from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

import typer

from extractor.cli.running import Params, run
from extractor.cli.terminal import Terminal
from extractor.errors import ConfigError

GROUPS = ("eval", "gold")
_HARNESS = "evals.command_line"


class Harness(Protocol):
    """What the harness's command line offers: a group of commands for each name."""

    groups: dict[str, typer.Typer]


def join(app: typer.Typer) -> None:
    """Add the harness's groups to a command line; where there are none, commands that say so."""
    if (Path(__file__).parents[2] / _HARNESS.replace(".", "/")).with_suffix(".py").is_file():
        harness = cast("Harness", import_module(_HARNESS))
        for name in GROUPS:
            app.add_typer(harness.groups[name], name=name)
        return
    for name in GROUPS:
        app.command(
            name,
            hidden=True,
            context_settings={
                "ignore_unknown_options": True,
                "allow_extra_args": True,
                "help_option_names": [],
            },
        )(_missing)


def _missing(ctx: typer.Context) -> None:
    run("checkout:refuse", ctx.params)


def refuse(_params: Params, _terminal: Terminal) -> None:
    """Say where the harness is. Raises ConfigError."""
    raise ConfigError(
        "the eval harness is part of a checkout, not of the package",
        hint="clone the repository, run `make setup-dev`, and use its .venv/bin/extractor",
    )
