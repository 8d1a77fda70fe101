"""Extractions that are given again: the same line, for the same article, asked and computed in the same way."""

import json
import stat

import pytest

from extractor.article import Article
from extractor.batching import remembering
from extractor.batching.intake import job_of
from extractor.batching.remembering import FOLDER, Remembering, Shelf
from extractor.batching.states import State
from extractor.batching.working import Local
from extractor.errors import RefusedError, WriteError
from extractor.llm.disk import Disk
from extractor.records import WarningCode
from tests.batching.verdicts import extraction, unreadable

BASIS = {"prompt": "general-1@abc", "LLM": "m"}
SLY = 'He said "source": "elsewhere" and "cached": false.'


class Counted:
    """An Extractor that tells what it was asked for."""

    def __init__(self, error=None):
        self.ids, self._error = [], error

    async def extract_async(self, article):
        self.ids.append(article.id)
        if self._error:
            raise self._error
        return extraction(article, WarningCode.CHUNKED)


def job(text="A minister met an envoy.", source="in.jsonl: line 1", **more):
    return job_of(0, Article("a1", text, source, **more))


async def asked(path, one, basis=BASIS, *, read=True, error=None):
    """Have a job done as by a new process; return the verdict and whether it was worked on."""
    shelf, inner = Shelf(path, basis), Counted(error)
    [verdict] = await Remembering(Local(inner), shelf, read=read)([one])
    shelf.close()
    return verdict, bool(inner.ids)


async def test_what_was_extracted_once_is_given_again_and_says_so(tmp_path):
    first, worked = await asked(tmp_path, job())
    assert worked
    again, worked = await asked(tmp_path, job())
    assert not worked
    assert again.state is State.DONE_WITH_WARNINGS
    assert (first.account.cached, again.account.cached) == (False, True)
    assert again.account.requests == first.account.requests
    before, after = json.loads(first.line), json.loads(again.line)
    assert (before["provenance"].pop("cached"), after["provenance"].pop("cached")) == (False, True)
    assert before == after


async def test_an_article_read_elsewhere_says_where_it_was_read_this_time(tmp_path):
    await asked(tmp_path, job())
    again, worked = await asked(tmp_path, job(source='other "file".jsonl: line 7\u2028'))
    assert not worked
    assert json.loads(again.line)["article"]["source"] == 'other "file".jsonl: line 7\u2028'


async def test_words_that_look_like_our_own_are_not_rewritten(tmp_path):
    class Telling(Counted):
        async def extract_async(self, article):
            found = await super().extract_async(article)
            told = found.article.model_copy(update={"title": SLY, "id": SLY})
            return found.model_copy(update={"article": told})

    for source in ("here", "there"):
        shelf = Shelf(tmp_path, BASIS)
        [verdict] = await Remembering(Local(Telling()), shelf)([job(source=source)])
        shelf.close()
    value = json.loads(verdict.line)
    assert (value["article"]["title"], value["article"]["id"]) == (SLY, SLY)
    assert (value["article"]["source"], value["provenance"]["cached"]) == ("there", True)


@pytest.mark.parametrize(
    "changed",
    [
        job(text="A minister met an envoy!"),
        job(title="Another title"),
        job(language="de"),
        job_of(0, Article("a2", "A minister met an envoy.", "in.jsonl: line 1")),
    ],
)
async def test_another_article_is_worked_on(tmp_path, changed):
    await asked(tmp_path, job())
    assert (await asked(tmp_path, changed))[1]


async def test_another_prompt_or_llm_is_worked_on(tmp_path):
    await asked(tmp_path, job())
    assert (await asked(tmp_path, job(), BASIS | {"prompt": "general-2@def"}))[1]
    assert (await asked(tmp_path, job(), BASIS | {"LLM": "n"}))[1]
    assert not (await asked(tmp_path, job()))[1]


async def test_changed_code_computes_anew(tmp_path, monkeypatch):
    await asked(tmp_path, job())
    monkeypatch.setattr(remembering, "code_digest", lambda: "other")
    assert (await asked(tmp_path, job()))[1]


def test_the_digest_of_the_code_tells_every_file(tmp_path, monkeypatch):
    (tmp_path / "a.py").write_text("x = 1\n")
    (tmp_path / "data").mkdir()
    words = tmp_path / "data" / "words.yaml"
    digests = set()
    for text in ("one: 1\n", "one: 2\n"):
        words.write_text(text)
        monkeypatch.setattr(remembering, "_package", lambda: tmp_path)
        remembering.code_digest.cache_clear()
        digests.add(remembering.code_digest())
    remembering.code_digest.cache_clear()
    assert len(digests) == 2


async def test_to_refresh_is_to_work_and_to_keep_the_new(tmp_path):
    await asked(tmp_path, job())
    assert (await asked(tmp_path, job(), read=False))[1]
    assert not (await asked(tmp_path, job()))[1]


@pytest.mark.parametrize("damage", [b"", b"short", b"x" * 200])
async def test_a_damaged_entry_is_a_miss_with_a_warning(tmp_path, caplog, damage):
    await asked(tmp_path, job())
    disk = Disk(tmp_path / FOLDER)
    disk.put(dict.fromkeys(disk, damage))
    disk.close()
    assert (await asked(tmp_path, job()))[1]
    assert "is not used: its digest is wrong" in caplog.text


async def test_failures_and_unreadable_rows_are_not_kept(tmp_path):
    assert (await asked(tmp_path, job(), error=RefusedError("no")))[1]
    assert (await asked(tmp_path, job(), error=RefusedError("no")))[1]
    verdict, worked = await asked(tmp_path, unreadable(3).job)
    assert verdict.state is State.FAILED
    assert not worked


async def test_a_block_is_worked_on_only_where_it_is_new(tmp_path):
    jobs = [job_of(number, Article(f"a{number}", f"Minister {number} came.", "in")) for number in range(6)]
    for part, worked in ((jobs[::2], ["a0", "a2", "a4"]), (jobs, ["a1", "a3", "a5"])):
        shelf, inner = Shelf(tmp_path, BASIS), Counted()
        verdicts = await Remembering(Local(inner), shelf)(part)
        shelf.close()
        assert sorted(inner.ids) == worked
        assert sorted(verdict.job.position for verdict in verdicts) == [job.position for job in part]


async def test_a_full_disk_costs_only_time(tmp_path, monkeypatch, caplog):
    def full(*_):
        raise WriteError("the disk is full", target=str(tmp_path))

    monkeypatch.setattr(Disk, "put", full)
    verdict, _ = await asked(tmp_path, job())
    assert verdict.line
    assert "the disk is full" in caplog.text


def test_nobody_else_may_look_into_the_folder(tmp_path):
    Shelf(tmp_path / "new", BASIS).close()
    for folder in (tmp_path / "new", tmp_path / "new" / FOLDER):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
