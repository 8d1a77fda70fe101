"""Shards, samples and limits: which articles are of a run, whatever their order."""

import random

import pytest

from extractor.batching.choosing import Choice, Shard
from extractor.errors import ConfigError
from tests.batching.verdicts import job

JOBS = [job(number) for number in range(500)]


def chosen(choice, jobs=JOBS):
    return [one.row.id for one in choice.jobs(lambda: iter(jobs))]


def test_shards_are_disjoint_and_together_all():
    parts = [chosen(Choice(shard=Shard(number, 3))) for number in (1, 2, 3)]
    assert sorted(name for part in parts for name in part) == sorted(one.row.id for one in JOBS)
    assert all(len(part) > 100 for part in parts)


def test_doubles_are_in_the_same_shard():
    first, second = job(1, name="x"), job(400, name="x")
    assert Shard(1, 2).has(first) == Shard(1, 2).has(second)


def test_a_sample_is_the_same_again_another_by_another_seed_and_in_the_order_of_the_inputs():
    sample = chosen(Choice(sample=40, seed=1))
    assert len(sample) == 40
    assert sample == chosen(Choice(sample=40, seed=1))
    assert sample != chosen(Choice(sample=40, seed=2))
    assert sample == sorted(sample, key=lambda name: int(name[1:]))


def test_a_sample_does_not_hang_on_the_order_of_the_inputs():
    mixed = [
        job(place, name=one.row.id) for place, one in enumerate(random.Random(1).sample(JOBS, len(JOBS)))
    ]
    assert set(chosen(Choice(sample=40, seed=1))) == set(chosen(Choice(sample=40, seed=1), mixed))


def test_a_larger_sample_holds_the_smaller_one():
    assert set(chosen(Choice(sample=20))) < set(chosen(Choice(sample=40)))


def test_more_than_there_are_is_all():
    assert len(chosen(Choice(sample=1000))) == 500
    assert len(chosen(Choice(limit=1000))) == 500


def test_the_limit_is_of_the_sample_and_the_sample_of_the_shard():
    shard = Shard(2, 3)
    taken = chosen(Choice(limit=5, sample=20, shard=shard))
    assert taken == chosen(Choice(sample=20, shard=shard))[:5]
    assert set(taken) <= set(chosen(Choice(shard=shard)))


def test_only_all_rows_are_the_whole():
    assert Choice(seed=7).is_whole
    assert not any(
        choice.is_whole for choice in (Choice(limit=0), Choice(sample=1), Choice(shard=Shard(1, 2)))
    )


@pytest.mark.parametrize("written", ["", "1", "0/2", "3/2", "a/b", "-1/2", "1/0", "1/2/3"])
def test_what_is_no_shard_is_refused(written):
    with pytest.raises(ConfigError, match="--shard"):
        Shard.parse(written)


def test_a_shard_as_written():
    assert Shard.parse("2/4") == Shard(2, 4)
