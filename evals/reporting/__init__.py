"""A report document to files for people and programs; a renderer knows the document and nothing else.

A further form, such as a page, is one more entry of RENDERERS: a function of the document (see `structured`)
and of the gates, if there are any.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from evals.gating import Gate
from evals.reporting.flat import fields_csv
from evals.reporting.junit import junit_xml
from evals.reporting.page import report_html
from evals.reporting.summary import summary_md

__all__ = ["RENDERERS", "write_reports"]

Renderer = Callable[[Mapping[str, Any], Sequence[Gate]], str]

RENDERERS: Mapping[str, Renderer] = {
    "summary.md": summary_md,
    "junit.xml": junit_xml,
    "fields.csv": fields_csv,
    "report.html": report_html,
}
"""By file name: what writes it."""


def write_reports(document: Mapping[str, Any], gates: Sequence[Gate], folder: Path) -> tuple[Path, ...]:
    """Write every form of a report into a folder; return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, render in RENDERERS.items():
        path = folder / name
        path.write_text(render(document, gates), encoding="utf-8", newline="")
        paths.append(path)
    return tuple(paths)
