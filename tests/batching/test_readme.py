"""The table of faults names tests that exist, and leaves no number out."""

import re
from pathlib import Path

HERE = Path(__file__).parent
TABLE = (HERE / "README.md").read_text(encoding="utf-8")


def test_each_test_that_the_table_names_exists():
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", TABLE)
    assert len(named) > 35
    for file, test in named:
        path = HERE.parents[1] / file if "/" in file else HERE / file
        assert f"def {test}(" in path.read_text(encoding="utf-8"), (file, test)


def test_each_fault_has_a_row():
    numbers = {*(f"S{number}" for number in range(1, 15)), "X11", "X13", "X14", "X16"}
    assert numbers <= set(re.findall(r"^\| ([SX]\d+) \|", TABLE, re.MULTILINE))
