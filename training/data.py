"""What is trained on and judged by: labelled articles, those made of them, and the dev cases."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.cases import Case
from evals.gold import TRAINING, chosen, load_cases, load_gold
from evals.validating import validate
from extractor.errors import ConfigError
from training.asking import FORMATS
from training.augmenting.editing import Labelled
from training.augmenting.making import Maker
from training.pairs import Pair, Shape, pairs_of, read_pairs, write_pairs

Said = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How data are made: `augment` new articles of each at most; `limit` articles, of many languages."""

    source: Path = TRAINING
    augment: int = 2
    seed: int = 7
    limit: int | None = None

    def as_json(self, articles: str) -> dict[str, Any]:
        """Return what tells whether data that are there are these."""
        return {"augment": self.augment, "seed": self.seed, "limit": self.limit, "source_sha256": articles}


def labelled(folder: Path, limit: int | None = None) -> tuple[Labelled, ...]:
    """Return the labelled articles of a folder in the form of the gold data."""
    gold = load_gold(folder)
    names = [case.id for case in chosen(load_cases(folder), (), limit)]
    return tuple(Labelled(gold.articles[name], gold.keys[name]) for name in names)


def prepare(recipe: Recipe, out: Path, said: Said = lambda _line: None) -> dict[str, Any]:
    """Write the articles and their pairs in every format; return the account of them.

    Data made by the same recipe of the same articles are left as they are. Raises ConfigError where the
    result would not pass as gold data.
    """
    wanted = recipe.as_json(digest_of(recipe.source / name for name in ("articles.jsonl", "key.jsonl")))
    told = out / "data.json"
    if told.exists() and (kept := json.loads(told.read_text(encoding="utf-8")))["recipe"] == wanted:
        return dict(kept)
    own = labelled(recipe.source, recipe.limit)
    made = tuple(Maker(own, recipe.seed).made(recipe.augment)) if recipe.augment else ()
    said(f"{len(own)} articles, {len(made)} made from them")
    out.mkdir(parents=True, exist_ok=True)
    _write(out / "articles.jsonl", (one.article for one in (*own, *made)))
    _write(out / "key.jsonl", (one.key for one in (*own, *made)))
    if problems := validate(out):
        raise ConfigError(
            f"{len(problems)} problems in the data, first {problems[0]}", hint="evals/composing.py"
        )
    cases = load_cases(out)
    counts = {form: write_pairs(pairs_of(cases, Shape(form)), pairs_path(out, form)) for form in FORMATS}
    digest = digest_of([out / "articles.jsonl", out / "key.jsonl"])
    account = {"recipe": wanted, "articles": len(own), "made": len(made), "pairs": counts, "sha256": digest}
    told.write_text(json.dumps(account, indent=1), encoding="utf-8")
    return account


def pairs_path(folder: Path, form: str) -> Path:
    """Return where the pairs of a format are."""
    return folder / f"pairs-{form}.jsonl"


def load_pairs(folder: Path, form: str) -> tuple[Pair, ...]:
    """Return the pairs of a format. Raises ConfigError where none are."""
    return read_pairs(pairs_path(folder, form))


def dev_cases(limit: int | None) -> tuple[Case, ...]:
    """Return the dev articles of the gold data, or the first few of many languages; never one of the test."""
    return chosen(load_cases(split="dev"), (), limit)


def digest_of(paths: Iterable[Path]) -> str:
    """Return the sha256, in hex, of files one after another."""
    found = hashlib.sha256()
    for path in paths:
        found.update(path.read_bytes())
    return found.hexdigest()


def _write(path: Path, rows: Iterable[Any]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def shares(pairs: Sequence[Pair]) -> dict[str, int]:
    """Return how many pairs there are, how many of them empty, and the records in them."""
    return {
        "pairs": len(pairs),
        "empty": sum(not pair.records for pair in pairs),
        "records": sum(pair.records for pair in pairs),
    }
