"""What the command line says of itself, and how fast."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from extractor import __version__
from extractor.cli.app import app

COMMANDS = [
    (),
    ("extract",),
    ("demo",),
    ("schema",),
    ("doctor",),
    ("prompts",),
    ("prompts", "list"),
    ("prompts", "show"),
    ("prompts", "check"),
    ("llm",),
    ("llm", "list"),
    ("llm", "show"),
    ("llm", "pull"),
    ("llm", "serve"),
    ("config", "show"),
    ("cache", "stats"),
    ("cache", "export"),
    ("cache", "clear"),
    ("batch",),
    ("batch", "run"),
    ("batch", "submit"),
    ("batch", "status"),
    ("batch", "collect"),
    ("batch", "cancel"),
    ("runs",),
    ("runs", "list"),
    ("runs", "show"),
    ("runs", "export"),
    ("eval",),
    ("eval", "run"),
    ("eval", "record"),
    ("eval", "score"),
    ("eval", "gate"),
    ("eval", "report"),
    ("eval", "compare"),
    ("eval", "results"),
    ("eval", "baseline"),
    ("eval", "calibrate"),
    ("gold", "validate"),
    ("gold", "stats"),
    ("gold", "agreement"),
    ("gold", "adjudicate"),
    ("gold", "freeze"),
    ("gold", "export"),
    ("gold", "import"),
]


RECORDED = [(), ("extract",), ("batch",), ("runs",)]


def helped(*command, flag="--help"):
    result = CliRunner(env={"COLUMNS": "80", "TERMINAL_WIDTH": "80"}).invoke(app, [*command, flag])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_help_is_as_recorded():
    recorded = Path(__file__).with_name("help.txt")
    now = "".join(f"$ extractor {' '.join(c)} --help\n{helped(*c)}\n" for c in RECORDED)
    assert now.replace("Usage: root", "Usage: extractor") == recorded.read_text(encoding="utf-8")


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_and_flag_is_explained(command):
    lines = helped(*command).splitlines()
    assert helped(*command, flag="-h").splitlines() == lines
    options = [line for line in lines if line.startswith("  -")]
    assert options
    for line in options:
        assert len(line.split("  ")[-1]) > 3 or lines[lines.index(line) + 1].startswith("       "), line


def test_examples_come_before_options():
    text = helped()
    assert text.index("Examples:") < text.index("Options:") < text.index("Exit codes:")


def test_alone_it_shows_the_help_and_succeeds(cli):
    done = cli(code=0)
    assert "Examples:" in done.stdout
    assert done.stderr == ""


def test_it_knows_its_version(cli):
    assert cli("--version", code=0).stdout == f"extractor {__version__}\n"


@pytest.mark.parametrize(
    ("typed", "meant"), [("extrat", "extract"), ("prompt", "prompts"), ("doktor", "doctor")]
)
def test_a_slip_is_told_the_nearest_command(typed, meant, cli):
    done = cli(typed, code=2)
    assert f"Did you mean '{meant}'?" in done.stderr or f"'{meant}'" in done.stderr
    assert done.stdout == ""


def test_an_unknown_flag_is_told_the_nearest(cli):
    done = cli("extract", "--ofline", "x", code=2)
    assert "--offline" in done.stderr


def test_help_loads_nothing_that_works(cli):
    code = (
        "import sys; from typer.testing import CliRunner; from extractor.cli.app import app;"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0;"
        "print(sorted({m.split('.')[0] for m in sys.modules} & "
        "{'openai', 'instructor', 'pydantic', 'rich', 'httpx2', 'yaml', 'jinja2', 'babel', 'asyncio'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() in ("[]", "['asyncio']")


def seconds_of(*command):
    """Return the shortest of several runs, which other work on the machine disturbs least."""
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        subprocess.run([sys.executable, *command], capture_output=True, check=True)
        times.append(time.perf_counter() - begun)
    return min(times)


def test_help_takes_less_than_a_third_of_importing_openai():
    assert seconds_of("-m", "extractor", "--help") < 0.3 * seconds_of("-c", "import openai")


def test_completion_offers_the_commands(environment):
    done = subprocess.run(
        [sys.executable, "-m", "extractor"],
        capture_output=True,
        text=True,
        env=environment
        | {"_EXTRACTOR_COMPLETE": "complete_bash", "COMP_WORDS": "extractor e", "COMP_CWORD": "1"},
        check=True,
    )
    assert "extract" in done.stdout.split()
