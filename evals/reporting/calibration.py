"""How well confidence holds, to one page of HTML that works offline: a plot for each record type."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from evals.reporting.describing import type_name
from evals.reporting.figures import percent
from evals.reporting.plotting import Axis
from extractor.writing.templating import digest_of, page_environment

_AXIS = Axis(0.0, 1.0, (0.0, 0.25, 0.5, 0.75, 1.0))


@dataclass(frozen=True, slots=True)
class Dot:
    """A group of records in the plot: where it stands, its interval, and the share that is right in full."""

    x: str | None
    y: str | None
    low: str | None
    high: str | None
    strict: str | None
    words: str


def calibration_html(document: Mapping[str, Any]) -> str:
    """Return the page of a calibration's document (see `evals.calibrating`)."""
    style = files("extractor.writing").joinpath("page.css").read_text(encoding="utf-8")
    style += Path(__file__).with_name("page.css").read_text(encoding="utf-8") + _OWN
    page: str = (
        _environment()
        .get_template("calibration.html.j2")
        .render(
            d=document,
            dots={one["kind"]: _dots(one["groups"]) for one in document["types"]},
            ticks=[(_AXIS.place(one), _AXIS.rise(one), f"{100 * one:.0f}") for one in _AXIS.ticks],
            style=Markup(style),  # noqa: S704 (our own files)
            style_digest=digest_of(style),
        )
    )
    return page


_OWN = """
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: 2rem 2.5rem; }
.plots h3 { margin-block: 0 0.2rem; }
.reliability { display: block; width: calc(100% - 3rem); aspect-ratio: 1; margin: 0.5rem 0.75rem 2rem 2.25rem;
  overflow: visible; }
.reliability .even { stroke: var(--quiet); stroke-dasharray: 4 4; }
.reliability .frame { fill: none; stroke: var(--rule); }
.reliability .up { text-anchor: end; }
.reliability .across { text-anchor: middle; }
.reliability .full { fill: none; stroke: var(--agreement); stroke-width: 1.5; }
"""


@cache
def _environment() -> Environment:
    environment = page_environment(FileSystemLoader(Path(__file__).parent))
    environment.filters |= {"type": _name, "percent": percent}
    return environment


def _name(kind: str) -> str:
    return "All records" if kind == "all" else type_name(kind)


def _dots(groups: Sequence[Mapping[str, Any]]) -> list[Dot]:
    return [
        Dot(
            _AXIS.place(one["said"]),
            _AXIS.rise(one["right"]["value"]),
            _AXIS.rise(one["right"]["low"]),
            _AXIS.rise(one["right"]["high"]),
            _AXIS.rise(one["strict"]),
            f"{one['count']} records said to be {100 * one['said']:.0f} % sure: "
            f"{percent(one['right']['value'])} % found in the key, {percent(one['strict'])} % right in full",
        )
        for one in groups
    ]
