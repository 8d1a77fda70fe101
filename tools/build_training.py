"""Writes articles and key of the training data from their compact writing: tools/build_training.py [--check].

With --check nothing is written: exit 1 where the files are not what the writing gives.
"""

import json
import sys
from pathlib import Path

from evals.composing import compose
from extractor.errors import ConfigError

FOLDER = Path(__file__).parents[1] / "evals" / "training"


def main(*, check: bool) -> int:
    """Compose every file of `written/`, by name, and write or compare the two files."""
    written = "\n".join(
        path.read_text(encoding="utf-8") for path in sorted((FOLDER / "written").glob("*.txt"))
    )
    rows = sorted(compose(written), key=lambda pair: str(pair[0]["id"]))
    stale = False
    for name, part in (("articles.jsonl", 0), ("key.jsonl", 1)):
        lines = "".join(json.dumps(pair[part], ensure_ascii=False) + "\n" for pair in rows)
        path = FOLDER / name
        stale |= not path.exists() or path.read_text(encoding="utf-8") != lines
        if not check:
            path.write_text(lines, encoding="utf-8")
    sys.stdout.write(f"{len(rows)} articles\n")
    return int(check and stale)


if __name__ == "__main__":
    try:
        sys.exit(main(check="--check" in sys.argv[1:]))
    except ConfigError as error:
        sys.exit(str(error))
