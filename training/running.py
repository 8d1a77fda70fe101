"""One run of training from settings to an adapter with its card; it goes on where it was broken off."""

import json
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from random import Random
from typing import Any

from evals.cases import Case
from extractor.errors import ConfigError
from extractor.llm.weights import sha256_of
from training.batching import reshaped, rows_of, with_share
from training.cards import write_card
from training.data import load_pairs, shares
from training.judging import Exam
from training.settings import Base, Place, Settings

_PACKAGES = ("torch", "transformers", "peft", "gguf", "safetensors", "tokenizers", "numpy")
_TOLD_EVERY = 10
_SAVED_EVERY = 50
_FIRST_JUDGING = 60.0
"""Seconds kept back for the first judging on a GPU; for the next ones, what the last one took."""
Said = Callable[[str], None]


@dataclass(frozen=True)
class Task:
    """What a run works on: weights, prepared data, dev cases, and the seconds it may take at most."""

    settings: Settings
    base: Base
    data: Path
    dev: Sequence[Case]
    place: Place
    seconds: float | None = None
    resume: bool = False


@dataclass
class Curve:
    """Losses and scores as they came, written after each change."""

    path: Path
    losses: list[tuple[int, float]] = field(default_factory=list)
    points: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0

    def load(self, step: int) -> None:
        """Take up what an earlier part of the run noted, up to a step."""
        if self.path.exists():
            told = json.loads(self.path.read_text(encoding="utf-8"))
            self.losses = [(at, loss) for at, loss in told["losses"] if at <= step]
            self.points = [point for point in told["points"] if point["step"] <= step]
            self.seconds = float(told["seconds"])

    def write(self) -> None:
        """Write it as JSON."""
        told = {"losses": self.losses, "points": self.points, "seconds": round(self.seconds, 1)}
        self.path.write_text(json.dumps(told, indent=1), encoding="utf-8")

    @property
    def best(self) -> dict[str, Any] | None:
        """The point that scored best; the later of two that are equal."""
        judged = [point for point in self.points if point["dev"]["dx_f1"] is not None]
        return max(judged, key=lambda point: (point["dev"]["dx_f1"], point["step"]), default=None)


def tune(task: Task, said: Said = lambda _line: None) -> Mapping[str, Any]:
    """Train as a task says; return the card as JSON. Raises ConfigError where a heavy package is missing."""
    try:
        from training.tuning.learning import Learner  # noqa: PLC0415 - torch and its kin, an extra
        from training.tuning.loading import load  # noqa: PLC0415 - likewise
    except ImportError as exc:
        raise ConfigError(
            f"training needs {exc.name}", hint="pip install --group training, see training/README.md"
        ) from exc
    clock = Clock(task.seconds)
    settings = task.settings
    task.place.folder.mkdir(parents=True, exist_ok=True)
    trainee = load(task.base.path, settings)
    said(f"{task.base.name} on {trainee.device} after {clock.spent:.0f} s")
    try:
        pairs = list(reshaped(load_pairs(task.data, settings.form), settings.shape))
        pairs = with_share(pairs, settings.negatives, Random(settings.seed))  # noqa: S311 - no secret
        rows = rows_of(pairs, trainee.encode, settings.longest)
        learner = Learner(trainee, rows, settings)
        if task.resume and learner.resume(task.place.checkpoint):
            said(f"goes on from step {learner.step}")
        course = Course(task, learner, trainee, clock, said)
        course.run()
    finally:
        trainee.release()
    account = {"rows": len(rows), "left_out": len(pairs) - len(rows), "tokens": sum(r.length for r in rows)}
    return _finished(task, course, {**shares(pairs), **account})


@dataclass
class Clock:
    """How many seconds a run takes, and may take."""

    allowed: float | None
    started: float = field(default_factory=time.monotonic)

    @property
    def spent(self) -> float:
        """Return the seconds so far."""
        return time.monotonic() - self.started

    def is_up(self, reserve: float) -> bool:
        """Tell whether the time is over, with so many seconds kept back."""
        return self.allowed is not None and self.spent + reserve > self.allowed


