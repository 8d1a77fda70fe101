"""From answers to the exit code: which counters an error moves, which gates it misses, and the whole script."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from evals.reporting import RENDERERS
from tests.evals.examples import NAMES, answer_rows, article, key_rows, setting, without
from tests.evals.recordings import ROOT, cache_of_examples, gold_of_examples, told, write

THRESHOLDS = """
most: {failed_articles: 0.02, fabrication: 0.01}
least: {quotes_verbatim: 0.99}
floors: {dx_f1: 0.40}
regression: 0.02
tokens: 1.25
canaries: [x-en]
"""


def answered(change=None):
    rows = {name: answer_rows(name) for name in NAMES}
    if change is not None:
        change(rows["en"])
    return [{"article": article(name)["id"], "llm": "one", "extraction": rows[name]} for name in NAMES]


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """A gold folder, thresholds, and the baseline of answers that are as the key."""
    home = tmp_path_factory.mktemp("bench")
    write(home / "gold/articles.jsonl", [article(name) for name in NAMES])
    write(
        home / "gold/key.jsonl",
        [{"id": article(name)["id"], "records": key_rows(name)} for name in NAMES],
    )
    (home / "thresholds.yaml").write_text(THRESHOLDS, encoding="utf-8")
    scored(home, "perfect")
    told("eval", "baseline", home / "perfect/report.json", "--baseline", home / "baseline.json")
    return home


def scored(home, name, change=None):
    write(home / name / "predictions.jsonl", answered(change))
    told("eval", "score", "--gold", home / "gold", "--out", home / name)
    return json.loads((home / name / "report.json").read_text(encoding="utf-8"))


def gated(home, name, code):
    held = ("--baseline", home / "baseline.json", "--thresholds", home / "thresholds.yaml")
    lines = told("eval", "gate", "--out", home / name, *held, code=code).stdout.splitlines()
    return {line.split(":")[0].removeprefix("missed").strip() for line in lines if line.startswith("missed")}


def counters(report):
    """Return every count of a report by name: slots and records by type, errors, quotes, shares of records."""
    found = {
        f"{kind}.{name}": count
        for kind, one in report["types"].items()
        for name, count in one["counts"].items()
    }
    found |= {f"error.{name}": count for name, count in report["errors"].items()}
    shown = report["hallucination"]
    found |= {f"quotes.{name}": count for name, count in shown["quotes"].items()}
    shares = ("fabricated", "over_extracted", "injections_obeyed")
    return found | {name: shown[name]["value"] for name in shares}


def missed_and_false(kind, slots):
    """Return what moves when a record is said so wrongly that it is another one."""
    moved = {"cor": -slots, "mis": slots, "spu": slots, "found": -1, "missed": 1, "false": 1}
    moved |= {"right": -1, "not_right": 1, "wrong": 1}
    return {f"{kind}.{name}": by for name, by in moved.items()}


NOT_RIGHT = {"trade_figures.right": -1, "trade_figures.not_right": 1, "trade_figures.wrong": 1}
DROPPED = {"cor": -8, "mis": 8, "found": -1, "missed": 1, "right": -1, "not_right": 1}
NO_QUOTE = {"quotes.exact": -1, "quotes.none": 1}
INJECTED = {
    "an attendee dropped": (
        without("a2"),
        {f"attendees.{name}": by for name, by in DROPPED.items()} | {"quotes.exact": -1},
        {"canary x-en"},
    ),
    "a year moved": (
        setting("f2", period="2022"),
        {"trade_figures.cor": -1, "trade_figures.inc": 1, "error.period": 1, "error.normalisation": 1}
        | NOT_RIGHT,
        {"canary x-en"},
    ),
    "an amount times 1000": (
        setting("f2", value="240000000000"),
        missed_and_false("trade_figures", 10)
        | {"error.scale": 1, "error.fabricated": 1, "fabricated": 1 / 20},
        {"canary x-en", "fabrication", "regression"},
    ),
    "a quote forged": (
        setting("g1", evidence=[{"quote": "they agreed on uranium", "start": 5, "end": 27}]),
        NO_QUOTE,
        {"quotes verbatim"},
    ),
    "a figure with a forged quote": (
        setting("f2", value="7", evidence=[{"quote": "seven euros", "start": 0, "end": 11}]),
        missed_and_false("trade_figures", 10) | NO_QUOTE | {"error.fabricated": 1, "fabricated": 1 / 20},
        {"canary x-en", "fabrication", "quotes verbatim", "regression"},
    ),
}


@pytest.mark.parametrize("name", INJECTED)
def test_an_injected_error_moves_its_counters_alone_and_misses_its_gates(name, bench):
    change, expected, names = INJECTED[name]
    before, after = counters(scored(bench, "perfect")), counters(scored(bench, name, change))
    moved = {one: after[one] - before[one] for one in before if after[one] != before[one]}
    assert moved == pytest.approx(expected)
    assert gated(bench, name, 5) == names


def test_the_key_itself_passes(bench):
    assert gated(bench, "perfect", 0) == set()


def test_a_canary_that_never_sang_is_a_fault_of_the_list(bench, tmp_path):
    scored(bench, "dull", without("a2"))
    baseline = tmp_path / "baseline.json"
    told("eval", "baseline", bench / "dull/report.json", "--baseline", baseline)
    thresholds = tmp_path / "thresholds.yaml"
    thresholds.write_text(THRESHOLDS.replace("[x-en]", "[x-en, x-ko, x-gone]"), encoding="utf-8")
    held = ("--baseline", baseline, "--thresholds", thresholds)
    lines = told("eval", "gate", "--out", bench / "dull", *held).stdout.splitlines()
    assert "warning  canary x-en: not strictly right in the baseline either: choose another canary" in lines
    assert "passed   canary x-ko: strictly right" in lines
    assert "warning  canaries: not among the articles scored: x-gone" in lines


def test_a_report_shows_what_changed_and_another_run_beside(bench):
    scored(bench, "worse", without("g1"))
    report = ("eval", "report", "--out", bench / "worse", "--baseline", bench / "baseline.json")
    told(*report, "--against", bench / "perfect/report.json", "--beside", bench / "perfect/report.json")
    summary = (bench / "worse/summary.md").read_text(encoding="utf-8")
    change = summary[summary.index("### Against extractor, one") :].splitlines()
    assert [line for line in change if line.startswith("| overall | -")]
    assert [line for line in change if line.startswith("| x-en | 100.0 | ") and "found → missed" in line]
    assert len([line for line in change if line.startswith("| extractor one | 4 | ")]) == 2
    page = (bench / "worse/report.html").read_text(encoding="utf-8")
    assert "found → missed" in page
    told(*report)
    assert "### Against" not in (bench / "worse/summary.md").read_text(encoding="utf-8")


STUB = """#!/bin/sh
echo "$2 $3" >>steps
mkdir -p eval-results; echo "what $2 found" >eval-results/summary.md
case "$2" in {codes} *) exit 0 ;; esac
"""


@pytest.mark.parametrize(
    ("codes", "steps", "code"),
    [
        ({}, ["run", "score", "gate", "report"], 0),
        ({"run": 3}, ["run", "score", "gate", "report"], 0),
        ({"run": 3, "gate": 5}, ["run", "score", "gate", "report"], 5),
        ({"run": 4}, ["run"], 4),
        ({"score": 2}, ["run", "score"], 2),
        ({"gate": 2}, ["run", "score", "gate"], 2),
        ({"gate": 5, "report": 1}, ["run", "score", "gate", "report"], 1),
    ],
)
def test_the_script_goes_on_where_a_report_can_be_had_and_keeps_the_verdict(codes, steps, code, tmp_path):
    (tmp_path / "tools").symlink_to(ROOT / "tools")
    cases = " ".join(f"{step}) exit {status} ;;" for step, status in codes.items())
    command(tmp_path, STUB.format(codes=cases))
    gate_script(tmp_path, code=code)
    done = (tmp_path / "steps").read_text(encoding="utf-8").splitlines()
    assert [line.split()[0] for line in done] == steps
    summary = tmp_path / "step.md"
    assert summary.exists() == ("report" in steps and code in {0, 5})


@pytest.mark.parametrize("before", ["evals/baseline.json", "elsewhere.json"])
def test_the_script_shows_what_changed_since_a_baseline(before, tmp_path):
    (tmp_path / "tools").symlink_to(ROOT / "tools")
    command(tmp_path, STUB.format(codes=""))
    gate_script(tmp_path, before)
    (tmp_path / "evals").mkdir()
    (tmp_path / before).write_text("{}", encoding="utf-8")
    gate_script(tmp_path, *([before] if before == "elsewhere.json" else []))
    done = (tmp_path / "steps").read_text(encoding="utf-8").splitlines()
    assert [line for line in done if line.startswith("report")] == ["report --out", "report --against"]


def command(home, script):
    """Make a script the `extractor` of a checkout."""
    path = home / ".venv/bin/extractor"
    path.parent.mkdir(parents=True)
    path.write_text(script, encoding="utf-8")
    path.chmod(0o755)


def gate_script(home, *arguments, code=0):
    """Run the gate script in a checkout, where nothing can be reached; it ends with this exit code."""
    done = subprocess.run(
        ["bash", "tools/eval_gate.sh", *arguments],
        cwd=home,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "EXTRACTOR_BASE_URL": "http://127.0.0.1:9/v1",
            "EXTRACTOR_LLM": "nobody",
            "GITHUB_STEP_SUMMARY": str(home / "step.md"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done


@pytest.fixture
def clone(tmp_path):
    """Make a checkout with two examples for its gold, their answers recorded, in which the script runs."""
    for name in ("extractor", "pyproject.toml", "tools"):
        (tmp_path / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "prompts", tmp_path / "prompts")
    (tmp_path / "evals").mkdir()
    for path in (ROOT / "evals").iterdir():
        if path.name not in {"gold", "recorded", "baseline.json", "thresholds.yaml", "__pycache__"}:
            (tmp_path / "evals" / path.name).symlink_to(path)
    (tmp_path / "evals/thresholds.yaml").write_text(THRESHOLDS.replace("x-en", "hu"), encoding="utf-8")
    gold_of_examples(tmp_path / "evals/gold", ("en", "hu"))
    cache = ("--offline", "--cache-dir", cache_of_examples(tmp_path / "cache"))
    places = ("--gold", tmp_path / "evals/gold", "--recordings", tmp_path / "evals/recorded")
    told("eval", "record", *places, *cache, "--out", tmp_path / "out")
    command(tmp_path, f'#!/bin/sh\nPYTHONPATH={tmp_path} exec {sys.executable} -m extractor "$@"\n')
    return tmp_path


@pytest.mark.timeout(400)  # five processes, each of which loads everything, on a machine that may be busy
def test_in_a_checkout_a_first_run_misses_the_baseline_alone_and_an_edited_prompt_its_answers(clone):
    verdicts = gate_script(clone, code=5).stdout.splitlines()
    assert [line for line in verdicts if line.startswith("missed ")] == [
        "missed   baseline: there is none: review this report, then record it as one"
    ]
    assert {path.name for path in (clone / "eval-results").iterdir()} >= {*RENDERERS, "report.json"}
    assert "**MISSED**" in (clone / "step.md").read_text(encoding="utf-8")
    template = clone / "prompts/embedded.j2"
    prompt = template.read_text(encoding="utf-8")
    template.write_text(prompt.replace("facts", "acts"), encoding="utf-8")
    said = gate_script(clone, code=4).stderr
    assert "the prompt was embedded-1@" in said
    assert "record again with `extractor eval record`" in said
