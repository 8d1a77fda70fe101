"""The gold folder to cases: the texts, their key, what each labeller said, and what was decided between them.

- `articles.jsonl`: the texts, each with language, split, tags and where it comes from.
- `key.jsonl`: the records that count, of every article; this is what results are measured with.
- `labels/NAME.jsonl`: what one labeller said, as he left it.
- `decisions.jsonl`: one line for each thing on which two labellers differ, with the reason.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.cases import Case, case_of
from extractor.errors import ConfigError

GOLD = Path(__file__).parent / "gold"
TRAINING = Path(__file__).parent / "training"
SPLITS = ("dev", "test")
TRAIN = "train"
"""The split of articles to train an LLM with: in a folder of their own, never among the gold."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Gold:
    """All of a gold folder, as written: rows by article id; labels by annotator, decisions by place, too."""

    articles: Mapping[str, Row]
    keys: Mapping[str, Row]
    labels: Mapping[str, Mapping[str, Row]]
    decisions: Mapping[str, Mapping[str, Row]]

    def key(self, article: str, annotator: str | None = None) -> Row | None:
        """Return the row that has the records of an article: the key's, or one labeller's."""
        rows = self.keys if annotator is None else self.labels.get(annotator, {})
        return rows.get(article)

    def case(self, article: str, annotator: str | None = None) -> Case | None:
        """Return one article with its key, None where it has none."""
        row = self.key(article, annotator)
        return None if row is None else case_of(self.articles[article], row["records"])


def load_gold(folder: Path = GOLD) -> Gold:
    """Read a gold folder. Raises ConfigError where a file is not as it should be."""
    articles = _by_id(folder / "articles.jsonl")
    if not articles:
        raise ConfigError(
            f"{folder}: no articles", hint="a gold folder holds articles.jsonl, key.jsonl and labels/"
        )
    labels = {path.stem: _by_id(path) for path in sorted((folder / "labels").glob("*.jsonl"))}
    return Gold(articles, _by_id(folder / "key.jsonl"), labels, _decisions(folder / "decisions.jsonl"))


def load_cases(
    folder: Path = GOLD, *, split: str | None = None, annotator: str | None = None
) -> tuple[Case, ...]:
    """Return the labelled cases of a gold folder, of one split or all, by article id."""
    if split not in {None, "all", *SPLITS}:
        raise ConfigError(f"split {split}: no such split", hint=f"one of {', '.join(SPLITS)}, all")
    gold = load_gold(folder)
    cases = (gold.case(article, annotator) for article in sorted(gold.articles))
    return tuple(case for case in cases if case is not None and split in {None, "all", case.split})


def chosen(cases: Iterable[Case], filters: Iterable[str] = (), limit: int | None = None) -> tuple[Case, ...]:
    """Return the cases that fit all filters (lang=ko, split=dev, tag=page_noise, id=ko-01), up to `limit`.

    Several filters of one kind are alternatives. Raises ConfigError for one that is not understood.
    """
    wanted: dict[str, set[str]] = {}
    for one in filters:
        name, equals, value = one.partition("=")
        if not equals or name not in _TRAITS:
            raise ConfigError(
                f"filter {one!r}: not understood", hint="lang=ko, split=dev, tag=page_noise or id=ko-01"
            )
        wanted.setdefault(name, set()).add(value)
    fitting = [case for case in cases if all(values & _TRAITS[name](case) for name, values in wanted.items())]
    return tuple(fitting if limit is None else _spread(fitting)[:limit])


_TRAITS = {
    "lang": lambda case: {case.language},
    "split": lambda case: {case.split},
    "tag": lambda case: set(case.tags),
    "id": lambda case: {case.id},
}


def _spread(cases: list[Case]) -> list[Case]:
    """Order cases so that the first few are of many languages."""
    seen: dict[str, int] = {}
    ranked = []
    for case in cases:
        seen[case.language] = seen.get(case.language, 0) + 1
        ranked.append((seen[case.language], case))
    return [case for _, case in sorted(ranked, key=lambda pair: (pair[0], pair[1].id))]


def rows_of(path: Path) -> Iterator[Row]:
    """Yield the objects of a JSON Lines file. Raises ConfigError that names the line of what is none."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}", hint="check the path") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise ConfigError(f"{path}:{number}: no JSON", hint="one object a line") from error
        if not isinstance(row, dict):
            raise ConfigError(f"{path}:{number}: no object", hint="one object a line")
        yield row


def _by_id(path: Path) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for row in rows_of(path) if path.exists() else ():
        _put(found, row, row.get("id"), path)
    return found


def _decisions(path: Path) -> dict[str, dict[str, Row]]:
    found: dict[str, dict[str, Row]] = {}
    for row in rows_of(path) if path.exists() else ():
        _put(found.setdefault(str(row.get("id")), {}), row, row.get("at"), path)
    return found


def _put(into: dict[str, Row], row: Row, name: object, path: Path) -> None:
    if not isinstance(name, str) or name in into:
        raise ConfigError(
            f"{path}: {row.get('id')!r} {name!r} is no name, or there twice",
            hint="each article, and each difference, is there once",
        )
    into[name] = row
