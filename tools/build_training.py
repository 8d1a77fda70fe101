"""Writes articles, key and the card's counts of the training data: tools/build_training.py [--check].

All comes from the compact writing in `evals/training/written`. With --check nothing is written: exit 1 where
a file is not what the writing gives.
"""

import json
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

from evals.cases import TYPES
from evals.composing import compose
from evals.gold import TRAINING
from extractor.errors import ConfigError

COUNTS = "<!-- counts, written by tools/build_training.py -->\n"
Pair = tuple[dict[str, Any], dict[str, Any]]


def main(*, check: bool) -> int:
    """Compose every file of `written/`, by name, and write or compare what follows from it."""
    written = "\n".join(
        path.read_text(encoding="utf-8") for path in sorted((TRAINING / "written").glob("*.txt"))
    )
    pairs = sorted(compose(written), key=lambda pair: str(pair[0]["id"]))
    card, _, rest = (TRAINING / "README.md").read_text(encoding="utf-8").partition(COUNTS)
    files = {
        "articles.jsonl": _lines([article for article, _ in pairs]),
        "key.jsonl": _lines([key for _, key in pairs]),
        "README.md": f"{card}{COUNTS}{_counts(pairs)}{COUNTS}{rest.partition(COUNTS)[2]}",
    }
    stale = False
    for name, text in files.items():
        path = TRAINING / name
        stale |= not path.exists() or path.read_text(encoding="utf-8") != text
        if not check:
            path.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{len(pairs)} articles\n")
    return int(check and stale)


def _lines(rows: Sequence[dict[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _counts(pairs: Sequence[Pair]) -> str:
    articles = [article for article, _ in pairs]
    records = Counter({kind: sum(len(key["records"][kind]) for _, key in pairs) for kind in TYPES})
    empty = sum("no_records" in article["tags"] for article in articles)
    long = sum(len(article["text"]) >= 3000 for article in articles)
    languages = Counter(article["language"] for article in articles)
    tags = Counter(tag for article in articles for tag in article["tags"])
    return (
        f"{len(articles)} articles in {len(languages)} languages, {empty} without any record, "
        f"{long} of 3,000 characters or more.\n\n"
        f"Records: {_listed(records)}.\n\nLanguages: {_listed(languages)}.\n\nTags: {_listed(tags)}.\n"
    )


def _listed(counter: Counter[str]) -> str:
    ordered = sorted(counter.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{name} {count}" for name, count in ordered)


if __name__ == "__main__":
    try:
        sys.exit(main(check="--check" in sys.argv[1:]))
    except ConfigError as error:
        sys.exit(str(error))
