"""The public test double."""

import pytest

from extractor.errors import RefusedError
from extractor.llm.scripted import ScriptedLLM
from extractor.records import Usage
from tests.llm.conftest import make_request


async def test_a_script_is_read_out_in_order_and_requests_are_kept():
    llm = ScriptedLLM(["one", RefusedError("no"), "two"], usage=Usage(requests=1, cost=0.1), answered_by="me")
    first = await llm.complete(make_request(epoch=1))
    with pytest.raises(RefusedError):
        await llm.complete(make_request(epoch=2))
    second = await llm.complete(make_request(epoch=3))
    assert (first.text, first.answered_by, first.usage.cost, second.text) == ("one", "me", 0.1, "two")
    assert first.fingerprint == make_request(epoch=1).fingerprint
    assert [request.epoch for request in llm.requests] == [1, 2, 3]


async def test_a_function_makes_the_answer_of_the_request():
    llm = ScriptedLLM(lambda request: request.messages[0].content)
    assert (await llm.complete(make_request())).text == "Read the article."


async def test_a_script_that_has_run_out_fails_the_test():
    llm = ScriptedLLM(["one"])
    await llm.complete(make_request())
    with pytest.raises(AssertionError, match="no answer left"):
        await llm.complete(make_request())
