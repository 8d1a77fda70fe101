"""Proofreading: examples are held to the aligner that answers are held to."""

import pytest

from extractor.prompting import load_template, prompts_directory, template_names
from extractor.proofreading import faults_of


@pytest.fixture
def edited(tmp_path):
    """Copy the prompts with one string replaced once in every file that holds it."""

    def copy(old, new):
        for source in prompts_directory().rglob("*.*"):
            target = tmp_path / source.relative_to(prompts_directory())
            target.parent.mkdir(exist_ok=True)
            target.write_text(source.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
        return load_template("general", tmp_path)

    return copy


@pytest.mark.parametrize("name", template_names())
def test_every_example_that_is_shipped_is_without_fault(name):
    assert faults_of(load_template(name)) == ()


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("1,5 Mrd. Euro einen", "1,6 Mrd. Euro einen", "'1,5 Mrd. Euro'"),
        ('words: "Iván Sorata"', 'words: "Iván Soroka"', "'Iván Soroka'"),
        ('{s: [5], value: "verdoppeln"', '{s: [1], value: "verdoppeln"', "'verdoppeln'"),
        ('{s: [5], value: "verdoppeln"', '{s: [9], value: "verdoppeln"', "9"),
    ],
)
def test_a_misaligned_example_is_named(edited, old, new, fault):
    faults = faults_of(edited(old, new))
    assert len(faults) >= 1
    assert all("example de" in line for line in faults)
    assert any(fault in line for line in faults)
