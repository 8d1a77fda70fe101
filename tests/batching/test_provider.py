"""Batches at a provider, over a real socket: nothing is submitted twice, whatever ends a command in between."""

import contextlib
import json

import pytest
from pydantic import SecretStr

from extractor.batching.importing import import_answers
from extractor.batching.provider import Folder, Stage, cancel, fetch, refresh, settled, submit
from extractor.batching.request_files import Bounds, Exporter
from extractor.errors import ConfigError, QuotaError, TransientLLMError
from extractor.llm.base import LLMIdentity
from extractor.llm.batch_format import RequestLines
from extractor.llm.caching import DiskStore
from extractor.llm.openai import EndpointOptions
from extractor.llm.provider_batches import GoneError, Insistence, ProviderBatches
from tests.answering import WHO
from tests.batching.batch_server import Fault, reply, running, served, unserved
from tests.batching.test_request_files import TEXTS, requests

KEY = "sk-canary-77e0b4"


class Killed(BaseException):
    """What a kill looks like from inside: nothing more is done."""


@pytest.fixture
def server():
    with running() as state:
        yield state


@pytest.fixture
def store(tmp_path):
    kept = DiskStore(tmp_path / "answers")
    yield kept
    kept.close()


@pytest.fixture
def provider(server):
    options = EndpointOptions(base_url=server.url, name="scripted", api_key=SecretStr(KEY))
    batches = ProviderBatches(options, Insistence(attempts=2), sleep=lambda _: None)
    yield batches
    batches.close()


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "out.jsonl")


@pytest.fixture
def send(folder, provider, store):
    """Submits requests as a command does; returns what was exported, and keeps what was said."""
    said = []

    def act(asked, at_once=2):
        with folder.locked():
            folder.belongs_to(WHO)
            lines, bounds = RequestLines("scripted"), Bounds(requests=at_once)
            return submit(
                folder,
                provider,
                asked,
                lambda target, elsewhere: Exporter(store, lines, target, bounds=bounds, elsewhere=elsewhere),
                said.append,
            )

    act.said = said
    return act


@pytest.fixture
def collect(folder, provider, store):
    said = []

    def act(asked):
        with folder.locked():
            over = fetch(folder, provider, said.append)
            paths = [path for part in over for path in folder.answers(part) if path.exists()]
            done = import_answers(asked, paths, store)
            settled(folder, over)
        return done

    act.said = said
    return act


def submitted(server):
    """Return how often each request was submitted in all."""
    counts = {}
    for batch_id in server.batches:
        for asked in server.asked_by(batch_id):
            counts[asked["custom_id"]] = counts.get(asked["custom_id"], 0) + 1
    return counts


def each_once(server, asked):
    return submitted(server) == {request.fingerprint: 1 for request in asked}


def stages(folder):
    with folder.locked():
        return [part.stage for part in folder.parts]


def test_all_requests_go_in_batches_and_their_answers_into_the_store(server, send, collect, folder, store):
    asked = requests()
    assert send(asked).requests == 5
    assert each_once(server, asked)
    assert len(server.batches) == 3
    marks = server.batches["batch_1"]["metadata"]
    assert marks["made_by"].startswith("extractor ")
    for batch_id in server.batches:
        server.finish(batch_id)
    done = collect(asked)
    assert (done.imported, done.complete) == (5, True)
    assert stages(folder) == [Stage.COLLECTED] * 3
    assert send(asked).requests == 0
    assert len(server.batches) == 3


def test_what_is_under_way_is_not_submitted_again(server, send, collect):
    asked = requests()
    send(asked[:3])
    again = send(asked)
    assert (again.requests, again.passed_over) == (2, 3)
    assert each_once(server, asked)
    assert collect(asked).imported == 0
    server.finish("batch_1")
    assert (collect(asked).imported, send(asked).requests) == (2, 0)


