"""`extractor llm …`: the embedded LLMs, listed, downloaded, served."""

import json
import signal
from dataclasses import asdict
from pathlib import Path
from typing import Any

from extractor.cli.delivering import show
from extractor.cli.preparing import settings_of, watch_of
from extractor.cli.running import Params
from extractor.cli.terminal import Terminal
from extractor.llm.catalogue import Entry, load_catalogue
from extractor.llm.embedded import start_server
from extractor.llm.opening import Place, open_embedded
from extractor.llm.weights import locate
from extractor.settings import Settings


def llm_list(params: Params, terminal: Terminal) -> None:
    """Print the embedded LLMs, the default marked, and which are downloaded."""
    settings = settings_of(params, terminal)
    catalogue = load_catalogue()
    entries = [_described(entry, settings.weights_dir) for entry in catalogue.entries]
    if params["json"]:
        show(json.dumps(entries, ensure_ascii=False, indent=2))
        return
    for entry in entries:
        mark = "*" if entry["name"] == catalogue.default.name else " "
        where = "downloaded" if entry["path"] else f"{entry['weights']['size'] / 1e9:.1f} GB"
        show(f"{mark} {entry['name']:34} {entry['weights']['licence']:11} {where:11} {entry['about']}")


def llm_show(params: Params, terminal: Terminal) -> None:
    """Print all that the catalogue says of one embedded LLM."""
    entry = load_catalogue().find(params["name"])
    show(
        json.dumps(_described(entry, settings_of(params, terminal).weights_dir), ensure_ascii=False, indent=2)
    )


def llm_pull(params: Params, terminal: Terminal) -> None:
    """Download one embedded LLM and print where it lies."""
    settings = settings_of(params, terminal)
    entry = load_catalogue().find(params["name"])
    if params["force"]:
        (settings.weights_dir / entry.weights.file).unlink(missing_ok=True)
    show(str(_opened(entry, settings, terminal)[0]))


def llm_serve(params: Params, terminal: Terminal) -> None:
    """Serve one embedded LLM until a signal comes; the address is the one line on standard output."""
    settings = settings_of(params, terminal)
    entry = load_catalogue().find(params["name"])
    weights, adapter = _opened(entry, settings, terminal)
    with terminal.progress("loading"):
        server = start_server(weights, adapter, entry.context, params["port"])
    address = f"{server.listening_address}/v1"
    show(address)
    terminal.say(f"serving; use it with --base-url {address} --llm {entry.name}; stop it with Ctrl-C")
    while True:
        signal.pause()


def _opened(entry: Entry, settings: Settings, terminal: Terminal) -> tuple[Path, Path | None]:
    with terminal.progress("looking for sources") as progress:
        return open_embedded(entry, Place(settings.weights_dir, settings.hub), watch_of(terminal, progress))


def _described(entry: Entry, directory: Path) -> dict[str, Any]:
    path = locate(entry.weights, directory)
    return asdict(entry) | {"path": str(path) if path else None}
