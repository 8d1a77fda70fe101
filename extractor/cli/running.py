"""One run of a command: an error becomes a line, a hint and an exit code; signals and broken pipes end it."""

import os
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from importlib import import_module
from types import FrameType
from typing import Any, NoReturn

import typer

from extractor.cli.terminal import Terminal
from extractor.errors import ConfigError, ExtractorError

Params = Mapping[str, Any]
"""The flags and arguments of a command as parsed, by name."""
Command = Callable[[Params, Terminal], None]

FAILED_SOME = 3
INTERRUPTED = 128 + signal.SIGINT
TERMINATED = 128 + signal.SIGTERM


def run(home: str, params: Params, package: str = "extractor.cli") -> None:
    """Run the command `module:function` of a package. Raises typer.Exit with its code unless that is 0."""
    module, _, function = home.partition(":")
    signal.signal(signal.SIGTERM, on_termination)
    terminal = Terminal()
    try:
        terminal = terminal_of(params)
        command: Command = getattr(import_module(f"{package}.{module}"), function)
        command(params, terminal)
        sys.stdout.flush()
    except typer.Exit:
        raise
    except BrokenPipeError:
        _stop_writing()  # the reader, `head` perhaps, has what it wanted
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last resort; what it is, is said
        if params.get("debug"):
            traceback.print_exc()
        raise typer.Exit(_report(error, terminal)) from None


def terminal_of(params: Params) -> Terminal:
    """Return the terminal that the flags describe. Raises ConfigError for an unknown form of messages."""
    form = params.get("log_format", "text")
    if form not in {"text", "json"}:
        raise ConfigError(f"--log-format {form}: no such form", hint="text or json")
    return Terminal(bool(params.get("quiet")), params.get("verbose", 0), as_json=form == "json")


def _report(error: BaseException, terminal: Terminal) -> int:
    if isinstance(error, ExtractorError):
        terminal.report(error)
        return error.exit_code
    if isinstance(error, KeyboardInterrupt):
        terminal.fail(
            "interrupted", "answers that had come in are recorded; the same command goes on from there"
        )
        return INTERRUPTED
    # The words of a foreign exception may hold an article or a key: only --debug shows them.
    terminal.fail(f"unexpected {type(error).__name__}", "run it again with --debug, and report the traceback")
    return 1


def _stop_writing() -> None:
    """Give what is still to be flushed at exit a place to go."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def on_termination(_number: int, _frame: FrameType | None) -> NoReturn:
    """End as an exception, so that files are closed and what was written is whole."""
    raise SystemExit(TERMINATED)
