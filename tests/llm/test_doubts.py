"""Token probabilities: which are kept, where they stand, and what is no account of a text."""

import math

import pytest

from extractor.llm.caching import Cached, DiskStore
from extractor.llm.doubts import doubts_in, doubts_of, within
from extractor.llm.stored import StoredAnswer, packed, unpacked
from tests.llm.conftest import make_request
from tests.llm.fault_server import GOOD, reply
from tests.llm.test_embedded_stream import embedded

TEXT = '{"a":"Łódź 東京"}'


def content(*tokens):
    return {"logprobs": {"content": [{"token": text, "logprob": logprob} for text, logprob in tokens]}}


def test_only_tokens_that_were_not_certain_are_kept():
    pieces = [('{"', 0.0), ("a", -0.0004), ('":"', -0.01), ('Łódź 東京"}', -2.34567)]
    assert doubts_of(pieces, TEXT) == ((3, 3, -0.01), (6, 9, -2.346))


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        ([("{", -1.0)], "{}"),
        ([("{}", -1.0), ("x", -1.0)], "{}"),
        ([("{", -1.0), ("}", math.nan)], "{}"),
        ([], "{}"),
    ],
    ids=["too little", "too much", "not told", "nothing"],
)
def test_what_is_no_account_of_the_text_is_none(pieces, text):
    assert doubts_of(pieces, text) is None


def test_an_impossible_token_and_one_above_certainty_stay_within_bounds():
    assert doubts_of([("{", -1e9), ("}", 0.001)], "{}") == ((0, 1, -100.0),)


def test_letters_of_several_tokens_are_told_by_their_bytes():
    spelled = [('{"a":"Łódź ', None), ("", b"\xe6\x9d"), ("", b"\xb1"), ("京", None), ('"}', None)]
    told = [
        {"token": text, "logprob": -0.5, "bytes": list(text.encode() if data is None else data)}
        for text, data in spelled
    ]
    found = doubts_in({"logprobs": {"content": told}}, TEXT)
    assert [TEXT[start : start + length] for start, length, _ in found] == [
        '{"a":"Łódź ',
        "",
        "東",
        "京",
        '"}',
    ]
    assert found == doubts_of([(TEXT[:11], -0.5), ("", -0.5), ("東", -0.5), ("京", -0.5), ('"}', -0.5)], TEXT)


def test_without_bytes_a_letter_that_no_token_spells_is_passed_over():
    told = content(('{"a":"Łódź ', -0.1), ("", -0.2), ("京", -0.3), ('"}', 0.0))
    assert doubts_in(told, TEXT) == ((0, 11, -0.1), (11, 0, -0.2), (12, 1, -0.3))


@pytest.mark.parametrize(
    "choice",
    [
        {},
        {"logprobs": None},
        {"logprobs": {"content": None}},
        {"logprobs": {"content": []}},
        {"logprobs": {"content": "no"}},
        {"logprobs": {"content": [1]}},
        {"logprobs": {"content": [{"token": TEXT}]}},
        {"logprobs": {"content": [{"token": TEXT, "logprob": "x"}]}},
        {"logprobs": {"content": [{"token": TEXT, "logprob": -1, "bytes": [999]}]}},
        {"logprobs": {"content": [{"token": "?", "logprob": -1, "bytes": [255]}]}},
    ],
)
def test_an_endpoint_that_tells_none_or_nonsense_gives_none(choice):
    assert doubts_in(choice, TEXT) is None


def test_doubts_move_with_the_part_that_is_cut_out():
    whole, part = "```json\n{}\n```", "{}"
    assert within(((0, 7, -1.0), (8, 1, -0.5), (9, 1, -0.2)), whole, part) == ((0, 1, -0.5), (1, 1, -0.2))
    assert within(None, whole, part) is None
    assert within(((0, 1, -1.0),), part, part) == ((0, 1, -1.0),)


def test_an_entry_without_doubts_is_as_it_was_before_there_were_any():
    usage = {"input_tokens": 1}
    old = {
        "format": 1, "fingerprint": "a" * 64, "text": GOOD, "usage": usage, "answered_by": "x", "recorded": "t",
    }  # fmt: skip
    kept = StoredAnswer.model_validate(old)
    assert "doubts" not in kept.document
    assert kept.document.keys() == old.keys()
    told = StoredAnswer.model_validate(old | {"doubts": [[0, 1, -0.5]]})
    assert unpacked(packed(told), "a" * 64) == told
    assert told.document["doubts"] == [[0, 1, -0.5]]


@pytest.mark.parametrize(
    "doubt", [[-1, 1, -0.5], [0, 1, 0.5], [0, 1, float("nan")], [0, 1], "x", [0, 1, -1e9]]
)
def test_an_entry_with_impossible_doubts_is_refused(doubt):
    entry = {"fingerprint": "a" * 64, "text": GOOD, "usage": {}, "answered_by": "x", "recorded": "t"}
    with pytest.raises(ValueError, match="doubts"):
        StoredAnswer.model_validate(entry | {"doubts": [doubt]})


async def test_they_are_cached_with_the_answer(tmp_path):
    store, request = DiskStore(tmp_path), make_request()
    llm = embedded([(GOOD[:5], -0.25), (GOOD[5:], 0.0)])
    first = await Cached(llm, store).complete(request)
    again = await Cached(None, store).complete(request)
    store.close()
    assert first.doubts == again.doubts == ((0, 5, -0.25),)


async def test_an_endpoint_is_asked_for_them_only_if_it_is_wanted(server, endpoint_to):
    async def telling(exchange):
        said = reply(GOOD)
        said["choices"][0] |= content((GOOD[:8], -0.5), (GOOD[8:], 0.0))
        await exchange.json(200, said)

    server.personas["telling"] = telling
    assert (await endpoint_to("telling", probabilities=True).complete(make_request())).doubts == (
        (0, 8, -0.5),
    )
    assert (await endpoint_to("good").complete(make_request())).doubts is None
    assert server.to("telling")[0].body["logprobs"] is True
    assert "logprobs" not in server.to("good")[0].body


@pytest.mark.parametrize("mode", ["auto", "tools"])
async def test_an_endpoint_that_refuses_to_tell_is_asked_without(server, endpoint_to, mode):
    async def refusing(exchange):
        if "logprobs" in exchange.arrival.body:
            await exchange.error(400, "unsupported_parameter", "logprobs are not supported with this model")
        elif exchange.arrival.body.get("tools"):
            call = {"id": "1", "type": "function", "function": {"name": "answer", "arguments": GOOD}}
            await exchange.answer(None, tool_calls=[call])
        else:
            await exchange.answer()

    server.personas["refusing"] = refusing
    endpoint = endpoint_to("refusing", probabilities=True, mode=mode)
    for _ in range(2):
        answer = await endpoint.complete(make_request())
        assert (answer.text, answer.doubts) == (GOOD, None)
    assert ["logprobs" in it.body for it in server.to("refusing")] == [True, False, False]
