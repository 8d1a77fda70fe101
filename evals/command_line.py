"""Every command of the harness with its flags and help; what it does is in `performing`, loaded when it runs.

`extractor` shows these as its groups `eval` and `gold` where there is a checkout; `python -m evals` has all
of them in one.
"""

from pathlib import Path
from typing import Annotated

import typer

from extractor.cli import options as o
from extractor.cli.grouping import CONTEXT, group
from extractor.cli.running import run as perform

EXIT_CODES = """\b
Exit codes:
  0  done, all gates passed
  1  unexpected error
  2  wrong usage, configuration or gold data
  3  finished, but some articles gave no answer
  4  no answer: endpoint out of reach, key refused, out of quota or budget, or not recorded
  5  a gate missed"""

steps = group("Measure against the gold data: run, score, gate, report, compare.", EXIT_CODES)
gold = group("Check, count and compare the gold data.", EXIT_CODES)
groups = {"eval": steps, "gold": gold}

Gold = Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of the gold data, if another.")]
Out = Annotated[Path | None, typer.Option(metavar="DIR", help="Where the artefacts are, else eval-results.")]
Split = Annotated[str | None, typer.Option(metavar="NAME", help="dev, test or all.")]
Filters = Annotated[
    list[str] | None,
    typer.Option(
        "--filter", metavar="NAME=VALUE", help="lang=ko, tag=page_noise, id=ko-01; may be repeated."
    ),
]
Limit = Annotated[int | None, typer.Option(metavar="N", help="So many articles, of many languages.")]
Llms = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="An LLM of the endpoint, or embedded; may be repeated."),
]
Report = Annotated[Path | None, typer.Argument(metavar="[REPORT]", help="Else report.json in DIR.")]
Baseline = Annotated[Path | None, typer.Option(metavar="FILE", help="A report to hold this one against.")]
Recordings = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Folder of recorded answers, if another.")
]
Thresholds = Annotated[Path | None, typer.Option(metavar="FILE", help="What a report must meet.")]


@steps.command()
@o.taking(*o.without(o.ASKING, "llm"), *o.TRUSTING, *o.SAYING)
def run(
    ctx: typer.Context,
    llm: Llms = None,
    system: Annotated[
        str, typer.Option(metavar="NAME", help="extractor, instructor or langextract.")
    ] = "extractor",
    split: Split = None,
    filters: Filters = None,
    limit: Limit = None,
    epochs: Annotated[int, typer.Option(metavar="N", min=1, help="Ask so many times over.")] = 1,
    recorded: Annotated[
        bool,
        typer.Option("--recorded", help="Answer from evals/recorded alone; a gap there is an error."),
    ] = False,
    recordings: Recordings = None,
    out: Out = None,
    gold: Gold = None,
) -> None:
    r"""Ask for the records of gold articles; write predictions.jsonl.

    \b
    Examples:
      extractor eval run --llm embedded --limit 20
      extractor eval run --split test --filter lang=ko --base-url http://localhost:11434/v1 --llm qwen3
      extractor eval run --llm embedded --llm qwen2.5-coder-1.5b-instruct --limit 20
      extractor eval run --recorded
      extractor eval run --system instructor --base-url http://127.0.0.1:8080/v1 --llm qwen3

    What was asked before comes from the cache, so a run that broke off is simply started again.
    With several LLMs each has a file of its own; `score` and `report --beside` show them side by side.
    With --recorded nothing is asked, and nothing but flags says what would be: the committed answers serve.
    Other systems are baselines (see `results`); they go on from their file of answers, which has their name.
    """
    _do("run", ctx)


@steps.command("record")
@o.taking(*o.without(o.ASKING, "no_cache", "max_tokens"), *o.SAYING)
def record_answers(
    ctx: typer.Context,
    recordings: Recordings = None,
    out: Out = None,
    gold: Gold = None,
) -> None:
    """Record an LLM's answers about all gold articles, for `run --recorded`; review and commit them.

    The embedded LLM answers unless flags name another. What the cache holds is not asked again, so a
    recording that broke off is simply started again. To be made anew when prompt, wire format, segmenting or
    LLM changed.
    """
    _do("record", ctx)


@steps.command()
def score(
    ctx: typer.Context,
    predictions: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PREDICTIONS]...", help="Else all files of answers in DIR."),
    ] = None,
    split: Split = None,
    filters: Filters = None,
    limit: Limit = None,
    out: Out = None,
    gold: Gold = None,
    debug: o.Debug = False,
) -> None:
    """Score answers, offline; write report.json. Several files are shown side by side.

    Without a split, filter or limit the articles that were answered are scored.
    """
    _do("score", ctx)


@steps.command()
def gate(
    ctx: typer.Context,
    report: Report = None,
    baseline: Baseline = None,
    thresholds: Thresholds = None,
    out: Out = None,
    debug: o.Debug = False,
) -> None:
    """Hold a report against thresholds and baseline; exit with 5 where a gate is missed."""
    _do("gate", ctx)


