"""The README's promises: every command in it runs, what it shows is what comes out, what it names exists."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from extractor.llm.caching import DiskStore
from extractor.llm.recorded import RecordedAnswers

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
COMMANDS = [
    line.removeprefix("$ ") for kind, block in BLOCKS if kind == "console" for line in block.splitlines()
]
NEEDS_WEIGHTS = ("extractor llm pull", "extractor llm serve")
ARTICLES = '{"id": "a", "body": "Nothing happened today in the town.", "day": "2031-03-05"}\n'


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """Fill a user's cache with the answers recorded for the examples."""
    directory = tmp_path_factory.mktemp("cache")
    store, recorded = (
        DiskStore(directory / "extractor" / "answers"),
        RecordedAnswers(ROOT / "tests/recorded/examples.jsonl"),
    )
    for answer in map(recorded.get, recorded):
        store.put(answer)
    return directory


@pytest.fixture
def clone(tmp_path, answers):
    """Make a directory like a clone, and an environment in which only recorded answers can be had."""
    for name in ("examples", "prompts", "extractor", "pyproject.toml", "README.md", "LICENSE", "Makefile"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "articles.jsonl").write_text(ARTICLES, encoding="utf-8")
    kept = {name: os.environ[name] for name in ("LANG",) if name in os.environ}
    return tmp_path, kept | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(answers),
        "EXTRACTOR_WEIGHTS_DIR": str(tmp_path / "weights"),
        "COLUMNS": "100",
    }


def run(command, clone):
    directory, environment = clone
    return subprocess.run(
        ["bash", "-c", command],
        cwd=directory,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def adapted(command, url):
    """Return a command as it can be run here: at our endpoint, changing nothing outside the clone."""
    command = command.replace("http://127.0.0.1:8000/v1", url).replace("--llm my-llm", "--llm tiny")
    if command.startswith("make "):
        return command.replace("make ", "make --dry-run ")
    if command.startswith("pip install"):
        return f"python -m {command} --dry-run --no-deps --no-build-isolation --no-index --quiet"
    if "articles.jsonl" in command or "--refresh" in command:
        return f"{command} --base-url {url} --llm tiny"
    return command


@pytest.mark.parametrize("command", [c for c in COMMANDS if not c.startswith(NEEDS_WEIGHTS)])
def test_every_command_runs(command, clone, endpoint):
    done = run(adapted(command, endpoint.url), clone)
    expected = {0, 1} if "doctor" in command else {0}  # it finds no weights here, and says so
    assert done.returncode in expected, done.stderr


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith(NEEDS_WEIGHTS)])
def test_commands_of_the_weights_exist(command, clone):
    assert run(f"{command} --help", clone).returncode == 0


def test_the_first_example_prints_what_the_readme_shows(clone):
    printed = run("extractor extract examples/hu.txt --format table --offline", clone).stdout
    shown = next(block for kind, block in BLOCKS if kind == "text" and "Talks: Hungary" in block)
    lines = {" ".join(line.split()) for line in printed.splitlines()}
    missing = [line for line in shown.splitlines() if " ".join(line.split()) not in lines]
    assert missing == []


def test_every_path_it_names_exists():
    for path in re.findall(r"`((?:extractor|evals|prompts|examples|tests)/[\w/.-]*|evals)`", README):
        assert (ROOT / path).exists(), path


def test_the_python_in_it_runs(clone):
    (code,) = [block for kind, block in BLOCKS if kind == "python"]
    script = f"import extractor, extractor.library\nfrom extractor import *\n{code.split('with connect')[0]}"
    script = script.replace('"BERLIN, 6 March 2031. …"', "open('examples/hu.txt').read()")
    done = run(f"python - <<'PY'\n{script}\nPY", clone)
    assert done.returncode == 0, done.stderr
    assert "Bence" in done.stdout or "27800000000" in done.stdout


@pytest.mark.skipif(not shutil.which("make"), reason="needs make")
@pytest.mark.parametrize("target", ["demo", "test", "setup", "lint"])
def test_the_makefile_has_what_it_promises(target, clone):
    assert run(f"make --dry-run {target}", clone).returncode == 0
