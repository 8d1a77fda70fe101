"""docs/tables.md says what the tables hold; written anew by `python tools/describe_tables.py`."""

import subprocess
import sys
from pathlib import Path

from extractor.writing.star import schema

ROOT = Path(__file__).parents[2]
DESCRIBED = ROOT / "docs/tables.md"


def test_the_description_is_up_to_date(tmp_path):
    now = tmp_path / "tables.md"
    subprocess.run([sys.executable, ROOT / "tools/describe_tables.py", now], cwd=ROOT, check=True)
    assert DESCRIBED.read_text(encoding="utf-8") == now.read_text(encoding="utf-8")


def test_it_has_a_row_for_each_column():
    text = DESCRIBED.read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert len(rows) == sum(len(table.columns) for table in schema())
    assert all(line.count(" | ") == 2 for line in rows)
    assert [line[3:] for line in text.splitlines() if line.startswith("## ")] == [t.name for t in schema()]
