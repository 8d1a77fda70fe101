"""`extractor schema` and `extractor config show`: what results look like, and which settings are in force."""

import json
from collections.abc import Iterator, Sequence

from extractor.cli.delivering import show
from extractor.cli.running import Params
from extractor.cli.terminal import Terminal, printable
from extractor.settings import load_settings
from extractor.writing import json_schema


def schema(_params: Params, _terminal: Terminal) -> None:
    """Print the JSON Schema of a result."""
    show(json_schema())


def config_show(params: Params, terminal: Terminal) -> None:
    """Print every setting, as a table or as JSON, with its origin if that is asked for."""
    env_file = params.get("env_file")
    loaded = load_settings({}, env_file=env_file)
    for note in loaded.notes:
        terminal.say(note)
    rows = list(loaded.shown())
    if params["json"]:
        settings = {name: {"value": value or None, "origin": origin} for name, value, origin in rows}
        show(json.dumps(settings, ensure_ascii=False, indent=2))
        return
    shown = [row if params["origin"] else row[:2] for row in rows]
    show("\n".join(_aligned([tuple(map(printable, row)) for row in shown])))


def _aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Yield rows as lines with columns of equal width."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
