"""One attempt at an endpoint on a real socket: each fault becomes one of our errors, with nothing lost or shown."""

import asyncio
import gzip
import json
import logging
import os
import socket
import ssl
import subprocess
import sys
import time
import traceback

import pytest
from pydantic import SecretStr

from extractor.drafts import answer_schema
from extractor.errors import (
    AuthError,
    InvalidOutputError,
    LLMError,
    QuotaError,
    RefusedError,
    TooLongError,
    TransientLLMError,
    TruncatedError,
    UnreachableError,
)
from extractor.llm import posting
from extractor.llm.faults import connection_fault
from extractor.llm.openai import EndpointOptions, OpenAIEndpoint
from tests.llm.conftest import ARTICLE, make_request
from tests.llm.fault_server import GOOD, reply, running

KEY = "sk-canary-3f9a7c51d2"


@pytest.fixture(params=["posted", "instructed"], autouse=True)
def way(request, monkeypatch) -> str:
    """Both ways to an endpoint: the fast one, and the vendors' alone, as without aiohttp."""
    if request.param == "instructed":
        monkeypatch.setattr(posting, "_installed", lambda: False)
    return request.param


async def test_an_answer_comes_with_its_tokens_and_its_author(server, endpoint_to):
    request = make_request()
    answer = await endpoint_to("good", api_key=SecretStr(KEY)).complete(request)
    usage = answer.usage
    assert (answer.text, answer.answered_by, answer.cached) == (GOOD, "served-llm fp_1", False)
    assert (usage.input_tokens, usage.cached_input_tokens, usage.output_tokens, usage.requests) == (
        100,
        40,
        20,
        1,
    )
    assert answer.fingerprint == request.fingerprint
    (arrival,) = server.to("good")
    assert arrival.headers["authorization"] == f"Bearer {KEY}"


async def test_the_request_is_sent_as_it_is(server, endpoint_to):
    await endpoint_to("good").complete(make_request(max_tokens=77, temperature=0.5, seed=None))
    body = server.to("good")[0].body
    assert [turn["content"] for turn in body["messages"]] == ["Read the article.", ARTICLE]
    form = body["response_format"]["json_schema"]
    assert json.dumps(form["schema"]) == json.dumps(answer_schema(2, full=True)), (
        "the order of fields matters"
    )
    assert {key: body.get(key) for key in ("model", "max_tokens", "temperature", "seed")} == {
        "model": "llm",
        "max_tokens": 77,
        "temperature": 0.5,
        "seed": None,
    }


@pytest.mark.parametrize("sampling", [{}, {"seed": None, "temperature": 0.5}])
async def test_both_ways_send_the_same(server, endpoint_to, monkeypatch, sampling):
    await endpoint_to("good", api_key=SecretStr(KEY)).complete(make_request(**sampling))
    monkeypatch.setattr(posting, "_installed", lambda: False)
    await endpoint_to("good", api_key=SecretStr(KEY)).complete(make_request(**sampling))
    one, other = server.to("good")
    assert one.body == other.body
    assert json.dumps(one.body["response_format"]) == json.dumps(other.body["response_format"])
    kept = ("authorization", "content-type", "accept", "accept-encoding")
    assert [one.headers[name] for name in kept] == [other.headers[name] for name in kept]
    assert one.path == other.path


