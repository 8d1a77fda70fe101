import json

from training.cards import card_text, comparison, write_card
from training.settings import Settings

DEV = {
    "dx_f1": 0.5,
    "detection_f1": 0.75,
    "strict_f1": None,
    "whole_answers": 1.0,
    "types": {"meetings": {"precision": 0.5, "recall": None, "f1": 0.25}},
    "languages": {"hu": 0.125},
}
CARD = {
    "base": {"name": "base-1", "file": "base.gguf", "sha256": "aa"},
    "adapter": {"file": "adapter.lora.gguf", "bytes": 18_500_000, "sha256": "bb"},
    "settings": Settings().as_json(),
    "data": {
        "articles": 3,
        "made": 4,
        "sha256": "cc",
        "trained_on": {"rows": 7, "empty": 2, "tokens": 900, "left_out": 1},
    },
    "best": {"step": 20, "epoch": 2.0, "dev": DEV},
    "points": [{"step": 20, "epoch": 2.0, "dev": DEV}],
    "first_loss": 2.5,
    "last_loss": 0.5,
    "finished": True,
    "seconds": 90.0,
    "machine": {"device": "cpu", "python": "3.11"},
    "versions": {"torch": "1", "gguf": None},
}


def test_a_card_tells_what_made_the_adapter_and_how_good_it_is(tmp_path):
    write_card(CARD, tmp_path / "card.md")
    text = (tmp_path / "card.md").read_text(encoding="utf-8")
    told = (
        "18.5 MB",
        "sha256 bb",
        "sha256 aa",
        "sha256 cc",
        "| 20 | 2.0 | 0.500 | 0.750 | - | 1.000 |",
        "hu 0.125",
    )
    assert [
        one for one in (*told, "| meetings | 0.500 | - | 0.250 |", "| rank | 8 |") if one not in text
    ] == []
    assert json.loads((tmp_path / "card.json").read_text(encoding="utf-8")) == CARD


def test_a_run_that_was_cut_short_says_so():
    assert "Not finished" in card_text({**CARD, "finished": False})
    assert "Not finished" not in card_text(CARD)


def test_a_comparison_has_the_best_first():
    better = {**CARD, "best": {**CARD["best"], "dev": {**DEV, "dx_f1": 0.75}}}
    lines = comparison({"first": CARD, "second": better, "third": {**CARD, "best": None}}).splitlines()
    assert [line.split(" | ")[0] for line in lines[2:]] == ["| second", "| first", "| third"]
