"""`extractor cache …`: the recorded answers, counted, exported, deleted."""

import json

import typer

from extractor.batching import remembering
from extractor.cli.delivering import show
from extractor.cli.preparing import settings_of
from extractor.cli.running import Params
from extractor.cli.terminal import Terminal
from extractor.errors import ConfigError
from extractor.llm.caching import DiskStore
from extractor.llm.recorded import recorded_lines
from extractor.llm.stored import BadEntryError
from extractor.settings import Settings
from extractor.wiring import shared_store_of, store_of


def cache_stats(params: Params, terminal: Terminal) -> None:
    """Print how many answers are recorded, how much room they take, and the extractions made of them."""
    settings = settings_of(params, terminal)
    directory, shared = settings.cache_dir, shared_store_of(settings)
    count = len(list(DiskStore(directory))) if directory.is_dir() else 0
    size = sum(path.stat().st_size for path in directory.rglob("cache.db*")) if directory.is_dir() else 0
    extractions = remembering.count(directory)
    found = {"directory": str(directory), "answers": count, "extractions": extractions, "bytes": size}
    if shared is not None:
        found["shared"] = {"url": shared.shown, "answers": len({*shared})}
    show(json.dumps(found))


def cache_export(params: Params, terminal: Terminal) -> None:
    """Print the recorded answers, and warn of each that is damaged."""

    def warn(fingerprint: str, problem: BadEntryError) -> None:
        terminal.warn(f"{fingerprint[:12]} is damaged: {problem}")

    for line in recorded_lines(store_of(settings_of(params, terminal)), damaged=warn):
        show(line)


def cache_clear(params: Params, terminal: Terminal) -> None:
    """Delete all recorded answers and what was made of them, the shared ones, too, after asking."""
    settings = settings_of(params, terminal)
    place, store = _place(settings), store_of(settings)
    fingerprints = list(store)
    if fingerprints and not params["yes"]:
        try:
            typer.confirm(f"Delete {len(fingerprints)} recorded answers in {place}?", abort=True, err=True)
        except (typer.Abort, EOFError) as refusal:
            raise ConfigError("nothing was deleted", hint="--yes deletes without asking") from refusal
    for fingerprint in fingerprints:
        store.delete(fingerprint)
    remembering.forget(settings.cache_dir)
    terminal.say(f"deleted {len(fingerprints)} recorded answers in {place}")


def _place(settings: Settings) -> str:
    """Return where answers are kept, for people: the folder, and the Redis for all machines."""
    shared = shared_store_of(settings)
    return str(settings.cache_dir) + (f" and {shared.shown}, which other machines use" if shared else "")
