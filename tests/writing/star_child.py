"""Writes generated extractions in a process of its own: `star_child.py FORMAT PATH COUNT`, and says how.

Says "begun" when the first line is taken, and in the end the most memory that was in use (MB) in the first
half and in the second half. With COUNT 0 the lines never end.
"""

import json
import sys
from itertools import count
from pathlib import Path

import psutil

from extractor.writing.star import write_star

EVIDENCE = [{"quote": "met in Vilnius " * 8, "start": 0, "end": 120, "match": "exact"}]
RECORD = {
    "id": "meeting-1", "evidence": EVIDENCE, "attributed_to": None, "shown_by": {"date": EVIDENCE}, "kind": "talks",
    "mode": "phone", "status": "held", "visit_type": None, "date": "2025-06-03", "date_as_written": "3 June",
    "place_as_written": "Vilnius", "country": "LTU", "countries": ["LTU", "CHL"], "background": False,
}  # fmt: skip
USAGE = {
    "input_tokens": 1, "output_tokens": 1, "cached_input_tokens": 0, "requests": 1, "reasks": 0, "seconds": 0.5, "cost": None,
}  # fmt: skip
MADE = {
    "llm": "l",
    "prompt": "p",
    "fingerprints": ["f" * 64],
    "usage": USAGE,
    "cached": True,
    "tool_version": "0",
}
EMPTY = {"attendees": [], "agreements": [], "mous": [], "trade_figures": [], "warnings": []}
ARTICLE = {
    "source": "-", "title": None, "language": "en", "published": None, "reference_date": None, "reference_basis": "unknown", "sha256": "0",
}  # fmt: skip


ARTICLE["id"] = "a-number"
LINE = json.dumps(
    {"schema_version": "1.0", "article": ARTICLE, "provenance": MADE, **EMPTY, "meetings": [RECORD]}
).encode()


def lines(wanted, used):
    this = psutil.Process()
    for number in range(wanted) if wanted else count():
        if number == 0:
            sys.stdout.write("begun\n")
            sys.stdout.flush()
        if number % 500 == 0:
            used.append((number, this.memory_info().rss / 1e6))
        yield LINE.replace(b"a-number", b"a%d" % number)


def main():
    form, path, wanted = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    used = []
    write_star(lines(wanted, used), [], path, form)
    early = max(memory for number, memory in used if number <= wanted / 2)
    late = max(memory for number, memory in used if number > wanted / 2)
    sys.stdout.write(f"{early} {late}\n")


main()
