"""The commands for many articles, `batch` and `runs`, with their flags and help."""

from pathlib import Path
from typing import Annotated

import typer

from extractor.cli import options as o
from extractor.cli.grouping import group, group_that_runs
from extractor.cli.running import run

_EXIT_CODES = """\b
Exit codes:
  0  every article is done (or skipped as a double)
  1  the output could not be written; the same command goes on
  2  wrong usage or configuration, or a run that was begun otherwise
  3  finished, but some articles failed: see OUT.failures.jsonl
  4  ended early: endpoint out of reach, key refused, out of quota or budget
  130, 143  interrupted; the same command goes on"""

_HELP = """Extract the records of many articles; goes on where it was.

The same command again does what is not done yet: after an interruption, a crash, or with more articles.

\b
Examples:
  extractor batch news.jsonl -o out.jsonl --dry-run     what it would cost
  extractor batch news.jsonl -o out.jsonl               do it, or go on with it
  extractor batch news.jsonl -o out.jsonl --retry-failed
  extractor batch articles/ 'more/**/*.html' -o tables.duckdb --max-cost 5
  extractor batch run --help                            all flags of a run

The command `run` need not be named. Beside OUT lie OUT.journal, which knows how each article ended (see
`extractor runs`), and OUT.failures.jsonl."""

batch = group_that_runs(_HELP, _EXIT_CODES)
runs = group("""Runs of `extractor batch`: list, show, export.

\b
Examples:
  extractor runs list                        the runs in this folder
  extractor runs show out.jsonl              how one stands, and the command to go on
  extractor runs export out.jsonl --state failed -f csv""")

_Output = Annotated[
    str,
    typer.Option("--output", "-o", metavar="FILE", help="- is standard output, journal in this folder."),
]
_Form = Annotated[
    str | None,
    typer.Option(
        "--format",
        "-f",
        metavar="FORMAT",
        help="jsonl, parquet, duckdb, sqlite, csv; else by the suffix of FILE. parquet, csv: a folder.",
    ),
]
_Llms = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="The endpoint's LLM, or an embedded one; several with --dry-run."),
]
_Journal = Annotated[Path, typer.Argument(metavar="RUN", help="The output of a run, or its journal.")]


@batch.command("run", epilog=_EXIT_CODES)
@o.taking(*o.without(o.ASKING, "llm"), *o.TRUSTING, *o.READING, *o.SAYING)
def batch_run(
    ctx: typer.Context,
    sources: Annotated[
        list[str] | None,
        typer.Argument(metavar="[INPUT]...", help="Files, folders, patterns, URLs, or -."),
    ] = None,
    output: _Output = "-",
    output_format: _Form = None,
    ordered: Annotated[
        bool, typer.Option("--ordered", help="Sort the output by the inputs, at the end.")
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Do again what failed before, too.")
    ] = False,
    limit: Annotated[int | None, typer.Option(min=0, metavar="N", help="The first N articles only.")] = None,
    sample: Annotated[int | None, typer.Option(min=0, metavar="N", help="N articles drawn by lot.")] = None,
    seed: Annotated[int, typer.Option(metavar="S", help="Another lot of --sample.")] = 0,
    shard: Annotated[
        str | None, typer.Option(metavar="I/N", help="The I-th of N parts, for several machines.")
    ] = None,
    max_errors: Annotated[
        str | None, typer.Option(metavar="N|N%", help="End the run when more articles fail.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Go on though prompt, LLM or version changed.")
    ] = False,
    durable: Annotated[
        bool, typer.Option("--durable", help="Wait for the disk at each article: outlives a power cut.")
    ] = False,
    root: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Read no file outside of it, links resolved.")
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option(
            "--export", metavar="FILE", help="Only write the requests, for an LLM that works by file."
        ),
    ] = None,
    imports: Annotated[
        list[Path] | None,
        typer.Option(
            "--import", metavar="FILE", help="Take in such an LLM's answers; finish from them alone."
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Tell articles, answers at hand, tokens, price, time; ask nothing."),
    ] = False,
    engine: Annotated[
        str, typer.Option(metavar="NAME", help="local, or ray: worker processes, on many machines.")
    ] = "local",
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Processes that read articles; else one a processor from 32 requests at once on.",
        ),
    ] = None,
    ray_address: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Ray cluster to join (auto: this machine's); else its own."),
    ] = None,
    llm: _Llms = None,
) -> None:
    """Extract the records of many articles, or go on.

    \b
    Examples:
      extractor batch news.jsonl -o out.jsonl --base-url http://localhost:8000/v1 --llm qwen3
      extractor batch news.parquet -o tables -f parquet --text-field body --max-cost 5
      extractor batch articles/ -o sample.jsonl --sample 100
    """  # noqa: D301 - the mark is a backspace, by which click keeps the lines as they are
    params = {**ctx.params, "llm": llm[0] if llm else None, "llms": llm or []}
    by_file = "provider:export_requests" if export else "provider:import_responses" if imports else None
    run("estimating:dry_run" if dry_run else by_file or "batching:batch", params)


@runs.command("list")
def runs_list(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Else the working directory.")] = Path(),
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    debug: o.Debug = False,
) -> None:
    """List the runs whose journals lie in a folder."""
    run("runs:runs_list", ctx.params)


@runs.command("show")
def runs_show(
    ctx: typer.Context,
    journal: _Journal,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    debug: o.Debug = False,
) -> None:
    """Show how a run stands.

    Articles by state, failures by class, what it cost, and the command to go on.
    """
    run("runs:runs_show", ctx.params)


@runs.command("export")
def runs_export(
    ctx: typer.Context,
    journal: _Journal,
    output_format: Annotated[
        str, typer.Option("--format", "-f", metavar="FORMAT", help="jsonl or csv.")
    ] = "jsonl",
    state: Annotated[
        list[str] | None,
        typer.Option(metavar="STATE", help="done, done_with_warnings, failed, skipped; else all."),
    ] = None,
    debug: o.Debug = False,
) -> None:
    """Print the rows of a run's journal.

    One an article, in the order of the inputs: its id, source, state, why it failed, what it cost.
    """
    run("runs:runs_export", ctx.params)
