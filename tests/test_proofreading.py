"""Faults of examples, each put into an example that had none."""

from dataclasses import replace

import pytest

from extractor.prompting import Example, load_template, template_names
from extractor.proofreading import faults_of

ANSWER = {
    "meetings": [
        {
            "s": [1],
            "kind": "talks",
            "mode": "phone",
            "status": "held",
            "countries": ["LVA", "PER"],
            "attendees": [
                {"s": [1], "name": "Ilze Kalna", "office": "foreign_minister", "role": "participant"},
            ],
        }
    ],
    "agreements": [],
    "mous": [
        {
            "s": [2],
            "title": "memorandum on ports",
            "status": "signed",
            "parties": ["LVA", "PER"],
            "orgs": ["UN"],
        }
    ],
    "figures": [],
}
EXAMPLE = Example(
    language="en",
    date=None,
    lines=("Minister Ilze Kalna phoned Lima on Monday.", "A memorandum on ports with the UN was signed."),
    answer=ANSWER,
    rejected=({"words": "phoned Lima", "why": "a test"},),
)


def faults(**changes):
    template = replace(load_template("general"), examples=(replace(EXAMPLE, **changes),))
    return "\n".join(faults_of(template))


def changed(path, value):
    """Return the answer with one value changed."""

    def walk(part, steps):
        if not steps:
            return value
        if isinstance(part, list):
            return [walk(p, steps[1:]) if i == steps[0] else p for i, p in enumerate(part)]
        return part | {steps[0]: walk(part.get(steps[0]), steps[1:])}

    return walk(ANSWER, path)


@pytest.mark.parametrize("name", template_names())
def test_our_own_templates_have_no_faults(name):
    assert faults_of(load_template(name)) == ()


def test_an_example_that_keeps_the_rules_has_no_faults():
    assert faults() == ""


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        (
            ["mous", 0, "title"],
            "memorandum on sports",
            "mous[0]: title 'memorandum on sports' does not stand in the text",
        ),
        (["mous", 0, "orgs"], ["UN", "NATO"], "orgs 'NATO' does not stand in the text"),
        (["mous", 0, "s"], [1], "does not stand in the sentences cited"),
        (["mous", 0, "s"], [3], "cites sentences [3], there are 2"),
        (["mous", 0, "s"], [], "cites sentences []"),
        (
            ["meetings", 0, "attendees", 0, "name"],
            "Ilse Kalna",
            "meetings[0].attendees[0]: name 'Ilse Kalna'",
        ),
    ],
)
def test_a_fault_is_named_with_its_place(path, value, fault):
    assert fault in faults(answer=changed(path, value))


def test_rejected_words_must_stand_in_the_text_too():
    assert "rejected: 'phoned Quito'" in faults(rejected=({"words": "phoned Quito", "why": "a test"},))
