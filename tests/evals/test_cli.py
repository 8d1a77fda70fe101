"""The commands of the harness, alone and as groups of `extractor`."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evals.cases import TYPES
from evals.command_line import everything
from evals.gating import read_document
from evals.reporting import RENDERERS
from extractor.cli.app import app
from tests.evals.examples import NAMES, answer_rows, article, key_rows, setting, without

ROOT = Path(__file__).parents[2]


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def labels(change=None):
    rows = {name: key_rows(name) for name in NAMES}
    if change is not None:
        change(rows["en"])
    return [{"id": article(name)["id"], "records": records} for name, records in rows.items()]


def answers(change=None, llm="one"):
    rows = {name: answer_rows(name) for name in NAMES}
    if change is not None:
        change(rows["en"])
    return [{"article": article(name)["id"], "llm": llm, "extraction": rows[name]} for name in NAMES]


@pytest.fixture
def gold(tmp_path):
    write(tmp_path / "gold/articles.jsonl", [article(name) for name in NAMES])
    write(tmp_path / "gold/key.jsonl", labels())
    write(tmp_path / "gold/labels/a.jsonl", labels())
    return tmp_path / "gold"


def told(*arguments, code=0, of=app):
    done = CliRunner().invoke(of, list(map(str, arguments)))
    assert done.exit_code == code, done.output
    return done


def test_the_steps_hand_their_artefacts_on(tmp_path, gold):
    out, baseline = ("--out", tmp_path), ("--baseline", tmp_path / "baseline.json")
    thresholds = ("--thresholds", ROOT / "evals/thresholds.yaml")
    write(tmp_path / "predictions.jsonl", answers())
    scored = told("eval", "score", "--split", "test", "--gold", gold, *out).stdout
    assert "dx_f1          100.0 [100.0, 100.0]" in scored
    assert "missed   baseline" in told("eval", "gate", *out, *baseline, *thresholds, code=5).stdout
    told("eval", "baseline", *out, *baseline)
    assert "missed" not in told("eval", "gate", *out, *baseline, *thresholds).stdout
    told("eval", "report", tmp_path / "report.json", "--out", tmp_path / "all", *baseline)
    assert {path.name for path in (tmp_path / "all").iterdir()} >= set(RENDERERS)
    assert read_document(tmp_path / "report.json")["articles_scored"] == 4


def test_a_worse_answer_is_told_in_the_comparison_and_misses_its_gates(tmp_path, gold):
    for name, change in (("before", None), ("after", without("g1"))):
        write(tmp_path / name / "predictions.jsonl", answers(change))
        told("eval", "score", "--gold", gold, "--out", tmp_path / name)
    before, after = (tmp_path / name / "report.json" for name in ("before", "after"))
    told("eval", "baseline", before, "--baseline", tmp_path / "baseline.json")
    gates = told("eval", "gate", after, "--baseline", tmp_path / "baseline.json", code=5).stdout
    assert "missed   regression" in gates
    assert "x-en: 100.0 ->" in told("eval", "compare", before, after).stdout


def test_several_files_of_answers_stand_side_by_side(tmp_path, gold):
    write(tmp_path / "predictions.one.jsonl", answers())
    write(tmp_path / "predictions.two.jsonl", answers(setting("m1", status="cancelled"), llm="two"))
    table = told("eval", "score", "--gold", gold, "--out", tmp_path).stdout.splitlines()
    assert [line.split()[:3] for line in table[1:]] == [["extractor", "one", "4"], ["extractor", "two", "4"]]
    assert {path.name for path in tmp_path.glob("report*")} == {"report.one.json", "report.two.json"}


def test_filters_choose_what_is_scored(tmp_path, gold):
    write(tmp_path / "predictions.jsonl", answers())
    choice = ("--filter", "lang=ko", "--filter", "lang=ar", "--gold", gold, "--out", tmp_path)
    assert ": 2 articles" in told("eval", "score", *choice).stdout


def test_a_run_that_nothing_recorded_answers_is_no_answer(tmp_path, gold):
    run = ("eval", "run", "--gold", gold, "--offline", "--cache-dir", tmp_path / "cache", "--limit", "1")
    done = told(*run, "--base-url", "http://127.0.0.1:9/v1", "--llm", "x", "--out", tmp_path, code=4)
    assert "error:" in done.stderr
    assert "hint:" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("eval", "score", "none.jsonl"),
        ("eval", "gate", "none.json"),
        ("eval", "compare", "none.json", "none.json"),
        ("gold", "validate", "--gold", "none"),
        ("gold", "agreement", "--split", "train"),
        ("eval", "run", "--filter", "colour=red"),
    ],
    ids=" ".join,
)
def test_wrong_usage_has_its_exit_code_and_a_hint(arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = told(*arguments, code=2)
    assert done.stderr.startswith("error: ")
    assert "hint: " in done.stderr


def test_gold_is_checked_counted_and_frozen(gold):
    assert told("gold", "validate", "--gold", gold).stdout == "no problems\n"
    assert "languages: ar 1, en 2, ko 1\n" in told("gold", "stats", "--gold", gold).stdout
    assert json.loads(told("gold", "freeze", "--gold", gold).stdout)["key_version"] == 1
    write(gold / "key.jsonl", labels(setting("m1", status="ongoing")))
    assert "test: differs from its frozen hash" in told("gold", "validate", "--gold", gold, code=2).stdout
    told("gold", "freeze", "--gold", gold, code=2)
    told("gold", "freeze", "--gold", gold, "--erratum", "x-en m1: not over yet")


def test_two_labellings_are_compared(gold):
    assert "no article has two" in told("gold", "agreement", "--gold", gold, code=2).stderr
    write(gold / "labels/b.jsonl", labels(setting("m1", kind="other")))
    agreement = told("gold", "agreement", "--gold", gold).stdout
    assert agreement.startswith("4 articles labelled twice\n")
    assert [line.split()[0] for line in agreement.splitlines()[-5:]] == list(TYPES)
    as_json = json.loads(told("gold", "agreement", "--gold", gold, "--json").stdout)
    assert 0.9 < as_json["plain"] < 1
    assert "m1/m1.kind\n    a: talks\n    b: other" in told("gold", "adjudicate", "--gold", gold).stdout


def test_labels_go_to_label_studio_and_come_back(tmp_path, gold):
    tasks = told("gold", "export", "--gold", gold, "--annotator", "a").stdout
    (tmp_path / "tasks.json").write_text(tasks, encoding="utf-8")
    back = told("gold", "import", tmp_path / "tasks.json").stdout
    rows = {row["id"]: row["records"] for row in map(json.loads, back.splitlines())}
    assert rows == {row["id"]: row["records"] for row in labels()}


def test_the_harness_alone_has_all_commands(gold):
    assert told("validate", "--gold", gold, of=everything()).stdout == "no problems\n"
    assert "\n  gate " in told("--help", of=everything()).stdout


def child(*arguments, path, cwd):
    return subprocess.run(
        [sys.executable, *arguments],
        env={"PATH": os.environ["PATH"], "HOME": str(cwd), "PYTHONPATH": str(path)},
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("group", ["eval", "gold"])
def test_a_package_without_its_checkout_says_where_the_harness_is(group, tmp_path):
    (tmp_path / "extractor").symlink_to(ROOT / "extractor")
    done = child("-m", "extractor", group, "run", "--limit", "3", path=tmp_path, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "error: the eval harness is part of a checkout, not of the package" in done.stderr
    assert group not in child("-m", "extractor", "--help", path=tmp_path, cwd=tmp_path).stdout.split()


def test_a_checkout_without_the_harness_libraries_says_what_is_missing(tmp_path):
    code = (
        "import sys; sys.modules['scipy'] = None; sys.modules['scipy.optimize'] = None;"
        "sys.argv = ['extractor', 'gold', 'validate']; from extractor.__main__ import main; main()"
    )
    done = child("-c", code, path=ROOT, cwd=tmp_path)
    assert done.returncode == 2
    assert "the eval harness needs scipy" in done.stderr
    assert "make setup-dev" in done.stderr
