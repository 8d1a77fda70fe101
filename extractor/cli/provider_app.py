"""`extractor batch submit|status|collect|cancel`: the flags and help of a provider's batches."""

from pathlib import Path
from typing import Annotated

import typer

from extractor.cli import options as o
from extractor.cli.running import run

_EXIT_CODES = """\b
Exit codes:
  0  done
  2  wrong usage or configuration
  3  collected, but some articles failed: see OUT.failures.jsonl
  4  batches are under way still; endpoint out of reach, key refused, out of quota or budget
  130, 143  interrupted; the same command goes on"""

_Inputs = Annotated[
    list[str] | None, typer.Argument(metavar="[INPUT]...", help="The files, folders, patterns of the run.")
]
_Output = Annotated[
    str, typer.Option("--output", "-o", metavar="FILE", help="Output of the run; OUT.batches lies beside.")
]
_Form = Annotated[
    str | None,
    typer.Option(
        "--format", "-f", metavar="FORMAT", help="jsonl, parquet, duckdb, sqlite, csv; else by suffix."
    ),
]
_Limit = Annotated[int | None, typer.Option(min=0, metavar="N", help="The first N articles only.")]
_Sample = Annotated[int | None, typer.Option(min=0, metavar="N", help="N articles drawn by lot.")]
_Seed = Annotated[int, typer.Option(metavar="S", help="Another lot.")]
_Shard = Annotated[str | None, typer.Option(metavar="I/N", help="The I-th of N parts.")]
_Root = Annotated[Path | None, typer.Option(metavar="DIR", help="Read no file outside of it.")]
_REACHING = ("base_url", "llm", "api_key_file", *o.without(o.SAYING, "verbose"))
_ASKING = ("base_url", "llm", "api_key_file", "prompt", "answer_tokens", "chunk_tokens")
_AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a batch.")]


@o.taking(*_ASKING, "max_cost", "cache_dir", *o.READING, *o.SAYING)
def batch_submit(
    ctx: typer.Context,
    sources: _Inputs = None,
    output: _Output = "-",
    output_format: _Form = None,
    limit: _Limit = None,
    sample: _Sample = None,
    seed: _Seed = 0,
    shard: _Shard = None,
    root: _Root = None,
) -> None:
    """Submit requests as batches: half the price.

    The endpoint must have the OpenAI Batch API; answers come within a day.

    \b
    Example:
      extractor batch submit news.jsonl -o out.jsonl --base-url URL --llm NAME
      extractor batch status -o out.jsonl --base-url URL --llm NAME
      extractor batch collect news.jsonl -o out.jsonl --base-url URL --llm NAME

    What is recorded or under way is not submitted again; after a crash the same command goes on.
    """  # noqa: D301 - the mark is a backspace, by which click keeps the lines as they are
    run("provider:submit", ctx.params)


@o.taking(*_REACHING)
def batch_status(
    ctx: typer.Context,
    output: _Output = "-",
    json: _AsJson = False,
) -> None:
    """Show how the batches of an output stand."""
    run("provider:status", ctx.params)


@o.taking(*_ASKING, "concurrency", "cache_dir", *o.READING, *o.SAYING)
def batch_collect(
    ctx: typer.Context,
    sources: _Inputs = None,
    output: _Output = "-",
    output_format: _Form = None,
    ordered: Annotated[
        bool, typer.Option("--ordered", help="In the order of the inputs, at the end.")
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Do again what failed before.")
    ] = False,
    limit: _Limit = None,
    sample: _Sample = None,
    seed: _Seed = 0,
    shard: _Shard = None,
    root: _Root = None,
) -> None:
    """Take in the answers, and finish the articles.

    Only when all batches are over the articles are finished; until then the exit code is 4.
    """
    run("provider:collect", ctx.params)


@o.taking(*_REACHING)
def batch_cancel(
    ctx: typer.Context,
    output: _Output = "-",
    json: _AsJson = False,
) -> None:
    """Cancel the batches that are under way.

    What they have answered by then is paid, and can be collected.
    """
    run("provider:cancel", ctx.params)


def join(batch: typer.Typer) -> None:
    """Add the commands to the group of those for many articles."""
    batch.command("submit", epilog=_EXIT_CODES)(batch_submit)
    batch.command("status", epilog=_EXIT_CODES)(batch_status)
    batch.command("collect", epilog=_EXIT_CODES)(batch_collect)
    batch.command("cancel", epilog=_EXIT_CODES)(batch_cancel)