@steps.command("report")
def render(
    ctx: typer.Context,
    report: Report = None,
    baseline: Baseline = None,
    thresholds: Thresholds = None,
    against: Annotated[
        Path | None,
        typer.Option(metavar="REPORT", help="Show what changed since this report or baseline."),
    ] = None,
    beside: Annotated[
        list[Path] | None,
        typer.Option(metavar="REPORT", help="Show this run's figures beside; may be repeated."),
    ] = None,
    out: Out = None,
    debug: o.Debug = False,
) -> None:
    r"""Write a report in every form, for people and for CI.

    \b
    Examples:
      extractor eval report --against evals/baseline.json
      extractor eval report eval-results/report.a.json --beside eval-results/report.b.json
    """
    _do("render", ctx)


@steps.command()
def compare(
    ctx: typer.Context,
    first: Annotated[Path, typer.Argument(metavar="BEFORE", help="A report or baseline.")],
    second: Annotated[Path, typer.Argument(metavar="AFTER", help="Another one.")],
    debug: o.Debug = False,
) -> None:
    """Show what changed between two reports, on the articles that both have."""
    _do("compare", ctx)


@steps.command()
def results(
    ctx: typer.Context,
    reports: Annotated[
        list[Path], typer.Argument(metavar="REPORT...", help="The extractor's, then the others'.")
    ],
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Else evals/RESULTS.md.")] = None,
    date: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="Day of the runs, else today.")
    ] = None,
    notes: Annotated[
        list[str] | None,
        typer.Option("--note", metavar="TEXT", help="A remark for the reader; may be repeated."),
    ] = None,
    debug: o.Debug = False,
) -> None:
    """Write the comparison of the extractor with baselines, on the same articles."""
    _do("results", ctx)


@steps.command("baseline")
def record_baseline(
    ctx: typer.Context,
    report: Report = None,
    baseline: Baseline = None,
    out: Out = None,
    debug: o.Debug = False,
) -> None:
    """Make a report the baseline, for review."""
    _do("record_baseline", ctx)


@steps.command()
def calibrate(
    ctx: typer.Context,
    answers: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Else evals/recorded/probabilities.jsonl.")
    ] = None,
    target: Annotated[Path | None, typer.Option(metavar="FILE", help="Else that of the package.")] = None,
    llm: o.Llm = None,
    out: Out = None,
    gold: Gold = None,
    debug: o.Debug = False,
) -> None:
    """Fit the confidence of records to recorded answers about dev; write how well it holds as a page."""
    _do("calibrate", ctx)


@gold.command()
def validate(ctx: typer.Context, gold: Gold = None, debug: o.Debug = False) -> None:
    """Check offsets, codes, dates, links, decisions and hashes; exit with 2 where something is wrong."""
    _do("validate", ctx)


@gold.command()
def stats(ctx: typer.Context, gold: Gold = None, debug: o.Debug = False) -> None:
    """Count articles and records."""
    _do("stats", ctx)


@gold.command()
def agreement(
    ctx: typer.Context,
    split: Split = None,
    gold: Gold = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    debug: o.Debug = False,
) -> None:
    """Show how far the two labellers agree, by the scorer itself."""
    _do("agreement", ctx)


@gold.command()
def adjudicate(
    ctx: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="Decided ones, too, with their reasons.")] = False,
    split: Split = None,
    gold: Gold = None,
    debug: o.Debug = False,
) -> None:
    """Show where the two labellers differ and nothing is decided."""
    _do("adjudicate", ctx)


@gold.command()
def freeze(
    ctx: typer.Context,
    erratum: Annotated[str | None, typer.Option(help="What changed in the test split, and why.")] = None,
    gold: Gold = None,
    debug: o.Debug = False,
) -> None:
    """Write the hashes of the splits; a changed test split needs an erratum."""
    _do("freeze", ctx)


@gold.command("export")
def export_tasks(
    ctx: typer.Context,
    annotator: Annotated[str | None, typer.Option(metavar="NAME", help="A labeller; else the key.")] = None,
    gold: Gold = None,
    debug: o.Debug = False,
) -> None:
    """Print articles with their labels as Label Studio tasks."""
    _do("export_tasks", ctx)


@gold.command("import")
def import_tasks(
    ctx: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="An export of Label Studio.")],
    annotator: Annotated[str | None, typer.Option(metavar="NAME", help="Who labelled.")] = None,
    debug: o.Debug = False,
) -> None:
    """Print the labels of a Label Studio export, one article a line."""
    _do("import_tasks", ctx)


def _do(name: str, ctx: typer.Context) -> None:
    perform(f"performing:{name}", ctx.params, package="evals")


def everything() -> typer.Typer:
    """Return all commands in one group."""
    app = typer.Typer(
        name="python -m evals",
        help="Eval harness: the steps, and the gold data.",
        epilog=EXIT_CODES,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings=CONTEXT,
    )
    for part in groups.values():
        app.add_typer(part)
    return app
