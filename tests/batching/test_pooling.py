"""Work in several processes: the same verdicts as here, one LLM for all, and nothing left when it ends."""

import asyncio
import os
import signal
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import date

import pytest

from evals.speed.articles import compact, story
from extractor.article import Article
from extractor.batching.intake import job_of
from extractor.batching.pooling import Pool
from extractor.batching.states import LeftOpen, State
from extractor.batching.talking import packed_error, unpacked_error
from extractor.batching.working import Local
from extractor.errors import InvalidOutputError, QuotaError, ReadError, RefusedError, TransientLLMError
from extractor.llm.base import AnswerSchema
from extractor.llm.scripted import ScriptedLLM
from extractor.pipeline import Extractor
from extractor.settings import Settings
from extractor.wiring import asking_of

ASKING = asking_of(Settings(base_url="http://one/v1", llm="x"))
ABOUT = ContextVar("ABOUT")


def job(number: int):
    told = story(number)
    return job_of(
        number, Article(told.id, told.text, f"in: line {number + 1}", supplied_date=date(2025, 3, 12))
    )


def rightly(request) -> str:
    """Answer about the article whose mark is in the question."""
    return compact(story(int(request.messages[-1].content.split("(D-")[1][:6])).wire)


@asynccontextmanager
async def pool(llm, workers: int = 1):
    made = Pool(llm, ASKING, workers)
    try:
        yield made
    finally:
        await made.aclose()


async def test_verdicts_are_the_same_as_without_other_processes():
    jobs = [job(number) for number in range(6)]
    llm = ScriptedLLM(rightly)
    async with pool(llm, 2) as several:
        verdicts = await several(jobs)
        processes = [worker._process for worker in several._places]
        assert len({process.pid for process in processes}) == 2
    here = await Local(Extractor(ScriptedLLM(rightly), ASKING))(jobs)
    assert [(it.job, it.state, it.line, it.account) for it in verdicts] == [
        (it.job, it.state, it.line, it.account) for it in here
    ]
    assert len({request.fingerprint for request in llm.requests}) == 6
    assert all(isinstance(request.answer_schema, AnswerSchema) for request in llm.requests)
    with pytest.raises(ValueError, match="closed"):
        processes[0].is_alive()


async def test_an_error_of_an_article_is_its_verdict_and_one_of_the_run_leaves_it_open():
    refused, spent = RefusedError("refused"), QuotaError("no money", hint="check billing")
    parked = TransientLLMError("later", retry_after=600.0)
    unread = ReadError("no JSON", source="in: line 9")
    async with pool(ScriptedLLM([refused, spent, parked, ZeroDivisionError("bug")])) as one:
        outcomes = [(await one([job(number)]))[0] for number in range(4)]
        [unreadable] = await one([job_of(9, unread)])
    first, second, third, fourth = outcomes
    assert (first.state, first.reason_class, first.reason) == (State.FAILED, "refused", "refused")
    assert isinstance(second, LeftOpen)
    assert (type(second.error), second.error.hint, second.ends_the_run) == (QuotaError, "check billing", True)
    assert isinstance(third, LeftOpen)
    assert third.error.retry_after == 600.0
    assert (fourth.state, fourth.reason) == (State.FAILED, "unexpected ZeroDivisionError while asking")
    assert unreadable.reason_class == "invalid_input"


async def test_a_cancelled_job_is_no_longer_asked_about():
    begun, cancelled = asyncio.Event(), asyncio.Event()

    class Slow:
        async def complete(self, request):
            begun.set()
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                cancelled.set()
                raise

    async with pool(Slow()) as one:
        work = asyncio.create_task(one([job(0)]))
        await begun.wait()
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        await asyncio.wait_for(cancelled.wait(), 20)
        assert one._places[0].busy == 0


async def test_a_worker_that_dies_fails_what_it_had_and_another_takes_its_place():
    begun, killed = asyncio.Event(), False

    class Slow(ScriptedLLM):
        async def complete(self, request):
            begun.set()
            if not killed:
                await asyncio.sleep(60)
            return await super().complete(request)

    async with pool(Slow(rightly)) as one:
        work = asyncio.create_task(one([job(0)]))
        await begun.wait()
        os.kill(one._places[0]._process.pid, signal.SIGKILL)
        [verdict] = await work
        assert (verdict.state, verdict.reason) == (State.FAILED, "its worker process died")
        killed = True
        [again] = await one([job(0)])
        assert again.state is State.DONE


async def test_an_interrupt_from_the_terminal_is_not_for_the_workers():
    async with pool(ScriptedLLM(rightly)) as one:
        await one([job(0)])
        os.kill(one._places[0]._process.pid, signal.SIGINT)
        [verdict] = await one([job(1)])
        assert verdict.line is not None


def test_an_error_keeps_all_that_it_says():
    error = InvalidOutputError("broken", raw="{", problems=("a", "b"), hint="h", fingerprint="f")
    again = unpacked_error(packed_error(error))
    assert type(again) is InvalidOutputError
    assert str(again) == "broken"
    assert vars(again) == vars(error)


async def test_what_is_asked_for_an_article_is_asked_in_its_context():
    asked = []

    class Asked(ScriptedLLM):
        async def complete(self, request):
            asked.append((ABOUT.get(), request.messages[-1].content.split("(D-")[1][:6]))
            return await super().complete(request)

    async def about(several, number):
        ABOUT.set(number)
        await several([job(number)])

    async with pool(Asked(rightly)) as several:
        await asyncio.gather(*(about(several, number) for number in range(3)))
    assert sorted(asked) == [(number, f"{number:06}") for number in range(3)]
