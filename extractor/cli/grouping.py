"""How a group of commands presents itself."""

import typer

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def group(about: str, epilog: str | None = None) -> typer.Typer:
    """Return a group without commands yet, which alone shows its help."""
    return typer.Typer(
        help=about, epilog=epilog, no_args_is_help=True, rich_markup_mode=None, context_settings=CONTEXT
    )
