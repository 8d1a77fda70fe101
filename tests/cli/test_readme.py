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
from tests.batching.batch_server import running

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
SESSIONS = [
    [line.removeprefix("$ ") for line in block.splitlines()] for kind, block in BLOCKS if kind == "console"
]
"""Commands that stand together are run one after the other, in one folder."""
COMMANDS = [command for session in SESSIONS for command in session]
OFFLINE_LLM = ROOT / "tests/cli/offline_llm.py"
NEEDS_WEIGHTS = ("extractor llm pull", "extractor llm serve")
ARTICLES = '{"id": "a", "body": "Nothing happened today in the town.", "day": "2031-03-05"}\n'


def block_of(kind, words):
    return next(block for its_kind, block in BLOCKS if its_kind == kind and words in block)


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
    (tmp_path / "who.sql").write_text(block_of("sql", "SELECT"), encoding="utf-8")
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
        timeout=100,
        check=False,
    )


@pytest.fixture
def provider():
    """An endpoint that has batches, and has answered them when they are asked for."""
    with running() as server:
        yield server


def adapted(command, url):
    """Return a command as it can be run here: at our endpoint, changing nothing outside the clone."""
    command = command.replace("http://127.0.0.1:8000/v1", url).replace("--llm my-llm", "--llm tiny")
    if command.startswith("make "):
        return command.replace("make ", "make --dry-run ")
    if command.startswith("pip install"):
        return f"python -m {command} --dry-run --no-deps --no-build-isolation --no-index --quiet"
    if ("articles.jsonl" in command or "--refresh" in command) and "--base-url" not in command:
        return f"{command} --base-url {url} --llm tiny"
    return command


def prepare(command, clone, provider):
    """Do what somebody else does between two commands: an LLM that works by file, or a day's batches."""
    directory, _ = clone
    if "--import answers.jsonl" in command:
        files = (directory / "requests.jsonl", directory / "answers.jsonl")
        subprocess.run([sys.executable, OFFLINE_LLM, *files], check=True)
    if command.startswith("extractor batch collect"):
        for batch_id in list(provider.batches):
            provider.finish(batch_id)


@pytest.mark.timeout(600)  # several commands one after the other
@pytest.mark.parametrize("session", SESSIONS, ids=lambda session: session[0])
def test_every_command_runs(session, clone, endpoint, provider):
    by_batches = any(command.startswith("extractor batch submit") for command in session)
    url = provider.url if by_batches else endpoint.url
    for command in session:
        if command.startswith(NEEDS_WEIGHTS):
            continue
        prepare(command, clone, provider)
        done = run(adapted(command, url), clone)
        expected = {0, 1} if "doctor" in command else {0}  # it finds no weights here, and says so
        assert done.returncode in expected, f"{command}: {done.stderr}"


def test_a_batch_of_the_examples_ends_as_the_readme_shows(clone):
    assert run("extractor batch examples -o records.jsonl --offline", clone).returncode == 0
    printed = run("extractor runs show records.jsonl", clone).stdout.splitlines()
    shown = block_of("text", "with warnings ").splitlines()
    assert [line for line in shown if line not in printed] == []


@pytest.mark.parametrize(("named", "shown"), [("who.sql", "│  place  │"), ("--dry-run", "to send")])
def test_the_last_command_of_a_block_prints_what_stands_under_it(named, shown, clone):
    (session,) = [session for session in SESSIONS if any(named in command for command in session)]
    printed = [run(command, clone).stdout for command in session][-1].split()
    assert printed == block_of("text", shown).split()


def test_its_exit_codes_are_those_of_the_help(clone):
    told = run("extractor batch --help", clone).stdout
    codes = re.findall(r"^    ([\d, ]+?)  +(.+)$", told[told.index("Exit codes") :], re.MULTILINE)
    shown = dict(re.findall(r"^\| ([\d, ]+) \| (.+) \|$", README, re.MULTILINE))
    assert len(codes) > 5
    assert {code for code, _ in codes} == set(shown)
    assert all(shown[code].split()[0] == words.split()[0] for code, words in codes)


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith(NEEDS_WEIGHTS)])
def test_commands_of_the_weights_exist(command, clone):
    assert run(f"{command} --help", clone).returncode == 0


def test_the_first_example_prints_what_the_readme_shows(clone):
    printed = run("extractor extract examples/hu.txt --format table --offline", clone).stdout
    shown = block_of("text", "Talks: Hungary")
    lines = {" ".join(line.split()) for line in printed.splitlines()}
    missing = [line for line in shown.splitlines() if " ".join(line.split()) not in lines]
    assert missing == []


def test_every_path_it_names_exists():
    for path in re.findall(r"`((?:extractor|evals|prompts|examples|tests|docs)/[\w/.-]*|evals)`", README):
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
