"""Several settings one after another, within one budget of time, and the table that compares them."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from evals.cases import Case
from extractor.errors import ConfigError
from training.cards import comparison
from training.running import Task, tune
from training.settings import Place, Settings, base_of, settings_from

SWEEP = Path(__file__).parent / "sweep.yaml"
Said = Callable[[str], None]


def settings_of(path: Path, common: Mapping[str, Any]) -> tuple[Settings, ...]:
    """Return the settings of a sweep's file, each over what they have in common."""
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ConfigError(f"{path}: no list of settings", hint="see training/sweep.yaml")
    return tuple(settings_from({**common, **row}) for row in rows)


def sweep(
    tasks: Sequence[Task], folder: Path, seconds: float | None, said: Said = lambda _line: None
) -> Mapping[str, Mapping[str, Any]]:
    """Train one after another; a run that is finished is not made again, and each has its share of the time.

    Writes `comparison.md` and `.json` after each run; returns the cards by label.
    """
    started, cards = time.monotonic(), {}
    for place, task in enumerate(tasks):
        left = None if seconds is None else seconds - (time.monotonic() - started)
        if left is not None and left <= 0:
            said(f"the time is up: {len(tasks) - place} settings were not tried")
            break
        share = None if left is None else left / (len(tasks) - place)
        label = task.settings.label
        said(f"== {label}")
        cards[label] = _finished(task) or tune(replace(task, seconds=share, resume=True), said)
        (folder / "comparison.json").write_text(json.dumps(cards, indent=1), encoding="utf-8")
        (folder / "comparison.md").write_text(comparison(cards), encoding="utf-8")
    return cards


def _finished(task: Task) -> Mapping[str, Any] | None:
    path = task.place.card.with_suffix(".json")
    card: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    same = card.get("settings") == task.settings.as_json() and card.get("finished")
    return card if same else None


@dataclass(frozen=True, slots=True)
class Common:
    """What the runs of a sweep share: data, dev cases, and the folders of results and of weights."""

    data: Path
    dev: Sequence[Case]
    folder: Path
    weights: Path


def tasks_of(
    settings: Sequence[Settings], common: Common, said: Said = lambda _line: None
) -> tuple[Task, ...]:
    """Return a task for each setting whose weights are here, in a folder of its own beside the others."""
    tasks = []
    for one in settings:
        try:
            base = base_of(one.base, common.weights)
        except ConfigError as error:
            said(f"left out {one.label}: {error}")
            continue
        tasks.append(Task(one, base, common.data, common.dev, Place(common.folder / one.label)))
    return tuple(tasks)
