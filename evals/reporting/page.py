"""A report document to one page of HTML that works offline: the result at a glance, then each article.

The page is made as the product's own is (see `extractor.writing.templating`) and starts from its style. All
figures are computed here; the script only filters, sorts and lights up what is there.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from evals.gating import Gate, Verdict
from evals.reporting.articles import OUTCOMES, gap_of, views_of
from evals.reporting.blocks import cost_rows, hallucination_rows, in_short
from evals.reporting.confusion import confusions_of, errors_by_type
from evals.reporting.describing import field_name, language_name, single_name, type_name
from evals.reporting.figures import bounds, percent, points
from evals.reporting.plotting import Axis, Spot, gap_axis, ratio_axis, scatter, strip
from extractor.writing.templating import digest_of, page_environment
from extractor.writing.wording import label_of

Document = Mapping[str, Any]

HEADLINE = {"dx_f1": "DX-F1", "detection_f1": "Detection F1", "strict_f1": "Strict F1"}


def report_html(document: Document, gates: Sequence[Gate]) -> str:
    """Return the page of a report; with its comparison and other runs, if it holds any (see `changes`)."""
    style = _product_style() + _part("page.css")
    script = _part("page.js")
    comparison = document.get("comparison")
    moved = {one["id"]: one for one in comparison["moved"]} if comparison else {}
    views = views_of(document["articles"], moved)
    page: str = (
        _environment()
        .get_template("page.html.j2")
        .render(
            document=document,
            gates=gates,
            missed=[gate for gate in gates if gate.verdict is Verdict.MISSED],
            short=in_short(document),
            axis=_axis(document),
            trap_axis=_axis_of(*(one["dx_f1"] for one in document["tags"].values())),
            halls=hallucination_rows(document),
            costs=cost_rows(document),
            errors=_errors(document),
            confusions=confusions_of(document["articles"]),
            change=_comparison(comparison, views) if comparison else None,
            runs=_runs(document),
            cloud=scatter(_spots(document)),
            views=views,
            traps=sorted({tag for one in document["articles"] for tag in one["tags"]}),
            outcomes=OUTCOMES,
            style=Markup(style),  # noqa: S704 (our own files)
            script=Markup(script),  # noqa: S704 (our own file)
            style_digest=digest_of(style),
            script_digest=digest_of(script),
        )
    )
    return page


def _product_style() -> str:
    return files("extractor.writing").joinpath("page.css").read_text(encoding="utf-8")


def _part(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    environment = page_environment(FileSystemLoader(Path(__file__).parent))
    ours = {
        "label": label_of,
        "field": field_name,
        "language": language_name,
        "type": type_name,
        "single": single_name,
        "percent": percent,
        "points": points,
        "bounds": bounds,
        "tick": lambda value: f"{100 * value:.0f}",
        "gap_tick": lambda value: f"{100 * value:+.0f}".replace("-", "−").replace("+0", "0"),
    }
    environment.filters |= ours
    environment.globals |= {**ours, "strip": strip, "gap_of": gap_of, "HEADLINE": HEADLINE}
    return environment


def _axis(document: Document) -> Axis:
    """Return the one axis of headline, types and languages, so that they can be compared by eye."""
    return _axis_of(
        *document["headline"].values(),
        *(one["interval"] for one in document["types"].values()),
        *(one["dx_f1"] for one in document["languages"].values()),
    )


def _axis_of(*figures: Mapping[str, float | None]) -> Axis:
    return ratio_axis(value for figure in figures for value in (figure["value"], figure["low"]))


def _errors(document: Document) -> list[tuple[str, int, str, dict[str, int]]]:
    """Return each error tag that occurs: how often, the width of its bar, and its count by type."""
    by_type = errors_by_type(document["articles"])
    counts = Counter({tag: count for tag, count in document["errors"].items() if count})
    most = max(counts.values(), default=1)
    return [
        (tag, count, f"{100 * count / most:.1f}%", by_type.get(tag, {}))
        for tag, count in counts.most_common()
    ]


def _comparison(comparison: Mapping[str, Any], views: Sequence[Any]) -> dict[str, Any]:
    slices = {"all": comparison["overall"], **comparison["slices"]}
    axis = gap_axis(one[end] for one in slices.values() for end in ("low", "high"))
    places = {view.source["id"]: view.key for view in views}
    return {
        **comparison,
        "axis": axis,
        "slices": [(name, one, strip(axis, one, points(one["value"]))) for name, one in slices.items()],
        "places": places,
        "better": sum(gap_of(one) > 0 for one in comparison["moved"]),
        "worse": sum(gap_of(one) < 0 for one in comparison["moved"]),
    }


def _runs(document: Document) -> list[Mapping[str, Any]]:
    """Return this run and those that it is shown beside, the earlier one first."""
    earlier = [document["comparison"]["before"]] if "comparison" in document else []
    return [*earlier, document, *document.get("runs", ())]


def _spots(document: Document) -> list[Spot]:
    """Return the cost and quality of each run; of a run that is alone, those of its languages."""
    runs = _runs(document)
    return list(_run_spots(runs) if len(runs) > 1 else _language_spots(document))


def _run_spots(runs: Sequence[Document]) -> Iterator[Spot]:
    for run in runs:
        tokens = _tokens(run["cost"], run["cost"]["articles"])
        if tokens:
            figure = run["headline"]["dx_f1"]
            yield Spot(tokens, figure, run["llm"] or run["system"], _words(figure, tokens), large=True)


def _language_spots(document: Document) -> Iterator[Spot]:
    for language, part in document["languages"].items():
        articles = [one for one in document["articles"] if one["language"] == language]
        costs = [one["cost"] for one in articles if one.get("cost")]
        tokens = sum(_tokens(cost, 1) for cost in costs) / len(costs) if costs else 0
        if tokens:
            words = f"{language_name(language)}, {_words(part['dx_f1'], tokens)}"
            yield Spot(tokens, part["dx_f1"], language, words, large=False)


def _tokens(cost: Mapping[str, Any], articles: int) -> float:
    return ((cost["input_tokens"] or 0) + (cost["output_tokens"] or 0)) / max(1, articles)


def _words(figure: Mapping[str, float | None], tokens: float) -> str:
    return f"{percent(figure['value'])} % for {tokens:,.0f} tokens an article"