def test_expired_failed_and_unserved_requests_are_told_apart_and_can_go_again(
    server, send, collect, folder, store
):
    asked = requests()
    send(asked, at_once=3)
    order = [request.fingerprint for request in asked]

    def partly(line):
        place = order.index(line["custom_id"])
        if place == 1:
            return served(line, {"error": {"code": "content_filter", "message": "no"}}, 400)
        return served(line) if place == 0 else unserved(line, "batch_expired")

    server.finish("batch_1", partly, "expired")
    server.batches["batch_2"] |= {
        "status": "failed",
        "errors": {"data": [{"code": "token_limit_exceeded", "message": KEY}]},
    }
    done = collect(asked)
    assert (done.imported, done.missing, dict(done.broken)) == (1, 2, {"refused": 1, "expired": 1})
    assert "requests-0001-2: the provider gave it up: token_limit_exceeded" in collect.said
    again = send(asked, at_once=9)
    assert (again.kept, again.requests) == (1, 4)
    server.finish("batch_3")
    assert collect(asked).complete


def test_a_cancelled_batch_gives_what_it_had_answered(server, send, collect, folder, provider):
    asked = requests()
    send(asked, at_once=3)
    server.finish("batch_1")
    with folder.locked():
        assert [(part.name, batch.status) for part, batch in cancel(folder, provider)] == [
            ("requests-0001-2", "cancelling")
        ]
    assert collect(asked).imported == 3
    rows = server.asked_by("batch_2")
    server.end("batch_2", [served(rows[0])], [unserved(rows[1], "batch_cancelled")], "cancelled")
    done = collect(asked)
    assert (done.kept, done.imported, dict(done.broken)) == (3, 1, {"cancelled": 1})


def test_the_status_of_each_batch_is_told(server, send, folder, provider):
    send(requests())
    server.finish("batch_2")
    with folder.locked():
        told = {part.name: (batch.status, batch.completed) for part, batch in refresh(folder, provider)}
    assert told == {
        "requests-0001": ("validating", 0),
        "requests-0001-2": ("completed", 2),
        "requests-0001-3": ("validating", 0),
    }


STEPS = ["latest", "upload", "create"]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("nth", [1, 2])
def test_a_kill_at_any_call_submits_nothing_twice(
    server, send, folder, provider, monkeypatch, step, nth, after
):
    asked, true_step, calls = requests(), getattr(provider, step), []

    def deadly(*arguments):
        calls.append(step)
        if len(calls) == nth and not after:
            raise Killed
        result = true_step(*arguments)
        if len(calls) == nth:
            raise Killed
        return result

    monkeypatch.setattr(provider, step, deadly)
    for _ in range(nth):  # the listing is called once by a command
        with contextlib.suppress(Killed):
            send(asked)
    assert len(calls) >= nth
    monkeypatch.setattr(provider, step, true_step)
    send(asked)
    assert each_once(server, asked)
    assert set(stages(folder)) == {Stage.SUBMITTED}


@pytest.mark.parametrize("nth", range(1, 13))
def test_a_kill_at_any_writing_of_the_state_submits_nothing_twice(server, send, folder, monkeypatch, nth):
    asked, true_save, saves = requests(), Folder._save, []

    def deadly(self):
        saves.append(1)
        if len(saves) == nth:
            raise Killed
        true_save(self)

    monkeypatch.setattr(Folder, "_save", deadly)
    with contextlib.suppress(Killed):
        send(asked)
    monkeypatch.setattr(Folder, "_save", true_save)
    send(asked)
    assert each_once(server, asked)


def test_lost_replies_submit_nothing_twice(server, send):
    asked = requests()
    server.faults += [
        Fault("POST", "/v1/files", 503, {}),
        Fault("POST", "/v1/batches", after_the_deed=True),
        Fault("POST", "/v1/batches", 500, {}, after_the_deed=True),
        Fault("POST", "/v1/batches", 429, {}, (("Retry-After", "1"),)),
    ]
    send(asked)
    assert each_once(server, asked)


