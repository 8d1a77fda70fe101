"""Answers by file: any order, doubles, strangers and broken lines; each request ends as it should."""

import json
import random

import pytest

from extractor.batching.importing import Unanswered, import_answers
from extractor.batching.states import class_of
from extractor.errors import CacheMissError, InvalidOutputError, LLMError, ReadError, TruncatedError
from extractor.llm.caching import Cached, DiskStore
from extractor.llm.metering import Price
from extractor.pipeline import Extractor, article_of
from tests.answering import NOTHING, asking, meeting
from tests.batching.batch_server import reply, served, unserved
from tests.batching.test_request_files import TEXTS, keep, requests


@pytest.fixture
def store(tmp_path):
    kept = DiskStore(tmp_path / "answers")
    yield kept
    kept.close()


def write(tmp_path, *lines, name="responses.jsonl"):
    path = tmp_path / name
    path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
    return path


def good(request, text=NOTHING):
    return served({"custom_id": request.fingerprint}, reply(text))


def cut(request):
    return served({"custom_id": request.fingerprint}, reply(NOTHING[:9], "length"))


STRANGER = {"custom_id": "ab" * 32}


def test_answers_are_kept_in_whatever_order_they_come(store, tmp_path):
    asked = requests()
    lines = [good(request) for request in asked]
    random.Random(7).shuffle(lines)
    done = import_answers(asked, [write(tmp_path, *lines)], store, Price(1.0, 1.0, 1.0))
    assert (done.imported, done.complete, done.unknown, done.duplicates) == (5, True, 0, 0)
    assert (done.usage.input_tokens, done.usage.requests) == (500, 5)
    assert done.usage.cost == pytest.approx(5 * 150 / 1e6)
    kept = store.get(asked[3].fingerprint)
    assert (kept.text, kept.answered_by, kept.usage.output_tokens) == (NOTHING, "served-2031", 50)


def test_each_request_and_line_is_counted_for_what_it_is(store, tmp_path):
    asked = requests()
    keep(store, asked[4])
    path = write(
        tmp_path,
        good(asked[0]),
        "{broken",
        good(asked[0], '{"meetings":[]}'),
        cut(asked[1]),
        served({"custom_id": asked[1].fingerprint}, reply("no JSON")),
        served(STRANGER),
        served({"custom_id": "article-7"}),
        unserved({"custom_id": asked[2].fingerprint}, "batch_expired"),
        "",
        good(asked[4]),
        good(asked[4]),
    )
    done = import_answers(asked, [path], store)
    assert (done.imported, done.kept, done.missing) == (1, 1, 1)
    assert (done.duplicates, done.unknown, done.unreadable) == (3, 2, 1)
    assert done.broken == {"truncated": 1, "expired": 1}
    assert done.notes == [
        f"{path}: line 2 is not JSON",
        f"{'ab' * 6} is no request of these articles, in these words",
    ]
    assert done.usage.requests == 3
    assert {key: class_of(fault) for key, fault in done.faults.items()} == {
        asked[1].fingerprint: "truncated",
        asked[2].fingerprint: "transient",
    }
    assert done.faults[asked[1].fingerprint].raw == ""
    assert store.get(asked[1].fingerprint) is None


def test_a_good_answer_mends_a_broken_one_before_or_after_it(store, tmp_path):
    asked = requests(TEXTS[:2])
    first = write(tmp_path, cut(asked[0]), good(asked[1]), name="1.jsonl")
    second = write(tmp_path, cut(asked[1]), good(asked[0]), name="2.jsonl")
    done = import_answers(asked, [first, second], store)
    assert (done.imported, done.duplicates, dict(done.broken)) == (2, 2, {})


def test_a_kept_answer_stays_and_the_same_file_again_changes_nothing(store, tmp_path):
    (request,) = requests(TEXTS[:1])
    other = json.dumps({"meetings": [meeting()], "agreements": [], "mous": [], "figures": []})
    import_answers([request], [write(tmp_path, good(request))], store)
    again = import_answers([request], [write(tmp_path, good(request, other))], store)
    assert (again.imported, again.kept, again.unknown, again.complete) == (0, 1, 0, True)
    assert again.usage.requests == 0
    assert store.get(request.fingerprint).text == NOTHING


async def test_articles_without_answer_fail_with_the_reason(store, tmp_path):
    asked = requests()
    path = write(tmp_path, good(asked[0]), cut(asked[1]), good(asked[2], "no JSON"))
    done = import_answers(asked, [path], store)
    extractor = Extractor(Cached(Unanswered(done.faults), store), asking())
    assert (await extractor.extract_async(article_of(TEXTS[0]))).provenance.cached
    kinds = []
    for text in TEXTS[1:4]:
        with pytest.raises(LLMError) as caught:
            await extractor.extract_async(article_of(text))
        kinds.append(type(caught.value))
    assert kinds == [TruncatedError, InvalidOutputError, CacheMissError]


async def test_a_long_article_needs_all_its_answers(store, tmp_path):
    text = " ".join(f"Ministers met in Riga on day {number}." for number in range(200))
    asked = requests([text], chunk_tokens=600)
    assert len(asked) > 2
    extractor = Extractor(Cached(Unanswered({}), store), asking(chunk_tokens=600))
    import_answers(asked, [write(tmp_path, *map(good, asked[1:]))], store)
    with pytest.raises(CacheMissError):
        await extractor.extract_async(article_of(text))
    done = import_answers(asked, [write(tmp_path, good(asked[0]))], store)
    assert (done.imported, done.kept) == (1, len(asked) - 1)
    assert (await extractor.extract_async(article_of(text))).provenance.usage.requests == len(asked)


def test_a_file_that_is_not_there_is_named(store, tmp_path):
    with pytest.raises(ReadError, match=r"none\.jsonl: No such file"):
        import_answers([], [tmp_path / "none.jsonl"], store)
