"""`extractor demo`: the main job on an article of our own."""

from pathlib import Path

from extractor.cli.delivering import Delivery
from extractor.cli.extracting import read_options, rows_of, run
from extractor.cli.preparing import settings_of
from extractor.cli.running import Params
from extractor.cli.terminal import Terminal

_ARTICLE = "hu.txt"


def examples_directory() -> Path:
    """Return where the bundled articles lie: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    inside = package / "examples"
    return inside if inside.is_dir() else package.parent / "examples"


def demo(params: Params, terminal: Terminal) -> None:
    """Show the bundled article, extract its records, and say what to do next."""
    settings = settings_of(params, terminal)
    path = examples_directory() / _ARTICLE
    terminal.say(f"the article ({path}):\n")
    terminal.say(path.read_text(encoding="utf-8"))
    shape = {"output_format": params["output_format"] or "table"}
    delivery = Delivery.of({**params, **shape}, settings)
    run(rows_of([str(path)], read_options(params, settings)), settings, delivery, terminal)
    terminal.say(f"\nnext: extractor extract {path} -o page.html   (answered from the record now)")
    terminal.say("      extractor extract YOUR_ARTICLE.txt --explain")
