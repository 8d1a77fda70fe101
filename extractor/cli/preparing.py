"""What commands do first: settings from flags, and an ear for what the library has to say."""

import logging
from pathlib import Path
from typing import Protocol

from extractor.cli.running import Params
from extractor.cli.terminal import Terminal
from extractor.llm.opening import Watch
from extractor.settings import Settings, load_settings
from extractor.tracing import set_up as set_up_tracing

_LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)


def settings_of(params: Params, terminal: Terminal) -> Settings:
    """Return the settings that the flags and their surroundings give, and say what is notable about them."""
    flags = {name: value for name, value in params.items() if name in Settings.model_fields}
    loaded = load_settings(flags, env_file=params.get("env_file") and Path(params["env_file"]))
    for note in loaded.notes:
        terminal.say(note)
    _relay(terminal)
    if hindrance := set_up_tracing():
        terminal.warn(hindrance)
    return loaded.settings


class Sets(Protocol):
    """What is told how far something has come."""

    def set(self, done: int, total: int | None = None, what: str | None = None) -> None:
        """Note how far it has come."""
        ...


def watch_of(terminal: Terminal, progress: Sets) -> Watch:
    """Return a watch that shows on the terminal what it is told."""

    def downloaded(done: int, whole: int, _source: str) -> None:
        progress.set(done, whole, "downloading")

    def written(tokens: int) -> None:
        progress.set(tokens, None, "tokens written" if tokens else "the embedded LLM reads")

    return Watch(terminal.say, downloaded, written)


class _Relay(logging.Handler):
    """Says what the library logs."""

    def __init__(self, terminal: Terminal) -> None:
        super().__init__()
        self._terminal = terminal

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.levelno >= logging.WARNING:
            self._terminal.warn(text)
        else:
            self._terminal.detail(text)


def _relay(terminal: Terminal) -> None:
    logger = logging.getLogger("extractor")
    logger.handlers = [_Relay(terminal)]
    logger.propagate = False
    logger.setLevel(_LEVELS[min(terminal.verbose, 2)])
