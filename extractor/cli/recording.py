"""`extractor cache …`: the recorded answers, counted, exported, deleted."""

import json

import typer

from extractor.cli.delivering import show
from extractor.cli.preparing import settings_of
from extractor.cli.running import Params
from extractor.cli.terminal import Terminal
from extractor.errors import ConfigError
from extractor.llm.caching import DiskStore
from extractor.llm.recorded import recorded_lines
from extractor.llm.stored import BadEntryError


def cache_stats(params: Params, terminal: Terminal) -> None:
    """Print how many answers are recorded, and how much room they take."""
    directory = settings_of(params, terminal).cache_dir
    count = len(list(DiskStore(directory))) if directory.is_dir() else 0
    size = sum(path.stat().st_size for path in directory.glob("cache.db*")) if directory.is_dir() else 0
    show(json.dumps({"directory": str(directory), "answers": count, "bytes": size}))


def cache_export(params: Params, terminal: Terminal) -> None:
    """Print the recorded answers, and warn of each that is damaged."""

    def warn(fingerprint: str, problem: BadEntryError) -> None:
        terminal.warn(f"{fingerprint[:12]} is damaged: {problem}")

    for line in recorded_lines(DiskStore(settings_of(params, terminal).cache_dir), damaged=warn):
        show(line)


def cache_clear(params: Params, terminal: Terminal) -> None:
    """Delete all recorded answers, after asking."""
    directory = settings_of(params, terminal).cache_dir
    store = DiskStore(directory)
    fingerprints = list(store)
    if fingerprints and not params["yes"]:
        try:
            typer.confirm(
                f"Delete {len(fingerprints)} recorded answers in {directory}?", abort=True, err=True
            )
        except (typer.Abort, EOFError) as refusal:
            raise ConfigError("nothing was deleted", hint="--yes deletes without asking") from refusal
    for fingerprint in fingerprints:
        store.delete(fingerprint)
    terminal.say(f"deleted {len(fingerprints)} recorded answers in {directory}")
