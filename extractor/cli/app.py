"""Every command with its flags and help. What a command does is in the module it imports when it runs.

Only this shape is loaded to show help or to complete a word, so nothing here imports what works.
"""

import sys
from typing import Annotated

import typer

from extractor import __version__
from extractor.cli import options as o
from extractor.cli import provider_app
from extractor.cli.batch_app import batch, runs
from extractor.cli.checkout import join
from extractor.cli.grouping import CONTEXT, group
from extractor.cli.running import run

EXIT_CODES = """\b
Exit codes:
  0  done
  1  unexpected error, or a result that could not be written
  2  wrong usage or configuration
  3  finished, but some articles could not be read or gave no answer
  4  no answer: endpoint out of reach, key refused, out of quota or budget, download failed
  5  a check failed
  130, 143  interrupted"""

_HELP = """Extract agreements, MOUs, trade figures, attendees and meetings from news articles.

\b
Examples:
  extractor demo                            a bundled article, start to end
  extractor extract article.txt             records of one article
  cat article.html | extractor extract -    from a pipe
  extractor batch news.jsonl -o out.jsonl   many articles; goes on where it was
  extractor extract a.txt --base-url http://localhost:11434/v1 --llm qwen3

Every record is proven by words of the article. Without --base-url the embedded LLM answers: it is
downloaded once, and needs no key. Each command explains itself with --help."""

