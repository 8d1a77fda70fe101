"""The aligner, set to entity mentions, gives the published per-article results of four MUC-4 systems."""

import json
import re
import string
from itertools import chain
from pathlib import Path

import pytest

from evals.aligning import assign

ORACLE = Path(__file__).parents[3] / "shared" / "muc4_oracle"
ROLES = ("PerpInd", "PerpOrg", "Target", "Victim", "Weapon")
SYSTEMS = ("bart-base", "bart-large", "bert-base", "t5-large-enc")

pytestmark = pytest.mark.skipif(not ORACLE.is_dir(), reason="the oracle's data is not part of the project")


def plain(mention):
    bare = "".join(char for char in mention.lower() if char not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", bare).split())


def template(written):
    def mentions(entity):
        return frozenset(plain(one if isinstance(one, str) else one[0]) for one in entity)

    roles = {role: [mentions(entity) for entity in written.get(role, [])] for role in ROLES}
    return written["incident_type"], roles


def entities(one):
    return sum(len(one[1][role]) for role in ROLES)


def phi3(one, other):
    return 1.0 if one & other else None


def compatible(one, other):
    return not set(one.split(" / ")).isdisjoint(other.split(" / "))


def hits(gold, answer):
    return sum(len(assign(gold[1][role], answer[1][role], phi3)) for role in ROLES)


def likeness(gold, answer):
    return float(hits(gold, answer)) if compatible(gold[0], answer[0]) else None


def scores(gold, answer):
    found = sum(hits(gold[row], answer[column]) for row, column in assign(gold, answer, likeness))
    return tuple(found / size if (size := sum(map(entities, side))) else 0.0 for side in (answer, gold))


def templates(written):
    """Each once, those without entities left out."""
    kept = {}
    for one in map(template, written):
        if entities(one):
            kept[repr((one[0], {role: sorted(map(sorted, one[1][role])) for role in ROLES}))] = one
    return list(kept.values())


def golds():
    for line in (ORACLE / "gold.test.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield row["docid"], row["templates"]


def answers(system):
    lines = (ORACLE / f"preds.{system}.jsonlines").read_text(encoding="utf-8").splitlines()
    found = {}
    for line in lines:
        for name, templates in json.loads(line).items():
            found.setdefault(name, []).append(templates)
    return found


def published(system):
    text = (ORACLE / f"published.{system}.phi3.txt").read_text(encoding="utf-8")
    return {
        match[1]: (float(match[2]), float(match[3]))
        for match in re.finditer(r"^doc_id=(\S+)\t.*?prec=(\S+)\trec=(\S+)", text, re.MULTILINE)
    }


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_published_results_of_every_article_are_met(system):
    found, expected = answers(system), published(system)
    wrong = [
        (name, got, expected[name])
        for name, key in golds()
        if (
            got := scores(
                templates(key), [t for t in map(template, chain.from_iterable(found[name])) if entities(t)]
            )
        )
        != pytest.approx(expected[name], abs=5.1e-5)
    ]
    assert len(expected) == 200
    assert wrong == []
