"""Recorded answers in a file that people can review."""

import json

import pytest

from extractor.errors import CacheMissError, ReadError, WriteError
from extractor.llm.caching import Cached, DiskStore
from extractor.llm.recorded import RecordedAnswers, export_answers, recorded_lines
from extractor.llm.scripted import ScriptedLLM
from tests.llm.cache_child import numbered
from tests.llm.conftest import make_request
from tests.llm.fault_server import GOOD


@pytest.fixture
def store(tmp_path):
    store = DiskStore(tmp_path / "answers")
    yield store
    store.close()


async def test_answers_are_recorded_once_and_given_offline(store, tmp_path):
    request, path = make_request(), tmp_path / "recorded.jsonl"
    first = await Cached(ScriptedLLM([GOOD]), store).complete(request)
    assert export_answers(store, path) == 1
    again = await Cached(None, RecordedAnswers(path)).complete(request)
    assert (again.text, again.usage, again.cached) == (first.text, first.usage, True)
    with pytest.raises(CacheMissError):
        await Cached(None, RecordedAnswers(path)).complete(make_request(epoch=1))


def test_the_file_is_one_readable_line_an_answer_and_always_the_same(store, tmp_path):
    odd = 'Łódź \u2028 "42억"\n'
    for number in (3, 1, 2):
        store.put(numbered(number, odd))
    export_answers(store, tmp_path / "one.jsonl")
    export_answers(RecordedAnswers(tmp_path / "one.jsonl"), tmp_path / "two.jsonl")
    content = (tmp_path / "one.jsonl").read_bytes()
    assert content == (tmp_path / "two.jsonl").read_bytes()
    lines = content.decode().strip().split("\n")
    assert [json.loads(line)["fingerprint"] for line in lines] == [numbered(n).fingerprint for n in (1, 2, 3)]
    assert json.loads(lines[0]).keys() == {"fingerprint", "text", "usage", "answered_by", "recorded"}
    assert "Łódź" in lines[0]
    assert "42억" in lines[0]


def test_damaged_entries_are_not_exported(store, tmp_path):
    store.put(numbered(1))
    store._disk._cache.set(numbered(2).fingerprint, b"damaged")
    assert export_answers(store, tmp_path / "recorded.jsonl") == 1
    told = []
    assert len(list(recorded_lines(store, damaged=lambda *what: told.append(what)))) == 1
    assert [(fingerprint, str(problem)) for fingerprint, problem in told] == [
        (numbered(2).fingerprint, "its digest is wrong")
    ]


def test_just_the_answers_named_are_exported_each_once(store, tmp_path):
    path = tmp_path / "recorded.jsonl"
    for number in (3, 1, 2):
        store.put(numbered(number))
    named = [numbered(number).fingerprint for number in (3, 1, 3, 9)]
    assert export_answers(store, path, named) == 2
    assert list(RecordedAnswers(path)) == [numbered(1).fingerprint, numbered(3).fingerprint]
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == ["recorded.jsonl"]


def test_a_recorded_answer_that_no_longer_fits_is_a_miss_and_stays(tmp_path):
    path, request = tmp_path / "recorded.jsonl", make_request()
    answer = numbered(0, "{}").model_copy(update={"fingerprint": request.fingerprint})
    path.write_text(answer.model_dump_json() + "\n")
    records = RecordedAnswers(path)
    records.delete(request.fingerprint)
    assert list(records) == [request.fingerprint]


def test_nothing_is_added_to_recorded_answers(tmp_path):
    with pytest.raises(WriteError, match="read only"):
        RecordedAnswers(tmp_path / "recorded.jsonl").put(numbered(1))


@pytest.mark.parametrize("line", ["{", "[]", '{"fingerprint": "x"}', '{"extra": 1}', "\ud800"])
def test_a_line_that_is_no_answer_is_named(tmp_path, line):
    path = tmp_path / "recorded.jsonl"
    path.write_bytes(
        numbered(1).model_dump_json().encode() + b"\n\n" + line.encode("utf-8", "replace") + b"\n"
    )
    with pytest.raises(ReadError, match=r"recorded\.jsonl:3 is not"):
        RecordedAnswers(path).get("0")


def test_a_file_that_is_missing_or_no_text_is_named(tmp_path):
    (tmp_path / "binary").write_bytes(b"\xff\xfe\xff")
    for name in ("missing", "binary"):
        with pytest.raises(ReadError, match="no recorded answers"):
            RecordedAnswers(tmp_path / name).get("0")


def test_a_place_that_cannot_be_written_is_named(store, tmp_path):
    with pytest.raises(WriteError, match="not written"):
        export_answers(store, tmp_path / "no" / "such" / "place.jsonl")
