"""What a probe says of endpoints, good and bad."""

import socket

import pytest
from pydantic import SecretStr

from extractor.llm.openai import EndpointOptions, OpenAIEndpoint
from extractor.llm.probing import probe


async def test_a_good_endpoint_is_described(endpoint_to, server):
    result = await probe(endpoint_to("good", api_key=SecretStr("sk-canary-1")))
    assert result.usable
    assert (result.reachable, result.authorised, result.mode) == (True, True, "json_schema")
    assert result.served == ("served-llm", "other-llm")
    assert (result.answered_by, result.problem) == ("served-llm fp_1", "")
    assert len(server.arrivals) == 2
    assert "sk-canary" not in repr(result)


@pytest.mark.parametrize(
    ("persona", "authorised", "words"),
    [
        ("key-unknown", False, "the key was not accepted"),
        ("unknown-llm", True, "no such LLM"),
        ("quota", True, "out of money"),
        ("redirects", True, "redirects"),
    ],
)
async def test_a_bad_endpoint_says_what_is_wrong(endpoint_to, persona, authorised, words):
    result = await probe(endpoint_to(persona))
    assert not result.usable
    assert (result.reachable, result.authorised) == (True, authorised)
    assert words in result.problem


async def test_an_address_where_nothing_is():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        endpoint = OpenAIEndpoint(EndpointOptions(f"http://127.0.0.1:{taken.getsockname()[1]}/v1", "llm"))
    result = await probe(endpoint)
    await endpoint.aclose()
    assert (result.usable, result.reachable, result.authorised, result.mode) == (False, False, None, None)
    assert "cannot reach" in result.problem
    assert result.hint


async def test_an_endpoint_that_hangs_is_not_waited_for(endpoint_to):
    result = await probe(endpoint_to("hang", timeout_s=0.3))
    assert not result.reachable
    assert "within 0.3 s" in result.problem


async def test_an_endpoint_that_lists_nothing_may_still_answer(endpoint_to, server):
    async def shy(exchange):
        if exchange.arrival.method == "GET":
            await exchange.error(404, "not_found", "no list here")
        else:
            await exchange.answer('{"ok": true}')

    server.personas["shy"] = shy
    result = await probe(endpoint_to("shy"))
    assert (result.usable, result.served) == (True, ())
