"""Which objects the settings lead to, and that nothing is opened before it is needed."""

import asyncio

import pytest

from extractor.errors import CacheMissError, ConfigError
from extractor.llm.catalogue import load_catalogue
from extractor.llm.embedded import EmbeddedLLM
from extractor.llm.opening import Place, Watch, open_embedded
from extractor.pipeline import article_of
from extractor.settings import Settings
from extractor.wiring import (
    _OnFirstUse,
    asking_of,
    bar_of,
    endpoint_options,
    escalated,
    pace_and_budget,
    wire,
)


@pytest.fixture
def settings(tmp_path):
    def made(**values):
        places = {"cache_dir": tmp_path / "answers", "weights_dir": tmp_path / "weights"}
        return Settings(**(places | values))

    return made


def test_without_an_endpoint_the_embedded_llm_is_asked_by_its_own_prompt(settings):
    asking = asking_of(settings())
    entry = load_catalogue().default
    assert asking.identity == entry.identity
    assert asking.template.name == entry.prompt
    assert asking.chunk_tokens + asking.max_tokens < entry.context


def test_an_endpoint_is_asked_by_the_general_prompt(settings):
    asking = asking_of(settings(base_url="http://127.0.0.1:9/v1", llm="x"))
    assert (asking.identity.name, asking.template.name) == ("x", "general")
    assert "127.0.0.1:9" in asking.identity.origin


def test_a_key_is_no_part_of_who_is_asked(settings):
    asked = [asking_of(settings(base_url="http://h/v1", llm="x", api_key=key)).identity for key in ("a", "b")]
    assert asked[0] == asked[1]


def test_sizes_of_the_settings_win(settings):
    asking = asking_of(settings(answer_tokens=100, chunk_tokens=300))
    assert (asking.max_tokens, asking.chunk_tokens) == (100, 300)


@pytest.mark.parametrize(
    ("values", "hint"),
    [
        ({"base_url": "http://h/v1"}, "--llm"),
        ({"llm": "gpt-of-somebody"}, "--base-url"),
        ({"prompt": "nothing"}, "templates here"),
        ({"prompt": "/no/such/file.j2"}, "templates here"),
    ],
)
def test_settings_that_lead_nowhere_say_where_to_go(values, hint, settings):
    with pytest.raises(ConfigError) as caught:
        asking_of(settings(**values))
    assert hint in caught.value.hint


def test_a_template_of_the_user_s_is_a_file(settings, tmp_path):
    (tmp_path / "mine.j2").write_text(
        '---\nname: mine\nversion: 3\nwire: "1"\nfull: true\nexamples: []\n---\n=== user\n{{ lines[0] }}\n'
    )
    assert asking_of(settings(prompt=str(tmp_path / "mine.j2"))).template.label.startswith("mine-3@")


HOSTED = {"base_url": "http://one/v1", "llm": "x", "api_key": "key of one"}


def key_of(found):
    return found.api_key and found.api_key.get_secret_value()


def test_who_is_asked_again_is_embedded_by_name_else_at_the_same_endpoint_else_at_its_own(settings):
    name = load_catalogue().default.name
    embedded = escalated(settings(**HOSTED, escalate=name))
    assert (embedded.base_url, embedded.llm, key_of(embedded)) == (None, name, None)
    same = escalated(settings(**HOSTED, escalate="y"))
    assert (same.base_url, same.llm, key_of(same)) == ("http://one/v1", "y", "key of one")
    own = escalated(settings(**HOSTED, escalate="y", escalate_base_url="http://two/v1"))
    assert (own.base_url, own.llm, key_of(own)) == ("http://two/v1", "y", None)
    keyed = escalated(
        settings(**HOSTED, escalate="y", escalate_base_url="http://two/v1", escalate_api_key="key of two")
    )
    assert key_of(keyed) == "key of two"
    with pytest.raises(ConfigError, match="no embedded LLM"):
        bar_of(settings(escalate="y"))


@pytest.mark.parametrize(
    ("values", "below"),
    [({}, 0.5), ({"min_confidence": 0.3}, 0.3), ({"min_confidence": 0.3, "escalate_below": 0.8}, 0.8)],
)
def test_what_is_too_uncertain_is_as_said_else_what_would_be_left_out_else_one_half(settings, values, below):
    bar = bar_of(settings(**HOSTED, escalate="y", **values))
    assert (bar.below, bar.least) == (below, values.get("min_confidence"))
    assert bar.again.identity.name == "y"


def test_a_budget_needs_no_price_of_the_embedded_llm_and_holds_for_the_other(settings):
    name = load_catalogue().default.name
    _, alone = pace_and_budget(settings(max_cost=1.0))
    _, both = pace_and_budget(settings(max_cost=1.0, escalate="gpt-4o", escalate_base_url="http://two/v1"))
    assert (alone.max_cost, both.max_cost, both.free) == (None, 1.0, {name})


def test_offline_asks_nobody(settings):
    wired = wire(settings(offline=True))
    with pytest.raises(CacheMissError):
        wired.extractor.extract(article_of("The ministers of Latvia and Peru met."))
    assert wired.meter.total.requests == 0


def test_wiring_opens_and_downloads_nothing(settings, tmp_path):
    wire(settings(no_cache=True))
    assert list(tmp_path.iterdir()) == []


def test_an_llm_is_built_once_for_many_and_closed():
    class Built(EmbeddedLLM):
        made = 0
        closed = False

        def __init__(self):
            type(self).made += 1

        async def complete(self, request):
            return request

        def close(self):
            type(self).closed = True

    llm = _OnFirstUse(lambda _stopped: Built())

    async def many():
        answers = await asyncio.gather(*(llm.complete(number) for number in range(5)))
        await llm.aclose()
        return answers

    assert asyncio.run(many()) == list(range(5))
    assert (Built.made, Built.closed) == (1, True)


def test_who_waits_no_more_stops_the_building():
    stopped_in_time = []

    def build(stopped):
        for _ in range(500):
            if stopped():
                stopped_in_time.append(True)
                break
            asyncio.run(asyncio.sleep(0.01))
        raise ConfigError("stopped")

    async def cancelled():
        task = asyncio.create_task(_OnFirstUse(build).complete(None))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    assert stopped_in_time == [True]


def test_a_damaged_adapter_is_said_before_anything_is_downloaded(tmp_path, monkeypatch):
    monkeypatch.setattr("extractor.llm.opening.adapter_is_whole", lambda _: False)
    with pytest.raises(ConfigError, match="missing or damaged"):
        open_embedded(load_catalogue().default, Place(tmp_path), Watch())


def test_an_endpoint_s_options_are_those_of_the_settings(settings):
    options = endpoint_options(
        settings(base_url="http://h/v1", llm="x", api_key="k", timeout=7, mode="tools", concurrency=3)
    )
    assert (options.timeout_s, options.mode, options.max_connections) == (7, "tools", 3)
    assert options.api_key.get_secret_value() == "k"
