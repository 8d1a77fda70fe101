"""Records the embedded LLM's answers about the examples, for the tests: tools/record_examples.py [CACHE_DIR].

To be run again, by hand and with patience, whenever prompt, wire format, segmenting or LLM change. No answer
is ever written by anybody but the LLM.
"""

import sys
from pathlib import Path

from extractor.llm.caching import DiskStore
from extractor.llm.recorded import export_answers
from extractor.reading import ReadOptions, read_articles
from extractor.settings import Settings
from extractor.wiring import wire

ROOT = Path(__file__).parents[1]
RECORDED = ROOT / "tests" / "recorded" / "examples.jsonl"


def main(cache: Path) -> None:
    """Answer every example from `cache`, or by the LLM, and keep just those answers."""
    extractor = wire(Settings(cache_dir=cache)).extractor
    fingerprints: list[str] = []
    for path in sorted((ROOT / "examples").glob("*.txt")):
        for article in read_articles(str(path), ReadOptions()):
            result = extractor.extract(article)
            fingerprints += result.provenance.fingerprints
            sys.stdout.write(f"{path.name}: {len(result.records)} records\n")
    RECORDED.parent.mkdir(exist_ok=True)
    export_answers(DiskStore(cache), RECORDED, fingerprints)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "answers"))
