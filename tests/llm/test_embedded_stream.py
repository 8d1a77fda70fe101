"""What comes in from the embedded LLM, chunk by chunk, to an answer; the runtime itself is a stand-in."""

from pathlib import Path

from extractor.llm.embedded import EmbeddedLLM
from tests.llm.conftest import make_request
from tests.llm.fault_server import GOOD

USAGE = {"prompt_tokens": 90, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 18}}


class Runtime:
    """Says these pieces with their log probabilities (None: not told), and keeps what it was asked."""

    def __init__(self, pieces):
        self.pieces, self.bodies = pieces, []

    def handle_chat_completions(self, body, take):
        self.bodies.append(body)
        for text, logprob in self.pieces:
            choice = {"delta": {"content": text}}
            if logprob is not None and body.get("logprobs"):
                choice["logprobs"] = {"content": [{"token": "?", "logprob": logprob}]}
            if take({"choices": [choice]}):
                return
        take({"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": USAGE})


def embedded(pieces, **options):
    llm = EmbeddedLLM(Path("weights.gguf"), **options)
    llm._server = Runtime(pieces)
    return llm


async def test_it_tells_where_it_hesitated_and_that_is_no_part_of_the_question():
    llm = embedded([(GOOD[:9], -0.125), (GOOD[9:], -0.0001)])
    request = make_request()
    answer = await llm.complete(request)
    assert (answer.text, answer.doubts) == (GOOD, ((0, 9, -0.125),))
    assert answer.fingerprint == request.fingerprint
    assert (answer.usage.input_tokens, answer.usage.cached_input_tokens) == (90, 18)
    [body] = llm._server.bodies
    assert (body["logprobs"], body["top_logprobs"]) == (True, 1)


async def test_it_need_not_tell():
    llm = embedded([(GOOD, -0.5)], probabilities=False)
    assert (await llm.complete(make_request())).doubts is None
    assert "logprobs" not in llm._server.bodies[0]


async def test_an_older_runtime_that_does_not_tell_answers_all_the_same():
    assert (await embedded([(GOOD, None)]).complete(make_request())).doubts is None
