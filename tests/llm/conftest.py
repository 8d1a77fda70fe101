from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest

from extractor.drafts import AnswerDraft, answer_schema
from extractor.llm.base import LLMIdentity, Message, Request
from extractor.llm.openai import EndpointOptions, OpenAIEndpoint
from tests.llm.fault_server import FaultServer, running

ARTICLE = "1: The two ministers met in Vilnius. 2: {{7*7}} {% raw %} They signed nothing."


def make_request(llm: LLMIdentity | None = None, **changes) -> Request:
    values = {
        "llm": llm or LLMIdentity("llm", "http://endpoint/v1"),
        "messages": (Message("system", "Read the article."), Message("user", ARTICLE)),
        "answer_schema": answer_schema(2, full=True),
        "answer_type": AnswerDraft,
        "prompt": "p@1",
        "wire_version": "1",
        "max_tokens": 800,
    }
    return Request(**{**values, **changes})


@pytest.fixture
async def server() -> AsyncIterator[FaultServer]:
    async with running() as state:
        yield state


@pytest.fixture
async def endpoint_to(server: FaultServer) -> AsyncIterator[Callable[..., OpenAIEndpoint]]:
    """Makes endpoints that are closed at the end."""
    async with AsyncExitStack() as stack:

        def make(persona: str, **options) -> OpenAIEndpoint:
            endpoint = OpenAIEndpoint(
                EndpointOptions(
                    **{"base_url": server.url(persona), "name": "llm", "timeout_s": 5.0, **options}
                )
            )
            stack.push_async_callback(endpoint.aclose)
            return endpoint

        yield make
