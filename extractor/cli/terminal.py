"""What the user sees beside the data: messages and progress on stderr, in colour where that is welcome."""

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Protocol, TextIO

from extractor.errors import ExtractorError

PLAIN_EVERY_S = 30.0
"""Seconds between progress lines where nothing can be animated."""


def takes_colour(stream: TextIO) -> bool:
    """Tell whether to colour what is written to a stream (no-color.org, force-color.org)."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def is_animated(stream: TextIO) -> bool:
    """Tell whether lines on a stream may be redrawn: never in a pipe, a dumb terminal or a CI job."""
    return stream.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("CI")


def printable(text: str) -> str:
    """Return text in which nothing can steer a terminal: control characters become visible escapes."""
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text)


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where messages go and how much is said. `quiet`: only errors; `as_json`: one object a line."""

    quiet: bool = False
    verbose: int = 0
    as_json: bool = False

    def say(self, text: str) -> None:
        """Say what is being done."""
        if not self.quiet:
            self._write("info", text)

    def detail(self, text: str) -> None:
        """Say what only -v asks for."""
        if self.verbose and not self.quiet:
            self._write("debug", text)

    def warn(self, text: str) -> None:
        """Say what the user should look at though the work goes on."""
        if not self.quiet:
            self._write("warning", text)

    def report(self, error: ExtractorError) -> None:
        """Say what went wrong on one line, and what to do on another."""
        self._write("error", str(error), error.hint)

    def fail(self, text: str, hint: str = "") -> None:
        """Say what went wrong where no error of ours tells it."""
        self._write("error", text, hint)

    @contextmanager
    def progress(self, what: str) -> Iterator["Progress"]:
        """Show that something long is under way, until the block ends."""
        state = Progress(what)
        with self.showing(state):
            yield state

    def showing(self, state: "Shown") -> AbstractContextManager[None]:
        """Show a state of one's own in the same way."""
        if self.quiet:
            return nullcontext()
        if is_animated(sys.stderr) and not self.as_json:
            return _animated(state)
        return _plain(state, self)

    def tell(self, text: str, values: Mapping[str, object]) -> None:
        """Say something in words, or to a machine in values."""
        if not self.quiet:
            self._write("info", text, values=values)

    def _write(
        self, level: str, text: str, hint: str = "", values: Mapping[str, object] | None = None
    ) -> None:
        if self.as_json:
            entry = {"level": level, "message": text} | ({"hint": hint} if hint else {}) | dict(values or {})
            line = json.dumps(entry, ensure_ascii=False)
        else:
            mark = {"error": "error: ", "warning": "warning: "}.get(level, "")
            line = printable(mark + text) + (f"\n  hint: {printable(hint)}" if hint else "")
            if mark and takes_colour(sys.stderr):
                colour = "31" if level == "error" else "33"
                line = f"\x1b[{colour}m{mark}\x1b[0m{line.removeprefix(mark)}"
        sys.stderr.write(line + "\n")
        sys.stderr.flush()


class Shown(Protocol):
    """How far something long has come, in words and in values."""

    done: int
    total: int | None

    def pauses(self, paused: Callable[[], AbstractContextManager[object]]) -> None:
        """Note what clears the screen for what is written inside its block."""
        ...

    def line(self) -> str:
        """Return it in words."""
        ...

    def values(self) -> Mapping[str, object]:
        """Return it in values."""
        ...


@dataclass(slots=True)
class Progress:
    """How far something long has come; any thread may set it."""

    what: str
    done: int = 0
    total: int | None = None
    started: float = field(default_factory=time.monotonic)
    paused: Callable[[], AbstractContextManager[object]] = nullcontext
    """Clears the screen for what is written inside its block."""

    def set(self, done: int, total: int | None = None, what: str | None = None) -> None:
        """Note how far it has come."""
        self.done, self.total = done, total
        self.what = what or self.what

    def line(self) -> str:
        """Return it in words."""
        seconds = round(time.monotonic() - self.started)
        parts = [f"{self.done} {self.what}" if self.done and not self.total else self.what]
        if self.total:
            parts.append(f"{100 * self.done // self.total} % of {self.total / 1e6:,.0f} MB")
        return ", ".join([*parts, f"{seconds // 60}:{seconds % 60:02}"])

    def pauses(self, paused: Callable[[], AbstractContextManager[object]]) -> None:
        """Note what clears the screen."""
        self.paused = paused

    def values(self) -> Mapping[str, object]:
        """Return nothing more than the words say."""
        return {}


@contextmanager
def _plain(state: Shown, terminal: Terminal) -> Iterator[None]:
    """Say a line now and then from another thread, for the work may block this one."""
    over = threading.Event()

    def tick() -> None:
        while not over.wait(PLAIN_EVERY_S):
            terminal.tell(state.line(), state.values())

    thread = threading.Thread(target=tick, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def _animated(state: Shown) -> Iterator[None]:
    from rich.console import Console  # noqa: PLC0415 - only where something is drawn
    from rich.live import Live  # noqa: PLC0415 - likewise
    from rich.progress_bar import ProgressBar  # noqa: PLC0415 - likewise
    from rich.spinner import Spinner  # noqa: PLC0415 - likewise
    from rich.table import Table  # noqa: PLC0415 - likewise
    from rich.text import Text  # noqa: PLC0415 - likewise

    spinner = Spinner("dots")

    def picture() -> Table:
        row = Table.grid(padding=(0, 1))
        bar = ProgressBar(total=state.total, completed=state.done, width=30) if state.total else spinner
        row.add_row(bar, Text(printable(state.line())))
        return row

    console = Console(stderr=True, no_color=not takes_colour(sys.stderr))
    live = Live(
        get_renderable=picture, console=console, transient=True, refresh_per_second=8, redirect_stdout=False
    )

    @contextmanager
    def paused() -> Iterator[None]:
        live.stop()
        try:
            yield
        finally:
            live.start()

    state.pauses(paused)
    with live:
        yield
