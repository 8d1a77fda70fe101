"""Requests by file: the line is what the endpoint would be sent, and a line of answer is judged as its reply."""

import io
import json

import pytest

from extractor.errors import (
    InvalidOutputError,
    LLMError,
    RefusedError,
    TooLongError,
    TransientLLMError,
    TruncatedError,
)
from extractor.llm.base import Message
from extractor.llm.batch_format import (
    MAX_LINE_BYTES,
    BadLine,
    RequestLines,
    Response,
    UnservedError,
    batch_price,
    judged,
    read_response_lines,
)
from extractor.llm.dialects import Dialect
from extractor.llm.metering import Price, load_prices
from tests.llm.conftest import make_request
from tests.llm.fault_server import GOOD, reply


def line(body, custom_id=None, status=200, error=None):
    response = None if body is None else {"status_code": status, "request_id": "r", "body": body}
    custom_id = custom_id or make_request().fingerprint
    return json.dumps({"id": "b", "custom_id": custom_id, "response": response, "error": error})


def lines(*texts):
    return list(read_response_lines(io.BytesIO("\n".join(texts).encode("utf-8", "surrogatepass"))))


def judge(text, price=None):
    (response,) = lines(text)
    assert isinstance(response, Response)
    return judged(response, make_request(), price)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"max_tokens": 77, "temperature": 0.5, "seed": None},
        {"messages": (Message("user", "1: \ud83c and \U0001f3db «čaj» {{7*7}}"),)},
    ],
)
async def test_a_line_holds_what_the_endpoint_is_sent(server, endpoint_to, changes):
    endpoint = endpoint_to("good", mode="json_schema")
    request = make_request(endpoint.options.identity, **changes)
    await endpoint.complete(request)
    written = RequestLines("llm").of(request)
    asked = json.loads(written)
    assert written.endswith(b"}\n")
    assert (asked["custom_id"], asked["method"], asked["url"]) == (
        request.fingerprint,
        "POST",
        "/v1/chat/completions",
    )
    sent = server.to("good")[0].body
    assert asked["body"] == sent
    schema = sent["response_format"]["json_schema"]["schema"]
    assert json.dumps(asked["body"]["response_format"]["json_schema"]["schema"]) == json.dumps(schema)


async def test_a_line_takes_the_words_that_the_endpoint_takes(server, endpoint_to):
    endpoint = endpoint_to("takes-new-words-only", mode="json_schema")
    request = make_request(endpoint.options.identity)
    await endpoint.complete(request)
    asked = json.loads(RequestLines("llm", endpoint.dialect).of(request))
    assert asked["body"] == server.to("takes-new-words-only")[-1].body
    assert endpoint.dialect != Dialect.of("json_schema")


def test_a_good_line_is_a_completion_at_half_the_price():
    answer = judge(line(reply(GOOD)), Price(1.0, 0.5, 2.0))
    assert (answer.text, answer.answered_by, answer.cached) == (GOOD, "served-llm fp_1", False)
    assert answer.fingerprint == make_request().fingerprint
    assert (answer.usage.input_tokens, answer.usage.output_tokens, answer.usage.requests) == (100, 20, 1)
    assert answer.usage.cost == pytest.approx((60 * 1.0 + 40 * 0.5 + 20 * 2.0) / 1e6)
    price = batch_price("gpt-5-mini", load_prices())
    assert price is not None
    assert price.output == load_prices()["gpt-5-mini"].output / 2
    assert batch_price("no-such-llm", load_prices()) is None
    assert judge(line(reply(GOOD))).usage.cost is None


def test_an_answer_without_status_or_fenced_is_taken_as_from_an_endpoint():
    fenced = reply(f"```json\n{GOOD}\n```")
    assert judge(line(fenced)).text == GOOD
    assert judge(json.dumps({"custom_id": "c", "response": {"body": reply(GOOD)}})).text == GOOD


