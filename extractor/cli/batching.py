"""`extractor batch`: flags to a plan, signals to a stop, the end of a run to an exit code."""

import asyncio
import re
import shlex
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, cast

import typer

from extractor.batching.choosing import Choice, Shard
from extractor.batching.identity import identity_of
from extractor.batching.intake import STANDARD_INPUT, Intake
from extractor.batching.ledger import Ledger, Places, Terms
from extractor.batching.rendering import JSONL, render, write_failures
from extractor.batching.running import DRAIN_S, How, MostErrors, Plan, Stop, Summary, Surroundings
from extractor.batching.states import Job, State
from extractor.batching.tracing import run_traced
from extractor.batching.working import settle_memory
from extractor.cli.engines import Engine, engine_of
from extractor.cli.extracting import read_options
from extractor.cli.following import Following, by_llm, told, told_to_machines
from extractor.cli.preparing import settings_of, watch_of
from extractor.cli.running import FAILED_SOME, INTERRUPTED, TERMINATED, Params, on_termination
from extractor.cli.terminal import Terminal
from extractor.errors import ConfigError, ExtractorError, LLMError, WriteError
from extractor.settings import Settings
from extractor.wiring import Wired, asking_of, bar_of
from extractor.writing.star import FORMATS as TABLES

STANDS_FOR_STDOUT = Path("extractor-batch")
"""Beside this name the journal lies where the output is standard output."""
TERM_DRAIN_S = 9.0
"""Seconds after SIGTERM for what is under way; who sent it waits for ten."""
_SUFFIXES = {
    ".jsonl": JSONL, ".ndjson": JSONL, ".parquet": "parquet", ".duckdb": "duckdb",
    ".sqlite": "sqlite", ".sqlite3": "sqlite", ".db": "sqlite",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """Where the output goes and in which form; `path` is None for standard output."""

    path: Path | None
    form: str
    ordered: bool

    @classmethod
    def of(cls, params: Params) -> "Target":
        """Return what the flags say. Raises ConfigError where they contradict one another."""
        given = params.get("output", "-")
        path = None if given == "-" else Path(given)
        form = params.get("output_format") or (_SUFFIXES.get(path.suffix.lower()) if path else JSONL)
        if form not in {JSONL, *TABLES}:
            wanted = f"--format {form}: no such format" if form else f"--output {given}: which format?"
            raise ConfigError(wanted, hint=f"-f with one of: {', '.join((JSONL, *TABLES))}")
        if path is None and form != JSONL:
            raise ConfigError(f"{form} does not go to standard output", hint="name a file with --output")
        if path is not None and not path.absolute().parent.is_dir():
            raise ConfigError(f"--output {path}: there is no folder {path.parent}", hint="make it first")
        return cls(path, form, bool(params.get("ordered")))

    @property
    def places(self) -> Places:
        """Return the files of the run."""
        base = self.path or STANDS_FOR_STDOUT
        return Places.of(base, spool_is_output=self.path is not None and self.form == JSONL)

    @property
    def is_piped(self) -> bool:
        """Tell whether each line goes to standard output as soon as it counts."""
        return self.path is None and not self.ordered


def batch(
    params: Params, terminal: Terminal, rewired: Callable[[Wired], Wired] = lambda wired: wired
) -> None:
    """Do all articles that are not done yet, and write the output. Raises typer.Exit unless all is well.

    `rewired` may put another Extractor in the place of the one that the settings lead to.
    """
    if len(params.get("llms") or ()) > 1:
        raise ConfigError("one run asks one LLM", hint="--dry-run compares several")
    settings = settings_of(params, terminal)
    target = Target.of(params)
    terms = Terms(
        identity=identity_of(asking_of(settings), bar_of(settings)),
        command=command_line(),
        force=bool(params.get("force")),
        durable=bool(params.get("durable")),
    )
    followed = Following(terminal)
    signals = Signals(terminal)
    with (
        plan_of(params, settings, target) as plan,
        Ledger.opened(target.places, terms, terminal.warn) as ledger,
    ):
        within, watch = _within_budget(settings, ledger), watch_of(terminal, followed)
        with terminal.showing(followed), engine_of(params, within, watch, rewired) as engine:
            if not terminal.quiet:
                threading.Thread(target=lambda: followed.count(plan.total), daemon=True).start()
            echo = _echo(followed) if target.is_piped else None
            sized = replace(plan, at_once=engine.at_once, block=engine.block)
            summary = _awaited(_Job(sized, engine, ledger, followed, echo), signals)
        failures = _written(ledger, target, summary, signals)
        values = told_to_machines(summary, followed.seconds, failures)
        terminal.tell(told(summary, followed.seconds, failures) + by_llm(engine.by_llm()), values)
    _leave(summary, signals, terms.command, terminal)


def command_line() -> str:
    """Return the command of this process as one would type it, without a password in a URL."""
    return re.sub(r"(://)[^/@\s]+@", r"\1", shlex.join(["extractor", *sys.argv[1:]]))


@dataclass(frozen=True, slots=True)
class _Job:
    plan: Plan
    engine: Engine
    ledger: Ledger
    followed: Following
    echo: Callable[[bytes], None] | None


@dataclass
class Signals:
    """Turns SIGINT and SIGTERM into a stop; `code` is then what the process ends with."""

    terminal: Terminal
    stop: Stop = field(default_factory=Stop)
    code: int | None = None

    def listen(self) -> None:
        """Hear both on the running event loop."""
        loop = asyncio.get_running_loop()
        with suppress(NotImplementedError):  # Windows has no such signals
            loop.add_signal_handler(signal.SIGINT, self.interrupt)
            loop.add_signal_handler(signal.SIGTERM, self.terminate)

    def interrupt(self) -> None:
        """Stop softly at the first, at once at the second."""
        if self.code is None:
            self.code = INTERRUPTED
            self.terminal.say(
                f"interrupted: articles under way are finished, {DRAIN_S:.0f} s at most; again: at once"
            )
            self.stop.softly()
        else:
            self.stop.at_once()

    def terminate(self) -> None:
        """Stop within ten seconds."""
        self.code = TERMINATED
        self.stop.softly(TERM_DRAIN_S)


def _awaited(job: _Job, signals: Signals) -> Summary:
    async def work() -> Summary:
        signals.listen()
        settle_memory()
        around = Surroundings(job.followed, signals.stop, job.engine.spent, job.echo)
        try:
            return await run_traced(job.plan, job.engine.work, job.ledger, around)
        finally:
            await job.engine.aclose()

    try:
        return asyncio.run(work())
    finally:
        signal.signal(signal.SIGTERM, on_termination)  # closing the loop gave the default back


@contextmanager
def plan_of(params: Params, settings: Settings, target: Target) -> Iterator[Plan]:
    """Open the inputs that the flags name, and plan what is done with them."""
    choice = _choice(params)
    inputs = tuple(params.get("sources") or [STANDARD_INPUT])
    with _standard_input(inputs, choice) as stdin:
        intake = Intake(inputs, read_options(params, settings), params.get("root"), target.places.base, stdin)

        def jobs() -> Iterator[Job]:
            if stdin is not None and choice.sample is not None:
                stdin.seek(0)
            return intake.jobs()

        yield Plan(
            jobs=lambda: choice.jobs(jobs),
            at_once=settings.concurrency if settings.base_url else 1,
            retry_failed=bool(params.get("retry_failed")),
            most_errors=most_errors(params.get("max_errors")),
            whole=choice.is_whole,
            total=lambda: choice.of(intake.total()),
        )


@contextmanager
def _standard_input(inputs: tuple[str, ...], choice: Choice) -> Iterator[BinaryIO | None]:
    """Open standard input anew: a thread that waits for it must not hold what Python closes at its end.

    A sample reads twice, so for it the input is copied first.
    """
    if STANDARD_INPUT not in inputs:
        yield None
    elif choice.sample is None:
        yield cast("BinaryIO", open(sys.stdin.fileno(), "rb", closefd=False))  # noqa: SIM115 - of the process
    else:
        with tempfile.TemporaryFile() as copy:
            shutil.copyfileobj(sys.stdin.buffer, copy)
            yield cast("BinaryIO", copy)


def _choice(params: Params) -> Choice:
    shard = Shard.parse(params["shard"]) if params.get("shard") else None
    return Choice(params.get("limit"), params.get("sample"), params.get("seed") or 0, shard)


def most_errors(written: str | None) -> MostErrors:
    """Return the limit that `N` or `N%` means. Raises ConfigError."""
    if written is None:
        return MostErrors()
    try:
        if written.endswith("%"):
            share = float(written[:-1]) / 100
            if 0 <= share <= 1:
                return MostErrors(share=share)
        elif written.isdecimal():
            return MostErrors(number=int(written))
    except ValueError:
        pass
    raise ConfigError(f"--max-errors {written}: neither a number nor a share", hint="write 100 or 5%")


def _within_budget(settings: Settings, ledger: Ledger) -> Settings:
    """Return the settings with the budget of the whole run less what its earlier sessions spent."""
    before = ledger.journal.spent()
    left: dict[str, object] = {}
    if settings.max_cost is not None:
        left["max_cost"] = max(0.0, settings.max_cost - (before.cost or 0.0))
    if settings.max_tokens is not None:
        left["max_tokens"] = max(0, settings.max_tokens - before.input_tokens - before.output_tokens)
    return settings.model_copy(update=left)


def _echo(followed: Following) -> Callable[[bytes], None]:
    """Return what writes a line to standard output at once, and never into a bar."""
    output, shared = sys.stdout.buffer, sys.stdout.isatty()

    def echo(line: bytes) -> None:
        with followed.paused() if shared else nullcontext():
            output.write(line)
            output.flush()

    return echo


def _written(ledger: Ledger, target: Target, summary: Summary, signals: Signals) -> Path | None:
    """Write the output, unless there is no time or room; return the list of failures."""
    if isinstance(summary.error, WriteError):
        return None
    if signals.code == TERMINATED:
        return write_failures(ledger)
    failures = render(ledger, target.path, target.form, ordered=target.ordered)
    if target.path is None and target.ordered:
        sys.stdout.buffer.writelines(ledger.lines(ordered=True))
    return failures


def _leave(summary: Summary, signals: Signals, command: str, terminal: Terminal) -> None:
    """Say how to go on where that is needed, and raise typer.Exit with the code unless it is 0."""
    if summary.error is not None:
        terminal.report(summary.error)
    if summary.how is How.FAILURES:
        terminal.fail("more articles failed than --max-errors allows")
    code = signals.code or _code(summary)
    if summary.how is not How.FINISHED or summary.left_open:
        terminal.fail("not all articles are done", f"go on with: {command}")
    if code:
        raise typer.Exit(code)


def _code(summary: Summary) -> int:
    error: ExtractorError | None = summary.error
    if error is not None:
        return LLMError.exit_code if isinstance(error, LLMError) else error.exit_code
    some = summary.totals[State.FAILED] or summary.left_open or summary.how is How.FAILURES
    return FAILED_SOME if some else 0
