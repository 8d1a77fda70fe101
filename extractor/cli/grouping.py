"""How a group of commands presents itself."""

from typing import Any

import typer
from typer.core import TyperGroup

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def group(about: str, epilog: str | None = None) -> typer.Typer:
    """Return a group without commands yet, which alone shows its help."""
    return typer.Typer(
        help=about, epilog=epilog, no_args_is_help=True, rich_markup_mode=None, context_settings=CONTEXT
    )


class RunsByDefault(TyperGroup):
    """A group in which a first word that is no command, and no call for help, means `run`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `run` in front where no command is named; `ctx` is of typer's own copy of click."""
        known = {*self.commands, *ctx.help_option_names}
        rest = args if not args or args[0] in known else ["run", *args]
        return super().parse_args(ctx, rest)


def group_that_runs(about: str, epilog: str | None = None) -> typer.Typer:
    """Return a group whose command `run` need not be named."""
    return typer.Typer(
        cls=RunsByDefault,
        help=about,
        epilog=epilog,
        no_args_is_help=True,
        rich_markup_mode=None,
        context_settings=CONTEXT,
    )