class Course:
    """The steps of a run with what lies between them: notes, checkpoints, judging."""

    def __init__(self, task: Task, learner: Any, trainee: Any, clock: Clock, said: Said) -> None:
        self._task, self._learner, self._trainee = task, learner, trainee
        self._clock, self._said = clock, said
        self.curve = Curve(task.place.curve)
        if learner.step:
            self.curve.load(learner.step)
        self._earlier = self.curve.seconds
        self._exam = Exam.of(task.dev, task.settings.shape)
        self._judging = _FIRST_JUDGING if trainee.device == "cuda" and clock.allowed else 0.0

    def run(self) -> None:
        """Make all steps, or as many as there is time for; judge after each epoch and at the end."""
        while not self.is_done and not self._clock.is_up(self._judging):
            self._step()
            if self.is_done or self._is_due(self._learner.step):
                self._judge()
        if not self.curve.points or self.curve.points[-1]["step"] != self._learner.step:
            self._judge()

    def _is_due(self, step: int) -> bool:
        every = self._task.settings.judge_every or self._learner.per_epoch
        return every > 0 and step % every == 0

    @property
    def device(self) -> str:
        """The device that it runs on."""
        return str(self._trainee.device)

    @property
    def is_done(self) -> bool:
        """Tell whether all steps were made."""
        return bool(self._learner.step >= self._learner.steps)

    def _step(self) -> None:
        progress = self._learner.advance()
        self.curve.losses.append((progress.step, round(progress.loss, 4)))
        if progress.step % _TOLD_EVERY == 0 or progress.step == 1:
            self._said(
                f"step {progress.step} of {progress.steps}, epoch {progress.epoch:.2f}, "
                f"loss {progress.loss:.4f}, {self._clock.spent:.0f} s"
            )
        if progress.step % _SAVED_EVERY == 0:
            self._keep()

    def _keep(self) -> None:
        self.curve.seconds = self._earlier + self._clock.spent
        self._learner.save(self._task.place.checkpoint)
        self.curve.write()

    def _judge(self) -> None:
        started = time.monotonic()
        settings = self._task.settings
        scores = self._exam.judge(lambda asked: _written(self._trainee, asked, settings.answer_tokens))
        step = self._learner.step
        point = {"step": step, "epoch": round(step / self._learner.per_epoch, 3), "dev": scores}
        self.curve.points.append(point)
        self._said(
            f"step {step}: dev DX-F1 {scores['dx_f1']}, {scores['whole_answers']:.0%} of answers whole, "
            f"{scores['seconds']:.0f} s"
        )
        if self.curve.best is None or self.curve.best is point:
            keep_best(self._trainee, self._task.place, settings)
        self._keep()
        self._judging = time.monotonic() - started


def _written(trainee: Any, questions: Sequence[str], answer_tokens: int) -> list[str]:
    from training.tuning.writing import write  # noqa: PLC0415 - torch, an extra

    return write(trainee, questions, answer_tokens)


def keep_best(trainee: Any, place: Place, settings: Settings) -> int:
    """Write an adapter as peft has it and for llama.cpp; return the bytes of the latter."""
    from training.tuning.converting import convert  # noqa: PLC0415 - gguf, an extra
    from training.tuning.learning import save_adapter  # noqa: PLC0415 - torch, an extra

    adapter = place.best / "adapter.safetensors"
    save_adapter(trainee, adapter)
    return convert(adapter, 2.0 * settings.rank, place.adapter, settings.adapter_type)


def _finished(task: Task, course: Course, pairs: Mapping[str, Any]) -> Mapping[str, Any]:
    data = json.loads((task.data / "data.json").read_text(encoding="utf-8"))
    card = {
        "base": {"name": task.base.name, "file": task.base.path.name, "sha256": task.base.sha256},
        "adapter": {
            "file": task.place.adapter.name,
            "bytes": task.place.adapter.stat().st_size,
            "sha256": sha256_of(task.place.adapter),
        },
        "settings": task.settings.as_json(),
        "data": {**data, "trained_on": dict(pairs)},
        "best": course.curve.best,
        "points": course.curve.points,
        "first_loss": course.curve.losses[0][1] if course.curve.losses else None,
        "last_loss": course.curve.losses[-1][1] if course.curve.losses else None,
        "finished": course.is_done,
        "seconds": round(course.curve.seconds, 1),
        "machine": {"device": _device(course.device), "python": platform.python_version()},
        "versions": {name: _version(name) for name in _PACKAGES},
    }
    write_card(card, task.place.card)
    return card


def _device(name: str) -> str:
    if name != "cuda":
        return platform.processor() or platform.machine()
    import torch  # noqa: PLC0415 - here by now

    return str(torch.cuda.get_device_name())


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