def error(code, message="no", **more):
    return {"error": {"code": code, "message": message, **more}}


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        (line(reply(GOOD[:20], "length")), TruncatedError, "token limit"),
        (line(reply(None, refusal="I will not.")), RefusedError, "refused"),
        (line(reply(None, "content_filter")), RefusedError, "refused"),
        (line(reply("")), TransientLLMError, "empty answer"),
        (line(reply(GOOD[:-9])), InvalidOutputError, "ends inside a JSON value"),
        (line(reply("no JSON at all")), InvalidOutputError, "not JSON"),
        (line(reply(GOOD.replace("]}", '],"note":1}'))), InvalidOutputError, "note"),
        (line(reply(GOOD.replace("[]", "NaN", 1))), InvalidOutputError, "NaN"),
        (line({**reply(GOOD), "choices": []}), TransientLLMError, "without an answer"),
        (line({**reply(GOOD), "choices": None}), TransientLLMError, "without an answer"),
        (line({**reply(GOOD), "choices": [{}]}), TransientLLMError, "without an answer"),
        (line({}), TransientLLMError, "without an answer"),
        (line("<html><body>Bad gateway</body></html>"), TransientLLMError, "a page"),
        (line([1, 2]), TransientLLMError, "a page"),
        (line(None), TransientLLMError, "a page"),
        (line("<html>", status=502), TransientLLMError, "HTTP 502"),
        (line(error("rate_limit_exceeded"), status=429), TransientLLMError, "HTTP 429"),
        (line(error(502, "upstream is down")), TransientLLMError, "HTTP 502"),
        (line(error("context_length_exceeded"), status=400), TooLongError, "does not fit"),
        (line(error("content_filter"), status=400), RefusedError, "content filter"),
        (line(error("invalid_request_error"), status=400), LLMError, "refused"),
        (line(error("model_not_found"), status=404), LLMError, "no such LLM"),
        (line(error("invalid_api_key"), status=401), TransientLLMError, "key was not accepted"),
        (line(error("insufficient_quota"), status=429), TransientLLMError, "out of money"),
        (line(error("insufficient_quota")), TransientLLMError, "out of money"),
        (line(None, error={"code": "batch_expired", "message": "x"}), UnservedError, "expired"),
        (line(None, error={"code": "batch_cancelled"}), UnservedError, "cancelled"),
        (line(None, error={"code": "server_error"}), TransientLLMError, "server_error"),
        (line(None, error={"code": {}}), TransientLLMError, "HTTP 500"),
        (line(None, error="something"), TransientLLMError, "HTTP 500"),
    ],
)
def test_a_bad_answer_is_the_error_that_the_endpoint_would_raise(text, kind, words):
    with pytest.raises(LLMError, match=words) as caught:
        judge(text)
    assert type(caught.value) is kind
    assert caught.value.fingerprint == make_request().fingerprint


def test_a_bad_answer_has_its_price_too():
    with pytest.raises(TruncatedError) as caught:
        judge(line(reply(GOOD[:20], "length")), Price(1.0, 1.0, 1.0))
    assert caught.value.usage.cost == pytest.approx(120 / 1e6)


def test_no_error_repeats_what_the_batch_says():
    with pytest.raises(LLMError) as caught:
        judge(line(error("sk-canary-17", "sk-canary-17 about Ilze Kalna"), status=400))
    assert "canary" not in str(caught.value) + caught.value.hint
    assert "Kalna" not in str(caught.value) + caught.value.hint


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "has no custom_id"),
        ('{"custom_id": 7}', "has no custom_id"),
        ("{}", "has no custom_id"),
        ("\ud800", "is not UTF-8"),
        ("x" * (3 * MAX_LINE_BYTES), "is longer than 8000000 bytes"),
        ("x" * (MAX_LINE_BYTES + 1), "is longer than 8000000 bytes"),
    ],
)
def test_a_line_that_cannot_be_read_is_one_bad_line(text, reason):
    good = line(reply(GOOD))
    first, bad, last = lines(good, text, good)
    assert isinstance(first, Response)
    assert isinstance(last, Response)
    assert isinstance(bad, BadLine)
    assert (bad.reason, bad.place.number, last.place.number) == (reason, 2, 3)


def test_places_lead_back_to_the_lines():
    text = "\ufeff" + "\r\n".join([line(reply(GOOD), "čaj"), "", line(reply(GOOD), "b"), '{"custom_id": "c'])
    stream = io.BytesIO(text.encode())
    places = [it.place for it in read_response_lines(stream)]
    assert [place.number for place in places] == [1, 3, 4]
    for place, custom_id in zip(places[:2], ["čaj", "b"], strict=True):
        stream.seek(place.start)
        (again,) = read_response_lines(io.BytesIO(stream.read(place.length)))
        assert isinstance(again, Response)
        assert again.custom_id == custom_id
