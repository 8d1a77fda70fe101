"""The calls of the Batch API on a real socket: what may be repeated is, what costs money is done once."""

import pytest
from pydantic import SecretStr

from extractor.errors import AuthError, QuotaError, TransientLLMError, UnreachableError, WriteError
from extractor.llm.openai import EndpointOptions
from extractor.llm.provider_batches import GoneError, Insistence, ProviderBatches
from tests.batching.batch_server import Fault, running

KEY = "sk-canary-58ad10"
BUSY = {"error": {"message": f"slow down {KEY}", "code": "rate_limit_exceeded"}}


@pytest.fixture
def server():
    with running() as state:
        yield state


@pytest.fixture
def waits():
    return []


@pytest.fixture
def provider(server, waits):
    options = EndpointOptions(base_url=server.url, name="llm", api_key=SecretStr(KEY))
    batches = ProviderBatches(options, Insistence(attempts=3), sleep=waits.append)
    yield batches
    batches.close()


@pytest.fixture
def requests(tmp_path):
    path = tmp_path / "requests.jsonl"
    path.write_text('{"custom_id": "čaj"}\n', encoding="utf-8")
    return path


def test_a_file_goes_up_a_batch_is_made_and_its_answers_come_down(server, provider, requests, tmp_path):
    file_id = provider.upload(requests)
    assert server.files[file_id] == requests.read_bytes()
    batch = provider.create(file_id, {"made_by": "us"})
    assert (batch.status, batch.over, batch.metadata, batch.input) == (
        "validating",
        False,
        {"made_by": "us"},
        file_id,
    )
    made = server.batches[batch.id]
    assert (made["endpoint"], made["completion_window"]) == ("/v1/chat/completions", "24h")
    server.end(batch.id, [{"a": 1}], [{"b": 2}], "expired")
    after = provider.retrieve(batch.id)
    assert (after.status, after.over, after.total, after.completed, after.failed) == (
        "expired",
        True,
        2,
        1,
        1,
    )
    provider.download(after.output, tmp_path / "answers.jsonl")
    assert (tmp_path / "answers.jsonl").read_bytes() == b'{"a": 1}\n'
    assert {auth for _, _, auth in server.calls} == {f"Bearer {KEY}"}


@pytest.mark.parametrize(
    ("path", "act"),
    [
        ("/v1/files", lambda it, requests, _: it.upload(requests)),
        ("/v1/batches/batch_1/cancel", lambda it, *_: it.cancel("batch_1")),
    ],
)
def test_overload_and_broken_connections_are_waited_out(server, provider, requests, waits, path, act):
    server.make({"endpoint": "e", "completion_window": "24h", "input_file_id": "f"})
    server.faults += [
        Fault("POST", path, 429, BUSY, (("Retry-After", "7"),)),
        Fault("POST", path),
    ]
    act(provider, requests, None)
    assert server.made(path) == 3
    assert waits[0] == 7
    assert 0 <= waits[1] <= 4


def test_downloads_are_whole_or_not_there(server, provider, tmp_path):
    file_id = server.store(b"x" * 1000)
    server.faults += [
        Fault("GET", f"/v1/files/{file_id}/content", 503, {"error": "busy"}),
        Fault("GET", f"/v1/files/{file_id}/content", 200, b"y" * 1000, cut_to=500),
    ]
    provider.download(file_id, tmp_path / "answers.jsonl")
    assert (tmp_path / "answers.jsonl").read_bytes() == b"x" * 1000
    with pytest.raises(GoneError, match="has no /v1/files/file-9/content"):
        provider.download("file-9", tmp_path / "more.jsonl")
    with pytest.raises(WriteError):
        provider.download(file_id, tmp_path / "no folder" / "more.jsonl")
    assert [path.name for path in tmp_path.iterdir()] == ["answers.jsonl"]


@pytest.mark.parametrize("status", [0, 500, 429])
def test_a_batch_whose_making_got_no_reply_is_not_made_twice(server, provider, requests, status):
    file_id = provider.upload(requests)
    other = server.make({"endpoint": "e", "completion_window": "24h", "input_file_id": "another"})
    server.faults.append(Fault("POST", "/v1/batches", status, BUSY, after_the_deed=True))
    batch = provider.create(file_id, {})
    assert server.made("/v1/batches") == 1
    assert len(server.batches) == 2
    assert batch.id != other["id"]


def test_a_batch_that_was_not_made_is_made_at_the_second_try(server, provider, requests):
    server.faults.append(Fault("POST", "/v1/batches", 503, BUSY))
    provider.create(provider.upload(requests), {})
    assert (server.made("/v1/batches"), len(server.batches)) == (2, 1)


def test_batches_are_listed_over_pages(server, provider):
    server.page = 2
    for number in range(5):
        server.make({"endpoint": "e", "completion_window": "24h", "input_file_id": f"f{number}"})
    assert [batch.input for batch in provider.latest()] == ["f4", "f3", "f2", "f1", "f0"]


def test_the_codes_of_a_batch_given_up_are_told_but_not_its_words(server, provider):
    batch = server.make({"endpoint": "e", "completion_window": "24h", "input_file_id": "f"})
    rows = [
        {"code": "invalid_json_line", "message": f"{KEY} Kalna", "line": 3},
        {"code": "invalid_json_line", "message": "x", "line": 4},
        {"code": "token_limit_exceeded", "message": "x", "line": None},
        {"code": f"{KEY}!"},
        "x",
    ]
    batch |= {"status": "failed", "errors": {"object": "list", "data": rows}}
    got = provider.retrieve(batch["id"])
    assert (got.over, got.problems) == (True, ("invalid_json_line (line 3)", "token_limit_exceeded"))


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault("GET", "/v1/batches", 401, {"error": {"message": KEY, "code": "invalid_api_key"}}), AuthError),
        (Fault("GET", "/v1/batches", 429, {"error": {"code": "insufficient_quota"}}), QuotaError),
        (Fault("GET", "/v1/batches", 429, BUSY, (("Retry-After", "900"),)), TransientLLMError),
        (Fault("GET", "/v1/batches", 404, b"<html>"), GoneError),
    ],
)
def test_what_waiting_does_not_help_is_asked_once(server, provider, fault, kind):
    server.faults.append(fault)
    with pytest.raises(kind) as caught:
        provider.latest()
    assert server.made("/v1/batches", "GET") == 1
    assert KEY not in str(caught.value) + caught.value.hint


@pytest.mark.parametrize("page", [b"<html>", b"[1]", b"{}", b"[" * 100_000])
def test_a_page_in_place_of_a_reply_is_tried_again(server, provider, page):
    server.faults += [Fault("GET", "/v1/batches", 200, page)] * 2
    assert provider.latest() == []
    server.faults += [Fault("GET", "/v1/batches", 200, page)] * 3
    with pytest.raises(TransientLLMError, match="a page or a broken reply"):
        provider.latest()


def test_where_nothing_listens_nothing_is_repeated(waits):
    options = EndpointOptions(base_url="http://127.0.0.1:9/v1", name="llm")
    batches = ProviderBatches(options, sleep=waits.append)
    with pytest.raises(UnreachableError, match=r"cannot reach http://127\.0\.0\.1:9/v1"):
        batches.latest()
    batches.close()
    assert waits == []


def test_an_id_leads_nowhere_else(server, provider):
    with pytest.raises(GoneError):
        provider.retrieve("../files/x?y")
    assert server.calls[-1][1] == "/v1/batches/%2E%2E%2Ffiles%2Fx%3Fy"
