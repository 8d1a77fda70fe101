"""From answers to the exit code: which counters an error moves, which gates it misses, and the whole script."""

import json
import os
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


class Clone:
    """A checkout with the examples for its gold, in which the gate script runs as it does in CI."""

    def __init__(self, home):
        self.home = home
        for name in ("extractor", "pyproject.toml", "tools"):
            (home / name).symlink_to(ROOT / name)
        (home / "prompts").mkdir()
        for path in (ROOT / "prompts").iterdir():
            (home / "prompts" / path.name).symlink_to(path)
        (home / "evals").mkdir()
        for path in (ROOT / "evals").iterdir():
            if path.name not in {"gold", "recorded", "baseline.json", "thresholds.yaml", "__pycache__"}:
                (home / "evals" / path.name).symlink_to(path)
        (home / "evals/thresholds.yaml").write_text(THRESHOLDS.replace("x-en", "hu"), encoding="utf-8")
        gold_of_examples(home / "evals/gold", ("en", "hu"))
        cache_of_examples(home / "cache")
        (home / ".venv/bin").mkdir(parents=True)
        command = f'#!/bin/sh\nPYTHONPATH={home} exec {sys.executable} -m extractor "$@"\n'
        (home / ".venv/bin/extractor").write_text(command, encoding="utf-8")
        (home / ".venv/bin/extractor").chmod(0o755)

    def run(self, *command, code=0):
        """Run a command in the clone, where nothing can be reached."""
        done = subprocess.run(
            list(map(str, command)),
            cwd=self.home,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.home),
                "EXTRACTOR_BASE_URL": "http://127.0.0.1:9/v1",
                "EXTRACTOR_LLM": "nobody",
                "GITHUB_STEP_SUMMARY": str(self.home / "step.md"),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done

    def extractor(self, *arguments, code=0):
        """Run the clone's own extractor."""
        return self.run(".venv/bin/extractor", *arguments, code=code)

    def gate(self, *arguments, code=0):
        """Run the gate script."""
        return self.run("bash", "tools/eval_gate.sh", *arguments, code=code)


def test_the_script_runs_scores_gates_and_renders(tmp_path):
    clone = Clone(tmp_path)
    assert "no manifest of recorded answers" in clone.gate(code=2).stderr
    clone.extractor("eval", "record", "--offline", "--cache-dir", "cache")
    assert "missed   baseline: there is none" in clone.gate(code=5).stdout
    assert {path.name for path in (tmp_path / "eval-results").iterdir()} >= {*RENDERERS, "report.json"}
    assert "**MISSED**" in (tmp_path / "step.md").read_text(encoding="utf-8")
    clone.extractor("eval", "baseline")
    assert "passed   canary hu: strictly right" in clone.gate(code=0).stdout
    assert "### Against extractor" in (tmp_path / "step.md").read_text(encoding="utf-8")
    (tmp_path / "prompts/embedded.j2").unlink()
    prompt = (ROOT / "prompts/embedded.j2").read_text(encoding="utf-8")
    (tmp_path / "prompts/embedded.j2").write_text(prompt.replace("facts", "acts"), encoding="utf-8")
    failed = clone.gate(code=4).stderr
    assert "the prompt was embedded-1@" in failed
    assert "record again with `extractor eval record`" in failed