async def test_without_a_key_none_is_sent(server, endpoint_to, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_ORG_ID", "an-organisation")
    await endpoint_to("good").complete(make_request())
    headers = server.to("good")[0].headers
    assert "authorization" not in headers
    assert "openai-organization" not in headers


async def test_half_a_surrogate_pair_in_an_article_does_not_stop_it(server, endpoint_to):
    turn = make_request().messages[1]
    request = make_request(messages=(type(turn)("user", "1: \ud83c and \U0001f3db"),))
    assert (await endpoint_to("good").complete(request)).text == GOOD
    assert server.to("good")[0].body["messages"][0]["content"] == "1: \ufffd and \U0001f3db"


@pytest.mark.parametrize(
    ("persona", "error", "words"),
    [
        ("key-unknown", AuthError, "HTTP 401 (invalid_api_key, error) from http://127.0.0.1"),
        ("key-forbidden", AuthError, "HTTP 403"),
        ("quota", QuotaError, "out of money"),
        ("spend-limit", QuotaError, "out of money"),
        ("payment", QuotaError, "out of money"),
        ("busy-billing", TransientLLMError, "overloaded"),
        ("unknown-llm", LLMError, "no such LLM"),
        ("odd-request", LLMError, "the request was refused"),
        ("redirects", LLMError, "redirects"),
        ("too-long", TooLongError, "context"),
        ("too-long-llamacpp", TooLongError, "context"),
        ("filtered-before", RefusedError, "content filter"),
        ("filtered", RefusedError, "content filter"),
        ("refusal", RefusedError, "refused to answer"),
        ("reset", TransientLLMError, "the connection broke"),
        ("early-close", TransientLLMError, "the connection broke"),
        ("truncated-body", TransientLLMError, "the connection broke"),
        ("truncated-json", TransientLLMError, "broken reply"),
        ("overloaded", TransientLLMError, "HTTP 503 (overloaded, error)"),
        ("gateway-page", TransientLLMError, "a page or a broken reply"),
        ("no-choices", TransientLLMError, "without an answer"),
        ("null-choices", TransientLLMError, "without an answer"),
        ("empty-object", TransientLLMError, "without an answer"),
        ("not-an-object", TransientLLMError, "broken reply"),
        ("error-with-200", TransientLLMError, "HTTP 502"),
        ("empty-answer", TransientLLMError, "empty answer"),
        ("null-content", TransientLLMError, "empty answer"),
        ("breaks-grammar-once", InvalidOutputError, "could not read its LLM's answer"),
        ("cut-off", TruncatedError, "token limit"),
        ("mends", InvalidOutputError, "figures"),
    ],
)
async def test_each_fault_is_one_request_and_one_of_our_errors(server, endpoint_to, persona, error, words):
    if persona == "mends":
        words = "note: Extra inputs"
    request = make_request()
    with pytest.raises(LLMError) as caught:
        await endpoint_to(persona).complete(request)
    assert type(caught.value) is error
    assert words in str(caught.value)
    assert f"127.0.0.1:{server.port}" in str(caught.value) or persona == "mends"
    assert caught.value.fingerprint == request.fingerprint
    assert caught.value.usage.requests == len(server.to(persona)) == 1
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


async def test_an_answer_that_was_cut_off_is_kept_but_not_used(endpoint_to):
    with pytest.raises(TruncatedError) as caught:
        await endpoint_to("cut-off").complete(make_request())
    assert caught.value.raw == GOOD[:20]
    assert caught.value.usage.output_tokens == 20


@pytest.mark.parametrize(
    ("persona", "seconds"), [("waits-seconds", 1.0), ("waits-milliseconds", 0.4), ("waits-date", 1.0)]
)
async def test_the_wait_that_is_asked_for_is_read_in_all_its_forms(endpoint_to, persona, seconds):
    with pytest.raises(TransientLLMError) as caught:
        await endpoint_to(persona).complete(make_request())
    assert caught.value.retry_after == pytest.approx(seconds)


@pytest.mark.parametrize("persona", ["hang", "drip"])
async def test_an_attempt_ends_at_its_deadline_whatever_drips_in(endpoint_to, persona):
    endpoint = endpoint_to(persona, timeout_s=0.5)
    begun = time.monotonic()
    with pytest.raises(TransientLLMError, match=r"no whole answer .* within 0\.5 s"):
        await endpoint.complete(make_request())
    assert 0.4 < time.monotonic() - begun < 3.0


async def test_cancelling_ends_an_attempt_at_once(endpoint_to):
    task = asyncio.create_task(endpoint_to("hang").complete(make_request()))
    await asyncio.sleep(0.3)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


HOSTILE = {
    "twice": '{"meetings":[],"meetings":[],"agreements":[],"mous":[],"figures":[]}',
    "nan": GOOD.replace('"figures":[]', '"figures":NaN'),
    "overflow": GOOD.replace('"figures":[]', '"figures":1e400'),
    "surrogate": GOOD.replace('"figures":[]', '"figures":"\\ud800"'),
    "deep": "[" * 100_000 + "]" * 100_000,
    "two": GOOD + GOOD,
    "prose": "There is nothing in it.",
    "null": GOOD.replace('"figures":[]', '"figures":null'),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_answer_is_refused_and_its_tokens_are_counted(server, endpoint_to, name):
    async def hostile(exchange):
        await exchange.answer(HOSTILE[name])

    server.personas["hostile"] = hostile
    with pytest.raises(InvalidOutputError) as caught:
        await endpoint_to("hostile").complete(make_request())
    assert caught.value.usage.output_tokens == 20
    assert caught.value.raw == HOSTILE[name]


async def test_an_endless_reply_is_read_no_further_than_any_answer(endpoint_to):
    with pytest.raises(InvalidOutputError, match="sent too much") as caught:
        await endpoint_to("sends-50-mb").complete(make_request())
    assert caught.value.problems == ("(answer): larger than 8000000 bytes",)


async def test_a_small_reply_that_unfolds_to_a_large_one_is_no_answer(server, endpoint_to):
    async def unfolds(exchange):
        content = gzip.compress(b'{"choices": "' + b"a" * 100_000_000)
        await exchange.page(200, content, "application/json", "Content-Encoding: gzip")

    server.personas["unfolds"] = unfolds
    with pytest.raises(InvalidOutputError, match="sent too much"):
        await endpoint_to("unfolds").complete(make_request())


async def test_a_reply_that_is_compressed_unasked_is_read_all_the_same(server, endpoint_to):
    async def compressed(exchange):
        content = gzip.compress(json.dumps(reply(GOOD)).encode())
        await exchange.page(200, content, "application/json", "Content-Encoding: gzip")

    server.personas["compressed"] = compressed
    assert (await endpoint_to("compressed").complete(make_request())).text == GOOD


async def test_one_schema_object_after_another_is_sent_as_it_is(server, endpoint_to):
    endpoint = endpoint_to("good")
    for sentences in range(1, 300):
        schema = answer_schema(sentences, full=False)
        body = endpoint._bodies.of(make_request(answer_schema=schema), endpoint.dialect)
        assert json.loads(body)["response_format"]["json_schema"]["schema"] == schema
    assert len(endpoint._bodies._schemas) <= 128


@pytest.mark.parametrize(
    ("persona", "mode", "requests"),
    [
        ("good", "json_schema", 1),
        ("takes-no-schema", "tools", 2),
        ("takes-json-only", "json", 3),
        ("takes-text-only", "text", 4),
    ],
)
async def test_the_mode_is_found_once_and_remembered(server, endpoint_to, persona, mode, requests):
    endpoint = endpoint_to(persona)
    first = await endpoint.complete(make_request())
    again = await endpoint.complete(make_request())
    assert (first.text, again.text, endpoint.mode) == (GOOD, GOOD, mode)
    assert (first.usage.requests, again.usage.requests) == (requests, 1)
    assert len(server.to(persona)) == requests + 1


async def test_a_tool_takes_the_schema_as_it_is(server, endpoint_to):
    await endpoint_to("takes-no-schema", mode="tools").complete(make_request())
    (tool,) = server.to("takes-no-schema")[0].body["tools"]
    schema = answer_schema(2, full=True)
    parameters = tool["function"]["parameters"]
    assert list(parameters["properties"]) == list(schema["properties"])
    assert json.dumps(parameters["properties"]) == json.dumps(schema["properties"])
    assert parameters["additionalProperties"] is False


async def test_a_mode_that_was_chosen_is_not_left(server, endpoint_to):
    with pytest.raises(LLMError, match="refused"):
        await endpoint_to("takes-no-schema", mode="json_schema").complete(make_request())
    assert len(server.to("takes-no-schema")) == 1


async def test_a_refusal_in_every_mode_is_not_about_the_mode(server, endpoint_to):
    endpoint = endpoint_to("odd-tools")
    with pytest.raises(LLMError, match="the request was refused") as caught:
        await endpoint.complete(make_request())
    assert caught.value.usage.requests == len(server.to("odd-tools")) == 4
    assert endpoint.mode == "json_schema"


async def test_sampling_parameters_that_are_not_taken_are_left_out(server, endpoint_to):
    endpoint = endpoint_to("takes-new-words-only")
    assert (await endpoint.complete(make_request(max_tokens=55))).text == GOOD
    body = server.to("takes-new-words-only")[-1].body
    assert body["max_completion_tokens"] == 55
    assert not {"max_tokens", "temperature", "seed"} & body.keys()
    assert endpoint.mode == "json_schema"


async def test_many_first_requests_agree_on_the_mode(server, endpoint_to):
    endpoint = endpoint_to("takes-no-schema")
    answers = await asyncio.gather(*(endpoint.complete(make_request(epoch=n)) for n in range(8)))
    assert {answer.text for answer in answers} == {GOOD}
    assert endpoint.mode == "tools"
    assert len(server.to("takes-no-schema")) <= 16


async def test_a_change_of_who_answers_is_reported_once(endpoint_to, caplog):
    endpoint = endpoint_to("drifts")
    authors = [(await endpoint.complete(make_request())).answered_by for _ in range(4)]
    assert authors == ["served-llm-0 fp_1"] * 2 + ["served-llm-1 fp_1"] * 2
    (record,) = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert "was served-llm-0 fp_1 and is served-llm-1 fp_1" in record.getMessage()


def test_two_endpoints_are_two_llms_and_no_credentials_are_part_of_them():
    one = EndpointOptions("http://user:secret@one/v1/?key=secret", "llm")
    two = EndpointOptions("http://two/v1", "llm")
    assert one.identity.origin == "http://one/v1"
    assert make_request(one.identity).fingerprint != make_request(two.identity).fingerprint


async def test_a_closed_port_is_reported_at_once_and_ends_a_run():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
    endpoint = OpenAIEndpoint(EndpointOptions(url, "llm"))
    begun = time.monotonic()
    with pytest.raises(UnreachableError, match=f"cannot reach {url}: nothing listens"):
        await endpoint.complete(make_request())
    assert time.monotonic() - begun < 3.0
    await endpoint.aclose()


async def test_an_unknown_host_is_reported_at_once():
    endpoint = OpenAIEndpoint(EndpointOptions("http://no-such-host.invalid/v1", "llm"))
    with pytest.raises(UnreachableError, match="host name is not known"):
        await endpoint.complete(make_request())
    await endpoint.aclose()


async def test_an_endpoint_that_was_there_and_went_may_come_back():
    async def leaves(exchange):
        await exchange.answer()
        exchange.writer.close()

    async with running() as server:
        server.personas["leaves"] = leaves
        endpoint = OpenAIEndpoint(EndpointOptions(server.url("leaves"), "llm", timeout_s=5.0))
        await endpoint.complete(make_request())
    await asyncio.sleep(0.05)  # until the client, too, has seen that the connection is closed
    with pytest.raises(TransientLLMError, match="nothing listens"):
        await endpoint.complete(make_request())
    await endpoint.aclose()


async def test_a_race_on_a_closing_transport_is_worth_another_try():
    broken = ConnectionError()
    broken.__cause__ = AttributeError("'NoneType' object has no attribute 'call_soon'")
    assert connection_fault(broken, "http://one/v1").retryable


async def ask(url: str) -> str:
    endpoint = OpenAIEndpoint(EndpointOptions(url, "llm", timeout_s=5.0))
    try:
        return (await endpoint.complete(make_request())).text
    finally:
        await endpoint.aclose()


async def test_a_proxy_of_the_environment_is_used_but_not_for_this_machine(server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{server.port}")
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{server.port}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert await ask("http://llm.example/v1") == GOOD
    assert [arrival.path for arrival in server.to("proxy")] == ["http://llm.example/v1/chat/completions"]
    assert await ask(server.url("good")) == GOOD
    assert len(server.to("good")) == 1


async def test_what_netrc_has_for_a_host_is_not_sent_to_it(server, endpoint_to, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password a-secret-of-theirs\n", encoding="utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    await endpoint_to("good").complete(make_request())
    assert "authorization" not in server.to("good")[0].headers


@pytest.mark.parametrize(
    ("url", "proxy", "fits"),
    [
        ("https://one.example/v1", "", True),
        ("https://user:secret@one.example/v1", "", False),
        ("https://one.example/v1?api-version=1", "", False),
        ("https://one.example/v1", "http://proxy.example:3128", True),
        ("https://one.example/v1", "proxy.example:3128", True),
        ("https://one.example/v1", "socks5://proxy.example:1080", False),
    ],
)
def test_what_is_special_is_left_to_the_vendors(monkeypatch, way, url, proxy, fits):
    for name in ("https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", proxy)
    assert posting.Address(url, None, local=False).fits is (fits and way == "posted")


def test_a_certificate_is_checked_against_its_host():
    context = posting._certificates(posting.Address("https://one.example/v1", None, local=False))
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED


def test_an_endpoint_that_takes_a_schema_needs_no_vendor(tmp_path):
    code = (
        "import asyncio, sys\n"
        "from extractor.llm.openai import EndpointOptions, OpenAIEndpoint\n"
        "from tests.llm.conftest import make_request\n"
        "from tests.llm.fault_server import running\n"
        "async def main():\n"
        "    async with running() as server:\n"
        "        endpoint = OpenAIEndpoint(EndpointOptions(server.url('good'), 'llm'))\n"
        "        await endpoint.complete(make_request())\n"
        "        await endpoint.aclose()\n"
        "asyncio.run(main())\n"
        "print([name for name in ('openai', 'instructor', 'httpx2') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_one_endpoint_serves_one_event_loop_after_another(tmp_path):
    async def once() -> str:
        async with running() as server:
            return await ask(server.url("good"))

    assert [asyncio.run(once()) for _ in range(2)] == [GOOD, GOOD]


@pytest.mark.parametrize("persona", ["echoes", "echoes-badly"])
async def test_neither_key_nor_article_is_in_any_error_or_log(endpoint_to, caplog, persona):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(LLMError) as caught:
        await endpoint_to(persona, api_key=SecretStr(KEY)).complete(make_request())
    told = caplog.text + repr(caught.value) + str(vars(caught.value))
    told += "".join(traceback.format_exception(caught.value))
    assert KEY not in told
    assert "two ministers" not in told


async def test_answers_are_in_no_log_either(endpoint_to, caplog):
    caplog.set_level(logging.DEBUG)
    await endpoint_to("good", api_key=SecretStr(KEY)).complete(make_request())
    assert KEY not in caplog.text
    assert "two ministers" not in caplog.text
    assert "agreements" not in caplog.text


def test_importing_the_endpoint_imports_no_vendor():
    code = (
        "import sys; import extractor.llm.openai, extractor.llm.caching, extractor.llm.probing;"
        "print([name for name in ('openai', 'instructor', 'httpx2', 'tenacity') if name in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    assert run.stdout.strip() == "[]"


async def test_a_reply_in_parts_is_one_answer(server, endpoint_to):
    async def parts(exchange):
        content = [{"type": "text", "text": GOOD[:10]}, {"type": "text", "text": GOOD[10:]}]
        await exchange.json(200, reply(content))

    server.personas["parts"] = parts
    assert (await endpoint_to("parts").complete(make_request())).text == GOOD


async def test_a_reply_without_an_account_costs_nothing_known(server, endpoint_to):
    async def silent(exchange):
        await exchange.json(200, {**reply(GOOD), "usage": {"prompt_tokens": "many"}, "model": None})

    server.personas["silent"] = silent
    answer = await endpoint_to("silent").complete(make_request())
    assert (answer.usage.input_tokens, answer.usage.requests) == (0, 1)
