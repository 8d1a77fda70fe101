"""What an answer costs in tokens: the wire format against a schema that asks for evidence quotes.

`python -m evals.speed.wire` reads the answers recorded for the examples. Each is counted as the LLM wrote it,
and against it the same article's records in the form that asks an LLM for everything: values, names and dates
converted, and each record's evidence quoted. Tokens are the embedded LLM's own, so its weights must be there.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from extractor.llm.caching import Cached, Policy
from extractor.llm.catalogue import load_catalogue
from extractor.llm.embedded import start_server
from extractor.llm.recorded import RecordedAnswers
from extractor.llm.weights import locate
from extractor.pipeline import Extractor
from extractor.reading import ReadOptions, read_articles
from extractor.records import Extraction, Record
from extractor.settings import Settings
from extractor.wiring import asking_of

ROOT = Path(__file__).parents[2]
RECORDED = ROOT / "tests" / "recorded" / "examples.jsonl"
_OURS = frozenset({"id", "shown_by", "meeting"})
"""Fields that no LLM would be asked for: ids, links and our own provenance."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One article's answer in the wire format, and in the form with quotes."""

    article: str
    wire: str
    quoted: str


def pairs() -> Iterator[Pair]:
    """Yield both forms of every recorded answer that has records."""
    answers = RecordedAnswers(RECORDED)
    extractor = Extractor(Cached(None, answers, Policy.OFFLINE), asking_of(Settings()))
    for path in sorted((ROOT / "examples").glob("*.txt")):
        for article in read_articles(str(path), ReadOptions()):
            result = extractor.extract(article)
            found = [answers.get(fingerprint) for fingerprint in result.provenance.fingerprints]
            written = "".join(answer.text for answer in found if answer is not None)
            if result.records:
                yield Pair(path.stem, written, _with_quotes(result))


def _with_quotes(result: Extraction) -> str:
    lists = ("meetings", "attendees", "agreements", "mous", "trade_figures")
    form = {name: [_quoted(record) for record in getattr(result, name)] for name in lists}
    return json.dumps(form, ensure_ascii=False, separators=(",", ":"))


def _quoted(record: Record) -> dict[str, Any]:
    """Return a record as an LLM would write it: what is known, and the words that prove it."""
    values = record.model_dump(mode="json", exclude=set(_OURS), exclude_none=True)
    values["evidence"] = [evidence.quote for evidence in record.evidence]
    return {name: value for name, value in values.items() if value not in ([], False)}


def main() -> None:
    """Print tokens of both forms by article, and the ratio over all."""
    entry = load_catalogue().default
    weights = locate(entry.weights, Settings().weights_dir)
    if weights is None:
        sys.exit("the embedded LLM is not here: extractor llm pull")
    server = start_server(weights, None, 512)
    wire = quoted = 0
    with httpx2.Client(base_url=server.listening_address) as client:
        for pair in pairs():
            counts = [_tokens(client, text) for text in (pair.wire, pair.quoted)]
            wire, quoted = wire + counts[0], quoted + counts[1]
            sys.stdout.write(f"{pair.article:4} wire {counts[0]:5}  with quotes {counts[1]:5}\n")
    sys.stdout.write(f"all  wire {wire:5}  with quotes {quoted:5}  ratio {wire / quoted:.2f}\n")


def _tokens(client: httpx2.Client, text: str) -> int:
    reply = client.post("/tokenize", json={"content": text})
    return len(reply.raise_for_status().json()["tokens"])


if __name__ == "__main__":
    main()
