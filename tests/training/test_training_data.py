import json

import pytest

from evals.gold import TRAINING, load_cases, load_gold
from extractor.errors import ConfigError
from tests.training.labelled import PORTS, QUIET
from training.data import Recipe, dev_cases, load_pairs, prepare, shares


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    folder.mkdir()
    for name, rows in (("articles", "article"), ("key", "key")):
        lines = [json.dumps(getattr(one, rows), ensure_ascii=False) for one in (PORTS, QUIET)]
        (folder / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


def test_prepared_data_are_articles_keys_and_pairs_of_every_format(source, tmp_path):
    account = prepare(Recipe(source, augment=2), tmp_path / "out")
    cases = load_cases(tmp_path / "out")
    assert account["articles"] == 2
    assert len(cases) == 2 + account["made"]
    assert account["made"] >= 2
    assert {pair.article for pair in load_pairs(tmp_path / "out", "v1")} == {case.id for case in cases}
    assert account["pairs"]["v0"] == account["pairs"]["v1"] == len(cases)
    assert shares(load_pairs(tmp_path / "out", "v1"))["empty"] >= 1


def test_articles_that_were_made_say_of_what_and_how(source, tmp_path):
    prepare(Recipe(source, augment=1), tmp_path / "out")
    rows = load_gold(tmp_path / "out").articles
    made = rows["en-x1+1"]
    assert made["source_note"].startswith("invented; made from en-x1: ")
    assert made["cluster"] == rows["en-x1"]["cluster"]


def test_the_same_recipe_is_not_made_twice_and_another_is(source, tmp_path):
    said = []
    for augment in (1, 1, 0):
        prepare(Recipe(source, augment=augment), tmp_path / "out", said.append)
    assert len(said) == 2


def test_data_that_would_not_pass_as_gold_are_refused(source, tmp_path):
    article = next(iter(load_gold().articles.values()))
    copied = {**PORTS.article, "cluster": article["cluster"]}
    (source / "articles.jsonl").write_text(json.dumps(copied), encoding="utf-8")
    (source / "key.jsonl").write_text(json.dumps(PORTS.key), encoding="utf-8")
    with pytest.raises(ConfigError, match="is in the gold data"):
        prepare(Recipe(source, augment=0), tmp_path / "out")


def test_the_dev_articles_are_of_dev_only_and_none_of_the_training():
    cases = dev_cases(None)
    assert {case.split for case in cases} == {"dev"}
    assert not {case.id for case in cases} & {case.id for case in load_cases(TRAINING)}
    assert len({case.language for case in dev_cases(5)}) == 5
