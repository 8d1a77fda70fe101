"""The card of an adapter: what it was made of and how good it is, for people as Markdown, else as JSON."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def write_card(card: Mapping[str, Any], path: Path) -> None:
    """Write a card as Markdown, and as JSON beside it."""
    path.with_suffix(".json").write_text(json.dumps(card, ensure_ascii=False, indent=1), encoding="utf-8")
    path.write_text(card_text(card), encoding="utf-8")


def card_text(card: Mapping[str, Any]) -> str:
    """Return a card as Markdown."""
    adapter, base, data = card["adapter"], card["base"], card["data"]
    trained = data["trained_on"]
    made = f"`{adapter['file']}`, {adapter['bytes'] / 1e6:.1f} MB, sha256 {adapter['sha256']}"
    pairs = f"{trained['rows']} pairs ({trained['empty']} with an empty answer), {trained['tokens']} tokens"
    took = f"{card['seconds'] / 60:.1f} minutes on {card['machine']['device']}"
    curve = _table(
        ("step", "epoch", "DX-F1", "detection", "strict", "whole answers"), map(_point, card["points"])
    )
    parts = [
        f"# LoRA adapter for {base['name']}\n",
        f"{made}, for `{base['file']}` (sha256 {base['sha256']}).\n",
        "" if card["finished"] else "**Not finished**: the time was up before all steps were made.\n",
        "## Data\n",
        f"{data['articles']} articles and {data['made']} made from them, sha256 {data['sha256']}: {pairs}.\n",
        f"{trained['left_out']} pairs were too long and left out.\n",
        "## Scores on the dev articles\n",
        "Greedy, not constrained as in the product; read through the whole pipeline, scored by `evals`.\n",
        curve,
        _best(card["best"]),
        "## Settings\n",
        _table(("setting", "value"), ((name, str(value)) for name, value in card["settings"].items())),
        "## Made with\n",
        f"{took}; loss an answer token {card['first_loss']} at first, {card['last_loss']} at last.\n",
        _table(("package", "version"), ((name, str(value)) for name, value in card["versions"].items())),
    ]
    return "\n".join(part for part in parts if part)


def _point(point: Mapping[str, Any]) -> tuple[str, ...]:
    dev = point["dev"]
    scores = (dev["dx_f1"], dev["detection_f1"], dev["strict_f1"], dev["whole_answers"])
    return (str(point["step"]), str(point["epoch"]), *map(shown, scores))


def _best(point: Mapping[str, Any] | None) -> str:
    if point is None:
        return ""
    dev = point["dev"]
    types = [
        (kind, *(shown(ratios[name]) for name in ("precision", "recall", "f1")))
        for kind, ratios in dev["types"].items()
    ]
    languages = ", ".join(f"{name} {shown(value)}" for name, value in dev["languages"].items())
    return (
        f"Best at step {point['step']}:\n\n{_table(('type', 'P', 'R', 'slot F1'), types)}\n"
        f"By language: {languages}.\n"
    )


def shown(value: float | None) -> str:
    """Return a score as tables show it."""
    return "-" if value is None else f"{value:.3f}"


def _table(head: Sequence[str], rows: Any) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def comparison(cards: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the table of a sweep, the best run first."""
    rows = []
    for label, card in cards.items():
        dev = card["best"]["dev"] if card["best"] else None
        types = [shown(ratios["f1"]) for ratios in dev["types"].values()] if dev else ["-"] * 5
        numbers = (f"{card['adapter']['bytes'] / 1e6:.1f}", f"{card['seconds'] / 60:.1f}")
        score = dev["dx_f1"] if dev and dev["dx_f1"] is not None else -1.0
        rows.append((score, (label, shown(score if dev else None), *types, *numbers)))
    ordered = [row for _, row in sorted(rows, key=lambda pair: -pair[0])]
    head = ("run", "dev DX-F1", "meetings", "attendees", "agreements", "MOUs", "figures", "MB", "minutes")
    return _table(head, ordered)