def test_a_lost_reply_and_then_silence_is_cleared_up_by_the_next_call(server, send):
    asked = requests(TEXTS[:2])
    server.faults += [
        Fault("POST", "/v1/batches", after_the_deed=True),
        Fault("GET", "/v1/batches", 503, {}),
    ]
    server.faults.insert(0, Fault("GET", "/v1/batches", 200, {"data": []}))
    with pytest.raises(TransientLLMError):
        send(asked)
    send(asked)
    assert each_once(server, asked)
    assert any("was made before, and is taken up" in said for said in send.said)


def test_batches_are_found_again_when_the_state_is_lost(server, send, folder, collect):
    asked = requests()
    send(asked)
    for file in folder.path.iterdir():
        file.unlink()
    send(asked)
    assert each_once(server, asked)
    for batch_id in server.batches:
        server.finish(batch_id)
    assert collect(asked).complete


def test_money_that_runs_out_leaves_the_rest_for_later(server, send):
    asked = requests()
    server.faults.append(Fault("POST", "/v1/batches", 429, {"error": {"code": "insufficient_quota"}}))
    with pytest.raises(QuotaError):
        send(asked)
    assert submitted(server) == {}
    send(asked)
    assert each_once(server, asked)


def test_a_batch_that_is_gone_is_neither_settled_nor_submitted_again_unasked(
    server, send, collect, folder, provider
):
    asked = requests(TEXTS[:2])
    send(asked)
    lost = server.batches.pop("batch_1")
    assert collect(asked).missing == 2
    assert (send(asked).requests, stages(folder)) == (0, [Stage.SUBMITTED])
    with folder.locked():
        assert [batch.status for _, batch in cancel(folder, provider)] == ["gone"]
    assert send(asked).requests == 2
    assert lost["id"] != folder.parts[1].batch_id or len(server.batches) == 1


def test_answers_that_the_provider_no_longer_has_may_be_asked_for_again(server, send, collect):
    asked = requests(TEXTS[:2])
    send(asked)
    server.finish("batch_1")
    del server.files[server.batches["batch_1"]["output_file_id"]]
    assert collect(asked).missing == 2
    assert any("its requests can be submitted again" in said for said in collect.said)
    assert send(asked).requests == 2


def test_a_collection_that_was_cut_off_is_done_again(server, send, collect, provider, monkeypatch):
    asked = requests(TEXTS[:2])
    send(asked)
    server.finish("batch_1", lambda line: served(line, reply("no JSON")) if line else None)
    true_download = provider.download

    def deadly(file_id, target):
        true_download(file_id, target)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(provider, "download", deadly)
        with pytest.raises(Killed):
            collect(asked)
    assert collect(asked).broken == {"invalid_output": 2}


def test_batches_of_another_llm_are_not_mixed_up(send, folder):
    send(requests(TEXTS[:2]))
    with folder.locked(), pytest.raises(ConfigError, match="the batches are of scripted"):
        folder.belongs_to(LLMIdentity("other", "https://llm.invalid/v1"))


def test_two_commands_at_once_are_refused(folder, tmp_path):
    other = Folder(tmp_path / "out.jsonl")
    with folder.locked(), pytest.raises(ConfigError, match="another command"), other.locked():
        pass


@pytest.mark.parametrize("text", ["", "{", "[]", '{"parts": [{"name": 1}]}', '{"parts": 7, "llm": null}'])
def test_a_damaged_state_is_named(folder, text):
    folder.path.mkdir()
    (folder.path / "state.json").write_text(text)
    with pytest.raises(ConfigError, match=r"state\.json: is no state of batches"), folder.locked():
        pass


def test_an_endpoint_without_batches_says_so(server, send):
    server.faults.append(Fault("GET", "/v1/batches", 404, {"error": "no such route"}))
    with pytest.raises(GoneError) as caught:
        send(requests())
    assert "Batch API" in caught.value.hint


def test_no_file_holds_the_key(server, send, collect, folder):
    asked = requests()
    send(asked)
    server.finish("batch_1")
    collect(asked)
    files = list(folder.path.iterdir())
    assert len(files) >= 4
    assert not any(KEY.encode() in file.read_bytes() for file in files)
    assert KEY not in json.dumps(send.said + collect.said)