app = typer.Typer(
    name="extractor",
    help=_HELP,
    epilog=EXIT_CODES,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings=CONTEXT,
)
prompts = group("Show and check prompt templates.")
llm = group("Embedded LLMs: list, download, serve.")
config = group("Show the settings.")
cache = group("Recorded answers: count, export, clear.")
provider_app.join(batch)
app.add_typer(batch, name="batch")
app.add_typer(runs, name="runs")
app.add_typer(prompts, name="prompts")
app.add_typer(llm, name="llm")
app.add_typer(cache, name="cache")
app.add_typer(config, name="config")
join(app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"extractor {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def root(
    ctx: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Show the help where no command is named."""
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


@app.command(epilog=EXIT_CODES)
@o.taking(*o.ASKING, *o.TRUSTING, *o.READING, *o.SAYING)
def extract(
    ctx: typer.Context,
    sources: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SOURCE]...", help="Files, URLs, or - for standard input."),
    ] = None,
    output_format: o.Format = None,
    json: o.Json = False,
    output: o.Output = "-",
    explain: o.Explain = False,
) -> None:
    """Extract the records of articles.

    \b
    Examples:
      extractor extract article.txt --explain
      extractor extract https://example.org/news.html --json
      extractor extract articles.jsonl --text-field body -f csv -o records.csv
      extractor extract article.txt -f html -o page.html
    """  # noqa: D301 - the mark is a backspace, by which click keeps the lines as they are
    if not sources and sys.stdin.isatty():
        typer.echo(ctx.get_help())
        raise typer.Exit(2)
    run("extracting:extract", ctx.params)


@app.command()
def demo(
    ctx: typer.Context,
    output_format: o.Format = None,
    base_url: o.BaseUrl = None,
    llm: o.Llm = None,
    offline: o.Offline = None,
    no_cache: o.NoCache = None,
    refresh: o.Refresh = None,
    quiet: o.Quiet = False,
    verbose: o.Verbose = 0,
    log_format: o.LogFormat = "text",
    debug: o.Debug = False,
    env_file: o.EnvFile = None,
) -> None:
    """Extract the records of a bundled article.

    The LLM is the one that your settings choose, else the embedded one.
    """
    run("demonstrating:demo", ctx.params)


@app.command()
def schema(ctx: typer.Context, debug: o.Debug = False) -> None:
    """Print the JSON Schema of a result."""
    run("describing:schema", ctx.params)


@app.command()
def doctor(
    ctx: typer.Context,
    base_url: o.BaseUrl = None,
    llm: o.Llm = None,
    api_key_file: o.ApiKeyFile = None,
    offline: o.Offline = None,
    cache_dir: o.CacheDir = None,
    quiet: o.Quiet = False,
    debug: o.Debug = False,
    env_file: o.EnvFile = None,
) -> None:
    """Check endpoint, embedded LLM, cache and disk.

    The output names the versions in use, too, and holds no secret: it can be shown to others.
    """
    run("doctoring:doctor", ctx.params)


@prompts.command("list")
def prompts_list(ctx: typer.Context, debug: o.Debug = False) -> None:
    """List the prompt templates."""
    run("prompting:prompts_list", ctx.params)


@prompts.command("show")
def prompts_show(
    ctx: typer.Context,
    article: Annotated[str | None, typer.Option(metavar="FILE", help="Article to ask about.")] = None,
    json: Annotated[bool, typer.Option("--json", help="The request as JSON, its schema included.")] = False,
    prompt: o.Prompt = None,
    base_url: o.BaseUrl = None,
    llm: o.Llm = None,
    date: o.Date = None,
    language: o.Language = None,
    input_format: o.InputFormat = None,
    encoding: o.Encoding = None,
    debug: o.Debug = False,
    env_file: o.EnvFile = None,
) -> None:
    """Show the exact requests that an article leads to, or a template's source; nothing is sent."""
    run("prompting:prompts_show", ctx.params)


@prompts.command("check")
def prompts_check(ctx: typer.Context, prompt: o.Prompt = None, debug: o.Debug = False) -> None:
    """Check every template, and that each string of its examples stands in the example's text."""
    run("prompting:prompts_check", ctx.params)


@llm.command("list")
def llm_list(
    ctx: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    debug: o.Debug = False,
) -> None:
    """List the embedded LLMs, and which are downloaded."""
    run("embedding:llm_list", ctx.params)


_Name = Annotated[str | None, typer.Argument(metavar="[NAME]", help="Else the default one.")]


@llm.command("show")
def llm_show(ctx: typer.Context, name: _Name = None, debug: o.Debug = False) -> None:
    """Show one embedded LLM as JSON: licence, digests, sources."""
    run("embedding:llm_show", ctx.params)


@llm.command("pull")
def llm_pull(
    ctx: typer.Context,
    name: _Name = None,
    force: Annotated[bool, typer.Option("--force", help="Download again.")] = False,
    quiet: o.Quiet = False,
    log_format: o.LogFormat = "text",
    debug: o.Debug = False,
    env_file: o.EnvFile = None,
) -> None:
    """Download an embedded LLM; what was begun is continued. Prints the file's path."""
    run("embedding:llm_pull", ctx.params)


@llm.command("serve")
def llm_serve(
    ctx: typer.Context,
    name: _Name = None,
    port: Annotated[int, typer.Option(help="0: any free one.")] = 8080,
    quiet: o.Quiet = False,
    log_format: o.LogFormat = "text",
    debug: o.Debug = False,
    env_file: o.EnvFile = None,
) -> None:
    """Serve an embedded LLM on loopback as an OpenAI-compatible endpoint, until interrupted."""
    run("embedding:llm_serve", ctx.params)


@config.command("show")
def config_show(
    ctx: typer.Context,
    origin: Annotated[bool, typer.Option("--origin", help="Say where each value comes from.")] = False,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    debug: o.Debug = False,
    env_file: o.EnvFile = None,
) -> None:
    """Show every setting in force; secrets are masked."""
    run("describing:config_show", ctx.params)


@cache.command("stats")
def cache_stats(ctx: typer.Context, cache_dir: o.CacheDir = None, debug: o.Debug = False) -> None:
    """Count the recorded answers and their bytes, as JSON."""
    run("recording:cache_stats", ctx.params)


@cache.command("export")
def cache_export(ctx: typer.Context, cache_dir: o.CacheDir = None, debug: o.Debug = False) -> None:
    """Print the recorded answers, one JSON object a line."""
    run("recording:cache_export", ctx.params)


@cache.command("clear")
def cache_clear(
    ctx: typer.Context,
    cache_dir: o.CacheDir = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    debug: o.Debug = False,
) -> None:
    """Delete all recorded answers."""
    run("recording:cache_clear", ctx.params)
