"""Answers shared through a real Redis: given to others, never believed blindly, never the end of a run."""

import logging

import pytest
import redis

from extractor.errors import ConfigError
from extractor.llm.caching import Cached, DiskStore
from extractor.llm.scripted import ScriptedLLM
from extractor.llm.shared import RedisStore, Tiered
from extractor.llm.stored import BadEntryError
from tests.llm.cache_child import numbered
from tests.llm.conftest import make_request
from tests.llm.fault_server import GOOD
from tests.llm.redis_server import redis_server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with redis_server(tmp_path_factory.mktemp("redis")) as (url, _):
        yield url


@pytest.fixture
def url(server):
    redis.Redis.from_url(server).flushall()
    return server


def near(path):
    return DiskStore(path)


async def test_what_one_machine_asked_another_does_not_ask_again(url, tmp_path):
    first, second = ScriptedLLM([GOOD]), ScriptedLLM([GOOD])
    asked = await Cached(first, Tiered(near(tmp_path / "a"), RedisStore(url))).complete(make_request())
    given = await Cached(second, Tiered(near(tmp_path / "b"), RedisStore(url))).complete(make_request())
    assert (len(first.requests), len(second.requests)) == (1, 0)
    assert (given.text, given.usage, given.cached) == (asked.text, asked.usage, True)


def test_the_near_store_learns_what_the_far_one_has(url, tmp_path):
    far, disk = RedisStore(url), near(tmp_path)
    far.put(numbered(1, "{}"))
    fingerprint = numbered(1, "{}").fingerprint
    assert Tiered(disk, far).get(fingerprint) == numbered(1, "{}")
    assert disk.get(fingerprint) == numbered(1, "{}")


def test_all_answers_of_both_are_listed_once_and_forgotten_in_both(url, tmp_path):
    far, disk = RedisStore(url), near(tmp_path)
    both = Tiered(disk, far)
    both.put(numbered(1, "{}"))
    far.put(numbered(2, "{}"))
    assert list(both) == sorted(numbered(number, "{}").fingerprint for number in (1, 2))
    for fingerprint in list(both):
        both.delete(fingerprint)
    assert (list(disk), list(far)) == ([], [])


@pytest.mark.parametrize("poison", [b"", b"x" * 40, b"\x80\x04cos\nsystem\n"])
def test_what_is_no_answer_is_refused(url, poison):
    fingerprint = numbered(1, "{}").fingerprint
    redis.Redis.from_url(url).set(f"extractor:answer:1:{fingerprint}", poison)
    with pytest.raises(BadEntryError):
        RedisStore(url).get(fingerprint)


def test_an_answer_under_another_name_is_refused(url):
    store, raw = RedisStore(url), redis.Redis.from_url(url)
    one, two = numbered(1, "{}").fingerprint, numbered(2, "{}").fingerprint
    store.put(numbered(1, "{}"))
    raw.rename(f"extractor:answer:1:{one}", f"extractor:answer:1:{two}")
    with pytest.raises(BadEntryError):
        store.get(two)


async def test_a_redis_that_goes_away_ends_no_run(tmp_path, caplog):
    with redis_server(tmp_path) as (url, process):
        store = Tiered(near(tmp_path / "disk"), RedisStore(url))
        process.kill()
        process.wait()
        with caplog.at_level(logging.WARNING):
            answer = await Cached(ScriptedLLM([GOOD]), store).complete(make_request())
    assert answer.text == GOOD
    assert "out of reach" in caplog.text


@pytest.mark.parametrize("wrong", ["redis://127.0.0.1:1/0", "redis://user:canary@127.0.0.1:1/0", "http://x"])
def test_one_that_is_not_there_is_said_at_once_and_without_its_password(wrong):
    with pytest.raises(ConfigError) as told:
        RedisStore(wrong)
    assert "canary" not in str(told.value)
