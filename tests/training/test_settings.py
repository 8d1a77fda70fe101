from dataclasses import replace

import pytest

from extractor.errors import ConfigError
from extractor.llm.catalogue import load_catalogue
from training.settings import BASES, Settings, base_of, settings_from
from training.sweeping import SWEEP, settings_of


def test_short_names_are_weights_of_the_catalogue():
    assert set(BASES.values()) <= {entry.weights.name for entry in load_catalogue().entries}


def test_the_settings_of_the_sweep_that_comes_with_it_are_all_different():
    labels = [one.label for one in settings_of(SWEEP, {})]
    assert len(set(labels)) == len(labels) > 1


def test_a_label_says_what_is_unusual():
    assert replace(Settings(), rank=16, order="figures-first").label == "1.5b_order-figures-first_rank-16"
    assert Settings(base="/some/where/tiny.gguf").label == "tiny"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"rang": 3}, "no setting is called rang"),
        ({"modules": "some"}, "no modules"),
        ({"negatives": 1.0}, "share of negatives"),
        ({"order": "none"}, "no order"),
    ],
)
def test_settings_that_make_no_sense(values, message):
    with pytest.raises(ConfigError, match=message):
        settings_from(values)


def test_a_sweep_is_a_list(tmp_path):
    (tmp_path / "sweep.yaml").write_text("rank: 8", encoding="utf-8")
    with pytest.raises(ConfigError, match="no list"):
        settings_of(tmp_path / "sweep.yaml", {})


@pytest.mark.parametrize(
    ("name", "message"), [("9b", "no base"), ("0.5b", "is not in"), ("x.gguf", "no weights at")]
)
def test_weights_that_are_not_there(name, message, tmp_path):
    with pytest.raises(ConfigError, match=message):
        base_of(name, tmp_path)


def test_any_gguf_file_may_be_trained_on(tmp_path):
    (tmp_path / "own.gguf").write_bytes(b"GGUF")
    base = base_of(str(tmp_path / "own.gguf"), tmp_path)
    assert (base.name, len(base.sha256)) == ("own", 64)
