"""The bundled examples as a small gold folder, and the answers that the embedded LLM gave about them.

The key is what the recorded answers lead to today: how good that is does not matter here, only that a change
of it is seen.
"""

import json
from pathlib import Path

from typer.testing import CliRunner

from extractor.cli.app import app
from extractor.llm.caching import Cached, DiskStore
from extractor.llm.recorded import RecordedAnswers
from extractor.pipeline import Extractor
from extractor.reading import ReadOptions, read_articles
from extractor.settings import Settings
from extractor.wiring import asking_of

ROOT = Path(__file__).parents[2]
ANSWERS = ROOT / "tests" / "recorded" / "examples.jsonl"
NAMES = tuple(sorted(path.stem for path in (ROOT / "examples").glob("*.txt")))


def told(*arguments, code=0):
    """Run a command; return what it did, which ended with this exit code."""
    done = CliRunner().invoke(app, list(map(str, arguments)))
    assert done.exit_code == code, done.output
    return done


def rows_of(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def gold_of_examples(folder, names=NAMES):
    """Write examples as a gold folder."""
    extractor = Extractor(Cached(None, RecordedAnswers(ANSWERS)), asking_of(Settings()))
    articles, keys = [], []
    for name in names:
        (article,) = read_articles(str(ROOT / "examples" / f"{name}.txt"), ReadOptions())
        found = extractor.extract(article).model_dump(mode="json")
        lists = ("meetings", "attendees", "agreements", "mous", "trade_figures")
        articles.append({"id": name, "language": name, "split": "test", "text": article.text})
        keys.append({"id": name, "records": {kind: found[kind] for kind in lists}})
    write(folder / "articles.jsonl", articles)
    write(folder / "key.jsonl", keys)
    return folder


def cache_of_examples(folder):
    """Fill a cache with the answers recorded about the examples."""
    store, recorded = DiskStore(folder), RecordedAnswers(ANSWERS)
    for answer in map(recorded.get, recorded):
        store.put(answer)
    store.close()
    return folder
