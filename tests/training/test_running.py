"""The course of a run, with a learner that learns nothing; the real one is in test_tuning."""

import json
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import pytest

from extractor.errors import ConfigError
from tests.training.labelled import PORTS
from training import running
from training.running import Curve, Task, tune
from training.settings import Base, Place, Settings
from training.sweeping import Common, sweep, tasks_of

SCORES = {"dx_f1": 0.5, "detection_f1": 0.5, "strict_f1": 0.5, "types": {}, "languages": {}}


@dataclass
class Learner:
    """Makes steps and nothing else."""

    steps: int = 6
    per_epoch: int = 2
    step: int = 0
    saved: list = field(default_factory=list)

    def advance(self):
        self.step += 1
        return SimpleNamespace(step=self.step, steps=self.steps, epoch=self.step / 2, loss=1 / self.step)

    def save(self, folder):
        self.saved.append(self.step)


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Return a function that makes a course whose dev scores are given."""
    written = []

    def make(scores, seconds=None, learner=None, settings=None):
        task = Task(
            settings or Settings(),
            Base(tmp_path / "b.gguf", "b", "aa"),
            tmp_path,
            [PORTS.case],
            Place(tmp_path),
            seconds,
        )
        given = iter(scores)
        monkeypatch.setattr(
            running.Exam,
            "judge",
            lambda exam, write: {**SCORES, "dx_f1": next(given), "whole_answers": 1.0, "seconds": 1.0},
        )
        monkeypatch.setattr(running, "keep_best", lambda trainee, place, settings: written.append(place))
        clock = running.Clock(seconds)
        made = running.Course(
            task, learner or Learner(), SimpleNamespace(device="cpu"), clock, lambda line: None
        )
        return made, written

    return make


def test_scores_come_after_each_epoch_and_the_best_is_kept(course):
    made, written = course([0.2, 0.6, 0.4])
    made.run()
    assert [point["step"] for point in made.curve.points] == [2, 4, 6]
    assert made.curve.best["step"] == 4
    assert len(written) == 2
    assert made.is_done


def test_scores_after_so_many_steps(course):
    made, _ = course([0.1, 0.2], settings=Settings(judge_every=3))
    made.run()
    assert [point["step"] for point in made.curve.points] == [3, 6]


def test_scores_at_the_end_alone(course):
    made, _ = course([0.3], settings=Settings(judge_every=-1))
    made.run()
    assert [point["step"] for point in made.curve.points] == [6]


def test_when_the_time_is_up_it_is_judged_once_more(course):
    made, _ = course([0.3], seconds=0.0)
    made.run()
    assert [point["step"] for point in made.curve.points] == [0]
    assert not made.is_done


def test_a_curve_goes_on_from_the_step_that_was_saved(course, tmp_path):
    made, _ = course([0.2, 0.6, 0.4])
    made.run()
    again, _ = course([0.1, 0.1], learner=Learner(step=2))
    again.run()
    assert [point["dev"]["dx_f1"] for point in again.curve.points] == [0.2, 0.1, 0.1]
    told = json.loads((tmp_path / "curve.json").read_text(encoding="utf-8"))
    assert [step for step, _ in told["losses"]] == [1, 2, 3, 4, 5, 6]


def test_of_equal_points_the_later_is_the_best(tmp_path):
    points = [{"step": step, "dev": {"dx_f1": score}} for step, score in ((1, 0.5), (2, 0.5), (3, None))]
    assert Curve(tmp_path / "c.json", points=points).best["step"] == 2
    assert Curve(tmp_path / "c.json").best is None


def test_settings_whose_weights_are_not_here_are_left_out(tmp_path):
    (tmp_path / "b.gguf").write_bytes(b"GGUF")
    common = Common(tmp_path, [], tmp_path, tmp_path)
    said = []
    tasks = tasks_of([Settings(), Settings(base=str(tmp_path / "b.gguf"))], common, said.append)
    assert [task.settings.label for task in tasks] == ["b"]
    assert said[0].startswith("left out 1.5b: qwen2.5-coder-1.5b")


def test_without_torch_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "training.tuning.learning", None)
    with pytest.raises(ConfigError, match="training needs") as raised:
        tune(Task(Settings(), Base(tmp_path / "b.gguf", "b", "aa"), tmp_path, [], Place(tmp_path)))
    assert "training" in raised.value.hint


def test_a_sweep_goes_on_after_what_is_finished_and_stops_in_time(tmp_path, monkeypatch):
    (tmp_path / "b.gguf").write_bytes(b"GGUF")
    common = Common(tmp_path, [], tmp_path, tmp_path)
    settings = [Settings(base=str(tmp_path / "b.gguf"), rank=rank) for rank in (4, 8, 16)]
    ran = []

    def fake(task, said):
        ran.append((task.settings.rank, task.seconds is not None, task.resume))
        card = {"settings": task.settings.as_json(), "finished": True, "best": None, "seconds": 1.0}
        card["adapter"] = {"bytes": 1}
        task.place.folder.mkdir(parents=True, exist_ok=True)
        task.place.card.with_suffix(".json").write_text(json.dumps(card), encoding="utf-8")
        return card

    monkeypatch.setattr("training.sweeping.tune", fake)
    tasks = tasks_of(settings, common)
    assert len({task.place.folder for task in tasks}) == 3
    sweep(tasks[:1], tmp_path, None)
    cards = sweep(tasks, tmp_path, 60.0)
    assert ran == [(4, False, True), (8, True, True), (16, True, True)]
    assert len(cards) == 3
    assert "| b_rank-16 |" in (tmp_path / "comparison.md").read_text(encoding="utf-8")
    said = []
    assert sweep([replace(tasks[0], place=Place(tmp_path / "new"))], tmp_path, 0.0, said.append) == {}
    assert said == ["the time is up: 1 settings were not tried"]
