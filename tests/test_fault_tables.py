"""The tables of faults name tests that exist, and leave no number out."""

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TABLES = {
    "llm": {f"C{number}" for number in range(1, 21)},
    "batching": {*(f"S{number}" for number in range(1, 15)), "X11", "X13", "X14", "X16"},
}


@pytest.mark.parametrize("folder", TABLES)
def test_each_test_that_a_table_names_exists(folder):
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", table(folder))
    assert len(named) > 35
    for file, test in named:
        path = HERE.parent / file if "/" in file else HERE / folder / file
        assert f"def {test}(" in path.read_text(encoding="utf-8"), (file, test)


@pytest.mark.parametrize("folder", TABLES)
def test_each_fault_has_a_row(folder):
    assert TABLES[folder] <= set(re.findall(r"^\| ([CSX]\d+) \|", table(folder), re.MULTILINE))


def table(folder):
    return (HERE / folder / "README.md").read_text(encoding="utf-8")
