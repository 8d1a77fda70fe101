"""What the clients of a benchmark are asked: `python -m evals.speed.asking COUNT FOLDER`.

Writes `asked.jsonl`, an article a line with the conversation that our own prompt makes of it and the name of
its schema, and `schemas.json`.
"""

import hashlib
import json
import sys
from pathlib import Path

from evals.speed.articles import Story, stories
from evals.speed.clients import LLM
from extractor.article import Article
from extractor.llm.scripted import ScriptedLLM
from extractor.pipeline import Extractor
from extractor.settings import Settings
from extractor.wiring import asking_of


def line(extractor: Extractor, told: Story, schemas: dict[str, object]) -> str:
    """Return an article's line; its schema is put among the others."""
    [request] = extractor.prepare(Article(id=told.id, text=told.text)).requests
    name = hashlib.sha256(json.dumps(request.answer_schema).encode()).hexdigest()
    schemas[name] = dict(request.answer_schema)
    turns = [[turn.role, turn.content] for turn in request.messages]
    row = {"id": told.id, "text": told.text, "messages": turns, "schema": name}
    return json.dumps(row, ensure_ascii=False) + "\n"


def main() -> None:
    """Write both files."""
    count, folder = int(sys.argv[1]), Path(sys.argv[2])
    asking = asking_of(Settings(base_url="http://127.0.0.1/v1", llm=LLM))
    extractor, schemas = Extractor(ScriptedLLM([]), asking), dict[str, object]()
    with (folder / "asked.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(line(extractor, told, schemas) for told in stories(count))
    (folder / "schemas.json").write_text(json.dumps(schemas), encoding="utf-8")


if __name__ == "__main__":
    main()
